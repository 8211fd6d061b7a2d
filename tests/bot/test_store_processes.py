"""What the bot remembers, when several processes write to it in the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.store import AlreadyFlagged, Closed, Flag, Place, ShownGroup, Spot, Store, StoredList
from bot.store.ledger import AlertState, Ledger, Slot
from tests.storage import Storage
from zoho.database import Database
from zoho.records import Found, Group, Module, Reason, Record, Who

MARA = Who("T1", "U1")
SPOT = Spot("T1", "eu", "200", Module.DESK_CONTACTS)
ROUNDS = range(6)
AT = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)


@dataclass
class Processes:
    """The same memory as three processes have it."""

    all: list[Store]
    ledgers: list[Ledger]
    database: Database

    @property
    def one(self) -> Store:
        """Any of them."""
        return self.all[0]


def _now() -> datetime:
    return AT


@pytest.fixture
async def processes(storage: Storage) -> AsyncIterator[Processes]:
    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(storage.opened()) for _ in range(3)]
        stores = [Store(database, _now) for database in databases]
        yield Processes(stores, [Ledger(database, _now) for database in databases], databases[0])


def group(first: int) -> Group:
    records = (Record(SPOT.module, str(one), "Ana") for one in (first, first + 1))
    return Group(SPOT.module, tuple(records), Reason(("e-mail",), ("ana@acme.example",)))


GROUPS = tuple(group(first) for first in range(10, 70, 2))
BOTH_WAYS = (GROUPS, GROUPS[::-1], GROUPS)


async def kept(store: Store) -> StoredList:
    """A list that was shown."""
    found = Found(SPOT.module, "eu", "200", "Larkfield", GROUPS, 30, so_far=False, at=AT, source="values")
    return await store.lists.keep(MARA, "desk contacts", found)


async def test_each_request_is_acted_on_once_whoever_hears_of_it(processes: Processes) -> None:
    for number in ROUNDS:
        keys = [f"{number}.{one}" for one in range(600)]
        claimed = await asyncio.gather(
            *(store.effects.claim(some) for store in processes.all for some in (keys, keys[::-1], keys[::2]))
        )

        assert sorted(key for some in claimed for key in some) == sorted(keys)


async def test_a_group_has_one_key_whoever_names_it(processes: Processes) -> None:
    for _ in ROUNDS:
        shown = await kept(processes.one)
        named = await asyncio.gather(
            *(
                store.lists.name_groups(shown, some)
                for store, some in zip(processes.all, BOTH_WAYS, strict=True)
            )
        )

        assert named[0] == named[1] == named[2]


async def test_what_was_drawn_grows_its_revision_once_however_many_draw_it(processes: Processes) -> None:
    shown = await kept(processes.one)
    keys = [one.key for one in (await processes.one.lists.name_groups(shown, GROUPS)).values()]
    for number in ROUNDS:
        marks = [dict.fromkeys(some, f"{number}") for some in (keys, keys[::-1], sorted(keys))]
        await asyncio.gather(
            *(store.lists.mark_drawn(some) for store, some in zip(processes.all, marks, strict=True))
        )

    named: dict[tuple[str, ...], ShownGroup] = await processes.one.lists.name_groups(shown, GROUPS)
    assert {one.revision for one in named.values()} == {1 + len(ROUNDS)}


async def test_a_workspace_is_forgotten_while_others_still_draw(processes: Processes) -> None:
    drawing, forgetting, naming = processes.all
    for number in ROUNDS:
        shown = await kept(naming)
        keys = [one.key for one in (await naming.lists.name_groups(shown, GROUPS[::-1])).values()]
        await asyncio.gather(
            drawing.lists.mark_drawn(dict.fromkeys(keys, f"{number}")), forgetting.forget("T1")
        )

        assert [await naming.lists.group("T1", key) for key in keys] == [None] * len(keys)


async def test_of_many_who_open_a_closed_flag_at_different_places_one_does_it(processes: Processes) -> None:
    members = ["1", "2", "3"]
    for _ in ROUNDS:
        places = (Place.COMMENT, Place.FIELD, Place.NOWHERE)
        answers = await asyncio.gather(
            *(
                store.flags.add(SPOT, members, "U1", place=place)
                for store, place in zip(processes.all, places, strict=True)
            ),
            return_exceptions=True,
        )
        (raised,) = [one for one in answers if isinstance(one, Flag)]

        assert [one.flag for one in answers if isinstance(one, AlreadyFlagged)] == [raised] * 2
        assert await processes.one.flags.close(raised, Closed.UNDONE, "U1")


async def test_which_records_are_gone_is_kept_whoever_noticed_last(processes: Processes) -> None:
    members = [str(number) for number in range(20)]
    flag = await processes.one.flags.add(SPOT, members, "U1", place=Place.NOWHERE)
    noticed = (members[:10], members[10:], members[::2])
    for _ in ROUNDS:
        await asyncio.gather(
            *(store.flags.note_gone(flag, some) for store, some in zip(processes.all, noticed, strict=True))
        )
    after = await processes.one.flags.of(SPOT, members)

    assert after
    assert {one.record_id for one in after.records if one.gone} in [set(some) for some in noticed]


async def test_each_alert_is_taken_up_once_also_while_its_subscription_is_stopped(
    processes: Processes,
) -> None:
    for number in ROUNDS:
        slots = [Slot(f"S{number}", AT - timedelta(minutes=minute), "T1", "C1") for minute in range(60)]
        async with processes.database.write() as writer:
            await processes.ledgers[0].open_all(writer, slots)
        stopping = asyncio.create_task(processes.ledgers[0].close(f"S{number}", "stopped"))
        claims = await asyncio.gather(
            *(ledger.claim([AlertState.NEW], limit=60) for ledger in processes.ledgers)
        )
        await stopping

        taken = [alert.id for some in claims for alert in some]
        assert len(taken) == len(set(taken))
        assert {alert.state for alert in await processes.ledgers[0].of(f"S{number}")} == {AlertState.STOPPED}

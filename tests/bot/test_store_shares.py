"""Messages shared to channels: drafts that are taken once, what is kept of them, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.ids import Detail
from bot.store import Share, Spot, Store, StoredList
from bot.store.shares import DRAFTS_KEPT, KEPT, MOST_SHOWING
from tests.storage import Storage
from zoho.database import Database
from zoho.records import Found, Group, Module, Reason, Record, Who

MARA, TOMAS, STRANGER = Who("T1", "U1"), Who("T1", "U2"), Who("T2", "U1")
SECRET = "ana.roe@kestrel.example"
URL = "https://hooks.slack.example/actions/T1/1/xyz"


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: Database, clock: Clock) -> Store:
    return Store(database, clock)


def found() -> Found:
    records = tuple(Record(Module.DESK_CONTACTS, str(n), "Ana Roe", email=SECRET) for n in (1, 2))
    group = Group(Module.DESK_CONTACTS, records, Reason(("e-mail",), (SECRET,)))
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return Found(Module.DESK_CONTACTS, "eu", "200", "Larkfield", (group,), 12, False, at, "values")


async def draft(store: Store, *, is_outside: bool = False) -> Share:
    return await store.shares.draft(
        MARA, found(), channel="C1", response_url=URL, command="desk contacts", is_outside=is_outside
    )


async def test_a_draft_becomes_a_shared_message_once(store: Store) -> None:
    kept = await draft(store)
    assert await store.shares.get("T1", kept.key) is None
    taken = await store.shares.take(MARA, kept.key, Detail.MASKED)
    assert taken == replace(kept, detail=Detail.MASKED)
    assert await store.shares.take(MARA, kept.key, Detail.FULL) is None
    assert await store.shares.get("T1", kept.key) == replace(taken, response_url="")


@pytest.mark.parametrize("who", [TOMAS, STRANGER])
async def test_nobody_else_takes_a_draft(store: Store, who: Who) -> None:
    kept = await draft(store)
    assert await store.shares.take(who, kept.key, Detail.MASKED) is None


async def test_a_draft_lives_as_long_as_slack_takes_its_answer(store: Store, clock: Clock) -> None:
    kept = await draft(store)
    clock.time += DRAFTS_KEPT
    assert await store.shares.take(MARA, kept.key, Detail.MASKED) is None


async def test_where_others_may_read_the_numbers_are_all_whatever_was_submitted(store: Store) -> None:
    kept = await draft(store, is_outside=True)
    taken = await store.shares.take(MARA, kept.key, Detail.FULL)
    assert taken is not None
    assert taken.detail is Detail.COUNTS


async def test_of_the_numbers_alone_no_record_is_kept(store: Store) -> None:
    kept = await draft(store)
    await store.shares.take(MARA, kept.key, Detail.COUNTS)
    shared = await store.shares.get("T1", kept.key)
    assert shared is not None
    assert (shared.found.groups, shared.found.total) == ((), 12)


async def test_another_workspace_finds_nothing(store: Store) -> None:
    kept = await draft(store)
    await store.shares.take(MARA, kept.key, Detail.MASKED)
    assert await store.shares.get("T2", kept.key) is None


async def test_where_a_message_stands_is_remembered(store: Store) -> None:
    kept = await draft(store)
    await store.shares.take(MARA, kept.key, Detail.MASKED)
    await store.shares.stands_at(kept, "1795507500.000100")
    shared = await store.shares.get("T1", kept.key)
    assert shared is not None
    assert shared.ts == "1795507500.000100"


async def posted(store: Store, detail: Detail = Detail.MASKED, ts: str = "1795507500.000100") -> Share:
    """A message that was shared and drawn."""
    kept = await draft(store)
    taken = await store.shares.take(MARA, kept.key, detail)
    assert taken is not None
    drawn = StoredList(taken.key, MARA, taken.command, taken.found, taken.found.at)
    await store.lists.name_groups(drawn, taken.found.groups)
    await store.shares.stands_at(taken, ts)
    return replace(taken, response_url="", ts=ts)


HERE = Spot("T1", "eu", "200", Module.DESK_CONTACTS)


async def test_messages_in_which_a_record_is_drawn_are_found_newest_first(store: Store, clock: Clock) -> None:
    older = await posted(store)
    clock.time += timedelta(minutes=1)
    newer = await posted(store, ts="1795507600.000100")
    for members in (["1"], ["2", "3"], ["3", "1"]):
        assert await store.shares.showing(HERE, members) == (newer, older)


@pytest.mark.parametrize(
    ("spot", "members"),
    [
        (HERE, ["3"]),
        (HERE, ["11", "%", "_"]),
        (HERE, []),
        (HERE._replace(workspace="T2"), ["1"]),
        (HERE._replace(dc="in"), ["1"]),
        (HERE._replace(org_id="201"), ["1"]),
        (HERE._replace(module=Module.DESK_ACCOUNTS), ["1"]),
    ],
)
async def test_messages_about_other_records_are_left_alone(
    store: Store, spot: Spot, members: list[str]
) -> None:
    await posted(store)
    assert await store.shares.showing(spot, members) == ()


async def test_what_shows_no_record_or_stands_nobody_knows_where_or_is_old_is_left_alone(
    store: Store, clock: Clock
) -> None:
    await posted(store, Detail.COUNTS)
    await posted(store, ts="")
    await draft(store)
    assert await store.shares.showing(HERE, ["1"]) == ()
    await posted(store)
    clock.time += KEPT
    assert await store.shares.showing(HERE, ["1"]) == ()


async def test_no_more_messages_follow_than_can_be_drawn_in_a_moment(store: Store) -> None:
    for _ in range(MOST_SHOWING + 2):
        await posted(store)
    assert len(await store.shares.showing(HERE, ["1"])) == MOST_SHOWING


async def test_a_shared_message_is_forgotten_after_a_month(store: Store, clock: Clock) -> None:
    kept = await draft(store)
    await store.shares.take(MARA, kept.key, Detail.MASKED)
    clock.time += KEPT - timedelta(seconds=1)
    await store.sweep()
    assert await store.shares.get("T1", kept.key) is not None
    clock.time += timedelta(seconds=1)
    assert await store.shares.get("T1", kept.key) is None


async def test_a_workspace_that_leaves_takes_its_shared_messages_along(store: Store) -> None:
    kept = await draft(store)
    await store.shares.take(MARA, kept.key, Detail.MASKED)
    await store.forget("T1")
    assert await store.shares.get("T1", kept.key) is None


async def test_a_message_that_was_never_posted_is_dropped(store: Store) -> None:
    kept = await draft(store)
    await store.shares.take(MARA, kept.key, Detail.MASKED)
    await store.shares.drop(kept)
    assert await store.shares.get("T1", kept.key) is None


async def test_neither_records_nor_addresses_lie_in_clear(store: Store, storage: Storage) -> None:
    await draft(store)
    stored = await storage.contents()
    assert SECRET.encode() not in stored
    assert URL.encode() not in stored


async def test_members_that_are_gone_are_remembered_with_the_group(store: Store) -> None:
    kept = await store.lists.keep(MARA, "desk contacts", found())
    (shown,) = (await store.lists.name_groups(kept, kept.found.groups)).values()
    assert shown.left == ("1", "2")
    after = await store.lists.note_gone(shown, ["2"])
    assert after.left == ("1",)
    assert await store.lists.group("T1", shown.key) == after

"""Dismissals as they are kept: one effect for two people, who said what, and what is taken back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.store import AlreadyDismissed, Dismissal, Line, Spot, Store, Why
from bot.store.dismissed_rows import dismissals, dismissed_pairs
from bot.store.tables import decisions
from tests.storage import Storage
from zoho.database import Database
from zoho.duplicates.dismissed import Pair, pair_of, split
from zoho.organisations import OrganisationKey
from zoho.records import Group, Module, Product, Reason, Record

SPOT = Spot("T1", "eu", "200", Module.DESK_CONTACTS)
LINE = Line("T1", "eu", "200")
DESK = OrganisationKey(Product.DESK, "eu", "200")


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, step: timedelta) -> None:
        self.time += step


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: Database, clock: Clock) -> Store:
    return Store(database, clock)


def contact(number: int, phone: str = "") -> Record:
    return Record(
        Module.DESK_CONTACTS, str(number), f"Ana {number}", email="ana@kestrel.example", phone=phone
    )


def some(*numbers: int) -> tuple[Record, ...]:
    return tuple(contact(number) for number in numbers)


async def apart(store: Store, spot: Spot = SPOT) -> set[Pair]:
    organisation = OrganisationKey(Product.DESK, spot.dc, spot.org_id)
    return set((await store.dismissals.standing(spot.workspace, organisation, spot.module)).pairs)


def pairs(*two: str) -> set[Pair]:
    return {pair_of(*one.split("-")) for one in two}


async def test_a_pair_is_kept_apart_for_the_whole_workspace_and_nowhere_else(store: Store) -> None:
    await store.dismissals.dismiss(SPOT, some(1, 2), "U1")
    assert await apart(store) == pairs("1-2")
    for other in (
        SPOT._replace(workspace="T2"),
        SPOT._replace(dc="in"),
        SPOT._replace(org_id="201"),
        SPOT._replace(module=Module.DESK_ACCOUNTS),
    ):
        assert await apart(store, other) == set()


async def test_the_kept_marks_tell_whether_a_compared_field_changed(store: Store) -> None:
    await store.dismissals.dismiss(SPOT, some(1, 2), "U1")
    standing = await store.dismissals.standing("T1", DESK, Module.DESK_CONTACTS)
    changed = (contact(1), contact(2, phone="5550142"))
    for records, left in ((some(1, 2), 0), (changed, 1)):
        group = Group(Module.DESK_CONTACTS, records, Reason(("e-mail",), ()))
        assert len(split(group, standing).groups) == left


async def test_each_that_is_taken_out_is_kept_apart_from_every_other(store: Store) -> None:
    await store.dismissals.dismiss(SPOT, some(1, 2, 3, 4), "U1", out=["3"])
    assert await apart(store) == pairs("1-3", "2-3", "3-4")


async def test_two_that_are_taken_out_together_stay_together(store: Store) -> None:
    await store.dismissals.dismiss(SPOT, some(1, 2, 3, 4), "U1", out=["3", "4", "99"])
    assert await apart(store) == pairs("1-3", "2-3", "1-4", "2-4")


@pytest.mark.parametrize("out", [[], ["1", "2", "3"]])
async def test_taking_out_all_keeps_every_two_apart(store: Store, out: list[str]) -> None:
    said = await store.dismissals.dismiss(SPOT, some(1, 2, 3), "U1", out=out)
    assert await apart(store) == pairs("1-2", "1-3", "2-3")
    assert said.out == ()


async def test_of_many_who_dismiss_the_same_at_once_one_does_it(store: Store, database: Database) -> None:
    outcomes = await asyncio.gather(
        *(store.dismissals.dismiss(SPOT, some(1, 2), f"U{n}") for n in range(8)), return_exceptions=True
    )
    done = [one for one in outcomes if isinstance(one, Dismissal)]
    refused = [one for one in outcomes if isinstance(one, AlreadyDismissed)]
    assert (len(done), len(refused)) == (1, 7)
    assert {one.dismissal.key for one in refused} == {done[0].key}
    async with database.read() as reader:
        assert await reader.scalar(select(func.count()).select_from(dismissals)) == 1
        noted = (await reader.execute(select(decisions.c.kind, decisions.c.user))).all()
    assert [tuple(row) for row in noted] == [("dismiss", done[0].user)]


async def test_of_many_who_take_one_back_at_once_one_does_it(store: Store) -> None:
    said = await store.dismissals.dismiss(SPOT, some(1, 2), "U1")
    taken = await asyncio.gather(*(store.dismissals.withdraw(said, f"U{n}") for n in range(8)))
    assert taken.count(True) == 1
    assert await apart(store) == set()
    kept = await store.dismissed.get("T1", said.key)
    assert kept is not None
    assert kept.withdrawn_at is not None
    assert (kept.withdrawn_by, kept.revision) == (f"U{taken.index(True)}", 2)


async def test_what_was_taken_back_can_be_said_again(store: Store) -> None:
    said = await store.dismissals.dismiss(SPOT, some(1, 2), "U1")
    await store.dismissals.withdraw(said, "U2")
    again = await store.dismissals.dismiss(SPOT, some(1, 2), "U2")
    assert again.key != said.key
    assert await apart(store) == pairs("1-2")


async def test_a_pair_of_which_something_changed_can_be_dismissed_as_it_is_now(store: Store) -> None:
    first = await store.dismissals.dismiss(SPOT, some(1, 2), "U1")
    with pytest.raises(AlreadyDismissed):
        await store.dismissals.dismiss(SPOT, some(1, 2), "U2")
    changed = (contact(1), contact(2, phone="5550142"))
    second = await store.dismissals.dismiss(SPOT, changed, "U2")
    group = Group(Module.DESK_CONTACTS, changed, Reason(("e-mail",), ()))
    standing = await store.dismissals.on(SPOT, ["1", "2"])
    assert split(group, standing.dismissed) == ((), (second.key,))
    assert await store.dismissed.after(LINE, None, 9) == (second,)
    assert first.key not in standing.by_key


async def test_a_pair_that_two_decisions_are_about_stays_apart_until_both_are_taken_back(
    store: Store, clock: Clock
) -> None:
    first = await store.dismissals.dismiss(SPOT, some(1, 2, 3, 4), "U1", out=["3"])
    clock.forward(timedelta(minutes=1))
    second = await store.dismissals.dismiss(SPOT, some(1, 2, 3, 4), "U2", out=["4"])
    assert await store.dismissals.withdraw(first, "U1")
    assert await apart(store) == pairs("1-4", "2-4", "3-4")
    assert await store.dismissals.withdraw(second, "U2")
    assert await apart(store) == set()


async def test_what_was_said_of_an_earlier_state_does_not_come_to_life_again(
    store: Store, clock: Clock
) -> None:
    await store.dismissals.dismiss(SPOT, some(1, 2, 3), "U1")
    clock.forward(timedelta(minutes=1))
    changed = (contact(1), contact(2, phone="5550142"))
    second = await store.dismissals.dismiss(SPOT, changed, "U2")
    assert await store.dismissals.withdraw(second, "U2")
    assert await apart(store) == pairs("1-3", "2-3")


async def test_withdrawing_two_decisions_about_the_same_at_once_leaves_nothing_apart(store: Store) -> None:
    first = await store.dismissals.dismiss(SPOT, some(1, 2, 3), "U1", out=["3"])
    second = await store.dismissals.dismiss(SPOT, some(1, 2, 3), "U2", out=["2"])
    taken = (store.dismissals.withdraw(first, "U1"), store.dismissals.withdraw(second, "U2"))
    assert list(await asyncio.gather(*taken)) == [True, True]
    assert await apart(store) == set()


async def test_dismissing_and_taking_back_in_a_race_ends_with_what_the_last_one_said(store: Store) -> None:
    for _ in range(10):
        said = await store.dismissals.dismiss(SPOT, some(1, 2), "U1")
        _, again = await asyncio.gather(
            store.dismissals.withdraw(said, "U1"),
            store.dismissals.dismiss(SPOT, some(1, 2), "U2"),
            return_exceptions=True,
        )
        stands = await apart(store) == pairs("1-2")
        assert stands is isinstance(again, Dismissal)
        if isinstance(again, Dismissal):
            await store.dismissals.withdraw(again, "U2")


async def test_a_reason_is_given_by_whoever_decided_and_by_nobody_else(store: Store) -> None:
    said = await store.dismissals.dismiss(SPOT, some(1, 2), "U1")
    assert not await store.dismissals.explain(said, "U2", Why.OTHER, "mine")
    assert await store.dismissals.explain(said, "U1", Why.HOUSEHOLD, "married, one mailbox")
    kept = await store.dismissed.get("T1", said.key)
    assert kept is not None
    assert (kept.why, kept.note, kept.revision) == (Why.HOUSEHOLD, "married, one mailbox", 2)
    await store.dismissals.withdraw(kept, "U1")
    assert not await store.dismissals.explain(said, "U1", Why.OTHER, "late")


async def test_what_stands_on_some_records_comes_with_who_said_it(store: Store) -> None:
    pair = await store.dismissals.dismiss(SPOT, some(1, 2), "U1", note="twins")
    await store.dismissals.dismiss(SPOT, some(5, 6), "U1")
    standing = await store.dismissals.on(SPOT, ["1", "2", "3", "5"])
    assert set(standing.dismissed.pairs) == pairs("1-2")
    assert standing.by_key == {pair.key: pair}
    assert (await store.dismissals.on(SPOT, ["9"])).by_key == {}
    assert standing.by_key[pair.key].note == "twins"


async def test_the_list_goes_from_the_newest_on_in_pieces_and_back(store: Store, clock: Clock) -> None:
    said = []
    for number in range(7):
        said.append(await store.dismissals.dismiss(SPOT, some(2 * number, 2 * number + 1), f"U{number % 2}"))
        clock.forward(timedelta(minutes=1))
    withdrawn = said.pop(3)
    await store.dismissals.withdraw(withdrawn, "U1")
    newest = tuple(reversed(said))
    listed = store.dismissed
    assert await listed.after(LINE, None, 4) == newest[:4]
    assert await listed.after(LINE, newest[3], 4) == newest[4:]
    assert await listed.before(LINE, newest[4], 2) == (newest[3], newest[2])
    assert await listed.by(LINE, "U0", 2) == tuple(one for one in newest if one.user == "U0")[:2]
    assert (await listed.length(LINE), await listed.length_before(LINE, newest[4])) == (6, 4)
    assert await listed.length(LINE._replace(org_id="201")) == 0
    assert await listed.length_of_all("T1") == 6
    assert await listed.get("T2", newest[0].key) is None


async def test_the_stamp_changes_with_everything_that_shows(store: Store) -> None:
    stamps = [await store.dismissed.stamp("T1")]
    said = await store.dismissals.dismiss(SPOT, some(1, 2), "U1")
    stamps.append(await store.dismissed.stamp("T1"))
    await store.dismissals.explain(said, "U1", Why.SHARED, "")
    stamps.append(await store.dismissed.stamp("T1"))
    assert len(set(stamps)) == 3
    await store.dismissals.withdraw(said, "U1")
    assert await store.dismissed.stamp("T1") == stamps[0]
    assert await store.dismissed.stamp("T2") == stamps[0]


async def test_a_decision_about_a_great_group_is_kept_whole(store: Store) -> None:
    many = some(*range(120))
    await store.dismissals.dismiss(SPOT, many, "U1", out=[str(n) for n in range(20)])
    assert len(await apart(store)) == 20 * 100


async def test_neither_values_nor_reasons_lie_in_clear(store: Store, storage: Storage) -> None:
    records = tuple(replace(one, phone="+49 40 5550 163") for one in some(1, 2))
    said = await store.dismissals.dismiss(SPOT, records, "U1", note="married to Lindqvist")
    mark = next(iter(said.marks["1"])).digest
    stored = await storage.contents()
    assert b"U1" in stored
    for secret in (b"Lindqvist", b"ana@kestrel", b"5550", mark.encode()):
        assert secret not in stored


async def test_a_workspace_is_forgotten_and_old_withdrawn_decisions_are_swept(
    store: Store, clock: Clock, database: Database
) -> None:
    gone = await store.dismissals.dismiss(SPOT, some(1, 2), "U1")
    await store.dismissals.withdraw(gone, "U1")
    kept = await store.dismissals.dismiss(SPOT, some(3, 4), "U1")
    clock.forward(timedelta(days=181))
    await store.sweep()
    assert await store.dismissed.get("T1", gone.key) is None
    assert await store.dismissed.get("T1", kept.key) == kept
    await store.forget("T2")
    assert await apart(store) == pairs("3-4")
    await store.forget("T1")
    async with database.read() as reader:
        for table in (dismissals, dismissed_pairs):
            assert await reader.scalar(select(func.count()).select_from(table)) == 0

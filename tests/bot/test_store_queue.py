"""The flag queue in the store: order, pieces, claims, endings, and what a flag that comes back keeps."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.store import (
    AlreadyFlagged,
    Closed,
    Flag,
    FlaggedRecord,
    HomeRow,
    Line,
    Place,
    Spot,
    Store,
    ended_on,
    standing_on,
)
from zoho.database import Database
from zoho.records import Module, Who

SPOT = Spot("T1", "eu", "200", Module.DESK_CONTACTS)
LINE = Line("T1", "eu", "200")
MARA = Who("T1", "U1")


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


async def raised(store: Store, *members: str, user: str = "U1", spot: Spot = SPOT) -> Flag:
    return await store.flags.add(spot, members, user, place=Place.NOWHERE)


async def test_the_queue_is_read_oldest_first_in_pieces_and_backwards(store: Store, clock: Clock) -> None:
    flags = []
    for number in range(7):
        clock.forward(timedelta(minutes=number % 2))  # some at the very same time
        flags.append(await raised(store, f"a{number}", f"b{number}"))
    first = await store.queue.after(LINE, None, 3)
    rest = await store.queue.after(LINE, first[-1], 9)
    assert [*first, *rest] == flags
    assert await store.queue.before(LINE, rest[-1], 2) == (flags[5], flags[4])
    assert await store.queue.length_before(LINE, flags[4]) == 4
    assert await store.queue.length(LINE) == 7


async def test_the_queues_of_organisations_and_workspaces_are_apart(store: Store) -> None:
    await raised(store, "1", "2")
    await raised(store, "1", "2", spot=SPOT._replace(org_id="201"))
    other = await raised(store, "1", "2", spot=SPOT._replace(workspace="T2"))
    assert await store.queue.length(LINE) == 1
    assert await store.queue.length_of_all("T1") == 2
    assert await store.queue.get("T1", other.key) is None


async def test_of_two_people_who_claim_at_once_one_has_it(store: Store) -> None:
    flag = await raised(store, "1", "2")
    won = await asyncio.gather(*(store.queue.claim(flag, user) for user in ("U1", "U2", "U3")))
    assert won.count(True) == 1
    now = await store.queue.get("T1", flag.key)
    assert now is not None
    assert (now.claimed_by, now.revision) == (("U1", "U2", "U3")[won.index(True)], 2)


async def test_who_did_what_last_is_kept_with_the_time(store: Store, clock: Clock) -> None:
    flag = await raised(store, "1", "2")
    for kind, user in (("claim", "U2"), ("release", "U2")):
        clock.forward(timedelta(minutes=1))
        assert await getattr(store.queue, kind)(flag, user)
        flag = await store.queue.get("T1", flag.key) or flag
        change = await store.flags.last_change(flag)
        assert change is not None
        assert (change.kind, change.user, change.at) == (kind, user, clock())
    assert flag.claimed_by == ""
    clock.forward(timedelta(minutes=1))
    assert await store.flags.close(flag, Closed.DONE, "U3")
    done = await store.queue.get("T1", flag.key)
    assert done is not None
    assert (done.closed_as, done.closed_by, done.closed_at) == (Closed.DONE, "U3", clock())
    assert await store.queue.after(LINE, None, 5) == ()


async def test_nothing_changes_a_flag_that_was_read_before_it_changed(store: Store) -> None:
    flag = await raised(store, "1", "2")
    await store.queue.claim(flag, "U2")
    assert not await store.queue.claim(flag, "U1")
    assert not await store.queue.release(flag, "U1")
    assert not await store.flags.close(flag, Closed.DONE, "U1")
    last = await store.flags.last_change(flag)
    assert last is not None
    assert (last.kind, last.user) == ("claim", "U2")


async def test_a_flag_that_comes_back_is_the_youngest_and_nobody_has_it(store: Store, clock: Clock) -> None:
    first = await raised(store, "1", "2")
    await store.queue.claim(first, "U2")
    claimed = await store.queue.get("T1", first.key)
    assert claimed is not None
    await store.flags.close(claimed, Closed.DONE, "U2")
    clock.forward(timedelta(hours=1))
    between = await raised(store, "3", "4")
    clock.forward(timedelta(hours=1))
    again = await raised(store, "2", "1", user="U3")
    assert (again.key, again.user, again.claimed_by, again.is_open) == (first.key, "U3", "", True)
    assert again.revision > claimed.revision
    assert await store.queue.after(LINE, None, 5) == (between, again)


async def test_a_flag_is_opened_anew_once_however_many_ask(store: Store) -> None:
    first = await raised(store, "1", "2")
    await store.flags.close(first, Closed.UNDONE, "U1")
    results = await asyncio.gather(
        *(raised(store, "1", "2", user=user) for user in ("U1", "U2")), return_exceptions=True
    )
    assert sum(isinstance(one, AlreadyFlagged) for one in results) == 1
    assert await store.queue.length(LINE) == 1


async def test_what_stands_in_zoho_from_an_earlier_flag_counts_as_written(store: Store) -> None:
    flag = await store.flags.add(SPOT, ["1", "2"], "U1", place=Place.COMMENT)
    await store.flags.note_written(flag, FlaggedRecord("1", written=True, trace="77"))
    await store.flags.note_written(flag, FlaggedRecord("2", refused="no"))
    await store.flags.close(flag, Closed.DONE, "U1")
    again = await store.flags.add(SPOT, ["1", "2"], "U2", place=Place.COMMENT)
    assert again.records == (FlaggedRecord("1", written=True, trace="77"), FlaggedRecord("2"))
    await store.flags.close(again, Closed.DONE, "U1")
    elsewhere = await store.flags.add(SPOT, ["1", "2"], "U2", place=Place.FIELD)
    assert elsewhere.records == (FlaggedRecord("1"), FlaggedRecord("2"))


async def test_a_record_that_is_gone_no_longer_counts_and_may_come_back(store: Store) -> None:
    flag = await raised(store, "1", "2", "3")
    await store.flags.note_gone(flag, ["2"])
    (known,) = await store.flags.on(SPOT, ["1"])
    assert known.left == ("1", "3")
    assert standing_on([known], ["1", "3"]) == known
    assert standing_on([known], ["1", "2"]) is None
    await store.flags.note_gone(flag, [])
    assert (await store.flags.on(SPOT, ["1"]))[0].left == ("1", "2", "3")


async def test_a_closed_flag_stands_nowhere_and_its_end_shows_where_all_its_records_are(store: Store) -> None:
    flag = await raised(store, "1", "2")
    await store.flags.close(flag, Closed.DONE, "U2")
    known = await store.flags.on(SPOT, ["1", "2", "3"])
    assert standing_on(known, ["1", "2"]) is None
    ended = ended_on(known, ["1", "2", "3"])
    assert ended is not None
    assert ended.closed_by == "U2"
    assert ended_on(known, ["1", "3"]) is None


async def test_a_waiting_flag_that_was_closed_is_never_written(store: Store) -> None:
    flag = await store.flags.add(SPOT, ["1", "2"], "U1", place=Place.COMMENT, waiting=True)
    await store.flags.close(flag, Closed.DONE, "U2")
    assert await store.flags.waiting_for(MARA, "eu", "200") == ()
    assert not await store.flags.release(flag)


async def test_the_stamp_differs_whenever_the_queue_does(store: Store, clock: Clock) -> None:
    stamps = [await store.queue.stamp("T1")]
    flag = await raised(store, "1", "2")
    stamps.append(await store.queue.stamp("T1"))
    await store.queue.claim(flag, "U1")
    stamps.append(await store.queue.stamp("T1"))
    clock.forward(timedelta(minutes=1))
    await raised(store, "3", "4")
    stamps.append(await store.queue.stamp("T1"))
    assert len(set(stamps)) == 4
    assert await store.queue.stamp("T1") == stamps[-1]


async def test_a_home_tab_is_remembered_for_a_quarter_of_a_year(store: Store, clock: Clock) -> None:
    assert await store.homes.get(MARA) is None
    await store.homes.keep(MARA, HomeRow("h1", "s1", ""))
    await store.homes.keep(MARA, HomeRow("h2", "s2", "k"))
    assert await store.homes.get(MARA) == HomeRow("h2", "s2", "k")
    await store.homes.outdate(MARA)
    assert await store.homes.get(MARA) == HomeRow("h2", "", "k")
    clock.forward(timedelta(days=90, seconds=1))
    await store.sweep()
    assert await store.homes.get(MARA) is None
    await store.homes.keep(MARA, HomeRow("h3", "s3", ""))
    await store.forget("T1")
    assert await store.homes.get(MARA) is None

"""Reads of whole modules in the store: begun once, one at a time, ended once, forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Text, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import Begun, Read, Reads, ReadState, Store, Wanted
from bot.store.reads import MOST_TAKES
from bot.store.tables import read_pages
from zoho.database import Database
from zoho.desk import SearchPage
from zoho.records import Field, Module, Record, Who

MARA, TOMAS = Who("T1", "U1"), Who("T1", "U2")
CONTACTS = Wanted(
    module=Module.DESK_CONTACTS,
    filters=(("city", "Ulm"),),
    command="contacts city=Ulm",
    dc="eu",
    org_id="200",
    org_name="Larkfield Support",
    rows=118_000,
    ceiling=3_600,
    at_least=100_000,
)
NORA = Record(
    Module.DESK_CONTACTS,
    "1",
    "Nora Vik",
    created=datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC),
    is_end_user=True,
    others=(Field("city", "Ulm"),),
)
PAGE = SearchPage((NORA,), 1)


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


async def test_what_was_asked_is_kept_for_its_person_alone(store: Store) -> None:
    asked = await store.reads.ask(MARA, CONTACTS)
    assert await store.reads.get(MARA, asked.key) == asked
    assert await store.reads.get(TOMAS, asked.key) is None
    assert asked.wanted == CONTACTS


async def test_a_read_begins_once(store: Store) -> None:
    asked = await store.reads.ask(MARA, CONTACTS)
    begun = await asyncio.gather(*(store.reads.begin(asked) for _ in range(5)))
    assert sorted(begun) == [Begun.BEFORE] * 4 + [Begun.NOW]


async def test_a_person_has_one_read_at_a_time_in_an_organisation(store: Store) -> None:
    first, second = [await store.reads.ask(MARA, CONTACTS) for _ in range(2)]
    elsewhere = await store.reads.ask(MARA, replace(CONTACTS, org_id="300"))
    others = await store.reads.ask(TOMAS, CONTACTS)
    assert await store.reads.begin(first) is Begun.NOW
    assert await store.reads.begin(second) is Begun.BUSY
    assert await store.reads.begin(elsewhere) is Begun.NOW
    assert await store.reads.begin(others) is Begun.NOW
    assert await store.reads.end(first.key, ReadState.DONE)
    assert await store.reads.begin(second) is Begun.NOW


async def test_a_read_ends_once_and_keeps_its_last_figures(store: Store, clock: Clock) -> None:
    asked = await store.reads.ask(MARA, CONTACTS)
    await store.reads.begin(asked)
    begun = await _taken(store.reads, asked, clock)
    assert await store.reads.note(replace(begun, read=500, groups=3, used=15))
    assert await store.reads.end(asked.key, ReadState.CANCELLED)
    assert not await store.reads.end(asked.key, ReadState.DONE)
    assert not await store.reads.note(replace(begun, read=600, groups=3, used=18))
    ended = await store.reads.get(MARA, asked.key)
    assert ended is not None
    assert (ended.state, ended.read, ended.used) == (ReadState.CANCELLED, 600, 18)


async def test_a_read_of_which_nothing_is_heard_is_lost(store: Store, clock: Clock) -> None:
    asked = await store.reads.ask(MARA, CONTACTS)
    await store.reads.begin(asked)
    await store.reads.stands_at(asked.key, "D1", "1.2")
    taken = await store.reads.take(asked.key, lost=clock.time)
    assert taken is not None
    assert await store.reads.lost(clock.time) == ()
    clock.time += timedelta(minutes=1)
    (lost,) = await store.reads.lost(clock.time)
    assert (lost.channel, lost.ts) == ("D1", "1.2")
    await store.reads.note(taken)
    assert await store.reads.lost(clock.time) == ()


async def test_a_read_is_carried_out_by_one_process_until_that_is_silent_or_gives_it_back(
    database: Database, clock: Clock
) -> None:
    one, two = Store(database, clock).reads, Store(database, clock).reads
    asked = await one.ask(MARA, CONTACTS)
    assert await one.take(asked.key, lost=clock.time) is None  # nobody agreed to it yet
    await one.begin(asked)
    taken = await one.take(asked.key, lost=clock.time)
    assert taken is not None
    assert (taken.takes, taken.used) == (1, 0)
    assert await two.take(asked.key, lost=clock.time) is None
    before = clock.time
    clock.time += timedelta(seconds=20)
    await one.hold([asked.key])
    assert await two.take(asked.key, lost=before + timedelta(seconds=10)) is None

    entered: list[str] = []

    async def enter(connection: AsyncConnection, keys: Collection[str]) -> None:
        entered.extend(keys)

    assert not await two.give_back(asked.key, enter)
    assert await one.give_back(asked.key, enter)
    assert entered == [asked.key]
    assert await two.take(asked.key, lost=before) is not None
    assert not await one.note(replace(taken, read=100, used=3))  # it is in other hands
    assert not await one.end_ours(asked.key, ReadState.FAILED)
    there = await two.waiting(asked.key)
    assert there is not None
    assert (there.read, there.used, there.takes) == (0, 3, 2)  # a call of the first may have been paid
    clock.time += timedelta(minutes=1)
    assert await one.take(asked.key, lost=clock.time) is not None  # nothing was heard of the other
    await one.end(asked.key, ReadState.CANCELLED)
    assert await two.take(asked.key, lost=clock.time) is None
    assert await two.waiting(asked.key) is None


async def test_pages_are_kept_until_the_end_by_whoever_has_the_read(database: Database, clock: Clock) -> None:
    one, two = Store(database, clock).reads, Store(database, clock).reads
    asked = await one.ask(MARA, CONTACTS)
    await one.begin(asked)
    begun = await _taken(one, asked, clock)
    over: list[str] = []
    first = await one.journal(begun, lambda: over.append("one"))
    await first.keep("a+0", PAGE, read=1, used=3)
    clock.time += timedelta(minutes=1)
    again = await _taken(two, asked, clock)
    assert (again.read, again.used, again.takes) == (1, 6, 2)
    second = await two.journal(again, lambda: over.append("two"))
    assert await second.find("a+0") == PAGE
    assert await second.find("a+100") is None
    assert (second.began, second.used) == (begun.since, 6)

    await first.keep("a+100", PAGE, read=2, used=6)
    assert over == ["one"]
    await second.keep("a+100", PAGE, read=2, used=9)
    assert await two.end_ours(asked.key, ReadState.DONE)
    await second.keep("a+200", PAGE, read=3, used=12)
    assert over == ["one", "two"]
    assert await _pages(database) == 0


async def test_a_read_that_ends_its_process_time_and_again_is_taken_up_no_more(
    store: Store, clock: Clock
) -> None:
    asked = await store.reads.ask(MARA, CONTACTS)
    await store.reads.begin(asked)
    for _ in range(MOST_TAKES):
        await _taken(store.reads, asked, clock)
        clock.time += timedelta(minutes=1)
    assert await store.reads.take(asked.key, lost=clock.time) is None
    (lost,) = await store.reads.lost(clock.time)
    assert not lost.can_go_on(clock.time)


async def test_a_read_of_which_nothing_was_heard_for_an_hour_does_not_go_on(
    store: Store, clock: Clock
) -> None:
    asked = await store.reads.ask(MARA, CONTACTS)
    await store.reads.begin(asked)
    await _taken(store.reads, asked, clock)
    clock.time += timedelta(minutes=59)
    await _taken(store.reads, asked, clock)
    clock.time += timedelta(minutes=61)
    assert await store.reads.take(asked.key, lost=clock.time) is None
    (lost,) = await store.reads.lost(clock.time)
    assert not lost.can_go_on(clock.time)


async def test_what_was_read_lies_encrypted_and_goes_with_the_workspace(
    store: Store, database: Database, clock: Clock
) -> None:
    asked = await store.reads.ask(MARA, CONTACTS)
    await store.reads.begin(asked)
    journal = await store.reads.journal(await _taken(store.reads, asked, clock), list)
    await journal.keep("a+0", PAGE, read=1, used=3)
    async with database.read() as connection:
        lies = (await connection.execute(select(type_coerce(read_pages.c.page, Text)))).scalar_one()
    assert "Vik" not in lies
    assert lies.startswith("gAAAA")
    await store.forget("T1")
    assert await _pages(database) == 0


async def _taken(reads: Reads, asked: Read, clock: Clock) -> Read:
    taken = await reads.take(asked.key, lost=clock.time)
    assert taken is not None
    return taken


async def _pages(database: Database) -> int:
    """How many pages are kept."""
    async with database.read() as connection:
        return len((await connection.execute(select(read_pages.c.place))).all())


async def test_reads_are_forgotten_after_a_day_unless_they_run_and_with_their_workspace(
    store: Store, clock: Clock
) -> None:
    old, running = [await store.reads.ask(MARA, CONTACTS) for _ in range(2)]
    await store.reads.begin(running)
    clock.time += timedelta(hours=25)
    await store.sweep()
    assert await store.reads.get(MARA, old.key) is None
    assert await store.reads.get(MARA, running.key) is not None
    await store.forget("T1")
    assert await store.reads.get(MARA, running.key) is None

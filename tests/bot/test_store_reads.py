"""Reads of whole modules in the store: begun once, one at a time, ended once, forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import Begun, ReadState, Store, Wanted
from zoho.database import Database
from zoho.records import Module, Who

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


async def test_a_read_ends_once_and_keeps_its_last_figures(store: Store) -> None:
    asked = await store.reads.ask(MARA, CONTACTS)
    await store.reads.begin(asked)
    assert await store.reads.note(replace(asked, read=500, groups=3, used=15))
    assert await store.reads.end(asked.key, ReadState.CANCELLED)
    assert not await store.reads.end(asked.key, ReadState.DONE)
    assert not await store.reads.note(replace(asked, read=600, groups=3, used=18))
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
    assert taken.is_untouched
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
    await one.fail(asked.key)
    there = await two.waiting(asked.key)
    assert there is not None
    assert there.is_untouched
    clock.time += timedelta(minutes=1)
    assert await one.take(asked.key, lost=clock.time) is not None  # nothing was heard of the other
    await one.end(asked.key, ReadState.CANCELLED)
    assert await two.take(asked.key, lost=clock.time) is None
    assert await two.waiting(asked.key) is None


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

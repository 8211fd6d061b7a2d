"""What channels know, as it is kept: whole, once, and only after what was known before."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.alerts.news import News, after, announced, news
from bot.store import Because, Known, Store
from bot.store.told import told, told_groups, told_lists
from tests.bot.alerts.made import CONTACTS, contact, scanned
from tests.bot.schedules.test_due import terms
from tests.bot.test_dismissals import Clock
from tests.storage import Storage
from zoho.database import Database
from zoho.duplicates.dismissed import Dismissed, DismissedPair, marks_of, pair_of
from zoho.records import Who

A, B, C = (contact(number, "a@x.example", name=f"Lindqvist {number}") for number in (1, 2, 3))
E, F = (contact(number, "e@x.example") for number in (5, 6))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: Database, clock: Clock) -> Store:
    return Store(database, clock)


async def keep(store: Store, database: Database, known: Known, heard: News, subscription: str = "s") -> bool:
    async with database.write() as connection:
        return await store.told.keep(
            connection, subscription, "T1", known, groups=announced(heard, "al1"), lists=heard.lists
        )


def sorted_groups(known: Known) -> Known:
    return replace(known, groups=tuple(sorted(known.groups, key=lambda one: one.identity)))


async def test_a_channel_that_never_heard_of_anything_knows_nothing(store: Store) -> None:
    assert await store.told.known("s") == Known()


async def test_what_is_known_comes_back_as_it_was(store: Store, database: Database) -> None:
    said = DismissedPair("k", pair_of("5", "6"), (marks_of(E), marks_of(replace(F, phone="5550142"))))
    days = [
        scanned([A, B, C]),
        scanned([A, B, C, E, F], day=1, dismissed=Dismissed.of([said])),
        scanned([A, B], day=2, fresh={"3": replace(C, is_gone=True)}),
        scanned([A], day=3, fresh={"1": A, "2": replace(B, email="b@x.example")}),
        scanned([A, B, E, F], day=4),
    ]
    known = Known()
    for scan in days:
        heard = news(scan, known)
        assert await keep(store, database, known, heard)
        known = after(known, replace(heard, groups=announced(heard, "al1")))
        assert await store.told.known("s") == sorted_groups(known)
    assert await store.told.known("another") == Known()


async def test_of_two_scans_compared_with_the_same_knowledge_one_is_kept(
    store: Store, database: Database
) -> None:
    first = news(scanned([A, B]), Known())
    kept = await asyncio.gather(*(keep(store, database, Known(), first) for _ in range(5)))
    assert kept.count(True) == 1
    known = await store.told.known("s")
    second = news(scanned([A, B, E, F], day=1), known)
    kept = await asyncio.gather(*(keep(store, database, known, second) for _ in range(5)))
    assert kept.count(True) == 1
    assert (await store.told.known("s")).revision == 2


async def test_what_the_caller_rolls_back_was_never_known(store: Store, database: Database) -> None:
    heard = news(scanned([A, B]), Known())

    async def kept_and_failed() -> None:
        async with database.write() as connection:
            args = (connection, "s", "T1", Known())
            assert await store.told.keep(*args, groups=heard.groups, lists=heard.lists)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await kept_and_failed()
    assert await store.told.known("s") == Known()


async def test_many_groups_are_kept_and_read_whole(store: Store, database: Database) -> None:
    pairs = [contact(n, f"p{n // 2}@x.example") for n in range(1_300)]
    heard = news(scanned(pairs), Known())
    assert await keep(store, database, Known(), heard)
    known = await store.told.known("s")
    assert len(known.groups) == 650
    again = news(scanned(pairs, day=1), known)
    assert (again.items, again.groups) == ((), ())


async def test_a_restart_makes_the_next_scan_silent_and_spoils_one_that_is_under_way(
    store: Store, database: Database
) -> None:
    await keep(store, database, Known(), news(scanned([A, B]), Known()))
    known = await store.told.known("s")
    await store.told.restart("s")
    assert not await keep(store, database, known, news(scanned([A, B, E, F], day=1), known))
    anew = await store.told.known("s")
    assert (anew.lists, len(anew.groups)) == ({}, 1)
    assert news(scanned([A, B, E, F], day=1), anew).silent == (CONTACTS,)


async def test_neither_names_nor_marks_lie_in_clear(
    store: Store, database: Database, storage: Storage
) -> None:
    await keep(store, database, Known(), news(scanned([A, B]), Known()))
    stored = await storage.contents()
    assert b"desk/contacts" in stored
    mark = next(iter(marks_of(A))).digest
    for secret in (b"Lindqvist", b"a@x.example", mark.encode()):
        assert secret not in stored


async def test_what_alerts_that_ended_knew_is_swept_away_and_old_solved_groups_of_others(
    store: Store, database: Database, clock: Clock
) -> None:
    mara = Who("T1", "U01MARA")
    one, two = [
        (await store.subscriptions.add(mara, terms("C1", "weekdays 9:00"), next_at=clock())).id for _ in "ab"
    ]
    for subscription in (one, two, "gone"):
        await keep(store, database, Known(), news(scanned([A, B, E, F]), Known()), subscription)
    await store.sweep()
    assert await store.told.known("gone") == Known()
    known = await store.told.known(one)
    gone = scanned([A, E, F], day=1, fresh={"1": A, "2": replace(B, is_gone=True)})
    await keep(store, database, known, news(gone, known), one)
    clock.forward(timedelta(days=181))
    await store.sweep()
    assert [one.members for one in (await store.told.known(one)).groups] == [("5", "6")]
    assert len((await store.told.known(two)).groups) == 2

    await store.subscriptions.stop(one, Because.PERSON)
    await store.sweep()
    assert await store.told.known(one) == Known()
    assert len((await store.told.known(two)).groups) == 2
    await store.forget("T2")
    assert (await store.told.known(two)).revision == 1
    await store.forget("T1")
    async with database.read() as reader:
        for table in (told, told_lists, told_groups):
            assert await reader.scalar(select(func.count()).select_from(table)) == 0

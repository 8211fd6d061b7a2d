"""What is still to be said is kept until Slack has taken it, and nobody says it twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.store import Notice, Store
from bot.store.notices import KEPT, LEASE, TRIED_FOR
from tests.bot.test_dismissals import Clock
from tests.storage import Storage
from zoho.database import Database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: Database, clock: Clock) -> Store:
    return Store(database, clock)


async def add(store: Store, key: str = "k") -> Notice | None:
    return await store.notices.add(key, workspace="T1", place="U01MARA", body="about Thea Quist")


async def test_a_key_is_kept_once(store: Store) -> None:
    kept = await asyncio.gather(*(add(store) for _ in range(4)))
    (notice,) = [one for one in kept if one is not None]
    assert (notice.place, notice.body, notice.tries) == ("U01MARA", "about Thea Quist", 1)


async def test_whoever_adds_it_says_it_and_after_the_lease_anybody_does(store: Store, clock: Clock) -> None:
    await add(store)
    assert await store.notices.claim() == ()
    clock.forward(LEASE + timedelta(seconds=1))
    claims = await asyncio.gather(*(store.notices.claim() for _ in range(3)))
    (again,) = [one for some in claims for one in some]
    assert (again.key, again.tries) == ("k", 2)


async def test_what_could_not_be_said_waits_and_what_was_said_is_over(store: Store, clock: Clock) -> None:
    first, second = await add(store, "a"), await add(store, "b")
    assert first
    assert second
    await store.notices.later(first)
    await store.notices.said(second)
    clock.forward(timedelta(minutes=2))
    assert [one.key for one in await store.notices.claim()] == ["a"]
    assert await add(store, "b") is None
    clock.forward(TRIED_FOR)
    (late,) = await store.notices.claim()
    await store.notices.later(late)
    clock.forward(timedelta(days=1))
    assert await store.notices.claim() == ()


async def test_changes_of_messages_are_claimed_apart_and_only_once_they_are_committed(
    store: Store, database: Database
) -> None:
    async with database.write() as connection:
        await store.notices.change(connection, "c", workspace="T1", body="strike")
        await store.notices.change(connection, "c", workspace="T1", body="strike")
    assert await store.notices.claim() == ()
    (change,) = await store.notices.claim(changes=True)
    assert (change.place, change.body, change.tries) == ("", "strike", 1)
    assert await store.notices.claim(changes=True) == ()


async def test_nothing_of_it_lies_in_clear_and_old_ones_go(
    store: Store, storage: Storage, clock: Clock
) -> None:
    await add(store)
    assert b"Thea Quist" not in await storage.contents()
    clock.forward(KEPT + timedelta(days=1))
    await store.notices.sweep()
    assert await add(store) is not None
    await store.notices.forget_workspace("T1")
    assert await add(store) is not None

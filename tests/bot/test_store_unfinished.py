"""Typed commands until they have ended: kept with the claim, taken over when their holder is silent."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import Command, Store
from bot.store.unfinished import LEASE, Held
from tests.storage import KEY, Storage
from zoho.database import Database
from zoho.records import Who

AT = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = AT

    def __call__(self) -> datetime:
        return self.time


def command(key: str, *, later: int = 0) -> Command:
    at = AT + timedelta(seconds=later)
    who = Who("T1", "U1")
    return Command(key, who, "T1", "C1", False, "contacts lastName=Roe", "https://hooks.example/secret", at)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: Database, clock: Clock) -> Store:
    return Store(database, clock)


async def test_of_a_key_that_comes_twice_one_command_is_kept(store: Store) -> None:
    keep = store.unfinished
    assert await keep.claim(["a", "b"], [command("a")], holder="one") == {"a", "b"}
    assert await keep.claim(["a"], [command("a")], holder="two") == set()
    assert await keep.take_over(holder="two", held=(), everything=True) == (replace(command("a"), tries=2),)


async def test_a_command_that_waits_is_taken_by_one_and_others_hear_that_it_is_held(
    store: Store, clock: Clock
) -> None:
    keep = store.unfinished
    await keep.claim(["a"], [replace(command("a"), tries=0)], holder="one")
    assert await keep.take("a", holder="two") == command("a")
    for holder in ("one", "two"):
        with pytest.raises(Held):
            await keep.take("a", holder=holder)
    clock.time += LEASE
    assert await keep.take("a", holder="three") == replace(command("a"), tries=2)
    await keep.end(["a"])
    assert await keep.take("a", holder="three") is None


async def test_what_waits_is_left_to_workers_for_as_long_as_a_lease(store: Store, clock: Clock) -> None:
    keep = store.unfinished
    await keep.claim(["a"], [replace(command("a"), tries=0)], holder="one")
    assert await keep.take_over(holder="two", held=()) == ()
    clock.time += LEASE
    assert await keep.take_over(holder="two", held=()) == (command("a"),)


async def test_what_belongs_into_the_transaction_is_done_with_the_new_keys_or_nothing_is(
    store: Store,
) -> None:
    keep = store.unfinished
    heard: list[set[str]] = []

    async def fail(connection: AsyncConnection, keys: Collection[str]) -> None:
        heard.append(set(keys))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await keep.claim(["a"], [command("a")], holder="one", along=fail)
    assert await keep.oldest() is None
    assert await keep.claim(["a", "b"], [command("a")], holder="one") == {"a", "b"}
    with pytest.raises(ZeroDivisionError):
        await keep.release(["a", "b"], holder="one", along=fail)
    assert heard == [{"a"}, {"a"}]
    with pytest.raises(Held):
        await keep.take("a", holder="two")


async def test_a_command_that_ended_is_never_taken_over_nor_claimed_again(store: Store) -> None:
    keep = store.unfinished
    await keep.claim(["a"], [command("a")], holder="one")
    await keep.end(["a"])
    assert await keep.take_over(holder="two", held=(), everything=True) == ()
    assert await keep.claim(["a"], [command("a")], holder="two") == set()
    assert await keep.oldest() is None


async def test_nothing_is_taken_from_a_holder_that_renews_and_everything_from_one_that_is_silent(
    store: Store, clock: Clock
) -> None:
    keep = store.unfinished
    await keep.claim(["a", "b"], [command("b", later=1), command("a")], holder="one")
    clock.time += LEASE - timedelta(seconds=1)
    await keep.renew(["a", "b"], holder="one")
    clock.time += LEASE - timedelta(seconds=1)
    assert await keep.take_over(holder="two", held=()) == ()
    clock.time += timedelta(seconds=1)
    assert [one.key for one in await keep.take_over(holder="two", held=())] == ["a", "b"]
    await keep.renew(["a"], holder="one")
    clock.time += LEASE
    assert await keep.take_over(holder="two", held=("a", "b")) == ()
    assert [one.tries for one in await keep.take_over(holder="one", held=())] == [3, 3]


async def test_what_is_given_back_is_free_at_once(store: Store) -> None:
    keep = store.unfinished
    await keep.claim(["a"], [command("a")], holder="one")
    await keep.release(["a"], holder="one")
    assert [one.key for one in await keep.take_over(holder="two", held=())] == ["a"]
    assert await keep.oldest() == AT


async def test_of_several_who_look_at_once_one_gets_each_command(
    storage: Storage, store: Store, clock: Clock
) -> None:
    keys = [f"k{number}" for number in range(20)]
    await store.unfinished.claim(keys, [command(key) for key in keys], holder="one")
    clock.time += LEASE
    async with storage.opened() as two, storage.opened() as three:
        all_ = [store, Store(two, clock), Store(three, clock)]
        looks = [one.unfinished.take_over(holder=str(number), held=()) for number, one in enumerate(all_)]
        found = [one.key for part in await asyncio.gather(*looks) for one in part]
    assert sorted(found) == sorted(keys)


async def test_neither_words_nor_addresses_lie_in_clear_and_a_lost_key_holds_up_nobody(
    storage: Storage, store: Store, clock: Clock
) -> None:
    await store.unfinished.claim(["a"], [command("a")], holder="one")
    lying = await storage.contents()
    assert b"Roe" not in lying
    assert b"secret" not in lying
    async with storage.opened(keys=(Fernet.generate_key().decode(),)) as other:
        found = await Store(other, clock).unfinished.take_over(holder="two", held=(), everything=True)
    assert [(one.text, one.response_url) for one in found] == [(None, "")]
    async with storage.opened(keys=(KEY,)) as again:
        found = await Store(again, clock).unfinished.take_over(holder="three", held=(), everything=True)
    assert [one.text for one in found] == ["contacts lastName=Roe"]


async def test_a_workspace_that_is_gone_leaves_nothing(store: Store) -> None:
    await store.unfinished.claim(["a"], [command("a")], holder="one")
    await store.forget("T1")
    assert await store.unfinished.oldest() is None

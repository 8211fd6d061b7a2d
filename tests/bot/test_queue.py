"""The queue of PostgreSQL: entries come with their rows, are looked at again, and hold nothing but keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from bot.jobs.queue import WorkQueue
from bot.store.unfinished import Held
from tests.storage import Storage
from zoho.database import Database

pytestmark = pytest.mark.parametrize("storage", ["postgres"], indirect=True)

ENTRIES = text("SELECT args FROM procrastinate_jobs ORDER BY id")
LEFT = text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")


class Done:
    """What was carried out, by key; ``held`` are keys that are in other hands for so many looks."""

    def __init__(self, **held: int) -> None:
        self.held = held
        self.keys: list[str] = []
        self.changed = asyncio.Event()

    async def carry_out(self, key: str) -> None:
        self.changed.set()
        if self.held.get(key, 0):
            self.held[key] -= 1
            raise Held
        self.keys.append(key)

    async def until(self, *keys: str) -> None:
        async with asyncio.timeout(30):
            while sorted(self.keys) != sorted(keys):
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def working(storage: Storage, done: Done) -> AsyncIterator[WorkQueue]:
    queue = WorkQueue(storage.url)
    queue.on("command", done.carry_out)
    task = asyncio.create_task(queue.work())
    try:
        yield queue
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def entries(database: Database) -> list[dict[str, str]]:
    async with database.read() as connection:
        return list((await connection.execute(ENTRIES)).scalars())


async def until_there_are_none(database: Database) -> None:
    async with asyncio.timeout(30):
        while await entries(database):  # noqa: ASYNC110  # a worker gives no sign here
            await asyncio.sleep(0.05)


async def test_entries_are_there_when_their_transaction_is_and_name_nothing_but_the_row(
    storage: Storage, database: Database
) -> None:
    queue = WorkQueue(storage.url)  # as `serve` has it: it enters, and never opens anything
    async with database.write() as connection:
        await queue.enter(connection, "command", ["a"])
        await connection.rollback()
    assert await entries(database) == []
    async with database.write() as connection:
        await queue.enter(connection, "command", ["b", "c"])
        await queue.enter(connection, "read", [])
    assert await entries(database) == [{"key": "b"}, {"key": "c"}]


async def test_what_was_entered_is_carried_out_once_however_many_work_and_leaves_nothing(
    storage: Storage, database: Database
) -> None:
    done = Done()
    async with working(storage, done) as queue, working(storage, done):
        for batch in (["a", "b"], ["c"]):
            async with database.write() as connection:
                await queue.enter(connection, "command", batch)
        await done.until("a", "b", "c")
        await until_there_are_none(database)
    assert sorted(done.keys) == ["a", "b", "c"]


async def test_what_is_in_other_hands_is_looked_at_again(storage: Storage, database: Database) -> None:
    done = Done(a=1)
    async with working(storage, done) as queue:
        async with database.write() as connection:
            await queue.enter(connection, "command", ["a", "b"])
        await done.until("a", "b")
    assert done.keys == ["b", "a"]


async def test_the_entry_of_a_worker_that_died_is_removed_for_its_row_has_a_lease(
    storage: Storage, database: Database
) -> None:
    done = Done()
    async with database.write() as connection:
        await WorkQueue(storage.url).enter(connection, "command", ["a"])
        await connection.execute(LEFT)
    async with working(storage, done):
        await until_there_are_none(database)
    assert done.keys == []


async def test_a_worker_goes_on_after_the_server_threw_it_out(storage: Storage, database: Database) -> None:
    done = Done()
    others = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with working(storage, done) as queue:
        async with database.write() as connection:
            await queue.enter(connection, "command", ["a"])
        await done.until("a")
        await until_there_are_none(database)
        async with database.write() as connection:
            await connection.execute(others)
        async with database.write() as connection:
            await queue.enter(connection, "command", ["b"])
        await done.until("a", "b")

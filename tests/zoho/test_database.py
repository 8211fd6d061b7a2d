"""The database: time, secrets, keys, and who may write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Column, Integer, MetaData, Table, literal, select
from sqlalchemy.exc import ArgumentError, IntegrityError, StatementError

from tests.postgres import Server
from tests.storage import Storage
from zoho.database import Database, EncryptedText, UtcTime, address, insert_or_ignore, insert_or_update
from zoho.errors import KeyLost

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
own = MetaData()
notes = Table(
    "notes",
    own,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime),
    Column("secret", EncryptedText),
)


@asynccontextmanager
async def opened(storage: Storage, *keys: str) -> AsyncIterator[Database]:
    """The database with a table of this test's own."""
    async with storage.opened(keys=keys or (NEW,)) as db:
        async with db.write() as connection:
            await connection.run_sync(own.create_all)
        yield db


@pytest.fixture
async def db(storage: Storage) -> AsyncIterator[Database]:
    async with opened(storage) as made:
        yield made
        async with made.write() as connection:
            await connection.run_sync(own.drop_all)


async def insert_and_fail(db: Database) -> None:
    async with db.write() as connection:
        await connection.execute(notes.insert().values(id=1))
        raise LookupError


@pytest.mark.parametrize(
    "when",
    [
        datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 3, 2, 14, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    ],
)
async def test_a_time_comes_back_to_the_microsecond_and_in_utc(db: Database, when: datetime) -> None:
    async with db.write() as connection:
        await connection.execute(notes.insert().values(id=1, at=when))
    async with db.read() as connection:
        back = await connection.scalar(select(notes.c.at))

    assert back == when
    assert back.tzinfo is UTC


async def test_a_time_without_a_zone_is_not_stored(db: Database) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        async with db.write() as connection:
            await connection.execute(notes.insert().values(id=1, at=datetime(2026, 3, 2)))


async def test_a_secret_lies_encrypted_and_an_error_text_does_not_show_it(
    db: Database, storage: Storage
) -> None:
    async with db.write() as connection:
        await connection.execute(notes.insert().values(id=1, secret="1000.very-secret"))
    with pytest.raises(IntegrityError) as failure:
        async with db.write() as connection:
            await connection.execute(notes.insert().values(id=1, secret="1000.very-secret"))

    assert "very-secret" not in str(failure.value)
    assert b"very-secret" not in await storage.contents()


async def test_a_newer_key_in_front_still_opens_what_the_older_one_closed(
    db: Database, storage: Storage
) -> None:
    async with db.write() as connection:
        await connection.execute(notes.insert().values(id=1, secret="kept"))

    async with opened(storage, OLD, NEW) as after, after.read() as connection:
        assert await connection.scalar(select(notes.c.secret)) == "kept"
    async with opened(storage, OLD) as without, without.read() as connection:
        with pytest.raises(KeyLost):
            await connection.scalar(select(notes.c.secret))


async def test_what_a_reader_changes_by_mistake_is_gone(db: Database) -> None:
    async with db.read() as connection:
        await connection.execute(notes.insert().values(id=1))
    async with db.read() as connection:
        assert await connection.scalar(select(notes.c.id)) is None


async def test_all_queries_of_a_reader_see_the_same_moment(db: Database) -> None:
    async with db.read() as reader:
        assert await reader.scalar(select(notes.c.id)) is None
        async with db.write() as writer:
            await writer.execute(notes.insert().values(id=1))
        assert await reader.scalar(select(notes.c.id)) is None


async def test_a_transaction_that_fails_leaves_nothing_behind(db: Database) -> None:
    with pytest.raises(LookupError):
        await insert_and_fail(db)
    async with db.read() as connection:
        assert await connection.scalar(select(notes.c.id)) is None


async def test_the_second_of_two_equal_inserts_changes_nothing(db: Database) -> None:
    async with db.write() as connection:
        for secret in ("first", "second"):
            await connection.execute(insert_or_ignore(notes, {"id": 1, "secret": secret}))
        kept = (await connection.execute(select(notes.c.secret))).scalars().all()

    assert kept == ["first"]


async def test_of_several_rows_those_that_were_new_are_named(db: Database) -> None:
    async with db.write() as connection:
        await connection.execute(insert_or_ignore(notes, {"id": 2}))
        added = await connection.execute(
            insert_or_ignore(notes, [{"id": number} for number in (1, 2, 3)]).returning(notes.c.id)
        )

        assert set(added.scalars()) == {1, 3}


async def test_an_insert_or_update_changes_the_row_that_is_there_and_no_other(db: Database) -> None:
    async with db.write() as connection:
        for row in ({"id": 1, "secret": "one"}, {"id": 2, "secret": "two"}, {"id": 1, "secret": "new"}):
            await connection.execute(insert_or_update(notes, row))
        rows = (await connection.execute(select(notes.c.id, notes.c.secret).order_by(notes.c.id))).all()

    assert [tuple(row) for row in rows] == [(1, "new"), (2, "two")]


async def test_only_a_server_is_shared(db: Database, storage: Storage) -> None:
    assert db.is_shared is storage.url.startswith("postgresql")


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///one.sqlite3", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///one.sqlite3", "sqlite+aiosqlite"),
        ("postgres://bot:hush@db:5433/one?sslmode=require", "postgresql+psycopg"),
        ("postgresql://bot:hush@db/one", "postgresql+psycopg"),
        ("postgresql+psycopg://bot:hush@db/one", "postgresql+psycopg"),
        ("POSTGRES://bot:hush@db/one", "postgresql+psycopg"),
    ],
)
def test_every_way_to_write_an_address_names_its_driver_and_keeps_the_rest(url: str, driver: str) -> None:
    found = address(url)

    assert found.drivername == driver
    assert found.render_as_string(hide_password=False).partition(":")[2] == url.partition(":")[2]


@pytest.mark.parametrize("url", ["mysql://bot:hush@db/one", "postgresql+asyncpg://bot:hush@db/one", "hush"])
def test_another_database_is_refused_without_showing_a_password(url: str) -> None:
    with pytest.raises((ValueError, ArgumentError)) as refused:
        Database.open(url, keys=[NEW])

    assert "hush" not in str(refused.value)


async def test_a_server_that_was_restarted_is_talked_to_as_if_nothing_had_been(
    postgres_server: Server, postgres_database: str
) -> None:
    async with Storage(postgres_server.url(postgres_database), ()).opened() as db:
        await asyncio.gather(*(_answers(db) for _ in range(4)))
        postgres_server.stop()
        postgres_server.start()

        assert await asyncio.gather(*(_answers(db) for _ in range(4))) == [1] * 4


async def test_a_server_that_is_away_for_a_moment_is_waited_for(
    postgres_server: Server, postgres_database: str
) -> None:
    async with Storage(postgres_server.url(postgres_database), ()).opened() as db:
        postgres_server.stop()
        waiting = asyncio.create_task(_answers(db))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await asyncio.to_thread(postgres_server.start)

        assert await asyncio.wait_for(waiting, 5) == 1


async def _answers(db: Database) -> int:
    async with db.write() as writer:
        answer = await writer.scalar(select(literal(1)))
    async with db.read() as reader:
        await reader.execute(select(literal(1)))
    return int(answer or 0)

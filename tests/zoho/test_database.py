"""The database: time, secrets, keys, and who may write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Column, Integer, MetaData, Table, select
from sqlalchemy.exc import StatementError

from tests.zoho.installation import files_of
from zoho.database import Database, EncryptedText, UtcTime, insert_or_ignore

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
own = MetaData()
notes = Table(
    "notes",
    own,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime),
    Column("secret", EncryptedText),
)


async def database(path: Path, *keys: str) -> Database:
    opened = Database.open(f"sqlite+aiosqlite:///{path / 'notes.sqlite3'}", keys=keys)
    async with opened.write() as connection:
        await connection.run_sync(own.create_all)
    return opened


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
async def test_a_time_comes_back_to_the_microsecond_and_in_utc(tmp_path: Path, when: datetime) -> None:
    db = await database(tmp_path, NEW)
    async with db.write() as connection:
        await connection.execute(notes.insert().values(id=1, at=when))
    async with db.read() as connection:
        back = await connection.scalar(select(notes.c.at))
    await db.close()

    assert back == when
    assert back.tzinfo is UTC


async def test_a_time_without_a_zone_is_not_stored(tmp_path: Path) -> None:
    db = await database(tmp_path, NEW)
    with pytest.raises(StatementError, match="without a time zone"):
        async with db.write() as connection:
            await connection.execute(notes.insert().values(id=1, at=datetime(2026, 3, 2)))
    await db.close()


async def test_a_secret_lies_encrypted_and_an_error_text_does_not_show_it(tmp_path: Path) -> None:
    db = await database(tmp_path, NEW)
    async with db.write() as connection:
        await connection.execute(notes.insert().values(id=1, secret="1000.very-secret"))
    with pytest.raises(Exception, match="UNIQUE") as failure:
        async with db.write() as connection:
            await connection.execute(notes.insert().values(id=1, secret="1000.very-secret"))
    await db.close()

    assert "very-secret" not in str(failure.value)
    assert b"very-secret" not in files_of(tmp_path)


async def test_a_newer_key_in_front_still_opens_what_the_older_one_closed(tmp_path: Path) -> None:
    before = await database(tmp_path, OLD)
    async with before.write() as connection:
        await connection.execute(notes.insert().values(id=1, secret="kept"))
    await before.close()

    after = await database(tmp_path, NEW, OLD)
    async with after.read() as connection:
        assert await connection.scalar(select(notes.c.secret)) == "kept"
    await after.close()


async def test_what_a_reader_changes_by_mistake_is_gone(tmp_path: Path) -> None:
    db = await database(tmp_path, NEW)
    async with db.read() as connection:
        await connection.execute(notes.insert().values(id=1))
    async with db.read() as connection:
        assert await connection.scalar(select(notes.c.id)) is None
    await db.close()


async def test_a_transaction_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    db = await database(tmp_path, NEW)
    with pytest.raises(LookupError):
        await insert_and_fail(db)
    async with db.read() as connection:
        assert await connection.scalar(select(notes.c.id)) is None
    await db.close()


async def test_the_second_of_two_equal_inserts_changes_nothing(tmp_path: Path) -> None:
    db = await database(tmp_path, NEW)
    async with db.write() as connection:
        first = await connection.execute(insert_or_ignore(notes, {"id": 1, "secret": "first"}))
        second = await connection.execute(insert_or_ignore(notes, {"id": 1, "secret": "second"}))
        kept = await connection.scalar(select(notes.c.secret))
    await db.close()

    assert (first.rowcount, second.rowcount, kept) == (1, 0, "first")

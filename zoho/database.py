"""The engines, the one MetaData, and the column types; every table of both sides stands on this.

SQLite drops time zones and has one writer, so `Database` keeps one engine for reading and one for writing,
and `UtcTime` stores microseconds since 1970. Secrets are columns of the type `EncryptedText`; the keys
travel with the engine's dialect, never with the module.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import BigInteger, Dialect, Insert, MetaData, Table, Text, event, make_url
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator

from zoho.errors import KeyLost

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime in UTC, stored as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """In: an aware datetime; a naive one is refused, since nobody could tell what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be stored")
        delta = value - datetime(1970, 1, 1, tzinfo=UTC)
        return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Out: the same instant, in UTC."""
        if value is None:
            return None
        seconds, micros = divmod(value, 1_000_000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros)


class EncryptedText(TypeDecorator[str]):
    """Text that lies encrypted in the database; reading it with other keys raises `KeyLost`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """In: plain text. Out to the database: a Fernet token under the newest key."""
        return None if value is None else _keyring(dialect).encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Back to plain text, by whichever key fits."""
        if value is None:
            return None
        try:
            return _keyring(dialect).decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise KeyLost from error


def _keyring(dialect: Dialect) -> MultiFernet:
    keyring = getattr(dialect, "keyring", None)
    if not isinstance(keyring, MultiFernet):
        raise KeyLost
    return keyring


class Database:
    """One database: `read()` for queries, `write()` for a transaction that changes something."""

    def __init__(self, reader: AsyncEngine, writer: AsyncEngine) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    def open(cls, url: str, *, keys: Sequence[str]) -> Database:
        """Open ``url`` (``sqlite+aiosqlite:///…``); ``keys`` are Fernet keys, newest first.

        Nothing is created or migrated here. Raises ValueError for a key that is no Fernet key.
        """
        keyring = MultiFernet([Fernet(key) for key in keys])
        return cls(
            _sqlite_engine(url, keyring, begin="BEGIN", pool_size=4),
            _sqlite_engine(url, keyring, begin="BEGIN IMMEDIATE", pool_size=1),
        )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for queries; what it changes by mistake is rolled back."""
        async with self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, committed at the end of the block; one writer at a time."""
        async with self._writer.begin() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._reader.dispose()
        await self._writer.dispose()


def _sqlite_engine(url: str, keyring: MultiFernet, *, begin: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(make_url(url), hide_parameters=True, pool_size=pool_size, max_overflow=0)
    engine.sync_engine.dialect.keyring = keyring  # type: ignore[attr-defined]  # read back by EncryptedText

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, record: object) -> None:
        # The driver must not open transactions by itself: `begin` below decides how each one starts.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    @event.listens_for(engine.sync_engine, "invalidate")
    def let_go(connection: Any, record: object, error: BaseException | None) -> None:
        # A cancelled caller costs the connection. SQLite would keep its lock until the last cursor is gone.
        connection.rollback()

    return engine


def insert_or_ignore(table: Table, values: Mapping[str, object]) -> Insert:
    """An insert that does nothing when a row with the same unique key is there (``rowcount`` 0)."""
    return sqlite.insert(table).values(**values).on_conflict_do_nothing()

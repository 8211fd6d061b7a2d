"""The engines, the one MetaData, and the column types; every table of both sides stands on this.

SQLite drops time zones and has one writer, so `Database` keeps one engine for reading and one for writing,
and `UtcTime` stores microseconds since 1970. PostgreSQL has many writers in many processes: see
`Database.write` for what may be relied on. Secrets are columns of the type `EncryptedText`; the keys travel
with the engine's dialect, never with the module.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import URL, BigInteger, Dialect, MetaData, Table, Text, event, make_url
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator

from zoho.errors import KeyLost

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
# A server that vanished without a word is noticed within a minute; the URL may say otherwise.
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
_POSTGRES_DEFAULTS = {
    "application_name": "zoho-duplicates",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
_WHILE_A_SERVER_RESTARTS = (0.1, 0.2, 0.4, 0.8, 1.6, 1.6)  # pauses between tries to connect, in seconds

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
        self.is_shared = writer.dialect.name == "postgresql"
        """Whether other processes may work on it at the same time."""
        self._pauses = _WHILE_A_SERVER_RESTARTS if self.is_shared else ()

    @classmethod
    def open(cls, url: str, *, keys: Sequence[str]) -> Database:
        """Open ``url`` (see `address`); ``keys`` are Fernet keys, newest first.

        Nothing is created or migrated here, and no server is asked. Raises ValueError for a key that is no
        Fernet key and for a URL of another kind.
        """
        where = address(url)
        keyring = MultiFernet([Fernet(key) for key in keys])
        if where.get_backend_name() == "sqlite":
            return cls(
                _sqlite_engine(where, keyring, begin="BEGIN", pool_size=4),
                _sqlite_engine(where, keyring, begin="BEGIN IMMEDIATE", pool_size=1),
            )
        return cls(
            _postgres_engine(where, keyring, isolation="REPEATABLE READ"),
            _postgres_engine(where, keyring, isolation="READ COMMITTED"),
        )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for queries, which all see the same moment; what it changes by mistake is rolled back.

        Raises sqlalchemy.exc.SQLAlchemyError when the database does not answer.
        """
        async with self._connected(self._reader) as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, committed at the end of the block.

        SQLite lets one writer in at a time. PostgreSQL lets in many, READ COMMITTED: between two statements
        of a block others may have committed. What a block decides must therefore stand in the statement that
        writes (``UPDATE … WHERE`` the row is as it was seen, ``DELETE … RETURNING``, a unique key), or the
        row is read ``with_for_update()``; and rows that are written in a loop are written in the order of
        their keys, so that two blocks never wait for each other.
        Raises sqlalchemy.exc.SQLAlchemyError when the database does not answer.
        """
        async with self._connected(self._writer) as connection, connection.begin():
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._reader.dispose()
        await self._writer.dispose()

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        async with AsyncExitStack() as stack:
            connection = await self._connect(engine)
            stack.push_async_exit(connection)
            yield connection

    async def _connect(self, engine: AsyncEngine) -> AsyncConnection:
        """A connection that answers. A server that restarts is waited for: nothing was said to it yet."""
        for pause in self._pauses:
            try:
                return await engine.connect()
            except OperationalError:
                await asyncio.sleep(pause)
        return await engine.connect()


def address(url: str) -> URL:
    """The same database with the driver we use for it.

    ``sqlite:///file`` and ``sqlite+aiosqlite:///file``; ``postgres://``, ``postgresql://`` and
    ``postgresql+psycopg://``. Raises ValueError for anything else.
    """
    given = make_url(url)
    driver = _DRIVERS.get(given.drivername.lower())
    if driver is None:
        raise ValueError(f"{given.drivername} is no database this can work on")
    return given.set(drivername=driver)


def noticing(where: URL) -> URL:
    """A PostgreSQL database, by connections that notice when its server has vanished."""
    return where.set(query={**_POSTGRES_DEFAULTS, **where.query})


def is_shared(url: str) -> bool:
    """Whether several processes may work on the database at ``url`` at the same time. Raises as `address`."""
    return address(url).get_backend_name() != "sqlite"


def _sqlite_engine(where: URL, keyring: MultiFernet, *, begin: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(where, hide_parameters=True, pool_size=pool_size, max_overflow=0)
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


def _postgres_engine(where: URL, keyring: MultiFernet, *, isolation: str) -> AsyncEngine:
    """At most eight connections a process; each is tried before it is used, since servers restart."""
    engine = create_async_engine(
        noticing(where),
        hide_parameters=True,
        isolation_level=isolation,
        pool_size=4,
        max_overflow=0,
        pool_pre_ping=True,
        pool_recycle=1800,
    )
    engine.sync_engine.dialect.keyring = keyring  # type: ignore[attr-defined]  # read back by EncryptedText

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, record: object) -> None:
        # What a machine holds that froze or vanished in the middle of a transaction is free again soon.
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SET idle_in_transaction_session_timeout = '30s'")
        cursor.close()
        connection.autocommit = False

    @event.listens_for(engine.sync_engine, "handle_error")
    def distrust(context: ExceptionContext) -> None:
        # A connection that was thrown out answers with an error before it counts as closed.
        if context.is_pre_ping:
            context.is_disconnect = True

    return engine


def insert_or_ignore(
    table: Table, rows: Mapping[str, object] | Sequence[Mapping[str, object]]
) -> postgresql.Insert:
    """An insert, of one row or several, that leaves out those whose unique key is there already.

    ``.returning(…)`` tells which were new; their ``rowcount`` is not known everywhere.
    """
    return _insert(table, rows).on_conflict_do_nothing()


def insert_or_update(table: Table, row: Mapping[str, object]) -> postgresql.Insert:
    """An insert that, where a row with the same primary key is there, changes that one instead."""
    keys = [column.name for column in table.primary_key]
    statement = _insert(table, row)
    changes = {name: statement.excluded[name] for name in row if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


def _insert(table: Table, rows: Mapping[str, object] | Sequence[Mapping[str, object]]) -> postgresql.Insert:
    # Both engines speak the same ON CONFLICT, and the SQLite compiler understands this construct too.
    return postgresql.insert(table).values(rows)

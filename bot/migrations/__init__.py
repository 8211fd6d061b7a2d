"""Brings a database to the newest revision, and says whether it is there.

https://alembic.sqlalchemy.org
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, func, select

from bot.settings import Settings
from zoho.database import address

__all__ = ["is_current", "migrate", "newest", "revisions", "upgrade"]

_LOCK = 0x6475706C6963  # any number, as long as it is always the same


async def upgrade(settings: Settings) -> None:
    """`migrate` the database of these settings without holding up the loop."""
    await asyncio.to_thread(migrate, settings.database_url)


def migrate(url: str) -> None:
    """Bring the database at ``url`` (see `zoho.database.address`) to the newest revision.

    On PostgreSQL whoever comes while another process does it waits, and finds it done. Raises
    sqlalchemy.exc.OperationalError when it cannot be opened or written.
    """
    engine = create_engine(_plain(url), hide_parameters=True)
    try:
        with engine.begin() as connection:
            _wait_for_others(connection)
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def is_current(url: str) -> bool:
    """Whether the database at ``url`` has the newest revision; a file that is not there is not made."""
    found, newest = revisions(url)
    return found == newest


def newest() -> frozenset[str]:
    """The newest revision; no database is asked."""
    _, there_is = revisions("sqlite:///a file that is not there")
    return there_is


def revisions(url: str) -> tuple[frozenset[str], frozenset[str]]:
    """The revision that the database at ``url`` has (none for one that is not there), and the newest.

    Raises sqlalchemy.exc.DBAPIError when it cannot be opened.
    """
    newest = frozenset(ScriptDirectory.from_config(_config()).get_heads())
    where = _plain(url)
    if where.drivername == "sqlite" and where.database and not Path(where.database).exists():
        return frozenset(), newest
    engine = create_engine(where, hide_parameters=True)
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_heads()
    finally:
        engine.dispose()
    return frozenset(found), newest


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _wait_for_others(connection: Connection) -> None:
    """One at a time: SQLite sees to that itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _plain(url: str) -> URL:
    """The same database through the driver that waits; psycopg does either."""
    where = address(url)
    return where.set(drivername="sqlite") if where.get_backend_name() == "sqlite" else where

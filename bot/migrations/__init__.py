"""Brings a database to the newest revision, and says whether it is there.

https://alembic.sqlalchemy.org
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, create_engine, func, inspect, select, text

from bot.settings import Settings
from zoho.database import address

__all__ = ["is_current", "migrate", "newest", "revisions", "upgrade"]

if TYPE_CHECKING:
    from alembic.config import Config

_VERSIONS = Path(__file__).parent / "versions"
_NAMED = re.compile(r'^(revision|down_revision) = "(\w+)"', re.MULTILINE)
_LOCK = 0x6475706C6963  # any number, as long as it is always the same


async def upgrade(settings: Settings) -> None:
    """`migrate` the database of these settings without holding up the loop."""
    await asyncio.to_thread(migrate, settings.database_url)


def migrate(url: str) -> None:
    """Bring the database at ``url`` (see `zoho.database.address`) to the newest revision.

    On PostgreSQL whoever comes while another process does it waits, and finds it done. Raises
    sqlalchemy.exc.OperationalError when it cannot be opened or written.
    """
    from alembic import command  # a tenth of all memory, which `serve` has no use for

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
    found, made_for = revisions(url)
    return found == made_for


def revisions(url: str) -> tuple[frozenset[str], frozenset[str]]:
    """The revision that the database at ``url`` has (none for one that is not there), and the newest.

    Raises sqlalchemy.exc.DBAPIError when it cannot be opened.
    """
    made_for = newest()
    where = _plain(url)
    if where.drivername == "sqlite" and where.database and not Path(where.database).exists():
        return frozenset(), made_for
    engine = create_engine(where, hide_parameters=True)
    try:
        with engine.connect() as connection:
            return _stamped(connection), made_for
    finally:
        engine.dispose()


def newest() -> frozenset[str]:
    """The revisions that no other follows, by what the files say of themselves; no database is asked."""
    said = [_NAMED.findall(file.read_text()) for file in _VERSIONS.glob("r*.py")]
    names = [(kind, name) for pairs in said for kind, name in pairs]
    followed = {name for kind, name in names if kind == "down_revision"}
    return frozenset(name for kind, name in names if kind == "revision" and name not in followed)


def _stamped(connection: Connection) -> frozenset[str]:
    """What Alembic wrote into the database; nothing where it never was."""
    if not inspect(connection).has_table("alembic_version"):
        return frozenset()
    return frozenset(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def _config() -> Config:
    from alembic.config import Config

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

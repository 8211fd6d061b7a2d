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
from sqlalchemy import create_engine, make_url

from bot.settings import Settings

__all__ = ["is_current", "migrate", "upgrade"]


async def upgrade(settings: Settings) -> None:
    """`migrate` the database of these settings without holding up the loop."""
    await asyncio.to_thread(migrate, settings.database_url)


def migrate(url: str) -> None:
    """Bring the database at ``url`` (``sqlite+aiosqlite:///…``) to the newest revision.

    Raises sqlalchemy.exc.OperationalError when it cannot be opened or written.
    """
    engine = create_engine(_plain(url), hide_parameters=True)
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def is_current(url: str) -> bool:
    """Whether the database at ``url`` has the newest revision; a file that is not there is not made."""
    path = make_url(url).database
    if path and not Path(path).exists():
        return False
    engine = create_engine(_plain(url), hide_parameters=True)
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_heads()
    finally:
        engine.dispose()
    return set(found) == set(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _plain(url: str) -> str:
    """The same database through the driver that waits."""
    return make_url(url).set(drivername="sqlite").render_as_string(hide_password=False)

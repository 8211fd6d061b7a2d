"""The revisions build exactly the tables that the code uses."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

import bot.store
import zoho.connections
import zoho.organisations
from bot.migrations import is_current, migrate
from tests.postgres import Server
from zoho.database import metadata

TABLES_OF = (bot.store, zoho.connections, zoho.organisations)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it; the file is not even there."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'new.sqlite3'}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    with server.database("empty") as url:
        yield url


def _is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Procrastinate knows its tables itself."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def test_a_migrated_database_has_every_table_as_the_code_knows_it(url: str) -> None:
    migrate(url)
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.connect() as connection:
        opts = {"compare_type": True, "include_name": _is_ours}
        context = MigrationContext.configure(connection, opts=opts)
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


def test_a_database_is_current_only_after_it_was_migrated(url: str, tmp_path: Path) -> None:
    assert not is_current(url)
    assert not (tmp_path / "new.sqlite3").exists()
    migrate(url)
    assert is_current(url)
    migrate(url)
    assert is_current(url)


def test_of_several_who_migrate_at_once_all_find_it_done(postgres_server: Server) -> None:
    with postgres_server.database("empty") as url:
        with ThreadPoolExecutor(4) as several:
            list(several.map(migrate, [url.replace("+psycopg", "")] * 4))
        assert is_current(url)


def test_a_server_that_is_not_there_cannot_be_migrated(tmp_path: Path) -> None:
    with pytest.raises(OperationalError):
        migrate(f"postgres://bot@/one?host={tmp_path}")


def test_an_empty_file_is_not_current(tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite3").touch()
    assert not is_current(f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}")


def test_a_folder_that_is_not_there_cannot_be_migrated(tmp_path: Path) -> None:
    with pytest.raises(OperationalError):
        migrate(f"sqlite+aiosqlite:///{tmp_path / 'nowhere' / 'new.sqlite3'}")

"""The revisions build exactly the tables that the code uses."""

from __future__ import annotations

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
from zoho.database import metadata

TABLES_OF = (bot.store, zoho.connections, zoho.organisations)


def test_a_migrated_database_has_every_table_as_the_code_knows_it(tmp_path: Path) -> None:
    file = tmp_path / "new.sqlite3"
    migrate(f"sqlite+aiosqlite:///{file}")
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_database_is_current_only_after_it_was_migrated(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'new.sqlite3'}"
    assert not is_current(url)
    assert not (tmp_path / "new.sqlite3").exists()
    migrate(url)
    assert is_current(url)
    migrate(url)
    assert is_current(url)


def test_an_empty_file_is_not_current(tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite3").touch()
    assert not is_current(f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}")


def test_a_folder_that_is_not_there_cannot_be_migrated(tmp_path: Path) -> None:
    with pytest.raises(OperationalError):
        migrate(f"sqlite+aiosqlite:///{tmp_path / 'nowhere' / 'new.sqlite3'}")

"""A database for a test, on either engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import inspect, text

from zoho.database import Database, metadata

KEY = Fernet.generate_key().decode()


@dataclass(frozen=True)
class Storage:
    """Where a database lies, and every file that may hold what was said to it."""

    url: str
    files: tuple[Path, ...]

    @classmethod
    def sqlite(cls, folder: Path) -> Storage:
        """A file in a folder of its own."""
        return cls(f"sqlite+aiosqlite:///{folder / 'test.sqlite3'}", (folder,))

    @asynccontextmanager
    async def opened(self, *, keys: tuple[str, ...] = (KEY,)) -> AsyncIterator[Database]:
        """The database with every table in it."""
        database = Database.open(self.url, keys=keys)
        try:
            async with database.write() as connection:
                await connection.run_sync(metadata.create_all)
            yield database
        finally:
            await database.close()

    async def contents(self) -> bytes:
        """All that lies in the database and in the files around it."""
        return b"".join([await self._rows(), *(file.read_bytes() for file in self._all_files())])

    async def _rows(self) -> bytes:
        database = Database.open(self.url, keys=(KEY,))
        try:
            async with database.read() as connection:
                names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
                rows = [await connection.execute(text(f'SELECT * FROM "{name}"')) for name in names]  # noqa: S608  # names of our own tables
        finally:
            await database.close()
        return "\n".join(str(tuple(row)) for result in rows for row in result).encode()

    def _all_files(self) -> list[Path]:
        return [file for path in self.files for file in (path.iterdir() if path.is_dir() else (path,))]

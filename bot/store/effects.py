"""What happened once: the keys of requests that were already acted on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import sqlite

from bot.store.tables import effects
from zoho.database import Database

KEPT = timedelta(days=3)


class Effects:
    """Claims the key of a request; whoever claims it second is told so.

    Claims that arrive while one transaction is being written share the next one: the disk is waited for once
    for all of them.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._turn = asyncio.Lock()
        self._collecting: _Round | None = None

    async def claim(self, key: str) -> bool:
        """True for the first who asks with this key, False for everybody after."""
        if self._collecting is None:
            self._collecting = _Round(self._write)
        claims = self._collecting
        is_first_here = key not in claims.keys
        claims.keys.add(key)
        return key in await asyncio.shield(claims.task) and is_first_here

    async def sweep(self) -> None:
        """Forget keys so old that nobody can send them again."""
        async with self._database.write() as connection:
            await connection.execute(delete(effects).where(effects.c.at < self._now() - KEPT))

    async def _write(self, claims: _Round) -> set[str]:
        async with self._turn:
            self._collecting = None
            at = self._now()
            rows = [{"key": key, "at": at} for key in claims.keys]
            statement = sqlite.insert(effects).values(rows).on_conflict_do_nothing().returning(effects.c.key)
            async with self._database.write() as connection:
                return set((await connection.execute(statement)).scalars())


class _Round:
    """The claims of one transaction, and the task that writes it: its result are the keys that were new."""

    def __init__(self, write: Callable[[_Round], Coroutine[None, None, set[str]]]) -> None:
        self.keys: set[str] = set()
        self.task = asyncio.create_task(write(self))

"""What happened once: the keys of requests that were already acted on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import effects
from zoho.database import Database, UtcTime

KEPT = timedelta(days=3)

# One statement for any number of keys, so that it is prepared only once; in the order of the keys, so that
# two processes never wait for each other.
_ON_SQLITE = text(
    "INSERT INTO effects (key, at) SELECT value, :at FROM json_each(:keys) WHERE true ORDER BY value "
    "ON CONFLICT DO NOTHING RETURNING key"
).bindparams(bindparam("at", type_=UtcTime()))
_ON_POSTGRES = text(
    "INSERT INTO effects (key, at) SELECT value, :at FROM json_array_elements_text(CAST(:keys AS json)) "
    "ORDER BY value ON CONFLICT DO NOTHING RETURNING key"
).bindparams(bindparam("at", type_=UtcTime()))


class Effects:
    """Claims the keys of requests; whoever claims one second is told so."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._insert = _ON_POSTGRES if database.is_shared else _ON_SQLITE

    async def claim(self, keys: Sequence[str]) -> set[str]:
        """Those of ``keys`` that nobody claimed before, in one transaction."""
        async with self._database.write() as connection:
            return await self.claim_in(connection, keys)

    async def claim_in(self, connection: AsyncConnection, keys: Sequence[str]) -> set[str]:
        """The same as a part of a transaction that is under way."""
        values = {"keys": json.dumps(keys), "at": self._now()}
        return set((await connection.execute(self._insert, values)).scalars())

    async def sweep(self) -> None:
        """Forget keys so old that nobody can send them again."""
        async with self._database.write() as connection:
            await connection.execute(delete(effects).where(effects.c.at < self._now() - KEPT))

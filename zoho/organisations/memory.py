"""The memory of all organisations, and the queue in front of each.

https://desk.zoho.com/DeskAPIDocument#APILimits
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.engine import RowMapping

from zoho.database import Database, insert_or_ignore, insert_or_update
from zoho.organisations.places import CALLS_IN_FLIGHT, Places
from zoho.organisations.tables import OrganisationKey, names, of, organisations, too_large
from zoho.records import Module

VERDICT_LASTS = timedelta(days=7)
TOO_LARGE_LASTS = timedelta(hours=24)
_CREDITS_KEPT_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Credits:
    """The day's API credits: what is left, the most ever seen, and when that was read."""

    left: int
    highest: int
    at: datetime


class Organisations:
    """What was learnt of organisations, and who may call them now."""

    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._places = Places(database) if database.is_shared else None
        self._queues: dict[OrganisationKey, asyncio.Semaphore] = {}
        self._credits: dict[OrganisationKey, Credits] = {}
        self._kept: dict[OrganisationKey, Credits] = {}

    @asynccontextmanager
    async def slot(self, key: OrganisationKey) -> AsyncIterator[None]:
        """One of the two places for a call in flight; first come, first served.

        Within this process by a queue of its own; on a database that other processes use too also among all
        of them, see `Places`. Raises sqlalchemy.exc.SQLAlchemyError when that database does not answer.
        """
        queue = self._queues.setdefault(key, asyncio.Semaphore(CALLS_IN_FLIGHT))
        async with queue, self._place(key):
            yield

    async def has_endpoint(self, key: OrganisationKey) -> bool | None:
        """Whether the mission's endpoint answers here; None when nobody asked in the last seven days."""
        row = await self._row(key)
        if row is None or row["endpoint_at"] is None:
            return None
        return bool(row["has_endpoint"]) if self._now() - row["endpoint_at"] < VERDICT_LASTS else None

    async def note_endpoint(self, key: OrganisationKey, answers: bool) -> None:
        """Keep the verdict on the mission's endpoint for seven days."""
        await self._put(key, {"has_endpoint": answers, "endpoint_at": self._now()})

    async def is_too_large(self, key: OrganisationKey, module: Module, field: str) -> bool:
        """Whether Zoho answered 202 for this field in the last 24 hours: it is not asked again until then."""
        query = select(too_large.c.at).where(*of(too_large, key), *_list(module, field))
        async with self._database.read() as connection:
            at: datetime | None = (await connection.execute(query)).scalar_one_or_none()
        return at is not None and self._now() - at < TOO_LARGE_LASTS

    async def note_too_large(self, key: OrganisationKey, module: Module, field: str) -> None:
        """Remember a 202 for 24 hours."""
        row = {**names(key), "module": module.value, "field": field, "at": self._now()}
        async with self._database.write() as connection:
            await connection.execute(insert_or_update(too_large, row))

    async def note_credits(self, key: OrganisationKey, left: int) -> None:
        """Note the credits an answer named. The database hears of it every half minute, not every call."""
        known = await self._known(key)
        seen = Credits(left, max(left, known.highest if known else 0), self._now())
        self._credits[key] = seen
        kept = self._kept.get(key)
        if kept is not None and seen.at - kept.at < _CREDITS_KEPT_EVERY:
            return
        self._kept[key] = seen
        highest = await self._keep(key, seen)
        self._credits[key] = replace(self._credits[key], highest=highest)

    async def credits(self, key: OrganisationKey) -> Credits | None:
        """The newest figures known, or None before the first call."""
        known = await self._known(key)
        return known if known and known.highest else None

    def _place(self, key: OrganisationKey) -> AbstractAsyncContextManager[None]:
        return self._places.place(key) if self._places else nullcontext()

    async def _known(self, key: OrganisationKey) -> Credits | None:
        """What this process knows; when that is half a minute old, what another one may know by now."""
        here = self._credits.get(key)
        if here is not None and self._now() - here.at < _CREDITS_KEPT_EVERY:
            return here
        row = await self._row(key)
        if row is None or row["credits_at"] is None or (here is not None and row["credits_at"] <= here.at):
            return here
        self._credits[key] = Credits(row["credits_left"], row["credits_highest"], row["credits_at"])
        return self._credits[key]

    async def _keep(self, key: OrganisationKey, seen: Credits) -> int:
        """Store what was seen; out comes the most that any process ever saw."""
        stored = organisations.c.credits_highest
        values = {
            "credits_left": seen.left,
            "credits_highest": case((stored > seen.highest, stored), else_=seen.highest),
            "credits_at": seen.at,
        }
        row = await self._put(key, values)
        return int(row["credits_highest"])

    async def _row(self, key: OrganisationKey) -> RowMapping | None:
        query = select(organisations).where(*of(organisations, key))
        async with self._database.read() as connection:
            return (await connection.execute(query)).mappings().one_or_none()

    async def _put(self, key: OrganisationKey, values: Mapping[str, object]) -> RowMapping:
        change = update(organisations).where(*of(organisations, key)).values(**values)
        async with self._database.write() as connection:
            await connection.execute(insert_or_ignore(organisations, names(key)))
            row: RowMapping = (await connection.execute(change.returning(organisations))).mappings().one()
        return row


def _list(module: Module, field: str) -> tuple[ColumnElement[bool], ...]:
    return (too_large.c.module == module.value, too_large.c.field == field)

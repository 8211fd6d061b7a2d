"""What was learnt of an organisation: endpoints that answer, lists too long, calls in flight, credits left.

One organisation is (product, data centre, id); what one person learns holds for everybody in it.
https://desk.zoho.com/DeskAPIDocument#APILimits
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Boolean, Column, ColumnElement, Integer, Table, Text, delete, select, update
from sqlalchemy.engine import RowMapping

from zoho.database import Database, UtcTime, insert_or_ignore, metadata
from zoho.records import Module, Product

CALLS_IN_FLIGHT = 2
VERDICT_LASTS = timedelta(days=7)
TOO_LARGE_LASTS = timedelta(hours=24)
_CREDITS_KEPT_EVERY = timedelta(seconds=30)

organisations = Table(
    "zoho_organisations",
    metadata,
    Column("product", Text, primary_key=True),
    Column("dc", Text, primary_key=True),
    Column("org_id", Text, primary_key=True),
    Column("has_endpoint", Boolean),
    Column("endpoint_at", UtcTime),
    Column("credits_left", Integer),
    Column("credits_highest", Integer),
    Column("credits_at", UtcTime),
)

too_large = Table(
    "zoho_too_large",
    metadata,
    Column("product", Text, primary_key=True),
    Column("dc", Text, primary_key=True),
    Column("org_id", Text, primary_key=True),
    Column("module", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
)


class OrganisationKey(NamedTuple):
    """Which organisation: the product, the data centre's code and Zoho's id."""

    product: Product
    dc: str
    org_id: str


@dataclass(frozen=True, slots=True)
class Credits:
    """The day's API credits: what is left, the most ever seen, and when that was read."""

    left: int
    highest: int
    at: datetime


class Organisations:
    """The memory of all organisations, and the queue in front of each."""

    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._queues: dict[OrganisationKey, asyncio.Semaphore] = {}
        self._credits: dict[OrganisationKey, Credits] = {}
        self._kept: dict[OrganisationKey, Credits] = {}

    @asynccontextmanager
    async def slot(self, key: OrganisationKey) -> AsyncIterator[None]:
        """One of the two places for a call in flight; first come, first served within this process."""
        queue = self._queues.setdefault(key, asyncio.Semaphore(CALLS_IN_FLIGHT))
        async with queue:
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

    async def forget_endpoint(self, key: OrganisationKey) -> None:
        """Drop the verdict, so that the endpoint is asked again."""
        await self._put(key, {"has_endpoint": None, "endpoint_at": None})

    async def is_too_large(self, key: OrganisationKey, module: Module, field: str) -> bool:
        """Whether Zoho answered 202 for this field in the last 24 hours: it is not asked again until then."""
        query = select(too_large.c.at).where(*_of(too_large, key), *_list(module, field))
        async with self._database.read() as connection:
            at: datetime | None = (await connection.execute(query)).scalar_one_or_none()
        return at is not None and self._now() - at < TOO_LARGE_LASTS

    async def note_too_large(self, key: OrganisationKey, module: Module, field: str) -> None:
        """Remember a 202 for 24 hours."""
        values = {**_names(key), "module": module.value, "field": field, "at": self._now()}
        async with self._database.write() as connection:
            await connection.execute(delete(too_large).where(*_of(too_large, key), *_list(module, field)))
            await connection.execute(too_large.insert().values(**values))

    async def note_credits(self, key: OrganisationKey, left: int) -> None:
        """Note the credits an answer named. The database hears of it every half minute, not every call."""
        seen = Credits(left, max(left, (await self._known(key)).highest), self._now())
        self._credits[key] = seen
        kept = self._kept.get(key)
        if kept is not None and seen.at - kept.at < _CREDITS_KEPT_EVERY:
            return
        self._kept[key] = seen
        named = {"left": seen.left, "highest": seen.highest, "at": seen.at}
        await self._put(key, {f"credits_{name}": value for name, value in named.items()})

    async def credits(self, key: OrganisationKey) -> Credits | None:
        """The newest figures known, or None before the first call."""
        known = await self._known(key)
        return known if known.highest else None

    async def _known(self, key: OrganisationKey) -> Credits:
        if key not in self._credits:
            row = await self._row(key)
            if row is None or row["credits_at"] is None:
                return Credits(0, 0, self._now())
            self._credits[key] = Credits(row["credits_left"], row["credits_highest"], row["credits_at"])
        return self._credits[key]

    async def _row(self, key: OrganisationKey) -> RowMapping | None:
        query = select(organisations).where(*_of(organisations, key))
        async with self._database.read() as connection:
            return (await connection.execute(query)).mappings().one_or_none()

    async def _put(self, key: OrganisationKey, values: Mapping[str, object]) -> None:
        async with self._database.write() as connection:
            await connection.execute(insert_or_ignore(organisations, _names(key)))
            await connection.execute(update(organisations).where(*_of(organisations, key)).values(**values))


def _names(key: OrganisationKey) -> dict[str, object]:
    return {"product": key.product.value, "dc": key.dc, "org_id": key.org_id}


def _of(table: Table, key: OrganisationKey) -> tuple[ColumnElement[bool], ...]:
    return tuple(table.c[name] == value for name, value in _names(key).items())


def _list(module: Module, field: str) -> tuple[ColumnElement[bool], ...]:
    return (too_large.c.module == module.value, too_large.c.field == field)

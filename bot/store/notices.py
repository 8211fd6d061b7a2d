"""What is to be said to somebody who waits for nothing, or drawn again in a message that stands: kept until
Slack has taken it, each thing once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Integer, Row, Table, Text, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from zoho.database import Database, EncryptedText, UtcTime, insert_or_ignore, metadata

LEASE = timedelta(seconds=90)
"""Longer than saying it takes, patience with Slack included."""

TRIED_FOR = timedelta(days=3)
"""What could not be said for so long has lost its sense."""

KEPT = timedelta(days=30)
"""How long a key is remembered, so that nothing is said twice."""

_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)

notices = Table(
    "notices",
    metadata,
    Column("key", Text, primary_key=True),
    Column("workspace", Text, nullable=False, index=True),
    Column("place", Text, nullable=False),
    Column("body", EncryptedText, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("free_at", UtcTime, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: ``place`` is a channel or a person, "" for a change of a message that stands; ``body`` is
    the caller's own form of it.

    ``key`` tells it from every other one; ``tries`` is how often saying it was begun.
    """

    key: str
    workspace: str
    place: str
    body: str
    at: datetime
    tries: int = 1


class Notices:
    """Keeps them. Whoever says one holds a lease on it; when that runs out anybody says it."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def add(self, key: str, *, workspace: str, place: str, body: str) -> Notice | None:
        """Keep what is to be said, with a lease for the caller; None when that key was there before."""
        now = self._now()
        facts = {"key": key, "workspace": workspace, "place": place, "body": body, "at": now, "tries": 1}
        adding = insert_or_ignore(notices, {**facts, "free_at": now + LEASE}).returning(notices.c.key)
        async with self._database.write() as connection:
            is_new = (await connection.execute(adding)).first() is not None
        return Notice(key, workspace, place, body, now) if is_new else None

    async def change(self, connection: AsyncConnection, key: str, *, workspace: str, body: str) -> None:
        """Keep a change of a message that stands, in the transaction that decides it; whoever claims it first
        makes it."""
        now = self._now()
        facts = {"key": key, "workspace": workspace, "place": "", "body": body, "at": now, "tries": 0}
        await connection.execute(insert_or_ignore(notices, {**facts, "free_at": now}))

    async def claim(self, limit: int = 20, *, changes: bool = False) -> tuple[Notice, ...]:
        """Those that nobody says, or the changes that nobody makes, just now, oldest first, with a lease for
        the caller."""
        now = self._now()
        waiting = and_(notices.c.free_at <= now, notices.c.place == "" if changes else notices.c.place != "")
        async with self._database.read() as reader:
            if (await reader.execute(select(notices.c.key).where(waiting).limit(1))).first() is None:
                return ()
        free = select(notices.c.key).where(waiting).order_by(notices.c.at, notices.c.key).limit(limit)
        async with self._database.write() as connection:
            keys = (await connection.execute(free.with_for_update(skip_locked=True))).scalars().all()
            taking = update(notices).where(notices.c.key.in_(keys))
            taken = taking.values(free_at=now + LEASE, tries=notices.c.tries + 1).returning(notices)
            found = [_read(row) for row in await connection.execute(taken)]
        return tuple(sorted(found, key=lambda one: (one.at, one.key)))

    async def said(self, notice: Notice, stands: str = "") -> None:
        """Slack has taken it, or it is given up; what it said is not kept, but where it ``stands``."""
        await self._set(notice, free_at=_NEVER, body=stands)

    async def stands(self, beginning: str, *, to: str = "") -> str:
        """Where the newest of those that were said (``to`` somebody) stands whose key begins like this; ""
        for none."""
        said = and_(notices.c.key.startswith(beginning, autoescape=True), notices.c.free_at == _NEVER)
        if to:
            said = and_(said, notices.c.place == to)
        newest = select(notices.c.body).where(said).order_by(notices.c.at.desc()).limit(1)
        async with self._database.read() as connection:
            return (await connection.execute(newest)).scalar() or ""

    async def later(self, notice: Notice) -> None:
        """It could not be said: again in a minute, then in two, at last every hour, for three days."""
        now = self._now()
        if now - notice.at > TRIED_FOR:
            await self.said(notice)
        else:
            wait = _FIRST_WAIT * 2 ** min(notice.tries - 1, 10)
            await self._set(notice, free_at=now + min(wait, _LONGEST_WAIT))

    async def forget_workspace(self, workspace: str) -> None:
        """Delete everything of this workspace."""
        async with self._database.write() as connection:
            await connection.execute(delete(notices).where(notices.c.workspace == workspace))

    async def sweep(self) -> None:
        """Forget old ones, said or not."""
        async with self._database.write() as connection:
            await connection.execute(delete(notices).where(notices.c.at < self._now() - KEPT))

    async def _set(self, notice: Notice, **values: Any) -> None:
        async with self._database.write() as connection:
            await connection.execute(update(notices).where(notices.c.key == notice.key).values(**values))


def _read(row: Row[Any]) -> Notice:
    return Notice(row.key, row.workspace, row.place, row.body, row.at, row.tries)

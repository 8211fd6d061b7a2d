"""Attempts to connect: a link for fifteen minutes, then a state and a cookie, spent by one callback.

Only hashes of the three secrets are stored. Looking at a link spends nothing, since scanners open links.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.engine import RowMapping

from zoho.connections.tables import attempts
from zoho.database import Database
from zoho.records import Product, Who

ATTEMPT_LASTS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: who wants which product with which scopes, and the caller's own text to go on with."""

    who: Who
    product: Product
    scopes: tuple[str, ...]
    resume: str = field(repr=False)
    expires_at: datetime


class Attempts:
    """The attempts under way."""

    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def start(
        self, who: Who, product: Product, *, scopes: Sequence[str], resume: str, now: datetime
    ) -> str:
        """Open an attempt for fifteen minutes and return the secret for its link."""
        link = secrets.token_urlsafe(32)
        values = {
            "link_hash": hashed(link),
            "workspace": who.workspace,
            "user_id": who.user,
            "product": product.value,
            "scopes": " ".join(scopes),
            "resume": resume,
            "expires_at": now + ATTEMPT_LASTS,
        }
        async with self._database.write() as connection:
            await connection.execute(delete(attempts).where(attempts.c.expires_at <= now))
            await connection.execute(attempts.insert().values(**values))
        return link

    async def peek(self, link: str) -> Attempt | None:
        """The attempt behind a link, or None when it is unknown, used or expired; KeyLost."""
        query = select(attempts).where(attempts.c.link_hash == hashed(link), self._is_open())
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return _attempt(row) if row else None

    async def arm(self, link: str, *, state: str, cookie: str) -> Attempt | None:
        """Give an open attempt the state and the cookie its callback must bring; the newest pair holds."""
        change = (
            update(attempts)
            .where(attempts.c.link_hash == hashed(link), self._is_open())
            .values(state_hash=hashed(state), cookie_hash=hashed(cookie))
            .returning(attempts)
        )
        async with self._database.write() as connection:
            row = (await connection.execute(change)).mappings().one_or_none()
        return _attempt(row) if row else None

    async def who_has(self, state: str) -> Who | None:
        """Whose open attempt this state belongs to; nothing is spent."""
        query = select(attempts.c.workspace, attempts.c.user_id).where(
            attempts.c.state_hash == hashed(state), self._is_open()
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return Who(*row) if row else None

    async def consume(self, state: str, cookie: str) -> Attempt | None:
        """Spend the attempt that has this state and this cookie: one caller ever gets it."""
        change = (
            delete(attempts)
            .where(
                attempts.c.state_hash == hashed(state),
                attempts.c.cookie_hash == hashed(cookie),
                self._is_open(),
            )
            .returning(attempts)
        )
        async with self._database.write() as connection:
            row = (await connection.execute(change)).mappings().one_or_none()
        return _attempt(row) if row else None

    async def forget_workspace(self, workspace: str) -> None:
        """End every attempt of this workspace."""
        async with self._database.write() as connection:
            await connection.execute(delete(attempts).where(attempts.c.workspace == workspace))

    def _is_open(self) -> ColumnElement[bool]:
        return attempts.c.expires_at > self._now()


def hashed(secret: str) -> str:
    """What is stored in place of a secret of 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _attempt(row: RowMapping) -> Attempt:
    return Attempt(
        who=Who(row["workspace"], row["user_id"]),
        product=Product(row["product"]),
        scopes=tuple(row["scopes"].split()),
        resume=row["resume"],
        expires_at=row["expires_at"],
    )

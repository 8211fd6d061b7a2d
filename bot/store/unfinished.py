"""Typed commands that were taken and not yet answered, so that a crash loses none of them.

A row is made in the transaction that claims the command's key, and goes when the command has ended. Whoever
works on it holds a lease; a row whose lease ran out belonged to a process that is gone, or to nobody yet.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    Integer,
    Row,
    Table,
    Text,
    Update,
    and_,
    delete,
    insert,
    select,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.effects import Effects
from zoho.database import Database, EncryptedText, UtcTime, metadata
from zoho.errors import KeyLost
from zoho.records import Who

LEASE = timedelta(seconds=15)
"""How long a process may be silent before its commands are taken over; it renews three times as often."""

unfinished = Table(
    "unfinished_commands",
    metadata,
    Column("key", Text, primary_key=True),
    Column("workspace", Text, nullable=False, index=True),
    Column("user", Text, nullable=False),
    Column("home", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("is_click", Boolean, nullable=False),
    Column("typed", EncryptedText, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("holder", Text, nullable=False),
    Column("free_at", UtcTime, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
)


class _OrNone(EncryptedText):
    """Reads None where no key fits: one command that cannot be read holds up no other."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        try:
            return super().process_result_value(value, dialect)
        except KeyLost:
            return None


_READABLE = [
    type_coerce(column, _OrNone).label(column.name) if column is unfinished.c.typed else column
    for column in unfinished.c
]

_KEEP = insert(unfinished)  # one statement for any number of rows, so that it is prepared only once


@dataclass(frozen=True, slots=True)
class Command:
    """A typed command under its key; ``tries`` is how often it was begun, 0 when it waits for somebody to.

    ``text`` is None when it was encrypted with a key that is not among the configured ones.
    """

    key: str
    who: Who
    home: str
    channel: str
    is_click: bool
    text: str | None = field(repr=False)
    response_url: str = field(repr=False)
    at: datetime
    tries: int = 1


class Held(Exception):
    """Another process works on this row just now."""


Along = Callable[[AsyncConnection, Collection[str]], Awaitable[None]]
"""What else belongs into a transaction, with the keys that it is about."""


async def _nothing_else(connection: AsyncConnection, keys: Collection[str]) -> None:
    """For transactions that nothing else belongs to."""


class Unfinished:
    """Keeps them, text and address encrypted, until they have ended."""

    def __init__(self, database: Database, effects: Effects, now: Callable[[], datetime]) -> None:
        self._database = database
        self._effects = effects
        self._now = now

    async def claim(
        self,
        keys: Sequence[str],
        commands: Sequence[Command],
        *,
        holder: str,
        along: Along = _nothing_else,
    ) -> set[str]:
        """Those of ``keys`` that nobody claimed before; the commands among them are kept in the same
        transaction, with a lease for ``holder`` unless they wait for somebody to begin them. ``along`` is
        done with the new keys, in that transaction too."""
        async with self._database.write() as connection:
            new = await self._effects.claim_in(connection, keys)
            rows = {one.key: self._row(one, holder) for one in commands if one.key in new}
            if rows:
                ordered = [rows[key] for key in sorted(rows)]
                await connection.execute(_KEEP, ordered)
            await along(connection, new)
        return new

    async def take(self, key: str, *, holder: str) -> Command | None:
        """The command under this key, now with a lease for ``holder``; None when it has ended. Raises Held
        while somebody has one."""
        now = self._now()
        this = unfinished.c.key == key
        async with self._database.write() as connection:
            locked = select(unfinished.c.holder, unfinished.c.free_at).where(this).with_for_update()
            found = (await connection.execute(locked)).one_or_none()
            if found is None:
                return None
            if found.holder and found.free_at > now:
                raise Held
            await connection.execute(self._lease(this, holder, now))
            return _read((await connection.execute(select(*_READABLE).where(this))).one())

    async def end(self, keys: Collection[str]) -> None:
        """Forget commands that have ended."""
        async with self._database.write() as connection:
            await connection.execute(delete(unfinished).where(unfinished.c.key.in_(keys)))

    async def take_over(
        self, *, holder: str, held: Collection[str], everything: bool = False
    ) -> tuple[Command, ...]:
        """Commands whose holder is silent, the oldest first, now with a lease for ``holder``, which works
        on those under the keys ``held`` already.

        With ``everything`` those of any other holder, lease or not: for a database that nobody shares.
        """
        now = self._now()
        free = and_(unfinished.c.key.not_in(held), unfinished.c.free_at <= now)
        if everything:
            free = unfinished.c.holder != holder
        async with self._database.write() as connection:
            found = await self._locked(connection, free)
            for key in found:
                await connection.execute(self._lease(unfinished.c.key == key, holder, now))
            chosen = select(*_READABLE).where(unfinished.c.key.in_(found)).order_by(unfinished.c.at)
            rows = (await connection.execute(chosen)).all()
            return tuple(_read(row) for row in rows)

    async def renew(self, keys: Collection[str], *, holder: str) -> None:
        """Prolong the leases of ``holder`` on these."""
        await self._until(self._now() + LEASE, keys, holder, _nothing_else)

    async def release(self, keys: Collection[str], *, holder: str, along: Along = _nothing_else) -> None:
        """Give the leases of ``holder`` on these back: whoever looks next takes over. ``along`` is done with
        those that were still held, in the same transaction."""
        await self._until(self._now(), keys, holder, along)

    async def oldest(self) -> datetime | None:
        """When the oldest of them was typed; None when there is none."""
        async with self._database.read() as connection:
            statement = select(unfinished.c.at).order_by(unfinished.c.at).limit(1)
            return (await connection.execute(statement)).scalar_one_or_none()

    async def forget_workspace(self, workspace: str) -> None:
        """Drop what anybody of this workspace waits for."""
        async with self._database.write() as connection:
            await connection.execute(delete(unfinished).where(unfinished.c.workspace == workspace))

    async def _locked(self, connection: AsyncConnection, such: ColumnElement[bool]) -> list[str]:
        """The keys of such rows, locked; rows that another process works on just now are passed by."""
        statement = select(unfinished.c.key).where(such).order_by(unfinished.c.key)
        statement = statement.with_for_update(skip_locked=True)
        return list((await connection.execute(statement)).scalars())

    def _lease(self, which: ColumnElement[bool], holder: str, now: datetime) -> Update:
        begun = {"holder": holder, "free_at": now + LEASE, "tries": unfinished.c.tries + 1}
        return update(unfinished).where(which).values(begun)

    async def _until(self, time: datetime, keys: Collection[str], holder: str, along: Along) -> None:
        mine = and_(unfinished.c.key.in_(keys), unfinished.c.holder == holder)
        async with self._database.write() as connection:
            locked = await self._locked(connection, mine)
            of_them = unfinished.c.key.in_(locked)
            await connection.execute(update(unfinished).where(of_them).values(free_at=time))
            await along(connection, locked)

    def _row(self, one: Command, holder: str) -> dict[str, object]:
        return {
            "key": one.key,
            "workspace": one.who.workspace,
            "user": one.who.user,
            "home": one.home,
            "channel": one.channel,
            "is_click": one.is_click,
            "typed": json.dumps([one.text, one.response_url]),
            "at": one.at,
            "holder": holder if one.tries else "",
            "free_at": self._now() + LEASE,
            "tries": one.tries,
        }


def _read(row: Row[Any]) -> Command:
    text, response_url = (None, "") if row.typed is None else json.loads(row.typed)
    return Command(
        key=row.key,
        who=Who(row.workspace, row.user),
        home=row.home,
        channel=row.channel,
        is_click=row.is_click,
        text=text,
        response_url=response_url,
        at=row.at,
        tries=row.tries,
    )

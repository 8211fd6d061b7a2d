"""Commands that wait for something of the person: a connection, a choice of portal, permission to write."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select

from bot.store.tables import asked, fresh_key
from zoho.database import Database
from zoho.records import Module, Who

LIFE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for, and where the answer goes.

    ``modules`` are the lists it will search; ``group_key`` stands instead of ``text`` for a list to be drawn
    again.
    """

    who: Who
    channel: str
    text: str
    response_url: str
    is_click: bool
    at: datetime
    modules: tuple[Module, ...] = ()
    group_key: str = ""


class AskedCommands:
    """Keeps them for 30 minutes, text and address encrypted."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def keep(self, what: Asked) -> str:
        """Keep a command; out comes the key under which it can be taken once."""
        key = fresh_key()
        row = {
            "key": key,
            "workspace": what.who.workspace,
            "user": what.who.user,
            "channel": what.channel,
            "text": what.text,
            "modules": json.dumps([module.value for module in what.modules]),
            "response_url": what.response_url,
            "is_click": what.is_click,
            "group_key": what.group_key,
            "at": what.at,
            "expires_at": self._now() + LIFE,
        }
        async with self._database.write() as connection:
            await connection.execute(insert(asked).values(row))
        return key

    async def take(self, who: Who, key: str) -> Asked | None:
        """The command under ``key``, once; None when it is not this person's, was taken or has expired."""
        async with self._database.write() as connection:
            statement = delete(asked).where(asked.c.key == key, *self._alive(who)).returning(asked)
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else _read(row)

    async def peek(self, who: Who, key: str) -> Asked | None:
        """The command under ``key``, left where it is."""
        async with self._database.read() as connection:
            statement = select(asked).where(asked.c.key == key, *self._alive(who))
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else _read(row)

    async def latest(self, who: Who) -> str | None:
        """The key of what this person asked for last, or None."""
        statement = select(asked.c.key).where(*self._alive(who)).order_by(asked.c.at.desc()).limit(1)
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one_or_none()

    async def forget(self, who: Who) -> None:
        """Drop everything this person still waits for."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(asked).where(asked.c.workspace == who.workspace, asked.c.user == who.user)
            )

    async def forget_workspace(self, workspace: str) -> None:
        """Drop what anybody of this workspace waits for."""
        async with self._database.write() as connection:
            await connection.execute(delete(asked).where(asked.c.workspace == workspace))

    async def sweep(self) -> None:
        """Delete what has expired."""
        async with self._database.write() as connection:
            await connection.execute(delete(asked).where(asked.c.expires_at <= self._now()))

    def _alive(self, who: Who) -> tuple[Any, ...]:
        return (
            asked.c.workspace == who.workspace,
            asked.c.user == who.user,
            asked.c.expires_at > self._now(),
        )


def _read(row: Row[Any]) -> Asked:
    return Asked(
        who=Who(row.workspace, row.user),
        channel=row.channel,
        text=row.text,
        response_url=row.response_url,
        is_click=row.is_click,
        at=row.at,
        modules=tuple(Module(value) for value in json.loads(row.modules)),
        group_key=row.group_key,
    )

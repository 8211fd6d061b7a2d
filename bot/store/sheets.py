"""What a modal about a group carries: the message it was opened from, and the records in the order drawn.

The modal itself carries the key alone; the address for the answer lies encrypted, for half an hour.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Boolean, Column, Integer, Table, Text, delete, insert

from bot.store.tables import fresh_key
from zoho.database import Database, EncryptedText, UtcTime, metadata
from zoho.records import Who

LIFE = timedelta(minutes=30)

sheets = Table(
    "sheets",
    metadata,
    Column("key", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("group", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("members", Text, nullable=False),
    Column("dismissal", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("response_url", EncryptedText, nullable=False),
    Column("is_click", Boolean, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One modal of one person: the group and the revision that was drawn, its ``members`` in the order of the
    inputs, or the ``dismissal`` that it is about; and where the message stands that is to be drawn again.
    """

    who: Who
    group: str
    revision: int
    channel: str
    response_url: str
    is_click: bool
    members: tuple[str, ...] = ()
    dismissal: str = ""


class Sheets:
    """Keeps sheets until they are submitted, once."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def keep(self, sheet: Sheet) -> str:
        """Keep a sheet; out comes its key."""
        key = fresh_key()
        row = {
            "key": key,
            "workspace": sheet.who.workspace,
            "user": sheet.who.user,
            "group": sheet.group,
            "revision": sheet.revision,
            "members": json.dumps(sheet.members),
            "dismissal": sheet.dismissal,
            "channel": sheet.channel,
            "response_url": sheet.response_url,
            "is_click": sheet.is_click,
            "expires_at": self._now() + LIFE,
        }
        async with self._database.write() as connection:
            await connection.execute(insert(sheets).values(row))
        return key

    async def take(self, who: Who, key: str) -> Sheet | None:
        """The sheet under this key, once; None when it is not this person's, was taken or has expired."""
        mine = (sheets.c.key == key, sheets.c.workspace == who.workspace, sheets.c.user == who.user)
        statement = delete(sheets).where(*mine, sheets.c.expires_at > self._now()).returning(sheets)
        async with self._database.write() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return None
        return Sheet(
            who=who,
            group=row.group,
            revision=row.revision,
            channel=row.channel,
            response_url=row.response_url,
            is_click=row.is_click,
            members=tuple(json.loads(row.members)),
            dismissal=row.dismissal,
        )

    async def forget_workspace(self, workspace: str) -> None:
        """Delete every sheet of this workspace."""
        async with self._database.write() as connection:
            await connection.execute(delete(sheets).where(sheets.c.workspace == workspace))

    async def sweep(self) -> None:
        """Delete what has expired."""
        async with self._database.write() as connection:
            await connection.execute(delete(sheets).where(sheets.c.expires_at <= self._now()))

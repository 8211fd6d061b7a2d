"""Messages that were shared to a channel: kept so that a click can draw them again for everybody."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, case, delete, false, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ids import Detail
from bot.store.flag import Spot
from bot.store.ledger import alerts
from bot.store.tables import fresh_key, groups, shares
from zoho.database import Database
from zoho.records import Found, Who

DRAFTS_KEPT = timedelta(minutes=30)  # as long as Slack takes an answer to the click that opened the sheet
KEPT = timedelta(days=30)
MOST_SHOWING = 10
"""Messages that follow one decision."""

_FOUND = TypeAdapter(Found)


@dataclass(frozen=True, slots=True)
class Share:
    """What one person shared to one channel, or is about to.

    ``found`` holds the shared groups alone, as they were read. ``detail`` is None while the sheet is open;
    ``is_outside`` allows the numbers only. ``offset`` is the first group's place in the search that
    ``command`` asks for. ``group`` is the key of the one group that is shared, "" for a page of a list;
    ``is_worst`` marks the largest groups of several lists. ``ts`` names the message, "" while nobody knows.
    """

    key: str
    who: Who
    channel: str
    found: Found
    command: str
    offset: int = 0
    group: str = ""
    is_worst: bool = False
    is_outside: bool = False
    detail: Detail | None = None
    response_url: str = ""
    ts: str = ""


class Shares:
    """Keeps drafts for half an hour and shared messages for a month, what they show encrypted."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def draft(
        self,
        who: Who,
        found: Found,
        *,
        channel: str,
        response_url: str,
        command: str,
        offset: int = 0,
        group: str = "",
        is_worst: bool = False,
        is_outside: bool = False,
    ) -> Share:
        """Keep what a sheet is about to share."""
        share = Share(
            key=fresh_key(),
            who=who,
            channel=channel,
            found=found,
            command=command,
            offset=offset,
            group=group,
            is_worst=is_worst,
            is_outside=is_outside,
            response_url=response_url,
        )
        row = {
            "key": share.key,
            "workspace": who.workspace,
            "user": who.user,
            "channel": channel,
            "found": _FOUND.dump_json(found).decode(),
            "command": command,
            "offset": offset,
            "group": group,
            "is_worst": is_worst,
            "is_outside": is_outside,
            "detail": "",
            "response_url": response_url,
            "ts": "",
            "at": self._now(),
            "expires_at": self._now() + DRAFTS_KEPT,
        }
        async with self._database.write() as connection:
            await connection.execute(insert(shares).values(row))
        return share

    async def stand(self, connection: AsyncConnection, share: Share) -> None:
        """Keep a message that nobody was asked about, in the transaction that decides it."""
        row = {
            "key": share.key,
            "workspace": share.who.workspace,
            "user": share.who.user,
            "channel": share.channel,
            "found": _FOUND.dump_json(share.found).decode(),
            "command": share.command,
            "offset": 0,
            "group": "",
            "is_worst": True,
            "is_outside": False,
            "detail": share.detail or Detail.COUNTS,
            "response_url": "",
            "ts": "",
            "at": self._now(),
            "expires_at": self._now() + KEPT,
        }
        await connection.execute(insert(shares).values(row))

    async def take(self, who: Who, key: str, detail: Detail) -> Share | None:
        """Turn this person's draft into a shared message, once; its response_url is not kept any longer,
        nor are records where the numbers are all that is shown.

        None when it is not theirs, was taken or has expired.
        """
        mine = (shares.c.key == key, shares.c.workspace == who.workspace, shares.c.user == who.user)
        is_draft = (shares.c.detail == "", shares.c.expires_at > self._now())
        async with self._database.write() as connection:
            row = (await connection.execute(select(shares).where(*mine, *is_draft))).one_or_none()
            if row is None:
                return None
            share = _read(row, Detail.COUNTS if row.is_outside else detail)
            shown = replace(share.found, groups=()) if share.detail is Detail.COUNTS else share.found
            taken = {
                "detail": share.detail,
                "found": _FOUND.dump_json(shown).decode(),
                "response_url": "",
                "expires_at": self._now() + KEPT,
            }
            statement = update(shares).where(*mine, shares.c.detail == "").values(taken)
            if (await connection.execute(statement)).rowcount != 1:
                return None
        return share

    async def get(self, workspace: str, key: str) -> Share | None:
        """The shared message under this key, inside this workspace; None when it is unknown or too old."""
        statement = select(shares).where(
            shares.c.key == key,
            shares.c.workspace == workspace,
            shares.c.detail != "",
            shares.c.expires_at > self._now(),
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else _read(row, Detail(row.detail))

    async def showing(self, spot: Spot, members: Collection[str]) -> tuple[Share, ...]:
        """Shared messages, newest first, in which a group with one of these records is drawn, as far as it is
        known where they stand; at most `MOST_SHOWING`."""
        held = [groups.c.members.contains(f'"{member}"', autoescape=True) for member in members]
        # A digest is a shared message under its alert's key; where it stands is in the ledger.
        stands_at = case((shares.c.ts != "", shares.c.ts), else_=func.coalesce(alerts.c.ts, ""))
        statement = (
            select(shares, stands_at.label("stands_at"))
            .join(groups, groups.c.list_key == shares.c.key)
            .outerjoin(alerts, alerts.c.id == shares.c.key)
            .where(
                shares.c.workspace == spot.workspace,
                shares.c.detail.not_in(("", Detail.COUNTS)),
                stands_at != "",
                shares.c.expires_at > self._now(),
                groups.c.dc == spot.dc,
                groups.c.org_id == spot.org_id,
                groups.c.module == spot.module.value,
                or_(false(), *held),
            )
            .order_by(shares.c.at.desc(), shares.c.key)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        found = {row.key: replace(_read(row, Detail(row.detail)), ts=row.stands_at) for row in rows}
        return tuple(found.values())[:MOST_SHOWING]

    async def stands_at(self, share: Share, ts: str) -> None:
        """Remember where the message stands, once Slack told."""
        async with self._database.write() as connection:
            await connection.execute(update(shares).where(shares.c.key == share.key).values(ts=ts))

    async def drop(self, share: Share) -> None:
        """Forget a message that was never posted."""
        async with self._database.write() as connection:
            await connection.execute(delete(shares).where(shares.c.key == share.key))

    async def forget_workspace(self, workspace: str) -> None:
        """Delete everything that was shared in this workspace."""
        async with self._database.write() as connection:
            await connection.execute(delete(shares).where(shares.c.workspace == workspace))

    async def sweep(self) -> None:
        """Delete what has expired."""
        async with self._database.write() as connection:
            await connection.execute(delete(shares).where(shares.c.expires_at <= self._now()))


def _read(row: Row[Any], detail: Detail) -> Share:
    return Share(
        key=row.key,
        who=Who(row.workspace, row.user),
        channel=row.channel,
        found=_FOUND.validate_json(row.found),
        command=row.command,
        offset=row.offset,
        group=row.group,
        is_worst=row.is_worst,
        is_outside=row.is_outside,
        detail=detail,
        response_url=row.response_url,
        ts=row.ts,
    )

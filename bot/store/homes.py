"""The Home tabs that people have opened: what Slack shows of them now, and from which flag on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from bot.store.tables import homes
from zoho.database import Database, insert_or_update
from zoho.records import Who

KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class HomeRow:
    """A Home tab as it was published last.

    ``hash`` is Slack's for the view; ``stamp`` stands for what was drawn; ``start`` is the key of the flag
    after which its page of flags begins, "" for the first.
    """

    hash: str
    stamp: str
    start: str


class Homes:
    """Who has a Home tab, and whether it is out of date."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def get(self, who: Who) -> HomeRow | None:
        """This person's Home tab, or None when it was never published."""
        mine = (homes.c.workspace == who.workspace, homes.c.user == who.user)
        async with self._database.read() as connection:
            row = (await connection.execute(select(homes).where(*mine))).one_or_none()
        return None if row is None else HomeRow(row.hash, row.stamp, row.start)

    async def keep(self, who: Who, published: HomeRow) -> None:
        """Remember what was published."""
        row = {
            "workspace": who.workspace,
            "user": who.user,
            "hash": published.hash,
            "stamp": published.stamp,
            "start": published.start,
            "at": self._now(),
        }
        async with self._database.write() as connection:
            await connection.execute(insert_or_update(homes, row))

    async def outdate(self, who: Who) -> None:
        """Say that what is shown no longer holds."""
        mine = (homes.c.workspace == who.workspace, homes.c.user == who.user)
        async with self._database.write() as connection:
            await connection.execute(update(homes).where(*mine).values(stamp=""))

    async def forget(self, who: Who) -> None:
        """Publish nothing more for this person until they open the tab again."""
        mine = (homes.c.workspace == who.workspace, homes.c.user == who.user)
        async with self._database.write() as connection:
            await connection.execute(delete(homes).where(*mine))

    async def forget_workspace(self, workspace: str) -> None:
        """The same for everybody of this workspace."""
        async with self._database.write() as connection:
            await connection.execute(delete(homes).where(homes.c.workspace == workspace))

    async def sweep(self) -> None:
        """Forget tabs that were not published for a quarter of a year."""
        async with self._database.write() as connection:
            await connection.execute(delete(homes).where(homes.c.at < self._now() - KEPT))

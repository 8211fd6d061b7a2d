"""The decisions that stand, newest first, in pieces."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from bot.store.dismissal import Dismissal
from bot.store.dismissed_rows import HOLDS, STANDS, dismissals, read
from bot.store.spots import Line, in_line
from zoho.database import Database


class DismissedList:
    """Reads what a workspace has dismissed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, workspace: str, key: str) -> Dismissal | None:
        """The decision under this key, standing or withdrawn, inside this workspace."""
        found = await self._find(dismissals.c.key == key, dismissals.c.workspace == workspace)
        return found[0] if found else None

    async def after(self, line: Line, dismissal: Dismissal | None, most: int) -> tuple[Dismissal, ...]:
        """The next decisions of an organisation, older than this one; from the newest on when it is None."""
        older = () if dismissal is None else (_is_older(dismissal),)
        return await self._find(STANDS, HOLDS, *in_line(dismissals, line), *older, most=most)

    async def before(self, line: Line, dismissal: Dismissal, most: int) -> tuple[Dismissal, ...]:
        """The decisions newer than this one, the nearest first."""
        return await self._find(
            STANDS, HOLDS, *in_line(dismissals, line), _is_newer(dismissal), most=most, oldest=True
        )

    async def by(self, line: Line, user: str, most: int) -> tuple[Dismissal, ...]:
        """This person's own, newest first."""
        return await self._find(
            STANDS, HOLDS, *in_line(dismissals, line), dismissals.c.user == user, most=most
        )

    async def length(self, line: Line) -> int:
        """How many stand in an organisation."""
        return await self._count(*in_line(dismissals, line))

    async def length_of_all(self, workspace: str) -> int:
        """How many stand in every organisation of the workspace."""
        return await self._count(dismissals.c.workspace == workspace)

    async def length_before(self, line: Line, dismissal: Dismissal) -> int:
        """How many of an organisation are newer than this one."""
        return await self._count(*in_line(dismissals, line), _is_newer(dismissal))

    async def stamp(self, workspace: str) -> str:
        """A text that differs whenever what stands in the workspace does."""
        facts = (func.count(), func.sum(dismissals.c.revision), func.max(dismissals.c.at))
        statement = select(*facts).where(dismissals.c.workspace == workspace, STANDS)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one()
        return ".".join(str(fact) for fact in row)

    async def _find(
        self, *conditions: Any, most: int | None = None, oldest: bool = False
    ) -> tuple[Dismissal, ...]:
        order = [column.asc() if oldest else column.desc() for column in (dismissals.c.at, dismissals.c.key)]
        statement = select(dismissals).where(*conditions).order_by(*order).limit(most)
        async with self._database.read() as connection:
            return tuple(read(row._mapping) for row in (await connection.execute(statement)).all())

    async def _count(self, *conditions: Any) -> int:
        statement = select(func.count()).select_from(dismissals).where(STANDS, HOLDS, *conditions)
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one()


def _is_older(one: Dismissal) -> ColumnElement[bool]:
    return or_(dismissals.c.at < one.at, and_(dismissals.c.at == one.at, dismissals.c.key < one.key))


def _is_newer(one: Dismissal) -> ColumnElement[bool]:
    return or_(dismissals.c.at > one.at, and_(dismissals.c.at == one.at, dismissals.c.key > one.key))

"""The flag queue: open flags, oldest first, and who has taken which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select

from bot.store.flag import Closed, Flag
from bot.store.flags import Flags
from bot.store.spots import Line, in_line
from bot.store.tables import flags
from zoho.database import Database

_OPEN = flags.c.closed_as == Closed.NOT.value


class Queue:
    """Reads the queue in pieces and changes one flag at a time, as it was read or not at all."""

    def __init__(self, database: Database, raised: Flags, now: Callable[[], datetime]) -> None:
        self._database = database
        self._flags = raised
        self._now = now

    async def get(self, workspace: str, key: str) -> Flag | None:
        """The flag under this key, open or closed, inside this workspace."""
        found = await self._flags.find(flags.c.key == key, flags.c.workspace == workspace)
        return found[0] if found else None

    async def after(self, line: Line, flag: Flag | None, most: int) -> tuple[Flag, ...]:
        """The next open flags after this one, from the oldest on when it is None."""
        later = () if flag is None else (_is_after(flag),)
        return await self._flags.find(_OPEN, *in_line(flags, line), *later, most=most)

    async def before(self, line: Line, flag: Flag, most: int) -> tuple[Flag, ...]:
        """The last open flags before this one, the nearest first."""
        return await self._flags.find(_OPEN, *in_line(flags, line), _is_before(flag), newest=True, most=most)

    async def length_before(self, line: Line, flag: Flag) -> int:
        """How many open flags are older than this one."""
        return await self._count(_OPEN, *in_line(flags, line), _is_before(flag))

    async def length(self, line: Line) -> int:
        """How many open flags there are."""
        return await self._count(_OPEN, *in_line(flags, line))

    async def length_of_all(self, workspace: str) -> int:
        """How many open flags there are in every organisation of the workspace."""
        return await self._count(_OPEN, flags.c.workspace == workspace)

    async def by(self, line: Line, user: str, most: int) -> tuple[Flag, ...]:
        """What this person flagged, newest first: what stands, and what was settled. What left because its
        records did, or what they took back themselves, is not among it."""
        is_withdrawn = and_(flags.c.closed_as == Closed.UNDONE.value, flags.c.closed_by == user)
        stays = (flags.c.user == user, flags.c.closed_as != Closed.GONE.value, not_(is_withdrawn))
        return await self._flags.find(*in_line(flags, line), *stays, newest=True, most=most)

    async def claim(self, flag: Flag, user: str) -> bool:
        """Take a flag as it was read, from whoever has it; False when it has changed since."""
        taken = {"claimed_by": user, "claimed_at": self._now()}
        return await self._flags.change(flag, "claim", user, taken)

    async def release(self, flag: Flag, user: str) -> bool:
        """Let go of a flag as it was read; False when it has changed since."""
        free = {"claimed_by": "", "claimed_at": None}
        return await self._flags.change(flag, "release", user, free)

    async def stamp(self, workspace: str) -> str:
        """A text that differs whenever the workspace's queue does."""
        facts = (func.count(), func.sum(flags.c.revision), func.max(flags.c.at))
        statement = select(*facts).where(_OPEN, flags.c.workspace == workspace)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one()
        return ".".join(str(fact) for fact in row)

    async def _count(self, *conditions: Any) -> int:
        statement = select(func.count()).select_from(flags).where(*conditions)
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one()


def _is_after(flag: Flag) -> ColumnElement[bool]:
    return or_(flags.c.at > flag.at, and_(flags.c.at == flag.at, flags.c.id > flag.id))


def _is_before(flag: Flag) -> ColumnElement[bool]:
    return or_(flags.c.at < flag.at, and_(flags.c.at == flag.at, flags.c.id < flag.id))

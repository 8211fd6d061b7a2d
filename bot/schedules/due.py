"""Hands out the slots that are due: each one is entered in the ledger in the transaction that moves its
schedule on, so that no crash loses or doubles one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.schedules.when import Schedule, load
from bot.store.ledger import Slot
from bot.store.subscriptions import SubscriptionStatus, subscriptions
from zoho.database import Database

BATCH = 500


class Slots(Protocol):
    """Where slots are entered."""

    async def open_all(self, connection: AsyncConnection, slots: Sequence[Slot]) -> tuple[str, ...]:
        """Enter slots in this transaction; the keys of those that did not stand there already."""


class Schedules:
    """Which alerts are due. However many there are, a look at nothing due is one query over an index."""

    def __init__(self, database: Database, slots: Slots) -> None:
        self._database = database
        self._slots = slots

    async def due(self, now: datetime, *, batch: int = BATCH) -> tuple[str, ...]:
        """Enter every slot that is due, oldest first, so many in a transaction; their keys in the ledger.

        Slots that were missed become the last one of them; snoozed ones are passed over. Any number of
        processes may ask at the same time.
        """
        keys: list[str] = []
        while True:
            opened, seen = await self._hand_out(now, batch)
            keys += opened
            if seen < batch:
                return tuple(keys)

    async def bring_back(self, now: datetime) -> int:
        """Set right what waits for a later time than its schedule says, as after a clock that was ahead; how
        many those are."""
        count, after = 0, ""
        while True:
            rows = await self._waiting(now, after)
            astray = {
                row.id: then for row in rows if (then := load(row.schedule).next_after(now)) < row.next_at
            }
            await self._set(now, astray)
            count += len(astray)
            if len(rows) < BATCH:
                return count
            after = rows[-1].id

    async def _waiting(self, now: datetime, after: str) -> Sequence[Any]:
        """A batch of the schedules that are not due yet, in the order of their keys, from one key on."""
        there = subscriptions.c
        active = (there.status == SubscriptionStatus.ACTIVE.value, there.next_at > now, there.id > after)
        query = select(there.id, there.schedule, there.next_at).where(*active).order_by(there.id)
        async with self._database.read() as reader:
            return (await reader.execute(query.limit(BATCH))).all()

    async def _set(self, now: datetime, moved: Mapping[str, datetime]) -> None:
        """Let these schedules wait for other times, unless they came to be due meanwhile."""
        if moved:
            rows = [{"key": key, "then": then, "now": now} for key, then in sorted(moved.items())]
            async with self._database.write() as connection:
                await connection.execute(_SET, rows)

    async def _hand_out(self, now: datetime, limit: int) -> tuple[tuple[str, ...], int]:
        """The keys as of `due`, and how many schedules were moved on for them."""
        async with self._database.read() as reader:
            if (await reader.execute(_due(now).limit(1))).first() is None:
                return (), 0
        async with self._database.write() as connection:
            # Others take other rows meanwhile. SQLite has no such locks, and needs none.
            query = _due(now).limit(limit).with_for_update(skip_locked=True)
            rows = (await connection.execute(query)).all()
            due = [_Due.read(row) for row in rows]
            slots = [slot for one in due if (slot := one.slot(now)) is not None]
            keys = await self._slots.open_all(connection, slots)
            if due:
                await connection.execute(_MOVE, [one.moved(now) for one in due])
        return keys, len(rows)


class _Due(NamedTuple):
    """A schedule that is due."""

    key: str
    workspace: str
    channel: str
    schedule: Schedule
    since: datetime
    snoozed_until: datetime | None

    @classmethod
    def read(cls, row: Row[Any]) -> _Due:
        schedule = load(row.schedule)
        return cls(row.id, row.workspace, row.channel, schedule, row.next_at, row.snoozed_until)

    def slot(self, now: datetime) -> Slot | None:
        """The last one that is due; None while it is snoozed."""
        slot = max(self.since, self.schedule.last_until(now))
        if self.snoozed_until is not None and slot < self.snoozed_until:
            return None
        return Slot(self.key, slot, self.workspace, self.channel)

    def moved(self, now: datetime) -> dict[str, Any]:
        """Where it goes on."""
        is_over = self.snoozed_until is None or self.snoozed_until <= now
        then = self.schedule.next_after(now)
        return {"key": self.key, "then": then, "snoozed": None if is_over else self.snoozed_until}


_MOVE = (
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("key"))
    .values(next_at=bindparam("then"), snoozed_until=bindparam("snoozed"))
)

_SET = (
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("key"), subscriptions.c.next_at > bindparam("now"))
    .values(next_at=bindparam("then"))
)


def _due(now: datetime) -> Any:
    there = subscriptions.c
    return (
        select(there.id, there.workspace, there.channel, there.schedule, there.next_at, there.snoozed_until)
        .where(there.status == SubscriptionStatus.ACTIVE.value, there.next_at <= now)
        .order_by(there.next_at, there.id)
    )

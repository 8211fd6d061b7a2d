"""The ledger of alerts: one row for each slot of each subscription, and what became of it.

    new ──> ready ──> posting ──> sent
     │                   ├──> ready      Slack surely did not take it
     └──> empty          └──> unknown    nobody can know; its owner is asked

``stopped`` is the end of a row whose channel or workspace is closed to us. Whoever works on a row holds a
lease on it, and every step is a compare-and-swap on (state, holder): a holder that lost its lease changes
nothing any more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Any, NamedTuple

import structlog
from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    Row,
    Table,
    Text,
    UniqueConstraint,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.subscriptions import subscriptions
from bot.store.tables import fresh_key
from zoho.database import Database, EncryptedText, UtcTime, metadata
from zoho.errors import KeyLost

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
"""Longer than a step takes: a call to Slack gives up after ten seconds."""

AT_ONCE = 20
"""So many rows are taken at once."""

KEPT = timedelta(days=90)

_LONGEST_WAIT = timedelta(hours=6)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subscription", Text, nullable=False),
    Column("slot", UtcTime, nullable=False),
    Column("workspace", Text, nullable=False, index=True),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("free_at", UtcTime, nullable=False),
    Column("intent_at", UtcTime),
    Column("tries", Integer, nullable=False),
    Column("body", EncryptedText, nullable=False),
    Column("ts", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("read_to", Text),
    UniqueConstraint("subscription", "slot"),
    Index("ix_alerts_open", "state", "free_at"),
)


class AlertState(StrEnum):
    """Where an alert stands; the last four are ends, though an unknown one can still be settled."""

    NEW = "new"
    READY = "ready"
    POSTING = "posting"
    SENT = "sent"
    EMPTY = "empty"
    UNKNOWN = "unknown"
    STOPPED = "stopped"


class Turn(Enum):
    """What becomes of a slot among the others of its alerts."""

    NOW = auto()
    LATER = auto()
    NEVER = auto()


@dataclass(frozen=True, slots=True)
class Alert:
    """One row: whose slot it is, where it goes, and what is to be drawn (``body``, the caller's own form; a
    message without one introduces the alerts to their channel).

    ``intent_at`` is when posting was last about to begin; ``ts`` where the message stands; ``why`` Slack's
    word for what stopped it; ``read_to`` down to which message the channel was read in search of it.
    """

    id: str
    subscription: str
    slot: datetime
    workspace: str
    channel: str
    state: AlertState
    holder: str
    intent_at: datetime | None
    tries: int
    body: str
    ts: str
    why: str
    read_to: str | None = None

    @property
    def is_introduction(self) -> bool:
        """Whether it says who set alerts up; it is posted with the same care as what they have to say."""
        return not self.body


class Slot(NamedTuple):
    """When alerts are due, and where they go."""

    subscription: str
    slot: datetime
    workspace: str
    channel: str


class Ledger:
    """Steps of alerts, each one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._process = fresh_key()

    async def open_all(self, connection: AsyncConnection, slots: Sequence[Slot]) -> tuple[str, ...]:
        """Enter slots, in the transaction that moves their schedules on; the keys of those that did not stand
        there already."""
        if not slots:
            return ()
        rows = [
            {
                "id": fresh_key(),
                **slot._asdict(),
                "state": AlertState.NEW.value,
                "holder": "",
                "free_at": self._now(),
                "tries": 0,
                "body": "",
                "ts": "",
                "why": "",
            }
            for slot in slots
        ]
        await connection.execute(insert(alerts).on_conflict_do_nothing(), rows)
        ours = alerts.c.id.in_([row["id"] for row in rows])
        there = set((await connection.execute(select(alerts.c.id).where(ours))).scalars())
        return tuple(str(row["id"]) for row in rows if row["id"] in there)

    async def introduce(self, connection: AsyncConnection, slot: Slot) -> Alert:
        """Enter an introduction, in the transaction that sets its alerts up or moves them; the caller holds
        it and goes on to post it."""
        holder, now = f"{self._process}.{fresh_key()}", self._now()
        state = {"id": fresh_key(), "state": AlertState.READY.value, "holder": holder, "free_at": now + LEASE}
        row = {**slot._asdict(), **state, "tries": 0, "body": "", "ts": "", "why": ""}
        entered = await connection.execute(insert(alerts).values(row).returning(alerts))
        return _alert(entered.one())

    async def claim(
        self,
        states: Collection[AlertState],
        *,
        limit: int = AT_ONCE,
        lease: timedelta = LEASE,
    ) -> tuple[Alert, ...]:
        """Take a lease on rows that nobody works on, oldest slot first; at most ``limit``."""
        now = self._now()
        waiting = (alerts.c.state.in_([state.value for state in states]), alerts.c.free_at <= now)
        async with self._database.read() as reader:
            query = select(alerts.c.id).where(*waiting).order_by(alerts.c.slot, alerts.c.id).limit(limit)
            wanted = (await reader.execute(query)).scalars().all()
        if not wanted:
            return ()
        # A name for each claim, so that a task whose lease ran out is a stranger even in its own process.
        holder = f"{self._process}.{fresh_key()}"
        # Rows that somebody else changes in this moment are left to him, and so never waited for.
        free = select(alerts.c.id).where(alerts.c.id.in_(wanted), *waiting).with_for_update(skip_locked=True)
        async with self._database.write() as writer:
            ours = alerts.c.id.in_((await writer.execute(free)).scalars().all())
            take = update(alerts).where(ours).values(holder=holder, free_at=now + lease)
            taken = (await writer.execute(take.returning(alerts.c.id))).scalars().all()
        return tuple(sorted(await self._opened(taken), key=lambda alert: (alert.slot, alert.id)))

    async def _opened(self, keys: Sequence[str]) -> list[Alert]:
        opened = []
        for key in keys:
            try:
                opened.append(await self.get(key))
            except KeyLost:
                log.warning("alert_not_opened", alert=key, hint="bring the key back, or rotate-keys --forget")
        return [alert for alert in opened if alert is not None]

    async def hold(self, alert: Alert, *, lease: timedelta = LEASE) -> bool:
        """Prolong the lease on a row; False when somebody else has it by now."""
        return await self._step(alert, free_at=self._now() + lease) is not None

    async def turn(self, alert: Alert) -> Turn:
        """Whether a slot is to be read now: one that a later one follows never is, and nobody begins while an
        earlier one of the same alerts is being read, or what it said not posted yet."""
        same = (alerts.c.subscription == alert.subscription, alerts.c.slot != alert.slot)
        waiting = [AlertState.NEW.value, AlertState.READY.value, AlertState.POSTING.value]
        query = select(alerts).where(*same, alerts.c.state.in_(waiting))
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        new = [row for row in rows if row.state == AlertState.NEW.value]
        if any(row.slot > alert.slot for row in new):
            return Turn.NEVER
        is_read = any(row.holder and row.free_at > self._now() for row in new)
        return Turn.LATER if is_read or any(row.body for row in rows) else Turn.NOW

    async def ready(self, connection: AsyncConnection, alert: Alert, body: str) -> bool:
        """What is to be posted is known; in the transaction that marks its groups as told."""
        return await self._swap(connection, alert, _free(AlertState.READY, self._now(), body=body))

    async def empty(self, connection: AsyncConnection, alert: Alert, *, why: str = "") -> bool:
        """There is nothing to say for this slot; ``why`` where that is not because there is no news."""
        return await self._swap(connection, alert, _free(AlertState.EMPTY, self._now(), why=why))

    async def intend(self, alert: Alert) -> Alert | None:
        """Commit that posting begins now; None when the row is no longer ours: then nothing may be posted."""
        now = self._now()
        return await self._step(
            alert,
            state=AlertState.POSTING.value,
            intent_at=now,
            tries=alert.tries + 1,
            free_at=now + LEASE,
            read_to=None,
        )

    async def sent(self, alert: Alert, ts: str) -> bool:
        """The message stands in the channel, there; its alerts know where they are introduced."""
        async with self._database.write() as connection:
            is_ours = await self._swap(connection, alert, _free(AlertState.SENT, self._now(), ts=ts))
            if is_ours and alert.is_introduction:
                here = (subscriptions.c.id == alert.subscription, subscriptions.c.channel == alert.channel)
                await connection.execute(update(subscriptions).where(*here).values(intro_ts=ts))
        return is_ours

    async def again(self, alert: Alert, *, at: datetime) -> bool:
        """Slack surely did not take it: post it, but not before ``at``."""
        return await self._step(alert, **_free(AlertState.READY, at)) is not None

    async def wait(self, alert: Alert, *, at: datetime) -> bool:
        """Leave a row as it is until ``at``; then anybody may take it up."""
        return await self._step(alert, **_free(alert.state, at)) is not None

    async def read_to(self, alert: Alert, ts: str) -> bool:
        """Its message is not among those of the channel from this one on."""
        return await self._step(alert, read_to=ts, free_at=self._now() + LEASE) is not None

    async def unknown(self, alert: Alert) -> Alert | None:
        """Nobody can know whether it was posted; the holder goes on to ask its owner."""
        return await self._step(alert, state=AlertState.UNKNOWN.value, free_at=self._now() + LEASE)

    async def told(self, alert: Alert) -> bool:
        """Its owner was asked: nobody takes the row up again until there is an answer."""
        return await self._step(alert, **_free(AlertState.UNKNOWN, _NEVER)) is not None

    async def settle(self, key: str, *, again: bool) -> Alert | None:
        """The owner's answer to an unknown alert: post it once more, or take it as posted. None when it has
        been answered before."""
        now = self._now()
        end = _free(AlertState.READY if again else AlertState.SENT, now, why="")
        change = update(alerts).where(alerts.c.id == key, alerts.c.state == AlertState.UNKNOWN.value)
        async with self._database.write() as connection:
            row = (await connection.execute(change.values(**end).returning(alerts))).one_or_none()
        return None if row is None else _alert(row)

    async def stop(self, alert: Alert, why: str) -> bool:
        """The channel is closed to us: the row ends here."""
        return await self._step(alert, **_free(AlertState.STOPPED, self._now(), why=why)) is not None

    async def release(self) -> int:
        """Give back every lease of this process at its end, so that others need not wait for them."""
        return await self._give_back(alerts.c.holder.startswith(f"{self._process}.", autoescape=True))

    async def release_all(self) -> int:
        """Give back every lease there is: for the start of the only process that works on this database."""
        return await self._give_back(alerts.c.holder != "")

    async def bring_back(self) -> int:
        """Free rows that wait longer than anything is waited for, as after a clock that was ahead."""
        waiting = (AlertState.NEW.value, AlertState.READY.value, AlertState.POSTING.value)
        is_astray = alerts.c.free_at > self._now() + _LONGEST_WAIT
        return await self._give_back(is_astray & alerts.c.state.in_(waiting))

    async def get(self, key: str) -> Alert | None:
        """The row with this id."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(alerts).where(alerts.c.id == key))).one_or_none()
        return None if row is None else _alert(row)

    async def of(self, subscription: str, *, limit: int = 50) -> tuple[Alert, ...]:
        """The newest rows of a subscription, newest first."""
        query = select(alerts).where(alerts.c.subscription == subscription).order_by(alerts.c.slot.desc())
        async with self._database.read() as connection:
            rows = (await connection.execute(query.limit(limit))).all()
        return tuple(_alert(row) for row in rows)

    async def close(self, subscription: str, why: str) -> None:
        """End every row of a subscription that is not under way: it was stopped."""
        resting = [AlertState.NEW.value, AlertState.READY.value]
        change = update(alerts).where(alerts.c.subscription == subscription, alerts.c.state.in_(resting))
        async with self._database.write() as connection:
            await connection.execute(change.values(state=AlertState.STOPPED.value, why=why))

    async def forget_workspace(self, workspace: str) -> None:
        """Delete a workspace's rows."""
        async with self._database.write() as connection:
            await connection.execute(delete(alerts).where(alerts.c.workspace == workspace))

    async def sweep(self) -> None:
        """Delete rows whose message is long past editing."""
        async with self._database.write() as connection:
            await connection.execute(delete(alerts).where(alerts.c.slot < self._now() - KEPT))

    async def _step(self, alert: Alert, **values: Any) -> Alert | None:
        """One swap in a transaction of its own; the row as it is afterwards, None when it was not ours."""
        async with self._database.write() as connection:
            if not await self._swap(connection, alert, values):
                return None
        named = {"state", "holder", "intent_at", "tries", "ts", "why", "read_to"}
        changed: dict[str, Any] = {name: value for name, value in values.items() if name in named}
        if "state" in changed:
            changed["state"] = AlertState(changed["state"])
        return replace(alert, **changed)

    async def _swap(self, connection: AsyncConnection, alert: Alert, values: dict[str, Any]) -> bool:
        ours = (
            alerts.c.id == alert.id,
            alerts.c.state == alert.state.value,
            alerts.c.holder == alert.holder,
        )
        return (await connection.execute(update(alerts).where(*ours).values(**values))).rowcount == 1

    async def _give_back(self, held: ColumnElement[bool]) -> int:
        change = update(alerts).where(held).values(holder="", free_at=self._now())
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount


def _free(state: AlertState, at: datetime, **values: Any) -> dict[str, Any]:
    """A step after which nobody holds the row."""
    return {"state": state.value, "holder": "", "free_at": at, **values}


def _alert(row: Row[Any]) -> Alert:
    columns = row._mapping
    return Alert(
        id=columns["id"],
        subscription=columns["subscription"],
        slot=columns["slot"],
        workspace=columns["workspace"],
        channel=columns["channel"],
        state=AlertState(columns["state"]),
        holder=columns["holder"],
        intent_at=columns["intent_at"],
        tries=columns["tries"],
        body=columns["body"],
        ts=columns["ts"],
        why=columns["why"],
        read_to=columns["read_to"],
    )

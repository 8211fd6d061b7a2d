"""Alerts as they were set up: which channel hears of which lists, when, with whose connection.

``active`` ones are due at ``next_at``; ``paused`` ones wait for an owner whose connection works; ``stopped``
ones are kept for a while, since messages in the channel still name them.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    Row,
    Table,
    Text,
    case,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ids import Detail
from bot.store.tables import fresh_key
from zoho.database import Database, EncryptedText, UtcTime, metadata
from zoho.records import Module, Product, Who

KEPT = timedelta(days=90)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("dc", Text, nullable=False),
    Column("org_id", Text, nullable=False),
    Column("org_name", EncryptedText, nullable=False),
    Column("modules", Text, nullable=False),
    Column("filters", EncryptedText, nullable=False),
    Column("schedule", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("most", Integer, nullable=False),
    Column("mention", EncryptedText, nullable=False),
    Column("status", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("next_at", UtcTime, nullable=False),
    Column("snoozed_until", UtcTime),
    Column("price", Integer),
    Column("revision", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("intro_ts", Text, nullable=False),
    Column("baseline_at", UtcTime),
    Column("known", Integer),
    Column("channel_told_at", UtcTime),
    Column("owner_told_at", UtcTime),
    Index("ix_subscriptions_due", "status", "next_at"),
    Index("ix_subscriptions_channel", "workspace", "channel"),
    Index("ix_subscriptions_owner", "workspace", "owner"),
)


class SubscriptionStatus(StrEnum):
    """Whether alerts run."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"


class Because(StrEnum):
    """Why alerts do not run: their owner's connection or account is gone, somebody stopped them, or Slack
    lets the app write in the channel no more."""

    CONNECTION = "connection"
    ACCOUNT = "account"
    PERSON = "person"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody chose: everything that the form of alerts asks for.

    ``schedule`` is as `bot.schedules.when.dump` writes it; ``price`` the credits a slot may cost, None where
    Zoho does not tell.
    """

    channel: str
    product: Product
    dc: str
    org_id: str
    org_name: str
    modules: tuple[Module, ...]
    filters: tuple[tuple[str, str], ...]
    schedule: str
    detail: Detail
    most: int
    mention: tuple[str, ...]
    price: int | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """One row. ``intro_ts`` is where its introduction stands in the channel, ``known`` how many groups were
    there before it began to speak (None until ``baseline_at``)."""

    id: str
    owner: Who
    terms: Terms
    status: SubscriptionStatus
    because: str
    next_at: datetime
    snoozed_until: datetime | None
    revision: int
    created_at: datetime
    intro_ts: str
    baseline_at: datetime | None
    known: int | None

    @property
    def channel(self) -> str:
        """The channel that hears of what is new."""
        return self.terms.channel


class Beginning(NamedTuple):
    """What stands in clear of alerts that were just set up, and that their first slot needs."""

    id: str
    created_at: datetime
    workspace: str
    channel: str


class Subscriptions:
    """Alerts are set up, changed, snoozed, paused and stopped, each by one statement."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def add(
        self, owner: Who, terms: Terms, *, next_at: datetime, connection: AsyncConnection | None = None
    ) -> Subscription:
        """Set alerts up, in the caller's transaction if there is one."""
        now = self._now()
        row = {
            "id": fresh_key(),
            "workspace": owner.workspace,
            "owner": owner.user,
            **_terms_row(terms),
            "status": SubscriptionStatus.ACTIVE.value,
            "because": "",
            "next_at": next_at,
            "revision": 1,
            "created_at": now,
            "changed_at": now,
            "intro_ts": "",
        }
        async with self._writing(connection) as writer:
            done = await writer.execute(insert(subscriptions).values(row).returning(subscriptions))
            return _subscription(done.one())

    async def change(
        self,
        key: str,
        revision: int,
        terms: Terms,
        *,
        next_at: datetime,
        connection: AsyncConnection | None = None,
    ) -> Subscription | None:
        """Put other terms in the place of those of ``revision``; None when they were changed meanwhile."""
        as_seen = subscriptions.c.revision == revision
        values = {**_terms_row(terms), **_place(terms), "next_at": next_at}
        return await self._swap(key, _standing, as_seen, connection=connection, **values)

    async def take_over(
        self,
        key: str,
        owner: Who,
        terms: Terms,
        *,
        next_at: datetime,
        connection: AsyncConnection | None = None,
    ) -> Subscription | None:
        """Let paused alerts run with somebody else's connection; None when they are not paused (any more)."""
        paused = subscriptions.c.status == SubscriptionStatus.PAUSED.value
        values = {**_terms_row(terms), **_place(terms), **_running(next_at)}
        values |= {"workspace": owner.workspace, "owner": owner.user}
        return await self._swap(key, paused, connection=connection, **values)

    async def put_back(self, one: Subscription, before: Subscription) -> None:
        """Make alerts again what they were before a change that came to nothing."""
        as_seen = subscriptions.c.revision == one.revision
        values = {**_terms_row(before.terms), "owner": before.owner.user, "status": before.status.value}
        values |= {"because": before.because, "next_at": before.next_at, "intro_ts": before.intro_ts}
        await self._swap(one.id, as_seen, **values)

    async def get(self, workspace: str, key: str) -> Subscription | None:
        """The alerts with this key."""
        here = (subscriptions.c.id == key, subscriptions.c.workspace == workspace)
        found = await self._list(*here)
        return found[0] if found else None

    async def standing(
        self, workspace: str, *, channel: str | None = None, owner: str | None = None
    ) -> tuple[Subscription, ...]:
        """Alerts that were not stopped, oldest first: of a workspace, one channel, one owner."""
        wanted = [subscriptions.c.workspace == workspace, _standing]
        if channel is not None:
            wanted.append(subscriptions.c.channel == channel)
        if owner is not None:
            wanted.append(subscriptions.c.owner == owner)
        return await self._list(*wanted)

    async def snooze(self, key: str, until: datetime | None, *, next_at: datetime) -> Subscription | None:
        """Keep them silent until then, None ends it; None comes back for alerts that do not run."""
        active = subscriptions.c.status == SubscriptionStatus.ACTIVE.value
        return await self._swap(key, active, snoozed_until=until, next_at=next_at)

    async def stop(self, key: str, because: Because) -> Subscription | None:
        """End them; None when they had been ended before."""
        return await self._swap(
            key, _standing, status=SubscriptionStatus.STOPPED.value, because=because.value
        )

    async def pause_of(self, owner: Who, product: Product, because: Because) -> tuple[Subscription, ...]:
        """Their owner's connection or account is gone: pause every one; those that ran come back."""
        return await self._swap_many(
            _of(owner, product),
            subscriptions.c.status == SubscriptionStatus.ACTIVE.value,
            status=SubscriptionStatus.PAUSED.value,
            because=because.value,
        )

    async def resume_of(
        self, owner: Who, product: Product, org_id: str, *, next_at: datetime
    ) -> tuple[Subscription, ...]:
        """The owner is connected to that organisation again: what was paused for it is due at ``next_at``."""
        paused = subscriptions.c.status == SubscriptionStatus.PAUSED.value
        same = subscriptions.c.org_id == org_id
        return await self._swap_many(_of(owner, product), paused, same, **_running(next_at))

    async def untold(self) -> tuple[Subscription, ...]:
        """Paused ones of whose pause nobody was told."""
        paused = subscriptions.c.status == SubscriptionStatus.PAUSED.value
        return await self._list(paused, subscriptions.c.channel_told_at.is_(None))

    async def pause_told(self, keys: Collection[str]) -> None:
        """Their channels and their owner were told."""
        paused = subscriptions.c.status == SubscriptionStatus.PAUSED.value
        told = {"channel_told_at": self._now(), "owner_told_at": self._now()}
        async with self._database.write() as connection:
            these = update(subscriptions).where(subscriptions.c.id.in_(keys), paused)
            await connection.execute(these.values(told))

    async def baseline_done(self, key: str, known: int) -> Subscription | None:
        """Everything there is was read; ``known`` groups of it will not be announced. None when that was said
        before. No form that is open is outdated by it."""
        return await self._swap(
            key,
            subscriptions.c.baseline_at.is_(None),
            baseline_at=self._now(),
            known=known,
            revision=subscriptions.c.revision,
        )

    async def without_baseline(self) -> tuple[Beginning, ...]:
        """Those that run and of which nothing was read yet; a lost key hides none of them."""
        there = subscriptions.c
        such = (there.status == SubscriptionStatus.ACTIVE.value, there.baseline_at.is_(None))
        query = select(there.id, there.created_at, there.workspace, there.channel).where(*such)
        async with self._database.read() as connection:
            return tuple(Beginning(*row) for row in (await connection.execute(query)).all())

    async def forget_workspace(self, workspace: str) -> None:
        """Delete everything of a workspace."""
        async with self._database.write() as connection:
            await connection.execute(delete(subscriptions).where(subscriptions.c.workspace == workspace))

    async def sweep(self) -> None:
        """Delete what was stopped a quarter of a year ago."""
        old = subscriptions.c.changed_at < self._now() - KEPT
        ended = subscriptions.c.status == SubscriptionStatus.STOPPED.value
        async with self._database.write() as connection:
            await connection.execute(delete(subscriptions).where(ended, old))

    async def _list(self, *wanted: ColumnElement[bool]) -> tuple[Subscription, ...]:
        query = select(subscriptions).where(*wanted)
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(subscriptions.c.created_at, subscriptions.c.id))
            return tuple(_subscription(row) for row in rows)

    async def _swap(
        self,
        key: str,
        *wanted: ColumnElement[bool],
        connection: AsyncConnection | None = None,
        **values: Any,
    ) -> Subscription | None:
        changed = await self._swap_many(subscriptions.c.id == key, *wanted, connection=connection, **values)
        return changed[0] if changed else None

    async def _swap_many(
        self, *wanted: ColumnElement[bool], connection: AsyncConnection | None = None, **values: Any
    ) -> tuple[Subscription, ...]:
        step = {"revision": subscriptions.c.revision + 1, "changed_at": self._now()}
        change = update(subscriptions).where(*wanted).values({**step, **values})
        async with self._writing(connection) as writer:
            rows = (await writer.execute(change.returning(subscriptions))).all()
        return tuple(sorted((_subscription(row) for row in rows), key=lambda one: (one.created_at, one.id)))

    @asynccontextmanager
    async def _writing(self, given: AsyncConnection | None) -> AsyncIterator[AsyncConnection]:
        """The caller's transaction, or one of its own."""
        if given is not None:
            yield given
            return
        async with self._database.write() as connection:
            yield connection


_standing = subscriptions.c.status != SubscriptionStatus.STOPPED.value


def _of(owner: Who, product: Product) -> ColumnElement[bool]:
    return (
        (subscriptions.c.workspace == owner.workspace)
        & (subscriptions.c.owner == owner.user)
        & (subscriptions.c.product == product.value)
    )


def _running(next_at: datetime) -> Mapping[str, Any]:
    """What holds for alerts that run again: who hears of the next pause has not heard of it yet."""
    return {
        "status": SubscriptionStatus.ACTIVE.value,
        "because": "",
        "next_at": next_at,
        "channel_told_at": None,
        "owner_told_at": None,
    }


def _place(terms: Terms) -> dict[str, Any]:
    """The introduction stands where it stood, unless that is another channel now."""
    is_here = subscriptions.c.channel == terms.channel
    return {"intro_ts": case((is_here, subscriptions.c.intro_ts), else_="")}


def _terms_row(terms: Terms) -> dict[str, Any]:
    return {
        "channel": terms.channel,
        "product": terms.product.value,
        "dc": terms.dc,
        "org_id": terms.org_id,
        "org_name": terms.org_name,
        "modules": json.dumps([module.value for module in terms.modules]),
        "filters": json.dumps(terms.filters),
        "schedule": terms.schedule,
        "detail": terms.detail.value,
        "most": terms.most,
        "mention": json.dumps(terms.mention),
        "price": terms.price,
    }


def _subscription(row: Row[Any]) -> Subscription:
    terms = Terms(
        channel=row.channel,
        product=Product(row.product),
        dc=row.dc,
        org_id=row.org_id,
        org_name=row.org_name,
        modules=tuple(Module(value) for value in json.loads(row.modules)),
        filters=tuple((key, value) for key, value in json.loads(row.filters)),
        schedule=row.schedule,
        detail=Detail(row.detail),
        most=row.most,
        mention=tuple(json.loads(row.mention)),
        price=row.price,
    )
    return Subscription(
        id=row.id,
        owner=Who(row.workspace, row.owner),
        terms=terms,
        status=SubscriptionStatus(row.status),
        because=row.because,
        next_at=row.next_at,
        snoozed_until=row.snoozed_until,
        revision=row.revision,
        created_at=row.created_at,
        intro_ts=row.intro_ts,
        baseline_at=row.baseline_at,
        known=row.known,
    )

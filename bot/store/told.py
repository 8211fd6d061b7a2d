"""What each channel knows, so that it is told of everything once.

Knowledge has a revision: what follows from one scan is kept only if nothing else was learned since it was
read, and in the transaction that makes the announcement ready. Marks lie encrypted, ids in clear.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Integer, Row, Table, Text, delete, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.known import Known, KnownList, Told
from bot.store.subscriptions import SubscriptionStatus, subscriptions
from zoho.database import Database, EncryptedText, UtcTime, insert_or_ignore, insert_or_update, metadata
from zoho.duplicates.dismissed import Mark, Pair
from zoho.records import Module

KEPT = timedelta(days=180)
"""How long a group is remembered of which nothing is left."""

_STANDING = select(subscriptions.c.id).where(subscriptions.c.status != SubscriptionStatus.STOPPED.value)
_ROWS_AT_ONCE = 50  # so that marks are encrypted in short pieces of time

told = Table(
    "told",
    metadata,
    Column("subscription", Text, primary_key=True),
    Column("workspace", Text, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
)

told_lists = Table(
    "told_lists",
    metadata,
    Column("subscription", Text, primary_key=True),
    Column("module", Text, primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("scanned_at", UtcTime, nullable=False),
    Column("source", Text, nullable=False),
)

told_groups = Table(
    "told_groups",
    metadata,
    Column("subscription", Text, primary_key=True),
    Column("identity", Text, primary_key=True),
    Column("module", Text, nullable=False),
    Column("members", Text, nullable=False),
    Column("gone", Text, nullable=False),
    Column("apart", Text, nullable=False),
    Column("reopened", Text, nullable=False),
    Column("unseen", Text, nullable=False),
    Column("alerts", Text, nullable=False),
    Column("marks", EncryptedText, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("missing", UtcTime),
    Column("checked", UtcTime),
    Column("changed_at", UtcTime, nullable=False, index=True),
)


class ToldGroups:
    """Reads and keeps what channels know."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def known(self, subscription: str) -> Known:
        """Everything that a channel knows; nothing for one that has not heard of anything yet."""
        async with self._database.read() as connection:
            of_it = told.c.subscription == subscription
            revision = (await connection.execute(select(told.c.revision).where(of_it))).scalar_one_or_none()
            lists = await connection.execute(
                select(told_lists).where(told_lists.c.subscription == subscription)
            )
            known_lists = {
                Module(row.module): KnownList(row.since, row.scanned_at, row.source) for row in lists
            }
            groups = await self._groups(connection, subscription)
        return Known(groups, known_lists, revision or 0)

    async def keep(
        self,
        connection: AsyncConnection,
        subscription: str,
        workspace: str,
        known: Known,
        *,
        groups: Sequence[Told],
        lists: Mapping[Module, KnownList],
    ) -> bool:
        """Keep what a channel knows after a scan that was compared with ``known``; ``groups`` are those that
        are new or changed.

        In the caller's transaction. False when something else was learned meanwhile: nothing was kept then,
        and the caller rolls back what it did besides.
        """
        if not await self._is_next(connection, subscription, workspace, known.revision):
            return False
        for module, one in sorted(lists.items()):
            if known.lists.get(module) != one:
                row = {"subscription": subscription, "module": module.value}
                facts = {"since": one.since, "scanned_at": one.scanned_at, "source": one.source}
                await connection.execute(insert_or_update(told_lists, {**row, **facts}))
        ordered = sorted(groups, key=lambda one: one.identity)
        for start in range(0, len(ordered), _ROWS_AT_ONCE):
            some = ordered[start : start + _ROWS_AT_ONCE]
            await connection.execute(_PUT, [self._row(subscription, one) for one in some])
        return True

    async def restart(self, subscription: str) -> None:
        """Let the next scan be silent again, since other records will be looked at; what is known stays."""
        async with self._database.write() as connection:
            of_it = told.c.subscription == subscription
            await connection.execute(update(told).where(of_it).values(revision=told.c.revision + 1))
            await connection.execute(delete(told_lists).where(told_lists.c.subscription == subscription))

    async def forget_workspace(self, workspace: str) -> None:
        """Delete what every channel of this workspace knows."""
        async with self._database.write() as connection:
            of_it = select(told.c.subscription).where(told.c.workspace == workspace)
            for table in (told_groups, told_lists):
                await connection.execute(delete(table).where(table.c.subscription.in_(of_it)))
            await connection.execute(delete(told).where(told.c.workspace == workspace))

    async def sweep(self) -> None:
        """Forget groups of which nothing has been left for long, and what was known to alerts that ended."""
        old = told_groups.c.changed_at < self._now() - KEPT
        async with self._database.write() as connection:
            await connection.execute(delete(told_groups).where(old, told_groups.c.is_open.is_(False)))
            for table in (told_groups, told_lists, told):
                await connection.execute(delete(table).where(table.c.subscription.not_in(_STANDING)))

    async def _groups(self, connection: AsyncConnection, subscription: str) -> tuple[Told, ...]:
        """In pieces, since marks are decrypted as they are read."""
        found: list[Told] = []
        while True:
            further = (told_groups.c.identity > found[-1].identity,) if found else ()
            these = (told_groups.c.subscription == subscription, *further)
            statement = select(told_groups).where(*these).order_by(told_groups.c.identity)
            rows = (await connection.execute(statement.limit(_ROWS_AT_ONCE))).all()
            found += [_read(row) for row in rows]
            if len(rows) < _ROWS_AT_ONCE:
                return tuple(found)

    async def _is_next(
        self, connection: AsyncConnection, subscription: str, workspace: str, revision: int
    ) -> bool:
        """Take the revision after this one; True for the one caller who does."""
        if not revision:
            row = {"subscription": subscription, "workspace": workspace, "revision": 1}
            first = insert_or_ignore(told, row).returning(told.c.revision)
            return (await connection.execute(first)).first() is not None
        same = (told.c.subscription == subscription, told.c.revision == revision)
        following = update(told).where(*same).values(revision=revision + 1)
        return (await connection.execute(following)).rowcount == 1

    def _row(self, subscription: str, one: Told) -> dict[str, Any]:
        return {
            "subscription": subscription,
            "identity": one.identity,
            "module": one.module.value,
            "members": _pack(one.members),
            "gone": _pack(sorted(one.gone)),
            "apart": _pack(sorted(one.apart)),
            "reopened": _pack(sorted(one.reopened)),
            "unseen": _pack(sorted(one.unseen)),
            "alerts": _pack(one.alerts),
            "marks": _pack({record_id: sorted(marks) for record_id, marks in one.marks.items()}),
            "is_open": bool(one.open_pairs),
            "at": one.at,
            "missing": one.missing,
            "checked": one.checked,
            "changed_at": self._now(),
        }


def _put() -> postgresql.Insert:
    statement = postgresql.insert(told_groups)
    keys = [column.name for column in told_groups.primary_key]
    names = [column.name for column in told_groups.c if column.name not in keys]
    return statement.on_conflict_do_update(
        index_elements=keys, set_={name: statement.excluded[name] for name in names}
    )


_PUT = _put()  # one statement for any number of rows, so that it is prepared only once


def _pack(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _read(row: Row[Any]) -> Told:
    marks: dict[str, list[tuple[str, str]]] = json.loads(row.marks)
    return Told(
        identity=row.identity,
        module=Module(row.module),
        members=tuple(json.loads(row.members)),
        at=row.at,
        marks={record_id: frozenset(Mark(*one) for one in some) for record_id, some in marks.items()},
        gone=frozenset(json.loads(row.gone)),
        apart=frozenset(Pair(*two) for two in json.loads(row.apart)),
        reopened=frozenset(json.loads(row.reopened)),
        unseen=frozenset(json.loads(row.unseen)),
        alerts=tuple(json.loads(row.alerts)),
        missing=row.missing,
        checked=row.checked,
    )

"""Reads of a whole module: the price that was asked, the read under way, how it ended."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.tables import fresh_key, reads
from bot.store.unfinished import Along
from zoho.database import Database
from zoho.records import Module, Who

LIFE = timedelta(hours=24)


class ReadState(StrEnum):
    """Where a read stands; the last five are ends."""

    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class Begun(StrEnum):
    """What came of beginning a read: it runs now, it was begun before, or another one is under way."""

    NOW = "now"
    BEFORE = "before"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read and at what price: ``ceiling`` credits at most, ``rows`` as Zoho counts them (None
    when it does not say), ``at_least`` as many as it is known to hold."""

    module: Module
    filters: tuple[tuple[str, str], ...]
    command: str
    dc: str
    org_id: str
    org_name: str
    rows: int | None
    ceiling: int
    at_least: int


@dataclass(frozen=True, slots=True)
class Read:
    """One read of one person, and how far it has come. ``channel`` and ``ts`` are its message's, "" before
    there is one; ``holder`` is the process that carries it out, "" while it waits for one."""

    key: str
    who: Who
    wanted: Wanted
    state: ReadState
    at: datetime
    since: datetime | None = None
    channel: str = ""
    ts: str = ""
    read: int = 0
    groups: int = 0
    used: int = 0
    holder: str = ""

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was read yet, so that it can begin anew at the same price."""
        return not self.read and not self.used


class Reads:
    """One read at a time for each person and organisation, by a unique key. Who carries it out holds it by
    being heard of."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._holder = secrets.token_hex(8)

    async def ask(self, who: Who, wanted: Wanted) -> Read:
        """Keep what is about to be asked for a day."""
        found = Read(fresh_key(), who, wanted, ReadState.ASKED, self._now())
        row = {
            "key": found.key,
            "workspace": who.workspace,
            "user": who.user,
            "dc": wanted.dc,
            "org_id": wanted.org_id,
            "org_name": wanted.org_name,
            "module": wanted.module.value,
            "filters": json.dumps(wanted.filters),
            "command": wanted.command,
            "rows": wanted.rows,
            "ceiling": wanted.ceiling,
            "at_least": wanted.at_least,
            "state": found.state.value,
            "channel": "",
            "ts": "",
            "read": 0,
            "groups": 0,
            "used": 0,
            "at": found.at,
            "holder": "",
        }
        async with self._database.write() as connection:
            await connection.execute(insert(reads).values(row))
        return found

    async def get(self, who: Who, key: str) -> Read | None:
        """This person's read, for a day; None when it is not theirs or unknown."""
        mine = (reads.c.key == key, reads.c.workspace == who.workspace, reads.c.user == who.user)
        async with self._database.read() as connection:
            row = (await connection.execute(select(reads).where(*mine))).one_or_none()
        return None if row is None else _read(row)

    async def begin(self, asked: Read) -> Begun:
        """Let it run, unless it did already or this person has another one under way there."""
        running = {
            "state": ReadState.RUNNING.value,
            "slot": json.dumps([*asked.who, asked.wanted.dc, asked.wanted.org_id]),
            "since": self._now(),
            "seen_at": self._now(),
        }
        try:
            is_now = await self._change(asked.key, ReadState.ASKED, running)
        except IntegrityError:
            return Begun.BUSY
        return Begun.NOW if is_now else Begun.BEFORE

    async def stands_at(self, key: str, channel: str, ts: str) -> None:
        """Remember where its message is."""
        async with self._database.write() as connection:
            await connection.execute(update(reads).where(reads.c.key == key).values(channel=channel, ts=ts))

    async def waiting(self, key: str) -> Read | None:
        """The read under this key, whosever it is, while it is under way; else None."""
        this = (reads.c.key == key, reads.c.state == ReadState.RUNNING.value)
        async with self._database.read() as connection:
            row = (await connection.execute(select(reads).where(*this))).one_or_none()
        return None if row is None else _read(row)

    async def take(self, key: str, *, lost: datetime) -> Read | None:
        """Carry out this read from now on; None when it is over, or somebody carries it out who was heard of
        since ``lost``."""
        free = or_(reads.c.holder == "", reads.c.seen_at < lost)
        statement = update(reads).where(reads.c.key == key, reads.c.state == ReadState.RUNNING.value, free)
        mine = statement.values(holder=self._holder, seen_at=self._now()).returning(reads)
        async with self._database.write() as connection:
            row = (await connection.execute(mine)).one_or_none()
        return None if row is None else _read(row)

    async def hold(self, keys: Collection[str]) -> None:
        """Be heard of, for reads of ours that have no news."""
        mine = (reads.c.key.in_(keys), reads.c.holder == self._holder)
        async with self._database.write() as connection:
            await connection.execute(update(reads).where(*mine).values(seen_at=self._now()))

    async def give_back(self, key: str, along: Along) -> bool:
        """Let somebody else carry out a read of ours; ``along`` is done in the same transaction. False when
        it is not under way any more."""
        mine = (
            reads.c.key == key,
            reads.c.holder == self._holder,
            reads.c.state == ReadState.RUNNING.value,
        )
        async with self._database.write() as connection:
            given = (await connection.execute(update(reads).where(*mine).values(holder=""))).rowcount == 1
            if given:
                await along(connection, (key,))
        return given

    async def note(self, now: Read) -> bool:
        """Remember how far it has come; False when it is not under way any more, or not with us."""
        figures = {"read": now.read, "groups": now.groups, "used": now.used, "seen_at": self._now()}
        if await self._change(now.key, ReadState.RUNNING, figures, reads.c.holder == now.holder):
            return True
        async with self._database.write() as connection:
            over = (reads.c.key == now.key, reads.c.state != ReadState.RUNNING.value)
            await connection.execute(update(reads).where(*over).values(figures))
        return False

    async def end(self, key: str, how: ReadState, *, was: ReadState = ReadState.RUNNING) -> bool:
        """End it, once; False when it was not ``was``."""
        return await self._change(key, was, {"state": how.value, "slot": None})

    async def fail(self, key: str) -> None:
        """End a read of ours that is still under way: something went wrong."""
        failed = {"state": ReadState.FAILED.value, "slot": None}
        await self._change(key, ReadState.RUNNING, failed, reads.c.holder == self._holder)

    async def release_all(self) -> None:
        """Nobody carries out any of them: for the start of the only process that works on this database."""
        async with self._database.write() as connection:
            await connection.execute(update(reads).values(holder=""))

    async def lost(self, since: datetime) -> tuple[Read, ...]:
        """Those under way of which nothing was heard since then, for their process is gone, and those that
        were given back."""
        gone = or_(reads.c.seen_at < since, and_(reads.c.holder == "", reads.c.ts != ""))
        statement = select(reads).where(reads.c.state == ReadState.RUNNING.value, gone)
        async with self._database.read() as connection:
            return tuple(_read(row) for row in (await connection.execute(statement)).all())

    async def forget_workspace(self, workspace: str) -> None:
        """Delete every read of this workspace."""
        async with self._database.write() as connection:
            await connection.execute(delete(reads).where(reads.c.workspace == workspace))

    async def sweep(self) -> None:
        """Delete what was asked a day ago and does not run."""
        old = (reads.c.at < self._now() - LIFE, reads.c.state != ReadState.RUNNING.value)
        async with self._database.write() as connection:
            await connection.execute(delete(reads).where(*old))

    async def _change(
        self, key: str, was: ReadState, values: dict[str, Any], *such: ColumnElement[bool]
    ) -> bool:
        this = (reads.c.key == key, reads.c.state == was.value, *such)
        statement = update(reads).where(*this).values(values)
        async with self._database.write() as connection:
            return (await connection.execute(statement)).rowcount == 1


def _read(row: Row[Any]) -> Read:
    filters = tuple((name, value) for name, value in json.loads(row.filters))
    wanted = Wanted(
        module=Module(row.module),
        filters=filters,
        command=row.command,
        dc=row.dc,
        org_id=row.org_id,
        org_name=row.org_name,
        rows=row.rows,
        ceiling=row.ceiling,
        at_least=row.at_least,
    )
    return Read(
        key=row.key,
        who=Who(row.workspace, row.user),
        wanted=wanted,
        state=ReadState(row.state),
        at=row.at,
        since=row.since,
        channel=row.channel,
        ts=row.ts,
        read=row.read,
        groups=row.groups,
        used=row.used,
        holder=row.holder,
    )

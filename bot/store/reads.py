"""Reads of a whole module: the price that was asked, the read under way, how it ended.

Any of them may be gone on with by another process than the one that began it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.read_pages import ReadPages
from bot.store.tables import fresh_key, read_pages, reads
from bot.store.unfinished import Along
from zoho.database import Database
from zoho.duplicates.windows import CREDITS_A_CALL
from zoho.records import Module, Who

LIFE = timedelta(hours=24)
GOES_ON_WITHIN = timedelta(hours=1)  # of the last that was heard of it; what it read is old by then
MOST_TAKES = 5  # what takes its process down with it must not do so for ever


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
    there is one; ``holder`` is the process that carries it out, "" while it waits for one. It was taken up
    ``takes`` times, and heard of last at ``seen_at``."""

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
    takes: int = 0
    seen_at: datetime | None = None

    def can_go_on(self, now: datetime) -> bool:
        """Whether somebody may still take it up."""
        return self.takes < MOST_TAKES and now - (self.seen_at or self.at) < GOES_ON_WITHIN


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
        this = (reads.c.key == asked.key, reads.c.state == ReadState.ASKED.value)
        try:
            async with self._database.write() as connection:
                begun = await connection.execute(update(reads).where(*this).values(running))
        except IntegrityError:
            return Begun.BUSY
        return Begun.NOW if begun.rowcount else Begun.BEFORE

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
        """Carry out this read from now on; None when it is over or cannot go on, or somebody carries it out
        who was heard of since ``lost``.

        Whoever had it before may have paid a call whose answer is gone: it counts as used.
        """
        now = self._now()
        this = (
            reads.c.key == key,
            reads.c.state == ReadState.RUNNING.value,
            reads.c.takes < MOST_TAKES,
            reads.c.seen_at > now - GOES_ON_WITHIN,
            or_(reads.c.holder == "", reads.c.seen_at < lost),
        )
        once_more = reads.c.used + CREDITS_A_CALL
        paid = case((and_(reads.c.takes > 0, once_more <= reads.c.ceiling), once_more), else_=reads.c.used)
        mine = {"holder": self._holder, "takes": reads.c.takes + 1, "used": paid, "seen_at": now}
        async with self._database.write() as connection:
            taken = await connection.execute(update(reads).where(*this).values(mine).returning(reads))
            row = taken.one_or_none()
        return None if row is None else _read(row)

    async def journal(self, begun: Read, when_over: Callable[[], object]) -> ReadPages:
        """The pages that were read of it; ``when_over`` is called when one comes and it is over, or not with
        us any more."""
        kept = select(read_pages.c.place).where(read_pages.c.read == begun.key)
        async with self._database.read() as connection:
            places = frozenset((await connection.execute(kept)).scalars())
        return ReadPages(
            self._database,
            self._now,
            key=begun.key,
            began=begun.since or begun.at,
            used=begun.used,
            places=places,
            is_ours=and_(*self._ours(begun.key)),
            when_over=when_over,
        )

    async def hold(self, keys: Collection[str]) -> None:
        """Be heard of, for reads of ours that have no news."""
        mine = (reads.c.key.in_(keys), reads.c.holder == self._holder)
        async with self._database.write() as connection:
            await connection.execute(update(reads).where(*mine).values(seen_at=self._now()))

    async def give_back(self, key: str, along: Along) -> bool:
        """Let somebody else carry out a read of ours; ``along`` is done in the same transaction. False when
        it is not under way any more."""
        async with self._database.write() as connection:
            release = update(reads).where(*self._ours(key)).values(holder="")
            given = (await connection.execute(release)).rowcount == 1
            if given:
                await along(connection, (key,))
        return given

    async def note(self, now: Read) -> bool:
        """Remember how far it has come; False when it is not under way any more, or not with us.

        While it is, its pages tell what was read and used, and nothing older than the last of them is noted.
        """
        over = (reads.c.key == now.key, reads.c.state != ReadState.RUNNING.value)
        figures = {"read": now.read, "groups": now.groups, "used": now.used}
        heard = {"groups": now.groups, "seen_at": self._now()}
        async with self._database.write() as connection:
            ours = await connection.execute(update(reads).where(*self._ours(now.key)).values(heard))
            if ours.rowcount == 0:
                await connection.execute(update(reads).where(*over).values(figures))
        return ours.rowcount == 1

    async def end(self, key: str, how: ReadState, *, was: ReadState = ReadState.RUNNING) -> bool:
        """End it, once, whoever has it; False when it was not ``was``. No page of it is kept any longer."""
        return await self._end(how, (reads.c.key == key, reads.c.state == was.value))

    async def end_ours(self, key: str, how: ReadState) -> bool:
        """End a read that is under way here; False when it is not."""
        return await self._end(how, self._ours(key))

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

    def _ours(self, key: str) -> tuple[ColumnElement[bool], ...]:
        """That this read is under way and in our hands."""
        state = reads.c.state == ReadState.RUNNING.value
        return (reads.c.key == key, state, reads.c.holder == self._holder)

    async def _end(self, how: ReadState, such: Sequence[ColumnElement[bool]]) -> bool:
        ended = update(reads).where(*such).values(state=how.value, slot=None).returning(reads.c.key)
        async with self._database.write() as connection:
            key = (await connection.execute(ended)).scalar_one_or_none()
            if key is not None:
                await connection.execute(delete(read_pages).where(read_pages.c.read == key))
        return key is not None


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
        takes=row.takes,
        seen_at=row.seen_at,
    )

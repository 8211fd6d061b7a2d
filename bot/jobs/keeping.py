"""Typed commands outlive the process that took them: kept as the first act, given up when they have ended.

The row of a command, with the lease on it, is all that decides who carries it out. On PostgreSQL a search
gets an entry in the queue in the transaction that makes its row, so that a worker begins at once; what a
process gives back when it ends gets another one. Leases are for what no entry brings: whoever starts on the
same SQLite file, every worker from time to time, and `serve` while there is no worker, looks for commands
whose holder is gone, and carries them out while their response_url lives; else the person is told.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol, TypeGuard

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.blocks.clicks import not_answered
from bot.jobs.embedded import Jobs
from bot.jobs.invitations import RESPONSE_URL_LASTS, Invitations
from bot.jobs.voice import SLACK_TROUBLE, Voice
from bot.jobs.work import Job, LongRead, Reply, Typed
from bot.store.unfinished import LEASE, Command, Unfinished

log = structlog.get_logger(__name__)

MOST_TRIES = 3
"""How often a command is begun: one that takes its process down with it must not do so for ever."""

COMMAND, READ = "command", "read"
"""The kinds of entries in the queue; their keys are those of unfinished commands and of long reads."""

_RENEW_SECONDS = LEASE.total_seconds() / 3
_LOOK_SECONDS = 5.0


class Entries(Protocol):
    """Where entries for workers are made, see `bot.jobs.queue`."""

    async def enter(self, connection: AsyncConnection, kind: str, keys: Collection[str]) -> None:
        """Make them in this transaction."""


class Keeping:
    """Keeps typed commands until they have ended. ``open`` and ``close`` bracket the work of a process.

    ``entries`` is None where this process has its database alone: then whatever is found at the start belongs
    to nobody any more. ``is_long`` says of a command's text that it is a search, which workers do unless
    ``are_missing`` says that there is none.
    """

    def __init__(
        self,
        unfinished: Unfinished,
        voice: Voice,
        invitations: Invitations,
        now: Callable[[], datetime],
        *,
        entries: Entries | None,
        is_long: Callable[[str], bool],
        are_missing: Callable[[], bool],
    ) -> None:
        self._unfinished = unfinished
        self._voice = voice
        self._invitations = invitations
        self._now = now
        self._entries = entries
        self._is_long = is_long
        self._are_missing = are_missing
        self._holder = secrets.token_hex(8)
        self._held: set[str] = set()
        self._ended: set[str] = set()
        self._ending = asyncio.Lock()
        self._renewing: asyncio.Task[None] | None = None

    async def claim(self, jobs: Sequence[Job]) -> set[str]:
        """The keys among these jobs that are new and to be carried out here. The typed commands among them
        are kept by the same act, and what goes to workers is entered in the queue."""
        keys = [job.key for job in jobs if job.key]
        away = {job.key: job for job in jobs if job.key and self._is_for_workers(job)}
        typed = [_command(job, tries=0 if job.key in away else 1) for job in jobs if _is_kept(job)]

        async def enter(connection: AsyncConnection, new: Collection[str]) -> None:
            if self._entries is not None:
                going = [job for key, job in away.items() if key in new]
                await self._entries.enter(connection, COMMAND, [job.key for job in going if _is_kept(job)])
                await self._entries.enter(
                    connection, READ, [job.read for job in going if isinstance(job, LongRead)]
                )

        new = await self._unfinished.claim(keys, typed, holder=self._holder, along=enter)
        here = new - away.keys()
        self._held |= here & {one.key for one in typed}
        return here

    async def carry_out(self, key: str, run: Callable[[Job], Awaitable[None]]) -> None:
        """What an entry of the queue stands for. Raises Held while another process has the command."""
        one = await self._unfinished.take(key, holder=self._holder)
        if one is not None:
            self._held.add(key)
            await self._go_on(one, run)

    async def finished(self, job: Job) -> None:
        """A job has ended, well or not: it will not be carried out again. Those that end together share a
        transaction."""
        if job.key not in self._held:
            return
        self._ended.add(job.key)
        try:
            await self._end()
        except SQLAlchemyError as error:
            log.warning("end_of_a_command_not_kept", error=type(error).__name__)

    async def open(self) -> None:
        """Begin to renew the leases on what this process works on."""
        self._renewing = asyncio.create_task(self._renew())

    async def close(self) -> None:
        """Give back what did not end: another process, or the next one, carries it out."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)
        with suppress(SQLAlchemyError):
            await self._end()
            if self._held:
                await self._unfinished.release(self._held, holder=self._holder, along=self._enter_again)

    async def watch(self, jobs: Jobs, is_ours: Callable[[], bool]) -> None:
        """Take up what others left, at the start and from time to time, while that is ``is_ours`` to do."""
        everything = self._entries is None
        while True:
            try:
                if is_ours():
                    await self._take_over(jobs, everything=everything)
                    everything = False
            except SQLAlchemyError as error:
                log.warning("left_commands_not_looked_for", error=type(error).__name__)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _take_over(self, jobs: Jobs, *, everything: bool) -> None:
        found = await self._unfinished.take_over(holder=self._holder, held=self._held, everything=everything)
        self._held |= {one.key for one in found}

        async def take_up(job: Job) -> None:
            jobs.take_up(job)

        for one in found:
            log.info("command_taken_up", tries=one.tries)
            await self._go_on(one, take_up)

    async def _go_on(self, one: Command, run: Callable[[Job], Awaitable[None]]) -> None:
        """Carry out a command that is ours now, or say that it is too late."""
        job = _job(one)
        if self._can_be_answered(one):
            await run(job)
        else:
            await self._tell(job, is_known=one.text is not None)
            await self.finished(job)

    def _is_for_workers(self, job: Job) -> bool:
        if self._entries is None or self._are_missing():
            return False
        return isinstance(job, LongRead) or (isinstance(job, Typed) and self._is_long(job.text))

    async def _enter_again(self, connection: AsyncConnection, keys: Collection[str]) -> None:
        if self._entries is not None:
            await self._entries.enter(connection, COMMAND, keys)

    def _can_be_answered(self, one: Command) -> bool:
        is_alive = self._now() - one.at < RESPONSE_URL_LASTS
        return one.text is not None and is_alive and one.tries <= MOST_TRIES

    async def _tell(self, job: Typed, *, is_known: bool) -> None:
        try:
            again = await self._invitations.once_more(job) if is_known else None
            await self._voice.tell(job.who.user, not_answered(job.text, again))
        except SLACK_TROUBLE as error:
            log.error("nobody_told", job=type(job).__name__, error=type(error).__name__)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            try:
                await self._end()
                if self._held:
                    await self._unfinished.renew(self._held, holder=self._holder)
            except SQLAlchemyError as error:
                log.warning("leases_not_renewed", error=type(error).__name__)

    async def _end(self) -> None:
        async with self._ending:
            ended = frozenset(self._ended)
            if ended:
                await self._unfinished.end(ended)
                self._ended -= ended
                self._held -= ended


def _is_kept(job: Job) -> TypeGuard[Typed]:
    return isinstance(job, Typed) and bool(job.key)


def _command(job: Typed, *, tries: int) -> Command:
    return Command(
        key=job.key,
        who=job.who,
        home=job.home,
        channel=job.reply.channel,
        is_click=job.reply.is_click,
        text=job.text,
        response_url=job.reply.response_url,
        at=job.at,
        tries=tries,
    )


def _job(one: Command) -> Typed:
    reply = Reply(one.channel, one.response_url, one.is_click)
    return Typed(who=one.who, home=one.home, reply=reply, key=one.key, at=one.at, text=one.text or "")

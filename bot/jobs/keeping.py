"""Typed commands outlive the process that took them: kept as the first act, given up when they have ended.

Whoever starts on the same database, and on PostgreSQL every process from time to time, looks for commands
whose holder is gone, and carries them out again while their response_url lives; else the person is told.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.blocks.clicks import not_answered
from bot.jobs.embedded import Jobs
from bot.jobs.invitations import RESPONSE_URL_LASTS, Invitations
from bot.jobs.voice import SLACK_TROUBLE, Voice
from bot.jobs.work import Job, Reply, Typed
from bot.store.unfinished import LEASE, Command, Unfinished

log = structlog.get_logger(__name__)

MOST_TRIES = 3
"""How often a command is begun: one that takes its process down with it must not do so for ever."""

_RENEW_SECONDS = LEASE.total_seconds() / 3
_LOOK_SECONDS = 5.0


class Keeping:
    """Keeps typed commands until they have ended. ``open`` and ``close`` bracket the work of a process.

    ``is_shared`` says whether other processes work on the same database: if not, whatever is found at the
    start belongs to nobody any more.
    """

    def __init__(
        self,
        unfinished: Unfinished,
        voice: Voice,
        invitations: Invitations,
        now: Callable[[], datetime],
        *,
        is_shared: bool,
    ) -> None:
        self._unfinished = unfinished
        self._voice = voice
        self._invitations = invitations
        self._now = now
        self._is_shared = is_shared
        self._holder = secrets.token_hex(8)
        self._held: set[str] = set()
        self._ended: set[str] = set()
        self._ending = asyncio.Lock()
        self._renewing: asyncio.Task[None] | None = None

    async def claim(self, jobs: Sequence[Job]) -> set[str]:
        """The keys among these jobs that are new; the typed commands among them are kept by the same act."""
        keys = [job.key for job in jobs if job.key]
        typed = [_command(job) for job in jobs if isinstance(job, Typed) and job.key]
        new = await self._unfinished.claim(keys, typed, holder=self._holder)
        self._held |= new & {one.key for one in typed}
        return new

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
                await self._unfinished.release(self._held, holder=self._holder)

    async def watch(self, jobs: Jobs) -> None:
        """Take up what others left, at the start and from time to time."""
        everything = not self._is_shared
        while True:
            try:
                await self._take_over(jobs, everything=everything)
                everything = False
            except SQLAlchemyError as error:
                log.warning("left_commands_not_looked_for", error=type(error).__name__)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _take_over(self, jobs: Jobs, *, everything: bool) -> None:
        found = await self._unfinished.take_over(holder=self._holder, held=self._held, everything=everything)
        self._held |= {one.key for one in found}
        for one in found:
            job = _job(one)
            if self._can_be_answered(one):
                log.info("command_taken_up", tries=one.tries)
                jobs.take_up(job)
            else:
                await self._tell(job, is_known=one.text is not None)
                await self.finished(job)

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


def _command(job: Typed) -> Command:
    return Command(
        key=job.key,
        who=job.who,
        home=job.home,
        channel=job.reply.channel,
        is_click=job.reply.is_click,
        text=job.text,
        response_url=job.reply.response_url,
        at=job.at,
    )


def _job(one: Command) -> Typed:
    reply = Reply(one.channel, one.response_url, one.is_click)
    return Typed(who=one.who, home=one.home, reply=reply, key=one.key, at=one.at, text=one.text or "")

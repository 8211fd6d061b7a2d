"""Modules too large to be read without asking: the price, the question, the read in the background.

A read outlives its process: the pages that were paid for are kept until it ends, and whoever takes it up goes
on after them, in the same message, with the same way to cancel it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import ids
from bot.blocks import clicks
from bot.blocks.duplicates import progress as drawn
from bot.jobs import Click, Job, Jobs, LongRead, Place, Reply, Typed, Voice, doing
from bot.jobs.keeping import READ, Entries
from bot.jobs.voice import SLACK_TROUBLE
from bot.searches.drawing import Drawing
from bot.searches.prices import TooBig, takes
from bot.store import Begun, Read, ReadState, Store, Wanted
from bot.store.unfinished import Held
from zoho.access import Access, Zoho
from zoho.duplicates.windows import Price, Progress
from zoho.records import Found, Module

log = structlog.get_logger(__name__)

EVERY_SECONDS = 5.0
_WATCH_SECONDS = 10.0
_LOST_AFTER = timedelta(seconds=30)
_AT_ONCE = 3
_MOST_KEPT = 1_000  # groups; more would make every turn of the page slow for everybody


class _UnderWay:
    """A read that this process works on: how far it has come, and its task once it has begun."""

    def __init__(self, begun: Read) -> None:
        self.now = begun
        self.task: asyncio.Task[Found] | None = None

    async def hear(self, progress: Progress) -> None:
        """Take note of a page; those that another process read before are gone through without a word."""
        if progress.read >= self.now.read:
            self.now = replace(self.now, read=progress.read, groups=progress.groups, used=progress.credits)

    def cancel(self) -> None:
        """Stop before the next page."""
        if self.task is not None:
            self.task.cancel()


@dataclass
class LongReads:
    """Asks for the price, reads in the background, and keeps one direct message up to date meanwhile.

    ``every`` is how often that message is edited, in seconds. ``entries`` is where workers are called, None
    where this process has its database alone.
    """

    zoho: Zoho
    store: Store
    voice: Voice
    jobs: Jobs
    drawing: Drawing
    now: Callable[[], datetime]
    entries: Entries | None = None
    every: float = EVERY_SECONDS
    _seats: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    _under_way: dict[str, _UnderWay] = field(default_factory=dict)
    _ours: set[str] = field(default_factory=set)
    _is_stopping: bool = False

    def register(self) -> None:
        """Name what carries out a read that was handed over."""
        self.jobs.on(LongRead, self.carry_out)

    async def open(self) -> None:
        """Where this process has its database alone, nobody else carries out what it finds."""
        if self.entries is None:
            await self.store.reads.release_all()

    # The question, and the answers to it

    async def offer(
        self,
        job: Job,
        access: Access,
        module: Module,
        filters: Sequence[tuple[str, str]],
        command: str,
        too_big: TooBig,
    ) -> None:
        """Ask whether to read at this price; a cheap read begins without asking."""
        price = too_big.price
        wanted = Wanted(
            module=module,
            filters=tuple(filters),
            command=command,
            dc=access.connection.dc,
            org_id=access.connection.org_id,
            org_name=access.connection.org_name,
            rows=price.rows,
            ceiling=price.credits,
            at_least=too_big.at_least,
        )
        asked = await self.store.reads.ask(job.who, wanted)
        if not price.is_dear:
            await self._begin(job, asked)
            return
        question = drawn.Price(
            key=asked.key,
            module=module,
            org_name=wanted.org_name,
            ceiling=price.credits,
            takes=takes(price.credits),
            total=price.rows,
            at_least=too_big.at_least,
            left=price.left,
        )
        await self.voice.answer(job, drawn.ask_price(question))

    async def confirm(self, job: Click) -> None:
        """*Start search*: begin, once; somebody who is connected elsewhere by now is asked anew."""
        asked = await self._of(job)
        if asked is None or asked.state not in (ReadState.ASKED, ReadState.RUNNING):
            await self.voice.add(job, clicks.older_button())
            return
        with doing(modules=(asked.wanted.module,), command=asked.wanted.command):
            access = await self.zoho.open(job.who)
        if access.connection.choices or not access.reaches(asked.wanted):
            self.jobs.hand_over(
                Typed(job.who, job.home, job.reply, key="", at=job.at, text=asked.wanted.command)
            )
            return
        await self._begin(job, asked)

    async def cancel(self, job: Click) -> None:
        """*Cancel search*: nothing was begun, or it stops before the next page."""
        asked = await self._of(job)
        if asked is None:
            await self.voice.add(job, clicks.older_button())
        elif await self.store.reads.end(asked.key, ReadState.DECLINED, was=ReadState.ASKED):
            await self.voice.answer(job, drawn.not_started(asked.key))
        elif await self.store.reads.end(asked.key, ReadState.CANCELLED):
            await self._stop_reading(job, asked)
        else:
            await self._is_over(job)

    async def _is_over(self, job: Click) -> None:
        """For *Cancel search* on what has ended: a second click is told what the first one was told."""
        ended = await self._of(job)
        if ended is not None and ended.state is ReadState.CANCELLED:
            await self.voice.answer(job, drawn.cancelled(self._state(ended)))
        else:
            await self.voice.add(job, clicks.older_button())

    async def command_of(self, job: Click, key: str) -> str | None:
        """What was typed for this person's read under ``key``."""
        asked = await self.store.reads.get(job.who, key)
        return None if asked is None else asked.wanted.command

    async def _of(self, job: Click) -> Read | None:
        try:
            key = ids.read_page(job.value).search
        except ValueError:
            return None
        return await self.store.reads.get(job.who, key)

    async def _begin(self, job: Job, asked: Read) -> None:
        begun = await self.store.reads.begin(asked)
        if begun is Begun.BUSY:
            module, org_name = asked.wanted.module, asked.wanted.org_name
            await self.voice.add(job, drawn.already_reading(module, org_name))
            return
        if begun is Begun.NOW:
            await self._hand_over(job, asked)
        await self.voice.answer(job, drawn.started(asked.key, asked.wanted.module))

    async def _hand_over(self, job: Job, asked: Read) -> None:
        """Nothing is read before the message stands in which it can be cancelled."""
        try:
            place = await self.voice.tell(job.who.user, drawn.reading(self._state(asked)))
        except SLACK_TROUBLE:
            await self.store.reads.end(asked.key, ReadState.FAILED)
            raise
        await self.store.reads.stands_at(asked.key, *place)
        self.jobs.hand_over(self._job(replace(asked, channel=place.channel, ts=place.ts)))

    def _job(self, asked: Read) -> LongRead:
        reply = Reply(asked.channel, "", ts=asked.ts)
        who = asked.who
        return LongRead(who, who.workspace, reply, key=f"read:{asked.key}", at=self.now(), read=asked.key)

    async def _stop_reading(self, job: Click, asked: Read) -> None:
        under_way = self._under_way.get(asked.key)
        if under_way is not None and under_way.task is not None:
            under_way.cancel()  # whoever follows it says so
        else:
            await self.voice.answer(job, drawn.cancelled(self._state(asked)))

    # The read itself

    async def carry_out(self, job: LongRead) -> None:
        """Read, and put the result, or why there is none, in the place of the progress."""
        if await self.store.reads.take(job.read, lost=self.now() - _LOST_AFTER) is None:
            return  # it was cancelled while it waited, and that was said; or it is in other hands
        self._ours.add(job.read)
        try:
            async with self._seats:
                begun = await self.store.reads.waiting(job.read)
                if begun is not None:
                    await self._begun(job, begun)
        finally:
            self._ours.discard(job.read)

    async def take_up(self, key: str) -> None:
        """What an entry of the queue stands for. Raises Held while another process has the read."""
        waiting = await self.store.reads.waiting(key)
        if waiting is not None:
            await self.jobs.run(self._job(waiting))
            if not self._is_stopping and await self.store.reads.waiting(key) is not None:
                raise Held

    async def _begun(self, job: LongRead, begun: Read) -> None:
        under_way = self._under_way[begun.key] = _UnderWay(begun)
        wanted = begun.wanted
        try:
            with doing(modules=(wanted.module,), command=wanted.command, read=lambda: under_way.now.read):
                await self._carry_out(job, begun, under_way)
        finally:
            del self._under_way[begun.key]
            under_way.cancel()
            if not _is_cancelled():  # else this process ends, and the next one goes on with it
                await self.store.reads.end_ours(begun.key, ReadState.FAILED)

    async def _given_back(self, now: Read) -> bool:
        """Whether this process ends: then another one goes on with it."""

        async def enter(connection: AsyncConnection, keys: Collection[str]) -> None:
            if self.entries is not None:
                await self.entries.enter(connection, READ, keys)

        return self._is_stopping and await self.store.reads.give_back(now.key, enter)

    async def _carry_out(self, job: LongRead, begun: Read, under_way: _UnderWay) -> None:
        if await self._given_back(begun):
            return
        access = await self.zoho.open(job.who)
        if not access.reaches(begun.wanted):
            await self._say_stopped(job, begun)
            return
        price = Price(begun.wanted.rows, begun.wanted.ceiling, None)
        filters = dict(begun.wanted.filters)
        journal = await self.store.reads.journal(begun, under_way.cancel)
        work = access.duplicates().read(begun.wanted.module, filters, price, under_way.hear, journal=journal)
        under_way.task = asyncio.create_task(work)
        await self._follow(job, under_way, under_way.task)
        if under_way.task.cancelled():
            if not await self._given_back(under_way.now):
                await self._say_stopped(job, under_way.now)
        else:
            await self._show(job, access, under_way.now, under_way.task.result())

    async def _follow(self, job: LongRead, under_way: _UnderWay, task: asyncio.Task[Found]) -> None:
        """Until the task has ended: keep the figures, and edit the message when they have changed."""
        said = under_way.now
        while not (await asyncio.wait({task}, timeout=self.every))[0]:
            now = under_way.now
            if not await self._note(now):
                task.cancel()
            elif now != said:
                said = now
                await self._show_progress(job, now)

    async def _note(self, now: Read) -> bool:
        """Whether it may go on; a store that does not answer for a moment stops nothing."""
        try:
            return await self.store.reads.note(now)
        except SQLAlchemyError as error:
            log.warning("progress_not_kept", error=type(error).__name__)
            return True

    async def _show_progress(self, job: LongRead, now: Read) -> None:
        place = Place(job.reply.channel, job.reply.ts)
        try:
            await self.voice.edit(place, drawn.reading(self._state(now)))
        except SLACK_TROUBLE as error:
            log.info("progress_not_shown", error=type(error).__name__)

    async def _show(self, job: LongRead, access: Access, now: Read, found: Found) -> None:
        found = replace(found, filters=now.wanted.filters, groups=found.groups[:_MOST_KEPT])
        kept = await self.store.lists.keep(job.who, now.wanted.command, found)
        message = await self.drawing.page(kept, access)
        if not await self.store.reads.note(now):
            await self._say_stopped(job, now)
            return
        await self.voice.answer(job, message)
        await self.store.reads.end_ours(now.key, ReadState.DONE)

    async def _say_stopped(self, job: LongRead, now: Read) -> None:
        """It was cancelled, or cannot go on here; nothing is said of one that is in other hands by now."""
        await self.store.reads.note(now)
        is_ended = await self.store.reads.end_ours(now.key, ReadState.INTERRUPTED)
        ended = await self.store.reads.get(job.who, now.key)
        if ended is not None and ended.state is ReadState.CANCELLED:
            await self.voice.answer(job, drawn.cancelled(self._state(now)))
        elif is_ended:
            await self.voice.answer(job, drawn.interrupted(self._state(now)))

    def _state(self, now: Read) -> drawn.Reading:
        wanted = now.wanted
        return drawn.Reading(
            key=now.key,
            module=wanted.module,
            org_name=wanted.org_name,
            region_name=self.zoho.regions[wanted.dc].name,
            read=now.read,
            groups=now.groups,
            used=now.used,
            ceiling=wanted.ceiling,
            since=now.since or self.now(),
            total=wanted.rows,
        )

    # The end of this process, and of others

    def stop(self) -> None:
        """Stop every read under way before its next page, and give it back."""
        self._is_stopping = True
        for under_way in self._under_way.values():
            under_way.cancel()

    async def watch(self, is_ours: Callable[[], bool]) -> None:
        """Hold what is read here. At the start and from time to time, while that is ``is_ours`` to do, go on
        with reads that nobody has any more, and tell of those that nobody went on with in time."""
        while True:
            try:
                if self._ours:
                    await self.store.reads.hold(self._ours)
                if is_ours():
                    await self._look_for_lost(self.now() - _LOST_AFTER)
            except (SQLAlchemyError, *SLACK_TROUBLE) as error:
                log.warning("lost_reads_not_taken_up", error=type(error).__name__)
            await asyncio.sleep(_WATCH_SECONDS)

    async def _look_for_lost(self, since: datetime) -> None:
        for lost in await self.store.reads.lost(since):
            if lost.ts and lost.can_go_on(self.now()):
                self.jobs.take_up(self._job(lost))
            elif await self.store.reads.end(lost.key, ReadState.INTERRUPTED):
                await self.voice.answer(self._job(lost), drawn.interrupted(self._state(lost)))


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0

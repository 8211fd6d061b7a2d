"""The engine that runs what was handed over inside the process that took it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.jobs.work import Job

AT_ONCE = 32
_CLAIMED_AT_ONCE = 50
_LATE_SECONDS = 0.001
_REST_SECONDS = 0.02
_RESTS = 10

J = TypeVar("J", bound=Job)


class Jobs:
    """Takes jobs without waiting, runs a bounded number of them at once, and can be drained.

    ``claim`` says which keys of some jobs are to be carried out here: a job whose key is not among them has
    happened already, or was left to another process. ``report`` hears of every error a handler raises, so
    that no job ends in silence.
    """

    def __init__(
        self,
        *,
        claim: Callable[[Sequence[Job]], Awaitable[set[str]]],
        report: Callable[[Job, Exception], Awaitable[None]],
        at_once: int = AT_ONCE,
    ) -> None:
        self._claim = claim
        self._report = report
        self._seats = asyncio.Semaphore(at_once)
        self._handlers: dict[type[Job], Callable[[Any], Awaitable[None]]] = {}
        self._afterwards: list[Callable[[Job], Awaitable[None]]] = []
        self._timed: dict[type[Job], Callable[[float], None]] = {}
        self._queue: asyncio.Queue[Job] = asyncio.Queue()
        self._taken_up: set[str] = set()
        self._awaited: dict[str, asyncio.Event] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._dispatcher: asyncio.Task[None] | None = None
        self._unfinished = 0

    def on(self, kind: type[J], handler: Callable[[J], Awaitable[None]]) -> None:
        """Name what runs jobs of this kind."""
        self._handlers[kind] = handler

    def afterwards(self, handler: Callable[[Job], Awaitable[None]]) -> None:
        """Name what runs after every job, however it ended."""
        self._afterwards.append(handler)

    def timed(self, kind: type[Job], tell: Callable[[float], None]) -> None:
        """Name who hears how many seconds jobs of this kind took."""
        self._timed[kind] = tell

    def hand_over(self, job: Job) -> None:
        """Take a job; it runs when its turn comes."""
        self._unfinished += 1
        self._queue.put_nowait(job)

    def take_up(self, job: Job) -> None:
        """Take a job whose key was claimed before, by somebody who did not come to its end."""
        self._taken_up.add(job.key)
        self.hand_over(job)

    async def run(self, job: Job) -> None:
        """Take up such a job and come back when it has ended; who stops waiting for it does not stop it."""
        ended = self._awaited.setdefault(job.key, asyncio.Event())
        self.take_up(job)
        await ended.wait()

    def start(self) -> None:
        """Begin to run jobs."""
        self._dispatcher = asyncio.create_task(self._dispatch())

    async def idle(self) -> None:
        """Wait until nothing that was taken is left."""
        await self._queue.join()

    async def drain(self, seconds: float) -> int:
        """Wait at most ``seconds`` for what was taken, then stop; out comes how many did not end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.idle()
        ending = [task for task in (self._dispatcher, *self._running) if task is not None]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        return self._unfinished

    async def _dispatch(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < _CLAIMED_AT_ONCE and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            for job in await self._new(batch):
                await self._seats.acquire()
                await self._make_room()
                self._begin(job)

    async def _new(self, batch: Sequence[Job]) -> list[Job]:
        """The jobs of a batch that have not happened yet, by their keys; those without a key always."""
        again = {job.key for job in batch} & self._taken_up
        self._taken_up -= again
        others = [job for job in batch if job.key not in again]
        keyed = [job for job in others if job.key]
        try:
            unclaimed = again | (await self._claim(keyed) if keyed else set())
        except SQLAlchemyError as error:
            await asyncio.gather(*(self._report(job, error) for job in others))
            self._end(len(others))
            return [job for job in batch if job.key in again]
        new: list[Job] = []
        for job in batch:
            if not job.key or job.key in unclaimed:
                unclaimed.discard(job.key)
                new.append(job)
        self._end(len(batch) - len(new))
        return new

    async def _make_room(self) -> None:
        """Acknowledgements come first: while the loop is late nothing new begins, for at most 0.2 s."""
        loop = asyncio.get_running_loop()
        for _ in range(_RESTS):
            before = loop.time()
            await asyncio.sleep(0)
            if loop.time() - before < _LATE_SECONDS:
                return
            await asyncio.sleep(_REST_SECONDS)

    def _begin(self, job: Job) -> None:
        task = asyncio.create_task(self._run(job))
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._seats.release()
        if not task.cancelled():
            self._end(1)

    def _end(self, count: int) -> None:
        self._unfinished -= count
        for _ in range(count):
            self._queue.task_done()

    async def _run(self, job: Job) -> None:
        began = time.monotonic()
        await self._attempt(job, lambda job: self._handlers[type(job)](job))
        self._timed.get(type(job), _unheard)(time.monotonic() - began)
        for follow in self._afterwards:
            await self._attempt(job, follow)
        if job.key in self._awaited:
            self._awaited.pop(job.key).set()

    async def _attempt(self, job: Job, work: Callable[[Job], Awaitable[None]]) -> None:
        try:
            await work(job)
        except Exception as error:  # the one place where every error of handed-over work ends
            await self._report(job, error)


def _unheard(seconds: float) -> None:
    """Nobody wants to know."""

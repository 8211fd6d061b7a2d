"""The engine that runs what was handed over inside the process that took it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from bot.jobs.work import Job

AT_ONCE = 32

J = TypeVar("J", bound=Job)


class Jobs:
    """Takes jobs without waiting, runs a bounded number of them at once, and can be drained.

    ``claim`` decides whether a job's key is new; ``report`` hears of every error a handler raises, so that
    no job ends in silence.
    """

    def __init__(
        self,
        *,
        claim: Callable[[str], Awaitable[bool]],
        report: Callable[[Job, Exception], Awaitable[None]],
        at_once: int = AT_ONCE,
    ) -> None:
        self._claim = claim
        self._report = report
        self._at_once = at_once
        self._handlers: dict[type[Job], Callable[[Any], Awaitable[None]]] = {}
        self._queue: asyncio.Queue[Job] = asyncio.Queue()
        self._workers: list[asyncio.Task[None]] = []
        self._unfinished = 0

    def on(self, kind: type[J], handler: Callable[[J], Awaitable[None]]) -> None:
        """Name what runs jobs of this kind."""
        self._handlers[kind] = handler

    def hand_over(self, job: Job) -> None:
        """Take a job; it runs when its turn comes."""
        self._unfinished += 1
        self._queue.put_nowait(job)

    def start(self) -> None:
        """Begin to run jobs."""
        self._workers = [asyncio.create_task(self._work()) for _ in range(self._at_once)]

    async def idle(self) -> None:
        """Wait until nothing that was taken is left."""
        await self._queue.join()

    async def drain(self, seconds: float) -> int:
        """Wait at most ``seconds`` for what was taken, then stop; out comes how many did not end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._queue.join()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        return self._unfinished

    async def _work(self) -> None:
        while True:
            job = await self._queue.get()
            await self._run(job)
            self._unfinished -= 1
            self._queue.task_done()

    async def _run(self, job: Job) -> None:
        try:
            if not job.key or await self._claim(job.key):
                await self._handlers[type(job)](job)
        except Exception as error:  # the one place where every error of handed-over work ends
            await self._report(job, error)

"""What a person sees while a search is running: a line after 600 ms, the end after a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.blocks.parts import Message
from bot.jobs import Job, Voice

INTERIM_SECONDS = 0.6
CEILING_SECONDS = 60.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """Waits for work on behalf of a person."""

    voice: Voice
    now: Callable[[], datetime]
    ceiling: float = CEILING_SECONDS

    async def wait(self, job: Job, work: Coroutine[None, None, T], interim: Callable[[], Message]) -> T:
        """The result of ``work``; ``interim`` is said when it is not there 600 ms after it was asked for.

        Raises what the work raises, and TimeoutError after a minute.
        """
        task = asyncio.create_task(work)
        try:
            async with asyncio.timeout(self.ceiling):
                done, _ = await asyncio.wait({task}, timeout=self._until_interim(job))
                if not done:
                    await self.voice.answer(job, interim())
                return await task
        finally:
            task.cancel()

    def _until_interim(self, job: Job) -> float:
        gone = (self.now() - job.at).total_seconds()
        return min(max(INTERIM_SECONDS - gone, 0.0), INTERIM_SECONDS)

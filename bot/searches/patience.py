"""What a person sees while a search is running: a line after 600 ms, the end after a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.blocks.parts import Message
from bot.jobs import Job, Voice

INTERIM_SECONDS = 0.6
CEILING_SECONDS = 60.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Covered:
    """A message in whose place a line stands for the moment; None where nobody can draw it again."""

    is_covered: bool = False
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """Waits for work on behalf of a person."""

    voice: Voice
    now: Callable[[], datetime]
    ceiling: float = CEILING_SECONDS

    async def wait(
        self,
        job: Job,
        work: Coroutine[None, None, T],
        interim: Callable[[], Message],
        *,
        before: Callable[[], Awaitable[Message | None]] | None = None,
        is_drawn: Callable[[T], bool] = lambda result: True,
    ) -> T:
        """The result of ``work``; ``interim`` is said when it is not there 600 ms after it was asked for.

        After a click that line takes the place of the message that was clicked. With ``before`` that message
        stands there again when the work fails, or when its result, by ``is_drawn``, is not drawn there: as
        ``before`` drew it just before it was covered, or taken away where that gives None. Without it the
        error or the result takes the place. Raises what the work raises, and TimeoutError after a minute.
        """
        task = asyncio.create_task(work)
        covered = _Covered()
        try:
            async with asyncio.timeout(self.ceiling):
                done, _ = await asyncio.wait({task}, timeout=self._until_interim(job))
                if not done:
                    covered = await self._cover(job, before)
                    await self.voice.answer(job, interim())
                result = await task
                if is_drawn(result):
                    covered = _Covered()
                return result
        finally:
            task.cancel()
            await self._uncover(job, covered)

    async def _cover(self, job: Job, before: Callable[[], Awaitable[Message | None]] | None) -> _Covered:
        """What is about to be covered, so that nothing but Slack is needed to bring it back."""
        if before is None or not job.reply.is_click:
            return _Covered()
        return _Covered(True, await before())

    async def _uncover(self, job: Job, covered: _Covered) -> None:
        if covered.message is not None:
            await self.voice.answer(job, covered.message)
        elif covered.is_covered:
            await self.voice.take_away(job)

    def _until_interim(self, job: Job) -> float:
        gone = (self.now() - job.at).total_seconds()
        return min(max(INTERIM_SECONDS - gone, 0.0), INTERIM_SECONDS)


async def nothing_kept() -> None:
    """For ``before``: nobody can draw again what was clicked; the error is told beside, and the line goes."""

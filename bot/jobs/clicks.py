"""What the button that was clicked carries."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot.blocks import clicks
from bot.jobs.voice import Voice
from bot.jobs.work import Click

T = TypeVar("T")


async def understood(voice: Voice, job: Click, read: Callable[[str], T]) -> T | None:
    """The clicked button's value as ``read`` reads it; None where it cannot, and the person was told."""
    try:
        return read(job.value)
    except ValueError:
        await voice.add(job, clicks.older_button())
        return None

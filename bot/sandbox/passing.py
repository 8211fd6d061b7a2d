"""What the page asks of whoever can let time pass: a workspace by itself cannot, the demo can."""

from __future__ import annotations

from typing import Protocol

from bot.sandbox.things import Json


class Passing(Protocol):
    """Lets time pass for a channel's alerts. Each step answers in one sentence; ValueError says why not."""

    async def seen(self, channel: str) -> Json:
        """What the page shows beside a channel: `next` (seconds since 1970, None without a slot to come),
        `alerts` (how many are set up), `paused`, `planted` (groups that still stand), `said` last."""

    async def jump(self, channel: str) -> str:
        """Put the clock forward to the channel's next slot, and see what comes of it."""

    async def plant(self, channel: str) -> str:
        """Add records to Zoho of which the channel's alerts should hear."""

    async def solve(self, channel: str) -> str:
        """Merge what was planted, or move it to the bin, as somebody would in Zoho."""

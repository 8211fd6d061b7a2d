"""Introductions: what a channel hears first of its alerts. They stand in the ledger beside what those alerts
have to say, so that a crash neither loses nor doubles one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts.posting import Posting
from bot.blocks.parts import Message
from bot.store import Alert, AlertState, Ledger, Subscription
from bot.store.ledger import Slot

Draw = Callable[[Alert], Awaitable[Message]]

_EARLIER = timedelta(milliseconds=1)  # than the first slot, which begins with the alerts themselves


def either(introduction: Draw, digest: Draw) -> Draw:
    """Draws a row of the ledger, whichever of the two it is."""

    async def draw(alert: Alert) -> Message:
        return await (introduction if alert.is_introduction else digest)(alert)

    return draw


class _TheForm:
    """Whoever set alerts up sees in the form what became of them: nothing is said beside it."""

    async def closed(self, alert: Alert, why: str) -> None:
        """The form says it."""

    async def doubtful(self, alert: Alert) -> None:
        """It is asked once the lease has run out."""


@dataclass(frozen=True)
class Introductions:
    """Enters introductions in the ledger, and posts them at once. ``posting`` is that of all alerts: it goes
    on where a process ended in the middle."""

    ledger: Ledger
    posting: Posting

    async def enter(self, connection: AsyncConnection, one: Subscription) -> Alert:
        """In the transaction that sets alerts up or moves them."""
        slot = self.posting.now() - _EARLIER
        return await self.ledger.introduce(connection, Slot(one.id, slot, one.owner.workspace, one.channel))

    async def post(self, alert: Alert) -> str:
        """Post one that was entered: "" when it stands there or will, else Slack's word for why not."""
        await replace(self.posting, owners=_TheForm()).post(alert)
        now = await self.ledger.get(alert.id)
        return now.why or "unknown" if now is not None and now.state is AlertState.STOPPED else ""

"""Owners who are gone: their alerts pause, the channel hears of it once, and so do they."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from slack_sdk.errors import SlackApiError

from bot.blocks.alerts import gone
from bot.jobs import Invitations, Job, Reply, Voice
from bot.jobs.voice import SLACK_TROUBLE
from bot.store import Because, Store, Subscription
from bot.subscribing.telling import Telling
from zoho.records import Product, Who

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Owners:
    """What follows when a connection is lost or an account deactivated, and when it works again."""

    store: Store
    voice: Voice
    telling: Telling
    invitations: Invitations
    now: Callable[[], datetime]

    async def lost(
        self, owner: Who, because: Because, *, last: datetime | None = None, product: Product = Product.DESK
    ) -> None:
        """Pause this person's alerts and say so once; ``last`` is when any of them spoke last.

        Can be called again for the same loss, as after a crash in the middle. Raises SlackGone.
        """
        alerts = self.store.subscriptions
        await alerts.pause_of(owner, product, because)
        untold = await alerts.claim_telling_owner(owner, product)
        for one in await alerts.standing(owner.workspace, owner=owner.user):
            if await alerts.claim_telling_channel(one.id):
                await self._tell_channel(one, because, last)
        if untold and because is Because.CONNECTION:
            await self._tell_owner(owner, untold, product, last)

    async def found(self, owner: Who, org_id: str, product: Product = Product.DESK) -> int:
        """The owner is connected again: their paused alerts run, with one catch-up; how many those are."""
        return len(await self.store.subscriptions.resume_of(owner, product, org_id, next_at=self.now()))

    async def _tell_channel(self, one: Subscription, because: Because, last: datetime | None) -> None:
        told = await self.telling.told(one)
        message = gone.paused_in_channel(told, last, account_gone=because is Because.ACCOUNT)
        try:
            await self.voice.tell(one.channel, message)
        except SlackApiError as error:
            log.warning("channel_not_told_of_pause", error=str(error.response.get("error") or ""))

    async def _tell_owner(
        self, owner: Who, paused: tuple[Subscription, ...], product: Product, last: datetime | None
    ) -> None:
        job = Job(owner, owner.workspace, Reply("", ""), "", self.now())
        link = await self.invitations.connect(job)
        channels = [one.channel for one in paused]
        try:
            await self.voice.tell(owner.user, gone.owner_paused(channels, product, link, last))
        except SLACK_TROUBLE as error:
            log.warning("owner_not_told_of_pause", error=type(error).__name__)

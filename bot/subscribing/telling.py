"""Alerts in words, and the introduction in the channel that tells everybody of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from slack_sdk.errors import SlackApiError

from bot.blocks.alerts import gone, introduction
from bot.blocks.alerts.introduction import Baseline
from bot.blocks.alerts.told import AlertsTold
from bot.blocks.parts import Message
from bot.jobs import People, Place, Voice
from bot.jobs.voice import SLACK_TROUBLE
from bot.schedules.when import describe, load
from bot.store import Because, Store, Subscription, SubscriptionStatus
from bot.subscribing.asked import typed
from zoho.access import Zoho
from zoho.records import Module

log = structlog.get_logger(__name__)

_PAUSED = {
    Because.CONNECTION.value: "the connection no longer works",
    Because.ACCOUNT.value: "the owner’s account is deactivated",
    Because.CHANNEL.value: "the app cannot write in the channel",
}


@dataclass(frozen=True)
class Telling:
    """Draws alerts, and keeps the introduction in the channel up to date."""

    zoho: Zoho
    store: Store
    voice: Voice
    people: People

    async def told(self, one: Subscription) -> AlertsTold:
        """These alerts in words."""
        terms = one.terms
        is_paused = one.status is SubscriptionStatus.PAUSED
        return AlertsTold(
            key=one.id,
            channel=terms.channel,
            owner=one.owner.user,
            owner_name=await self.people.name(one.owner.user),
            modules=terms.modules,
            org_name=terms.org_name,
            region_name=self.zoho.regions[terms.dc].name,
            speaks=describe(load(terms.schedule)),
            detail=terms.detail,
            narrowed=typed(terms.filters),
            next_at=one.next_at,
            snoozed_until=one.snoozed_until,
            paused=_PAUSED.get(one.because, "they were stopped") if is_paused else "",
            known=one.known,
        )

    async def introduce(self, one: Subscription) -> str:
        """Post the introduction; "" when it stands there, else Slack's word for why not. Raises SlackGone."""
        try:
            place = await self.voice.tell(one.channel, introduction.introduction(await self.told(one)))
        except SlackApiError as error:
            return str(error.response.get("error") or "unknown")
        await self.store.subscriptions.introduced(one.id, place.ts)
        return ""

    async def redraw(self, one: Subscription, baseline: Baseline | None = None) -> None:
        """Draw the introduction again after a change; one that is gone stays gone."""
        if one.baseline_at is not None and baseline is None:
            baseline = Baseline(one.baseline_at, {}, one.known or 0)
        await self._edit(one, introduction.introduction(await self.told(one), baseline))

    async def baseline_done(self, key: str, known: int, read: Mapping[Module, int]) -> None:
        """The first pass is done: ``known`` groups will not be announced, ``read`` records were read."""
        one = await self.store.subscriptions.baseline_done(key, known)
        if one is not None and one.baseline_at is not None:
            await self.redraw(one, Baseline(one.baseline_at, read, known))

    async def ended(self, one: Subscription, by: str) -> None:
        """Say in the place of the introduction who stopped these alerts."""
        await self._edit(one, introduction.ended(await self.told(one), by))

    async def taken_over(self, one: Subscription, notice: str) -> None:
        """Say in the place of the message that offered it, by its ts, who took these alerts over."""
        await self._edit(one, gone.taken_over(one.owner.user, await self.told(one)), at=notice)

    async def _edit(self, one: Subscription, message: Message, *, at: str = "") -> None:
        ts = at or one.intro_ts
        if not ts:
            return
        try:
            await self.voice.edit(Place(one.channel, ts), message)
        except SLACK_TROUBLE as error:
            log.info("introduction_not_redrawn", error=type(error).__name__)

"""Alerts in words, and the introduction in the channel that tells everybody of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.blocks.alerts import gone, introduction, listing
from bot.blocks.alerts.introduction import Baseline
from bot.blocks.alerts.told import AlertsTold
from bot.blocks.masking import masked
from bot.blocks.parts import Message
from bot.ids import Detail
from bot.jobs import Notifier, People, Place, Voice
from bot.jobs.voice import SLACK_TROUBLE
from bot.schedules.when import describe, load
from bot.store import Alert, Because, Store, Subscription, SubscriptionStatus, Terms
from bot.subscribing.asked import Filters, typed
from zoho.access import Zoho
from zoho.records import Module

log = structlog.get_logger(__name__)

OWNER_PAUSED = "paused-owner:"
"""How the keys begin under which owners are told that alerts of theirs pause."""

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
            narrowed=typed(_filters(terms)),
            next_at=one.next_at,
            snoozed_until=one.snoozed_until,
            paused=_PAUSED.get(one.because, "they were stopped") if is_paused else "",
            known=one.known,
        )

    async def introduction(self, alert: Alert) -> Message:
        """What introduces the alerts of this row of the ledger, as they are now."""
        one = await self.store.subscriptions.get(alert.workspace, alert.subscription)
        if one is None:
            return listing.gone()
        if one.status is SubscriptionStatus.STOPPED:
            return introduction.ended(await self.told(one), one.owner.user)
        if one.channel != alert.channel:
            return introduction.moved(await self.told(one), one.owner.user)
        return introduction.introduction(await self.told(one), _baseline(one))

    async def stands(self, alert: Alert) -> None:
        """A row of the ledger stands in the channel: what was read while it was posted is added to an
        introduction."""
        if not alert.is_introduction:
            return
        one = await self.store.subscriptions.get(alert.workspace, alert.subscription)
        drawn_at = alert.intent_at or alert.slot
        if one is not None and one.baseline_at is not None and one.baseline_at >= drawn_at:
            await self.redraw(one)

    async def redraw(self, one: Subscription, baseline: Baseline | None = None) -> None:
        """Draw the introduction again after a change; one that is gone stays gone."""
        await self._edit(one, introduction.introduction(await self.told(one), baseline or _baseline(one)))

    async def baseline_done(self, key: str, known: int, read: Mapping[Module, int]) -> None:
        """The first pass is done: ``known`` groups will not be announced, ``read`` records were read."""
        one = await self.store.subscriptions.baseline_done(key, known)
        if one is not None and one.baseline_at is not None:
            await self.redraw(one, Baseline(one.baseline_at, read, known))

    async def ended(self, one: Subscription, by: str, *, were_paused: bool) -> None:
        """Say who stopped these alerts where they are introduced, and where it says that they pause."""
        message = introduction.ended(await self.told(one), by)
        await self._edit(one, message)
        if were_paused:
            if notice := await self._notice(one):
                await self.put(notice, message)
            await self._tell_owner(one, gone.owner_stopped(by, one.channel))

    async def run_again(self, one: Subscription) -> None:
        """Say so where it says that they pause."""
        if notice := await self._notice(one):
            await self.put(notice, gone.runs_again(await self.told(one), notice.channel))

    async def moved(self, before: Subscription, one: Subscription) -> None:
        """Say in the place of the introduction in the old channel where these alerts went."""
        await self._edit(before, introduction.moved(await self.told(one), one.owner.user))

    async def taken_over(self, before: Subscription, one: Subscription, notice: Place) -> None:
        """Say in the place of the message that offered it, and to who owned them ``before``, who took these
        alerts over; ``notice`` is for where that is not known."""
        place = await self._notice(one) or notice
        if place.ts:
            await self.put(place, gone.taken_over(one.owner.user, await self.told(one), place.channel))
        is_same = one.owner == before.owner
        own, passed = gone.owner_runs_again([one.channel]), gone.owner_passed_on(one.owner.user, one.channel)
        await self._tell_owner(before, own if is_same else passed)

    async def _tell_owner(self, before: Subscription, message: Message) -> None:
        """Say in the place of what their owner was told of the pause what became of it, once nothing of
        theirs pauses any more: until then it holds for the others."""
        owner = before.owner
        own = await self.store.subscriptions.standing(owner.workspace, owner=owner.user)
        if any(one.status is SubscriptionStatus.PAUSED for one in own):
            return
        if place := await Notifier(self.store.notices, self.voice).stands(OWNER_PAUSED, to=owner.user):
            await self.put(place, message)

    async def _notice(self, one: Subscription) -> Place | None:
        return await Notifier(self.store.notices, self.voice).stands(paused_key(one))

    async def _edit(self, one: Subscription, message: Message) -> None:
        if one.intro_ts:
            await self.put(Place(one.channel, one.intro_ts), message)

    async def put(self, place: Place, message: Message) -> None:
        """Draw a message that stands anew; one that is gone, or that Slack does not take, stays as it is."""
        try:
            await self.voice.edit(place, message)
        except SLACK_TROUBLE as error:
            log.info("introduction_not_redrawn", error=type(error).__name__)


def paused_key(one: Subscription) -> str:
    """How the keys begin under which a channel is told that these alerts pause."""
    return f"paused:{one.id}:"


def _filters(terms: Terms) -> Filters:
    """The filters; an address or a number in them is shortened as it is in what members will see."""
    if terms.detail is Detail.FULL:
        return terms.filters
    return tuple((key, masked(value)) for key, value in terms.filters)


def _baseline(one: Subscription) -> Baseline | None:
    return None if one.baseline_at is None else Baseline(one.baseline_at, {}, one.known or 0)

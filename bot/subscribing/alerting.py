"""Commands and buttons about alerts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.blocks import clicks
from bot.blocks.alerts import listing
from bot.blocks.alerts.form import Carried
from bot.blocks.parts import Message
from bot.ids import read_alert
from bot.jobs import Click, Job, Typed, Voice, understood
from bot.schedules.when import load
from bot.schedules.zones import ScheduleRefused
from bot.store import Because, Store, Subscription, SubscriptionStatus
from bot.subscribing.asked import SNOOZE, AlertsAsked, Ask, filled_by_words, read_snooze
from bot.subscribing.known import KnownGroups
from bot.subscribing.previewing import Previews
from bot.subscribing.setting_up import SettingUp
from bot.subscribing.telling import Telling


@dataclass(frozen=True)
class Alerting:
    """Everybody in a channel may stop or snooze its alerts; only their owner, whose connection reads,
    may change what they read and show."""

    store: Store
    voice: Voice
    setting_up: SettingUp
    telling: Telling
    previews: Previews
    known: KnownGroups
    now: Callable[[], datetime]

    # Commands

    async def typed(self, job: Typed, asked: AlertsAsked) -> None:
        """Do what was typed."""
        match asked.ask:
            case Ask.SUBSCRIBE:
                await self._subscribe(job, asked)
            case Ask.LIST:
                await self._list(job)
            case Ask.UNSUBSCRIBE:
                await self._unsubscribe(job, asked)
            case Ask.SETTINGS:
                await self._settings(job, asked)
            case Ask.SNOOZE:
                await self._snooze_typed(job, asked)

    async def _subscribe(self, job: Typed, asked: AlertsAsked) -> None:
        zone = await self.setting_up.own_zone(job.who.user)
        try:
            filled = filled_by_words(asked, channel=job.reply.channel, zone=zone)
        except ScheduleRefused as refused:
            await self.voice.answer(job, listing.no_schedule(str(refused)))
            return
        await self.setting_up.open(job, job.trigger_id, filled, Carried(zone=zone))

    async def _list(self, job: Job) -> None:
        alerts = self.store.subscriptions
        here = await alerts.standing(job.who.workspace, channel=job.reply.channel)
        own = await alerts.standing(job.who.workspace, owner=job.who.user)
        shown = {one.id: one for one in (*here, *own)}
        rows = [await self.telling.told(one) for one in shown.values()]
        listed = listing.alert_list(rows, channel=job.reply.channel, user=job.who.user)
        await self.voice.answer(job, listed)

    async def _unsubscribe(self, job: Typed, asked: AlertsAsked) -> None:
        one = await self._only(job, asked)
        if one is not None:
            await self._stop(job, one)

    async def _only(self, job: Job, asked: AlertsAsked) -> Subscription | None:
        """The one alerts of this channel that are meant; where those are none, or several, the list lets
        choose."""
        here = await self.store.subscriptions.standing(job.who.workspace, channel=job.reply.channel)
        meant = [one for one in here if self._means(asked, one)]
        if len(meant) == 1:
            return meant[0]
        await self._list(job)
        return None

    def _means(self, asked: AlertsAsked, one: Subscription) -> bool:
        """Whether these are alerts on the lists that were named, no fewer and no more; any when none was."""
        filters = sorted(self.setting_up.read_filters(asked.filters))
        is_list = not asked.modules or set(asked.modules) == set(one.terms.modules)
        return is_list and (not filters or filters == sorted(one.terms.filters))

    async def _settings(self, job: Typed, asked: AlertsAsked) -> None:
        one = await self._only(job, asked)
        if one is not None:
            await self._edit(job, job.trigger_id, one)

    async def _snooze_typed(self, job: Typed, asked: AlertsAsked) -> None:
        try:
            length = read_snooze(asked.words)
        except ScheduleRefused as refused:
            await self.voice.answer(job, listing.bad_words(str(refused)))
            return
        one = await self._only(job, asked)
        if one is not None:
            await self._snooze(job, one, length)

    # Buttons

    async def new(self, job: Click) -> None:
        """*Add alerts*."""
        zone = await self.setting_up.own_zone(job.who.user)
        filled = filled_by_words(AlertsAsked(Ask.SUBSCRIBE), channel=job.reply.channel, zone=zone)
        await self.setting_up.open(job, job.trigger_id, filled, Carried(zone=zone))

    async def edit(self, job: Click) -> None:
        """*Change alerts*, under the introduction."""
        one = await self._named(job, job.value)
        if one is not None:
            await self._edit(job, job.trigger_id, one)

    async def stop(self, job: Click) -> None:
        """*Stop alerts*, which asked before."""
        one = await self._named(job, job.value)
        if one is not None:
            await self._stop(job, one)

    async def stop_all(self, job: Click) -> None:
        """*Stop my alerts*: every paused one of this person."""
        own = await self.store.subscriptions.standing(job.who.workspace, owner=job.who.user)
        paused = [one for one in own if one.status is SubscriptionStatus.PAUSED]
        for one in paused:
            await self._stop(job, one)
        if not paused:
            await self.voice.add(job, listing.gone())

    async def take_over(self, job: Click) -> None:
        """*Take over alerts*: the form, to be confirmed with the clicker's own connection."""
        one = await self._named(job, job.value)
        if one is not None:
            await self._take_over(job, one)

    async def preview(self, job: Click) -> None:
        """*Preview last 7 days*, in the form."""
        await self.previews.of_form(job)

    async def show_known(self, job: Click) -> None:
        """*Show what is there*, under the introduction."""
        one = await self._named(job, job.value)
        if one is not None:
            await self.known.show(job, one)

    async def chosen(self, job: Click) -> None:
        """What was picked from the menu of a row in the list."""
        choice = await understood(self.voice, job, read_alert)
        one = await self._named(job, choice.key) if choice is not None else None
        if choice is None or one is None:
            return
        match choice.verb:
            case "edit":
                await self._edit(job, job.trigger_id, one)
            case "preview":
                await self._preview(job, one)
            case "snooze7":
                await self._snooze(job, one, SNOOZE)
            case "wake":
                await self._snooze(job, one, None)
            case "stop":
                await self._stop(job, one)
            case "takeover":
                await self._take_over(job, one)
            case _:
                await self.voice.add(job, clicks.older_button())

    # What they do

    async def _named(self, job: Click, key: str) -> Subscription | None:
        one = await self.store.subscriptions.get(job.who.workspace, key)
        if one is None or one.status is SubscriptionStatus.STOPPED:
            await self.voice.add(job, listing.gone())
            return None
        if job.who != one.owner and job.reply.channel != one.channel:
            await self.voice.add(job, listing.elsewhere())
            return None
        return one

    async def _edit(self, job: Job, trigger: str, one: Subscription) -> None:
        if job.who == one.owner:
            # What pauses runs again with what its owner is connected to by now.
            is_paused = one.status is SubscriptionStatus.PAUSED
            await self.setting_up.open_for(job, trigger, one, takes_over=is_paused)
        else:
            await self.voice.add(job, listing.not_yours(await self.telling.told(one)))

    async def _preview(self, job: Click, one: Subscription) -> None:
        if job.who == one.owner:
            await self.previews.of_alerts(job, one)
        else:
            await self.voice.add(job, listing.not_yours(await self.telling.told(one)))

    async def _take_over(self, job: Click, one: Subscription) -> None:
        if one.status is not SubscriptionStatus.PAUSED:
            await self.voice.add(job, listing.at_work(await self.telling.told(one)))
            return
        await self.setting_up.open_for(job, job.trigger_id, one, takes_over=True)

    async def _stop(self, job: Job, one: Subscription) -> None:
        ended = await self.store.subscriptions.stop(one.id, Because.PERSON)
        if ended is None:
            await self.voice.add(job, listing.gone())
            return
        await self.store.ledger.close(ended.id, "stopped")
        were_paused = one.status is SubscriptionStatus.PAUSED
        await self.telling.ended(ended, job.who.user, were_paused=were_paused)
        await self.voice.add(job, listing.stopped(await self.telling.told(ended)))

    async def _snooze(self, job: Job, one: Subscription, length: timedelta | None) -> None:
        if one.status is SubscriptionStatus.PAUSED:
            await self.voice.add(job, listing.at_rest(await self.telling.told(one)))
            return
        until = self.now() + length if length else None
        next_at = load(one.terms.schedule).next_after(self.now())
        changed = await self.store.subscriptions.snooze(one.id, until, next_at=next_at)
        if changed is None:
            await self.voice.add(job, listing.gone())
            return
        told = await self.telling.told(changed)
        said: Message = listing.snoozed(told, until) if until else listing.awake(told)
        await self.voice.add(job, said)

"""The form of alerts: opened, drawn again, carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

import structlog
from slack_sdk.models.views import View
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts import scans
from bot.blocks import words
from bot.blocks.alerts import form, listing
from bot.blocks.alerts.form import Carried, Filled
from bot.blocks.connection import choose_portal
from bot.failures import in_a_row
from bot.ids import Detail
from bot.jobs import Channels, Click, Job, People, Place, Submitted, Voice
from bot.jobs.voice import NOT_THERE, UNHEARD
from bot.schedules.when import describe, load
from bot.store import Because, Store, Subscription, SubscriptionStatus, Terms
from bot.subscribing.asked import Filters, ReadFilters, Wanted, filled_by, read_wanted, terms_of, typed
from bot.subscribing.introductions import Introductions
from bot.subscribing.telling import Telling
from zoho.access import Access, Zoho
from zoho.database import Database
from zoho.errors import ZohoError
from zoho.records import Module

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SettingUp:
    """What is filled in becomes alerts: the price stands in the form, saving it is the consent."""

    zoho: Zoho
    store: Store
    voice: Voice
    people: People
    channels: Channels
    telling: Telling
    introductions: Introductions
    database: Database
    read_filters: ReadFilters
    now: Callable[[], datetime]

    # Opening

    async def open(self, job: Job, trigger: str, filled: Filled, carried: Carried) -> None:
        """Open the form at once, since its trigger lives three seconds; then ask around, and fill it."""
        try:
            view = await self.voice.open_view(trigger, form.loading())
        except UNHEARD as error:
            log.info("form_not_opened", error=type(error).__name__)
            await self.voice.add(job, listing.open_form(await self.voice.once_more(job)))
            return
        drawn = form.unfilled()
        try:
            access = await self.zoho.open(job.who)
            if access.connection.choices:
                await self.voice.add(job, choose_portal(access.connection.choices))
            else:
                known, why = await self._known(job, access, filled, carried)
                drawn = form.form(filled, known, warning=form.unread(why) if why else "")
        finally:
            await self.voice.update_view(view, drawn)

    async def open_for(self, job: Job, trigger: str, one: Subscription, *, takes_over: bool = False) -> None:
        """The form as alerts that were set up fill it."""
        notice = job.message if takes_over and isinstance(job, Click) else ""
        carried = Carried(one.id, one.revision, takes_over=takes_over, notice=notice)
        await self.open(job, trigger, filled_by(one), carried)

    async def own_zone(self, user: str) -> str:
        """The person's own time zone by its name, UTC where Slack does not say."""
        return getattr((await self.people.person(user)).zone, "key", "UTC")

    async def _known(self, job: Job, access: Access, filled: Filled, carried: Carried) -> tuple[Carried, str]:
        """What the form is to know, and why its lists could not be priced, "" where they could."""
        is_channel = filled.channel[:1] in ("C", "G")
        outside = is_channel and (await self.channels.look(filled.channel)).is_outside
        modules = tuple(module for module in Module if module.value in filled.modules)
        price, why = await _price(access, modules, self._filters(filled))
        known = replace(
            carried,
            zone=await self.own_zone(job.who.user),
            place=_place(access),
            price=price,
            priced="" if why else _what(modules, self._filters(filled)),
            is_outside=outside,
        )
        return known, why

    def _filters(self, filled: Filled) -> Filters:
        try:
            return self.read_filters(filled.filters)
        except ValueError:
            return ()

    async def redraw(self, job: Click) -> None:
        """Another rhythm was chosen: show its inputs, and keep what was filled in."""
        filled = form.read_form({**job.chosen, form.OFTEN: job.value})
        carried = Carried.read(job.carried)
        await self.voice.update_view(job.view, form.form(filled, carried) if carried else form.older())

    # Carrying out

    def faults(self, chosen: Mapping[str, str]) -> Mapping[str, str]:
        """What is wrong in a form, by block id; nothing is asked for it, so that it can be said at once."""
        wanted = read_wanted(form.read_form(chosen), self.read_filters)
        return wanted if isinstance(wanted, dict) else {}

    async def save(self, job: Submitted) -> None:
        """Start the alerts, or change them; the form comes back with a sentence when that cannot be."""
        filled = form.read_form(job.chosen)
        wanted = read_wanted(filled, self.read_filters)
        if isinstance(wanted, dict):
            return
        carried = Carried.read(job.carried)
        if carried is None:
            await self.voice.update_view(job.view, form.older())
            return
        drawn = form.unfilled()
        try:
            drawn = await self._save(job, carried, filled, wanted)
        finally:
            await self.voice.update_view(job.view, drawn)

    async def _save(self, job: Submitted, carried: Carried, filled: Filled, wanted: Wanted) -> View:
        access = await self.zoho.open(job.who)
        if access.connection.choices:
            await self.voice.add(job, choose_portal(access.connection.choices))
            return form.unfilled()
        if carried.place != _place(access):
            known, why = await self._known(job, access, filled, carried)
            return form.form(filled, known, warning=form.unread(why) if why else form.elsewhere(known.place))
        audience = await self.channels.look(wanted.channel)
        if audience.is_member is False:
            return form.form(filled, carried, warning=await self._absent())
        if audience.is_outside and wanted.detail is not Detail.COUNTS:
            wanted = replace(wanted, detail=Detail.COUNTS)
        if carried.priced != _what(wanted.modules, wanted.filters):
            shown, (price, why) = carried.price, await _price(access, wanted.modules, wanted.filters)
            if why:
                return form.form(filled, carried, warning=form.unread(why))
            carried = replace(carried, price=price, priced=_what(wanted.modules, wanted.filters))
            if price is not None and price > (shown or 0):
                return form.form(filled, carried, warning=form.dearer(price, shown))
        twin = None if carried.said_twice else await self._twin(job, carried, wanted, access)
        if twin is not None:
            speaks = describe(load(twin.terms.schedule))
            is_paused = twin.status is SubscriptionStatus.PAUSED
            said = form.same_thing(twin.owner.user, speaks, is_paused=is_paused)
            return form.form(filled, replace(carried, said_twice=True), warning=said)
        terms = terms_of(wanted, access.connection, carried.price)
        return await self._put(job, carried, filled, terms, wanted.schedule.next_after(self.now()))

    async def _put(
        self, job: Submitted, carried: Carried, filled: Filled, terms: Terms, next_at: datetime
    ) -> View:
        alerts, key = self.store.subscriptions, carried.key
        before = await alerts.get(job.who.workspace, key) if key else None
        async with self.database.write() as connection:
            one = await self._kept(connection, job, carried, terms, next_at)
            if one is None:
                return form.outdated()
            is_told_anew = before is None or before.channel != one.channel
            entered = await self.introductions.enter(connection, one) if is_told_anew else None
        if before is not None and _looks_elsewhere(before.terms, terms):
            await self.store.told.restart(one.id)
        why = await self.introductions.post(entered) if entered else ""
        if why:
            await (alerts.put_back(one, before) if before else alerts.stop(one.id, Because.CHANNEL))
            warning = await self._absent() if why in NOT_THERE else form.closed_channel(why)
            return form.form(filled, carried, warning=warning)
        if before is not None:
            await self._say_what_changed(carried, before, one)
        speaks = describe(load(terms.schedule))
        return form.started(terms.channel, speaks, is_new=not key, price=terms.price)

    async def _kept(
        self, connection: AsyncConnection, job: Submitted, carried: Carried, terms: Terms, next_at: datetime
    ) -> Subscription | None:
        """The alerts as the form wants them; None when somebody changed them meanwhile."""
        alerts, key = self.store.subscriptions, carried.key
        if not key:
            return await alerts.add(job.who, terms, next_at=next_at, connection=connection)
        if carried.takes_over:
            # What was missed meanwhile is caught up with at once.
            return await alerts.take_over(key, job.who, terms, next_at=self.now(), connection=connection)
        return await alerts.change(key, carried.revision, terms, next_at=next_at, connection=connection)

    async def _say_what_changed(self, carried: Carried, before: Subscription, one: Subscription) -> None:
        if before.channel == one.channel:
            await self.telling.redraw(one)
        else:
            await self.telling.moved(before, one)
        if carried.takes_over:
            await self.telling.taken_over(before, one, Place(before.channel, carried.notice))

    async def _absent(self) -> str:
        return form.not_in_channel((await self.people.workspace()).bot_user_id)

    async def _twin(
        self, job: Submitted, carried: Carried, wanted: Wanted, access: Access
    ) -> Subscription | None:
        """Other alerts in the same channel on one of the same lists with the same filters."""
        standing = await self.store.subscriptions.standing(job.who.workspace, channel=wanted.channel)
        for one in standing:
            is_same_place = one.terms.org_id == access.connection.org_id and one.id != carried.key
            watches_same = (
                set(one.terms.modules) & set(wanted.modules) and one.terms.filters == wanted.filters
            )
            if is_same_place and watches_same:
                return one
        return None


async def _price(access: Access, modules: tuple[Module, ...], filters: Filters) -> tuple[int | None, str]:
    """What one slot of these lists costs at most, or why one of them cannot be read."""
    try:
        return await scans.price(access, modules, filters) or None, ""
    except scans.OF_EVERY_LIST:
        raise
    except ZohoError as error:
        return None, in_a_row(error)


def _place(access: Access) -> str:
    """The organisation that is read, in mrkdwn."""
    return f"{words.inert(access.connection.org_name)}, {access.region.name}"


def _looks_elsewhere(before: Terms, terms: Terms) -> bool:
    """Whether other records are looked at now: what is there already is known in silence then."""
    return (before.dc, before.org_id, before.filters) != (terms.dc, terms.org_id, terms.filters)


def _what(modules: tuple[Module, ...], filters: Filters) -> str:
    """What a price is for, as a short stamp."""
    return sha256(f"{' '.join(modules)} {typed(filters)}".encode()).hexdigest()[:16]

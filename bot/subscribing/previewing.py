"""The preview of alerts: what they would have said, read at once with the connection of whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from slack_sdk.models.views import View

from bot.alerts import scans
from bot.alerts.scanned import Scanned
from bot.blocks import clicks, words
from bot.blocks.alerts import form, listing, preview
from bot.blocks.alerts.digest import Counts
from bot.blocks.alerts.form import Carried
from bot.blocks.alerts.preview import DAYS, Preview, Told
from bot.blocks.connection import choose_portal
from bot.blocks.duplicates import Card
from bot.ids import Detail
from bot.jobs import Channels, Click, Job, Voice
from bot.jobs.voice import UNHEARD
from bot.schedules.when import Schedule, load
from bot.store import Known, Subscription, Terms
from bot.subscribing.asked import ReadFilters, read_wanted, terms_of
from bot.subscribing.preview import Slot, Spoken, would_have_said
from zoho.access import Access, Zoho
from zoho.duplicates.windows import DEAR

log = structlog.get_logger(__name__)

_SHARE = 10  # one in so many of the day's credits that are left


@dataclass(frozen=True)
class Previews:
    """Previews cost what a slot costs, so that they are read on a click alone, and never above what a search
    may cost that nobody was asked about."""

    zoho: Zoho
    voice: Voice
    channels: Channels
    read_filters: ReadFilters
    now: Callable[[], datetime]

    async def of_form(self, job: Click) -> None:
        """*Preview last 7 days* in the form, on top of which it lies: closing it leads back."""
        filled, carried = form.read_form(job.chosen), Carried.read(job.carried)
        if carried is None:
            await self.voice.update_view(job.view, form.older())
            return
        try:
            view = await self.voice.open_view(job.trigger_id, preview.loading(), on_top=True)
        except UNHEARD as error:
            log.info("preview_not_opened", error=type(error).__name__)
            await self.voice.update_view(job.view, form.form(filled, carried, warning=preview.late()))
            return
        wanted = read_wanted(filled, self.read_filters)
        if isinstance(wanted, dict):
            await self.voice.update_view(view, preview.faulty(tuple(wanted.values())))
            return

        async def look(access: Access) -> View:
            return await self._look(access, terms_of(wanted, access.connection, None), wanted.schedule)

        await self._fill(job, view, look)

    async def of_alerts(self, job: Click, one: Subscription) -> None:
        """The same of alerts that are set up, from the list."""
        try:
            view = await self.voice.open_view(job.trigger_id, preview.loading())
        except UNHEARD as error:
            log.info("preview_not_opened", error=type(error).__name__)
            await self.voice.add(job, listing.late(await self.voice.once_more(job)))
            return

        async def look(access: Access) -> View:
            if not access.reaches(one.terms):
                await self.voice.add(job, clicks.rights_differ())
                return preview.failed()
            return await self._look(access, one.terms, load(one.terms.schedule))

        await self._fill(job, view, look)

    async def _fill(self, job: Job, view: str, look: Callable[[Access], Awaitable[View]]) -> None:
        drawn = preview.failed()
        try:
            access = await self.zoho.open(job.who)
            if access.connection.choices:
                await self.voice.add(job, choose_portal(access.connection.choices))
            else:
                drawn = await look(access)
        finally:
            await self.voice.update_view(view, drawn)

    async def _look(self, access: Access, terms: Terms, schedule: Schedule) -> View:
        most = await _ceiling(access)
        # What may be spent is a tenth more than what was agreed to, see `bot.alerts.scans`.
        scanned = await scans.scan(access, replace(terms, price=most * 10 // 11), Known(), self.now())
        if scanned.too_dear is not None:
            return preview.too_dear(scanned.too_dear.credits, most)
        failed = tuple(f"{words.label(one.module)}, {one.why}" for one in scanned.failed)
        if not scanned.lists:
            return preview.unread(failed)
        is_outside = (await self.channels.look(terms.channel)).is_outside
        detail = Detail.COUNTS if is_outside else terms.detail
        terms = replace(terms, detail=detail)
        # A long list takes a while, and others wait for their acknowledgement.
        drawn = await asyncio.to_thread(self._drawn, access, terms, schedule, scanned, failed)
        return preview.preview(drawn)

    def _drawn(
        self, access: Access, terms: Terms, schedule: Schedule, scanned: Scanned, failed: tuple[str, ...]
    ) -> Preview:
        now = self.now()
        groups = [group for one in scanned.lists for group in one.groups]
        slots = would_have_said(groups, schedule, since=now - timedelta(days=DAYS))
        return Preview(
            channel=terms.channel,
            zone=ZoneInfo(schedule.zone),
            told=tuple(_told(slot, access, terms, now) for slot in slots),
            groups=len({one.place for slot in slots for one in slot.spoken}),
            known=len(groups),
            is_masked=terms.detail is Detail.MASKED,
            has_many_lists=len(terms.modules) > 1,
            undated=sum(not any(record.created for record in group.records) for group in groups),
            failed=failed,
        )


async def _ceiling(access: Access) -> int:
    known = await access.organisations.credits(access.organisation)
    return DEAR if known is None else min(DEAR, known.left // _SHARE)


def _told(slot: Slot, access: Access, terms: Terms, now: datetime) -> Told:
    grew = sum(one.before > 0 for one in slot.spoken)
    shown = () if terms.detail is Detail.COUNTS else slot.spoken[: terms.most]
    counts = Counts(len(slot.spoken) - grew, grew)
    return Told(slot.at, counts, tuple(_card(one, access) for one in shown), is_ahead=slot.at > now)


def _card(one: Spoken, access: Access) -> Card:
    links = {record.id: access.links.record(record) for record in one.group.records}
    tag = f"Grew from {one.before} to {len(one.group.records)}" if one.before else ""
    return Card(one.group, "", 0, 0, links, tag=tag, fresh=one.fresh if one.before else frozenset())

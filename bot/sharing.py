"""Sharing to a channel: the sheet, the message, and its groups drawn again for everybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial

import structlog
from slack_sdk.models.views import View

from bot.alerts.digests import Digests
from bot.blocks import clicks, share
from bot.blocks.connection import choose_portal
from bot.blocks.duplicates import Card, Notice, Refusal
from bot.blocks.duplicates.lists import PAGE
from bot.blocks.parts import Message
from bot.blocks.share import Shared, Sheet, Subject
from bot.decisions import Flagging, Outcome, Verdict
from bot.ids import Detail, GroupRef, PageRef
from bot.jobs import Channels, Click, Job, People, Place, Reply, Submitted, Voice, doing
from bot.jobs.voice import UNHEARD
from bot.searches import NO_STAYS, Searches
from bot.store import Share, ShownGroup, Spot, Store, StoredList, place_of
from zoho.access import Access, Zoho
from zoho.duplicates.groups import group_of
from zoho.records import Found, Group, Pending, Record

log = structlog.get_logger(__name__)

_TRIES = 3  # drawings, until nothing changed while one was on its way


@dataclass(frozen=True)
class Sharing:
    """What is shared is a snapshot, drawn from the store for as long as it is kept."""

    zoho: Zoho
    store: Store
    voice: Voice
    people: People
    channels: Channels
    searches: Searches
    flagging: Flagging
    digests: Digests

    # The sheet

    async def open_sheet(self, job: Click, what: PageRef | GroupRef) -> None:
        """Open the sheet at once, since its trigger lives three seconds; then look, and fill it."""
        try:
            view_id = await self.voice.open_view(job.trigger_id, share.loading_sheet())
        except UNHEARD as error:
            log.info("sheet_not_opened", error=type(error).__name__)
            await self.voice.add(job, share.too_late())
            return
        drawn = share.stopped_sheet()
        try:
            drawn = await self._sheet(job, what)
        finally:
            await self.voice.update_view(view_id, drawn)

    async def _sheet(self, job: Click, what: PageRef | GroupRef) -> View:
        access = await self.searches.access_to_a_group(job)
        if access is None:
            return share.stopped_sheet()
        kept, groups, offset = await self._chosen(job, what)
        if kept is None or not access.reaches(kept.found):
            return share.outdated_sheet()
        cards = await self.searches.drawing.cards(kept, access, groups)
        left = tuple(_left(card) for card in cards if card.is_open)
        if not left:
            return share.outdated_sheet()
        is_one = isinstance(what, GroupRef)
        is_rest = kept.rest is not None
        draft = await self.store.shares.draft(
            job.who,
            _snapshot(replace(kept.found, total=len(left)) if is_rest else kept.found, left),
            channel=job.reply.channel,
            response_url=job.reply.response_url,
            command=kept.command,
            offset=offset,
            group=what.key if isinstance(what, GroupRef) else "",
            is_worst=kept.is_worst and not is_one and not is_rest,
            is_outside=await self.channels.is_outside(job.reply.channel),
        )
        return share.share_sheet(Sheet(draft.key, _subject(draft), draft.is_outside))

    async def _chosen(
        self, job: Click, what: PageRef | GroupRef
    ) -> tuple[StoredList | None, tuple[Group, ...], int]:
        """The clicker's own list, the groups of it that are meant, and the place of the first."""
        if isinstance(what, PageRef):
            kept = await self.store.lists.get(job.who, what.search)
            groups = kept.found.groups if kept else ()
            return kept, groups[what.offset : what.offset + PAGE], what.offset
        shown = await self.store.lists.group(job.who.workspace, what.key)
        kept = await self.store.lists.get(job.who, shown.list_key) if shown else None
        groups = kept.found.groups if kept else ()
        place = place_of(groups, shown.members) if shown else None
        return kept, () if place is None else (groups[place],), 0

    # The message

    async def submit(self, job: Submitted) -> None:
        """Post what the sheet described, as it was chosen, once."""
        chosen = job.chosen.get(share.LEVEL_BLOCK, "")
        detail = Detail(chosen) if chosen in set(Detail) else Detail.COUNTS
        taken = await self.store.shares.take(job.who, job.carried, detail)
        if taken is None:
            await self.voice.add(job, share.no_draft())
            return
        there = replace(job, reply=Reply(taken.channel, taken.response_url))
        access = await self.zoho.open(job.who)
        if not access.reaches(taken.found):
            await self.store.shares.drop(taken)
            await self.voice.add(there, share.other_organisation())
            return
        published = await self.voice.publish(there, await self._message(taken, access))
        if published.place is not None:
            await self.store.shares.stands_at(taken, published.place.ts)
        if published.is_done:
            return
        if not published.is_certain:
            await self.voice.add(there, share.perhaps_posted())
            return
        await self.store.shares.drop(taken)
        if published.is_outside:
            await self.voice.add(there, share.not_in_channel((await self.people.workspace()).bot_user_id))
        else:
            await self.voice.add(there, share.not_posted(published.why))

    async def _message(
        self,
        shared: Share,
        access: Access,
        stays: Mapping[str, tuple[Refusal, ...]] = NO_STAYS,
    ) -> Message:
        """What the channel sees now; a digest of alerts is kept and redrawn like what a person shared."""
        digest = await self.digests.again(shared, stays)
        if digest is not None:
            return digest
        subject = _subject(shared)
        cards: tuple[Card, ...] = ()
        if shared.detail is not Detail.COUNTS:
            kept = StoredList(shared.key, shared.who, shared.command, shared.found, shared.found.at)
            cards = await self.searches.drawing.cards(kept, access, shared.found.groups, stays=stays)
        return share.shared_message(
            Shared(
                by=shared.who.user,
                by_name=await self.people.name(shared.who.user),
                key=shared.key,
                subject=subject,
                cards=cards,
                region_name=access.region.name,
                detail=shared.detail or Detail.COUNTS,
                is_outside=shared.is_outside,
            )
        )

    # Clicks on it

    async def show_again(
        self,
        job: Job,
        shown: ShownGroup,
        access: Access,
        *,
        records: tuple[Record, ...] = (),
        notice: Notice = Notice.NONE,
        stays: Mapping[str, tuple[Refusal, ...]] = NO_STAYS,
    ) -> None:
        """Draw the message with this group again: a shared one for everybody, else the person's own list;
        and every other shared one in which its records stand. Nothing for somebody who is connected to
        another organisation by now, whose addresses are others."""
        if not access.reaches(shown):
            return
        shared = await self.of(job, shown)
        if shared is None:
            await self.searches.show_again(job, shown, access, records=records, notice=notice, stays=stays)
        elif not await self._redraw(job, shared, access, stays):
            await self.voice.add(job, share.not_redrawn())
        if notice and shared is not None:
            await self.voice.add(job, share.noticed(notice))
        await self.follow(access, shown.spot, shown.members, but=shared.key if shared else "")

    async def show_outcome(self, job: Job, outcome: Outcome, access: Access) -> None:
        """The same after a decision: with the records that were read for it, and what of it stays in Zoho."""
        shown = outcome.shown
        if shown is None:
            return
        await self.show_again(
            job,
            shown,
            access,
            records=outcome.records,
            notice=Notice.OLDER if outcome.verdict is Verdict.OLDER else Notice.NONE,
            stays={shown.key: tuple(Refusal(*one) for one in outcome.stays)},
        )

    async def follow(self, access: Access, spot: Spot, members: Collection[str], *, but: str = "") -> None:
        """Draw the shared messages again in which these records stand, ``but`` the one that was just drawn:
        what somebody decided elsewhere shows there too. Nobody waits for it, so nobody is told of trouble.
        Nothing, likewise, where ``access`` is to another organisation.
        """
        if not access.reaches(spot):
            return
        for shared in await self.store.shares.showing(spot, members):
            if shared.key != but:
                send = partial(self.voice.redraw_at, Place(shared.channel, shared.ts))
                await self._draw_until_true(send, shared, access, NO_STAYS)

    async def stops(self, job: Job, looked: Outcome, access: Access) -> bool:
        """Say why nothing is done, if that is so: an unknown button, other rights, a group that is solved."""
        if looked.shown is None:
            await self.voice.add(job, clicks.older_button())
        elif looked.verdict is Verdict.RIGHTS:
            await self.voice.add(job, clicks.rights_differ())
        elif looked.verdict is Verdict.GONE:
            await self.show_again(job, looked.shown, access)
            await self.voice.add(job, clicks.solved(len(looked.shown.members)))
        else:
            return False
        return True

    async def of(self, job: Job, shown: ShownGroup) -> Share | None:
        """The shared message in which a group stands, None for a private list; a click tells where it is."""
        shared = await self.store.shares.get(shown.who.workspace, shown.list_key)
        return None if shared is None else await self._placed(job, shared)

    async def _redraw(
        self, job: Job, shared: Share, access: Access, stays: Mapping[str, tuple[Refusal, ...]]
    ) -> bool:
        place = Place(shared.channel, shared.ts) if shared.ts else None
        return await self._draw_until_true(
            lambda message: self.voice.redraw(job, message, place), shared, access, stays
        )

    async def _draw_until_true(
        self,
        send: Callable[[Message], Awaitable[bool]],
        shared: Share,
        access: Access,
        stays: Mapping[str, tuple[Refusal, ...]],
    ) -> bool:
        """The newest stands in the end, also when two people click at once: whoever posted looks again."""
        message = await self._message(shared, access, stays)
        for _ in range(_TRIES):
            if not await send(message):
                return False
            newest = await self._message(shared, access, stays)
            if newest.payload() == message.payload():
                break
            message = newest
        return True

    async def _placed(self, job: Job, shared: Share) -> Share:
        """A message posted by a response_url stands where the first click on it says."""
        ts = job.message if isinstance(job, Click) and not job.reply.is_click else ""
        if not ts or shared.ts:
            return shared
        await self.store.shares.stands_at(shared, ts)
        return replace(shared, ts=ts)

    async def show_to_me(self, job: Click) -> None:
        """*Show them to me*: the same, read with the clicker's own connection, for the clicker alone."""
        shared = await self.store.shares.get(job.who.workspace, job.value)
        if shared is None:
            await self.voice.add(job, clicks.older_button())
            return
        await self._placed(job, shared)
        if shared.group:
            with doing(modules=(shared.found.module,), command=shared.command):
                await self._show_one(job, shared)
            return
        modules = () if shared.is_worst else _subject(shared).modules
        is_first = shared.detail is not Detail.COUNTS and not shared.offset
        offset = len(shared.found.groups) if is_first else 0
        await self.searches.search(job, modules, shared.found.filters, command=shared.command, offset=offset)

    async def _show_one(self, job: Click, shared: Share) -> None:
        access = await self.zoho.open(job.who)
        if access.connection.choices:
            await self.voice.add(job, choose_portal(access.connection.choices))
            return
        looked = await self.flagging.looking.look(job, GroupRef(shared.group, 0), access)
        if looked.shown is None or await self.stops(job, looked, access):
            return
        await self.searches.show_group(job, access, group_of(looked.records))


def _left(card: Card) -> Group:
    """A group without the members that are gone."""
    records = tuple(record for record in card.group.records if record.id not in card.gone)
    return replace(card.group, records=records)


def _snapshot(found: Found, groups: tuple[Group, ...]) -> Found:
    """A list with these groups alone, and nothing that would not be shown."""
    return replace(found, groups=groups, shared_by_many=(), unread=(), pending=Pending())


def _subject(shared: Share) -> Subject:
    return Subject(shared.found, shared.found.groups, is_one=bool(shared.group), is_worst=shared.is_worst)

"""``/duplicates flagged``: shows the flag queue, turns its pages, and does what a flag's menu says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot import ids
from bot.blocks import clicks
from bot.blocks.parts import Message
from bot.blocks.queue import (
    Done,
    flag_queue,
    just_before,
    left_by_itself,
    not_taken_back,
    queue_not_connected,
    reading_flags,
)
from bot.decisions import Acted, FlagQueue, Verdict
from bot.ids import FlagChoice, FlagPlace
from bot.jobs import Click, Invitations, Job, People, Voice, doing
from bot.searches import Searches, nothing_kept
from bot.sharing import Sharing
from bot.store import Change, Store
from zoho.access import Access, Zoho
from zoho.records import Product

COMMAND = "flagged"


@dataclass(frozen=True)
class Flagged:
    """The flag queue in Slack, for one person at a time."""

    zoho: Zoho
    store: Store
    voice: Voice
    people: People
    invitations: Invitations
    searches: Searches
    sharing: Sharing
    queue: FlagQueue

    async def show(self, job: Job, place: FlagPlace = FlagPlace()) -> None:  # noqa: B008  # a tuple
        """The page from ``place`` on; somebody without a connection is told how many flags there are."""
        if await self.zoho.connections.get(job.who, Product.DESK) is None:
            await self._count(job)
            return
        with doing(command=COMMAND):
            access = await self.searches.access(job, COMMAND, ())
            if access is not None:
                await self._draw(job, access, place)

    async def turn(self, job: Click) -> None:
        """Another page, in the place of the one that was clicked."""
        try:
            place = ids.read_flag_place(job.value)
        except ValueError:
            await self.voice.add(job, clicks.older_button())
            return
        await self.show(job, place)

    async def chosen(self, job: Click) -> None:
        """Do what was picked from a flag's menu and draw the page again; what went otherwise is said."""
        try:
            choice = ids.read_flag_choice(job.value)
        except ValueError:
            await self.voice.add(job, clicks.older_button())
            return
        access = await self.searches.access_to_a_group(job)
        if access is None:
            return
        acted = await self.queue.act(job.who, choice, access)
        if acted.verdict is Verdict.DONE and choice.verb == "open" and acted.sight is not None:
            await self.searches.show_group(job, access, acted.sight.group)
            return
        said = await self._said(job, acted)
        if said is not None:
            await self.voice.add(job, said)
        if acted.verdict is not Verdict.UNKNOWN:
            await self._draw_again(job, access, choice)
        if acted.sight is not None:
            await self.sharing.follow(access, acted.sight.flag.spot, acted.sight.flag.members)

    async def _count(self, job: Job) -> None:
        total = await self.store.queue.length_of_all(job.who.workspace)
        link = await self.invitations.connect(job, command=COMMAND)
        await self.voice.answer(job, queue_not_connected(total, link))

    async def _draw(
        self,
        job: Job,
        access: Access,
        place: FlagPlace,
        before: Callable[[], Awaitable[Message | None]] | None = None,
    ) -> None:
        page = await self.searches.patience.wait(
            job, self.queue.page(access, place), reading_flags, before=before
        )
        await self.voice.answer(job, flag_queue(page))

    async def _draw_again(self, job: Click, access: Access, choice: FlagChoice) -> None:
        """The page of the message that was clicked; a Home tab is drawn by whoever publishes it."""
        if job.reply.is_click:
            with doing(command=COMMAND):
                await self._draw(job, access, FlagPlace(after=choice.start), nothing_kept)
        else:
            await self.store.homes.outdate(job.who)

    async def _said(self, job: Click, acted: Acted) -> Message | None:
        """What the redrawn page does not say."""
        match acted.verdict:
            case Verdict.UNKNOWN:
                return clicks.older_button()
            case Verdict.RIGHTS:
                return clicks.rights_differ()
            case Verdict.GONE:
                return clicks.solved(len(acted.sight.flag.members) if acted.sight else 0)
            case Verdict.LATE:
                return await self._late(job, acted.change)
        if not acted.stays:
            return None
        return not_taken_back([name for name, _ in acted.stays], acted.stays[0][1])

    async def _late(self, job: Click, change: Change | None) -> Message | None:
        """Who was faster; a second click of the same person needs no words."""
        if change is None or not change.user:
            return left_by_itself()
        if change.user == job.who.user:
            return None
        name = await self.people.name(change.user)
        return just_before(Done(change.kind, change.user, name, change.at))

"""``/duplicates dismissed``: shows what was dismissed, turns its pages, opens it and takes it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot import ids
from bot.blocks import clicks
from bot.blocks import dismissing as said
from bot.blocks.dismissed import dismissed_list, dismissed_not_connected, reading_dismissed
from bot.blocks.parts import Message
from bot.decisions import DismissedHistory, Verdict
from bot.ids import FlagChoice, FlagPlace
from bot.jobs import Click, Invitations, Job, Voice, doing
from bot.searches import Searches, nothing_kept
from bot.sharing import Sharing
from bot.store import Store
from zoho.access import Access, Zoho
from zoho.records import Product

COMMAND = "dismissed"

_NO_PLACE = FlagPlace()


@dataclass(frozen=True)
class DismissedInSlack:
    """What was dismissed, for one person at a time."""

    zoho: Zoho
    store: Store
    voice: Voice
    invitations: Invitations
    searches: Searches
    sharing: Sharing
    history: DismissedHistory

    async def show(self, job: Job, place: FlagPlace = _NO_PLACE) -> None:
        """The page from ``place`` on; somebody without a connection is told how many there are."""
        if await self.zoho.connections.get(job.who, Product.DESK) is None:
            total = await self.store.dismissed.length_of_all(job.who.workspace)
            link = await self.invitations.connect(job, command=COMMAND)
            await self.voice.answer(job, dismissed_not_connected(total, link))
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
        """What was picked from a decision's menu, and the page again."""
        try:
            choice = ids.read_flag_choice(job.value)
        except ValueError:
            await self.voice.add(job, clicks.older_button())
            return
        await self._act(job, choice)

    async def undo(self, job: Click) -> None:
        """*Undo dismissal* beside one of the viewer's own decisions."""
        try:
            ref = ids.read_group(job.value)
        except ValueError:
            await self.voice.add(job, clicks.older_button())
            return
        await self._act(job, FlagChoice("undo", ref.key, ref.revision))

    async def _act(self, job: Click, choice: FlagChoice) -> None:
        access = await self.searches.access_to_a_group(job)
        if access is None:
            return
        chosen = await self.history.act(job.who, choice, access)
        if chosen.verdict is Verdict.DONE and choice.verb == "open" and chosen.seen is not None:
            await self.searches.show_group(job, access, chosen.seen.group)
            return
        match chosen.verdict:
            case Verdict.UNKNOWN:
                await self.voice.add(job, clicks.older_button())
                return
            case Verdict.RIGHTS:
                await self.voice.add(job, clicks.rights_differ())
            case Verdict.GONE:
                await self.voice.add(job, clicks.solved(2))
            case Verdict.NOT_DISMISSED:
                await self.voice.add(job, said.not_dismissed())
        await self._draw_again(job, access, choice)
        if chosen.seen is not None:
            said_of = chosen.seen.dismissal
            await self.sharing.follow(access, said_of.spot, said_of.members)

    async def _draw(
        self,
        job: Job,
        access: Access,
        place: FlagPlace,
        before: Callable[[], Awaitable[Message | None]] | None = None,
    ) -> None:
        page = await self.searches.patience.wait(
            job, self.history.page(access, place), reading_dismissed, before=before
        )
        await self.voice.answer(job, dismissed_list(page))

    async def _draw_again(self, job: Click, access: Access, choice: FlagChoice) -> None:
        """The page of the message that was clicked; a Home tab is drawn by whoever publishes it."""
        if job.reply.is_click:
            with doing(command=COMMAND):
                await self._draw(job, access, FlagPlace(after=choice.start), nothing_kept)
        else:
            await self.store.homes.outdate(job.who)

"""What the lists that a team shares have in common: a command, pages, a page drawn again after a choice."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from bot import ids
from bot.blocks.parts import Message
from bot.ids import EntryChoice, ListPlace
from bot.jobs import Click, Invitations, Job, Voice, doing, understood
from bot.searches import Searches, nothing_kept
from bot.sharing import Sharing
from bot.store import Store
from zoho.access import Access, Zoho
from zoho.records import Product

_NO_PLACE = ListPlace()


@dataclass(frozen=True)
class TeamList(ABC):
    """One such list, for one person at a time."""

    command: ClassVar[str]

    zoho: Zoho
    store: Store
    voice: Voice
    invitations: Invitations
    searches: Searches
    sharing: Sharing

    async def show(self, job: Job, place: ListPlace = _NO_PLACE) -> None:
        """The page from ``place`` on; somebody without a connection is told how many entries there are."""
        if await self.zoho.connections.get(job.who, Product.DESK) is None:
            await self.voice.answer(job, await self._counted(job))
            return
        with doing(command=self.command):
            access = await self.searches.access(job, self.command, ())
            if access is not None:
                await self._draw(job, access, place)

    async def turn(self, job: Click) -> None:
        """Another page, in the place of the one that was clicked."""
        place = await understood(self.voice, job, ids.read_list_place)
        if place is not None:
            await self.show(job, place)

    @abstractmethod
    async def _counted(self, job: Job) -> Message:
        """For somebody who is not connected: how many entries there are, and the way to connect."""

    @abstractmethod
    async def _page(self, access: Access, place: ListPlace) -> Message:
        """The page from ``place`` on as this person may see it."""

    @abstractmethod
    def _reading(self) -> Message:
        """What is said while that takes a moment."""

    async def _draw(
        self,
        job: Job,
        access: Access,
        place: ListPlace,
        before: Callable[[], Awaitable[Message | None]] | None = None,
    ) -> None:
        page = await self.searches.patience.wait(job, self._page(access, place), self._reading, before=before)
        await self.voice.answer(job, page)

    async def _draw_again(self, job: Click, access: Access, choice: EntryChoice) -> None:
        """The page of the message that was clicked; a Home tab is drawn by whoever publishes it."""
        if job.reply.is_click:
            with doing(command=self.command):
                await self._draw(job, access, ListPlace(after=choice.start), nothing_kept)
        else:
            await self.store.homes.outdate(job.who)

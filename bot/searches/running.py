"""One list, every list, the next page: each ends in a result or in an error with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.blocks.connection import choose_portal
from bot.blocks.duplicates import Notice, Refusal, searching
from bot.blocks.duplicates.lists import PAGE
from bot.blocks.parts import Message
from bot.ids import PageRef
from bot.jobs import Invitations, Job, Voice, doing
from bot.searches.drawing import NO_STAYS, Drawing
from bot.searches.long_reads import LongReads
from bot.searches.patience import Patience
from bot.searches.prices import TooBig, search_or_price
from bot.searches.summary import Summaries
from bot.store import ShownGroup, Store, StoredList, place_of
from zoho.access import Access, Zoho
from zoho.records import Found, Group, Module, Reason, Record


@dataclass(frozen=True)
class Searches:
    """Searches with the person's own connection; see design of the messages in `bot.blocks.duplicates`."""

    zoho: Zoho
    store: Store
    voice: Voice
    invitations: Invitations
    drawing: Drawing
    patience: Patience
    long_reads: LongReads
    now: Callable[[], datetime]

    async def search(
        self,
        job: Job,
        modules: Sequence[Module],
        filters: Sequence[tuple[str, str]] = (),
        *,
        command: str,
        notice: Notice = Notice.NONE,
        offset: int = 0,
    ) -> None:
        """Search these lists, every one when none is named; ``command`` asks for the same again.

        One list is shown from its group number ``offset`` + 1 on, where it has so many.
        """
        wanted = tuple(modules) or tuple(Module)
        with doing(modules=wanted, command=command):
            access = await self.access(job, command, wanted)
            if access is None:
                return
            if len(wanted) == 1:
                await self._one(job, access, wanted[0], filters, command, notice, offset)
            else:
                await self._every(job, access, wanted, command)

    async def access(self, job: Job, command: str, modules: Sequence[Module]) -> Access | None:
        """The person's way into Zoho; None when they have to choose a portal first, which they were told.

        ``command`` is carried out once they have chosen. Raises as `Zoho.open`.
        """
        access = await self.zoho.open(job.who)
        if not access.connection.choices:
            return access
        await self.invitations.keep(job, command, modules)
        await self.voice.answer(job, choose_portal(access.connection.choices))
        return None

    async def access_to_a_group(self, job: Job) -> Access | None:
        """The same for a click on a group: the list stays where it is, and nothing waits for the choice."""
        access = await self.zoho.open(job.who)
        if not access.connection.choices:
            return access
        await self.voice.add(job, choose_portal(access.connection.choices))
        return None

    async def turn(self, job: Job, ref: PageRef) -> None:
        """Show another page of a list, or all of a short one; a list older than a day is searched anew."""
        kept = await self.store.lists.get(job.who, ref.search)
        if kept is None:
            await self._anew(job, ref.search, Notice.EXPIRED)
            return
        modules = () if kept.is_worst else (kept.found.module,)
        with doing(modules=modules, command=kept.command, stays=job.reply.is_click):
            access = await self.access(job, kept.command, modules)
            if access is None:
                return
            if access.reaches(kept.found):
                kept = await self._read_on(job, kept, access, ref.offset)
                await self.voice.answer(job, await self.drawing.page(kept, access, offset=ref.offset))
                return
        await self._anew(job, ref.search, Notice.OLDER)

    async def show_again(
        self,
        job: Job,
        shown: ShownGroup,
        access: Access,
        *,
        records: Sequence[Record] = (),
        notice: Notice = Notice.NONE,
        stays: Mapping[str, tuple[Refusal, ...]] = NO_STAYS,
    ) -> None:
        """Draw the page with this group again, in the place of the message that was clicked.

        When its list has expired the group is drawn alone, from ``records``, which were just read.
        """
        message = await self.page_of(job, shown, access, notice=notice, stays=stays)
        if message is not None:
            await self.voice.answer(job, message)
        elif len(records) > 1:
            await self._alone(job, shown, access, records, notice)

    async def page_of(
        self,
        job: Job,
        shown: ShownGroup,
        access: Access,
        *,
        notice: Notice = Notice.NONE,
        stays: Mapping[str, tuple[Refusal, ...]] = NO_STAYS,
    ) -> Message | None:
        """The page with this group, from what is kept; None when its list has expired."""
        kept = await self.store.lists.get(job.who, shown.list_key)
        if kept is None or not access.reaches(kept.found):
            return None
        offset = (place_of(kept.found.groups, shown.members) or 0) // PAGE * PAGE
        return await self.drawing.page(kept, access, offset=offset, notice=notice, stays=stays)

    async def show_group(self, job: Job, access: Access, group: Group) -> None:
        """One group as a list of its own, beside what is there."""
        kept = await self.keep_alone(job, access, group)
        await self.voice.add(job, await self.drawing.page(kept, access))

    async def keep_alone(self, job: Job, access: Access, group: Group) -> StoredList:
        """One group kept as a list of its own."""
        found = self._found_of(access, group.module, (group,))
        return await self.store.lists.keep(job.who, group.module.value.replace("/", " "), found)

    async def _alone(
        self, job: Job, shown: ShownGroup, access: Access, records: Sequence[Record], notice: Notice
    ) -> None:
        group = Group(shown.module, tuple(records), Reason(shown.reason, ()))
        kept = await self.keep_alone(job, access, group)
        await self.voice.answer(job, await self.drawing.page(kept, access, notice=notice))

    def _found_of(self, access: Access, module: Module, groups: tuple[Group, ...]) -> Found:
        return Found(
            module=module,
            dc=access.connection.dc,
            org_id=access.connection.org_id,
            org_name=access.connection.org_name,
            groups=groups,
            total=len(groups),
            so_far=False,
            at=self.now(),
            source="list",
            records=sum(len(group.records) for group in groups),
        )

    async def _one(
        self,
        job: Job,
        access: Access,
        module: Module,
        filters: Sequence[tuple[str, str]],
        command: str,
        notice: Notice,
        offset: int,
    ) -> None:
        work = search_or_price(access, module, filters, groups=offset + PAGE)
        found = await self.patience.wait(job, work, lambda: self._interim(job, (module,), access))
        if isinstance(found, TooBig):
            await self.long_reads.offer(job, access, module, filters, command, found)
            return
        found = replace(found, filters=tuple(filters))
        kept = await self.store.lists.keep(job.who, command, found)
        start = offset if offset < len(found.groups) else 0
        await self.voice.answer(job, await self.drawing.page(kept, access, offset=start, notice=notice))

    async def _every(self, job: Job, access: Access, modules: tuple[Module, ...], command: str) -> None:
        summaries = Summaries(self.store, self.drawing, self.invitations, self.now)
        work = summaries.search(access, modules, seconds=self.patience.ceiling * 0.95)
        outcomes = await self.patience.wait(job, work, lambda: self._interim(job, modules, access))
        await self.voice.answer(job, await summaries.draw(job, access, outcomes, command))

    async def _read_on(self, job: Job, kept: StoredList, access: Access, offset: int) -> StoredList:
        """The list with the members of the page at ``offset`` known; until then the page before it stands."""
        if len(kept.found.groups) >= offset + PAGE or kept.found.is_complete:
            return kept
        found = await self.patience.wait(
            job,
            access.duplicates().more(kept.found, groups=offset + PAGE),
            lambda: self._interim(job, (kept.found.module,), access),
            before=lambda: self.drawing.page(kept, access, offset=max(offset - PAGE, 0)),
        )
        return await self.store.lists.replace(kept, found)

    async def _anew(self, job: Job, list_key: str, notice: Notice) -> None:
        """The first page of a new search for what that list answered; everything, when nobody knows."""
        asked = await self.store.lists.question(job.who, list_key)
        if asked is None or asked.is_worst:
            await self.search(job, (), command="", notice=notice)
        else:
            await self.search(job, (asked.module,), asked.filters, command=asked.command, notice=notice)

    def _interim(self, job: Job, modules: Sequence[Module], access: Access) -> Message:
        return searching(modules, access.connection.org_name, follows=not job.reply.is_click)

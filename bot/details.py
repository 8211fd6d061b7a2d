"""*Show every field*: one group field by field, one single read a record, in the place of the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.blocks.duplicates import Card
from bot.blocks.duplicates.lists import PAGE
from bot.blocks.fields import COLUMNS, FieldsPage, field_by_field, fullest, reading
from bot.blocks.parts import Message
from bot.decisions import Flagging, Outcome, Verdict
from bot.ids import GroupRef, PageRef
from bot.jobs import Click, Voice
from bot.searches import Searches
from bot.sharing import Sharing
from bot.store import ShownGroup, Store, place_of
from zoho.access import Access
from zoho.duplicates.groups import group_of
from zoho.records import Group, Module, Record


@dataclass(frozen=True)
class Details:
    """Reads with the clicker's own connection; beside a shared message it answers the clicker alone."""

    store: Store
    voice: Voice
    searches: Searches
    flagging: Flagging
    sharing: Sharing
    now: Callable[[], datetime]

    async def show(self, job: Click, ref: GroupRef) -> None:
        """The group behind ``ref``, field by field. Raises what reading may raise."""
        access = await self.searches.access_to_a_group(job)
        if access is None:
            return
        org_name = access.connection.org_name
        looked = await self.searches.patience.wait(
            job,
            self._look(job, ref, access),
            lambda: reading(org_name, follows=not job.reply.is_click),
            before=lambda: self._list(job, ref, access),
            is_drawn=lambda looked: looked.verdict in (Verdict.DONE, Verdict.OLDER),
        )
        if looked.shown is None or await self.sharing.stops(job, looked, access):
            return
        page = await self._page(job, looked.shown, access, looked.records)
        await self.voice.answer(job, field_by_field(page))

    async def _list(self, job: Click, ref: GroupRef, access: Access) -> Message | None:
        """The list that was clicked, as it stands, while it is kept."""
        shown = await self.store.lists.group(job.who.workspace, ref.key)
        return None if shown is None else await self.searches.page_of(job, shown, access)

    async def _look(self, job: Click, ref: GroupRef, access: Access) -> Outcome:
        """The members; of a large group only the fullest ones are read one by one."""
        looked = await self.flagging.looking.look(job, ref, access, in_full_up_to=COLUMNS)
        if len(looked.records) <= COLUMNS or looked.records[0].module is not Module.DESK_CONTACTS:
            return looked
        wanted = [record.id for record in fullest(looked.records)]
        read = await access.desk.records(Module.DESK_CONTACTS, wanted, in_full=True)
        by_id = {record.id: record for record in read}
        return replace(looked, records=tuple(by_id.get(one.id, one) for one in looked.records))

    async def _page(
        self, job: Click, shown: ShownGroup, access: Access, records: Sequence[Record]
    ) -> FieldsPage:
        is_shared = await self.sharing.of(job, shown) is not None
        found = group_of(records)
        if is_shared:
            links = {record.id: access.links.record(record) for record in records}
            card, back = Card(found, shown.key, shown.revision, 0, links), None
        else:
            card, back = await self._card(job, shown, access, found)
        return FieldsPage(
            card=card,
            org_name=access.connection.org_name,
            region_name=access.region.name,
            at=self.now(),
            back=back,
            has_buttons=not is_shared,
        )

    async def _card(
        self, job: Click, shown: ShownGroup, access: Access, found: Group
    ) -> tuple[Card, PageRef | None]:
        """The group with its flag, and the page it stands on; on its own where that page is not kept."""
        kept = await self.store.lists.get(job.who, shown.list_key)
        groups = kept.found.groups if kept else ()
        place = place_of(groups, shown.members)
        if kept is None or place is None:
            alone = await self.searches.keep_alone(job, access, found)
            (card,) = await self.searches.drawing.cards(alone, access, (found,))
            return replace(card, number=0), None
        listed = groups[place]
        (card,) = await self.searches.drawing.cards(kept, access, (listed,))
        links = {record.id: access.links.record(record) for record in found.records}
        shared = replace(found, reason=listed.reason)
        card = replace(card, group=shared, links=links, number=0, gone=frozenset())
        return card, PageRef(kept.key, place // PAGE * PAGE)

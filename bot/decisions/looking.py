"""The group behind a button, and its members as the person who clicked may see them now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.decisions.outcome import Outcome, Verdict
from bot.decisions.presence import lost
from bot.ids import GroupRef
from bot.jobs import Job
from bot.store import ShownGroup, Store, place_of
from zoho import scopes
from zoho.access import Access, Zoho
from zoho.errors import ScopeMissing
from zoho.records import Record, Who


@dataclass(frozen=True)
class Looking:
    """Reads members with the clicker's own login, and remembers those that are gone."""

    zoho: Zoho
    store: Store

    async def look(self, job: Job, ref: GroupRef, access: Access, *, in_full_up_to: int = 0) -> Outcome:
        """The group and its live members, read now; up to so many of them with all their fields.

        The verdict is DONE, OLDER when the button shows what no longer is, GONE when fewer than two members
        are left, RIGHTS when this person does not see them all, UNKNOWN. Raises what reading may raise.
        """
        shown = await self._shown(job, ref)
        if shown is None:
            return Outcome(Verdict.UNKNOWN)
        if not access.reaches(shown):
            return Outcome(Verdict.RIGHTS, shown)
        return await self._read(shown, ref, access, in_full=len(shown.left) <= in_full_up_to)

    async def recall(self, job: Job, ref: GroupRef, access: Access) -> Outcome:
        """The same from this very person's search of the last day, without a call where it is kept."""
        shown = await self._shown(job, ref)
        if shown is None or not access.reaches(shown):
            return await self.look(job, ref, access)
        records = await self._kept(job.who, shown)
        if not records:
            return await self._read(shown, ref, access, in_full=False)
        is_older = ref.revision < shown.revision
        return Outcome(Verdict.OLDER if is_older else Verdict.DONE, shown, records=records)

    async def _shown(self, job: Job, ref: GroupRef) -> ShownGroup | None:
        return await self.store.lists.group(job.who.workspace, ref.key)

    async def _kept(self, who: Who, shown: ShownGroup) -> tuple[Record, ...]:
        kept = await self.store.lists.get(who, shown.list_key)
        groups = kept.found.groups if kept else ()
        place = place_of(groups, shown.members)
        left = set(shown.left)
        return () if place is None else tuple(one for one in groups[place].records if one.id in left)

    async def _read(self, shown: ShownGroup, ref: GroupRef, access: Access, *, in_full: bool) -> Outcome:
        if len(shown.left) < 2:
            return Outcome(Verdict.GONE, shown)
        lacking = scopes.missing(access.connection.scopes, scopes.needed(shown.module))
        if lacking:
            raise ScopeMissing(missing=lacking)
        got = await access.desk.records(shown.module, shown.left, in_full=in_full)
        live = tuple(record for record in got if not record.is_gone)
        unseen = set(shown.left) - {record.id for record in got}
        gone = {record.id for record in got if record.is_gone}
        gone |= await lost(self.zoho, access, shown.who, shown.module, unseen)
        after = await self.store.lists.note_gone(shown, gone) if gone else shown
        looked = Outcome(Verdict.DONE, after, records=live)
        if len(after.left) < 2:
            return replace(looked, verdict=Verdict.GONE)
        if unseen - gone:
            return replace(looked, verdict=Verdict.RIGHTS)
        is_older = bool(gone) or ref.revision < shown.revision
        return replace(looked, verdict=Verdict.OLDER if is_older else Verdict.DONE)

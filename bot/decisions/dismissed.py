"""What a team has dismissed, as one person may see it, and what they do with it.

Records are read with that person's own login: what it does not return is hidden from them. A decision about
records that are gone stays, since they may be restored; it is counted, not listed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.blocks.dismissed import DismissedPage, DismissedRow
from bot.blocks.team_list import PAGE
from bot.decisions.outcome import Verdict
from bot.decisions.presence import records_seen, seen_of
from bot.decisions.team_lists import MOST_READ, batches, beginning, lengths, line_of, placed
from bot.ids import EntryChoice, ListPlace
from bot.jobs import People
from bot.store import Dismissal, Line, Store
from zoho.access import Access, Zoho
from zoho.duplicates.dismissed import Dismissed, DismissedPair, changes
from zoho.duplicates.groups import group_of
from zoho.records import Group, Module, Record, Who

MOST_MEMBERS = 12
"""So many members of one decision are read for it."""

_NO_PLACE = ListPlace()


@dataclass(frozen=True, slots=True)
class SeenDismissal:
    """A decision as one person sees it: of the members that were ``asked`` for, ``records`` are live, and
    ``gone`` the ids of those Zoho no longer has."""

    dismissal: Dismissal
    asked: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    gone: frozenset[str] = frozenset()

    @property
    def is_moot(self) -> bool:
        """Whether of each of its pairs a record is gone."""
        pairs = (pair for pair in self.dismissal.pairs if set(pair) <= set(self.asked))
        return all(not self.gone.isdisjoint(pair) for pair in pairs)

    @property
    def is_whole(self) -> bool:
        """Whether this person sees every record that is left."""
        return {record.id for record in self.records} == set(self.asked) - self.gone

    @property
    def group(self) -> Group:
        """The records that are left, as a group."""
        return group_of(self.records)

    @property
    def changed(self) -> tuple[str, ...]:
        """The compared fields that have changed on a pair, which is shown again for that."""
        by_id = {record.id: record for record in self.records}
        marks, key = self.dismissal.marks, self.dismissal.key
        pairs = (DismissedPair(key, pair, (marks[pair.a], marks[pair.b])) for pair in self.dismissal.pairs)
        among = Dismissed.of(pairs).among(by_id)
        return tuple(sorted({change.field for one in among for change in changes(one, by_id)}))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What became of a choice from a decision's menu."""

    verdict: Verdict
    seen: SeenDismissal | None = None


@dataclass(frozen=True)
class DismissedHistory:
    """Reads what was dismissed for a person, and takes it back."""

    zoho: Zoho
    store: Store
    people: People
    now: Callable[[], datetime]

    async def page(self, access: Access, place: ListPlace = _NO_PLACE) -> DismissedPage:
        """Five decisions that this person may see, newest first. Raises what a call to Zoho may raise."""
        line = line_of(access)
        read = await self._read(line, access, place)
        if not read and (place.after or place.before):
            return await self.page(access)
        total, elsewhere = await lengths(self.store.dismissed, line)
        page = DismissedPage(
            rows=tuple([await self._row(access.who, one) for one in read if _is_listed(one)]),
            total=total,
            first=1,
            last=len(read),
            org_name=access.connection.org_name,
            region_name=access.region.name,
            now=self.now(),
            zone=(await self.people.person(access.who.user)).zone,
            hidden=sum(not one.is_moot and not one.is_whole for one in read),
            gone=sum(one.is_moot for one in read),
            elsewhere=elsewhere,
        )
        return await placed(page, self.store.dismissed, line, [one.dismissal for one in read])

    async def own(self, access: Access, decided: Sequence[Dismissal]) -> tuple[DismissedRow, ...]:
        """These decisions of their own, as far as they see the records. Raises as `page`."""
        read = await self._look(access, decided)
        return tuple([await self._row(access.who, one) for one in read if _is_listed(one)])

    async def act(self, who: Who, choice: EntryChoice, access: Access) -> Chosen:
        """Open a decision or take it back, if the person sees its records. Raises as `page`."""
        said = await self.store.dismissed.get(who.workspace, choice.key)
        if said is None:
            return Chosen(Verdict.UNKNOWN)
        if not access.reaches(said.spot):
            return Chosen(Verdict.RIGHTS)
        (seen,) = await self._look(access, [said])
        if seen.is_moot:
            return Chosen(Verdict.GONE, seen)
        if not seen.is_whole:
            return Chosen(Verdict.RIGHTS)
        if choice.verb == "open":
            return Chosen(Verdict.DONE, seen)
        is_done = await self.store.dismissals.withdraw(said, who.user)
        return Chosen(Verdict.DONE if is_done else Verdict.NOT_DISMISSED, seen)

    # Reading

    async def _read(self, line: Line, access: Access, place: ListPlace) -> list[SeenDismissal]:
        """Decisions from ``place`` on, newest first, until five may be listed."""
        decided = self.store.dismissed
        beside, backwards = await beginning(decided, line, place)
        read: list[SeenDismissal] = []

        def wanted() -> int:
            return min(PAGE - sum(map(_is_listed, read)), MOST_READ - len(read))

        async for batch in batches(decided, line, beside, backwards=backwards, wanted=wanted):
            read += await self._look(access, batch)
        return read[::-1] if backwards else read

    async def _look(self, access: Access, some: Sequence[Dismissal]) -> list[SeenDismissal]:
        got = await records_seen(access, ((one.spot.module, asked) for one in some for asked in _asked(one)))
        return [await self._seen(access, one, got) for one in some]

    async def _seen(
        self, access: Access, said: Dismissal, got: Mapping[tuple[Module, str], Record]
    ) -> SeenDismissal:
        asked, decider = _asked(said), Who(said.spot.workspace, said.user)
        live, gone = await seen_of(self.zoho, access, decider, said.spot.module, asked, got)
        return SeenDismissal(said, asked, live, gone)

    async def _row(self, who: Who, seen: SeenDismissal) -> DismissedRow:
        said = seen.dismissal
        names = {record.id: record.name for record in seen.records}
        return DismissedRow(
            key=said.key,
            revision=said.revision,
            names=tuple(record.name for record in seen.records),
            module=said.spot.module,
            by=await self.people.name(said.user),
            at=said.at,
            why=said.why.value,
            note=said.note,
            out=tuple(names[one] for one in said.out if one in names),
            again=seen.changed,
            is_by_viewer=said.user == who.user,
        )


def _asked(said: Dismissal) -> tuple[str, ...]:
    """The members that are read: those that were taken out first, of a large group not all."""
    return tuple(dict.fromkeys((*said.out, *said.members)))[:MOST_MEMBERS]


def _is_listed(seen: SeenDismissal) -> bool:
    return seen.is_whole and not seen.is_moot

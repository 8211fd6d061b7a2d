"""Draws lists from the store: their groups with keys, links and the flags that stand on them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from bot.blocks.check import Checked, checked
from bot.blocks.duplicates import (
    Card,
    FlagEnd,
    FlagState,
    ListPage,
    Notice,
    Refusal,
    group_list,
    nothing_found,
)
from bot.blocks.duplicates.lists import PAGE
from bot.blocks.parts import Message
from bot.ids import GroupRef
from bot.searches.judging import Judged, Judging
from bot.store import (
    CheckedOne,
    Closed,
    Flag,
    Kept,
    Place,
    ShownGroup,
    Spot,
    Store,
    StoredList,
    ended_on,
    standing_on,
)
from zoho.access import Access
from zoho.records import Group, Record

_WRITTEN: Mapping[Place, Literal["", "comment", "field"]] = {
    Place.NOWHERE: "",
    Place.COMMENT: "comment",
    Place.FIELD: "field",
}
_KEPT: Mapping[Kept, Literal["", "observe_only", "no_place", "no_field"]] = {
    Kept.NOT: "",
    Kept.OBSERVE_ONLY: "observe_only",
    Kept.NO_PLACE: "no_place",
    Kept.NO_FIELD: "no_field",
}
MENU = ("fields", "share")
NO_STAYS: Mapping[str, tuple[Refusal, ...]] = {}


class Addresses(Protocol):
    """Knows where records stand in Zoho."""

    def record(self, record: Record) -> str:
        """A record's address, "" where there is none to trust."""


class WithLinks(Protocol):
    """Whatever has the addresses of records: an access, or addresses that were kept."""

    @property
    def links(self) -> Addresses:
        """The addresses."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Turns stored lists into messages. ``observe_only`` is said on every list."""

    store: Store
    observe_only: bool

    @property
    def judging(self) -> Judging:
        """What tells which groups were dismissed."""
        return Judging(self.store)

    async def page(
        self,
        kept: StoredList,
        access: Access,
        *,
        offset: int = 0,
        notice: Notice = Notice.NONE,
        stays: Mapping[str, tuple[Refusal, ...]] = NO_STAYS,
    ) -> Message:
        """Five groups of a list; ``stays``: records by group key on which an undone flag still stands."""
        found = kept.found
        if kept.one is not None:
            return await self._one(kept, kept.one, access, notice, stays)
        if not found.groups and not found.total and not found.so_far:
            return nothing_found(found, access.region.name, notice=notice)
        shown = found.groups[offset : offset + PAGE]
        cards = await self.cards(kept, access, shown, first=offset + 1, stays=stays, viewer=kept.who.user)
        return group_list(
            ListPage(
                found=found,
                search=kept.key,
                offset=offset,
                cards=cards,
                region_name=access.region.name,
                observe_only=self.observe_only,
                notice=notice,
                is_worst=kept.is_worst,
                digest=kept.rest.slot if kept.rest else None,
                is_more=kept.rest is not None and kept.rest.is_more,
                menu=MENU,
                can_share=True,
            )
        )

    async def _one(
        self,
        kept: StoredList,
        one: CheckedOne,
        access: Access,
        notice: Notice,
        stays: Mapping[str, tuple[Refusal, ...]],
    ) -> Message:
        """What was found when one thing was looked up."""
        twins, shown = one.twins, one.twins.groups[:PAGE]
        cards = await self.cards(kept, access, shown, stays=stays, viewer=kept.who.user) if shown else ()
        grouped = {(record.module, record.id) for group in shown for record in group.records}
        others = tuple(record for record in twins.records if (record.module, record.id) not in grouped)
        return checked(
            Checked(
                values=twins.wanted,
                cards=cards,
                others=others,
                links={record.id: access.links.record(record) for record in others},
                looked_in=twins.modules,
                org_name=twins.org_name,
                region_name=access.region.name,
                at=twins.at,
                asked_in=one.asked_in,
                unasked=one.unasked,
                is_record=one.is_record,
                missing_scopes=twins.missing_scopes,
                menu=MENU,
                notice=str(notice),
                dismissed=len(twins.dismissed),
            )
        )

    async def cards(
        self,
        kept: StoredList,
        access: WithLinks,
        shown: Sequence[Group],
        *,
        first: int = 1,
        stays: Mapping[str, tuple[Refusal, ...]] = NO_STAYS,
        viewer: str = "",
    ) -> tuple[Card, ...]:
        """The groups ready to be drawn, a card each; a revision grows by one when what it shows has changed.

        ``viewer`` is whoever alone sees them, "" for a message that others see.
        """
        named = await self.store.lists.name_groups(kept, shown)
        judged = await self.judging.judge(kept, shown, viewer=viewer)
        parts = [one.group for one in judged if one.is_part]
        if parts:
            named = {**await self.store.lists.name_groups(kept, parts), **named}
        flags = await self._flags(kept, [one.group for one in judged])
        cards = [
            self._card(one, named, access, flags.get(one.group.ids), first + place, stays)
            for place, one in enumerate(judged)
        ]
        return await self._revised(cards, {one.key: one for one in named.values()})

    def _card(
        self,
        judged: Judged,
        named: Mapping[tuple[str, ...], ShownGroup],
        access: WithLinks,
        flag: Flag | None,
        number: int,
        stays: Mapping[str, tuple[Refusal, ...]],
    ) -> Card:
        group, own, whole = judged.group, named[judged.group.ids], named[judged.whole.ids]
        state = judged.state
        is_left = state is None or bool(state.out)
        return Card(
            group=group,
            key=own.key,
            revision=own.revision,
            number=number,
            links={record.id: access.links.record(record) for record in judged.whole.records},
            flag=flag_state(flag, group) if flag is not None and flag.is_open and is_left else None,
            ended=_end_of(flag) if flag is not None and not flag.is_open and is_left else None,
            stays=stays.get(own.key, ()) or stays.get(whole.key, ()),
            gone=frozenset((own.gone | whole.gone) & set(group.ids)),
            unlike=frozenset((own.unlike | whole.unlike) & set(group.ids)),
            dismissed=None if state is None else replace(state, ref=GroupRef(whole.key, whole.revision)),
            back=judged.back,
        )

    async def _flags(self, kept: StoredList, shown: Sequence[Group]) -> dict[tuple[str, ...], Flag]:
        """The flag that stands on each group: one that all its records carry; else the last that ended."""
        found = kept.found
        standing: dict[tuple[str, ...], Flag] = {}
        for module in dict.fromkeys(group.module for group in shown):
            of_module = [group for group in shown if group.module is module]
            spot = Spot(kept.who.workspace, found.dc, found.org_id, module)
            ids = [record_id for group in of_module for record_id in group.ids]
            raised = await self.store.flags.on(spot, ids)
            for group in of_module:
                flag = standing_on(raised, group.ids) or ended_on(raised, group.ids)
                if flag is not None:
                    standing[group.ids] = flag
        return standing

    async def _revised(self, cards: Sequence[Card], named: Mapping[str, ShownGroup]) -> tuple[Card, ...]:
        """Each with the revision that its buttons carry; a part's decision is undone by the whole's."""
        marks = {key: _mark(card) for card in cards for key in _keys(card)}
        changed = {key: mark for key, mark in marks.items() if named[key].drawn != mark}
        if changed:
            await self.store.lists.mark_drawn(changed)
        return tuple(_grown(card, changed) for card in cards)


def _keys(card: Card) -> tuple[str, ...]:
    return (card.key, card.dismissed.ref.key) if card.dismissed else (card.key,)


def _grown(card: Card, changed: Collection[str]) -> Card:
    grown = replace(card, revision=card.revision + (card.key in changed))
    if grown.dismissed is None:
        return grown
    key, revision = grown.dismissed.ref
    ref = GroupRef(key, revision + (key in changed))
    return replace(grown, dismissed=replace(grown.dismissed, ref=ref))


def flag_state(flag: Flag, group: Group, *, name: str = "") -> FlagState:
    """A flag as it is drawn; ``name`` is that of the person who raised it."""
    names = {record.id: record.name for record in group.records}
    refused = [one for one in flag.records if not (one.written or one.gone or _is_unwritten(flag))]
    written = any(one.written for one in flag.records) or bool(refused)
    return FlagState(
        by=flag.user,
        at=flag.at,
        written=_WRITTEN[flag.place] if written else "",
        waiting=flag.waiting,
        refused=tuple(Refusal(names.get(one.record_id, ""), one.refused) for one in refused),
        kept=_KEPT[flag.kept],
        name=name,
        holder=flag.claimed_by,
    )


def _end_of(flag: Flag) -> FlagEnd:
    stands = any(one.written for one in flag.records)
    return FlagEnd(
        how="done" if flag.closed_as is Closed.DONE else "undone",
        by=flag.closed_by,
        at=flag.closed_at or flag.at,
        stands=_WRITTEN[flag.place] if stands else "",
    )


def _is_unwritten(flag: Flag) -> bool:
    return flag.waiting or flag.kept is not Kept.NOT


def _mark(card: Card) -> str:
    """What distinguishes one state of a group from another; "" for an open one."""
    said = replace(card.dismissed, ref=GroupRef("", 0)) if card.dismissed else None
    state = (card.flag, card.stays, card.ended, sorted(card.gone | card.unlike), said, card.back)
    return hashlib.sha256(repr(state).encode()).hexdigest()[:32] if any(state) else ""

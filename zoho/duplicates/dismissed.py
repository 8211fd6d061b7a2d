"""Pairs that people said are none: taken out of the groups, and let back in when a compared field changed.

Somebody's word holds for two records as they were then. What was compared is kept as marks, one digest for
each value, so that a change is noticed, and named, without keeping the values. Pure functions.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from zoho.duplicates import groups
from zoho.duplicates.groups import RULES
from zoho.records import Changed, Group, Module, Record, Reopened

_DIGEST_BYTES = 8


class Pair(NamedTuple):
    """Two records of one module by their ids, the lesser first."""

    a: str
    b: str


class Mark(NamedTuple):
    """One compared value of a record: its kind, in the words of `Reason`, and a digest of it."""

    kind: str
    digest: str


Marks = frozenset[Mark]


class DismissedPair(NamedTuple):
    """Two records that do not belong together, as they were when that was said.

    ``key`` names what was decided, which may be about several pairs; ``marks`` are those of the pair's two.
    """

    key: str
    pair: Pair
    marks: tuple[Marks, Marks]


class Split(NamedTuple):
    """What is left of groups, and the keys of the dismissals that took something out."""

    groups: tuple[Group, ...]
    keys: tuple[str, ...] = ()


def pair_of(one: str, other: str) -> Pair:
    """The pair of two ids, in whichever order they come."""
    return Pair(*sorted((one, other)))


def pairs_of(ids: Iterable[str]) -> frozenset[Pair]:
    """Every pair among these ids."""
    return frozenset(Pair(*two) for two in combinations(sorted(set(ids)), 2))


def compared(module: Module) -> frozenset[str]:
    """The kinds of value that the rule of a module compares."""
    rule = RULES[module]
    kinds = rule.folded | rule.alone | rule.with_name | {"name"}
    return kinds | {rule.unless} if rule.unless else kinds


def marks_of(record: Record) -> Marks:
    """The marks of everything that is compared; a placeholder counts as nothing."""
    kinds = compared(record.module)
    return frozenset(
        mark_of(value.kind, value.key)
        for value in groups.values_of(record)
        if value.kind in kinds and not groups.is_placeholder(value)
    )


def mark_of(kind: str, key: str) -> Mark:
    """The mark of one value, given by its key for comparing."""
    return Mark(kind, hashlib.blake2b(key.encode(), digest_size=_DIGEST_BYTES).hexdigest())


def changed_kinds(before: Marks, now: Marks) -> tuple[str, ...]:
    """The kinds of value in which two states of one record differ, in alphabetical order."""
    return tuple(sorted({mark.kind for mark in before ^ now}))


@dataclass(frozen=True)
class Dismissed:
    """The standing dismissals of one module. ``certain`` are pairs of which a fresh read has shown that
    nothing changed, whatever a list or a search index says of them.
    """

    pairs: Mapping[Pair, DismissedPair]
    certain: frozenset[Pair] = frozenset()

    @classmethod
    def of(cls, standing: Iterable[DismissedPair]) -> Dismissed:
        """Ready to be looked up; of two about one pair the later counts."""
        return cls({one.pair: one for one in standing})

    def among(self, ids: Collection[str]) -> tuple[DismissedPair, ...]:
        """The dismissals about two of these records, in the order of their pairs."""
        beside = self._beside
        touched = [one for one in sorted(ids) if one in beside]
        wanted = set(touched)
        found = (Pair(a, b) for a in touched for b in sorted(beside[a] & wanted) if a < b)
        return tuple(self.pairs[pair] for pair in found)

    def holds(self, one: Record, other: Record) -> bool:
        """Whether these two were dismissed and nothing that is compared has changed since."""
        dismissal = self.pairs.get(pair_of(one.id, other.id))
        if dismissal is None:
            return False
        return dismissal.pair in self.certain or not changes(dismissal, {one.id: one, other.id: other})

    def sharing(self, mark: Mark) -> tuple[DismissedPair, ...]:
        """The dismissals of two records that both had this value."""
        return self._by_mark.get(mark, ())

    def made_certain(self, fresh: Iterable[Record]) -> Dismissed:
        """The same after a fresh read of some records: unchanged pairs of them are certain."""
        live = {record.id: record for record in fresh if not record.is_gone}
        sure = (one.pair for one in self.among(live) if not changes(one, live))
        return replace(self, certain=self.certain | frozenset(sure))

    @cached_property
    def _beside(self) -> Mapping[str, frozenset[str]]:
        """The records that each record is kept apart from."""
        beside: defaultdict[str, set[str]] = defaultdict(set)
        for pair in self.pairs:
            beside[pair.a].add(pair.b)
            beside[pair.b].add(pair.a)
        return {record_id: frozenset(others) for record_id, others in beside.items()}

    @cached_property
    def _by_mark(self) -> Mapping[Mark, tuple[DismissedPair, ...]]:
        found: defaultdict[Mark, list[DismissedPair]] = defaultdict(list)
        for one in self.pairs.values():
            for mark in one.marks[0] & one.marks[1]:
                found[mark].append(one)
        return {mark: tuple(some) for mark, some in found.items()}


NOTHING = Dismissed({})


def changes(dismissal: DismissedPair, records: Mapping[str, Record]) -> tuple[Changed, ...]:
    """What of a pair is no longer as it was when it was dismissed; ``records`` holds both by their ids."""
    return tuple(
        Changed(record_id, kind)
        for record_id, before in zip(dismissal.pair, dismissal.marks, strict=True)
        for kind in changed_kinds(before, marks_of(records[record_id]))
    )


def split(group: Group, dismissed: Dismissed) -> Split:
    """A group without its dismissed pairs: as it is, in parts that may overlap, or not at all.

    Two records stay together in some part exactly if nobody dismissed the two. Pairs of which a compared
    field changed stay in, and their group says so.
    """
    about = dismissed.among(group.ids)
    if not about:
        return Split((group,))
    records = {record.id: record for record in group.records}
    reopened: list[Reopened] = []
    apart: dict[Pair, str] = {}
    for one in about:
        changed = () if one.pair in dismissed.certain else changes(one, records)
        if changed:
            reopened.append(_reopened(one, changed, records))
        else:
            apart[one.pair] = one.key
    if not apart:
        return Split((replace(group, reopened=tuple(reopened)),))
    parts = cliques([record.id for record in group.records], apart)
    found = (_part(group, [records[one] for one in part], reopened) for part in parts)
    return Split(tuple(one for one in found if one is not None), tuple(dict.fromkeys(apart.values())))


def take_out(all_groups: Iterable[Group], dismissed: Dismissed) -> Split:
    """Every group without its dismissed pairs, in their order; no part that lies within another group."""
    if not dismissed.pairs:
        return Split(tuple(all_groups))
    kept: list[Group] = []
    parts: list[Group] = []
    keys: dict[str, None] = {}
    for group in all_groups:
        outcome = split(group, dismissed)
        keys.update(dict.fromkeys(outcome.keys))
        kept += outcome.groups
        parts += outcome.groups if outcome.keys else ()
    within = _within_others(parts, kept)
    return Split(tuple(group for group in kept if id(group) not in within), tuple(keys))


def cliques(ids: Sequence[str], apart: Collection[Pair]) -> tuple[tuple[str, ...], ...]:
    """The largest parts of ``ids`` in which no pair is apart, so many that every other pair is in one.

    Each keeps the order of ``ids``. Parts of one record are left out.
    """
    against: defaultdict[str, set[str]] = defaultdict(set)
    for a, b in apart:
        against[a].add(b)
        against[b].add(a)
    touched = [one for one in ids if one in against]
    parts = _cover(touched, against) if touched else [frozenset[str]()]
    free = frozenset(ids) - frozenset(touched)
    whole = (tuple(one for one in ids if one in free or one in part) for part in parts)
    return tuple(part for part in whole if len(part) > 1)


def _cover(touched: Sequence[str], against: Mapping[str, Collection[str]]) -> list[frozenset[str]]:
    """Largest parts that hold every one of ``touched``, and every two of them that may stand together."""
    parts: list[frozenset[str]] = []
    held: defaultdict[str, set[str]] = defaultdict(set)
    for place, one in enumerate(touched):
        others = [other for other in touched[place + 1 :] if other not in against[one]]
        for other in [other for other in others if other not in held[one]] or [one]:
            if other in held[one]:
                continue
            part = _grown({one, other}, touched, against)
            parts.append(part)
            for member in part:
                held[member] |= part
    return list(dict.fromkeys(parts))


def _grown(start: set[str], touched: Sequence[str], against: Mapping[str, Collection[str]]) -> frozenset[str]:
    part = set(start)
    for one in touched:
        if one not in part and part.isdisjoint(against[one]):
            part.add(one)
    return frozenset(part)


def _part(group: Group, members: Sequence[Record], reopened: Iterable[Reopened]) -> Group | None:
    """Some members of a group as one of their own, with a reason of their own."""
    values = group.reason.values
    part = groups.as_given(group.module, members, values[0] if values else "")
    here = {record.id for record in members}
    back = tuple(one for one in reopened if here.issuperset(one.record_ids))
    return None if part is None else replace(part, reopened=back)


def _within_others(parts: Sequence[Group], kept: Sequence[Group]) -> set[int]:
    """Those of ``parts`` whose members all stand in another group; of equal parts the first stays."""
    places: defaultdict[str, set[int]] = defaultdict(set)
    for place, group in enumerate(kept):
        for record_id in group.ids:
            places[record_id].add(place)
    part_at = {id(part) for part in parts}
    within: set[int] = set()
    for place, group in enumerate(kept):
        if id(group) not in part_at:
            continue
        around = set[int].intersection(*(places[one] for one in group.ids)) - {place}
        if any(_takes_in(kept[other], group, other < place, id(kept[other]) in part_at) for other in around):
            within.add(id(group))
    return within


def _takes_in(other: Group, part: Group, is_before: bool, is_part: bool) -> bool:
    """Whether a group that holds all of a part makes it needless."""
    return len(other.records) > len(part.records) or is_before or not is_part


def _reopened(one: DismissedPair, changed: Sequence[Changed], records: Mapping[str, Record]) -> Reopened:
    before = {mark.kind for mark in one.marks[0] & one.marks[1]}
    now = {mark.kind for mark in marks_of(records[one.pair.a]) & marks_of(records[one.pair.b])}
    fields = dict.fromkeys(change.field for change in changed)
    shared = tuple(field for field in fields if field in now and field not in before)
    return Reopened(one.key, (one.pair.a, one.pair.b), tuple(changed), shared)

"""Records in, groups of possible duplicates out. Pure functions, cheap enough for a whole module.

Rules speak of pairs of records. A value that a rule rests on makes a first group; groups that overlap become
one only if every pair across them qualifies, so that nothing is chained together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from zoho.duplicates import normalize, reasons
from zoho.records import Group, Module, Record, SharedValue

MOST_HOLDERS = 5
"""A value on more records than this is shared by many, and no evidence."""


class Value(NamedTuple):
    """What is compared: a kind of value ("e-mail", "phone", …) and its key."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes two records of a module a pair.

    One value of a kind in ``alone``; or the same name and one value of a kind in ``with_name``; or, where
    ``unless`` is given, the same name and no differing value of that kind. Values of the kinds in
    ``folded`` are no evidence once many records have them.
    """

    folded: frozenset[str]
    alone: frozenset[str] = frozenset()
    with_name: frozenset[str] = frozenset()
    unless: str = ""


RULES: Mapping[Module, Rule] = {
    Module.DESK_CONTACTS: Rule(
        folded=frozenset(("e-mail", "phone")), alone=frozenset(("e-mail",)), with_name=frozenset(("phone",))
    ),
    Module.DESK_ACCOUNTS: Rule(
        folded=frozenset(("name", "phone", "e-mail", "website")),
        with_name=frozenset(("phone", "e-mail", "website")),
    ),
    Module.DESK_PRODUCTS: Rule(
        folded=frozenset(("name", "product code")), alone=frozenset(("product code",)), unless="product code"
    ),
}


class Grouped(NamedTuple):
    """The outcome: groups, worst first; values folded away; records in no group and on no folded value."""

    groups: tuple[Group, ...]
    shared_by_many: tuple[SharedValue, ...]
    left_alone: int


class Tally:
    """How many groups there will be, roughly, while records are still coming in: values shared by a few."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._holders: Counter[tuple[Value, ...]] = Counter()
        self.groups = 0

    def add(self, records: Iterable[Record]) -> None:
        """Count some more records."""
        for record in _live(records):
            for shared in _shareable(_item(record, frozenset())):
                self._holders[shared] += 1
                self.groups += {2: 1, MOST_HOLDERS + 1: -1}.get(self._holders[shared], 0)


@dataclass(frozen=True, slots=True)
class _Item:
    """A record made ready for comparing: the values that count, and those that speak against a pair."""

    record: Record
    evidence: frozenset[Value]
    unless: frozenset[Value]


def find(module: Module, records: Iterable[Record], *, folded: frozenset[Value] = frozenset()) -> Grouped:
    """The groups among these records; ``folded`` are values already known to be no evidence."""
    live = [(record, values_of(record)) for record in _live(records)]
    holders = _holders(module, live)
    shared = tuple(_shared_by_many(module, holders))
    counts = _evidence(
        module,
        frozenset[Value]().union(*(values for _, values in live)),
        folded | {value for value, _ in shared},
    )
    items = [_Item(record, values & counts, _unless(module, values)) for record, values in live]
    found = [_group(item.record for item in some) for some in _joined(module, items)]
    placed = {record.id for group in found for record in group.records}
    placed.update(record.id for value, _ in shared for record in holders[value])
    return Grouped(
        groups=worst_first(found),
        shared_by_many=tuple(line for _, line in shared),
        left_alone=sum(1 for record, _ in live if record.id not in placed),
    )


def join(
    known: Sequence[Group],
    more: Iterable[Group],
    folded: frozenset[Value],
    *,
    are_apart: Callable[[Record, Record], bool] = lambda one, other: False,
) -> tuple[Group, ...]:
    """Groups found later laid beside ``known`` ones, which keep their places; overlaps by the rule above.

    ``are_apart`` tells which two records no group may bring together.
    """
    groups = list(known)
    for group in more:
        items = [_item(record, folded) for record in group.records]
        homes = (n for n, other in enumerate(groups) if _belongs(items, other, folded, are_apart))
        home = next(homes, None)
        if home is None:
            groups.append(group)
        elif not set(group.ids) <= set(groups[home].ids):
            groups[home] = _group(_live((*groups[home].records, *group.records)))
    return tuple(groups)


def as_given(module: Module, members: Iterable[Record], value: str = "") -> Group | None:
    """A group as Zoho formed it, without our rules; None when fewer than two live records are in it."""
    live = _live(members)
    if len(live) < 2:
        return None
    group = _group(live)
    if group.reason.fields:
        return group
    return Group(module, group.records, reasons.by_zoho(value), group.against)


def group_of(records: Sequence[Record]) -> Group:
    """These records, one at least, as a group in their order: what they share, and what speaks against it."""
    return Group(records[0].module, tuple(records), reasons.reason(records), reasons.against(records))


def worst_first(groups: Iterable[Group]) -> tuple[Group, ...]:
    """Most records first; ties go by the newest record."""
    return tuple(sorted(groups, key=lambda group: (-len(group.records), -_newest(group), group.ids)))


def qualifies(one: Record, other: Record, folded: frozenset[Value] = frozenset()) -> bool:
    """Whether two records are a pair by the rule of their module; ``folded`` values count for nothing."""
    return _is_pair(RULES[one.module], _item(one, folded), _item(other, folded))


def values_of(record: Record) -> frozenset[Value]:
    """Everything a record can share with another, by kind and key; nothing for what is empty."""
    return frozenset(value for value, _ in _spelled(record))


def is_evidence(module: Module, value: Value) -> bool:
    """Whether a value is worth comparing: no placeholder, and for contacts no role mailbox.

    A desk's mailbox says nothing of a person; beside the same name it does speak for a company.
    """
    if module is Module.DESK_CONTACTS and value.kind == "e-mail" and normalize.is_role_mailbox(value.key):
        return False
    return not is_placeholder(value)


def is_placeholder(value: Value) -> bool:
    """Whether a value stands for none."""
    if value.kind == "e-mail":
        return normalize.is_placeholder_email(value.key)
    if value.kind == "phone":
        return normalize.is_placeholder_phone(value.key)
    return normalize.is_blank_word(value.key)


def _is_pair(rule: Rule, one: _Item, other: _Item) -> bool:
    kinds = {value.kind for value in one.evidence & other.evidence}
    if kinds & rule.alone:
        return True
    if "name" not in kinds:
        return False
    differ = bool(one.unless and other.unless) and one.unless.isdisjoint(other.unless)
    return bool(kinds & rule.with_name) or (bool(rule.unless) and not differ)


def _item(record: Record, folded: frozenset[Value]) -> _Item:
    values = values_of(record)
    return _Item(record, _evidence(record.module, values, folded), _unless(record.module, values))


def _evidence(module: Module, values: Iterable[Value], folded: frozenset[Value]) -> frozenset[Value]:
    return frozenset(value for value in values if value not in folded and is_evidence(module, value))


def _unless(module: Module, values: Iterable[Value]) -> frozenset[Value]:
    kind = RULES[module].unless
    return frozenset(value for value in values if value.kind == kind) if kind else frozenset()


def _first_groups(items: Iterable[_Item]) -> Iterator[tuple[_Item, ...]]:
    """Every set of two or more records that one value, with the name where it needs one, makes pairs of."""
    buckets: defaultdict[tuple[Value, ...], list[_Item]] = defaultdict(list)
    for item in items:
        for shared in _shareable(item):
            buckets[shared].append(item)
    for shared, members in buckets.items():
        parts = _parted(members) if shared[0].kind == "name" and len(shared) == 1 else (members,)
        yield from (tuple(part) for part in parts if len(part) > 1)


def _shareable(item: _Item) -> Iterator[tuple[Value, ...]]:
    """What this record forms a group on, with others that have the same."""
    rule = RULES[item.record.module]
    name = next((value for value in item.evidence if value.kind == "name"), None)
    for value in item.evidence:
        if value.kind in rule.alone:
            yield (value,)
        if value.kind in rule.with_name and name:
            yield (name, value)
    if rule.unless and name:
        yield (name,)


def _parted(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """One part for each value that speaks against a pair, each part with the records that have none."""
    values = sorted({value for item in items for value in item.unless})
    for value in values:
        yield [item for item in items if not item.unless or value in item.unless]
    if not values:
        yield items


def _joined(module: Module, all_items: Iterable[_Item]) -> list[tuple[_Item, ...]]:
    """The first groups, with overlapping ones made one where every pair across them qualifies."""
    rule = RULES[module]
    waiting = sorted(
        _first_groups(all_items), key=lambda items: (-len(items), [item.record.id for item in items])
    )
    while True:
        settled: list[tuple[_Item, ...]] = []
        places: defaultdict[str, list[int]] = defaultdict(list)
        for items in waiting:
            touched = sorted({place for item in items for place in places[item.record.id]})
            home = next((n for n in touched if _are_one(rule, settled[n], items)), None)
            if home is None:
                home = len(settled)
                settled.append(())
            settled[home] = tuple({item.record.id: item for item in (*settled[home], *items)}.values())
            for item in items:
                places[item.record.id].append(home)
        if len(settled) == len(waiting):
            return settled
        waiting = settled


def _belongs(
    items: Sequence[_Item],
    group: Group,
    folded: frozenset[Value],
    are_apart: Callable[[Record, Record], bool],
) -> bool:
    here = {item.record.id for item in items}
    if here.isdisjoint(group.ids):
        return False
    there = [_item(record, folded) for record in group.records]
    return _are_one(RULES[group.module], there, items, are_apart)


def _are_one(
    rule: Rule,
    one: Sequence[_Item],
    other: Sequence[_Item],
    are_apart: Callable[[Record, Record], bool] = lambda one, other: False,
) -> bool:
    """Whether every pair across two overlapping groups qualifies."""
    left = {item.record.id: item for item in one}
    right = {item.record.id: item for item in other}
    return all(
        _is_pair(rule, left[a], right[b]) and not are_apart(left[a].record, right[b].record)
        for a in left.keys() - right.keys()
        for b in right.keys() - left.keys()
    )


def _group(members: Iterable[Record]) -> Group:
    """These records as a group, oldest first."""
    ordered = tuple(sorted(members, key=lambda record: (_when(record.created), record.id.zfill(24))))
    return group_of(ordered)


def _live(records: Iterable[Record]) -> tuple[Record, ...]:
    """Each record once, those that are gone left out."""
    return tuple({record.id: record for record in records if not record.is_gone}.values())


def _holders(
    module: Module, live: Iterable[tuple[Record, frozenset[Value]]]
) -> Mapping[Value, Sequence[Record]]:
    """The records behind every value of a kind that can be folded away."""
    kinds = RULES[module].folded
    holders: defaultdict[Value, list[Record]] = defaultdict(list)
    for record, values in live:
        for value in values:
            if value.kind in kinds:
                holders[value].append(record)
    return holders


def _shared_by_many(
    module: Module, holders: Mapping[Value, Sequence[Record]]
) -> Iterator[tuple[Value, SharedValue]]:
    """The values that are no evidence though several records have them, most holders first."""
    several = ((value, records) for value, records in holders.items() if len(records) > 1)
    for value, records in sorted(several, key=lambda item: (-len(item[1]), item[0])):
        if len(records) > MOST_HOLDERS or not is_evidence(module, value):
            yield value, SharedValue(_spelling(value, records), len(records), is_placeholder(value))


def _spelling(value: Value, records: Iterable[Record]) -> str:
    """How most of the records write the value."""
    written = Counter(shown for record in records for own, shown in _spelled(record) if own == value)
    return written.most_common(1)[0][0]


def _spelled(record: Record) -> Iterator[tuple[Value, str]]:
    """Every value of a record beside its spelling."""
    for kind, attribute, key_of in _COMPARED:
        shown = getattr(record, attribute)
        if shown and (key := key_of(shown)):
            yield Value(kind, key), shown


_COMPARED: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("name", "name", normalize.name_key),
    ("e-mail", "email", normalize.email_key),
    ("e-mail", "second_email", normalize.email_key),
    ("phone", "phone", normalize.phone_key),
    ("website", "website", normalize.website_key),
    ("product code", "code", normalize.code_key),
)


def _newest(group: Group) -> float:
    return max(_when(record.created) for record in group.records)


def _when(created: datetime | None) -> float:
    return created.timestamp() if created else 0.0

"""What is news to a channel: new means new. Pure functions.

News is told of pairs: two records that the channel does not hold for possible duplicates yet. Whatever the
groups do (merge, split, grow, trade members), no pair is told twice and none is left out. The first scan of a
list is silent: what was there is known, and not told. So is the first by another source, for it finds pairs
that were there before and that the old one did not see.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bot.alerts.memory import Memory, Seen
from bot.alerts.scanned import Scanned, ScannedList
from bot.alerts.solved import Shrunk, shrink, unsettled
from bot.store.known import Known, KnownList, Told
from zoho.duplicates.dismissed import Pair, changed_kinds, marks_of, pair_of, pairs_of
from zoho.duplicates.groups import worst_first
from zoho.records import Changed, Group, Module, Reopened


class Kind(StrEnum):
    """In which way a group is news."""

    NEW = "new"
    GREW = "grew"
    BACK = "came back"


@dataclass(frozen=True, slots=True)
class Item:
    """A group that is news, by the identity under which the channel knows it from now on.

    ``before`` are the members that were known together, where it grew. Where it came back: ``reopened`` are
    the dismissals that a change has ended, ``changed`` what changed since two were seen to be unlike, and
    ``restored`` the members that were gone and are there again.
    """

    kind: Kind
    group: Group
    identity: str = ""
    before: tuple[str, ...] = ()
    reopened: tuple[Reopened, ...] = ()
    changed: tuple[Changed, ...] = ()
    restored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """What a channel is to hear, worst first; of which groups something has left; what it knows afterwards.

    ``groups`` are the known groups that are new or not what they were, ``lists`` all that it listens to.
    ``silent`` are the lists that were gone through for the first time.
    """

    items: tuple[Item, ...] = ()
    shrunk: tuple[Shrunk, ...] = ()
    groups: tuple[Told, ...] = ()
    lists: Mapping[Module, KnownList] = field(default_factory=dict)
    silent: tuple[Module, ...] = ()

    @property
    def solved(self) -> tuple[Shrunk, ...]:
        """The announced groups in which no possible duplicates are left."""
        return tuple(one for one in self.shrunk if one.is_solved and one.alerts)

    def count(self, kind: Kind) -> int:
        """How many groups are news in this way."""
        return sum(item.kind is kind for item in self.items)


def news(scanned: Scanned, known: Known) -> News:
    """What a scan means to a channel that knows this much. Lists that failed change nothing."""
    heard = [_of_list(one, known, scanned.at) for one in scanned.lists]
    items = {id(item.group): item for one in heard for item in one.items}
    fresh = {one.module: _gone_through(one, known, scanned.at) for one in scanned.lists}
    return News(
        items=tuple(items[id(group)] for group in worst_first(item.group for item in items.values())),
        shrunk=tuple(shrunk for one in heard for shrunk in one.shrunk),
        groups=tuple(told for one in heard for told in one.groups),
        lists={**known.lists, **fresh},
        silent=tuple(one.module for one in scanned.lists if _is_first(one, known)),
    )


def announced(heard: News, alert: str) -> tuple[Told, ...]:
    """The changed known groups of some news, those it announces marked with the alert that does."""
    named = {item.identity for item in heard.items}
    return tuple(
        replace(one, alerts=(*one.alerts, alert)) if one.identity in named else one for one in heard.groups
    )


def after(known: Known, heard: News) -> Known:
    """What the channel knows once it has heard."""
    told = {one.identity: one for one in (*known.groups, *heard.groups)}
    return Known(tuple(told.values()), heard.lists, known.revision + 1)


def _of_list(scanned: ScannedList, known: Known, at: datetime) -> News:
    memory = Memory(one for one in known.groups if one.module is scanned.module)
    seen = Seen(scanned.groups)
    shrunk = shrink(scanned, seen, memory, known.lists.get(scanned.module), at)
    taken: set[str] = set()
    heard = [_heard(group, memory, taken, at) for group in seen.groups]
    _remember(scanned, seen, memory)
    items = [] if _is_first(scanned, known) else [item for item in heard if item is not None]
    return News(items=tuple(items), shrunk=shrunk, groups=memory.changed)


def _is_first(scanned: ScannedList, known: Known) -> bool:
    listened = known.lists.get(scanned.module)
    return listened is None or listened.source != scanned.source


def _gone_through(scanned: ScannedList, known: Known, at: datetime) -> KnownList:
    listened = known.lists.get(scanned.module)
    return KnownList(listened.since if listened else at, at, scanned.source)


# Is it news?


def _heard(group: Group, memory: Memory, taken: set[str], at: datetime) -> Item | None:
    """How a group is news, None when it is none; afterwards each of its pairs is known.

    ``taken`` are the identities under which groups of this scan go on already.
    """
    beside = memory.beside(group.ids)
    item = _item(group, beside)
    if item is None:
        taken.update(one.identity for one in beside if set(one.live) == set(group.ids))
        return None
    home = _learned(group, beside, memory, taken, at)
    taken.add(home.identity)
    return replace(item, identity=home.identity)


def _item(group: Group, beside: Sequence[Told]) -> Item | None:
    reopened = tuple(one for one in group.reopened if not _was_told(one, beside))
    fresh = _not_open(group, beside) if beside else None
    if not reopened and fresh is not None and not fresh:
        return None
    again = [(told, pair) for told in beside for pair in fresh or () if told.holds(pair)]
    if reopened or again:
        changed, restored = _changed(group, again), _restored(again)
        return Item(Kind.BACK, group, reopened=reopened, changed=changed, restored=restored)
    before = max((_open_in(told, group) for told in beside), key=len, default=())
    return Item(Kind.GREW, group, before=before) if before else Item(Kind.NEW, group)


def _was_told(reopened: Reopened, beside: Sequence[Told]) -> bool:
    """Whether the channel has heard that this dismissal came to its end."""
    pair = pair_of(*reopened.record_ids)
    return any(reopened.key in told.reopened and told.holds(pair) for told in beside)


def _not_open(group: Group, beside: Sequence[Told]) -> frozenset[Pair]:
    """The pairs of a group that the channel does not hold for possible duplicates."""
    if any(told.is_open(group.ids) for told in beside):
        return frozenset()
    pairs = pairs_of(group.ids)
    for told in beside:
        pairs -= pairs_of(set(told.live) & set(group.ids)) - told.apart
    return pairs


def _open_in(told: Told, group: Group) -> tuple[str, ...]:
    """The members of a group that a known one holds open with each other."""
    here = pairs_of(set(told.live) & set(group.ids)) - told.apart
    return tuple(sorted({one for pair in here for one in pair}))


def _changed(group: Group, again: Iterable[tuple[Told, Pair]]) -> tuple[Changed, ...]:
    """What is not as it was when two records were last seen here."""
    now = {record.id: marks_of(record) for record in group.records}
    changed = {
        Changed(one, kind)
        for told, pair in again
        for one in pair
        for kind in changed_kinds(told.marks.get(one, now[one]), now[one])
    }
    return tuple(sorted(changed))


def _restored(again: Iterable[tuple[Told, Pair]]) -> tuple[str, ...]:
    return tuple(sorted({one for told, pair in again for one in pair if one in told.gone}))


# Knowing it from now on


def _learned(
    group: Group, beside: Sequence[Told], memory: Memory, taken: Collection[str], at: datetime
) -> Told:
    """Know every pair of a group; out comes the known group under whose identity it goes on.

    That is one that holds it all, else one that lies within it and grows, else a new one.
    """
    ids = set(group.ids)
    opened = [memory.put(told.opened(ids)) for told in beside]
    around = [told for told in opened if ids <= set(told.members)]
    if around:
        return min(around, key=lambda told: (told.identity in taken, len(told.members)))
    within = [told for told in opened if set(told.live) <= ids and told.identity not in taken]
    if within:
        home = max(within, key=lambda told: len(told.live))
        return memory.put(replace(home, members=tuple(sorted({*home.members, *ids}))))
    return memory.put(Told(_identity(group), group.module, group.ids, at, {}))


def _identity(group: Group) -> str:
    """A name for a group that is known for the first time; whoever works it out finds the same."""
    text = " ".join((group.module.value, *group.ids))
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _remember(scanned: ScannedList, seen: Seen, memory: Memory) -> None:
    """Keep how the members look that stand in a group, and which dismissals came to their end."""
    ended: defaultdict[Pair, set[str]] = defaultdict(set)
    for group in seen.groups:
        for one in group.reopened:
            ended[pair_of(*one.record_ids)].add(one.key)
    for told in memory:
        shown = [one for one in told.members if one in seen.marks]
        kept = unsettled(told, seen) & told.marks.keys() if shown else ()
        looks = {one: seen.marks[one] for one in shown if one not in kept}
        keys = frozenset(key for pair, some in ended.items() if told.holds(pair) for key in some)
        reopened = keys if scanned.is_whole else keys | told.reopened
        memory.put(replace(told, marks={**told.marks, **looks}, reopened=reopened))

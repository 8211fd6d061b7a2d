"""Which known groups have lost something, and how that is known. Pure functions.

What a scan does not show is no sign of anything: it may have been filtered, folded away, or hidden from this
login. The members are read again. Two are unlike when both were read, are no pair any more, and differ from
what they were in something that is compared. One is gone when Zoho returns it as trashed or deleted.

Zoho does not return what was merged into another record, nor what this login may not see any more. It counts
as merged when a record that stood beside it was changed since both were seen, as a merge does; but not if any
other record vanished at the same time without such a trace, for then the login may see less than before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.alerts.memory import Memory, Seen
from bot.alerts.scanned import ScannedList
from bot.store.known import Known, KnownList, Told
from zoho.duplicates import groups
from zoho.duplicates.dismissed import Marks, Pair, changed_kinds, marks_of
from zoho.records import Changed, Module, Record

Fresh = Mapping[str, Record | None]

_OF_ONE_GROUP = 12
"""So many members of one group are read again at most, those first that miss most others."""

_SKEW = timedelta(minutes=1)
"""Zoho's clock and ours differ a little."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A known group of which something has left: members that are gone, and pairs that are unlike now.

    ``changed`` says in what they differ from before. ``open`` are the pairs that are possible duplicates
    still. ``alerts`` are the announcements the group stood in.
    """

    identity: str
    module: Module
    members: tuple[str, ...]
    open: frozenset[Pair]
    gone: tuple[str, ...]
    apart: tuple[Pair, ...]
    changed: tuple[Changed, ...]
    alerts: tuple[str, ...]

    @property
    def left(self) -> tuple[str, ...]:
        """The members that still have a twin among them."""
        return tuple(sorted({one for pair in self.open for one in pair}))

    @property
    def is_solved(self) -> bool:
        """True when no two of its records are possible duplicates any more."""
        return not self.open


def missing(scanned: ScannedList, known: Known, most: int) -> tuple[str, ...]:
    """The records to be read again because a known group of theirs is not whole in this scan.

    At most ``most`` ids: groups that were not looked at yet come first, then those that were not for longest.
    """
    if not scanned.is_whole:
        return ()
    seen = Seen(scanned.groups)
    incomplete = [
        (told.checked is not None, told.checked or told.at, told.identity, lost)
        for told in known.groups
        if told.module is scanned.module and (lost := _lost(told, seen, scanned))
    ]
    wanted: dict[str, None] = {}
    for *_, lost in sorted(incomplete, key=lambda one: one[:3]):
        ids = _most_missed(lost)
        if len(wanted.keys() | ids) <= most:
            wanted.update(dict.fromkeys(ids))
    return tuple(wanted)


def shrink(
    scanned: ScannedList, seen: Seen, memory: Memory, listened: KnownList | None, at: datetime
) -> tuple[Shrunk, ...]:
    """Keep in ``memory`` what has left known groups, and say of which."""
    if not scanned.is_whole:
        return ()
    losing = {told.identity: _lost(told, seen, scanned) for told in memory}
    before = listened.scanned_at if listened else at
    gone = _trashed(scanned.fresh) | _merged(memory, losing, scanned.fresh, before)
    found = (_shrunk(told, losing[told.identity], gone, scanned.fresh, seen, memory, at) for told in memory)
    return tuple(one for one in found if one is not None)


def unsettled(told: Told, seen: Seen) -> frozenset[str]:
    """The members with an open pair that this scan does not show.

    How they looked when it was last seen is kept until that pair is seen or judged, since a pair is over only
    where one of the two has changed.
    """
    if not told.apart and seen.are_one(told.live):
        return frozenset()
    return frozenset(one for pair in told.open_pairs if not seen.together(pair) for one in pair)


def _trashed(fresh: Fresh) -> frozenset[str]:
    return frozenset(record_id for record_id, record in fresh.items() if record and record.is_gone)


def _merged(
    memory: Memory, losing: Mapping[str, Collection[Pair]], fresh: Fresh, before: datetime
) -> frozenset[str]:
    """The records that Zoho does not return because they were merged into others; none when in doubt.

    Only the first look counts, whichever group it was for, and a change since the scan ``before``: whatever
    is edited later has nothing to do with it.
    """
    vanished: set[str] = set()
    traced: set[str] = set()
    unseen = frozenset[str]().union(*(told.unseen for told in memory))
    for told in memory:
        for pair in losing[told.identity]:
            for one, other in (pair, pair[::-1]):
                if one in fresh and fresh[one] is None and one not in unseen:
                    vanished.add(one)
                    if _is_changed(fresh.get(other), before):
                        traced.add(one)
    return frozenset(traced) if vanished == traced else frozenset()


def _is_changed(record: Record | None, since: datetime) -> bool:
    """Whether a record is there and was changed after that time, clocks being what they are."""
    if record is None or record.is_gone or record.modified is None:
        return False
    return record.modified > since - _SKEW


def _shrunk(
    told: Told,
    lost: Collection[Pair],
    all_gone: Collection[str],
    fresh: Fresh,
    seen: Seen,
    memory: Memory,
    at: datetime,
) -> Shrunk | None:
    gone = frozenset(one for one in told.live if one in all_gone)
    unlike = _unlike(told, lost, fresh)
    fewer = replace(
        told,
        gone=told.gone | gone,
        apart=told.apart | unlike.keys(),
        missing=None,
        checked=None,
        unseen=frozenset(),
    )
    looks = _looks(unlike, fresh, except_for=unsettled(fewer, seen))
    fewer = replace(fewer, marks={**told.marks, **looks})
    if not fewer.open_pairs.isdisjoint(lost):
        fewer = replace(fewer, **_waiting(told, lost, fresh, at))
    memory.put(fewer)
    return _as_shrunk(fewer, gone, unlike) if gone or unlike else None


def _waiting(told: Told, lost: Collection[Pair], fresh: Fresh, at: datetime) -> dict[str, Any]:
    """What is kept of a group that is not whole: since when, when it was looked at, and who was not there."""
    read = {one for pair in lost for one in pair if one in fresh}
    missing = told.missing or at
    if not read:
        return {"missing": missing, "checked": told.checked, "unseen": told.unseen}
    unseen = (told.unseen - read) | {one for one in read if fresh[one] is None}
    return {"missing": missing, "checked": at, "unseen": frozenset(unseen)}


def _lost(told: Told, seen: Seen, scanned: ScannedList) -> frozenset[Pair]:
    """The open pairs that no group of the scan holds, less those that somebody has dismissed meanwhile."""
    if not told.apart and seen.are_one(told.live):
        return frozenset()
    return frozenset(
        pair
        for pair in told.open_pairs
        if not seen.together(pair)
        and (pair not in scanned.dismissed or scanned.dismissed[pair] in told.reopened)
    )


def _most_missed(lost: Collection[Pair]) -> tuple[str, ...]:
    times = Counter(one for pair in sorted(lost) for one in pair)
    return tuple(one for one, _ in times.most_common(_OF_ONE_GROUP))


def _unlike(told: Told, lost: Collection[Pair], fresh: Fresh) -> dict[Pair, tuple[Changed, ...]]:
    """The pairs that are none any more, and what has changed on them."""
    unlike: dict[Pair, tuple[Changed, ...]] = {}
    for pair in lost:
        both = [record for one in pair if (record := fresh.get(one)) is not None and not record.is_gone]
        if len(both) < 2 or groups.qualifies(both[0], both[1]):
            continue
        changed = tuple(
            Changed(record.id, kind)
            for record in both
            for kind in changed_kinds(told.marks.get(record.id, frozenset()), marks_of(record))
        )
        if changed:
            unlike[pair] = changed
    return unlike


def _looks(unlike: Iterable[Pair], fresh: Fresh, *, except_for: Collection[str]) -> dict[str, Marks]:
    """How records look now that are unlike, so that a change back is noticed as one."""
    read = {one: fresh[one] for pair in unlike for one in pair if one not in except_for}
    return {one: marks_of(record) for one, record in read.items() if record is not None}


def _as_shrunk(told: Told, gone: Collection[str], unlike: Mapping[Pair, tuple[Changed, ...]]) -> Shrunk:
    return Shrunk(
        identity=told.identity,
        module=told.module,
        members=told.members,
        open=told.open_pairs,
        gone=tuple(sorted(gone)),
        apart=tuple(sorted(unlike)),
        changed=tuple(sorted({one for some in unlike.values() for one in some})),
        alerts=told.alerts,
    )

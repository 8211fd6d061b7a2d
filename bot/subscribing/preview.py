"""What alerts would have said of the records of the last days, slot by slot; pure.

A group is news at the first slot at which two of its records are there, and again at each at which it has
grown; a record is there once it was created. What lies before the time looked at is known in silence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.schedules.when import Schedule
from zoho.duplicates.groups import group_of, worst_first
from zoho.records import Group, Record

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A group as one message would have told it: new where nothing was known ``before``, else grown by
    ``fresh``, which are ids. ``place`` is that of the group as it is now among all of them."""

    place: int
    group: Group
    before: int
    fresh: frozenset[str]


@dataclass(frozen=True, slots=True)
class Slot:
    """One message: when, and its groups, worst first."""

    at: datetime
    spoken: tuple[Spoken, ...]


def would_have_said(groups: Iterable[Group], schedule: Schedule, *, since: datetime) -> tuple[Slot, ...]:
    """The messages about records created after ``since``, oldest first; the last may lie ahead."""
    told: defaultdict[datetime, list[Spoken]] = defaultdict(list)
    for place, group in enumerate(groups):
        for at, spoken in _of_group(place, group, schedule, since):
            told[at].append(spoken)
    return tuple(Slot(at, _ordered(told[at])) for at in sorted(told))


def _of_group(
    place: int, group: Group, schedule: Schedule, since: datetime
) -> Iterator[tuple[datetime, Spoken]]:
    there = [record for record in group.records if record.created is None or record.created <= since]
    later: defaultdict[datetime, list[Record]] = defaultdict(list)
    for record in group.records:
        if record.created is not None and record.created > since:
            later[schedule.next_after(record.created - _MOMENT)].append(record)
    for at in sorted(later):
        before = len(there) if len(there) > 1 else 0
        there = [*there, *later[at]]
        if len(there) > 1:
            yield at, Spoken(place, _as_it_was(group, there), before, _ids(later[at]))


def _ids(records: Iterable[Record]) -> frozenset[str]:
    return frozenset(record.id for record in records)


def _as_it_was(group: Group, records: Sequence[Record]) -> Group:
    if len(records) == len(group.records):
        return group
    return group_of(records)


def _ordered(spoken: Sequence[Spoken]) -> tuple[Spoken, ...]:
    by_group = {id(one.group): one for one in spoken}
    return tuple(by_group[id(group)] for group in worst_first(one.group for one in spoken))

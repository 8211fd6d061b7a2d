"""A scan and what is known, each ready to be asked by record. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from bot.store.known import Told
from zoho.duplicates.dismissed import Marks, Pair, marks_of
from zoho.records import Group


class Seen:
    """The groups of a scan: do these two stand together?"""

    def __init__(self, all_groups: Iterable[Group]) -> None:
        self.groups = tuple(sorted(all_groups, key=lambda group: (-len(group.records), group.ids)))
        """Most records first, in an order that nothing but the members decides."""
        self.marks: dict[str, Marks] = {}
        self._at: defaultdict[str, set[int]] = defaultdict(set)
        for place, group in enumerate(self.groups):
            for record in group.records:
                self._at[record.id].add(place)
                self.marks[record.id] = marks_of(record)

    def together(self, pair: Pair) -> bool:
        """Whether some group holds both."""
        return not self._at[pair.a].isdisjoint(self._at[pair.b])

    def are_one(self, ids: Collection[str]) -> bool:
        """Whether one group holds them all."""
        return bool(ids) and bool(set[int].intersection(*(self._at[one] for one in ids)))


class Memory:
    """The known groups of one module while a scan is laid beside them."""

    def __init__(self, told: Iterable[Told]) -> None:
        self._told = {one.identity: one for one in sorted(told, key=_age)}
        self._before = dict(self._told)
        self._at: defaultdict[str, set[str]] = defaultdict(set)
        for one in self._told.values():
            self._note(one)

    def __iter__(self) -> Iterator[Told]:
        return iter(tuple(self._told.values()))

    @property
    def changed(self) -> tuple[Told, ...]:
        """Those that are new, or not what they were."""
        return tuple(one for key, one in self._told.items() if self._before.get(key) != one)

    def put(self, told: Told) -> Told:
        """Know this, in the place of what was known under its identity."""
        self._told[told.identity] = told
        self._note(told)
        return told

    def beside(self, ids: Collection[str]) -> tuple[Told, ...]:
        """Those with two or more of these records, oldest first."""
        times: defaultdict[str, int] = defaultdict(int)
        for one in ids:
            for identity in self._at[one]:
                times[identity] += 1
        return tuple(sorted((self._told[key] for key, count in times.items() if count > 1), key=_age))

    def _note(self, told: Told) -> None:
        for one in told.members:
            self._at[one].add(told.identity)


def _age(told: Told) -> tuple[float, str]:
    return (told.at.timestamp(), told.identity)

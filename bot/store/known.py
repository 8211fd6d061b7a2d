"""What one channel knows: groups it was told of, and those that were there before it began to listen.

What is kept of a group is which pairs of its members are open, so that the same two are news once.
Plain values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from zoho.duplicates.dismissed import Marks, Pair, pairs_of
from zoho.records import Module


@dataclass(frozen=True, slots=True)
class Told:
    """One group as a channel knows it.

    ``members`` only grow. ``gone`` are those that Zoho no longer has, ``apart`` the pairs that a change has
    made unlike; every other pair is open. ``marks`` are those of each member when it last stood here, and
    ``reopened`` the dismissals whose end the channel has heard of. ``alerts`` are the announcements it stood
    in, none for what is known in silence. While it is not whole, ``missing`` is since when, ``checked`` when
    its members were read again, and ``unseen`` those that Zoho did not give then.
    """

    identity: str
    module: Module
    members: tuple[str, ...]
    at: datetime
    marks: Mapping[str, Marks]
    gone: frozenset[str] = frozenset()
    apart: frozenset[Pair] = frozenset()
    reopened: frozenset[str] = frozenset()
    alerts: tuple[str, ...] = ()
    missing: datetime | None = None
    checked: datetime | None = None
    unseen: frozenset[str] = frozenset()

    @property
    def live(self) -> tuple[str, ...]:
        """The members that are not known to be gone."""
        return tuple(one for one in self.members if one not in self.gone)

    @property
    def open_pairs(self) -> frozenset[Pair]:
        """The pairs that the channel holds for possible duplicates."""
        return pairs_of(self.live) - self.apart

    def holds(self, pair: Pair) -> bool:
        """Whether both records are members, open or not."""
        return pair.a in self.members and pair.b in self.members

    def is_open(self, ids: Collection[str]) -> bool:
        """Whether every two of these records are open here."""
        return set(ids) <= set(self.live) and not any(pair.a in ids and pair.b in ids for pair in self.apart)

    def opened(self, ids: Collection[str]) -> Told:
        """The same with every pair among ``ids`` open. A member that is back is together with these alone."""
        here = set(ids) & set(self.members)
        back = self.gone & here
        again = {pair for pair in self.apart if pair.a in here and pair.b in here}
        if not back and not again:
            return self
        alone = {pair for pair in pairs_of({*self.live, *back} if back else ()) if not back.isdisjoint(pair)}
        return replace(self, gone=self.gone - back, apart=(self.apart | alone) - pairs_of(here))


@dataclass(frozen=True, slots=True)
class KnownList:
    """A list that a channel listens to: since when, when it was gone through last, and by which source."""

    since: datetime
    scanned_at: datetime
    source: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything one channel knows, and the revision of that knowledge."""

    groups: tuple[Told, ...] = ()
    lists: Mapping[Module, KnownList] = field(default_factory=dict)
    revision: int = 0

"""What somebody decided when they said that records are no duplicates. Plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.store.flag import Spot
from zoho.duplicates.dismissed import Dismissed, Marks, Pair, pair_of, pairs_of


class Why(StrEnum):
    """The reason somebody gave; what it is called stands in `bot.blocks`."""

    NONE = ""
    SHARED = "shared"
    HOUSEHOLD = "household"
    BRANCH = "branch"
    AGENT = "agent"
    VARIANT = "variant"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Dismissal:
    """One decision: ``out`` were taken out of ``members``; when it is empty, no two of them belong together.

    ``marks`` are those of every member at that time. ``revision`` grows with each change.
    """

    key: str
    spot: Spot
    members: tuple[str, ...]
    out: tuple[str, ...]
    user: str
    at: datetime
    marks: Mapping[str, Marks]
    why: Why = Why.NONE
    note: str = ""
    revision: int = 1
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None

    @property
    def pairs(self) -> frozenset[Pair]:
        """Every pair it is about."""
        return separated(self.members, self.out)


class Standing(NamedTuple):
    """The dismissals that stand on some records, as pairs, and the decisions behind them by their keys."""

    dismissed: Dismissed
    by_key: Mapping[str, Dismissal]


def separated(members: Sequence[str], out: Sequence[str]) -> frozenset[Pair]:
    """Each of ``out`` from each of the others; every two members when none, or all, are taken out."""
    rest = set(members) - set(out)
    if not out or not rest:
        return pairs_of(members)
    return frozenset(pair_of(one, other) for one in out for other in rest)

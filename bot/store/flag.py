"""What a flag is, and which one shows on a group. Plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from zoho.records import Module


class Place(StrEnum):
    """Where a flag is written in Zoho."""

    NOWHERE = ""
    COMMENT = "comment"
    FIELD = "field"


class Kept(StrEnum):
    """Why a flag is in Slack alone, where nobody refused anything."""

    NOT = ""
    OBSERVE_ONLY = "observe_only"
    NO_PLACE = "no_place"
    NO_FIELD = "no_field"


class Closed(StrEnum):
    """How a flag left the queue."""

    NOT = ""
    DONE = "done"
    UNDONE = "undone"
    GONE = "gone"


class Spot(NamedTuple):
    """One kind of record of one organisation, as one workspace sees it."""

    workspace: str
    dc: str
    org_id: str
    module: Module


@dataclass(frozen=True, slots=True)
class FlaggedRecord:
    """One record of a flag: written or not, the trace that takes it back (a comment's id, a field's name),
    Zoho's words when it refused, and whether the record is known to be gone."""

    record_id: str
    written: bool = False
    trace: str = ""
    refused: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag, open or closed.

    ``waiting``: the write waits until its author allows writing; ``kept``: why nothing is written at all.
    ``revision`` grows with each claim, release, closing and opening anew. ``claimed_by`` and ``closed_by``
    are "" for nobody.
    """

    id: int
    key: str
    spot: Spot
    members: tuple[str, ...]
    user: str
    at: datetime
    place: Place
    kept: Kept
    waiting: bool
    records: tuple[FlaggedRecord, ...]
    revision: int = 1
    claimed_by: str = ""
    claimed_at: datetime | None = None
    closed_as: Closed = Closed.NOT
    closed_by: str = ""
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """True while it stands."""
        return self.closed_as is Closed.NOT

    @property
    def left(self) -> tuple[str, ...]:
        """The members that are not known to be gone."""
        gone = {one.record_id for one in self.records if one.gone}
        return tuple(member for member in self.members if member not in gone)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was done with a flag, and by whom.

    ``kind`` is "flag", "claim", "release", "done", "unflag", or "write" for what Zoho had refused; or "gone",
    which nobody did.
    """

    kind: str
    user: str
    at: datetime


def standing_on(raised: Sequence[Flag], members: Sequence[str]) -> Flag | None:
    """The open flag that shows on a group with these members: the one on exactly them, else the oldest they
    all carry together with others."""
    wanted = set(members)
    holding = [flag for flag in raised if flag.is_open and flag.left and set(flag.left) <= wanted]
    exact = [flag for flag in holding if set(flag.left) == wanted]
    return next(iter(exact or holding), None)


def ended_on(raised: Sequence[Flag], members: Sequence[str]) -> Flag | None:
    """What was last marked done or taken back on records that all belong to these members, or None."""
    wanted = set(members)
    by_people = (Closed.DONE, Closed.UNDONE)
    ended = [flag for flag in raised if flag.closed_as in by_people and set(flag.members) <= wanted]
    return max(ended, key=lambda flag: flag.closed_at or flag.at, default=None)

"""What a scan of a channel's lists has found. Plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from zoho.duplicates.dismissed import Pair
from zoho.records import Group, Module, Record


@dataclass(frozen=True, slots=True)
class ScannedList:
    """One list, gone through to its end.

    ``groups`` are all there are, with all their members, worst first, without dismissed pairs. ``dismissed``
    are the pairs that the workspace keeps apart, with the keys of the decisions. ``fresh`` are records that
    were read again one by one because a known group of theirs is not whole any more, by their ids; None for
    one that Zoho does not give. ``is_whole`` is False where Zoho did not give every record; what is missing
    is then no sign of anything. ``source`` is where the groups come from; another one finds others.
    ``compared`` is how many records were read, None where Zoho grouped them.
    """

    module: Module
    groups: tuple[Group, ...]
    source: str = ""
    dismissed: Mapping[Pair, str] = field(default_factory=dict)
    fresh: Mapping[str, Record | None] = field(default_factory=dict)
    is_whole: bool = True
    compared: int | None = None
    credits: int = 0


@dataclass(frozen=True, slots=True)
class FailedList:
    """One list that could not be gone through: the error's name, and a few words of mrkdwn for people."""

    module: Module
    error: str
    why: str


@dataclass(frozen=True, slots=True)
class TooDear:
    """Why a slot was not read: what it would cost now, and what was agreed, in credits."""

    credits: int
    agreed: int


@dataclass(frozen=True, slots=True)
class Scanned:
    """What one scan found, list by list.

    Nothing is known of lists that ``failed``, and nothing at all of a slot that was ``too_dear``.
    """

    at: datetime
    dc: str
    org_id: str
    org_name: str
    lists: tuple[ScannedList, ...] = ()
    failed: tuple[FailedList, ...] = ()
    too_dear: TooDear | None = None

    @property
    def credits(self) -> int:
        """What it cost."""
        return sum(one.credits for one in self.lists)

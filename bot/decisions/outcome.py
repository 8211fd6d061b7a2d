"""How a click on a group ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.store import Dismissal, Flag, ShownGroup
from zoho.records import Record


class Verdict(StrEnum):
    """How a click on a group ended."""

    DONE = "done"
    OFFER = "offer"
    ALREADY = "already"
    NOT_FLAGGED = "not_flagged"
    OLDER = "older"
    UNKNOWN = "unknown"
    RIGHTS = "rights"
    GONE = "gone"
    LATE = "late"
    WHICH = "which"
    NOT_DISMISSED = "not_dismissed"
    NOT_YOURS = "not_yours"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a click.

    ``flag`` is the one that stands, or stood; ``records`` the group's members that are there; ``stays`` what
    could not be taken back in Zoho: a record's name and Zoho's words. ``missing`` are the scopes that writing
    would need. ``dismissal`` is the one that stands, or stood.
    """

    verdict: Verdict
    shown: ShownGroup | None = None
    flag: Flag | None = None
    records: tuple[Record, ...] = ()
    stays: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    dismissal: Dismissal | None = None

"""The wall clock of the stand-ins, which can be put forward so that nobody has to wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@dataclass
class Clock:
    """The wall clock and how far it was put forward; it goes on from there, and never back."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        """What time it is."""
        return utc_now() + self.ahead

    def put_to(self, moment: datetime) -> None:
        """Let it be that time; one that is past changes nothing."""
        self.ahead += max(moment - self(), timedelta())

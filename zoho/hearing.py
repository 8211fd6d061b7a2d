"""Who wants to hear how calls to Zoho went: metrics, for one. Nothing that is told says whose call it was."""

from __future__ import annotations

from typing import Protocol


class Hearing(Protocol):
    """Hears outcomes. Those of calls: "ok", "refused" (any 4xx but 429), "throttled", "failed" (5xx, and what
    is no HTTP), "no_answer"; those of refreshes: "ok", or the name of the error."""

    def called(self, outcome: str, seconds: float) -> None:
        """A call was answered, or given up, after so long."""

    def refreshed(self, outcome: str) -> None:
        """An access token was asked for anew."""


class Nobody:
    """Hears nothing."""

    def called(self, outcome: str, seconds: float) -> None:
        """As said."""

    def refreshed(self, outcome: str) -> None:
        """As said."""


def outcome_of(status: int) -> str:
    """What to call an answer with this status."""
    if status == 429:
        return "throttled"
    if status >= 500:
        return "failed"
    return "refused" if status >= 400 else "ok"

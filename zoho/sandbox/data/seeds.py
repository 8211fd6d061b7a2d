"""The organisations as they are at the start, the same each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from zoho.sandbox.data import bellbird, halden, kestrel, larkfield
from zoho.sandbox.organisation import Org


def seeded(now: Callable[[], datetime]) -> list[Org]:
    """Every organisation with its records and settings."""
    return [
        larkfield.organisation(now),
        larkfield.test_portal(now),
        kestrel.organisation(now),
        bellbird.organisation(now),
        halden.organisation(now),
    ]

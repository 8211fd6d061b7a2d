"""Records, groups and scans for tests, short to write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.alerts.scanned import Scanned, ScannedList
from zoho.duplicates import groups
from zoho.duplicates.dismissed import NOTHING, Dismissed, Pair, take_out
from zoho.records import Module, Record

CONTACTS, PRODUCTS = Module.DESK_CONTACTS, Module.DESK_PRODUCTS
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def contact(number: int, email: str = "", **more: Any) -> Record:
    """A contact; the higher the number, the newer."""
    values = {"name": f"P{number} Q", "created": START + number * timedelta(minutes=1), **more}
    return Record(module=CONTACTS, id=str(number), email=email, **values)


def scanned(
    records: Iterable[Record],
    *,
    day: int = 0,
    dismissed: Dismissed = NOTHING,
    fresh: Mapping[str, Record | None] | None = None,
    is_whole: bool = True,
) -> Scanned:
    """One scan of the contacts, on which day."""
    left = take_out(groups.find(CONTACTS, records).groups, dismissed)
    keys: dict[Pair, str] = {pair: one.key for pair, one in dismissed.pairs.items()}
    one = ScannedList(CONTACTS, left.groups, dismissed=keys, fresh=fresh or {}, is_whole=is_whole, compared=0)
    return Scanned(START + day * DAY, "eu", "200", "Larkfield Support", (one,))


def failing(day: int = 0) -> Scanned:
    """A scan in which nothing could be read."""
    return replace(scanned((), day=day), lists=())

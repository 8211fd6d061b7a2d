"""The filters of a search: which of them Zoho's list knows, and how the others are compared here. Pure.

A key that means nothing is an error, never a filter that was dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from zoho.desk import ATTRIBUTES, LIST_FILTERS
from zoho.duplicates import spelling
from zoho.duplicates.normalize import plain
from zoho.errors import UnknownFilter
from zoho.records import Module, Record

_NOT_NEEDED = ("limit", "from")
_NEAR = 0.6
_NUMBER = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_LEADING_ZERO = re.compile(r"-?0\d")
_DATE = re.compile(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?")

# Fields that Zoho's rows lack by default; listed so that any case finds the spelling that `fields=` needs.
_FURTHER: Mapping[Module, tuple[str, ...]] = {
    Module.DESK_CONTACTS: (
        "title", "description", "street", "city", "state", "zip", "country", "language", "twitter",
        "facebook",
    ),
    Module.DESK_ACCOUNTS: (
        "code", "industry", "fax", "description", "street", "city", "state", "country", "annualrevenue",
    ),
    Module.DESK_PRODUCTS: ("description", "manufacturer", "productCategory", "layoutId"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter that is compared here: the key as typed, the field's own spelling, and the value."""

    key: str
    field: str
    value: str

    def holds(self, record: Record) -> bool:
        """Whether the record's field has this value, or lies in this range."""
        own = field_of(record, self.field)
        return own is not None and _matches(self.value, own)


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of one search, sorted by who looks after them."""

    for_zoho: tuple[tuple[str, str], ...] = ()
    here: tuple[Condition, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing narrows the search."""
        return not self.for_zoho and not self.here

    def keep(self, records: Iterable[Record]) -> tuple[Record, ...]:
        """The records on which every condition holds."""
        return tuple(record for record in records if all(one.holds(record) for one in self.here))

    def check(self, module: Module, records: Iterable[Record]) -> None:
        """Raises UnknownFilter for a condition whose field none of the records has, when there are any."""
        records = tuple(records)
        for condition in self.here if records else ():
            if all(field_of(record, condition.field) is None for record in records):
                raise unknown(module, condition.key, records[:1])


def sort_out(module: Module, given: Mapping[str, str]) -> Filters:
    """What a list search does with each ``key=value``, keys in any case."""
    server = {name.casefold(): name for name in LIST_FILTERS[module]}
    for_zoho, here, ignored = [], [], []
    for key, value in given.items():
        folded = key.casefold()
        if folded in server:
            for_zoho.append((server[folded], value))
        elif folded in _NOT_NEEDED:
            ignored.append(key)
        else:
            here.append(Condition(key, _spelled(module, key), value))
    return Filters(tuple(for_zoho), tuple(here), tuple(ignored))


def unknown(module: Module, key: str, samples: Iterable[Record] = ()) -> UnknownFilter:
    """The error for a key that is no field, with the nearest name that is one; not with the key itself."""
    names = [*ATTRIBUTES[module], *_FURTHER[module], *sorted(LIST_FILTERS[module])]
    names += [field.name for record in samples for field in record.others if "." not in field.name]
    folded = {name.casefold(): name for name in reversed(names)}
    wanted = key.casefold()
    ending = next((name for name in names if len(wanted) > 2 and name.casefold().endswith(wanted)), "")
    best = max(folded, key=lambda name: spelling.likeness(wanted, name))
    is_near = spelling.likeness(wanted, best) >= _NEAR
    nearest = ending or (folded[best] if is_near else "")
    return UnknownFilter(key, nearest="" if wanted in folded else nearest)


def field_of(record: Record, name: str) -> str | datetime | None:
    """The record's field of this name, any case; "" when it is empty, None when there is no such field."""
    wanted = name.casefold()
    for field, attribute in ATTRIBUTES[record.module].items():
        if field.casefold() == wanted:
            value = getattr(record, attribute)
            if isinstance(value, bool):
                return "true" if value else "false"
            return value if isinstance(value, str | datetime) else ""
    return next((field.value for field in record.others if field.name.casefold() == wanted), None)


def _spelled(module: Module, key: str) -> str:
    names = (*ATTRIBUTES[module], *_FURTHER[module])
    return next((name for name in names if name.casefold() == key.casefold()), key)


def _matches(wanted: str, own: str | datetime) -> bool:
    low, is_range, high = (part.strip() for part in wanted.partition(".."))
    if is_range and (low or high) and _is_bound(low) and _is_bound(high):
        return _lies_between(low, high, own)
    if isinstance(own, datetime):
        span = _span(wanted)
        return span is not None and span[0] <= own < span[1]
    if plain(wanted) == plain(own):
        return True
    left, right = _number(wanted), _number(own)
    is_code = _LEADING_ZERO.match(wanted.strip()) or _LEADING_ZERO.match(own)
    return left is not None and left == right and not is_code


def _lies_between(low: str, high: str, own: str | datetime) -> bool:
    """Whether a number or a time lies in a range, its ends included, whichever end was named first."""
    number = None if isinstance(own, datetime) else _number(own)
    if number is not None:
        return _number_between(low, high, number)
    when = own if isinstance(own, datetime) else _instant(own)
    spans = [_span(low) if low else None, _span(high) if high else None]
    if when is None or (low and spans[0] is None) or (high and spans[1] is None):
        return False
    first, last = spans
    if first and last and first[0] > last[0]:
        first, last = last, first
    return (first is None or first[0] <= when) and (last is None or when < last[1])


def _number_between(low: str, high: str, number: Decimal) -> bool:
    first, last = _number(low), _number(high)
    if (low and first is None) or (high and last is None):
        return False
    if first is not None and last is not None and first > last:
        first, last = last, first
    return (first is None or first <= number) and (last is None or number <= last)


def _is_bound(text: str) -> bool:
    return not text or _number(text) is not None or _span(text) is not None


def _number(text: str) -> Decimal | None:
    text = text.strip()
    return Decimal(text.replace(",", "")) if text.isascii() and _NUMBER.fullmatch(text) else None


def _instant(text: str) -> datetime | None:
    span = _span(text)
    return span[0] if span else None


def _span(text: str) -> tuple[datetime, datetime] | None:
    """The time a text names (year, month, day, instant): its first instant, and the one after its last."""
    text = text.strip()
    try:
        if match := _DATE.fullmatch(text):
            year, month, day = (int(part) if part else 0 for part in match.groups())
            start = datetime(year, month or 1, day or 1, tzinfo=UTC)
            if day:
                return start, start + timedelta(days=1)
            following = (year, month + 1) if 0 < month < 12 else (year + 1, 1)
            return start, datetime(*following, 1, tzinfo=UTC)
        parsed = datetime.fromisoformat(text)
        start = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        return start, start + timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None

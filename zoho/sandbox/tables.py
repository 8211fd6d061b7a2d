"""The records of one module of one organisation, and the answers that are costly to work out twice.

A record is a plain dictionary with Zoho's own names. Only what is there is kept: a missing key is an empty
field. Times are milliseconds since 1970. Two keys are the stand-in's own: ``_added`` (when it came in, for
the search index that lags behind) and ``_restricted`` (hidden from profiles that see fewer records).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

Row = dict[str, Any]
_T = TypeVar("_T")

MODULES = ("contacts", "accounts", "products")
TIMES = ("createdTime", "modifiedTime")


def words(text: str) -> tuple[str, ...]:
    """The words of a text, to write down a list of names."""
    return tuple(text.split())


def millis(value: datetime | str | int) -> int:
    """A point in time as milliseconds since 1970; text is ISO 8601."""
    if isinstance(value, int):
        return value
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return int(moment.astimezone(UTC).timestamp() * 1000)


def full_name(row: Row) -> str:
    """First and last name with a blank between, or whichever there is."""
    return " ".join(part for part in (row.get("firstName"), row.get("lastName")) if part)


def emails(row: Row) -> tuple[str, ...]:
    """The record's e-mail addresses, each once."""
    return tuple(dict.fromkeys(value for value in (row.get("email"), row.get("secondaryEmail")) if value))


def _values(row: Row, field: str) -> tuple[str, ...]:
    """The values that the deduplication calls compare, for one of their field names."""
    if field == "bothEmail":
        return tuple({value.lower(): value for value in emails(row)}.values())
    value = full_name(row) if field == "fullName" else row.get(field)
    return (str(value),) if value else ()


def sort_value(row: Row, field: str) -> tuple[int, float, str]:
    """A key that sorts times and prices as numbers and puts empty fields first."""
    if field in TIMES:
        return (1, row.get(field) or row["createdTime"], "")
    if field == "unitPrice" and row.get(field):
        return (1, float(row[field]), "")
    value = row.get("accountName") if field == "account" else row.get(field)
    return (1, 0, str(value).casefold()) if value else (0, 0, "")


class Holders:
    """Which records hold a value of one field; values are compared without regard to case."""

    def __init__(self, rows: Iterable[Row], field: str) -> None:
        self._first: dict[str, Row] = {}
        self._all: dict[str, list[Row]] = {}
        self._written: dict[str, str] = {}
        self.without = 0
        for row in rows:
            values = _values(row, field)
            self.without += not values
            for value in values:
                self._note(value, row)

    def _note(self, value: str, row: Row) -> None:
        key = value.casefold()
        if key in self._all:
            self._all[key].append(row)
        elif key in self._first:
            self._all[key] = [self._first[key], row]
        else:
            self._first[key] = row
            if key != value:
                self._written[key] = value

    def of(self, value: str) -> list[Row]:
        """The records with this value, in their own order."""
        key = value.casefold()
        if key in self._all:
            return self._all[key]
        return [self._first[key]] if key in self._first else []

    def shared(self) -> list[tuple[str, int]]:
        """Every value on more than one record, as first written, with its number of records."""
        return [(self._written.get(key, key), len(rows)) for key, rows in self._all.items()]


class Table:
    """The records of one module; everything worked out is kept until a record changes."""

    def __init__(self, module: str, now: Callable[[], datetime], first_id: int) -> None:
        self.module = module
        self.rows: dict[str, Row] = {}
        self.fields: set[str] = set()
        self._now = now
        self._next_id = first_id
        self._cache: dict[tuple[object, ...], Any] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def add(self, values: Row) -> str:
        """Take in one record, less its empty fields, and give its id; one is made up where there is none."""
        row = {name: value for name, value in values.items() if value not in (None, "")}
        row["id"] = str(row.get("id") or self.free_id())
        now = millis(self._now())
        for name in TIMES:
            if name in row:
                row[name] = millis(row[name])
        row.setdefault("createdTime", now)
        row.setdefault("_added", now)
        self.fields.update(row.get("cf", ()))
        self.rows[row["id"]] = row
        self._cache.clear()
        return str(row["id"])

    def take_in(self, rows: Iterable[Row]) -> None:
        """Take in many records that are already as they are kept, without looking at each field."""
        for row in rows:
            self.rows[row["id"]] = row
        self._cache.clear()

    def patch(self, record: str, values: Row) -> Row:
        """Change fields of a record; ``cf`` is laid over what is there. KeyError when there is none."""
        row = self.rows[record]
        custom = {**row.get("cf", {}), **values.get("cf", {})}
        row.update({name: value for name, value in values.items() if name != "cf"})
        if custom:
            row["cf"] = custom
            self.fields.update(custom)
        row["modifiedTime"] = millis(values.get("modifiedTime") or self._now())
        self._cache.clear()
        return row

    def trash(self, records: Iterable[str]) -> None:
        """Put records in the recycle bin: single reads still show them, lists do not."""
        for record in records:
            self.patch(record, {"isTrashed": True})

    def remove(self, records: Iterable[str]) -> None:
        """Make records be gone altogether, as after a merge."""
        for record in records:
            self.rows.pop(record, None)
        self._cache.clear()

    def clear(self) -> None:
        """Leave no record."""
        self.rows.clear()
        self._cache.clear()

    def free_id(self) -> str:
        """An id that no record of this table has had."""
        while str(self._next_id) in self.rows:
            self._next_id += 1
        self._next_id += 1
        return str(self._next_id - 1)

    def live(self, sees_all: bool) -> Sequence[Row]:
        """The records that are neither trashed nor hidden from this profile, in the order they came in."""
        return self._kept(
            ("live", sees_all),
            lambda: [
                row for row in self if not row.get("isTrashed") and (sees_all or not row.get("_restricted"))
            ],
        )

    def ordered(self, field: str, sees_all: bool, *, descending: bool = False) -> Sequence[Row]:
        """The same records sorted by a field; equal ones stay in the order they came in."""
        return self._kept(
            ("ordered", field, descending, sees_all),
            lambda: sorted(self.live(sees_all), key=lambda row: sort_value(row, field), reverse=descending),
        )

    def between(self, field: str, since: int, until: int, sees_all: bool) -> Sequence[Row]:
        """The records whose time in ``field`` lies between the two, both included, ascending."""
        rows = self.ordered(field, sees_all)
        times = self._kept(("times", field, sees_all), lambda: [sort_value(row, field)[1] for row in rows])
        return rows[bisect_left(times, since) : bisect_right(times, until)]

    def holders(self, field: str, sees_all: bool) -> Holders:
        """Who shares the values of a field."""
        return self._kept(("holders", field, sees_all), lambda: Holders(self.live(sees_all), field))

    def shared(self, field: str, sees_all: bool, order: str) -> Sequence[tuple[str, int]]:
        """Shared values of a field; ``order`` is "count" or "fieldValue", with "-" in front descending."""
        return self._kept(
            ("shared", field, sees_all, order),
            lambda: _in_order(self.holders(field, sees_all).shared(), order),
        )

    def _kept(self, key: tuple[object, ...], work: Callable[[], _T]) -> _T:
        if key not in self._cache:
            self._cache[key] = work()
        found: _T = self._cache[key]
        return found


def _in_order(values: list[tuple[str, int]], order: str) -> list[tuple[str, int]]:
    by_value = sorted(values, key=lambda item: item[0].casefold(), reverse=order == "-fieldValue")
    if order.endswith("count"):
        return sorted(by_value, key=lambda item: item[1], reverse=order.startswith("-"))
    return by_value

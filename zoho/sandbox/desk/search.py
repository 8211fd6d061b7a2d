"""The search calls: windows of time, and look-ups by a value.

https://desk.zoho.com/DeskAPIDocument#Search
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from aiohttp import web

from zoho.sandbox import answers
from zoho.sandbox.answers import Refusal, invalid
from zoho.sandbox.desk.asked import Asked, Endpoint, Handler, by_offset
from zoho.sandbox.desk.lists import READ_CONTACTS, READ_PRODUCTS
from zoho.sandbox.desk.shapes import list_rows
from zoho.sandbox.tables import Row, full_name, millis, sort_value

_SEARCH = (("Desk.search.READ",),)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", flags=re.ASCII)
_RANGES = {"createdTimeRange": "createdTime", "modifiedTimeRange": "modifiedTime"}
_CUSTOM = tuple(f"customField{number}" for number in range(1, 11))

_FIELDS = {
    "contacts": ("id", "fullName", "firstName", "lastName", "email", "phone", "mobile", "accountName"),
    "accounts": ("id", "accountName"),
    "products": ("id", "productName", "productCode", "contactId", "accountId", "departmentId"),
}
_SORTS = {
    "contacts": ("relevance", "modifiedTime", "createdTime", "firstName", "lastName"),
    "accounts": ("relevance", "modifiedTime", "createdTime", "accountName"),
    "products": ("relevance", "modifiedTime", "createdTime", "productName"),
}
_ANYWHERE = {
    "contacts": ("fullName", "email", "secondaryEmail", "phone", "mobile", "accountName", "title"),
    "accounts": ("accountName", "website", "phone", "email", "industry"),
    "products": ("productName", "productCode", "description"),
}

Test = Callable[[Row], bool]


def _module_search(module: str) -> Handler:
    def search(asked: Asked) -> web.Response:
        """The records that every parameter fits, with their number; 204 when there are none."""
        return _page(asked, module, _found(asked, module))

    return search


def _page(asked: Asked, module: str, rows: Sequence[Row]) -> web.Response:
    limit, offset = asked.limit(), asked.number("from", 0, 0, asked.org.search_depth)
    page = list_rows(asked, module, rows[offset : offset + limit])
    if not page:
        return answers.nothing()
    quirks = asked.org.quirks
    counted = {"count": quirks.count(len(rows))} if quirks.search_counts else {}
    return answers.json({"data": page, **counted})


def everywhere(asked: Asked) -> web.Response:
    """One text in contacts or accounts (products cannot be searched this way)."""
    text, module = asked.required("searchStr"), asked.required("module")
    asked.choice("module", ("contacts", "accounts"))
    test = _anywhere(asked, module, text)
    rows = _indexed(asked, asked.org.tables[module].live(asked.sees_all))
    return _page(asked, module, [row for row in rows if test(row)])


def _found(asked: Asked, module: str) -> Sequence[Row]:
    sort = asked.choice("sortBy", _SORTS[module], "createdTime")
    field = sort.removeprefix("-").replace("relevance", "createdTime")
    windows = [_window(asked, name) for name in _RANGES if name in asked.params]
    tests = [*_tests(asked, module), *(_within(*window) for window in windows[1:])]
    table = asked.org.tables[module]
    rows = table.between(*windows[0], asked.sees_all) if windows else table.ordered(field, asked.sees_all)
    rows = _indexed(asked, rows)
    if tests:
        rows = [row for row in rows if all(test(row) for test in tests)]
    if windows and windows[0][0] != field:
        rows = sorted(rows, key=lambda row: sort_value(row, field))
    return rows[::-1] if sort.startswith("-") else rows


def _window(asked: Asked, name: str) -> tuple[str, int, int]:
    """The time field, the first and the last instant of a range; 422 unless it is two instants in UTC."""
    parts = asked.params[name].split(",")
    if len(parts) != 2 or not all(_INSTANT.fullmatch(part) for part in parts):
        raise invalid(f"/{name}", "it must be two instants in UTC, parted by a comma")
    try:
        since, until = (millis(datetime.fromisoformat(part)) for part in parts)
    except ValueError as error:
        raise invalid(f"/{name}", "there is no such day") from error
    if since > until:
        raise invalid(f"/{name}", "it ends before it begins")
    return _RANGES[name], since, until


def _within(field: str, since: int, until: int) -> Test:
    return lambda row: since <= int(row.get(field) or row["createdTime"]) <= until


def _indexed(asked: Asked, rows: Sequence[Row]) -> Sequence[Row]:
    """Less the records that came in so lately that the index does not have them yet."""
    if not asked.org.index_lag:
        return rows
    latest = millis(asked.org.now().astimezone(UTC) - timedelta(seconds=asked.org.index_lag))
    return [row for row in rows if row.get("_added", 0) <= latest]


def _tests(asked: Asked, module: str) -> list[Test]:
    tests: list[Test] = []
    for name, value in asked.params.items():
        if name == "_all":
            tests.append(_anywhere(asked, module, value))
        elif name in _CUSTOM:
            field, _, wanted = value.partition(":")
            if field not in asked.org.custom_fields[module] | asked.org.tables[module].fields:
                raise invalid(f"/{name}", f"the field '{field}' does not exist")
            tests.append(_fits(lambda row, field=field: str(row.get("cf", {}).get(field) or ""), wanted))  # type: ignore[misc] # the default binds the loop's name
        elif name in _FIELDS[module]:
            tests.append(_fits(_reader(asked, name), value))
    return tests


def _reader(asked: Asked, name: str) -> Callable[[Row], str]:
    if name == "fullName":
        return full_name
    if name == "accountName":
        accounts = asked.org.tables["accounts"].rows
        return lambda row: str(
            row.get("accountName") or accounts.get(row.get("accountId", ""), {}).get("accountName", "")
        )
    if name == "departmentId":
        return lambda row: ",".join(row.get("departmentIds", ()))
    return lambda row: str(row.get(name) or "")


def _fits(read: Callable[[Row], str], wanted: str) -> Test:
    """Whether a value is one of those between the commas: equal, or by a pattern with ``*``."""
    if wanted == "${empty}":
        return lambda row: not read(row)
    if wanted == "${notempty}":
        return lambda row: bool(read(row))
    patterns = [_pattern(part) for part in wanted.split(",") if part.strip()]
    return lambda row: any(pattern.fullmatch(read(row)) for pattern in patterns)


def _pattern(part: str) -> re.Pattern[str]:
    pieces = (re.escape(piece) for piece in part.strip().split("*"))
    return re.compile(".*".join(pieces), flags=re.IGNORECASE | re.DOTALL)


def _anywhere(asked: Asked, module: str, value: str) -> Test:
    """Whether any field of the record holds the text."""
    text = value.strip("*").casefold()
    if not 3 <= len(value) <= 1000:
        raise Refusal(422, "UNPROCESSABLE_ENTITY", "The text to search for has 3 to 1000 characters.")
    readers = [_reader(asked, name) for name in _ANYWHERE[module]]
    return lambda row: any(text in read(row).casefold() for read in readers)


def _endpoint(module: str, reading: tuple[tuple[str, ...], ...]) -> Endpoint:
    params = {"limit", "from", "sortBy", "_all", *_RANGES, *_CUSTOM, *_FIELDS[module]}
    return Endpoint(
        "GET", f"/{module}/search", _module_search(module), (*_SEARCH, *reading), frozenset(params), by_offset
    )


ENDPOINTS = (
    _endpoint("contacts", READ_CONTACTS),
    _endpoint("accounts", READ_CONTACTS),
    _endpoint("products", READ_PRODUCTS),
    Endpoint(
        "GET",
        "/search",
        everywhere,
        (*_SEARCH, *READ_CONTACTS),
        frozenset({"searchStr", "module", "limit", "from"}),
        by_offset,
    ),
)

"""The mission's endpoint, and Zoho's own check of one product name.

https://desk.zoho.com/DeskAPIDocument#Products
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from zoho.sandbox import answers
from zoho.sandbox.answers import Refusal, extra_parameter, not_found
from zoho.sandbox.desk.asked import Asked, Endpoint, by_offset, three
from zoho.sandbox.desk.lists import READ_PRODUCTS
from zoho.sandbox.desk.shapes import grouped_row, known_fields
from zoho.sandbox.desk.twins import product_groups
from zoho.sandbox.tables import Row

_NEEDS = (("Desk.search.READ",), *READ_PRODUCTS)
_PAGING = frozenset({"limit", "from"})
_STRANGERS = 3


def duplicates(asked: Asked) -> web.Response:
    """Every possible duplicate among the products, as the organisation's ``endpoint`` setting says."""
    match asked.org.endpoint:
        case "404":
            raise not_found()
        case "405":
            raise Refusal(405, "METHOD_NOT_ALLOWED", "The method is not allowed for this URL.")
        case "422":
            raise answers.invalid("/productId", "The value is not a number")
        case "scope":
            raise Refusal(403, "SCOPE_MISMATCH", "The OAuth Token you provided lacks a scope.")
        case "error":
            return answers.json({"error": asked.org.endpoint_error})
    rows = _matching(asked)
    groups = product_groups(rows)
    shown = _flat(asked, rows, groups) if asked.org.endpoint == "flat" else _grouped(asked, groups)
    page = shown[asked.offset() :][: asked.number("limit", 100, 1, 100) if "limit" in asked.params else None]
    if not page:
        return answers.nothing()
    return answers.json(page if asked.org.quirks.bare_groups else {"data": page, "error": None})


def _matching(asked: Asked) -> list[Row]:
    """The products that have what every ``key=value`` says; 422 that names a key it does not know."""
    rows = list(asked.org.tables["products"].live(asked.sees_all))
    for name, value in asked.params.items():
        if name in _PAGING:
            continue
        if name not in known_fields(asked.org, "products"):
            raise extra_parameter(name)
        rows = [row for row in rows if _text(row, name).casefold() == value.casefold()]
    return rows


def _text(row: Row, name: str) -> str:
    return str((row.get("cf", {}) if name.startswith("cf_") else row).get(name, ""))


def _grouped(asked: Asked, groups: list[tuple[str, list[Row]]]) -> list[dict[str, Any]]:
    return [
        {"fieldValue": value, "products": [grouped_row(asked, "products", row) for row in rows]}
        for value, rows in groups
    ]


def _flat(asked: Asked, rows: list[Row], groups: list[tuple[str, list[Row]]]) -> list[dict[str, Any]]:
    """The members of all groups and a few rows that belong to none, in the order of the list."""
    members = {row["id"] for _, group in groups for row in group}
    strangers = [row["id"] for row in rows if row["id"] not in members][:_STRANGERS]
    return [grouped_row(asked, "products", row) for row in rows if row["id"] in members.union(strangers)]


def search_duplicates(asked: Asked) -> web.Response:
    """The products that look like a name: it is equal, or one holds the other."""
    wanted = asked.required("productName")
    if len(wanted) > 200:
        raise answers.out_of_range("productName", "1-200")
    name = wanted.casefold()
    table = asked.org.tables["products"]
    found = [
        row
        for row in table.live(asked.sees_all)
        if (have := str(row.get("productName", "")).casefold()) and (name in have or have in name)
    ]
    page = found[asked.offset() :][: asked.limit()]
    rows = [grouped_row(asked, "products", row) for row in page]
    return answers.json({"data": rows}) if rows else answers.nothing()


DUPLICATES = Endpoint("GET", "/products/duplicate", duplicates, _NEEDS, None, by_offset)

ENDPOINTS = (
    Endpoint(
        "GET",
        "/products/searchDuplicates",
        search_duplicates,
        READ_PRODUCTS,
        frozenset({"productName", "limit", "from"}),
        three,
    ),
)

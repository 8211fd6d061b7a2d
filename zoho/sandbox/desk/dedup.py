"""The deduplication calls of contacts and accounts.

https://desk.zoho.com/DeskAPIDocument#ContactDeduplication
https://desk.zoho.com/DeskAPIDocument#AccountDeduplication
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from zoho.sandbox import answers
from zoho.sandbox.desk.asked import Asked, Endpoint, Handler, three
from zoho.sandbox.desk.lists import READ_CONTACTS, includes
from zoho.sandbox.desk.shapes import INCLUDES, grouped_row
from zoho.sandbox.scopes import Needs
from zoho.sandbox.tables import Row, sort_value

UPDATE_CONTACTS: Needs = (("Desk.contacts.UPDATE",),)

FIELDS = {
    "contacts": ("firstName", "lastName", "fullName", "email", "secondaryEmail", "bothEmail", "phone"),
    "accounts": ("accountName", "email", "phone"),
}
_SORTS = {
    "contacts": (
        "firstName",
        "lastName",
        "fullName",
        "phone",
        "email",
        "account",
        "createdTime",
        "modifiedTime",
    ),
    "accounts": ("accountName", "website", "email", "phone", "createdTime", "modifiedTime"),
}


def _field(asked: Asked, module: str) -> str:
    asked.required("fieldName")
    return asked.choice("fieldName", FIELDS[module])


def _values(module: str) -> Handler:
    def values(asked: Asked) -> web.Response:
        """The values on more than one record; 202 without a body from ``large_at`` records on."""
        field, limit, offset = _field(asked, module), asked.limit(), asked.offset()
        order = asked.choice("sortBy", ("count", "fieldValue"), "fieldValue")
        starts = asked.params.get("swFieldValue", "").casefold()
        table = asked.org.tables[module]
        if len(table) >= asked.org.large_at:
            return web.Response(status=202)
        pairs: list[tuple[str | None, int]] = list(table.shared(field, asked.sees_all, order))
        without = table.holders(field, asked.sees_all).without
        if asked.org.quirks.null_values and without > 1:
            pairs.insert(0, (None, without))
        if starts:
            pairs = [pair for pair in pairs if (pair[0] or "").casefold().startswith(starts)]
        page = pairs[offset : offset + limit]
        return answers.json({"data": [_value(asked, *pair) for pair in page]}) if page else answers.nothing()

    return values


def _value(asked: Asked, value: str | None, count: int) -> dict[str, Any]:
    return {"fieldValue": value, "count": asked.org.quirks.count(count)}


def _groups(module: str) -> Handler:
    def groups(asked: Asked) -> web.Response:
        """The records behind values; several values stand between commas, so one with a comma falls apart."""
        field, limit, offset = _field(asked, module), asked.limit(), asked.offset()
        include = includes(asked, {"accounts"})
        order = asked.choice("sortBy", _SORTS[module])
        holders = asked.org.tables[module].holders(field, asked.sees_all)
        values = [value.strip() for value in asked.required("fieldValues").split(",") if value.strip()]
        found = [(value, _sorted(holders.of(value), order)) for value in values]
        kept = [(value, rows) for value, rows in found if rows]
        page = (
            kept[offset : offset + limit]
            if asked.org.quirks.limit_counts_groups
            else _cut(kept, offset, limit)
        )
        return answers.json({"data": [_group(asked, module, value, rows, include) for value, rows in page]})

    return groups


def _sorted(rows: list[Row], order: str) -> list[Row]:
    if not order:
        return rows
    field = order.removeprefix("-")
    return sorted(rows, key=lambda row: sort_value(row, field), reverse=order.startswith("-"))


def _cut(groups: list[tuple[str, list[Row]]], offset: int, limit: int) -> list[tuple[str, list[Row]]]:
    """One page of groups where ``limit`` counts members."""
    page, seen = [], 0
    for value, rows in groups:
        part = rows[max(0, offset - seen) : max(0, offset + limit - seen)]
        seen += len(rows)
        if part:
            page.append((value, part))
    return page


def _group(asked: Asked, module: str, value: str, rows: list[Row], include: list[str]) -> dict[str, Any]:
    members = []
    for row in rows:
        member = grouped_row(asked, module, row)
        for name in include:
            member.update(INCLUDES[name](asked, row))
        members.append(member)
    return {"fieldValue": value, module: members}


def _default(module: str) -> Handler:
    def default(asked: Asked) -> web.Response:
        """The field by which the portal looks for duplicates of its own accord."""
        return answers.json({"fieldName": asked.org.default_fields[module]})

    return default


def _set_default(module: str) -> Handler:
    def set_default(asked: Asked) -> web.Response:
        """Set that field."""
        field = asked.body.get("fieldName") if isinstance(asked.body, dict) else None
        if field not in FIELDS[module]:
            raise answers.invalid("/fieldName", "the field does not exist")
        asked.org.default_fields[module] = str(field)
        asked.world.writes += 1
        return answers.nothing()

    return set_default


_VALUES = frozenset({"fieldName", "swFieldValue", "limit", "from", "sortBy"})
_GROUPS = frozenset({"fieldName", "fieldValues", "limit", "from", "sortBy"})

ENDPOINTS = (
    Endpoint("GET", "/groupContactDuplicateValues", _values("contacts"), READ_CONTACTS, _VALUES, three),
    Endpoint("GET", "/groupContacts", _groups("contacts"), READ_CONTACTS, _GROUPS | {"include"}, three),
    Endpoint("GET", "/groupAccountDuplicateValues", _values("accounts"), READ_CONTACTS, _VALUES, three),
    Endpoint("GET", "/groupAccounts", _groups("accounts"), READ_CONTACTS, _GROUPS, three),
    Endpoint("GET", "/contactsDeduplication/defaultFieldName", _default("contacts"), READ_CONTACTS),
    Endpoint("POST", "/contactsDeduplication/defaultFieldName", _set_default("contacts"), UPDATE_CONTACTS),
    Endpoint("GET", "/accountsDeduplication/defaultFieldName", _default("accounts"), READ_CONTACTS),
    Endpoint("POST", "/accountsDeduplication/defaultFieldName", _set_default("accounts"), UPDATE_CONTACTS),
)

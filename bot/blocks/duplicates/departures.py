"""How the records of a group depart from what they share; only facts that the records carry."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.blocks import words
from zoho.records import Group, Module, Record

_Get = Callable[[Record], str]

_CONTACT_FIELDS: tuple[tuple[str, _Get], ...] = (
    ("first name", lambda record: record.first_name),
    ("last name", lambda record: record.last_name),
    ("second e-mail", lambda record: record.second_email),
    ("phone", lambda record: record.phone),
    ("mobile", lambda record: record.mobile),
    ("account", lambda record: record.account_id or record.account_name),
    ("type", lambda record: record.type),
)
_ACCOUNT_FIELDS: tuple[tuple[str, _Get], ...] = (
    ("phone", lambda record: record.phone),
    ("website", lambda record: record.website),
    ("type", lambda record: record.type),
)
_FIELDS = {"contacts": _CONTACT_FIELDS, "accounts": _ACCOUNT_FIELDS}


def brackets(group: Group, record: Record) -> tuple[str, ...]:
    """What stands in brackets behind one record's name, in words and raw values."""
    if group.module is Module.DESK_PRODUCTS:
        return _product_brackets(group, record)
    found = [_email_bracket(group, record)]
    if "phone" not in group.reason.fields and not record.phone and _some(group, "phone"):
        found.append("no phone")
    return tuple(part for part in found if part)


def _product_brackets(group: Group, record: Record) -> tuple[str, ...]:
    if "product code" in group.reason.fields:
        return ()
    return (f"code {words.shared_value(record.code)}",) if record.code.strip() else ("no code",)


def _email_bracket(group: Group, record: Record) -> str:
    if "e-mail" in group.reason.fields:
        return "as second e-mail" if _has_as_second(group, record) else ""
    emails = {words.folded(member.email) for member in group.records}
    return words.shared_value(record.email) if len(emails) > 1 and record.email else ""


def _has_as_second(group: Group, record: Record) -> bool:
    shared = {words.folded(value) for value in group.reason.values}
    return words.folded(record.email) not in shared and words.folded(record.second_email) in shared


def _some(group: Group, field: str) -> bool:
    return any(getattr(member, field) for member in group.records)


def differs_also(group: Group) -> tuple[str, ...]:
    """Fields in which the records differ and of which nothing else in the drawing speaks."""
    said = set(group.reason.fields)
    doubts = " ".join(group.against)
    fields = _FIELDS.get(group.module.plural, ())
    return tuple(
        field for field, get in fields if field not in said | _spoken(doubts) and _differ(group.records, get)
    )


def _spoken(doubts: str) -> set[str]:
    pairs = {"first name": "first name", "last name": "last name", "phone": "phone"}
    return {field for word, field in pairs.items() if word in doubts}


def _differ(records: Sequence[Record], get: _Get) -> bool:
    values = {_plain(get(record)) for record in records}
    return len(values - {""}) > 1


def _plain(value: str) -> str:
    digits = re.sub(r"[\s()/.+-]", "", value)
    return digits.lstrip("0") if digits.isdigit() else words.folded(value)

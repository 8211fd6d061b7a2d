"""What stands in the rows: the fields of some records beside each other, and how they compare. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from bot.blocks import words
from zoho.duplicates import normalize, spelling
from zoho.records import Module, Record

COLUMNS = 4  # records beside each other
ROWS = 60
CHARACTERS = 9_000  # Slack takes 10,000 in all cells of a table
NONE = "–"
_Get = Callable[[Record], str]
_Key = Callable[[str], str]


class _Known(NamedTuple):
    """A field of our own: its name, its value, and what of it is compared."""

    name: str
    get: _Get
    key: _Key = words.folded


_KNOWN = (
    _Known("E-mail", lambda record: record.email),
    _Known("Second e-mail", lambda record: record.second_email),
    _Known("Phone", lambda record: record.phone, normalize.phone_key),
    _Known("Mobile", lambda record: record.mobile, normalize.phone_key),
    _Known("Website", lambda record: record.website, normalize.website_key),
    _Known("Account", lambda record: record.account_name),
    _Known("Type", lambda record: record.type),
    _Known("Code", lambda record: record.code),
    _Known("Price", lambda record: record.price),
)
_OURS = frozenset(known.name for known in _KNOWN)
_LABELS = {
    "title": "Job title",
    "zip": "Postcode",
    "annualrevenue": "Annual revenue",
}
# Zoho's own bookkeeping, which says nothing about whether two records are the same, and what has its own row.
_NOT_SHOWN = re.compile(
    r"(^|\.)(id|.*Id|.*Ids|photoURL|webUrl|fullName|.*Count|createdTime|modifiedTime|is[A-Z].*)$"
    r"|^(account|owner|customerHappiness|departments?|layout\w*|createdBy|modifiedBy|zohoCRM\w+)(\.|$)"
)
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")


class Row(NamedTuple):
    """A field, its value on each record shown ("" for none), and how they compare."""

    name: str
    values: tuple[str, ...]
    compared: str

    @property
    def differs(self) -> bool:
        """True where the values contradict each other."""
        return self.compared == "differs"


def fullest(records: Sequence[Record]) -> tuple[Record, ...]:
    """The four records with most fields, oldest first; all of them where there are no more."""
    return tuple(sorted(sorted(records, key=lambda one: -_filled(one))[:COLUMNS], key=_age))


def _filled(record: Record) -> int:
    known = sum(bool(known.get(record).strip()) for known in _KNOWN)
    return known + sum(bool(field.value.strip()) for field in record.others)


def _age(record: Record) -> tuple[bool, float, str]:
    created = record.created
    return (created is None, created.timestamp() if created else 0.0, record.id)


def rows_of(module: Module, records: Sequence[Record]) -> tuple[list[Row], int]:
    """The fields to show and how many found no room; fields that are empty everywhere are neither."""
    known = [_row(one.name, [one.get(record) for record in records], one.key) for one in _KNOWN]
    own = [_row(name, _own(records, field)) for name, field in _own_names(records).items()]
    own.sort(key=lambda row: not row.differs)
    facts = [Row(name, tuple(values), NONE) for name, values in _facts(module, records)]
    every = [row for row in (*known, *own, *facts) if any(row.values)]
    kept: list[Row] = []
    room = CHARACTERS
    for row in every[:ROWS]:
        room -= len(row.name) + sum(len(value) for value in row.values) + len(row.compared)
        if room < 0:
            break
        kept.append(row)
    return kept, len(every) - len(kept)


def _own_names(records: Sequence[Record]) -> dict[str, str]:
    """The further fields of these records: the name that is drawn, and Zoho's; no name stands twice."""
    names = dict.fromkeys(field.name for record in records for field in record.others)
    drawn: dict[str, str] = {}
    for name in names:
        if not _NOT_SHOWN.search(name):
            shown = label(name)
            drawn[words.typed(name) if shown in drawn or shown in _OURS else shown] = name
    return drawn


def label(name: str) -> str:
    """Zoho's name of a field as people write it: "jobTitle" as "Job title", "cf_region" as "Region"."""
    if name in _LABELS:
        return _LABELS[name]
    bare = words.clean(name.removeprefix("cf_").replace("_", " "))
    spaced = _HUMPS.sub(" ", bare)
    said = spaced if spaced == bare else f"{spaced[:1]}{spaced[1:].lower()}"
    return words.cut(words.sentence(said), words.TYPED_LENGTH) or words.typed(name)


def _own(records: Sequence[Record], name: str) -> list[str]:
    return [_other(record, name) for record in records]


def _other(record: Record, name: str) -> str:
    return next((field.value for field in record.others if field.name == name), "")


def _facts(module: Module, records: Sequence[Record]) -> list[tuple[str, list[str]]]:
    """What is shown and not compared: whose record it is, and whether CRM has it."""
    owners = [
        words.shared_value(f"{_other(one, 'owner.firstName')} {_other(one, 'owner.lastName')}")
        for one in records
    ]
    crm = ["linked" if one.crm_id else "" for one in records]
    return [("Owner", owners), (f"CRM {words.singular(module)}", crm)]


def _row(name: str, values: Sequence[str], key: _Key = words.folded) -> Row:
    shown = tuple(words.shared_value(value) for value in values)
    return Row(name, shown, compared(values, key))


def compared(values: Sequence[str], key: _Key = words.folded) -> str:
    """How the values of one field compare: same, similar, differs, one only; "–" where there are none."""
    given = [words.folded(value) for value in values if value.strip()]
    if len(given) < 2:
        return "one only" if given else NONE
    keys = {key(value) for value in given}
    if len(set(given)) == 1 or (len(keys) == 1 and "" not in keys):
        return "same"
    return "similar" if all(_similar(given[0], other) for other in given[1:]) else "differs"


def _similar(one: str, other: str) -> bool:
    """Within two letters of each other, and long enough for that to mean something; digits must agree."""
    if re.sub(r"\D", "", one) != re.sub(r"\D", "", other):
        return False
    return min(len(one), len(other)) > 4 and spelling.distance(one, other) <= 2


def moments(records: Sequence[Record]) -> list[tuple[str, list[datetime | None]]]:
    """When the records were made and changed, as far as Zoho told."""
    rows = [
        ("Created", [record.created for record in records]),
        ("Changed", [record.modified for record in records]),
    ]
    return [(title, moments) for title, moments in rows if any(moments)]


def is_spelling(one: str, other: str) -> bool:
    """One letter apart, two in longer names."""
    longer = max(len(one), len(other))
    return bool(one and other) and longer > 3 and spelling.distance(one, other) <= (2 if longer > 5 else 1)

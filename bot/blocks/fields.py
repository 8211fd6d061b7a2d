"""One group field by field: a table, and the same facts as a list where tables are not taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from rapidfuzz.distance import OSA
from slack_sdk.models.blocks import (
    Block,
    RawTextObject,
    RichTextBlock,
    RichTextElement,
    TableBlock,
    TableBlockColumnSettings,
)

from bot import ids
from bot.blocks import parts, words
from bot.blocks.duplicates.cards import Card, group_buttons, reason, record_name, shared_values
from zoho.records import Module, Record

COLUMNS = 4  # records beside each other
ROWS = 60
CHARACTERS = 9_000  # Slack takes 10,000 in all cells of a table
NONE = "–"
_Get = Callable[[Record], str]

_KNOWN: tuple[tuple[str, _Get], ...] = (
    ("E-mail", lambda record: record.email),
    ("Second e-mail", lambda record: record.second_email),
    ("Phone", lambda record: record.phone),
    ("Mobile", lambda record: record.mobile),
    ("Website", lambda record: record.website),
    ("Account", lambda record: record.account_name),
    ("Type", lambda record: record.type),
    ("Code", lambda record: record.code),
    ("Price", lambda record: record.price),
)
# Zoho's own bookkeeping, which says nothing about whether two records are the same.
_NOT_SHOWN = re.compile(r"(^|\.)(id|.*Id|.*Ids|photoURL|webUrl|.*Count|createdTime|modifiedTime|is[A-Z].*)$")


class Row(NamedTuple):
    """A field, its value on each record shown ("" for none), and how they compare."""

    name: str
    values: tuple[str, ...]
    compared: str

    @property
    def differs(self) -> bool:
        """True where the values contradict each other."""
        return self.compared == "differs"


@dataclass(frozen=True, slots=True)
class FieldsPage:
    """The group with its records read in full, and the page of the list it came from, if any."""

    card: Card
    org_name: str
    region_name: str
    at: datetime
    back: ids.PageRef | None = None

    @property
    def module(self) -> Module:
        """The list the records belong to."""
        return self.card.group.module

    @property
    def shown(self) -> tuple[Record, ...]:
        """At most four records, the most complete ones, oldest first."""
        fullest = sorted(self.card.group.records, key=lambda one: -_filled(one))[:COLUMNS]
        return tuple(sorted(fullest, key=_age))


def _filled(record: Record) -> int:
    known = sum(bool(get(record).strip()) for _, get in _KNOWN)
    return known + sum(bool(field.value.strip()) for field in record.others)


def _age(record: Record) -> tuple[bool, float, str]:
    created = record.created
    return (created is None, created.timestamp() if created else 0.0, record.id)


def field_by_field(page: FieldsPage) -> parts.Message:
    """The answer to *Show every field*."""
    rows, left_out = _rows(page)
    around = _before(page), _after(page, left_out)
    table = (*around[0], _table(page, rows), *around[1])
    classic = (*around[0], _list(page, rows), *around[1])
    said = (
        f"{words.escaped(page.card.names, 100)}, field by field: {words.escaped(reason(page.card.group), 60)}"
    )
    differing = [_lower(row.name) for row in rows if row.differs]
    verb = "differs" if len(differing) == 1 else "differ"
    more = f"; {words.escaped(words.in_words(differing), 80)} {verb}" if differing else ""
    return parts.Message(words.fallback(f"{said}{more}"), table, classic)


def _lower(name: str) -> str:
    """Our own names of fields without their capital; Zoho's as they are."""
    return name.lower() if name in dict(_KNOWN) else name


def _id(page: FieldsPage, part: str) -> str:
    return f"detail:{page.card.key}:{part}:{page.card.revision}"


def _before(page: FieldsPage) -> list[Block]:
    about = words.dotted(
        words.label(page.module),
        words.inert(page.org_name),
        words.inert(page.region_name),
        words.when(page.at),
    )
    shared = shared_values(page.card.group)
    why = parts.line(
        words.sentence(reason(page.card.group)), ", " if shared else "", parts.bold(shared) if shared else ""
    )
    blocks: list[Block] = [
        parts.header(_id(page, "head"), page.card.names),
        parts.context(_id(page, "ctx"), about),
        parts.rich(_id(page, "for"), parts.line(parts.bold("For")), parts.bullets(why)),
    ]
    if page.card.group.against:
        doubts = [parts.line(words.sentence(words.clean(doubt))) for doubt in page.card.group.against]
        against = parts.line(parts.bold("Against"))
        blocks.append(parts.rich(_id(page, "ag"), against, parts.bullets(*doubts)))
    return blocks


def _after(page: FieldsPage, left_out: int) -> list[Block]:
    buttons = group_buttons(page.card)
    if page.back:
        value = ids.pack_page(page.back)
        buttons.append(parts.button(ids.PAGE_BACK, "Back to the list", value=value))
    blocks: list[Block] = [parts.actions(f"g:{page.card.key}:act:{page.card.revision}", *buttons)]
    rest = [record for record in page.card.group.records if record not in page.shown]
    if rest:
        named = [record_name(record, page.card.links) for record in rest[:10]]
        pieces = [piece for name in named for piece in (parts.text(", "), name)][1:]
        more = f" and {len(rest) - 10} more" if len(rest) > 10 else ""
        blocks.append(
            parts.rich(_id(page, "rest"), parts.line(parts.bold("Also in this group: "), *pieces, more))
        )
    feet = ["Compared without capitals and extra blanks. Two empty fields are never the same."]
    if left_out:
        feet.append(f"{words.sentence(words.counted(left_out, 'more field'))} left out.")
    blocks.append(parts.context(_id(page, "foot"), " ".join(feet)))
    return blocks


def _rows(page: FieldsPage) -> tuple[list[Row], int]:
    """The fields to show and how many found no room; fields that are empty everywhere are neither."""
    records = page.shown
    known = [_row(name, [get(one) for one in records]) for name, get in _KNOWN]
    own = [_row(words.typed(name), _own(records, name)) for name in _own_names(records)]
    own.sort(key=lambda row: not row.differs)
    every = [row for row in (*known, *own) if any(row.values)]
    kept: list[Row] = []
    room = CHARACTERS
    for row in every[:ROWS]:
        room -= len(row.name) + sum(len(value) for value in row.values) + len(row.compared)
        if room < 0:
            break
        kept.append(row)
    return kept, len(every) - len(kept)


def _own_names(records: Sequence[Record]) -> list[str]:
    names = dict.fromkeys(field.name for record in records for field in record.others)
    return [name for name in names if not _NOT_SHOWN.search(name)]


def _own(records: Sequence[Record], name: str) -> list[str]:
    return [next((field.value for field in one.others if field.name == name), "") for one in records]


def _row(name: str, values: Sequence[str]) -> Row:
    shown = tuple(words.shared_value(value) for value in values)
    return Row(name, shown, compared(values))


def compared(values: Sequence[str]) -> str:
    """How the values of one field compare: same, similar, differs, one only; "–" where there are none."""
    given = [words.folded(value) for value in values if value.strip()]
    if len(given) < 2:
        return "one only" if given else NONE
    if len(set(given)) == 1:
        return "same"
    return "similar" if all(_similar(given[0], other) for other in given[1:]) else "differs"


def _similar(one: str, other: str) -> bool:
    """Within two letters of each other, and long enough for that to mean something; digits must agree."""
    if re.sub(r"\D", "", one) != re.sub(r"\D", "", other):
        return False
    return min(len(one), len(other)) > 4 and OSA.distance(one, other, score_cutoff=2) <= 2


# The table


_Cell = RawTextObject | RichTextBlock


def _table(page: FieldsPage, rows: Sequence[Row]) -> Block:
    records = page.shown
    drawn: list[list[_Cell]] = [
        [_raw("Field"), *(_raw(title) for title in _titles(len(records))), _raw("Compared")],
        _names_row(page),
        *(_drawn(row) for row in rows),
    ]
    if any(record.created for record in records):
        drawn.append([_raw("Created"), *(_created(record) for record in records), _raw(NONE)])
    settings = [TableBlockColumnSettings(is_wrapped=True) for _ in drawn[0]]
    return TableBlock(block_id=_id(page, "table"), rows=drawn, column_settings=settings)


def _titles(count: int) -> list[str]:
    return ["Older", "Newer"] if count == 2 else [f"Record {number}" for number in range(1, count + 1)]


def _raw(text: str) -> RawTextObject:
    return RawTextObject(text=text or NONE)


def _cell(*pieces: RichTextElement) -> RichTextBlock:
    return RichTextBlock(elements=[parts.line(*pieces)])


def _names_row(page: FieldsPage) -> list[_Cell]:
    names = [_cell(record_name(record, page.card.links)) for record in page.shown]
    return [_raw("Name"), *names, _raw(compared([record.name for record in page.shown]))]


def _drawn(row: Row) -> list[_Cell]:
    if not row.differs:
        return [_raw(row.name), *(_raw(value) for value in row.values), _raw(row.compared)]
    values = [_cell(parts.bold(value)) if value else _raw(NONE) for value in row.values]
    return [_raw(row.name), *values, _cell(parts.bold(row.compared))]


def _created(record: Record) -> _Cell:
    return _cell(parts.date(record.created)) if record.created else _raw(NONE)


# The list


def _list(page: FieldsPage, rows: Sequence[Row]) -> Block:
    ordered = sorted(rows, key=lambda row: not row.differs)
    lines = [_line(row) for row in ordered if row.differs]
    lines.append(_names_line(page))
    lines += [_line(row) for row in ordered if not row.differs]
    dates = _dates_line(page)
    head = parts.line(parts.bold("Field by field, the older record first"))
    return parts.rich(_id(page, "list"), head, parts.bullets(*lines, *dates))


def _line(row: Row) -> parts.Line:
    values = ", ".join(value or NONE for value in row.values)
    if row.differs:
        return parts.line(f"{row.name} ", parts.bold("differs"), f": {values}")
    return parts.line(f"{row.name}, {row.compared}: {values}")


def _names_line(page: FieldsPage) -> parts.Line:
    how = compared([record.name for record in page.shown])
    names = [record_name(record, page.card.links) for record in page.shown]
    pieces = [piece for name in names for piece in (parts.text(", "), name)][1:]
    return parts.line(f"Name, {how}: ", *pieces)


def _dates_line(page: FieldsPage) -> list[parts.Line]:
    dates = [record.created for record in page.shown if record.created]
    pieces = [piece for at in dates for piece in (parts.text(", "), parts.date(at))][1:]
    return [parts.line("Created: ", *pieces)] if dates else []

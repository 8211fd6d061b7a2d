"""One group field by field: a table, and the same facts as a list where tables are not taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
from bot.blocks.duplicates.cards import Card, group_buttons
from bot.blocks.duplicates.record_lines import reason, record_name, shared_values
from bot.blocks.fields.rows import NONE, Row, compared, fullest, is_spelling, moments, rows_of
from zoho.records import Module, Record

SHOWN_DOUBTS = 4  # fields that differ, in words above the table


@dataclass(frozen=True, slots=True)
class FieldsPage:
    """The group with its records read in full, and the page of the list it came from, if any.

    Without ``has_buttons`` they are where the person came from.
    """

    card: Card
    org_name: str
    region_name: str
    at: datetime
    back: ids.PageRef | None = None
    has_buttons: bool = True

    @property
    def module(self) -> Module:
        """The list the records belong to."""
        return self.card.group.module

    @property
    def shown(self) -> tuple[Record, ...]:
        """At most four records, the most complete ones, oldest first."""
        return fullest(self.card.group.records)


def reading(org_name: str, *, follows: bool) -> parts.Message:
    """The records are being read; ``follows`` when the answer will be a message of its own."""
    what = f":{parts.WAITS}: Reading *every field* in {words.inert(org_name)}…"
    blocks: list[Block] = [parts.section("detail:wait:1", what)]
    if follows:
        blocks.append(parts.context("detail:follows:1", "The result follows here."))
    return parts.Message(words.fallback(f"Reading every field in {words.escaped(org_name)}"), tuple(blocks))


def field_by_field(page: FieldsPage) -> parts.Message:
    """The answer to *Show every field*."""
    rows, left_out = rows_of(page.module, page.shown)
    around = _before(page, rows), _after(page, left_out)
    table = (*around[0], _table(page, rows), *around[1])
    classic = (*around[0], _list(page, rows), *around[1])
    said = (
        f"{words.escaped(page.card.names, 100)}, field by field: {words.escaped(reason(page.card.group), 60)}"
    )
    differing = [words.lowered(row.name) for row in rows if row.differs]
    verb = "differs" if len(differing) == 1 else "differ"
    more = f"; {words.escaped(words.in_words(differing), 80)} {verb}" if differing else ""
    return parts.Message(words.fallback(f"{said}{more}"), table, classic)


def _id(page: FieldsPage, part: str) -> str:
    return f"detail:{page.card.key}:{part}:{page.card.revision}"


def _before(page: FieldsPage, rows: Sequence[Row]) -> list[Block]:
    about = words.dotted(
        words.label(page.module),
        words.inert(page.org_name),
        words.inert(page.region_name),
        words.when(page.at),
    )
    blocks: list[Block] = [
        parts.header(_id(page, "head"), page.card.names),
        parts.context(_id(page, "ctx"), about),
        parts.rich(_id(page, "for"), parts.line(parts.bold("For")), parts.bullets(*_evidence(page))),
    ]
    doubts = [parts.line(words.sentence(words.clean(doubt))) for doubt in page.card.group.against]
    doubts += [_doubt(row) for row in rows if row.differs][:SHOWN_DOUBTS]
    if doubts:
        against = parts.line(parts.bold("Against"))
        blocks.append(parts.rich(_id(page, "ag"), against, parts.bullets(*doubts)))
    return blocks


def _evidence(page: FieldsPage) -> list[parts.Line]:
    """What the records share, each with the value where it is known which is which."""
    shared = page.card.group.reason
    values = [words.shared_value(value) for value in shared.values]
    if shared.fields[:1] == ("name",) and len(values) == len(shared.fields) - 1:
        values.insert(0, words.name(page.shown[0].name))
    if not shared.fields or len(values) != len(shared.fields):
        said = shared_values(page.card.group)
        lines = [parts.line(words.sentence(reason(page.card.group)), *_beside(said))]
    else:
        named = zip(shared.fields, values, strict=True)
        lines = [parts.line(f"Same {field}", *_beside(value)) for field, value in named]
    return lines + _likeness(page)


def _beside(value: str) -> Sequence[RichTextElement | str]:
    return (", ", parts.bold(value)) if value else ()


def _likeness(page: FieldsPage) -> list[parts.Line]:
    """First names that are spellings of one, beside one last name."""
    first = [record.first_name for record in page.shown]
    last = [record.last_name for record in page.shown]
    spellings = list(dict.fromkeys(words.folded(name) for name in first))
    is_near = len(spellings) > 1 and all(is_spelling(spellings[0], other) for other in spellings[1:])
    if not is_near or compared(last) != "same":
        return []
    pieces = _listed([words.name(value) for value in dict.fromkeys(first)])
    return [parts.line("First names nearly the same, ", *pieces, "; last name the same")]


def _doubt(row: Row) -> parts.Line:
    values = dict.fromkeys(value for value in row.values if value)
    return parts.line(f"{row.name} differs: ", *_listed(list(values)))


def _listed(values: Sequence[str]) -> list[RichTextElement | str]:
    """Values in bold: "a, b and c"."""
    pieces: list[RichTextElement | str] = []
    for place, value in enumerate(values):
        pieces += ["" if not place else " and " if place == len(values) - 1 else ", ", parts.bold(value)]
    return pieces


def _after(page: FieldsPage, left_out: int) -> list[Block]:
    buttons = group_buttons(page.card) if page.has_buttons else []
    if page.back:
        value = ids.pack_page(page.back)
        buttons.append(parts.button(ids.PAGE_BACK, "Back to the list", value=value))
    blocks: list[Block] = []
    if buttons:
        blocks.append(parts.actions(f"g:{page.card.key}:act:{page.card.revision}", *buttons))
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


# The table


_Cell = RawTextObject | RichTextBlock


def _table(page: FieldsPage, rows: Sequence[Row]) -> Block:
    records = page.shown
    drawn: list[list[_Cell]] = [
        [_raw("Field"), *(_raw(title) for title in _titles(len(records))), _raw("Compared")],
        _names_row(page),
        *(_drawn(row) for row in rows),
    ]
    for title, given in moments(records):
        drawn.append([_raw(title), *(_moment(at) for at in given), _raw(NONE)])
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


def _moment(at: datetime | None) -> _Cell:
    return _cell(parts.date(at)) if at else _raw(NONE)


# The list


def _list(page: FieldsPage, rows: Sequence[Row]) -> Block:
    ordered = sorted(rows, key=lambda row: not row.differs)
    lines = [_line(row) for row in ordered if row.differs]
    lines.append(_names_line(page))
    lines += [_line(row) for row in ordered if not row.differs]
    lines += [_moments_line(title, given) for title, given in moments(page.shown)]
    head = parts.line(parts.bold("Field by field, the older record first"))
    return parts.rich(_id(page, "list"), head, parts.bullets(*lines))


def _line(row: Row) -> parts.Line:
    values = ", ".join(value or NONE for value in row.values)
    if row.differs:
        return parts.line(f"{row.name} ", parts.bold("differs"), f": {values}")
    how = "" if row.compared == NONE else f", {row.compared}"
    return parts.line(f"{row.name}{how}: {values}")


def _names_line(page: FieldsPage) -> parts.Line:
    how = compared([record.name for record in page.shown])
    names = [record_name(record, page.card.links) for record in page.shown]
    pieces = [piece for name in names for piece in (parts.text(", "), name)][1:]
    return parts.line(f"Name, {how}: ", *pieces)


def _moments_line(title: str, given: Sequence[datetime | None]) -> parts.Line:
    drawn: list[RichTextElement | str] = [parts.date(at) if at else NONE for at in given]
    pieces = [piece for one in drawn for piece in (", ", one)][1:]
    return parts.line(f"{title}: ", *pieces)

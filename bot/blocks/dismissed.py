"""What a team said are no duplicates: the answer to ``/duplicates dismissed``, and rows of it elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from slack_sdk.models.blocks import Block, SectionBlock

from bot import ids
from bot.blocks import parts, words
from bot.blocks.duplicates.dismissed import REASONS
from bot.blocks.team_list import TeamPage, Wording, list_not_connected, part_of_it, reading_list, team_list
from zoho.records import Module

_WORDING = Wording(
    scope="dl",
    to_fill=(
        "Press *Not a duplicate* on a group to put it here. It is then left out of every search and alert."
    ),
    them="ones",
    previous_id=ids.DISMISSED_PREVIOUS,
    next_id=ids.DISMISSED_NEXT,
)


@dataclass(frozen=True, slots=True)
class DismissedRow:
    """One decision: of which records (raw names), by whom, when, and why.

    ``out`` are the names of those that were taken out, none when no two belong together. ``again`` are the
    fields that have changed since, so that it is shown all the same.
    """

    key: str
    revision: int
    names: tuple[str, ...]
    module: Module
    by: str
    at: datetime
    why: str = ""
    note: str = ""
    out: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    is_by_viewer: bool = False


@dataclass(frozen=True, slots=True)
class DismissedPage(TeamPage):
    """Five decisions at most, newest first. ``gone`` of them are about records that Zoho no longer has."""

    rows: tuple[DismissedRow, ...]
    gone: int = 0


def dismissed_list(page: DismissedPage) -> parts.Message:
    """The answer to ``/duplicates dismissed``."""
    return team_list(
        page,
        _WORDING,
        head=_head(page.total),
        rows=[_row(f"dl:{row.key}:row:{row.revision}", row, page) for row in page.rows],
        names=[words.names(row.names) for row in page.rows],
        foot=_foot(page),
    )


def _head(total: int) -> str:
    return f"{words.number(total)} dismissed" if total else "Nothing is dismissed"


def _row(block_id: str, row: DismissedRow, page: DismissedPage) -> Block:
    def option(text: str, verb: str) -> tuple[str, str]:
        return text, ids.pack_entry_choice(ids.EntryChoice(verb, row.key, row.revision, page.start))

    menu = parts.overflow(ids.DISMISSED_MORE, option("Open", "open"), option("Undo dismissal", "undo"))
    return SectionBlock(
        block_id=block_id, text=parts.plain(row_text(row, page.now, page.zone)), accessory=menu
    )


def own_row(block_id: str, row: DismissedRow, now: datetime, zone: tzinfo) -> Block:
    """A decision of the viewer's own, with the way back."""
    value = ids.pack_group(ids.GroupRef(row.key, row.revision))
    undo = parts.button(ids.DISMISSED_UNDO, "Undo dismissal", value=value, label=f"Undo: {_title(row)}")
    text = f"Not a duplicate: {_title(row)}\n{_told(row, now, zone, is_own=True)}"
    return SectionBlock(block_id=block_id, text=parts.plain(text), accessory=undo)


def row_text(row: DismissedRow, now: datetime, zone: tzinfo) -> str:
    """A decision in two lines of plain letters."""
    return f"{_title(row)}\n{_told(row, now, zone)}"


def _title(row: DismissedRow) -> str:
    if not row.out:
        return words.names(row.names)
    left = [name for name in row.names if name not in row.out] or list(row.names)
    return f"{words.names(row.out)}, taken out from {words.names(left)}"


def _told(row: DismissedRow, now: datetime, zone: tzinfo, *, is_own: bool = False) -> str:
    by = "you" if row.is_by_viewer else (words.name(row.by) if row.by else "somebody")
    at = words.here(row.at, now, zone)
    reason = words.lowered(REASONS.get(row.why, ""))
    note = f"“{words.cut(words.clean(row.note), words.VALUE_LENGTH)}”" if row.note else ""
    again = f"shown again, since the {words.in_words(row.again)} changed" if row.again else ""
    said = words.sentence(at) if is_own else f"dismissed by {by}, {at}"
    label = "" if is_own else words.label(row.module)
    return words.dotted(label, said, reason, note, again)


def _foot(page: DismissedPage) -> str:
    said = [part_of_it(page)]
    unseen = page.hidden + page.elsewhere
    if unseen:
        more = f"{words.sentence(words.number(unseen))} more {'is' if unseen == 1 else 'are'}"
        said.append(f"{more} about records that your Zoho login does not show.")
    if page.gone:
        verb = "is" if page.gone == 1 else "are"
        said.append(
            f"{words.sentence(words.number(page.gone))} {verb} about records that Zoho no longer has."
        )
    return " ".join(filter(None, said))


def reading_dismissed() -> parts.Message:
    """The records behind the decisions are being read."""
    return reading_list(_WORDING, "Reading what your team has dismissed…")


def dismissed_not_connected(total: int, link: parts.Link) -> parts.Message:
    """For somebody without a connection: how many there are, and the way in."""
    head = _head(total)
    why = "You see those about records that your own Zoho login shows, once you are connected."
    return list_not_connected(_WORDING, total, link, head=head, why=why)

"""What a team said are no duplicates: the answer to ``/duplicates dismissed``, and rows of it elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from slack_sdk.models.blocks import Block, InteractiveElement, SectionBlock

from bot import ids
from bot.blocks import connection, parts, words
from bot.blocks.duplicates.dismissed import REASONS
from zoho.records import Module

PAGE = 5
_TO_FILL = "Press *Not a duplicate* on a group to put it here. It is then left out of every search and alert."


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
class DismissedPage:
    """Five decisions at most, newest first, and where they stand among all that hold.

    ``total`` counts those of the viewer's organisation, of which number ``first`` to ``last`` were read for
    this page; ``hidden`` of these are about records that the viewer's login does not return, ``gone`` about
    records that Zoho no longer has, ``elsewhere`` are in other organisations. ``next`` and ``previous`` are
    the keys from which one turns the page, "" for none; ``start`` is the one before the page.
    """

    rows: tuple[DismissedRow, ...]
    total: int
    first: int
    last: int
    org_name: str
    region_name: str
    now: datetime
    zone: tzinfo
    hidden: int = 0
    gone: int = 0
    elsewhere: int = 0
    start: str = ""
    next: str = ""
    previous: str = ""


def dismissed_list(page: DismissedPage) -> parts.Message:
    """The answer to ``/duplicates dismissed``."""
    head = _head(page.total)
    about = words.dotted(words.inert(page.org_name), words.inert(page.region_name), words.when(page.now))
    blocks: list[Block] = [parts.header(_id(page, "head"), head), parts.context(_id(page, "ctx"), about)]
    if not page.total:
        blocks.append(parts.section(_id(page, "none"), _TO_FILL))
    blocks += [_row(f"dl:{row.key}:row:{row.revision}", row, page) for row in page.rows]
    turns = _pager(page)
    if turns:
        blocks.append(parts.actions(_id(page, "nav"), *turns))
    foot = _foot(page)
    if foot:
        blocks.append(parts.context(_id(page, "foot"), foot))
    return parts.Message(words.fallback(head, [words.names(row.names) for row in page.rows]), tuple(blocks))


def _head(total: int) -> str:
    return f"{words.number(total)} dismissed" if total else "Nothing is dismissed"


def _id(page: DismissedPage, part: str) -> str:
    return f"dl:{part}:{int(page.now.timestamp())}"


def _row(block_id: str, row: DismissedRow, page: DismissedPage) -> Block:
    def option(text: str, verb: str) -> tuple[str, str]:
        return text, ids.pack_flag_choice(ids.FlagChoice(verb, row.key, row.revision, page.start))

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


def _pager(page: DismissedPage) -> list[InteractiveElement]:
    buttons: list[InteractiveElement] = []
    if page.previous:
        value = ids.pack_flag_place(ids.FlagPlace(before=page.previous))
        label = f"Show the ones before number {page.first}"
        buttons.append(parts.button(ids.DISMISSED_PREVIOUS, "Show previous 5", value=value, label=label))
    if page.next:
        value = ids.pack_flag_place(ids.FlagPlace(after=page.next))
        label = f"Show the ones after number {page.last}"
        buttons.append(parts.button(ids.DISMISSED_NEXT, "Show next 5", value=value, label=label))
    return buttons


def _foot(page: DismissedPage) -> str:
    said = []
    if page.last - page.first + 1 < page.total:
        of = words.number(page.total)
        said.append(f"{words.number(page.first)} to {words.number(page.last)} of {of}.")
    unseen = page.hidden + page.elsewhere
    if unseen:
        more = f"{words.sentence(words.number(unseen))} more {'is' if unseen == 1 else 'are'}"
        said.append(f"{more} about records that your Zoho login does not show.")
    if page.gone:
        verb = "is" if page.gone == 1 else "are"
        said.append(
            f"{words.sentence(words.number(page.gone))} {verb} about records that Zoho no longer has."
        )
    return " ".join(said)


def reading_dismissed() -> parts.Message:
    """The records behind the decisions are being read."""
    told = "Reading what your team has dismissed…"
    return parts.Message(told, (parts.section("dl:wait:1", f":{parts.WAITS}: {told}"),))


def dismissed_not_connected(total: int, link: parts.Link) -> parts.Message:
    """For somebody without a connection: how many there are, and the way in."""
    head = _head(total)
    why = "You see those about records that your own Zoho login shows, once you are connected."
    blocks: list[Block] = [
        parts.section("dl:count:1", f"*{head}*\n{why if total else _TO_FILL}"),
        parts.actions("dl:act:1", connection.connect_button(link, "Connect Zoho Desk")),
        parts.context("dl:link:1", connection.link_line(link)),
    ]
    return parts.Message(words.fallback(f"{head}. {why}".rstrip(".")), tuple(blocks))

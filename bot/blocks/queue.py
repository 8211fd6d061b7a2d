"""The flag queue: what a team has flagged and nobody has settled yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from slack_sdk.models.blocks import Block, InteractiveElement, SectionBlock

from bot import ids
from bot.blocks import parts, words
from zoho.records import Module

PAGE = 5


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One open flag as its viewer sees it.

    ``names`` are the records' names, raw. ``by`` is the flagger's name, ``holder`` that of whoever has it, ""
    for nobody; ``is_by_viewer`` and ``is_viewers`` when that is the viewer.
    """

    key: str
    revision: int
    names: tuple[str, ...]
    module: Module
    by: str
    at: datetime
    holder: str = ""
    is_by_viewer: bool = False
    is_viewers: bool = False

    @property
    def ref(self) -> ids.GroupRef:
        """What the row's buttons carry."""
        return ids.GroupRef(self.key, self.revision)

    @property
    def title(self) -> str:
        """The records in a few words, raw."""
        return words.names(self.names)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Five flags at most, oldest first. ``total`` counts all that are open, ``hidden`` those not shown to the
    viewer by Zoho on this page, ``zone`` is the viewer's."""

    rows: tuple[FlagRow, ...]
    total: int
    workspace: str
    now: datetime
    zone: tzinfo
    offset: int = 0
    hidden: int = 0


def flag_queue(page: QueuePage) -> parts.Message:
    """The answer to ``/duplicates flagged``."""
    head = words.sentence(words.counted(page.total, "open flag"))
    blocks: list[Block] = [
        parts.header(_id(page, "head"), head),
        parts.context(_id(page, "ctx"), words.dotted(words.inert(page.workspace), words.when(page.now))),
    ]
    if not page.total:
        blocks.append(parts.section(_id(page, "none"), "Press *Flag* on a group to put it here."))
    blocks += [_row(row, page) for row in page.rows]
    turns = pager(page.offset, page.offset + len(page.rows) + page.hidden, page.total)
    if turns:
        blocks.append(parts.actions(_id(page, "nav"), *turns))
    if page.hidden:
        blocks.append(parts.context(_id(page, "foot"), hidden_line(page.hidden)))
    return parts.Message(words.fallback(head, [row.title for row in page.rows]), tuple(blocks))


def _id(page: QueuePage, part: str) -> str:
    return f"fq:{part}:{int(page.now.timestamp())}"


def _row(row: FlagRow, page: QueuePage) -> Block:
    menu = parts.overflow(ids.FLAG_MORE, *_options(row))
    text = plain_row(row, page.now, page.zone)
    return SectionBlock(block_id=f"fq:{row.key}:row:{row.revision}", text=parts.plain(text), accessory=menu)


def plain_row(row: FlagRow, now: datetime, zone: tzinfo) -> str:
    """A flag in two lines of plain letters."""
    by = "you" if row.is_by_viewer else words.name(row.by)
    flagged = f"flagged by {by}, {words.here(row.at, now, zone)}"
    return f"{row.title}\n{words.dotted(words.label(row.module), flagged, _holder(row))}"


def _holder(row: FlagRow) -> str:
    if row.is_viewers:
        return "yours"
    return f"{words.name(row.holder)} has it" if row.holder else "nobody has it"


def _options(row: FlagRow) -> Sequence[tuple[str, str]]:
    if row.is_viewers:
        claim = ("Release", "release")
    elif row.holder:
        claim = (words.cut(f"Take over from {words.name(row.holder)}", words.OPTION_LENGTH - 1), "claim")
    else:
        claim = ("Claim", "claim")
    verbs = (("Open", "open"), claim, ("Mark done", "done"), ("Undo flag", "undo"))
    return [(text, ids.pack_choice(ids.Choice(verb, row.ref))) for text, verb in verbs]


def pager(offset: int, last: int, total: int) -> list[InteractiveElement]:
    """The ways to the flags before and after this page."""
    buttons: list[InteractiveElement] = []
    if offset:
        start = max(offset - PAGE, 0)
        label = f"Show flags {start + 1} to {offset}"
        buttons.append(parts.button(ids.FLAG_PREVIOUS, "Show previous 5", value=str(start), label=label))
    if last < total:
        label = f"Show flags {last + 1} to {min(last + PAGE, total)} of {total}"
        buttons.append(parts.button(ids.FLAG_NEXT, "Show next 5", value=str(last), label=label))
    return buttons


def hidden_line(hidden: int) -> str:
    """How many flags stand on records that the viewer's login does not return."""
    verb = "is" if hidden == 1 else "are"
    return f"{words.number(hidden)} more {verb} on records that your Zoho login does not show."

"""The flag queue: what a team has flagged and nobody has settled yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from slack_sdk.models.blocks import Block, InteractiveElement, SectionBlock

from bot import ids
from bot.blocks import parts, words
from bot.blocks.team_list import (
    TeamPage,
    Wording,
    list_not_connected,
    page_buttons,
    part_of_it,
    reading_list,
    team_list,
)
from zoho.records import Module

_WORDING = Wording(
    scope="fq",
    to_fill="Press *Flag* on a group to put it here.",
    them="flags",
    previous_id=ids.FLAG_PREVIOUS,
    next_id=ids.FLAG_NEXT,
)


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
    def title(self) -> str:
        """The records in a few words, raw."""
        return words.names(self.names)


@dataclass(frozen=True, slots=True)
class QueuePage(TeamPage):
    """Five flags at most, oldest first. ``solved`` have just left by themselves."""

    rows: tuple[FlagRow, ...]
    solved: int = 0


@dataclass(frozen=True, slots=True)
class OwnFlag:
    """A flag of the viewer's own as it stands among their decisions.

    ``ended`` is what became of it in a few words, without who did it; ``by`` that person's name, "" for the
    viewer. ``has_menu`` when its menu, which holds the way back, stands on the same page.
    """

    key: str
    revision: int
    names: tuple[str, ...]
    at: datetime
    ended: str = ""
    by: str = ""
    has_menu: bool = False


def flag_queue(page: QueuePage) -> parts.Message:
    """The answer to ``/duplicates flagged``."""
    return team_list(
        page,
        _WORDING,
        head=_headline(page),
        rows=[flag_row(f"fq:{row.key}:row:{row.revision}", row, page) for row in page.rows],
        names=[row.title for row in page.rows],
        foot=foot_line(page),
    )


def _headline(page: QueuePage) -> str:
    if page.is_whole and not page.rows and (page.total or page.elsewhere):
        return "No open flags to show"
    return words.sentence(words.counted(len(page.rows) if page.is_whole else page.total, "open flag"))


def flag_row(block_id: str, row: FlagRow, page: QueuePage, *, number: int = 0) -> Block:
    """One flag in two lines of plain letters, with its menu; ``number`` is its place, 0 for none."""
    place = f"{number}. " if number else ""
    by = "you" if row.is_by_viewer else _person(row.by)
    flagged = f"flagged by {by}, {words.here(row.at, page.now, page.zone)}"
    told = words.dotted(words.label(row.module), flagged, _holder(row))
    return SectionBlock(
        block_id=block_id,
        text=parts.plain(f"{place}{row.title}\n{told}"),
        accessory=parts.overflow(ids.FLAG_MORE, *_options(row, page.start)),
    )


def own_flag_row(block_id: str, flag: OwnFlag, now: datetime, zone: tzinfo) -> Block:
    """A flag of the viewer's own among their decisions, with the way back where there still is one."""
    title = words.names(flag.names)
    ended = f"{flag.ended} by {words.name(flag.by) if flag.by else 'you'}" if flag.ended else ""
    told = words.dotted(words.sentence(words.here(flag.at, now, zone)), ended)
    undo = None
    if not flag.ended and not flag.has_menu:
        value = ids.pack_entry_choice(ids.EntryChoice("undo", flag.key, flag.revision))
        undo = parts.button(ids.FLAG_MORE, "Undo flag", value=value, label=f"Undo flag on {title}")
    return SectionBlock(block_id=block_id, text=parts.plain(f"Flagged {title}\n{told}"), accessory=undo)


def _person(name: str) -> str:
    return words.name(name) if name else "somebody"


def _holder(row: FlagRow) -> str:
    if row.is_viewers:
        return "yours"
    return f"{words.name(row.holder)} has it" if row.holder else "nobody has it"


def _options(row: FlagRow, start: str) -> Sequence[tuple[str, str]]:
    if row.is_viewers:
        claim = ("Release", "release")
    elif row.holder:
        claim = (words.cut(f"Take over from {words.name(row.holder)}", words.OPTION_LENGTH - 1), "claim")
    else:
        claim = ("Claim", "claim")
    verbs = (("Open", "open"), claim, ("Mark done", "done"), ("Undo flag", "undo"))
    return [
        (text, ids.pack_entry_choice(ids.EntryChoice(verb, row.key, row.revision, start)))
        for text, verb in verbs
    ]


def pager(page: QueuePage) -> list[InteractiveElement]:
    """The ways to the flags before and after this page."""
    return page_buttons(page, _WORDING)


def foot_line(page: QueuePage) -> str:
    """Which part of the queue this is, and what of it the viewer does not see; "" for nothing to say."""
    said = [part_of_it(page)]
    if page.hidden and not page.is_whole:
        of_these = "1 of these is" if page.hidden == 1 else f"{words.number(page.hidden)} of these are"
        said.append(f"{of_these} {_UNSEEN}")
    more = page.elsewhere + (page.hidden if page.is_whole else 0)
    if more:
        said.append(hidden_line(more))
    if page.solved:
        left = "1 flag left by itself" if page.solved == 1 else f"{page.solved} flags left by themselves"
        said.append(f"{left}: Zoho no longer has the records.")
    return " ".join(filter(None, said))


_UNSEEN = "on records that your Zoho login does not show."


def hidden_line(hidden: int) -> str:
    """How many flags more stand on records that the viewer's login does not return."""
    verb = "is" if hidden == 1 else "are"
    return f"{words.number(hidden)} more {verb} {_UNSEEN}"


def reading_flags() -> parts.Message:
    """The records behind the flags are being read."""
    return reading_list(_WORDING, "Reading the flags of your team…")


def queue_not_connected(total: int, link: parts.Link) -> parts.Message:
    """The queue for somebody without a connection: how long it is, and the way in."""
    head = words.sentence(words.counted(total, "open flag"))
    why = "You see those on records that your own Zoho login shows, once you are connected."
    return list_not_connected(_WORDING, total, link, head=head, why=why)


@dataclass(frozen=True, slots=True)
class Done:
    """What somebody else did with a flag: the kind of `bot.store.Change`, their id and name, and when."""

    kind: str
    by: str
    name: str
    at: datetime


_DID = {
    "flag": "flagged these records again",
    "claim": "took this flag",
    "release": "released this flag",
    "done": "marked this flag done",
    "write": "had the rest of this flag written to Zoho",
    "unflag": "took this flag back",
}


def just_before(done: Done) -> parts.Message:
    """For the second of two people who chose something for one flag."""
    if done.kind not in _DID:
        return left_by_itself()
    told = f"{_DID[done.kind]} at {words.clock(done.at)}, just before you. Your click changed nothing."
    block = parts.section("fq:late:1", f"{parts.mention(done.by)} {told}")
    who = words.escaped(done.name) or "Somebody"
    return parts.Message(words.fallback(f"{who} {told}".rstrip(".")), (block,))


def left_by_itself() -> parts.Message:
    """For a click on a flag that left because its records did."""
    told = "This flag has left: Zoho no longer has the records. Your click changed nothing."
    return parts.Message(told, (parts.section("fq:late:1", told),))


def not_taken_back(names: Sequence[str], zohos: str) -> parts.Message:
    """The flag is gone; in Zoho it stays on these records. ``zohos`` are Zoho's words, "" for none."""
    named = words.names(names)
    quote = words.cut(words.clean(zohos), words.ZOHO_LENGTH - 1)
    in_words = ("In Zoho’s words: ", parts.code(quote)) if quote else ()
    said = parts.bold(f"Not taken back in Zoho on {named}. ")
    block = parts.rich("fq:stays:1", parts.line(parts.emoji(parts.WARNING), " ", said, *in_words))
    text = f"The flag is undone. Not taken back in Zoho on {words.escape(named)}"
    return parts.Message(words.fallback(text), (block,))

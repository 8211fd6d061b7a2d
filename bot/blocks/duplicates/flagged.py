"""What stands on a group that was flagged: who said it, when, where else it stands, and what Zoho refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from bot.blocks import parts, words
from zoho.records import Group


class Refusal(NamedTuple):
    """A record that Zoho refused to change, and Zoho's words for it."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class FlagState:
    """A flag: who set it and when, and where else it stands.

    ``written`` is what Zoho got: nothing, a comment, or the field. ``waiting`` means until writing is
    allowed. ``refused`` are the records Zoho refused. ``kept`` says why Zoho got nothing, where that is
    no refusal. ``name`` is the flagger's, for notifications, "" when unknown. ``holder`` has taken it from
    the queue, "" for nobody.
    """

    by: str
    at: datetime
    written: Literal["", "comment", "field"] = ""
    waiting: bool = False
    refused: tuple[Refusal, ...] = ()
    kept: Literal["", "observe_only", "no_place", "no_field"] = ""
    name: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True)
class FlagEnd:
    """A flag that somebody marked done or took back; ``stands`` is what of it is still in Zoho."""

    how: Literal["done", "undone"]
    by: str
    at: datetime
    stands: Literal["", "comment", "field"] = ""


def state_line(flag: FlagState, group: Group) -> str:
    """Who flagged the group, when, and where else the flag stands, in mrkdwn."""
    who = f":{parts.FLAG}: Flagged by {parts.mention(flag.by)}"
    holder = f"{parts.mention(flag.holder)} has it" if flag.holder else ""
    return words.dotted(who, words.when(flag.at), holder, _where(flag, group))


def end_line(end: FlagEnd) -> str:
    """Who settled the flag or took it back, when, and what still stands in Zoho, in mrkdwn."""
    done = f":{parts.DONE}: Flag marked done by" if end.how == "done" else "Flag taken back by"
    stays = {"": "", "comment": "the comment stays in Zoho Desk", "field": "the mark stays in Zoho Desk"}
    return words.dotted(f"{done} {parts.mention(end.by)}", words.when(end.at), stays[end.stands])


def _where(flag: FlagState, group: Group) -> str:
    if flag.waiting:
        return "in Slack only until writing is allowed"
    if flag.kept:
        return f"in Slack only: {_KEPT[flag.kept].format(plural=group.module.plural)}"
    done = len(group.records) - len(flag.refused)
    if not flag.written or done < 1:
        return "in Slack only" if flag.refused else ""
    what = "a comment is on" if flag.written == "comment" else "marked on"
    if flag.refused:
        return f"{what} {_some_of(done, group)}"
    whole = "a comment" if flag.written == "comment" else "marked"
    return f"also {whole} on {every(group)} in Zoho Desk"


_KEPT = {
    "observe_only": "this installation writes nothing to Zoho",
    "no_place": "Zoho Desk has no place for a flag on {plural}",
    "no_field": "Zoho Desk does not know the field for flags that the person who runs this app has set",
}


def every(group: Group) -> str:
    """All records of a group: "both contacts", "all 4 contacts"."""
    count = len(group.records)
    return f"both {group.module.plural}" if count == 2 else f"all {count} {group.module.plural}"


def the_rest(flag: FlagState, group: Group) -> str:
    """The button that writes a flag where Zoho refused it: "Comment the other", "Mark both"."""
    verb = "Mark" if flag.written == "field" else "Comment"
    left, count = len(flag.refused), len(group.records)
    if left >= count:
        return f"{verb} both" if count == 2 else f"{verb} all {count}"
    return f"{verb} the other" if left == 1 else f"{verb} the others"


def _some_of(done: int, group: Group) -> str:
    count = len(group.records)
    if count == 2:
        return f"one of the two {group.module.plural}"
    return f"{done} of the {count} {group.module.plural}"

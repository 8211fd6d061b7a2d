"""What stands on a group, or a part of one, that was dismissed: who said it, when, why, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import Block, ContextBlock, InteractiveElement, RichTextElement

from bot import ids
from bot.blocks import parts, words
from zoho.records import Record, Reopened

REASONS: Mapping[str, str] = {
    "shared": "Different people, shared mailbox or phone",
    "household": "Family or household",
    "branch": "Same company, different branches",
    "agent": "Acts for somebody else (reseller, assistant)",
    "variant": "Variants, not copies (products)",
    "other": "Something else",
}
"""The reasons there are to choose from, by the value that is kept."""

NOTE_LENGTH = 200
_ONLY_IF = "shown again only if a compared field changes"


@dataclass(frozen=True, slots=True)
class DismissalState:
    """A decision as it is drawn on a group.

    ``why`` is one of `REASONS`, or ""; ``note`` what was written beside it. ``out`` are the records that were
    taken out of a group of which the others stay; nothing of the group is left when it is empty. ``others``
    counts further groups into which it fell apart. ``can_explain`` draws *Add reason*. ``ref`` is what the
    buttons carry.
    """

    by: str
    at: datetime
    ref: ids.GroupRef
    why: str = ""
    note: str = ""
    out: tuple[Record, ...] = ()
    others: int = 0
    can_explain: bool = False

    @property
    def has_reason(self) -> bool:
        """Whether a reason was given."""
        return bool(self.why or self.note)


@dataclass(frozen=True, slots=True)
class Back:
    """Who had dismissed a pair that has come back, and when."""

    by: str
    at: datetime
    reopened: tuple[Reopened, ...]


def not_a_duplicate(block_id: str, head: str, names: Sequence[RichTextElement], *, more: int = 0) -> Block:
    """The line that says of which records it was said; ``head`` is the number in front, or ""."""
    listed: list[RichTextElement | str] = []
    for place, name in enumerate(names):
        last = place == len(names) - 1 and place > 0 and not more
        listed += [" and " if last else ", ", name] if place else [name]
    further = f" and {words.number(more)} more" if more else ""
    said = parts.bold(f"{head}Not a duplicate")
    return parts.rich(block_id, parts.line(parts.emoji(parts.DONE), " ", said, words.DOT, *listed, further))


def said_by(block_id: str, state: DismissalState) -> Block:
    """Who dismissed it, when, and why; what somebody wrote stands in letters that nothing parses."""
    why = words.lowered(REASONS.get(state.why, ""))
    told = words.dotted(
        f"Dismissed by {parts.mention(state.by)}",
        words.when(state.at),
        why or ("" if state.note else _ONLY_IF),
    )
    if not state.note:
        return parts.context(block_id, told)
    note = f"· “{words.cut(words.clean(state.note), NOTE_LENGTH)}”"
    return ContextBlock(block_id=block_id, elements=[parts.mrkdwn(told), parts.plain(note)])


def buttons(state: DismissalState, which: str) -> list[InteractiveElement]:
    """The way back, and the way to say why as long as nobody has; ``which`` names the group aloud."""
    value = ids.pack_group(state.ref)
    reason = parts.button(
        ids.GROUP_REASON, "Add reason", value=value, label=f"Add a reason for dismissing {which}"
    )
    undo = parts.button(
        ids.GROUP_UNDISMISS,
        "Undo dismissal",
        value=value,
        label=f"Undo: show {which} as a possible duplicate again",
    )
    return [reason, undo] if state.can_explain and not state.has_reason else [undo]


def others_line(state: DismissalState) -> str:
    """What else became of a group that fell apart, "" for nothing."""
    if not state.others:
        return ""
    groups = "another group" if state.others == 1 else f"{words.number(state.others)} other groups"
    return f"Some of its records are {groups} now, shown by the next search."


def came_back(back: Back, records: Sequence[Record]) -> str:
    """Why a dismissed group is shown again, in mrkdwn without record data."""
    reason = back_because(back.reopened, len(records))
    return words.dotted(
        f"Dismissed by {parts.mention(back.by)}", words.when(back.at), f"back because {reason}"
    )


def back_because(reopened: Sequence[Reopened], count: int) -> str:
    """What has changed on pairs since they were dismissed: "both now have the same phone"."""
    shared = _fields(field for one in reopened for field in one.shared)
    if shared:
        who = "both now have" if count == 2 else "they now have"
        return f"{who} the same {words.in_words(shared)}"
    changed = {change for one in reopened for change in one.changed}
    fields = words.in_words(_fields(change.field for change in sorted(changed)))
    is_of_one = len({change.record_id for change in changed}) == 1
    return f"the {fields} of {'one of them' if is_of_one else 'them'} changed"


def _fields(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))

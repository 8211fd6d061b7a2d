"""One group as blocks: what its records share, how each departs from that, its state, its buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    Block,
    InteractiveElement,
    RichTextBlock,
    RichTextElement,
    RichTextSectionElement,
)

from bot import ids
from bot.blocks import parts, words
from bot.blocks.duplicates.departures import brackets, differs_also
from bot.blocks.duplicates.dismissed import (
    Back,
    DismissalState,
    buttons,
    came_back,
    not_a_duplicate,
    others_line,
    said_by,
)
from bot.blocks.duplicates.flagged import FlagEnd, FlagState, Refusal, end_line, state_line, the_rest
from bot.blocks.duplicates.record_lines import (
    PLAIN,
    SHOWN_RECORDS,
    Look,
    and_more,
    reason,
    record_line,
    record_name,
    shared_values,
    struck_name,
)
from zoho.records import Group, Module, Record


@dataclass(frozen=True, slots=True)
class Card:
    """A group ready to be drawn.

    ``number`` is its place in the list, 0 when it stands alone. ``links`` maps a record's id to its address,
    "" or absent where there is none to trust. ``stays`` are records on which an undone flag still stands.
    ``gone`` are the ids of records that Zoho does not hold any more, ``unlike`` those that an edit has made
    unlike all others. ``ended`` is the last flag that was on the group, where none stands. ``tag`` says how
    it is news ("New"), ``note`` why it is so again, and ``fresh`` are the ids of members that were not known
    before. ``dismissed`` is what somebody said of it:
    then ``group`` is what is left of it, or all of it where nothing is. ``back`` is what was said before it
    came back.
    """

    group: Group
    key: str
    revision: int
    number: int
    links: Mapping[str, str]
    flag: FlagState | None = None
    stays: tuple[Refusal, ...] = ()
    gone: frozenset[str] = frozenset()
    ended: FlagEnd | None = None
    tag: str = ""
    note: str = ""
    fresh: frozenset[str] = frozenset()
    dismissed: DismissalState | None = None
    back: Back | None = None
    unlike: frozenset[str] = frozenset()

    @property
    def names(self) -> str:
        """The records in a few words, raw."""
        return words.names([record.name for record in self.group.records])

    @property
    def is_solved(self) -> bool:
        """True when fewer than two records are left."""
        away = self.gone | self.unlike
        return len([record for record in self.group.records if record.id not in away]) < 2

    @property
    def is_dismissed(self) -> bool:
        """True when somebody said that no two of its records are duplicates."""
        return self.dismissed is not None and not self.dismissed.out

    @property
    def is_open(self) -> bool:
        """True as long as somebody may want to look at it."""
        return not self.is_solved and not self.is_dismissed

    @property
    def ref(self) -> ids.GroupRef:
        """What the group's buttons carry."""
        return ids.GroupRef(self.key, self.revision)


MENU = {"fields": "Show every field", "share": "Share this group"}


def group_blocks(card: Card, look: Look = PLAIN) -> list[Block]:
    """The group's blocks: body, differences, what Zoho refused, the flag, buttons; one line when solved, two
    and the way back when dismissed."""
    if card.is_solved:
        return [_solved(card, look)]
    if card.dismissed is not None and card.is_dismissed:
        return _dismissed(card, card.dismissed, look)
    return [group_body(card, look), *below(card, look)]


def below(card: Card, look: Look = PLAIN) -> list[Block]:
    """What stands under the body of a group that is not solved."""
    drawn: list[Block] = []
    if card.back:
        drawn.append(parts.context(_id(card, "note"), came_back(card.back, card.group.records)))
    elif card.note:
        drawn.append(parts.plain_context(_id(card, "note"), card.note))
    also = differs_also(card.group)
    if also:
        drawn.append(parts.plain_context(_id(card, "also"), f"Differs also in: {', '.join(also)}"))
    drawn += _refusals(card, look)
    if card.flag:
        drawn.append(parts.context(_id(card, "state"), state_line(card.flag, card.group)))
    elif card.ended:
        drawn.append(parts.context(_id(card, "state"), end_line(card.ended)))
    if card.dismissed:
        drawn += _taken_out(card, card.dismissed, look)
    drawn.append(parts.actions(_id(card, "act"), *group_buttons(card, look)))
    return drawn


def _dismissed(card: Card, state: DismissalState, look: Look) -> list[Block]:
    """A group that was dismissed: of which records, who said it, and the way back."""
    records = card.group.records
    names = [record_name(record, card.links, look) for record in records[:SHOWN_RECORDS]]
    return [
        not_a_duplicate(_id(card, "done"), _number(card), names, more=max(len(records) - SHOWN_RECORDS, 0)),
        said_by(_id(card, "state"), state),
        parts.actions(_id(card, "act"), *buttons(state, _which(card))),
    ]


def _taken_out(card: Card, state: DismissalState, look: Look) -> list[Block]:
    """The same for records that were taken out of a group of which the others stay."""
    names = [record_name(record, card.links, look) for record in state.out[:SHOWN_RECORDS]]
    more = max(len(state.out) - SHOWN_RECORDS, 0)
    drawn = [not_a_duplicate(_id(card, "done"), "", names, more=more), said_by(_id(card, "said"), state)]
    others = others_line(state)
    return [*drawn, parts.plain_context(_id(card, "parts"), others)] if others else drawn


def _id(card: Card, part: str) -> str:
    return f"g:{card.key}:{part}:{card.revision}"


def _solved(card: Card, look: Look) -> RichTextBlock:
    """Deleted and merged look alike from here, so neither is claimed."""
    left = [record for record in card.group.records if record.id not in card.gone]
    gone = [record for record in card.group.records if record.id in card.gone]
    head = parts.bold(f"{_number(card)}Solved in Zoho")
    said = [*_remaining(left, card, look), *_struck_out(gone, look)]
    return parts.rich(_id(card, "body"), parts.line(parts.emoji(parts.DONE), " ", head, *said))


def _remaining(left: Sequence[Record], card: Card, look: Look) -> list[RichTextElement | str]:
    """The records that are still there: one, or some that are not alike any more."""
    if not left:
        return []
    shown, more = left[:SHOWN_RECORDS], and_more(left)
    names: list[RichTextElement | str] = []
    for place, record in enumerate(shown, start=1):
        names += [
            " and " if place == len(shown) and not more else ", ",
            record_name(record, card.links, look),
        ]
    return [words.DOT, *names[1:], more, " remains" if len(left) == 1 else " are no longer alike"]


def _struck_out(gone: Sequence[Record], look: Look) -> list[RichTextElement | str]:
    struck: list[RichTextElement | str] = []
    for record in gone[:SHOWN_RECORDS]:
        struck += [", ", struck_name(record, look)]
    return [words.DOT, *struck[1:], and_more(gone)] if gone else []


def _number(card: Card) -> str:
    return f"{card.number}. " if card.number else ""


def group_body(card: Card, look: Look = PLAIN) -> RichTextBlock:
    """What its records share and how each departs from that, without state and buttons."""
    elements: list[RichTextElement] = [_headline(card, look), parts.bullets(*_bullets(card, look))]
    if card.group.against:
        doubts = look.shown(words.clean(", and ".join(card.group.against))).rstrip(".")
        said = f" {doubts}.{_perhaps(card.group)}"
        elements.append(parts.line(parts.emoji(parts.WARNING), " ", parts.bold("Against:"), said))
    return parts.rich(_id(card, "body"), *elements)


def _perhaps(group: Group) -> str:
    """What people with unlike first names may be to whom one e-mail address belongs."""
    is_one_mailbox = group.module is Module.DESK_CONTACTS and group.reason.fields[:1] == ("e-mail",)
    if not is_one_mailbox or _UNLIKE_PEOPLE.isdisjoint(group.against):
        return ""
    return f" Perhaps {'two' if len(group.records) == 2 else 'several'} people with one mailbox."


_UNLIKE_PEOPLE = frozenset(("first names differ", "names differ"))


def _headline(card: Card, look: Look) -> RichTextSectionElement:
    shared = shared_values(card.group, look)
    tag = card.tag or ("Came back" if card.back else "")
    if tag:
        return parts.line(
            parts.bold(f"{_number(card)}{tag}"),
            f" in {words.label(card.group.module)}{words.DOT}",
            parts.bold(reason(card.group)),
            f"{words.DOT}{shared}" if shared else "",
        )
    label = f"{words.label(card.group.module)}, " if look.says_list else ""
    is_by_hand = card.flag is not None and not card.group.reason.fields
    why = words.sentence(f"{label}{'flagged together' if is_by_hand else reason(card.group)}")
    return parts.line(parts.bold(f"{_number(card)}{why}"), f"{words.DOT}{shared}" if shared else "")


def _bullets(card: Card, look: Look) -> list[RichTextSectionElement]:
    records = card.group.records
    lines = [_bullet(card, record, look) for record in records[:SHOWN_RECORDS]]
    if len(records) > SHOWN_RECORDS:
        lines.append(parts.line(f"and {len(records) - SHOWN_RECORDS} more"))
    return lines


def _bullet(card: Card, record: Record, look: Look) -> RichTextSectionElement:
    if record.id in card.gone:
        return parts.line(struck_name(record, look), f"{words.DOT}no longer in Zoho")
    if record.id in card.unlike:
        return parts.line(record_name(record, card.links, look), f"{words.DOT}no longer like the others")
    departs = ", ".join(brackets(card.group, record))
    new = record.id in card.fresh
    return record_line(record, card.links, look.shown(departs), look, is_new=new)


def _refusals(card: Card, look: Look) -> list[Block]:
    if card.flag and card.flag.refused:
        return [_refusal(card, look, _not_written(card.flag, card.flag.refused), card.flag.refused)]
    if card.stays:
        return [_refusal(card, look, f"Not taken back in Zoho on {_named(card.stays)}. ", card.stays)]
    return []


def _not_written(flag: FlagState, refused: Sequence[Refusal]) -> str:
    if flag.written == "comment":
        return f"No comment on {_named(refused)}. "
    return f"Not marked in Zoho: {_named(refused)}. "


def _named(refused: Sequence[Refusal]) -> str:
    return words.names([refusal.name for refusal in refused])


def _refusal(card: Card, look: Look, said: str, refused: Sequence[Refusal]) -> Block:
    quote = words.cut(look.shown(words.clean(refused[0].words)), words.ZOHO_LENGTH - 1)
    in_words = ("In Zoho’s words: ", parts.code(quote)) if quote else ()
    return parts.rich(
        _id(card, "part"),
        parts.line(parts.emoji(parts.WARNING), " ", parts.bold(look.shown(said)), *in_words),
    )


def group_buttons(card: Card, look: Look = PLAIN) -> list[InteractiveElement]:
    """The one place that says which buttons a group has."""
    value = ids.pack_group(card.ref)
    which = _which(card)
    row: list[InteractiveElement] = []
    if card.flag:
        if card.flag.refused:
            label = f"Write the flag on {which} to Zoho where it was refused"
            row.append(parts.button(ids.FLAG_REST, the_rest(card.flag, card.group), value=value, label=label))
        label = f"Undo the flag on {which}"
        row.append(parts.button(ids.FLAG_UNDO, "Undo flag", value=value, label=label))
    else:
        label = f"Flag {which} as a suspected duplicate"
        row.append(parts.button(ids.GROUP_FLAG, "Flag", value=value, label=label))
    label = f"Mark {which} as not a duplicate"
    row.append(parts.button(ids.GROUP_DISMISS, "Not a duplicate", value=value, label=label))
    if card.dismissed:
        row += buttons(card.dismissed, which)
    if look.menu:
        options = [(MENU[verb], ids.pack_choice(ids.Choice(verb, card.ref))) for verb in look.menu]
        row.append(parts.overflow(ids.GROUP_MENU, *options))
    return row


def _which(card: Card) -> str:
    return f"group {card.number}" if card.number else "this group"

"""One group as blocks: what its records share, how each departs from that, its state, its buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

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
from bot.blocks.masking import masked
from zoho.records import Group, Record

SHOWN_RECORDS = 4
SHOWN_VALUES = 2


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


@dataclass(frozen=True, slots=True)
class Look:
    """How a group is drawn: ``says_list`` names its list, ``masked`` shortens e-mail and phone.

    ``menu`` are the verbs behind the three dots, see `MENU`.
    """

    says_list: bool = False
    masked: bool = False
    menu: tuple[str, ...] = ()

    def shown(self, value: str) -> str:
        """A piece of record data as this look lets it be seen."""
        return masked(value) if self.masked else value


PLAIN = Look()
MENU = {"fields": "Show every field", "share": "Share this group"}


def group_blocks(card: Card, look: Look = PLAIN) -> list[Block]:
    """The group's blocks: body, differences, what Zoho refused, the flag, buttons; one line when solved, two
    and the way back when dismissed."""
    if card.is_solved:
        return [_solved(card, look)]
    if card.is_dismissed:
        return dismissed_blocks(card, look)
    return [_body(card, look), *below(card, look)]


def group_body(card: Card, look: Look = PLAIN) -> Block:
    """What its records share and how each departs from that, without state and buttons."""
    return _body(card, look)


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


def dismissed_blocks(card: Card, look: Look = PLAIN) -> list[Block]:
    """A group that was dismissed: of which records, who said it, and the way back."""
    state = card.dismissed
    if state is None:
        return []
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
    shown, more = left[:SHOWN_RECORDS], _more(left)
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
        struck += [", ", _struck(record, look)]
    return [words.DOT, *struck[1:], _more(gone)] if gone else []


def _more(records: Sequence[Record]) -> str:
    return f" and {len(records) - SHOWN_RECORDS} more" if len(records) > SHOWN_RECORDS else ""


def _struck(record: Record, look: Look) -> RichTextElement:
    return parts.struck(words.name(look.shown(record.name)))


def _number(card: Card) -> str:
    return f"{card.number}. " if card.number else ""


def _body(card: Card, look: Look) -> RichTextBlock:
    elements: list[RichTextElement] = [_headline(card, look), parts.bullets(*_bullets(card, look))]
    if card.group.against:
        doubts = look.shown(words.clean(", and ".join(card.group.against))).rstrip(".")
        against = parts.line(parts.emoji(parts.WARNING), " ", parts.bold("Against:"), f" {doubts}.")
        elements.append(against)
    return parts.rich(_id(card, "body"), *elements)


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


def shared_values(group: Group, look: Look = PLAIN) -> str:
    """The values that the records share, at most two."""
    given = [look.shown(value) for value in group.reason.values if words.clean(value)]
    return ", ".join(words.shared_value(value) for value in given[:SHOWN_VALUES])


def reason(group: Group) -> str:
    """What the records share, without the values: "same e-mail and account"."""
    return f"same {words.in_words(group.reason.fields)}" if group.reason.fields else "named together by Zoho"


def _bullets(card: Card, look: Look) -> list[RichTextSectionElement]:
    records = card.group.records
    lines = [_bullet(card, record, look) for record in records[:SHOWN_RECORDS]]
    if len(records) > SHOWN_RECORDS:
        lines.append(parts.line(f"and {len(records) - SHOWN_RECORDS} more"))
    return lines


def _bullet(card: Card, record: Record, look: Look) -> RichTextSectionElement:
    if record.id in card.gone:
        return parts.line(_struck(record, look), f"{words.DOT}no longer in Zoho")
    if record.id in card.unlike:
        return parts.line(record_name(record, card.links, look), f"{words.DOT}no longer like the others")
    departs = ", ".join(brackets(card.group, record))
    new = record.id in card.fresh
    return record_line(record, card.links, look.shown(departs), look, is_new=new)


def record_line(
    record: Record,
    links: Mapping[str, str],
    departs: str = "",
    look: Look = PLAIN,
    *,
    is_new: bool = False,
) -> RichTextSectionElement:
    """A record's name, how it departs from the others, and what else is known of it."""
    return parts.line(
        record_name(record, links, look),
        parts.bold(" new") if is_new else "",
        f" ({departs})" if departs else "",
        *_created(record),
        f"{words.DOT}price {words.shared_value(record.price)}" if record.price.strip() else "",
    )


def record_name(record: Record, links: Mapping[str, str], look: Look = PLAIN) -> RichTextElement:
    """A record's name as a link, or bold where there is no address to trust."""
    return parts.linked(words.name(look.shown(record.name)), links.get(record.id, ""))


def _created(record: Record) -> Sequence[RichTextElement | str]:
    return (f"{words.DOT}created ", parts.date(record.created)) if record.created else ()


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


def _some_of(done: int, group: Group) -> str:
    count = len(group.records)
    if count == 2:
        return f"one of the two {group.module.plural}"
    return f"{done} of the {count} {group.module.plural}"


def group_buttons(card: Card, look: Look = PLAIN) -> list[InteractiveElement]:
    """The one place that says which buttons a group has."""
    value = ids.pack_group(card.ref)
    which = _which(card)
    row: list[InteractiveElement] = []
    if card.flag:
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

"""Sharing to a channel: the sheet that asks how much members will see, and the message they see."""

from __future__ import annotations

from dataclasses import dataclass, replace

from slack_sdk.models.blocks import Block, InputBlock, Option, RadioButtonsElement
from slack_sdk.models.views import View

from bot import ids
from bot.blocks import parts, words
from bot.blocks.duplicates import Card, Look, Notice, group_blocks
from bot.blocks.masking import masked
from bot.ids import Detail
from zoho.records import Found, Group, Module

LEVEL_BLOCK = "sh_level"
LEVEL = "level"
MENU = ("fields",)

_CHOICES = {
    Detail.COUNTS: "The numbers only",
    Detail.MASKED: "Names and links, e-mail and phone shortened",
    Detail.FULL: "Everything that you see",
}


# What is shared, in words


@dataclass(frozen=True, slots=True)
class Subject:
    """What is shared: groups of ``found``; ``is_one`` when it is a single group, ``is_worst`` when they are
    the largest of several lists."""

    found: Found
    groups: tuple[Group, ...] = ()
    is_one: bool = False
    is_worst: bool = False

    @property
    def modules(self) -> tuple[Module, ...]:
        """The lists the groups are from."""
        return tuple(dict.fromkeys(group.module for group in self.groups)) or (self.found.module,)

    @property
    def lists(self) -> str:
        """The same in words."""
        return words.labels(self.modules)

    @property
    def whole(self) -> str:
        """All that was found, as a number with its lists: "12 possible duplicates in Desk contacts"."""
        if self.is_one:
            return f"1 possible duplicate in {self.lists}"
        if self.is_worst:
            return f"{self._worst(self.found.total)} in {self.lists}"
        so_far = " so far" if self.found.so_far else ""
        return f"{words.counted(self.found.total, 'possible duplicate')} in {self.lists}{so_far}"

    def part(self, count: int) -> str:
        """So many of them, as a piece of a sentence."""
        if self.is_one:
            return "a possible duplicate"
        if self.is_worst:
            return self._worst(count)
        so_far = " so far" if self.found.so_far else ""
        of = f" of {words.number(self.found.total)}" if self.found.total > count else ""
        noun = "possible duplicate" if count == 1 and not of else "possible duplicates"
        return f"{count}{of} {noun}{so_far}"

    @staticmethod
    def _worst(count: int) -> str:
        return "the largest group" if count == 1 else f"the {count} largest groups"


# The sheet


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is about to be shared under ``key``; ``is_outside`` allows the numbers only."""

    key: str
    subject: Subject
    is_outside: bool = False


def share_sheet(sheet: Sheet) -> View:
    """The modal; what was picked arrives under `LEVEL_BLOCK` and `LEVEL`, the key as its metadata."""
    levels = [Detail.COUNTS] if sheet.is_outside else list(Detail)
    options = {level: _option(level, sheet.subject) for level in levels}
    radios = RadioButtonsElement(
        action_id=LEVEL,
        options=list(options.values()),
        initial_option=options.get(Detail.MASKED, options[Detail.COUNTS]),
    )
    label = parts.plain("What will members see?")
    blocks = [
        InputBlock(block_id=LEVEL_BLOCK, label=label, element=radios),
        parts.context("sh_foot", _sheet_foot(sheet)),
    ]
    return View(
        type="modal",
        callback_id=ids.PAGE_SHARE,
        title=parts.plain(_TITLE),
        submit=parts.plain("Share the numbers" if sheet.is_outside else _submit(sheet.subject)),
        close=parts.plain("Cancel"),
        private_metadata=sheet.key,
        blocks=blocks,
    )


_TITLE = "Share to this channel"


def loading_sheet() -> View:
    """What is there at once, while the channel is being looked at."""
    return _only_words(f":{parts.WAITS}: Looking at this channel…", "Cancel")


def stopped_sheet() -> View:
    """For a sheet that could not be filled; what stood in the way is said beside the list."""
    return _only_words("This sheet could not be filled. Nothing was shared.", "Close")


def outdated_sheet() -> View:
    """For a list that is no longer kept, or belongs to another connection."""
    return _only_words(
        f"This list is too old to be shared. Nothing was shared. Search again with `{ids.COMMAND}`, "
        "then share what you see.",
        "Close",
    )


def _only_words(said: str, close: str) -> View:
    block = parts.section("sh_said", said)
    return View(
        type="modal",
        callback_id=ids.PAGE_SHARE,
        title=parts.plain(_TITLE),
        close=parts.plain(close),
        blocks=[block],
    )


def _submit(subject: Subject) -> str:
    count = len(subject.groups)
    return "Share this group" if subject.is_one else f"Share {words.counted(count, 'group')}"


def _sheet_foot(sheet: Sheet) -> str:
    if sheet.is_outside:
        return (
            "This channel is, or may be, shared with another company, so only the numbers can be shared. "
            "The message says that you shared them."
        )
    return (
        "Everybody in the channel can read it, guests included, also people without Zoho. "
        "The message says that you shared it."
    )


def _option(level: Detail, subject: Subject) -> Option:
    example = words.cut(_example(level, subject), words.OPTION_LENGTH - 1)
    return Option(value=level.value, text=parts.plain(_CHOICES[level]), description=parts.plain(example))


def _example(level: Detail, subject: Subject) -> str:
    if level is Detail.COUNTS:
        return words.sentence(subject.whole)
    record = subject.groups[0].records[0]
    facts = [words.name(record.name), record.email, record.phone or record.mobile, record.code]
    shown = [words.clean(fact) for fact in facts if words.clean(fact)]
    return words.dotted(*(masked(fact) if level is Detail.MASKED else fact for fact in shown))


# The message


@dataclass(frozen=True, slots=True)
class Shared:
    """A shared message: by whom (Slack id and name), what, and at which level of detail.

    ``cards`` are the subject's groups; without any the numbers are all there is.
    """

    by: str
    by_name: str
    key: str
    subject: Subject
    cards: tuple[Card, ...]
    region_name: str
    detail: Detail = Detail.MASKED
    is_outside: bool = False


def shared_message(shared: Shared) -> parts.Message:
    """What the channel sees; drawn again whenever one of its groups changes."""
    if shared.detail is Detail.COUNTS or shared.is_outside:
        return _numbers(shared)
    subject = shared.subject
    says_list = subject.is_worst or len(subject.modules) > 1
    look = Look(says_list=says_list, masked=shared.detail is not Detail.FULL, menu=MENU)
    what, lists = subject.part(len(shared.cards)), subject.lists
    blocks: list[Block] = [
        parts.section(_id(shared, "head"), f"{parts.mention(shared.by)} shared *{what}* from {lists}"),
        parts.context(_id(shared, "ctx"), _about(shared)),
    ]
    for place, card in enumerate(shared.cards, start=1):
        if not subject.is_one:
            blocks.append(parts.divider(_id(shared, f"d{place}")))
        blocks += group_blocks(replace(card, number=0 if subject.is_one else place), look)
    blocks += _rest(shared)
    blocks.append(parts.context(_id(shared, "foot"), _foot(shared)))
    names = [look.shown(card.names) for card in shared.cards]
    head = f"{words.escaped(shared.by_name) or 'Somebody'} shared {what} from {lists}"
    return parts.Message(words.fallback(head, names), tuple(blocks))


def _id(shared: Shared, part: str) -> str:
    return f"share:{shared.key}:{part}:1"


def is_shared(block_id: str) -> bool:
    """Whether a block belongs to a message that everybody in its channel sees: a shared one, or a digest."""
    return block_id.startswith(("share:", "al:"))


def _about(shared: Shared, *more: str) -> str:
    found = shared.subject.found
    place = (words.inert(found.org_name), words.inert(shared.region_name))
    return words.dotted(*place, words.when(found.at), *more)


def _rest(shared: Shared) -> list[Block]:
    """The way to what is not shown: a message in a channel never pages, so it is answered privately."""
    subject = shared.subject
    more = subject.found.total - len(shared.cards)
    if subject.is_one or subject.is_worst or (more <= 0 and not subject.found.so_far):
        return []
    text = f"Show {words.number(more)} more" if more > 0 else "Show more"
    label = f"{text} to me, with my own Zoho rights"
    show = parts.button(ids.SHARE_SHOW, text, value=shared.key, label=label)
    return [parts.divider(_id(shared, "d9")), parts.actions(_id(shared, "act"), show)]


def _foot(shared: Shared) -> str:
    acts = "Each button acts with your own Zoho rights."
    return acts if shared.detail is Detail.FULL else f"E-mail and phone are shortened here. {acts}"


def _numbers(shared: Shared) -> parts.Message:
    subject = shared.subject
    text = "Show it to me" if subject.is_one else "Show them to me"
    show = parts.button(
        ids.SHARE_SHOW, text, value=shared.key, label=f"{text}, with my own Zoho rights, in {subject.lists}"
    )
    count, _, lists = subject.whole.partition(" in ")
    bold = f"*{'a possible duplicate' if subject.is_one else count}* in {lists}"
    what = "shared" if subject.is_one else "shared a search:"
    blocks: list[Block] = [
        parts.section(_id(shared, "head"), f"{parts.mention(shared.by)} {what} {bold}"),
        parts.context(_id(shared, "ctx"), _about(shared, _why_no_records(shared))),
        parts.actions(_id(shared, "act"), show),
    ]
    text = f"{words.escaped(shared.by_name) or 'Somebody'} shared: {subject.whole}"
    return parts.Message(words.fallback(text), tuple(blocks))


def _why_no_records(shared: Shared) -> str:
    if not shared.is_outside:
        return "the numbers only"
    return "no records are shown, because this channel is, or may be, shared with another company"


# Said to one person


def too_late() -> parts.Message:
    """For a click so old that Slack opens no sheet for it any more."""
    return _said("late", "Slack did not open the sheet in time. Nothing was shared. Press the button again.")


def no_draft() -> parts.Message:
    """For a sheet that was submitted after its half hour, or twice."""
    return _said(
        "old", "This sheet is older than half an hour. Nothing was shared. Press *Share to channel* again."
    )


def other_organisation() -> parts.Message:
    """For a sheet whose person is connected to another organisation by now."""
    return _said(
        "moved",
        "This list is of another organisation than the one you are connected to now. Nothing was shared. "
        f"Search again with `{ids.COMMAND}`.",
    )


def not_in_channel(bot: str) -> parts.Message:
    """For a channel in which the app cannot write; ``bot`` is its own Slack id."""
    return _said("absent", f"Nothing was shared. Invite the app first: /invite {parts.mention(bot)}")


def not_posted(code: str) -> parts.Message:
    """For a channel that Slack does not let the app write in."""
    return _said(
        "refused", f"Nothing was shared. Slack does not take the message here: {words.in_code(code)}."
    )


def perhaps_posted() -> parts.Message:
    """For a message of which Slack did not say whether it arrived."""
    return _said(
        "unknown", "Slack did not say whether the message arrived. Look at the channel before sharing again."
    )


def not_redrawn() -> parts.Message:
    """For a click that was carried out, where the channel's message could not be changed."""
    return _said(
        "stale", "That is done. The message in the channel could not be changed, so it does not show it yet."
    )


def noticed(notice: Notice) -> parts.Message:
    """What a private list would say at its top."""
    return _said("note", str(notice))


def _said(part: str, told: str) -> parts.Message:
    text = told.replace("*", "").replace("`", "")
    return parts.Message(text, (parts.section(f"told:{part}:1", told),))

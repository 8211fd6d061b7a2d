"""Sharing to a channel: the sheet that asks how much members will see, and the message they see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from slack_sdk.models.blocks import Block, InputBlock, Option, RadioButtonsElement
from slack_sdk.models.views import View

from bot import ids
from bot.blocks import parts, words
from bot.blocks.duplicates import Card, Look, group_blocks
from bot.blocks.masking import masked
from zoho.records import Found

LEVEL_BLOCK = "sh_level"
LEVEL = "level"
MENU = ("fields",)
_OUTSIDE = "no records are shown, because this channel is, or may be, shared with another company"


class Detail(StrEnum):
    """How much of the records the members of a channel see."""

    COUNTS = "counts"
    MASKED = "masked"
    FULL = "full"


_CHOICES = {
    Detail.COUNTS: "The numbers only",
    Detail.MASKED: "Names and links, e-mail and phone shortened",
    Detail.FULL: "Everything that you see",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is about to be shared: ``cards`` of a search; ``is_outside`` allows the numbers only."""

    ref: ids.ShareRef
    found: Found
    cards: tuple[Card, ...]
    is_outside: bool = False


def share_sheet(sheet: Sheet) -> View:
    """The modal; what was picked arrives under `LEVEL_BLOCK` and `LEVEL`."""
    levels = [Detail.COUNTS] if sheet.is_outside else list(Detail)
    options = {level: _option(level, sheet) for level in levels}
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
        title=parts.plain("Share to this channel"),
        submit=parts.plain(_submit(len(sheet.cards))),
        close=parts.plain("Cancel"),
        private_metadata=ids.pack_share(sheet.ref),
        blocks=blocks,
    )


def _submit(count: int) -> str:
    return "Share this group" if count == 1 else f"Share {count} groups"


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


def _option(level: Detail, sheet: Sheet) -> Option:
    example = words.cut(_example(level, sheet), words.OPTION_LENGTH - 1)
    return Option(value=level.value, text=parts.plain(_CHOICES[level]), description=parts.plain(example))


def _example(level: Detail, sheet: Sheet) -> str:
    if level is Detail.COUNTS:
        return _count(sheet.found, sheet.cards)
    record = sheet.cards[0].group.records[0]
    facts = [words.name(record.name), record.email, record.phone or record.mobile]
    shown = [words.clean(fact) for fact in facts if words.clean(fact)]
    return words.dotted(*(masked(fact) if level is Detail.MASKED else fact for fact in shown))


def _count(found: Found, cards: tuple[Card, ...]) -> str:
    whole = found.total if len(cards) > 1 else 1
    count = words.counted(whole, "possible duplicate")
    so_far = " so far" if found.so_far and len(cards) > 1 else ""
    return f"{count} in {words.label(found.module)}{so_far}"


@dataclass(frozen=True, slots=True)
class Shared:
    """A shared message: by whom (Slack id and name), what, and at which level of detail."""

    by: str
    by_name: str
    key: str
    found: Found
    cards: tuple[Card, ...]
    region_name: str
    detail: Detail = Detail.MASKED
    is_outside: bool = False


def shared_message(shared: Shared) -> parts.Message:
    """What the channel sees; drawn again whenever one of its groups changes."""
    if shared.detail is Detail.COUNTS or shared.is_outside:
        return _numbers(shared)
    look = Look(masked=shared.detail is not Detail.FULL, menu=MENU)
    what = _what(shared)
    list_name = words.label(shared.found.module)
    blocks: list[Block] = [
        parts.section(_id(shared, "head"), f"{parts.mention(shared.by)} shared *{what}* from {list_name}"),
        parts.context(_id(shared, "ctx"), _about(shared)),
    ]
    is_list = len(shared.cards) > 1
    for place, card in enumerate(shared.cards, start=1):
        if is_list:
            blocks.append(parts.divider(_id(shared, f"d{place}")))
        blocks += group_blocks(replace(card, number=place if is_list else 0), look)
    blocks.append(parts.context(_id(shared, "foot"), _foot(shared)))
    names = [look.shown(card.names) for card in shared.cards]
    head = f"{words.escaped(shared.by_name) or 'Somebody'} shared {what} from {list_name}"
    return parts.Message(words.fallback(head, names), tuple(blocks))


def _id(shared: Shared, part: str) -> str:
    return f"share:{shared.key}:{part}:1"


def _what(shared: Shared) -> str:
    count = len(shared.cards)
    return "a possible duplicate" if count == 1 else f"{count} possible duplicates"


def _about(shared: Shared, *more: str) -> str:
    found = shared.found
    place = (words.inert(found.org_name), words.inert(shared.region_name))
    return words.dotted(*place, words.when(found.at), *more)


def _foot(shared: Shared) -> str:
    acts = "Each button acts with your own Zoho rights."
    return acts if shared.detail is Detail.FULL else f"E-mail and phone are shortened here. {acts}"


def _numbers(shared: Shared) -> parts.Message:
    found = shared.found
    count = _count(found, shared.cards)
    bold = count.replace(" in ", "* in ", 1)
    blocks: list[Block] = [
        parts.section(_id(shared, "head"), f"{parts.mention(shared.by)} shared a search: *{bold}"),
        parts.context(_id(shared, "ctx"), _about(shared, _OUTSIDE if shared.is_outside else "")),
    ]
    if not found.filters:
        label = f"Show {words.label(found.module)} to me, with my own Zoho rights"
        show = parts.button(ids.SEARCH_MODULE, "Show them to me", value=found.module.value, label=label)
        blocks.append(parts.actions(_id(shared, "act"), show))
    text = f"{words.escaped(shared.by_name) or 'Somebody'} shared: {count}"
    return parts.Message(words.fallback(text), tuple(blocks))

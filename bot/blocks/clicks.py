"""Answers to clicks that could not be carried out as they were meant, and what a flag says inside Zoho."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, InteractiveElement

from bot import ids
from bot.blocks import parts, words

_NAMED = 5
_TYPED_LENGTH = 150


def rights_differ() -> parts.Message:
    """For a click on records that this person's Zoho login does not return."""
    told = "Your Zoho login does not show these records, so nothing was done."
    return parts.Message(told, (parts.section("click:rights:1", told),))


def solved(count: int) -> parts.Message:
    """For a click on a group of which fewer than two records are left."""
    if count == 2:
        told = "One of the two records no longer exists in Zoho; this group is solved."
    else:
        told = "The records no longer exist in Zoho; this group is solved."
    return parts.Message(told, (parts.section("click:gone:1", told),))


def older_button() -> parts.Message:
    """For a button of a message that is too old to be known."""
    told = "This button belongs to an older message. Nothing was changed."
    search = parts.button(ids.SEARCH_ALL, "Find duplicates")
    blocks = (parts.section("click:older:1", told), parts.actions("click:act:1", search))
    return parts.Message(told, blocks)


def not_answered(typed: str, again: InteractiveElement | None) -> parts.Message:
    """A command that nobody answered, because the app stopped under it; "" where it is not known."""
    what = "what you typed" if typed else "your last command"
    told = f"The app was restarted before {what} was answered. Please ask again."
    blocks: list[Block] = [parts.section("click:unanswered:1", told)]
    if typed:
        words_typed = parts.code(words.cut(words.clean(f"{ids.COMMAND} {typed}"), _TYPED_LENGTH))
        blocks.append(parts.rich("click:typed:1", parts.line(words_typed)))
    if again is not None:
        blocks.append(parts.actions("click:again:1", again))
    return parts.Message(words.fallback(told.rstrip(".")), tuple(blocks))


def comment(others: Sequence[str], by: str) -> str:
    """What stands on a flagged record in Zoho, as plain text: the other records' names, and who said so."""
    named = [words.cut(words.clean(name), words.NAME_LENGTH) or words.NO_NAME for name in others[:_NAMED]]
    if len(others) > _NAMED:
        named.append(f"{len(others) - _NAMED} more")
    who = f" by {words.cut(words.clean(by), words.VALUE_LENGTH)}" if words.clean(by) else ""
    return f"Suspected duplicate of {words.in_words(named)}. Flagged in Slack{who}."

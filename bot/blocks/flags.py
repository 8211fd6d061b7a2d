"""What is said about a flag besides the group itself: second clicks, and the offer to write to Zoho."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot import ids
from bot.blocks import parts, words
from bot.blocks.connection import connect_button, link_line
from bot.blocks.duplicates.cards import Card
from bot.blocks.duplicates.flagged import FlagState, every

_SLACK_ONLY = "Flagged, in Slack only"


def already_flagged(flag: FlagState) -> parts.Message:
    """For the second of two people who pressed Flag."""
    at = words.clock(flag.at)
    told = f"flagged this group at {at}, just before you. Your click changed nothing."
    block = parts.section("flag2:head:1", f"{parts.mention(flag.by)} {told}")
    who = words.escaped(flag.name) or "Somebody"
    return parts.Message(words.fallback(f"{who} {told}".rstrip(".")), (block,))


def not_flagged() -> parts.Message:
    """For somebody who undoes a flag that is gone already."""
    told = "There is no flag on this group any more. Your click changed nothing."
    block = parts.section("flag2:head:1", told)
    return parts.Message(told, (block,))


def offer_writing(
    card: Card, link: parts.Link, scopes: Sequence[str], *, field: bool = False
) -> parts.Message:
    """For a first flag with a connection that may only read; ``field`` when a custom field is set instead."""
    marks = "a mark" if field else "a comment “suspected duplicate”"
    names = [piece for scope in scopes for piece in (" and ", parts.code(scope))][1:]
    blocks: list[Block] = [
        parts.section(
            "fw:head:1",
            f":{parts.FLAG}: *{_SLACK_ONLY}*\n"
            "Zoho does not show it, because your connection may only read. "
            f"Everybody here can see it with `{ids.COMMAND} flagged`.",
        ),
        parts.rich(
            "fw:what:1",
            parts.bullets(
                parts.line(
                    parts.bold("With writing allowed: "),
                    f"{marks} on {every(card.group)}, which Undo removes",
                ),
                parts.line(parts.bold("Asked for: "), *names, ", used only when you press a button"),
            ),
        ),
        parts.actions(
            "fw:act:1",
            connect_button(link, "Allow writing", "Allow writing to Zoho Desk"),
            parts.button(
                ids.FLAG_LOCAL,
                "Keep it in Slack",
                value=ids.pack_group(ids.GroupRef(card.key, card.revision)),
            ),
        ),
        parts.context("fw:foot:1", link_line(link)),
    ]
    text = "Flagged in Slack. Zoho does not show it yet: your connection may only read"
    return parts.Message(words.fallback(text), tuple(blocks))


def kept_in_slack() -> parts.Message:
    """The answer to *Keep it in Slack*."""
    rest = "Zoho is left as it is. This is not asked again for 30 days."
    block = parts.section("fw:kept:1", f":{parts.FLAG}: *{_SLACK_ONLY}*\n{rest}")
    return parts.Message(f"{_SLACK_ONLY}. {rest}", (block,))


def writing_allowed(written: int, refused: int = 0) -> parts.Message:
    """Writing was allowed, and the flags that waited were written to Zoho."""
    done = f"{words.sentence(words.counted(written, 'waiting flag'))} {_was(written)} written to Zoho"
    left = f" Zoho refused {words.number(refused)}; the groups say what." if refused else ""
    block = parts.section("fw:done:1", f":{parts.DONE}: *Writing is allowed*\n{done}.{left}")
    return parts.Message(words.fallback(f"Writing is allowed. {done}"), (block,))


def _was(count: int) -> str:
    return "was" if count == 1 else "were"

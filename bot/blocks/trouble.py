"""The shape of every message about something that did not work: what is true, what it means, the way out."""

from __future__ import annotations

from dataclasses import dataclass

from slack_sdk.models.blocks import Block, InteractiveElement

from bot.blocks import parts, words


@dataclass(frozen=True, slots=True)
class Trouble:
    """``head`` and ``detail`` are our sentences in mrkdwn, ``quote`` is somebody else's, raw.

    ``text`` is the notification where ``head`` with ``detail`` would not do; it is ours and escaped.
    """

    scope: str
    head: str
    detail: str = ""
    sign: str = parts.WARNING
    facts: tuple[parts.Line, ...] = ()
    quote: str = ""
    next: str = ""
    button: InteractiveElement | None = None
    foot: tuple[str, ...] = ()
    text: str = ""


def drawn(trouble: Trouble) -> parts.Message:
    """The message for one trouble."""
    said = f":{trouble.sign}: *{trouble.head}*" + (f"\n{trouble.detail}" if trouble.detail else "")
    blocks: list[Block] = [parts.section(_id(trouble, "head"), said)]
    if trouble.facts:
        blocks.append(parts.rich(_id(trouble, "facts"), parts.bullets(*trouble.facts)))
    quote = words.zoho_words(trouble.quote)
    if quote:
        in_words = parts.line("In Zoho’s words")
        blocks.append(parts.rich(_id(trouble, "body"), in_words, parts.quoted(quote)))
    if trouble.next:
        blocks.append(parts.section(_id(trouble, "next"), f"*Next:* {trouble.next}"))
    if trouble.button:
        blocks.append(parts.actions(_id(trouble, "act"), trouble.button))
    feet = [foot for foot in trouble.foot if foot]
    if feet:
        blocks.append(parts.context(_id(trouble, "foot"), *feet))
    text = trouble.text or " ".join(part for part in (f"{trouble.head}.", trouble.detail) if part)
    return parts.Message(words.fallback(text.replace("\n", " ").rstrip(".")), tuple(blocks))


def _id(trouble: Trouble, part: str) -> str:
    return f"{trouble.scope}:{part}:1"

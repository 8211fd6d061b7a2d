"""The pieces messages are made of: thin names for Slack's block classes, with our habits built in.

https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    InteractiveElement,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextListElement,
    RichTextPreformattedElement,
    RichTextSectionElement,
    SectionBlock,
    TextObject,
)

from bot.blocks import words

Line = RichTextSectionElement
"""One paragraph of rich text."""

_PLAIN = "plain:head:1"
_URL_LENGTH = 3000
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,}")


@dataclass(frozen=True, slots=True)
class Message:
    """What is said: ``text`` for notifications and screen readers, ``blocks`` for eyes.

    ``classic`` are the same facts in blocks that every workspace takes, where ``blocks`` holds a newer one.
    """

    text: str
    blocks: tuple[Block, ...]
    classic: tuple[Block, ...] = ()
    _built: list[dict[str, Any]] = field(default_factory=list, init=False, repr=False, compare=False)

    def payload(self) -> dict[str, Any]:
        """The message as Slack takes it; SlackObjectFormationError when a block breaks one of its limits."""
        if not self._built:
            self._built.append(self._holding([block.to_dict() for block in self.blocks]))
        return dict(self._built[0])

    async def prepare(self) -> None:
        """Build what `payload` gives, and let others in after each block: a long message takes several
        milliseconds. Raises likewise."""
        built = []
        for block in self.blocks:
            built.append(block.to_dict())
            await asyncio.sleep(0)
        self._built[:] = [self._holding(built)]

    def _holding(self, blocks: list[dict[str, Any]]) -> dict[str, Any]:
        return {"text": self.text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}

    def simpler(self, again: InteractiveElement | None = None) -> Message | None:
        """What to send when Slack answered ``invalid_blocks``: older blocks, then only the text.

        ``again`` is the button *Try again*, if there is anything to try. None when nothing simpler is left.
        """
        if self.classic:
            return Message(self.text, self.classic)
        if any(block.block_id == _PLAIN for block in self.blocks):
            return None
        retry = [actions("plain:act:1", again)] if again else []
        said = SectionBlock(block_id=_PLAIN, text=plain(words.unescaped(self.text)))
        return Message(self.text, (said, *retry))


class Link(NamedTuple):
    """A one-time address of ours and the end of its life."""

    url: str
    expires: datetime


def mrkdwn(text: str) -> MarkdownTextObject:
    """Our own words; Slack is told to add no links and no pings of its own."""
    return MarkdownTextObject(text=text, verbatim=True)


def plain(text: str) -> PlainTextObject:
    """Letters that stay as they are, colons included."""
    return PlainTextObject(text=text, emoji=False)


def header(block_id: str, text: str) -> HeaderBlock:
    """A headline."""
    return HeaderBlock(block_id=block_id, text=plain(text))


def section(block_id: str, text: str, accessory: InteractiveElement | None = None) -> SectionBlock:
    """A paragraph of our own words, with a button at its end if given."""
    return SectionBlock(block_id=block_id, text=mrkdwn(text), accessory=accessory)


def context(block_id: str, *texts: str) -> ContextBlock:
    """A grey line of our own words."""
    elements: list[TextObject] = [mrkdwn(text) for text in texts]
    return ContextBlock(block_id=block_id, elements=elements)


def plain_context(block_id: str, text: str) -> ContextBlock:
    """A grey line that holds record data."""
    return ContextBlock(block_id=block_id, elements=[plain(text)])


def divider(block_id: str) -> DividerBlock:
    """A line across."""
    return DividerBlock(block_id=block_id)


def overflow(action_id: str, *options: tuple[str, str]) -> OverflowMenuElement:
    """A menu behind three dots: at most five pairs of words and value."""
    made = [Option(value=value, text=plain(text)) for text, value in options]
    return OverflowMenuElement(action_id=action_id, options=made)


def actions(block_id: str, *elements: InteractiveElement) -> ActionsBlock:
    """A row of buttons."""
    return ActionsBlock(block_id=block_id, elements=list(elements))


def button(
    action_id: str, text: str, *, value: str = "", url: str = "", label: str = "", primary: bool = False
) -> ButtonElement:
    """A button; ``label`` is read aloud where ``text`` alone does not say which one it is."""
    return ButtonElement(
        action_id=action_id,
        text=plain(text),
        value=value or None,
        url=url or None,
        style="primary" if primary else None,
        accessibility_label=words.cut(label, 74) or None,
    )


def rich(block_id: str, *elements: RichTextElement) -> RichTextBlock:
    """A block whose texts are never parsed."""
    return RichTextBlock(block_id=block_id, elements=list(elements))


def line(*pieces: RichTextElement | str) -> RichTextSectionElement:
    """One paragraph of rich text; a string is plain text, an empty one is left out."""
    return RichTextSectionElement(elements=_pieces(pieces))


def bullets(*lines: RichTextSectionElement, ordered: bool = False) -> RichTextListElement:
    """A list, one element a line."""
    return RichTextListElement(elements=list(lines), style="ordered" if ordered else "bullet", indent=0)


def quoted(text: str) -> RichTextPreformattedElement:
    """Somebody else's words, letter by letter."""
    return RichTextPreformattedElement(elements=_pieces([text]))


def _pieces(pieces: Sequence[RichTextElement | str]) -> list[RichTextElement]:
    return [text(piece) if isinstance(piece, str) else piece for piece in pieces if piece != ""]


def text(value: str) -> RichTextElement:
    """Plain letters in rich text."""
    return RichTextElementParts.Text(text=value)


def bold(value: str) -> RichTextElement:
    """Bold letters in rich text."""
    return RichTextElementParts.Text(text=value, style={"bold": True})


def italic(value: str) -> RichTextElement:
    """Leaning letters in rich text."""
    return RichTextElementParts.Text(text=value, style={"italic": True})


def code(value: str) -> RichTextElement:
    """Code letters in rich text."""
    return RichTextElementParts.Text(text=value, style={"code": True})


def linked(value: str, url: str) -> RichTextElement:
    """``value`` leading to ``url``; bold without a link where there is no address to trust."""
    if not url.startswith(("https://", "http://")) or len(url) > _URL_LENGTH:
        return bold(value)
    return RichTextElementParts.Link(url=url, text=value)


def date(at: datetime) -> RichTextElement:
    """A record's date in rich text, in the reader's own form."""
    return RichTextElementParts.Date(
        timestamp=int(at.timestamp()), format="{date_short}", fallback=words.day(at)
    )


def moment(at: datetime) -> RichTextElement:
    """An event's date and time in rich text, in the reader's own zone."""
    return RichTextElementParts.Date(
        timestamp=int(at.timestamp()),
        format="{date_short_pretty} at {time}",
        fallback=f"{words.day(at)} {words.utc_time(at)}",
    )


def struck(value: str) -> RichTextElement:
    """Letters crossed out in rich text."""
    return RichTextElementParts.Text(text=value, style={"strike": True})


def emoji(name: str) -> RichTextElement:
    """One of our four signs."""
    return RichTextElementParts.Emoji(name=name)


WARNING = "warning"
DONE = "white_check_mark"
WAITS = "hourglass_flowing_sand"
FLAG = "triangular_flag_on_post"


def mention(user: str) -> str:
    """A Slack user in mrkdwn; anything that is not a user's id is only letters."""
    return f"<@{user}>" if _SLACK_ID.fullmatch(user) else words.inert(user)

"""What is said while a search is running."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.blocks import parts, words
from zoho.records import Module


def searching(
    modules: Sequence[Module], org_name: str, *, key: str = "p", follows: bool = True
) -> parts.Message:
    """A search has begun; ``follows`` when its result will be a message of its own."""
    what = words.labels(modules)
    org = words.inert(org_name)
    blocks: list[Block] = [
        parts.section(f"search:{key}:head:1", f":{parts.WAITS}: Searching *{what}* in {org}…")
    ]
    if follows:
        blocks.append(parts.context(f"search:{key}:foot:1", "The result follows here."))
    text = f"Searching {what} in {words.escaped(org_name)}"
    return parts.Message(words.fallback(text), tuple(blocks))

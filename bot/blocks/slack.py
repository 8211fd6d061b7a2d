"""What is said when Slack itself stands in the way."""

from __future__ import annotations

from bot.blocks import parts


def token_dead() -> parts.Message:
    """For whoever asks while Slack no longer accepts the bot's token."""
    head = "Slack no longer accepts this app’s token"
    rest = "Nothing was done. The person who runs this app can put a new one in place."
    block = parts.section("token:head:1", f":{parts.WARNING}: *{head}*\n{rest}")
    return parts.Message(f"{head}. {rest}", (block,))

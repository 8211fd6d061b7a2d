"""Who may read a channel, as far as Slack tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.jobs.retries import reason
from bot.jobs.voice import SLACK_TROUBLE

log = structlog.get_logger(__name__)

_OUTSIDE = ("is_ext_shared", "is_pending_ext_shared", "pending_shared")


@dataclass(frozen=True, slots=True)
class Audience:
    """What Slack tells of a channel: whether another company reads it or may, and whether the app is a member
    (None where Slack does not say)."""

    is_outside: bool = True
    is_member: bool | None = None


class Channels:
    """Asks Slack about channels; nothing is kept, for what holds now may not hold in an hour."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def is_outside(self, channel: str) -> bool:
        """Whether people of another company read this channel, or may: also when Slack does not say.

        https://docs.slack.dev/reference/methods/conversations.info
        """
        try:
            answer = await self._client.conversations_info(channel=channel)
        except SLACK_TROUBLE as error:
            log.info("channel_not_known", error=type(error).__name__)
            return True
        return _is_outside(answer["channel"])

    async def look(self, channel: str) -> Audience:
        """The same, and whether the app may post there as a member."""
        try:
            answer = await self._client.conversations_info(channel=channel)
        except SLACK_TROUBLE as error:
            log.info("channel_not_known", error=type(error).__name__)
            # A private channel without the app is unknown to it.
            is_unknown = isinstance(error, SlackApiError) and reason(error) == "channel_not_found"
            return Audience(is_member=False if is_unknown else None)
        told = answer["channel"]
        return Audience(_is_outside(told), told.get("is_member"))


def _is_outside(told: Mapping[str, Any]) -> bool:
    return "is_ext_shared" not in told or any(told.get(name) for name in _OUTSIDE)

"""Who may read a channel, as far as Slack tells."""

from __future__ import annotations

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.jobs.voice import SLACK_TROUBLE

log = structlog.get_logger(__name__)

_OUTSIDE = ("is_ext_shared", "is_pending_ext_shared", "pending_shared")


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
        told = answer["channel"]
        return "is_ext_shared" not in told or any(told.get(name) for name in _OUTSIDE)

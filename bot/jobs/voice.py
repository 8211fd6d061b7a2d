"""How the bot speaks: by the response_url while it lives, else in the channel, else by direct message."""

from __future__ import annotations

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.parts import Message
from bot.jobs.work import Job

_PATIENCE = aiohttp.ClientTimeout(total=10)

SLACK_TROUBLE = (SlackClientError, aiohttp.ClientError, TimeoutError)
"""What a call to Slack may raise."""


class Voice:
    """Says messages to people. ``open`` and ``close`` bracket its life, for it holds connections."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Open the connections that the Web API and response_urls share."""
        self._session = aiohttp.ClientSession(timeout=_PATIENCE)
        self._client.session = self._session

    async def close(self) -> None:
        """Close them."""
        if self._session is not None:
            await self._session.close()
            self._session = self._client.session = None

    async def answer(self, job: Job, message: Message) -> None:
        """Answer a command with a message of its own, a click in the place of the message it stood in."""
        await self._respond(job, message, replace=job.reply.is_click)

    async def add(self, job: Job, message: Message) -> None:
        """Say something more, beside the message that is there; only this person sees it."""
        await self._respond(job, message, replace=False)

    async def take_away(self, job: Job) -> None:
        """Remove the message that was clicked; where that cannot be done it stays."""
        await self._post(job, {"delete_original": True})

    async def tell(self, user: str, message: Message) -> None:
        """Send a direct message; https://docs.slack.dev/reference/methods/chat.postMessage.

        Raises SlackApiError.
        """
        await self._client.chat_postMessage(channel=user, **message.payload())

    async def _respond(self, job: Job, message: Message, *, replace: bool) -> None:
        payload = message.payload()
        how = {"response_type": "ephemeral", "replace_original": replace}
        refused = await self._post(job, {**payload, **how})
        if "invalid_blocks" in refused:
            # Words alone are better than silence.
            payload = {"text": message.text}
            refused = await self._post(job, {**payload, **how})
        if refused:
            await self._say_otherwise(job, payload)

    async def _say_otherwise(self, job: Job, payload: dict[str, Any]) -> None:
        """https://docs.slack.dev/reference/methods/chat.postEphemeral; it fails where the bot is absent."""
        text, blocks = payload["text"], payload.get("blocks")
        if not job.reply.channel:
            await self._client.chat_postMessage(channel=job.who.user, **payload)
            return
        try:
            await self._client.chat_postEphemeral(
                channel=job.reply.channel, user=job.who.user, text=text, blocks=blocks
            )
        except SlackApiError:
            await self._client.chat_postMessage(channel=job.who.user, **payload)

    async def _post(self, job: Job, payload: dict[str, Any]) -> str:
        """Post to the response_url; out comes "" when it was taken, else what Slack said."""
        if not job.reply.response_url or self._session is None:
            return "no response_url"
        try:
            async with self._session.post(
                job.reply.response_url, json=payload, allow_redirects=False
            ) as answer:
                text = await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error).__name__
        is_taken = answer.status == 200 and (text == "ok" or '"ok":true' in text.replace(" ", ""))
        return "" if is_taken else text or str(answer.status)

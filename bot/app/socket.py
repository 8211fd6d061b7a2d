"""Slack over a connection of ours, where no request of Slack's could reach us: Socket Mode.

Nothing is signed on that way: the app's own token opens it.
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import logging
import re

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.jobs.retries import reason
from bot.jobs.voice import SLACK_TROUBLE

log = structlog.get_logger(__name__)

_PATIENCE = 10.0


class SocketMode:
    """One connection to Slack, opened anew whenever Slack or the network ends it."""

    def __init__(self, bolt: AsyncApp, app_token: str) -> None:
        self._bolt = bolt
        self._app_token = app_token
        self._handler: AsyncSocketModeHandler | None = None
        self._connecting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect, and stay connected; a Slack that cannot be reached is tried again in the background.

        Raises SlackApiError when Slack refuses the token.
        """
        address = await self._first_address()
        handler = AsyncSocketModeHandler(self._bolt, self._app_token, logger=_logger())
        handler.client.wss_uri = address
        self._handler = handler
        self._connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]  # Bolt's
        done, _ = await asyncio.wait({self._connecting}, timeout=_PATIENCE)
        log.info("socket_mode", connected=bool(done))

    async def _first_address(self) -> str | None:
        """Where to connect; None when Slack cannot be asked now.

        https://docs.slack.dev/reference/methods/apps.connections.open
        """
        try:
            answer = await self._bolt.client.apps_connections_open(app_token=self._app_token)
        except SlackApiError as error:
            if reason(error) not in ("", "ratelimited"):
                raise
        except SLACK_TROUBLE as error:
            log.warning("slack_is_out_of_reach", error=type(error).__name__)
        else:
            return str(answer["url"])
        return None

    async def stop(self) -> None:
        """Hear nothing more."""
        if self._handler is None or self._connecting is None:
            return
        client = self._handler.client
        ending = (
            self._connecting,
            client.message_processor,
            client.message_receiver,
            client.current_session_monitor,
        )
        await self._handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's
        self._connecting.cancel()
        await asyncio.gather(*(task for task in ending if task is not None), return_exceptions=True)


class _OnlyWhatHappened(logging.Filter):
    """Leaves of each line what failed, and the kind of error: the rest holds tickets, and what was sent."""

    def filter(self, record: logging.LogRecord) -> bool:
        what = re.split(r" \(|: ", record.getMessage(), maxsplit=1)[0]
        error = record.exc_info[0] if record.exc_info else None
        record.msg, record.args = f"{what} ({error.__name__})" if error else what, ()
        record.exc_info = record.exc_text = None
        return True


def _logger() -> logging.Logger:
    logger = logging.getLogger("slack_bolt.socket_mode")
    if not logger.filters:
        logger.addFilter(_OnlyWhatHappened())
    return logger

"""What Slack says about our calls in general: the token is dead, or wait; heard by every call of the client.

https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import NoneType

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

log = structlog.get_logger(__name__)

LONGEST_WAIT = 30
"""Seconds that are waited when Slack asks for patience; more is refused like any other call."""

WAITS = 2
"""How often one call waits."""

_DEAD = frozenset({"account_inactive", "invalid_auth", "team_access_not_granted", "token_revoked"})


class SlackGone(SlackClientError):
    """Slack no longer accepts the bot's token: its Web API is closed until there is a new one."""


class TokenWatch(AsyncRetryHandler):
    """Hears every answer of the Web API; the first that calls the token dead is logged, and remembered.

    What is no answer of Slack's, such as a line of text from a server in between, is a broken connection.
    """

    def __init__(self) -> None:
        super().__init__(max_retry_count=0)
        self.is_dead = False

    async def can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        """Never asks for another attempt: a dead token stays dead. Raises ClientPayloadError."""
        body = response.body if response is not None else None
        if error is None and response is not None and _is_nonsense(response):
            raise aiohttp.ClientPayloadError("this is no answer of Slack's")
        said = body.get("error") if isinstance(body, dict) else None
        if said in _DEAD and not self.is_dead:
            self.is_dead = True
            log.error("slack_token_dead", error=said, hint="put the app's new token in place and restart")
        return False


class PatientRetry(AsyncRateLimitErrorRetryHandler):
    """Waits as long as Slack asks for, within reason."""

    def __init__(self) -> None:
        super().__init__(max_retry_count=WAITS)

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or response.status_code != 429:
            return False
        return seconds_to_wait(_headers(response)) is not None

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        """Wait, then let the call be made again."""
        state.next_attempt_requested = True
        await asyncio.sleep((response is not None and seconds_to_wait(_headers(response))) or 0)
        state.increment_current_attempt()


class ConnectionRetry(AsyncConnectionErrorRetryHandler):
    """Calls once more after a broken connection, unless that could say something twice."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if request.url.endswith("/chat.postMessage"):
            return False
        return await super()._can_retry_async(state=state, request=request, response=response, error=error)


def seconds_to_wait(headers: Mapping[str, str]) -> int | None:
    """What Retry-After asks for; None when that is more than is waited."""
    asked = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    seconds = int(asked) if asked.isascii() and asked.isdigit() else 1
    return seconds if seconds <= LONGEST_WAIT else None


def reason(error: SlackApiError) -> str:
    """Slack's word for a refusal; "" where what came was a page or a line of a server in between."""
    said = getattr(error.response, "data", error.response)
    return str(said.get("error") or "") if isinstance(said, Mapping) else ""


def _is_nonsense(response: HttpResponse) -> bool:
    """A success with text, or with JSON that is no object; Slack's client stumbles over it."""
    is_text = response.body is None and response.data is not None
    return response.status_code == 200 and (is_text or not isinstance(response.body, Mapping | NoneType))


def _headers(response: HttpResponse) -> dict[str, str]:
    return {name: str(value[0]) for name, value in response.headers.items()}

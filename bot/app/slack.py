"""Slack's side of the server: one route, checked and dispatched to Bolt; errors of listeners are answered.

https://docs.slack.dev/apis/events-api/using-http-request-urls
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot import failures
from bot.blocks.help import unknown
from bot.blocks.parts import Message
from bot.failures import Failing
from bot.jobs import Failed, Jobs, People, Reply
from zoho.records import Who

log = structlog.get_logger(__name__)

PATH = "/slack/events"
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


def new_bolt(client: AsyncWebClient, signing_secret: str, people: People) -> AsyncApp:
    """A Bolt app that asks Slack nothing before the acknowledgement."""
    return AsyncApp(
        name="duplicates",
        client=client,
        signing_secret=signing_secret,
        authorize=_authorizer(people, client.token or ""),
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        attaching_function_token_enabled=False,
    )


def _authorizer(people: People, token: str) -> Callable[[], Awaitable[AuthorizeResult]]:
    """Tells Bolt on whose behalf it acts: always the same bot, so nothing is asked.

    The bot's ids are there as soon as `auth.test` was answered, for which nobody waits.
    """
    known: list[AuthorizeResult] = []

    async def authorize() -> AuthorizeResult:
        if known:
            return known[0]
        workspace = people.known_workspace
        if workspace is None:
            return AuthorizeResult(enterprise_id=None, team_id=None, bot_token=token)
        known.append(
            AuthorizeResult(
                enterprise_id=None,
                team_id=workspace.id,
                bot_id=workspace.bot_id,
                bot_user_id=workspace.bot_user_id,
                bot_token=token,
            )
        )
        return known[0]

    return authorize


@dataclass(frozen=True)
class SlackRoute:
    """``POST /slack/events``: everything Slack sends."""

    bolt: AsyncApp

    def register(self, app: web.Application) -> None:
        """Add the route."""
        app.router.add_post(PATH, self.handle)

    async def handle(self, request: web.Request) -> web.Response:
        """Check what Bolt does not, and let it do the rest, the signature included."""
        if not _TIMESTAMP.fullmatch(request.headers.get("X-Slack-Request-Timestamp", "0")):
            return web.Response(status=401)
        body = await request.read()
        try:
            asked = AsyncBoltRequest(
                body=body.decode(), query=request.query_string, headers=dict(request.headers)
            )
        except (ValueError, AttributeError):
            # Bolt reads the form before it checks the signature: this one holds no JSON, or no object.
            return web.Response(status=400)
        return await to_aiohttp_response(await self.bolt.async_dispatch(asked))


@dataclass(frozen=True)
class ListenerErrors:
    """Answers for listeners that failed, and where nobody listens: Slack always gets its 200."""

    jobs: Jobs
    now: Callable[[], datetime]

    def register(self, app: AsyncApp) -> None:
        """Take the errors of listeners, and those that are handed over."""
        app.error(self.answer)
        self.jobs.on(Failed, self.carry_out)

    async def answer(self, error: Exception, body: dict[str, Any]) -> BoltResponse:
        """A command gets the sentence as its first reply, a click through its response_url."""
        is_unknown = isinstance(error, BoltUnhandledRequestError)
        if "command" in body:
            return _said(unknown(body["command"]) if is_unknown else _sentence(error))
        if not is_unknown and body.get("response_url"):
            self.jobs.hand_over(self._failed(error, body))
        return BoltResponse(status=200)

    async def carry_out(self, job: Failed) -> None:
        """Let the error end where all others do."""
        raise job.error

    def _failed(self, error: Exception, body: dict[str, Any]) -> Failed:
        user, team = body.get("user") or {}, body.get("team") or {}
        who = Who(str(team.get("id", "")), str(user.get("id", "")))
        return Failed(who, who.workspace, Reply("", body["response_url"]), "", self.now(), error)


def _sentence(error: Exception) -> Message:
    reference = failures.new_reference()
    log.error("listener_failed", reference=reference, exc_info=error)
    return failures.answer(error, Failing(reference=reference))


def _said(message: Message) -> BoltResponse:
    answer = json.dumps({**message.payload(), "response_type": "ephemeral"})
    return BoltResponse(status=200, body=answer, headers={"content-type": "application/json"})

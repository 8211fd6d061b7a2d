"""Slack's side of the server: one route, checked and dispatched to Bolt; errors of listeners are answered.

https://docs.slack.dev/apis/events-api/using-http-request-urls
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot import failures, ids
from bot.blocks.help import unknown
from bot.blocks.parts import Message
from bot.failures import Failing
from bot.jobs import Failed, Jobs, People, Reply
from zoho.records import Who

log = structlog.get_logger(__name__)

PATH = "/slack/events"
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
# Slack looks now and then whether the address answers, and signs nothing then.
_SSL_CHECK = re.compile(r"(?=.{0,300}\Z)(?:.*&)?ssl_check=1(?:&.*)?")
_FORM = "application/x-www-form-urlencoded"
_NEEDED = {"team_id", "user_id", "trigger_id"}
_UNSIGNED = "another app's SLACK_SIGNING_SECRET, a clock that is minutes off, or somebody who is not Slack"


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


def form(text: str) -> dict[str, str]:
    """The fields of a form; of a name that stands there twice the last. It takes half as long as
    `urllib.parse.parse_qsl`, since most values are written as they are."""
    pairs = (field.partition("=") for field in text.split("&") if field)
    return {_unquoted(name): _unquoted(value) for name, _, value in pairs}


def _unquoted(text: str) -> str:
    return unquote_plus(text) if "%" in text or "+" in text else text


@dataclass(frozen=True)
class SlackRoute:
    """``POST /slack/events``: everything Slack sends.

    Typed commands come in numbers, so a genuine one is taken here, by its listener's own function: Bolt would
    spend more time on it than everything else together. All the rest goes to Bolt, which checks and answers
    by its own rules, and so does a command that lacks anything.
    """

    bolt: AsyncApp
    verifier: SignatureVerifier
    take_command: Callable[[Mapping[str, str]], None]
    acked: Callable[[int, float], None]

    def register(self, app: web.Application) -> None:
        """Add the route."""
        app.router.add_post(PATH, self.timed)

    async def timed(self, request: web.Request) -> web.Response:
        """`handle`, with a note of how long it took, and a line in the log for what Slack did not sign."""
        began = time.monotonic()
        answer = await self.handle(request)
        self.acked(answer.status, time.monotonic() - began)
        if answer.status == web.HTTPUnauthorized.status_code:
            log.warning("signature_refused", status=answer.status, hint=_UNSIGNED)
        return answer

    async def handle(self, request: web.Request) -> web.Response:
        """Turn away what Slack did not sign, before anything is read out of it; take a command, and let Bolt
        do the rest."""
        stamp = request.headers.get("X-Slack-Request-Timestamp", "0")
        signature = request.headers.get("X-Slack-Signature", "")
        if not _TIMESTAMP.fullmatch(stamp) or not signature.isascii():
            return web.Response(status=401)
        try:
            body = (await request.read()).decode()
        except (ValueError, web.RequestPayloadError):
            return web.Response(status=400)  # no text, or not packed as it says
        # https://docs.slack.dev/authentication/verifying-requests-from-slack
        if self.verifier.is_valid(body, stamp, signature):
            if "command=" in body and request.content_type == _FORM and self._takes(form(body)):
                return web.Response()
        elif not _SSL_CHECK.fullmatch(body):
            return web.Response(status=401)
        return await self._by_bolt(request, body)

    def _takes(self, command: Mapping[str, str]) -> bool:
        """Whether it was a command with all it needs, which is taken then."""
        if command.get("command") != ids.COMMAND or not command.keys() >= _NEEDED:
            return False
        self.take_command(command)
        return True

    async def _by_bolt(self, request: web.Request, body: str) -> web.Response:
        try:
            asked = AsyncBoltRequest(body=body, query=request.query_string, headers=dict(request.headers))
        except (ValueError, AttributeError, RecursionError):
            # Bolt looks into the form before its own check of the signature: this one holds no JSON, no
            # object, or one that nests without end.
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

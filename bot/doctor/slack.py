"""Slack: the bot's token and what it may do, the app's token, and who vouches for requests."""

from __future__ import annotations

from collections.abc import Mapping

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import manifest
from bot.doctor.findings import Finding, note, ok, todo
from bot.jobs.retries import reason
from bot.jobs.voice import SLACK_TROUBLE
from bot.settings import Settings

SECONDS = 8


async def token_is_taken(settings: Settings) -> list[Finding]:
    """Whether Slack takes the bot's token, and which scopes came with it.

    https://docs.slack.dev/reference/methods/auth.test
    """
    try:
        answer = await _client(settings).auth_test()
    except SlackApiError as error:
        return [todo("Slack token", _refused("SLACK_BOT_TOKEN", error, "OAuth & Permissions"))]
    except SLACK_TROUBLE as error:
        return [todo("Slack token", _unreached(settings, error))]
    name, team = answer.get("team") or "a workspace", answer.get("team_id") or ""
    taken = ok("Slack token", f"taken by {name} ({team}), where the bot is {answer.get('user') or 'unnamed'}")
    return [taken, _scopes(dict(answer.headers))]


def _scopes(headers: Mapping[str, str]) -> Finding:
    named = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    if named is None:
        return note("Slack scopes", "Slack did not say which the token has")
    held = frozenset(scope.strip() for scope in str(named).split(","))
    needed, optional = manifest.scopes()
    if needed - held:
        missing = ", ".join(sorted(needed - held))
        return todo(
            "Slack scopes", f"missing: {missing}. Paste the manifest into the app again, and reinstall it"
        )
    if optional - held:
        without = ", ".join(sorted(optional - held))
        return note("Slack scopes", f"all that are needed; without {without} some things are left out")
    return ok("Slack scopes", f"all {len(needed | optional)} of the manifest")


async def requests_are_vouched_for(settings: Settings) -> list[Finding]:
    """The app's token of Socket Mode where there is one, and the signing secret, which nobody can ask about.

    https://docs.slack.dev/reference/methods/apps.connections.open
    """
    found = []
    if settings.slack_signing_secret.get_secret_value():
        how = "only a request of Slack's proves it: type /duplicates help. After a wrong one, copy it anew"
        found.append(note("Slack signing secret", f"set; {how} from Basic Information"))
    token = settings.slack_app_token.get_secret_value()
    if not token:
        return found
    try:
        await _client(settings).apps_connections_open(app_token=token)
    except SlackApiError as error:
        return [*found, todo("Slack app token", _refused("SLACK_APP_TOKEN", error, "Basic Information"))]
    except SLACK_TROUBLE as error:
        return [*found, todo("Slack app token", _unreached(settings, error))]
    return [*found, ok("Slack app token", "opens Socket Mode: run python -m bot serve --socket-mode")]


def _client(settings: Settings) -> AsyncWebClient:
    return AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=SECONDS,
        retry_handlers=[],
    )


def _refused(name: str, error: SlackApiError, where: str) -> str:
    return f"Slack refuses {name} ({reason(error) or 'without a reason'}): copy it anew from {where}"


def _unreached(settings: Settings, error: BaseException) -> str:
    return f"no answer from {settings.slack_api_url} ({type(error).__name__}): look at the network"

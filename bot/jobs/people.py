"""Who people are in Slack: their names, and the workspace this app belongs to; asked once and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.help import other_company
from bot.blocks.slack import token_dead
from bot.jobs.voice import SLACK_TROUBLE, Voice
from bot.jobs.work import Job

_KEPT = timedelta(hours=1)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Workspace:
    """The Slack workspace the bot's token belongs to."""

    id: str
    name: str
    bot_id: str
    bot_user_id: str
    app_id: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as Slack knows them; what Slack does not say is "", and the zone then UTC.

    ``is_gone`` when the account was deactivated.
    """

    name: str = ""
    team: str = ""
    zone: tzinfo = UTC
    is_gone: bool = False


class People:
    """Who people are, for pages, comments, notifications and dates in their own zone."""

    def __init__(self, client: AsyncWebClient, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._workspace: Workspace | None = None
        self._persons: dict[str, tuple[Person, datetime]] = {}

    @property
    def known_workspace(self) -> Workspace | None:
        """The workspace, if it has been asked for already."""
        return self._workspace

    async def workspace(self) -> Workspace:
        """The workspace; https://docs.slack.dev/reference/methods/auth.test. Raises SlackApiError."""
        if self._workspace is None:
            answer = await self._client.auth_test()
            self._workspace = Workspace(
                id=answer["team_id"],
                name=answer.get("team") or "",
                bot_id=answer.get("bot_id") or "",
                bot_user_id=answer.get("user_id") or "",
                app_id=answer.get("app_id") or "",
            )
        return self._workspace

    async def workspace_name(self) -> str:
        """What the workspace is called, "" when Slack does not say."""
        try:
            return (await self.workspace()).name
        except SLACK_TROUBLE:
            return ""

    async def name(self, user: str) -> str:
        """What a user is called, "" when Slack does not say."""
        return (await self.person(user)).name

    async def person(self, user: str) -> Person:
        """A user; what was known before stands while Slack does not answer.

        https://docs.slack.dev/reference/methods/users.info
        """
        known = self._persons.get(user)
        if known and self._now() - known[1] < _KEPT:
            return known[0]
        try:
            answer = await self._client.users_info(user=user)
        except SLACK_TROUBLE:
            return known[0] if known else Person()
        found = person_from(answer.get("user") or {})
        self._persons[user] = (found, self._now())
        return found


def person_from(given: Mapping[str, Any]) -> Person:
    """A user object of Slack's as a person; https://docs.slack.dev/reference/objects/user-object."""
    profile = given.get("profile") or {}
    name = profile.get("real_name") or given.get("real_name") or given.get("name") or ""
    zone = _zone(given.get("tz"), given.get("tz_offset"))
    return Person(str(name), str(given.get("team_id") or ""), zone, is_gone=given.get("deleted") is True)


def _zone(name: object, offset: object) -> tzinfo:
    """The zone by its name, else by its distance from UTC in seconds: not every system has the names."""
    if isinstance(name, str) and name:
        with suppress(ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo(name)
    if isinstance(offset, int) and abs(offset) < _DAY:
        return timezone(timedelta(seconds=offset))
    return UTC


@dataclass(frozen=True, slots=True)
class Reception:
    """Turns away people of other companies, who see this app's messages in shared channels."""

    people: People
    voice: Voice

    async def admits(self, job: Job) -> bool:
        """Whether the person belongs to our workspace and Slack lets us work; if not, they have been told so.

        Raises SlackApiError when Slack does not say which workspace is ours.
        """
        try:
            workspace = None if self.voice.is_silenced else await self.people.workspace()
        except SlackApiError:
            if not self.voice.is_silenced:
                raise
            workspace = None
        if workspace is None:
            await self.voice.add(job, token_dead())
            return False
        if job.home == workspace.id == job.who.workspace:
            return True
        await self.voice.add(job, other_company(workspace.name))
        return False

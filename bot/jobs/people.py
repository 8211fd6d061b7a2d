"""Who people are in Slack: their names, and the workspace this app belongs to; asked once and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.help import other_company
from bot.blocks.slack import token_dead
from bot.jobs.voice import SLACK_TROUBLE, Voice
from bot.jobs.work import Job

_KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Workspace:
    """The Slack workspace the bot's token belongs to."""

    id: str
    name: str
    bot_id: str
    bot_user_id: str
    app_id: str = ""


class People:
    """Names from Slack, for pages, comments and notifications."""

    def __init__(self, client: AsyncWebClient, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._workspace: Workspace | None = None
        self._names: dict[str, tuple[str, datetime]] = {}

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
        """What a user is called, "" when Slack does not say.

        https://docs.slack.dev/reference/methods/users.info
        """
        known = self._names.get(user)
        if known and self._now() - known[1] < _KEPT:
            return known[0]
        try:
            answer = await self._client.users_info(user=user)
        except SLACK_TROUBLE:
            return known[0] if known else ""
        profile = answer["user"].get("profile", {})
        name = profile.get("real_name") or answer["user"].get("real_name") or answer["user"].get("name") or ""
        self._names[user] = (name, self._now())
        return str(name)


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

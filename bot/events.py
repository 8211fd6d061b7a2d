"""Events: a Home tab was opened, the app was taken out of the workspace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp

from bot.jobs import HomeOpened, Jobs, Reply, Uninstalled
from bot.store import Store
from zoho.access import Zoho
from zoho.records import Who

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Events:
    """What Slack tells without anybody having typed or clicked; Bolt acknowledges these by itself.

    https://docs.slack.dev/reference/events/app_uninstalled
    """

    jobs: Jobs
    zoho: Zoho
    store: Store
    now: Callable[[], datetime]

    def register(self, app: AsyncApp) -> None:
        """Listen to these events, and name what carries out the end."""
        app.event("app_home_opened")(self.home_opened)
        app.event("app_uninstalled")(self.uninstalled)
        app.event("tokens_revoked")(self.revoked)
        self.jobs.on(Uninstalled, self.carry_out)

    async def home_opened(self, body: dict[str, Any]) -> None:
        """Hand over whose Home tab is looked at; the Messages tab of the app sends this event too.

        https://docs.slack.dev/reference/events/app_home_opened
        """
        event, team = body["event"], body["team_id"]
        if event.get("tab") == "home":
            key = f"event:{body['event_id']}"
            who = Who(team, event["user"])
            self.jobs.hand_over(HomeOpened(who, team, Reply("", ""), key, self.now()))

    async def uninstalled(self, body: dict[str, Any]) -> None:
        """Hand over the end of this workspace."""
        team = body["team_id"]
        key = f"event:{body['event_id']}"
        self.jobs.hand_over(Uninstalled(Who(team, ""), team, Reply("", ""), key, self.now()))

    async def revoked(self) -> None:
        """The bot cannot speak until it gets a new token: that is the operator's to know."""
        log.error("slack_token_revoked")

    async def carry_out(self, job: Uninstalled) -> None:
        """Delete everything of the workspace: what is on the way to a connection, what was stored, every
        connection; these are withdrawn at Zoho as well. That may take long, and nothing waits for it: Slack
        tells only once.
        """
        workspace = job.who.workspace
        await self.zoho.connections.attempts.forget_workspace(workspace)
        await self.store.forget(workspace)
        ended = await self.zoho.connections.end_workspace(workspace)
        await self.store.forget(workspace)  # what work that was under way has left meanwhile
        log.info("app_uninstalled", connections=ended)

"""Modals: submitted, acknowledged at once, then carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import ids
from bot.blocks.alerts.form import saving
from bot.blocks.dismissing import which_faults
from bot.dismissing import Dismissing
from bot.jobs import Jobs, Reception, Reply, Submitted, chosen_in
from bot.sharing import Sharing
from bot.subscribing import SettingUp
from zoho.records import Who


@dataclass(frozen=True)
class Views:
    """What people fill in; the modals themselves are opened by clicks."""

    jobs: Jobs
    reception: Reception
    sharing: Sharing
    setting_up: SettingUp
    dismissing: Dismissing
    now: Callable[[], datetime]

    def register(self, app: AsyncApp) -> None:
        """One listener for each modal, and what carries it out."""
        app.view(ids.PAGE_SHARE)(self.submitted)
        app.view(ids.SUB_SAVE)(self.filled_in)
        app.view(ids.GROUP_DISMISS)(self.ticked)
        app.view(ids.GROUP_REASON)(self.submitted)
        self.jobs.on(Submitted, self.carry_out)

    async def submitted(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Acknowledge, which closes the modal, then hand over what was chosen."""
        await ack()
        self.jobs.hand_over(_submitted(body, view, self.now()))

    async def filled_in(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """The form of alerts: say at its inputs what is wrong, else hand over what was filled in."""
        faults = self.setting_up.faults(chosen_in(view))
        if faults:
            await ack(response_action="errors", errors=dict(faults))
            return
        await ack(response_action="update", view=saving().to_dict())
        self.jobs.hand_over(_submitted(body, view, self.now()))

    async def ticked(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Which records do not belong: say it when none is ticked, else hand over which."""
        faults = which_faults(chosen_in(view))
        if faults:
            await ack(response_action="errors", errors=dict(faults))
            return
        await self.submitted(ack, body, view)

    async def carry_out(self, job: Submitted) -> None:
        """Do what was submitted."""
        if not await self.reception.admits(job):
            return
        match job.callback_id:
            case ids.SUB_SAVE:
                await self.setting_up.save(job)
            case ids.GROUP_DISMISS:
                await self.dismissing.taken_out(job)
            case ids.GROUP_REASON:
                await self.dismissing.explained(job)
            case _:
                await self.sharing.submit(job)


def _submitted(body: dict[str, Any], view: dict[str, Any], at: datetime) -> Submitted:
    """Which modal, by whom, and what was chosen in each of its inputs.

    https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    """
    user = body["user"]
    team = (body.get("team") or {}).get("id") or user.get("team_id", "")
    return Submitted(
        who=Who(team, user["id"]),
        home=user.get("team_id") or team,
        reply=Reply("", ""),
        key=f"submit:{team}:{view['id']}:{view.get('hash', '')}",
        at=at,
        callback_id=view["callback_id"],
        carried=view.get("private_metadata", ""),
        chosen=chosen_in(view),
        view=view["id"],
    )

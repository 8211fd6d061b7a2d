"""The message shortcut *Check for duplicates*: the addresses and numbers of a message, nothing else of it.

https://docs.slack.dev/interactivity/implementing-shortcuts
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import ids
from bot.blocks.check import nothing_to_check
from bot.commands import values
from bot.jobs import FromMessage, Jobs, Reception, Reply, Voice
from bot.searches import Checking
from zoho.records import Who


@dataclass(frozen=True)
class Shortcut:
    """Looks up what a message holds; the answer is for the person who asked alone."""

    jobs: Jobs
    voice: Voice
    reception: Reception
    checking: Checking
    now: Callable[[], datetime]

    def register(self, app: AsyncApp) -> None:
        """Listen to the shortcut, and name what carries it out."""
        app.shortcut(ids.RECORD_CHECK)(self.used)
        self.jobs.on(FromMessage, self.carry_out)

    async def used(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Acknowledge, then hand over what is to be looked up; the rest of the message stays where it is."""
        await ack()
        message, user = body.get("message") or {}, body["user"]
        team = (body.get("team") or {}).get("id") or user.get("team_id", "")
        found = values.of_message(message)
        self.jobs.hand_over(
            FromMessage(
                who=Who(team, user["id"]),
                home=user.get("team_id") or team,
                reply=Reply((body.get("channel") or {}).get("id", ""), body.get("response_url", "")),
                key=f"shortcut:{team}:{body.get('action_ts', '')}:{user['id']}",
                at=self.now(),
                emails=found.emails,
                phones=found.phones,
                author=message.get("user") or "",
            )
        )

    async def carry_out(self, job: FromMessage) -> None:
        """Look it up, or say that there is nothing to look up."""
        if not await self.reception.admits(job):
            return
        found = values.Values(job.emails, job.phones)
        if found == values.Values():
            await self.voice.answer(job, nothing_to_check())
            return
        await self.checking.values(job, *found, command=found.first.text, asked_in=job.author)

"""Says what somebody has to hear who waits for nothing: at once, or as soon as Slack takes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from slack_sdk.models.blocks import Block
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.blocks.parts import Message
from bot.jobs.retries import SlackGone
from bot.jobs.voice import SLACK_TROUBLE, Voice
from bot.store import Notice, Notices
from bot.store.notices import TRIED_FOR

log = structlog.get_logger(__name__)

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True)
class Notifier:
    """Says each thing once. After a crash in the middle, or where nobody knows whether Slack has taken it, it
    may be said again: these are things that must not be missed."""

    notices: Notices
    voice: Voice
    now: Callable[[], datetime]

    async def tell(self, key: str, workspace: str, place: str, message: Message) -> None:
        """Say something to a person, or in a channel; what was said under this key is not said again."""
        notice = await self.notices.add(key, workspace=workspace, place=place, body=_packed(message))
        if notice is not None:
            await self.say(notice)

    async def keep(
        self, connection: AsyncConnection, key: str, workspace: str, place: str, message: Message
    ) -> Notice | None:
        """The first half of `tell`, in the transaction that decides it; the caller goes on to `say` it."""
        return await self.notices.add(
            key, workspace=workspace, place=place, body=_packed(message), connection=connection
        )

    async def say(self, notice: Notice) -> None:
        """Say what was kept, or leave it to a later `retry`."""
        try:
            await self.voice.tell(notice.place, _unpacked(notice.body))
        except SlackGone:
            log.warning("notice_waits", error="SlackGone")  # for a new token; the lease keeps it till then
        except SLACK_TROUBLE as error:
            log.warning("notice_waits", error=type(error).__name__, tries=notice.tries)
            await self._wait(notice)
        else:
            await self.notices.said(notice)

    async def retry(self) -> None:
        """Say what could not be said before."""
        if self.voice.is_silenced:
            return
        for notice in await self.notices.claim():
            await self.say(notice)

    async def _wait(self, notice: Notice) -> None:
        if self.now() - notice.at > TRIED_FOR:
            await self.notices.said(notice)
        else:
            wait = _FIRST_WAIT * 2 ** min(notice.tries - 1, 10)
            await self.notices.later(notice, self.now() + min(wait, _LONGEST_WAIT))


def _packed(message: Message) -> str:
    return json.dumps({"text": message.text, "blocks": [block.to_dict() for block in message.blocks]})


def _unpacked(body: str) -> Message:
    kept = json.loads(body)
    return Message(str(kept["text"]), tuple(Block.parse_all(kept["blocks"])))

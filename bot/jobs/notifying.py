"""Says what somebody has to hear who waits for nothing: at once, or as soon as Slack takes it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import structlog
from slack_sdk.models.blocks import Block

from bot.blocks.parts import Message
from bot.jobs.retries import SlackGone
from bot.jobs.voice import SLACK_TROUBLE, Place, Voice
from bot.store import Notice, Notices

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Notifier:
    """Says each thing once. After a crash in the middle, or where nobody knows whether Slack has taken it, it
    may be said again: these are things that must not be missed."""

    notices: Notices
    voice: Voice

    async def tell(self, key: str, workspace: str, place: str, message: Message) -> None:
        """Say something to a person, or in a channel; what was said under this key is not said again."""
        notice = await self.notices.add(key, workspace=workspace, place=place, body=_packed(message))
        if notice is not None:
            await self._say(notice)

    async def _say(self, notice: Notice) -> None:
        try:
            place = await self.voice.tell(notice.place, _unpacked(notice.body))
        except SlackGone:
            log.warning("notice_waits", error="SlackGone")  # for a new token; the lease keeps it till then
        except SLACK_TROUBLE as error:
            log.warning("notice_waits", error=type(error).__name__, tries=notice.tries)
            await self.notices.later(notice)
        else:
            await self.notices.said(notice, " ".join(place))

    async def stands(self, beginning: str, *, to: str = "") -> Place | None:
        """Where the newest thing stands that was said (``to`` somebody) under a key with this beginning, as
        far as is known."""
        channel, _, ts = (await self.notices.stands(beginning, to=to)).partition(" ")
        return Place(channel, ts) if ts else None

    async def retry(self) -> None:
        """Say what could not be said before."""
        if self.voice.is_silenced:
            return
        for notice in await self.notices.claim():
            await self._say(notice)


def _packed(message: Message) -> str:
    return json.dumps({"text": message.text, "blocks": [block.to_dict() for block in message.blocks]})


def _unpacked(body: str) -> Message:
    kept = json.loads(body)
    return Message(str(kept["text"]), tuple(Block.parse_all(kept["blocks"])))

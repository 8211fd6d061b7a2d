"""Strikes out, in the digests that announced them, groups of which something is gone or unlike now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from pydantic import TypeAdapter
from slack_sdk.errors import SlackApiError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts.digests import Digests, as_list
from bot.alerts.solved import Shrunk
from bot.jobs import Place
from bot.jobs.retries import reason
from bot.jobs.voice import SLACK_TROUBLE
from bot.store import Alert, AlertState, ShownGroup, Store

log = structlog.get_logger(__name__)

_STAYS_AS_IT_IS = (
    "message_not_found",
    "cant_update_message",
    "edit_window_closed",
    "channel_not_found",
    "is_archived",
    "not_in_channel",
)


@dataclass(frozen=True, slots=True)
class Strike:
    """What is to be struck out in the message of an alert."""

    alert: str
    shrunk: tuple[Shrunk, ...]


_STRIKE = TypeAdapter(Strike)


@dataclass(frozen=True)
class Striking:
    """Keeps what is to be struck out until Slack has taken it, so that no crash leaves it standing."""

    store: Store
    digests: Digests

    async def note(self, connection: AsyncConnection, alert: Alert, shrunk: Sequence[Shrunk]) -> None:
        """Keep what the slot of ``alert`` has noticed, in the transaction in which it is known."""
        told: dict[str, list[Shrunk]] = {}
        for one in shrunk:
            for key in one.alerts:
                told.setdefault(key, []).append(one)
        for key, some in sorted(told.items()):
            body = _STRIKE.dump_json(Strike(key, tuple(some))).decode()
            name = f"strike:{key}:{alert.id}"
            await self.store.notices.change(connection, name, workspace=alert.workspace, body=body)

    async def strike(self) -> None:
        """Strike out what was kept, each in its message; what Slack does not take now is tried again."""
        while noticed := await self.store.notices.claim(changes=True):
            for notice in noticed:
                what = _STRIKE.validate_json(notice.body)
                is_done = await self._strike(notice.workspace, what)
                await (self.store.notices.said(notice) if is_done else self.store.notices.later(notice))

    async def _strike(self, workspace: str, what: Strike) -> bool:
        """False when the message could not be drawn again, or is just being posted."""
        alert = await self.store.ledger.get(what.alert)
        shared = await self.store.shares.get(workspace, what.alert)
        if alert is None or shared is None or not alert.body or not shared.found.groups:
            return True
        for shown in (await self.store.lists.name_groups(as_list(shared), shared.found.groups)).values():
            for one in what.shrunk:
                if one.module is shown.module:
                    await self._note_away(shown, one)
        if not alert.ts:
            return alert.state not in (AlertState.READY, AlertState.POSTING)
        return await self._redraw(alert)

    async def _redraw(self, alert: Alert) -> bool:
        try:
            await self.digests.voice.edit(Place(alert.channel, alert.ts), await self.digests.draw(alert))
        except SLACK_TROUBLE as error:
            log.info("digest_not_redrawn", error=type(error).__name__)
            return isinstance(error, SlackApiError) and reason(error) in _STAYS_AS_IT_IS
        return True

    async def _note_away(self, shown: ShownGroup, shrunk: Shrunk) -> None:
        """What a shown group has lost; those that are gone count for every group they stood in."""
        if gone := set(shrunk.gone) & set(shown.members):
            shown = await self.store.lists.note_gone(shown, gone)
        if set(shown.members) <= set(shrunk.members):
            here = [pair for pair in shrunk.open if pair.a in shown.left and pair.b in shown.left]
            alike = {one for pair in here for one in pair}
            await self.store.lists.note_unlike(shown, set(shown.left) - alike if shown.left else ())

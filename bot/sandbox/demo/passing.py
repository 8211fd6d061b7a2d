"""Time passing in the demo: the one clock is put forward, records come up in Zoho, and are solved there.

What is changed is changed by the stand-ins' own doors; of the bot only what it keeps is looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import httpx

from bot.sandbox.clock import Clock
from bot.sandbox.demo.planting import Planted, Row, group, one_more
from bot.sandbox.people import TEAM
from bot.sandbox.things import Json
from bot.sandbox.world import World
from bot.schedules.when import load
from bot.store import Alert, AlertState, Store, Subscription, SubscriptionStatus

PATIENCE = 30.0
_LOOK_AGAIN = 0.05
_ENDS = (AlertState.SENT, AlertState.EMPTY, AlertState.UNKNOWN, AlertState.STOPPED)
_EVERY_THIRD = 3
_STRUCK_OUT = " What was solved is struck out where it stood."

_T = TypeVar("_T")


@dataclass
class TimePassing:
    """``origin`` gives the address of the stand-in Zoho in a data centre."""

    clock: Clock
    store: Store
    world: World
    http: httpx.AsyncClient
    origin: Callable[[str], str]
    _planted: list[Planted] = field(default_factory=list)
    _numbers: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _presses: dict[str, int] = field(default_factory=dict)
    _said: dict[str, str] = field(default_factory=dict)
    _solved: set[str] = field(default_factory=set)

    async def seen(self, channel: str) -> Json:
        """What the page shows beside a channel; see `Passing.seen`."""
        standing = await self._standing(channel)
        running = [one for one in standing if one.status is SubscriptionStatus.ACTIVE]
        return {
            "alerts": len(standing),
            "paused": bool(standing) and not running,
            "next": min((_next(one).timestamp() for one in running), default=None),
            "planted": len(self._of(standing)),
            "said": self._said.get(channel, ""),
        }

    async def jump(self, channel: str) -> str:
        """Put the clock forward to the channel's next slot, and wait for what the bot makes of it."""
        running = await self._until(lambda: self._running(channel), _are_read)
        if not running:
            raise ValueError("No alerts run in this channel.")
        slot = min(_next(one) for one in running)
        due = [one.id for one in running if _next(one) == slot]
        self.clock.put_to(slot)
        self.world.bump()
        ended = await self._until(lambda: self._slots(due, slot), _have_ended)
        struck_out = channel in self._solved
        self._solved.discard(channel)
        return self._say(channel, _outcome(ended) + (_STRUCK_OUT if struck_out else ""))

    async def plant(self, channel: str) -> str:
        """Add a new group of records to a list that the channel watches; each third time one grows."""
        standing = await self._standing(channel)
        if not standing:
            raise ValueError("There are no alerts in this channel.")
        press = self._presses[channel] = self._presses.get(channel, 0) + 1
        watched = [
            (one.terms.dc, one.terms.org_id, module.value.split("/")[1])
            for one in standing
            for module in one.terms.modules
        ]
        growing = self._of(standing)
        if press % _EVERY_THIRD == 0 and growing:
            return self._say(channel, await self._grow(growing[press // _EVERY_THIRD % len(growing)]))
        return self._say(channel, await self._add(watched[(press - 1) % len(watched)]))

    async def solve(self, channel: str) -> str:
        """Merge every other planted group into its oldest record, and move the others' copies to the bin."""
        standing = self._of(await self._standing(channel))
        if not standing:
            raise ValueError("Nothing that was planted is left to solve.")
        merged = [planted for planted in standing if planted.number % 2 == 0]
        for planted in standing:
            oldest, *younger = planted.ids
            change = {"patch": {oldest: {}}, "remove": younger} if planted in merged else {"trash": younger}
            await self._change(planted.place, **change)
            self._planted.remove(planted)
        self._solved.add(channel)
        done = {"merged": len(merged), "put in the bin": len(standing) - len(merged)}
        words = ", ".join(f"{_groups(count)} {what}" for what, count in done.items() if count)
        return self._say(channel, f"In Zoho: {words}. The next slot strikes them out where they were told.")

    async def _add(self, place: tuple[str, str, str]) -> str:
        number = self._numbers.get(place, 0)
        self._numbers[place] = number + 1
        rows = group(place[2], number)
        ids = await self._change(place, records=rows)
        self._planted.append(Planted(*place, number, tuple(ids)))
        return f"{len(rows)} new {place[2]} in Zoho that look the same: {_name(rows[0])}."

    async def _grow(self, planted: Planted) -> str:
        rows = one_more(planted)
        ids = await self._change(planted.place, records=rows)
        self._planted[self._planted.index(planted)] = planted.grown(ids)
        return f"{_name(rows[0])} is in Zoho’s {planted.module} once more: {len(planted.ids) + 1} now."

    async def _change(self, place: tuple[str, str, str], **change: Any) -> Sequence[str]:
        """By the stand-in Zoho's door for records; the ids of new ones."""
        dc, org, module = place
        answer = await self.http.post(
            f"{self.origin(dc)}/_sandbox/plant", json={"org": org, "module": module, **change}
        )
        answer.raise_for_status()
        ids: list[str] = answer.json()["ids"]
        return ids

    async def _standing(self, channel: str) -> tuple[Subscription, ...]:
        return await self.store.subscriptions.standing(TEAM, channel=channel)

    async def _running(self, channel: str) -> list[Subscription]:
        standing = await self._standing(channel)
        return [one for one in standing if one.status is SubscriptionStatus.ACTIVE]

    async def _slots(self, due: Sequence[str], slot: datetime) -> list[Alert]:
        """The rows of the ledger for this slot."""
        rows = [await self.store.ledger.of(key, limit=5) for key in due]
        return [alert for some in rows for alert in some if alert.slot >= slot]

    async def _until(self, look: Callable[[], Awaitable[_T]], enough: Callable[[_T], bool]) -> _T:
        """What a look gives as soon as it is enough, or when the patience is over."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while not enough(found := await look()) and asyncio.get_running_loop().time() < end:
            await self.world.changed(self.world.version, _LOOK_AGAIN)
        return found

    def _of(self, standing: Sequence[Subscription]) -> list[Planted]:
        places = {(one.terms.dc, one.terms.org_id) for one in standing}
        return [planted for planted in self._planted if (planted.dc, planted.org) in places]

    def _say(self, channel: str, words: str) -> str:
        self._said[channel] = words
        self.world.bump()
        return words


def _next(one: Subscription) -> datetime:
    """When these alerts look again; slots while they are snoozed are passed over."""
    return load(one.terms.schedule).next_awake(one.next_at, one.snoozed_until)


def _are_read(running: Sequence[Subscription]) -> bool:
    """Whether everything that was there is known: what comes up from now on is news."""
    return all(one.baseline_at for one in running)


def _have_ended(alerts: Sequence[Alert]) -> bool:
    return bool(alerts) and all(alert.state in _ENDS for alert in alerts)


def _outcome(alerts: Sequence[Alert]) -> str:
    if not _have_ended(alerts):
        return "The bot is still reading."
    if any(alert.state is AlertState.SENT for alert in alerts):
        return "The digest came: what is new since the last slot."
    if any(alert.state is not AlertState.EMPTY or alert.why for alert in alerts):
        return "The lists could not be read, or the channel not be written to; the bot says why."
    return "Nothing is new, so nothing was posted."


def _groups(count: int) -> str:
    return f"{count} group{'' if count == 1 else 's'}"


def _name(row: Row) -> str:
    names = [row.get(field, "") for field in ("firstName", "lastName", "accountName", "productName")]
    return " ".join(part for part in names if part)

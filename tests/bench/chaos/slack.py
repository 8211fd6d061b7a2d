"""A stand-in Slack that knows which process calls, and lets things go wrong with posts at chosen moments."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any

from aiohttp import web

from bot.alerts.posting import EVENT_TYPE
from bot.sandbox import SlackSandbox
from bot.sandbox.api import arguments
from bot.sandbox.things import Json, Message

POST = "chat.postMessage"
_SOON = 0.02  # seconds in which a process notes what it was answered
_OTHERS = 0.2  # of the posts that are no alerts may be what a kill awaits


class Blow(StrEnum):
    """What happens at one post."""

    BEFORE = "killed when Slack got the post, which it did not carry out"
    UNHEARD = "killed when Slack carried the post out, before it answered"
    AFTER = "killed just after Slack answered a post"
    LIMITED = "posts answered with 429"
    LOST = "posts carried out, then the connection cut"
    DROPPED = "posts not carried out, the connection cut"
    FAILED = "posts carried out, then answered with 503"
    PLAIN = "posts carried out, then answered 200 in text/plain"


KILLS = (Blow.BEFORE, Blow.UNHEARD, Blow.AFTER)
DOUBTS = frozenset({Blow.BEFORE, Blow.UNHEARD, Blow.LOST, Blow.DROPPED, Blow.FAILED, Blow.PLAIN})
"""After these the process, or who takes over from it, cannot know whether the message is there."""

_FAULTS: dict[Blow, dict[str, Any]] = {
    Blow.LIMITED: {"status": 429, "retry_after": 1},
    Blow.LOST: {"drop": True, "done": True},
    Blow.DROPPED: {"drop": True},
    Blow.FAILED: {"status": 503, "done": True},
    Blow.PLAIN: {"status": 200, "plain": True, "done": True},
}
_HOW_OFTEN = {Blow.LIMITED: 0.10, Blow.LOST: 0.02, Blow.DROPPED: 0.02, Blow.FAILED: 0.02, Blow.PLAIN: 0.02}


def alert_of(metadata: Json | None) -> str:
    """The alert whose message this is, "" for any other message."""
    found = metadata or {}
    is_alert = found.get("event_type") == EVENT_TYPE
    return str(found["event_payload"]["alert"]) if is_alert else ""


class ChaoticSlack(SlackSandbox):
    """Each process has an address of its own, see `address`. ``armed`` is the kill that awaits the next post,
    ``kill`` ends a process by its number, ``heard`` is called with the number of every process that calls.

    ``doubtful`` are the alerts with which something happened that leaves a doubt. Where ``most_risks`` is
    given no more alerts than that are touched so that there may be one.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.chance = random.Random(0)
        self.armed: Blow | None = None
        self.sprung = asyncio.Event()
        self.is_calm = True
        self.kill: Callable[[int, Blow, str], None] = lambda number, blow, alert: None
        self.heard: Callable[[int], None] = lambda number: None
        self.doubtful: set[str] = set()
        self.most_risks: int | None = None
        self.risks = 0
        self.blows: Counter[Blow] = Counter()

    @classmethod
    @asynccontextmanager
    async def chaotic(cls) -> AsyncIterator[ChaoticSlack]:
        """Serve one until the block ends."""
        async with cls.start() as slack:
            if isinstance(slack, cls):
                yield slack

    def address(self, number: int) -> str:
        """What goes into SLACK_API_URL of the process with this number."""
        return f"{self.origin}/process/{number}/api/"

    def web_app(self) -> web.Application:
        """The routes, and those of the numbered processes."""
        app = super().web_app()
        for verb in ("GET", "POST"):
            app.router.add_route(verb, "/process/{number}/api/{method}", self._called)
        return app

    @property
    def spares(self) -> bool:
        """Whether enough alerts were touched."""
        return self.most_risks is not None and self.risks >= self.most_risks

    def posted(self, channel: str) -> tuple[tuple[str, Message], ...]:
        """The messages of alerts in a channel, each with its alert."""
        found = ((alert_of(message.metadata), message) for message in self.messages(channel))
        return tuple((alert, message) for alert, message in found if alert)

    async def _called(self, request: web.Request) -> web.StreamResponse:
        number = int(request.match_info["number"])
        self.heard(number)
        if request.match_info["method"] != POST:
            return await self.api.handle(request)
        given = await arguments(request)
        alert = alert_of(given.get("metadata"))
        blow = self._blow(alert)
        if blow is None:
            return await self.api.handle(request)
        self.blows[blow] += 1
        if alert and blow in DOUBTS:
            self.doubtful.add(alert)
        self.risks += bool(alert) and blow is not Blow.LIMITED
        return await self._strike(request, number, blow, alert, str(given.get("channel")))

    def _blow(self, alert: str) -> Blow | None:
        """What goes wrong with this post: the kill that waits for one, else something now and then."""
        if self.is_calm:
            return None
        is_met = bool(alert) or self.chance.random() < _OTHERS
        if self.armed is not None and is_met and not (alert and self.spares):
            blow, self.armed = self.armed, None
            self.sprung.set()
            return blow
        drawn = self.chance.random()
        for blow, share in _HOW_OFTEN.items():
            drawn -= share
            if drawn < 0:
                return None if alert and self.spares and blow in DOUBTS else blow
        return None

    async def _strike(
        self, request: web.Request, number: int, blow: Blow, alert: str, channel: str
    ) -> web.StreamResponse:
        if blow in _FAULTS:
            self.fail(POST, channel=channel, **_FAULTS[blow])
        elif blow is not Blow.AFTER:
            self.kill(number, blow, alert)
        if blow is Blow.BEFORE:
            return self._cut(request)
        answer = await self.api.handle(request)
        if blow is Blow.AFTER:
            soon = self.chance.uniform(0, _SOON)
            asyncio.get_running_loop().call_later(soon, self.kill, number, blow, alert)
        return answer

    def _cut(self, request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

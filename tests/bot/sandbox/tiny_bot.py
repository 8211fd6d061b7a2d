"""A tiny bot that answers what it is told to, and a clock that can be put forward."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bot.sandbox import SIGNING_SECRET

Body = dict[str, Any]


@dataclass
class TinyBot:
    """Checks signatures with Slack's own SDK and keeps what it hears; `answer` makes the acknowledgement."""

    url: str = ""
    heard: list[Body] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answer: Callable[[Body], Any] = lambda body: ""
    status: int = 200
    delay: float = 0

    async def events(self, request: web.Request) -> web.Response:
        text = await request.text()
        headers = {key: request.headers[key] for key in request.headers}
        if not SignatureVerifier(SIGNING_SECRET).is_valid_request(text, headers):
            return web.Response(status=401, text="unsigned")
        self.headers.append(headers)
        body: Body = json.loads(text) if request.content_type == "application/json" else await _form(request)
        self.heard.append(body)
        await asyncio.sleep(self.delay)
        if body.get("type") == "url_verification":
            return web.Response(text=body["challenge"])
        found = self.answer(body)
        if asyncio.iscoroutine(found):
            found = await found
        if isinstance(found, dict):
            return web.json_response(found, status=self.status)
        return web.Response(text=found or "", status=self.status)

    async def hears(self, fits: Callable[[Body], bool], seconds: float = 10) -> Body:
        """The first request that fits, as soon as it has come."""
        for _ in range(int(seconds / 0.02)):
            found = next((body for body in self.heard if fits(body)), None)
            if found:
                return found
            await asyncio.sleep(0.02)
        raise TimeoutError(f"the bot only heard {self.heard}")


@asynccontextmanager
async def running_bot() -> AsyncIterator[TinyBot]:
    """A tiny bot that listens on a free port."""
    tiny = TinyBot()
    app = web.Application()
    app.router.add_post("/slack/events", tiny.events)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    tiny.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield tiny
    await runner.cleanup()


async def _form(request: web.Request) -> Body:
    form = {key: str(value) for key, value in (await request.post()).items()}
    return json.loads(form["payload"]) if "payload" in form else dict(form)


class Clock:
    """A wall clock that can be put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

"""Socket Mode: a bot that connects by itself gets over its WebSocket what Slack would have posted to it.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import WSMsgType, web

from bot.sandbox.delivery import Delivery
from bot.sandbox.people import APP
from bot.sandbox.things import Call, Json, Sent

METHOD = "apps.connections.open"
MOST_CONNECTIONS = 10
_KINDS = {"command": "slash_commands", "event": "events_api"}


class Sockets:
    """The WebSockets that bots hold open, ``most`` at a time; what is sent goes to any one of them.

    ``note`` hears of every call of `METHOD`, at the time of ``now``. A server in between answers the next
    ``intercepted`` of them in Slack's place.
    """

    def __init__(self, app_token: str, note: Callable[[Call], None], now: Callable[[], datetime]) -> None:
        self.app_token = app_token
        self.open: list[web.WebSocketResponse] = []
        self.most = MOST_CONNECTIONS
        self.intercepted = 0
        self._note = note
        self._now = now
        self._tickets: set[str] = set()
        self._unanswered: dict[str, asyncio.Future[Json]] = {}

    def add_to(self, app: web.Application) -> None:
        """The method that hands out an address, and the address."""
        for verb in ("GET", "POST"):
            app.router.add_route(verb, f"/api/{METHOD}", self.hand_out)
        app.router.add_get("/link", self.connect)
        app.on_shutdown.append(self.close)

    async def hand_out(self, request: web.Request) -> web.Response:
        """https://docs.slack.dev/reference/methods/apps.connections.open"""
        if self.intercepted:
            self.intercepted -= 1
            return web.Response(text="upstream connect error")
        error = self._refusal(request.headers.get("Authorization", "").removeprefix("Bearer "))
        self._note(Call(METHOD, {}, self._now(), error=error))
        if error:
            return web.json_response({"ok": False, "error": error})
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return web.json_response({"ok": True, "url": f"ws://{request.host}/link?ticket={ticket}"})

    def _refusal(self, token: str) -> str:
        if not token:
            return "not_authed"
        if token.startswith("xoxb-"):
            return "not_allowed_token_type"
        return "" if token == self.app_token else "invalid_auth"

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """One WebSocket, from its ticket, which is good once, to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or len(self.open) >= self.most:
            return web.Response(status=404)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.open.append(socket)
        try:
            about = {"app_id": APP}
            await socket.send_json(
                {"type": "hello", "num_connections": len(self.open), "connection_info": about}
            )
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._answered(message.json())
        finally:
            self.open.remove(socket)
        return socket

    def _answered(self, answer: Mapping[str, Any]) -> None:
        waiting = self._unanswered.pop(str(answer.get("envelope_id")), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(dict(answer.get("payload") or {}))

    async def ask(self, kind: str, payload: Json, patience: float, **more: object) -> Json:
        """Send one envelope; what the bot acknowledges it with. TimeoutError when it does not."""
        envelope = secrets.token_hex(8)
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._unanswered[envelope] = answer
        body = {"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": True}
        try:
            async with asyncio.timeout(patience):
                await self.open[-1].send_json(body | more)
                return await answer
        finally:
            self._unanswered.pop(envelope, None)

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Tell every bot that its connection ends soon, as Slack does every few hours."""
        for socket in tuple(self.open):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    async def close(self, app: web.Application | None = None) -> None:
        """End every connection."""
        for socket in tuple(self.open):
            await socket.close()


class SocketDelivery(Delivery):
    """Delivers over a WebSocket while one is open, else by HTTP."""

    def __init__(self, signing_secret: str, bot_url: str | None, sockets: Sockets) -> None:
        super().__init__(signing_secret, bot_url)
        self._sockets = sockets

    async def post(self, kind: str, body: bytes, headers: Mapping[str, str]) -> Sent:
        """What would have been posted, in an envelope; the acknowledgement's payload is the answer."""
        if not self._sockets.open:
            return await super().post(kind, body, headers)
        begun = time.perf_counter()
        status, text, late = 200, "", False
        try:
            answer = await self._sockets.ask(
                _KINDS.get(kind, "interactive"), _payload(body), self.deadline, **_retry(headers)
            )
            text = json.dumps(answer) if answer else ""
        except TimeoutError:
            status, late = 0, True
        except ConnectionError as error:
            status, text = 0, type(error).__name__
        return Sent(kind, status, text, time.perf_counter() - begun, late, raw=body, headers=dict(headers))


def _payload(body: bytes) -> Json:
    if body.startswith(b"{"):
        return dict(json.loads(body))
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return dict(json.loads(form["payload"])) if "payload" in form else form


def _retry(headers: Mapping[str, str]) -> dict[str, object]:
    if "X-Slack-Retry-Num" not in headers:
        return {}
    return {
        "retry_attempt": int(headers["X-Slack-Retry-Num"]),
        "retry_reason": headers.get("X-Slack-Retry-Reason", ""),
    }

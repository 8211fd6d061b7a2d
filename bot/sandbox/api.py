"""The Web API: reads the call, checks token, scopes, limits and faults, and has it carried out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from bot.sandbox import chat, reads, views
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.posting import Refused
from bot.sandbox.things import Call, Json
from bot.sandbox.world import World

Method = Callable[[World, Mapping[str, Any]], Json]

# Method, what carries it out, and the scopes of which one must have been granted.
METHODS: dict[str, tuple[Method, tuple[str, ...]]] = {
    "auth.test": (reads.auth_test, ()),
    "blocks.validate": (reads.blocks_validate, ()),
    "chat.postMessage": (chat.post_message, ("chat:write",)),
    "chat.postEphemeral": (chat.post_ephemeral, ("chat:write",)),
    "chat.update": (chat.update, ("chat:write",)),
    "chat.delete": (chat.delete, ("chat:write",)),
    "conversations.open": (reads.conversations_open, ("im:write",)),
    "conversations.info": (reads.conversations_info, ("channels:read", "groups:read", "im:read")),
    "conversations.members": (reads.conversations_members, ("channels:read", "groups:read", "im:read")),
    "conversations.history": (
        reads.conversations_history,
        ("channels:history", "groups:history", "im:history"),
    ),
    "users.info": (reads.users_info, ("users:read",)),
    "users.list": (reads.users_list, ("users:read",)),
    "views.open": (views.open_view, ()),
    "views.push": (views.push_view, ()),
    "views.update": (views.update_view, ()),
    "views.publish": (views.publish_view, ()),
}
SCOPES = frozenset(
    {"commands", "chat:write", "chat:write.public", "users:read", "users:read.email", "im:write"}
    | {f"{kind}:{what}" for kind in ("channels", "groups", "im") for what in ("read", "history")}
)


async def arguments(request: web.Request) -> Json:
    """The arguments of a call from query, form or JSON, the later ones winning; Refused for broken JSON."""
    given: Json = dict(request.query)
    if request.method == "POST":
        if request.content_type == "application/json":
            try:
                body = json.loads(await request.text() or "{}")
            except ValueError:
                raise Refused("invalid_json") from None
            if not isinstance(body, dict):
                raise Refused("json_not_object")
            given |= body
        else:
            given |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    return given


class WebApi:
    """Answers `/api/{method}`; keeps each call in `calls`, without its token."""

    def __init__(self, world: World, bot_token: str) -> None:
        self.world = world
        self.bot_token = bot_token
        self.scopes = set(SCOPES)
        self.faults = Faults()
        self.calls: list[Call] = []

    async def handle(self, request: web.Request) -> web.Response:
        """One call, from its HTTP request to its HTTP answer."""
        method = request.match_info["method"]
        try:
            given = await arguments(request)
        except Refused as refused:
            return self._answer(method, {}, refused.body())
        token = str(given.pop("token", ""))
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            token = bearer.strip()
        await asyncio.sleep(self.faults.delay(method))
        channel = str(given.get("channel", ""))
        if wait := self.faults.wait(method, channel):
            return self.broken(method, given, Fault(method, status=429, retry_after=wait), request)
        fault = self.faults.take(method, channel)
        if fault and not fault.done:
            return self.broken(method, given, fault, request)
        body = self._carry_out(method, given, token)
        return self.broken(method, given, fault, request) if fault else self._answer(method, given, body)

    def _carry_out(self, method: str, given: Json, token: str) -> Json:
        try:
            if not token:
                raise Refused("not_authed")
            if token != self.bot_token:
                raise Refused("invalid_auth")
            if method not in METHODS:
                raise Refused("unknown_method", req_method=method)
            run, needed = METHODS[method]
            if needed and not self.scopes & set(needed):
                granted = ",".join(sorted(self.scopes))
                raise Refused("missing_scope", needed=needed[0], provided=granted)
            public = {"public_allowed": "chat:write.public" in self.scopes}
            return {"ok": True} | run(self.world, given | public)
        except Refused as refused:
            return refused.body()

    def _answer(self, method: str, given: Json, body: Json) -> web.Response:
        self.calls.append(Call(method, given, self.world.now(), error=str(body.get("error", ""))))
        headers = {"X-OAuth-Scopes": ",".join(sorted(self.scopes))}
        return web.json_response(body, headers=headers)

    def broken(self, method: str, given: Json, fault: Fault, request: web.Request) -> web.Response:
        """The answer that a fault orders."""
        if fault.drop and request.transport:
            self.calls.append(Call(method, given, self.world.now(), 0, "dropped"))
            request.transport.abort()
            return web.Response()
        if fault.error and not fault.status:
            return self._answer(method, given, {"ok": False, "error": fault.error} | fault.more)
        status = fault.status or 500
        self.calls.append(Call(method, given, self.world.now(), status, fault.error or "ratelimited"))
        if status == 429:
            body = {"ok": False, "error": "ratelimited"}
            return web.json_response(body, status=429, headers={"Retry-After": str(fault.retry_after)})
        if fault.plain:
            return web.Response(status=status, text="upstream connect error")
        page = "<html><body>Server error</body></html>"
        return web.Response(status=status, text=page, content_type="text/html")

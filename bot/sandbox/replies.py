"""`response_url`: five answers within thirty minutes, each a new message, a replacement, or a removal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.sandbox.api import WebApi
from bot.sandbox.posting import Refused, contents, truth
from bot.sandbox.things import Call, Json, Message
from bot.sandbox.world import ResponseUrl, World


def reply(world: World, url: ResponseUrl, given: Mapping[str, Any], via: str) -> Message | None:
    """Carry out one answer: only a click's answer can replace or remove the message that was clicked; an
    answer to a command is always a message of its own. Refused when the contents are."""
    clicked = world.posts.get(url.message or "")
    if clicked and not clicked.deleted:
        if truth(given.get("delete_original")):
            world.delete(clicked.ts)
            return None
        if truth(given.get("replace_original")):
            return world.edit(clicked.ts, **contents(world, given))
    if truth(given.get("delete_original")):
        return None
    public = given.get("response_type") == "in_channel"
    return world.post(
        url.channel,
        to=None if public else url.user,
        via=via,
        thread_ts=given.get("thread_ts") if public else None,
        **contents(world, given),
    )


class Replies:
    """Answers `/response/{key}`."""

    def __init__(self, world: World, api: WebApi) -> None:
        self.world = world
        self.api = api

    async def handle(self, request: web.Request) -> web.Response:
        """One post to a response_url; faults for it are ordered under the method `response_url`."""
        given = await _read(request)
        fault = self.api.faults.take("response_url")
        if fault and not fault.done:
            return self.api.broken("response_url", given, fault, request)
        status, error = self._carry_out(request.match_info["key"], given)
        if fault:
            return self.api.broken("response_url", given, fault, request)
        self.api.calls.append(Call("response_url", given, self.world.now(), status, error))
        if status == 404:
            return web.json_response({"ok": False, "error": error}, status=404)
        return web.Response(status=status, text=error or "ok")

    def _carry_out(self, key: str, given: Json) -> tuple[int, str]:
        url = self.world.urls.get(key)
        if url is None or self.world.now() > url.until:
            return 404, "expired_url"
        if url.left <= 0:
            return 404, "used_url"
        try:
            reply(self.world, url, given, "response_url")
        except Refused as refused:
            return 400, refused.error
        url.left -= 1
        return 200, ""


async def _read(request: web.Request) -> Json:
    text = await request.text()
    if request.content_type == "application/x-www-form-urlencoded":
        text = str((await request.post()).get("payload", ""))
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}

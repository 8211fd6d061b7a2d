"""Faults that can meet any call, and the log of calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiohttp import web

from zoho.sandbox import answers
from zoho.sandbox.calls import Call, without_secrets
from zoho.sandbox.faults import ANYWHERE_KINDS, Fault, Place
from zoho.sandbox.world import CENTRE, WORLD

NOTES = web.RequestKey("notes", dict[str, str])
_LOGGED = ("/oauth/", "/api/")


class Dropped(Exception):
    """The connection was broken on purpose: there is nobody to answer."""


def note(request: web.Request, **facts: str) -> None:
    """Remember for the log who a call belongs to: ``person``, ``org``, ``grant``."""
    request[NOTES].update(facts)


@web.middleware
async def logged(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Write down each call to the accounts server and to the API, with its status and nothing secret."""
    request[NOTES] = {}
    status = 0
    try:
        answer = await handler(request)
        status = answer.status
    except web.HTTPException as refused:
        status = refused.status
        raise
    except Dropped:
        return web.Response()
    finally:
        if request.path.startswith(_LOGGED):
            _write_down(request, status)
    return answer


def _write_down(request: web.Request, status: int) -> None:
    world, notes = request.app[WORLD], request[NOTES]
    world.calls.append(
        Call(
            dc=request.app[CENTRE].dc,
            method=request.method,
            path=request.path,
            query=without_secrets(request.query.items()),
            org=notes.get("org", ""),
            person=notes.get("person", ""),
            status=status,
            at=world.now(),
            grant=notes.get("grant", ""),
        )
    )


async def anywhere(request: web.Request, place: Place) -> web.StreamResponse | None:
    """Let the faults happen that can meet any call; None when the call goes on."""
    world = request.app[WORLD]
    for slow in world.faults.take_all(("latency",), place):
        await _wait(world.stopping, float(slow.detail.get("seconds", 0.5)))
    fault = world.faults.take(set(ANYWHERE_KINDS) - {"latency"}, place)
    if fault is None:
        return None
    if fault.kind in ("hang", "drop"):
        await _wait(world.stopping, float(fault.detail.get("seconds", 60)) if fault.kind == "hang" else 0)
        if request.transport is not None:
            request.transport.abort()
        raise Dropped
    return _spoilt(fault)


def _spoilt(fault: Fault) -> web.Response:
    detail: dict[str, Any] = fault.detail
    match fault.kind:
        case "server_error":
            body = {"errorCode": "INTERNAL_SERVER_ERROR", "message": "An error occurred on the server."}
            return answers.json(body, status=int(detail.get("status", 500)))
        case "html":
            return answers.html(
                int(detail.get("status", 200)), "Just a moment", "Zoho is being looked after."
            )
        case "not_json":
            return web.Response(text='{"data":[{"id":"1600', content_type="application/json")
        case _:
            return web.Response(status=int(detail.get("status", 200)), content_type="application/json")


async def _wait(stopping: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)

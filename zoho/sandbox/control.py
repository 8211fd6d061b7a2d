"""The control routes: faults, calls, planted records, settings and reset, for other processes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import fields
from functools import wraps
from typing import Any

from aiohttp import web

from zoho.sandbox.grants import Limits
from zoho.sandbox.organisation import ENDPOINTS, Org, Quirks
from zoho.sandbox.pages import NOTICE
from zoho.sandbox.world import WORLD, World

_ORG_SETTINGS = ("endpoint", "endpoint_error", "large_at", "index_lag", "search_depth", "credits_left")
_CENTRE_SETTINGS = ("client_known", "client_secret")
_Route = Callable[[World, dict[str, Any]], dict[str, Any]]


def routes() -> list[web.RouteDef]:
    """The control routes, the same in every data centre."""
    return [
        web.get("/_sandbox/calls", _answered(calls)),
        web.get("/_sandbox/faults", _answered(faults)),
        web.post("/_sandbox/faults", _answered(add_fault)),
        web.delete("/_sandbox/faults", _answered(clear_faults)),
        web.post("/_sandbox/reset", _answered(reset)),
        web.post("/_sandbox/plant", _answered(plant)),
        web.post("/_sandbox/settings", _answered(settings)),
        web.post("/_sandbox/expire", _answered(expire)),
        web.post("/_sandbox/revoke", _answered(revoke)),
        web.post("/_sandbox/reach", _answered(reach)),
    ]


def _answered(route: _Route) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A route as a handler: JSON object in and out, 400 with the reason for what it does not understand."""

    @wraps(route)
    async def handler(request: web.Request) -> web.Response:
        try:
            body = await request.json() if request.can_read_body else {}
            answer = route(request.app[WORLD], body)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        return web.json_response({"note": NOTICE, **answer})

    return handler


def calls(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """What was asked so far, the number of writes, and what the organisations used."""
    usage = {
        org.portal: {
            "credits_left": org.credits_left,
            "credits_spent": org.usage.spent,
            "in_flight": org.usage.in_flight,
            "highest_in_flight": org.usage.highest_in_flight,
        }
        for org in world.organisations.values()
    }
    return {"calls": [call.as_json() for call in world.calls], "writes": world.writes, "organisations": usage}


def faults(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """The faults that are set and not used up."""
    return {"faults": [fault.as_json() for fault in world.faults.active]}


def add_fault(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Set a fault: ``kind`` and the arguments of `Faults.add`."""
    return {"fault": world.faults.add(**body).as_json()}


def clear_faults(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Take all faults away."""
    world.faults.clear()
    return {"faults": []}


def reset(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Everything as at the start but the grants."""
    world.reset()
    return {"writes": 0}


def plant(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Change an organisation's records.

    ``{"org": …, "module": …}`` with any of ``records`` (a list to take in), ``fill`` (a number of generated
    records, with ``duplicates``), ``patch`` (fields by id), ``trash`` and ``remove`` (lists of ids).
    """
    org, module = _org(world, body), str(body["module"])
    table = org.tables[module]
    ids = org.add_many(module, body.get("records", ()))
    if "fill" in body:
        org.fill(module, int(body["fill"]), duplicates=int(body.get("duplicates", 0)))
    for record, values in body.get("patch", {}).items():
        org.patch(module, record, **values)
    org.trash(module, *body.get("trash", ()))
    org.remove(module, *body.get("remove", ()))
    return {"ids": list(ids), "records": len(table)}


def settings(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Change settings.

    ``{"org": …, "endpoint": …, "quirks": {…}, …}`` for an organisation, ``{"limits": {"token_life": …}}`` for
    the token endpoints, ``{"dc": …, "client_known": …, "client_secret": …}`` for a data centre.
    """
    _set(world.limits, body.get("limits", {}), [one.name for one in fields(Limits)])
    if "dc" in body:
        centre = {name: value for name, value in body.items() if name in _CENTRE_SETTINGS}
        _set(world.centres[body["dc"]], centre, _CENTRE_SETTINGS)
    if "org" in body:
        org = _org(world, body)
        if body.get("endpoint", org.endpoint) not in ENDPOINTS:
            raise ValueError(f"endpoint is one of {', '.join(ENDPOINTS)}")
        _set(org, {name: body[name] for name in _ORG_SETTINGS if name in body}, _ORG_SETTINGS)
        _set(org.quirks, body.get("quirks", {}), [one.name for one in fields(Quirks)])
    return {"settings": "taken"}


def expire(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """End a person's access tokens; the grants stay."""
    person = world.people[body["person"]]
    world.centres[person.dc].grants.expire_person(person.key)
    return {"person": person.key}


def revoke(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Withdraw a person's grants, as they would in their Zoho account."""
    person = world.people[body["person"]]
    world.centres[person.dc].grants.revoke_person(person.key)
    return {"person": person.key}


def reach(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Change which portals (a list of names) a person's tokens reach."""
    person = world.people[body["person"]]
    portals = tuple(world.organisations[portal].portal for portal in body["portals"])
    world.centres[person.dc].grants.reach(person.key, portals)
    return {"person": person.key, "portals": list(portals)}


def _org(world: World, body: dict[str, Any]) -> Org:
    org = world.org(str(body["org"]))
    if org is None:
        raise ValueError(
            f"there is no organisation “{body['org']}”; there are: {', '.join(world.organisations)}"
        )
    return org


def _set(target: object, values: dict[str, Any], allowed: tuple[str, ...] | list[str]) -> None:
    for name, value in values.items():
        if name not in allowed:
            raise ValueError(f"there is no setting “{name}”; there are: {', '.join(allowed)}")
        setattr(target, name, value)

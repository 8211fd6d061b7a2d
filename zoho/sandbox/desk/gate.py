"""The gate every Desk call passes: token, organisation, faults, concurrency, credits, scopes, parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Any

from aiohttp import web

from zoho.sandbox import answers
from zoho.sandbox.answers import Refusal
from zoho.sandbox.desk import dedup, lists, organisations, products, reads, search, writes
from zoho.sandbox.desk.asked import Asked, Endpoint
from zoho.sandbox.faults import API_KINDS, Fault, Place
from zoho.sandbox.grants import Grant
from zoho.sandbox.organisation import Org
from zoho.sandbox.scopes import met
from zoho.sandbox.trouble import anywhere, note
from zoho.sandbox.world import CENTRE, WORLD, Centre, World

BASE = "/api/v1"
WEIGHT, REMAINING = "X-Rate-Limit-Request-Weight-v3", "X-Rate-Limit-Remaining-v3"

ENDPOINTS: tuple[Endpoint, ...] = (
    *organisations.ENDPOINTS,
    *lists.ENDPOINTS,
    *search.ENDPOINTS,
    *reads.ENDPOINTS,
    *dedup.ENDPOINTS,
    *products.ENDPOINTS,
    *writes.ENDPOINTS,
)


async def serve(request: web.Request) -> web.StreamResponse:
    """Answer one call to the API."""
    world, centre = request.app[WORLD], request.app[CENTRE]
    try:
        grant = _grant(world, centre, request)
        if grant is None:
            return answers.html(401, "Signed out", "This data centre does not know the token.")
        org = _named_org(world, request)
        note(request, person=grant.person, org=org.portal if org else _org_id(request))
        place = Place(centre.dc, request.path, grant.person, (org.portal, org.id) if org else ())
        if org is None:
            return await _troubled(request, place) or await _carry_out(request, grant, None)
        with _in_flight(org):
            return await _troubled(request, place) or await _carry_out(request, grant, org)
    except Refusal as refusal:
        return refusal.response()


# -- who asks -----------------------------------------------------------------------------------------


def _grant(world: World, centre: Centre, request: web.Request) -> Grant | None:
    """The grant behind the token; None for a token of another data centre. Raises Refusal for a bad one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme not in ("Zoho-oauthtoken", "Bearer") or not token:
        raise Refusal(401, "UNAUTHORIZED", "You are not authenticated to perform this operation.")
    home = world.home_of(token)
    if home is not None and home is not centre:
        return None
    grant = centre.grants.live(token)
    if grant is None:
        raise Refusal(401, "INVALID_OAUTH", "The OAuth Token you provided is invalid.")
    return grant


def _org_id(request: web.Request) -> str:
    return request.headers.get("orgId") or request.query.get("orgId", "")


def _named_org(world: World, request: web.Request) -> Org | None:
    org_id = _org_id(request)
    return next((org for org in world.organisations.values() if org.id == org_id), None)


def _reachable_org(world: World, request: web.Request, grant: Grant, org: Org | None) -> Org:
    org_id = _org_id(request)
    if not org_id:
        raise Refusal(422, "UNPROCESSABLE_ENTITY", "The orgId is missing.")
    if not (org_id.isascii() and org_id.isdigit()):
        raise Refusal(500, "INTERNAL_SERVER_ERROR", "An error occurred on the server.")
    if org is None or org not in world.portals_of(grant):
        raise Refusal(403, "OAUTH_ORG_MISMATCH", "The organization does not belong to the OAuth token.")
    return org


# -- trouble ------------------------------------------------------------------------------------------


@contextmanager
def _in_flight(org: Org) -> Iterator[None]:
    """Count a call while it is under way; 429 when the edition allows no more at the same time."""
    usage = org.usage
    if usage.in_flight >= org.edition.concurrent:
        usage.highest_in_flight = max(usage.highest_in_flight, usage.in_flight + 1)
        raise _busy()
    usage.in_flight += 1
    usage.highest_in_flight = max(usage.highest_in_flight, usage.in_flight)
    try:
        yield
    finally:
        usage.in_flight -= 1


def _busy() -> Refusal:
    return Refusal(429, "TOO_MANY_REQUESTS", "You have exceeded the number of concurrent requests.")


def _spent(retry_after: int | None) -> Refusal:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Refusal(429, "THRESHOLD_EXCEEDED", "You have used up the API credits of the day.", headers=headers)


async def _troubled(request: web.Request, place: Place) -> web.StreamResponse | None:
    """The answer of a fault that meets this call, or None."""
    answer = await anywhere(request, place)
    if answer is not None:
        return answer
    fault = request.app[WORLD].faults.take(API_KINDS, place)
    return _FAULTY[fault.kind](fault) if fault is not None else None


def _plain(status: int, code: str, message: str, **extra: Any) -> Callable[[Fault], web.Response]:
    return lambda fault: Refusal(status, code, message, extra=extra).response()


_FAULTY: Mapping[str, Callable[[Fault], web.Response]] = {
    "invalid_oauth": _plain(401, "INVALID_OAUTH", "The OAuth Token you provided is invalid."),
    "unauthorized": _plain(401, "UNAUTHORIZED", "You are not authenticated to perform this operation."),
    "wrong_region": lambda fault: answers.html(
        401, "Signed out", "This data centre does not know the token."
    ),
    "scope": _plain(403, "SCOPE_MISMATCH", "The OAuth Token you provided lacks a scope."),
    "org_mismatch": _plain(403, "OAUTH_ORG_MISMATCH", "The organization does not belong to the OAuth token."),
    "forbidden": _plain(403, "FORBIDDEN", "You do not have permission to perform this operation."),
    "license": _plain(
        403,
        "LICENSE_ACCESS_LIMITED",
        "Your edition does not include this.",
        feature="DEDUP",
        editionType="FREE",
    ),
    "not_found": _plain(404, "URL_NOT_FOUND", "The URL you've sent is invalid."),
    "method_not_allowed": _plain(405, "METHOD_NOT_ALLOWED", "The method is not allowed for this URL."),
    "bad_path": lambda fault: answers.invalid("/productId", "The value is not a number").response(),
    "bad_key": lambda fault: answers.extra_parameter(str(fault.detail.get("key", "colour"))).response(),
    "vague": _plain(422, "UNPROCESSABLE_ENTITY", "The request could not be processed."),
    "error_key": lambda fault: answers.json(
        {"error": fault.detail.get("error", "The module is switched off")}
    ),
    "quota": lambda fault: _spent(fault.detail.get("retry_after", 3600)).response(),
    "busy": lambda fault: _busy().response(),
    "accepted": lambda fault: web.Response(status=202),
}


# -- the call itself ----------------------------------------------------------------------------------


async def _carry_out(request: web.Request, grant: Grant, org: Org | None) -> web.Response:
    world = request.app[WORLD]
    endpoint, ids = _endpoint(world, request)
    if not endpoint.has_org:
        _check_scope(grant, endpoint)
        endpoint.check_parameters(_params(request))
        anyone = next(iter(world.organisations.values()))  # such an endpoint does not look at it
        return endpoint.handler(_asked(request, grant, anyone, ids))
    org = _reachable_org(world, request, grant, org)
    price = endpoint.price(request.query)
    if org.credits_left < price:
        raise _spent(org.seconds_to_midnight())
    org.spend(price)
    answer = await _handled(request, grant, org, endpoint, ids)
    answer.headers[WEIGHT] = str(price)
    answer.headers[REMAINING] = str(org.credits_left)
    return answer


async def _handled(
    request: web.Request, grant: Grant, org: Org, endpoint: Endpoint, ids: Mapping[str, str]
) -> web.Response:
    try:
        _check_scope(grant, endpoint)
        params = _params(request)
        endpoint.check_parameters(params)
        body = await _body(request) if request.method in ("POST", "PATCH") else None
        return endpoint.handler(_asked(request, grant, org, ids, body))
    except Refusal as refusal:
        return refusal.response()


def _endpoint(world: World, request: web.Request) -> tuple[Endpoint, Mapping[str, str]]:
    """The endpoint for a path and method. Raises Refusal: 404 for the path, 405 for the method."""
    if request.path == world.duplicate_path and request.method == "GET":
        return products.DUPLICATES, {}
    path = request.path.removeprefix(BASE)
    found = [(endpoint, match) for endpoint in ENDPOINTS if (match := endpoint.pattern.fullmatch(path))]
    for endpoint, match in found:
        if endpoint.method == request.method:
            return endpoint, match.groupdict()
    if found:
        raise Refusal(405, "METHOD_NOT_ALLOWED", "The method is not allowed for this URL.")
    raise answers.not_found()


def _check_scope(grant: Grant, endpoint: Endpoint) -> None:
    if not met(grant.scopes, endpoint.needs):
        raise Refusal(403, "SCOPE_MISMATCH", "The OAuth Token you provided lacks a scope.")


def _params(request: web.Request) -> dict[str, str]:
    return {name: value for name, value in request.query.items() if name != "orgId"}


async def _body(request: web.Request) -> Any:
    if not await request.read():
        raise Refusal(422, "EMPTY_PAYLOAD", "The payload is empty.")
    try:
        return await request.json()
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, "BAD_REQUEST", "The payload is no JSON.") from error


def _asked(request: web.Request, grant: Grant, org: Org, ids: Mapping[str, str], body: Any = None) -> Asked:
    world = request.app[WORLD]
    return Asked(
        world=world,
        centre=request.app[CENTRE],
        person=world.people[grant.person],
        grant=grant,
        org=org,
        params=_params(request),
        ids=ids,
        body=body,
    )

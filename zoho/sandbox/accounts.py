"""The accounts server of one data centre: consent, tokens, revocation, serverinfo.

https://www.zoho.com/accounts/protocol/oauth/web-server-applications.html
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from zoho.sandbox import answers
from zoho.sandbox.faults import CALLBACK_KINDS, TOKEN_ERRORS, TOKEN_KINDS, Fault, Place
from zoho.sandbox.grants import Grant, TokenRefused
from zoho.sandbox.pages import CONTENT_SECURITY_POLICY, consent_page
from zoho.sandbox.people import Person
from zoho.sandbox.scopes import exists, services
from zoho.sandbox.trouble import anywhere, note
from zoho.sandbox.world import CENTRE, CLIENT_ID, WORLD, Centre, World

THROTTLED = {
    "error": "Access Denied",
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "status": "failure",
}
_GRANTS = {"authorization_code": "exchange", "refresh_token": "refresh"}


def routes() -> list[web.RouteDef]:
    """What the accounts server listens to."""
    return [
        web.get("/oauth/v2/auth", consent),
        web.post("/oauth/v2/consent", consented),
        web.post("/oauth/v2/token", token),
        web.post("/oauth/v2/token/revoke", revoke),
        web.get("/oauth/serverinfo", serverinfo),
    ]


async def serverinfo(request: web.Request) -> web.Response:
    """Every accounts server by its data centre."""
    locations = {dc: centre.origin for dc, centre in request.app[WORLD].centres.items()}
    return answers.json({"result": "success", "locations": locations})


# -- consent ------------------------------------------------------------------------------------------


async def consent(request: web.Request) -> web.Response:
    """The consent page, or Zoho's own page that says what is wrong with the request."""
    world, centre, query = request.app[WORLD], request.app[CENTRE], dict(request.query)
    wrong = _wrong_with(centre, query)
    if wrong:
        return answers.html(400, "Error occurred", wrong)
    text = consent_page(query, world.people.values(), centre.dc)
    return web.Response(
        text=text, content_type="text/html", headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY}
    )


async def consented(request: web.Request) -> web.Response:
    """A button of the consent page: on to the redirect URI with a code, or with the reason why not."""
    world, centre = request.app[WORLD], request.app[CENTRE]
    form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    wrong = _wrong_with(centre, form)
    if wrong:
        return answers.html(400, "Error occurred", wrong)
    key = form.get("user", "")
    person = world.people.get(key)
    if person is None and key != "decline":
        return answers.html(400, "Error occurred", f"There is no made-up user called {key}.")
    note(request, person=key if person else "")
    fault = world.faults.take(CALLBACK_KINDS, Place(centre.dc, request.path, key))
    params = _callback(world, centre, form, person)
    params.update({"state": form["state"]} if "state" in form else {})
    return _redirect(form["redirect_uri"], _spoiled(params, fault) if fault else params)


def _wrong_with(centre: Centre, query: Mapping[str, str]) -> str:
    if query.get("client_id") != CLIENT_ID or not centre.client_known:
        return "Invalid Client: this client is not registered in this data centre."
    target = query.get("redirect_uri", "")
    if urlsplit(target).scheme not in ("http", "https"):
        return "Invalid Redirect Uri: it is missing or not an address."
    if centre.redirect_uris and target not in centre.redirect_uris:
        return "Invalid Redirect Uri: it differs from the one that was registered."
    if query.get("response_type") != "code":
        return "Invalid Response Type: it must be code."
    unknown = [scope for scope in _scopes(query) if not exists(scope)]
    if unknown or not _scopes(query):
        return f"Invalid OAuth Scope: {unknown[0] if unknown else 'none was given'} does not exist."
    return ""


def _scopes(query: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(scope for scope in query.get("scope", "").split(",") if scope)


def _callback(world: World, centre: Centre, form: Mapping[str, str], person: Person | None) -> dict[str, str]:
    """The callback's parameters: a code of the person's own centre, or an error."""
    if person is None:
        return {"error": "access_denied"}
    asked = services(_scopes(form))
    if "ZohoCRM" in asked or ("Desk" in asked and not person.portals):
        return {"error": "no_org"}
    home = world.centres[person.dc]
    chosen = form.get("portal", "")
    code = home.grants.code_for(
        person.key,
        _scopes(form),
        (chosen,) if chosen in person.portals else person.portals,
        form["redirect_uri"],
        lasting=form.get("access_type") == "offline" and form.get("prompt") == "consent",
    )
    return {"code": code, "location": home.dc, "accounts-server": home.origin}


def _spoiled(params: dict[str, str], fault: Fault) -> dict[str, str]:
    if fault.kind == "foreign_accounts_server":
        return {**params, "accounts-server": str(fault.detail.get("value", "https://accounts.evil.example"))}
    if fault.kind == "callback_state":
        return {**params, "state": str(fault.detail.get("value", "somebody-elses-state"))}
    kept = {name: value for name, value in params.items() if name == "state"}
    if fault.kind == "callback_without_code":
        return kept
    return {"error": str(fault.detail.get("error", "access_denied")), **kept}


def _redirect(target: str, params: Mapping[str, str]) -> web.Response:
    sign = "&" if urlsplit(target).query else "?"
    return web.Response(status=302, headers={"Location": f"{target}{sign}{urlencode(params)}"})


# -- tokens -------------------------------------------------------------------------------------------


async def token(request: web.Request) -> web.StreamResponse:
    """Exchange a code or refresh: success and most errors come with HTTP 200.

    https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token.html
    """
    world, centre, form = request.app[WORLD], request.app[CENTRE], await _fields(request)
    grant = _GRANTS.get(form.get("grant_type", ""), "")
    person = _whose(centre, form, grant)
    note(request, person=person, grant=grant)
    place = Place(centre.dc, request.path, person, grant=grant)
    trouble = await anywhere(request, place)
    if trouble is not None:
        return trouble
    refused = world.faults.take((*TOKEN_ERRORS, "throttle"), place)
    if refused is not None:
        return _refused(refused)
    try:
        _check_client(world, centre, form)
        got, access = _spend(centre, form, grant)
    except TokenRefused as refusal:
        return answers.json(THROTTLED if refusal.throttled else {"error": refusal.error})
    body = _token_body(world, centre, got, access, new=grant == "exchange")
    changes = world.faults.take_all(set(TOKEN_KINDS).difference(TOKEN_ERRORS, ("throttle",)), place)
    for fault in changes:
        _change(body, fault)
    return answers.json(body)


async def _fields(request: web.Request) -> dict[str, str]:
    """The form's fields; Zoho reads the query string as well."""
    form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return {**request.query, **form}


def _whose(centre: Centre, form: Mapping[str, str], grant: str) -> str:
    if grant == "exchange":
        return centre.grants.person_of_code(form.get("code", ""))
    return centre.grants.person_of_grant(form.get("refresh_token", ""))


def _refused(fault: Fault) -> web.Response:
    if fault.kind == "throttle":
        return answers.json(THROTTLED, status=int(fault.detail.get("status", 400)))
    return answers.json({"error": fault.kind}, status=int(fault.detail.get("status", 200)))


def _check_client(world: World, centre: Centre, form: Mapping[str, str]) -> None:
    secret = form.get("client_secret", "")
    if form.get("client_id") != CLIENT_ID or not centre.client_known:
        raise TokenRefused("invalid_client")
    if secret == centre.client_secret:
        return
    elsewhere = any(other.client_secret == secret for other in world.centres.values())
    raise TokenRefused("invalid_client" if elsewhere else "invalid_client_secret")


def _spend(centre: Centre, form: Mapping[str, str], grant: str) -> tuple[Grant, str]:
    if grant == "exchange":
        return centre.grants.exchange(form.get("code", ""), form.get("redirect_uri", ""))
    if grant == "refresh":
        return centre.grants.refresh(form.get("refresh_token", ""))
    raise TokenRefused("general_error")


def _token_body(world: World, centre: Centre, grant: Grant, access: str, *, new: bool) -> dict[str, object]:
    body: dict[str, object] = {
        "access_token": access,
        "scope": " ".join(grant.scopes),
        "api_domain": centre.origin,
        "token_type": "Bearer",
        "expires_in": int(world.limits.token_life),
    }
    if new and grant.refresh_token:
        body["refresh_token"] = grant.refresh_token
    return body


def _change(body: dict[str, object], fault: Fault) -> None:
    match fault.kind:
        case "no_refresh_token":
            body.pop("refresh_token", None)
        case "no_scope":
            del body["scope"]
        case "scopes":
            body["scope"] = fault.detail.get("scope", "")
        case "no_expires_in":
            del body["expires_in"]
        case "foreign_api_domain":
            body["api_domain"] = fault.detail.get("value", "https://api.evil.example")
        case "expires_in_ms":
            seconds = int(str(body["expires_in"]))
            body["expires_in"] = seconds * 1000
            if fault.detail.get("with_seconds"):
                body["expires_in_sec"] = seconds


async def revoke(request: web.Request) -> web.StreamResponse:
    """End a grant and its access tokens; an unknown token is answered with a 400 and a web page.

    https://www.zoho.com/accounts/protocol/oauth/web-apps/revoke-tokens.html
    """
    world, centre, form = request.app[WORLD], request.app[CENTRE], await _fields(request)
    refresh_token = form.get("token", "")
    person = centre.grants.person_of_grant(refresh_token)
    note(request, person=person)
    place = Place(centre.dc, request.path, person)
    trouble = await anywhere(request, place)
    if trouble is not None:
        return trouble
    refused = world.faults.take((*TOKEN_ERRORS, "throttle"), place)
    if refused is not None:
        return _refused(refused)
    if not centre.grants.revoke(refresh_token):
        return answers.html(400, "Invalid token", "The token is not known here.")
    return answers.json({"status": "success"})

"""Bad days on request: which fault meets which call, and what the call then gets for an answer.

A fault is set for a person, an organisation, a path (a pattern with ``*``) or all of them, for a number of
times, after a number of calls that are let through. What each kind does is in `KINDS`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

TOKEN_PATH = "/oauth/v2/token"  # noqa: S105 - a path, no token
REVOKE_PATH = "/oauth/v2/token/revoke"
CONSENT_PATH = "/oauth/v2/consent"
API_PATHS = "/api/*"

# Errors of the token endpoint that are one word in a JSON object.
TOKEN_ERRORS = (
    "invalid_code",
    "invalid_client",
    "invalid_client_secret",
    "invalid_redirect_uri",
    "invalid_grant",
    "access_denied",
    "general_error",
)

TOKEN_KINDS = {
    **{
        error: f'the token endpoint answers {{"error": "{error}"}}; detail: status (200)'
        for error in TOKEN_ERRORS
    },
    "throttle": "the token endpoint asks for a pause; detail: status (400; 200 is seen as well)",
    "no_refresh_token": "an exchange answers without refresh_token",
    "no_scope": "the token answer does not name the scopes",
    "scopes": "the token answer names other scopes; detail: scope",
    "no_expires_in": "the token answer does not say how long",
    "expires_in_ms": "expires_in in milliseconds; detail: with_seconds (False) adds expires_in_sec",
    "foreign_api_domain": "the token answer names an api_domain that is not Zoho's; detail: value",
}

CALLBACK_KINDS = {
    "foreign_accounts_server": "the callback names an accounts-server that is not Zoho's; detail: value",
    "callback_error": "the callback carries error= instead of a code; detail: error",
    "callback_without_code": "the callback carries neither code nor error",
    "callback_state": "the callback carries another state; detail: value",
}

API_KINDS = {
    "invalid_oauth": "401 INVALID_OAUTH",
    "unauthorized": "401 UNAUTHORIZED",
    "wrong_region": "401 with a web page",
    "scope": "403 SCOPE_MISMATCH",
    "org_mismatch": "403 OAUTH_ORG_MISMATCH",
    "forbidden": "403 FORBIDDEN",
    "license": "403 LICENSE_ACCESS_LIMITED",
    "not_found": "404 URL_NOT_FOUND",
    "method_not_allowed": "405 METHOD_NOT_ALLOWED",
    "bad_path": "422 about the path, whatever the parameters",
    "bad_key": "422 that names a parameter; detail: key",
    "vague": "422 that names nothing",
    "error_key": "200 with an error key; detail: error",
    "quota": "429 THRESHOLD_EXCEEDED; detail: retry_after (seconds, 3600; None leaves the header out)",
    "busy": "429 TOO_MANY_REQUESTS",
    "accepted": "202 without a body",
}

ANYWHERE_KINDS = {
    "server_error": "500 INTERNAL_SERVER_ERROR; detail: status",
    "html": "a web page; detail: status (200)",
    "empty": "an empty body; detail: status (200)",
    "not_json": "a body that breaks off in the middle of JSON",
    "latency": "the call takes longer; detail: seconds (0.5)",
    "hang": "no answer until the stand-in stops; detail: seconds (60) at most",
    "drop": "the connection breaks",
}

KINDS = {**TOKEN_KINDS, **CALLBACK_KINDS, **API_KINDS, **ANYWHERE_KINDS}


@dataclass(slots=True, eq=False)
class Fault:
    """One fault as it was set; ``hits`` counts the calls it met."""

    kind: str
    person: str | None = None
    org: str | None = None
    path: str = API_PATHS
    on: str | None = None
    dc: str | None = None
    times: int | None = 1
    after: int = 0
    detail: dict[str, Any] = field(default_factory=dict)
    hits: int = 0

    def as_json(self) -> dict[str, object]:
        """The fault as the control route shows it."""
        names = ("kind", "person", "org", "path", "on", "dc", "times", "after", "detail", "hits")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Place:
    """What a call is known by when faults are looked for; ``grant`` is "exchange", "refresh" or ""."""

    dc: str
    path: str
    person: str = ""
    orgs: tuple[str, ...] = ()
    grant: str = ""


class Faults:
    """The faults that are set, oldest first."""

    def __init__(self) -> None:
        self.active: list[Fault] = []

    def add(
        self,
        kind: str,
        *,
        person: str | None = None,
        org: str | None = None,
        path: str | None = None,
        on: str | None = None,
        dc: str | None = None,
        times: int | None = 1,
        after: int = 0,
        **detail: Any,
    ) -> Fault:
        """Set a fault. ``times`` None means always; ``after`` calls are let through first.

        ``on`` ("exchange", "refresh", "revoke") narrows it to that token call. ``path`` defaults to where the
        kind belongs. Raises ValueError for a kind that does not exist.
        """
        if kind not in KINDS:
            raise ValueError(f"there is no fault called “{kind}”; there are: {', '.join(KINDS)}")
        fault = Fault(
            kind, person, org, path or _where(kind, on), on, dc, times=times, after=after, detail=detail
        )
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        """Take all faults away."""
        self.active.clear()

    def take(self, kinds: Collection[str], place: Place) -> Fault | None:
        """The first fault of these kinds that meets the call; it is one time fewer afterwards."""
        return next(
            (fault for fault in list(self.active) if fault.kind in kinds and self._meets(fault, place)), None
        )

    def take_all(self, kinds: Collection[str], place: Place) -> list[Fault]:
        """Every fault of these kinds that meets the call."""
        return [fault for fault in list(self.active) if fault.kind in kinds and self._meets(fault, place)]

    def _meets(self, fault: Fault, place: Place) -> bool:
        if not _fits(fault, place):
            return False
        if fault.after > 0:
            fault.after -= 1
            return False
        fault.hits += 1
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.active.remove(fault)
        return True


def _where(kind: str, on: str | None) -> str:
    if on == "revoke":
        return REVOKE_PATH
    if kind in TOKEN_KINDS or on is not None:
        return TOKEN_PATH
    return CONSENT_PATH if kind in CALLBACK_KINDS else API_PATHS


def _fits(fault: Fault, place: Place) -> bool:
    return (
        fault.person in (None, place.person)
        and (fault.org is None or fault.org in place.orgs)
        and fault.dc in (None, place.dc)
        and (fault.on in (None, "revoke") or fault.on == place.grant)
        and fnmatchcase(place.path, fault.path)
    )

"""Connecting: off to Zoho's consent page, and back with a code.

The callback is believed only with a state of ours and the cookie of the browser that began; the attempt is
spent before anything is sent. Order of checks: state, error, code, accounts server, exchange.
https://www.zoho.com/accounts/protocol/oauth/web-apps/authorization.html
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlencode, urlsplit

from zoho.connections import Attempt, Connection, Connections, Grant
from zoho.errors import (
    ConnectFailed,
    ConsentDeclined,
    CookieMissing,
    NoOrganisation,
    NotConnected,
    StateRefused,
    UnknownServer,
    UnsupportedRegion,
    WrongRegion,
    ZohoError,
)
from zoho.oauth.tokens import Credentials, TokenEndpoint
from zoho.records import Organisation, Product
from zoho.regions import Region, Regions


@dataclass(frozen=True, slots=True)
class Consent:
    """Where to send the browser, and the cookie it must bring back."""

    url: str = field(repr=False)
    cookie: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a fresh grant reaches: its organisations, and the Zoho user's name ("" when not told)."""

    organisations: tuple[Organisation, ...]
    zoho_user: str


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection that was just made. ``replaced`` says whether it took the place of an older one."""

    connection: Connection
    resume: str = field(repr=False)
    organisations: tuple[Organisation, ...]
    replaced: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the callback comes from; ``region`` is None when only the token answer can tell."""

    accounts_server: str
    region: Region | None


class OAuth:
    """The way to Zoho's consent page and back."""

    def __init__(
        self,
        tokens: TokenEndpoint,
        connections: Connections,
        discover: Callable[[Grant, Product], Awaitable[Discovered]],
        *,
        regions: Regions,
        credentials: Credentials,
        redirect_uri: str,
    ) -> None:
        self._tokens = tokens
        self._connections = connections
        self._discover = discover
        self._regions = regions
        self._credentials = credentials
        self._redirect_uri = redirect_uri
        self._key = _signing_key(credentials)

    async def begin(self, link: str) -> Consent:
        """Start the attempt behind ``link``: a fresh state and cookie each time, the newest pair counts.

        The consent page is that of the client's own data centre; Zoho sends people on to theirs.
        Raises StateRefused for a link that is unknown, used or expired.
        """
        state, cookie = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        attempt = await self._connections.attempts.arm(link, state=state, cookie=cookie)
        if attempt is None:
            raise StateRefused
        query = {
            "client_id": self._credentials.client_id,
            "redirect_uri": self._redirect_uri,
            "response_type": "code",
            "scope": ",".join(attempt.scopes),
            "access_type": "offline",
            "prompt": "consent",
            "state": f"{state}.{self._signature(state)}",
        }
        accounts = self._regions[self._credentials.home_dc].accounts
        return Consent(f"{accounts}/oauth/v2/auth?{urlencode(query, safe=',')}", cookie)

    async def finish(self, params: Mapping[str, str], cookie: str) -> Connected:
        """Take the callback's query and the browser's cookie, and make the connection.

        Raises the ConnectFailed family (with ``who`` once the state proved genuine), ClientRefused,
        TokenThrottled, ServerError, WrongRegion when the callback and the token name two data centres, and
        what the product answers; then nothing is stored.
        """
        state = self._genuine(params.get("state", ""))
        who = await self._connections.attempts.who_has(state)
        if who is None:
            raise StateRefused
        if not cookie:
            raise _of(who, CookieMissing())
        attempt = await self._connections.attempts.consume(state, cookie)
        if attempt is None:
            raise StateRefused
        try:
            return await self._connect(attempt, params)
        except ConnectFailed as error:
            error.who = who
            raise

    async def _connect(self, attempt: Attempt, params: Mapping[str, str]) -> Connected:
        if params.get("error"):
            raise _declined(params["error"])
        if not params.get("code"):
            raise ConnectFailed(code="no_code")
        place = self._place(params)
        if place.region is not None:
            _check_offered(attempt.product, place.region)
        grant = await self._exchange(attempt, params["code"], place)
        try:
            found = await self._reached(attempt.product, grant)
        except ZohoError:
            await self._drop(grant.dc, grant.accounts_server, grant.refresh_token)
            raise
        return await self._kept(attempt, grant, found)

    async def _exchange(self, attempt: Attempt, code: str, place: _Place) -> Grant:
        dc = place.region.dc if place.region else self._credentials.home_dc
        answer, expires_at = await self._tokens.exchange(code, dc=dc, accounts_server=place.accounts_server)
        region = place.region or self._region_of_api(answer.api_domain)
        if region is None:
            await self._drop(dc, place.accounts_server, answer.refresh_token)
            raise UnsupportedRegion(_host(answer.api_domain))
        other = self._regions.by_api_domain(answer.api_domain)
        if other is not None and other.dc != region.dc and other.api != region.api:
            await self._drop(dc, place.accounts_server, answer.refresh_token)
            raise WrongRegion(other.name, dc=other.dc)
        return Grant(
            access_token=answer.access_token,
            refresh_token=answer.refresh_token,
            expires_at=expires_at,
            dc=region.dc,
            accounts_server=place.accounts_server,
            api_domain=self._tokens.known_api_domain(answer.api_domain) or region.api,
            scopes=answer.scopes or frozenset(attempt.scopes),
        )

    async def _reached(self, product: Product, grant: Grant) -> Discovered:
        """The organisations that count, and as whom Zoho knows the person."""
        _check_offered(product, self._regions[grant.dc])
        found = await self._discover(grant, product)
        portals = usable_portals(found.organisations)
        if not portals:
            raise NoOrganisation
        return Discovered(portals, found.zoho_user)

    async def _kept(self, attempt: Attempt, grant: Grant, found: Discovered) -> Connected:
        """Store the grant, and only then end the one it replaces."""
        before = await self._connections.get(attempt.who, attempt.product)
        old = await self._connections.store(
            attempt.who,
            attempt.product,
            grant,
            organisations=_still_chosen(before, grant, found.organisations),
            zoho_user=found.zoho_user,
        )
        if old is not None:
            await self._connections.revoke(old)
        connection = await self._connections.get(attempt.who, attempt.product)
        if connection is None:
            raise NotConnected
        return Connected(connection, attempt.resume, found.organisations, replaced=before is not None)

    async def _drop(self, dc: str, accounts_server: str, refresh_token: str) -> None:
        """End a grant that will not be stored."""
        await self._tokens.revoke(dc=dc, accounts_server=accounts_server, refresh_token=refresh_token)

    def _place(self, params: Mapping[str, str]) -> _Place:
        """Where to exchange, and which data centre that is: by ``location``, else by the accounts server.

        Raises UnknownServer for an accounts server that is not in the table: nothing is sent to it.
        """
        location, server = params.get("location", ""), unquote(params.get("accounts-server", ""))
        named = self._regions.get(location)
        serving = self._regions.by_accounts_server(server)
        if server and serving is None:
            raise UnknownServer(_host(server))
        region = named or serving
        if location and region is None:
            raise UnsupportedRegion(location)
        home = self._regions[self._credentials.home_dc]
        return _Place((serving or region or home).accounts, region)

    def _region_of_api(self, domain: str) -> Region | None:
        """The data centre of an API domain, also of one of Zoho's further hosts in the same domain."""
        exact = self._regions.by_api_domain(domain)
        wanted = _parent(domain)
        further = (row for row in self._regions if wanted in (_parent(row.api), _parent(row.accounts)))
        return exact or (next(further, None) if wanted else None)

    def _genuine(self, state: str) -> str:
        """The part of a state that identifies the attempt, if we signed it. Raises StateRefused."""
        value, _, signature = state.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(value).encode()):
            raise StateRefused
        return value

    def _signature(self, value: str) -> str:
        return hmac.new(self._key, value.encode(), hashlib.sha256).hexdigest()


def usable_portals(listed: Sequence[Organisation]) -> tuple[Organisation, ...]:
    """The organisations a person can mean: sandbox portals count only when there is no other."""
    real = tuple(one for one in listed if not one.is_sandbox)
    return real or tuple(listed)


def _still_chosen(
    before: Connection | None, grant: Grant, portals: tuple[Organisation, ...]
) -> tuple[Organisation, ...]:
    """Who only grants more keeps the organisation that was chosen before; everybody else chooses anew."""
    if before is None or not before.scopes < grant.scopes or before.dc != grant.dc:
        return portals
    return tuple(one for one in portals if one.id == before.org_id) or portals


def _declined(error: str) -> ConnectFailed:
    """What ``error`` on the callback means; a code we do not know is passed on as it is."""
    kinds = {"access_denied": ConsentDeclined, "no_org": NoOrganisation}
    return kinds.get(error.casefold().replace(" ", "_"), ConnectFailed)(code=error[:100])


def _check_offered(product: Product, region: Region) -> None:
    if product is Product.DESK and not region.desk:
        raise UnsupportedRegion(region.name)


def _of(who: tuple[str, str], error: ConnectFailed) -> ConnectFailed:
    error.who = who
    return error


def _host(address: str) -> str:
    """The host in an address, for a sentence; never a path or a query."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _parent(address: str) -> str:
    """``zohoapis.eu`` of ``https://www.zohoapis.eu``; "" for this machine's addresses and for nothing."""
    host = _host(address)
    parent = host.partition(".")[2]
    return "" if parent.replace(".", "").isdigit() else parent


def _signing_key(credentials: Credentials) -> bytes:
    """A key that every process of this installation has and nobody else: from the client's secrets."""
    parts = (credentials.client_id, *(f"{dc}={secret}" for dc, secret in sorted(credentials.secrets.items())))
    return hashlib.sha256("\n".join(("state", *parts)).encode()).digest()

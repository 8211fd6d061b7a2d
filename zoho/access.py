"""What one person may use of Zoho, with their own login and rights; the place where the Zoho side meets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import httpx

from zoho.client import CALL_SECONDS, Client, FixedLogin, Session, ZohoAuth, new_http
from zoho.connections import Connection, Connections, Grant, Token
from zoho.database import Database
from zoho.desk import Calls, Desk
from zoho.duplicates.checks import Checked, check
from zoho.duplicates.dismissed import NOTHING, Dismissed
from zoho.duplicates.scan import Scanner
from zoho.duplicates.search import Search
from zoho.errors import OrganisationRefused, UnsupportedRegion, WrongRegion
from zoho.hearing import Hearing
from zoho.links import PRODUCT_LINK, Links
from zoho.oauth import Credentials, Discovered, OAuth, TokenEndpoint, usable_portals
from zoho.organisations import OrganisationKey, Organisations
from zoho.records import Module, Product, Who
from zoho.regions import Region, Regions

__all__ = ["CALL_SECONDS", "Access", "Credentials", "Dismissals", "Preferences", "Zoho"]


class Dismissals(Protocol):
    """Where decisions about pairs are kept."""

    async def standing(self, workspace: str, organisation: OrganisationKey, module: Module) -> Dismissed:
        """What this workspace has dismissed in one module of an organisation."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What an operator may set about the Zoho side; see the settings of the same names."""

    products_duplicate_path: str = "/api/v1/products/duplicate"
    product_link: str = PRODUCT_LINK
    flag_field: str = ""
    observe_only: bool = False


class OfAnOrganisation(Protocol):
    """Whatever was read from one organisation, or is about its records."""

    @property
    def dc(self) -> str:
        """The organisation's data centre."""

    @property
    def org_id(self) -> str:
        """Its id there."""


@dataclass(frozen=True, slots=True)
class Access:
    """One person's way into one product: calls made through it carry that person's login."""

    who: Who
    connection: Connection
    region: Region
    desk: Desk
    links: Links
    organisation: OrganisationKey
    organisations: Organisations = field(repr=False)
    now: Callable[[], datetime] = field(repr=False)
    dismissals: Dismissals | None = field(default=None, repr=False)

    def duplicates(self) -> Search:
        """The search for duplicates in this organisation, with this person's login."""
        return Search(
            self.desk,
            self.organisations,
            self.organisation,
            organisation_name=self.connection.org_name,
            granted=self.connection.scopes,
            now=self.now,
            dismissed=self.dismissed,
        )

    def scanner(self) -> Scanner:
        """The same search for scans of whole modules, of which every member is known afterwards."""
        return Scanner(
            self.desk,
            self.organisations,
            self.organisation,
            organisation_name=self.connection.org_name,
            granted=self.connection.scopes,
            now=self.now,
            dismissed=self.dismissed,
        )

    async def dismissed(self, module: Module) -> Dismissed:
        """What this person's workspace has dismissed in this organisation."""
        if self.dismissals is None:
            return NOTHING
        return await self.dismissals.standing(self.who.workspace, self.organisation, module)

    def reaches(self, what: OfAnOrganisation) -> bool:
        """Whether something is of the organisation that this leads to: of another one nothing may be shown,
        changed or linked with it."""
        return (what.dc, what.org_id) == (self.organisation.dc, self.organisation.org_id)

    async def check(self) -> Checked:
        """Whether searches find everything in order here, asked live; see `zoho.duplicates.checks`."""
        return await check(
            self.desk,
            self.organisations,
            self.organisation,
            organisation_name=self.connection.org_name,
            granted=self.connection.scopes,
        )


class Zoho:
    """The Zoho side of one installation."""

    def __init__(
        self,
        *,
        database: Database,
        regions: Regions,
        credentials: Credentials,
        redirect_uri: str,
        preferences: Preferences,
        now: Callable[[], datetime],
        http: httpx.AsyncClient | None = None,
        dismissals: Dismissals | None = None,
        call_seconds: float = CALL_SECONDS,
        hearing: Hearing | None = None,
    ) -> None:
        """``http`` is used, and closed in the end, in place of a client made here. What ``dismissals`` holds
        is left out of every search. A call is given up after ``call_seconds``. ``hearing``
        hears how calls ended.
        """
        self.regions = regions
        self.preferences = preferences
        self._now = now
        self._dismissals = dismissals
        self._http = http or new_http()
        self.organisations = Organisations(database, now=now)
        self._client = Client(
            self._http,
            regions=regions,
            organisations=self.organisations,
            now=now,
            call_seconds=call_seconds,
            hearing=hearing,
        )
        tokens = TokenEndpoint(
            self._client.post_form,
            regions=regions,
            credentials=credentials,
            redirect_uri=redirect_uri,
            now=now,
            hearing=hearing,
        )
        self.connections = Connections(database, tokens, now=now)
        self.oauth = OAuth(
            tokens,
            self.connections,
            self._discover,
            regions=regions,
            credentials=credentials,
            redirect_uri=redirect_uri,
        )

    async def open(self, who: Who, product: Product = Product.DESK) -> Access:
        """What this person may use.

        Raises NotConnected, GrantLost when they have to connect again, TokensLost when the stored tokens
        cannot be read, UnsupportedRegion when the product's host in their data centre is not known any more.
        """
        connection = await self.connections.opened(who, product)
        region = self.regions[connection.dc]
        if not region.desk:
            raise UnsupportedRegion(region.name)
        return Access(
            who=who,
            connection=connection,
            region=region,
            desk=self._desk(self._session(connection, region)),
            links=Links(region, connection.portal, connection.org_id, self.preferences.product_link),
            organisation=OrganisationKey(product, connection.dc, connection.org_id),
            organisations=self.organisations,
            now=self._now,
            dismissals=self._dismissals,
        )

    async def watched(
        self, who: Who, watch: Callable[[Calls], Calls], product: Product = Product.DESK
    ) -> Desk:
        """Desk as this person uses it, with every call and every answer going through ``watch`` as it is.

        Raises as `open`.
        """
        access = await self.open(who, product)
        return self._desk(watch(self._session(access.connection, access.region)))

    async def close(self) -> None:
        """Wait for the refreshes under way, then close every connection to Zoho."""
        await self.connections.close()
        await self._http.aclose()

    def _session(self, connection: Connection, region: Region) -> Session:
        """Calls with the connection's token; when the organisation is refused the list is read again."""
        key = OrganisationKey(connection.product, connection.dc, connection.org_id)

        def check(token: Token) -> None:
            """A token that came with another data centre's domain would read somebody else's shelf, empty."""
            other = self.regions.by_api_domain(token.api_domain)
            if other is not None and other.dc != region.dc and token.api_domain != region.api:
                raise WrongRegion(dc=other.dc)

        def login() -> ZohoAuth:
            return ZohoAuth(self.connections, connection.who, connection.product, check=check)

        async def still_listed() -> bool:
            listed = await self._desk(Session(self._client, region.desk, key, login)).organisations()
            try:
                await self.connections.note_organisations(connection.who, connection.product, listed)
            except OrganisationRefused:
                return False
            return True

        return Session(
            self._client,
            region.desk,
            key,
            login,
            organisation_name=connection.org_name,
            still_listed=still_listed,
        )

    def _desk(self, session: Calls) -> Desk:
        def dc_of(address: str) -> str:
            region = self.regions.by_web_address(address)
            return region.dc if region else ""

        path = self.preferences.products_duplicate_path
        return Desk(session, products_duplicate_path=path, dc_of=dc_of)

    async def _discover(self, grant: Grant, product: Product) -> Discovered:
        """What a grant reaches that is not stored yet: asked with its own token as it is."""

        def session(org_id: str) -> Session:
            key = OrganisationKey(product, grant.dc, org_id)
            return Session(
                self._client, self.regions[grant.dc].desk, key, lambda: FixedLogin(grant.access_token)
            )

        listed = await self._desk(session("")).organisations()
        portals = usable_portals(listed)
        name = await self._desk(session(portals[0].id)).my_name() if portals else ""
        return Discovered(listed, name)

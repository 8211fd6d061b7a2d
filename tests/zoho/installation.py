"""One installation of the Zoho side for a test: a database, a clock that is set by hand, mocked hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import httpx
import respx

from tests.storage import Storage
from zoho.access import Credentials, Preferences, Zoho
from zoho.connections import Grant
from zoho.database import Database
from zoho.records import Organisation, Product, Who
from zoho.regions import Regions

MARA = Who("T01LARKFIELD", "U01MARA")
TOMAS = Who("T01LARKFIELD", "U02TOMAS")
LARKFIELD = Organisation("20060000001", "Larkfield Support", "larkfield", is_default=True)
KESTREL = Organisation("20060000002", "Kestrel Logistics", "kestrel")
REDIRECT = "https://bot.example/zoho/callback"
ACCOUNTS = "https://accounts.zoho.eu"
DESK = "https://desk.zoho.eu/api/v1"
TOKEN_URL = f"{ACCOUNTS}/oauth/v2/token"
REVOKE_URL = f"{ACCOUNTS}/oauth/v2/token/revoke"


class Clock:
    """A wall clock that only moves when told to."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **how_far: float) -> None:
        """Move on by so many seconds, minutes, hours or days."""
        self.at += timedelta(**how_far)


@dataclass
class Installation:
    """Zoho's side with the mocked hosts and the clock it lives by."""

    zoho: Zoho
    database: Database
    hosts: respx.MockRouter
    clock: Clock

    async def connect(self, who: Who = MARA, *organisations: Organisation, minutes: float = 60) -> None:
        """Put a grant in place as if the person had walked to Zoho and back."""
        given = grant(expires_at=self.clock.at + timedelta(minutes=minutes))
        await self.zoho.connections.store(
            who,
            Product.DESK,
            given,
            organisations=organisations or (LARKFIELD,),
            zoho_user="Mara Lindqvist",
        )


@asynccontextmanager
async def installation(
    storage: Storage, *, home: str = "eu", secrets: Mapping[str, str] | None = None
) -> AsyncIterator[Installation]:
    """The Zoho side on a database of its own; a host that is not mocked fails the test."""
    clock = Clock()
    hosts = respx.MockRouter(assert_all_called=False)
    async with storage.opened() as database:
        zoho = Zoho(
            database=database,
            regions=Regions(),
            credentials=Credentials("1000.CLIENT", secrets or {"": "client-secret"}, home),
            redirect_uri=REDIRECT,
            preferences=Preferences(),
            now=clock,
            http=httpx.AsyncClient(transport=httpx.MockTransport(hosts.async_handler)),
        )
        try:
            yield Installation(zoho, database, hosts, clock)
        finally:
            await zoho.close()


def grant(
    *,
    expires_at: datetime,
    access: str = "1000.access-1",
    refresh: str = "1000.refresh-1",
    dc: str = "eu",
    scopes: frozenset[str] = frozenset(("Desk.contacts.READ",)),
) -> Grant:
    """A grant of Mara's in the EU."""
    return Grant(
        access_token=access,
        refresh_token=refresh,
        expires_at=expires_at,
        dc=dc,
        accounts_server=ACCOUNTS,
        api_domain="https://www.zohoapis.eu",
        scopes=scopes,
    )


def form(request: httpx.Request) -> dict[str, str]:
    """The fields of a posted form."""
    return dict(parse_qsl(request.content.decode(), keep_blank_values=True))

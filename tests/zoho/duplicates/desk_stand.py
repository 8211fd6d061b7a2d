"""One person connected to the stand-in Zoho by HTTP, and the search made with their login."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
from cryptography.fernet import Fernet

from zoho.access import Access, Credentials, Preferences, Zoho
from zoho.database import Database, metadata
from zoho.duplicates.search import Search
from zoho.records import Product, Who
from zoho.regions import Regions
from zoho.sandbox import Call, Org, ZohoSandbox
from zoho.scopes import READ_DESK

REDIRECT = "https://bot.example/zoho/callback"


class Clock:
    """The wall clock, which can be set forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def forward(self, **how_far: float) -> None:
        """Move on by so many minutes, hours or days."""
        self._ahead += timedelta(**how_far)


@dataclass
class Stand:
    """A stand-in Zoho and an installation of ours beside it."""

    sandbox: ZohoSandbox
    zoho: Zoho

    async def connect(self, person: str, scopes: Sequence[str] = READ_DESK) -> Access:
        """Walk a made-up Zoho user through consent, and open what they may use."""
        who = Who("T01LARKFIELD", f"U_{person}")
        link = await self.zoho.connections.start_attempt(who, Product.DESK, scopes=scopes)
        consent = await self.zoho.oauth.begin(link)
        address = urlsplit(consent.url)
        form = {**dict(parse_qsl(address.query)), "user": person}
        async with httpx.AsyncClient(trust_env=False) as browser:
            answer = await browser.post(
                f"{address.scheme}://{address.netloc}/oauth/v2/consent", data=form, follow_redirects=False
            )
        callback = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
        await self.zoho.oauth.finish(callback, consent.cookie)
        self.sandbox.calls.clear()
        return await self.zoho.open(who)

    async def search(self, person: str, scopes: Sequence[str] = READ_DESK) -> Search:
        """The duplicate search of a made-up Zoho user."""
        return (await self.connect(person, scopes)).duplicates()

    def org(self, portal: str, *, empty: bool = False) -> Org:
        """An organisation of the stand-in, with or without its planted records."""
        org = self.sandbox.org(portal)
        if empty:
            org.clear()
        return org

    def paths(self) -> list[str]:
        """The paths of all calls to Desk since the person connected, without their common beginning."""
        return [call.path.removeprefix("/api/v1/") for call in self.desk_calls()]

    def desk_calls(self) -> list[Call]:
        """All calls to Desk since the person connected."""
        return [call for call in self.sandbox.calls if call.path.startswith("/api/")]


@asynccontextmanager
async def stand(
    folder: Path,
    *,
    now: Callable[[], datetime],
    preferences: Preferences | None = None,
    zohos_now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> AsyncIterator[Stand]:
    """Both sides running until the block ends; the stand-in has a clock of its own unless it is given one."""
    async with ZohoSandbox.start(ports={"eu": 0, "in": 0}, now=zohos_now) as sandbox:
        database = Database.open(
            f"sqlite+aiosqlite:///{folder / 'zoho.sqlite3'}", keys=(Fernet.generate_key().decode(),)
        )
        async with database.write() as connection:
            await connection.run_sync(metadata.create_all)
        zoho = Zoho(
            database=database,
            regions=Regions(sandbox.hosts),
            credentials=Credentials(sandbox.client_id, {"": sandbox.client_secret}, "eu"),
            redirect_uri=REDIRECT,
            preferences=preferences or Preferences(),
            now=now,
        )
        try:
            yield Stand(sandbox, zoho)
        finally:
            await zoho.close()
            await database.close()

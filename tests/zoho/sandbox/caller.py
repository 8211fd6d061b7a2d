"""A browser and a client in one, that talk to the stand-in over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from zoho.sandbox import ZohoSandbox

REDIRECT = "http://127.0.0.1:9/zoho/callback"
READING = "Desk.basic.READ,Desk.contacts.READ,Desk.products.READ,Desk.search.READ"
WRITING = f"{READING},Desk.contacts.UPDATE,Desk.products.UPDATE,Desk.contacts.DELETE,Desk.products.DELETE"
ORGS = {
    "larkfield": "20060000001",
    "kestrel": "20060000002",
    "larkfieldtest": "20060000003",
    "bellbird": "60010000001",
    "halden": "60010000002",
}


class Clock:
    """A wall clock that only moves when told to."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **how_far: float) -> None:
        """Move on by so many seconds, minutes, hours or days."""
        self.at += timedelta(**how_far)


@dataclass
class Person:
    """One connected person: what the token answer said, and calls with its token."""

    http: httpx.AsyncClient
    origin: str
    answer: dict[str, Any]
    org: str

    async def call(self, method: str, path: str, *, org: str | None = None, **sent: Any) -> httpx.Response:
        """One call to the API; ``org`` "" sends no orgId."""
        headers = {"Authorization": f"Zoho-oauthtoken {self.answer['access_token']}"}
        if org != "":
            headers["orgId"] = org or self.org
        return await self.http.request(method, f"{self.origin}/api/v1{path}", headers=headers, **sent)

    async def get(self, path: str, *, org: str | None = None, **query: Any) -> httpx.Response:
        """Read; a query parameter called ``from`` is written ``from_``."""
        return await self.call(
            "GET", path, org=org, params={name.rstrip("_"): v for name, v in query.items()}
        )

    async def rows(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """The rows of a 200."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()["data"]
        return rows


@dataclass
class Browser:
    """Consent and token calls."""

    zoho: ZohoSandbox
    http: httpx.AsyncClient
    asked: dict[str, str] = field(default_factory=dict)

    def query(self, **changed: str) -> dict[str, str]:
        """A consent request; an empty value leaves a parameter out."""
        query = {
            "client_id": self.zoho.client_id,
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": READING,
            "access_type": "offline",
            "prompt": "consent",
            "state": "state-1",
            **changed,
        }
        return {name: value for name, value in query.items() if value}

    async def consent(self, user: str, *, dc: str = "eu", **changed: str) -> dict[str, str]:
        """Press a button of the consent page: the callback's parameters."""
        data = {**self.query(**changed), "user": user}
        answer = await self.http.post(f"{self.zoho.origin(dc)}/oauth/v2/consent", data=data)
        assert answer.status_code == 302, answer.text
        return {
            name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()
        }

    async def token(self, dc: str = "eu", path: str = "/oauth/v2/token", **form: str) -> httpx.Response:
        """A call to the token endpoint with the client's id and secret."""
        data = {"client_id": self.zoho.client_id, "client_secret": self.zoho.client_secret, **form}
        return await self.http.post(f"{self.zoho.origin(dc)}{path}", data=data)

    async def exchange(self, code: str, dc: str = "eu", **form: str) -> httpx.Response:
        """Exchange a code."""
        given = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code": code, **form}
        return await self.token(dc, **given)

    async def refresh(self, refresh_token: str, dc: str = "eu", **form: str) -> httpx.Response:
        """Refresh."""
        return await self.token(dc, **{"grant_type": "refresh_token", "refresh_token": refresh_token, **form})

    async def connect(self, user: str, **changed: str) -> Person:
        """Consent and exchange, as the person whose first portal is then used."""
        callback = await self.consent(user, **changed)
        answer = await self.exchange(callback["code"], callback["location"])
        portal = {"priya": "bellbird", "elif": "halden", "jonas": "kestrel"}.get(user, "larkfield")
        return Person(self.http, callback["accounts-server"], answer.json(), ORGS[portal])

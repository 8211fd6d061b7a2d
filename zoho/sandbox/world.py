"""All that the stand-in knows, shared by its data centres."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from aiohttp import web

from zoho.sandbox.calls import Call
from zoho.sandbox.data.files import Catalogue, read_catalogue
from zoho.sandbox.data.seeds import seeded
from zoho.sandbox.faults import Faults
from zoho.sandbox.grants import Grant, Grants, Limits
from zoho.sandbox.organisation import Org
from zoho.sandbox.people import PEOPLE, Person

CLIENT_ID = "1000.STANDINCLIENT"
CLIENT_SECRET = "stand-in-secret-worth-nothing"  # noqa: S105 - the stand-in prints it, it opens nothing else
DUPLICATE_PATH = "/api/v1/products/duplicate"


@dataclass(slots=True)
class Centre:
    """One data centre. ``client_known`` False is a client without this centre switched on."""

    dc: str
    grants: Grants
    client_secret: str
    client_known: bool = True
    origin: str = ""
    redirect_uris: set[str] = field(default_factory=set)


class World:
    """The centres, people and organisations, the faults that are set, and what was asked so far."""

    def __init__(
        self, dcs: tuple[str, ...], *, now: Callable[[], datetime], data: Path | None, duplicate_path: str
    ) -> None:
        """Raises ValueError, in words, when ``data`` does not hold what it should."""
        self.now = now
        self.limits = Limits()
        self.centres = {dc: Centre(dc, Grants(self.limits, now), CLIENT_SECRET) for dc in dcs}
        self.people: dict[str, Person] = {person.key: person for person in PEOPLE if person.dc in dcs}
        self.duplicate_path = duplicate_path
        self.faults = Faults()
        self.calls: list[Call] = []
        self.writes = 0
        self.stopping = asyncio.Event()
        self._catalogue: Catalogue | None = read_catalogue(data) if data else None
        self.organisations: dict[str, Org] = self._organisations()

    def reset(self) -> None:
        """Records, settings, faults and counters as at the start; grants and their tokens stay."""
        self.faults.clear()
        self.calls.clear()
        self.writes = 0
        self.organisations = self._organisations()

    def org(self, name: str) -> Org | None:
        """The organisation with this portal name or id."""
        return self.organisations.get(name) or next(
            (org for org in self.organisations.values() if org.id == name), None
        )

    def home_of(self, token: str) -> Centre | None:
        """The centre that gave out an access token, live or not."""
        return next((centre for centre in self.centres.values() if token in centre.grants.tokens), None)

    def portals_of(self, grant: Grant) -> list[Org]:
        """The organisations a token reaches."""
        return [self.organisations[portal] for portal in grant.portals]

    def _organisations(self) -> dict[str, Org]:
        orgs = {org.portal: org for org in seeded(self.now) if org.dc in self.centres}
        if self._catalogue is not None:
            for org in orgs.values():
                self._catalogue.put_into(org)
        return orgs


WORLD = web.AppKey("world", World)
CENTRE = web.AppKey("centre", Centre)
HOSTS = ("accounts", "api", "desk", "desk_web", "crm_web")


def hosts(world: World) -> dict[str, Mapping[str, str]]:
    """The value for ``ZOHO_HOSTS``: every host of a centre is the stand-in's one origin there."""
    return {dc: dict.fromkeys(HOSTS, centre.origin) for dc, centre in world.centres.items()}

"""The examination: every check at once, told in order."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import httpx
from sqlalchemy.exc import SQLAlchemyError

from bot.app.outside import zoho_side
from bot.blocks.words import counted
from bot.doctor import centres, here, network, slack
from bot.doctor.capture import shapes
from bot.doctor.connections import grants_stand
from bot.doctor.findings import Finding, State, bounded, todo
from bot.settings import Settings
from zoho.access import Zoho
from zoho.client import Client, new_http
from zoho.connections import Connection
from zoho.database import Database


class Limits(NamedTuple):
    """Seconds: for one check, for asking every connection, and for the shapes of one organisation."""

    check: float = 20.0
    connections: float = 60.0
    capture: float = 60.0


def run(settings: Settings, *, capture: bool = False) -> int:
    """Print the report; 0 when nothing has to be done, else 1."""
    return asyncio.run(examine(settings, capture=capture, tell=_print))


async def examine(
    settings: Settings,
    *,
    capture: bool,
    tell: Callable[[str], None],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    limits: Limits = Limits(),  # noqa: B008  # frozen
) -> int:
    """The report, line by line to ``tell``; 0 when nothing has to be done, else 1."""
    database = Database.open(settings.database_url, keys=settings.keys)
    zoho = zoho_side(settings, database, now)
    http = new_http()
    try:
        return await _Examination(settings, database, zoho, http, now, limits, tell).carry_out(capture)
    finally:
        await http.aclose()
        await zoho.close()
        await database.close()


class _Examination(NamedTuple):
    settings: Settings
    database: Database
    zoho: Zoho
    http: httpx.AsyncClient
    now: Callable[[], datetime]
    limits: Limits
    tell: Callable[[str], None]

    async def carry_out(self, capture: bool) -> int:
        settings, seconds = self.settings, self.limits.check
        first = [
            *here.settings_are_read(settings),
            *await bounded("Database", seconds, here.database_is_there(settings, self.database)),
        ]
        self._say(first)
        is_usable = all(finding.state is State.OK for finding in first)
        stored = await self._stored() if is_usable else []
        found = first + await self._in_order(self._checks(stored, is_usable))
        wrong = sum(finding.state is State.TODO for finding in found)
        if capture:
            await self._capture(stored)
        self.tell("")
        self.tell(f"{counted(wrong, 'thing')} to do." if wrong else "Everything is in order.")
        return 1 if wrong else 0

    def _checks(self, stored: Sequence[Connection], is_usable: bool) -> list[Awaitable[list[Finding]]]:
        """Every check, bounded; what needs a database that is not there is told as such."""
        settings, zoho, http = self.settings, self.zoho, self.http
        used = {settings.zoho_home_dc, *(connection.dc for connection in stored)}
        client = Client(http, regions=zoho.regions, organisations=zoho.organisations, now=self.now)
        seconds = self.limits.check
        return [
            bounded("Encryption keys", seconds, self._keys(is_usable)),
            bounded("Slack token", seconds, slack.token_is_taken(settings)),
            bounded("Slack requests", seconds, slack.requests_are_vouched_for(settings)),
            bounded("Clock", seconds, network.clock_is_right(settings, zoho.regions, http, self.now)),
            bounded("Public address", seconds, network.public_address_leads_here(settings, http)),
            bounded("Zoho hosts", seconds, centres.hosts_answer(zoho.regions, http, used)),
            bounded("Zoho client", seconds, centres.client_is_known(settings, zoho.regions, client, used)),
            bounded("Product links", seconds, _at_once(centres.product_links(settings))),
            bounded("Connections", self.limits.connections, self._grants(stored, is_usable)),
        ]

    async def _keys(self, is_usable: bool) -> list[Finding]:
        if not is_usable:
            return [todo("Encryption keys", "not looked at before the database is there")]
        return await here.keys_open(self.settings, self.database)

    async def _grants(self, stored: Sequence[Connection], is_usable: bool) -> list[Finding]:
        if not is_usable:
            return [todo("Connections", "not looked at before the database is there")]
        return await grants_stand(self.zoho, stored, self.now)

    async def _stored(self) -> Sequence[Connection]:
        try:
            return await self.zoho.connections.everybodys()
        except SQLAlchemyError:
            return []

    async def _in_order(self, checks: Sequence[Awaitable[list[Finding]]]) -> list[Finding]:
        """Run them at the same time, and tell each as soon as those before it are told."""
        tasks = [asyncio.ensure_future(check) for check in checks]
        found: list[Finding] = []
        for task in tasks:
            findings = await task
            self._say(findings)
            found += findings
        return found

    def _say(self, findings: Sequence[Finding]) -> None:
        for finding in findings:
            self.tell(finding.line)

    async def _capture(self, stored: Sequence[Connection]) -> None:
        """The shapes that each organisation's endpoints answer, by one connection to it."""
        by_organisation = {(one.dc, one.org_id): one for one in reversed(stored) if one.org_id}
        if not by_organisation:
            self.tell("")
            self.tell("No shapes: they are read with a connection, and nobody is connected.")
        for connection in by_organisation.values():
            self.tell("")
            async for line in shapes(self.zoho, connection, self.limits.capture):
                self.tell(line)


async def _at_once(findings: list[Finding]) -> list[Finding]:
    return findings


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

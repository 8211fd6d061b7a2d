"""Each connection's grant, looked at as ``/duplicates status`` does, in the same words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.blocks.status import Check, Endpoint, Report, checks
from bot.blocks.words import clean, counted
from bot.doctor.findings import Finding, note, ok, todo
from bot.status import look
from zoho.access import Zoho
from zoho.connections import Connection

MOST = 20
_AT_ONCE = 4
_WHAT = "Connections"


async def grants_stand(
    zoho: Zoho, stored: Sequence[Connection], now: Callable[[], datetime]
) -> list[Finding]:
    """A line for each connection that is well, and for each thing that is not; at most `MOST` are asked."""
    if not stored:
        return [ok(_WHAT, "nobody is connected yet")]
    seats = asyncio.Semaphore(_AT_ONCE)

    async def one(connection: Connection) -> list[Finding]:
        async with seats:
            return await _looked_at(zoho, connection, now)

    found = await asyncio.gather(*(one(connection) for connection in stored[:MOST]))
    lines = [finding for findings in found for finding in findings]
    if len(stored) > MOST:
        left = counted(len(stored) - MOST, "more was", "more were")
        lines.append(note(_WHAT, f"{left} not asked; /duplicates status does it for each person"))
    return lines


async def _looked_at(zoho: Zoho, connection: Connection, now: Callable[[], datetime]) -> list[Finding]:
    what = f"Connection of {connection.who.user} in {connection.who.workspace}"
    if connection.choices:
        how = "the person chooses one in Slack"
        return [note(what, f"one of {len(connection.choices)} portals is still to be chosen; {how}")]
    report = _without_zohos_words(await look(zoho, connection, now))
    lines = checks(report)
    where = f"{clean(report.org_name)}, {report.region_name}"
    how = "/duplicates status leads that person to the way out"
    wrong = [todo(what, f"{where}: {_words(line)}; {how}") for line in lines if not line.is_well]
    if wrong:
        return wrong
    told = ("Access", "Permissions", "Product duplicates")
    said = "; ".join(_words(line) for line in lines if line.name in told)
    return [ok(what, f"{where}: {said}")]


def _without_zohos_words(report: Report) -> Report:
    """Zoho's own words may name a record; the person reads them in Slack."""
    if report.endpoint is None or not report.endpoint.error:
        return report
    return replace(report, endpoint=Endpoint(trouble="an error key, told by /duplicates status"))


def _words(line: Check) -> str:
    return f"{line.name} {line.said}{', '.join(line.names)}{line.then}"

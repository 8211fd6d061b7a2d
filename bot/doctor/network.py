"""The clock against others' clocks, and whether the bot is where PUBLIC_URL says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from bot.doctor.findings import Finding, note, ok, todo
from bot.settings import Settings
from zoho.regions import Regions, is_loopback

SECONDS = 8.0
_TOLERANCE = timedelta(seconds=30)


async def clock_is_right(
    settings: Settings, regions: Regions, http: httpx.AsyncClient, now: Callable[[], datetime]
) -> list[Finding]:
    """Against the ``Date`` of Slack's and of Zoho's answers."""
    asked = {
        "Slack": f"{settings.slack_api_url}api.test",
        "Zoho": f"{regions[settings.zoho_home_dc].accounts}/oauth/serverinfo",
    }
    found = await asyncio.gather(*(_ahead(http, address, now) for address in asked.values()))
    known = {name: ahead for name, ahead in zip(asked, found, strict=True) if ahead is not None}
    if not known:
        return [note("Clock", "nobody's clock could be read to compare")]
    wrong = {name: ahead for name, ahead in known.items() if abs(ahead) > _TOLERANCE}
    if not wrong:
        return [ok("Clock", f"agrees with {' and '.join(known)}")]
    told = " and ".join(f"{_apart(ahead)} {name}’s" for name, ahead in wrong.items())
    why = "from five minutes on Slack’s requests are refused, and tokens are renewed at the wrong time"
    return [todo("Clock", f"{told}: set this machine’s clock (NTP); {why}")]


async def _ahead(http: httpx.AsyncClient, address: str, now: Callable[[], datetime]) -> timedelta | None:
    """How far our clock is ahead of the answer's, half the way there and back left out."""
    before = now()
    try:
        answer = await http.get(address, timeout=SECONDS, follow_redirects=False)
        theirs = parsedate_to_datetime(answer.headers.get("date", ""))
    except (httpx.HTTPError, ValueError):
        return None
    after = now()
    # The header has whole seconds, so half a second is left out as well.
    return before + (after - before) / 2 - theirs - timedelta(seconds=0.5) if theirs.tzinfo else None


def _apart(ahead: timedelta) -> str:
    seconds = round(abs(ahead).total_seconds())
    return f"{seconds} seconds {'ahead of' if ahead > timedelta() else 'behind'}"


async def public_address_leads_here(settings: Settings, http: httpx.AsyncClient) -> list[Finding]:
    """Whether ``serve`` answers at PUBLIC_URL, and who could ask it there."""
    what, address = "Public address", settings.public_url
    try:
        answer = await http.get(f"{address}/healthz", timeout=SECONDS, follow_redirects=False)
    except httpx.HTTPError as error:
        how = "start python -m bot serve, and see that the address leads to its port"
        return [todo(what, f"{address} does not answer ({type(error).__name__}): {how}")]
    if answer.status_code != 200 or answer.text.strip() != "ok":
        how = "see where the address or the proxy before it leads"
        return [todo(what, f"{address}/healthz is answered by something else ({answer.status_code}): {how}")]
    if is_loopback(urlsplit(address).hostname):
        reach = "this machine alone reaches it: people connect from here, and Slack only by Socket Mode"
        return [note(what, f"{address} answers; {reach}")]
    return [ok(what, f"{address} answers")]

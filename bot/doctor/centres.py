"""Zoho: whether its hosts answer, and whether they know this installation's client."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from bot.app.outside import credentials, redirect_uri
from bot.blocks.words import in_words
from bot.doctor.findings import Finding, note, ok, todo
from bot.settings import Settings
from zoho.client import Call, Client
from zoho.errors import ClientRefused, CodeRefused, NoAnswer, TokenThrottled, ZohoError
from zoho.oauth import read_token_answer
from zoho.regions import Region, Regions

SECONDS = 8.0
_NO_CODE = "1000.doctor.asks-whether-the-client-is-known"
_CONSOLE = "Zoho API console, the client’s Settings"


class Known(StrEnum):
    """What a data centre says of the client."""

    YES = "known"
    NO = "not known"
    OTHER_SECRET = "known, but by another secret"  # noqa: S105  # words
    OTHER_ADDRESS = "known, but not for this redirect URI"
    NO_SECRET = "without a secret of ours"  # noqa: S105  # words
    BUSY = "asks for a pause"
    SILENT = "does not answer"
    ODD = "answers with something else"


class Centre(NamedTuple):
    """One data centre and its answer."""

    region: Region
    known: Known


async def client_is_known(
    settings: Settings, regions: Regions, client: Client, used: Collection[str]
) -> list[Finding]:
    """Each data centre's answer to a code that cannot be good: the client is known where only the code is
    refused. Those of ``used`` (the client's own, and where people are connected) have to know it.

    https://www.zoho.com/accounts/protocol/oauth/multi-dc.html
    """
    centres = await asyncio.gather(*(_ask(settings, region, client) for region in regions))
    needed = sorted(
        (centre for centre in centres if centre.region.dc in used),
        key=lambda centre: centre.region.dc != settings.zoho_home_dc,
    )
    others = [centre for centre in centres if centre not in needed]
    return [*(_needed(settings, centre) for centre in needed), *_others(others), _redirect(settings)]


async def _ask(settings: Settings, region: Region, client: Client) -> Centre:
    ours = credentials(settings)
    try:
        form = {
            "grant_type": "authorization_code",
            "client_id": ours.client_id,
            "client_secret": ours.secret(region.dc),
            "redirect_uri": redirect_uri(settings),
            "code": _NO_CODE,
        }
    except ClientRefused:
        return Centre(region, Known.NO_SECRET)
    try:
        async with asyncio.timeout(SECONDS):
            answer = await client.send(Call("POST", f"{region.accounts}/oauth/v2/token", form=form))
        read_token_answer(answer.status, answer.body, lost=CodeRefused)
    except (ZohoError, TimeoutError) as error:
        return Centre(region, _meaning(error))
    return Centre(region, Known.ODD)


def _meaning(error: BaseException) -> Known:
    match error:
        case CodeRefused():
            return Known.YES
        case ClientRefused(code="invalid_client_secret"):
            return Known.OTHER_SECRET
        case ClientRefused(code="invalid_redirect_uri"):
            return Known.OTHER_ADDRESS
        case ClientRefused():
            return Known.NO
        case TokenThrottled():
            return Known.BUSY
        case NoAnswer() | TimeoutError():
            return Known.SILENT
        case _:
            return Known.ODD


def _needed(settings: Settings, centre: Centre) -> Finding:
    what = f"Zoho client in {centre.region.name}"
    host = urlsplit(centre.region.accounts).netloc
    match centre.known:
        case Known.YES:
            return ok(what, f"known at {host}")
        case Known.NO if centre.region.dc == settings.zoho_home_dc:
            how = "look at ZOHO_CLIENT_ID, at the secret, and at ZOHO_HOME_DC: where the client was made"
            return todo(what, f"{host} answers invalid_client: {how}")
        case Known.NO:
            how = f"{_CONSOLE}: switch Multi DC on for it, or name its own secret in ZOHO_CLIENT_SECRETS"
            return todo(what, f"{host} answers invalid_client. {how}")
        case Known.OTHER_SECRET:
            how = f"copy the one for this region from the {_CONSOLE} into ZOHO_CLIENT_SECRETS"
            return todo(what, f"{host} knows the client by another secret: {how}")
        case Known.OTHER_ADDRESS:
            return todo(what, f"{host} refuses the redirect URI: enter exactly the one below")
        case Known.NO_SECRET:
            return todo(
                what, "no secret is set for it: ZOHO_CLIENT_SECRET, or an entry in ZOHO_CLIENT_SECRETS"
            )
        case Known.BUSY:
            return note(what, f"{host} asks for a pause; run doctor again in ten minutes")
        case Known.SILENT:
            return todo(what, f"{host} does not answer: look at the network and at ZOHO_HOSTS")
        case _:
            return todo(what, f"{host} answers, but not as Zoho’s accounts server does: look at ZOHO_HOSTS")


def _others(centres: Sequence[Centre]) -> list[Finding]:
    """Regions that nobody uses, those with the same answer together."""
    what = "Zoho client elsewhere"
    found = []
    for known in Known:
        names = [centre.region.name for centre in centres if centre.known is known]
        if not names:
            continue
        if known is Known.YES:
            found.append(ok(what, f"known in {in_words(names)} too"))
        elif known is Known.NO:
            how = f"for people there: {_CONSOLE}, Multi DC"
            found.append(note(what, f"not known in {in_words(names)}, where nobody is connected; {how}"))
        else:
            found.append(note(what, f"{known} in {in_words(names)}, where nobody is connected"))
    return found


def _redirect(settings: Settings) -> Finding:
    said = f"in the Zoho API console the client needs exactly this: {redirect_uri(settings)}"
    return note("Redirect URI", said)


async def hosts_answer(regions: Regions, http: httpx.AsyncClient, used: Collection[str]) -> list[Finding]:
    """Whether Desk answers in every region that is used, as Desk does to a stranger."""
    return list(await asyncio.gather(*(_desk(regions[dc], http) for dc in sorted(used))))


async def _desk(region: Region, http: httpx.AsyncClient) -> Finding:
    what = f"Zoho Desk in {region.name}"
    if not region.desk:
        return todo(what, "Zoho publishes no address for it: name desk and desk_web in ZOHO_HOSTS")
    host = urlsplit(region.desk).netloc
    try:
        answer = await http.get(
            f"{region.desk}/api/v1/organizations", timeout=SECONDS, follow_redirects=False
        )
    except httpx.HTTPError as error:
        return todo(
            what, f"{host} does not answer ({type(error).__name__}): look at the network and ZOHO_HOSTS"
        )
    if answer.status_code == httpx.codes.UNAUTHORIZED and b"errorCode" in answer.content:
        return ok(what, f"{host} answers")
    return todo(what, f"{host} answers {answer.status_code}, but not as Zoho Desk does: look at ZOHO_HOSTS")


def product_links(settings: Settings) -> list[Finding]:
    """The one address that Zoho documents nowhere."""
    if not settings.zoho_product_link:
        return [ok("Product links", "switched off (ZOHO_PRODUCT_LINK is empty)")]
    how = "open one product from a list; if it leads elsewhere, change ZOHO_PRODUCT_LINK or leave it empty"
    return [note("Product links", f"Zoho documents no address of a product: {how}")]

"""The routes that are not Slack's: the page before Zoho's consent, the way back, and two looks at health."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

import structlog
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot import failures
from bot.blocks import connection as connecting
from bot.blocks.flags import writing_allowed
from bot.blocks.pages import Asking, Page, connect_page, connected_page, slack_address
from bot.blocks.words import labels
from bot.decisions import Flagging, Released
from bot.failures import Failing
from bot.jobs import Connected, Jobs, People, Reply, Voice, resumed
from bot.jobs.workers import Workers
from bot.sharing import Sharing
from bot.store import Asked, Store
from bot.subscribing import Owners
from zoho import oauth
from zoho.access import Zoho
from zoho.connections import Connection
from zoho.database import Database
from zoho.errors import StateRefused, ZohoError
from zoho.records import Who

log = structlog.get_logger(__name__)

COOKIE = "zoho_connect"
_COOKIE_SECONDS = 900
_REVISIONS = text("SELECT version_num FROM alembic_version")
_FORM = "application/x-www-form-urlencoded"
_LONGEST_FORM = 1000

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True)
class Web:
    """The connect flow in the browser, and what follows in Slack when it ends well."""

    database: Database
    zoho: Zoho
    store: Store
    jobs: Jobs
    voice: Voice
    people: People
    sharing: Sharing
    flagging: Flagging
    owners: Owners
    public_url: str
    revision: frozenset[str]
    workers: Workers
    now: Callable[[], datetime]

    def register(self, app: web.Application) -> None:
        """Add the routes, and name what carries on after a connection."""
        app.on_response_prepare.append(_guarded)
        app.router.add_get("/zoho/connect", self.ask)
        app.router.add_post("/zoho/connect", self.go)
        app.router.add_get("/zoho/callback", self.come_back, allow_head=False)
        app.router.add_get("/healthz", self.healthz)
        app.router.add_get("/readyz", self.readyz)
        self.jobs.on(Connected, self.connected)

    # Pages

    async def ask(self, request: web.Request) -> web.Response:
        """Whose bot this link feeds and what will be read. Looking spends nothing: scanners open links."""
        link = request.query.get("link", "")
        try:
            attempt = await self.zoho.connections.peek_attempt(link)
            if attempt is None:
                raise StateRefused
        except (ZohoError, SQLAlchemyError) as error:
            return await self._failed(error)
        return _shown(connect_page(await self._asking(attempt.who), link, attempt.scopes))

    async def go(self, request: web.Request) -> web.Response:
        """The button of that page: a cookie for this browser, and on to Zoho."""
        try:
            if not self._is_from_our_page(request):
                raise StateRefused
            consent = await self.zoho.oauth.begin(await _link_posted(request))
        except (ZohoError, SQLAlchemyError) as error:
            return await self._failed(error)
        response = web.Response(status=303, headers={"Location": consent.url})
        response.set_cookie(
            COOKIE,
            consent.cookie,
            max_age=_COOKIE_SECONDS,
            path="/zoho",
            httponly=True,
            samesite="Lax",
            secure=self.public_url.startswith("https:"),
        )
        return response

    async def come_back(self, request: web.Request) -> web.Response:
        """Zoho's callback: state and cookie are demanded, the attempt is spent, the connection stored."""
        try:
            done = await self.zoho.oauth.finish(dict(request.query), request.cookies.get(COOKIE, ""))
        except (ZohoError, SQLAlchemyError) as error:
            return await self._failed(error)
        response = _shown(await self._connected_page(done))
        response.del_cookie(COOKIE, path="/zoho")
        self.jobs.hand_over(
            Connected(
                who=done.connection.who,
                home=done.connection.who.workspace,
                reply=Reply("", ""),
                key="",
                at=self.now(),
                product=done.connection.product,
                asked=done.resume,
            )
        )
        return response

    async def _connected_page(self, done: oauth.Connected) -> Page:
        stands = done.connection
        asked = await self.store.asked.peek(stands.who, done.resume)
        return connected_page(
            await self._asking(stands.who),
            stands.org_name,
            self.zoho.regions[stands.dc].name,
            sorted(stands.scopes),
            await self._slack_address(),
            going_on=asked is not None and not asked.group_key and not stands.choices,
        )

    async def _asking(self, who: Who) -> Asking:
        """Whose bot it is; by their ids where Slack does not say the names, for the page must say whose."""
        return Asking(
            await self.people.name(who.user) or who.user,
            await self.people.workspace_name() or who.workspace,
        )

    async def _slack_address(self) -> str:
        known = self.people.known_workspace
        return slack_address(known.id, known.app_id) if known else slack_address("", "")

    async def _failed(self, error: Exception) -> web.Response:
        reference = failures.new_reference()
        log.info("connect_failed", error=type(error).__name__, reference=reference)
        about = Failing(reference=reference, at=self.now())
        return _shown(failures.page(error, about, await self._slack_address()), status=400)

    def _is_from_our_page(self, request: web.Request) -> bool:
        """A form on a stranger's page must not take the place of ours, which says whose bot it feeds."""
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        origin = request.headers.get("Origin", "null")
        # Our own page sends the origin "null", for it tells nobody where it was.
        return site in ("same-origin", "none") and origin in ("null", self.public_url)

    # Health

    async def healthz(self, request: web.Request) -> web.Response:
        """The process lives."""
        return web.Response(text="ok\n")

    async def readyz(self, request: web.Request) -> web.Response:
        """The database answers, and has the revision that this process was made for. That no worker is there
        is said, and changes nothing: this process answers Slack all the same."""
        try:
            async with self.database.read() as reader:
                found = frozenset((await reader.execute(_REVISIONS)).scalars())
        except SQLAlchemyError:
            return web.Response(status=503, text="the database does not answer\n")
        if found != self.revision:
            return web.Response(status=503, text="the database is not up to date\n")
        missing = "no worker has been seen for a minute\n" if self.workers.are_missing else ""
        return web.Response(text=f"ok\n{missing}")

    # Afterwards, in Slack

    async def connected(self, job: Connected) -> None:
        """Say as whom and where; then carry out what waited, and write the flags that waited."""
        stands = await self.zoho.connections.get(job.who, job.product)
        if stands is None:
            return
        asked = await self.store.asked.peek(job.who, job.asked)
        try:
            await self.voice.tell(job.who.user, connecting.connected(self._facts(stands, asked)))
        finally:
            # What waited goes on, also where Slack lets the app write no direct message.
            if not stands.choices:
                await self.owners.found(job.who, stands.org_id, job.product)
                await self._go_on(job, asked)

    async def _go_on(self, job: Connected, asked: Asked | None) -> None:
        if asked is not None and not asked.group_key:
            await self._resume(job)
        await self._release(job, asked)

    async def _resume(self, job: Connected) -> None:
        asked = await self.store.asked.take(job.who, job.asked)
        if asked is not None:
            self.jobs.hand_over(resumed(asked, self.now()))

    async def _release(self, job: Connected, asked: Asked | None) -> None:
        """Write what waited for the permission; the list with the group is drawn again where it stands."""
        access = await self.zoho.open(job.who, job.product)
        released = await self.flagging.release(job.who, access)
        if asked is not None and asked.group_key:
            shown = await self.store.lists.group(job.who.workspace, asked.group_key)
            there = resumed(asked, self.now())
            if shown is not None and (there.reply.response_url or await self.sharing.of(there, shown)):
                await self.sharing.show_again(there, shown, access)
        if released != Released():
            await self.voice.tell(job.who.user, writing_allowed(released.written, released.refused))

    def _facts(self, stands: Connection, asked: Asked | None) -> connecting.Connected:
        region = self.zoho.regions[stands.dc]
        return connecting.Connected(
            org_name=stands.org_name,
            portal=stands.portal,
            region_name=region.name,
            host=urlsplit(region.desk_web).hostname or "",
            user_name=stands.zoho_user,
            writing=bool(connecting.writes(sorted(stands.scopes))),
            going_on=labels(asked.modules) if asked is not None and not asked.group_key else "",
            choices=stands.choices,
        )


async def _link_posted(request: web.Request) -> str:
    """The link in the form of our page; "" when the body is no such form, and so no link of ours.

    Our page sends a short line of plain letters. Nothing else is looked into, whatever encoding it names:
    some take a minute for a megabyte, and nobody is answered meanwhile.
    """
    if request.content_type != _FORM:
        return ""
    try:
        body = await request.read()
    except web.RequestPayloadError:
        return ""
    if len(body) > _LONGEST_FORM or not body.isascii():
        return ""
    return dict(parse_qsl(body.decode())).get("link", "")


async def _guarded(request: web.Request, response: web.StreamResponse) -> None:
    """What goes for every answer, also about what does not exist. Which software gave it is left out."""
    response.headers.update(_HEADERS)
    response.headers.pop("Server", None)


def _shown(page: Page, *, status: int = 200) -> web.Response:
    return web.Response(
        status=status,
        text=page.html,
        content_type="text/html",
        headers={"Content-Security-Policy": page.policy},
    )

"""Draws and publishes the Home tab: when it is opened, and after whatever its person did.

It is made for one person and never pushed to anybody else.
https://docs.slack.dev/reference/methods/views.publish
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from weakref import WeakValueDictionary

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot import failures, ids
from bot.blocks.alerts.told import AlertsTold
from bot.blocks.dismissed import DismissedRow
from bot.blocks.home import (
    SHOWN_ALERTS,
    HomeAlerts,
    HomeConnection,
    HomePage,
    home,
    home_elsewhere,
    home_not_connected,
    home_plain,
)
from bot.blocks.parts import Link
from bot.blocks.queue import OwnFlag, QueuePage
from bot.decisions import DismissedHistory, FlagQueue, OwnDecisions
from bot.ids import ListPlace
from bot.jobs import Click, HomeOpened, Invitations, Job, Jobs, People, Voice, understood
from bot.jobs.retries import reason
from bot.jobs.voice import SLACK_TROUBLE
from bot.store import HomeRow, Store, Subscription
from zoho.access import Zoho
from zoho.connections import Connection, Status
from zoho.errors import GrantLost, KeyLost, NoAnswer, OrganisationRefused, WrongRegion, ZohoError
from zoho.records import Product, Who
from zoho.scopes import to_ask

log = structlog.get_logger(__name__)

SECONDS_TO_READ = 20.0
SHOWN_OWN = 5

# What only a new connection mends.
_LOST = (GrantLost, KeyLost, OrganisationRefused, WrongRegion)
_REFUSED_BLOCKS = ("invalid_blocks", "invalid_arguments", "view_too_large")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A tab ready to be published, and the flag after which its page of flags begins.

    ``has_changed`` when reading for it changed what it shows: a flag left, a grant turned out to be lost.
    """

    view: View
    start: str = ""
    has_changed: bool = False


@dataclass(frozen=True)
class Home:
    """Everybody's Home tab. ``told`` puts alerts into words."""

    jobs: Jobs
    zoho: Zoho
    store: Store
    client: AsyncWebClient
    voice: Voice
    people: People
    invitations: Invitations
    queue: FlagQueue
    history: DismissedHistory
    told: Callable[[Subscription], Awaitable[AlertsTold]]
    now: Callable[[], datetime]
    seconds_to_read: float = SECONDS_TO_READ
    _publishing: WeakValueDictionary[Who, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def register(self) -> None:
        """Name what opens a tab, and what keeps it true."""
        self.jobs.on(HomeOpened, self.opened)
        self.jobs.afterwards(self.keep_up)

    async def opened(self, job: HomeOpened) -> None:
        """Somebody looks at their tab: from the oldest flag on, with a fresh link."""
        await self._publish(job, ListPlace())

    async def turn(self, job: Click) -> None:
        """Another page of flags, in the tab itself."""
        place = await understood(self.voice, job, ids.read_list_place)
        if place is not None:
            await self._publish(job, place)

    async def keep_up(self, job: Job) -> None:
        """After a job: publish its person's tab again, if they have one and it shows something else now."""
        shown = await self.store.homes.get(job.who)
        if shown is not None and shown.stamp != await self._stamp(job.who):
            await self._publish(job, ListPlace(after=shown.start))

    async def _publish(self, job: Job, place: ListPlace) -> None:
        """One at a time for each person. Trouble with Slack is logged here, for nobody waits for it."""
        lock = self._publishing.setdefault(job.who, asyncio.Lock())
        async with lock:
            shown = await self.store.homes.get(job.who)
            try:
                await self._draw_and_send(job, place, shown.hash if shown else "")
            except SLACK_TROUBLE as error:
                await self._unpublished(job.who, error)

    async def _draw_and_send(self, job: Job, place: ListPlace, known: str) -> None:
        """``known`` is Slack's hash for the view that is to be replaced; where another one was published
        meanwhile, the tab is drawn once more from what holds now."""
        stamp = await self._stamp(job.who)
        drawn = await self._draw(job, place)
        if drawn.has_changed:
            stamp = await self._stamp(job.who)
        try:
            published = await self._send(job.who, drawn.view, known)
        except SlackApiError as error:
            if _code(error) == "hash_conflict" and known:
                await self._draw_and_send(job, place, "")
                return
            if _code(error) not in _REFUSED_BLOCKS:
                raise
            log.warning("home_blocks_refused", error=_code(error))
            published = await self._send(job.who, home_plain(), "")
        await self.store.homes.keep(job.who, HomeRow(published, stamp, drawn.start))

    async def _send(self, who: Who, view: View, known: str) -> str:
        """Publish; out comes the new hash. Raises SlackApiError."""
        answer = await self.client.views_publish(user_id=who.user, view=view.to_dict(), hash=known or None)
        return str(answer["view"]["hash"])

    async def _unpublished(self, who: Who, error: Exception) -> None:
        code = _code(error)
        if code == "not_enabled":
            log.warning("home_tab_is_off", hint="switch it on under App Home, or use manifest.yml")
            await self.store.homes.forget(who)
        else:
            log.warning("home_not_published", error=code or type(error).__name__)

    async def _stamp(self, who: Who) -> str:
        """Differs whenever the tab would show something else; costs no call."""
        connection = await self.zoho.connections.get(who, Product.DESK)
        flags = await self.store.queue.stamp(who.workspace)
        alerts = await self._own_alerts(who)
        shown = "unread" if alerts is None else ".".join(f"{one.id}:{one.revision}" for one in alerts)
        return f"{_facts(connection)} {flags} {await self.store.dismissed.stamp(who.workspace)} {shown}"

    # Drawing

    async def _draw(self, job: Job, place: ListPlace) -> Drawn:
        person = await self.people.person(job.who.user)
        if person.team not in ("", job.who.workspace):
            return Drawn(home_elsewhere(await self.people.workspace_name()))
        connection = await self.zoho.connections.get(job.who, Product.DESK)
        open_flags = await self.store.queue.length_of_all(job.who.workspace)
        if connection is None:
            return Drawn(home_not_connected(await self.invitations.connect(job), open_flags=open_flags))
        alerts = await self._own_alerts(job.who)
        page = HomePage((), open_flags=open_flags)
        if alerts is None:
            return await self._draw_unread(job, connection, KeyLost(), page)
        page = replace(page, alerts=await self._told(alerts, person.zone))
        if connection.status is Status.NEEDS_RECONNECT:
            return await self._draw_unread(job, connection, GrantLost(), page)
        if connection.choices:
            return Drawn(home(replace(page, connections=(await self._line(job, connection),))))
        return await self._draw_connected(job, connection, place, page)

    async def _draw_connected(
        self, job: Job, connection: Connection, place: ListPlace, page: HomePage
    ) -> Drawn:
        """With the flags, or with why they could not be read."""
        try:
            async with asyncio.timeout(self.seconds_to_read):
                queue, own = await self._read(job.who, place)
        except TimeoutError:
            return await self._draw_unread(job, connection, NoAnswer(), page, place.after)
        except ZohoError as error:
            return await self._draw_unread(job, connection, error, page, place.after)
        line = await self._line(job, connection)
        page = replace(page, connections=(line,), queue=queue, own=own)
        return Drawn(home(page), queue.start, has_changed=queue.solved > 0)

    async def _draw_unread(
        self, job: Job, connection: Connection, error: ZohoError, page: HomePage, start: str = ""
    ) -> Drawn:
        """Why the flags are not shown, and a new connection where only that helps."""
        log.info("home_flags_not_read", error=type(error).__name__)
        is_lost = isinstance(error, _LOST)
        line = await self._line(job, connection, is_lost=is_lost)
        page = replace(page, connections=(line,), trouble=failures.in_a_row(error))
        return Drawn(home(page), start, has_changed=is_lost)

    async def _read(self, who: Who, place: ListPlace) -> tuple[QueuePage, tuple[DismissedRow | OwnFlag, ...]]:
        """The flags, and what this person decided last."""
        access = await self.zoho.open(who)
        page = await self.queue.page(access, place)
        own = OwnDecisions(self.queue, self.history)
        return page, await own.latest(access, SHOWN_OWN, page.rows)

    async def _own_alerts(self, who: Who) -> tuple[Subscription, ...] | None:
        """What this person has set up, wherever it speaks; None where the key for it is lost. The tab is
        drawn after everything they do: that must not be told beside each answer."""
        try:
            return await self.store.subscriptions.standing(who.workspace, owner=who.user)
        except KeyLost:
            return None

    async def _told(self, own: Sequence[Subscription], zone: tzinfo) -> HomeAlerts:
        rows = [await self.told(one) for one in own[:SHOWN_ALERTS]]
        return HomeAlerts(tuple(rows), len(own), self.now(), zone)

    async def _line(self, job: Job, connection: Connection, *, is_lost: bool = False) -> HomeConnection:
        """The connection and its health."""
        return HomeConnection(
            org_name=connection.org_name,
            region_name=self.zoho.regions[connection.dc].name,
            link=await self._reconnect(job, connection) if is_lost else None,
            choices=connection.choices,
            paused_until=connection.throttled_until,
        )

    async def _reconnect(self, job: Job, connection: Connection) -> Link:
        return await self.invitations.connect(job, scopes=to_ask(connection.scopes))


def _facts(connection: Connection | None) -> str:
    """What the tab shows of a connection, in one line."""
    if connection is None:
        return "none"
    shown = (connection.dc, connection.org_id, connection.org_name, len(connection.choices))
    return repr((*shown, connection.status is Status.NEEDS_RECONNECT, connection.connected_at.timestamp()))


def _code(error: Exception) -> str:
    """Slack's word for a refusal, "" for trouble of another kind."""
    return reason(error) if isinstance(error, SlackApiError) else ""

"""The only place where objects meet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.actions import Actions
from bot.alerts.digests import Digests
from bot.alerts.owners import AlertOwners
from bot.alerts.posting import Posting, alert_client
from bot.alerts.service import Alerts
from bot.app.outside import zoho_side
from bot.app.running import Bot, Part
from bot.app.slack import ListenerErrors, SlackRoute, new_bolt
from bot.app.socket import SocketMode
from bot.commands import Commands, Shortcut
from bot.commands.reading import filters, is_search
from bot.decisions import DismissedHistory, Flagging, FlagQueue
from bot.decisions import Dismissing as DismissingDecision
from bot.details import Details
from bot.dismissed import DismissedInSlack
from bot.dismissing import Dismissing
from bot.events import Events
from bot.flagged import Flagged
from bot.home import Home
from bot.jobs import Channels, Invitations, Jobs, Keeping, LongRead, People, Reception, Troubles, Voice
from bot.jobs.keeping import COMMAND, READ
from bot.jobs.workers import Workers
from bot.metrics import Metrics, MetricsPort
from bot.migrations import newest
from bot.schedules import Schedules
from bot.searches import CEILING_SECONDS, Checking, Drawing, LongReads, Patience, Searches
from bot.settings import Settings
from bot.sharing import Sharing
from bot.status import Statuses
from bot.store import Store
from bot.subscribing import (
    Alerting,
    Introductions,
    KnownGroups,
    Owners,
    Previews,
    SettingUp,
    Telling,
    either,
)
from bot.views import Views
from bot.web import Web
from zoho.access import CALL_SECONDS
from zoho.database import Database

if TYPE_CHECKING:
    from bot.jobs.queue import WorkQueue


def build(
    settings: Settings,
    *,
    now: Callable[[], datetime] | None = None,
    socket_mode: bool = False,
    call_seconds: float = CALL_SECONDS,
    search_seconds: float = CEILING_SECONDS,
    is_worker: bool = False,
) -> Bot:
    """Put a bot together; nothing is opened before `Bot.start`.

    With ``socket_mode`` Slack is heard over a connection of ours, and not by HTTP: nothing would be signed.
    A call to Zoho is given up after ``call_seconds``, a search that is no job after ``search_seconds``. A
    worker needs PostgreSQL: it does not hear Slack.
    """
    clock = now or _utc_now
    database = Database.open(settings.database_url, keys=settings.keys)
    store = Store(database, clock)
    metrics = Metrics(database, store.unfinished, clock)
    zoho = zoho_side(
        settings,
        database,
        clock,
        call_seconds=call_seconds,
        hearing=metrics,
        dismissals=store.dismissals,
    )
    client = _client(settings)
    invitations = Invitations(zoho, store, public_url=settings.public_url, now=clock)
    voice = Voice(client, invitations.once_more)
    people = People(client, clock)
    troubles = Troubles(zoho=zoho, voice=voice, invitations=invitations, now=clock)
    entries = _queue(settings, database)
    workers = Workers(database)
    keeping = Keeping(
        store.unfinished,
        voice,
        invitations,
        clock,
        entries=entries,
        is_long=is_search,
        are_missing=lambda: workers.are_missing,
    )
    jobs = Jobs(claim=keeping.claim, report=troubles.report)
    jobs.afterwards(keeping.finished)
    jobs.timed(LongRead, metrics.scanned)
    secret = settings.slack_signing_secret.get_secret_value()
    bolt = new_bolt(client, secret, people)
    shared: dict[str, Any] = {"zoho": zoho, "store": store, "voice": voice, "now": clock}
    patience = Patience(voice, clock, search_seconds)
    drawing = Drawing(store, settings.observe_only)
    long_reads = LongReads(**shared, jobs=jobs, drawing=drawing, entries=entries)
    long_reads.register()
    searches = Searches(
        **shared, invitations=invitations, drawing=drawing, patience=patience, long_reads=long_reads
    )
    checking = Checking(searches, store, voice, drawing, patience)
    reception = Reception(people, voice)
    flagging = Flagging(zoho, store, people)
    digests = Digests(zoho, store, voice, people, drawing)
    sharing = Sharing(zoho, store, voice, people, Channels(client), searches, flagging, digests)
    details = Details(store, voice, searches, flagging, sharing, clock)
    queue = FlagQueue(zoho, store, people, flagging, clock)
    history = DismissedHistory(zoho, store, people, clock)
    dismissing = Dismissing(
        store, voice, people, searches, sharing, DismissingDecision(zoho, store, flagging)
    )
    dismissed = DismissedInSlack(zoho, store, voice, invitations, searches, sharing, history)
    flagged = Flagged(zoho, store, voice, invitations, searches, sharing, people, queue)
    telling = Telling(zoho, store, voice, people)
    home = Home(
        **shared,
        jobs=jobs,
        client=client,
        people=people,
        invitations=invitations,
        queue=queue,
        history=history,
        told=telling.told,
    )
    home.register()
    desk: dict[str, Any] = {
        **shared,
        "jobs": jobs,
        "reception": reception,
        "invitations": invitations,
        "searches": searches,
        "flagged": flagged,
        "dismissed": dismissed,
    }
    statuses = Statuses(zoho, store, voice, invitations, patience, clock)
    owners = Owners(store, voice, telling, invitations, clock)
    alert_owners = AlertOwners(store, voice, digests)
    poster, watch = alert_client(
        token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url
    )
    draw = either(telling.introduction, digests.draw)
    posting = Posting(store.ledger, poster, watch, draw, alert_owners, clock, telling.stands)
    setting_up = SettingUp(
        **shared,
        people=people,
        channels=Channels(client),
        telling=telling,
        introductions=Introductions(store.ledger, posting),
        database=database,
        read_filters=filters,
    )
    previews = Previews(zoho, voice, Channels(client), filters, clock)
    known = KnownGroups(zoho, store, voice, drawing)
    alerting = Alerting(store, voice, setting_up, telling, previews, known, clock)
    alerts = Alerts(
        zoho=zoho,
        store=store,
        database=database,
        schedules=Schedules(database, store.ledger),
        digests=digests,
        posting=posting,
        owners=owners,
        introductions=telling,
        unread=alert_owners,
        channels=Channels(client),
        now=clock,
        took=metrics.scanned,
    )
    commands = Commands(**desk, checking=checking, statuses=statuses, alerting=alerting)
    commands.register(bolt)
    if entries is not None:
        entries.on(COMMAND, lambda key: keeping.carry_out(key, jobs.run))
        entries.on(READ, long_reads.take_up)
    Shortcut(jobs, voice, reception, checking, clock).register(bolt)
    clicked: dict[str, Any] = {"flagging": flagging, "long_reads": long_reads, "sharing": sharing}
    clicked |= {"details": details, "home": home, "alerting": alerting, "setting_up": setting_up}
    clicked |= {"digests": digests, "dismissing": dismissing}
    Actions(**desk, **clicked).register(bolt)
    Views(jobs, reception, sharing, setting_up, dismissing, clock).register(bolt)
    Events(jobs, zoho, store, clock).register(bolt)
    ListenerErrors(jobs, clock).register(bolt)
    site = web.Application()
    socket = SocketMode(bolt, settings.slack_app_token.get_secret_value()) if socket_mode else None
    if socket is None:
        SlackRoute(bolt, SignatureVerifier(secret), commands.take, metrics.acked).register(site)
    Web(
        **shared,
        database=database,
        jobs=jobs,
        people=people,
        sharing=sharing,
        flagging=flagging,
        owners=owners,
        public_url=settings.public_url,
        revision=newest(),
        workers=workers,
    ).register(site)
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=3)
    return Bot(
        settings,
        database,
        zoho,
        store,
        jobs,
        keeping,
        voice,
        people,
        long_reads,
        telling,
        owners,
        alerting,
        alerts,
        bolt,
        runner,
        MetricsPort(metrics, settings.metrics_port),
        socket,
        workers,
        entries,
        _part(database, is_worker=is_worker),
        [],
    )


def _queue(settings: Settings, database: Database) -> WorkQueue | None:
    """The queue of PostgreSQL; what it needs is imported only there."""
    if not database.is_shared:
        return None
    from bot.jobs.queue import WorkQueue

    return WorkQueue(settings.database_url)


def _part(database: Database, *, is_worker: bool) -> Part:
    if not database.is_shared:
        return Part.ALL
    return Part.WORK if is_worker else Part.SERVE


def _client(settings: Settings) -> AsyncWebClient:
    return AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url, timeout=10
    )


def _utc_now() -> datetime:
    return datetime.now(UTC)

"""Alerts at work: due slots are handed out, each is scanned, and what is new is posted, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.alerts.digests import Digests
from bot.alerts.news import News, announced, news
from bot.alerts.posting import Posting
from bot.alerts.scanned import Scanned
from bot.alerts.scans import OF_THE_OWNER, scan
from bot.jobs.retries import SlackGone
from bot.schedules import Schedules
from bot.store import Alert, AlertState, Because, Store, Subscription, SubscriptionStatus
from bot.store.known import Known
from bot.store.ledger import Slot
from zoho.access import Access, Zoho
from zoho.database import Database
from zoho.organisations import OrganisationKey
from zoho.records import Module, Who

log = structlog.get_logger(__name__)

EVERY_SECONDS = 2.0
_AT_ONCE = 4
_LEASE = timedelta(seconds=90)
_HOLD_SECONDS = 20.0
LATER = "a later slot"
_TRIES = 3  # scans compared with what is known, until nothing else was learned meanwhile


class LostOwners(Protocol):
    """Knows owners whose account is gone, and hears of those whose connection does not read any more."""

    async def is_gone(self, owner: Who) -> bool:
        """Whether this person's Slack account was deactivated."""

    async def lost(self, owner: Who, because: Because) -> None:
        """Pause this person's alerts and say so once."""

    async def untold(self) -> None:
        """Say what could not be said before."""


class Introductions(Protocol):
    """Hears when everything there is was read for the first time."""

    async def baseline_done(self, key: str, known: int, read: Mapping[Module, int]) -> None:
        """Say it in the introduction, once."""


class Unread(Protocol):
    """Hears of slots for which nothing could be read."""

    async def unread(self, alert: Alert, one: Subscription, scanned: Scanned) -> None:
        """Tell the owner why."""


class _Outdated(Exception):
    """Something else was learned, or the slot was taken by somebody else, while this was read."""


@dataclass
class Alerts:
    """The one ticker. ``every`` is the pause between two looks, in seconds."""

    zoho: Zoho
    store: Store
    database: Database
    schedules: Schedules
    digests: Digests
    posting: Posting
    owners: LostOwners
    introductions: Introductions
    unread: Unread
    now: Callable[[], datetime]
    every: float = EVERY_SECONDS
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self, *, is_alone: bool) -> None:
        """Begin; ``is_alone`` where no other process works on the same database."""
        if is_alone:
            await self.store.ledger.release_all()
        self._tasks = [
            asyncio.create_task(self._again_and_again("alerts_not_read", self.read)),
            asyncio.create_task(self._again_and_again("alerts_not_posted", self.post)),
        ]

    async def stop(self) -> None:
        """End, and leave what was in the middle to whoever is next."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        with suppress(SQLAlchemyError):
            await self.store.ledger.release()

    async def tick(self) -> None:
        """One look: read what is due, then post what is ready."""
        await self.read()
        await self.post()

    async def _again_and_again(self, failure: str, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except SlackGone:
                return  # nothing is lost: the next start goes on
            except Exception as error:  # the loop outlives everything; the next look tries again
                log.warning(failure, error=type(error).__name__)
            await asyncio.sleep(self.every)

    async def post(self) -> None:
        """Post what is ready, settle what was left in the middle, and say what could not be said before."""
        await self.posting.step()
        await self.owners.untold()

    async def read(self) -> None:
        """Read for every slot that is due, the newest of each alerts alone."""
        await self._open_baselines()
        await self.schedules.all_due(self.now())
        taken = await self.store.ledger.claim([AlertState.NEW], limit=_AT_ONCE, lease=_LEASE)
        newest = {alert.subscription: alert for alert in taken}  # they come oldest first
        for alert in taken:
            if newest[alert.subscription] is not alert:
                await self._end(alert, LATER)
        await asyncio.gather(*(self._apart(alert) for alert in newest.values()))

    async def _open_baselines(self) -> None:
        """What was just set up is read at once, in silence; one slot, however many look."""
        waiting = await self.store.subscriptions.without_baseline()
        slots = [Slot(one.id, one.created_at, one.owner.workspace, one.channel) for one in waiting]
        if slots:
            async with self.database.write() as connection:
                await self.store.ledger.open_all(connection, slots)

    async def _apart(self, alert: Alert) -> None:
        """One slot; its trouble stops no other."""
        try:
            async with self._held(alert):
                await self._slot(alert)
        except _Outdated:
            log.info("alert_left_to_others", alert=alert.id)
        except Exception as error:  # whatever it is, the next slot of these alerts looks again
            log.warning("alert_not_read", alert=alert.id, error=type(error).__name__)
            with suppress(SQLAlchemyError):
                await self._end(alert, type(error).__name__)

    @asynccontextmanager
    async def _held(self, alert: Alert) -> AsyncIterator[None]:
        """Keep the lease for as long as it takes."""

        async def hold() -> None:
            while True:
                await asyncio.sleep(_HOLD_SECONDS)
                with suppress(SQLAlchemyError):
                    await self.store.ledger.hold(alert, lease=_LEASE)

        holding = asyncio.create_task(hold())
        try:
            yield
        finally:
            holding.cancel()

    async def _slot(self, alert: Alert) -> None:
        one = await self.store.subscriptions.get(alert.workspace, alert.subscription)
        if one is None or one.status is not SubscriptionStatus.ACTIVE:
            await self._end(alert, "not running")
            return
        if await self.owners.is_gone(one.owner):
            await self._lost(alert, one, "the account is gone", Because.ACCOUNT)
            return
        try:
            access = await self.zoho.open(one.owner, one.terms.product)
            if access.organisation != _place(one):
                await self._lost(alert, one, "another organisation", Because.CONNECTION)
                return
            await self._read(alert, one, access)
        except OF_THE_OWNER as error:
            await self._lost(alert, one, type(error).__name__, Because.CONNECTION)

    async def _lost(self, alert: Alert, one: Subscription, why: str, because: Because) -> None:
        await self._end(alert, why)
        await self.owners.lost(one.owner, because)

    async def _read(self, alert: Alert, one: Subscription, access: Access) -> None:
        for tries_left in reversed(range(_TRIES)):
            known = await self.store.told.known(one.id)
            scanned = await scan(access, one.terms, known, self.now())
            heard = await asyncio.to_thread(news, scanned, known)
            try:
                await self._keep(alert, one, access, known, scanned, heard)
            except _Outdated:
                one = await self.store.subscriptions.get(alert.workspace, one.id) or one
                if not tries_left or _place(one) != access.organisation:
                    raise
            else:
                break
        await self.digests.note(alert.workspace, heard.shrunk)
        if not scanned.lists:
            await self._tell_unread(alert, one, scanned)
        if one.baseline_at is None and scanned.lists:
            read = {part.module: part.compared for part in scanned.lists if part.compared is not None}
            groups = sum(len(part.groups) for part in scanned.lists)
            await self.introductions.baseline_done(one.id, groups, read)

    async def _tell_unread(self, alert: Alert, one: Subscription, scanned: Scanned) -> None:
        """Nothing could be read: the owner hears of it at the first of such slots in a row."""
        rows = [row for row in await self.store.ledger.of(one.id, limit=10) if row.id != alert.id]
        before = next((row for row in rows if row.why != LATER), None)
        if before is None or not before.why:
            await self.unread.unread(alert, one, scanned)

    async def _keep(
        self,
        alert: Alert,
        one: Subscription,
        access: Access,
        known: Known,
        scanned: Scanned,
        heard: News,
    ) -> None:
        """What the channel knows now, and what it is to hear, in one transaction."""
        ledger = self.store.ledger
        groups = announced(heard, alert.id)
        async with self.database.write() as connection:
            if not await self.store.told.keep(
                connection, one.id, alert.workspace, known, groups=groups, lists=heard.lists
            ):
                raise _Outdated
            if heard.items:
                since = max((before.scanned_at for before in known.lists.values()), default=None)
                kept = await self.digests.keep(connection, alert, one, access, scanned, heard, since)
            else:
                why = _why_empty(scanned)
                kept = await ledger.empty(connection, alert, why=why)
            if not kept:
                raise _Outdated

    async def _end(self, alert: Alert, why: str) -> None:
        async with self.database.write() as connection:
            await self.store.ledger.empty(connection, alert, why=why)


def _place(one: Subscription) -> OrganisationKey:
    return OrganisationKey(one.terms.product, one.terms.dc, one.terms.org_id)


def _why_empty(scanned: Scanned) -> str:
    """Why a slot has nothing to say, "" where that is because there is no news."""
    if scanned.too_dear is not None:
        return "TooDear"
    return " ".join(sorted({failed.error for failed in scanned.failed}))

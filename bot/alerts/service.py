"""Alerts at work: due slots are handed out, each is scanned, and what is new is posted, once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from bot.alerts.digests import Digests
from bot.alerts.news import News, announced, news
from bot.alerts.posting import Posting
from bot.alerts.scanned import Scanned
from bot.alerts.scans import OF_THE_OWNER, scan
from bot.alerts.striking import Striking
from bot.ids import Detail
from bot.jobs.retries import SlackGone
from bot.schedules import Schedules
from bot.store import Alert, AlertState, Because, Store, Subscription, SubscriptionStatus
from bot.store.known import Known
from bot.store.ledger import AT_ONCE, Slot, Turn
from zoho.access import Access, Zoho
from zoho.database import Database
from zoho.errors import TokenThrottled
from zoho.organisations import OrganisationKey
from zoho.records import Module, Who

log = structlog.get_logger(__name__)

EVERY_SECONDS = 2.0
_SOON_SECONDS = 0.2  # after something was posted: one by one disturbs others less than many at once
_AT_ONCE = 4
_LEASE = timedelta(seconds=90)
_HOLD_SECONDS = 20.0
_LATER = "a later slot"
_NOT_READ = "not read: "
_TURN = timedelta(seconds=5)
"""How long a slot waits before it asks again whether an earlier one of its alerts is read and posted."""

_PATIENCE = timedelta(seconds=30)
"""How long it waits, at first, for a database or a token service that is out of order."""

_TRIED_AGAIN = 3  # times, since reading costs credits; then the next slot tells what is new

_PASSING = (OperationalError, InterfaceError, TokenThrottled)
_JUMP = timedelta(minutes=1)
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


class Audiences(Protocol):
    """Knows who reads a channel."""

    async def is_outside(self, channel: str) -> bool:
        """Whether people of another company do, or may."""


class Unread(Protocol):
    """Hears of slots for which not everything could be read."""

    async def unread(self, alert: Alert, one: Subscription, scanned: Scanned) -> None:
        """Tell the owner why."""


class _Outdated(Exception):
    """Something else was learned, or the slot was taken by somebody else, while this was read."""


@dataclass
class Alerts:
    """The one ticker. ``every`` is the pause between two looks, and ``took`` hears how long each read took,
    both in seconds."""

    zoho: Zoho
    store: Store
    database: Database
    schedules: Schedules
    digests: Digests
    posting: Posting
    owners: LostOwners
    introductions: Introductions
    unread: Unread
    channels: Audiences
    now: Callable[[], datetime]
    took: Callable[[float], None] = lambda seconds: None
    every: float = EVERY_SECONDS
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _reading: set[asyncio.Task[None]] = field(default_factory=set)
    _has_posted: bool = False
    _seen: datetime | None = None
    _tried: dict[str, int] = field(default_factory=dict)

    @property
    def _striking(self) -> Striking:
        return Striking(self.store, self.digests)

    async def start(self, *, is_alone: bool) -> None:
        """Begin; ``is_alone`` where no other process works on the same database."""
        if is_alone:
            await self.store.ledger.release_all()
        self._seen = None
        self._tasks = [
            asyncio.create_task(self._again_and_again("alerts_not_read", self._begin, self._room)),
            asyncio.create_task(self._again_and_again("alerts_not_posted", self.post, self._breath)),
        ]

    async def stop(self) -> None:
        """End, and leave what was in the middle to whoever is next."""
        tasks = [*self._tasks, *self._reading]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
        with suppress(SQLAlchemyError):
            await self.store.ledger.release()

    async def tick(self) -> None:
        """One look: read what is due, then post what is ready."""
        await self.read()
        await self.post()

    async def _again_and_again(
        self, failure: str, step: Callable[[], Awaitable[None]], pause: Callable[[], Awaitable[None]]
    ) -> None:
        while True:
            try:
                await step()
            except SlackGone:
                return  # nothing is lost: the next start goes on
            except Exception as error:  # the loop outlives everything; the next look tries again
                log.warning(failure, error=type(error).__name__)
                await self._pause()
            else:
                await pause()

    async def _pause(self) -> None:
        await asyncio.sleep(self.every)

    async def _breath(self) -> None:
        """Wait for the next look at what is to be posted; more follows soon where something was."""
        await asyncio.sleep(min(_SOON_SECONDS, self.every) if self._has_posted else self.every)

    async def _room(self) -> None:
        """Wait for the next look; it comes at once when a read has ended."""
        if self._reading:
            await asyncio.wait(self._reading, timeout=self.every, return_when=asyncio.FIRST_COMPLETED)
        else:
            await self._pause()

    async def post(self) -> None:
        """Post what is ready, settle what was left in the middle, and say what could not be said before."""
        moved = await self.posting.step()
        self._has_posted = moved > 0
        while moved >= AT_ONCE:
            moved = await self.posting.step()
        await self._striking.strike()
        await self.owners.untold()

    async def read(self) -> None:
        """Read for every slot that is due, and wait until that is done."""
        await self._begin()
        if self._reading:
            await asyncio.wait(self._reading)

    async def _begin(self) -> None:
        """Begin to read for slots that are due, the newest of each alerts alone; one that takes long stops no
        other. Raises SlackGone while nothing could be said."""
        if self.posting.watch.is_dead:
            raise SlackGone
        await self._look_at_the_clock()
        await self._open_baselines()
        await self.schedules.due(self.now())
        room = _AT_ONCE - len(self._reading)
        taken = await self.store.ledger.claim([AlertState.NEW], limit=room, lease=_LEASE) if room else ()
        for alert in taken:
            match await self.store.ledger.turn(alert):
                case Turn.NEVER:
                    await self._end(alert, _LATER)
                case Turn.LATER:
                    await self.store.ledger.wait(alert, at=self.now() + _TURN)
                case Turn.NOW:
                    task = asyncio.create_task(self._apart(alert))
                    self._reading.add(task)
                    task.add_done_callback(self._reading.discard)

    async def _look_at_the_clock(self) -> None:
        """At the first look, and when the clock was put back: nothing may wait for a time that was none."""
        before, self._seen = self._seen, self.now()
        if before is None or self._seen < before - _JUMP:
            await self.schedules.bring_back(self._seen)
            await self.store.ledger.bring_back()

    async def _open_baselines(self) -> None:
        """What was just set up is read at once, in silence; one slot, however many look."""
        waiting = await self.store.subscriptions.without_baseline()
        slots = [Slot(*one) for one in waiting]
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
            with suppress(SQLAlchemyError):  # then it is free when its lease runs out
                await self._failed(alert, error)
        else:
            self._tried.pop(alert.id, None)

    async def _failed(self, alert: Alert, error: Exception) -> None:
        """Try a slot again that only met a database or a token service out of order; end any other."""
        tried = self._tried.pop(alert.id, 0)
        if not isinstance(error, _PASSING) or tried == _TRIED_AGAIN:
            await self._end(alert, type(error).__name__)
            return
        self._tried[alert.id] = tried + 1
        until = error.until if isinstance(error, TokenThrottled) else None
        await self.store.ledger.wait(alert, at=max(self.now() + _PATIENCE * 4**tried, until or self.now()))

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
            begun = time.monotonic()
            scanned = await scan(access, one.terms, known, self.now())
            self.took(time.monotonic() - begun)
            heard = await asyncio.to_thread(news, scanned, known)
            try:
                shown = await self._as_others_may_see(one) if heard.items else one
                await self._keep(alert, shown, access, known, scanned, heard)
            except _Outdated:
                one = await self.store.subscriptions.get(alert.workspace, one.id) or one
                if not tries_left or _place(one) != access.organisation:
                    raise
            else:
                break
        await self._striking.strike()
        if not heard.items and _why_empty(scanned):
            await self._tell_unread(alert, one, scanned)
        if one.baseline_at is None and scanned.lists:
            read = {part.module: part.compared for part in scanned.lists if part.compared is not None}
            groups = sum(len(part.groups) for part in scanned.lists)
            await self.introductions.baseline_done(one.id, groups, read)

    async def _as_others_may_see(self, one: Subscription) -> Subscription:
        """The numbers only, where another company reads the channel by now, or may."""
        if one.terms.detail is Detail.COUNTS or not await self.channels.is_outside(one.channel):
            return one
        return replace(one, terms=replace(one.terms, detail=Detail.COUNTS))

    async def _tell_unread(self, alert: Alert, one: Subscription, scanned: Scanned) -> None:
        """Not all was read, and no digest says so: the owner hears of it at the first of such slots."""
        rows = [row for row in await self.store.ledger.of(one.id, limit=10) if row.id != alert.id]
        before = next((row for row in rows if _says_something(row)), None)
        if before is None or not (before.why.startswith(_NOT_READ) or self.digests.says_unread(before)):
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
            await self._striking.note(connection, alert, heard.shrunk)
            if not await self.store.told.keep(
                connection, one.id, alert.workspace, known, groups=groups, lists=heard.lists
            ):
                raise _Outdated
            if heard.items:
                times = [before.scanned_at for before in known.lists.values()]
                since = max((time for time in times if time <= scanned.at), default=None)
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


def _says_something(row: Alert) -> bool:
    """Whether it tells how reading went: a slot that had its turn, and no introduction."""
    return bool(row.body) or (row.state is AlertState.EMPTY and row.why != _LATER)


def _why_empty(scanned: Scanned) -> str:
    """Why a slot has nothing to say, "" where that is because there is no news."""
    names = sorted({failed.error for failed in scanned.failed})
    if scanned.too_dear is not None:
        names = ["TooDear"]
    return f"{_NOT_READ}{' '.join(names)}" if names else ""

"""The life of a process: what begins with it, what goes on in it, and in which order it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from sqlalchemy import Text, select, type_coerce
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.alerts.service import Alerts
from bot.app.socket import SocketMode
from bot.jobs import Jobs, Keeping, People, Voice
from bot.jobs.voice import SLACK_TROUBLE
from bot.jobs.workers import Workers
from bot.metrics import MetricsPort
from bot.migrations import is_current
from bot.searches import LongReads
from bot.settings import Settings
from bot.store import Store
from bot.subscribing import Alerting, Owners, Telling
from zoho.access import Zoho
from zoho.connections import connections
from zoho.database import Database

if TYPE_CHECKING:
    from bot.jobs.queue import WorkQueue

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 20.0
_SWEEP_SECONDS = 3600.0
_LOST_KEY = "restore the key that was used; if it is lost, rotate-keys --forget gives up what it encrypted"


class NotMigrated(Exception):
    """The database does not have the newest revision."""


class Unreachable(Exception):
    """The database does not answer; in the driver's words, which name the server and no password."""


class Part(Enum):
    """What a process does of it: on SQLite one does all; on PostgreSQL some hear and answer, others work."""

    ALL = auto()
    SERVE = auto()
    WORK = auto()


@dataclass
class Bot:
    """A bot that can be started once and stopped once."""

    settings: Settings
    database: Database
    zoho: Zoho
    store: Store
    jobs: Jobs
    keeping: Keeping
    voice: Voice
    people: People
    long_reads: LongReads
    telling: Telling
    owners: Owners
    alerting: Alerting
    alerts: Alerts
    bolt: AsyncApp
    runner: web.AppRunner
    metrics_port: MetricsPort
    socket: SocketMode | None
    workers: Workers
    queue: WorkQueue | None
    part: Part
    tasks: list[asyncio.Task[None]]
    working: asyncio.Task[None] | None = None
    drain_seconds: float = DRAIN_SECONDS

    @property
    def url(self) -> str:
        """Where it listens; with port 0 known only after the start."""
        port = self.runner.addresses[0][1] if self.runner.addresses else self.settings.port
        return f"http://{self.settings.host}:{port}"

    async def start(self) -> None:
        """Listen, and run what is handed over; a worker does not listen, and runs what others handed over.

        Raises Unreachable, NotMigrated, OSError when the port is taken, and SlackApiError when Slack refuses
        the token of Socket Mode.
        """
        try:
            is_migrated = await asyncio.to_thread(is_current, self.settings.database_url)
        except OperationalError as error:
            raise Unreachable(" ".join(str(error.orig).split())) from error
        if not is_migrated:
            raise NotMigrated
        await self._check_keys()
        await self.voice.open()
        self.jobs.start()
        await self.keeping.open()
        await self.long_reads.open()
        if self.part is not Part.WORK:
            await self.runner.setup()
            await web.TCPSite(self.runner, self.settings.host, self.settings.port).start()
        await self.metrics_port.start()
        self.tasks += [asyncio.create_task(one) for one in self._lasting()]
        if self.queue is not None and self.part is Part.WORK:
            self.working = asyncio.create_task(self.queue.work())
        if self.socket is not None:
            await self._connect(self.socket)
        if self.part is not Part.SERVE:
            await self.alerts.start(is_alone=self.part is Part.ALL)
        if self.part is Part.WORK:
            log.info("working")
        else:
            log.info("serving", url=self.url)

    def _lasting(self) -> Iterator[Coroutine[None, None, None]]:
        """What goes on until the end. Without a worker, `serve` looks after what was left to one."""
        yield self._greet_slack()
        yield self.long_reads.watch(self._does_work)
        yield self.keeping.watch(self.jobs, self._does_work)
        if self.part is not Part.SERVE:
            yield self._sweep()
        if self.part is Part.SERVE:
            yield self.workers.watch()

    def _does_work(self) -> bool:
        return self.part is not Part.SERVE or self.workers.are_missing

    async def _connect(self, socket: SocketMode) -> None:
        try:
            await socket.start()
        except SlackApiError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Take no more requests, let what was handed over end, then close everything."""
        await self.runner.cleanup()
        if self.socket is not None:
            await self.socket.stop()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.alerts.stop()
        self.long_reads.stop()
        if self.working is not None:
            self.working.cancel()
        left = await self.jobs.drain(self.drain_seconds)
        await asyncio.gather(*filter(None, (self.working,)), return_exceptions=True)
        if left:
            log.warning("stopped_with_work_left", jobs=left)
        await self.keeping.close()
        await self.metrics_port.stop()
        await self.zoho.close()
        await self.voice.close()
        await self.database.close()

    async def _check_keys(self) -> None:
        """One line when stored access was encrypted with a key that is not among the configured ones."""
        keyring = MultiFernet([Fernet(key) for key in self.settings.keys])
        column = type_coerce(connections.c.refresh_token, Text)
        async with self.database.read() as reader:
            stored = (await reader.execute(select(column))).scalars().all()
        lost = sum(not _opens(keyring, token) for token in stored)
        if lost:
            log.error("encryption_key_does_not_fit", connections=lost, hint=_LOST_KEY)

    async def _greet_slack(self) -> None:
        """Learn who the bot is, so that no request has to."""
        try:
            await self.people.workspace()
        except SLACK_TROUBLE as error:
            if not self.voice.is_silenced:
                log.warning("slack_does_not_say_who_the_bot_is", error=type(error).__name__)

    async def _sweep(self) -> None:
        while True:
            try:
                await self.store.sweep()
            except SQLAlchemyError as error:
                log.warning("sweep_failed", error=type(error).__name__)
            await asyncio.sleep(_SWEEP_SECONDS)


def _opens(keyring: MultiFernet, token: str) -> bool:
    try:
        keyring.decrypt(token)
    except InvalidToken:
        return False
    return True

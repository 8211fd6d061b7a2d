"""What an operator may watch, in the words of Prometheus, on a port of its own; nothing of any customer.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.store.ledger import AlertState, alerts
from bot.store.unfinished import Unfinished
from zoho.database import Database
from zoho.organisations.tables import organisations

log = structlog.get_logger(__name__)

_LOOPBACK = "127.0.0.1"
_ACK_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3)
_CALL_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SCAN_SECONDS = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600)


class Metrics:
    """Counts what this process does, and reads from the database what all processes share."""

    def __init__(self, database: Database, unfinished: Unfinished, now: Callable[[], datetime]) -> None:
        self._database = database
        self._unfinished = unfinished
        self._now = now
        self._registry = own = CollectorRegistry()
        self._acks = Histogram(
            "duplicates_ack_seconds", "Requests of Slack, until they were answered", ("status",),
            registry=own, buckets=_ACK_SECONDS,
        )  # fmt: skip
        self._calls = Histogram(
            "duplicates_zoho_call_seconds", "Calls to Zoho, by how they ended", ("outcome",),
            registry=own, buckets=_CALL_SECONDS,
        )  # fmt: skip
        self._refreshes = Counter(
            "duplicates_zoho_refreshes", "Access tokens asked for anew, by how it ended", ("outcome",),
            registry=own,
        )  # fmt: skip
        self._scans = Histogram(
            "duplicates_scan_seconds", "Reads of whole modules", registry=own, buckets=_SCAN_SECONDS
        )
        self._credits = Gauge(
            "duplicates_zoho_credits_left",
            "API credits of the day, of the organisation with the fewest, by region",
            ("dc",), registry=own,
        )  # fmt: skip
        self._alerts = Gauge("duplicates_alerts", "Alerts, by state", ("state",), registry=own)
        self._oldest = Gauge(
            "duplicates_oldest_job_seconds", "Age of the oldest command that was not answered", registry=own
        )

    # What happens in this process

    def acked(self, status: int, seconds: float) -> None:
        """A request of Slack was answered."""
        self._acks.labels(str(status)).observe(seconds)

    def called(self, outcome: str, seconds: float) -> None:
        """See `zoho.hearing.Hearing`."""
        self._calls.labels(outcome).observe(seconds)

    def refreshed(self, outcome: str) -> None:
        """See `zoho.hearing.Hearing`."""
        self._refreshes.labels(outcome).inc()

    def scanned(self, seconds: float) -> None:
        """A module was read to its end, or until it was given up."""
        self._scans.observe(seconds)

    # What is told

    async def told(self) -> bytes:
        """All of it; what the database does not tell just now is left as it was."""
        for look in (self._look_at_credits, self._look_at_alerts, self._look_at_jobs):
            await self._unless_it_fails(look)
        return generate_latest(self._registry)

    async def _unless_it_fails(self, look: Callable[[], Awaitable[None]]) -> None:
        try:
            await look()
        except SQLAlchemyError as error:
            log.warning("metrics_not_read", error=type(error).__name__)

    async def _look_at_credits(self) -> None:
        fewest = func.min(organisations.c.credits_left)
        statement = select(organisations.c.dc, fewest).group_by(organisations.c.dc)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        for dc, left in rows:
            if left is not None:
                self._credits.labels(dc).set(left)

    async def _look_at_alerts(self) -> None:
        statement = select(alerts.c.state, func.count()).group_by(alerts.c.state)
        async with self._database.read() as connection:
            found = {str(state): int(count) for state, count in await connection.execute(statement)}
        for state in AlertState:
            self._alerts.labels(state.value).set(found.get(state.value, 0))

    async def _look_at_jobs(self) -> None:
        at = await self._unfinished.oldest()
        self._oldest.set(0 if at is None else max(0.0, (self._now() - at).total_seconds()))


class MetricsPort:
    """``GET /metrics`` on a port of this machine alone; 0 is none."""

    def __init__(self, metrics: Metrics, port: int) -> None:
        self._metrics = metrics
        self._port = port
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen; a port that is taken is one line in the log, and there are no metrics then."""
        if not self._port:
            return
        site = web.Application()
        site.router.add_get("/metrics", self._show)
        runner = web.AppRunner(site, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, _LOOPBACK, self._port).start()
        except OSError as error:
            log.warning("no_metrics", port=self._port, error=error.strerror)
            await runner.cleanup()
            return
        self._runner = runner

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _show(self, request: web.Request) -> web.Response:
        body = await self._metrics.told()
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

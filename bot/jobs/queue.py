"""The second engine: work that waits on PostgreSQL for whichever worker is free, handed out by procrastinate.

An entry is a kind of work and the key of a row of ours, nothing else. The row says what is to be done and, by
a lease, who is at it; the entry only wakes a worker, at once (LISTEN and NOTIFY). It is made in the
transaction that makes the row, so that no row goes without. An entry whose row somebody else holds stays, and
is looked at again. Entries of a worker that died are removed: its rows are found by their leases, see
`bot.jobs.keeping` and `bot.searches.long_reads`.
https://procrastinate.readthedocs.io/en/stable/
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine
from contextlib import asynccontextmanager

import psycopg
import structlog
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as Entry
from procrastinate.jobs import Status
from procrastinate.types import JSONDict
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.embedded import AT_ONCE
from zoho.database import address, noticing

log = structlog.get_logger(__name__)

BEAT_SECONDS = 5.0
LOST_SECONDS = 30.0
"""A worker that was silent for so long is gone."""

_QUEUE = "work"
_LOOK_AGAIN_SECONDS = 5
_SWEEP_SECONDS = 10.0
_PAUSE_SECONDS = 1.0
_NOT_REACHED = (ConnectorException, psycopg.Error)


class _LookAgain(BaseRetryStrategy):
    """Whatever went wrong, the row is still there; only what was cancelled is left, for it was given back."""

    def get_retry_decision(self, *, exception: BaseException, job: Entry) -> RetryDecision | None:
        if isinstance(exception, Exception):
            return RetryDecision(retry_in={"seconds": _LOOK_AGAIN_SECONDS})
        return None


class WorkQueue:
    """Entries are made by any process, and carried out by those that `work`."""

    def __init__(self, url: str) -> None:
        where = noticing(address(url)).set(drivername="postgresql")
        conninfo = where.render_as_string(hide_password=False)
        self._app = App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4))

    def on(self, kind: str, carry_out: Callable[[str], Awaitable[None]]) -> None:
        """Name what carries out entries of this kind, by the key of their row; it raises
        `bot.store.unfinished.Held` while that is in other hands."""

        async def run(key: str) -> None:
            await carry_out(key)

        self._app.task(name=kind, queue=_QUEUE, retry=_LookAgain())(run)

    async def enter(self, connection: AsyncConnection, kind: str, keys: Collection[str]) -> None:
        """Make an entry for each of these rows, in this transaction."""
        if not keys:
            return
        driver = (await connection.get_raw_connection()).driver_connection
        entries: list[JSONDict] = [{"key": key} for key in sorted(keys)]
        await self._app.configure_task(kind, queue=_QUEUE, connection=driver).batch_defer_async(*entries)

    async def work(self) -> None:
        """Carry out entries until this is cancelled; what is under way then goes on without its entry."""
        while True:
            try:
                async with self._app.open_async(), _beside(self._sweep()):
                    await self._app.run_worker_async(
                        queues=[_QUEUE],
                        concurrency=AT_ONCE,
                        delete_jobs="always",
                        install_signal_handlers=False,
                        shutdown_graceful_timeout=_PAUSE_SECONDS,
                        update_heartbeat_interval=BEAT_SECONDS,
                        stalled_worker_timeout=LOST_SECONDS,
                    )
            except _NOT_REACHED as error:
                log.warning("queue_not_reached", error=type(error).__name__)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _sweep(self) -> None:
        """Remove, from time to time, what workers left that died."""
        while True:
            try:
                await self._remove_left()
            except _NOT_REACHED as error:
                log.warning("queue_not_swept", error=type(error).__name__)
            await asyncio.sleep(_SWEEP_SECONDS)

    async def _remove_left(self) -> None:
        manager = self._app.job_manager
        await manager.prune_stalled_workers(LOST_SECONDS)
        for entry in await manager.get_stalled_jobs(queue=_QUEUE, seconds_since_heartbeat=LOST_SECONDS):
            if entry.id is not None:
                await manager.finish_job_by_id_async(entry.id, status=Status.FAILED, delete_job=True)


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Something that goes on for as long as the block does."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

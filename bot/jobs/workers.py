"""Whether anybody does the work that `serve` leaves to others on PostgreSQL."""

from __future__ import annotations

import asyncio
import math
import time

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from zoho.database import Database

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 60.0

_LOOK_SECONDS = 5.0
_LAST_BEAT = text("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")


class Workers:
    """Looks for signs of life of workers. ``patience`` is how many seconds may pass without one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen = math.inf  # whoever does not watch misses nobody
        self._is_said = False
        self.patience = PATIENCE_SECONDS

    @property
    def are_missing(self) -> bool:
        """Whether none was seen for so long that their work has to be done by others."""
        return time.monotonic() - self._seen > self.patience

    async def watch(self) -> None:
        """Look from time to time; say in one line that there is none, and in one that there is one again."""
        self._seen = time.monotonic()
        while True:
            try:
                await self._look()
            except SQLAlchemyError as error:
                log.warning("workers_not_looked_for", error=type(error).__name__)
            await asyncio.sleep(min(_LOOK_SECONDS, self.patience))

    async def _look(self) -> None:
        async with self._database.read() as connection:
            ago = (await connection.execute(_LAST_BEAT)).scalar_one()
        if ago is not None:
            self._seen = max(self._seen, time.monotonic() - float(ago))
        if self.are_missing and not self._is_said:
            log.error(
                "no_worker",
                hint="start python -m bot worker: no alert is posted until then, and serve does the searches",
            )
        elif self._is_said and not self.are_missing:
            log.info("a_worker_is_back")
        self._is_said = self.are_missing

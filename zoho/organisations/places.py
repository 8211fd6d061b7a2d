"""Places for calls in flight, among all processes that work on one PostgreSQL.

Whoever wants to call an organisation stands in its line with a row of his own. The row goes in flight when
fewer than two others are in flight or stand before it; that is found out by one at a time, under a lock that
the server lets go at the end of the transaction. Each row is a lease by the server's clock: of a process that
died the others are rid after its term, and one that only slept goes to the end of the line.
https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    cast,
    delete,
    extract,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SQLAlchemyError

from zoho.database import Database
from zoho.organisations.tables import OrganisationKey, names, of, slots

CALLS_IN_FLIGHT = 2
_log = logging.getLogger(__name__)
_jitter = random.SystemRandom().uniform
_CLOCK = cast(extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long things last, in seconds.

    ``call`` is a lease in flight, longer than the ten seconds that a call may take; ``waiting`` one in the
    line, which is renewed in good time; ``poll`` is how often the first in line looks, the others the less
    often the further back they stand.
    """

    call: float = 15.0
    waiting: float = 3.0
    poll: float = 0.02


class _Spot(NamedTuple):
    """Where somebody stands: the number drawn, and how many have to be done first."""

    ticket: int
    before: int

    @property
    def is_in_flight(self) -> bool:
        return self.before < CALLS_IN_FLIGHT


class Places:
    """Two places per organisation, first come, first served."""

    def __init__(self, database: Database, *, terms: Terms = Terms()) -> None:
        self._database = database
        self._terms = terms
        self._turns: defaultdict[OrganisationKey, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def place(self, key: OrganisationKey) -> AsyncIterator[None]:
        """Wait for a place, have it during the block, give it back however that ends.

        Raises sqlalchemy.exc.SQLAlchemyError when no place could be asked for.
        """
        holder = secrets.token_hex(8)
        try:
            await self._wait(key, holder)
            yield
        finally:
            await self._leave(key, holder)

    async def _wait(self, key: OrganisationKey, holder: str) -> None:
        while not (spot := await self._stand(key, holder)).is_in_flight:
            await self._look_on(key, spot)

    async def _stand(self, key: OrganisationKey, holder: str) -> _Spot:
        """Join the line at its end, or stay in it for another term; in flight if that is what it comes to."""
        async with self._turns[key], self._database.write() as writer:
            await writer.execute(_turn(key))
            ticket = (await writer.execute(self._joined(key, holder).returning(slots.c.ticket))).scalar_one()
            spot = _Spot(ticket, (await writer.execute(_before(key, ticket))).scalar_one())
            if spot.is_in_flight:
                fly = {"in_flight": True, "until": _in(self._terms.call)}
                await writer.execute(update(slots).where(slots.c.holder == holder).values(fly))
        return spot

    async def _look_on(self, key: OrganisationKey, spot: _Spot) -> None:
        """Wait until it may be our turn, at most until the own lease wants renewing."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._terms.waiting / 3
        while not spot.is_in_flight and (left := end - loop.time()) > 0:
            ahead = spot.before - CALLS_IN_FLIGHT + 1
            await asyncio.sleep(min(self._terms.poll * ahead * _jitter(0.5, 1.5), left))
            async with self._database.read() as reader:
                before = (await reader.execute(_before(key, spot.ticket))).scalar_one()
            spot = spot._replace(before=before)

    async def _leave(self, key: OrganisationKey, holder: str) -> None:
        """Give the place back, and clear away what is over. When that fails the lease ends by itself.

        It never fails the caller: the call was made, and its answer counts.
        """
        over = and_(*of(slots, key), slots.c.until <= _CLOCK)
        try:
            async with self._database.write() as writer:
                await writer.execute(delete(slots).where(or_(slots.c.holder == holder, over)))
        except SQLAlchemyError as error:
            _log.warning("a place at Zoho could not be given back: %s", type(error).__name__)

    def _joined(self, key: OrganisationKey, holder: str) -> postgresql.Insert:
        last = select(func.coalesce(func.max(slots.c.ticket), 0)).where(*of(slots, key)).scalar_subquery()
        statement = postgresql.insert(slots).values(
            **names(key), holder=holder, ticket=last + 1, in_flight=False, until=_in(self._terms.waiting)
        )
        return statement.on_conflict_do_update(
            index_elements=["holder"], set_={"until": statement.excluded.until}
        )


def _turn(key: OrganisationKey) -> Select[object]:
    """Wait until no other process decides about this organisation, and keep the others waiting."""
    return select(func.pg_advisory_xact_lock(func.hashtextextended("/".join(("zoho_slots", *key)), 0)))


def _before(key: OrganisationKey, ticket: int) -> Select[int]:
    """How many of the others are in flight, or stand before this ticket."""
    counts = or_(slots.c.in_flight, slots.c.ticket < ticket)
    living = (*of(slots, key), slots.c.ticket != ticket, slots.c.until > _CLOCK)
    return select(func.count()).select_from(slots).where(*living, counts)


def _in(seconds: float) -> ColumnElement[int]:
    """So many seconds from now, by the server's clock."""
    return _CLOCK + literal(int(seconds * 1_000_000), BigInteger)

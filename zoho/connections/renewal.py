"""Tokens in good time: one refresh per expiry, over every task and every process.

A token with fewer than 120 s left is renewed by one task per process, which its callers cannot cancel. The
task takes a lease on the row, so that other processes wait and then read what it stored; a holder that dies
is survived when its lease ends. The new token is stored, by compare and swap on ``generation``, before
anybody signs with it.
https://www.zoho.com/accounts/protocol/oauth/web-apps/token-limits.html
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from zoho.connections.tables import Refreshed, Status, Token, TokenServer, connections, of, reading_tokens
from zoho.database import Database
from zoho.errors import (
    GrantLost,
    NoAnswer,
    NotConnected,
    ServerError,
    TokensLost,
    TokenThrottled,
    ZohoError,
)
from zoho.records import Product, Who

MARGIN = timedelta(seconds=120)
_RETRY_AFTER = timedelta(seconds=10)
_FORCED_EVERY = timedelta(seconds=60)
_ASKED_AT_MOST, _ASKED_WITHIN = 8, timedelta(minutes=10)
_COOL_DOWN_FIRST, _COOL_DOWN_LONGEST = 60, 600


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things may take, in seconds.

    ``total`` is for one refresh with its repeats; ``lease`` is longer, by what storing may wait for the
    database. ``patience`` is how long a caller whose token still lives waits for a better one; ``poll`` is
    the pause between two looks at another process's lease.
    """

    total: float = 10.0
    lease: float = 20.0
    patience: float = 5.0
    poll: float = 0.05


@dataclass(frozen=True, slots=True)
class _Held:
    """A connection as the renewing sees it."""

    who: Who
    product: Product
    token: Token
    expires_at: datetime
    dc: str
    accounts_server: str
    status: Status
    lease_until: datetime | None
    retry_at: datetime | None
    throttled_until: datetime | None
    cool_down: int
    forced_at: datetime | None
    asked: tuple[datetime, ...]  # when refreshes were asked for, within the last ten minutes
    asked_as_stored: str

    def lives(self, now: datetime) -> bool:
        return self.expires_at > now

    def is_good(self, now: datetime) -> bool:
        return self.expires_at - now >= MARGIN

    def obstacle(self, now: datetime, *, forced: bool) -> ZohoError | None:
        """What forbids asking Zoho for a new token at this moment."""
        waits = [self.throttled_until]
        if len(self.asked) >= _ASKED_AT_MOST:
            waits.append(self.asked[-_ASKED_AT_MOST] + _ASKED_WITHIN)
        if forced and self.forced_at:
            waits.append(self.forced_at + _FORCED_EVERY)
        until = max((wait for wait in waits if wait and wait > now), default=None)
        if until:
            return TokenThrottled(until=until)
        is_resting = self.retry_at is not None and self.retry_at > now
        return ServerError(code="RESTING") if is_resting and self.lives(now) and not forced else None


@dataclass(frozen=True, slots=True)
class _Claim:
    """The right to refresh one generation of one connection."""

    held: _Held
    holder: str
    refresh_token: str = field(repr=False)


class Renewal:
    """Hands out tokens that are good for a call."""

    def __init__(
        self, database: Database, tokens: TokenServer, *, now: Callable[[], datetime], pace: Pace
    ) -> None:
        self._pace = pace
        self._database = database
        self._tokens = tokens
        self._now = now
        self._tasks: dict[tuple[Who, Product], asyncio.Task[Token]] = {}
        self._is_closing = False

    async def token(self, who: Who, product: Product) -> Token:
        """The stored token, renewed first when it has fewer than 120 s left.

        When renewing fails for any reason but a lost grant, the old token serves until it expires. Raises
        NotConnected, GrantLost, TokensLost; once the token expired also TokenThrottled, ClientRefused and
        ServerError.
        """
        held = await self._held(who, product)
        if held.is_good(self._now()):
            return held.token
        try:
            return await self._within_patience(held)
        except (GrantLost, NotConnected, TokensLost):
            raise
        except (ZohoError, SQLAlchemyError):
            if held.lives(self._now()):
                return held.token
            raise

    async def renewed(self, who: Who, product: Product, refused: Token) -> Token:
        """A newer token than ``refused``, which Zoho would not take; asked for at most once a minute.

        Raises as `token`, and TokenThrottled when the minute or the allowance of ten minutes is not over.
        """
        held = await self._held(who, product)
        if held.token.generation != refused.generation:
            return held.token
        return await self._shared(held, forced=True)

    async def give_up(self, who: Who, product: Product, refused: Token) -> None:
        """Note that even a renewed token was refused, unless a newer one is stored by now."""
        await self._write_if_unchanged(who, product, refused.generation, status=Status.NEEDS_RECONNECT.value)

    async def close(self) -> None:
        """Wait for this process's own refreshes, so that no minted token is lost; not for others'."""
        self._is_closing = True
        while self._tasks:
            await asyncio.wait(tuple(self._tasks.values()))

    async def _within_patience(self, held: _Held) -> Token:
        patience = self._pace.patience if held.lives(self._now()) else None
        try:
            async with asyncio.timeout(patience):
                return await self._shared(held, forced=False)
        except TimeoutError as error:
            raise NoAnswer(code="TIME_OUT") from error

    async def _shared(self, held: _Held, *, forced: bool) -> Token:
        """Join this process's task for the connection, or start it. Cancelling the caller leaves it alone."""
        key = (held.who, held.product)
        task = self._tasks.get(key)
        if task is None:
            task = asyncio.create_task(self._renew(held, forced=forced))
            self._tasks[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    def _forget(self, key: tuple[Who, Product], done: asyncio.Task[Token]) -> None:
        del self._tasks[key]
        if not done.cancelled():
            done.exception()  # every caller may have left by now

    async def _renew(self, seen: _Held, *, forced: bool) -> Token:
        while True:
            held = await self._held(seen.who, seen.product)
            now = self._now()
            if held.token.generation != seen.token.generation or (held.is_good(now) and not forced):
                return held.token
            if held.lease_until is None or held.lease_until <= now:
                if obstacle := held.obstacle(now, forced=forced):
                    raise obstacle
                if claim := await self._claim(held, forced=forced):
                    return await self._refresh(claim)
            if self._is_closing:
                raise NoAnswer(code="CLOSING")
            await asyncio.sleep(self._pace.poll)

    async def _claim(self, held: _Held, *, forced: bool) -> _Claim | None:
        """Take the lease, unless somebody was quicker."""
        now, holder = self._now(), secrets.token_hex(8)
        asked = [*held.asked, now]
        values = {
            "lease_holder": holder,
            "lease_until": now + timedelta(seconds=self._pace.lease),
            "asked": json.dumps([at.timestamp() for at in asked]),
            "forced_at": now if forced else held.forced_at,
        }
        take = (
            update(connections)
            .where(
                *of(connections, held.who, held.product),
                connections.c.generation == held.token.generation,
                connections.c.asked == held.asked_as_stored,  # nobody asked since this was read
                connections.c.status == Status.OK.value,
                or_(connections.c.lease_until.is_(None), connections.c.lease_until <= now),
            )
            .values(**values)
            .returning(connections.c.refresh_token)
        )
        async with self._database.write() as connection:
            with reading_tokens():
                row = (await connection.execute(take)).one_or_none()
        return _Claim(held, holder, row.refresh_token) if row else None

    async def _refresh(self, claim: _Claim) -> Token:
        held = claim.held
        try:
            async with asyncio.timeout(self._pace.total):
                refreshed = await self._tokens.refresh(
                    dc=held.dc, accounts_server=held.accounts_server, refresh_token=claim.refresh_token
                )
        except GrantLost:
            if await self._settle(claim, status=Status.NEEDS_RECONNECT.value):
                raise
        except TokenThrottled as error:
            raise await self._cooling(claim, error) from error
        except TimeoutError as error:
            await self._settle(claim, retry_at=self._now() + _RETRY_AFTER)
            raise NoAnswer(code="TIME_OUT") from error
        except ZohoError:
            await self._settle(claim, retry_at=self._now() + _RETRY_AFTER)
            raise
        else:
            await self._keep(claim, refreshed)
        # Read back rather than handed on: a reconnect may have put another grant in this one's place.
        return (await self._held(held.who, held.product)).token

    async def _keep(self, claim: _Claim, refreshed: Refreshed) -> None:
        domain = {"api_domain": refreshed.api_domain} if refreshed.api_domain else {}
        await self._settle(
            claim,
            access_token=refreshed.access_token,
            expires_at=refreshed.expires_at,
            generation=claim.held.token.generation + 1,
            retry_at=None,
            throttled_until=None,
            cool_down=0,
            **domain,
        )

    async def _cooling(self, claim: _Claim, error: TokenThrottled) -> TokenThrottled:
        """Note the pause that Zoho asks for, longer each time, and say until when."""
        seconds = min(max(claim.held.cool_down * 2, _COOL_DOWN_FIRST), _COOL_DOWN_LONGEST)
        until = self._now() + timedelta(seconds=seconds)
        await self._settle(claim, throttled_until=until, cool_down=seconds)
        return TokenThrottled(error.words, code=error.code, status=error.status, until=until)

    async def _settle(self, claim: _Claim, **values: object) -> bool:
        """Write the outcome and give the lease back, if the connection is still the one that was claimed."""
        held = claim.held
        return await self._write_if_unchanged(
            held.who,
            held.product,
            held.token.generation,
            connections.c.lease_holder == claim.holder,
            lease_holder=None,
            lease_until=None,
            **values,
        )

    async def _write_if_unchanged(
        self, who: Who, product: Product, seen: int, /, *further: ColumnElement[bool], **values: object
    ) -> bool:
        """Change the row if its generation is still the one that was seen; whether it was."""
        change = (
            update(connections)
            .where(*of(connections, who, product), connections.c.generation == seen, *further)
            .values(**values)
        )
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def _held(self, who: Who, product: Product) -> _Held:
        """The row as it is now. Raises NotConnected, GrantLost, TokensLost."""
        query = select(*(c for c in connections.c if c.name != "refresh_token")).where(
            *of(connections, who, product)
        )
        async with self._database.read() as connection:
            with reading_tokens():
                row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotConnected
        if row.status == Status.NEEDS_RECONNECT.value:
            raise GrantLost
        since = self._now() - _ASKED_WITHIN
        asked = (datetime.fromtimestamp(at, since.tzinfo) for at in json.loads(row.asked))
        return _Held(
            who=who,
            product=product,
            token=Token(row.access_token, row.generation, row.api_domain),
            expires_at=row.expires_at,
            dc=row.dc,
            accounts_server=row.accounts_server,
            status=Status(row.status),
            lease_until=row.lease_until,
            retry_at=row.retry_at,
            throttled_until=row.throttled_until,
            cool_down=row.cool_down,
            forced_at=row.forced_at,
            asked=tuple(at for at in asked if at > since),
            asked_as_stored=row.asked,
        )

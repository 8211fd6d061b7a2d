"""Acknowledgements while alerts go out and while a great list is scanned; calls to Zoho over many processes.

The bot runs in processes of its own, and so does who sends the commands.
``python -m tests.bench.load posting scanning flight`` are the three by hand.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select, update

from bot.ids import Detail
from bot.sandbox.people import BOT_USER, Channel
from bot.store import AlertState, Store, Subscription, Terms
from bot.store.ledger import alerts
from bot.store.subscriptions import subscriptions
from tests import postgres
from tests.bench.servers import Server, free_port, running, serving, sink
from tests.bench.stage import MARA, Stage, stage
from tests.bench.steady import from_a_process_of_its_own
from tests.bench.table import Row, drawn
from zoho.database import Database
from zoho.records import Module, Product, Who

WORKSPACE, PORTAL, TOMAS = "T01LARKFIELD", "larkfield", "U02TOMAS"
RATE, ALERTS, SECONDS = 200, 10, 10
SLOW_RATE, CONTACTS, PAIRS = 20, 100_000, 2_000
MOST_SECONDS, SET_UP_SECONDS = 600, 120
LIMIT, LATENCY, PRESSED_SECONDS, WORKERS = 2, 0.15, 20, 2
_NEVER = datetime(2099, 1, 1, tzinfo=UTC)


async def rows() -> list[Row]:
    """The figures of this file."""
    return [await while_alerts_go_out(), await while_a_list_is_scanned(), await in_flight()]


async def while_alerts_go_out() -> Row:
    """A digest that the bot made itself is due again and again, in one channel after the other."""
    async with stage() as here, _town(here) as town:
        with _serve(here, here.port) as server, sink() as away:
            await here.connect()
            await town.first_digest()
            await _send(server, away, rate=RATE, seconds=1)
            await town.repeat(ALERTS * (SECONDS + 2))
            before = town.posted()
            took = await _send(server, away, rate=RATE, seconds=SECONDS)
            out = town.posted() - before
    p99 = _p99(took)
    return Row(
        f"p99 of the ack at {RATE} a second while {ALERTS} alerts a second go out",
        "≤ 5 ms",
        f"{_spread(took)}; {out} alerts posted in {SECONDS} s",
        p99 <= 0.005 and out >= ALERTS * (SECONDS - 2),
    )


async def while_a_list_is_scanned() -> Row:
    """The first scan of a channel's alerts goes through a great list."""
    async with stage() as here, _town(here) as town:
        org = here.zoho.org(PORTAL)
        org.clear()
        org.fill("contacts", CONTACTS, duplicates=PAIRS)
        with _serve(here, here.port) as server, sink() as away:
            await here.connect()
            await _send(server, away, rate=SLOW_RATE, seconds=1)
            one = await town.subscribe("C90000", at=datetime.now(UTC))
            took: list[float] = []
            while await town.is_unread(one) and len(took) < SLOW_RATE * MOST_SECONDS:
                took += await _send(server, away, rate=SLOW_RATE, seconds=5)
            is_read = not await town.is_unread(one)
    return Row(
        f"p99 of the ack at {SLOW_RATE} a second while {CONTACTS:,} records are scanned",
        "≤ 100 ms",
        f"{_spread(took)} of {len(took)}" + ("" if is_read else "; the scan did not end"),
        is_read and _p99(took) <= 0.1,
    )


async def in_flight() -> Row:
    """Alerts and people press one organisation from five processes on one PostgreSQL."""
    with postgres.started() as database, database.database("bench") as url, ExitStack() as stack:
        async with stage(url) as here, _town(here) as town:
            ports = (here.port, free_port(), free_port())
            servers = [stack.enter_context(_serve(here, port)) for port in ports]
            for _ in range(WORKERS):
                stack.enter_context(running(["-m", "bot", "worker"], environment=here.environment))
            await here.connect()
            await here.connect(TOMAS, "Tomás Reyes")
            for number in range(6):
                await town.subscribe(f"C9000{number}", at=datetime.now(UTC))
            here.zoho.fault("latency", path="/api/*", seconds=LATENCY, times=None)
            calls = len(here.zoho.calls)
            answered = await _pressed(here, town, servers)
            calls = len(here.zoho.calls) - calls
            highest = here.zoho.org(PORTAL).usage.highest_in_flight
    return Row(
        "calls to Zoho in flight, 3 serve and 2 worker on PostgreSQL",
        f"≤ {LIMIT}",
        f"{highest} ({calls:,} calls, {answered} commands answered in {PRESSED_SECONDS} s)",
        highest <= LIMIT and calls > PRESSED_SECONDS and answered > 0,
    )


async def _pressed(here: Stage, town: _Town, servers: Sequence[Server]) -> int:
    """Two people type at once, by whatever process takes it, while alerts are due all the time."""
    answered = 0
    until = asyncio.get_running_loop().time() + PRESSED_SECONDS
    turns = itertools.cycle(servers)

    async def person(user: str) -> None:
        nonlocal answered
        for text in itertools.cycle(("", "desk contacts", "desk accounts", "ana.roe@kestrel.example")):
            if asyncio.get_running_loop().time() > until:
                return
            here.slack.bot_url = next(turns).url
            mark = here.slack.mark
            await here.slack.command(user, text)
            await here.slack.wait_for(user=user, after=mark, timeout=60)
            answered += 1

    async def slots() -> None:
        while asyncio.get_running_loop().time() < until:
            await town.due()
            await asyncio.sleep(1)

    await asyncio.gather(person(MARA), person(TOMAS), slots())
    return answered


@dataclass
class _Town:
    """The bot's database from outside: channels with alerts, and what becomes of them."""

    here: Stage
    database: Database
    store: Store

    async def subscribe(self, channel: str, *, at: datetime) -> Subscription:
        """Alerts of Mara's for a channel, first due then."""
        self.here.slack.world.channels[channel] = Channel(channel, channel.lower(), {MARA, BOT_USER})
        org = self.here.zoho.org(PORTAL)
        terms = Terms(
            channel=channel,
            product=Product.DESK,
            dc="eu",
            org_id=str(org.id),
            org_name=org.name,
            modules=(Module.DESK_CONTACTS,),
            filters=(),
            schedule="every 1440 minutes|UTC|",
            detail=Detail.FULL,
            most=5,
            mention=(),
        )
        return await self.store.subscriptions.add(Who(WORKSPACE, MARA), terms, next_at=at)

    async def due(self) -> None:
        """Let every subscription be due now."""
        async with self.database.write() as connection:
            await connection.execute(update(subscriptions).values(next_at=datetime.now(UTC)))

    async def is_unread(self, one: Subscription) -> bool:
        """Whether the first scan has not ended."""
        return one.id in {other.id for other in await self.store.subscriptions.without_baseline()}

    async def first_digest(self) -> None:
        """A channel whose alerts have something to say."""
        one = await self.subscribe("C90000", at=datetime.now(UTC))
        async with asyncio.timeout(SET_UP_SECONDS):
            while await self.is_unread(one):  # noqa: ASYNC110  # another process does it
                await asyncio.sleep(0.2)
        for number in range(5):
            for _ in range(2):
                self.here.zoho.org(PORTAL).add(
                    "contacts", lastName="Quist", email=f"quist{number}@holm.example"
                )
        await self.due()
        async with asyncio.timeout(SET_UP_SECONDS):
            while not self.posted():  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.2)

    def posted(self) -> int:
        """How many alerts stand in channels."""
        return sum("possible duplicate" in message.words for message in self.here.slack.messages())

    async def repeat(self, amount: int) -> None:
        """The same digest for so many channels, ten a second from now on."""
        async with self.database.read() as connection:
            query = select(alerts).where(alerts.c.state == AlertState.SENT.value)
            row = (await connection.execute(query)).mappings().one()
        share = await self.store.shares.get(WORKSPACE, row["id"])
        assert share is not None
        now = datetime.now(UTC)
        async with self.database.write() as connection:
            for number in range(1, amount + 1):
                channel, key = f"C9{number:04}", f"repeated{number}"
                self.here.slack.world.channels[channel] = Channel(channel, channel.lower(), {MARA, BOT_USER})
                at = now + timedelta(seconds=number / ALERTS)
                again = {"id": key, "channel": channel, "slot": at, "free_at": at, "tries": 0, "ts": ""}
                ready = {**row, **again, "state": AlertState.READY.value, "intent_at": None}
                await connection.execute(insert(alerts).values(ready))
                await self.store.shares.stand(connection, replace(share, key=key, channel=channel, ts=""))


@asynccontextmanager
async def _town(here: Stage) -> AsyncIterator[_Town]:
    keys = (here.environment["ENCRYPTION_KEYS"],)
    database = Database.open(here.environment["DATABASE_URL"], keys=keys)
    try:
        yield _Town(here, database, Store(database, lambda: datetime.now(UTC)))
    finally:
        await database.close()


def _serve(here: Stage, port: int) -> AbstractContextManager[Server]:
    environment = {**here.environment, "PORT": str(port)}
    return serving(["-m", "bot", "serve"], port=port, environment=environment)


async def _send(server: Server, away: Server, *, rate: int, seconds: int) -> list[float]:
    return await from_a_process_of_its_own(server.url, answers_to=away.url, rate=rate, seconds=seconds)


def _p99(took: Sequence[float]) -> float:
    return statistics.quantiles(took, n=100)[98]


def _spread(took: Sequence[float]) -> str:
    median, worst = statistics.median(took), max(took)
    return f"{_p99(took) * 1e3:.1f} ms (median {median * 1e3:.1f}, worst {worst * 1e3:.1f})"


def main(words: list[str]) -> None:
    """One figure by hand: ``posting``, ``scanning`` or ``flight``."""
    chosen = {"posting": while_alerts_go_out, "scanning": while_a_list_is_scanned, "flight": in_flight}
    for word in words:
        print(drawn([asyncio.run(chosen[word]())]))


if __name__ == "__main__":
    main(sys.argv[1:])

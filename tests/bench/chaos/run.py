"""One chaos run: one engine, one way Slack's history behaves, so many kills."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from bot import ids
from bot.ids import Detail
from bot.migrations import migrate
from bot.sandbox.people import BOT_USER, Channel
from bot.store import Alert, AlertState, Store, Terms
from bot.store.ledger import alerts
from bot.store.notices import notices
from bot.store.subscriptions import subscriptions
from tests import postgres
from tests.bench.chaos.outcome import Outcome, judge, judge_doubts, question
from tests.bench.chaos.processes import Keeper
from tests.bench.chaos.slack import KILLS, Blow, ChaoticSlack
from tests.conftest import MARA, free_port
from tests.processes import Installation, ready
from zoho.database import Database
from zoho.records import Module, Product, Who
from zoho.sandbox import ZohoSandbox

PROCESSES: Mapping[str, tuple[str, ...]] = {
    "sqlite": ("serve",),
    "postgres": ("serve", "worker", "worker", "worker"),
}
WORKSPACE, PORTAL = "T01LARKFIELD", "larkfield"
LAG = 5.0  # seconds a message stays out of the history
AT_RANDOM = "killed at a random moment"
_SCHEDULE = "every 1440 minutes|UTC|"
_OPEN = (AlertState.NEW, AlertState.READY, AlertState.POSTING)
_KILL_SECONDS = 6.0  # in which one kill has to be possible
_SETTLE_SECONDS = 240.0
_BASELINE_SECONDS = 120.0
_TRAP_SECONDS = 8.0
_FORESEEABLE = timedelta(days=1)


@dataclass(frozen=True)
class Mode:
    """How Slack's history behaves.

    ``every`` is the pause between two slots, in seconds; ``risks`` the most posts that may be made doubtful;
    ``patience`` how long all of it may take to settle. ``at_random`` is the share of the kills that await no
    post, ``meant`` that of those which have to hit a row in ``posting``, else the run says nothing.
    """

    name: str
    said: str
    channels: int = 14
    every: float = 0.5
    risks: int | None = None
    meant: float = 0.1
    at_random: float = 0.35
    patience: float = _SETTLE_SECONDS

    def apply(self, slack: ChaoticSlack) -> None:
        """Let the stand-in behave so."""
        slack.world.lag, slack.world.page_size = LAG, 15
        slack.most_risks = self.risks
        if self.name == "slow":
            slack.limit("conversations.history", 1)
        if self.name == "none":
            slack.api.scopes -= {scope for scope in slack.api.scopes if scope.endswith(":history")}


MODES = {
    mode.name: mode
    for mode in (
        Mode("free", "history free"),
        Mode("slow", "history once a minute", every=1.5, risks=3, meant=0.02, patience=900),
        Mode("none", "no history scope"),
    )
}


@dataclass
class Run:
    """A run under way."""

    mode: Mode
    kills: int
    chance: random.Random
    slack: ChaoticSlack
    zoho: ZohoSandbox
    database: Database
    store: Store
    outcome: Outcome
    keepers: list[Keeper] = field(default_factory=list)
    _subscriptions: dict[str, str] = field(default_factory=dict)
    _serial: int = 0

    async def go(self, installation: Installation) -> Outcome:
        """All of it."""
        with self._timed("to set up"):
            self.slack.bot_url = self.keepers[0].url
            await ready(self.keepers[0].url)
            await installation.connect(MARA, "Mara Lindqvist")
            await self._set_up()
        with self._timed("of kills"):
            await self._suffer()
        with self._timed("to settle"):
            await self._settle()
            for channel in self._subscriptions:  # whatever a slot left unsaid is said by the next one
                await self._due(channel)
            await self._settle()
        rows = await self._rows()
        self.outcome.doubtful = len(self.slack.doubtful)
        if self.mode.name == "none":
            judge_doubts(self.outcome, self.slack, rows, MARA)
            await self._answer(rows)
        judge(self.outcome, self.slack, await self._rows())
        history = [call for call in self.slack.calls if call.method == "conversations.history"]
        self.outcome.looked_up = len(history)
        self.outcome.refused = sum(call.status == 429 for call in history)
        self.outcome.faults.update(
            {blow.value: n for blow, n in self.slack.blows.items() if blow not in KILLS}
        )
        return self.outcome

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.outcome.seconds[what] = time.monotonic() - started
        print(f"  {self.mode.name}: {self.outcome.seconds[what]:.0f} s {what}", flush=True)

    async def _suffer(self) -> None:
        self.slack.is_calm = False
        pumping = asyncio.create_task(self._pump())
        try:
            await self._kill_on()
        finally:
            self.slack.is_calm, self.slack.armed = True, None
        if pumping.done():  # of what went wrong, for it goes on until it is cancelled
            pumping.result()
        pumping.cancel()
        await asyncio.gather(pumping, return_exceptions=True)

    # What is there before

    async def _set_up(self) -> None:
        """Channels with alerts, each of which has read in silence what is there."""
        org = self.zoho.org(PORTAL)
        org.clear()
        org.credits_total = 10**9
        for number in range(self.mode.channels):
            await self._subscribe(f"C9{number:03}", f"city{number}")
        async with asyncio.timeout(_BASELINE_SECONDS):
            while await self.store.subscriptions.without_baseline():  # noqa: ASYNC110  # other processes do it
                await asyncio.sleep(0.2)

    async def _subscribe(self, channel: str, city: str) -> None:
        self.slack.world.channels[channel] = Channel(channel, city, {MARA, BOT_USER})
        org = self.zoho.org(PORTAL)
        terms = Terms(
            channel=channel,
            product=Product.DESK,
            dc="eu",
            org_id=str(org.id),
            org_name=org.name,
            modules=(Module.DESK_CONTACTS,),
            filters=(("city", city),),
            schedule=_SCHEDULE,
            detail=Detail.FULL,
            most=10,
            mention=(),
        )
        later = datetime(2099, 1, 1, tzinfo=UTC)
        one = await self.store.subscriptions.add(Who(WORKSPACE, MARA), terms, next_at=later)
        self._subscriptions[channel] = one.id
        self.outcome.planted[channel] = []

    # What happens

    async def _pump(self) -> None:
        """New duplicates for one channel after the other, and slots in which to hear of them."""
        while True:
            await asyncio.sleep(self.mode.every * self.chance.uniform(0.5, 1.5))
            waiting = await self._waiting()
            idle = [channel for channel, key in self._subscriptions.items() if key not in waiting]
            if idle:
                channel = self.chance.choice(idle)
                self._plant(channel, self.chance.randint(1, 3))
                await self._due(channel)
            if self.chance.random() < 0.1:  # and sometimes one in which there is nothing to hear
                await self._due(self.chance.choice(list(self._subscriptions)))

    def _plant(self, channel: str, count: int) -> None:
        for _ in range(count):
            self._serial += 1
            name, city = f"Quist{self._serial:05}", self.slack.world.channels[channel].name
            email = f"{name.lower()}@{city}.example"
            for _ in range(2):
                self.zoho.org(PORTAL).add("contacts", lastName=name, email=email, city=city)
            self.outcome.planted[channel].append(name)

    async def _due(self, channel: str) -> None:
        ours = subscriptions.c.id == self._subscriptions[channel]
        async with self.database.write() as connection:
            await connection.execute(update(subscriptions).where(ours).values(next_at=datetime.now(UTC)))

    async def _waiting(self) -> set[str]:
        """The subscriptions with a slot that was not scanned or posted yet."""
        resting = [AlertState.NEW.value, AlertState.READY.value]
        async with self.database.read() as connection:
            query = select(alerts.c.subscription).where(alerts.c.state.in_(resting))
            slots = set((await connection.execute(query)).scalars())
            due = subscriptions.c.next_at <= datetime.now(UTC)
            return slots | set((await connection.execute(select(subscriptions.c.id).where(due))).scalars())

    async def _owed(self) -> bool:
        """Whether somebody is still to hear something; a process that dies over it keeps it for a while."""
        owed = notices.c.free_at < datetime.now(UTC) + _FORESEEABLE
        async with self.database.read() as connection:
            return (await connection.execute(select(notices.c.key).where(owed))).first() is not None

    async def _kill_on(self) -> None:
        """Kill, at random moments and at posts, as often as was asked."""
        until = time.monotonic() + 60 + self.kills * _KILL_SECONDS
        while self.outcome.all_kills < self.kills and time.monotonic() < until:
            keeper = self.chance.choice(self.keepers)
            await keeper.wait_until_up()
            may_trap = self.chance.random() >= self.mode.at_random and not self.slack.spares
            if not may_trap or not await self._trap(self.chance.choice(KILLS)):
                await asyncio.sleep(self.chance.uniform(0, 2))
                keeper.kill(AT_RANDOM)
            await asyncio.sleep(0.05)

    async def _trap(self, blow: Blow) -> bool:
        """Await a post for this kill; False when none came."""
        self.slack.sprung.clear()
        self.slack.armed = blow
        try:
            async with asyncio.timeout(_TRAP_SECONDS):
                await self.slack.sprung.wait()
        except TimeoutError:
            self.slack.armed = None
            return False
        return True

    def kill(self, number: int, blow: Blow, alert: str) -> None:
        """A trap was sprung by this process."""
        self.keepers[number].kill(blow.value, alert)

    async def note(self, why: str, alert: str) -> None:
        """A process is gone: what did it leave in the ledger?"""
        self.outcome.kills[why] += 1
        rows = await self._rows()
        states = {row.state for row in rows.values() if row.holder}
        self.outcome.held.update(state.value for state in states)
        if not states:
            self.outcome.held["no row"] += 1
        if alert:
            self.outcome.met[rows[alert].state.value] += 1

    # How it ends

    async def _settle(self) -> None:
        """Wait until nothing is due, open or owed any more; what is still open then is left over."""
        until = time.monotonic() + self.mode.patience
        while time.monotonic() < until:
            rows = await self._rows()
            is_open = any(row.state in _OPEN or row.holder for row in rows.values())
            if not is_open and not await self._waiting() and not await self._owed():
                return
            await asyncio.sleep(0.5)

    async def _answer(self, rows: Mapping[str, Alert]) -> None:
        """The owner looks into the channel, and says for each unknown alert what to do."""
        there = {alert for channel in self._subscriptions for alert, _ in self.slack.posted(channel)}
        for row in rows.values():
            asked = question(self.slack, row.id, MARA)
            if row.state is AlertState.UNKNOWN and asked is not None:
                action = ids.ALERT_ARRIVED if row.id in there else ids.ALERT_REPOST
                await self.slack.click(asked, action, user=MARA, value=row.id)
                await self._answered(row.id)
        await self._settle()

    async def _answered(self, key: str) -> None:
        for _ in range(100):
            row = await self.store.ledger.get(key)
            if row is None or row.state is not AlertState.UNKNOWN:
                return
            await asyncio.sleep(0.05)

    async def _rows(self) -> dict[str, Alert]:
        """The ledger, without the first slots, which are silent."""
        found = [await self.store.ledger.of(key, limit=10_000) for key in self._subscriptions.values()]
        return {row.id: row for rows in found for row in rows}


@asynccontextmanager
async def prepared(
    mode: Mode, engine: str, url: str, folder: Path, *, kills: int, seed: str, spoiled: str
) -> AsyncIterator[tuple[Run, Installation]]:
    """Both stand-ins, a database with every table, and the processes."""
    chance = random.Random(f"{seed} {engine} {mode.name}")
    async with ZohoSandbox.start() as zoho, ChaoticSlack.chaotic() as slack:
        installation = Installation(slack, zoho, folder)
        installation.environment["DATABASE_URL"] = url
        database = Database.open(url, keys=(installation.environment["ENCRYPTION_KEYS"],))
        run = Run(
            mode, kills, chance, slack, zoho, database, Store(database, _now), Outcome(kills, mode.meant)
        )
        slack.chance, slack.kill = random.Random(chance.random()), run.kill
        mode.apply(slack)
        commands = PROCESSES[engine]
        ports = [int(installation.environment["PORT"]), *(free_port() for _ in commands[1:])]
        run.keepers = [
            Keeper(number, installation, slack, command, spoiled, run.note, port)
            for number, (command, port) in enumerate(zip(commands, ports, strict=True))
        ]
        slack.heard = lambda number: run.keepers[number].up.set()
        tasks = [asyncio.create_task(keeper.run()) for keeper in run.keepers]
        try:
            yield run, installation
        finally:
            for keeper in run.keepers:
                keeper.stop()
            await asyncio.gather(*tasks)
            run.outcome.fell += [said for keeper in run.keepers for said in keeper.fell]
            await database.close()


async def chaos(
    mode: Mode, engine: str, url: str, folder: Path, *, kills: int, seed: str, spoiled: str = ""
) -> Outcome:
    """One run, from an empty database to the counts."""
    async with prepared(mode, engine, url, folder, kills=kills, seed=seed, spoiled=spoiled) as (run, here):
        await run.go(here)
    return run.outcome


@contextmanager
def databases(engine: str, count: int) -> Iterator[list[tuple[str, Path]]]:
    """So many databases with every table and no row, each with a folder beside it."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        places = [Path(folder) / str(number) for number in range(count)]
        for place in places:
            place.mkdir()
        if engine == "sqlite":
            urls = [f"sqlite:///{place / 'bot.sqlite3'}" for place in places]
        else:
            server = stack.enter_context(postgres.started())
            urls = [stack.enter_context(server.database(f"chaos{number}")) for number in range(count)]
        for url in urls:
            migrate(url)
        yield list(zip(urls, places, strict=True))


def _now() -> datetime:
    return datetime.now(UTC)

"""Thirty days of alerts: fifty channels, records that change every day, and an oracle beside them.

``python -m tests.bench simulation``. Everything between the stand-in Zoho and what a channel is to hear is
real: scans, prices, dismissals, what is known and kept. Things go wrong on the way: lists fail, work is lost
before it is kept, two processes scan the same slot, slots are too dear, profiles change.

``python -m tests.bench.simulation`` is one run by hand: ``--seed`` plays another story, ``--spoil RULE``
spoils the product on purpose, and the run has to fail.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet

from bot.alerts.news import Kind, after, announced, news
from bot.alerts.scanned import Scanned
from bot.alerts.scans import scan
from bot.ids import Detail
from bot.store import Known, Spot, Store, Terms, Told
from tests.bench.oracle import Sight, Story, Two
from tests.bench.spoiled import SPOILED, Rule
from tests.bench.table import Row
from tests.bench.town import CITIES, MODULES, WORKSPACE, Town
from tests.zoho.duplicates.desk_stand import stand
from zoho.access import Access
from zoho.database import Database, metadata
from zoho.records import Module, Product
from zoho.sandbox import ZohoSandbox

DAYS, CHANNELS, SEED = 30, 50, 20261102
SCANS, PAIRS = 100, 5
START = datetime(2026, 11, 2, 6, tzinfo=UTC)
_NAMES = {module: name for name, module in MODULES.items()}
_FAULTS = ("forbidden", "not_json", "error_key")


class Calendar:
    """The one clock of a run; no two things happen at the same moment."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        self.time += timedelta(milliseconds=2)
        return self.time


@dataclass(frozen=True)
class Channel:
    """One channel's alerts: whose login, which lists, every how many days, from which day on."""

    key: str
    person: str
    terms: Terms
    every: int
    first: int
    city: str = ""

    def is_due(self, day: int) -> bool:
        return day >= self.first and (day - self.first) % self.every == 0


@dataclass(frozen=True)
class Slot:
    """What one channel heard of one module, beside what its owner's login showed at that moment."""

    day: int
    sight: Sight
    at: datetime
    told: tuple[frozenset[Two], ...]
    over: frozenset[Two]


@dataclass
class Outcome:
    """What was injected, and what came of it."""

    injected: Counter[str] = field(default_factory=Counter)
    slots: int = 0
    lists: int = 0
    told: Counter[Kind] = field(default_factory=Counter)
    solved: int = 0
    expected: int = 0
    repeats: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    dismissed_and_told: int = 0
    ended_wrongly: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Lists that failed though nothing was done to them."""

    @property
    def is_right(self) -> bool:
        wrong = (*self.repeats, *self.missed, *self.ended_wrongly, *self.unread)
        return not (wrong or self.dismissed_and_told)

    def __str__(self) -> str:
        happened = "\n".join(f"    {count:>6,} {what}" for what, count in sorted(self.injected.items()))
        kinds = ", ".join(f"{count:,} {kind.value}" for kind, count in sorted(self.told.items()))
        lines = [
            f"injected:\n{happened}",
            f"slots {self.slots:,}, lists scanned {self.lists:,}",
            f"told: {kinds}; struck out as solved {self.solved:,}",
            f"news by the oracle: {self.expected:,} pairs",
            f"repeats {len(self.repeats)}, missed {len(self.missed)}, "
            f"told though dismissed {self.dismissed_and_told}, ended or left open wrongly "
            f"{len(self.ended_wrongly)}, not read for no reason {len(self.unread)}",
            *self.repeats[:5],
            *self.missed[:5],
            *self.ended_wrongly[:5],
            *self.unread[:5],
        ]
        return "\n".join(lines)


@dataclass
class Simulation:
    """A run: the town, its channels, and what each has heard."""

    sandbox: ZohoSandbox
    database: Database
    store: Store
    town: Town
    people: Mapping[str, Access]
    calendar: Calendar
    chance: random.Random
    rule: Rule
    outcome: Outcome = field(default_factory=Outcome)
    heard: dict[tuple[str, str], list[Slot]] = field(default_factory=dict)

    async def run(self, channels: list[Channel], days: int) -> Outcome:
        for day in range(days):
            self.calendar.time = START + timedelta(days=day)
            for _ in range(self.chance.randint(8, 16)):
                await self.town.turn(self.people["mara"])
            for channel in self.chance.sample(channels, len(channels)):
                if channel.is_due(day):
                    await self._slot(channel, day)
                if self.chance.random() < 0.1:
                    await self.town.turn(self.people["mara"])
        self.outcome.injected += self.town.happened
        for (key, module), slots in self.heard.items():
            self._judge(key, module, slots)
        return self.outcome

    async def _slot(self, channel: Channel, day: int) -> None:
        """One slot, with whatever goes wrong in it."""
        self.outcome.slots += 1
        trouble = self.chance.random()
        terms = channel.terms
        if is_faulty := trouble < 0.04:
            self._fail_one_list(terms)
        elif trouble < 0.06:
            terms = replace(terms, price=1)
            self.outcome.injected["slots dearer than agreed"] += 1
        elif trouble < 0.10:
            await self._scan(channel, terms)  # and the process dies before anything is kept
            self.outcome.injected["work lost before it was kept"] += 1
        elif trouble < 0.14:
            await self._twice(channel, day)
            return
        scanned, known = await self._scan(channel, terms)
        assert await self._keep(channel, day, scanned, known)
        self.sandbox.clear_faults()
        if not is_faulty:
            self.outcome.unread += [f"not read: {channel.key} day {day}: {one}" for one in scanned.failed]

    def _fail_one_list(self, terms: Terms) -> None:
        name = _NAMES[self.chance.choice(terms.modules)]
        path = f"*{name[1:-1]}*"  # of each of its calls: accounts, groupAccounts, groupAccountDuplicateValues
        self.sandbox.fault(self.chance.choice(_FAULTS), path=path, times=None)
        self.outcome.injected["lists that failed"] += 1

    async def _twice(self, channel: Channel, day: int) -> None:
        """Two processes scan the same slot; the slower one finds that something was learned meanwhile."""
        self.outcome.injected["slots scanned by two processes"] += 1
        one, other = await self._scan(channel, channel.terms), await self._scan(channel, channel.terms)
        assert await self._keep(channel, day, *one)
        assert not await self._keep(channel, day, *other)
        scanned, known = await self._scan(channel, channel.terms)
        assert await self._keep(channel, day, scanned, known)

    async def _scan(self, channel: Channel, terms: Terms) -> tuple[Scanned, Known]:
        self.calendar.time += timedelta(seconds=20)
        known = await self.store.told.known(channel.key)
        return await scan(self.people[channel.person], terms, known, self.calendar()), known

    async def _keep(self, channel: Channel, day: int, scanned: Scanned, known: Known) -> bool:
        """What a digest and the ledger would do with a scan; False when it came too late."""
        heard = self.rule(scanned, known)
        async with self.database.write() as connection:
            if not await self.store.told.keep(
                connection,
                channel.key,
                WORKSPACE,
                known,
                groups=announced(heard, f"{day}"),
                lists=heard.lists,
            ):
                return False
        self.outcome.told += Counter(item.kind for item in heard.items)
        self.outcome.solved += len(heard.solved)
        for listed in scanned.lists:
            name = _NAMES[listed.module]
            told = tuple(_pairs(item.group.ids) for item in heard.items if item.group.module is listed.module)
            sight = self.town.sight(name, channel.person, channel.city)
            over = _open(known.groups, listed.module) - _open(after(known, heard).groups, listed.module)
            slot = Slot(day, sight, scanned.at, told, over)
            self.heard.setdefault((channel.key, name), []).append(slot)
            self.outcome.lists += 1
        return True

    def _judge(self, key: str, module: str, slots: list[Slot]) -> None:
        """Tell the channel's story from its beginning, and hold what it heard against it."""
        story = Story(module)
        for place, slot in enumerate(slots):
            expected = story.hear(slot.sight, slot.at, silent=not place)
            self.outcome.expected += len(expected)
            where = f"{key} {module} day {slot.day}"
            for told in slot.told:
                if not told & expected:
                    self.outcome.repeats.append(f"repeat: {where}: {sorted(map(sorted, told))}")
                held = story.held(slot.sight)
                self.outcome.dismissed_and_told += len(told & held)
            missed = expected - frozenset[Two]().union(*slot.told)
            if missed:
                self.outcome.missed.append(f"missed: {where}: {sorted(map(sorted, missed))}")
            wrong = slot.over ^ story.over
            if wrong:
                self.outcome.ended_wrongly.append(f"ended: {where}: {sorted(map(sorted, wrong))}")


def _pairs(ids: tuple[str, ...]) -> frozenset[Two]:
    return frozenset(frozenset((a, b)) for a in ids for b in ids if a < b)


def _open(groups: Iterable[Told], module: Module) -> frozenset[Two]:
    """The pairs that a channel holds for possible duplicates."""
    known = (one.open_pairs for one in groups if one.module is module)
    return frozenset(frozenset(pair) for some in known for pair in some)


# Runs


@asynccontextmanager
async def simulated(rule: Rule = news, seed: int = SEED) -> AsyncIterator[Simulation]:
    """A town with its people, connected, and an empty memory."""
    calendar, chance = Calendar(), random.Random(seed)  # repeatable, nothing secret
    with tempfile.TemporaryDirectory() as folder:
        async with stand(Path(folder), now=calendar, zohos_now=calendar) as desk:
            key = Fernet.generate_key().decode()
            database = Database.open(f"sqlite+aiosqlite:///{folder}/bot.sqlite3", keys=(key,))
            async with database.write() as connection:
                await connection.run_sync(metadata.create_all)
            store = Store(database, calendar)
            town = Town(desk.org("larkfield"), store, chance)
            town.fill()
            people = {
                person: replace(await desk.connect(person), dismissals=store.dismissals)
                for person in ("mara", "tomas")
            }
            yield Simulation(desk.sandbox, database, store, town, people, calendar, chance, rule)
            await database.close()


def channels(count: int, chance: random.Random) -> list[Channel]:
    """So many channels, no two quite alike."""
    made = []
    for number in range(count):
        lists = chance.sample(list(Module), chance.randint(1, 3))
        city = chance.choice(CITIES) if lists == [Module.DESK_CONTACTS] and chance.random() < 0.7 else ""
        terms = Terms(
            channel=f"C{number:02}",
            product=Product.DESK,
            dc="eu",
            org_id="",
            org_name="",
            modules=tuple(sorted(lists)),
            filters=(("city", city),) if city else (),
            schedule="",
            detail=Detail.MASKED,
            most=5,
            mention=(),
        )
        every, first = chance.choice((1, 1, 1, 2, 3)), chance.choice((0, 0, 0, 1, 5))
        person = "mara" if number % 2 else "tomas"
        made.append(Channel(f"s{number:02}", person, terms, every, first, city))
    return made


async def run(days: int, count: int, rule: Rule = news, seed: int = SEED) -> Outcome:
    """So many days of so many channels."""
    async with simulated(rule, seed) as simulation:
        return await simulation.run(channels(count, random.Random(seed)), days)  # as above


async def never_shown(scans: int, pairs: int = PAIRS) -> tuple[int, int]:
    """Dismissed pairs over many scans with unrelated edits: how often one was shown, and how many came back
    at the next scan when a compared field had changed."""
    async with simulated() as simulation:
        town, access, chance = simulation.town, simulation.people["mara"], simulation.chance
        town.org.clear()
        module = Module.DESK_CONTACTS
        dismissed = []
        for number in range(pairs):
            same = {"lastName": "Holm", "email": f"pair{number}@holm.example"}
            ids = [town.org.add("contacts", firstName=first, **same) for first in ("Al", "Bo")]
            spot = Spot(WORKSPACE, "eu", access.connection.org_id, module)
            await town.store.dismissals.dismiss(spot, await access.desk.records(module, ids), "U1")
            dismissed.append(ids)
        (channel,) = channels(1, random.Random(1))  # as above
        channel = replace(
            channel, person="mara", city="", terms=replace(channel.terms, modules=(module,), filters=())
        )
        shown = 0
        for _ in range(scans):
            for _ in range(3):
                one = chance.choice(chance.choice(dismissed))
                town.org.patch(
                    "contacts", one, **{chance.choice(("mobile", "title", "city")): str(chance.random())}
                )
            shown += len(await _groups(simulation, channel))
        for _, other in dismissed:
            town.org.patch("contacts", other, phone=f"+49 40 55{chance.randint(10_000, 99_999)}")
        return shown, len(await _groups(simulation, channel))


async def _groups(simulation: Simulation, channel: Channel) -> list[tuple[str, ...]]:
    scanned, known = await simulation._scan(channel, channel.terms)  # this file's own
    heard = news(scanned, known)
    assert await simulation._keep(channel, 0, scanned, known)  # this file's own
    assert {item.group.ids for item in heard.items} <= {
        group.ids for one in scanned.lists for group in one.groups
    }
    return [group.ids for one in scanned.lists for group in one.groups]


async def rows() -> list[Row]:
    """The figures of this file."""
    outcome = await run(DAYS, CHANNELS)
    print(f"\n{outcome}")
    shown, back = await never_shown(SCANS)
    noticed = [name for name, rule in SPOILED.items() if not (await run(12, 16, rule)).is_right]
    return [
        Row(
            f"{DAYS} days, {CHANNELS} channels against the oracle",
            "0 repeats, 0 missed",
            f"{len(outcome.repeats)} repeats, {len(outcome.missed)} missed of {outcome.expected:,} pairs",
            holds=outcome.is_right and outcome.expected > 0,
        ),
        Row(
            f"dismissed pairs over {SCANS} scans with unrelated edits",
            f"shown 0; {PAIRS} of {PAIRS} back after a change",
            f"shown {shown}; {back} of {PAIRS} back",
            holds=(shown, back) == (0, PAIRS),
        ),
        Row(
            "rules of news spoiled on purpose",
            f"{len(SPOILED)} of {len(SPOILED)} noticed",
            f"{len(noticed)} of {len(SPOILED)} noticed",
            holds=len(noticed) == len(SPOILED),
        ),
    ]


def main(words: list[str]) -> int:
    """One run by hand; 0 when the oracle agrees."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.simulation")
    parser.add_argument("--spoil", choices=SPOILED)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--channels", type=int, default=CHANNELS)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args(words)
    rule = SPOILED[given.spoil] if given.spoil else news
    outcome = asyncio.run(run(given.days, given.channels, rule, given.seed))
    print(outcome)
    return 0 if outcome.is_right else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

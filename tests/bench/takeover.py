"""How soon alerts go on after a process died: rows it left in ``ready``, and rows it left in ``posting``.

The process that dies is a real one: it takes its rows with the ledger, and is killed. Who goes on is
``worker`` on PostgreSQL, where it runs already, and ``serve`` on SQLite, which is started for it.
``python -m tests.bench takeover``
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta

from bot.ids import Detail
from bot.sandbox.people import BOT_USER, Channel
from bot.store import Store, Terms
from bot.store.ledger import LEASE, Slot
from tests import postgres
from tests.bench.servers import TOP
from tests.bench.stage import MARA, Stage, stage
from tests.bench.table import Row
from zoho.database import Database
from zoho.records import Module, Product, Who

ROWS, STARTS = 20, 5
TAKEN, STARTED, JUDGED = 4.0, 2.0, 10.0
_WHO = Who("T01LARKFIELD", MARA)
_NEVER = datetime(2099, 1, 1, tzinfo=UTC)
_PAUSE = 0.25  # between two rows, so that the looks of the others meet them at every moment
_PATIENCE = 2 * LEASE.total_seconds() + 30


async def rows() -> list[Row]:
    """The figures of this file."""
    taken = await _taken_over()
    started, judged = await _restarted()
    lease = LEASE.total_seconds()
    median, worst = statistics.median(taken), max(taken)
    most = statistics.median(started)
    return [
        Row(
            f"take-over of a row in ready, lease {lease:.0f} s",
            f"≤ {lease + TAKEN:.0f} s, worst of {ROWS} ≤ {2 * lease + TAKEN:.0f} s",
            f"{median:.1f} s (worst {worst:.1f} of {len(taken)})",
            min(taken) > 0 and median <= lease + TAKEN and worst <= 2 * lease + TAKEN and len(taken) >= ROWS,
        ),
        Row(
            "restart on SQLite to the post of a row found in ready",
            f"≤ {STARTED:.0f} s",
            f"{most:.2f} s (worst {max(started):.2f} of {len(started)})",
            most <= STARTED,
        ),
        Row(
            "first look-up for a row found in posting, after its intent",
            f"≥ {JUDGED:.0f} s",
            f"{judged:.1f} s",
            judged >= JUDGED,
        ),
    ]


async def _taken_over() -> list[float]:
    """For each of the rows of a process that was killed: seconds from its death to the post."""
    with postgres.started() as server, server.database("takeover") as url:
        async with stage(url) as here, _store_of(here) as store:
            keys = [await _set_up(here, store, number) for number in range(ROWS)]
            with _running(here, "worker"), _dying(here, "ready", keys) as process:
                await asyncio.to_thread(_wait_for_word, process)
                process.kill()
                died = datetime.now(UTC)
                posts = [await _posted(here, f"C9{number:03}") for number in range(ROWS)]
    return [(post - died).total_seconds() for post in posts]


async def _restarted() -> tuple[list[float], float]:
    """Seconds from each start to the first post, and from an intent to the first look-up."""
    async with stage() as here, _store_of(here) as store:
        started = [await _restart(here, store, number) for number in range(STARTS)]
        key, channel = await _set_up(here, store, STARTS), f"C9{STARTS:03}"
        with _dying(here, "posting", [key]) as process:
            await asyncio.to_thread(_wait_for_word, process)
            process.kill()
        intent = await _intent(store, key)
        with _running(here, "serve"):
            await _posted(here, channel)
        calls = [call for call in here.slack.calls if call.method == "conversations.history"]
        looks = [call.at for call in calls if call.args["channel"] == channel]
    return started, (min(looks) - intent).total_seconds()


async def _restart(here: Stage, store: Store, number: int) -> float:
    key = await _set_up(here, store, number)
    with _dying(here, "ready", [key]) as process:
        await asyncio.to_thread(_wait_for_word, process)
        process.kill()
    start = datetime.now(UTC)
    with _running(here, "serve"):
        return (await _posted(here, f"C9{number:03}") - start).total_seconds()


async def _set_up(here: Stage, store: Store, number: int) -> str:
    """A channel with alerts of which everything is known; their key."""
    channel = f"C9{number:03}"
    here.slack.world.channels[channel] = Channel(channel, f"channel{number}", {MARA, BOT_USER})
    terms = Terms(
        channel=channel,
        product=Product.DESK,
        dc="eu",
        org_id="20060000001",
        org_name="Larkfield Support",
        modules=(Module.DESK_CONTACTS,),
        filters=(),
        schedule="every 60 minutes|UTC|",
        detail=Detail.MASKED,
        most=5,
        mention=(),
    )
    one = await store.subscriptions.add(_WHO, terms, next_at=_NEVER)
    await store.subscriptions.baseline_done(one.id, 0)
    return one.id


async def _posted(here: Stage, channel: str) -> datetime:
    """When the first message came to stand in a channel."""
    found = await here.slack.wait_for(channel=channel, timeout=_PATIENCE)
    return datetime.fromtimestamp(float(found.ts), UTC)


async def _intent(store: Store, subscription: str) -> datetime:
    (alert,) = await store.ledger.of(subscription)
    if alert.intent_at is None:
        raise ValueError(alert.state)
    return alert.intent_at


@asynccontextmanager
async def _store_of(here: Stage) -> AsyncIterator[Store]:
    environment = here.environment
    database = Database.open(environment["DATABASE_URL"], keys=[environment["ENCRYPTION_KEYS"]])
    try:
        yield Store(database, _now)
    finally:
        await database.close()


@contextmanager
def _running(here: Stage, command: str) -> Iterator[None]:
    """The bot, until the block ends."""
    with _process(here, ["-m", "bot", command]):
        yield


@contextmanager
def _dying(here: Stage, state: str, keys: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that takes rows of these alerts, and says a word when it has them."""
    with _process(here, ["-m", "tests.bench.takeover", state, *keys]) as process:
        yield process


@contextmanager
def _process(here: Stage, words: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    whole = {**os.environ, "PYTHONPATH": str(TOP), **here.environment}
    with subprocess.Popen([sys.executable, *words], env=whole, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def _wait_for_word(process: subprocess.Popen[bytes]) -> None:
    if process.stdout is None or process.stdout.readline() != b"taken\n":
        raise RuntimeError("the process that was to die did not live")


async def _take(state: str, keys: Sequence[str]) -> None:
    """The life of the process that dies."""
    database = Database.open(os.environ["DATABASE_URL"], keys=[os.environ["ENCRYPTION_KEYS"]])
    store = Store(database, _now)
    for key in keys:
        one = await store.subscriptions.get(_WHO.workspace, key)
        if one is None:
            raise ValueError(key)
        async with database.write() as connection:
            slot = Slot(one.id, _now() - timedelta(seconds=1), _WHO.workspace, one.channel)
            alert = await store.ledger.introduce(connection, slot)
        if state == "posting":
            await store.ledger.intend(alert)
        await asyncio.sleep(_PAUSE)
    print("taken", flush=True)
    await asyncio.sleep(_PATIENCE)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    asyncio.run(_take(sys.argv[1], sys.argv[2:]))

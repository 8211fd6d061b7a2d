"""How fast Slack is answered: `/duplicates help`, signed, against the bot in a process of its own.

The bot is the real one (`serve`, its own authorisation, its own database); beside it, in the same run, stands
the least a Bolt app can be, with Bolt's defaults. Both ask the same stand-in Slack who they are.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from bot.sandbox import SlackSandbox
from tests.bench.servers import TOP, Server, free_port, serving
from tests.bench.signed import SECRET, commands
from tests.bench.steady import seconds_each
from tests.bench.table import Row
from tests.bench.wrk import Load, NoWrk, load

BOT_TOKEN = "xoxb-made-up"
RATE, SECONDS = 200, 10
ROUNDS, ROUND_SECONDS = 5, 3
A_FEW, MANY = 32, 128
MARGIN = 1.5


async def rows() -> list[Row]:
    """The figures of this file."""
    async with _slack() as slack:
        found = await _steady(slack)
        try:
            for connections in (A_FEW, MANY):
                found += await asyncio.to_thread(_against_bare_bolt, slack.api_url, connections)
        except NoWrk:
            found.append(Row("acks a second", f"≥ {MARGIN} × bare Bolt", "wrk is not installed", holds=False))
    return [*found, await asyncio.to_thread(_demo)]


@asynccontextmanager
async def _slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox.start(port=0, signing_secret=SECRET, bot_token=BOT_TOKEN) as slack:
        yield slack


@contextmanager
def _bot(api_url: str) -> Iterator[Server]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_API_URL": api_url,
            "ZOHO_CLIENT_ID": "1000.MADEUP",
            "ZOHO_CLIENT_SECRET": "made-up",
            "ZOHO_HOME_DC": "eu",
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.sqlite3'}",
            "PORT": str(port),
            "METRICS_PORT": "0",
            "LOG_LEVEL": "WARNING",
        }
        migrate = [sys.executable, "-m", "bot", "migrate"]
        subprocess.run(migrate, env={**os.environ, **environment}, cwd=TOP, check=True, capture_output=True)
        with serving(["-m", "bot", "serve"], port=port, environment=environment) as server:
            yield server


@contextmanager
def _bare(api_url: str) -> Iterator[Server]:
    port = free_port()
    with serving(["-m", "tests.bench.bare_bolt", str(port), api_url], port=port, environment={}) as server:
        yield server


async def _steady(slack: SlackSandbox) -> list[Row]:
    with _bot(slack.api_url) as server:
        await seconds_each(server.url, list(commands(RATE)), a_second=RATE)
        before, cpu = len(slack.calls), server.cpu_seconds()
        took = await seconds_each(server.url, list(commands(RATE * SECONDS)), a_second=RATE)
        cpu = (server.cpu_seconds() - cpu) / len(took)
        calls = len(slack.calls) - before
    p99 = statistics.quantiles(took, n=100)[98]
    middle, worst = statistics.median(took), max(took)
    return [
        Row(
            f"p99 of the ack at {RATE} requests a second",
            "≤ 5 ms",
            f"{p99 * 1e3:.1f} ms (median {middle * 1e3:.1f}, worst {worst * 1e3:.1f}; {len(took)} sent; "
            f"CPU {cpu * 1e3:.2f} ms an ack)",
            p99 <= 0.005,
        ),
        Row("calls to Slack for these acks", "0", str(calls), calls == 0),
    ]


@dataclass(frozen=True)
class _Round:
    load: Load
    cpu: float

    @property
    def cpu_an_ack(self) -> float:
        return self.cpu / self.load.answers


def _against_bare_bolt(api_url: str, connections: int) -> list[Row]:
    with ExitStack() as stack:
        servers = [stack.enter_context(_bot(api_url)), stack.enter_context(_bare(api_url))]
        for server in servers:
            load(server.url, seconds=1, connections=connections)
        turns = [[_pressed(server, connections) for server in servers] for _ in range(ROUNDS)]
    ours, bare = zip(*turns, strict=True)
    ratio = statistics.median(mine.load.a_second / its.load.a_second for mine, its in turns)
    broken = sum(turn.load.broken + turn.load.refused for turn in (*ours, *bare))
    return [
        Row(
            f"acks a second, {connections} connections",
            f"≥ {MARGIN} × bare Bolt",
            f"{ratio:.2f} × ({_median(ours):,.0f} against {_median(bare):,.0f}; {broken} failed)",
            ratio >= MARGIN and not broken,
        ),
        Row(f"CPU an ack, {connections} connections", "", f"{_cpu(ours)} (bare Bolt {_cpu(bare)})"),
    ]


def _pressed(server: Server, connections: int) -> _Round:
    before = server.cpu_seconds()
    pressed = load(server.url, seconds=ROUND_SECONDS, connections=connections)
    return _Round(pressed, server.cpu_seconds() - before)


def _median(rounds: Sequence[_Round]) -> float:
    return statistics.median(turn.load.a_second for turn in rounds)


def _cpu(rounds: Sequence[_Round]) -> str:
    return f"{statistics.median(turn.cpu_an_ack for turn in rounds) * 1e3:.3f} ms"


def _demo() -> Row:
    started = time.perf_counter()
    words = [sys.executable, "-m", "bot", "demo", "--check"]
    run = subprocess.run(words, cwd=TOP, capture_output=True, text=True, check=False)
    took = time.perf_counter() - started
    closing = (run.stdout.strip().splitlines() or ["nothing was printed"])[-1]
    holds = run.returncode == 0 and took <= 15
    return Row("the demo's story, after set-up", "≤ 15 s", f"{took:.1f} s ({closing})", holds)

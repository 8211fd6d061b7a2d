"""How fast Slack is answered: `/duplicates help`, signed, against the bot in a process of its own.

The bot is the real one (`serve`, its own authorisation, its own database), and it does what it was asked for
after the acknowledgement. Beside it, in the same run, stands the least a Bolt app can be, with Bolt's
defaults. Both ask the same stand-in Slack who they are.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from bot.sandbox import SlackSandbox
from tests.bench.servers import TOP, Server, free_port, serving, sink
from tests.bench.signed import SECRET, Signed, commands
from tests.bench.steady import seconds_each
from tests.bench.table import Row
from tests.bench.wrk import Load, NoWrk, load

BOT_TOKEN = "xoxb-made-up"
RATE, SECONDS = 200, 10
ROUNDS, ROUND_SECONDS = 3, 2
FEW, MANY = 10, 128  # what wrk opens by itself; more than either server keeps up with
SLOW = 1.0
MARGIN = 1.5


async def rows() -> list[Row]:
    """The figures of this file."""
    with tempfile.TemporaryDirectory() as folder, sink() as answers:
        async with SlackSandbox.start(signing_secret=SECRET, bot_token=BOT_TOKEN) as slack:
            bench = _Bench(slack, answers.url, Path(folder) / "bench.sqlite3")
            found = [await bench.steady(), await bench.asks_nobody()]
            try:
                for connections in (FEW, MANY):
                    found += await asyncio.to_thread(bench.against_bare_bolt, connections)
            except NoWrk:
                found.append(Row("acks a second", _ASKED, "wrk is not installed", holds=False))
    return [*found, await asyncio.to_thread(_demo)]


_ASKED = f"≥ {MARGIN} × bare Bolt"


@dataclass(frozen=True)
class _Round:
    load: Load
    cpu: float

    @property
    def cpu_an_ack(self) -> float:
        return self.cpu / self.load.answers


@dataclass(frozen=True)
class _Bench:
    slack: SlackSandbox
    sink: str
    database: Path

    async def steady(self) -> Row:
        """The real bot at a steady rate; the first second is not counted."""
        with self._bot() as server:
            await seconds_each(server.url, self._commands(RATE), a_second=RATE)
            before = server.cpu_seconds()
            took = await seconds_each(server.url, self._commands(RATE * SECONDS), a_second=RATE)
            cpu = server.cpu_seconds() - before
        p99 = statistics.quantiles(took, n=100)[98]
        seen = (
            f"{p99 * 1e3:.1f} ms (median {statistics.median(took) * 1e3:.1f}, worst {max(took) * 1e3:.1f}; "
            f"{len(took)} sent, {cpu / SECONDS:.0%} of a core with all that follows)"
        )
        return Row(f"p99 of the ack at {RATE} requests a second", "≤ 5 ms", seen, p99 <= 0.005)

    async def asks_nobody(self) -> Row:
        """Slack takes a second for every answer; an acknowledgement that waited for one would show it."""
        with self._bot() as server:
            self.slack.slow("*", SLOW)
            took = await seconds_each(server.url, self._commands(20), a_second=20)
            self.slack.clear_faults()
        worst = max(took)
        seen = f"none ({worst * 1e3:.0f} ms at worst while Slack takes {SLOW * 1e3:.0f})"
        return Row("calls awaited before the ack", "none", seen, worst < SLOW / 2)

    def against_bare_bolt(self, connections: int) -> list[Row]:
        """Both under full load by turns."""
        turns = [
            (self._pressed(self._bot(), connections), self._pressed(self._bare(), connections))
            for _ in range(ROUNDS)
        ]
        ours, bare = zip(*turns, strict=True)
        ratio = statistics.median(mine.load.a_second / its.load.a_second for mine, its in turns)
        failed = sum(turn.load.broken + turn.load.refused for turn in (*ours, *bare))
        seen = f"{ratio:.2f} × ({_median(ours):,.0f} against {_median(bare):,.0f}; {failed} failed)"
        return [
            Row(f"acks a second, {connections} connections", _ASKED, seen, ratio >= MARGIN and not failed),
            Row(f"CPU an ack, {connections} connections", "", f"{_cpu(ours)} (bare Bolt {_cpu(bare)})"),
        ]

    def _pressed(self, starting: AbstractContextManager[Server], connections: int) -> _Round:
        with starting as server:
            load(server.url, answers_to=self.sink, seconds=1, connections=connections)
            before = server.cpu_seconds()
            pressed = load(server.url, answers_to=self.sink, seconds=ROUND_SECONDS, connections=connections)
            return _Round(pressed, server.cpu_seconds() - before)

    def _commands(self, amount: int) -> list[Signed]:
        return list(commands(amount, answers_to=self.sink))

    @contextmanager
    def _bot(self) -> Iterator[Server]:
        port = free_port()
        environment = {
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_API_URL": self.slack.api_url,
            "ZOHO_CLIENT_ID": "1000.MADEUP",
            "ZOHO_CLIENT_SECRET": "made-up",
            "ZOHO_HOME_DC": "eu",
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "PORT": str(port),
            "METRICS_PORT": "0",
            "LOG_LEVEL": "ERROR",
        }
        if not self.database.exists():
            migrate = [sys.executable, "-m", "bot", "migrate"]
            whole = {**os.environ, **environment}
            subprocess.run(migrate, env=whole, cwd=TOP, check=True, capture_output=True)
        with serving(["-m", "bot", "serve"], port=port, environment=environment) as server:
            yield server

    @contextmanager
    def _bare(self) -> Iterator[Server]:
        port = free_port()
        words = ["-m", "tests.bench.bare_bolt", str(port), self.slack.api_url]
        with serving(words, port=port, environment={}) as server:
            yield server


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

"""How soon `/duplicates` is answered: the first visible line, and the answer beside Zoho's own share of it.

`serve` runs in a process of its own against both stand-ins. Zoho takes a while for every call; what it takes
along the longest chain of calls, one after the other, is the time during which at least one was under way.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.bench.servers import serving
from tests.bench.stage import MARA, Stage, stage
from tests.bench.table import Row

LATENCY = 0.3
ROUNDS = 15
TEXTS = ("", "desk contacts", "desk accounts", "desk products")
FIRST_LINE, OURS = 0.8, 0.1


@dataclass(frozen=True)
class Answered:
    """One command: seconds until something was to be seen, until the answer, and of these Zoho's."""

    first: float
    whole: float
    zohos: float

    @property
    def ours(self) -> float:
        return self.whole - self.zohos


async def rows() -> list[Row]:
    """The figures of this file."""
    async with stage() as here:
        with serving(["-m", "bot", "serve"], port=here.port, environment=here.environment):
            await here.connect()
            for text in TEXTS:  # what an organisation answers is learnt once
                await _ask(here, text)
            here.zoho.fault("latency", path="/api/*", seconds=LATENCY, times=None)
            answered = [await _ask(here, text) for _ in range(ROUNDS) for text in TEXTS]
    first = [one.first for one in answered]
    ours = [one.ours for one in answered]
    whole = statistics.median(one.whole for one in answered)
    return [
        Row(
            "/duplicates to the first visible line",
            f"≤ {FIRST_LINE * 1e3:.0f} ms",
            f"{_ms(statistics.median(first))} (worst {_ms(max(first))} of {len(first)})",
            statistics.median(first) <= FIRST_LINE,
        ),
        Row(
            "/duplicates to the answer, Zoho's share taken off",
            f"≤ {OURS * 1e3:.0f} ms",
            f"{_ms(statistics.median(ours))} of {_ms(whole)} (worst {_ms(max(ours))}; "
            f"Zoho takes {LATENCY * 1e3:.0f} ms a call)",
            statistics.median(ours) <= OURS,
        ),
    ]


async def _ask(here: Stage, text: str) -> Answered:
    """Type it, and watch what comes."""
    mark, calls = here.slack.mark, len(here.zoho.calls)
    began, started = datetime.now(UTC), time.perf_counter()
    typing = asyncio.create_task(here.slack.command(MARA, text))
    # Words are asked for, so that a line which only says what is being done counts as well.
    await here.slack.wait_for(lambda m: m.via != "person", user=MARA, after=mark, containing=" ")
    first = time.perf_counter() - started
    await here.slack.wait_for(
        lambda m: m.via != "person" and "Searching" not in m.words, user=MARA, after=mark
    )
    whole = time.perf_counter() - started
    await typing
    ends = [(call.at - began).total_seconds() for call in here.zoho.calls[calls:]]
    return Answered(first, whole, covered(ends, LATENCY))


def covered(ends: Iterable[float], seconds: float) -> float:
    """How long at least one of several calls was under way, each of which took ``seconds``."""
    covered, until = 0.0, 0.0
    for end in sorted(ends):
        covered += end - max(until, end - seconds)
        until = end
    return covered


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.0f} ms"

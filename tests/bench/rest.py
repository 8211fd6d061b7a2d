"""What `serve` needs before anybody asks it anything: the time until it is ready, and memory at rest.

It runs in a process of its own against both stand-ins, with one person connected; medians of a few starts.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.bench.servers import TOP
from tests.bench.stage import MARA, Stage, stage
from tests.bench.table import Row

STARTS = 5
READY_SECONDS = 2.0
MOST_MEGABYTES = 110
_REST = 2.0

# httpx imports these where it finds them; they came with the tests' tools, not with what runs.
_AS_INSTALLED = """
import runpy, sys
sys.modules.update(dict.fromkeys(("click", "pygments", "rich")))
sys.argv = ["bot", "serve"]
runpy.run_module("bot", run_name="__main__", alter_sys=True)
"""


async def rows() -> list[Row]:
    """The figures of this file."""
    seconds, megabytes = [], []
    async with stage() as here:
        async with _serving(here):
            await here.connect()
        for _ in range(STARTS):
            async with _serving(here) as (took, pid):
                seconds.append(took)
                await asyncio.sleep(_REST)
                megabytes.append(_resident(pid))
        async with _serving(here) as (_, pid):
            used = await _used(here, pid)
    ready, rest = statistics.median(seconds), statistics.median(megabytes)
    return [
        Row(
            "start to /readyz",
            f"≤ {READY_SECONDS:.0f} s",
            f"{ready:.2f} s (worst {max(seconds):.2f})",
            ready <= READY_SECONDS,
        ),
        Row(
            "memory of serve at rest",
            f"≤ {MOST_MEGABYTES} MB",
            f"{rest:.0f} MB after the start, {used:.0f} MB after every list was searched",
            rest <= MOST_MEGABYTES,
        ),
    ]


async def _used(here: Stage, pid: int) -> float:
    """Memory after work was done and it rests again."""
    for text in ("", "desk contacts", "desk accounts", "desk products", "ana.roe@kestrel.example", "status"):
        mark = here.slack.mark
        await here.slack.command(MARA, text)
        await here.slack.wait_for(lambda m: m.via != "person", user=MARA, after=mark)
    await asyncio.sleep(_REST)
    return _resident(pid)


@asynccontextmanager
async def _serving(here: Stage) -> AsyncIterator[tuple[float, int]]:
    """`serve` until the block ends: how long it took to be ready, and its process."""
    words = [sys.executable, "-c", _AS_INSTALLED]
    whole = {**os.environ, **here.environment}
    started = time.perf_counter()
    process = subprocess.Popen(words, env=whole, cwd=TOP, stdout=subprocess.DEVNULL)  # noqa: ASYNC220  # its start is what is measured
    try:
        await _ready(here, process)
        yield time.perf_counter() - started, process.pid
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


async def _ready(here: Stage, process: subprocess.Popen[bytes]) -> None:
    async with aiohttp.ClientSession() as session:
        while process.poll() is None:
            try:
                async with session.get(f"{here.environment['PUBLIC_URL']}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.01)
    raise RuntimeError(f"serve ended with {process.returncode}")


def _resident(pid: int) -> float:
    """Resident memory in megabytes; https://man7.org/linux/man-pages/man5/proc_pid_status.5.html"""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    if found is None:
        raise ValueError("the process has ended")
    return int(found[1]) * 1024 / 1e6

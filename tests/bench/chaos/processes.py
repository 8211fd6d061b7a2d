"""The processes of a chaos run: killed without warning, and started again."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.bench.chaos import child
from tests.bench.chaos.slack import ChaoticSlack
from tests.processes import Installation

_UP_SECONDS = 3.0
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([child.__name__])


@dataclass
class Keeper:
    """One process of the bot, started again whenever it was killed.

    ``killed`` is called after each kill, while the process is gone. What a process said that ended by itself
    is kept in ``fell``.
    """

    number: int
    installation: Installation
    slack: ChaoticSlack
    command: str
    spoiled: str
    killed: Callable[[str, str], Awaitable[None]]
    port: int
    fell: list[str] = field(default_factory=list)
    up: asyncio.Event = field(default_factory=asyncio.Event)
    _process: ForkServerProcess | None = None
    _why: tuple[str, str] | None = None
    _is_over: bool = False

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def kill(self, why: str, alert: str = "") -> bool:
        """SIGKILL, now; False when it is gone already."""
        if self._process is None or self._process.exitcode is not None or self._why is not None:
            return False
        self._why = (why, alert)
        self.up.clear()
        self._process.kill()
        return True

    async def wait_until_up(self) -> None:
        """Until it called Slack since its last start, or has had the time to."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_UP_SECONDS):
                await self.up.wait()

    async def run(self) -> None:
        """Keep it running until `stop`."""
        while not self._is_over:
            self._why = None
            self._process = await self._start()
            await _ended(self._process)
            if self._why is not None:
                await self.killed(*self._why)
            elif not self._is_over:
                self.fell.append(f"{self.command} ended with {self._process.exitcode}: {self._said()}")
                await asyncio.sleep(1)

    def stop(self) -> None:
        """Ask it to end, and do not start it again."""
        self._is_over = True
        if self._process is not None and self._process.exitcode is None:
            self._process.terminate()

    @property
    def _log(self) -> Path:
        return self.installation.folder / f"process{self.number}.log"

    def _said(self) -> str:
        return self._log.read_text()[-2000:] if self._log.exists() else ""

    async def _start(self) -> ForkServerProcess:
        environment = {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME")},
            **self.installation.environment,
            "SLACK_API_URL": self.slack.address(self.number),
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "PORT": str(self.port),
            "LOG_LEVEL": "ERROR",
        }
        life = ((self.command,), environment, self._log, self.spoiled)
        process = _FORKS.Process(target=child.live, args=life)
        await asyncio.to_thread(process.start)
        return process


async def _ended(process: ForkServerProcess) -> None:
    """Wait until a process is gone."""
    loop, gone = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, gone.set)
    await gone.wait()
    loop.remove_reader(process.sentinel)
    process.join()

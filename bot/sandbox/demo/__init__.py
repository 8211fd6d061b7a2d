"""The demo: the bot between two stand-ins on this machine, used in a browser or played through as a story."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from pathlib import Path

from bot.app import configure_logging
from bot.sandbox.demo.stage import CONNECTED, Stage, stage
from bot.sandbox.demo.story import play

PORT = 8100

_WELCOME = """\

The duplicates bot, with a stand-in Slack and a stand-in Zoho. Everything runs on this machine.

   Open   {page}
   Type   /duplicates

Connected to the stand-in Zoho: {connected}.
Ctrl+C stops it; nothing is kept.
"""


async def run(*, port: int | None = None, check: bool = False, data: Path | None = None) -> int:
    """The exit code of ``python -m bot demo``; 0, or 1 when a step of the story does not hold.

    ``port`` is the page's (else 8100, or any free one when that is taken); ``data`` replaces the records of
    one module. Raises OSError when a named port is taken, ValueError when ``data`` holds no records.
    """
    configure_logging("WARNING", "text")
    if check:
        async with stage(port or 0, data) as playing:
            return 0 if await play(playing, say, data=data) else 1
    async with stage(_usual_port() if port is None else port, data) as playing:
        for user in CONNECTED:
            await playing.connect(user)
        say(_welcome(playing))
        await _until_stopped()
    return 0


def _usual_port() -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            return 0
    return PORT


def _welcome(playing: Stage) -> str:
    return _WELCOME.format(page=playing.slack.page_url, connected=", ".join(CONNECTED.values()))


async def _until_stopped() -> None:
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    await stopped.wait()


def say(line: str) -> None:
    """Print one line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

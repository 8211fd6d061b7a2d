"""Runs the stand-in Slack by itself, until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from bot.sandbox.slack import APP_TOKEN, BOT_TOKEN, SHORTCUTS, SIGNING_SECRET, SlackSandbox

BOT_URL = "http://127.0.0.1:8080"

_BANNER = """\
A stand-in for Slack. Nothing here reaches the real one.

Page: {page}
SLACK_API_URL={api}
SLACK_SIGNING_SECRET={secret}
SLACK_BOT_TOKEN={token}
SLACK_APP_TOKEN={app_token}

Signed requests go to {bot}/slack/events, unless a bot connects by Socket Mode. Ctrl-C ends it.
"""


async def serve(
    port: int, *, bot_url: str | None = None, host: str = "127.0.0.1", writes: str | None = None
) -> None:
    """Serve until SIGINT or SIGTERM; OSError when the port is taken.

    `bot_url` is where signed requests go: else PUBLIC_URL of the environment, else the address at which
    `serve` listens by default. `writes` is an address that tells how often Zoho was written to.
    """
    bot = (bot_url or os.environ.get("PUBLIC_URL") or BOT_URL).rstrip("/")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with SlackSandbox.start(port, host=host, bot_url=bot, writes=writes, shortcuts=SHORTCUTS) as slack:
        page, api = slack.page_url, slack.api_url
        banner = _BANNER.format(
            page=page, api=api, secret=SIGNING_SECRET, token=BOT_TOKEN, app_token=APP_TOKEN, bot=bot
        )
        sys.stdout.write(banner)
        sys.stdout.flush()
        await stop.wait()


def main(port: int, *, bot_url: str | None = None, host: str = "127.0.0.1", writes: str | None = None) -> int:
    """What `python -m bot sandbox slack --port N` runs; the exit code, 1 when the port is taken."""
    try:
        asyncio.run(serve(port, bot_url=bot_url, host=host, writes=writes))
    except OSError as taken:
        sys.stderr.write(f"Cannot listen on port {port}: {taken.strerror}.\n")
        return 1
    return 0

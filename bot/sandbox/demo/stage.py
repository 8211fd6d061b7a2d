"""The stage: a stand-in Zoho, a stand-in Slack and the bot, each behind its own address on this machine."""

from __future__ import annotations

import asyncio
import json
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography.fernet import Fernet

from bot import ids
from bot.app import Bot, build
from bot.migrations import upgrade
from bot.sandbox.clock import Clock
from bot.sandbox.demo.browser import Browser, Page
from bot.sandbox.demo.passing import TimePassing
from bot.sandbox.slack import SHORTCUTS, SlackSandbox
from bot.sandbox.things import Message, View
from bot.settings import Settings, load
from zoho.sandbox import ZohoSandbox

LOOKS_EVERY = 0.3
"""Seconds between two looks at what is due: whoever jumps to a slot is there to see it."""

PATIENCE = 30
"""Seconds until a tab that is not drawn is not waited for any more."""

CONNECTED = {"U01MARA": "Mara Lindqvist", "U02TOMAS": "Tomás Reyes", "U03PRIYA": "Priya Nair"}
"""Who is connected when the demo begins: the Slack person, and the Zoho user they accept as."""


@dataclass(frozen=True)
class Stage:
    """The three, running, with one clock."""

    slack: SlackSandbox
    zoho: ZohoSandbox
    time: TimePassing

    async def connect(self, user: str) -> None:
        """Connect a Slack person as the Zoho user of the same name, over the pages they would walk.

        They begin at the app's Home tab, so that no offer to connect is left in a channel.
        Raises TimeoutError or LookupError when a page or a message is not what it should be.
        """
        mark = self.slack.mark
        link = await self._link_at_home(user)
        async with Browser.start() as browser:
            await walk(browser, link, CONNECTED[user])
        await self.slack.wait_for(user=user, containing="is connected", after=mark)

    async def _link_at_home(self, user: str) -> str:
        """Open the Home tab, and wait until it has a new button to connect."""
        world, before = self.slack.world, self.slack.home(user)
        await self.slack.open_home(user)
        async with asyncio.timeout(PATIENCE):
            while True:
                version, view = world.version, self.slack.home(user)
                if view and view != before and address(view):
                    return address(view)
                await world.changed(version, PATIENCE)


def address(thing: Message | View) -> str:
    """Where the button leads that begins a connection, "" when there is none."""
    return next((str(found.raw.get("url", "")) for found in thing.elements(ids.CONNECT_START)), "")


async def walk(browser: Browser, link: str, zoho_user: str) -> tuple[Page, Page, Page]:
    """Link, button, consent, callback; the page before consent, Zoho's, and the page at the end."""
    before = await browser.open(link)
    consent = await browser.press(before, "Continue to Zoho")
    return before, consent, await browser.press(consent, f"Accept as {zoho_user}")


@asynccontextmanager
async def stage(port: int, data: Path | None = None) -> AsyncIterator[Stage]:
    """Start everything; the page listens on ``port`` (0: any). All that was kept is gone at the end.

    Raises OSError when the port is taken, ValueError when ``data`` holds no records.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duplicates-demo-")))
        clock = Clock()
        ports = {"eu": 0, "in": 0}
        zoho = await stack.enter_async_context(ZohoSandbox.start(ports=ports, data=data, now=clock))
        starting = SlackSandbox.start(port, writes=lambda: zoho.writes, shortcuts=SHORTCUTS, now=clock)
        slack = await stack.enter_async_context(starting)
        settings = load(_environment(folder, slack, zoho), env_file=None)
        await upgrade(settings)
        bot = await _serve(stack, settings, clock)
        slack.bot_url = settings.public_url
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=15, trust_env=False))
        time = TimePassing(clock, bot.store, slack.world, http, zoho.origin)
        slack.passing = time
        yield Stage(slack, zoho, time)


async def _serve(stack: AsyncExitStack, settings: Settings, clock: Clock) -> Bot:
    bot = build(settings, now=clock)
    bot.alerts.every = LOOKS_EVERY
    await bot.start()
    stack.push_async_callback(bot.stop)
    return bot


def _environment(folder: Path, slack: SlackSandbox, zoho: ZohoSandbox) -> Mapping[str, str]:
    port = _free_port()
    return {
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_API_URL": slack.api_url,
        "ZOHO_CLIENT_ID": zoho.client_id,
        "ZOHO_CLIENT_SECRET": zoho.client_secret,
        "ZOHO_HOME_DC": "eu",
        "ZOHO_HOSTS": json.dumps(zoho.hosts),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": f"sqlite:///{folder / 'duplicates.sqlite3'}",
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "PORT": str(port),
        "METRICS_PORT": "0",
        "LOG_LEVEL": "WARNING",
    }


def _free_port() -> int:
    # The bot has to know its own address before it listens, since Zoho sends browsers back to it.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

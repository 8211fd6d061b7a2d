"""The bot as an operator runs it: real processes between both stand-ins."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from cryptography.fernet import Fernet

from bot import ids
from bot.sandbox.demo.browser import Browser
from bot.sandbox.slack import SlackSandbox
from tests.conftest import free_port
from zoho.database import is_shared
from zoho.regions import CODES
from zoho.sandbox import ZohoSandbox

TOP = Path(__file__).parents[1]
NOWHERE = "http://127.0.0.1:1"


class Installation:
    """Both stand-ins, and an environment for processes beside them."""

    def __init__(self, slack: SlackSandbox, zoho: ZohoSandbox, folder: Path) -> None:
        self.slack = slack
        self.zoho = zoho
        self.folder = folder
        port = free_port()
        elsewhere = {dc: {"accounts": NOWHERE, "desk": NOWHERE} for dc in CODES}
        self.environment = {
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_API_URL": slack.api_url,
            "ZOHO_CLIENT_ID": zoho.client_id,
            "ZOHO_CLIENT_SECRET": zoho.client_secret,
            "ZOHO_HOME_DC": "eu",
            "ZOHO_HOSTS": json.dumps({**elsewhere, **zoho.hosts}),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "PORT": str(port),
            "DATABASE_URL": f"sqlite:///{folder / 'duplicates.sqlite3'}",
            "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "METRICS_PORT": "0",
        }

    async def start(self, *words: str, **changed: str) -> Process:
        """A process of ``python -m bot``."""
        return await self.start_program(sys.executable, "-m", "bot", *words, **changed)

    async def start_program(self, *words: str, **changed: str) -> Process:
        """A process of any program, in the same environment."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
        return await asyncio.create_subprocess_exec(
            *words,
            cwd=self.folder,
            env={**kept, "PYTHONPATH": str(TOP), **self.environment, **changed},
            stdout=PIPE,
            stderr=PIPE,
        )

    async def run(self, *words: str, **changed: str) -> tuple[int, str, str]:
        """Exit code, output and complaints."""
        process = await self.start(*words, **changed)
        async with asyncio.timeout(60):
            out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    @asynccontextmanager
    async def serving(self, *words: str, **changed: str) -> AsyncIterator[Process]:
        """``serve``, ready, until the block ends or somebody ends it."""
        environment = {**self.environment, "SLACK_SIGNING_SECRET": self.slack.signing_secret, **changed}
        process = await self.start("serve", *words, **environment)
        try:
            await ready(f"http://127.0.0.1:{environment['PORT']}")
            self.slack.bot_url = f"http://127.0.0.1:{environment['PORT']}"
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    @asynccontextmanager
    async def working(self, **changed: str) -> AsyncIterator[Process]:
        """``worker``, until the block ends or somebody ends it; on SQLite it idles."""
        process = await self.start("worker", **{"SLACK_SIGNING_SECRET": self.slack.signing_secret, **changed})
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    @property
    def is_shared(self) -> bool:
        """Whether several processes may work on its database."""
        return is_shared(self.environment["DATABASE_URL"])

    @asynccontextmanager
    async def running(self, **changed: str) -> AsyncIterator[tuple[Process, Process]]:
        """`serve`, and the process that does the searches: a worker on PostgreSQL, else the same one."""
        async with AsyncExitStack() as stack:
            serving = await stack.enter_async_context(self.serving(**changed))
            if not self.is_shared:
                yield serving, serving
                return
            yield serving, await stack.enter_async_context(self.working(**changed))

    async def connect(self, user: str, zoho_user: str) -> None:
        """Connect somebody, by whatever process serves."""
        mark = self.slack.mark
        await self.slack.command(user, "connect")
        offer = await self.slack.wait_for(user=user, after=mark, containing="Connect")
        (button,) = offer.elements(ids.CONNECT_START)
        async with Browser.start() as browser:
            page = await browser.open(str(button.raw["url"]))
            consent = await browser.press(page, "Continue to Zoho")
            await browser.press(consent, f"Accept as {zoho_user}")
        await self.slack.wait_for(user=user, containing="Access renews itself", after=mark)


async def ready(address: str) -> None:
    """Wait until ``serve`` says that it is."""
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(400):
            try:
                if (await client.get(f"{address}/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)
    raise TimeoutError

"""Both stand-ins in this process, and the real `serve` between them in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from bot.sandbox import SlackSandbox
from bot.sandbox.demo.browser import Browser
from bot.sandbox.demo.stage import address, walk
from tests.bench.servers import TOP, free_port
from tests.bench.signed import SECRET
from zoho.sandbox import ZohoSandbox

MARA = "U01MARA"


@dataclass(frozen=True)
class Stage:
    """Where `serve` gets everything from; ``environment`` is all that it has to be told."""

    slack: SlackSandbox
    zoho: ZohoSandbox
    port: int
    environment: Mapping[str, str]

    async def connect(self, user: str = MARA, zoho_user: str = "Mara Lindqvist") -> None:
        """Connect a person, by default Mara, over the pages that are walked for it."""
        mark = self.slack.mark
        await self.slack.command(user, "connect")
        offer = await self.slack.wait_for(lambda m: bool(address(m)), user=user, after=mark)
        async with Browser.start() as browser:
            await walk(browser, address(offer), zoho_user)
        await self.slack.wait_for(user=user, containing="is connected", after=mark)


@asynccontextmanager
async def stage(database: str = "") -> AsyncIterator[Stage]:
    """The stand-ins, and a migrated database: a SQLite file where none is named."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            ZohoSandbox.start(ports={"eu": 0, "in": 0}) as zoho,
            SlackSandbox.start(signing_secret=SECRET) as slack,
        ):
            port = free_port()
            slack.bot_url = f"http://127.0.0.1:{port}"
            environment = {
                "SLACK_SIGNING_SECRET": slack.signing_secret,
                "SLACK_BOT_TOKEN": slack.bot_token,
                "SLACK_API_URL": slack.api_url,
                "ZOHO_CLIENT_ID": zoho.client_id,
                "ZOHO_CLIENT_SECRET": zoho.client_secret,
                "ZOHO_HOME_DC": "eu",
                "ZOHO_HOSTS": json.dumps(zoho.hosts),
                "PUBLIC_URL": slack.bot_url,
                "PORT": str(port),
                "DATABASE_URL": database or f"sqlite:///{Path(folder) / 'bench.sqlite3'}",
                "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
                "METRICS_PORT": "0",
                "LOG_LEVEL": "ERROR",
            }
            words = [sys.executable, "-m", "bot", "migrate"]
            whole = {**os.environ, **environment}
            subprocess.run(words, env=whole, cwd=TOP, check=True, capture_output=True)  # noqa: ASYNC221  # nothing else runs yet
            yield Stage(slack, zoho, port, environment)

"""The commands as an operator runs them: real processes, their words and their exit codes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet

from bot.sandbox.slack import SlackSandbox
from tests.conftest import MARA, free_port
from zoho.regions import CODES
from zoho.sandbox import ZohoSandbox

TOP = Path(__file__).parents[2]
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
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
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


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    async with ZohoSandbox.start() as zoho, SlackSandbox.start(0) as slack:
        yield Installation(slack, zoho, tmp_path)


async def ready(address: str) -> None:
    """Wait until ``serve`` says that it is."""
    async with httpx.AsyncClient() as client:
        for _ in range(200):
            try:
                if (await client.get(f"{address}/readyz")).status_code == 200:
                    return
            except httpx.ConnectError:
                await asyncio.sleep(0.05)
    raise TimeoutError


async def test_socket_mode_from_an_empty_folder_to_an_answer_and_an_orderly_end(
    installation: Installation,
) -> None:
    assert await installation.run("migrate") == (0, "", "")
    serving = await installation.start("serve", "--socket-mode")
    await ready(installation.environment["PUBLIC_URL"])
    while not installation.slack.sockets.open:  # noqa: ASYNC110  # the other process gives no sign here
        await asyncio.sleep(0.02)
    await installation.slack.command(MARA, "help")
    assert await installation.slack.wait_for(user=MARA, containing="What /duplicates can do")

    code, out, _ = await installation.run("doctor")
    assert (code, out.splitlines()[-1]) == (0, "Everything is in order.")

    serving.send_signal(signal.SIGTERM)
    async with asyncio.timeout(20):
        await serving.communicate()
    assert serving.returncode == 0


@pytest.mark.parametrize(
    ("words", "changed", "code", "says"),
    [
        (("serve",), {}, 2, "SLACK_SIGNING_SECRET: is missing"),
        (("serve", "--socket-mode"), {"SLACK_APP_TOKEN": ""}, 2, "SLACK_APP_TOKEN: is missing"),
        (("serve", "--socket-mode"), {}, 2, "Run: python -m bot migrate"),
        (("rotate-keys",), {}, 2, "Run: python -m bot migrate"),
        (("doctor",), {"ENCRYPTION_KEYS": "short"}, 2, "ENCRYPTION_KEYS: key 1 of 1 is no Fernet key"),
    ],
)
async def test_what_is_missing_is_said_in_one_line(
    installation: Installation, words: tuple[str, ...], changed: Mapping[str, str], code: int, says: str
) -> None:
    ended, out, err = await installation.run(*words, **changed)
    assert (ended, out) == (code, "")
    assert says in err.splitlines()[-1]


async def test_an_app_token_that_slack_refuses_ends_serve_with_a_line(installation: Installation) -> None:
    await installation.run("migrate")
    code, _, err = await installation.run("serve", "--socket-mode", SLACK_APP_TOKEN="xapp-other")
    assert code == 1
    assert "Slack refuses SLACK_APP_TOKEN: invalid_auth" in err
    assert "Traceback" not in err
    assert "xapp-other" not in err


async def test_doctor_before_anything_was_started_says_what_to_do_and_fails(
    installation: Installation,
) -> None:
    code, out, err = await installation.run("doctor")
    assert (code, err) == (1, "")
    assert "run python -m bot migrate" in out
    assert "start python -m bot serve" in out
    assert not (installation.folder / "duplicates.sqlite3").exists()


async def test_keys_are_rotated_from_the_command_line(installation: Installation) -> None:
    await installation.run("migrate")
    newest = f"{Fernet.generate_key().decode()},{installation.environment['ENCRYPTION_KEYS']}"
    code, out, _ = await installation.run("rotate-keys", ENCRYPTION_KEYS=newest)
    assert code == 0
    assert out.splitlines()[0] == "0 values were put under the newest key."

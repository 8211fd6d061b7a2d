"""The commands as an operator runs them: real processes, their words and their exit codes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.sandbox.slack import SlackSandbox
from tests.conftest import MARA
from tests.processes import Installation, ready
from zoho.sandbox import ZohoSandbox


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    async with ZohoSandbox.start() as zoho, SlackSandbox.start(0) as slack:
        yield Installation(slack, zoho, tmp_path)


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

"""The command line and the process: what is refused before anything starts, and how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet

from bot.__main__ import main
from tests.conftest import free_port

TOP = Path(__file__).parents[2]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Settings that are complete; Slack and Zoho are addresses at which nobody listens."""
    port = free_port()
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(TOP),
        "SLACK_SIGNING_SECRET": "made-up-signing-secret",
        "SLACK_BOT_TOKEN": "made-up-bot-token",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "ZOHO_CLIENT_ID": "1000.MADEUP",
        "ZOHO_CLIENT_SECRET": "made-up-client-secret",
        "ZOHO_HOME_DC": "eu",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "METRICS_PORT": "0",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'duplicates.sqlite3'}",
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    }


def run(environment: Mapping[str, str], folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """``python -m bot words…`` in an empty folder, to its end."""
    command = [sys.executable, "-m", "bot", *words]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=30)


@asynccontextmanager
async def running(
    environment: Mapping[str, str], folder: Path, *words: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The same, for a process that goes on until it is told to end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, env=environment, cwd=folder, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def until_it_answers(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(200):
            try:
                assert (await client.get(f"{url}/readyz")).status_code == 200
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return
    raise AssertionError("serve did not answer within ten seconds")


async def ended(process: asyncio.subprocess.Process) -> tuple[int, str]:
    """Ask it to end; its exit code and what it said."""
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(20):
        _, said = await process.communicate()
    return process.returncode or 0, said.decode()


def test_every_problem_with_the_settings_is_named_before_anything_starts(tmp_path: Path) -> None:
    broken = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(TOP),
        "SLACK_BOT_TOKEN": "hush-hush-token",
        "DATABASE_URL": "mysql://bot:hush-hush@db/duplicates",
        "ENCRYPTION_KEYS": "hush-hush-key",
        "ZOHO_HOME_DC": "mars",
    }
    for command in ("serve", "worker", "migrate"):
        done = run(broken, tmp_path, command)
        assert done.returncode == 2
        named = {line.partition(":")[0] for line in done.stderr.splitlines()}
        assert {"SLACK_SIGNING_SECRET", "PUBLIC_URL", "ZOHO_CLIENT_ID", "ENCRYPTION_KEYS"} <= named
        assert "Traceback" not in done.stderr
        assert "hush-hush" not in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_serve_refuses_a_database_that_was_not_migrated(environment: dict[str, str], tmp_path: Path) -> None:
    done = run(environment, tmp_path, "serve")
    assert done.returncode == 2
    assert "python -m bot migrate" in done.stderr
    assert not (tmp_path / "duplicates.sqlite3").exists()


def test_migrate_may_be_run_as_often_as_one_likes(environment: dict[str, str], tmp_path: Path) -> None:
    for _ in range(2):
        done = run(environment, tmp_path, "migrate")
        assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert (tmp_path / "duplicates.sqlite3").exists()


def test_a_database_that_cannot_be_made_is_one_line(environment: dict[str, str], tmp_path: Path) -> None:
    done = run(
        {**environment, "DATABASE_URL": f"sqlite:///{tmp_path}/nowhere/x.sqlite3"}, tmp_path, "migrate"
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_server_that_is_not_there_is_one_line_without_its_password(
    environment: dict[str, str], tmp_path: Path, command: str
) -> None:
    nowhere = f"postgresql://bot:hush-hush@127.0.0.1:{free_port()}/duplicates"
    done = run({**environment, "DATABASE_URL": nowhere}, tmp_path, command)
    assert done.returncode == 1
    assert "The database cannot be" in done.stderr
    assert "hush-hush" not in done.stderr
    assert "Traceback" not in done.stderr


async def test_serve_answers_and_ends_when_it_is_told_to(environment: dict[str, str], tmp_path: Path) -> None:
    run(environment, tmp_path, "migrate")
    async with running(environment, tmp_path, "serve") as process:
        await until_it_answers(environment["PUBLIC_URL"])
        code, said = await ended(process)
    assert code == 0
    assert "Traceback" not in said
    for secret in ("made-up-signing-secret", "made-up-bot-token", "made-up-client-secret"):
        assert secret not in said


async def test_host_and_port_on_the_command_line_win(environment: dict[str, str], tmp_path: Path) -> None:
    run(environment, tmp_path, "migrate")
    port = free_port()
    async with running(environment, tmp_path, "serve", "--host", "127.0.0.1", "--port", str(port)) as process:
        await until_it_answers(f"http://127.0.0.1:{port}")
        assert (await ended(process))[0] == 0


async def test_a_port_that_is_taken_is_one_line(environment: dict[str, str], tmp_path: Path) -> None:
    run(environment, tmp_path, "migrate")
    async with running(environment, tmp_path, "serve") as process:
        await until_it_answers(environment["PUBLIC_URL"])
        second = await asyncio.to_thread(run, environment, tmp_path, "serve")
        assert second.returncode == 1
        assert "Cannot listen on" in second.stderr
        assert "Traceback" not in second.stderr
        await ended(process)


def test_serve_on_sqlite_loads_nothing_that_only_postgresql_needs(
    environment: dict[str, str], tmp_path: Path
) -> None:
    code = (
        "import sys; from bot.app import build; from bot.settings import load; build(load(env_file=None)); "
        "print({name.partition('.')[0] for name in sys.modules} & {'procrastinate', 'psycopg', 'alembic'})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "set()\n", done.stderr


async def test_the_worker_says_that_it_has_nothing_to_do_and_waits(
    environment: dict[str, str], tmp_path: Path
) -> None:
    async with running(environment, tmp_path, "worker") as process:
        assert process.stderr is not None
        async with asyncio.timeout(20):
            said = (await process.stderr.readline()).decode()
        assert "Jobs run inside serve" in said
        assert process.returncode is None
        assert (await ended(process))[0] == 0


@pytest.mark.parametrize("port", ["65536", "-5", "http", "１２", "9" * 5000])
@pytest.mark.parametrize("words", [("serve",), ("demo",), ("sandbox", "zoho"), ("sandbox", "slack")])
def test_a_port_that_is_none_is_refused_in_a_line(
    words: tuple[str, ...], port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, f"--port={port}"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith("a port is a number from 0 to 65535\n")

"""What a platform starts from the Procfile, with PostgreSQL and both stand-ins: it answers, and ends well."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg

from bot.sandbox.slack import SlackSandbox
from tests.conftest import MARA
from tests.postgres import Server
from tests.processes import TOP, Installation, ready
from zoho.sandbox import ZohoSandbox

ANSWER = "possible duplicate"
OTHERS = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()),
       (SELECT count(*) FROM procrastinate_workers)
"""


async def honcho(installation: Installation, *names: str) -> Process:
    """These lines of the Procfile."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    words = ("-m", "honcho", "--no-colour", "-d", str(installation.folder), "-f", str(TOP / "Procfile"))
    secret = installation.slack.signing_secret
    return await installation.start_program(
        sys.executable, *words, "start", *names, PATH=path, SLACK_SIGNING_SECRET=secret
    )


@asynccontextmanager
async def started(installation: Installation, *names: str) -> AsyncIterator[Process]:
    """The same, until the block ends or somebody ends it."""
    process = await honcho(installation, *names)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def test_release_web_and_worker_answer_a_command_once_and_end_when_they_are_told(
    tmp_path: Path, postgres_server: Server
) -> None:
    with postgres_server.database("procfile") as url:
        async with ZohoSandbox.start() as zoho, SlackSandbox.start(0) as slack:
            installation = Installation(slack, zoho, tmp_path)
            installation.environment["DATABASE_URL"] = url
            release = await honcho(installation, "release")
            async with asyncio.timeout(60):
                out, err = await release.communicate()
            assert release.returncode == 0, out + err
            async with started(installation, "web", "worker") as both:
                address = installation.environment["PUBLIC_URL"]
                await ready(address)
                slack.bot_url = address
                await installation.connect(MARA, "Mara Lindqvist")
                mark = slack.mark
                sent = await slack.command(MARA, "contacts")
                await slack.wait_for(user=MARA, after=mark, containing=ANSWER, timeout=30)
                await slack.redeliver(sent)
                seen = slack.mark
                await slack.command(MARA, "help")
                await slack.wait_for(user=MARA, after=seen, containing="What /duplicates can do")
                answers = [one for one in slack.messages(MARA) if one.changed > mark and ANSWER in one.words]
                assert len(answers) == 1
                both.send_signal(signal.SIGTERM)
                async with asyncio.timeout(60):
                    out, err = await both.communicate()
                await until_both_are_gone(url)
            said = (out + err).decode()
            assert "sending SIGTERM to web.1" in said
            assert "Traceback" not in said
            assert "SIGKILL" not in said


async def until_both_are_gone(url: str) -> None:
    """The shell that honcho starts ends at once; what it started ends in its own time, and signs off."""
    async with await psycopg.AsyncConnection.connect(
        url.replace("+psycopg", ""), autocommit=True
    ) as database:
        async with asyncio.timeout(30):
            while (await (await database.execute(OTHERS)).fetchone()) != (0, 0):  # noqa: ASYNC110  # others' end
                await asyncio.sleep(0.1)

"""Several ``serve`` processes on one PostgreSQL: whichever Slack reaches, everything happens once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql

from bot import ids
from bot.migrations import migrate
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.things import Message, Sent
from tests.conftest import MARA, free_port
from tests.postgres import Server
from tests.processes import Installation
from zoho.sandbox import ZohoSandbox


@pytest.fixture
async def installation(
    tmp_path: Path, postgres_server: Server, postgres_database: str
) -> AsyncIterator[Installation]:
    postgres_server.empty(postgres_database)
    async with ZohoSandbox.start() as zoho, SlackSandbox.start(0) as slack:
        made = Installation(slack, zoho, tmp_path)
        made.environment["DATABASE_URL"] = postgres_server.url(postgres_database)
        yield made


def said(slack: SlackSandbox, since: int) -> list[Message]:
    """What was answered; the line that says that it takes a moment is no answer."""
    new = [one for one in slack.messages(MARA) if one.changed > since and one.via != "person"]
    return [one for one in new if "Searching" not in one.words]


async def test_two_processes_serve_one_person_as_one(installation: Installation) -> None:
    slack, zoho = installation.slack, installation.zoho
    other = str(free_port())
    async with installation.serving(), installation.serving(PORT=other), installation.working():
        first = installation.environment["PUBLIC_URL"]
        second = f"http://127.0.0.1:{other}"

        async def to_both(sent: Sent) -> None:
            """What the second process got, the first gets too, twice."""
            slack.bot_url = first
            for again in await asyncio.gather(slack.redeliver(sent), slack.redeliver(sent)):
                assert again.status == 200
            slack.bot_url = second

        slack.bot_url = first
        await installation.connect(MARA, "Mara Lindqvist")
        slack.bot_url = second
        mark = slack.mark
        sent = await slack.command(MARA, "contacts")
        await to_both(sent)
        shown = await slack.wait_for(user=MARA, after=mark, containing="possible duplicate")
        await asyncio.sleep(0.5)
        assert len(said(slack, mark)) == 1

        offered = await slack.click(shown, ids.GROUP_FLAG)
        await to_both(offered)
        await slack.wait_for(user=MARA, after=shown, containing="Flagged")
        await asyncio.sleep(0.5)
        assert zoho.writes == 0
        assert rows(installation, "flags") == 1
        assert rows(installation, "unfinished_commands") == 0


def rows(installation: Installation, table: str) -> int:
    where = installation.environment["DATABASE_URL"].replace("+psycopg", "")
    with psycopg.connect(where) as connection:
        found = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        (count,) = found.fetchone() or (0,)
    return int(count)


async def test_it_is_ready_only_while_the_database_has_the_newest_revision(
    tmp_path: Path, postgres_server: Server
) -> None:
    with postgres_server.database("readiness") as url:
        migrate(url)
        async with ZohoSandbox.start() as zoho, SlackSandbox.start(0) as slack:
            installation = Installation(slack, zoho, tmp_path)
            installation.environment["DATABASE_URL"] = url
            async with installation.serving(), httpx.AsyncClient(trust_env=False) as client:
                address = f"{installation.environment['PUBLIC_URL']}/readyz"
                with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
                    connection.execute("UPDATE alembic_version SET version_num = '0001'")
                    answer = await client.get(address)
                    assert (answer.status_code, answer.text) == (503, "the database is not up to date\n")

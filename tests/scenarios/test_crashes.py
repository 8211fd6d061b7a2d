"""A process is killed in the middle of a search, and the person gets their answer all the same, once."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, table

from bot import ids
from bot.migrations import migrate
from bot.sandbox.slack import SlackSandbox
from tests.conftest import MARA, World
from tests.processes import Installation
from tests.storage import Storage
from zoho.sandbox import ZohoSandbox
from zoho.sandbox.faults import Fault

SEARCH = "products"
ANSWER = "possible duplicate"


@pytest.fixture
async def installation(tmp_path: Path, storage: Storage) -> AsyncIterator[Installation]:
    async with ZohoSandbox.start() as zoho, SlackSandbox.start(0) as slack:
        made = Installation(slack, zoho, tmp_path)
        made.environment["DATABASE_URL"] = storage.url
        await asyncio.to_thread(migrate, storage.url)
        yield made


def answers(slack: SlackSandbox, since: int) -> int:
    """How many messages answer the search."""
    return sum(ANSWER in one.words.lower() for one in slack.messages(MARA) if one.changed > since)


async def until_met(fault: Fault) -> None:
    """Wait until a call hangs."""
    async with asyncio.timeout(10):
        while not fault.hits:  # noqa: ASYNC110  # the other process gives no sign here
            await asyncio.sleep(0.01)


async def kill(process: Process) -> None:
    process.kill()
    await process.wait()


async def test_a_search_whose_process_is_killed_is_answered_by_the_next_one_and_once(
    installation: Installation,
) -> None:
    slack, zoho = installation.slack, installation.zoho
    async with installation.running() as (_, first):
        await installation.connect(MARA, "Mara Lindqvist")
        fault = zoho.fault("hang", path="/api/v1/products*", times=None)
        mark = slack.mark
        sent = await slack.command(MARA, SEARCH)
        assert sent.status == 200
        await until_met(fault)
        await kill(first)
    zoho.clear_faults()
    assert answers(slack, mark) == 0
    async with installation.running() as (_, second):
        await slack.wait_for(user=MARA, after=mark, containing=ANSWER, timeout=60)
        await slack.redeliver(sent)
        await slack.command(MARA, "help")
        await slack.wait_for(user=MARA, containing="What /duplicates can do")
        await kill(second)
    async with installation.running():
        seen = slack.mark
        await slack.command(MARA, SEARCH)
        await slack.wait_for(user=MARA, after=seen, containing=ANSWER, timeout=60)
        assert answers(slack, mark) == 2


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_a_search_whose_worker_is_killed_is_answered_by_another_one_and_once(
    installation: Installation,
) -> None:
    slack, zoho = installation.slack, installation.zoho
    async with installation.running() as (_, first):
        await installation.connect(MARA, "Mara Lindqvist")
        fault = zoho.fault("hang", path="/api/v1/products*", times=None)
        mark = slack.mark
        sent = await slack.command(MARA, SEARCH)
        await until_met(fault)
        async with installation.working():
            await kill(first)
            zoho.clear_faults()
            await slack.wait_for(user=MARA, after=mark, containing=ANSWER, timeout=60)
            await slack.redeliver(sent)
            await until_nothing_is_left(installation)
            assert answers(slack, mark) == 1


@pytest.mark.parametrize("seconds", [1, 9])
async def test_a_process_that_is_told_to_end_answers_first_or_leaves_the_search_to_the_next(
    installation: Installation, seconds: int
) -> None:
    """One call of so many seconds, or so many of them that they take longer than it may."""
    slack, zoho = installation.slack, installation.zoho
    async with installation.running() as (_, first):
        await installation.connect(MARA, "Mara Lindqvist")
        fault = zoho.fault("latency", path="/api/*", seconds=seconds, times=1 if seconds == 1 else None)
        mark = slack.mark
        await slack.command(MARA, "contacts")
        await until_met(fault)
        first.terminate()
        async with asyncio.timeout(40):
            assert await first.wait() == 0
    assert answers(slack, mark) == (1 if seconds == 1 else 0)
    zoho.clear_faults()
    async with installation.running():
        await slack.wait_for(user=MARA, after=mark, containing=ANSWER, timeout=30)
        await until_nothing_is_left(installation)
        assert answers(slack, mark) == 1


async def until_nothing_is_left(installation: Installation) -> None:
    """No command waits any more, and none is entered for a worker."""
    tables = ["unfinished_commands", *(["procrastinate_jobs"] if installation.is_shared else [])]
    engine = create_engine(installation.environment["DATABASE_URL"].replace("+aiosqlite", ""))
    counts = [select(func.count()).select_from(table(name)) for name in tables]
    async with asyncio.timeout(30):
        while True:
            with engine.connect() as connection:
                if not any(connection.execute(count).scalar_one() for count in counts):
                    break
            await asyncio.sleep(0.1)
    engine.dispose()


async def test_what_was_not_answered_for_half_an_hour_is_said_with_a_button_that_asks_again(
    connected: World,
) -> None:
    world = connected
    fault = world.zoho.fault("hang", path="/api/v1/products*", times=None)
    await world.slack.command(MARA, SEARCH)
    await until_met(fault)
    mark = world.slack.mark
    world.bot.drain_seconds = 0.1
    await world.bot.stop()
    world.clock.forward(timedelta(minutes=31))
    world.zoho.clear_faults()
    await world.start_again()
    told = await world.slack.wait_for(user=MARA, after=mark, containing="The app was restarted before")
    assert f"/duplicates {SEARCH}" in told.words
    await world.settled()
    assert answers(world.slack, mark) == 0
    again = await world.click(told, ids.SEARCH_AGAIN, containing=ANSWER)
    assert again
    await world.settled()
    assert await world.bot.store.unfinished.oldest() is None


async def test_a_stop_in_the_middle_of_a_search_leaves_it_to_the_next_start(connected: World) -> None:
    world = connected
    fault = world.zoho.fault("hang", path="/api/v1/products*", times=None)
    mark = world.slack.mark
    await world.slack.command(MARA, SEARCH)
    await until_met(fault)
    world.bot.drain_seconds = 0.1
    await world.bot.stop()
    world.zoho.clear_faults()
    await world.start_again()
    await world.slack.wait_for(user=MARA, after=mark, containing=ANSWER)
    await world.settled()
    assert answers(world.slack, mark) == 1

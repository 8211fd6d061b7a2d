"""Workers beside `serve` on PostgreSQL: who does what, what is left to others, what happens without."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from bot import ids
from bot.migrations import migrate
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.things import Message
from tests.conftest import MARA, MakeWorld
from tests.postgres import Server
from tests.processes import Installation
from tests.storage import Storage
from zoho.sandbox import ZohoSandbox

SEARCH = "/api/v1/contacts/search"
ROWS, TWINS = 2_000, 12
RESULT = f"{TWINS} possible duplicates in Desk contacts"

on_postgres = pytest.mark.parametrize("storage", ["postgres"], indirect=True)


@pytest.fixture
async def large(tmp_path: Path, storage: Storage) -> AsyncIterator[Installation]:
    """An installation of which Mara's organisation has 2,000 contacts, which its Zoho calls too many."""
    async with ZohoSandbox.start() as zoho, SlackSandbox.start(0) as slack:
        made = Installation(slack, zoho, tmp_path)
        made.environment["DATABASE_URL"] = storage.url
        await asyncio.to_thread(migrate, storage.url)
        org = zoho.org("larkfield")
        org.clear("contacts")
        org.fill("contacts", ROWS, duplicates=TWINS)
        org.large_at = ROWS
        org.credits_left = 900
        yield made


async def begun(installation: Installation) -> Message:
    """The direct message of a read that was agreed to."""
    await installation.connect(MARA, "Mara Lindqvist")
    return await confirmed(installation, await question(installation))


async def question(installation: Installation) -> Message:
    """The price, asked before anything is read."""
    slack = installation.slack
    mark = slack.mark
    await slack.command(MARA, "contacts")
    return await slack.wait_for(
        user=MARA, after=mark, containing="This search has to read everything", timeout=30
    )


async def confirmed(installation: Installation, asked: Message) -> Message:
    """The same once that price was agreed to."""
    slack = installation.slack
    mark = slack.mark
    await slack.click(asked, ids.SEARCH_CONFIRM)
    return await slack.wait_for(user=MARA, after=mark, predicate=_can_be_cancelled, containing=" ")


def _can_be_cancelled(message: Message) -> bool:
    return not message.ephemeral and bool(message.elements(ids.SEARCH_CANCEL))


async def progressing(installation: Installation, message: Message) -> None:
    """Wait until the progress of a read was shown."""
    await installation.slack.wait_for(
        predicate=lambda m: m.ts == message.ts and m.edits > 0, containing=" ", timeout=30
    )


async def kill(process: Process) -> None:
    process.kill()
    await process.wait()


def slow(installation: Installation, seconds: float) -> None:
    installation.zoho.fault("latency", path=SEARCH, seconds=seconds, times=None)


@on_postgres
async def test_without_a_worker_serve_says_so_and_answers_all_the_same(
    make_world: MakeWorld, storage: Storage
) -> None:
    world = await make_world(DATABASE_URL=storage.url)
    await world.connect(MARA, "Mara Lindqvist")
    async with httpx.AsyncClient(trust_env=False) as client:
        address = f"{world.bot.url}/readyz"
        assert (await client.get(address)).text == "ok\n"
        world.bot.workers.patience = 0.1
        answer = await client.get(address)
    assert (answer.status_code, answer.text) == (200, "ok\nno worker has been seen for a minute\n")
    for text in ("products", "contacts"):
        mark = world.slack.mark
        await world.slack.command(MARA, text)
        await world.slack.wait_for(user=MARA, after=mark, containing="possible duplicate")
    await world.settled()
    assert await world.bot.store.unfinished.oldest() is None


@on_postgres
async def test_what_waited_when_the_worker_went_missing_is_answered_by_serve(
    make_world: MakeWorld, storage: Storage
) -> None:
    world = await make_world(DATABASE_URL=storage.url)
    await world.connect(MARA, "Mara Lindqvist")
    mark = world.slack.mark
    await world.slack.command(MARA, "products")
    async with asyncio.timeout(10):
        while await world.bot.store.unfinished.oldest() is None:  # noqa: ASYNC110  # nothing is said
            await asyncio.sleep(0.05)
    world.bot.workers.patience = 0.1
    await world.slack.wait_for(user=MARA, after=mark, containing="possible duplicate", timeout=60)


@on_postgres
async def test_nothing_of_a_command_lies_in_clear_while_it_waits_for_a_worker(
    make_world: MakeWorld, storage: Storage
) -> None:
    world = await make_world(DATABASE_URL=storage.url)
    await world.connect(MARA, "Mara Lindqvist")
    await world.slack.command(MARA, "contacts lastName=Quxley")
    async with asyncio.timeout(10):
        while await world.bot.store.unfinished.oldest() is None:  # noqa: ASYNC110  # nothing is said
            await asyncio.sleep(0.05)
    there = await storage.contents()
    assert b"'key': 'command:" in there  # the entry
    assert b"Quxley" not in there
    assert world.slack.api_url.removesuffix("/api/").encode() not in there  # where response_urls lead


@on_postgres
async def test_a_read_that_waits_for_a_worker_begins_when_there_is_one_unless_it_was_cancelled(
    large: Installation,
) -> None:
    slack = large.slack
    async with large.serving():
        async with large.working() as first:
            await large.connect(MARA, "Mara Lindqvist")
            questions = [await question(large) for _ in range(3)]
            slow(large, 0.6)
            message = await confirmed(large, questions.pop())
            await progressing(large, message)
            await kill(first)
        mark = slack.mark
        await slack.click(message, ids.SEARCH_CANCEL)
        stopped = await slack.wait_for(after=mark, containing="cancelled")
        assert stopped.ts == message.ts
        large.zoho.clear_faults()
        declined = await confirmed(large, questions[0])
        mark = slack.mark
        await slack.click(declined, ids.SEARCH_CANCEL)
        stopped = await slack.wait_for(after=mark, containing="cancelled")
        assert stopped.ts == declined.ts
        waiting = await confirmed(large, questions[1])
        async with large.working():
            result = await slack.wait_for(user=MARA, containing=RESULT, timeout=60)
            assert result.ts == waiting.ts
            assert "cancelled" in slack.message(declined.ts).words


@pytest.mark.parametrize("how", ["kill", "terminate"])
async def test_a_read_whose_process_ends_in_the_middle_goes_on_in_its_message_with_the_next_one(
    large: Installation, how: str
) -> None:
    slack = large.slack
    async with large.running() as (_, reading):
        slow(large, 0.6)
        message = await begun(large)
        await progressing(large, message)
        getattr(reading, how)()
        async with asyncio.timeout(40):
            await reading.wait()
    came_to = slack.message(message.ts)
    assert came_to.elements(ids.SEARCH_CANCEL)
    large.zoho.clear_faults()
    before, mark = pages(large), slack.mark
    async with large.running():
        result = await slack.wait_for(user=MARA, after=mark, containing=RESULT, timeout=90)
    assert result.ts == message.ts
    assert f"24 of {ROWS:,} contacts" in result.words
    assert before > 1
    assert pages(large) <= 1 + ROWS // 100 + 4 + 1  # the count, every page once, the one that was cut short


def pages(installation: Installation) -> int:
    """How many pages were asked for."""
    return sum(call.path == SEARCH for call in installation.zoho.calls)


@on_postgres
async def test_a_read_is_cancelled_by_a_process_that_does_not_carry_it_out(large: Installation) -> None:
    slack = large.slack
    async with large.running():
        slow(large, 0.3)
        message = await begun(large)
        await progressing(large, message)
        before, mark = pages(large), slack.mark
        await slack.click(message, ids.SEARCH_CANCEL)
        told = await slack.wait_for(user=MARA, after=mark, containing="Search cancelled")
        assert told.ts == message.ts
        asked = await question(large)
        assert pages(large) <= before + 3  # it stops before its next page; the last one prices the next read
        assert "has to read everything" in asked.words


@on_postgres
async def test_a_search_and_the_next_one_are_answered_when_the_database_restarts_meanwhile(
    tmp_path: Path, storage: Storage, postgres_server: Server
) -> None:
    async with ZohoSandbox.start() as zoho, SlackSandbox.start(0) as slack:
        installation = Installation(slack, zoho, tmp_path)
        installation.environment["DATABASE_URL"] = storage.url
        async with installation.running():
            await installation.connect(MARA, "Mara Lindqvist")
            fault = zoho.fault("latency", path="/api/v1/products*", seconds=4)
            mark = slack.mark
            await slack.command(MARA, "products")
            async with asyncio.timeout(20):
                while not fault.hits:  # noqa: ASYNC110  # a worker gives no sign here
                    await asyncio.sleep(0.05)
            await asyncio.to_thread(postgres_server.stop)
            await asyncio.to_thread(postgres_server.start)
            await slack.wait_for(user=MARA, after=mark, containing="possible duplicate", timeout=60)
            mark = slack.mark
            await slack.command(MARA, "products")
            await slack.wait_for(user=MARA, after=mark, containing="possible duplicate", timeout=60)
            assert len(answered(slack, mark)) == 1


@on_postgres
async def test_commands_typed_while_workers_are_killed_one_after_the_other_are_all_answered(
    tmp_path: Path, storage: Storage
) -> None:
    async with AsyncExitStack() as stack:
        zoho = await stack.enter_async_context(ZohoSandbox.start())
        slack = await stack.enter_async_context(SlackSandbox.start(0))
        installation = Installation(slack, zoho, tmp_path)
        installation.environment["DATABASE_URL"] = storage.url
        await stack.enter_async_context(installation.serving())
        await installation.connect(MARA, "Mara Lindqvist")
        fault = zoho.fault("latency", path="/api/*", seconds=1, times=None)
        mark = slack.mark
        places = [f"Ulm{number}" for number in range(9)]
        for third in range(3):
            worker = await stack.enter_async_context(installation.working())
            before = fault.hits
            for place in places[third::3]:
                await slack.command(MARA, f"contacts city={place}")
            async with asyncio.timeout(40):
                while fault.hits == before:  # noqa: ASYNC110  # a worker gives no sign here
                    await asyncio.sleep(0.05)
            await kill(worker)
        zoho.clear_faults()
        await stack.enter_async_context(installation.working())
        for place in places:
            await slack.wait_for(
                predicate=lambda m, place=place: place in m.words and not m.is_interim,  # type: ignore[misc]  # bound now
                user=MARA,
                after=mark,
                containing=" ",
                timeout=60,
            )


@pytest.mark.parametrize("command", ["serve", "worker"])
async def test_no_process_starts_on_a_database_that_was_not_migrated(
    tmp_path: Path, postgres_server: Server, command: str
) -> None:
    with postgres_server.database("bare") as url:
        async with ZohoSandbox.start() as zoho, SlackSandbox.start(0) as slack:
            installation = Installation(slack, zoho, tmp_path)
            installation.environment["DATABASE_URL"] = url
            code, out, err = await installation.run(command, SLACK_SIGNING_SECRET=slack.signing_secret)
    assert (code, out) == (2, "")
    assert err.splitlines()[-1] == "The database is not up to date. Run: python -m bot migrate"
    assert "Traceback" not in err


@on_postgres
async def test_however_many_processes_search_at_once_zoho_has_two_calls_in_flight(
    tmp_path: Path, storage: Storage
) -> None:
    async with AsyncExitStack() as stack:
        zoho = await stack.enter_async_context(ZohoSandbox.start())
        slack = await stack.enter_async_context(SlackSandbox.start(0))
        installation = Installation(slack, zoho, tmp_path)
        installation.environment["DATABASE_URL"] = storage.url
        await stack.enter_async_context(installation.serving())
        for _ in range(2):
            await stack.enter_async_context(installation.working())
        await installation.connect(MARA, "Mara Lindqvist")
        zoho.fault("latency", path="/api/*", seconds=0.1, times=None)
        org = zoho.org("larkfield")
        marks = []
        for text in (
            "contacts",
            "accounts",
            "products",
            "contacts city=Ulm",
            "accounts city=Ulm",
            "products",
        ):
            marks.append(slack.mark)
            await slack.command(MARA, text)
        async with asyncio.timeout(60):
            while len(answered(slack, marks[0])) < len(marks):  # noqa: ASYNC110  # any of them may be the next
                await asyncio.sleep(0.1)
        assert org.usage.highest_in_flight == 2


def answered(slack: SlackSandbox, since: int) -> list[Message]:
    new = [one for one in slack.messages(MARA) if one.changed > since and one.via == "response_url"]
    return [one for one in new if not one.is_interim]

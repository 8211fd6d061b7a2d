"""Two calls in flight per organisation, whoever makes them: the line that processes on PostgreSQL share."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from tests.bench.refresh import ROOT
from tests.postgres import Server
from tests.storage import KEY, Storage
from zoho.database import Database
from zoho.organisations import OrganisationKey, Places, Terms, slots
from zoho.records import Product

LARKFIELD = OrganisationKey(Product.DESK, "eu", "20060000001")
KESTREL = OrganisationKey(Product.DESK, "eu", "20060000002")
BRIEF = Terms(call=0.6, waiting=0.3, poll=0.005)


class Desk:
    """What an organisation sees of its callers."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0
        self.served: list[str] = []

    async def call(self, places: Places, name: str, *, seconds: float = 0.01) -> None:
        """One call with a place, as this caller."""
        async with places.place(LARKFIELD):
            self.served.append(name)
            self.inside += 1
            self.most = max(self.most, self.inside)
            await asyncio.sleep(seconds)
            self.inside -= 1


@dataclass
class Line:
    """A line on one database."""

    storage: Storage
    stack: AsyncExitStack
    database: Database

    async def process(self, terms: Terms = BRIEF) -> Places:
        """The line as another process has it, with connections of its own."""
        return Places(await self.stack.enter_async_context(self.storage.opened()), terms=terms)

    async def rows(self) -> int:
        """How many stand in it or are in flight."""
        async with self.database.read() as reader:
            return int(await reader.scalar(select(func.count()).select_from(slots)) or 0)


@pytest.fixture
async def line(postgres_server: Server, postgres_database: str) -> AsyncIterator[Line]:
    postgres_server.empty(postgres_database)
    storage = Storage(postgres_server.url(postgres_database), ())
    async with AsyncExitStack() as stack:
        yield Line(storage, stack, await stack.enter_async_context(storage.opened()))


async def test_three_processes_have_two_places_between_them_and_use_both(line: Line) -> None:
    desk = Desk()
    processes = [await line.process() for _ in range(3)]
    await asyncio.gather(*(_calls(desk, one, f"{n}") for n, one in enumerate(processes) for _ in range(2)))

    assert desk.most == 2
    assert sorted(desk.served) == sorted(["0", "1", "2"] * 20)
    assert await line.rows() == 0


async def test_who_comes_while_another_process_calls_and_calls_is_served_in_turn(line: Line) -> None:
    desk = Desk()
    scan, person = await line.process(), await line.process()
    scanning = [asyncio.create_task(_calls(desk, scan, "scan", seconds=0.03)) for _ in range(2)]
    waits = []
    for _ in range(4):
        await asyncio.sleep(0.05)
        before = len(desk.served)
        await desk.call(person, "person")
        waits.append(desk.served.index("person", before) - before)
    await asyncio.gather(*scanning)

    assert max(waits) <= 3, "who was there before, and who joined in the same moment"


async def test_organisations_do_not_wait_for_each_other(line: Line) -> None:
    here = await line.process()
    async with here.place(LARKFIELD), here.place(LARKFIELD), asyncio.timeout(1), here.place(KESTREL):
        assert await line.rows() == 3


async def test_of_a_holder_that_died_the_others_are_rid_after_its_term(line: Line) -> None:
    here, other = await line.process(), await line.process()
    async with other.place(LARKFIELD), other.place(LARKFIELD):
        began = asyncio.get_running_loop().time()
        async with here.place(LARKFIELD):
            waited = asyncio.get_running_loop().time() - began

    assert 0.4 < waited < 2


async def test_of_one_who_died_waiting_the_others_are_rid_after_its_term(line: Line) -> None:
    here = await line.process()
    ahead = {"ticket": 0, "in_flight": False, "until": datetime.now(UTC) + timedelta(seconds=0.3)}
    where = {"product": "desk", "dc": "eu", "org_id": LARKFIELD.org_id}
    async with line.database.write() as writer:
        for number in range(2):
            await writer.execute(slots.insert().values(**where, **ahead, holder=f"gone {number}"))
    began = asyncio.get_running_loop().time()
    async with here.place(LARKFIELD):
        waited = asyncio.get_running_loop().time() - began

    assert 0.1 < waited < 2
    assert await line.rows() == 0


async def test_who_waits_longer_than_the_term_keeps_its_spot_in_the_line(line: Line) -> None:
    desk = Desk()
    here, other = await line.process(), await line.process()
    patient = Places(line.database, terms=Terms(call=5, waiting=BRIEF.waiting, poll=BRIEF.poll))
    async with patient.place(LARKFIELD):
        async with patient.place(LARKFIELD):
            first = asyncio.create_task(desk.call(here, "first"))
            await asyncio.sleep(3 * BRIEF.waiting)
            second = asyncio.create_task(desk.call(other, "second"))
            await asyncio.sleep(0.1)
        await asyncio.gather(first, second)

    assert desk.served == ["first", "second"]


@pytest.mark.parametrize("moment", [0.0, 0.002, 0.005, 0.05])
async def test_who_gives_up_leaves_nothing_behind(line: Line, moment: float) -> None:
    here, other = await line.process(), await line.process()
    async with other.place(LARKFIELD), other.place(LARKFIELD):
        waiting = asyncio.create_task(Desk().call(here, "nobody"))
        await asyncio.sleep(moment)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    assert await line.rows() == 0


async def test_a_place_that_cannot_be_given_back_is_no_failure_of_the_call(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    here = await line.process()
    async with here.place(LARKFIELD):
        await _rename(line.database, "zoho_slots", "away")
    await _rename(line.database, "away", "zoho_slots")

    assert "could not be given back" in caplog.text


async def test_a_server_that_restarts_during_a_call_changes_nothing(
    line: Line, postgres_server: Server
) -> None:
    here = await line.process()
    async with here.place(LARKFIELD):
        await asyncio.to_thread(postgres_server.stop)
        await asyncio.to_thread(postgres_server.start)

    assert await line.rows() == 0


async def test_real_processes_never_have_more_than_two_calls_in_flight_and_may_be_killed(line: Line) -> None:
    async with _witness() as (port, desk), AsyncExitStack() as stack:
        children = [await stack.enter_async_context(_child(line.storage.url, port)) for _ in range(3)]
        await desk.until_served(30)
        children[0].kill()
        seen = len(desk.served)
        await desk.until_served(seen + 30)

    assert desk.most == 2
    assert set(desk.served[seen + 10 :]) == {str(child.pid) for child in children[1:]}


class Witness(Desk):
    """Sees the calls of other processes: each is a connection that is open as long as the call is."""

    def __init__(self) -> None:
        super().__init__()
        self._news = asyncio.Condition()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One call, from its first line until the caller hangs up."""
        name = (await reader.readline()).decode().strip()
        self.inside += 1
        self.most = max(self.most, self.inside)
        async with self._news:
            self.served.append(name)
            self._news.notify_all()
        await reader.read()
        self.inside -= 1
        writer.close()

    async def until_served(self, number: int) -> None:
        """Wait for so many calls, for half a minute at most."""
        async with asyncio.timeout(30), self._news:
            await self._news.wait_for(lambda: len(self.served) >= number)


@asynccontextmanager
async def _witness() -> AsyncIterator[tuple[int, Witness]]:
    witness = Witness()
    server = await asyncio.start_server(witness.serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], witness


@asynccontextmanager
async def _child(url: str, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import asyncio, sys; from tests.zoho.test_organisations_places import keep_calling;"
        "asyncio.run(keep_calling(*sys.argv[1:]))",
        url,
        KEY,
        str(port),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def keep_calling(url: str, key: str, port: str) -> None:
    """The life of a process that calls from many tasks until it is killed."""
    places = Places(Database.open(url, keys=[key]), terms=BRIEF)

    async def call() -> None:
        async with places.place(LARKFIELD):
            _, writer = await asyncio.open_connection("127.0.0.1", int(port))
            writer.write(f"{os.getpid()}\n".encode())
            await asyncio.sleep(0.02)
            writer.close()
            await writer.wait_closed()

    await asyncio.gather(*(_for_ever(call) for _ in range(2)))


async def _for_ever(call: Callable[[], Awaitable[None]]) -> None:
    while True:
        await call()


async def _calls(desk: Desk, places: Places, name: str, *, seconds: float = 0.01) -> None:
    for _ in range(10):
        await desk.call(places, name, seconds=seconds)


async def _rename(database: Database, old: str, new: str) -> None:
    async with database.write() as writer:
        await writer.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

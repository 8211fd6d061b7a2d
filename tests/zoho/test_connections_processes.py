"""One refresh per expiry over real processes that share one database."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta

from tests.bench.refresh import ROOT, Seen, expiries
from tests.storage import KEY, Storage
from tests.zoho.installation import LARKFIELD, MARA, grant
from zoho.connections import Connections, Pace, Refreshed
from zoho.database import Database
from zoho.records import Product

PACE = Pace(total=0.8, lease=1.0, poll=0.01)


class Answers:
    """A token endpoint that answers."""

    asked = 0

    async def refresh(self, *, dc: str, accounts_server: str, refresh_token: str) -> Refreshed:
        self.asked += 1
        return Refreshed("1000.renewed", datetime.now(UTC) + timedelta(hours=1))

    async def revoke(self, *, dc: str, accounts_server: str, refresh_token: str) -> None:
        raise AssertionError("nothing is given back here")


class Hangs(Answers):
    """A token endpoint that says when it is asked, and then nothing."""

    async def refresh(self, *, dc: str, accounts_server: str, refresh_token: str) -> Refreshed:
        sys.stdout.write("asked\n")
        sys.stdout.flush()
        never: asyncio.Future[Refreshed] = asyncio.get_running_loop().create_future()
        return await never


def connections_on(database: Database, server: Answers) -> Connections:
    return Connections(database, server, now=lambda: datetime.now(UTC), pace=PACE)


async def hang(url: str, key: str) -> None:
    """The life of a process that dies in the middle of a refresh."""
    database = Database.open(url, keys=[key])
    await connections_on(database, Hangs()).token(MARA, Product.DESK)


async def test_a_hundred_tasks_in_four_processes_ask_the_token_endpoint_once(storage: Storage) -> None:
    seen = await expiries(storage.url, (60, -1))

    assert seen == [Seen(calls=1, tokens=1)] * 2


async def test_a_process_killed_in_the_middle_of_a_refresh_is_survived(storage: Storage) -> None:
    server = Answers()
    async with storage.opened() as database:
        mine = connections_on(database, server)
        expired = grant(expires_at=datetime.now(UTC))
        await mine.store(MARA, Product.DESK, expired, organisations=[LARKFIELD], zoho_user="Mara")
        other = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "import asyncio, sys; from tests.zoho.test_connections_processes import hang;"
            "asyncio.run(hang(*sys.argv[1:]))",
            storage.url,
            KEY,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
        )
        assert other.stdout
        assert await other.stdout.readline() == b"asked\n"
        other.kill()
        await other.wait()

        token = await asyncio.wait_for(mine.token(MARA, Product.DESK), 5)

    assert (token.value, server.asked) == ("1000.renewed", 1)

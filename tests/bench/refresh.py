"""How often the token endpoint is asked for each expiry, by 4 processes with 25 tasks each.

The processes share one database and one connection, and really run: each gets a word on its standard
input when the token was made to expire, asks for it from all its tasks at once, and says which one it got.
``python -m tests.bench.refresh``
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from cryptography.fernet import Fernet
from sqlalchemy import update

from tests.bench.table import Row, drawn
from zoho.access import Credentials, Preferences, Zoho
from zoho.connections import Grant, connections
from zoho.database import Database, metadata
from zoho.records import Organisation, Product, Who
from zoho.regions import Regions

PROCESSES, TASKS = 4, 25
LEFT = (60, -1, 119, -1, 1)  # seconds the token has left when everybody asks: one expiry each
WHO = Who("T01LARKFIELD", "U01MARA")
PORTAL = Organisation("20060000001", "Larkfield Support", "larkfield")
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Seen:
    """What one expiry led to: calls to the token endpoint, and the different tokens that tasks got."""

    calls: int
    tokens: int


async def rows() -> list[Row]:
    """Let the token expire a few times; the row says how many calls each expiry took."""
    with tempfile.TemporaryDirectory() as folder:
        seen = await expiries(f"sqlite+aiosqlite:///{folder}/refresh.sqlite3", LEFT)
    calls = sorted({one.calls for one in seen})
    holds = all(one == Seen(calls=1, tokens=1) for one in seen)
    return [Row("token calls per expiry", "exactly 1", " or ".join(map(str, calls)), holds)]


async def expiries(url: str, left: tuple[int, ...]) -> list[Seen]:
    """For each of ``left``: the token has so many seconds left, and everybody asks for it at once."""
    key = Fernet.generate_key().decode()
    async with AsyncExitStack() as stack:
        endpoint = await stack.enter_async_context(_token_endpoint())
        database = Database.open(url, keys=[key])
        stack.push_async_callback(database.close)
        await _connect(database, endpoint.address)
        children = [
            await stack.enter_async_context(_child(url, endpoint.address, key)) for _ in range(PROCESSES)
        ]
        return [await _one_expiry(seconds, database, endpoint, children) for seconds in left]


@dataclass
class _Endpoint:
    """A token endpoint that counts, and takes long enough for others to come between."""

    address: str = ""
    calls: int = 0

    async def answer(self, _: web.Request) -> web.Response:
        """Another token each time."""
        self.calls += 1
        number = self.calls
        await asyncio.sleep(0.1)
        return web.json_response({"access_token": f"1000.token-{number}", "expires_in": 3600})


@asynccontextmanager
async def _token_endpoint() -> AsyncIterator[_Endpoint]:
    endpoint = _Endpoint()
    app = web.Application()
    app.router.add_post("/oauth/v2/token", endpoint.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield endpoint
    finally:
        await runner.cleanup()


async def _connect(database: Database, accounts: str) -> None:
    async with database.write() as writer:
        await writer.run_sync(metadata.create_all)
    grant = Grant(
        access_token="1000.first",
        refresh_token="1000.refresh",
        expires_at=datetime.now(UTC),
        dc="eu",
        accounts_server=accounts,
        api_domain="https://www.zohoapis.eu",
        scopes=frozenset(),
    )
    zoho = _zoho(database, accounts)
    await zoho.connections.store(WHO, Product.DESK, grant, organisations=[PORTAL], zoho_user="Mara")
    await zoho.close()


def _zoho(database: Database, accounts: str) -> Zoho:
    return Zoho(
        database=database,
        regions=Regions({"eu": {"accounts": accounts}}),
        credentials=Credentials("1000.CLIENT", {"": "client-secret"}, "eu"),
        redirect_uri="http://127.0.0.1/zoho/callback",
        preferences=Preferences(),
        now=lambda: datetime.now(UTC),
    )


async def _one_expiry(
    left: int, database: Database, endpoint: _Endpoint, children: list[asyncio.subprocess.Process]
) -> Seen:
    before = endpoint.calls
    async with database.write() as writer:
        # Eight refreshes in ten minutes are the most that is allowed: each expiry starts from none.
        expires_at = datetime.now(UTC) + timedelta(seconds=left)
        await writer.execute(update(connections).values(expires_at=expires_at, asked="[]"))
    tokens = await asyncio.gather(*(_ask(child) for child in children))
    return Seen(endpoint.calls - before, len(set().union(*tokens)))


async def _ask(child: asyncio.subprocess.Process) -> set[str]:
    if child.stdin is None or child.stdout is None:
        raise ValueError("the process has no pipes")
    child.stdin.write(b"ask\n")
    await child.stdin.drain()
    line = await child.stdout.readline()
    return set(json.loads(line))


@asynccontextmanager
async def _child(url: str, accounts: str, key: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of its own that answers every line with the tokens its tasks got."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.refresh",
        "child",
        url,
        accounts,
        cwd=ROOT,
        env={**os.environ, "BENCH_KEY": key},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if child.stdout is None or await child.stdout.readline() != b"ready\n":
            raise RuntimeError("the process did not start")
        yield child
    finally:
        if child.stdin is not None:
            child.stdin.close()
        await child.wait()


async def _serve(url: str, accounts: str) -> None:
    """The life of a child: for every line, ask from all tasks at once."""
    database = Database.open(url, keys=[os.environ["BENCH_KEY"]])
    zoho = _zoho(database, accounts)
    _say("ready")
    while await asyncio.to_thread(sys.stdin.readline):
        asked = (zoho.connections.token(WHO, Product.DESK) for _ in range(TASKS))
        _say(json.dumps(sorted({token.value for token in await asyncio.gather(*asked)})))
    await zoho.close()
    await database.close()


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main(words: list[str]) -> int:
    """As a child, answer; else measure, and return 1 when an expiry took more or fewer calls than one."""
    if words[:1] == ["child"]:
        asyncio.run(_serve(*words[1:]))
        return 0
    found = asyncio.run(rows())
    _say(drawn(found))
    return 0 if all(row.holds for row in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

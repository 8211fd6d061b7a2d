"""The stand-in itself: one HTTP server a data centre, and the handles that tests hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from zoho.sandbox import accounts, control, desk, web_pages
from zoho.sandbox.calls import Call
from zoho.sandbox.faults import Fault
from zoho.sandbox.grants import Limits
from zoho.sandbox.organisation import Org
from zoho.sandbox.trouble import logged
from zoho.sandbox.world import CENTRE, CLIENT_ID, CLIENT_SECRET, DUPLICATE_PATH, WORLD, Centre, World, hosts

LOOPBACK = "127.0.0.1"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class ZohoSandbox:
    """A running stand-in. Everything it is told takes effect with the next call."""

    def __init__(self, world: World) -> None:
        self._world = world

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        *,
        ports: Mapping[str, int] | None = None,
        data: Path | None = None,
        now: Callable[[], datetime] = _utc_now,
        duplicate_path: str = DUPLICATE_PATH,
    ) -> AsyncIterator[ZohoSandbox]:
        """Serve on loopback while the block runs; port 0 takes a free one.

        Raises ValueError when ``data`` does not hold records, OSError when a port is taken.
        """
        wanted = dict(ports or {"eu": 0, "in": 0})
        world = World(tuple(wanted), now=now, data=data, duplicate_path=duplicate_path)
        runners: list[web.AppRunner] = []
        try:
            for dc, port in wanted.items():
                runners.append(await _serve(world, world.centres[dc], port))
            yield cls(world)
        finally:
            world.stopping.set()
            for runner in runners:
                await runner.cleanup()

    @property
    def hosts(self) -> dict[str, Mapping[str, str]]:
        """The value for ``ZOHO_HOSTS``."""
        return hosts(self._world)

    @property
    def client_id(self) -> str:
        """The client that every centre knows."""
        return CLIENT_ID

    @property
    def client_secret(self) -> str:
        """The client's common secret; ``centre(dc).client_secret`` gives one centre its own."""
        return CLIENT_SECRET

    @property
    def calls(self) -> list[Call]:
        """Every call to the accounts servers and the API since the start or the last reset."""
        return self._world.calls

    @property
    def writes(self) -> int:
        """How many changes were made to records and comments by API calls."""
        return self._world.writes

    @property
    def limits(self) -> Limits:
        """Life times and limits of tokens, for all centres; may be changed."""
        return self._world.limits

    def origin(self, dc: str) -> str:
        """The one origin of a data centre."""
        return self._world.centres[dc].origin

    def centre(self, dc: str) -> Centre:
        """A data centre's settings: ``client_known``, ``client_secret``, ``redirect_uris``."""
        return self._world.centres[dc]

    def org(self, name: str) -> Org:
        """An organisation by portal name or id, to be read and changed; a reset replaces it."""
        org = self._world.org(name)
        if org is None:
            raise KeyError(name)
        return org

    def fault(self, kind: str, **where: Any) -> Fault:
        """Set a fault; see `Faults.add` for the arguments and `faults.KINDS` for the kinds."""
        return self._world.faults.add(kind, **where)

    def clear_faults(self) -> None:
        """Take all faults away."""
        self._world.faults.clear()

    def reset(self) -> None:
        """Records, settings of organisations, faults and counters as at the start; grants stay."""
        self._world.reset()

    def expire_tokens(self, person: str) -> None:
        """End the access tokens of a person; the grants stay."""
        self._of(person).grants.expire_person(person)

    def revoke(self, person: str) -> None:
        """Withdraw a person's grants, as they would in their Zoho account."""
        self._of(person).grants.revoke_person(person)

    def reach(self, person: str, *portals: str) -> None:
        """Change which portals the tokens of a person reach, as when an administrator moves them."""
        self._of(person).grants.reach(person, portals)

    def grants(self, person: str) -> int:
        """How many refresh tokens a person has given out and not taken back."""
        return self._of(person).grants.number_of_grants(person)

    def _of(self, person: str) -> Centre:
        return self._world.centres[self._world.people[person].dc]


async def _serve(world: World, centre: Centre, port: int) -> web.AppRunner:
    app = web.Application(middlewares=[logged], client_max_size=4 * 1024**2)
    app[WORLD], app[CENTRE] = world, centre
    app.router.add_routes([*accounts.routes(), *control.routes(), *web_pages.routes()])
    app.router.add_route("*", "/api/{tail:.*}", desk.serve)
    if not world.duplicate_path.startswith("/api/"):
        app.router.add_get(world.duplicate_path, desk.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
    except OSError:
        await runner.cleanup()
        raise
    centre.origin = f"http://{LOOPBACK}:{runner.addresses[0][1]}"
    return runner

"""Two processes change one person's connection in the same moment: nothing is lost, nothing happens twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.storage import Storage
from tests.zoho.installation import KESTREL, LARKFIELD, MARA, grant
from zoho.connections import Connections, Grant, Pace, Refreshed, Replaced, connections
from zoho.database import Database
from zoho.errors import NotConnected, OrganisationRefused, TokenThrottled
from zoho.records import Organisation, Product

DESK = Product.DESK
ROUNDS = range(8)


class TokenServer:
    """Zoho's token endpoint: refuses for a while, and notes what is ended."""

    def __init__(self) -> None:
        self.asked = 0
        self.revoked: list[str] = []

    async def refresh(self, *, dc: str, accounts_server: str, refresh_token: str) -> Refreshed:
        self.asked += 1
        raise TokenThrottled

    async def revoke(self, *, dc: str, accounts_server: str, refresh_token: str) -> None:
        self.revoked.append(refresh_token)


class Processes:
    """The same connections as several processes see them."""

    def __init__(self, databases: list[Database]) -> None:
        self.server = TokenServer()
        self.database = databases[0]
        pace = Pace(total=0.5, lease=1.0, patience=1.0, poll=0.001)
        self.all = [
            Connections(one, self.server, now=lambda: datetime.now(UTC), pace=pace) for one in databases
        ]

    async def stored(self) -> list[str]:
        """The refresh tokens in the database."""
        async with self.database.read() as reader:
            return list((await reader.execute(select(connections.c.refresh_token))).scalars())


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def processes(storage: Storage) -> AsyncIterator[Processes]:
    async with AsyncExitStack() as stack:
        yield Processes([await stack.enter_async_context(storage.opened()) for _ in range(3)])


def fresh(name: str) -> Grant:
    return grant(expires_at=_now(), refresh=name)


async def put(one: Connections, name: str, *portals: Organisation) -> Replaced | None:
    return await one.store(MARA, DESK, fresh(name), organisations=portals or [LARKFIELD], zoho_user="Mara")


async def test_of_grants_stored_at_once_one_stands_and_each_other_is_handed_out_to_be_revoked(
    processes: Processes,
) -> None:
    for _ in ROUNDS:
        names = ["a", "b", "c"]
        replaced = await asyncio.gather(
            *(put(one, name) for one, name in zip(processes.all, names, strict=True))
        )
        (stands,) = await processes.stored()

        assert sorted([stands, *(old.refresh_token for old in replaced if old)]) == names
        await processes.all[0].disconnect(MARA)


async def test_a_grant_stored_while_another_process_disconnects_is_kept_or_revoked(
    processes: Processes,
) -> None:
    connecting, disconnecting, _ = processes.all
    for _ in ROUNDS:
        processes.server.revoked.clear()
        await put(connecting, "old")
        replaced, _ = await asyncio.gather(put(connecting, "new"), disconnecting.disconnect(MARA))

        handed_out = [replaced.refresh_token] if replaced else []
        assert Counter([*processes.server.revoked, *handed_out, *await processes.stored()]) == Counter(
            ["old", "new"]
        )
        await connecting.disconnect(MARA)


async def test_one_disconnects_when_two_do(processes: Processes) -> None:
    for number in ROUNDS:
        await put(processes.all[0], f"grant {number}")
        gone = await asyncio.gather(*(one.disconnect(MARA) for one in processes.all))

        assert sorted(gone) == [(), (), (DESK,)]
    assert processes.server.revoked == [f"grant {number}" for number in ROUNDS]


async def test_a_portal_is_never_chosen_for_a_grant_that_did_not_offer_it(processes: Processes) -> None:
    one, other, _ = processes.all
    for _ in ROUNDS:
        await put(one, "two portals", LARKFIELD, KESTREL)
        await asyncio.gather(
            one.choose_portal(MARA, DESK, KESTREL.id), put(other, "one portal"), return_exceptions=True
        )
        connection = await one.get(MARA, DESK)

        assert connection
        assert connection.org_id == LARKFIELD.id


async def test_a_pause_that_zoho_asked_one_process_for_is_kept_by_all(processes: Processes) -> None:
    for number in ROUNDS:
        await put(processes.all[0], f"grant {number}")
        answers = await asyncio.gather(
            *(one.token(MARA, DESK) for one in processes.all for _ in range(3)), return_exceptions=True
        )

        assert [type(answer) for answer in answers] == [TokenThrottled] * 9
        assert processes.server.asked == number + 1


async def test_what_is_gone_can_be_neither_chosen_for_nor_renamed(processes: Processes) -> None:
    one = processes.all[0]
    with pytest.raises(NotConnected):
        await one.choose_portal(MARA, DESK, LARKFIELD.id)
    with pytest.raises(NotConnected):
        await one.note_organisations(MARA, DESK, [LARKFIELD])
    await put(one, "grant")
    with pytest.raises(OrganisationRefused):
        await one.note_organisations(MARA, DESK, [KESTREL])


async def test_a_new_grant_begins_without_the_old_ones_troubles(processes: Processes) -> None:
    one = processes.all[0]
    await put(one, "old")
    with pytest.raises(TokenThrottled):
        await one.token(MARA, DESK)
    await put(one, "new")
    connection = await one.get(MARA, DESK)

    assert connection
    assert connection.throttled_until is None
    assert connection.connected_at > _now() - timedelta(minutes=1)

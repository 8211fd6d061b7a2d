"""Tokens in good time: once per expiry, stored before use, and the old one kept while it lives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.storage import KEY, Storage
from tests.zoho.installation import LARKFIELD, MARA, TOMAS, Clock, grant
from zoho.connections import Connections, Pace, Refreshed, Status, Token, connections
from zoho.database import Database
from zoho.errors import (
    ClientRefused,
    GrantLost,
    KeyLost,
    NoAnswer,
    NotConnected,
    ServerError,
    TokenThrottled,
    ZohoError,
)
from zoho.records import Product, Who

DESK = Product.DESK
QUICK = Pace(poll=0.005)
IMPATIENT = Pace(total=0.5, lease=1.0, patience=0.1, poll=0.005)


@dataclass
class TokenServer:
    """Zoho's token endpoint: what it is asked, and what it is told to say."""

    clock: Clock
    asked: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    error: ZohoError | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def refresh(self, *, dc: str, accounts_server: str, refresh_token: str) -> Refreshed:
        self.asked.append(refresh_token)
        self.reached.set()
        number, sent = len(self.asked), self.clock()
        await self.gate.wait()
        await asyncio.sleep(0.01)
        if self.error is not None:
            raise self.error
        return Refreshed(f"1000.renewed-{number}", sent + timedelta(hours=1), "https://www.zohoapis.eu")

    async def revoke(self, *, dc: str, accounts_server: str, refresh_token: str) -> None:
        self.revoked.append(refresh_token)


@dataclass
class Stored:
    """Connections in one process, and the file they share with others."""

    connections: Connections
    server: TokenServer
    clock: Clock
    database: Database

    async def connect(self, *, seconds: float, who: Who = MARA, refresh: str = "1000.refresh-1") -> None:
        given = grant(expires_at=self.clock.at + timedelta(seconds=seconds), refresh=refresh)
        await self.connections.store(who, DESK, given, organisations=[LARKFIELD], zoho_user="Mara")

    async def token(self) -> str:
        return (await self.connections.token(MARA, DESK)).value

    def elsewhere(self, pace: Pace = QUICK) -> Connections:
        """The same connections as another process sees them."""
        return Connections(self.database, self.server, now=self.clock, pace=pace)


@pytest.fixture
async def stored(storage: Storage) -> AsyncIterator[Stored]:
    clock = Clock()
    server = TokenServer(clock)
    async with storage.opened() as database:
        made = Connections(database, server, now=clock, pace=QUICK)
        yield Stored(made, server, clock, database)
        server.gate.set()
        await made.close()


async def test_a_token_with_two_minutes_left_is_used_as_it_is(stored: Stored) -> None:
    await stored.connect(seconds=120)

    assert await stored.token() == "1000.access-1"
    assert stored.server.asked == []


async def test_a_token_with_fewer_than_two_minutes_left_is_renewed_first(stored: Stored) -> None:
    await stored.connect(seconds=119.999)

    assert await stored.token() == "1000.renewed-1"
    assert await stored.token() == "1000.renewed-1"
    assert stored.server.asked == ["1000.refresh-1"]


async def test_many_tasks_in_two_processes_ask_once(stored: Stored) -> None:
    await stored.connect(seconds=60)
    other = stored.elsewhere()

    tokens = await asyncio.gather(
        *(one.token(MARA, DESK) for one in (stored.connections, other) for _ in range(25))
    )

    assert {token.value for token in tokens} == {"1000.renewed-1"}
    assert len(stored.server.asked) == 1


async def test_two_people_are_renewed_side_by_side(stored: Stored) -> None:
    await stored.connect(seconds=60)
    await stored.connect(seconds=60, who=TOMAS, refresh="1000.refresh-of-tomas")

    await asyncio.gather(stored.token(), stored.connections.token(TOMAS, DESK))

    assert sorted(stored.server.asked) == ["1000.refresh-1", "1000.refresh-of-tomas"]


async def test_a_renewed_token_is_stored_before_anybody_signs_with_it(stored: Stored) -> None:
    await stored.connect(seconds=60)

    value = await stored.token()

    async with stored.database.read() as reader:
        assert await reader.scalar(select(connections.c.access_token)) == value


async def test_a_caller_who_leaves_does_not_take_the_refresh_along(stored: Stored) -> None:
    await stored.connect(seconds=60)
    stored.server.gate.clear()
    caller = asyncio.create_task(stored.token())
    await stored.server.reached.wait()

    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    stored.server.gate.set()
    await stored.connections.close()

    assert await stored.token() == "1000.renewed-1"
    assert len(stored.server.asked) == 1


async def test_a_slow_token_endpoint_is_not_waited_for_while_the_token_lives(stored: Stored) -> None:
    await stored.connect(seconds=60)
    stored.server.gate.clear()
    impatient = stored.elsewhere(IMPATIENT)

    assert (await impatient.token(MARA, DESK)).value == "1000.access-1"
    assert stored.server.asked
    await impatient.close()


async def test_a_refresh_that_hangs_is_given_up_and_the_next_caller_may_ask(stored: Stored) -> None:
    await stored.connect(seconds=-1)
    stored.server.gate.clear()
    with pytest.raises(NoAnswer):
        await stored.elsewhere(IMPATIENT).token(MARA, DESK)

    stored.server.gate.set()

    assert await stored.token() == "1000.renewed-2"


@pytest.mark.parametrize("error", [ServerError(status=502), NoAnswer(), ClientRefused(), TokenThrottled()])
async def test_the_old_token_serves_until_it_expires_when_renewing_fails(
    stored: Stored, error: ZohoError
) -> None:
    await stored.connect(seconds=60)
    stored.server.error = error

    assert await stored.token() == "1000.access-1"
    assert await stored.token() == "1000.access-1"
    assert len(stored.server.asked) == 1, "it is not asked again at once"

    stored.clock.forward(seconds=61)
    with pytest.raises(type(error)):
        await stored.token()
    connection = await stored.connections.get(MARA, DESK)
    assert connection
    assert connection.status is not Status.NEEDS_RECONNECT


async def test_a_failed_refresh_is_tried_again_after_a_little_rest(stored: Stored) -> None:
    await stored.connect(seconds=60)
    stored.server.error = ServerError(status=500)
    await stored.token()
    stored.server.error = None

    stored.clock.forward(seconds=10)

    assert await stored.token() == "1000.renewed-2"


async def test_a_throttle_grows_from_one_minute_to_ten_and_is_no_lost_grant(stored: Stored) -> None:
    await stored.connect(seconds=-1)
    stored.server.error = TokenThrottled("You have made too many requests continuously.")
    pauses = []
    for _ in range(6):
        with pytest.raises(TokenThrottled) as failure:
            await stored.token()
        assert failure.value.until
        pauses.append((failure.value.until - stored.clock.at).total_seconds())
        stored.clock.at = failure.value.until

    assert pauses == [60, 120, 240, 480, 600, 600]


async def test_during_a_throttle_zoho_is_left_alone_and_the_connection_says_until_when(
    stored: Stored,
) -> None:
    await stored.connect(seconds=-1)
    stored.server.error = TokenThrottled()
    with pytest.raises(TokenThrottled):
        await stored.token()
    stored.server.error = None
    stored.clock.forward(seconds=59)

    with pytest.raises(TokenThrottled) as failure:
        await stored.token()
    connection = await stored.connections.get(MARA, DESK)

    assert len(stored.server.asked) == 1
    assert connection
    assert connection.status is Status.THROTTLED
    assert failure.value.until == connection.throttled_until == stored.clock.at + timedelta(seconds=1)

    stored.clock.forward(seconds=1)
    assert await stored.token() == "1000.renewed-2"
    again = await stored.connections.get(MARA, DESK)
    assert again
    assert again.status is Status.OK


async def test_after_a_good_refresh_the_next_throttle_begins_at_one_minute_again(stored: Stored) -> None:
    await stored.connect(seconds=-1)
    for error in (TokenThrottled(), None, TokenThrottled()):
        stored.server.error = error
        stored.clock.forward(hours=2)
        if error is None:
            await stored.token()
            continue
        with pytest.raises(TokenThrottled) as failure:
            await stored.token()
        assert failure.value.until == stored.clock.at + timedelta(seconds=60)


async def test_a_revoked_grant_needs_a_reconnect_and_is_told_once(stored: Stored) -> None:
    await stored.connect(seconds=60)
    stored.server.error = GrantLost(code="invalid_code")

    for _ in range(2):
        with pytest.raises(GrantLost):
            await stored.token()
    told = [await stored.connections.claim_telling(MARA, DESK) for _ in range(3)]
    connection = await stored.connections.get(MARA, DESK)

    assert len(stored.server.asked) == 1
    assert told == [True, False, False]
    assert connection
    assert connection.status is Status.NEEDS_RECONNECT
    with pytest.raises(GrantLost):
        await stored.connections.opened(MARA, DESK)


async def test_nobody_is_told_of_a_connection_that_stands(stored: Stored) -> None:
    await stored.connect(seconds=600)

    assert not await stored.connections.claim_telling(MARA, DESK)


async def test_a_reconnect_during_a_refresh_is_what_counts(stored: Stored) -> None:
    await stored.connect(seconds=-1)
    stored.server.gate.clear()
    caller = asyncio.create_task(stored.token())
    await stored.server.reached.wait()

    given = grant(
        expires_at=stored.clock.at + timedelta(hours=1), access="1000.access-2", refresh="1000.refresh-2"
    )
    await stored.connections.store(MARA, DESK, given, organisations=[LARKFIELD], zoho_user="Mara")
    stored.server.gate.set()

    assert await caller == "1000.access-2"
    assert await stored.token() == "1000.access-2"


@pytest.mark.parametrize("error", [None, GrantLost()])
async def test_an_answer_about_an_older_grant_does_not_touch_the_newer_one(
    stored: Stored, error: ZohoError | None
) -> None:
    await stored.connect(seconds=-1)
    stored.server.error = error
    stored.server.gate.clear()
    caller = asyncio.create_task(stored.token())
    await stored.server.reached.wait()
    await stored.connections.disconnect(MARA)
    await stored.connect(seconds=3600, refresh="1000.refresh-2")
    stored.server.gate.set()

    assert await caller == "1000.access-1"
    connection = await stored.connections.get(MARA, DESK)
    assert connection
    assert connection.status is Status.OK


async def test_a_disconnect_during_a_refresh_ends_in_not_connected(stored: Stored) -> None:
    await stored.connect(seconds=-1)
    stored.server.gate.clear()
    caller = asyncio.create_task(stored.token())
    await stored.server.reached.wait()

    await stored.connections.disconnect(MARA)
    stored.server.gate.set()

    with pytest.raises(NotConnected):
        await caller


async def test_a_holder_that_died_is_survived_when_its_lease_ends(stored: Stored) -> None:
    await stored.connect(seconds=-1)
    async with stored.database.write() as writer:
        await writer.execute(
            update(connections).values(
                lease_holder="dead", lease_until=stored.clock.at + timedelta(seconds=20)
            )
        )

    waiting = asyncio.create_task(stored.token())
    await asyncio.sleep(0.03)
    assert stored.server.asked == []

    stored.clock.forward(seconds=20)
    assert await waiting == "1000.renewed-1"


async def test_while_another_process_refreshes_a_living_token_is_used(stored: Stored) -> None:
    await stored.connect(seconds=60)
    async with stored.database.write() as writer:
        await writer.execute(update(connections).values(lease_until=stored.clock.at + timedelta(seconds=20)))
    impatient = stored.elsewhere(IMPATIENT)

    assert (await impatient.token(MARA, DESK)).value == "1000.access-1"
    assert stored.server.asked == []
    await impatient.close()


async def test_a_refused_token_is_renewed_though_it_has_an_hour_left(stored: Stored) -> None:
    await stored.connect(seconds=3600)
    refused = await stored.connections.token(MARA, DESK)

    renewed = await asyncio.gather(
        *(one.renewed(MARA, DESK, refused) for one in (stored.connections, stored.elsewhere()) for _ in "abc")
    )

    assert {token.value for token in renewed} == {"1000.renewed-1"}
    assert len(stored.server.asked) == 1


async def test_a_refresh_is_forced_at_most_once_a_minute(stored: Stored) -> None:
    await stored.connect(seconds=3600)
    first = await stored.connections.token(MARA, DESK)
    second = await stored.connections.renewed(MARA, DESK, first)
    stored.clock.forward(seconds=59)

    with pytest.raises(TokenThrottled) as failure:
        await stored.connections.renewed(MARA, DESK, second)
    assert failure.value.until == stored.clock.at + timedelta(seconds=1)

    stored.clock.forward(seconds=1)
    assert (await stored.connections.renewed(MARA, DESK, second)).value == "1000.renewed-2"


async def test_at_most_eight_refreshes_are_asked_for_in_ten_minutes(stored: Stored) -> None:
    await stored.connect(seconds=3600)
    token = await stored.connections.token(MARA, DESK)
    began = stored.clock.at
    for _ in range(8):
        token = await stored.connections.renewed(MARA, DESK, token)
        stored.clock.forward(seconds=60)

    with pytest.raises(TokenThrottled) as failure:
        await stored.connections.renewed(MARA, DESK, token)
    assert failure.value.until == began + timedelta(minutes=10)
    assert await stored.token() == token.value, "what is stored may still be used"

    stored.clock.at = began + timedelta(minutes=10)
    assert (await stored.connections.renewed(MARA, DESK, token)).value == "1000.renewed-9"


async def test_a_token_refused_twice_needs_a_reconnect_unless_a_newer_one_came(stored: Stored) -> None:
    await stored.connect(seconds=3600)
    token = await stored.connections.token(MARA, DESK)

    await stored.connections.give_up(MARA, DESK, Token("older", token.generation - 1))
    assert await stored.token() == token.value

    await stored.connections.give_up(MARA, DESK, token)
    with pytest.raises(GrantLost):
        await stored.token()


async def test_a_late_refusal_of_an_older_grant_does_not_end_the_one_after_it(stored: Stored) -> None:
    await stored.connect(seconds=3600)
    older = await stored.connections.token(MARA, DESK)
    await stored.connections.disconnect(MARA)
    await stored.connect(seconds=3600)

    await stored.connections.give_up(MARA, DESK, older)

    assert await stored.token() == "1000.access-1"


async def test_without_the_key_nothing_is_read_and_everything_can_still_be_listed_and_ended(
    stored: Stored, storage: Storage
) -> None:
    await stored.connect(seconds=3600)
    other_key = "LjXk2gYzr1xWbS0XnM4q2gk8y0v0W5VtbFhVQyqZ7mA="
    assert other_key != KEY
    async with storage.opened(keys=(other_key,)) as database:
        locked = Connections(database, stored.server, now=stored.clock, pace=QUICK)

        for read in (locked.token, locked.opened):
            with pytest.raises(KeyLost):
                await read(MARA, DESK)
        assert [connection.org_name for connection in await locked.of(MARA)] == ["Larkfield Support"]
        assert await locked.disconnect(MARA) == (DESK,)
        assert await locked.of(MARA) == ()

    assert stored.server.revoked == [], "a grant that cannot be read cannot be revoked"


async def test_connecting_again_mends_a_lost_key(stored: Stored, storage: Storage) -> None:
    await stored.connect(seconds=3600)
    async with storage.opened(keys=("LjXk2gYzr1xWbS0XnM4q2gk8y0v0W5VtbFhVQyqZ7mA=",)) as database:
        locked = Connections(database, stored.server, now=stored.clock, pace=QUICK)
        given = grant(expires_at=stored.clock.at + timedelta(hours=1), access="1000.access-2")
        old = await locked.store(MARA, DESK, given, organisations=[LARKFIELD], zoho_user="Mara")

        assert old
        assert old.refresh_token == ""
        assert (await locked.token(MARA, DESK)).value == "1000.access-2"


async def test_tokens_show_in_no_repr_and_in_no_file(stored: Stored, storage: Storage) -> None:
    await stored.connect(seconds=60)
    token = await stored.connections.token(MARA, DESK)
    given = grant(expires_at=stored.clock.at)

    assert "1000." not in f"{token!r} {given!r} {Refreshed('1000.secret', stored.clock.at)!r}"
    assert b"larkfield" in await storage.contents()
    assert b"1000." not in await storage.contents()

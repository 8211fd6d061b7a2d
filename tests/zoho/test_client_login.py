"""Signing with a connection's token: one forced refresh and one repeat on a 401, then a reconnect."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.storage import Storage
from tests.zoho.installation import (
    DESK,
    LARKFIELD,
    MARA,
    TOKEN_URL,
    TOMAS,
    Installation,
    form,
    installation,
)
from zoho.connections import Status
from zoho.errors import (
    GrantLost,
    NotConnected,
    PermissionRefused,
    ScopeMissing,
    ServerError,
    TokenThrottled,
    WrongRegion,
    ZohoError,
)
from zoho.records import Module, Product

URL = f"{DESK}/contacts/7"
EXPIRED = httpx.Response(401, json={"errorCode": "INVALID_OAUTH", "message": "The OAuth Token is invalid"})
CONTACT = httpx.Response(200, json={"id": "7", "lastName": "Moss"})
RENEWED = {"access_token": "1000.access-2", "expires_in": 3600}


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installation(Storage.sqlite(tmp_path)) as zoho:
        await zoho.connect()
        yield zoho


async def read(made: Installation) -> str:
    return (await (await made.zoho.open(MARA)).desk.record(Module.DESK_CONTACTS, "7")).id


async def status(made: Installation) -> Status | None:
    connection = await made.zoho.connections.get(MARA, Product.DESK)
    return connection.status if connection else None


async def test_a_call_carries_the_token_and_the_organisation(made: Installation) -> None:
    route = made.hosts.get(URL).mock(return_value=CONTACT)
    await read(made)

    headers = route.calls.last.request.headers
    assert headers["authorization"] == "Zoho-oauthtoken 1000.access-1"
    assert headers["orgid"] == LARKFIELD.id


async def test_an_expired_token_is_renewed_before_the_call(made: Installation) -> None:
    made.clock.forward(minutes=58, seconds=1)
    token = made.hosts.post(TOKEN_URL).respond(json=RENEWED)
    route = made.hosts.get(URL).mock(return_value=CONTACT)
    await read(made)

    assert token.call_count == route.call_count == 1
    assert route.calls.last.request.headers["authorization"] == "Zoho-oauthtoken 1000.access-2"
    assert form(token.calls.last.request) == {
        "grant_type": "refresh_token",
        "refresh_token": "1000.refresh-1",
        "client_id": "1000.CLIENT",
        "client_secret": "client-secret",
    }


async def test_a_401_is_answered_with_one_refresh_and_one_repeat(made: Installation) -> None:
    token = made.hosts.post(TOKEN_URL).respond(json=RENEWED)
    signed = []

    def answer(request: httpx.Request) -> httpx.Response:
        signed.append(request.headers["authorization"])
        return CONTACT if signed[-1].endswith("access-2") else EXPIRED

    made.hosts.get(URL).mock(side_effect=answer)

    assert await read(made) == "7"
    assert token.call_count == 1
    assert signed == ["Zoho-oauthtoken 1000.access-1", "Zoho-oauthtoken 1000.access-2"]
    assert await status(made) is Status.OK


async def test_a_write_that_met_a_401_is_sent_again_whole(made: Installation) -> None:
    made.hosts.post(TOKEN_URL).respond(json=RENEWED)
    route = made.hosts.post(f"{URL}/comments")
    route.side_effect = [EXPIRED, httpx.Response(200, json={"id": "9"})]
    desk = (await made.zoho.open(MARA)).desk

    assert await desk.add_comment(Module.DESK_CONTACTS, "7", "Suspected duplicate") == "9"
    assert len({call.request.content for call in route.calls}) == 1


async def test_a_second_401_means_a_reconnect_and_nothing_is_asked_after_that(made: Installation) -> None:
    token = made.hosts.post(TOKEN_URL).respond(json=RENEWED)
    route = made.hosts.get(URL).mock(return_value=EXPIRED)

    for _ in range(2):
        with pytest.raises(GrantLost):
            await read(made)

    assert (token.call_count, route.call_count) == (1, 2)
    assert await status(made) is Status.NEEDS_RECONNECT
    assert [await made.zoho.connections.claim_telling(MARA, Product.DESK) for _ in "ab"] == [True, False]


async def test_a_401_with_a_web_page_is_another_region_and_costs_neither_token_nor_grant(
    made: Installation,
) -> None:
    token = made.hosts.post(TOKEN_URL).respond(json=RENEWED)
    made.hosts.get(URL).respond(401, html="<html>Sign in</html>")
    with pytest.raises(WrongRegion):
        await read(made)

    assert not token.called
    assert await status(made) is Status.OK


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (httpx.Response(401, json={"code": "OAUTH_SCOPE_MISMATCH"}), ScopeMissing),
        (httpx.Response(403, json={"errorCode": "SCOPE_MISMATCH"}), ScopeMissing),
        (httpx.Response(403, json={"errorCode": "FORBIDDEN"}), PermissionRefused),
        (httpx.Response(401), ServerError),
    ],
)
async def test_a_missing_right_is_no_reason_to_refresh(
    made: Installation, said: httpx.Response, kind: type[ZohoError]
) -> None:
    token = made.hosts.post(TOKEN_URL).respond(json=RENEWED)
    made.hosts.get(URL).mock(return_value=said)
    with pytest.raises(kind):
        await read(made)

    assert not token.called
    assert await status(made) is Status.OK


@pytest.mark.parametrize(
    ("said", "kind", "afterwards"),
    [
        (httpx.Response(200, json={"error": "invalid_code"}), GrantLost, Status.NEEDS_RECONNECT),
        (httpx.Response(400, json={"error": "Access Denied"}), TokenThrottled, Status.THROTTLED),
        (httpx.Response(502, html="<html></html>"), ServerError, Status.OK),
    ],
)
async def test_when_the_forced_refresh_fails_its_error_is_what_is_said(
    made: Installation, said: httpx.Response, kind: type[ZohoError], afterwards: Status
) -> None:
    made.hosts.post(TOKEN_URL).mock(return_value=said)
    route = made.hosts.get(URL).mock(return_value=EXPIRED)
    with pytest.raises(kind):
        await read(made)

    assert route.call_count == 1, "a call whose token is refused is not simply sent again"
    assert await status(made) is afterwards


async def test_a_token_refused_twice_within_a_minute_by_two_calls_is_a_pause_and_no_lost_grant(
    made: Installation,
) -> None:
    made.hosts.post(TOKEN_URL).respond(json=RENEWED)
    made.hosts.get(URL).side_effect = [EXPIRED, CONTACT, EXPIRED]
    await read(made)
    made.clock.forward(seconds=20)

    with pytest.raises(TokenThrottled) as failure:
        await read(made)
    assert failure.value.until
    assert (failure.value.until - made.clock.at).total_seconds() == 40
    assert await status(made) is Status.OK


async def test_a_repeat_after_a_500_forces_no_second_refresh(made: Installation) -> None:
    token = made.hosts.post(TOKEN_URL).respond(json=RENEWED)
    route = made.hosts.get(URL)
    route.side_effect = [EXPIRED, httpx.Response(500), CONTACT]

    assert await read(made) == "7"
    assert (token.call_count, route.call_count) == (1, 3)


async def test_a_401_after_the_refresh_and_a_500_between_is_still_the_second(made: Installation) -> None:
    made.hosts.post(TOKEN_URL).respond(json=RENEWED)
    made.hosts.get(URL).side_effect = [EXPIRED, httpx.Response(500), EXPIRED]
    with pytest.raises(GrantLost):
        await read(made)

    assert await status(made) is Status.NEEDS_RECONNECT


async def test_somebody_who_is_not_connected_has_no_way_in(made: Installation) -> None:
    with pytest.raises(NotConnected):
        await made.zoho.open(TOMAS)
    with pytest.raises(NotConnected):
        await made.zoho.open(MARA._replace(workspace="T02HALDEN"))

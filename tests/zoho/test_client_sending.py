"""Sending: to Zoho's hosts only, exactly the address asked for, ten seconds in all, careful repeats."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import respx

from tests.storage import Storage
from tests.zoho.installation import DESK, Clock
from zoho.client import Call, Client, FixedLogin, new_http
from zoho.errors import (
    NoAnswer,
    QuotaSpent,
    ScopeMissing,
    ServerError,
    Throttled,
    UnknownServer,
    WrongRegion,
    ZohoError,
)
from zoho.organisations import OrganisationKey, Organisations
from zoho.records import Product
from zoho.regions import Regions

ORG = OrganisationKey(Product.DESK, "eu", "20060000001")
URL = f"{DESK}/contacts"
OK = httpx.Response(200, json={"data": []})
BUSY = httpx.Response(429, json={"errorCode": "TOO_MANY_REQUESTS"})


class Sending:
    """A client whose hosts are mocked."""

    def __init__(self, organisations: Organisations) -> None:
        self.hosts = respx.MockRouter(assert_all_called=False)
        self.organisations = organisations
        self.http = httpx.AsyncClient(transport=httpx.MockTransport(self.hosts.async_handler))
        self.client = Client(
            self.http, regions=Regions(), organisations=organisations, now=Clock(), call_seconds=1.0
        )


@pytest.fixture
async def sending(tmp_path: Path) -> AsyncIterator[Sending]:
    async with Storage.sqlite(tmp_path).opened() as database:
        made = Sending(Organisations(database, now=Clock()))
        yield made
        await made.http.aclose()


async def test_the_address_is_exactly_the_one_asked_for(sending: Sending) -> None:
    route = sending.hosts.route(method="GET").respond(json={})
    cases: list[tuple[str, dict[str, str], str]] = [
        (URL, {}, URL),
        (f"{URL}?kept=1", {}, f"{URL}?kept=1"),
        (f"{URL}?kept=1", {"p": "2"}, f"{URL}?kept=1&p=2"),
        (URL, {"empty": ""}, f"{URL}?empty="),
        (URL, {"q": "a b&c=d+é,“x”"}, f"{URL}?q=a+b%26c%3Dd%2B%C3%A9%2C%E2%80%9Cx%E2%80%9D"),
    ]
    for url, query, expected in cases:
        await sending.client.fetch(Call("GET", url, query=query))
        assert str(route.calls.last.request.url) == expected


async def test_a_parameter_that_is_none_is_a_mistake_and_not_an_empty_value(sending: Sending) -> None:
    with pytest.raises(TypeError):
        await sending.client.send(Call("GET", URL, query={"p": None}))  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "url",
    [
        "https://desk.evil.example/api/v1/contacts",
        "http://desk.zoho.eu/api/v1/contacts",
        "https://desk.zoho.eu:8443/api/v1/contacts",
        "https://desk.zoho.eu.evil.example/",
        "https://accounts.zoho.eu@evil.example/",
        "https://crm.zoho.eu/crm",
    ],
)
async def test_nothing_is_sent_to_a_host_that_is_not_in_the_table(sending: Sending, url: str) -> None:
    everything = sending.hosts.route().respond(json={})
    with pytest.raises(UnknownServer):
        await sending.client.fetch(Call("GET", url), login=FixedLogin("1000.token"))
    with pytest.raises(UnknownServer):
        await sending.client.post_form(url, {"client_secret": "secret"})

    assert not everything.called


async def test_a_redirect_is_not_followed(sending: Sending) -> None:
    sending.hosts.get(URL).respond(302, headers={"Location": "https://evil.example/"})
    evil = sending.hosts.get("https://evil.example/").respond(json={})
    with pytest.raises(ServerError):
        await sending.client.fetch(Call("GET", URL), login=FixedLogin("1000.token"))

    assert not evil.called


@pytest.mark.parametrize(
    "first",
    [
        httpx.Response(500, json={"errorCode": "INTERNAL_SERVER_ERROR"}),
        httpx.Response(502, html="<html>Bad gateway</html>"),
        BUSY,
        httpx.RemoteProtocolError("gone"),
        httpx.ReadError("reset"),
        httpx.ConnectError("refused"),
    ],
)
async def test_a_read_is_repeated_after_what_passes(
    sending: Sending, first: httpx.Response | Exception
) -> None:
    route = sending.hosts.get(URL)
    route.side_effect = [first, first, OK]

    reply = await sending.client.fetch(Call("GET", URL))

    assert reply.value == {"data": []}
    assert route.call_count == 3


async def test_three_tries_are_the_most(sending: Sending) -> None:
    route = sending.hosts.get(URL).respond(503)
    with pytest.raises(ServerError):
        await sending.client.fetch(Call("GET", URL))

    assert route.call_count == 3


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "said",
    [
        httpx.Response(500, json={"errorCode": "INTERNAL_SERVER_ERROR"}),
        httpx.Response(502, html="<html>Bad gateway</html>"),
        httpx.RemoteProtocolError("gone"),
        httpx.ReadTimeout("slow"),
    ],
)
async def test_a_write_that_may_have_happened_is_not_repeated(
    sending: Sending, method: str, said: httpx.Response | Exception
) -> None:
    route = sending.hosts.route(method=method)
    route.side_effect = [said, OK]
    with pytest.raises(ServerError):
        await sending.client.fetch(Call(method, URL, body={"content": "x"}))

    assert route.call_count == 1


@pytest.mark.parametrize("said", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), BUSY])
async def test_a_write_that_was_turned_away_at_the_door_is_repeated(
    sending: Sending, said: httpx.Response | Exception
) -> None:
    route = sending.hosts.post(URL)
    route.side_effect = [said, httpx.Response(200, json={"id": "1"})]

    reply = await sending.client.fetch(Call("POST", URL, body={"content": "ü"}))

    assert reply.value == {"id": "1"}
    assert route.calls.last.request.content == '{"content": "ü"}'.encode()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (httpx.Response(429, json={"errorCode": "THRESHOLD_EXCEEDED"}), QuotaSpent),
        (httpx.Response(401, html="<html></html>"), WrongRegion),
        (httpx.Response(403, json={"errorCode": "SCOPE_MISMATCH"}), ScopeMissing),
        (httpx.Response(200, html="<html></html>"), ServerError),
        (httpx.Response(200), ServerError),
    ],
)
async def test_what_will_not_pass_is_not_repeated(
    sending: Sending, said: httpx.Response, kind: type[ZohoError]
) -> None:
    route = sending.hosts.get(URL).mock(return_value=said)
    with pytest.raises(kind):
        await sending.client.fetch(Call("GET", URL))

    assert route.call_count == 1


async def test_a_call_takes_its_time_and_no_more(sending: Sending) -> None:
    sent = []

    async def hang(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.path)
        await asyncio.sleep(30)
        return OK

    sending.hosts.route().side_effect = hang
    started = asyncio.get_running_loop().time()
    with pytest.raises(NoAnswer):
        await sending.client.fetch(Call("GET", URL), organisation=ORG)
    with pytest.raises(NoAnswer):
        await sending.client.post_form("https://accounts.zoho.eu/oauth/v2/token", {})

    assert 1.9 < asyncio.get_running_loop().time() - started < 3
    assert sent == ["/api/v1/contacts", "/oauth/v2/token"], "what hung all the time is not sent again"


async def test_a_broken_compression_is_a_failure_of_the_server(sending: Sending) -> None:
    sending.hosts.get(URL).mock(
        side_effect=lambda request: httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Broken())
    )
    with pytest.raises(ServerError):
        await sending.client.fetch(Call("GET", URL))


class Broken(httpx.AsyncByteStream):
    """A body that is not what its headers say."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"not gzip"


async def test_two_calls_to_an_organisation_are_in_flight_and_the_others_wait_their_turn(
    sending: Sending,
) -> None:
    now, most = 0, 0
    order: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal now, most
        order.append(request.url.params["n"])
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return httpx.Response(200, json={})

    sending.hosts.route().side_effect = answer
    calls = [Call("GET", URL, query={"n": str(n)}, org_id=ORG.org_id) for n in range(9)]
    await asyncio.gather(*(sending.client.fetch(call, organisation=ORG) for call in calls))

    assert most == 2
    assert order == [str(n) for n in range(9)]


async def test_one_organisation_does_not_wait_for_another(sending: Sending) -> None:
    gate = asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["orgid"] == ORG.org_id:
            await gate.wait()
        return httpx.Response(200, json={})

    sending.hosts.route().side_effect = answer
    held = [
        asyncio.create_task(sending.client.fetch(Call("GET", URL, org_id=ORG.org_id), organisation=ORG))
        for _ in range(3)
    ]
    other = ORG._replace(org_id="20060000002")
    await sending.client.fetch(Call("GET", URL, org_id=other.org_id), organisation=other)
    gate.set()
    await asyncio.gather(*held)


async def test_a_cancelled_call_gives_its_place_back(sending: Sending) -> None:
    async def hang(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(30)
        return OK

    route = sending.hosts.route()
    route.side_effect = hang
    held = [asyncio.create_task(sending.client.fetch(Call("GET", URL), organisation=ORG)) for _ in range(4)]
    await asyncio.sleep(0.02)
    for one in held:
        one.cancel()
    await asyncio.gather(*held, return_exceptions=True)

    route.side_effect = [httpx.Response(200, json={}), httpx.Response(200, json={})]
    await asyncio.gather(*(sending.client.fetch(Call("GET", URL), organisation=ORG) for _ in range(2)))


async def test_the_credits_that_an_answer_names_are_noted(sending: Sending) -> None:
    route = sending.hosts.get(URL)
    for left in ("74990", "74000", "odd", "99999999999"):
        route.respond(json={}, headers={"X-Rate-Limit-Remaining-v3": left})
        await sending.client.fetch(Call("GET", URL), organisation=ORG)

    known = await sending.organisations.credits(ORG)
    assert known
    assert (known.left, known.highest) == (74000, 74990)


async def test_neither_a_token_nor_a_customers_address_reaches_the_log(
    sending: Sending, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sending.hosts.route().respond(500, json={"errorCode": "X", "message": "no"})
    secrets = ("1000.secret-token", "ann@acme.example", "client-secret-value")
    call = Call("GET", URL, query={"fieldValues": secrets[1]})
    with pytest.raises(ServerError) as failed:
        await sending.client.fetch(call, login=FixedLogin(secrets[0]))
    await sending.client.post_form(
        "https://accounts.zoho.eu/oauth/v2/token/revoke",
        {"client_secret": secrets[2]},
        query={"token": secrets[0]},
    )

    said = f"{caplog.text} {failed.value!r} {call!r} {FixedLogin(secrets[0])!r}"
    assert "desk.zoho.eu" in caplog.text
    assert not [secret for secret in secrets if secret in said or secret.replace("@", "%40") in said]


async def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    http = new_http()
    to_zoho, to_us = (
        http._transport_for_url(httpx.URL(url)) for url in ("https://desk.zoho.eu", "http://127.0.0.1:80")
    )
    await http.aclose()

    assert to_zoho is not http._transport
    assert to_us is http._transport


async def test_a_throttle_that_does_not_pass_is_said(sending: Sending) -> None:
    sending.hosts.get(URL).mock(return_value=BUSY)
    with pytest.raises(Throttled):
        await sending.client.fetch(Call("GET", URL))

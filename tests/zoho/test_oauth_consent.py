"""Connecting: the consent page, the callback's checks in their order, and what is stored in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.storage import Storage
from tests.zoho.installation import (
    ACCOUNTS,
    DESK,
    MARA,
    REDIRECT,
    REVOKE_URL,
    TOKEN_URL,
    TOMAS,
    Installation,
    form,
    installation,
)
from zoho.errors import (
    ClientRefused,
    CodeRefused,
    ConnectFailed,
    ConsentDeclined,
    CookieMissing,
    NoOrganisation,
    NoRefreshToken,
    ServerError,
    StateRefused,
    TokenThrottled,
    UnknownServer,
    UnsupportedRegion,
    WrongRegion,
    ZohoError,
)
from zoho.oauth import Connected
from zoho.records import Product
from zoho.scopes import READ_DESK

GOOD = {
    "access_token": "1000.access-new",
    "refresh_token": "1000.refresh-new",
    "api_domain": "https://www.zohoapis.eu",
    "expires_in": 3600,
}
LARKFIELD_ROW = {"id": 20060000001, "companyName": "Larkfield Support", "portalName": "larkfield"}
KESTREL_ROW = {"id": "20060000002", "companyName": "Kestrel Logistics", "portalName": "kestrel"}
SANDBOX_ROW = {
    "id": "20060000009",
    "companyName": "Larkfield sandbox",
    "portalName": "larkfieldsandbox",
    "isSandboxPortal": "true",
}


@dataclass
class Walk:
    """One installation, and the way of a browser through it."""

    made: Installation

    def answers(self, *rows: Mapping[str, object], token: object = GOOD, status: int = 200) -> None:
        """What Zoho's hosts say in the EU."""
        hosts = self.made.hosts
        hosts.post(TOKEN_URL).respond(status, json=token)
        hosts.post(REVOKE_URL).respond(200)
        hosts.get(f"{DESK}/accessibleOrganizations").respond(json={"data": rows or (LARKFIELD_ROW,)})
        hosts.get(f"{DESK}/myinfo").respond(json={"id": "1", "firstName": "Mara", "lastName": "Lindqvist"})

    async def begin(
        self, who: tuple[str, str] = MARA, scopes: tuple[str, ...] = READ_DESK
    ) -> tuple[str, str]:
        """The state and the cookie of a fresh attempt."""
        zoho = self.made.zoho
        link = await zoho.connections.start_attempt(
            type(MARA)(*who), Product.DESK, scopes=scopes, resume="/duplicates contacts"
        )
        consent = await zoho.oauth.begin(link)
        return parse_qs(urlsplit(consent.url).query)["state"][0], consent.cookie

    async def callback(self, cookie: str, **params: str) -> Connected:
        """What the browser brings back; by default from the EU."""
        usual = {"code": "1000.code", "location": "eu", "accounts_server": ACCOUNTS}
        given = {name.replace("_s", "-s"): value for name, value in {**usual, **params}.items() if value}
        return await self.made.zoho.oauth.finish(given, cookie)

    async def through(self, **params: str) -> Connected:
        state, cookie = await self.begin()
        return await self.callback(cookie, state=state, **params)

    def sent(self) -> list[str]:
        return [str(call.request.url) for call in self.made.hosts.calls]


@pytest.fixture
async def walk(storage: Storage) -> AsyncIterator[Walk]:
    async with installation(storage) as made:
        yield Walk(made)


async def connected(walk: Walk) -> bool:
    return bool(await walk.made.zoho.connections.of(MARA))


async def test_the_consent_page_is_asked_for_as_the_reference_says(walk: Walk) -> None:
    connections = walk.made.zoho.connections
    link = await connections.start_attempt(MARA, Product.DESK, scopes=READ_DESK)
    consent = await walk.made.zoho.oauth.begin(link)
    address = urlsplit(consent.url)
    query = parse_qs(address.query)

    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{ACCOUNTS}/oauth/v2/auth"
    assert len(query.pop("state")[0]) > 64
    assert query == {
        "client_id": ["1000.CLIENT"],
        "redirect_uri": [REDIRECT],
        "response_type": ["code"],
        "scope": ["Desk.contacts.READ,Desk.products.READ,Desk.search.READ,Desk.basic.READ"],
        "access_type": ["offline"],
        "prompt": ["consent"],
    }
    assert "client-secret" not in consent.url
    assert consent.cookie not in consent.url
    assert repr(consent) == "Consent()"


async def test_a_client_of_china_starts_at_chinas_own_accounts_server(storage: Storage) -> None:
    async with installation(storage, home="cn") as made:
        link = await made.zoho.connections.start_attempt(MARA, Product.DESK, scopes=READ_DESK)
        consent = await made.zoho.oauth.begin(link)

    assert consent.url.startswith("https://accounts.zoho.com.cn/oauth/v2/auth?")


async def test_a_walk_to_zoho_and_back_makes_a_connection(walk: Walk) -> None:
    walk.answers(token={**GOOD, "scope": "Desk.contacts.READ Desk.basic.READ"})
    done = await walk.through()
    connection = done.connection

    assert done.resume == "/duplicates contacts"
    assert not done.replaced
    assert connection == await walk.made.zoho.connections.get(MARA, Product.DESK)
    assert (connection.dc, connection.accounts_server, connection.api_domain) == (
        "eu",
        ACCOUNTS,
        "https://www.zohoapis.eu",
    )
    assert (connection.org_id, connection.org_name, connection.portal) == (
        "20060000001",
        "Larkfield Support",
        "larkfield",
    )
    assert connection.scopes == {"Desk.contacts.READ", "Desk.basic.READ"}
    assert (connection.zoho_user, connection.environment) == ("Mara Lindqvist", "production")
    assert connection.choices == ()
    assert (await walk.made.zoho.connections.token(MARA, Product.DESK)).value == "1000.access-new"


async def test_scopes_that_the_answer_does_not_name_are_those_that_were_asked_for(walk: Walk) -> None:
    walk.answers()

    assert (await walk.through()).connection.scopes == frozenset(READ_DESK)


async def test_looking_at_a_link_spends_nothing(walk: Walk) -> None:
    connections = walk.made.zoho.connections
    link = await connections.start_attempt(MARA, Product.DESK, scopes=READ_DESK, resume="/duplicates")
    seen = [await connections.peek_attempt(link) for _ in range(3)]
    attempt = seen[0]

    assert attempt
    assert seen == [attempt] * 3
    assert (attempt.who, attempt.product, attempt.scopes, attempt.resume) == (
        MARA,
        Product.DESK,
        READ_DESK,
        "/duplicates",
    )
    assert await connections.peek_attempt("somebody-elses") is None
    assert await connections.peek_attempt("") is None


async def test_neither_link_nor_state_nor_cookie_nor_the_command_lies_readable_in_the_file(
    walk: Walk, storage: Storage
) -> None:
    link = await walk.made.zoho.connections.start_attempt(
        MARA, Product.DESK, scopes=READ_DESK, resume="/duplicates lastName=Moss"
    )
    consent = await walk.made.zoho.oauth.begin(link)
    state = parse_qs(urlsplit(consent.url).query)["state"][0]
    stored = await storage.contents()

    assert b"U01MARA" in stored
    for secret in (link, state.partition(".")[0], consent.cookie, "Moss"):
        assert secret.encode() not in stored


async def test_a_link_and_its_state_live_fifteen_minutes(walk: Walk) -> None:
    connections, clock = walk.made.zoho.connections, walk.made.clock
    link = await connections.start_attempt(MARA, Product.DESK, scopes=READ_DESK)
    state, cookie = await walk.begin()
    clock.forward(minutes=14, seconds=59)
    assert await connections.peek_attempt(link)

    clock.forward(seconds=1)
    assert await connections.peek_attempt(link) is None
    with pytest.raises(StateRefused):
        await walk.made.zoho.oauth.begin(link)
    with pytest.raises(StateRefused):
        await walk.callback(cookie, state=state)
    assert walk.sent() == []


async def test_a_second_press_of_the_button_makes_the_first_state_useless(walk: Walk) -> None:
    walk.answers()
    link = await walk.made.zoho.connections.start_attempt(MARA, Product.DESK, scopes=READ_DESK)
    first, second = [await walk.made.zoho.oauth.begin(link) for _ in range(2)]
    states = [parse_qs(urlsplit(consent.url).query)["state"][0] for consent in (first, second)]
    with pytest.raises(StateRefused):
        await walk.callback(first.cookie, state=states[0])

    assert (await walk.callback(second.cookie, state=states[1])).connection.who == MARA


async def test_a_state_is_good_once(walk: Walk) -> None:
    walk.answers()
    state, cookie = await walk.begin()
    outcomes = await asyncio.gather(
        *(walk.callback(cookie, state=state) for _ in range(5)), return_exceptions=True
    )

    assert len([one for one in outcomes if isinstance(one, Connected)]) == 1
    assert len([one for one in outcomes if isinstance(one, StateRefused)]) == 4
    assert walk.sent().count(TOKEN_URL) == 1


@pytest.mark.parametrize(
    "spoil", ["", "x", "{state}x", "x{state}", "{value}", "{value}.", ".{signature}", "é.é"]
)
async def test_a_state_that_is_not_ours_is_refused_before_anything_else(walk: Walk, spoil: str) -> None:
    walk.answers()
    state, cookie = await walk.begin()
    value, _, signature = state.partition(".")
    with pytest.raises(StateRefused) as failure:
        await walk.callback(
            cookie, state=spoil.format(state=state, value=value, signature=signature), error="access_denied"
        )

    assert failure.value.who is None
    assert walk.sent() == []
    assert await walk.callback(cookie, state=state), "the genuine one is not spent by that"


async def test_a_callback_without_the_cookie_is_another_browser(walk: Walk) -> None:
    walk.answers()
    state, cookie = await walk.begin()
    with pytest.raises(CookieMissing) as failure:
        await walk.callback("", state=state)

    assert failure.value.who == MARA
    assert walk.sent() == []
    assert await walk.callback(cookie, state=state)


async def test_a_state_with_somebody_elses_cookie_is_refused(walk: Walk) -> None:
    walk.answers()
    state, _ = await walk.begin(MARA)
    _, foreign = await walk.begin(TOMAS)
    with pytest.raises(StateRefused):
        await walk.callback(foreign, state=state)

    assert walk.sent() == []
    assert not await connected(walk)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("access_denied", ConsentDeclined),
        ("Access Denied", ConsentDeclined),
        ("no_org", NoOrganisation),
        ("invalid_scope", ConnectFailed),
        ("<script>", ConnectFailed),
    ],
)
async def test_an_error_on_the_callback_comes_before_the_code(
    walk: Walk, error: str, kind: type[ConnectFailed]
) -> None:
    walk.answers()
    with pytest.raises(ConnectFailed) as failure:
        await walk.through(error=error)

    assert type(failure.value) is kind
    assert failure.value.code == error
    assert failure.value.who == MARA
    assert walk.sent() == []


async def test_a_declined_attempt_is_spent(walk: Walk) -> None:
    walk.answers()
    state, cookie = await walk.begin()
    with pytest.raises(ConsentDeclined):
        await walk.callback(cookie, state=state, error="access_denied")
    with pytest.raises(StateRefused):
        await walk.callback(cookie, state=state)


async def test_a_callback_with_neither_error_nor_code_is_said(walk: Walk) -> None:
    with pytest.raises(ConnectFailed):
        await walk.through(code="")

    assert walk.sent() == []


@pytest.mark.parametrize(
    "server",
    [
        "https://accounts.evil.example",
        "http://accounts.zoho.eu",
        "https://accounts.zoho.eu.evil.example",
        "https://accounts.zoho.eu@evil.example",
        "https://accounts.zoho.eu:8443",
        "https%3A%2F%2Faccounts.evil.example",
        "accounts.zoho.eu",
        "https://[odd",
    ],
)
async def test_an_accounts_server_that_is_not_zohos_gets_nothing(walk: Walk, server: str) -> None:
    everything = walk.made.hosts.route().respond(json=GOOD)
    with pytest.raises(UnknownServer) as failure:
        await walk.through(accounts_server=server)

    assert failure.value.who == MARA
    assert not everything.called


async def test_the_exchange_happens_at_the_accounts_server_of_the_callback(walk: Walk) -> None:
    hosts = walk.made.hosts
    token = hosts.post("https://accounts.zoho.in/oauth/v2/token").respond(
        json={**GOOD, "api_domain": "https://www.zohoapis.in"}
    )
    row = {"id": "60010000001", "companyName": "Bellbird Outdoor", "portalName": "bellbird"}
    hosts.get("https://desk.zoho.in/api/v1/accessibleOrganizations").respond(json={"data": [row]})
    hosts.get("https://desk.zoho.in/api/v1/myinfo").respond(404)
    done = await walk.through(location="in", accounts_server="https://accounts.zoho.in")

    assert form(token.calls.last.request)["code"] == "1000.code"
    assert (done.connection.dc, done.connection.org_name) == ("in", "Bellbird Outdoor")
    assert done.connection.zoho_user == ""


@pytest.mark.parametrize(
    ("location", "server", "api_domain", "dc"),
    [
        ("eu", ACCOUNTS, "https://www.zohoapis.eu", "eu"),
        ("EU", ACCOUNTS, None, "eu"),
        ("eu", "", None, "eu"),
        ("", ACCOUNTS, None, "eu"),
        ("inec", ACCOUNTS, None, "eu"),
        ("", "", "https://www.zohoapis.eu", "eu"),
        ("", "", "https://sandbox.zohoapis.eu", "eu"),
        ("", "", "https://api.zoho.eu", "eu"),
        ("eu", ACCOUNTS, "https://api.evil.example", "eu"),
    ],
)
async def test_the_data_centre_is_the_callbacks_else_the_servers_else_the_api_domains(
    walk: Walk, location: str, server: str, api_domain: str | None, dc: str
) -> None:
    walk.answers(token={**GOOD, "api_domain": api_domain})
    done = await walk.through(location=location, accounts_server=server)

    assert done.connection.dc == dc
    assert done.connection.api_domain == "https://www.zohoapis.eu"


async def test_a_data_centre_is_never_guessed(walk: Walk) -> None:
    walk.answers(token={**GOOD, "api_domain": "https://api.evil.example"})
    with pytest.raises(UnsupportedRegion) as failure:
        await walk.through(location="", accounts_server="")

    assert failure.value.words == "api.evil.example"
    assert walk.sent() == [TOKEN_URL, REVOKE_URL]
    assert not await connected(walk)


@pytest.mark.parametrize(
    ("location", "server", "name"),
    [("uk", "https://accounts.zoho.uk", "United Kingdom"), ("inec", "", "inec"), ("mars", "", "mars")],
)
async def test_a_region_without_a_desk_host_is_named_and_nothing_is_sent(
    walk: Walk, location: str, server: str, name: str
) -> None:
    with pytest.raises(UnsupportedRegion) as failure:
        await walk.through(location=location, accounts_server=server)

    assert failure.value.words == name
    assert walk.sent() == []


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ({"error": "invalid_code"}, CodeRefused),
        ({"error": "invalid_client"}, ClientRefused),
        ({"error": "invalid_redirect_uri"}, ClientRefused),
        ({"error": "Access Denied", "error_description": "too many requests"}, TokenThrottled),
        ({**GOOD, "refresh_token": None}, NoRefreshToken),
    ],
)
async def test_a_refused_exchange_stores_nothing(walk: Walk, token: object, kind: type[ZohoError]) -> None:
    walk.answers(token=token)
    with pytest.raises(kind):
        await walk.through()

    assert not await connected(walk)
    assert walk.sent() == [TOKEN_URL]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (httpx.Response(500), ServerError),
        (httpx.Response(200, html="<html></html>"), ServerError),
        (httpx.Response(401, html="<html></html>"), WrongRegion),
        (httpx.Response(200, json={"data": []}), NoOrganisation),
    ],
)
async def test_a_grant_whose_organisations_cannot_be_read_is_given_back(
    walk: Walk, said: httpx.Response, kind: type[ZohoError]
) -> None:
    walk.answers()
    for path in ("accessibleOrganizations", "organizations"):
        walk.made.hosts.get(f"{DESK}/{path}").mock(return_value=said)
    with pytest.raises(kind):
        await walk.through()

    assert not await connected(walk)
    assert form(walk.made.hosts.calls.last.request) == {"token": "1000.refresh-new"}
    assert walk.sent()[-1] == REVOKE_URL


async def test_several_portals_are_offered_and_the_chosen_one_is_kept(walk: Walk) -> None:
    walk.answers(LARKFIELD_ROW, KESTREL_ROW, SANDBOX_ROW)
    done = await walk.through()
    connections = walk.made.zoho.connections

    assert (done.connection.org_id, done.connection.portal) == ("", "")
    assert [choice.portal for choice in done.connection.choices] == ["larkfield", "kestrel"]
    assert done.organisations == done.connection.choices

    chosen = await connections.choose_portal(MARA, Product.DESK, "20060000002")
    assert (chosen.org_id, chosen.org_name, chosen.portal) == (
        "20060000002",
        "Kestrel Logistics",
        "kestrel",
    )
    assert chosen.choices == ()
    assert await connections.choose_portal(MARA, Product.DESK, "20060000002") == chosen


async def test_only_an_offered_portal_can_be_chosen(walk: Walk) -> None:
    walk.answers(LARKFIELD_ROW, KESTREL_ROW)
    await walk.through()
    with pytest.raises(ZohoError):
        await walk.made.zoho.connections.choose_portal(MARA, Product.DESK, "666")
    connection = await walk.made.zoho.connections.get(MARA, Product.DESK)

    assert connection
    assert len(connection.choices) == 2


async def test_a_sandbox_portal_counts_when_there_is_no_other(walk: Walk) -> None:
    walk.answers(SANDBOX_ROW)
    done = await walk.through()

    assert (done.connection.portal, done.connection.environment) == ("larkfieldsandbox", "sandbox")


async def test_connecting_again_revokes_the_old_grant_after_the_new_one_is_stored(walk: Walk) -> None:
    await walk.made.connect()
    walk.answers()
    stored_when_revoked = []

    async def revoke(request: httpx.Request) -> httpx.Response:
        token = await walk.made.zoho.connections.token(MARA, Product.DESK)
        stored_when_revoked.append((form(request)["token"], token.value))
        return httpx.Response(200)

    walk.made.hosts.post(REVOKE_URL).mock(side_effect=revoke)
    done = await walk.through()

    assert done.replaced
    assert stored_when_revoked == [("1000.refresh-1", "1000.access-new")]


async def test_a_grant_that_came_back_the_same_is_not_revoked(walk: Walk) -> None:
    await walk.made.connect()
    walk.answers(token={**GOOD, "refresh_token": "1000.refresh-1"})
    done = await walk.through()

    assert done.replaced
    assert REVOKE_URL not in walk.sent()


async def test_a_failed_reconnect_leaves_the_old_connection_as_it_was(walk: Walk) -> None:
    await walk.made.connect()
    walk.answers(token={"error": "invalid_code"})
    with pytest.raises(CodeRefused):
        await walk.through()

    assert (await walk.made.zoho.connections.token(MARA, Product.DESK)).value == "1000.access-1"
    assert REVOKE_URL not in walk.sent()


async def test_granting_more_keeps_the_chosen_portal(walk: Walk) -> None:
    walk.answers(LARKFIELD_ROW, KESTREL_ROW)
    await walk.through()
    await walk.made.zoho.connections.choose_portal(MARA, Product.DESK, "20060000002")
    state, cookie = await walk.begin(scopes=(*READ_DESK, "Desk.contacts.UPDATE"))
    wider = (await walk.callback(cookie, state=state)).connection

    assert (wider.portal, wider.choices) == ("kestrel", ())
    assert "Desk.contacts.UPDATE" in wider.scopes

    again = (await walk.through()).connection
    assert len(again.choices) == 2, "who connects anew may choose anew"


async def test_the_same_slack_user_in_another_workspace_is_somebody_else(walk: Walk) -> None:
    walk.answers()
    await walk.through()
    elsewhere = MARA._replace(workspace="T02HALDEN")

    assert await walk.made.zoho.connections.of(elsewhere) == ()
    assert await walk.made.zoho.connections.disconnect(elsewhere) == ()
    assert await connected(walk)


async def test_disconnecting_deletes_whatever_zoho_says_to_it(walk: Walk) -> None:
    for said in (httpx.Response(200), httpx.Response(400, html="<html></html>"), httpx.ConnectError("down")):
        await walk.made.connect()
        revoke = walk.made.hosts.post(REVOKE_URL)
        revoke.mock(side_effect=[said] * 6)

        assert await walk.made.zoho.connections.disconnect(MARA) == (Product.DESK,)
        assert revoke.called
        assert not await connected(walk)
        assert await walk.made.zoho.connections.disconnect(MARA) == ()


async def test_a_bare_disconnect_ends_every_connection_and_one_with_a_product_only_that(walk: Walk) -> None:
    walk.made.hosts.post(REVOKE_URL).respond(200)
    connections = walk.made.zoho.connections
    assert await connections.disconnect(MARA, Product.CRM) == ()

    await walk.made.connect()
    assert await connections.disconnect(MARA, Product.CRM) == ()
    assert await connected(walk)
    assert await connections.disconnect(MARA, Product.DESK) == (Product.DESK,)

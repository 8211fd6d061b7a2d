"""One person's way over real HTTP: connect, read, let the token run out, lose the grant, leave."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.storage import Storage
from tests.zoho.installation import MARA, REDIRECT, TOMAS, Clock
from zoho.access import Credentials, Preferences, Zoho
from zoho.connections import Status
from zoho.database import Database
from zoho.errors import (
    ClientRefused,
    CodeRefused,
    ConnectFailed,
    ConsentDeclined,
    GrantLost,
    NoOrganisation,
    NoRefreshToken,
    NotConnected,
    OrganisationRefused,
    ServerError,
    StateRefused,
    TokenThrottled,
    UnknownServer,
    WrongRegion,
    ZohoError,
)
from zoho.oauth import Connected
from zoho.records import Module, Product, Who
from zoho.regions import Regions
from zoho.sandbox import ZohoSandbox
from zoho.scopes import READ_DESK

TOKEN, REVOKE = "/oauth/v2/token", "/oauth/v2/token/revoke"
ORGANISATIONS, CONTACTS = "/api/v1/accessibleOrganizations", "/api/v1/contacts"


@dataclass
class Story:
    """The Zoho side, the stand-in it talks to, and a browser."""

    zoho: Zoho
    sandbox: ZohoSandbox
    clock: Clock
    database: Database
    browser: httpx.AsyncClient

    async def connect(
        self, user: str, who: Who = MARA, scopes: tuple[str, ...] = READ_DESK, **changed: str
    ) -> Connected:
        """Link, button, consent, callback; ``changed`` are parameters the callback brings instead."""
        link = await self.zoho.connections.start_attempt(who, Product.DESK, scopes=scopes, resume="again")
        consent = await self.zoho.oauth.begin(link)
        address = urlsplit(consent.url)
        form = {**dict(parse_qsl(address.query)), "user": user}
        answer = await self.browser.post(f"{address.scheme}://{address.netloc}/oauth/v2/consent", data=form)
        back = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
        return await self.zoho.oauth.finish({**back, **changed}, consent.cookie)

    async def page(self, who: Who = MARA) -> int:
        """How many contacts the first page holds."""
        return len(await (await self.zoho.open(who)).desk.page(Module.DESK_CONTACTS, offset=0))

    async def status(self) -> Status | None:
        connection = await self.zoho.connections.get(MARA, Product.DESK)
        return connection.status if connection else None

    def paths(self, path: str) -> list[int]:
        """The statuses of the calls to a path."""
        return [call.status for call in self.sandbox.calls if call.path == path]


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    clock = Clock()
    async with ZohoSandbox.start(now=clock) as sandbox, Storage.sqlite(tmp_path).opened() as database:
        zoho = Zoho(
            database=database,
            regions=Regions(sandbox.hosts),
            credentials=Credentials(sandbox.client_id, {"": sandbox.client_secret}, "eu"),
            redirect_uri=REDIRECT,
            preferences=Preferences(),
            now=clock,
        )
        async with httpx.AsyncClient() as browser:
            yield Story(zoho, sandbox, clock, database, browser)
        await zoho.close()


async def test_a_day_with_one_connection(story: Story, tmp_path: Path) -> None:
    done = await story.connect("mara")
    assert (done.connection.org_name, done.connection.portal, done.connection.zoho_user) == (
        "Larkfield Support",
        "larkfield",
        "Mara Lindqvist",
    )
    assert done.connection.scopes == frozenset(READ_DESK)
    assert await story.page() > 1

    story.clock.forward(minutes=58, seconds=1)
    await asyncio.gather(*(story.page() for _ in range(10)))
    assert story.paths(TOKEN) == [200, 200], "one exchange, one refresh"

    story.clock.forward(hours=30)
    assert await story.page() > 1

    assert await story.zoho.connections.disconnect(MARA) == (Product.DESK,)
    assert story.sandbox.grants("mara") == 0
    with pytest.raises(NotConnected):
        await story.page()
    assert b"1000." not in await Storage.sqlite(tmp_path).contents()
    assert not [call for call in story.sandbox.calls if "token" in call.query], "no token in an address"


async def test_no_token_reaches_the_log_even_when_it_must_stand_in_an_address(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    await story.connect("mara")
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    story.sandbox.fault("html", on="revoke", status=400)
    story.clock.forward(hours=2)
    await story.page()
    await story.zoho.connections.disconnect(MARA)

    revoked = [call for call in story.sandbox.calls if call.path == REVOKE]
    assert ["token" in call.query for call in revoked] == [False, True]
    assert REVOKE in caplog.text
    assert "1000." not in caplog.text


async def test_somebody_of_another_centre_is_exchanged_refreshed_read_and_revoked_there(story: Story) -> None:
    done = await story.connect("priya")
    assert (done.connection.dc, done.connection.portal) == ("in", "bellbird")
    story.clock.forward(hours=2)
    await story.page()
    await story.zoho.connections.disconnect(MARA)

    api = [call for call in story.sandbox.calls if not call.path.endswith("/consent")]
    assert {call.dc for call in api} == {"in"}
    assert {call.path for call in api} >= {TOKEN, REVOKE, ORGANISATIONS, CONTACTS}


async def test_somebody_with_several_portals_chooses_one(story: Story) -> None:
    done = await story.connect("sofia")
    assert sorted(choice.portal for choice in done.connection.choices) == ["kestrel", "larkfield"]

    kestrel = next(choice for choice in done.connection.choices if choice.portal == "kestrel")
    await story.zoho.connections.choose_portal(MARA, Product.DESK, kestrel.id)
    await story.page()

    assert story.sandbox.calls[-1].org == "kestrel"


async def test_connecting_again_ends_the_grant_before_it(story: Story) -> None:
    await story.connect("mara")
    done = await story.connect("mara")

    assert done.replaced
    assert story.sandbox.grants("mara") == 1
    assert await story.page() > 1


async def test_a_person_may_become_another_zoho_user(story: Story) -> None:
    await story.connect("mara")
    await story.connect("priya")

    assert (await story.zoho.open(MARA)).region.dc == "in"
    assert (story.sandbox.grants("mara"), story.sandbox.grants("priya")) == (0, 1)


async def test_a_grant_withdrawn_at_zoho_needs_a_reconnect(story: Story) -> None:
    await story.connect("mara")
    story.sandbox.revoke("mara")
    with pytest.raises(GrantLost):
        await story.page()

    assert await story.status() is Status.NEEDS_RECONNECT
    assert await story.zoho.connections.claim_telling(MARA, Product.DESK)
    assert not await story.zoho.connections.claim_telling(MARA, Product.DESK)

    await story.connect("mara")
    assert await story.status() is Status.OK
    assert await story.page() > 1


async def test_an_evicted_token_is_replaced_in_passing(story: Story) -> None:
    await story.connect("mara")
    story.sandbox.expire_tokens("mara")

    assert await story.page() > 1
    assert story.paths(CONTACTS) == [401, 200]
    assert await story.status() is Status.OK


@pytest.mark.parametrize("kind", ["invalid_oauth", "unauthorized"])
async def test_a_401_that_does_not_end_is_a_lost_grant(story: Story, kind: str) -> None:
    await story.connect("mara")
    story.sandbox.fault(kind, times=None)
    with pytest.raises(GrantLost):
        await story.page()

    assert story.paths(CONTACTS) == [401, 401]
    assert await story.status() is Status.NEEDS_RECONNECT


async def test_a_web_page_with_a_401_is_another_region(story: Story) -> None:
    await story.connect("mara")
    story.sandbox.fault("wrong_region", times=None)
    with pytest.raises(WrongRegion):
        await story.page()

    assert story.paths(TOKEN) == [200]
    assert await story.status() is Status.OK


async def test_an_organisation_that_is_refused_is_looked_up_once_and_named(story: Story) -> None:
    await story.connect("mara")
    before = len(story.paths(ORGANISATIONS))
    story.sandbox.fault("org_mismatch", path=CONTACTS, times=1)
    assert await story.page() > 1
    assert len(story.paths(ORGANISATIONS)) == before + 1

    story.sandbox.fault("org_mismatch", path=CONTACTS, times=None)
    with pytest.raises(OrganisationRefused) as failure:
        await story.page()
    assert failure.value.words == "Larkfield Support"


@pytest.mark.parametrize(
    ("kind", "detail", "error", "afterwards"),
    [
        ("invalid_code", {}, GrantLost, Status.NEEDS_RECONNECT),
        ("invalid_grant", {"status": 400}, GrantLost, Status.NEEDS_RECONNECT),
        ("invalid_client", {}, ClientRefused, Status.OK),
        ("invalid_client_secret", {}, ClientRefused, Status.OK),
        ("throttle", {"status": 200}, TokenThrottled, Status.THROTTLED),
        ("throttle", {"status": 400}, TokenThrottled, Status.THROTTLED),
        ("access_denied", {}, TokenThrottled, Status.THROTTLED),
        ("general_error", {}, ServerError, Status.OK),
        ("html", {"on": "refresh", "status": 200}, ServerError, Status.OK),
        ("empty", {"on": "refresh"}, ServerError, Status.OK),
        ("not_json", {"on": "refresh"}, ServerError, Status.OK),
        ("server_error", {"on": "refresh"}, ServerError, Status.OK),
        ("drop", {"on": "refresh"}, ServerError, Status.OK),
    ],
)
async def test_what_a_failed_refresh_means_for_the_connection(
    story: Story, kind: str, detail: dict[str, object], error: type[ZohoError], afterwards: Status
) -> None:
    await story.connect("mara")
    story.sandbox.fault(kind, times=None, **detail)
    story.clock.forward(minutes=59)
    if error is not GrantLost:
        assert await story.page() > 1, "the old token serves until it expires"
    story.clock.forward(minutes=1)
    with pytest.raises(error):
        await story.page()

    assert await story.status() is afterwards
    story.sandbox.clear_faults()
    story.clock.forward(minutes=11)
    if error is not GrantLost:
        assert await story.page() > 1, "nothing was lost"


@pytest.mark.parametrize(
    ("kind", "detail", "error"),
    [
        ("invalid_code", {}, CodeRefused),
        ("invalid_client", {}, ClientRefused),
        ("invalid_redirect_uri", {}, ClientRefused),
        ("throttle", {"status": 200}, TokenThrottled),
        ("general_error", {"times": None}, ServerError),
        ("no_refresh_token", {}, NoRefreshToken),
        ("html", {"on": "exchange"}, ServerError),
        ("foreign_accounts_server", {}, UnknownServer),
        ("callback_error", {"error": "invalid_scope"}, ConnectFailed),
        ("callback_without_code", {}, ConnectFailed),
        ("callback_state", {}, StateRefused),
    ],
)
async def test_a_connection_that_is_not_completed_stores_nothing(
    story: Story, kind: str, detail: dict[str, object], error: type[ZohoError]
) -> None:
    story.sandbox.fault(kind, **detail)
    with pytest.raises(error):
        await story.connect("mara")

    assert await story.zoho.connections.of(MARA) == ()


async def test_decline_and_no_desk_have_their_own_answers(story: Story) -> None:
    with pytest.raises(ConsentDeclined):
        await story.connect("decline")
    with pytest.raises(NoOrganisation):
        await story.connect("nodesk")


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("foreign_api_domain", {}),
        ("expires_in_ms", {}),
        ("expires_in_ms", {"with_seconds": True}),
        ("no_expires_in", {}),
        ("no_scope", {}),
        ("general_error", {}),
    ],
)
async def test_odd_but_good_token_answers_make_a_connection(
    story: Story, kind: str, detail: dict[str, object]
) -> None:
    story.sandbox.fault(kind, on="exchange", **detail)
    done = await story.connect("mara")

    assert done.connection.expires_at == story.clock.at.replace(hour=10)
    assert done.connection.api_domain == story.sandbox.origin("eu")
    assert done.connection.scopes == frozenset(READ_DESK)
    assert await story.page() > 1


async def test_a_data_centre_whose_client_is_not_switched_on_is_the_operators_to_mend(story: Story) -> None:
    story.sandbox.centre("in").client_known = False
    with pytest.raises(ClientRefused):
        await story.connect("priya")


async def test_two_people_keep_their_own_logins(story: Story) -> None:
    await story.connect("mara", MARA)
    await story.connect("tomas", TOMAS)
    await asyncio.gather(story.page(MARA), story.page(TOMAS))

    assert {call.person for call in story.sandbox.calls if call.path == CONTACTS} == {"mara", "tomas"}

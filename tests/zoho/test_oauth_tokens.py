"""The token endpoint: its bodies decide, its HTTP status says little."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zoho.installation import ACCOUNTS, REDIRECT, REVOKE_URL, TOKEN_URL, Clock
from zoho.errors import (
    ClientRefused,
    CodeRefused,
    GrantLost,
    NoAnswer,
    NoRefreshToken,
    ServerError,
    TokenThrottled,
    ZohoError,
)
from zoho.oauth import Credentials, TokenEndpoint, read_token_answer
from zoho.regions import Regions

THROTTLE = {
    "error": "Access Denied",
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "status": "failure",
}
GOOD = {"access_token": "1000.new", "api_domain": "https://www.zohoapis.eu", "expires_in": 3600}
PAGE = "<html><body>We are busy</body></html>"


def body(said: object) -> bytes:
    return said.encode() if isinstance(said, str) else json.dumps(said).encode()


@pytest.mark.parametrize("status", [200, 400, 401])
@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"error": "invalid_code"}, GrantLost),
        ({"error": "INVALID CODE"}, GrantLost),
        ({"error": "invalid_grant"}, GrantLost),
        ({"error": "invalid_client"}, ClientRefused),
        ({"error": "invalid_client_secret"}, ClientRefused),
        ({"error": "invalid_redirect_uri"}, ClientRefused),
        (THROTTLE, TokenThrottled),
        ({"error": "general_error", "error_description": "too many requests"}, TokenThrottled),
        ({"error": "access_denied"}, TokenThrottled),
        ({"error": "Access Denied"}, TokenThrottled),
        ({"error": "general_error"}, ServerError),
        ({"error": "something_new"}, ServerError),
        ({"error": None}, ServerError),
        ({"error": {"code": 7}}, ServerError),
        ({}, ServerError),
        ([], ServerError),
        ("null", ServerError),
        ("", ServerError),
        (PAGE, ServerError),
        ('{"access_token": "10', ServerError),
        ({"access_token": ""}, ServerError),
        ({"access_token": None}, ServerError),
        ({"access_token": 7}, ServerError),
        ({"access_token": "1000.a\r\nX-Evil: 1"}, ServerError),
    ],
)
def test_every_error_of_the_reference_is_read_from_the_body(
    status: int, said: object, kind: type[ZohoError]
) -> None:
    with pytest.raises(kind) as failure:
        read_token_answer(status, body(said))

    assert type(failure.value) is kind


def test_a_429_without_words_is_a_throttle() -> None:
    for said in ("", PAGE, "{}"):
        with pytest.raises(TokenThrottled):
            read_token_answer(429, body(said))


@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_object_with_an_access_token_is_success_whatever_the_status(status: int) -> None:
    assert read_token_answer(status, body(GOOD)).access_token == "1000.new"


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"expires_in": 3600}, 3600),
        ({"expires_in": "3600"}, 3600),
        ({"expires_in": 3_600_000}, 3600),
        ({"expires_in": 3_600_000, "expires_in_sec": 3600}, 3600),
        ({"expires_in": 7200, "expires_in_sec": 1800}, 1800),
        ({"expires_in_sec": None, "expires_in": 1800}, 1800),
        ({"expires_in": 86_400}, 86_400),
        ({"expires_in": 86_401}, 86),
        ({}, 3600),
        ({"expires_in": 0}, 3600),
        ({"expires_in": -5}, 3600),
        ({"expires_in": None}, 3600),
        ({"expires_in": True}, 3600),
        ({"expires_in": "soon"}, 3600),
        ({"expires_in": 1e300}, 3600),
        ({"expires_in": 10**30}, 3600),
    ],
)
def test_the_life_of_a_token_is_read_in_either_unit(fields: Mapping[str, object], seconds: int) -> None:
    assert read_token_answer(200, body({"access_token": "1000.new", **fields})).seconds == seconds


@pytest.mark.parametrize("scope", ["a.READ b.READ", "a.READ,b.READ", " a.READ,  b.READ "])
def test_granted_scopes_come_with_blanks_or_commas(scope: str) -> None:
    assert read_token_answer(200, body({**GOOD, "scope": scope})).scopes == {"a.READ", "b.READ"}
    assert read_token_answer(200, body(GOOD)).scopes == frozenset()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
token_bodies = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("access_token", "refresh_token", "expires_in", "expires_in_sec", "api_domain", "scope", "error"),
        anything,
    ),
)


@given(status=st.integers(100, 599), said=st.binary() | (token_bodies | anything).map(body))
def test_no_body_whatever_leads_to_anything_but_a_token_or_an_error_of_ours(status: int, said: bytes) -> None:
    try:
        answer = read_token_answer(status, said)
    except ZohoError:
        return
    assert answer.access_token.isprintable()
    assert 0 < answer.seconds < 10**10


def test_a_body_that_nests_without_end_is_no_answer() -> None:
    with pytest.raises(ServerError):
        read_token_answer(200, b"[" * 200_000)


@dataclass
class Accounts:
    """Posts forms nowhere, and answers with what comes next."""

    answers: list[object]
    clock: Clock
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)

    async def __call__(
        self, url: str, form: Mapping[str, str], *, query: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        self.asked.append((url, dict(form), dict(query or {})))
        self.clock.forward(seconds=5)
        said = self.answers.pop(0)
        if isinstance(said, Exception):
            raise said
        status, content = said if isinstance(said, tuple) else (200, said)
        return status, body(content)


def endpoint(accounts: Accounts, secrets: Mapping[str, str] | None = None) -> TokenEndpoint:
    return TokenEndpoint(
        accounts,
        regions=Regions(),
        credentials=Credentials("1000.CLIENT", secrets or {"": "common", "in": "secret-of-in"}, "eu"),
        redirect_uri=REDIRECT,
        now=accounts.clock,
    )


@pytest.fixture
def accounts() -> Accounts:
    return Accounts([], Clock())


async def refresh(accounts: Accounts, *, dc: str = "eu", server: str = ACCOUNTS) -> object:
    return await endpoint(accounts).refresh(dc=dc, accounts_server=server, refresh_token="1000.refresh")


async def exchange(accounts: Accounts, *, dc: str = "eu") -> object:
    return await endpoint(accounts).exchange("1000.code", dc=dc, accounts_server=ACCOUNTS)


async def test_a_token_expires_counted_from_the_sending_of_the_request(accounts: Accounts) -> None:
    accounts.answers = [GOOD]
    sent = accounts.clock.at
    refreshed = await endpoint(accounts).refresh(dc="eu", accounts_server=ACCOUNTS, refresh_token="1000.r")

    assert accounts.clock.at > sent
    assert refreshed.expires_at == sent + timedelta(hours=1)


async def test_a_repeated_request_counts_from_its_own_sending(accounts: Accounts) -> None:
    accounts.answers = [{"error": "general_error"}, GOOD]
    sent = accounts.clock.at
    refreshed = await endpoint(accounts).refresh(dc="eu", accounts_server=ACCOUNTS, refresh_token="1000.r")

    assert refreshed.expires_at == sent + timedelta(seconds=5, hours=1)


async def test_an_exchange_sends_the_form_of_the_reference_and_no_query(accounts: Accounts) -> None:
    accounts.answers = [{**GOOD, "refresh_token": "1000.refresh"}]
    await exchange(accounts)

    assert accounts.asked == [
        (
            TOKEN_URL,
            {
                "grant_type": "authorization_code",
                "client_id": "1000.CLIENT",
                "client_secret": "common",
                "redirect_uri": REDIRECT,
                "code": "1000.code",
            },
            {},
        )
    ]


async def test_a_data_centre_may_have_a_secret_of_its_own(accounts: Accounts) -> None:
    accounts.answers = [GOOD]
    await refresh(accounts, dc="in", server="https://accounts.zoho.in")

    url, form, _ = accounts.asked[0]
    assert url == "https://accounts.zoho.in/oauth/v2/token"
    assert form["client_secret"] == "secret-of-in"


async def test_without_a_secret_for_the_data_centre_nothing_is_sent(
    accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    only_eu = endpoint(accounts, {"eu": "secret-of-eu"})
    with pytest.raises(ClientRefused):
        await only_eu.refresh(dc="in", accounts_server="https://accounts.zoho.in", refresh_token="1000.r")

    assert accounts.asked == []
    assert "no client secret is set for in" in caplog.text


@pytest.mark.parametrize("ask", [refresh, exchange])
async def test_a_client_that_zoho_refuses_is_logged_for_the_operator(
    accounts: Accounts,
    caplog: pytest.LogCaptureFixture,
    ask: Callable[[Accounts], Awaitable[object]],
) -> None:
    accounts.answers = [{"error": "invalid_client"}]
    with pytest.raises(ClientRefused):
        await ask(accounts)

    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert line.startswith(f"{ACCOUNTS} refuses this installation's client (invalid_client)")
    assert "common" not in line


async def test_a_stored_accounts_server_that_left_the_table_gets_nothing(accounts: Accounts) -> None:
    accounts.answers = [GOOD]
    await refresh(accounts, server="https://accounts.evil.example")

    assert accounts.asked[0][0] == TOKEN_URL


async def test_a_code_that_is_refused_is_no_lost_grant(accounts: Accounts) -> None:
    accounts.answers = [{"error": "invalid_code"}]
    with pytest.raises(CodeRefused):
        await exchange(accounts)

    assert len(accounts.asked) == 1


async def test_an_exchange_without_a_refresh_token_is_no_connection(accounts: Accounts) -> None:
    accounts.answers = [GOOD]
    with pytest.raises(NoRefreshToken):
        await exchange(accounts)


@pytest.mark.parametrize("said", [{"error": "general_error"}, (502, PAGE), (200, ""), (500, "")])
async def test_a_refresh_is_asked_again_up_to_three_times(accounts: Accounts, said: object) -> None:
    accounts.answers = [said, said, GOOD]
    await refresh(accounts)
    accounts.answers = [said, said, said, GOOD]
    with pytest.raises(ServerError):
        await refresh(accounts)

    assert len(accounts.asked) == 6


@pytest.mark.parametrize(
    "said", [{"error": "invalid_code"}, {"error": "invalid_client"}, THROTTLE, (400, THROTTLE), NoAnswer()]
)
async def test_a_clear_answer_and_a_lost_one_are_not_asked_for_again(
    accounts: Accounts, said: object
) -> None:
    accounts.answers = [said, GOOD]
    with pytest.raises(ZohoError):
        await refresh(accounts)

    assert len(accounts.asked) == 1


async def test_a_code_is_sent_again_only_when_zoho_said_that_it_did_nothing(accounts: Accounts) -> None:
    accounts.answers = [{"error": "general_error"}, {**GOOD, "refresh_token": "1000.refresh"}]
    await exchange(accounts)
    accounts.answers = [(502, PAGE), {**GOOD, "refresh_token": "1000.refresh"}]
    with pytest.raises(ServerError):
        await exchange(accounts)

    assert len(accounts.asked) == 3


@pytest.mark.parametrize(
    ("domain", "kept"),
    [
        ("https://www.zohoapis.eu", "https://www.zohoapis.eu"),
        ("https://api.evil.example", ""),
        ("https://api.zoho.eu", ""),
        (None, ""),
    ],
)
async def test_a_foreign_api_domain_is_ignored_and_the_token_kept(
    accounts: Accounts, domain: str | None, kept: str
) -> None:
    accounts.answers = [{**GOOD, "api_domain": domain}]
    refreshed = await endpoint(accounts).refresh(dc="eu", accounts_server=ACCOUNTS, refresh_token="1000.r")

    assert (refreshed.access_token, refreshed.api_domain) == ("1000.new", kept)


async def test_a_grant_is_revoked_by_form_body_and_that_is_enough(accounts: Accounts) -> None:
    accounts.answers = [(200, "")]
    await endpoint(accounts).revoke(dc="eu", accounts_server=ACCOUNTS, refresh_token="1000.refresh")

    assert accounts.asked == [(REVOKE_URL, {"token": "1000.refresh"}, {})]


@pytest.mark.parametrize("first", [(400, PAGE), (200, {"error": "invalid_token"}), NoAnswer(), (302, "")])
async def test_when_the_form_body_does_not_do_the_query_is_tried(accounts: Accounts, first: object) -> None:
    accounts.answers = [first, (200, "")]
    await endpoint(accounts).revoke(dc="eu", accounts_server=ACCOUNTS, refresh_token="1000.refresh")

    assert [(form, query) for _, form, query in accounts.asked] == [
        ({"token": "1000.refresh"}, {}),
        ({}, {"token": "1000.refresh"}),
    ]


async def test_a_grant_that_cannot_be_revoked_is_logged_without_its_token(
    accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    accounts.answers = [(400, PAGE), NoAnswer()]
    await endpoint(accounts).revoke(dc="eu", accounts_server=ACCOUNTS, refresh_token="1000.refresh")

    assert "could not be revoked" in caplog.text
    assert "1000." not in caplog.text


def test_secrets_show_in_no_repr() -> None:
    answer = read_token_answer(200, body({**GOOD, "refresh_token": "1000.refresh"}))

    assert "1000.new" not in repr(answer)
    assert "1000.refresh" not in repr(answer)
    assert "common" not in repr(Credentials("1000.CLIENT", {"": "common"}, "eu"))

"""The token endpoint: life times, limits, and its errors with HTTP 200."""

from __future__ import annotations

import httpx
import pytest

from tests.zoho.sandbox.caller import READING, REDIRECT, Browser, Clock, Person
from zoho.sandbox import ZohoSandbox


def refused(answer: httpx.Response, error: str, status: int = 200) -> bool:
    return answer.status_code == status and answer.json() == {"error": error}


async def test_an_exchange_answers_both_tokens_and_the_scopes_with_blanks(
    zoho: ZohoSandbox, browser: Browser
) -> None:
    callback = await browser.consent("mara")
    body = (await browser.exchange(callback["code"])).json()
    assert body.pop("access_token") != body.pop("refresh_token")
    assert body == {
        "scope": READING.replace(",", " "),
        "api_domain": zoho.origin("eu"),
        "token_type": "Bearer",
        "expires_in": 3600,
    }


@pytest.mark.parametrize("changed", [{"prompt": ""}, {"access_type": ""}, {"access_type": "online"}])
async def test_without_forced_consent_there_is_no_refresh_token(
    browser: Browser, changed: dict[str, str]
) -> None:
    callback = await browser.consent("mara", **changed)
    body = (await browser.exchange(callback["code"])).json()
    assert "access_token" in body
    assert "refresh_token" not in body


async def test_a_code_is_spent_by_its_first_use(browser: Browser) -> None:
    code = (await browser.consent("mara"))["code"]
    assert "access_token" in (await browser.exchange(code)).json()
    assert refused(await browser.exchange(code), "invalid_code")


async def test_a_code_lives_two_minutes(browser: Browser, clock: Clock) -> None:
    code = (await browser.consent("mara"))["code"]
    late = (await browser.consent("mara"))["code"]
    clock.forward(seconds=119)
    assert "access_token" in (await browser.exchange(code)).json()
    clock.forward(seconds=2)
    assert refused(await browser.exchange(late), "invalid_code")


async def test_a_code_belongs_to_its_centre_and_redirect_address(browser: Browser) -> None:
    code = (await browser.consent("mara"))["code"]
    assert refused(await browser.exchange(code, "in"), "invalid_code")
    assert refused(await browser.exchange(code, redirect_uri=f"{REDIRECT}/"), "invalid_redirect_uri")


async def test_a_dummy_code_tells_whether_the_client_is_known_in_a_centre(
    zoho: ZohoSandbox, browser: Browser
) -> None:
    zoho.centre("in").client_known = False
    assert refused(await browser.exchange("1000.dummy", "eu"), "invalid_code")
    assert refused(await browser.exchange("1000.dummy", "in"), "invalid_client")
    assert refused(await browser.refresh("1000.dummy", "in"), "invalid_client")
    assert refused(await browser.exchange("1000.dummy", client_id="1000.OTHER"), "invalid_client")


async def test_each_centre_may_have_a_secret_of_its_own(zoho: ZohoSandbox, browser: Browser) -> None:
    zoho.centre("in").client_secret = "the-indian-one"
    code = (await browser.consent("priya"))["code"]
    assert refused(await browser.exchange(code, "in"), "invalid_client")
    assert refused(await browser.exchange(code, "in", client_secret="a guess"), "invalid_client_secret")
    assert "access_token" in (await browser.exchange(code, "in", client_secret="the-indian-one")).json()


async def test_a_refresh_gives_a_new_access_token_and_no_refresh_token(
    browser: Browser, mara: Person
) -> None:
    body = (await browser.refresh(mara.answer["refresh_token"])).json()
    assert body["access_token"] != mara.answer["access_token"]
    assert "refresh_token" not in body
    assert (await mara.get("/contacts")).status_code == 200


async def test_an_unknown_grant_type_is_a_general_error(browser: Browser) -> None:
    assert refused(await browser.token(grant_type="password"), "general_error")


async def test_an_access_token_ends_after_its_hour(
    zoho: ZohoSandbox, browser: Browser, clock: Clock, mara: Person
) -> None:
    clock.forward(seconds=3599)
    assert (await mara.get("/contacts")).status_code == 200
    clock.forward(seconds=2)
    assert (await mara.get("/contacts")).json()["errorCode"] == "INVALID_OAUTH"
    zoho.limits.token_life = 100
    assert (await browser.refresh(mara.answer["refresh_token"])).json()["expires_in"] == 100


async def test_the_sixteenth_live_access_token_evicts_the_oldest(
    zoho: ZohoSandbox, browser: Browser, mara: Person
) -> None:
    zoho.limits.tokens_per_window = None
    for _ in range(14):
        await browser.refresh(mara.answer["refresh_token"])
    assert (await mara.get("/contacts")).status_code == 200
    await browser.refresh(mara.answer["refresh_token"])
    assert (await mara.get("/contacts")).status_code == 401


async def test_ten_tokens_in_ten_minutes_are_enough(browser: Browser, clock: Clock, mara: Person) -> None:
    for _ in range(9):
        assert "access_token" in (await browser.refresh(mara.answer["refresh_token"])).json()
    throttled = (await browser.refresh(mara.answer["refresh_token"])).json()
    assert throttled["error"] == "Access Denied"
    assert "too many requests" in throttled["error_description"]
    clock.forward(minutes=11)
    assert "access_token" in (await browser.refresh(mara.answer["refresh_token"])).json()


async def test_the_twenty_first_consent_evicts_the_oldest_grant(
    zoho: ZohoSandbox, browser: Browser, mara: Person
) -> None:
    for _ in range(20):
        await browser.connect("mara")
    assert zoho.grants("mara") == 20
    assert refused(await browser.refresh(mara.answer["refresh_token"]), "invalid_code")
    assert (await mara.get("/contacts")).status_code == 401


async def test_too_many_codes_are_denied_where_that_limit_is_set(zoho: ZohoSandbox, browser: Browser) -> None:
    zoho.limits.codes_per_window = 1
    await browser.connect("mara")
    code = (await browser.consent("mara"))["code"]
    assert refused(await browser.exchange(code), "access_denied")


async def test_revoking_ends_the_grant_and_its_tokens(browser: Browser, mara: Person) -> None:
    revoked = await browser.token(path="/oauth/v2/token/revoke", token=mara.answer["refresh_token"])
    assert revoked.status_code == 200
    assert (await mara.get("/contacts")).json()["errorCode"] == "INVALID_OAUTH"
    assert refused(await browser.refresh(mara.answer["refresh_token"]), "invalid_code")


async def test_revoking_also_works_by_the_documented_query(
    zoho: ZohoSandbox, browser: Browser, mara: Person
) -> None:
    url = f"{zoho.origin('eu')}/oauth/v2/token/revoke"
    assert (await browser.http.post(url, params={"token": mara.answer["refresh_token"]})).status_code == 200
    assert zoho.grants("mara") == 0


async def test_revoking_something_unknown_is_a_web_page(browser: Browser) -> None:
    answer = await browser.token(path="/oauth/v2/token/revoke", token="1000.unknown")
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")


async def test_tests_can_expire_tokens_and_withdraw_grants(
    zoho: ZohoSandbox, browser: Browser, mara: Person
) -> None:
    zoho.expire_tokens("mara")
    assert (await mara.get("/contacts")).json()["errorCode"] == "INVALID_OAUTH"
    assert "access_token" in (await browser.refresh(mara.answer["refresh_token"])).json()
    zoho.revoke("mara")
    assert refused(await browser.refresh(mara.answer["refresh_token"]), "invalid_code")


@pytest.mark.parametrize("on", ["exchange", "refresh"])
@pytest.mark.parametrize(
    "error",
    [
        "invalid_code",
        "invalid_client",
        "invalid_client_secret",
        "invalid_redirect_uri",
        "invalid_grant",
        "access_denied",
        "general_error",
    ],
)
async def test_every_error_can_be_had_on_either_call(
    zoho: ZohoSandbox, browser: Browser, mara: Person, error: str, on: str
) -> None:
    zoho.fault(error, on=on, person="mara", status=400)
    code = (await browser.consent("mara"))["code"]
    grant: str = mara.answer["refresh_token"]
    calls = {"exchange": lambda: browser.exchange(code), "refresh": lambda: browser.refresh(grant)}
    other = "refresh" if on == "exchange" else "exchange"
    assert refused(await calls[on](), error, 400)
    assert "access_token" in (await calls[other]()).json()
    assert "access_token" in (await calls["refresh"]()).json()


@pytest.mark.parametrize("status", [200, 400])
async def test_the_throttle_comes_with_either_status(
    zoho: ZohoSandbox, browser: Browser, mara: Person, status: int
) -> None:
    zoho.fault("throttle", on="refresh", status=status)
    answer = await browser.refresh(mara.answer["refresh_token"])
    assert answer.status_code == status
    assert answer.json()["error"] == "Access Denied"
    assert answer.json()["status"] == "failure"


@pytest.mark.parametrize(
    ("kind", "detail", "changed"),
    [
        ("no_refresh_token", {}, {"refresh_token": None}),
        ("no_scope", {}, {"scope": None}),
        ("scopes", {"scope": "Desk.basic.READ"}, {"scope": "Desk.basic.READ"}),
        ("no_expires_in", {}, {"expires_in": None}),
        ("expires_in_ms", {}, {"expires_in": 3_600_000, "expires_in_sec": None}),
        ("expires_in_ms", {"with_seconds": True}, {"expires_in": 3_600_000, "expires_in_sec": 3600}),
        ("foreign_api_domain", {}, {"api_domain": "https://api.evil.example"}),
    ],
)
async def test_a_good_token_answer_can_be_odd(
    zoho: ZohoSandbox, browser: Browser, kind: str, detail: dict[str, object], changed: dict[str, object]
) -> None:
    zoho.fault(kind, **detail)
    body = (await browser.exchange((await browser.consent("mara"))["code"])).json()
    assert "access_token" in body
    assert {name: body.get(name) for name in changed} == changed


@pytest.mark.parametrize(
    ("kind", "detail", "status"),
    [
        ("server_error", {}, 500),
        ("html", {"status": 200}, 200),
        ("html", {"status": 502}, 502),
        ("empty", {}, 200),
    ],
)
async def test_the_token_endpoint_can_be_down(
    zoho: ZohoSandbox, browser: Browser, mara: Person, kind: str, detail: dict[str, int], status: int
) -> None:
    zoho.fault(kind, on="refresh", **detail)
    answer = await browser.refresh(mara.answer["refresh_token"])
    assert answer.status_code == status
    assert "access_token" not in answer.text
    assert "access_token" in (await browser.refresh(mara.answer["refresh_token"])).json()


async def test_revoking_can_fail(zoho: ZohoSandbox, browser: Browser, mara: Person) -> None:
    zoho.fault("server_error", on="revoke")
    answer = await browser.token(path="/oauth/v2/token/revoke", token=mara.answer["refresh_token"])
    assert answer.status_code == 500
    assert zoho.grants("mara") == 1

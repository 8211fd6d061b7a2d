"""What every Desk call passes: token, organisation, scope, parameters, credits, concurrency."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.zoho.sandbox.caller import ORGS, Browser, Clock, Person
from zoho.sandbox import ZohoSandbox


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errorCode"]


@pytest.mark.parametrize("header", [{}, {"Authorization": ""}, {"Authorization": "Basic abc"}])
async def test_a_call_without_a_token_is_unauthorized(
    zoho: ZohoSandbox, browser: Browser, header: dict[str, str]
) -> None:
    answer = await browser.http.get(f"{zoho.origin('eu')}/api/v1/organizations", headers=header)
    assert code(answer) == (401, "UNAUTHORIZED")


async def test_a_made_up_token_is_invalid_and_bearer_is_as_good_a_word(
    zoho: ZohoSandbox, browser: Browser, mara: Person
) -> None:
    url = f"{zoho.origin('eu')}/api/v1/organizations"
    made_up = await browser.http.get(url, headers={"Authorization": "Zoho-oauthtoken 1000.a.b"})
    assert code(made_up) == (401, "INVALID_OAUTH")
    bearer = {"Authorization": f"Bearer {mara.answer['access_token']}"}
    assert (await browser.http.get(url, headers=bearer)).status_code == 200


async def test_another_centre_answers_a_token_with_a_web_page(zoho: ZohoSandbox, mara: Person) -> None:
    mara.origin = zoho.origin("in")
    answer = await mara.get("/contacts")
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert "stand-in" in answer.text


@pytest.mark.parametrize(
    ("org", "wanted"),
    [
        ("larkfield", (500, "INTERNAL_SERVER_ERROR")),
        (ORGS["kestrel"], (403, "OAUTH_ORG_MISMATCH")),
        ("99", (403, "OAUTH_ORG_MISMATCH")),
        ("", (422, "UNPROCESSABLE_ENTITY")),
    ],
)
async def test_the_organisation_must_be_one_of_the_tokens(
    mara: Person, org: str, wanted: tuple[int, str]
) -> None:
    assert code(await mara.get("/contacts", org=org)) == wanted


async def test_the_organisation_may_stand_in_the_query(mara: Person) -> None:
    assert (await mara.get("/contacts", org="", orgId=ORGS["larkfield"])).status_code == 200


@pytest.mark.parametrize(
    ("scope", "path", "open_"),
    [
        ("Desk.contacts.READ", "/contacts", True),
        ("Desk.contacts.ALL", "/contacts", True),
        ("Desk.contacts.UPDATE", "/contacts", False),
        ("Desk.contacts.READ", "/accounts", True),
        ("Desk.contacts.READ", "/groupContactDuplicateValues?fieldName=email", True),
        ("Desk.contacts.READ", "/products", False),
        ("Desk.products.READ", "/products", True),
        ("Desk.settings.READ", "/products", True),
        ("Desk.products.READ", "/products/duplicate", False),
        ("Desk.search.READ", "/products/duplicate", False),
        ("Desk.products.READ,Desk.search.READ", "/products/duplicate", True),
        ("Desk.search.READ,Desk.settings.READ", "/products/duplicate", True),
        ("Desk.products.READ", "/products/searchDuplicates?productName=Trail Lamp", True),
        ("Desk.contacts.READ", "/contacts/search", False),
        ("Desk.contacts.READ,Desk.search.READ", "/contacts/search", True),
        ("Desk.search.READ,Desk.products.READ", "/products/search", True),
        ("Desk.contacts.READ", "/myinfo", False),
        ("Desk.contacts.READ", "/organizations", False),
        ("Desk.basic.READ", "/organizations", True),
        ("Desk.basic.READ", "/accessibleOrganizations", True),
    ],
)
async def test_each_endpoint_asks_for_its_scope(browser: Browser, scope: str, path: str, open_: bool) -> None:
    person = await browser.connect("mara", scope=scope)
    answer = await person.call("GET", path)
    assert answer.status_code == (200 if open_ else 403)
    assert open_ or answer.json()["errorCode"] == "SCOPE_MISMATCH"


@pytest.mark.parametrize(
    "path", ["/contacts", "/accounts", "/products", "/contacts/search", "/organizations"]
)
async def test_an_unknown_parameter_is_named(mara: Person, path: str) -> None:
    answer = await mara.get(path, sortOrder="asc")
    assert code(answer) == (422, "UNPROCESSABLE_ENTITY")
    assert answer.json()["message"] == "Extra query parameter 'sortOrder' is present in the input."


@pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", "1.5"])
async def test_a_limit_outside_its_range_is_refused(mara: Person, limit: str) -> None:
    answer = await mara.get("/contacts", limit=limit)
    assert answer.status_code == 422
    assert "1-100" in answer.json()["message"]


async def test_paths_and_methods_that_do_not_exist(mara: Person) -> None:
    assert code(await mara.get("/contacts/duplicate")) == (404, "URL_NOT_FOUND")
    assert code(await mara.call("DELETE", "/contacts")) == (405, "METHOD_NOT_ALLOWED")


async def test_answers_say_what_they_cost_and_what_is_left(zoho: ZohoSandbox, mara: Person) -> None:
    zoho.org("larkfield").credits_left = 100
    answer = await mara.get("/contacts")
    assert answer.headers["X-Rate-Limit-Request-Weight-v3"] == "3"
    assert answer.headers["X-Rate-Limit-Remaining-v3"] == "97"
    single = await mara.get("/contacts/160000000204417")
    assert single.headers["X-Rate-Limit-Remaining-v3"] == "96"
    count = await mara.get("/contacts/count", viewId="160000000001001")
    assert count.headers["X-Rate-Limit-Request-Weight-v3"] == "50"


@pytest.mark.parametrize(
    ("offset", "price"),
    [(0, 3), (2000, 3), (2001, 5), (10_000, 5), (10_001, 10), (50_001, 50), (100_000, 50), (100_001, 100)],
)
async def test_deep_offsets_grow_dear(mara: Person, offset: int, price: int) -> None:
    answer = await mara.get("/contacts", from_=offset)
    assert answer.headers["X-Rate-Limit-Request-Weight-v3"] == str(price)


async def test_spent_credits_are_a_429_that_says_when_to_come_back(
    zoho: ZohoSandbox, clock: Clock, mara: Person
) -> None:
    zoho.org("larkfield").credits_left = 2
    answer = await mara.get("/contacts")
    assert code(answer) == (429, "THRESHOLD_EXCEEDED")
    midnight = 14 * 3600 + 55 * 60
    assert int(answer.headers["Retry-After"]) == midnight + 1
    assert (await mara.get("/contacts/160000000204417")).status_code == 200
    zoho.limits.token_life = 10**6
    clock.forward(seconds=3000)
    assert (await mara.get("/contacts")).status_code == 429
    clock.at = clock.at.replace(day=25, hour=0)
    assert zoho.org("larkfield").credits_left == 112_000


async def test_too_many_calls_at_once_are_a_429_without_a_time(zoho: ZohoSandbox, priya: Person) -> None:
    zoho.fault("latency", org="bellbird", times=None, seconds=0.2)
    found = await asyncio.gather(*(priya.get("/contacts") for _ in range(7)))
    assert sorted(answer.status_code for answer in found) == [200] * 5 + [429] * 2
    busy = next(answer for answer in found if answer.status_code == 429)
    assert code(busy) == (429, "TOO_MANY_REQUESTS")
    assert "Retry-After" not in busy.headers
    assert zoho.org("bellbird").usage.highest_in_flight == 6
    assert zoho.org("bellbird").usage.in_flight == 0


async def test_two_at_a_time_are_seen_as_two(zoho: ZohoSandbox, mara: Person) -> None:
    zoho.fault("latency", times=None, seconds=0.05)
    await asyncio.gather(mara.get("/contacts"), mara.get("/accounts"))
    assert zoho.org("larkfield").usage.highest_in_flight == 2


async def test_the_log_names_who_asked_what_and_keeps_no_secret(
    zoho: ZohoSandbox, browser: Browser, mara: Person
) -> None:
    zoho.calls.clear()
    await mara.get("/groupContacts", fieldName="email", fieldValues="ana.roe@kestrel.example")
    await browser.refresh(mara.answer["refresh_token"])
    await browser.http.post(
        f"{zoho.origin('eu')}/oauth/v2/token/revoke", params={"token": mara.answer["refresh_token"]}
    )
    read, refreshed, revoked = zoho.calls
    assert (read.dc, read.method, read.path) == ("eu", "GET", "/api/v1/groupContacts")
    assert (read.org, read.person, read.status, read.grant) == ("larkfield", "mara", 200, "")
    assert read.query == {"fieldName": "email", "fieldValues": "ana.roe@kestrel.example"}
    assert (refreshed.path, refreshed.grant, refreshed.person) == ("/oauth/v2/token", "refresh", "mara")
    assert revoked.query == {"token": "(kept out)"}
    kept = repr(zoho.calls)
    assert not any(
        secret in kept for secret in (*mara.answer["access_token"].split(".")[1:], zoho.client_secret)
    )

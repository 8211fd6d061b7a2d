"""Bad days on request, by Python and by the control routes."""

from __future__ import annotations

import asyncio
import time
from json import JSONDecodeError
from typing import Any

import httpx
import pytest

from tests.zoho.sandbox.caller import Browser, Person
from zoho.sandbox import KINDS, ZohoSandbox


@pytest.mark.parametrize(
    ("kind", "detail", "status", "code"),
    [
        ("invalid_oauth", {}, 401, "INVALID_OAUTH"),
        ("unauthorized", {}, 401, "UNAUTHORIZED"),
        ("scope", {}, 403, "SCOPE_MISMATCH"),
        ("org_mismatch", {}, 403, "OAUTH_ORG_MISMATCH"),
        ("forbidden", {}, 403, "FORBIDDEN"),
        ("license", {}, 403, "LICENSE_ACCESS_LIMITED"),
        ("not_found", {}, 404, "URL_NOT_FOUND"),
        ("method_not_allowed", {}, 405, "METHOD_NOT_ALLOWED"),
        ("bad_path", {}, 422, "INVALID_DATA"),
        ("bad_key", {"key": "viewId"}, 422, "UNPROCESSABLE_ENTITY"),
        ("vague", {}, 422, "UNPROCESSABLE_ENTITY"),
        ("quota", {}, 429, "THRESHOLD_EXCEEDED"),
        ("busy", {}, 429, "TOO_MANY_REQUESTS"),
        ("server_error", {}, 500, "INTERNAL_SERVER_ERROR"),
        ("server_error", {"status": 503}, 503, "INTERNAL_SERVER_ERROR"),
    ],
)
async def test_errors_with_a_code(
    zoho: ZohoSandbox, mara: Person, kind: str, detail: dict[str, Any], status: int, code: str
) -> None:
    zoho.fault(kind, **detail)
    answer = await mara.get("/contacts")
    assert (answer.status_code, answer.json()["errorCode"]) == (status, code)
    assert (await mara.get("/contacts")).status_code == 200


@pytest.mark.parametrize(
    ("kind", "detail", "status", "kind_of_body"),
    [
        ("wrong_region", {}, 401, "text/html"),
        ("html", {}, 200, "text/html"),
        ("html", {"status": 500}, 500, "text/html"),
        ("empty", {}, 200, "application/json"),
        ("accepted", {}, 202, ""),
        ("not_json", {}, 200, "application/json"),
    ],
)
async def test_answers_without_any_code(
    zoho: ZohoSandbox, mara: Person, kind: str, detail: dict[str, Any], status: int, kind_of_body: str
) -> None:
    zoho.fault(kind, **detail)
    answer = await mara.get("/contacts")
    assert answer.status_code == status
    assert answer.headers.get("content-type", "").startswith(kind_of_body)
    with pytest.raises(JSONDecodeError):
        answer.json()


async def test_details_of_some(zoho: ZohoSandbox, mara: Person) -> None:
    zoho.fault("error_key", error="Portal is being moved")
    assert (await mara.get("/contacts")).json() == {"error": "Portal is being moved"}
    zoho.fault("quota", retry_after=77)
    assert (await mara.get("/contacts")).headers["Retry-After"] == "77"
    zoho.fault("quota", retry_after=None)
    assert "Retry-After" not in (await mara.get("/contacts")).headers
    zoho.fault("bad_key", key="viewId")
    assert "'viewId'" in (await mara.get("/contacts")).json()["message"]


async def test_a_fault_meets_a_person_an_organisation_or_a_path(
    zoho: ZohoSandbox, mara: Person, tomas: Person, priya: Person
) -> None:
    zoho.fault("busy", person="tomas")
    zoho.fault("server_error", org="bellbird")
    zoho.fault("vague", path="/api/v1/group*")
    assert (await mara.get("/contacts")).status_code == 200
    assert (await tomas.get("/contacts")).status_code == 429
    assert (await priya.get("/contacts")).status_code == 500
    assert (await mara.get("/groupAccounts", fieldName="phone", fieldValues="1")).status_code == 422
    zoho.fault("busy", org="60010000001")
    assert (await priya.get("/contacts")).status_code == 429


async def test_a_fault_lasts_some_times_or_always_and_may_wait(zoho: ZohoSandbox, mara: Person) -> None:
    twice = zoho.fault("busy", times=2, after=1)
    assert [(await mara.get("/contacts")).status_code for _ in range(4)] == [200, 429, 429, 200]
    assert twice.hits == 2
    zoho.fault("invalid_oauth", times=None)
    assert [(await mara.get("/contacts")).status_code for _ in range(3)] == [401] * 3
    zoho.clear_faults()
    assert (await mara.get("/contacts")).status_code == 200


async def test_an_unknown_kind_is_named(zoho: ZohoSandbox) -> None:
    with pytest.raises(ValueError, match="earthquake"):
        zoho.fault("earthquake")


async def test_latency_delays_and_a_dropped_connection_is_none(zoho: ZohoSandbox, mara: Person) -> None:
    zoho.fault("latency", seconds=0.1)
    before = time.monotonic()
    assert (await mara.get("/contacts")).status_code == 200
    assert time.monotonic() - before >= 0.1
    zoho.fault("drop")
    with pytest.raises(httpx.TransportError):
        await mara.get("/contacts")
    assert zoho.calls[-1].status == 0
    assert (await mara.get("/contacts")).status_code == 200


async def test_a_hanging_call_ends_with_the_stand_in() -> None:
    async with httpx.AsyncClient(timeout=10) as http:
        async with ZohoSandbox.start() as zoho:
            mara = await Browser(zoho, http).connect("mara")
            zoho.fault("hang", path="/api/v1/contacts")
            hanging = asyncio.create_task(mara.get("/contacts"))
            await asyncio.sleep(0.05)
            assert not hanging.done()
        with pytest.raises(httpx.TransportError) as ended:
            await hanging
        assert not isinstance(ended.value, httpx.TimeoutException)  # it was ended, not waited for in vain


async def test_the_token_endpoint_hangs_and_drops_too(
    zoho: ZohoSandbox, browser: Browser, mara: Person
) -> None:
    for kind in ("drop", "hang"):
        zoho.fault(kind, on="refresh", seconds=0.05)
        with pytest.raises(httpx.TransportError):
            await browser.refresh(mara.answer["refresh_token"])
    assert "access_token" in (await browser.refresh(mara.answer["refresh_token"])).json()


async def test_every_kind_is_explained() -> None:
    assert all(KINDS.values())


@pytest.fixture
def control(zoho: ZohoSandbox, browser: Browser) -> Any:
    async def send(method: str, path: str, body: Any = None) -> httpx.Response:
        return await browser.http.request(method, f"{zoho.origin('eu')}/_sandbox/{path}", json=body)

    return send


async def test_faults_are_set_listed_and_cleared_by_http(control: Any, mara: Person) -> None:
    made = await control("POST", "faults", {"kind": "busy", "person": "mara", "times": None})
    assert made.json()["fault"]["kind"] == "busy"
    assert "stand-in" in made.json()["note"]
    assert (await mara.get("/contacts")).status_code == 429
    assert [fault["hits"] for fault in (await control("GET", "faults")).json()["faults"]] == [1]
    assert (await control("DELETE", "faults")).json()["faults"] == []
    assert (await mara.get("/contacts")).status_code == 200


async def test_calls_writes_and_usage_are_told_by_http(control: Any, mara: Person) -> None:
    await mara.call("POST", "/contacts/160000000204417/comments", json={"content": "x"})
    told = (await control("GET", "calls")).json()
    assert told["writes"] == 1
    assert told["calls"][-1]["path"] == "/api/v1/contacts/160000000204417/comments"
    assert told["organisations"]["larkfield"]["credits_spent"] == 1
    assert told["organisations"]["larkfield"]["highest_in_flight"] == 1


async def test_records_are_planted_by_http(zoho: ZohoSandbox, control: Any, mara: Person) -> None:
    records = [{"firstName": "Twin", "email": "twin@twin.example"} for _ in range(2)]
    planted = await control("POST", "plant", {"org": "larkfield", "module": "contacts", "records": records})
    one, other = planted.json()["ids"]
    (group,) = await mara.rows("/groupContacts", fieldName="email", fieldValues="twin@twin.example")
    assert [row["id"] for row in group["contacts"]] == [one, other]
    change = {"patch": {one: {"firstName": "Twain"}}, "trash": [other], "remove": ["160000000204417"]}
    await control("POST", "plant", {"org": "larkfield", "module": "contacts", **change})
    assert (await mara.get(f"/contacts/{one}")).json()["firstName"] == "Twain"
    assert (await mara.get(f"/contacts/{other}")).json()["isTrashed"] is True
    assert (await mara.get("/contacts/160000000204417")).status_code == 404
    filled = await control(
        "POST", "plant", {"org": "kestrel", "module": "products", "fill": 50, "duplicates": 5}
    )
    assert filled.json()["records"] == 60


async def test_settings_are_changed_by_http(
    zoho: ZohoSandbox, control: Any, mara: Person, browser: Browser
) -> None:
    body = {
        "org": "larkfield",
        "endpoint": "error",
        "credits_left": 500,
        "quirks": {"numbers_as_text": True},
        "limits": {"token_life": 50},
        "dc": "in",
        "client_known": False,
    }
    assert (await control("POST", "settings", body)).status_code == 200
    assert (await mara.get("/products/duplicate")).json()["error"]
    assert zoho.org("larkfield").credits_left == 497
    assert (await browser.refresh(mara.answer["refresh_token"])).json()["expires_in"] == 50
    assert (await browser.exchange("1000.dummy", "in")).json() == {"error": "invalid_client"}


async def test_tokens_are_expired_and_grants_withdrawn_by_http(
    zoho: ZohoSandbox, control: Any, mara: Person
) -> None:
    assert (await control("POST", "expire", {"person": "mara"})).status_code == 200
    assert (await mara.get("/contacts")).status_code == 401
    assert zoho.grants("mara") == 1
    await control("POST", "revoke", {"person": "mara"})
    assert zoho.grants("mara") == 0


async def test_a_reset_brings_everything_back_but_the_grants(
    zoho: ZohoSandbox, control: Any, mara: Person
) -> None:
    await mara.call("POST", "/contacts/160000000204417/comments", json={"content": "x"})
    zoho.org("larkfield").clear()
    zoho.org("larkfield").endpoint = "flat"
    zoho.fault("busy", times=None)
    assert (await control("POST", "reset")).json()["writes"] == 0
    assert len(await mara.rows("/products/duplicate")) == 5
    assert (await mara.get("/contacts/160000000204417/comments")).status_code == 204
    assert len(zoho.calls) == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"kind": "earthquake"}),
        ("faults", {"person": "mara"}),
        ("plant", {"org": "nobody", "module": "contacts"}),
        ("plant", {"org": "larkfield", "module": "leads"}),
        ("settings", {"org": "larkfield", "endpoint": "sideways"}),
        ("settings", {"limits": {"patience": 1}}),
        ("expire", {"person": "eve"}),
        ("expire", [1]),
    ],
)
async def test_a_control_route_says_what_it_does_not_understand(control: Any, path: str, body: Any) -> None:
    answer = await control("POST", path, body)
    assert answer.status_code == 400
    assert answer.json()["error"]

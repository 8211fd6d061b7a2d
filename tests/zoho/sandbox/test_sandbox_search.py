"""The search calls: windows of time and look-ups."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.zoho.sandbox.caller import Clock, Person
from zoho.sandbox import ZohoSandbox

ALWAYS = "2000-01-01T00:00:00.000Z,2099-12-31T23:59:59.999Z"


async def found(person: Person, path: str, **query: Any) -> list[str]:
    answer = await person.get(path, limit=100, **query)
    assert answer.status_code in (200, 204), answer.text
    return [row["id"] for row in answer.json()["data"]] if answer.status_code == 200 else []


async def test_windows_hold_both_their_ends_and_tell_how_many(zoho: ZohoSandbox, mara: Person) -> None:
    org = zoho.org("larkfield")
    org.clear("contacts")
    start = datetime(2025, 1, 1, tzinfo=UTC)
    ids = [
        org.add("contacts", lastName=f"N{number}", createdTime=start + timedelta(hours=number))
        for number in range(5)
    ]
    window = "2025-01-01T01:00:00.000Z,2025-01-01T03:00:00.000Z"
    answer = await mara.get("/contacts/search", createdTimeRange=window, sortBy="createdTime", limit=2)
    assert answer.json()["count"] == 3
    assert [row["id"] for row in answer.json()["data"]] == ids[1:3]
    assert (
        await found(mara, "/contacts/search", createdTimeRange=window, sortBy="-createdTime") == ids[3:0:-1]
    )
    assert (
        await found(
            mara, "/contacts/search", createdTimeRange="2026-01-01T00:00:00.000Z,2026-01-02T00:00:00.000Z"
        )
        == []
    )


async def test_a_change_moves_a_record_into_a_later_window(
    zoho: ZohoSandbox, clock: Clock, mara: Person
) -> None:
    zoho.org("larkfield").patch("contacts", "160000000204417", title="Head of Buying")
    day = f"{clock.at:%Y-%m-%d}T00:00:00.000Z,{clock.at:%Y-%m-%d}T23:59:59.999Z"
    assert await found(mara, "/contacts/search", modifiedTimeRange=day, sortBy="modifiedTime") == [
        "160000000204417"
    ]
    assert await found(mara, "/contacts/search", modifiedTimeRange=day, createdTimeRange=ALWAYS) == [
        "160000000204417"
    ]
    assert await found(mara, "/contacts/search", modifiedTimeRange=day, createdTimeRange=day) == []


@pytest.mark.parametrize(
    "window",
    [
        "2025-01-01",
        "2025-01-01T00:00:00Z,2025-01-02T00:00:00Z",
        "2025-01-01T00:00:00.000+01:00,2025-01-02T00:00:00.000+01:00",
        "2025-02-30T00:00:00.000Z,2025-03-01T00:00:00.000Z",
        "2025-01-02T00:00:00.000Z,2025-01-01T00:00:00.000Z",
        "2025-01-01T00:00:00.000Z",
    ],
)
async def test_a_window_has_one_form(mara: Person, window: str) -> None:
    assert (await mara.get("/contacts/search", createdTimeRange=window)).status_code == 422


async def test_a_search_is_not_read_deeper_than_999(zoho: ZohoSandbox, mara: Person) -> None:
    zoho.org("larkfield").fill("contacts", 1200)
    answer = await mara.get("/contacts/search", createdTimeRange=ALWAYS, from_=999, limit=100)
    assert len(answer.json()["data"]) == 100
    assert answer.json()["count"] > 1200
    deeper = await mara.get("/contacts/search", createdTimeRange=ALWAYS, from_=1000)
    assert deeper.status_code == 422
    assert "0-999" in deeper.json()["message"]


@pytest.mark.parametrize(
    ("path", "query", "count"),
    [
        ("/contacts/search", {"email": "ANA.ROE@kestrel.example"}, 2),
        ("/contacts/search", {"email": "lena.brandt@brightwater.example"}, 3),
        ("/contacts/search", {"_all": "lena.brandt@brightwater.example"}, 4),
        ("/contacts/search", {"phone": "+49 421 5550 100"}, 14),
        ("/contacts/search", {"phone": "+49 421 5550 1*"}, 17),
        ("/contacts/search", {"fullName": "mateo silva"}, 2),
        ("/contacts/search", {"firstName": "Ana,Anna"}, 2),
        ("/contacts/search", {"lastName": "Brandt*", "firstName": "Lena"}, 2),
        ("/contacts/search", {"accountName": "Kestrel Logistics"}, 2),
        ("/contacts/search", {"firstName": "${empty}"}, 1),
        ("/contacts/search", {"mobile": "${notempty}"}, 3),
        ("/contacts/search", {"customField1": "cf_region:North"}, 2),
        ("/contacts/search", {"id": "160000000204417"}, 1),
        ("/contacts/search", {"email": "nobody@nowhere.example"}, 0),
        ("/accounts/search", {"accountName": "kestrel*"}, 2),
        ("/accounts/search", {"_all": "sundale.example"}, 2),
        ("/products/search", {"productName": "Trail Lamp"}, 3),
        ("/products/search", {"productCode": "LF-TENT-3"}, 3),
        ("/products/search", {"departmentId": "160000000000501", "productCode": "AM-*"}, 2),
        ("/search", {"searchStr": "aldertree", "module": "accounts"}, 2),
        ("/search", {"searchStr": "mensah", "module": "contacts"}, 3),
    ],
)
async def test_values_are_looked_up(mara: Person, path: str, query: dict[str, str], count: int) -> None:
    assert len(await found(mara, path, **query)) == count


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/accounts/search", {"email": "office@aldertree.example"}),
        ("/accounts/search", {"phone": "1"}),
        ("/contacts/search", {"_all": "ab"}),
        ("/contacts/search", {"customField1": "cf_nothing:x"}),
        ("/contacts/search", {"sortBy": "email"}),
        ("/search", {"searchStr": "tent", "module": "products"}),
        ("/search", {"searchStr": "tent"}),
    ],
)
async def test_a_search_refuses_what_it_does_not_know(mara: Person, path: str, query: dict[str, str]) -> None:
    assert (await mara.get(path, **query)).status_code == 422


async def test_ten_rows_come_when_no_limit_is_named(mara: Person) -> None:
    assert len(await mara.rows("/contacts/search", createdTimeRange=ALWAYS)) == 10


async def test_a_profile_hides_records_from_searches_too(mara: Person, tomas: Person) -> None:
    assert len(await found(mara, "/contacts/search", lastName="Roe")) == 2
    assert len(await found(tomas, "/contacts/search", lastName="Roe")) == 1


async def test_new_records_reach_the_index_late(zoho: ZohoSandbox, clock: Clock, mara: Person) -> None:
    org = zoho.org("larkfield")
    org.index_lag = 300
    clock.forward(hours=0.5)
    org.add("contacts", email="new@new.example")
    assert await found(mara, "/contacts/search", email="new@new.example") == []
    (group,) = await mara.rows("/groupContacts", fieldName="email", fieldValues="new@new.example")
    assert len(group["contacts"]) == 1
    clock.forward(seconds=301)
    assert len(await found(mara, "/contacts/search", email="new@new.example")) == 1


async def test_counts_may_be_text(priya: Person) -> None:
    assert (await priya.get("/contacts/search", lastName="Rao")).json()["count"] == "2"

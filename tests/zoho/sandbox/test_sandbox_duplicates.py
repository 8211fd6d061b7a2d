"""The deduplication family, and the mission's endpoint."""

from __future__ import annotations

from typing import Any

import pytest

from tests.zoho.sandbox.caller import ORGS, Browser, Person
from zoho.sandbox import ZohoSandbox


def members(groups: list[dict[str, Any]], of: str = "products") -> list[set[str]]:
    return [{row["id"] for row in group[of]} for group in groups]


async def values(person: Person, field: str, **query: Any) -> dict[str, int]:
    rows = await person.rows("/groupContactDuplicateValues", fieldName=field, limit=100, **query)
    return {row["fieldValue"]: row["count"] for row in rows}


async def test_the_seeded_contacts_share_what_they_should(mara: Person) -> None:
    found = await values(mara, "bothEmail", sortBy="-count")
    assert found == {
        "info@brightwater.example": 31,
        "lena.brandt@brightwater.example": 4,
        "layla@wadi.example": 3,
        "<!channel>@here.example": 2,
        "ana.roe@kestrel.example": 2,
        "e.garnier@mistral.example": 2,
        "family@ahlers.example": 2,
        "k.mensah@aldertree.example": 2,
        "nora.field@oakline.example": 2,
        "ravi.menon@sundale.example": 2,
        "test@test.com": 2,
        "zoe@balloon.example": 2,
    }
    phones = await values(mara, "phone")
    assert phones["+49 421 5550 100"] == 14
    assert phones["+49 69 5550 128"] == 2
    assert "Peter Schmidt" in await values(mara, "fullName")


async def test_email_alone_does_not_look_at_the_second_one(mara: Person) -> None:
    assert (await values(mara, "email"))["lena.brandt@brightwater.example"] == 3
    assert "k.mensah@aldertree.example" not in await values(mara, "email")


async def test_values_are_paged_sorted_and_narrowed(mara: Person) -> None:
    everything = await values(mara, "bothEmail", sortBy="fieldValue")
    assert list(everything) == sorted(everything)
    page = await mara.rows(
        "/groupContactDuplicateValues", fieldName="bothEmail", limit=5, from_=5, sortBy="fieldValue"
    )
    assert [row["fieldValue"] for row in page] == list(everything)[5:10]
    assert list(await values(mara, "bothEmail", swFieldValue="L")) == [
        "layla@wadi.example",
        "lena.brandt@brightwater.example",
    ]
    end = await mara.get("/groupContactDuplicateValues", fieldName="bothEmail", from_=100)
    assert end.status_code == 204


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"fieldName": "mobile"},
        {"fieldName": "email", "sortBy": "email"},
        {"fieldName": "email", "x": "1"},
    ],
)
async def test_the_values_call_refuses_what_it_does_not_know(mara: Person, query: dict[str, str]) -> None:
    assert (await mara.get("/groupContactDuplicateValues", **query)).status_code == 422


async def test_the_members_of_a_value_come_in_any_case(mara: Person) -> None:
    (group,) = await mara.rows(
        "/groupContacts", fieldName="bothEmail", fieldValues="LENA.BRANDT@brightwater.example"
    )
    assert [row["lastName"] for row in group["contacts"]] == ["Brandt", "Brandt", "Brandt", "Brandt-Kühn"]
    assert "webUrl" in group["contacts"][0]
    assert "modifiedTime" not in group["contacts"][0]


async def test_members_may_bring_their_account_and_are_sorted(mara: Person) -> None:
    (group,) = await mara.rows(
        "/groupContacts",
        fieldName="email",
        fieldValues="ana.roe@kestrel.example",
        include="accounts",
        sortBy="-createdTime",
    )
    assert [row["firstName"] for row in group["contacts"]] == ["Anna", "Ana"]
    assert group["contacts"][0]["account"]["accountName"] == "Kestrel Logistics"


async def test_a_value_with_a_comma_falls_apart(zoho: ZohoSandbox, mara: Person) -> None:
    org = zoho.org("larkfield")
    for _ in range(2):
        org.add("contacts", lastName="Smith, John")
    found = await mara.rows("/groupContacts", fieldName="lastName", fieldValues="Smith, John")
    assert found == []
    assert (await values(mara, "lastName"))["Smith, John"] == 2


async def test_limit_counts_members_here_and_groups_there(
    zoho: ZohoSandbox, mara: Person, priya: Person
) -> None:
    query = {"fieldName": "email", "fieldValues": "info@brightwater.example", "limit": 20}
    (first,) = await mara.rows("/groupContacts", **query)
    (second,) = await mara.rows("/groupContacts", **query, from_=20)
    assert (len(first["contacts"]), len(second["contacts"])) == (20, 11)
    assert await mara.rows("/groupContacts", **query, from_=40) == []
    zoho.org("bellbird").add_many("contacts", ({"email": "many@x.example"} for _ in range(30)))
    (whole,) = await priya.rows("/groupContacts", fieldName="email", fieldValues="many@x.example", limit=20)
    assert len(whole["contacts"]) == 30


async def test_counts_may_be_text_and_times_may_be_numbers(priya: Person) -> None:
    rows = await priya.rows("/groupContactDuplicateValues", fieldName="email")
    assert rows == [{"fieldValue": "asha.rao@hilltop.example", "count": "2"}]
    (group,) = await priya.rows("/groupContacts", fieldName="email", fieldValues="asha.rao@hilltop.example")
    assert group["contacts"][0]["createdTime"] == 1672632000000


async def test_a_value_may_be_null(browser: Browser) -> None:
    elif_ = await browser.connect("elif")
    rows = await elif_.rows("/groupContactDuplicateValues", fieldName="phone")
    assert rows[0] == {"fieldValue": None, "count": 6}


async def test_from_100000_records_on_the_answer_is_a_202_without_a_body(
    zoho: ZohoSandbox, mara: Person
) -> None:
    org = zoho.org("larkfield")
    org.large_at = len(org.tables["contacts"])
    answer = await mara.get("/groupContactDuplicateValues", fieldName="email")
    assert (answer.status_code, answer.content) == (202, b"")
    assert (await mara.get("/groupAccountDuplicateValues", fieldName="phone")).status_code == 200
    org.large_at += 1
    assert (await mara.get("/groupContactDuplicateValues", fieldName="email")).status_code == 200


async def test_accounts_share_names_phones_and_emails(mara: Person, tomas: Person) -> None:
    async def shared(person: Person, field: str) -> set[str]:
        rows = await person.rows("/groupAccountDuplicateValues", fieldName=field)
        return {row["fieldValue"] for row in rows}

    assert await shared(mara, "accountName") == {
        "Kestrel Logistics",
        "Aldertree GmbH",
        "Oakline Interiors",
        "Northwind Bakery",
    }
    assert await shared(mara, "email") == {"hello@oakline.example"}
    assert "Aldertree GmbH" not in await shared(tomas, "accountName")
    (group,) = await mara.rows("/groupAccounts", fieldName="accountName", fieldValues="kestrel logistics")
    assert {row["website"] for row in group["accounts"]} == {"https://kestrel.example"}


async def test_the_default_field_can_be_read_and_set(mara: Person) -> None:
    path = "/contactsDeduplication/defaultFieldName"
    assert (await mara.get(path)).json() == {"fieldName": "email"}
    assert (
        await mara.call("POST", path, json={"fieldName": "phone", "markDefault": True})
    ).status_code == 204
    assert (await mara.get(path)).json() == {"fieldName": "phone"}
    assert (await mara.call("POST", path, json={"fieldName": "mobile"})).status_code == 422
    assert (await mara.get("/accountsDeduplication/defaultFieldName")).json() == {"fieldName": "accountName"}


async def test_the_missions_endpoint_groups_by_code_or_by_name(mara: Person, tomas: Person) -> None:
    groups = await mara.rows("/products/duplicate")
    assert [(group["fieldValue"], len(group["products"])) for group in groups] == [
        ("LF-TENT-3", 3),
        ("Camp Stove Duo", 3),
        ("Alpine Mug 400 ml", 2),
        ("Trail Lamp", 2),
        ("Trail Lamp", 2),
    ]
    one, other = members(groups)[-2:]
    assert one & other == {"160000000191500"}
    assert groups[0]["products"][0].keys() == {"id", "productName", "productCode", "unitPrice"}
    assert len(await tomas.rows("/products/duplicate")) == 3


async def test_codes_that_differ_part_equal_names(zoho: ZohoSandbox, mara: Person) -> None:
    org = zoho.org("larkfield")
    org.clear("products")
    planted = [("A", "1"), ("a ", "1"), ("A", ""), ("Ａ", "2"), ("B", "1"), ("C", "3"), ("C", "4"), ("", "")]
    ids = [org.add("products", productName=name, productCode=code) for name, code in planted]
    groups = members(await mara.rows("/products/duplicate"))
    assert sorted(sorted(ids.index(one) for one in group) for group in groups) == [
        [0, 1, 2],
        [0, 1, 4],
        [2, 3],
    ]


async def test_overlapping_groups_become_one_where_all_belong_together(
    zoho: ZohoSandbox, mara: Person
) -> None:
    org = zoho.org("larkfield")
    org.clear("products")
    planted = [("A", "1"), ("A", "1"), ("B", "1"), ("B", "1"), ("D", "9"), ("D", "")]
    ids = [org.add("products", productName=name, productCode=code) for name, code in planted]
    groups = members(await mara.rows("/products/duplicate"))
    assert sorted(sorted(ids.index(one) for one in group) for group in groups) == [[0, 1, 2, 3], [4, 5]]


@pytest.mark.parametrize(
    ("query", "groups"),
    [
        ({"productName": "trail lamp"}, 2),
        ({"productCode": "LF-TENT-3"}, 1),
        ({"manufacturer": "Larkfield"}, 0),
        ({"limit": "2"}, 2),
        ({"from": "4"}, 1),
    ],
)
async def test_parameters_it_knows_filter_the_products(
    mara: Person, query: dict[str, str], groups: int
) -> None:
    answer = await mara.get("/products/duplicate", **query)
    assert (len(answer.json()["data"]) if answer.status_code == 200 else 0) == groups
    assert answer.status_code == (200 if groups else 204)


async def test_a_parameter_it_does_not_know_is_named(mara: Person) -> None:
    answer = await mara.get("/products/duplicate", productName="x", colour="red")
    assert answer.status_code == 422
    assert answer.json()["message"] == "Extra query parameter 'colour' is present in the input."


async def test_flat_rows_hold_the_members_and_a_few_more(zoho: ZohoSandbox, mara: Person) -> None:
    grouped = set().union(*members(await mara.rows("/products/duplicate")))
    zoho.org("larkfield").endpoint = "flat"
    flat = {row["id"] for row in await mara.rows("/products/duplicate")}
    assert len(flat - grouped) == 3
    assert grouped < flat


async def test_groups_may_come_as_a_bare_array(zoho: ZohoSandbox, mara: Person) -> None:
    zoho.org("larkfield").quirks.bare_groups = True
    assert len((await mara.get("/products/duplicate")).json()) == 5


async def test_an_error_key_comes_with_a_200(zoho: ZohoSandbox, mara: Person) -> None:
    zoho.org("larkfield").endpoint = "error"
    answer = await mara.get("/products/duplicate")
    assert answer.status_code == 200
    assert answer.json() == {"error": "Duplicate check is switched off for this portal"}


@pytest.mark.parametrize(
    ("user", "status", "code"),
    [("jonas", 422, "INVALID_DATA"), ("priya", 404, "URL_NOT_FOUND"), ("elif", 403, "SCOPE_MISMATCH")],
)
@pytest.mark.parametrize("query", [{}, {"productName": "Sling"}])
async def test_the_other_organisations_refuse_the_path(
    browser: Browser, user: str, status: int, code: str, query: dict[str, str]
) -> None:
    person = await browser.connect(user)
    answer = await person.get("/products/duplicate", **query)
    assert (answer.status_code, answer.json()["errorCode"]) == (status, code)
    assert "productName" not in answer.text
    assert (await person.get("/products", limit=1)).status_code == 200


async def test_one_more_way_to_refuse_it(zoho: ZohoSandbox, mara: Person) -> None:
    zoho.org("larkfield").endpoint = "405"
    assert (await mara.get("/products/duplicate")).status_code == 405


async def test_the_path_can_be_another_one(browser: Browser) -> None:
    async with ZohoSandbox.start(ports={"eu": 0}, duplicate_path="/api/v1/products/twins") as zoho:
        mara = await Browser(zoho, browser.http).connect("mara")
        assert len(await mara.rows("/products/twins")) == 5
        assert (await mara.get("/products/duplicate")).status_code == 404


async def test_one_product_name_finds_what_looks_like_it(mara: Person) -> None:
    rows = await mara.rows("/products/searchDuplicates", productName="camp stove")
    assert {row["productName"] for row in rows} == {"Camp Stove Duo"}
    assert rows[0].keys() == {"id", "productName", "productCode", "unitPrice"}
    assert (await mara.get("/products/searchDuplicates", productName="Zeppelin")).status_code == 204
    assert (await mara.get("/products/searchDuplicates")).status_code == 422
    assert (await mara.get("/products/searchDuplicates", productName="x" * 201)).status_code == 422


async def test_sofia_sees_another_set_in_each_portal(browser: Browser) -> None:
    sofia = await browser.connect("sofia")
    rows = await sofia.rows("/groupContactDuplicateValues", org=ORGS["kestrel"], fieldName="email")
    assert "wanda.koch@portside.example" in {row["fieldValue"] for row in rows}

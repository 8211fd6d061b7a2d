"""The list calls and single reads."""

from __future__ import annotations

import pytest

from tests.zoho.sandbox.caller import Person
from zoho.sandbox import ZohoSandbox

ANA, ANNA = "160000000204417", "160000000731902"


async def test_a_contact_row_has_zohos_default_fields(zoho: ZohoSandbox, mara: Person) -> None:
    row = next(row for row in await mara.rows("/contacts", limit=100) if row["id"] == ANA)
    assert "modifiedTime" not in row
    assert (row["firstName"], row["lastName"], row["email"]) == ("Ana", "Roe", "ana.roe@kestrel.example")
    assert row["secondaryEmail"] is None
    assert row["createdTime"] == "2024-03-12T09:00:00.000Z"
    assert row["webUrl"] == f"{zoho.origin('eu')}/support/larkfield/ShowHomePage.do#Contacts/dv/{ANA}"


async def test_a_product_row_has_no_web_address_and_no_times(mara: Person) -> None:
    row = (await mara.rows("/products", limit=1))[0]
    assert row.keys() == {"id", "productName", "productCode", "unitPrice", "departmentIds"}


async def test_fields_are_given_as_they_are_named(mara: Person) -> None:
    (row,) = await mara.rows("/products", limit=1, fields="productName,createdTime,cf_region")
    assert row.keys() == {"id", "productName", "createdTime", "cf"}
    rows = await mara.rows("/contacts", limit=100, fields="email,modifiedTime,cf_region")
    ana = next(row for row in rows if row["id"] == ANA)
    assert ana["cf"] == {"cf_region": "North"}
    assert ana["modifiedTime"] == "2024-03-12T09:00:00.000Z"


@pytest.mark.parametrize(
    "fields", ["colour", "productName,webUrl", "cf_colour", ",".join(["productName"] * 31)]
)
async def test_an_unknown_field_or_too_many_are_refused(mara: Person, fields: str) -> None:
    answer = await mara.get("/products", fields=fields)
    assert (answer.status_code, answer.json()["errorCode"]) == (422, "INVALID_DATA")
    assert answer.json()["errors"][0]["fieldName"] == "/fields"


@pytest.mark.parametrize("sort", ["createdTime", "-createdTime"])
async def test_lists_are_sorted_either_way(mara: Person, sort: str) -> None:
    rows = await mara.rows("/contacts", limit=100, sortBy=sort)
    times = [row["createdTime"] for row in rows]
    assert times == sorted(times, reverse=sort.startswith("-"))


@pytest.mark.parametrize(
    ("path", "sort"), [("/contacts", "title"), ("/accounts", "industry"), ("/products", "manufacturer")]
)
async def test_only_some_fields_sort(mara: Person, path: str, sort: str) -> None:
    assert (await mara.get(path, sortBy=sort)).status_code == 422


async def test_prices_sort_as_numbers(mara: Person) -> None:
    rows = await mara.rows("/products", limit=100, sortBy="-unitPrice")
    prices = [float(row["unitPrice"]) for row in rows]
    assert prices == sorted(prices, reverse=True)


@pytest.mark.parametrize("path", ["/contacts", "/products"])
async def test_contacts_and_products_count_from_zero(mara: Person, path: str) -> None:
    whole = await mara.rows(path, limit=5, sortBy="createdTime")
    part = await mara.rows(path, limit=3, from_=2, sortBy="createdTime")
    assert part == whole[2:5]


async def test_accounts_count_from_one_and_zero_is_the_same(mara: Person) -> None:
    whole = await mara.rows("/accounts", limit=5)
    assert await mara.rows("/accounts", limit=5, from_=0) == whole
    assert await mara.rows("/accounts", limit=5, from_=1) == whole
    assert (await mara.rows("/accounts", limit=1, from_=3))[0] == whole[2]


async def test_elsewhere_zero_is_refused_for_accounts(priya: Person) -> None:
    answer = await priya.get("/accounts", from_=0)
    assert answer.status_code == 422
    assert "from" in answer.json()["message"]
    assert len(await priya.rows("/accounts", from_=1)) == 3


async def test_the_end_of_a_list_is_a_204_or_an_empty_200(mara: Person, priya: Person) -> None:
    assert (await mara.get("/contacts", from_=5000)).status_code == 204
    assert (await mara.get("/accounts", from_=5000)).status_code == 204
    assert (await mara.get("/products", from_=5000)).status_code == 204
    assert (await priya.get("/contacts", from_=5000)).json() == {"data": []}


async def test_views_owners_and_departments_filter(zoho: ZohoSandbox, mara: Person) -> None:
    customers = await mara.rows("/contacts", limit=100, viewId="160000000001001")
    assert customers
    assert {row["type"] for row in customers} == {"customer"}
    assert await mara.rows("/contacts", limit=100, filterId="160000000001001") == customers
    zoho.org("larkfield").add("products", productName="Owned", ownerId="7", departmentIds=["8"])
    assert [row["productName"] for row in await mara.rows("/products", ownerId="7")] == ["Owned"]
    assert [row["productName"] for row in await mara.rows("/products", departmentId="8")] == ["Owned"]
    assert len(await mara.rows("/products", departmentId="0", limit=100)) == len(
        zoho.org("larkfield").tables["products"]
    )


@pytest.mark.parametrize("query", [{"viewId": "1"}, {"viewId": "160000000001002"}, {"filterId": "x"}])
async def test_a_view_of_nothing_is_refused(mara: Person, query: dict[str, str]) -> None:
    assert (await mara.get("/contacts", **query)).status_code == 422


async def test_a_view_can_be_counted(mara: Person) -> None:
    customers = await mara.rows("/contacts", limit=100, viewId="160000000001001")
    counted = await mara.get("/contacts/count", viewId="160000000001001")
    assert counted.json() == {"count": len(customers)}
    assert (await mara.get("/contacts/count")).status_code == 422
    assert (await mara.get("/accounts/count", viewId="160000000001002")).json() == {"count": 2}


async def test_contacts_can_bring_their_account(mara: Person) -> None:
    rows = await mara.rows("/contacts", limit=100, include="accounts")
    ana = next(row for row in rows if row["id"] == ANA)
    assert ana["account"] == {
        "id": "160000000081144",
        "accountName": "Kestrel Logistics",
        "website": "https://kestrel.example",
    }
    assert any(row["account"] is None for row in rows)
    assert (await mara.get("/contacts", include="tickets")).status_code == 422


async def test_a_profile_can_hide_records(mara: Person, tomas: Person) -> None:
    everybody = {row["id"] for row in await mara.rows("/contacts", limit=100)}
    fewer = {row["id"] for row in await tomas.rows("/contacts", limit=100)}
    assert ANNA in everybody - fewer
    assert fewer < everybody
    assert (await tomas.get(f"/contacts/{ANNA}")).status_code == 404
    assert (await tomas.get(f"/contacts/{ANA}")).status_code == 200


async def test_a_hidden_record_may_also_be_forbidden(zoho: ZohoSandbox, tomas: Person) -> None:
    zoho.org("larkfield").quirks.hidden_status = 403
    assert (await tomas.get(f"/contacts/{ANNA}")).json()["errorCode"] == "FORBIDDEN"


async def test_a_single_read_shows_everything(mara: Person) -> None:
    contact = (await mara.get(f"/contacts/{ANA}", include="accounts,owner")).json()
    assert contact["title"] == "Buyer"
    assert contact["cf"] == {"cf_region": "North", "cf_suspected_duplicate": None}
    assert contact["owner"]["lastName"] == "Weil"
    assert contact["account"]["accountName"] == "Kestrel Logistics"
    assert (contact["isTrashed"], contact["isDeleted"]) == (False, False)
    product = (await mara.get("/products/160000000014002", include="departments,owner")).json()
    assert "webUrl" not in product
    assert product["departments"] == [{"id": "160000000000501", "name": "Support"}]
    account = (await mara.get("/accounts/160000000081144", include="owner")).json()
    assert account["industry"] == "Logistics"


async def test_a_trashed_record_is_still_read_by_itself_and_a_merged_one_is_not(
    zoho: ZohoSandbox, mara: Person
) -> None:
    org = zoho.org("larkfield")
    org.trash("contacts", ANA)
    assert ANA not in {row["id"] for row in await mara.rows("/contacts", limit=100)}
    assert (await mara.get(f"/contacts/{ANA}")).json()["isTrashed"] is True
    org.remove("contacts", ANA)
    assert (await mara.get(f"/contacts/{ANA}")).json()["errorCode"] == "URL_NOT_FOUND"


async def test_every_change_shows_in_the_next_list(zoho: ZohoSandbox, mara: Person) -> None:
    org = zoho.org("larkfield")

    async def first() -> str:
        return str(
            (await mara.rows("/contacts", limit=1, sortBy="firstName", viewId="160000000001001"))[0]["id"]
        )

    before = await first()
    added = org.add("contacts", firstName="A", type="customer")
    assert await first() == added
    org.patch("contacts", added, firstName="Zz")
    assert await first() == before
    org.remove("contacts", before)
    assert await first() != before


async def test_twenty_contacts_by_their_ids_and_no_more(mara: Person, tomas: Person) -> None:
    ids = [row["id"] for row in await mara.rows("/contacts", limit=21)]
    assert [row["id"] for row in await mara.rows("/contacts/contactsByIds", ids=",".join(ids[:20]))] == ids[
        :20
    ]
    assert (await mara.get("/contacts/contactsByIds", ids=",".join(ids))).status_code == 422
    assert (await mara.get("/contacts/contactsByIds")).status_code == 422
    assert (await mara.get("/contacts/contactsByIds", ids="1,2")).status_code == 204
    assert [row["id"] for row in await tomas.rows("/contacts/contactsByIds", ids=f"{ANA},{ANNA}")] == [ANA]

"""Comments, fields, trash and merge."""

from __future__ import annotations

import httpx
import pytest

from tests.zoho.sandbox.caller import WRITING, Browser, Person
from zoho.sandbox import ZohoSandbox

ANA, ANNA = "160000000204417", "160000000731902"
FLAG = "cf_suspected_duplicate"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errorCode"]


async def comment(
    person: Person, record: str = ANA, module: str = "contacts", **body: object
) -> httpx.Response:
    body = {"content": "Suspected duplicate of Anna Roe.", "contentType": "plainText", **body}
    return await person.call("POST", f"/{module}/{record}/comments", json=body)


@pytest.mark.parametrize(("module", "record"), [("contacts", ANA), ("accounts", "160000000081144")])
async def test_a_comment_is_kept_listed_and_taken_away(
    zoho: ZohoSandbox, mara: Person, module: str, record: str
) -> None:
    made = (await comment(mara, record, module)).json()
    assert made["content"] == "Suspected duplicate of Anna Roe."
    assert (made["contentType"], made["commenter"]["name"]) == ("plainText", "Mara Lindqvist")
    assert [row["id"] for row in await mara.rows(f"/{module}/{record}/comments")] == [made["id"]]
    removed = await mara.call("DELETE", f"/{module}/{record}/comments/{made['id']}")
    assert removed.status_code == 204
    assert (await mara.get(f"/{module}/{record}/comments")).status_code == 204
    again = await mara.call("DELETE", f"/{module}/{record}/comments/{made['id']}")
    assert code(again) == (404, "URL_NOT_FOUND")
    assert zoho.writes == 2


async def test_comments_are_listed_either_way(mara: Person) -> None:
    ids = [(await comment(mara, content=f"Number {number}")).json()["id"] for number in range(3)]
    newest = await mara.rows(f"/contacts/{ANA}/comments", sortBy="-commentedTime", limit=2)
    assert [row["id"] for row in newest] == ids[:0:-1]


@pytest.mark.parametrize(
    "body", [{"content": ""}, {"content": None}, {"content": "x" * 32_001}, {"contentType": "markdown"}]
)
async def test_a_comment_that_is_none_is_refused(
    zoho: ZohoSandbox, mara: Person, body: dict[str, str]
) -> None:
    assert code(await comment(mara, **body)) == (422, "INVALID_DATA")
    assert zoho.writes == 0


async def test_products_take_no_comments(mara: Person) -> None:
    assert code(await comment(mara, "160000000014002", "products")) == (404, "URL_NOT_FOUND")


async def test_only_the_author_or_an_administrator_takes_a_comment_away(mara: Person, tomas: Person) -> None:
    of_mara, of_tomas = (await comment(mara)).json()["id"], (await comment(tomas)).json()["id"]
    assert code(await tomas.call("DELETE", f"/contacts/{ANA}/comments/{of_mara}")) == (403, "FORBIDDEN")
    assert (await mara.call("DELETE", f"/contacts/{ANA}/comments/{of_tomas}")).status_code == 204


async def test_a_hidden_record_takes_no_comment(tomas: Person) -> None:
    assert (await comment(tomas, ANNA)).status_code == 404


async def test_writing_wants_its_scope(zoho: ZohoSandbox, browser: Browser) -> None:
    reader = await browser.connect("mara")
    assert code(await comment(reader)) == (403, "SCOPE_MISMATCH")
    patch = await reader.call("PATCH", "/products/160000000014002", json={"cf": {FLAG: "true"}})
    assert code(patch) == (403, "SCOPE_MISMATCH")
    trash = await reader.call("POST", "/contacts/moveToTrash", json={"contactIds": [ANA]})
    assert code(trash) == (403, "SCOPE_MISMATCH")
    assert zoho.writes == 0


@pytest.mark.parametrize(
    ("module", "record"),
    [("contacts", ANA), ("accounts", "160000000081144"), ("products", "160000000014002")],
)
async def test_a_custom_field_is_set_and_shows(
    zoho: ZohoSandbox, mara: Person, module: str, record: str
) -> None:
    answer = await mara.call("PATCH", f"/{module}/{record}", json={"cf": {FLAG: "true"}})
    assert answer.json()["cf"][FLAG] == "true"
    shown = (await mara.get(f"/{module}/{record}")).json()
    assert shown["cf"][FLAG] == "true"
    assert shown["modifiedTime"].startswith("2026-11-24")
    assert zoho.writes == 1


@pytest.mark.parametrize(
    ("body", "wanted", "pointer"),
    [
        ({"cf": {"cf_nothing": "true"}}, "INVALID_DATA", "/cf/cf_nothing"),
        ({"cf": {FLAG: True}}, "INVALID_DATA", f"/cf/{FLAG}"),
        ({"cf": {FLAG: "x" * 101}}, "INVALID_DATA", f"/cf/{FLAG}"),
        ({"colour": "red"}, "INVALID_DATA", "/colour"),
        ({}, "EMPTY_PAYLOAD", None),
    ],
)
async def test_a_field_that_does_not_fit_is_refused_by_its_pointer(
    zoho: ZohoSandbox, mara: Person, body: dict[str, object], wanted: str, pointer: str | None
) -> None:
    answer = await mara.call("PATCH", f"/contacts/{ANA}", json=body)
    assert code(answer) == (422, wanted)
    assert answer.json().get("errors", [{"fieldName": None}])[0]["fieldName"] == pointer
    assert zoho.writes == 0


async def test_the_flag_field_is_unknown_in_another_organisation(browser: Browser) -> None:
    jonas = await browser.connect("jonas", scope=WRITING)
    row = (await jonas.rows("/contacts", limit=1))[0]
    answer = await jonas.call("PATCH", f"/contacts/{row['id']}", json={"cf": {FLAG: "true"}})
    assert code(answer) == (422, "INVALID_DATA")


async def test_a_body_that_is_no_json_is_a_bad_request(mara: Person) -> None:
    answer = await mara.call("PATCH", f"/contacts/{ANA}", content=b"{")
    assert code(answer) == (400, "BAD_REQUEST")
    assert code(await mara.call("PATCH", f"/contacts/{ANA}")) == (422, "EMPTY_PAYLOAD")
    assert code(await mara.call("PATCH", f"/contacts/{ANA}", json=[1])) == (400, "BAD_REQUEST")


async def test_many_are_updated_and_each_says_how_it_went(zoho: ZohoSandbox, mara: Person) -> None:
    body = {"ids": [ANA, "1"], "fieldName": FLAG, "fieldValue": "true", "isCustomField": True}
    answer = await mara.call("POST", "/contacts/updateMany", json=body)
    assert answer.status_code == 200
    good, bad = answer.json()["results"]
    assert (good["id"], good["success"]) == (ANA, True)
    assert (bad["success"], bad["errors"]) == (False, {"errorCode": "URL_NOT_FOUND", "httpCode": 404})
    assert zoho.writes == 1


@pytest.mark.parametrize(
    ("module", "key", "record"),
    [
        ("contacts", "contactIds", ANA),
        ("accounts", "accountIds", "160000000081144"),
        ("products", "productIds", "160000000014002"),
    ],
)
async def test_trashed_records_leave_the_list(mara: Person, module: str, key: str, record: str) -> None:
    answer = await mara.call("POST", f"/{module}/moveToTrash", json={key: [record]})
    assert answer.status_code == 204
    assert record not in {row["id"] for row in await mara.rows(f"/{module}", limit=100)}
    assert (await mara.get(f"/{module}/{record}")).json()["isDeleted"] is True


async def test_a_merge_keeps_the_record_of_the_path(zoho: ZohoSandbox, mara: Person) -> None:
    await comment(mara, ANNA)
    body = {
        "ids": [ANNA],
        "source": {"firstName": ANNA, "title": ANNA, "phone": ANA, "cf": {"cf_region": ANA}},
    }
    answer = await mara.call("POST", f"/contacts/{ANA}/merge", json=body)
    assert answer.status_code == 200
    kept = answer.json()
    assert (kept["id"], kept["firstName"], kept["title"]) == (ANA, "Anna", "Purchasing")
    assert (kept["phone"], kept["cf"]["cf_region"]) == ("+49 30 5550 142", "North")
    assert (await mara.get(f"/contacts/{ANNA}")).status_code == 404
    assert len(await mara.rows(f"/contacts/{ANA}/comments")) == 1
    assert zoho.writes == 2


async def test_accounts_merge_too_and_products_do_not(mara: Person) -> None:
    merged = await mara.call("POST", "/accounts/160000000081144/merge", json={"ids": ["160000000600512"]})
    assert merged.json()["accountName"] == "Kestrel Logistics"
    products = await mara.call("POST", "/products/160000000014002/merge", json={"ids": ["160000000190277"]})
    assert products.status_code == 404


@pytest.mark.parametrize(
    ("master", "body", "wanted"),
    [
        ("160000000377420", {"ids": ["160000000698113"]}, (422, "UNPROCESSABLE_ENTITY")),
        (ANA, {"ids": [ANA]}, (422, "INVALID_DATA")),
        (ANA, {"ids": []}, (422, "INVALID_DATA")),
        (ANA, {"ids": ["1"]}, (404, "URL_NOT_FOUND")),
        (ANA, {"ids": [ANNA], "source": {"accountName": ANA}}, (422, "INVALID_DATA")),
        (ANA, {"ids": [ANNA], "source": {"phone": "1"}}, (422, "INVALID_DATA")),
    ],
)
async def test_a_merge_that_cannot_be_changes_nothing(
    zoho: ZohoSandbox, mara: Person, master: str, body: dict[str, object], wanted: tuple[int, str]
) -> None:
    assert code(await mara.call("POST", f"/contacts/{master}/merge", json=body)) == wanted
    assert zoho.writes == 0
    assert (await mara.get(f"/contacts/{ANNA}")).status_code == 200


async def test_a_lesser_profile_may_neither_merge_nor_trash(tomas: Person) -> None:
    merge = await tomas.call("POST", "/contacts/160000000118230/merge", json={"ids": ["160000000455071"]})
    assert code(merge) == (403, "FORBIDDEN")
    trash = await tomas.call("POST", "/contacts/moveToTrash", json={"contactIds": [ANA]})
    assert code(trash) == (403, "FORBIDDEN")

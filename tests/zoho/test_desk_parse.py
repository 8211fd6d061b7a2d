"""Zoho Desk's JSON into records, with the types it really sends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from zoho.desk import parse
from zoho.errors import ServerError
from zoho.records import Field, Module, Organisation


def test_a_contact_is_read_whole() -> None:
    record = parse.record(
        Module.DESK_CONTACTS,
        {
            "id": 4000000001,
            "firstName": " Ana ",
            "lastName": "Roe",
            "email": "ana@acme.example",
            "secondaryEmail": None,
            "phone": "555",
            "mobile": "",
            "accountId": "4000000900",
            "account": {"id": "4000000900", "accountName": "Acme", "website": None},
            "ownerId": None,
            "type": None,
            "webUrl": "https://desk.zoho.eu/x",
            "createdTime": "2024-01-02T03:04:05.678Z",
            "zohoCRMContact": {"id": 777, "type": ["contacts_leads"]},
            "isEndUser": "true",
            "isSpam": "false",
            "cf": {"cf_region": "North", "cf_score": 3},
            "customerHappiness": {"badPercentage": "0"},
            "tags": ["a", "b"],
        },
    )

    assert (record.id, record.name, record.second_email, record.mobile) == ("4000000001", "Ana Roe", "", "")
    assert (record.account_id, record.account_name, record.crm_id) == ("4000000900", "Acme", "777")
    assert record.created == datetime(2024, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
    assert record.is_end_user
    assert not record.is_gone
    assert Field("cf_region", "North") in record.others
    assert Field("cf_score", "3") in record.others
    assert Field("customerHappiness.badPercentage", "0") in record.others
    assert Field("tags", "a, b") in record.others


def test_an_account_beside_the_group_counts_for_its_own_contacts_only() -> None:
    beside = {"id": 9, "accountName": "Acme"}
    own, other, none = (
        parse.record(Module.DESK_CONTACTS, {"id": "1", "accountId": account}, account=beside)
        for account in ("9", "8", None)
    )

    assert (own.account_name, other.account_name, none.account_name) == ("Acme", "", "Acme")


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"firstName": "Ana", "lastName": None}, "Ana"),
        ({"firstName": None, "lastName": None, "fullName": "Ana Roe"}, "Ana Roe"),
        ({}, ""),
    ],
)
def test_a_contact_s_name_is_put_together_from_what_there_is(row: dict[str, object], name: str) -> None:
    assert parse.record(Module.DESK_CONTACTS, {"id": "1", **row}).name == name


@pytest.mark.parametrize("flag", ["isTrashed", "isDeleted", "isSpam", "isAnonymous"])
@pytest.mark.parametrize("value", [True, "true", "True", 1])
def test_what_is_trashed_deleted_spam_or_anonymous_is_gone(flag: str, value: object) -> None:
    assert parse.record(Module.DESK_CONTACTS, {"id": "1", flag: value}).is_gone


def test_accounts_and_products_are_read() -> None:
    account = parse.record(
        Module.DESK_ACCOUNTS,
        {"id": "1", "accountName": "Acme", "website": "acme.example", "zohoCRMAccount": {"id": "5"}},
    )
    product = parse.record(
        Module.DESK_PRODUCTS, {"id": "2", "productName": "Mug", "productCode": None, "unitPrice": 12.5}
    )

    assert (account.name, account.website, account.crm_id) == ("Acme", "acme.example", "5")
    assert (product.name, product.code, product.price) == ("Mug", "", "12.5")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2024-01-02T03:04:05.000Z", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2024-01-02T03:04:05+02:00", datetime(2024, 1, 2, 1, 4, 5, tzinfo=UTC)),
        ("2024-01-02T03:04:05", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (1507813910000, datetime(2017, 10, 12, 13, 11, 50, tzinfo=UTC)),
        ("1507813910000", datetime(2017, 10, 12, 13, 11, 50, tzinfo=UTC)),
        (1507813910, datetime(2017, 10, 12, 13, 11, 50, tzinfo=UTC)),
        (None, None),
        ("", None),
        ("yesterday", None),
        (10**30, None),
        ({}, None),
    ],
)
def test_a_time_is_read_in_every_form(given: object, expected: datetime | None) -> None:
    assert parse.moment(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"), [(3, 3), ("3", 3), (None, 0), ("many", 0), ("-1", 0), ("²", 0)]
)
def test_a_count_is_read_also_as_text(given: object, expected: int) -> None:
    assert parse.count(given) == expected


@pytest.mark.parametrize(
    ("given", "length"),
    [
        ({"data": [{"id": 1}]}, 1),
        ([{"id": 1}], 1),
        (None, 0),
        ({"data": []}, 0),
        ({"data": None}, 0),
        ([], 0),
        ({}, 0),
    ],
)
def test_rows_are_found_wrapped_or_not(given: object, length: int) -> None:
    assert len(parse.rows(given)) == length


@pytest.mark.parametrize("given", ["text", 3, {"data": "x"}, {"data": [1]}, {"message": "ok"}, [[{}]]])
def test_what_cannot_be_read_as_rows_is_an_error_and_not_empty(given: object) -> None:
    with pytest.raises(ServerError):
        parse.rows(given)


@pytest.mark.parametrize("given", [{"id": 7}, {"data": {"id": 7}}, {"data": [{"id": 7}]}])
def test_one_record_is_found_wrapped_or_not(given: object) -> None:
    assert parse.single(given)["id"] == 7


@pytest.mark.parametrize("given", [None, {}, {"data": None}, [], [{"id": 1}, {"id": 2}], {"name": "x"}])
def test_an_answer_without_one_record_is_an_error(given: object) -> None:
    with pytest.raises(ServerError):
        parse.single(given)


def test_text_comes_without_the_one_character_that_postgresql_cannot_keep() -> None:
    assert parse.text(" Lark\0field\0 ") == "Larkfield"


def test_an_organisation_is_read_with_its_booleans_as_text() -> None:
    row = {
        "id": 20060000001,
        "companyName": "Larkfield",
        "portalName": "larkfield",
        "isDefault": "false",
        "isSandboxPortal": "true",
    }

    assert parse.organisation(row, lambda address: "") == Organisation(
        "20060000001", "Larkfield", "larkfield", is_default=False, is_sandbox=True
    )

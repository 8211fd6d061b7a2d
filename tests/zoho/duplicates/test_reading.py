"""Reading a list whose ``fields`` parameter is not fully documented."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.zoho.test_desk import Fake
from zoho.desk import Desk
from zoho.duplicates.filters import sort_out
from zoho.duplicates.reading import list_credits, read_list
from zoho.errors import BadRequest, UnknownFilter
from zoho.records import Module

CONTACTS, PRODUCTS = Module.DESK_CONTACTS, Module.DESK_PRODUCTS


def refusing(*fields: str, words: str = "The field '{}' is not supported.", parameter: str = "") -> Fake:
    """A list that refuses some names in ``fields``, one after the other."""

    def answers(path: str, query: Mapping[str, str]) -> object:
        asked = query.get("fields", "").split(",")
        refused = next((field for field in fields if field in asked), "")
        if refused:
            return BadRequest(words.format(refused), status=422, parameter=parameter)
        return {"data": [{"id": "1", **dict.fromkeys(filter(None, asked), "x")}]}

    return Fake(answers)


def fields_asked(fake: Fake) -> list[str]:
    """The value of ``fields`` in each call, "" where there was none."""
    return [str(sent.get("fields", "")) for _, _, sent in fake.asked]


async def test_a_field_of_ours_that_zoho_refuses_is_left_out() -> None:
    fake = refusing("ownerId", "modifiedTime")

    records = await read_list(Desk(fake), PRODUCTS, sort_out(PRODUCTS, {}))

    assert len(records) == 1
    assert fields_asked(fake)[-1] == "productName,productCode,unitPrice,createdTime"
    assert len(fake.asked) == 3


async def test_a_field_that_a_filter_needs_is_an_unknown_filter() -> None:
    fake = refusing("ctiy")

    with pytest.raises(UnknownFilter) as raised:
        await read_list(Desk(fake), CONTACTS, sort_out(CONTACTS, {"ctiy": "Ulm"}))

    assert (raised.value.key, raised.value.nearest) == ("ctiy", "city")


async def test_a_refusal_of_all_fields_reads_the_rows_as_they_come() -> None:
    fake = refusing("productName", words="Invalid.", parameter="fields")

    assert len(await read_list(Desk(fake), PRODUCTS, sort_out(PRODUCTS, {}))) == 1
    assert fields_asked(fake)[-1] == ""


async def test_a_refusal_of_all_fields_is_laid_to_the_only_filter_that_needed_them() -> None:
    fake = refusing("cf_x", words="Invalid.", parameter="fields")

    with pytest.raises(UnknownFilter):
        await read_list(Desk(fake), CONTACTS, sort_out(CONTACTS, {"cf_x": "1"}))
    with pytest.raises(BadRequest):
        await read_list(Desk(fake), CONTACTS, sort_out(CONTACTS, {"cf_x": "1", "cf_y": "1"}))


async def test_a_refusal_of_a_filter_that_zoho_looks_after_rises_with_its_name() -> None:
    fake = Fake(lambda path, query: BadRequest("no such view", status=422, parameter="viewId"))

    with pytest.raises(BadRequest) as raised:
        await read_list(Desk(fake), CONTACTS, sort_out(CONTACTS, {"viewId": "1", "city": "Ulm"}))

    assert raised.value.parameter == "viewId"
    assert len(fake.asked) == 1


@pytest.mark.parametrize("key", ["email", "mobile", "accountName", "owner.firstName"])
async def test_nothing_is_named_in_fields_when_the_rows_hold_it_anyway(key: str) -> None:
    fake = refusing()

    await read_list(Desk(fake), CONTACTS, sort_out(CONTACTS, {key: "x"}))

    assert fields_asked(fake) == [""]


async def test_no_more_than_thirty_fields_are_named() -> None:
    fake = refusing()

    await read_list(Desk(fake), CONTACTS, sort_out(CONTACTS, {f"cf_{n}": "x" for n in range(10)}))

    assert len(fields_asked(fake)[0].split(",")) <= 30


@pytest.mark.parametrize(
    ("rows", "price"), [(0, 0), (1, 3), (100, 3), (101, 6), (2_000, 60), (2_001, 65), (10_000, 460)]
)
def test_a_list_costs_more_a_call_above_two_thousand(rows: int, price: int) -> None:
    assert list_credits(rows) == price

"""The answer of the duplicate endpoint for products, in every shape it may have."""

from __future__ import annotations

import pytest

from zoho.desk.answers import read
from zoho.errors import ModuleError, ServerError

ROWS = [{"id": "1", "productName": "Mug"}, {"id": "2", "productName": "Mug"}]


@pytest.mark.parametrize(
    "body",
    [
        ROWS,
        {"data": ROWS},
        {"products": ROWS},
        {"data": {"products": ROWS}},
        {"error": None, "data": ROWS},
        {"error": False, "data": ROWS},
        {"error": "", "data": ROWS},
        {"error": {}, "data": ROWS},
        {"error": "false", "data": ROWS},
        {"data": ROWS, "count": 2, "status": "success"},
        {"items": ROWS, "count": 2},
        {"response": {"content": ROWS}},
    ],
)
def test_rows_are_read_wrapped_or_not(body: object) -> None:
    answer = read(body)

    assert [record.id for record in answer.rows] == ["1", "2"]
    assert answer.groups == ()


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ([{"fieldValue": "Mug", "products": ROWS}], "Mug"),
        ({"data": [{"fieldValue": "Mug", "products": ROWS}]}, "Mug"),
        ({"data": [{"fieldValue": None, "products": ROWS}]}, ""),
        ({"data": {"groups": [{"name": "Mug", "records": ROWS}]}}, "Mug"),
        ({"fieldValue": "Mug", "products": ROWS}, "Mug"),
        ([{"duplicates": ROWS}], ""),
        ({"data": [ROWS]}, ""),
        ([ROWS], ""),
        ({"Mug": ROWS}, "Mug"),
        ({"data": {"Mug": ROWS}, "count": 1}, "Mug"),
        ([{"id": "1", "productName": "Mug", "duplicates": [{"id": "2", "productName": "Mug"}]}], ""),
        ([{"somethingElse": ROWS}], ""),
        ({"duplicateGroups": [ROWS]}, ""),
        ({"duplicate_groups": [{"fieldValue": "Mug", "products": ROWS}]}, "Mug"),
        ({"mug": ROWS}, "mug"),
        ([{"master": ROWS[0], "duplicates": ROWS[1:]}], ""),
        ([{"id": "9", "fieldValue": "Mug", "products": ROWS}], "Mug"),
    ],
)
def test_groups_are_read_as_zoho_formed_them(body: object, value: str) -> None:
    answer = read(body)

    assert [[record.id for record in group] for group in answer.groups] == [["1", "2"]]
    assert answer.values == (value,)
    assert answer.rows == ()


def test_groups_and_loose_rows_may_stand_side_by_side() -> None:
    answer = read([{"fieldValue": "Mug", "products": ROWS}, {"id": "3", "productName": "Tent"}])

    assert len(answer.groups) == 1
    assert [record.id for record in answer.rows] == ["3"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"data": []},
        {"data": None},
        {"data": {}},
        {"count": 0},
        {"duplicateGroups": []},
        {"status": "success", "success": True},
        {"error": None},
        {"error": "null", "data": []},
    ],
)
def test_an_empty_answer_holds_nothing(body: object) -> None:
    answer = read(body)

    assert (answer.groups, answer.rows) == ((), ())


@pytest.mark.parametrize(
    ("error", "words", "code"),
    [
        ("Duplicate check is switched off", "Duplicate check is switched off", ""),
        ("DUPLICATES_OFF", "DUPLICATES_OFF", "DUPLICATES_OFF"),
        ({"errorCode": "OFF_NOW", "message": "Switched off"}, "Switched off", "OFF_NOW"),
        ([{"code": "OFF_NOW"}], "OFF_NOW", "OFF_NOW"),
        (True, "", ""),
        (1, "1", ""),
    ],
)
@pytest.mark.parametrize("rows", [[], ROWS])
def test_an_error_that_says_something_stops_the_module(
    error: object, words: str, code: str, rows: list[object]
) -> None:
    with pytest.raises(ModuleError) as raised:
        read({"error": error, "data": rows})

    assert (raised.value.words, raised.value.code, raised.value.status) == (words, code, 200)


def test_an_error_inside_the_wrapper_counts_too() -> None:
    with pytest.raises(ModuleError):
        read({"data": {"error": "off"}})


@pytest.mark.parametrize(
    "body",
    [
        "text",
        7,
        {"message": "ok"},
        {"success": False},
        {"success": False, "data": []},
        {"status": "error", "code": "OFF"},
        {"status": "FAILURE", "data": []},
        {"data": ["Mug"]},
        [1, 2],
        [{"productName": "Mug"}],
        {"data": {"a": 1}},
        {"data": [{"fieldValue": "Mug", "products": ["1", "2"]}]},
    ],
)
def test_what_cannot_be_read_is_an_error_and_not_empty(body: object) -> None:
    with pytest.raises(ServerError):
        read(body)


def test_a_record_given_twice_counts_once_and_one_without_an_id_is_left_out() -> None:
    answer = read([ROWS[0], ROWS[0], {"productName": "no id"}])

    assert [record.id for record in answer.rows] == ["1"]


def test_other_spellings_of_the_fields_are_understood() -> None:
    (record,) = read([{"productId": 5, "Product_Name": "Mug", "code": "M-1", "price": "3.00"}]).rows

    assert (record.id, record.name, record.code, record.price) == ("5", "Mug", "M-1", "3.00")

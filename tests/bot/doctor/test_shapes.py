"""Shapes of answers: names and kinds, and never what a customer wrote."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.doctor.expected import DUPLICATES, EXPECTED, KNOWN
from bot.doctor.shapes import differences, merged, shape, told

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
SECRET = st.sampled_from(["widget", "acme", "Harbour Lamp", "ana.roe@kestrel.example", "lampHolder9"])


def lines(value: object) -> dict[str, str]:
    return {path: told(kinds) for path, kinds in shape(value, KNOWN).items()}


def test_a_shape_holds_paths_and_kinds() -> None:
    rows = [
        {"id": "400", "firstName": "Ana", "createdTime": "2024-01-02T03:04:05.000Z", "isSpam": False},
        {"id": 401, "firstName": "", "createdTime": 1704164645000, "isSpam": "false", "ownerId": None},
    ]
    assert lines({"data": rows}) == {
        "": "object",
        "data": "list",
        "data[]": "object",
        "data[].id": "digits or number",
        "data[].firstName": "empty text or text",
        "data[].createdTime": "number or time",
        "data[].isSpam": "text or true/false",
        "data[].ownerId": "null",
    }


@pytest.mark.parametrize(
    "value",
    [
        {"Harbour Lamp": [{"id": "1"}], "widget": [{"id": "2"}]},
        {"widget": [{"id": "1"}]},
        {"phone": [{"id": "1"}], "widget": [{"id": "2"}]},
        {"data": {"widget": [{"id": "1"}, {"id": "2"}]}},
        {"widget": {"id": "1"}, "acme": {"id": "2"}},
        {"id": "1", "cf": {"cf_widget": "acme"}, "customFields": {"Widget of Acme": "acme"}},
        [{"id": "1", "productName": "widget", "name with blanks": "acme"}],
        "widget",
        ["widget", "acme"],
    ],
)
def test_maps_from_values_and_names_of_customers_show_no_key(value: Any) -> None:
    text = " ".join([*lines(value), *lines(value).values()])
    for word in ("widget", "acme", "Harbour", "Widget", "blanks"):
        assert word not in text.replace("cf_…", "")


def test_a_name_that_zohos_reference_lacks_is_shown_beside_an_id() -> None:
    assert lines({"data": [{"id": "1", "somethingNew": 7}]})["data[].somethingNew"] == "number"


@given(
    st.recursive(
        SCALARS | SECRET,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SECRET, inner, max_size=3),
        max_leaves=12,
    )
)
def test_no_value_and_no_key_that_is_a_value_gets_into_a_shape(value: Any) -> None:
    for path, kinds in lines(value).items():
        assert set(path) <= set(".[]…")
        assert set(kinds.replace(" or ", " ").split(" ")) <= {
            "text",
            "empty",
            "digits",
            "time",
            "number",
            "true/false",
            "null",
            "object",
            "list",
        }


def test_what_departs_is_missing_more_or_of_another_kind() -> None:
    rows = [{"id": "1", "productName": "x", "productCode": None, "unitPrice": 7.5, "newKey": {"id": "2"}}]
    assert differences(shape({"data": rows}, KNOWN), EXPECTED["/api/v1/products"]) == [
        "missing: data[].departmentIds",
        "more: data[].newKey",
        "another kind: data[].unitPrice is number, expected digits or empty text or text or time",
    ]


@pytest.mark.parametrize("value", [{"data": []}, None])
def test_an_empty_answer_departs_from_nothing_that_it_would_hold(value: Any) -> None:
    found = {} if value is None else shape(value, KNOWN)
    assert not [line for line in differences(found, EXPECTED["/api/v1/contacts"]) if "[]" in line]


def test_an_error_key_of_the_missions_endpoint_departs() -> None:
    good = {"data": [{"fieldValue": "x", "products": [{"id": "1", "productName": "x"}]}], "error": None}
    found = shape(good | {"error": "no"}, KNOWN)
    assert "another kind: error is text, expected nothing" in differences(found, DUPLICATES)
    assert not [line for line in differences(shape(good, KNOWN), DUPLICATES) if "error" in line]


def test_several_answers_of_one_endpoint_make_one_shape() -> None:
    one, other = shape({"data": [{"id": "1"}]}, KNOWN), shape({"data": []}, KNOWN)
    assert told(merged(one, other)["data"]) == "empty list or list"

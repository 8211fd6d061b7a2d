"""Filters: which of them Zoho looks after, how the others are compared, and that none is dropped."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zoho.duplicates.records import account, contact, product
from zoho.duplicates.filters import field_of, sort_out, unknown
from zoho.errors import UnknownFilter
from zoho.records import Field, Module, Record

CONTACTS, ACCOUNTS, PRODUCTS = Module.DESK_CONTACTS, Module.DESK_ACCOUNTS, Module.DESK_PRODUCTS


def holds(record: Record, key: str, value: str) -> bool:
    """Whether a record is kept by one filter."""
    filters = sort_out(record.module, {key: value})
    filters.check(record.module, [record])
    return filters.keep([record]) == (record,)


def with_field(name: str, value: str) -> Record:
    """A contact with one more field."""
    return contact(1, "Ana", "Roe", others=(Field(name, value),))


@pytest.mark.parametrize(
    ("module", "given", "for_zoho", "here", "ignored"),
    [
        (
            PRODUCTS,
            {"viewId": "1", "departmentId": "2", "ownerId": "3"},
            (("viewId", "1"), ("departmentId", "2"), ("ownerId", "3")),
            (),
            (),
        ),
        (PRODUCTS, {"viewid": "1", "manufacturer": "Larkfield"}, (("viewId", "1"),), ("manufacturer",), ()),
        (
            CONTACTS,
            {"filterId": "1", "ownerId": "3", "City": "Ulm"},
            (("filterId", "1"),),
            ("ownerId", "city"),
            (),
        ),
        (ACCOUNTS, {"limit": "5", "From": "0", "cf_Region": "N"}, (), ("cf_Region",), ("limit", "From")),
        (CONTACTS, {}, (), (), ()),
    ],
)
def test_every_key_is_looked_after_by_somebody(
    module: Module,
    given: dict[str, str],
    for_zoho: tuple[tuple[str, str], ...],
    here: tuple[str, ...],
    ignored: tuple[str, ...],
) -> None:
    filters = sort_out(module, given)

    assert filters.for_zoho == for_zoho
    assert tuple(condition.field for condition in filters.here) == here
    assert filters.ignored == ignored
    assert filters.is_empty is (not for_zoho and not here)


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z][A-Za-z0-9_.]{0,20}", fullmatch=True), st.text(max_size=20), max_size=10
    )
)
def test_no_filter_is_dropped_in_silence(given: dict[str, str]) -> None:
    for module in Module:
        filters = sort_out(module, given)
        kept = [value for _, value in filters.for_zoho] + [one.value for one in filters.here]
        kept += [given[key] for key in filters.ignored]

        assert sorted(kept) == sorted(given.values())


@pytest.mark.parametrize(
    ("wanted", "own", "same"),
    [
        ("hamburg", "Hamburg", True),
        ("  HAMBURG ", "Ｈamburg", True),
        ("Ham", "Hamburg", False),
        ("12", "12.00", True),
        ("1299.5", "1,299.50", True),
        ("007", "7", False),
        ("7", "007", False),
        ("007", "007", True),
        ("true", "True", True),
        ("", "", True),
        ("", "x", False),
        ("10..20", "10", True),
        ("10..20", "20.00", True),
        ("10..20", "20.01", False),
        ("20..10", "15", True),
        ("10..", "1,000", True),
        ("..10", "-3", True),
        ("..10", "11", False),
        ("10..20", "Hamburg", False),
        ("a..b", "a..b", True),
        ("a..b", "aa", False),
        ("..", "..", True),
        ("2024-01-01..2024-06-30", "2024-06-30", True),
        ("2024-01-01..2024-06-30", "2024-07-01T00:00:00Z", False),
        ("2024-03..2024-05", "2024-05-31", True),
    ],
)
def test_texts_numbers_and_ranges_are_compared(wanted: str, own: str, same: bool) -> None:
    assert holds(with_field("cf_x", own), "cf_x", wanted) is same


@pytest.mark.parametrize(
    ("wanted", "same"),
    [
        ("2024-05-31", True),
        ("2024-05", True),
        ("2024", True),
        ("2024-05-31T21:15:00Z", True),
        ("2024-05-31T23:15:00+02:00", True),
        ("2024-05-30", False),
        ("2024-05-01..2024-05-31", True),
        ("2024-05-31..", True),
        ("..2024-05-30", False),
        ("2025..2024", True),
        ("2025..2026", False),
        ("2024-05-31T21:15:00Z..2024-05-31T21:15:00Z", True),
        ("2024-13-45", False),
        ("9999-12-31..", False),
        ("yesterday", False),
    ],
)
def test_times_are_compared_by_day_month_year_and_range(wanted: str, same: bool) -> None:
    record = contact(1, created=datetime(2024, 5, 31, 21, 15, tzinfo=UTC))

    assert holds(record, "createdTime", wanted) is same


@pytest.mark.parametrize(
    ("record", "key", "value"),
    [
        (contact(1, "Ana", "Roe", "ana@roe.example"), "EMAIL", "Ana@Roe.example"),
        (contact(1, "Ana", "Roe"), "fullName", "ana roe"),
        (contact(1, account_name="Acme"), "accountname", "acme"),
        (contact(1, is_end_user=True), "isEndUser", "TRUE"),
        (account(1, "Acme"), "accountName", "ACME"),
        (product(1, "Mug", "M-1", price="12.50"), "unitPrice", "12..13"),
        (product(1, "Mug", "M-1"), "productcode", "m-1"),
        (with_field("owner.firstName", "Jo"), "owner.firstname", "jo"),
    ],
)
def test_a_field_is_found_by_zohos_name_in_any_case(record: Record, key: str, value: str) -> None:
    assert holds(record, key, value)


def test_a_time_that_a_record_lacks_matches_nothing_and_is_no_unknown_field() -> None:
    assert field_of(contact(1, modified=None), "modifiedTime") == ""
    assert not holds(contact(1, modified=None), "modifiedTime", "2024..")


@pytest.mark.parametrize(
    ("module", "key", "nearest"),
    [
        (CONTACTS, "ctiy", "city"),
        (CONTACTS, "emial", "email"),
        (CONTACTS, "Zipp", "zip"),
        (ACCOUNTS, "name", "accountName"),
        (PRODUCTS, "price", "unitPrice"),
        (PRODUCTS, "code", "productCode"),
        (PRODUCTS, "departmentID2", "departmentId"),
        (CONTACTS, "cf_regoin", "cf_region"),
        (CONTACTS, "qqqqq", ""),
        (CONTACTS, "City", ""),
        (CONTACTS, "cf_region", ""),
    ],
)
def test_an_unknown_field_is_named_with_the_nearest_there_is(module: Module, key: str, nearest: str) -> None:
    error = unknown(module, key, [with_field("cf_region", "N")])

    assert (error.key, error.nearest) == (key, nearest)


def test_a_key_no_record_has_is_an_error_and_one_that_a_single_record_has_is_not() -> None:
    filters = sort_out(CONTACTS, {"cf_x": "1"})

    with pytest.raises(UnknownFilter):
        filters.check(CONTACTS, [contact(1), contact(2)])
    filters.check(CONTACTS, [contact(1), with_field("cf_x", "")])
    filters.check(CONTACTS, [])


@given(
    st.decimals(-10_000, 10_000, places=2),
    st.decimals(-10_000, 10_000, places=2),
    st.decimals(-10_000, 10_000, places=2),
)
def test_a_number_lies_in_a_range_or_not_whichever_end_is_named_first(
    one: Decimal, other: Decimal, own: Decimal
) -> None:
    inside = min(one, other) <= own <= max(one, other)

    assert holds(with_field("cf_x", str(own)), "cf_x", f"{one}..{other}") is inside


@given(st.text(max_size=60))
def test_any_text_a_person_may_type_is_compared_without_an_error(text: str) -> None:
    for own in ("Hamburg", "12", "2024-05-31", ""):
        holds(with_field("cf_x", own), "cf_x", text)
    holds(contact(1), "createdTime", text)

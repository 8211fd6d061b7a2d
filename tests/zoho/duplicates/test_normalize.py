"""When two values are the same, and which values are no evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoho.duplicates import normalize


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Camp Stove Duo", "CAMP  STOVE\tDUO ", True),
        ("Ｃａｍｐ Stove", "camp stove", True),
        ("Straße", "STRASSE", True),
        ("Élodie", "Élodie", True),
        ("Ünal", "Unal", False),
        ("Brandt-Kühn", "Brandt Kühn", False),
        ("Acme, Inc.", "Acme Inc", False),
        ("½ inch", "1⁄2 inch", True),
    ],
)
def test_names_are_the_same_but_for_width_case_and_blanks(one: str, other: str, same: bool) -> None:
    assert (normalize.name_key(one) == normalize.name_key(other)) is same


@given(st.text(max_size=40))
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    assert normalize.plain(normalize.plain(text)) == normalize.plain(text)


@pytest.mark.parametrize(
    ("given", "key"),
    [
        (" Ana.Roe@Kestrel.Example ", "ana.roe@kestrel.example"),
        ("a+b@c.example", "a+b@c.example"),
        ("\u202aana@c.example\u202c", "ana@c.example"),
        ("\ufeffana\u00ad@\u200bc.example", "ana@c.example"),
        ("no address", ""),
        ("@kestrel.example", ""),
        ("ana@", ""),
        ("", ""),
    ],
)
def test_an_email_is_compared_in_any_case(given: str, key: str) -> None:
    assert normalize.email_key(given) == key


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("+49 (0)30 5550-142", "+49305550142"),
        ("0049 30 5550142", "+49305550142"),
        ("(+49) 30/5550142", "+49305550142"),
        ("030 5550142", "0305550142"),
        ("٠٣٠ ٥٥٥", "030555"),
        ("＋49 30 1", "+49301"),
        ("n/a", ""),
        ("\u202a+49 30 1\u202c", "+49301"),
        ("Tel.: 0049 30 1", "+49301"),
        ("\u200f٠٣٠ ٥٥٥", "030555"),
        ("+", ""),
        ("", ""),
    ],
)
def test_a_phone_is_its_digits(given: str, key: str) -> None:
    assert normalize.phone_key(given) == key


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("https://www.Kestrel.example/", "kestrel.example"),
        ("kestrel.example", "kestrel.example"),
        ("http://kestrel.example:8080/shop/?a=1#b", "kestrel.example/shop"),
        ("https://social.example/kestrel", "social.example/kestrel"),
        ("n/a", ""),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_a_website_is_its_host_and_path(given: str, key: str) -> None:
    assert normalize.website_key(given) == key


@pytest.mark.parametrize(
    "address",
    [
        "info@a.example",
        "no-reply@a.example",
        "Support.EU@a.example",
        "sales2@a.example",
        "office+x@a.example",
        "kontakt@a.example",
        "info_berlin@a.example",
        "customer-service@a.example",
        "noreply@a.example",
    ],
)
def test_a_desk_s_mailbox_is_told_from_a_person_s(address: str) -> None:
    assert normalize.is_role_mailbox(address)


@pytest.mark.parametrize(
    "address",
    [
        "ana.roe@a.example",
        "maria.sales@a.example",
        "infobella@a.example",
        "j.office@a.example",
        "k@a.example",
        "family@a.example",
        "officer.jim@a.example",
        "no address",
        "",
        "2024@a.example",
    ],
)
def test_a_person_s_mailbox_is_not_taken_for_a_desk_s(address: str) -> None:
    assert not normalize.is_role_mailbox(address)


@pytest.mark.parametrize(
    "address",
    [
        "test@test.com",
        "TEST1@kestrel.example",
        "none@none.de",
        "no-email@kestrel.example",
        "a@a.com",
        "x@x.org",
        "na@na.com",
        "123@123.com",
        "name@domain.com",
        "unknown@kestrel.example",
        "n/a",
        "-",
    ],
)
def test_a_placeholder_address_stands_for_none(address: str) -> None:
    assert normalize.is_placeholder_email(address)


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.com",
        "a@kestrel.example",
        "lindqvist@lindqvist.example",
        "x@kestrel.example",
        "4711@mail.example",
        "tester.ana@kestrel.example",
        "me@mail.example",
        "protest@kestrel.example",
        "",
    ],
)
def test_an_own_address_is_not_taken_for_a_placeholder(address: str) -> None:
    assert not normalize.is_placeholder_email(address)


@pytest.mark.parametrize(
    "phone",
    [
        "000000",
        "0000000000",
        "+49 0000000",
        "1111111",
        "12345",
        "123456789",
        "0123456789",
        "+1 1234567890",
        "987654321",
        "1",
        "n/a",
        "-",
        "9999999999",
    ],
)
def test_a_placeholder_number_stands_for_none(phone: str) -> None:
    assert normalize.is_placeholder_phone(phone)


@pytest.mark.parametrize(
    "phone", ["+49 30 5550 142", "555 0142", "+1 349 560 7537", "112233", "030 2000001", ""]
)
def test_a_number_is_not_taken_for_a_placeholder(phone: str) -> None:
    assert not normalize.is_placeholder_phone(phone)


@pytest.mark.parametrize("code", ["N/A", "-", "none", " 0 ", ""])
def test_a_placeholder_code_is_no_code(code: str) -> None:
    assert normalize.code_key(code) == ""


def test_codes_are_the_same_in_any_case_but_punctuation_counts() -> None:
    assert normalize.code_key("LF-tent-3") == normalize.code_key("lf-TENT-3")
    assert normalize.code_key("LF-TENT-3") != normalize.code_key("LFTENT3")

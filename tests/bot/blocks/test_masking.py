"""What others see of an address or a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.masking import masked


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("ana.roe@kestrel.example", "a…@kestrel.example"),
        ("+49 30 5550 142", "+49 … 142"),
        ("0049305550142", "+49 … 142"),
        ("030 / 5550-142", "… 142"),
        ("+1 (415) 555-0142", "+1 … 142"),
        ("call 030 5550142 or ana@x.example", "call … 142 or a…@x.example"),
        ("Kestrel Logistics", "Kestrel Logistics"),
        ("kestrel.example", "kestrel.example"),
        ("12345", "12345"),
        ("2 of 3", "2 of 3"),
        ("", ""),
        ("@", "@"),
        ("<!channel>@here.example", "<!c…@here.example"),
        ("(ana.roe@kestrel.example)", "(a…@kestrel.example)"),
        ("ana@x.example,bo@y.example", "a…@x.example,b…@y.example"),
        ('"Ana Roe"@x.example', '"Ana R…@x.example'),
        ("+++@x.example", "…@x.example"),
        ("Zoho @here", "Zoho @here"),
    ],
)
def test_addresses_and_numbers_are_shortened_and_nothing_else(value: str, shown: str) -> None:
    assert masked(value) == shown


LOCAL = st.text("abcdefghijklmnopqrstuvwxyz0123456789._+-", min_size=2, max_size=30)


@given(LOCAL, st.text("abc xyz,;()", max_size=20), st.text("abc xyz,;()", max_size=20))
def test_no_address_survives_in_any_text(local: str, before: str, after: str) -> None:
    assert f"{local}@" not in masked(f"{before} {local}@kestrel.example {after}")


@given(st.integers(10**8, 10**14))
def test_no_number_survives(number: int) -> None:
    assert str(number) not in masked(f"+{number}")
    assert masked(f"+{number}").endswith(str(number)[-3:])


@given(st.text(max_size=200))
def test_masking_twice_is_masking_once(value: str) -> None:
    assert masked(masked(value)) == masked(value)

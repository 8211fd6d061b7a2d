"""Forms are read as the standard library reads them."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app.slack import form


@given(st.dictionaries(st.text(), st.text()))
def test_what_was_written_as_a_form_is_read_again(fields: dict[str, str]) -> None:
    assert form(urlencode(fields)) == fields


@pytest.mark.parametrize(
    "text",
    [
        "",
        "&&",
        "a",
        "a=",
        "=b",
        "a=1&a=2",
        "a=b=c",
        "a+b=c+d",
        "a=%2B%",
        "a=%zz&%41=%ff%fe",
        "a;b=c",
        "ä=%C3%A4",
    ],
)
def test_odd_forms_are_read_as_the_standard_library_reads_them(text: str) -> None:
    assert form(text) == dict(parse_qsl(text, keep_blank_values=True))

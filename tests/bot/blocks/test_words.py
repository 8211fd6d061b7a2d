"""Words, numbers, dates and record data, as tables."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import words
from zoho.records import Module

ANY = st.text(max_size=400)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Ana Roe", "Ana Roe"),
        ("", "(no name)"),
        ("  \t\u200b", "(no name)"),
        ("Ana\nRoe\u0007", "Ana Roe"),
        ("<!channel> *Bold* `code`", "<!channel> *Bold* `code`"),
        ("Wolfeschlegelsteinhausenbergerdorff-Montgomery", "Wolfeschlegelsteinhausenbergerdorff-Mont…"),
        ("ليلى حداد", "\u2068ليلى حداد\u2069"),
        ("\u202eevil\u2069", "evil"),
        ("🦊", "🦊"),
    ],
)
def test_a_name_is_cleaned_cut_and_isolated(value: str, shown: str) -> None:
    assert words.name(value) == shown


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "abc…"),
        ("ab cd", 3, "ab…"),
        ("ae\u0301\u0301x", 2, "a…"),
        ("a👩\u200d👩\u200d👧b", 3, "a…"),
        ("a🇩🇪🇫🇷", 4, "a🇩🇪…"),
        ("a👍🏽b", 2, "a…"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", 4, "\u1112\u1161\u11ab…"),
        ("e" + "\u0301" * 9, 3, "e\u0301\u0301…"),
    ],
)
def test_cutting_ends_with_a_whole_grapheme(value: str, limit: int, shown: str) -> None:
    assert words.cut(value, limit) == shown


@given(ANY, st.integers(1, 60))
def test_a_cut_is_never_longer_and_never_splits_a_mark_from_its_letter(value: str, limit: int) -> None:
    shown = words.cut(value, limit)
    assert len(shown) <= limit + 1
    assert value.startswith(shown.removesuffix("…").rstrip())


@given(ANY)
def test_escaped_text_holds_no_sign_that_slack_reads(value: str) -> None:
    shown = words.escape(value)
    assert "<" not in shown
    assert ">" not in shown
    assert shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == value


@given(ANY, st.integers(8, 80))
def test_escaping_counts_the_entities(value: str, limit: int) -> None:
    assert len(words.escaped(value, limit)) <= limit


@given(ANY)
def test_an_organisation_name_changes_no_look(value: str) -> None:
    shown = words.inert(value)
    for mark in "*_~`":
        for place, character in enumerate(shown):
            assert character != mark or shown[place - 1] == "\u200b"
    assert "\n" not in shown


@given(ANY)
def test_no_name_breaks_a_line_or_turns_its_neighbours_round(value: str) -> None:
    shown = words.name(value)
    assert shown
    assert len(shown.strip("\u2068\u2069")) <= 41
    inner = shown[1:-1] if shown.startswith("\u2068") else shown
    assert not any(unicodedata.bidirectional(c) in {"LRE", "RLE", "PDF", "LRI", "RLI", "FSI"} for c in inner)
    assert not any(unicodedata.category(c) == "Cc" for c in shown)


@given(ANY)
def test_a_shared_value_stays_short_and_keeps_an_address_together(value: str) -> None:
    assert len(words.shared_value(value)) <= 63


def test_a_long_address_keeps_its_domain() -> None:
    value = "a" * 60 + "@kestrel.example"
    assert words.shared_value(value).endswith("…@kestrel.example")
    assert len(words.shared_value(value)) == 48


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["Ana Roe", "Anna Roe"], "Ana Roe and Anna Roe"),
        (["Kofi Mensah", "KOFI  Mensah"], "Kofi Mensah, twice"),
        (["Dr. Lena Brandt", "b", "c", "d"], "Dr. Lena Brandt and 3 more"),
        (["", ""], "(no name), twice"),
        (["Ana Roe"], "Ana Roe"),
        ([], "(no name)"),
    ],
)
def test_a_group_is_named_in_a_few_words(values: list[str], said: str) -> None:
    assert words.names(values) == said


@given(st.lists(ANY, max_size=9))
def test_a_notification_stays_within_300_characters(groups: list[str]) -> None:
    assert len(words.fallback("12 possible duplicates in Desk contacts", groups)) <= 300


def test_a_notification_names_at_most_five_groups() -> None:
    assert words.fallback("7 groups", list("abcdefg")) == "7 groups: a; b; c; d; e."
    assert words.fallback("Nothing") == "Nothing."
    assert words.fallback("2", ["<a>", "b" * 300]) == "2: &lt;a&gt;…"
    assert words.fallback("1", ["b" * 300]) == "1."


@pytest.mark.parametrize(
    ("value", "said"), [(0, "no contacts"), (1, "1 contact"), (27, "27 contacts"), (4812, "4,812 contacts")]
)
def test_numbers_are_digits_with_commas_and_zero_is_no(value: int, said: str) -> None:
    assert words.records(Module.DESK_CONTACTS, value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(7, "about 7"), (118_432, "about 120,000"), (1_949, "about 1,900"), (99, "about 99")]
)
def test_what_was_not_counted_is_about(value: int, said: str) -> None:
    assert words.about(value) == said


def test_dates_are_tokens_with_a_fallback_in_utc() -> None:
    at = datetime(2026, 11, 24, 9, 5, tzinfo=timezone(timedelta(hours=1)))
    assert words.when(at) == "<!date^1795507500^{date_short_pretty} at {time}|24 Nov 2026 08:05 UTC>"
    assert words.within(at) == "<!date^1795507500^{date_short} at {time}|24 Nov 2026 08:05 UTC>"
    assert words.clock(at) == "<!date^1795507500^{time}|08:05 UTC>"
    assert words.day(datetime(2024, 3, 2, tzinfo=UTC)) == "2 Mar 2024"


def test_typed_words_end_no_code_and_stay_short() -> None:
    assert words.typed("desk `con\ntacts") == "desk ʼcon tacts"
    assert words.typed("") == "…"
    assert len(words.typed("x" * 5000)) == 61
    assert words.in_code("a<b") == "`a&lt;b`"


def test_zohos_words_keep_their_lines_and_lose_their_length() -> None:
    assert words.zoho_words("422 BAD\r\n\x07said <b>no</b>\n\n") == "422 BAD\nsaid <b>no</b>"
    assert len(words.zoho_words("x" * 999)) == 300


def test_a_code_is_capitals_digits_and_underscores() -> None:
    assert words.code_name("internal_server-error <!here>") == "INTERNAL_SERVERERRORHERE"


def test_several_lists_are_said_in_one_go() -> None:
    every = list(Module)
    assert words.labels(every) == "Desk contacts, accounts and products"
    assert words.labels([Module.DESK_ACCOUNTS]) == "Desk accounts"
    assert words.labels([]) == ""

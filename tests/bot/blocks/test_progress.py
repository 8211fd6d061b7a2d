"""A long read: its price, its progress, its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot import ids
from bot.blocks.duplicates import progress
from bot.blocks.duplicates.progress import Price, Reading
from tests.bot.blocks import limits, made
from zoho.records import Module

DOT = "\u00a0· "
STATE = Reading(
    "4mh8t", Module.DESK_CONTACTS, "Larkfield Support", "EU", 42_300, 29, 1269, 3600, made.AT, 118_000
)
PRICE = Price(
    "4mh8t", Module.DESK_CONTACTS, "Larkfield Support", 3600, timedelta(minutes=4), 118_000, left=48_210
)


def test_the_price_is_named_before_it_is_paid() -> None:
    message = progress.ask_price(PRICE)
    limits.check(message)
    assert limits.lines(message) == [
        "*This search has to read everything*\nZoho’s own duplicate search stops at 100,000 records. "
        "Larkfield Support has about 120,000 contacts.",
        "- Credits: at most 3,600 of the 48,210 left today, shared with everything connected to this Desk",
        "- Time: about 4 minutes, in the background; progress comes as a direct message",
        "[Start search] [Cancel search]",
    ]
    assert message.text == (
        "This search reads about 120,000 contacts and costs at most 3,600 of 48,210 Zoho credits. Start it?"
    )
    start = limits.buttons(message)["Start search"]
    assert (start["action_id"], ids.read_page(start["value"]).search) == (ids.SEARCH_CONFIRM, "4mh8t")


def test_without_a_count_the_ceiling_is_where_the_read_stops() -> None:
    message = progress.ask_price(replace(PRICE, total=None, at_least=2_000, left=None))
    limits.check(message)
    said = "\n".join(limits.lines(message))
    assert "Larkfield Support has 2,000 or more contacts." in said
    assert "Zoho’s own duplicate search stops" not in said
    assert "- Ceiling: Zoho does not say how many there are, so the read stops at that price" in said


def test_progress_says_how_far_and_at_what_price() -> None:
    message = progress.reading(STATE)
    limits.check(message)
    assert limits.lines(message) == [
        ":hourglass_flowing_sand: *Reading Desk contacts*\n"
        f"42,300 of about 120,000{DOT}29 possible duplicates so far",
        f"Larkfield Support{DOT}EU{DOT}since <!date^1795507500^{{time}}|08:05 UTC>{DOT}"
        "1,269 of at most 3,600 credits used",
        "[Cancel search]",
    ]


def test_an_edit_brings_new_block_ids() -> None:
    before = {block["block_id"] for block in progress.reading(STATE).payload()["blocks"][:2]}
    after = {b["block_id"] for b in progress.reading(replace(STATE, read=50_000)).payload()["blocks"][:2]}
    assert not before & after


def test_a_cancelled_read_says_what_was_paid() -> None:
    message = progress.cancelled(STATE)
    limits.check(message)
    assert message.text == "Search cancelled. Nothing was changed; 1,269 credits were used."
    assert "42,300 contacts were read." in limits.texts(message)
    assert limits.buttons(message)["Search again"]["action_id"] == ids.SEARCH_AGAIN


def test_a_read_that_was_interrupted_is_told() -> None:
    message = progress.interrupted(STATE)
    limits.check(message)
    assert "The app was restarted after 42,300 contacts." in limits.texts(message)


def test_begun_and_declined_are_one_line_each() -> None:
    for message in (progress.started("k", Module.DESK_CONTACTS), progress.not_started("k")):
        limits.check(message)
        assert len(message.blocks) == 1


@given(st.text(max_size=200), st.integers(0, 10**9), st.integers(0, 10**9), st.none() | st.integers(0, 10**9))
def test_any_numbers_fit(org: str, read: int, used: int, total: int | None) -> None:
    state = replace(STATE, org_name=org, read=read, used=used, total=total)
    limits.check(progress.reading(state))
    limits.check(progress.cancelled(state))
    price = replace(PRICE, org_name=org, total=total, at_least=read, ceiling=used, left=total)
    limits.check(progress.ask_price(price))

"""Clicks that could not be carried out, and the comment in Zoho."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import ids
from bot.blocks import clicks
from tests.bot.blocks import limits


def test_rights_that_differ_are_said_and_nothing_was_done() -> None:
    message = clicks.rights_differ()
    limits.check(message)
    assert message.text == "Your Zoho login does not show these records, so nothing was done."


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (2, "One of the two records no longer exists in Zoho; this group is solved."),
        (5, "The records no longer exist in Zoho; this group is solved."),
    ],
)
def test_a_group_that_is_gone_is_solved(count: int, said: str) -> None:
    message = clicks.solved(count)
    limits.check(message)
    assert message.text == said


def test_a_button_that_nobody_knows_any_more_leads_to_a_search() -> None:
    message = clicks.older_button()
    limits.check(message)
    assert limits.buttons(message)["Find duplicates"]["action_id"] == ids.SEARCH_ALL


def test_the_comment_names_the_others_and_who_said_so() -> None:
    assert (
        clicks.comment(["Anna Roe"], "Mara") == "Suspected duplicate of Anna Roe. Flagged in Slack by Mara."
    )
    assert clicks.comment(["", "b"], "") == "Suspected duplicate of (no name) and b. Flagged in Slack."
    assert clicks.comment(list("abcdefgh"), "").startswith("Suspected duplicate of a, b, c, d, e and 3 more.")


@given(st.lists(st.text(max_size=200), min_size=1, max_size=50), st.text(max_size=200))
def test_the_comment_stays_one_short_line(names: list[str], by: str) -> None:
    said = clicks.comment(names, by)
    assert "\n" not in said
    assert len(said) < 400

"""The status: every line a check, every fault with its way out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import ids
from bot.blocks.parts import Link
from bot.blocks.status import Endpoint, Report, checks, status
from tests.bot.blocks import limits, made
from zoho.scopes import READ_DESK

DOT = "\u00a0· "
LINK = Link("https://duplicates.example/zoho/connect?link=one-time", made.AT + timedelta(minutes=15))


def report(**fields: Any) -> Report:
    facts: dict[str, Any] = {
        "org_name": "Larkfield Support",
        "region_name": "EU",
        "host": "desk.zoho.eu",
        "at": made.AT,
        "seconds": 2465,
        "wanted": READ_DESK,
        "endpoint": Endpoint(rows=16),
        "credits_left": 48_210,
    }
    return Report(**(facts | fields))


def said(given: Report) -> list[str]:
    message = status(given)
    limits.check(message)
    return [line for block in limits.lines(message) for line in block.split("\n")]


def test_all_is_well_says_so_and_needs_no_button_to_mend() -> None:
    assert said(report()) == [
        "Your Zoho connection: all is well",
        f"<!date^1795507500^{{date_short_pretty}} at {{time}}|24 Nov 2026 08:05 UTC>{DOT}checked just now",
        f"Zoho Desk{DOT}Larkfield Support{DOT}EU",
        ":white_check_mark:  Access good for 41 minutes, renews itself",
        ":white_check_mark:  Permissions 4 of 4 for reading",
        ":white_check_mark:  Product duplicates Zoho answers, with 16 rows",
        ":white_check_mark:  Writing not allowed, as you chose; flags stay in Slack",
        ":white_check_mark:  Credits 48,210 left today",
        ":white_check_mark:  Links open in desk.zoho.eu",
        "[Check again] [Disconnect Zoho Desk]",
    ]
    assert status(report()).text == "Zoho connection: all is well."


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({"alerts": 1}, ":white_check_mark:  Alerts 1 reads with this connection"),
        ({"alerts": 2}, ":white_check_mark:  Alerts 2 read with this connection"),
        (
            {"alerts": 2, "next_alert": made.AT},
            ":white_check_mark:  Alerts 2 read with this connection. Next: 24 Nov 2026 08:05 UTC",
        ),
        (
            {"alerts": 1, "paused": 2},
            ":warning:  Alerts 2 paused: they run again once you have connected anew",
        ),
        (
            {"paused": 1, "trouble": "Zoho no longer accepts it", "reconnect": True, "link": LINK},
            ":warning:  Alerts 1 paused: they run again once you have connected anew",
        ),
    ],
)
def test_alerts_that_read_with_the_connection_are_counted(facts: dict[str, Any], line: str) -> None:
    assert line in said(report(**facts))


def test_of_alerts_nothing_is_said_where_there_are_none_or_nothing_could_be_asked() -> None:
    trouble = {"trouble": "Zoho no longer accepts it", "reconnect": True, "link": LINK}
    assert not [line for line in said(report()) if "Alerts" in line]
    assert not [line for line in said(report(**trouble, alerts=2)) if "Alerts" in line]


def test_a_missing_permission_is_named_with_what_it_closes_and_the_way_to_grant_it() -> None:
    message = status(report(missing=("Desk.search.READ",), link=LINK))
    limits.check(message)
    closed = "Missing Desk.search.READ: Zoho’s own search is closed to you"
    assert f":warning:  Permissions 3 of 4 for reading. {closed}" in "\n".join(limits.lines(message))
    assert message.text.startswith(
        "Zoho connection: 1 thing to do. Permissions: 3 of 4 for reading. Missing "
    )
    assert limits.buttons(message)["Grant permission"]["url"] == LINK.url


@pytest.mark.parametrize(
    ("facts", "is_well", "words"),
    [
        ({"seconds": 119}, False, "good for 119 seconds only, and not renewed; check again in a minute"),
        ({"seconds": 120}, True, "good for 2 minutes, renews itself"),
        ({"trouble": "Zoho has paused renewing your access"}, False, "Zoho has paused renewing your access"),
    ],
)
def test_a_token_must_be_good_for_two_minutes(facts: dict[str, Any], is_well: bool, words: str) -> None:
    access = checks(report(**facts))[0]
    assert (access.is_well, access.said) == (is_well, words)


@pytest.mark.parametrize(
    ("endpoint", "is_well", "words"),
    [
        (Endpoint(rows=0), True, "Zoho answers, with no rows"),
        (Endpoint(), True, "Zoho does not offer them here; the product list is compared instead"),
        (Endpoint(error="index is being rebuilt"), False, "Zoho answered with an error: "),
        (Endpoint(trouble="Zoho is busy"), False, "no answer that counts: Zoho is busy"),
        (
            Endpoint(is_asked=False),
            True,
            "not asked without that permission; the product list is compared instead",
        ),
    ],
)
def test_the_endpoint_answers_without_an_error_key(endpoint: Endpoint, is_well: bool, words: str) -> None:
    line = next(check for check in checks(report(endpoint=endpoint)) if check.name == "Product duplicates")
    assert (line.is_well, line.said) == (is_well, words)


def test_what_zoho_did_not_give_is_left_out() -> None:
    names = [line.name for line in checks(report(endpoint=None, credits_left=None, host=""))]
    assert names == ["Access", "Permissions", "Writing"]


def test_observing_only_and_allowed_writing_are_no_faults() -> None:
    assert any("writes nothing to Zoho" in line for line in said(report(observe_only=True)))
    assert any("a flag is written to Zoho too" in line for line in said(report(writing=True)))


def test_disconnecting_asks_once_with_two_verbs() -> None:
    button = limits.buttons(status(report()))["Disconnect Zoho Desk"]
    assert (button["action_id"], button["value"]) == (ids.CONNECT_END, "desk")
    assert button["confirm"]["style"] == "danger"
    assert button["confirm"]["deny"]["text"] == "Stay connected"


def test_a_connection_in_trouble_is_mended_first() -> None:
    trouble = "Zoho no longer accepts your connection"
    message = status(report(trouble=trouble, reconnect=True, missing=("Desk.search.READ",), link=LINK))
    limits.check(message)
    assert next(iter(limits.buttons(message))) == "Reconnect Zoho Desk"
    assert [line.name for line in checks(report(trouble=trouble, reconnect=True))] == ["Access"]


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_words_of_zoho_fit(org: str, error: str) -> None:
    given_report = report(
        org_name=org, region_name=org, endpoint=Endpoint(error=error or "x"), missing=(error,)
    )
    limits.check(status(given_report))

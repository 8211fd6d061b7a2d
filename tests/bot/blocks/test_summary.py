"""``/duplicates`` without words, and what is said while a search runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot import ids
from bot.blocks.duplicates import NotSearched, Row, SummaryPage, searching, summary
from bot.blocks.parts import Link
from tests.bot.blocks import limits, made
from zoho.records import Module, Pending

DOT = "\u00a0· "
CONTACTS, ACCOUNTS, PRODUCTS = Module


def row(module: Module, total: int, **fields: Any) -> Row:
    return Row(module, made.found([], module=module, total=total, **fields))


def page(*rows: Row, **fields: Any) -> SummaryPage:
    facts: dict[str, Any] = {
        "search": "4mh8t",
        "worst": (),
        "org_name": "Larkfield Support",
        "region_name": "EU",
        "at": made.AT,
    }
    return SummaryPage(rows, **(facts | fields))


FULL = page(
    row(CONTACTS, 12),
    row(PRODUCTS, 5, records=11),
    row(ACCOUNTS, 3, records=6),
    worst=(made.card(), made.card(key="b", number=2)),
)


def test_each_list_with_findings_has_a_row_and_the_largest_groups_follow() -> None:
    message = summary(FULL)
    limits.check(message)
    said = limits.lines(message)
    assert said[0] == "20 possible duplicates"
    assert said[2:5] == [
        f"*Desk contacts*{DOT}12 groups",
        f"*Desk products*{DOT}5 groups, 11 records",
        f"*Desk accounts*{DOT}3 groups, 6 records",
    ]
    assert (
        said[5:8] == ["Start with the largest"] + [f"- Ana Roe and Anna Roe{DOT}same e-mail and account"] * 2
    )
    assert said[-1] == "[Review these 2] [Set up alerts]"
    assert message.text == (
        "20 possible duplicates: 12 in Desk contacts, 5 in Desk products, 3 in Desk accounts."
    )


def test_a_row_opens_its_list_and_the_button_below_the_largest_groups() -> None:
    shows = [
        n for n in limits.walk(summary(FULL).payload()["blocks"]) if n.get("action_id") == ids.SEARCH_MODULE
    ]
    assert [show["value"] for show in shows] == ["desk/contacts", "desk/products", "desk/accounts"]
    assert shows[0]["accessibility_label"] == "Show the 12 groups in Desk contacts"
    review = limits.buttons(summary(FULL))["Review these 2"]
    assert review["action_id"] == ids.SEARCH_WORST
    assert ids.read_page(review["value"]).search == "4mh8t"
    one = limits.buttons(summary(replace(FULL, worst=FULL.worst[:1])))
    assert "Review this one" in one


def test_a_group_of_four_is_named_by_its_first() -> None:
    four = replace(made.ROES, records=(made.ANA, made.ANNA, made.contact("3", "x"), made.contact("4", "y")))
    said = limits.lines(summary(replace(FULL, worst=(made.card(four),))))
    assert f"- Ana Roe and 3 more{DOT}same e-mail and account" in said


def test_lists_without_findings_are_one_grey_line() -> None:
    said = limits.lines(summary(page(row(CONTACTS, 2), row(ACCOUNTS, 0), row(PRODUCTS, 0))))
    assert "No duplicates in Desk accounts and products." in said


def test_a_list_that_failed_stands_in_its_row_with_its_own_button() -> None:
    failed = Row(PRODUCTS, None, "Zoho answered 500 INTERNAL_SERVER_ERROR")
    message = summary(page(row(CONTACTS, 12, records=27), row(ACCOUNTS, 3, records=6), failed))
    limits.check(message)
    said = limits.lines(message)
    assert said[0] == "15 possible duplicates, one list not read"
    assert said[4] == f"*:warning: Desk products*{DOT}not read: Zoho answered 500 INTERNAL_SERVER_ERROR"
    again = limits.buttons(message)["Try again"]
    assert (again["value"], again["accessibility_label"]) == ("desk/products", "Search Desk products again")
    assert message.text.endswith("3 in Desk accounts. Desk products could not be read.")


def test_nothing_but_failures_is_never_said_to_be_no_duplicates() -> None:
    message = summary(page(*(Row(module, None, "Zoho did not answer in time") for module in Module)))
    limits.check(message)
    assert limits.lines(message)[0] == "No possible duplicates, three lists not read"
    assert "Set up alerts" not in limits.buttons(message)
    assert "white_check_mark" not in limits.texts(message)


def test_what_was_not_searched_is_named_with_the_way_to_change_it() -> None:
    why = "because `Desk.contacts.READ` is not granted"
    link = Link("https://duplicates.example/zoho/connect?link=x", made.AT + timedelta(minutes=15))
    message = summary(
        page(row(PRODUCTS, 5), not_searched=(NotSearched((CONTACTS, ACCOUNTS), why),), grant=link)
    )
    limits.check(message)
    assert f"Not searched: Desk contacts and accounts, {why}." in limits.lines(message)
    assert limits.buttons(message)["Grant permission"]["url"] == link.url
    assert (
        message.text == "5 possible duplicates: 5 in Desk products. Not searched: Desk contacts and accounts."
    )


def test_a_list_that_was_not_gone_through_is_not_said_to_hold_none() -> None:
    waiting = row(CONTACTS, 0, so_far=True, pending=Pending(pages=(("phone", 100),)))
    said = limits.lines(summary(page(waiting, row(ACCOUNTS, 0), row(PRODUCTS, 0))))
    assert said[0] == "No possible duplicates so far"
    assert said[2] == f"*Desk contacts*{DOT}no groups so far"
    assert said[3] == "No duplicates in Desk accounts and products."


def test_nothing_anywhere_is_the_message_that_names_the_lists() -> None:
    message = summary(page(*(row(module, 0) for module in Module)))
    assert message.text == "No duplicates in Desk contacts, accounts and products."


def test_a_number_that_is_not_final_says_so() -> None:
    said = limits.lines(summary(page(row(CONTACTS, 12, so_far=True, records=24))))
    assert said[0] == "12 possible duplicates so far"
    assert said[2] == f"*Desk contacts*{DOT}12 groups so far"


def test_searching_says_what_and_where() -> None:
    message = searching([CONTACTS], "Larkfield *Support*")
    limits.check(message)
    assert limits.lines(message) == [
        ":hourglass_flowing_sand: Searching *Desk contacts* in Larkfield \u200b*Support\u200b*…",
        "The result follows here.",
    ]
    assert message.text == "Searching Desk contacts in Larkfield *Support*."


def test_after_a_click_no_result_is_promised_elsewhere() -> None:
    message = searching(list(Module), "Larkfield", follows=False)
    assert len(message.blocks) == 1
    assert "*Desk contacts, accounts and products*" in limits.texts(message)

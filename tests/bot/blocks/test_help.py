"""The help, unknown words, the list of commands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import ids
from bot.blocks import catalogue, help  # noqa: A004 - the module is named for what it draws
from bot.blocks.catalogue import Near
from tests.bot.blocks import limits
from zoho.records import Module


def test_the_help_lists_every_command_that_can_be_typed_and_no_other() -> None:
    message = help.help_message()
    limits.check(message)
    for command in catalogue.COMMANDS:
        line = f"- {command.typed} {command.about}"
        assert (line in limits.lines(message)) is command.listed
        assert command.first in " ".join(limits.lines(message))
    assert len(limits.lines(message)) < 20
    foot = "Answers are for you alone until you share them. Every action uses your own Zoho rights."
    assert limits.lines(message)[-1] == foot


def test_the_help_begins_with_a_search_or_with_connecting() -> None:
    assert limits.buttons(help.help_message())["Find duplicates"]["action_id"] == ids.SEARCH_ALL
    assert limits.buttons(help.help_message())["Set up alerts"]["action_id"] == ids.SUB_NEW
    newcomer = help.help_message(is_connected=False)
    limits.check(newcomer)
    assert limits.buttons(newcomer)["Connect Zoho Desk"]["value"] == "connect"
    assert not {"Find duplicates", "Set up alerts"} & set(limits.buttons(newcomer))


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("desk contatcs", Near("desk contacts", Module.DESK_CONTACTS)),
        ("acounts", Near("accounts", Module.DESK_ACCOUNTS)),
        ("HLEP", Near("help")),
        ("disconect", Near("disconnect")),
        ("frobnicate", None),
        ("x", None),
        ("", None),
    ],
)
def test_the_nearest_word_is_at_most_two_letters_away(typed: str, near: Near | None) -> None:
    assert catalogue.nearest(typed) == near


def test_a_mistyped_list_offers_the_right_one() -> None:
    message = help.unknown("desk contatcs", Near("desk contacts", Module.DESK_CONTACTS))
    limits.check(message)
    assert message.text == "There is no list called “desk contatcs”. Did you mean desk contacts?"
    assert limits.lines(message)[0] == "There is no list called desk contatcs. Did you mean desk contacts?"
    button = limits.buttons(message)["Search Desk contacts"]
    assert (button["action_id"], button["value"]) == (ids.SEARCH_MODULE, "desk/contacts")
    assert "Show help" in limits.buttons(message)


def test_a_mistyped_command_offers_to_run_the_right_one() -> None:
    message = help.unknown("disconect", Near("disconnect"))
    limits.check(message)
    button = limits.buttons(message)["Disconnect"]
    assert (button["action_id"], button["value"]) == (ids.COMMAND_RUN, "disconnect")
    assert limits.lines(message)[0] == "There is no command called disconect. Did you mean disconnect?"


def test_a_word_with_nothing_near_shows_the_help_alone() -> None:
    message = help.unknown("frobnicate")
    assert list(limits.buttons(message)) == ["Show help"]
    assert message.text == "There is no command called “frobnicate”."


def test_a_mistyped_filter_is_named_and_nothing_was_searched() -> None:
    message = help.unknown_filter(Module.DESK_CONTACTS, "ctiy", "city", again="s:2xq8p:0")
    limits.check(message)
    assert message.text == (
        "No Desk contact has a field called “ctiy”. Nothing was searched. Did you mean city?"
    )
    assert limits.buttons(message)["Search with city"]["value"] == "s:2xq8p:0"


@given(st.text(max_size=5000), st.text(max_size=90))
def test_anything_that_can_be_typed_can_be_answered(typed: str, nearest: str) -> None:
    for message in (
        help.unknown(typed),
        help.unknown_filter(Module.DESK_PRODUCTS, typed, nearest, again="s:k:0"),
        help.malformed_filter(typed),
        help.refused_filter(typed, typed, Module.DESK_PRODUCTS),
        help.other_company(typed),
    ):
        limits.check(message)


def test_a_filter_that_zoho_refused_is_named_beside_those_it_takes() -> None:
    quote = "422 UNPROCESSABLE_ENTITY\nExtra query parameter 'colour' is present in the input."
    message = help.refused_filter("colour", quote, Module.DESK_PRODUCTS)
    limits.check(message)
    assert limits.lines(message) == [
        ":warning: Zoho does not know the filter colour",
        "In Zoho’s words",
        quote,
        "Next: leave it out, or use departmentId, ownerId or viewId. Nothing was searched.",
    ]


def test_the_filter_that_zoho_refused_is_not_recommended() -> None:
    message = help.refused_filter("viewId", "", Module.DESK_PRODUCTS)
    assert (
        limits.lines(message)[-1]
        == "Next: leave it out, or use departmentId or ownerId. Nothing was searched."
    )


def test_crm_is_refused_with_what_can_be_searched() -> None:
    message = help.no_crm_yet()
    limits.check(message)
    assert "*Zoho CRM cannot be searched yet*" in limits.texts(message)


def test_people_of_another_company_are_told_politely() -> None:
    assert help.other_company("Larkfield").text == "This app answers members of Larkfield only."

"""First contact, connected, which portal, disconnected."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import ids
from bot.blocks import catalogue, connection
from bot.blocks.connection import Connected
from bot.blocks.parts import Link
from tests.bot.blocks import limits, made
from zoho.records import Organisation, Product

LINK = Link("https://duplicates.example/zoho/connect?link=one-time", made.AT + timedelta(minutes=15))
UNTIL = "<!date^1795508400^{time}|08:20 UTC>"
LARKFIELD = Connected("Larkfield Support", "larkfield", "EU", "desk.zoho.eu")
PORTALS = (
    Organisation("20060000001", "Larkfield Support", "larkfield"),
    Organisation("20060000002", "Kestrel Logistics", "kestrel"),
)


def test_first_contact_says_what_will_be_read_and_for_whom_the_link_is() -> None:
    message = connection.first_contact(LINK)
    limits.check(message)
    assert limits.lines(message) == [
        "*Connect Zoho Desk to find duplicates*\nSearches run with your own Zoho rights: you see "
        "here what you may see in Zoho, and nothing more.",
        "Zoho will ask you to allow reading of",
        "- Contacts, accounts, products: to compare them",
        "- Search: the duplicate search of products, looking up one record, and very long lists",
        "- Your organisation’s name and number: to open records in the right region",
        "Nothing can be changed with this. Writing is asked for only if you flag something.",
        "[Connect Zoho Desk]",
        f"The link is for you alone, until {UNTIL}. Your search starts by itself afterwards. "
        "Leave at any time with `/duplicates disconnect`.",
    ]
    button = limits.buttons(message)["Connect Zoho Desk"]
    assert button["url"] == LINK.url
    assert button["action_id"] == ids.CONNECT_START
    assert "value" not in button
    assert button["accessibility_label"] == "Connect Zoho Desk, opens your browser"


def test_first_contact_names_only_what_will_be_asked_for() -> None:
    message = connection.first_contact(LINK, ("Desk.contacts.READ",), follows=False)
    assert "- Contacts, accounts: to compare them" in limits.lines(message)
    assert "products" not in limits.texts(message)
    assert "afterwards" not in limits.texts(message)


def test_connected_says_where_and_what_it_may_and_what_goes_on() -> None:
    message = connection.connected(
        Connected(**_fields(LARKFIELD, user_name="Mara", going_on="Desk contacts"))
    )
    limits.check(message)
    assert limits.lines(message) == [
        ":white_check_mark: *Zoho Desk is connected*",
        "- Zoho user: Mara",
        "- Organisation: Larkfield Support, portal larkfield",
        "- Region: EU, desk.zoho.eu",
        "- Allowed: reading. Writing is asked for when you first flag something",
        "Your search for Desk contacts is running; the result follows.",
        "[Set up alerts]",
        "Access renews itself. `/duplicates status` checks it, `/duplicates disconnect` ends it and deletes "
        "what is stored.",
    ]
    assert message.text == (
        "Zoho Desk is connected: Larkfield Support, EU. Your search for Desk contacts is running."
    )


def _fields(facts: Connected, **more: Any) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in facts.__slots__} | more


def test_connected_without_a_command_offers_to_begin() -> None:
    message = connection.connected(LARKFIELD)
    assert limits.buttons(message)["Find duplicates"]["action_id"] == ids.SEARCH_ALL
    assert limits.buttons(message)["Set up alerts"]["action_id"] == ids.SUB_NEW
    assert "Zoho user" not in limits.texts(message)


def test_allowed_writing_is_said() -> None:
    message = connection.connected(Connected(**_fields(LARKFIELD, writing=True)))
    assert "- Allowed: reading, and writing when you press a button" in limits.lines(message)


@pytest.mark.parametrize("going_on", ["", "Desk contacts"])
def test_several_portals_bring_a_menu_with_one_option_each(going_on: str) -> None:
    message = connection.connected(Connected(**_fields(LARKFIELD, choices=PORTALS, going_on=going_on)))
    limits.check(message)
    assert menu(message) == {
        "20060000001": "Larkfield Support, portal larkfield",
        "20060000002": "Kestrel Logistics, portal kestrel",
    }
    assert "Your Zoho user has 2 portals. Choose one" in limits.texts(message)
    assert "Organisation: " not in limits.texts(message)
    assert not limits.buttons(message)


def menu(message: Any) -> dict[str, str]:
    nodes = limits.walk(message.payload()["blocks"])
    (select,) = [node for node in nodes if node.get("type") == "static_select"]
    assert select["action_id"] == ids.CONNECT_PORTAL
    return {option["value"]: option["text"]["text"] for option in select["options"]}


def test_until_one_is_chosen_every_command_answers_with_the_menu() -> None:
    message = connection.choose_portal(PORTALS)
    limits.check(message)
    assert set(menu(message)) == {"20060000001", "20060000002"}


@given(st.lists(st.builds(Organisation, st.uuids().map(str), st.text(), st.text()), min_size=2, max_size=120))
def test_any_portals_fit_the_menu(choices: list[Organisation]) -> None:
    message = connection.choose_portal(choices)
    limits.check(message)
    options = menu(message)
    assert 0 < len(options) <= 100
    assert all(0 < len(text) <= 75 for text in options.values())


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_any_names_may_be_connected(org: str, portal: str, user: str) -> None:
    limits.check(connection.connected(Connected(org, portal, "EU", "desk.zoho.eu", user_name=user)))
    limits.check(connection.portal_chosen(org, portal, going_on="Desk contacts"))
    limits.check(connection.connect_again(LINK, org))


def test_a_chosen_portal_lets_the_command_go_on() -> None:
    message = connection.portal_chosen("Kestrel Logistics", "kestrel", going_on="Desk contacts")
    assert "running; the result follows" in limits.texts(message)


def test_connecting_again_says_that_it_replaces() -> None:
    message = connection.connect_again(LINK, "Larkfield Support")
    assert message.text == "Zoho Desk is connected already: Larkfield Support. Connecting again replaces it."
    assert limits.buttons(message)["Connect Zoho Desk"]["url"] == LINK.url


def test_disconnected_says_what_went_and_what_stays() -> None:
    message = connection.disconnected([Product.DESK])
    limits.check(message)
    assert "*Zoho Desk is disconnected*" in limits.texts(message)
    assert "Your flags are kept." in limits.texts(message)


def test_disconnecting_without_a_connection_says_that_there_is_none() -> None:
    message = connection.disconnected([])
    limits.check(message)
    assert "*There is no connection to end*" in limits.texts(message)


def test_no_message_names_crm_or_a_command_that_cannot_be_typed() -> None:
    drawn = [
        connection.first_contact(LINK),
        connection.connected(LARKFIELD),
        connection.choose_portal(PORTALS),
        connection.connect_again(LINK, "x"),
        connection.disconnected([Product.DESK]),
    ]
    for message in drawn:
        assert "CRM" not in limits.texts(message)
        named = set(re.findall(r"/duplicates (\w+)", limits.texts(message)))
        assert named <= {command.first for command in catalogue.COMMANDS}

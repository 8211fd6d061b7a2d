"""What an operation needs, and what covers what."""

from __future__ import annotations

import pytest

from zoho.records import Module
from zoho.scopes import READ_DESK, Way, missing, needed, read_scopes, to_ask, write_scopes

PRODUCTS, CONTACTS, ACCOUNTS = Module.DESK_PRODUCTS, Module.DESK_CONTACTS, Module.DESK_ACCOUNTS


def test_connecting_asks_for_reading_only() -> None:
    assert READ_DESK == ("Desk.contacts.READ", "Desk.products.READ", "Desk.search.READ", "Desk.basic.READ")


@pytest.mark.parametrize(
    ("module", "way", "scopes"),
    [
        (PRODUCTS, Way.ENDPOINT, ("Desk.search.READ", "Desk.products.READ")),
        (PRODUCTS, Way.LIST, ("Desk.products.READ",)),
        (PRODUCTS, Way.SEARCH, ("Desk.search.READ", "Desk.products.READ")),
        (CONTACTS, Way.LIST, ("Desk.contacts.READ",)),
        (CONTACTS, Way.VALUES, ("Desk.contacts.READ",)),
        (CONTACTS, Way.SEARCH, ("Desk.search.READ", "Desk.contacts.READ")),
        (ACCOUNTS, Way.VALUES, ("Desk.contacts.READ",)),
    ],
)
def test_each_way_of_reading_needs_its_own(module: Module, way: Way, scopes: tuple[str, ...]) -> None:
    assert needed(module, way) == scopes
    assert missing(READ_DESK, scopes) == ()


@pytest.mark.parametrize(
    ("module", "field", "scopes"),
    [
        (CONTACTS, "", ("Desk.contacts.UPDATE",)),
        (ACCOUNTS, "", ("Desk.contacts.UPDATE",)),
        (CONTACTS, "cf_suspected", ("Desk.contacts.UPDATE",)),
        (PRODUCTS, "cf_suspected", ("Desk.products.UPDATE",)),
        (PRODUCTS, "", ()),
    ],
)
def test_writing_needs_a_place_and_a_permission(module: Module, field: str, scopes: tuple[str, ...]) -> None:
    assert write_scopes(module, field) == scopes
    assert missing(READ_DESK, scopes) == scopes


@pytest.mark.parametrize(
    ("granted", "wanted", "covered"),
    [
        ("Desk.contacts.READ", "Desk.contacts.READ", True),
        ("desk.contacts.read", "Desk.contacts.READ", True),
        ("Desk.contacts.ALL", "Desk.contacts.READ", True),
        ("Desk.contacts.ALL", "Desk.contacts.UPDATE", True),
        ("Desk.contacts.READ", "Desk.contacts.UPDATE", False),
        ("Desk.contacts.UPDATE", "Desk.contacts.READ", False),
        ("Desk.settings.READ", "Desk.products.READ", True),
        ("Desk.settings.ALL", "Desk.products.UPDATE", True),
        ("Desk.settings.READ", "Desk.products.UPDATE", False),
        ("Desk.settings.ALL", "Desk.contacts.READ", False),
        ("Desk.products.ALL", "Desk.search.READ", False),
        ("ZohoCRM.modules.ALL", "Desk.contacts.READ", False),
        ("", "Desk.contacts.READ", False),
    ],
)
def test_a_broader_scope_covers_a_narrower_one(granted: str, wanted: str, covered: bool) -> None:
    assert missing(read_scopes(granted), (wanted,)) == (() if covered else (wanted,))


def test_a_new_consent_asks_for_reading_for_what_was_granted_and_for_what_is_missing_each_once() -> None:
    granted = frozenset(("Desk.contacts.UPDATE", READ_DESK[0]))

    assert to_ask(()) == READ_DESK
    assert to_ask(granted, (READ_DESK[1], "Desk.products.UPDATE")) == (
        *READ_DESK,
        "Desk.contacts.UPDATE",
        "Desk.products.UPDATE",
    )


def test_what_is_missing_is_named_in_the_order_it_was_wanted() -> None:
    assert missing({"Desk.products.READ"}, ("Desk.search.READ", "Desk.products.READ", "Desk.basic.READ")) == (
        "Desk.search.READ",
        "Desk.basic.READ",
    )


@pytest.mark.parametrize("text", ["a b", "a,b", " a , b ", "a\tb", "a,,b"])
def test_a_scope_list_is_read_with_blanks_or_commas(text: str) -> None:
    assert read_scopes(text) == {"a", "b"}

"""Is this one here twice? Twins or only one, in at most three calls to Zoho."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.zoho.duplicates.desk_stand import Stand
from zoho.errors import NotFound, OrganisationRefused, ScopeMissing, ServerError, WrongRegion
from zoho.records import Module, Twins
from zoho.scopes import READ_DESK

CONTACTS, ACCOUNTS, PRODUCTS = Module.DESK_CONTACTS, Module.DESK_ACCOUNTS, Module.DESK_PRODUCTS
WITHOUT_SEARCH = [scope for scope in READ_DESK if scope != "Desk.search.READ"]
ROE = "ana.roe@kestrel.example"


@pytest.fixture(autouse=True)
async def three_calls_at_most(desk: Stand) -> AsyncIterator[None]:
    """Holds for every test of this file, whatever is looked for."""
    yield
    assert len(desk.paths()) <= 3


def names(twins: Twins) -> list[str]:
    """The names of what was found."""
    return [record.name for record in twins.records]


async def test_an_address_that_two_contacts_have_shows_the_twins(desk: Stand) -> None:
    twins = await (await desk.search("mara")).check_values(["Ana.Roe@Kestrel.example"], [])

    assert (twins.wanted, twins.modules) == (("Ana.Roe@Kestrel.example",), (CONTACTS, ACCOUNTS))
    assert names(twins) == ["Ana Roe", "Anna Roe"]
    assert [group.reason.fields[0] for group in twins.groups] == ["e-mail"]
    assert (twins.org_name, twins.missing_scopes) == ("Larkfield Support", ())
    assert len(desk.paths()) == 2


async def test_an_address_may_be_somebodys_second_one(desk: Stand) -> None:
    twins = await (await desk.search("mara")).check_values(["k.mensah@aldertree.example"], [])

    assert names(twins) == ["Kofi Mensah", "Kofi Mensah"]
    assert len(twins.groups) == 1


async def test_an_address_that_one_record_has_is_only_one(desk: Stand) -> None:
    desk.org("larkfield").add(
        "contacts", firstName="Thea", lastName="Quist", email="t.quist@aldertree.example"
    )

    twins = await (await desk.search("mara")).check_values(["t.quist@aldertree.example"], [])

    assert (names(twins), twins.groups) == (["Thea Quist"], ())


async def test_a_contact_added_a_moment_ago_is_found_though_the_search_does_not_know_it_yet(
    desk: Stand,
) -> None:
    org = desk.org("larkfield", empty=True)
    older = org.add("contacts", lastName="Quist", email="t.quist@aldertree.example")
    org.record("contacts", older)["_added"] = 0
    org.add("contacts", lastName="Quist", email="t.quist@aldertree.example")
    org.index_lag = 300

    twins = await (await desk.search("mara")).check_values(["t.quist@aldertree.example"], [])

    assert (len(twins.records), len(twins.groups)) == (2, 1)


async def test_contacts_and_accounts_are_shown_together_and_never_in_one_group(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    for name in ("Roe", "Roe-Day"):
        org.add("contacts", lastName=name, email=ROE)
    org.add("accounts", accountName="Kestrel", email=ROE)

    twins = await (await desk.search("mara")).check_values([ROE], [])

    assert names(twins) == ["Roe", "Roe-Day", "Kestrel"]
    assert [[record.module for record in group.records] for group in twins.groups] == [[CONTACTS, CONTACTS]]


@pytest.mark.parametrize("written", ["+49 69 5550 128", "0049 69 5550128"])
async def test_a_number_is_compared_by_its_digits(desk: Stand, written: str) -> None:
    org = desk.org("larkfield", empty=True)
    for name in ("Silva", "SILVA"):
        org.add("contacts", lastName=name, phone=written)
    org.add("contacts", lastName="Other", mobile=written)

    twins = await (await desk.search("mara")).check_values([], [written])

    assert names(twins) == ["Silva", "SILVA", "Other"]
    assert [group.reason.fields for group in twins.groups] == [("name", "phone")]


async def test_an_address_and_a_number_are_looked_for_among_contacts_in_three_calls(desk: Stand) -> None:
    twins = await (await desk.search("mara")).check_values([ROE, "x@y.example"], ["+49 69 5550 128"])

    assert twins.wanted == (ROE, "+49 69 5550 128")
    assert twins.modules == (CONTACTS,)
    assert set(names(twins)) == {"Ana Roe", "Anna Roe", "Mateo Silva"}
    assert len(twins.groups) == 2


async def test_a_desks_mailbox_lists_its_holders_and_calls_nobody_a_twin(desk: Stand) -> None:
    twins = await (await desk.search("mara")).check_values(["info@brightwater.example"], [])

    assert len([record for record in twins.records if record.module is CONTACTS]) == 31
    assert twins.groups == ()


async def test_what_only_looks_like_the_address_does_not_count(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    org.add("contacts", lastName="Roe", email=f"x{ROE}")
    org.add("contacts", lastName="Spam", email=ROE, isSpam=True)

    assert (await (await desk.search("mara")).check_values([ROE], [])).records == ()


async def test_no_record_is_said_only_with_proof(desk: Stand) -> None:
    search = await desk.search("mara")

    assert (await search.check_values(["nobody@nowhere.example"], [])).records == ()
    assert desk.paths()[-1] == "accessibleOrganizations"

    desk.sandbox.calls.clear()
    desk.sandbox.fault("wrong_region", path="*rganizations", times=None)
    with pytest.raises(WrongRegion):
        await search.check_values(["nobody@nowhere.example"], [])


async def test_without_the_search_scope_shared_values_are_asked_and_the_scope_is_named(desk: Stand) -> None:
    twins = await (await desk.search("mara", WITHOUT_SEARCH)).check_values([ROE], [])

    assert (len(twins.groups), twins.missing_scopes) == (1, ("Desk.search.READ",))
    assert sorted(desk.paths()) == ["groupAccounts", "groupContacts"]


async def test_the_missing_contacts_scope_is_named_before_any_call(desk: Stand) -> None:
    search = await desk.search("mara", ["Desk.products.READ", "Desk.basic.READ"])

    with pytest.raises(ScopeMissing) as raised:
        await search.check_values([ROE], [])
    assert (raised.value.missing, desk.paths()) == (("Desk.contacts.READ",), [])


async def test_nothing_to_look_for_is_an_error(desk: Stand) -> None:
    with pytest.raises(ValueError, match="neither"):
        await (await desk.search("mara")).check_values([], [])


# -- records ------------------------------------------------------------------------------------------


async def test_a_contact_is_shown_with_its_twins_and_without_those_of_others(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    one = org.add("contacts", lastName="Roe", email=ROE, phone="5550142")
    org.add("contacts", lastName="Roe-Day", email=ROE)
    org.add("contacts", lastName="Roe", phone="5550142")
    org.add("contacts", lastName="Neighbour", phone="5550142")

    twins = await (await desk.search("mara")).check_record(CONTACTS, one)

    assert set(names(twins)) == {"Roe", "Roe-Day"}
    assert (len(twins.records), len(twins.groups), twins.wanted) == (3, 2, ("Roe",))


async def test_a_contact_with_nothing_to_compare_costs_one_call(desk: Stand) -> None:
    one = desk.org("larkfield").add("contacts", lastName="Roe", email="info@roe.example", phone="000000")

    twins = await (await desk.search("mara")).check_record(CONTACTS, one)

    assert (len(twins.records), twins.groups, len(desk.paths())) == (1, (), 1)


async def test_an_account_and_a_product_are_shown_with_their_twins(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    acme = org.add("accounts", accountName="Acme, Inc.", phone="5550170")
    org.add("accounts", accountName="ACME, Inc.", phone="5550170")
    org.add("accounts", accountName="Acme", phone="5550170")
    search = await desk.search("mara")

    twins = await search.check_record(ACCOUNTS, acme)
    assert sorted(names(twins)) == ["ACME, Inc.", "Acme, Inc."]

    desk.sandbox.calls.clear()
    mug = org.add("products", productName="Mug", productCode="M-1")
    org.add("products", productName="mug")
    org.add("products", productName="Cup", productCode="m-1")
    org.add("products", productName="Mug", productCode="M-2")
    twins = await search.check_record(PRODUCTS, mug)
    assert sorted(names(twins)) == ["Cup", "Mug", "mug"]
    assert len(twins.groups) == 2


async def test_a_record_that_is_gone_is_said(desk: Stand) -> None:
    with pytest.raises(NotFound):
        await (await desk.search("mara")).check_record(CONTACTS, "160000000999999")


# -- products by name ---------------------------------------------------------------------------------


async def test_a_product_name_shows_the_twins_and_those_with_the_same_code(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    for name, code in (
        ("Camp Stove", "CS"),
        ("CAMP STOVE", ""),
        ("Stove, camp", "cs"),
        ("Camp Stove Duo", "CSD"),
    ):
        org.add("products", productName=name, productCode=code)

    twins = await (await desk.search("mara")).check_product("camp stove")

    assert sorted(names(twins)) == ["CAMP STOVE", "Camp Stove", "Stove, camp"]
    assert len(twins.groups) == 2


async def test_a_product_name_that_is_here_once_or_never(desk: Stand) -> None:
    search = await desk.search("mara")
    desk.org("larkfield", empty=True).add("products", productName="Mug")

    assert names(await search.check_product("mug")) == ["Mug"]
    assert desk.paths() == ["products/searchDuplicates"]
    desk.sandbox.calls.clear()
    assert (await search.check_product("Tent")).records == ()
    assert desk.paths()[-1] == "accessibleOrganizations"


async def test_a_failure_is_said_and_not_taken_for_no_record(desk: Stand) -> None:
    search = await desk.search("mara")
    desk.sandbox.fault("html", path="*/searchDuplicates", times=None)

    with pytest.raises(ServerError):
        await search.check_product("Mug")


async def test_an_organisation_that_is_not_listed_is_refused(desk: Stand) -> None:
    search = await desk.search("mara")
    desk.sandbox.fault("org_mismatch", path="*/search*", times=None)

    with pytest.raises(OrganisationRefused):
        await search.check_product("Mug")
    desk.sandbox.calls.clear()

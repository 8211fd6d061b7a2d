"""Is everything in order: each question live, each answer by itself, and few calls."""

from __future__ import annotations

import pytest

from tests.zoho.duplicates.desk_stand import Stand
from zoho.access import Access
from zoho.duplicates.checks import Checked, Endpoint
from zoho.errors import (
    ModuleError,
    NoAnswer,
    OrganisationRefused,
    PermissionRefused,
    QuotaSpent,
    ScopeMissing,
    WrongRegion,
    ZohoError,
)
from zoho.records import Module, Organisation
from zoho.sandbox.desk.twins import product_groups
from zoho.scopes import BASIC_READ, CONTACTS_READ, PRODUCTS_READ, READ_DESK, SEARCH_READ

CONTACTS, ACCOUNTS, PRODUCTS = Module.DESK_CONTACTS, Module.DESK_ACCOUNTS, Module.DESK_PRODUCTS
ENDPOINT = "products/duplicate"


async def checked(desk: Stand, person: str = "mara", scopes: tuple[str, ...] = READ_DESK) -> Checked:
    return await (await desk.connect(person, scopes)).check()


async def verdict(access: Access) -> bool | None:
    return await access.organisations.has_endpoint(access.organisation)


async def test_all_well_takes_four_calls_and_counts_the_rows(desk: Stand) -> None:
    found = await checked(desk)

    assert found.missing == ()
    assert isinstance(found.organisation, Organisation)
    assert found.organisation.name == "Larkfield Support"
    assert isinstance(found.endpoint, Endpoint)
    assert found.endpoint.answers is True
    assert (found.endpoint.rows, found.endpoint.groups) == rows_of(desk)
    assert found.lists == {CONTACTS: None, ACCOUNTS: None}
    assert found.credits is not None
    assert 0 < found.credits.left < found.credits.highest + 1
    assert sorted(desk.paths()) == ["accessibleOrganizations", "accounts", "contacts", ENDPOINT]


def rows_of(desk: Stand) -> tuple[int, int]:
    """Records and groups that the stand-in's endpoint has to give."""
    found = product_groups(list(desk.org("larkfield").tables["products"].live(True)))
    return sum(len(members) for _, members in found), len(found)


async def test_loose_rows_are_counted_without_groups(desk: Stand) -> None:
    desk.org("larkfield").endpoint = "flat"
    found = await checked(desk)
    assert isinstance(found.endpoint, Endpoint)
    assert found.endpoint.rows > 0
    assert found.endpoint.groups == 0


@pytest.mark.parametrize(("person", "most"), [("jonas", 5), ("priya", 5), ("elif", 5)])
async def test_without_the_endpoint_the_product_list_is_tried_instead(
    desk: Stand, person: str, most: int
) -> None:
    access = await desk.connect(person)
    found = await access.check()

    assert found.endpoint == Endpoint(answers=False)
    assert found.lists == {CONTACTS: None, ACCOUNTS: None, PRODUCTS: None}
    assert await verdict(access) is False
    assert len(desk.paths()) == most


@pytest.mark.parametrize("before", [True, False])
async def test_the_endpoint_is_asked_whatever_was_noted_and_noted_anew(desk: Stand, before: bool) -> None:
    access = await desk.connect("mara")
    await access.organisations.note_endpoint(access.organisation, before)
    desk.org("larkfield").endpoint = "404" if before else "grouped"
    await access.check()

    assert desk.paths().count(ENDPOINT) == 1
    assert await verdict(access) is not before


async def test_an_error_key_is_an_answer_of_its_own_and_no_verdict(desk: Stand) -> None:
    desk.org("larkfield").endpoint = "error"
    access = await desk.connect("mara")
    found = await access.check()

    assert isinstance(found.endpoint, ModuleError)
    assert found.lists == {CONTACTS: None, ACCOUNTS: None}
    assert await verdict(access) is None


async def test_what_was_not_granted_is_named_and_not_asked(desk: Stand) -> None:
    found = await checked(desk, scopes=(PRODUCTS_READ, BASIC_READ))

    assert found.missing == (CONTACTS_READ, SEARCH_READ)
    assert found.endpoint == Endpoint(answers=None)
    lacking = found.lists[CONTACTS]
    assert isinstance(lacking, ScopeMissing)
    assert lacking.missing == (CONTACTS_READ,)
    assert found.lists[PRODUCTS] is None
    assert sorted(desk.paths()) == ["accessibleOrganizations", "products"]


@pytest.mark.parametrize(
    ("fault", "path", "kind"),
    [
        ("wrong_region", "*rganizations", WrongRegion),
        ("drop", "*rganizations", NoAnswer),
        ("quota", "*rganizations", QuotaSpent),
    ],
)
async def test_an_organisation_that_cannot_be_read_hides_no_other_answer(
    desk: Stand, fault: str, path: str, kind: type[ZohoError]
) -> None:
    access = await desk.connect("mara")
    desk.sandbox.fault(fault, path=f"/api/v1/{path}", times=None)
    found = await access.check()
    assert isinstance(found.organisation, kind)
    assert isinstance(found.endpoint, Endpoint)
    assert found.lists == {CONTACTS: None, ACCOUNTS: None}


async def test_an_organisation_that_left_the_list_is_named(desk: Stand) -> None:
    access = await desk.connect("mara")
    desk.sandbox.reach("mara", "kestrel")
    found = await access.check()
    assert isinstance(found.organisation, OrganisationRefused)
    assert found.organisation.words == "Larkfield Support"
    assert isinstance(found.lists[CONTACTS], OrganisationRefused)


async def test_one_list_that_is_forbidden_leaves_the_others(desk: Stand) -> None:
    access = await desk.connect("mara")
    desk.sandbox.fault("forbidden", path="/api/v1/accounts", times=None)
    found = await access.check()
    assert isinstance(found.lists[ACCOUNTS], PermissionRefused)
    assert found.lists[CONTACTS] is None


@pytest.mark.parametrize("person", ["mara", "tomas", "jonas", "priya", "elif"])
async def test_a_check_never_costs_more_than_six_calls(desk: Stand, person: str) -> None:
    access = await desk.connect(person)
    desk.sandbox.fault("scope", path="/api/v1/accessibleOrganizations", times=None)
    await access.check()
    assert 3 <= len(desk.paths()) <= 6

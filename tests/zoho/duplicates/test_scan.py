"""Scans that know every member: the cheaper source, a price named before, the same source again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.zoho.duplicates.desk_stand import Stand
from tests.zoho.duplicates.test_leaving_out import Said, pairs
from zoho.access import Access
from zoho.duplicates.apart import IN_A_THREAD, compared
from zoho.duplicates.scan import ENDPOINT, LIST, VALUES, Cost
from zoho.errors import OrganisationRefused, TooLarge
from zoho.records import Found, Module, Record
from zoho.sandbox import Org
from zoho.scopes import BASIC_READ, CONTACTS_READ, PRODUCTS_READ

CONTACTS, ACCOUNTS, PRODUCTS = Module.DESK_CONTACTS, Module.DESK_ACCOUNTS, Module.DESK_PRODUCTS


async def scanned(
    access: Access, module: Module = CONTACTS, source: str = "", **filters: str
) -> tuple[Cost, Found]:
    scanner = access.scanner()
    cost = await scanner.cost(module, filters, source=source)
    return cost, await scanner.scan(module, filters, cost)


def members(found: Found) -> set[tuple[str, ...]]:
    return {group.ids for group in found.groups}


def a_mixture(org: Org) -> None:
    """Contacts that share addresses, numbers with a name, both, or too much."""
    org.clear()
    for place in range(6):
        for number in range(2 + place % 3):
            org.add("contacts", firstName=f"P{number}", lastName=f"Q{place}", email=f"p{place}@a.example")
    for phone in ("5550142", "5550143"):
        for _ in range(2):
            org.add("contacts", firstName="Jo", lastName="Day", phone=phone)
    for number in range(7):
        org.add("contacts", firstName=f"M{number}", email="many@a.example", phone="5550199")
    bridge = {"firstName": "B", "lastName": "C", "email": "p0@a.example", "secondaryEmail": "p1@a.example"}
    org.add("contacts", **bridge)


async def test_both_sources_find_the_same_groups_with_all_their_members(desk: Stand) -> None:
    a_mixture(desk.org("larkfield"))
    access = await desk.connect("mara")

    by_values, found = await scanned(access, source=VALUES)
    by_list, listed = await scanned(access, source=LIST)

    assert (by_values.source, by_list.source) == (VALUES, LIST)
    assert members(found) == members(listed)
    assert (found.total, found.records, found.so_far) == (listed.total, listed.records, False)
    sizes = [len(group.records) for group in found.groups]
    assert sizes == sorted(sizes, reverse=True)


async def test_few_shared_values_in_a_long_list_are_fetched(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    org.fill("contacts", 3_000, duplicates=4)
    access = await desk.connect("mara")

    cost, found = await scanned(access)

    assert (cost.source, found.total) == (VALUES, 4)
    assert cost.credits < 30


async def test_many_shared_values_in_a_short_list_are_read_with_it(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    org.fill("contacts", 1_200, duplicates=500)
    access = await desk.connect("mara")
    desk.sandbox.calls.clear()

    cost, found = await scanned(access)

    assert (cost.source, cost.rows, found.total, found.compared) == (LIST, 1_200, 500, 1_200)
    assert len([path for path in desk.paths() if path == "groupContactDuplicateValues"]) <= 2
    assert "groupContacts" not in desk.paths()


async def test_a_scan_costs_no_more_than_was_named(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    access = await desk.connect("mara")
    for rows, duplicates in ((90, 3), (1_200, 500), (2_600, 900), (5_000, 10)):
        org.clear()
        org.fill("contacts", rows, duplicates=duplicates)
        for source in ("", VALUES, LIST):
            cost = await access.scanner().cost(CONTACTS, {}, source=source)
            before = org.credits_left
            found = await access.scanner().scan(CONTACTS, {}, cost)
            spent = before - org.credits_left
            assert spent <= cost.credits, (rows, source, cost)
            assert (found.total, found.so_far) == (duplicates, False)


async def test_a_module_too_long_for_its_list_is_read_by_windows(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    org.fill("contacts", 10_500, duplicates=3_000)
    org.large_at = 10_000
    access = await desk.connect("mara")

    cost, found = await scanned(access, source=VALUES)

    assert (cost.source, cost.by_windows, cost.rows) == (LIST, True, 10_500)
    assert (found.total, found.compared, found.out_of) == (3_000, 10_500, None)


async def test_products_come_from_the_endpoint_where_there_is_one_else_from_their_list(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    for _ in range(2):
        org.add("products", productName="Camp Stove", productCode="CS-1")
    access = await desk.connect("mara")

    cost, found = await scanned(access, PRODUCTS)
    assert (cost.source, found.source, found.total) == (ENDPOINT, ENDPOINT, 1)
    cost, found = await scanned(access, PRODUCTS, LIST)
    assert (cost.source, found.source, found.total) == (LIST, LIST, 1)

    other = await desk.connect("jonas")
    cost, found = await scanned(other, PRODUCTS)
    assert (cost.source, found.source) == (LIST, LIST)


async def test_filters_are_served_by_the_list_and_priced_where_nobody_counts_it(desk: Stand) -> None:
    for one, other in pairs(desk, 130):
        for record in (one, other):
            desk.org("larkfield").patch("contacts", record, city="Hamburg")
    access = await desk.connect("mara")

    cost, found = await scanned(access, city="Hamburg")

    assert (cost.source, cost.rows, found.total, found.compared) == (LIST, None, 130, 260)
    assert cost.credits <= 25


async def test_without_the_search_permission_a_list_is_priced_by_small_calls(desk: Stand) -> None:
    desk.org("larkfield", empty=True).fill("products", 700, duplicates=20)
    access = await desk.connect("mara", (CONTACTS_READ, PRODUCTS_READ, BASIC_READ))

    cost, found = await scanned(access, PRODUCTS)

    assert (cost.source, cost.credits, found.total) == (LIST, 40, 20)


async def test_a_list_beyond_what_can_be_read_is_refused_before_it_is_read(desk: Stand) -> None:
    desk.org("larkfield", empty=True).fill("products", 10_200)
    access = await desk.connect("mara", (CONTACTS_READ, PRODUCTS_READ, BASIC_READ))
    with pytest.raises(TooLarge):
        await access.scanner().cost(PRODUCTS, {})


@pytest.mark.parametrize("source", [VALUES, LIST])
async def test_nothing_is_said_only_when_the_organisation_is_proved(desk: Stand, source: str) -> None:
    desk.org("larkfield", empty=True)
    access = await desk.connect("mara")
    cost, found = await scanned(access, source=source)
    assert (found.groups, found.total) == ((), 0)
    assert "accessibleOrganizations" in desk.paths()
    cost = await access.scanner().cost(CONTACTS, {}, source=source)
    desk.sandbox.fault("org_mismatch", path="*rganizations", times=None)
    with pytest.raises(OrganisationRefused):
        await access.scanner().scan(CONTACTS, {}, cost)


async def test_what_was_dismissed_is_left_out_of_scans(desk: Stand) -> None:
    contacts = pairs(desk, 3)
    access = await desk.connect("mara")
    said = Said(access)
    await said.dismiss(CONTACTS, *contacts[1])
    access = replace(access, dismissals=said)
    for source in (VALUES, LIST):
        _, found = await scanned(access, source=source)
        assert members(found) == {contacts[0], contacts[2]}
        assert len(found.dismissed) == 1


async def test_many_records_are_compared_in_a_process_of_their_own(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    org.fill("contacts", IN_A_THREAD + 300, duplicates=400)
    access = await desk.connect("mara")
    _, listed = await scanned(access, source=LIST)
    _, found = await scanned(access, source=VALUES)
    assert (listed.total, found.total) == (400, 400)
    assert {record.id for group in listed.groups for record in group.records} == {
        record.id for group in found.groups for record in group.records
    }


async def test_a_process_that_ends_badly_prints_nothing_of_the_records(
    capfd: pytest.CaptureFixture[str],
) -> None:
    poison = [Record(CONTACTS, str(n), "Lindqvist", email=object()) for n in range(IN_A_THREAD + 1)]  # type: ignore[arg-type]
    with pytest.raises(EOFError):
        await compared(CONTACTS, poison)
    said = capfd.readouterr()
    assert "Lindqvist" not in said.err + said.out
    assert "Traceback" not in said.err

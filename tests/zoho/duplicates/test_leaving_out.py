"""What was dismissed is left out of every kind of search, and the numbers stay true."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from tests.zoho.duplicates.desk_stand import Stand
from zoho.access import Access
from zoho.duplicates.dismissed import Dismissed, DismissedPair, marks_of, pair_of
from zoho.duplicates.groups import as_given
from zoho.duplicates.leaving_out import leave_out
from zoho.organisations import OrganisationKey
from zoho.records import Changed, Found, Module

CONTACTS, ACCOUNTS, PRODUCTS = Module.DESK_CONTACTS, Module.DESK_ACCOUNTS, Module.DESK_PRODUCTS
VALUES, MEMBERS, BY_IDS = "groupContactDuplicateValues", "groupContacts", "contacts/contactsByIds"


class Said:
    """What a workspace has dismissed, in memory."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self.pairs: dict[tuple[Module, str], DismissedPair] = {}

    async def dismiss(self, module: Module, one: str, other: str) -> str:
        """Say that two records, as they are now, are no duplicates; the key."""
        pair = pair_of(one, other)
        records = {record.id: record for record in await self._access.desk.records(module, pair)}
        key = "-".join(pair)
        marks = (marks_of(records[pair.a]), marks_of(records[pair.b]))
        self.pairs[module, key] = DismissedPair(key, pair, marks)
        return key

    async def standing(self, workspace: str, organisation: OrganisationKey, module: Module) -> Dismissed:
        assert (workspace, organisation.dc) == ("T01LARKFIELD", "eu")
        return Dismissed.of(one for (kind, _), one in self.pairs.items() if kind is module)


async def ready(desk: Stand, person: str = "mara") -> tuple[Access, Said]:
    """A person, and what their workspace has dismissed."""
    access = await desk.connect(person)
    said = Said(access)
    return replace(access, dismissals=said), said


def pairs(desk: Stand, count: int, *, portal: str = "larkfield") -> list[tuple[str, str]]:
    """The organisation's only contacts: so many addresses, each on two of them."""
    org = desk.org(portal, empty=True)
    return [
        (
            org.add("contacts", firstName="Al", lastName=f"Q{place}", email=f"p{place:03}@a.example"),
            org.add("contacts", firstName="Bo", lastName=f"Q{place}", email=f"p{place:03}@a.example"),
        )
        for place in range(count)
    ]


def shown(found: Found) -> list[tuple[str, ...]]:
    return [group.ids for group in found.groups]


async def walked(desk: Stand, said: Said, some: Iterable[tuple[str, str]]) -> None:
    for one, other in some:
        await said.dismiss(CONTACTS, one, other)
    desk.sandbox.calls.clear()


# -- values first -------------------------------------------------------------------------------------


async def test_the_number_leaves_out_what_was_dismissed_for_one_call_a_search(desk: Stand) -> None:
    contacts = pairs(desk, 12)
    access, said = await ready(desk)
    await walked(desk, said, contacts[2:5])

    found = await access.duplicates().run(CONTACTS, {})

    assert (found.total, found.so_far, len(found.dismissed)) == (9, False, 3)
    assert shown(found) == [contacts[n] for n in (0, 1, 5, 6, 7)]
    assert desk.paths() == [VALUES, BY_IDS, *[MEMBERS] * 5]
    assert (await access.duplicates().more(found, groups=10)).total == 9


async def test_without_dismissals_nothing_more_is_asked(desk: Stand) -> None:
    pairs(desk, 2)
    access, _ = await ready(desk)
    await access.duplicates().run(CONTACTS, {}, groups=1)
    assert desk.paths() == [VALUES, MEMBERS]


async def test_when_everything_was_dismissed_nothing_is_found_and_that_is_proved(desk: Stand) -> None:
    contacts = pairs(desk, 3)
    access, said = await ready(desk)
    await walked(desk, said, contacts)

    found = await access.duplicates().run(CONTACTS, {})

    assert (found.total, found.so_far, found.is_complete, found.records) == (0, False, True, 0)
    assert len(found.dismissed) == 3
    assert MEMBERS not in desk.paths()


async def test_a_pair_comes_back_when_a_compared_field_changes_and_says_which(desk: Stand) -> None:
    contacts = pairs(desk, 3)
    access, said = await ready(desk)
    await walked(desk, said, contacts)
    one, other = contacts[1]
    desk.org("larkfield").patch("contacts", one, mobile="+49 171 5550 163", title="Head of stoves")
    assert (await access.duplicates().run(CONTACTS, {})).total == 0

    desk.org("larkfield").patch("contacts", other, phone="+49 40 5550 163")
    found = await access.duplicates().run(CONTACTS, {})

    assert shown(found) == [contacts[1]]
    (back,) = found.groups[0].reopened
    assert (back.key, back.changed) == (f"{one}-{other}", (Changed(other, "phone"),))
    assert (found.total, len(found.dismissed)) == (1, 2)
    assert TypeAdapter(Found).validate_json(TypeAdapter(Found).dump_json(found)) == found


async def test_three_on_one_address_split_and_count_as_the_two_groups_they_are(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    trio = [org.add("contacts", firstName=f"P{n}", lastName="Q", email="p@a.example") for n in range(3)]
    access, said = await ready(desk)
    await said.dismiss(CONTACTS, trio[0], trio[2])

    found = await access.duplicates().run(CONTACTS, {})

    assert shown(found) == [(trio[0], trio[1]), (trio[1], trio[2])]
    assert (found.total, found.records, len(found.dismissed)) == (2, 3, 1)


async def test_a_pair_that_was_dismissed_is_not_found_again_by_its_name_and_phone(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    same = {"firstName": "Jo", "lastName": "Day", "phone": "5550142", "email": "jo@day.example"}
    one, other = org.add("contacts", **same), org.add("contacts", **same)
    access, said = await ready(desk)
    await said.dismiss(CONTACTS, one, other)

    found = await access.duplicates().run(CONTACTS, {})

    assert (found.groups, found.total, found.so_far, len(found.dismissed)) == ((), 0, False, 1)


async def test_no_third_record_brings_two_together_that_were_dismissed(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    one = org.add("contacts", firstName="A", email="x@a.example", secondaryEmail="y@a.example")
    other = org.add("contacts", firstName="C", email="z@a.example", secondaryEmail="y@a.example")
    access, said = await ready(desk)
    await said.dismiss(CONTACTS, one, other)
    between = org.add("contacts", firstName="B", email="x@a.example", secondaryEmail="z@a.example")

    found = await access.duplicates().run(CONTACTS, {})

    assert sorted(shown(found)) == sorted([(one, between), (other, between)])


async def test_more_dismissals_than_one_turn_looks_at_leave_the_number_open_until_they_are_gone_through(
    desk: Stand,
) -> None:
    contacts = pairs(desk, 125)
    access, said = await ready(desk)
    await walked(desk, said, contacts[:120])
    late = contacts[119]
    desk.org("larkfield").patch("contacts", late[0], phone="+49 40 5550 163")
    desk.sandbox.calls.clear()

    first = await access.duplicates().run(CONTACTS, {})

    assert (first.total, first.so_far, len(first.dismissed)) == (5, True, 100)
    assert shown(first) == contacts[120:]
    assert len(desk.paths()) == 2 + 10 + 5

    last = await access.duplicates().more(first, groups=10)
    assert (last.total, last.so_far, len(last.dismissed)) == (6, False, 119)
    assert shown(last)[-1] == late


async def test_a_page_that_was_shown_stays_when_one_of_its_groups_is_dismissed_meanwhile(desk: Stand) -> None:
    contacts = pairs(desk, 8)
    access, said = await ready(desk)
    first = await access.duplicates().run(CONTACTS, {})
    await said.dismiss(CONTACTS, *contacts[1])
    await said.dismiss(CONTACTS, *contacts[6])

    second = await access.duplicates().more(first, groups=10)

    assert shown(second) == [*contacts[:6], contacts[7]]
    assert second.total == 7


async def test_accounts_leave_out_what_was_dismissed(desk: Stand) -> None:
    org = desk.org("kestrel", empty=True)
    rows = [
        org.add("accounts", accountName=f"Kestrel {n // 2}", website=f"https://k{n // 2}.example")
        for n in range(6)
    ]
    access = await desk.connect("jonas")
    said = Said(access)
    await said.dismiss(ACCOUNTS, rows[0], rows[1])

    found = await replace(access, dismissals=said).duplicates().run(ACCOUNTS, {})

    assert shown(found) == [(rows[2], rows[3]), (rows[4], rows[5])]
    assert (found.total, found.so_far, found.records) == (2, False, 4)


# -- lists, the endpoint, whole modules ---------------------------------------------------------------


async def test_a_list_leaves_out_what_was_dismissed_before_it_counts(desk: Stand) -> None:
    contacts = pairs(desk, 4)
    for one, other in contacts:
        for record in (one, other):
            desk.org("larkfield").patch("contacts", record, city="Hamburg")
    access, said = await ready(desk)
    await walked(desk, said, contacts[:1])

    found = await access.duplicates().run(CONTACTS, {"city": "Hamburg"})

    assert (found.total, found.records, found.compared, len(found.dismissed)) == (3, 6, 8, 1)


@pytest.mark.parametrize("endpoint", ["grouped", "flat", "404"])
async def test_products_leave_out_what_was_dismissed_however_they_are_found(
    desk: Stand, endpoint: str
) -> None:
    org = desk.org("larkfield", empty=True)
    org.endpoint = endpoint
    stoves = [org.add("products", productName="Camp Stove", productCode="CS-1") for _ in range(3)]
    access, said = await ready(desk)
    for other in stoves[:2]:
        await said.dismiss(PRODUCTS, stoves[2], other)

    found = await access.duplicates().run(PRODUCTS, {})

    assert shown(found) == [(stoves[0], stoves[1])]
    assert (found.total, found.records, len(found.dismissed)) == (1, 2, 2)


async def test_a_whole_module_that_is_read_leaves_out_what_was_dismissed(desk: Stand) -> None:
    contacts = pairs(desk, 3)
    access, said = await ready(desk)
    await said.dismiss(CONTACTS, *contacts[2])
    search = access.duplicates()

    found = await search.read(CONTACTS, {}, await search.price(CONTACTS, {}), _quiet)

    assert set(shown(found)) == {contacts[0], contacts[1]}
    assert len(found.dismissed) == 1


async def test_a_change_that_only_a_list_knows_of_is_not_believed(desk: Stand) -> None:
    """The list here does not give the code that a single read gave when the pair was dismissed."""
    org = desk.org("larkfield", empty=True)
    org.endpoint = "grouped"
    stoves = [org.add("products", productName="Camp Stove", productCode="CS-1") for _ in range(2)]
    access, said = await ready(desk)
    await said.dismiss(PRODUCTS, *stoves)
    for stove in stoves:
        org.patch("products", stove, productCode="")
    answer = await access.desk.duplicate_products({})
    for stove in stoves:
        org.patch("products", stove, productCode="CS-1")
    assert all(not record.code for members in answer.groups for record in members)

    stale = [group for members in answer.groups if (group := as_given(PRODUCTS, members)) is not None]
    found = replace(await access.duplicates().run(PRODUCTS, {}), groups=tuple(stale))
    left = await leave_out(access.desk, found, await access.dismissed(PRODUCTS))
    assert (left.groups, left.total, len(left.dismissed)) == ((), 0, 1)


# -- one thing ----------------------------------------------------------------------------------------


async def test_the_check_of_one_names_its_records_and_no_group_that_was_dismissed(desk: Stand) -> None:
    ((one, other),) = pairs(desk, 1)
    access, said = await ready(desk)
    await said.dismiss(CONTACTS, one, other)
    search = access.duplicates()

    by_value = await search.check_values(["p000@a.example"], [])
    by_record = await search.check_record(CONTACTS, one)

    for twins in (by_value, by_record):
        assert (twins.groups, len(twins.dismissed)) == ((), 1)
    assert [record.id for record in by_value.records] == [one, other]
    third = desk.org("larkfield").add("contacts", firstName="Cy", email="p000@a.example")
    twins = await search.check_record(CONTACTS, one)
    assert [group.ids for group in twins.groups] == [(one, third)]
    assert [record.id for record in twins.records] == [one, third]


async def _quiet(_: object) -> None:
    """Hears of progress and does nothing."""

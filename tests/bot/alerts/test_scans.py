"""Scans with an owner's login: every member known, one list's trouble kept to itself, prices kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.alerts.news import Kind, after, news
from bot.alerts.scanned import Scanned, TooDear
from bot.alerts.scans import price, scan
from bot.ids import Detail
from bot.store import Known, Terms
from tests.zoho.duplicates.desk_stand import Clock, Stand, stand
from tests.zoho.duplicates.test_leaving_out import Said, pairs
from zoho.access import Access
from zoho.errors import GrantLost, OrganisationRefused
from zoho.records import Module, Product
from zoho.scopes import CONTACTS_READ

CONTACTS, ACCOUNTS, PRODUCTS = Module


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def desk(tmp_path: Path, clock: Clock) -> AsyncIterator[Stand]:
    async with stand(tmp_path, now=clock) as running:
        yield running


def terms(*modules: Module, agreed: int | None = None, **filters: str) -> Terms:
    return Terms(
        channel="C1",
        product=Product.DESK,
        dc="eu",
        org_id="200",
        org_name="Larkfield Support",
        modules=modules or (CONTACTS,),
        filters=tuple(filters.items()),
        schedule="",
        detail=Detail.MASKED,
        most=5,
        mention=(),
        price=agreed,
    )


class Channel:
    """A channel that listens with one person's login."""

    def __init__(self, access: Access, clock: Clock, wanted: Terms) -> None:
        self.access, self.clock, self.wanted = access, clock, wanted
        self.known = Known()

    async def scan(self) -> Scanned:
        return await scan(self.access, self.wanted, self.known, self.clock())

    async def hear(self) -> list[tuple[Kind, tuple[str, ...]]]:
        self.clock.forward(hours=1)
        scanned = await self.scan()
        assert not scanned.failed, scanned.failed
        heard = news(scanned, self.known)
        self.known = after(self.known, heard)
        self.shrunk = heard.shrunk
        return [(item.kind, item.group.ids) for item in heard.items]


async def channel(desk: Stand, clock: Clock, *modules: Module, person: str = "mara") -> Channel:
    """A channel after its first, silent scan."""
    listening = Channel(await desk.connect(person), clock, terms(*modules))
    assert await listening.hear() == []
    return listening


async def test_every_group_comes_with_all_its_members(desk: Stand, clock: Clock) -> None:
    contacts = pairs(desk, 30)
    scanned = await Channel(await desk.connect("mara"), clock, terms()).scan()
    (listed,) = scanned.lists
    assert {group.ids for group in listed.groups} == set(contacts)
    assert (listed.is_whole, scanned.failed, scanned.org_name) == (True, (), "Larkfield Support")


async def test_what_changes_in_zoho_is_told_and_struck_out_as_zoho_says(desk: Stand, clock: Clock) -> None:
    contacts = pairs(desk, 4)
    org = desk.org("larkfield")
    heard = await channel(desk, clock)
    new = [org.add("contacts", firstName=name, email="new@a.example") for name in ("Al", "Bo")]
    third = org.add("contacts", firstName="Cy", email="p000@a.example")
    assert await heard.hear() == [(Kind.GREW, (*contacts[0], third)), (Kind.NEW, tuple(new))]
    assert await heard.hear() == []

    org.trash("contacts", new[1])
    org.patch("contacts", contacts[1][0], email="elsewhere@a.example")
    assert await heard.hear() == []
    assert sorted((one.members, one.is_solved) for one in heard.shrunk) == sorted(
        [(tuple(new), True), (contacts[1], True)]
    )
    org.patch("contacts", new[1], isTrashed=False)
    assert await heard.hear() == [(Kind.BACK, tuple(new))]


async def test_a_merge_in_zoho_solves_a_group_and_hidden_records_do_not(desk: Stand, clock: Clock) -> None:
    contacts = pairs(desk, 3)
    org = desk.org("larkfield")
    heard = await channel(desk, clock, person="tomas")
    org.record("contacts", contacts[0][1])["_restricted"] = True
    org.tables["contacts"].patch(contacts[0][1], {})
    for status in (404, 403):
        org.quirks.hidden_status = status
        assert (await heard.hear(), heard.shrunk) == ([], ())
    clock.forward(days=1)
    org.patch("contacts", contacts[1][0], modifiedTime=clock())
    org.remove("contacts", contacts[1][1])
    org.patch("contacts", contacts[0][0], modifiedTime=clock(), title="Head of stoves")
    assert await heard.hear() == []
    (merged,) = heard.shrunk
    assert (merged.gone, merged.is_solved) == ((contacts[1][1],), True)


async def test_when_the_owners_profile_sees_less_nothing_is_solved_and_nothing_told_when_it_sees_all_again(
    desk: Stand, clock: Clock
) -> None:
    contacts = pairs(desk, 3)
    org = desk.org("larkfield")
    heard = await channel(desk, clock, person="tomas")
    for one in (*contacts[0], contacts[1][0]):
        org.record("contacts", one)["_restricted"] = True
    org.tables["contacts"].patch(contacts[2][0], {"mobile": "1"})
    assert (await heard.hear(), heard.shrunk) == ([], ())
    for one in (*contacts[0], contacts[1][0]):
        del org.record("contacts", one)["_restricted"]
    org.tables["contacts"].patch(contacts[2][0], {"mobile": "2"})
    assert (await heard.hear(), heard.shrunk) == ([], ())


async def test_a_list_that_fails_stops_no_other_and_changes_nothing_of_its_own(
    desk: Stand, clock: Clock
) -> None:
    contacts = pairs(desk, 2)
    org = desk.org("larkfield")
    org.endpoint = "404"
    for _ in range(2):
        org.add("products", productName="Stove", productCode="CS-1")
    heard = await channel(desk, clock, CONTACTS, PRODUCTS)
    before = {one.identity for one in heard.known.groups if one.module is PRODUCTS}
    desk.sandbox.fault("server_error", path="/api/v1/products", times=None)
    org.add("contacts", firstName="Cy", email="p000@a.example")

    scanned = await heard.scan()

    assert [(one.module, one.error, bool(one.why)) for one in scanned.failed] == [
        (PRODUCTS, "ServerError", True)
    ]
    found = news(scanned, heard.known)
    assert [item.group.ids[:2] for item in found.items] == [contacts[0]]
    assert (found.shrunk, [one for one in found.groups if one.module is PRODUCTS]) == ((), [])
    desk.sandbox.clear_faults()
    assert before == {one.identity for one in heard.known.groups if one.module is PRODUCTS}
    assert await heard.hear() == [(Kind.GREW, found.items[0].group.ids)]


async def test_a_record_that_nobody_can_compare_fails_its_own_list_alone(desk: Stand, clock: Clock) -> None:
    pairs(desk, 2)
    desk.org("larkfield").add("accounts", accountName="Kestrel")
    access = await desk.connect("mara")
    poisoned = replace(access, desk=Poisoned(access.desk))  # type: ignore[arg-type]
    scanned = await scan(poisoned, terms(CONTACTS, ACCOUNTS), Known(), clock())
    assert [one.module for one in scanned.lists] == [CONTACTS]
    (failed,) = scanned.failed
    assert (failed.module, failed.error) == (ACCOUNTS, "AttributeError")
    assert "did not expect" in failed.why


class Poisoned:
    """A Desk of which one record is no record at all."""

    def __init__(self, desk: object) -> None:
        self._desk = desk

    def __getattr__(self, name: str) -> object:
        return getattr(self._desk, name)

    async def page(self, module: Module, **more: object) -> tuple[object, ...]:
        return (*await self._desk.page(module, **more), object())  # type: ignore[attr-defined]

    async def duplicate_values(self, module: Module, field: str, **more: object) -> tuple[object, ...]:
        if module is ACCOUNTS:
            return (object(),)
        return tuple(await self._desk.duplicate_values(module, field, **more))  # type: ignore[attr-defined]


async def test_what_ends_the_owners_access_is_no_matter_of_one_list(desk: Stand, clock: Clock) -> None:
    pairs(desk, 2)
    access = await desk.connect("mara")
    desk.sandbox.fault("org_mismatch", times=None)
    with pytest.raises(OrganisationRefused):
        await scan(access, terms(CONTACTS, PRODUCTS), Known(), clock())
    desk.sandbox.clear_faults()
    desk.sandbox.revoke("mara")
    desk.sandbox.expire_tokens("mara")
    with pytest.raises(GrantLost):
        await scan(access, terms(CONTACTS), Known(), clock())


async def test_a_slot_costs_no_more_than_its_price_and_a_dearer_one_is_not_read(
    desk: Stand, clock: Clock
) -> None:
    org = desk.org("larkfield", empty=True)
    org.fill("contacts", 3_000, duplicates=20)
    access = await desk.connect("mara")
    agreed = await price(access, [CONTACTS, ACCOUNTS], ())
    before = org.credits_left
    wanted = terms(CONTACTS, ACCOUNTS, agreed=agreed)
    scanned = await scan(access, wanted, Known(), clock())
    assert before - org.credits_left <= agreed
    assert (len(scanned.lists), scanned.too_dear) == (2, None)

    known = after(Known(), news(scanned, Known()))
    org.fill("contacts", 3_000, duplicates=900)
    before = org.credits_left
    dearer = await scan(access, wanted, known, clock())
    assert dearer.too_dear is not None
    assert (dearer.too_dear.agreed, dearer.too_dear.credits * 10 > agreed * 11) == (agreed, True)
    assert (dearer.lists, dearer.failed) == ((), ())
    assert before - org.credits_left < agreed
    assert news(dearer, known).items == ()
    assert isinstance(dearer.too_dear, TooDear)


async def test_a_list_is_scanned_by_the_same_source_as_before_and_silently_by_another(
    desk: Stand, clock: Clock
) -> None:
    org = desk.org("larkfield", empty=True)
    spelled = [
        org.add("contacts", firstName="Jo", lastName="Day", phone=phone)
        for phone in ("+49 30 5550 142", "0049305550142")
    ]
    org.fill("contacts", 2_000, duplicates=10)
    heard = await channel(desk, clock)
    assert heard.known.lists[CONTACTS].source == "values"
    org.fill("contacts", 600, duplicates=300)
    assert len(await heard.hear()) >= 300
    assert heard.known.lists[CONTACTS].source == "values"

    org.large_at = 2_000
    org.add("contacts", firstName="Jo", lastName="Day", phone="0049 30 5550142")
    assert await heard.hear() == []
    assert heard.known.lists[CONTACTS].source == "list"
    assert any(set(spelled) <= set(one.members) for one in heard.known.groups)
    late = org.add("contacts", firstName="Jo", lastName="Day", phone="0049 30 5550 142")
    ((kind, ids),) = await heard.hear()
    assert (kind, late in ids) == (Kind.GREW, True)


async def test_the_last_tenth_of_the_days_credits_is_left_to_people(desk: Stand, clock: Clock) -> None:
    pairs(desk, 2)
    org = desk.org("larkfield")
    heard = await channel(desk, clock)
    org.credits_left = org.credits_total // 11
    await heard.access.desk.my_name()
    desk.sandbox.calls.clear()
    scanned = await heard.scan()
    assert [one.error for one in scanned.failed] == ["CreditsLow"]
    assert desk.desk_calls() == []


async def test_what_was_dismissed_is_left_out_and_comes_back_with_its_reason(
    desk: Stand, clock: Clock
) -> None:
    contacts = pairs(desk, 3)
    access = await desk.connect("mara")
    said = Said(access)
    heard = Channel(replace(access, dismissals=said), clock, terms())
    await heard.hear()
    await said.dismiss(CONTACTS, *contacts[0])
    assert (await heard.hear(), heard.shrunk) == ([], ())
    desk.org("larkfield").patch("contacts", contacts[0][1], title="Head of stoves")
    assert await heard.hear() == []
    desk.org("larkfield").patch("contacts", contacts[0][1], phone="+49 40 5550 163")
    assert await heard.hear() == [(Kind.BACK, contacts[0])]
    assert await heard.hear() == []


async def test_a_missing_permission_is_said_of_its_list(desk: Stand, clock: Clock) -> None:
    pairs(desk, 1)
    access = await desk.connect("mara", (CONTACTS_READ, "Desk.basic.READ"))
    scanned = await scan(access, terms(CONTACTS, PRODUCTS), Known(), clock())
    assert [one.module for one in scanned.lists] == [CONTACTS]
    assert [(one.module, one.error) for one in scanned.failed] == [(PRODUCTS, "ScopeMissing")]

"""Duplicate contacts and accounts: the shared values first, the members for what is shown."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pydantic import TypeAdapter

from tests.zoho.duplicates.desk_stand import Clock, Stand
from zoho.errors import (
    BadRequest,
    OrganisationRefused,
    ScopeMissing,
    ServerError,
    Throttled,
    TooLarge,
    UnknownFilter,
    WrongRegion,
)
from zoho.records import Found, Module, Pending, SharedValue

CONTACTS, ACCOUNTS = Module.DESK_CONTACTS, Module.DESK_ACCOUNTS
VALUES, MEMBERS = "groupContactDuplicateValues", "groupContacts"


def reasons(found: Found) -> list[tuple[str, ...]]:
    """What the members of each group share."""
    return [group.reason.fields for group in found.groups]


def emails(desk: Stand, portal: str, *counts: int) -> None:
    """The organisation's only contacts: one e-mail address on so many of them, for each count."""
    org = desk.org(portal, empty=True)
    for place, count in enumerate(counts):
        for number in range(count):
            org.add("contacts", firstName=f"P{number}", lastName=f"Q{place}", email=f"p{place}@a.example")


def phones(desk: Stand, portal: str, rows: Sequence[tuple[str, str]]) -> None:
    """Further contacts, by last name and phone."""
    for name, phone in rows:
        desk.org(portal).add("contacts", firstName="Jo", lastName=name, phone=phone)


# -- e-mail values ------------------------------------------------------------------------------------


async def test_the_values_are_the_number_and_members_are_fetched_for_five_groups_only(desk: Stand) -> None:
    emails(desk, "larkfield", *(3, 2) * 60)

    found = await (await desk.search("mara")).run(CONTACTS, {})

    assert (found.total, len(found.groups), found.so_far, found.records) == (120, 5, False, None)
    assert [len(group.records) for group in found.groups] == [3] * 5
    assert desk.paths() == [VALUES, VALUES, *[MEMBERS] * 5]
    assert not found.is_complete


@pytest.mark.parametrize(("planted", "pages"), [(99, 1), (100, 2), (101, 2), (250, 3)])
async def test_the_first_answer_takes_the_value_pages_and_five_calls(
    desk: Stand, planted: int, pages: int
) -> None:
    emails(desk, "larkfield", *(2,) * planted)

    found = await (await desk.search("mara")).run(CONTACTS, {})

    assert (found.total, len(desk.paths())) == (planted, pages + 5)


async def test_the_next_page_fetches_only_what_it_shows_and_asks_nothing_for_what_is_known(
    desk: Stand,
) -> None:
    emails(desk, "larkfield", *(2,) * 12)
    search = await desk.search("mara")
    found = await search.run(CONTACTS, {})
    desk.sandbox.calls.clear()

    assert await search.more(found, groups=5) is found
    assert desk.paths() == []
    second = await search.more(found, groups=10)
    assert desk.paths() == [MEMBERS] * 5
    assert second.groups[:5] == found.groups
    assert (len(second.groups), second.total) == (10, 12)


async def test_a_stored_search_goes_on_where_it_stopped(desk: Stand) -> None:
    emails(desk, "larkfield", *(2,) * 7)
    phones(desk, "larkfield", [("Roe", "5550142")] * 2)
    search = await desk.search("mara")
    stored = TypeAdapter(Found)
    found = await search.run(CONTACTS, {})

    again = stored.validate_json(stored.dump_json(found))
    assert again == found
    last = await search.more(again, groups=50)

    assert (last.total, len(last.groups), last.is_complete, last.records) == (8, 8, True, 16)
    assert last.pending == Pending()
    assert await search.more(last, groups=99) is last


async def test_values_on_many_records_role_mailboxes_and_placeholders_are_folded(desk: Stand) -> None:
    emails(desk, "larkfield", 6, 5, 2)
    org = desk.org("larkfield")
    for address in ("info@b.example", "test@test.com"):
        for name in ("Ann", "Bo"):
            org.add("contacts", firstName=name, email=address)

    found = await (await desk.search("mara")).run(CONTACTS, {})

    assert found.total == 2
    assert set(found.shared_by_many) == {
        SharedValue("p0@a.example", 6),
        SharedValue("info@b.example", 2),
        SharedValue("test@test.com", 2, is_placeholder=True),
    }
    assert found.shared_by_many[0].holders == 6


async def test_a_value_may_be_a_second_address(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    org.add("contacts", lastName="Mensah", email="k@m.example")
    org.add("contacts", lastName="Mensah", email="kofi@m.example", secondaryEmail="K@m.example")

    found = await (await desk.search("mara")).run(CONTACTS, {})

    assert (found.total, found.records, reasons(found)) == (1, 2, [("e-mail",)])
    assert desk.desk_calls()[0].query["fieldName"] == "bothEmail"


async def test_two_addresses_of_the_same_two_records_are_one_group_and_an_overlap_stays_two(
    desk: Stand,
) -> None:
    org = desk.org("larkfield", empty=True)
    for _ in range(2):
        org.add("contacts", lastName="One", email="a@one.example", secondaryEmail="b@one.example")
    org.add("contacts", lastName="Two", email="a@two.example")
    org.add("contacts", lastName="Two", email="a@two.example", secondaryEmail="b@two.example")
    org.add("contacts", lastName="Two", email="b@two.example")

    found = await (await desk.search("mara")).run(CONTACTS, {})

    assert (found.total, found.records) == (3, 5)
    assert sorted(len(group.records) for group in found.groups) == [2, 2, 2]


async def test_a_group_that_falls_to_one_live_member_is_dropped(desk: Stand) -> None:
    emails(desk, "larkfield", 2, 2)
    org = desk.org("larkfield")
    org.add("contacts", lastName="Spam", email="s@a.example", isSpam=True)
    org.add("contacts", lastName="Own", email="s@a.example")

    found = await (await desk.search("mara")).run(CONTACTS, {})

    assert (found.total, len(found.groups)) == (2, 2)


@pytest.mark.parametrize(
    "address", ["a+b@c.example", "a&b=c@d.example", "50%#off@c.example", "größe@c.example", "<x>@c.example"]
)
async def test_a_value_reaches_zoho_as_it_is(desk: Stand, address: str) -> None:
    org = desk.org("larkfield", empty=True)
    for name in ("Ann", "Bo"):
        org.add("contacts", firstName=name, email=address)

    found = await (await desk.search("mara")).run(CONTACTS, {})

    assert [group.reason.values for group in found.groups] == [(address,)]
    assert desk.desk_calls()[1].query["fieldValues"] == address


async def test_odd_types_and_values_without_a_value_are_read(desk: Stand) -> None:
    emails(desk, "larkfield", 3, 2)
    org = desk.org("larkfield")
    org.add_many("contacts", [{"lastName": "None"}, {"lastName": "None too"}])
    org.quirks.null_values = org.quirks.numbers_as_text = org.quirks.epoch_times = True
    org.quirks.limit_counts_groups = org.quirks.empty_list = True

    found = await (await desk.search("mara")).run(CONTACTS, {})

    assert (found.total, found.records) == (2, 5)
    assert all(record.created for group in found.groups for record in group.records)


# -- name and phone -----------------------------------------------------------------------------------


async def test_names_and_phones_begin_after_the_last_email_group_and_fill_the_page(desk: Stand) -> None:
    emails(desk, "larkfield", 2, 2)
    phones(
        desk, "larkfield", [("Roe", "5550142"), ("Roe", "555 0142"), ("Roe", "555 0142"), ("Day", "5550142")]
    )

    found = await (await desk.search("mara")).run(CONTACTS, {})

    assert reasons(found) == [("e-mail",), ("e-mail",), ("name", "phone")]
    assert (found.total, found.so_far, found.is_complete, found.records) == (3, False, True, 7)


async def test_with_five_email_groups_the_phones_are_not_asked_and_the_number_is_not_so_far(
    desk: Stand,
) -> None:
    emails(desk, "larkfield", *(2,) * 5)
    phones(desk, "larkfield", [("Roe", "5550142")] * 2)
    search = await desk.search("mara")

    found = await search.run(CONTACTS, {})
    assert (found.total, found.so_far, found.is_complete) == (5, False, False)
    assert {call.query["fieldName"] for call in desk.desk_calls()} == {"bothEmail"}

    more = await search.more(found, groups=10)
    assert (more.total, more.so_far, more.is_complete) == (6, False, True)


async def test_a_phone_group_that_is_an_email_group_already_is_not_counted_twice(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    for _ in range(2):
        org.add("contacts", lastName="Roe", email="a@roe.example", phone="5550142")

    found = await (await desk.search("mara")).run(CONTACTS, {})

    assert (found.total, found.records, reasons(found)) == (1, 2, [("e-mail", "phone")])


async def test_a_search_among_phones_stops_after_twenty_calls_and_says_so_far(desk: Stand) -> None:
    desk.org("larkfield").clear()
    unlike = [(f"N{number}", f"5550{number // 2:04}") for number in range(2 * 60)]
    alike = [("Roe", f"7770{number // 2:04}") for number in range(2 * 3)]
    phones(desk, "larkfield", [*unlike, *alike])
    search = await desk.search("mara")

    found = await search.run(CONTACTS, {})
    assert (found.total, found.so_far, found.is_complete) == (0, True, False)
    assert desk.paths() == [VALUES, VALUES, *[MEMBERS] * 19]

    while not found.is_complete:
        desk.sandbox.calls.clear()
        found = await search.more(found, groups=5)
        assert len(desk.paths()) <= 20
    assert (found.total, found.so_far, found.records) == (3, False, 6)


async def test_a_switchboard_and_a_placeholder_number_are_folded(desk: Stand) -> None:
    desk.org("larkfield").clear()
    phones(desk, "larkfield", [("Roe", "5550100")] * 6 + [("Day", "000000")] * 2)

    found = await (await desk.search("mara")).run(CONTACTS, {})

    assert (found.total, found.so_far) == (0, False)
    assert found.shared_by_many == (SharedValue("5550100", 6), SharedValue("000000", 2, is_placeholder=True))
    assert desk.paths() == [VALUES, VALUES]


# -- accounts -----------------------------------------------------------------------------------------


async def test_accounts_are_paged_by_name_and_need_one_more_value(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    for name, more in (
        ("Acme", {"phone": "5550170"}), ("ACME", {"phone": "555 0170"}), ("Acme", {}),
        ("Kestrel", {"website": "www.kestrel.example"}), ("Kestrel", {"website": "https://kestrel.example/"}),
        ("Oak", {"email": "info@oak.example"}), ("Oak", {"email": "Info@oak.example"}),
        ("Twin", {"phone": "1234567890"}), ("Twin", {"phone": "1234567890"}),
    ):  # fmt: skip
        org.add("accounts", accountName=name, **more)

    found = await (await desk.search("mara")).run(ACCOUNTS, {})

    assert (found.total, found.records, found.so_far) == (3, 6, False)
    assert set(reasons(found)) == {("name", "phone"), ("name", "website"), ("name", "e-mail")}
    assert desk.paths()[0] == "groupAccountDuplicateValues"
    assert desk.desk_calls()[0].query["fieldName"] == "accountName"


async def test_accounts_are_so_far_while_names_are_left(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    for number in range(8):
        org.add_many("accounts", [{"accountName": f"A{number}", "phone": f"55501{number:02}"}] * 2)
    search = await desk.search("mara")

    found = await search.run(ACCOUNTS, {})
    assert (found.total, found.so_far, found.records) == (5, True, None)
    found = await search.more(found, groups=10)
    assert (found.total, found.so_far, found.records) == (8, False, 16)


async def test_a_name_with_a_comma_is_found_by_zohos_search(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    org.add_many("accounts", [{"accountName": "Acme, Inc.", "phone": "5550170"}] * 2)
    org.add("accounts", accountName="Acme", phone="5550170")

    found = await (await desk.search("mara")).run(ACCOUNTS, {})

    assert (found.total, found.records, found.unread, found.so_far) == (1, 2, (), False)
    assert desk.desk_calls()[1].query["fieldValues"] == "Acme, Inc."


async def test_a_name_that_zoho_cannot_be_asked_for_is_not_taken_for_none(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    org.add_many("accounts", [{"accountName": "Acme, Inc.", "phone": "5550170"}] * 2)

    found = await (await desk.search("mara", ["Desk.contacts.READ", "Desk.basic.READ"])).run(ACCOUNTS, {})

    assert (found.total, found.unread, found.so_far, found.is_complete) == (0, ("Acme, Inc.",), True, False)


async def test_one_value_that_zoho_refuses_is_unread_and_the_others_are_shown(desk: Stand) -> None:
    emails(desk, "larkfield", 2, 2, 2)
    desk.sandbox.fault("vague", path=f"/api/v1/{MEMBERS}", times=1)

    found = await (await desk.search("mara")).run(CONTACTS, {})

    assert (found.total, len(found.unread), found.so_far, found.is_complete) == (2, 1, True, False)


@pytest.mark.parametrize("most", [1, 2, 6])
async def test_a_refusal_of_every_value_is_not_about_the_values(desk: Stand, most: int) -> None:
    emails(desk, "larkfield", *[2] * most)
    desk.sandbox.fault("vague", path=f"/api/v1/{MEMBERS}", times=None)
    search = await desk.search("mara")

    if most == 1:  # of one alone nobody can tell
        assert (await search.run(CONTACTS, {})).unread == ("p0@a.example",)
        return
    with pytest.raises(BadRequest):
        await search.run(CONTACTS, {})


async def test_once_zoho_has_answered_a_later_refusal_leaves_what_is_known(desk: Stand) -> None:
    emails(desk, "larkfield", *[2] * 8)
    search = await desk.search("mara")
    found = await search.run(CONTACTS, {})
    desk.sandbox.fault("vague", path=f"/api/v1/{MEMBERS}", times=None)

    found = await search.more(found, groups=10)

    assert (len(found.groups), len(found.unread), found.so_far) == (5, 3, True)


# -- 202, emptiness, permissions ----------------------------------------------------------------------


@pytest.mark.parametrize(("module", "field"), [(CONTACTS, "bothEmail"), (ACCOUNTS, "accountName")])
async def test_a_202_is_said_and_not_asked_again_for_a_day(
    desk: Stand, clock: Clock, module: Module, field: str
) -> None:
    desk.org("larkfield").large_at = 1
    mara, tomas = await desk.search("mara"), await desk.search("tomas")

    with pytest.raises(TooLarge) as raised:
        await mara.run(module, {})
    assert raised.value.rows == 100_000
    assert [call.query["fieldName"] for call in desk.desk_calls()] == [field]

    desk.sandbox.calls.clear()
    for search in (mara, tomas):
        with pytest.raises(TooLarge):
            await search.run(module, {})
    assert desk.paths() == []

    desk.org("larkfield").large_at = 100_000
    clock.forward(hours=24, minutes=1)
    assert (await mara.run(module, {})).total > 0


async def test_a_202_among_the_phones_does_not_lose_the_email_groups(desk: Stand) -> None:
    emails(desk, "larkfield", 2)
    search = await desk.search("mara")
    desk.sandbox.fault("accepted", path="*/groupContactDuplicateValues", after=1, times=None)

    found = await search.run(CONTACTS, {})
    assert (found.total, len(found.groups), found.is_complete) == (1, 1, False)
    with pytest.raises(TooLarge):
        await search.more(found, groups=5)


@pytest.mark.parametrize("module", [CONTACTS, ACCOUNTS])
async def test_no_duplicates_is_said_only_after_all_values_and_with_proof(
    desk: Stand, module: Module
) -> None:
    desk.org("larkfield").clear()

    found = await (await desk.search("mara")).run(module, {})

    assert (found.total, found.so_far, found.is_complete, found.records) == (0, False, True, 0)
    assert desk.paths()[-1] == "accessibleOrganizations"


async def test_an_empty_answer_from_an_organisation_that_is_not_listed_is_refused(desk: Stand) -> None:
    search = await desk.search("mara")
    desk.org("larkfield").clear()
    desk.sandbox.fault("wrong_region", path="*rganizations", times=None)

    with pytest.raises(WrongRegion):
        await search.run(CONTACTS, {})


@pytest.mark.parametrize("module", [CONTACTS, ACCOUNTS])
async def test_the_missing_contacts_scope_is_named_before_any_call(desk: Stand, module: Module) -> None:
    search = await desk.search("mara", ["Desk.products.READ", "Desk.basic.READ"])

    with pytest.raises(ScopeMissing) as raised:
        await search.run(module, {})

    assert raised.value.missing == ("Desk.contacts.READ",)
    assert desk.paths() == []


@pytest.mark.parametrize(
    ("kind", "error"),
    [("busy", Throttled), ("server_error", ServerError), ("html", ServerError), ("empty", ServerError)],
)
@pytest.mark.parametrize("path", ["*Values", "*/groupContacts"])
async def test_a_failure_on_the_way_ends_the_search_with_its_own_error(
    desk: Stand, kind: str, error: type[Exception], path: str
) -> None:
    search = await desk.search("mara")
    desk.sandbox.fault(kind, path=path, times=None)

    with pytest.raises(error):
        await search.run(CONTACTS, {})


async def test_a_token_refused_in_the_middle_of_paging_is_renewed_and_nothing_is_lost(desk: Stand) -> None:
    emails(desk, "larkfield", *(2,) * 250)
    search = await desk.search("mara")
    desk.sandbox.fault("invalid_oauth", path="*Values", after=1)

    assert (await search.run(CONTACTS, {})).total == 250


# -- filters ------------------------------------------------------------------------------------------


async def test_with_a_filter_the_list_is_read_and_grouped_here(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    for city in ("Ulm", "ulm", "Köln"):
        org.add("contacts", lastName="Roe", email="a@roe.example", city=city)

    found = await (await desk.search("mara")).run(CONTACTS, {"city": "ULM"})

    assert (found.source, found.total, found.records, found.compared) == ("list", 1, 2, 2)
    assert set(desk.paths()) == {"contacts"}
    assert "city" in desk.desk_calls()[0].query["fields"].split(",")


async def test_a_view_goes_to_zoho(desk: Stand) -> None:
    search = await desk.search("mara")

    found = await search.run(CONTACTS, {"viewId": "160000000001001"})

    assert found.source == "list"
    assert desk.desk_calls()[0].query["viewId"] == "160000000001001"


async def test_limit_and_from_are_not_needed_and_the_search_runs_without_them(desk: Stand) -> None:
    found = await (await desk.search("mara")).run(CONTACTS, {"limit": "5", "from": "0"})

    assert (found.source, found.ignored, found.total) == ("values", ("limit", "from"), 10)


@pytest.mark.parametrize("key", ["ctiy", "cf_regoin"])
async def test_a_field_that_zoho_refuses_is_an_unknown_filter(desk: Stand, key: str) -> None:
    search = await desk.search("mara")

    with pytest.raises(UnknownFilter) as raised:
        await search.run(CONTACTS, {key: "Ulm"})

    assert raised.value.key == key
    assert len(desk.paths()) == 1


async def test_accounts_that_zoho_counts_from_one_lose_no_row(desk: Stand) -> None:
    org = desk.org("larkfield", empty=True)
    org.quirks.accounts_from_zero = False
    org.fill("accounts", 205, duplicates=5)
    await desk.connect("mara")

    found = await (await desk.search("mara")).run(ACCOUNTS, {"createdTime": "2000..2100"})

    assert (found.compared, found.total) == (205, 5)


async def test_the_members_are_reread_with_the_viewers_own_login(desk: Stand) -> None:
    mara, tomas = await desk.search("mara"), await desk.search("tomas")
    found = await mara.run(CONTACTS, {})
    roe = next(group for group in found.groups if group.records[0].name == "Ana Roe")

    assert [record.name for record in await mara.reread(CONTACTS, roe.ids)] == ["Ana Roe", "Anna Roe"]
    assert [record.name for record in await tomas.reread(CONTACTS, roe.ids)] == ["Ana Roe"]
    desk.org("larkfield").trash("contacts", roe.ids[0])
    assert [record.name for record in await mara.reread(CONTACTS, roe.ids)] == ["Anna Roe"]


async def test_an_organisation_refused_in_the_middle_is_named(desk: Stand) -> None:
    search = await desk.search("mara")
    desk.sandbox.fault("org_mismatch", times=None)

    with pytest.raises(OrganisationRefused):
        await search.run(CONTACTS, {})

"""Duplicate products: by the mission's endpoint where the organisation has it, else by the list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.zoho.duplicates.desk_stand import Clock, Stand
from tests.zoho.duplicates.records import START
from zoho.errors import (
    BadRequest,
    ModuleError,
    OrganisationRefused,
    PermissionRefused,
    ScopeMissing,
    ServerError,
    TooLarge,
    UnknownFilter,
    WrongRegion,
)
from zoho.records import Found, Module, SharedValue

PRODUCTS = Module.DESK_PRODUCTS
PROBE = {"from": "0", "limit": "1", "sortBy": "createdTime"}


def names(found: Found) -> list[list[str]]:
    """The members' names, group by group."""
    return [[record.name for record in group.records] for group in found.groups]


def plant(desk: Stand, portal: str, *rows: tuple[str, str]) -> None:
    """The organisation's only products, by name and code."""
    org = desk.org(portal, empty=True)
    for day, (name, code) in enumerate(rows):
        created = (START + timedelta(days=day)).isoformat()
        org.add("products", productName=name, productCode=code, createdTime=created)


# -- the mission's endpoint ---------------------------------------------------------------------------


async def test_zohos_own_groups_are_shown_as_grouped_with_reasons_and_links(desk: Stand) -> None:
    access = await desk.connect("mara")

    found = await access.duplicates().run(PRODUCTS, {})

    assert (found.source, found.total, found.records, found.so_far, found.compared) == (
        "endpoint", 5, 11, False, None,
    )  # fmt: skip
    assert found.is_complete
    assert desk.paths() == ["products/duplicate"]
    assert desk.desk_calls()[0].query == {}
    assert all(group.reason.fields for group in found.groups)
    links = [access.links.record(record) for group in found.groups for record in group.records]
    assert all(link.startswith(f"{desk.sandbox.origin('eu')}/support/larkfield/") for link in links)


async def test_a_group_of_forty_stays_one_group(desk: Stand) -> None:
    plant(desk, "larkfield", *(("Mug", "M-1"),) * 40)

    found = await (await desk.search("mara")).run(PRODUCTS, {})

    assert [len(group.records) for group in found.groups] == [40]
    assert found.shared_by_many == ()


async def test_flat_rows_are_grouped_by_our_rule_and_those_left_alone_counted(desk: Stand) -> None:
    plant(desk, "larkfield", ("Mug", "1"), ("Mug", "2"), ("MUG", ""), ("Tent", ""), ("Lamp", ""))
    desk.org("larkfield").endpoint = "flat"

    found = await (await desk.search("mara")).run(PRODUCTS, {})

    assert (found.total, found.records, found.left_alone) == (2, 3, 2)
    assert sorted(names(found)) == [["Mug", "MUG"], ["Mug", "MUG"]]


async def test_a_bare_array_is_read_as_well(desk: Stand) -> None:
    desk.org("larkfield").quirks.bare_groups = True

    assert (await (await desk.search("mara")).run(PRODUCTS, {})).total == 5


async def test_every_key_of_the_command_becomes_one_parameter(desk: Stand) -> None:
    plant(
        desk, "larkfield", ("Größe & Co + 50% #1", ""), ("Größe & Co + 50% #1", ""), ("Mug", ""), ("Mug", "")
    )
    p = {"productName": "Größe & Co + 50% #1", "limit": "5"}

    found = await (await desk.search("mara")).run(PRODUCTS, p)

    assert desk.desk_calls()[0].query == p
    assert names(found) == [["Größe & Co + 50% #1"] * 2]
    assert found.filters == tuple(p.items())


async def test_an_error_key_ends_the_module_and_is_no_verdict(desk: Stand) -> None:
    desk.org("larkfield").endpoint = "error"
    search = await desk.search("mara")

    for _ in range(2):
        with pytest.raises(ModuleError, match="ModuleError") as raised:
            await search.run(PRODUCTS, {})
        assert raised.value.words == desk.org("larkfield").endpoint_error
    assert desk.paths() == ["products/duplicate"] * 2


async def test_a_key_zoho_does_not_know_is_named_and_not_remembered(desk: Stand) -> None:
    search = await desk.search("mara")

    with pytest.raises(BadRequest) as raised:
        await search.run(PRODUCTS, {"colour": "red"})

    assert raised.value.parameter == "colour"
    assert desk.paths() == ["products/duplicate"]
    assert (await search.run(PRODUCTS, {})).source == "endpoint"


async def test_a_vague_422_is_asked_once_more_without_keys(desk: Stand) -> None:
    search = await desk.search("mara")
    desk.sandbox.fault("vague", path="*/duplicate")

    with pytest.raises(BadRequest) as raised:
        await search.run(PRODUCTS, {"productCode": "x"})

    assert raised.value.parameter == "productCode"
    assert [call.query for call in desk.desk_calls()] == [{"productCode": "x"}, {}]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("forbidden", PermissionRefused),
        ("server_error", ServerError),
        ("html", ServerError),
        ("wrong_region", WrongRegion),
        ("empty", ServerError),
    ],
)
async def test_a_bad_moment_is_no_verdict_and_nothing_is_read_instead(
    desk: Stand, kind: str, error: type[Exception]
) -> None:
    search = await desk.search("mara")
    desk.sandbox.fault(kind, path="*/duplicate", times=None)

    with pytest.raises(error):
        await search.run(PRODUCTS, {})
    assert set(desk.paths()) == {"products/duplicate"}

    desk.sandbox.clear_faults()
    assert (await search.run(PRODUCTS, {})).source == "endpoint"


async def test_an_empty_answer_is_proved_by_the_organisation_list(desk: Stand) -> None:
    desk.org("larkfield").clear("products")

    found = await (await desk.search("mara")).run(PRODUCTS, {})

    assert (found.total, found.is_complete, found.records) == (0, True, 0)
    assert desk.paths() == ["products/duplicate", "accessibleOrganizations"]


async def test_an_empty_answer_without_that_proof_is_not_no_duplicates(desk: Stand) -> None:
    access = await desk.connect("mara")
    desk.org("larkfield").clear("products")
    desk.sandbox.fault("wrong_region", path="*rganizations", times=None)

    with pytest.raises(WrongRegion):
        await access.duplicates().run(PRODUCTS, {})


# -- the list -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", ["404", "405", "422", "scope"])
async def test_without_the_endpoint_the_list_is_grouped_and_the_verdict_kept_a_week(
    desk: Stand, clock: Clock, endpoint: str
) -> None:
    desk.org("larkfield").endpoint = endpoint
    search = await desk.search("mara")

    found = await search.run(PRODUCTS, {})
    assert (found.source, found.total, found.records) == ("list", 5, 11)
    assert found.compared == len(desk.org("larkfield").tables["products"].live(sees_all=True))
    probes = 1 if endpoint == "scope" else 0
    assert desk.paths() == ["products/duplicate", *["products"] * (probes + 1)]
    assert [call.query for call in desk.desk_calls()][1:-1] == [PROBE] * probes

    desk.sandbox.calls.clear()
    await search.run(PRODUCTS, {})
    assert desk.paths() == ["products"]

    desk.org("larkfield").endpoint = "grouped"
    clock.forward(days=7, minutes=1)
    assert (await search.run(PRODUCTS, {})).source == "endpoint"


async def test_the_verdict_holds_for_everybody_in_the_organisation_and_for_no_other(desk: Stand) -> None:
    desk.org("larkfield").endpoint = "404"
    await (await desk.search("mara")).run(PRODUCTS, {})
    tomas, jonas = await desk.search("tomas"), await desk.search("jonas")

    await tomas.run(PRODUCTS, {})
    assert "products/duplicate" not in desk.paths()
    await jonas.run(PRODUCTS, {})
    assert "products/duplicate" in desk.paths()


async def test_equal_names_with_codes_one_two_and_none_make_two_groups_over_both_ways(desk: Stand) -> None:
    for portal, person in (("larkfield", "mara"), ("kestrel", "jonas")):
        plant(desk, portal, ("Mug", "1"), ("Mug", "2"), ("mug", ""))
        found = await (await desk.search(person)).run(PRODUCTS, {})

        assert (found.total, found.records) == (2, 3)
        assert sorted(names(found)) == [["Mug", "mug"], ["Mug", "mug"]]


async def test_a_list_is_paged_to_its_end(desk: Stand) -> None:
    desk.org("kestrel").clear("products")
    desk.org("kestrel").fill("products", 2_345, duplicates=20)

    found = await (await desk.search("jonas")).run(PRODUCTS, {})

    assert (found.total, found.records, found.compared) == (20, 40, 2_345)
    offsets = [call.query["from"] for call in desk.desk_calls() if call.query.get("limit") == "100"]
    assert offsets == [str(100 * page) for page in range(24)]
    assert len(desk.paths()) == 1 + 24 + 1  # and one look beyond 10,000


async def test_a_list_of_more_than_ten_thousand_is_said_after_a_few_calls(desk: Stand) -> None:
    desk.org("kestrel").clear("products")
    desk.org("kestrel").fill("products", 10_002)

    with pytest.raises(TooLarge) as raised:
        await (await desk.search("jonas")).run(PRODUCTS, {})

    assert raised.value.rows > 10_000
    assert len(desk.paths()) <= 13


async def test_a_list_of_ten_thousand_is_still_read(desk: Stand) -> None:
    desk.org("kestrel").clear("products")
    desk.org("kestrel").fill("products", 10_000, duplicates=3)

    found = await (await desk.search("jonas")).run(PRODUCTS, {})

    assert (found.total, found.compared) == (3, 10_000)


async def test_a_list_that_would_take_a_tenth_of_the_credits_left_is_said(desk: Stand) -> None:
    desk.org("kestrel").clear("products")
    desk.org("kestrel").fill("products", 3_000)
    search = await desk.search("jonas")
    desk.org("kestrel").credits_left = 700
    await search.run(Module.DESK_ACCOUNTS, {})

    with pytest.raises(TooLarge) as raised:
        await search.run(PRODUCTS, {})
    assert 2_000 < raised.value.rows <= 2_300

    desk.org("kestrel").clear("products")
    desk.org("kestrel").fill("products", 1_900)
    assert (await search.run(PRODUCTS, {})).compared == 1_900


async def test_a_product_name_on_more_than_five_records_is_folded_in_the_list(desk: Stand) -> None:
    plant(desk, "kestrel", *(("Euro Pallet", ""),) * 6, ("Mug", ""), ("Mug", ""))

    found = await (await desk.search("jonas")).run(PRODUCTS, {})

    assert names(found) == [["Mug", "Mug"]]
    assert found.shared_by_many == (SharedValue("Euro Pallet", 6),)


async def test_the_largest_group_comes_first_then_the_newest(desk: Stand) -> None:
    plant(desk, "kestrel", ("A", ""), ("A", ""), ("B", ""), ("C", ""), ("B", ""), ("C", ""), ("C", ""))

    found = await (await desk.search("jonas")).run(PRODUCTS, {})

    assert [members[0] for members in names(found)] == ["C", "B", "A"]


async def test_an_empty_list_is_proved_too(desk: Stand) -> None:
    desk.org("kestrel").clear("products")

    found = await (await desk.search("jonas")).run(PRODUCTS, {})

    assert (found.total, found.compared) == (0, 0)
    assert desk.paths()[-1] == "accessibleOrganizations"


# -- filters on the list ------------------------------------------------------------------------------


async def test_what_the_list_knows_goes_to_zoho_and_the_rest_is_compared_here(desk: Stand) -> None:
    org = desk.org("kestrel", empty=True)
    for maker, owner, price in (("A", "1", "5"), ("a", "1", "7.00"), ("B", "1", "6"), ("A", "2", "6")):
        org.add("products", productName="Mug", manufacturer=maker, ownerId=owner, unitPrice=price)

    search = await desk.search("jonas")
    found = await search.run(
        PRODUCTS, {"ownerId": "1", "manufacturer": "A", "UNITPRICE": "5..7", "limit": "3"}
    )

    assert (found.total, found.records, found.compared, found.ignored) == (1, 2, 2, ("limit",))
    query = desk.desk_calls()[-1].query
    assert query["ownerId"] == "1"
    assert "manufacturer" in query["fields"].split(",")
    assert "limit" not in found.filters[0]


async def test_records_are_filtered_first_so_that_every_member_matches(desk: Stand) -> None:
    org = desk.org("kestrel", empty=True)
    for maker in ("A", "B"):
        org.add("products", productName="Mug", manufacturer=maker)

    found = await (await desk.search("jonas")).run(PRODUCTS, {"manufacturer": "A"})

    assert (found.total, found.compared) == (0, 1)


async def test_an_unknown_field_is_named_with_the_nearest_and_nothing_is_searched(desk: Stand) -> None:
    search = await desk.search("jonas")

    with pytest.raises(UnknownFilter) as raised:
        await search.run(PRODUCTS, {"manufacturr": "A"})

    assert (raised.value.key, raised.value.nearest) == ("manufacturr", "manufacturer")


async def test_a_time_can_be_filtered_by_a_range(desk: Stand) -> None:
    org = desk.org("kestrel", empty=True)
    for day in ("2024-01-31", "2024-02-01", "2024-02-29", "2024-03-01"):
        org.add("products", productName="Mug", createdTime=f"{day}T12:00:00.000Z")

    found = await (await desk.search("jonas")).run(PRODUCTS, {"createdTime": "2024-02-01..2024-02-29"})

    assert (found.total, found.records, found.compared) == (1, 2, 2)


# -- permissions --------------------------------------------------------------------------------------


async def test_without_the_search_scope_the_list_is_used_and_the_scope_named(desk: Stand) -> None:
    search = await desk.search("mara", ["Desk.products.READ", "Desk.basic.READ"])

    found = await search.run(PRODUCTS, {})

    assert (found.source, found.total, found.missing_scopes) == ("list", 5, ("Desk.search.READ",))
    assert set(desk.paths()) == {"products"}


async def test_the_settings_scope_stands_for_products(desk: Stand) -> None:
    search = await desk.search("mara", ["Desk.settings.READ", "Desk.search.ALL"])

    assert (await search.run(PRODUCTS, {})).source == "endpoint"


async def test_a_missing_scope_is_named_before_any_call(desk: Stand) -> None:
    search = await desk.search("mara", ["Desk.contacts.READ", "Desk.basic.READ"])

    with pytest.raises(ScopeMissing) as raised:
        await search.run(PRODUCTS, {})

    assert raised.value.missing == ("Desk.products.READ",)
    assert desk.paths() == []


async def test_a_scope_zoho_says_is_missing_is_named(desk: Stand) -> None:
    search = await desk.search("mara")
    desk.sandbox.fault("scope", times=None)

    with pytest.raises(ScopeMissing) as raised:
        await search.run(PRODUCTS, {})

    assert raised.value.missing == ("Desk.products.READ",)


async def test_an_empty_list_that_cannot_be_proved_names_the_scope_for_it(desk: Stand) -> None:
    desk.org("kestrel").clear("products")
    search = await desk.search("jonas", ["Desk.products.READ", "Desk.search.READ", "Desk.basic.READ"])
    desk.sandbox.fault("scope", path="*rganizations", times=None)

    with pytest.raises(ScopeMissing) as raised:
        await search.run(PRODUCTS, {})

    assert raised.value.missing == ("Desk.basic.READ",)


async def test_two_people_see_the_groups_their_own_profiles_show(desk: Stand) -> None:
    mara, tomas = await desk.search("mara"), await desk.search("tomas")

    assert (await mara.run(PRODUCTS, {})).total == 5
    assert (await tomas.run(PRODUCTS, {})).total == 3


async def test_an_organisation_that_is_not_listed_is_refused_and_not_empty(desk: Stand) -> None:
    access = await desk.connect("jonas")
    desk.org("kestrel").clear("products")
    moved = replace(access, organisation=access.organisation._replace(org_id="20060000099"))

    assert (await access.duplicates().run(PRODUCTS, {})).total == 0
    with pytest.raises(OrganisationRefused) as raised:
        await moved.duplicates().run(PRODUCTS, {})
    assert raised.value.words == "Kestrel Logistics"

"""A token or an organisation of another data centre: detected and said, and never "nothing found"."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.zoho.duplicates.desk_stand import Clock, Stand, stand
from zoho.connections import Status
from zoho.errors import WrongRegion
from zoho.records import Module, Product, Who
from zoho.regions import Regions

MARA = Who("T01LARKFIELD", "U_mara")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def desk(tmp_path: Path, clock: Clock) -> AsyncIterator[Stand]:
    async with stand(tmp_path, now=clock) as running:
        yield running


@pytest.mark.parametrize("module", list(Module))
async def test_a_renewed_token_that_names_another_centre_reads_nothing(
    desk: Stand, clock: Clock, module: Module
) -> None:
    search = await desk.search("mara")
    desk.sandbox.fault("foreign_api_domain", value=desk.sandbox.origin("in"))
    clock.forward(minutes=59)

    for _ in range(2):
        with pytest.raises(WrongRegion) as failure:
            await search.run(module, {})
        assert failure.value.dc == "in"

    assert desk.desk_calls() == []
    assert [call.status for call in desk.sandbox.calls] == [200], "it is renewed once, and not at every try"
    stands = await desk.zoho.connections.get(MARA, Product.DESK)
    assert stands is not None
    assert (stands.status, stands.dc) == (Status.OK, "eu")


async def test_a_token_renewed_after_a_refusal_is_looked_at_too(desk: Stand) -> None:
    search = await desk.search("mara")
    desk.sandbox.expire_tokens("mara")
    desk.sandbox.fault("foreign_api_domain", value=desk.sandbox.origin("in"))

    with pytest.raises(WrongRegion):
        await search.run(Module.DESK_ACCOUNTS, {})

    assert {call.status for call in desk.desk_calls()} == {401}


async def test_a_domain_that_is_in_no_row_is_ignored(desk: Stand, clock: Clock) -> None:
    search = await desk.search("mara")
    desk.sandbox.fault("foreign_api_domain", value="https://sandbox.zohoapis.com")
    clock.forward(minutes=59)

    assert (await search.run(Module.DESK_CONTACTS, {})).total


async def test_a_connection_that_begins_in_two_regions_is_given_back(desk: Stand) -> None:
    desk.sandbox.fault("foreign_api_domain", value=desk.sandbox.origin("in"))
    with pytest.raises(WrongRegion) as failure:
        await desk.connect("mara")

    assert failure.value.dc == "in"
    assert desk.sandbox.grants("mara") == 0
    assert await desk.zoho.connections.get(MARA, Product.DESK) is None


@pytest.mark.parametrize("empty", [True, False])
async def test_an_organisation_that_is_listed_in_another_centre_is_in_the_wrong_region(
    desk: Stand, empty: bool
) -> None:
    """Both where its calls are refused and where they answer nothing."""
    search = await desk.search("mara")
    desk.org("larkfield", empty=empty).portal_url = f"{desk.sandbox.origin('in')}/support/larkfield"
    if not empty:
        desk.sandbox.fault("org_mismatch", path="/api/v1/group*", times=None)

    with pytest.raises(WrongRegion) as failure:
        await search.run(Module.DESK_CONTACTS, {})
    assert failure.value.dc == "in"


async def test_a_portal_on_a_domain_of_its_own_tells_no_region(desk: Stand) -> None:
    search = await desk.search("mara")
    desk.org("larkfield", empty=True).portal_url = "https://help.larkfield.example/portal"

    assert (await search.run(Module.DESK_CONTACTS, {})).total == 0


@pytest.mark.parametrize(
    ("address", "dc"),
    [
        ("https://desk.zoho.in/support/larkfield", "in"),
        ("https://desk.zoho.eu/support/larkfield", "eu"),
        ("https://DESK.zohocloud.ca", "ca"),
        ("https://help.larkfield.example/portal", None),
        ("desk.zoho.in", None),
        ("https://[", None),
        ("", None),
    ],
)
def test_a_web_address_tells_its_data_centre_unless_it_is_the_customers_own(
    address: str, dc: str | None
) -> None:
    found = Regions().by_web_address(address)
    assert (found.dc if found else None) == dc

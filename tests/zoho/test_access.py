"""What a person may use: opened from the stored connection, and mended when the organisation is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import update

from tests.storage import KEY, Storage
from tests.zoho.installation import DESK, KESTREL, LARKFIELD, MARA, Installation, installation
from zoho.access import Credentials, Preferences, Zoho
from zoho.connections import connections
from zoho.errors import GrantLost, KeyLost, OrganisationRefused, UnsupportedRegion
from zoho.organisations import OrganisationKey
from zoho.records import Module, Product, Record
from zoho.regions import Regions

CONTACT = f"{DESK}/contacts/7"
LISTED = f"{DESK}/accessibleOrganizations"
MISMATCH = httpx.Response(403, json={"errorCode": "OAUTH_ORG_MISMATCH", "message": "not this one"})
FOUND = httpx.Response(200, json={"id": "7", "lastName": "Moss"})
OTHER_KEY = "LjXk2gYzr1xWbS0XnM4q2gk8y0v0W5VtbFhVQyqZ7mA="


def row(
    name: str = LARKFIELD.name, portal: str = LARKFIELD.portal, org_id: str = LARKFIELD.id
) -> dict[str, str]:
    return {"id": org_id, "companyName": name, "portalName": portal}


@pytest.fixture
async def made(storage: Storage) -> AsyncIterator[Installation]:
    async with installation(storage) as zoho:
        await zoho.connect()
        yield zoho


async def read(made: Installation) -> Record:
    return await (await made.zoho.open(MARA)).desk.record(Module.DESK_CONTACTS, "7")


async def test_an_access_knows_whose_it_is_and_where(made: Installation) -> None:
    access = await made.zoho.open(MARA)

    assert (access.who, access.region.dc) == (MARA, "eu")
    assert access.organisation == OrganisationKey(Product.DESK, "eu", LARKFIELD.id)
    assert access.links.record(Record(Module.DESK_CONTACTS, "7", "Ann Moss")) == (
        "https://desk.zoho.eu/support/larkfield/ShowHomePage.do#Contacts/dv/7"
    )
    assert access.duplicates() is not access.duplicates()
    assert "1000." not in repr(access)


async def test_a_refused_organisation_that_is_still_listed_is_asked_once_more(made: Installation) -> None:
    listed = made.hosts.get(LISTED).respond(json={"data": [row()]})
    made.hosts.get(CONTACT).mock(side_effect=[MISMATCH, FOUND])

    assert (await read(made)).id == "7"
    assert listed.call_count == 1
    assert "orgid" not in listed.calls.last.request.headers


async def test_a_renamed_portal_is_stored_when_the_list_is_read_again(made: Installation) -> None:
    made.hosts.get(LISTED).respond(json={"data": [row("Larkfield Care", "larkfieldcare")]})
    made.hosts.get(CONTACT).mock(side_effect=[MISMATCH, FOUND])
    await read(made)
    connection = await made.zoho.connections.get(MARA, Product.DESK)

    assert connection
    assert (connection.org_id, connection.org_name, connection.portal) == (
        LARKFIELD.id,
        "Larkfield Care",
        "larkfieldcare",
    )


@pytest.mark.parametrize(
    ("rows", "calls"),
    [([row()], 2), ([row(KESTREL.name, KESTREL.portal, KESTREL.id)], 1), ([], 1)],
)
async def test_an_organisation_that_stays_refused_is_named(
    made: Installation, rows: list[dict[str, str]], calls: int
) -> None:
    listed = made.hosts.get(LISTED).respond(json={"data": rows})
    made.hosts.get(f"{DESK}/organizations").respond(json={"data": rows})
    contact = made.hosts.get(CONTACT).mock(return_value=MISMATCH)
    with pytest.raises(OrganisationRefused) as failure:
        await read(made)

    assert failure.value.words == "Larkfield Support"
    assert (listed.call_count, contact.call_count) == (1, calls)
    connection = await made.zoho.connections.get(MARA, Product.DESK)
    assert connection
    assert connection.org_id == LARKFIELD.id, "another organisation is never taken in its place"


async def test_a_connection_that_needs_a_reconnect_is_not_opened(made: Installation) -> None:
    async with made.database.write() as writer:
        await writer.execute(update(connections).values(status="needs_reconnect"))
    with pytest.raises(GrantLost):
        await made.zoho.open(MARA)


async def test_a_lost_key_is_said_before_anything_is_sent(made: Installation, storage: Storage) -> None:
    async with storage.opened(keys=(OTHER_KEY,)) as database:
        locked = Zoho(
            database=database,
            regions=Regions(),
            credentials=Credentials("1000.CLIENT", {"": "client-secret"}, "eu"),
            redirect_uri="https://bot.example/zoho/callback",
            preferences=Preferences(),
            now=made.clock,
        )
        with pytest.raises(KeyLost):
            await locked.open(MARA)
        await locked.close()

    assert not made.hosts.calls
    assert KEY != OTHER_KEY


async def test_a_region_whose_host_is_gone_from_the_table_is_named(made: Installation) -> None:
    async with made.database.write() as writer:
        await writer.execute(update(connections).values(dc="uk"))
    with pytest.raises(UnsupportedRegion) as failure:
        await made.zoho.open(MARA)

    assert failure.value.words == "United Kingdom"

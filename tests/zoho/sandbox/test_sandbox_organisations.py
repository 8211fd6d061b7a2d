"""Who a token belongs to, and the organisations it reaches."""

from __future__ import annotations

from tests.zoho.sandbox.caller import ORGS, Browser, Person
from zoho.sandbox import ZohoSandbox


async def test_one_portal_is_listed_with_its_names(mara: Person) -> None:
    (row,) = await mara.rows("/accessibleOrganizations", org="")
    assert row["id"] == 20060000001
    assert (row["companyName"], row["portalName"]) == ("Larkfield Support", "larkfield")
    assert (row["isDefault"], row["isSandboxPortal"]) == (True, False)


async def test_some_organisations_write_ids_and_booleans_as_text(priya: Person) -> None:
    (row,) = await priya.rows("/accessibleOrganizations", org="")
    assert (row["id"], row["isDefault"], row["isSandboxPortal"]) == ("60010000001", "true", "false")


async def test_several_portals_are_listed_with_the_default_and_the_sandbox_portal(browser: Browser) -> None:
    sofia = await browser.connect("sofia")
    rows = await sofia.rows("/accessibleOrganizations", org="")
    assert [row["portalName"] for row in rows] == ["larkfield", "kestrel", "larkfieldtest"]
    assert [row["isDefault"] for row in rows] == [True, False, False]
    assert [row["isSandboxPortal"] for row in rows] == [False, False, True]
    for portal in ("larkfield", "kestrel", "larkfieldtest"):
        assert (await sofia.get("/contacts", org=ORGS[portal])).status_code == 200


async def test_a_token_can_be_tied_to_one_portal_at_consent(browser: Browser) -> None:
    sofia = await browser.connect("sofia", portal="kestrel")
    assert len(await sofia.rows("/accessibleOrganizations", org="")) == 1
    assert len(await sofia.rows("/organizations", org="")) == 3
    assert (await sofia.get("/contacts", org=ORGS["kestrel"])).status_code == 200
    assert (await sofia.get("/contacts", org=ORGS["larkfield"])).json()["errorCode"] == "OAUTH_ORG_MISMATCH"


async def test_a_token_can_lose_its_portal_and_reach_another(zoho: ZohoSandbox, mara: Person) -> None:
    zoho.reach("mara", "kestrel")
    assert (await mara.get("/contacts")).json()["errorCode"] == "OAUTH_ORG_MISMATCH"
    assert [row["portalName"] for row in await mara.rows("/accessibleOrganizations", org="")] == ["kestrel"]
    zoho.reach("mara")
    assert (await mara.get("/accessibleOrganizations", org="")).status_code == 204
    url = f"{zoho.origin('eu')}/_sandbox/reach"
    assert (await mara.http.post(url, json={"person": "mara", "portals": ["larkfield"]})).status_code == 200
    assert (await mara.get("/contacts")).status_code == 200


async def test_one_organisation_by_its_id(mara: Person) -> None:
    assert (await mara.get(f"/organizations/{ORGS['larkfield']}", org="")).json()["portalName"] == "larkfield"
    assert (await mara.get(f"/organizations/{ORGS['kestrel']}", org="")).status_code == 404


async def test_myinfo_names_the_agent(tomas: Person) -> None:
    answer = (await tomas.get("/myinfo")).json()
    assert (answer["firstName"], answer["lastName"]) == ("Tomás", "Reyes")
    assert answer.keys() == {"id", "firstName", "lastName", "emailId", "profileId"}

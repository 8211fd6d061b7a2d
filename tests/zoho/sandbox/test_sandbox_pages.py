"""The web pages: where record links land."""

from __future__ import annotations

import json
import re

from tests.zoho.sandbox.caller import Browser, Person
from zoho.sandbox import ZohoSandbox

ANA = "160000000204417"


async def test_a_record_link_lands_on_a_page_that_shows_the_record(
    zoho: ZohoSandbox, browser: Browser, mara: Person
) -> None:
    await mara.call(
        "POST",
        f"/contacts/{ANA}/comments",
        json={"content": "Suspected <b>duplicate</b>", "contentType": "plainText"},
    )
    link = (await mara.get(f"/contacts/{ANA}")).json()["webUrl"]
    page = await browser.http.get(link)
    assert page.status_code == 200
    assert "This is a stand-in for Zoho" in page.text
    assert "Larkfield Support" in page.text
    part = await browser.http.get(f"{zoho.origin('eu')}/support/larkfield/record/Contacts/{ANA}")
    assert "<h2>Ana Roe</h2>" in part.text
    assert "<th>E-mail</th><td>ana.roe@kestrel.example</td>" in part.text
    assert "<th>Owner</th><td>Jonas Weil</td>" in part.text
    assert "<th>Created</th><td>12 Mar 2024, 09:00 UTC</td>" in part.text
    assert "Kestrel Logistics" in part.text
    assert "Suspected &lt;b&gt;duplicate&lt;/b&gt;" in part.text


async def test_the_pages_own_script_is_the_only_one_that_may_run(zoho: ZohoSandbox, browser: Browser) -> None:
    page = await browser.http.get(f"{zoho.origin('eu')}/support/larkfield/ShowHomePage.do")
    policy = page.headers["Content-Security-Policy"]
    assert re.search(r"script-src 'sha256-[^']+';", policy)
    assert page.text.count("<script>") == 1


async def test_record_data_is_shown_as_letters(zoho: ZohoSandbox, browser: Browser) -> None:
    record = zoho.org("larkfield").add("products", productName="<script>alert(1)</script>")
    part = await browser.http.get(f"{zoho.origin('eu')}/support/larkfield/record/Products/{record}")
    assert "<script>" not in part.text
    assert "&lt;script&gt;" in part.text


async def test_pages_of_other_regions_and_gone_records_say_so(zoho: ZohoSandbox, browser: Browser) -> None:
    for path in ("/support/bellbird/ShowHomePage.do", "/support/larkfield/record/Contacts/1"):
        assert (await browser.http.get(f"{zoho.origin('eu')}{path}")).status_code == 404


async def test_crm_links_and_the_first_page_answer_too(zoho: ZohoSandbox, browser: Browser) -> None:
    crm = await browser.http.get(f"{zoho.origin('eu')}/crm/org1/tab/Contacts/7")
    assert "stand-in" in crm.text
    index = await browser.http.get(zoho.origin("in"))
    assert "Bellbird Outdoor" in index.text
    assert "Larkfield" not in index.text
    assert "0 writes so far" in index.text


async def test_hosts_are_as_the_bots_setting_wants_them(zoho: ZohoSandbox) -> None:
    assert json.loads(json.dumps(zoho.hosts)) == {
        dc: dict.fromkeys(("accounts", "api", "desk", "desk_web", "crm_web"), zoho.origin(dc))
        for dc in ("eu", "in")
    }

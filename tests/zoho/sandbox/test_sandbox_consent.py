"""Consent: the page, its buttons, and what the callback carries."""

from __future__ import annotations

import httpx
import pytest

from tests.zoho.sandbox.caller import REDIRECT, Browser
from zoho.sandbox import ZohoSandbox


async def page(zoho: ZohoSandbox, browser: Browser, **changed: str) -> httpx.Response:
    return await browser.http.get(f"{zoho.origin('eu')}/oauth/v2/auth", params=browser.query(**changed))


async def test_the_page_has_a_button_for_everybody_and_says_that_it_is_a_stand_in(
    zoho: ZohoSandbox, browser: Browser
) -> None:
    text = (await page(zoho, browser)).text
    assert "This is a stand-in for Zoho" in text
    for user in ("mara", "tomas", "priya", "jonas", "sofia", "elif", "nodesk", "decline"):
        assert f'name="user" value="{user}"' in text
    assert "<code>Desk.contacts.READ</code>" in text
    assert 'action="/oauth/v2/consent"' in text


async def test_the_page_escapes_what_it_was_asked(zoho: ZohoSandbox, browser: Browser) -> None:
    answer = await page(zoho, browser, state='"><script>alert(1)</script>')
    assert "<script>alert" not in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"client_id": "1000.SOMEBODYELSE"}, "Invalid Client"),
        ({"redirect_uri": ""}, "Invalid Redirect Uri"),
        ({"redirect_uri": "javascript:alert(1)"}, "Invalid Redirect Uri"),
        ({"response_type": "token"}, "Invalid Response Type"),
        ({"scope": "Desk.contacts.READ,Desk.accounts.READ"}, "Desk.accounts.READ"),
        ({"scope": "Desk.contacts.READ Desk.basic.READ"}, "Invalid OAuth Scope"),
        ({"scope": ""}, "Invalid OAuth Scope"),
    ],
)
async def test_a_wrong_request_ends_on_zohos_own_page(
    zoho: ZohoSandbox, browser: Browser, changed: dict[str, str], words: str
) -> None:
    answer = await page(zoho, browser, **changed)
    assert answer.status_code == 400
    assert words in answer.text
    posted = await browser.http.post(
        f"{zoho.origin('eu')}/oauth/v2/consent", data={**browser.query(**changed), "user": "mara"}
    )
    assert posted.status_code == 400


async def test_only_registered_redirect_addresses_pass_once_there_are_any(
    zoho: ZohoSandbox, browser: Browser
) -> None:
    zoho.centre("eu").redirect_uris.add(REDIRECT)
    assert (await page(zoho, browser)).status_code == 200
    assert (await page(zoho, browser, redirect_uri=f"{REDIRECT}/")).status_code == 400


async def test_accepting_leads_back_with_a_code_the_region_and_the_state(
    zoho: ZohoSandbox, browser: Browser
) -> None:
    callback = await browser.consent("mara")
    assert callback.pop("code").startswith("1000.")
    assert callback == {"location": "eu", "accounts-server": zoho.origin("eu"), "state": "state-1"}


async def test_a_user_of_another_centre_comes_back_with_that_centre(
    zoho: ZohoSandbox, browser: Browser
) -> None:
    callback = await browser.consent("priya", dc="eu")
    assert callback["location"] == "in"
    assert callback["accounts-server"] == zoho.origin("in") != zoho.origin("eu")


async def test_the_redirect_keeps_a_query_that_is_there(zoho: ZohoSandbox, browser: Browser) -> None:
    callback = await browser.consent("mara", redirect_uri=f"{REDIRECT}?from=slack")
    assert callback["from"] == "slack"


async def test_declining_comes_back_as_an_error(browser: Browser) -> None:
    assert await browser.consent("decline") == {"error": "access_denied", "state": "state-1"}


@pytest.mark.parametrize(
    ("user", "scope"),
    [
        ("nodesk", "Desk.contacts.READ"),
        ("mara", "ZohoCRM.modules.ALL"),
        ("mara", "Desk.contacts.READ,ZohoCRM.modules.contacts.READ"),
    ],
)
async def test_a_product_the_person_lacks_comes_back_as_no_org(
    browser: Browser, user: str, scope: str
) -> None:
    assert (await browser.consent(user, scope=scope))["error"] == "no_org"


async def test_nobody_else_can_press_a_button(zoho: ZohoSandbox, browser: Browser) -> None:
    answer = await browser.http.post(
        f"{zoho.origin('eu')}/oauth/v2/consent", data={**browser.query(), "user": "<b>eve</b>"}
    )
    assert answer.status_code == 400
    assert "<b>eve" not in answer.text


@pytest.mark.parametrize(
    ("kind", "detail", "wanted"),
    [
        ("foreign_accounts_server", {}, {"accounts-server": "https://accounts.evil.example"}),
        ("callback_error", {"error": "no_org"}, {"error": "no_org", "state": "state-1"}),
        ("callback_without_code", {}, {"state": "state-1"}),
        ("callback_state", {"value": "other"}, {"state": "other"}),
    ],
)
async def test_the_callback_can_be_spoilt_once(
    zoho: ZohoSandbox, browser: Browser, kind: str, detail: dict[str, str], wanted: dict[str, str]
) -> None:
    zoho.fault(kind, person="mara", **detail)
    assert "code" in await browser.consent("sofia")
    spoilt = await browser.consent("mara")
    assert wanted.items() <= spoilt.items()
    assert ("code" in spoilt) == (kind in ("foreign_accounts_server", "callback_state"))
    assert "code" in await browser.consent("mara")


async def test_serverinfo_names_every_accounts_server(zoho: ZohoSandbox, browser: Browser) -> None:
    answer = await browser.http.get(f"{zoho.origin('in')}/oauth/serverinfo")
    assert answer.json() == {
        "result": "success",
        "locations": {"eu": zoho.origin("eu"), "in": zoho.origin("in")},
    }

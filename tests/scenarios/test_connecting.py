"""Connecting: whose link it is, what it costs to look, and what may not get through."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bot import ids
from bot.web import COOKIE
from tests.conftest import JONAS, LARKFIELD, MARA, TOMAS, MakeWorld, World, link_of
from zoho.records import Product, Who
from zoho.scopes import READ_DESK

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def post(client: httpx.AsyncClient, link: str, **headers: str) -> httpx.Response:
    """Press the button of our page."""
    base, _, query = link.partition("?")
    token = parse_qs(query)["link"][0]
    return await client.post(base, data={"link": token}, headers=headers)


async def consent(client: httpx.AsyncClient, address: str, user: str) -> str:
    """Accept at Zoho; out comes the callback's address, which is not opened."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    answer = await client.post(f"{origin}/oauth/v2/consent", data={**query, "user": user})
    assert answer.status_code == 302
    return answer.headers["location"]


async def test_looking_at_a_link_spends_nothing(world: World) -> None:
    offer = await world.ask(MARA, "desk contacts")
    async with httpx.AsyncClient() as scanner:
        for _ in range(5):
            assert (await scanner.get(link_of(offer))).status_code == 200
            assert (await scanner.head(link_of(offer))).status_code == 200
    page = await world.walk(offer, "Mara Lindqvist")
    assert "Zoho Desk is connected" in page.words


async def test_the_page_names_the_slack_user_the_workspace_and_what_will_be_read(world: World) -> None:
    offer = await world.ask(MARA, "desk contacts")
    async with httpx.AsyncClient() as stranger:
        page = await stranger.get(link_of(offer))
    for words in ("Mara Lindqvist", "Larkfield", "Contacts, accounts, products", "Is this not you?"):
        assert words in page.text


async def test_the_page_names_them_by_their_ids_when_slack_does_not_say_the_names(world: World) -> None:
    world.slack.fail("*", status=503, plain=True, times=None)
    bot = await world.restart()
    link = await bot.zoho.connections.start_attempt(
        Who(LARKFIELD, MARA), Product.DESK, scopes=READ_DESK, resume="", now=world.clock()
    )
    async with httpx.AsyncClient() as browser:
        page = (await browser.get(f"{bot.url}/zoho/connect", params={"link": link})).text
    assert f"<bdi>{MARA}</bdi>" in page
    assert f"<bdi>{LARKFIELD}</bdi>" in page


async def test_pages_may_not_be_kept_framed_or_told_about(world: World) -> None:
    offer = await world.ask(MARA, "desk contacts")
    async with httpx.AsyncClient() as browser:
        for address in (
            link_of(offer),
            f"{world.bot.url}/zoho/connect?link=unknown",
            f"{world.bot.url}/zoho/callback",
        ):
            headers = (await browser.get(address)).headers
            assert headers["cache-control"] == "no-store"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["x-frame-options"] == "DENY"
            policy = headers["content-security-policy"]
            assert "frame-ancestors 'none'" in policy
            assert "default-src 'none'" in policy
            assert "unsafe-inline" not in policy


async def test_no_answer_may_be_kept_or_guessed_at_or_tells_which_software_gave_it(world: World) -> None:
    async with httpx.AsyncClient() as browser:
        for path, verb in (
            ("/healthz", "GET"),
            ("/nowhere", "GET"),
            ("/zoho/connect", "PUT"),
            ("/slack/events", "POST"),
        ):
            headers = (await browser.request(verb, f"{world.bot.url}{path}")).headers
            assert headers["cache-control"] == "no-store"
            assert headers["x-content-type-options"] == "nosniff"
            assert "server" not in headers


async def test_the_cookie_is_for_our_pages_alone(world: World) -> None:
    offer = await world.ask(MARA, "desk contacts")
    async with httpx.AsyncClient() as browser:
        answer = await post(browser, link_of(offer))
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    for part in (f"{COOKIE}=", "HttpOnly", "SameSite=Lax", "Path=/zoho", "Max-Age=900"):
        assert part in cookie
    assert "Secure" not in cookie  # the bot is reached by http here; see the next test


async def test_the_cookie_is_secure_where_the_bot_is_reached_by_https(make_world: MakeWorld) -> None:
    world = await make_world(PUBLIC_URL="https://duplicates.example")
    offer = await world.ask(MARA, "desk contacts")
    async with httpx.AsyncClient() as browser:
        answer = await post(browser, link_of(offer).replace("https://duplicates.example", world.bot.url))
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-site"}],
)
async def test_a_form_on_a_strangers_page_cannot_take_the_place_of_ours(
    world: World, headers: dict[str, str]
) -> None:
    offer = await world.ask(MARA, "desk contacts")
    async with httpx.AsyncClient() as browser:
        answer = await post(browser, link_of(offer), **headers)
        assert answer.status_code == 400
        assert "set-cookie" not in answer.headers
        own = await post(browser, link_of(offer), **{"Sec-Fetch-Site": "same-origin", "Origin": "null"})
    assert own.status_code == 303


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"link=\xff\xfe", FORM["Content-Type"]),
        (b"link=x", f"{FORM['Content-Type']}; charset=nonsense"),
        (b"link=\\ud800", f"{FORM['Content-Type']}; charset=unicode_escape"),
        (b"link=+2AA-", f"{FORM['Content-Type']}; charset=utf-7"),
        # It would take a minute to read, during which nobody is answered.
        (b"link=x-" + b"a" * 1_000_000, f"{FORM['Content-Type']}; charset=punycode"),
        (b"garbage", "multipart/form-data; boundary=abc"),
        (b"link=x", "multipart/form-data"),
        (b'{"link": "x"}', "application/json"),
        (b"", FORM["Content-Type"]),
    ],
)
async def test_a_body_that_is_no_form_of_ours_gets_the_page_of_a_link_that_is_over(
    world: World, body: bytes, kind: str
) -> None:
    async with httpx.AsyncClient() as browser:
        answer = await browser.post(
            f"{world.bot.url}/zoho/connect", content=body, headers={"Content-Type": kind}
        )
    assert answer.status_code == 400
    assert "This link was already used, or its 15 minutes are over." in answer.text
    assert "set-cookie" not in answer.headers


async def test_a_body_that_is_not_packed_as_it_says_gets_the_same_page(world: World) -> None:
    async with httpx.AsyncClient() as browser:
        answer = await browser.post(
            f"{world.bot.url}/zoho/connect", content=b"link=x", headers={**FORM, "Content-Encoding": "gzip"}
        )
    assert answer.status_code == 400
    assert "This link was already used, or its 15 minutes are over." in answer.text


async def test_a_callback_in_another_browser_connects_nobody(world: World) -> None:
    offer = await world.ask(MARA, "desk contacts")
    async with httpx.AsyncClient() as first, httpx.AsyncClient() as other:
        begun = await post(first, link_of(offer))
        back = await consent(first, begun.headers["location"], "mara")
        page = await other.get(back)
    assert page.status_code == 400
    assert "Start again from Slack, in this browser." in page.text
    assert not [call for call in world.zoho.calls if call.path == "/oauth/v2/token"]


async def test_a_callback_works_once(world: World) -> None:
    offer = await world.ask(MARA, "desk contacts")
    async with httpx.AsyncClient() as browser:
        begun = await post(browser, link_of(offer))
        back = await consent(browser, begun.headers["location"], "mara")
        kept = {COOKIE: browser.cookies[COOKIE]}
        assert (await browser.get(back)).status_code == 200
    async with httpx.AsyncClient(cookies=kept) as again:
        second = await again.get(back)
    assert second.status_code == 400
    assert "already used" in second.text
    assert len([call for call in world.zoho.calls if call.path == "/oauth/v2/token"]) == 1


@pytest.mark.parametrize("state", ["", "wrong", "wrong.signature", "x" * 5000, "ä.ö"])
async def test_a_wrong_state_connects_nobody(world: World, state: str) -> None:
    offer = await world.ask(MARA, "desk contacts")
    async with httpx.AsyncClient() as browser:
        await post(browser, link_of(offer))
        page = await browser.get(
            f"{world.bot.url}/zoho/callback", params={"state": state, "code": "1000.x", "location": "eu"}
        )
    assert page.status_code == 400
    assert world.zoho.calls == [call for call in world.zoho.calls if call.path != "/oauth/v2/token"]


async def test_the_state_of_somebody_else_connects_nobody(world: World) -> None:
    mine, theirs = await world.ask(MARA, "connect"), await world.ask(TOMAS, "connect")
    async with httpx.AsyncClient() as me, httpx.AsyncClient() as them:
        begun = await post(them, link_of(theirs))
        back = await consent(them, begun.headers["location"], "tomas")
        await post(me, link_of(mine))
        page = await me.get(back)
    assert page.status_code == 400
    assert not [call for call in world.zoho.calls if call.path == "/oauth/v2/token"]


async def test_link_and_state_live_for_fifteen_minutes(world: World) -> None:
    offer = await world.ask(MARA, "desk contacts")
    async with httpx.AsyncClient() as browser:
        begun = await post(browser, link_of(offer))
        back = await consent(browser, begun.headers["location"], "mara")
        world.clock.forward(timedelta(minutes=15))
        assert (await browser.get(back)).status_code == 400
        page = await browser.get(link_of(offer))
    assert page.status_code == 400
    assert "15 minutes are over" in page.text


async def test_declining_stores_nothing(world: World) -> None:
    offer = await world.ask(MARA, "desk contacts")
    async with httpx.AsyncClient() as browser:
        begun = await post(browser, link_of(offer))
        page = await browser.get(await consent(browser, begun.headers["location"], "decline"))
    assert "You pressed Decline at Zoho. Nothing was stored." in page.text
    assert "Connect Zoho Desk" in (await world.ask(MARA, "desk contacts")).words


async def test_a_zoho_user_without_desk_is_told_to_sign_in_as_another(world: World) -> None:
    offer = await world.ask(MARA, "desk contacts")
    page = await world.walk(offer, "Kofi Mensah")
    assert "Your Zoho user has no Zoho Desk. Sign in as another user." in page.words


async def test_an_accounts_server_that_is_not_zohos_gets_nothing(world: World) -> None:
    world.zoho.fault("foreign_accounts_server", value="https://accounts.evil.example")
    offer = await world.ask(MARA, "desk contacts")
    page = await world.walk(offer, "Mara Lindqvist")
    assert "Nothing was sent there" in page.words
    assert not [call for call in world.zoho.calls if call.path == "/oauth/v2/token"]


async def test_someone_of_another_data_centre_is_connected_there(world: World) -> None:
    told = await world.connect(MARA, "Priya Nair")
    assert "Bellbird Outdoor" in told.words
    result = await world.ask(MARA, "desk products")
    links = [
        element["url"]
        for block in result.blocks
        if block["type"] == "rich_text"
        for line in block["elements"]
        for section in line["elements"]
        for element in section.get("elements", [])
        if element.get("type") == "link"
    ]
    assert links
    assert all(link.startswith(world.zoho.hosts["in"]["desk_web"]) for link in links)


async def test_several_portals_are_asked_for_and_then_the_command_goes_on(world: World) -> None:
    offer = await world.ask(JONAS, "desk contacts")
    mark = world.slack.mark
    await world.walk(offer, "Sofia Marchetti")
    menu = await world.slack.wait_for(user=JONAS, containing="2 portals", after=mark)
    assert "larkfieldtest" not in menu.words  # a sandbox portal counts only when there is no other

    for text in ("desk products", "", "desk accounts"):
        again = await world.ask(JONAS, text)
        assert "Which organisation?" in again.words
    mark = world.slack.mark
    await world.slack.click(menu, ids.CONNECT_PORTAL, option="20060000002")
    chosen = await world.slack.wait_for(user=JONAS, containing="Organisation chosen", after=mark)
    assert "Kestrel Logistics" in chosen.words
    result = await world.slack.wait_for(user=JONAS, containing="in Desk accounts", after=mark)
    assert "Kestrel Logistics" in result.words


async def test_a_portal_that_was_not_offered_is_not_taken(world: World) -> None:
    await world.walk(await world.ask(JONAS, "connect"), "Sofia Marchetti")
    menu = await world.slack.wait_for(user=JONAS, containing="2 portals")
    forged = [
        {**option, "value": "60010000001"} for option in menu.elements(ids.CONNECT_PORTAL)[0].raw["options"]
    ]
    menu.elements(ids.CONNECT_PORTAL)[0].raw["options"] = forged
    mark = world.slack.mark
    await world.slack.click(menu, ids.CONNECT_PORTAL, option="60010000001")
    answer = await world.slack.wait_for(user=JONAS, after=mark)
    assert "not reachable" in answer.words


async def test_the_result_finds_its_way_when_the_response_url_is_dead(world: World) -> None:
    offer = await world.ask(MARA, "desk contacts")
    world.slack.fail("response_url", error="expired_url", times=None)
    mark = world.slack.mark
    await world.walk(offer, "Mara Lindqvist")
    result = await world.slack.wait_for(user=MARA, containing="in Desk contacts", after=mark)
    assert result.via == "chat.postEphemeral"


@pytest.mark.parametrize("fault", [{"error": "messages_tab_disabled"}, {"status": 503, "plain": True}])
async def test_what_was_asked_goes_on_though_no_direct_message_can_be_sent(
    world: World, fault: dict[str, object]
) -> None:
    offer = await world.ask(MARA, "desk contacts")
    world.slack.fail("chat.postMessage", times=None, **fault)
    mark = world.slack.mark
    await world.walk(offer, "Mara Lindqvist")
    result = await world.slack.wait_for(user=MARA, containing="in Desk contacts", after=mark)
    assert result.via == "response_url"


async def test_a_command_that_waited_too_long_for_its_answer_is_answered_by_direct_message(
    world: World,
) -> None:
    await world.connect(MARA, "Sofia Marchetti")
    menu = await world.ask(MARA, "desk contacts")
    world.clock.forward(timedelta(minutes=29, seconds=30))
    mark = world.slack.mark
    await world.slack.click(menu, ids.CONNECT_PORTAL, option="20060000001")
    result = await world.slack.wait_for(user=MARA, containing="in Desk contacts", after=mark)
    assert result.via == "chat.postMessage"


async def test_connecting_again_ends_the_old_grant_after_the_new_one_stands(connected: World) -> None:
    offer = await connected.ask(MARA, "connect")
    assert "Zoho Desk is connected already" in offer.words
    await connected.walk(offer, "Mara Lindqvist")
    await connected.settled()
    token_calls = [call.path for call in connected.zoho.calls if call.path.startswith("/oauth/v2/token")]
    assert token_calls[-2:] == ["/oauth/v2/token", "/oauth/v2/token/revoke"]
    assert connected.zoho.grants("mara") == 1
    assert "possible duplicates" in (await connected.ask(MARA, "desk contacts")).words


async def test_disconnecting_revokes_and_forgets(connected: World) -> None:
    assert "Zoho Desk is disconnected" in (await connected.ask(MARA, "disconnect")).words
    assert connected.zoho.grants("mara") == 0
    assert "There is no connection to end" in (await connected.ask(MARA, "disconnect desk")).words
    assert "Connect Zoho Desk" in (await connected.ask(MARA, "desk contacts")).words


async def test_a_withdrawn_grant_asks_to_reconnect_and_the_search_goes_on(connected: World) -> None:
    connected.zoho.revoke("mara")
    connected.zoho.expire_tokens("mara")
    answer = await connected.ask(MARA, "desk contacts")
    assert "no longer accepts your connection" in answer.words
    mark = connected.slack.mark
    await connected.walk(answer, "Mara Lindqvist")
    result = await connected.slack.wait_for(user=MARA, containing="in Desk contacts", after=mark)
    assert "10 possible duplicates" in result.words
    direct = [m for m in connected.slack.messages(MARA) if m.via == "chat.postMessage"]
    assert not [m for m in direct if "no longer accepts" in m.words]

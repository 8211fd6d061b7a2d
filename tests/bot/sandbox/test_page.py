"""The page in a real browser: type, click, choose, fill in, look as somebody else, reload."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox import SlackSandbox
from bot.sandbox.clock import Clock
from tests.bot.sandbox.tiny_bot import Body, TinyBot, running_bot
from tests.chromium import running

# One browser serves all of these tests, so they and their fixtures run in one loop.
pytestmark = pytest.mark.asyncio(loop_scope="module")
PATIENCE = 30_000


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    async with running() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def bot() -> AsyncIterator[TinyBot]:
    async with running_bot() as tiny:
        yield tiny


@pytest_asyncio.fixture(loop_scope="module")
async def slack(bot: TinyBot) -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox.start(bot_url=bot.url, writes=lambda: 3) as workspace:
        yield workspace


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, slack: SlackSandbox) -> AsyncIterator[Page]:
    """A fresh page; errors in its scripts fail the test."""
    wrong: list[str] = []
    opened = await browser.new_page(viewport={"width": 1100, "height": 800})
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    opened.set_default_timeout(PATIENCE)
    yield opened
    await opened.context.close()
    if wrong:
        pytest.fail(f"the page complained: {wrong}")


def plain(text: str) -> Body:
    return {"type": "plain_text", "text": text}


def marked(text: str, *, verbatim: bool = True) -> Body:
    return {"type": "mrkdwn", "text": text, "verbatim": verbatim}


def section(text: str, **more: Any) -> Body:
    return {"type": "section", "text": marked(text)} | more


def option(value: str, **more: Any) -> Body:
    return {"text": plain(value.title()), "value": value} | more


def button(words: str, action_id: str, **more: Any) -> Body:
    return {"type": "button", "text": plain(words), "action_id": action_id} | more


CONFIRM = {
    "title": plain("Undo this flag?"),
    "text": plain("It goes from the queue."),
    "confirm": plain("Undo"),
}
MENU = {"type": "overflow", "action_id": "group.more", "options": [option("why"), option("fields")]}
LIST: list[Body] = [
    {"type": "header", "text": plain("2 possible duplicates")},
    {"type": "actions", "block_id": "act", "elements": [button("Flag", "group.flag", value="a:1"), MENU]},
]
FLAGGED: list[Body] = [
    section(":triangular_flag_on_post: Flagged by <@U01MARA>"),
    {"type": "actions", "block_id": "act2", "elements": [button("Undo", "flag.undo", confirm=CONFIRM)]},
]
NOTE = {"type": "plain_text_input", "action_id": "note"}
DETAIL = {
    "type": "radio_buttons",
    "action_id": "detail",
    "options": [option("counts", description=plain("The numbers only")), option("masked")],
    "initial_option": option("masked"),
}


def modal(title: str, *blocks: Body, **more: Any) -> Body:
    frame = {"type": "modal", "title": plain(title), "submit": plain("Share"), "close": plain("Cancel")}
    return frame | {"blocks": list(blocks)} | more


def asked(block: str, element: Body, **more: Any) -> Body:
    return {"type": "input", "block_id": block, "label": plain(block.title()), "element": element} | more


async def look(page: Page, slack: SlackSandbox, user: str = "U01MARA", place: str = "C01SUPPORT") -> None:
    await page.goto(f"{slack.page_url}?user={user}&place={place}")
    await page.wait_for_selector(f'#person option[value="{user}"]', state="attached")


async def type_command(page: Page, text: str) -> None:
    await page.fill("#command", text)
    await page.press("#command", "Enter")


async def test_a_command_is_typed_flagged_and_undone(page: Page, slack: SlackSandbox, bot: TinyBot) -> None:
    async def answer(body: Body) -> Any:
        if "command" in body:
            return {"text": "2 possible duplicates", "blocks": LIST}
        action = body["actions"][0]["action_id"]
        blocks = {"group.flag": FLAGGED, "flag.undo": LIST}.get(action)
        if blocks:
            url = AsyncWebhookClient(body["response_url"])
            await url.send(text="changed", blocks=blocks, replace_original=True)
        return ""

    bot.answer = answer
    await look(page, slack)
    await type_command(page, "/duplicates desk contacts city=Hamburg")
    message = page.locator("article[data-ts]")
    await expect(message).to_contain_text("Only visible to you")
    await expect(message.get_by_role("heading")).to_have_text("2 possible duplicates")
    assert bot.heard[0]["text"] == "desk contacts city=Hamburg"
    ts = await message.get_attribute("data-ts")
    await page.click("[data-action-id='group.flag']")
    await expect(message).to_contain_text("Flagged by @Mara Lindqvist")
    assert await message.get_attribute("data-ts") == ts
    await page.reload()
    await expect(message).to_contain_text("Flagged by @Mara Lindqvist")
    await page.click("[data-action-id='flag.undo']")
    await expect(page.get_by_role("dialog")).to_contain_text("Undo this flag?")
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert bot.heard[-1]["actions"][0]["action_id"] == "group.flag"
    await page.click("[data-action-id='flag.undo']")
    await page.click("dialog [data-answer='yes']")
    await expect(page.locator("[data-action-id='group.flag']")).to_be_visible()


async def test_a_menu_works_with_the_keyboard(
    page: Page, slack: SlackSandbox, client: AsyncWebClient, bot: TinyBot
) -> None:
    await client.chat_postMessage(channel="C01SUPPORT", text="list", blocks=LIST)
    await look(page, slack)
    await page.get_by_role("button", name="More actions").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Why")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(page.get_by_role("button", name="More actions")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menu")).to_have_count(0)
    click = await bot.hears(lambda body: body.get("type") == "block_actions")
    assert click["actions"][0]["selected_option"]["value"] == "fields"


async def test_persons_see_only_what_is_theirs(page: Page, slack: SlackSandbox, bot: TinyBot) -> None:
    bot.answer = lambda body: {"text": f"for {body['user_id']}"}
    await look(page, slack)
    await page.get_by_role("button", name="/duplicates help").click()
    await expect(page.locator("article")).to_contain_text("for U01MARA")
    await page.select_option("#person", "U02TOMAS")
    await expect(page.locator("article")).to_have_count(0)
    assert "user=U02TOMAS" in page.url
    await page.go_back()
    await expect(page.locator("article")).to_contain_text("for U01MARA")
    await page.select_option("#person", "U05ELIF")
    await expect(page.locator("#head")).to_contain_text("with-halden")
    await type_command(page, "/duplicates")
    await expect(page.locator("article")).to_contain_text("for U05ELIF")


async def test_direct_messages_arrive_while_one_looks_elsewhere(
    page: Page, slack: SlackSandbox, client: AsyncWebClient
) -> None:
    await look(page, slack)
    await client.chat_postMessage(channel="U01MARA", text="Zoho Desk is connected.")
    place = page.locator("[data-place='app']")
    await expect(place).to_contain_text("new")
    await place.click()
    await expect(page.locator("article")).to_contain_text("Zoho Desk is connected.")
    await expect(place).not_to_contain_text("new")


async def test_the_home_tab_is_asked_for_and_drawn(
    page: Page, slack: SlackSandbox, client: AsyncWebClient, bot: TinyBot
) -> None:
    async def publish(body: Body) -> str:
        if body.get("event", {}).get("type") == "app_home_opened":
            row = section("*Zoho Desk*", accessory=button("Connect", "connect.start"))
            view = {"type": "home", "blocks": [row]}
            await client.views_publish(user_id=body["event"]["user"], view=view)
        return ""

    bot.answer = publish
    await look(page, slack, place="app")
    await page.get_by_role("tab", name="Home").click()
    await page.get_by_role("button", name="Connect", exact=True).click()
    click = await bot.hears(lambda body: body.get("type") == "block_actions")
    assert click["view"]["type"] == "home"
    await expect(page.locator("#command")).to_be_hidden()
    await page.reload()
    await expect(page.get_by_role("button", name="Connect")).to_be_visible()


async def test_a_modal_is_filled_in_refused_and_sent(
    page: Page, slack: SlackSandbox, client: AsyncWebClient, bot: TinyBot
) -> None:
    async def answer(body: Body) -> Any:
        if "command" in body:
            view = modal("Share to channel", asked("why", NOTE), asked("detail", DETAIL))
            await client.views_open(trigger_id=body["trigger_id"], view=view)
            return ""
        if body["view"]["state"]["values"]["why"]["note"]["value"] == "no":
            return {"response_action": "errors", "errors": {"why": "Say more than no."}}
        return ""

    bot.answer = answer
    await look(page, slack)
    await type_command(page, "/duplicates share")
    dialog = page.get_by_role("dialog", name="Share to channel")
    await expect(dialog.get_by_role("textbox", name="Why")).to_be_focused()
    await page.click("[data-submit]")
    await expect(dialog.get_by_role("alert")).to_have_text("Please complete this required field.")
    await dialog.get_by_label("Counts").check()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await type_command(page, "/duplicates share")
    await dialog.get_by_role("textbox", name="Why").fill("no")
    await dialog.get_by_label("Counts").check()
    await page.click("[data-submit]")
    await expect(dialog.get_by_role("alert")).to_have_text("Say more than no.")
    await expect(dialog.get_by_role("textbox", name="Why")).to_have_value("no")
    await expect(dialog.get_by_label("Counts")).to_be_checked()
    await page.reload()
    await dialog.get_by_role("textbox", name="Why").fill("sisters")
    await page.click("[data-submit]")
    await expect(dialog).to_have_count(0)
    values = bot.heard[-1]["view"]["state"]["values"]
    assert values["why"]["note"]["value"] == "sisters"


async def test_modals_lie_on_each_other_and_keep_what_was_typed(
    page: Page, slack: SlackSandbox, client: AsyncWebClient, bot: TinyBot
) -> None:
    def view(title: str, words: str) -> Body:
        row = {
            "type": "actions",
            "block_id": words,
            "elements": [button("Look", "look"), button("Deep", "deep")],
        }
        return modal(title, section(words, block_id=f"s{words}"), asked("why", NOTE), row)

    async def answer(body: Body) -> str:
        if "command" in body:
            await client.views_open(trigger_id=body["trigger_id"], view=view("First", "before"))
        elif body["actions"][0]["action_id"] == "look":
            await client.views_update(view_id=body["view"]["id"], view=view("First", "after"))
        else:
            await client.views_push(trigger_id=body["trigger_id"], view=view("Second", "deeper"))
        return ""

    bot.answer = answer
    await look(page, slack)
    await type_command(page, "/duplicates")
    await page.get_by_role("textbox", name="Why").fill("typed")
    await page.click("[data-action-id='look']")
    await expect(page.get_by_role("dialog")).to_contain_text("after")
    await expect(page.get_by_role("textbox", name="Why")).to_have_value("typed")
    await page.click("[data-action-id='deep']")
    await expect(page.get_by_role("dialog", name="Second")).to_be_visible()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("dialog", name="First")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Why")).to_have_value("typed")


async def test_every_kind_of_field_sends_its_choice(
    page: Page, slack: SlackSandbox, client: AsyncWebClient, bot: TinyBot
) -> None:
    kinds: dict[str, Body] = {
        "pick": {"type": "static_select", "options": [option("a"), option("b")]},
        "many": {"type": "multi_static_select", "options": [option("a"), option("b")]},
        "box": {"type": "checkboxes", "options": [option("c"), option("d")]},
        "day": {"type": "datepicker"},
        "hour": {"type": "timepicker", "initial_time": "09:00"},
        "where": {"type": "conversations_select", "default_to_current_conversation": True},
        "who": {"type": "multi_users_select"},
    }
    blocks = [asked(name, raw | {"action_id": name}, optional=True) for name, raw in kinds.items()]

    async def answer(body: Body) -> str:
        if "command" in body:
            await client.views_open(trigger_id=body["trigger_id"], view=modal("Alerts", *blocks))
        return ""

    bot.answer = answer
    await look(page, slack, place="C02GENERAL")
    await type_command(page, "/duplicates subscribe")
    await page.select_option("[data-action-id='pick']", "b")
    await page.click("[data-action-id='many']")
    await page.get_by_role("menuitemcheckbox", name="A").click()
    await page.get_by_role("menuitemcheckbox", name="B").click()
    await page.keyboard.press("Escape")
    await page.get_by_label("D", exact=True).check()
    await page.fill("[data-action-id='day']", "2026-11-24")
    await page.click("[data-action-id='who']")
    await page.get_by_role("menuitemcheckbox", name="Tomás Reyes").click()
    await page.keyboard.press("Escape")
    await page.click("[data-submit]")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    values = {block: part[block] for block, part in bot.heard[-1]["view"]["state"]["values"].items()}
    assert values["pick"]["selected_option"]["value"] == "b"
    assert [one["value"] for one in values["many"]["selected_options"]] == ["a", "b"]
    assert [one["value"] for one in values["box"]["selected_options"]] == ["d"]
    assert values["day"]["selected_date"] == "2026-11-24"
    assert values["hour"]["selected_time"] == "09:00"
    assert values["where"]["selected_conversation"] == "C02GENERAL"
    assert values["who"]["selected_users"] == ["U02TOMAS"]


# What plain letters become, by the third argument of mrkdwn().
ALL, LINKS, NOTHING = True, "links", False
MRKDWN = [
    (
        "*bold* _slanted_ ~gone~ `*code*`",
        NOTHING,
        "<b>bold</b> <i>slanted</i> <s>gone</s> <code>*code*</code>",
    ),
    ("2*3*4 snake_case_name * not *", NOTHING, "2*3*4 snake_case_name * not *"),
    ("*a _b_ c*", NOTHING, "<b>a <i>b</i> c</b>"),
    ("&lt;!here&gt; &amp;amp;", NOTHING, "&lt;!here&gt; &amp;amp;"),
    ("<img src=x onerror=alert(1)>", NOTHING, "&lt;img src=x onerror=alert(1)&gt;"),
    ("<javascript:alert(1)|x>", NOTHING, "x"),
    ("<https://a.example/?a=1&amp;b=2|a *b*>", NOTHING, '<a href="https://a.example/?a=1&amp;b=2">a *b*</a>'),
    ("<!here>", NOTHING, '<span data-ping="here">@here</span>'),
    ("<!subteam^S01|@agents>", NOTHING, '<span data-ping="agents">@agents</span>'),
    ("@here and @channel", NOTHING, "@here and @channel"),
    ("@here", ALL, '<span data-ping="here">@here</span>'),
    ("someone@here", ALL, "someone@here"),
    ("see https://a.example/x.", NOTHING, "see https://a.example/x."),
    ("see https://a.example/x.", ALL, 'see <a href="https://a.example/x">https://a.example/x</a>.'),
    (
        "@here #support https://a.example",
        LINKS,
        '@here #support <a href="https://a.example">https://a.example</a>',
    ),
    ("#support", NOTHING, "#support"),
    ("#support", ALL, '<span data-channel="C01SUPPORT">#support</span>'),
    ("<@U02TOMAS>", NOTHING, '<span data-user="U02TOMAS">@Tomás Reyes</span>'),
    ("<@U99>", NOTHING, '<span data-user="U99">@U99</span>'),
    ("<!date^1795507500^{date_short} at {time}|x>", NOTHING, "Nov 24, 2026 at 9:05 AM"),
    ("<!date^1795507500^{date_long}, {time_secs}|x>", NOTHING, "Tuesday, November 24th, 2026, 9:05:00 AM"),
    ("<!date^1795507500^{nonsense}|24 Nov>", NOTHING, "24 Nov"),
    ("one\ntwo", NOTHING, "one<br>two"),
    ("&gt; said\nnot", NOTHING, "<blockquote>said</blockquote>not"),
    (":no_such_emoji: :wave:", NOTHING, ":no_such_emoji: 👋"),
    ("```\n<b>\n``` *x*", NOTHING, "<pre>&lt;b&gt;</pre> <b>x</b>"),
]

# Draws a text, then drops what is there for looks alone.
DRAW = """async ([text, parsed]) => {
    const { mrkdwn } = await import("/page/text.js");
    const people = new Map([["U02TOMAS", { name: "Tomás Reyes" }]]);
    const channels = new Map([["C01SUPPORT", { id: "C01SUPPORT", name: "support" }]]);
    const look = { people, channels, zone: "Europe/Berlin", me: "U01MARA", app: {} };
    const box = document.createElement("div");
    box.append(...mrkdwn(text, look, parsed));
    const bare = (name) => !name.startsWith("data-") && name !== "href";
    for (const node of box.querySelectorAll("*")) {
        node.getAttributeNames().filter(bare).forEach((name) => node.removeAttribute(name));
        if (node.tagName === "SPAN" && !node.attributes.length) node.replaceWith(...node.childNodes);
    }
    return box.innerHTML;
}"""


async def test_mrkdwn_is_read_by_slacks_rules(page: Page, slack: SlackSandbox) -> None:
    await look(page, slack)
    drawn = [await page.evaluate(DRAW, [text, parsed]) for text, parsed, _ in MRKDWN]
    assert drawn == [html for *_, html in MRKDWN]


async def test_blocks_nobody_knows_are_shown_as_such(
    page: Page, slack: SlackSandbox, client: AsyncWebClient
) -> None:
    video: Body = {"type": "video", "block_id": "v", "title": plain("x")}
    text = {"type": "rich_text_section", "elements": [{"type": "usergroup", "usergroup_id": "S1"}]}
    rich = {"type": "rich_text", "elements": [text]}
    blocks = [video, {"type": "markdown", "text": "# x"}, rich]
    await client.chat_postMessage(channel="C01SUPPORT", text="x", blocks=blocks)
    await look(page, slack)
    await expect(page.locator(".not-drawn")).to_have_text(["not drawn: video", "not drawn: markdown"])


async def test_hostile_records_stay_words(page: Page, slack: SlackSandbox, client: AsyncWebClient) -> None:
    evil = '<script>document.title="gone"</script><img src=x onerror="document.title=1"> <!channel> @here *x*'
    rich: Body = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": evil}]}],
    }
    cell = {"type": "table", "rows": [[{"type": "raw_text", "text": evil}]]}
    escaped = evil.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    blocks = [rich, cell, section(escaped), {"type": "header", "text": plain(evil) | {"emoji": False}}]
    await client.chat_postMessage(channel="C01SUPPORT", text="x", blocks=blocks)
    await look(page, slack)
    await expect(page.locator("article")).to_contain_text("<script>")
    assert await page.locator("article script, article .content img, article [data-ping]").count() == 0
    assert await page.title() == "support · Stand-in for Slack"


async def test_a_bot_that_does_not_answer_is_reported(page: Page, slack: SlackSandbox, bot: TinyBot) -> None:
    bot.status = 500
    await look(page, slack)
    await type_command(page, "/duplicates")
    await expect(page.locator("[data-note='failure']")).to_contain_text("dispatch_failed")


async def test_the_bar_says_what_this_is_and_how_often_zoho_was_written_to(
    page: Page, slack: SlackSandbox
) -> None:
    await look(page, slack)
    await expect(page.locator("#banner")).to_contain_text("A stand-in for Slack.")
    await expect(page.locator("#writes")).to_have_text("3 writes to Zoho so far")
    slack.writes = lambda: 1
    await expect(page.locator("#writes")).to_have_text("1 write to Zoho so far")
    slack.writes = None
    await page.reload()
    await expect(page.locator("#person")).to_have_value("U01MARA")
    await expect(page.locator("#writes")).to_be_hidden()


async def test_it_is_light_and_dark_wide_and_narrow(
    page: Page, slack: SlackSandbox, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="C01SUPPORT", text="x", blocks=LIST)
    await page.emulate_media(color_scheme="dark")
    await look(page, slack)
    paper = "getComputedStyle(document.body).backgroundColor"
    assert await page.evaluate(paper) == "rgb(26, 29, 33)"
    await page.select_option("#theme", "light")
    assert await page.evaluate(paper) == "rgb(255, 255, 255)"
    await page.reload()
    await expect(page.locator("#theme")).to_have_value("light")
    assert await page.evaluate(paper) == "rgb(255, 255, 255)"
    await page.set_viewport_size({"width": 360, "height": 640})
    await expect(page.locator("#places")).to_be_hidden()
    await page.get_by_role("button", name="Conversations").click()
    await page.click("[data-place='C02GENERAL']")
    await expect(page.locator("#head")).to_contain_text("general")
    await expect(page.locator("#places")).to_be_hidden()
    width = "document.documentElement.scrollWidth"
    assert await page.evaluate(width) == 360


async def test_a_message_shortcut_is_offered_where_there_is_one(
    page: Page, slack: SlackSandbox, bot: TinyBot
) -> None:
    slack.shortcuts = {"message.check": "Check for duplicates"}
    slack.say("U02TOMAS", "anna.roe@kestrel.example")
    await look(page, slack)
    await page.locator("article").hover()
    await page.get_by_role("button", name="More actions for this message").click()
    await page.get_by_role("menuitem", name="Check for duplicates").click()
    used = await bot.hears(lambda body: body.get("type") == "message_action")
    assert used["callback_id"] == "message.check"


async def test_days_are_named_by_the_clock_of_the_stand_in(
    page: Page, slack: SlackSandbox, client: AsyncWebClient
) -> None:
    clock = slack.world.now = Clock()
    date = f"<!date^{int(clock().timestamp())}^{{date_short_pretty}}|then>"
    await client.chat_postMessage(channel="C01SUPPORT", text="x", blocks=[section(f"Read {date}")])
    await look(page, slack)
    await expect(page.locator("article")).to_contain_text("Read Today")
    clock.put_to(clock() + timedelta(days=1))
    await client.chat_postMessage(channel="C01SUPPORT", text="a day later")
    await expect(page.locator(".day")).to_have_text(["Yesterday", "Today"])
    await expect(page.locator("article").first).to_contain_text("Read Yesterday")

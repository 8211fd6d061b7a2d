"""`response_url`: how often, how long, and what an answer does to what is there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox import Message, SlackSandbox
from tests.bot.sandbox.tiny_bot import Clock

BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
BLOCKS: list[dict[str, Any]] = [{"type": "actions", "block_id": "one", "elements": [BUTTON]}]


async def answer(url: str, **given: Any) -> tuple[int, str]:
    found = await AsyncWebhookClient(url).send_dict(given)
    return found.status_code, found.body


async def clicked(slack: SlackSandbox, client: AsyncWebClient) -> tuple[str, Message]:
    """A response_url of a click in a message that all can see."""
    posted = await client.chat_postMessage(channel="C01SUPPORT", text="list", blocks=BLOCKS)
    message = slack.message(posted["ts"])
    sent = await slack.click(message, "go", user="U01MARA")
    return sent.response_url, message


async def test_an_answer_is_ephemeral_unless_it_says_otherwise(slack: SlackSandbox) -> None:
    url = (await slack.command("U01MARA", "help")).response_url
    assert await answer(url, text="for you") == (200, "ok")
    assert await answer(url, text="for all", response_type="in_channel") == (200, "ok")
    first, second = slack.messages("C01SUPPORT")
    assert (first.to, first.via) == ("U01MARA", "response_url")
    assert second.to is None


async def test_a_response_url_serves_where_the_app_is_no_member(slack: SlackSandbox) -> None:
    url = (await slack.command("U01MARA", "help", "C04PRIVATE")).response_url
    assert await answer(url, text="here") == (200, "ok")
    assert slack.messages("C04PRIVATE")[0].text == "here"


async def test_a_response_url_serves_five_times(slack: SlackSandbox) -> None:
    url = (await slack.command("U01MARA", "help")).response_url
    for _ in range(5):
        assert (await answer(url, text="x"))[0] == 200
    status, body = await answer(url, text="x")
    assert (status, "used_url" in body) == (404, True)
    assert len(slack.messages("U01MARA")) == 5


async def test_a_response_url_serves_thirty_minutes(slack: SlackSandbox, clock: Clock) -> None:
    url = (await slack.command("U01MARA", "help")).response_url
    clock.ahead = timedelta(minutes=29)
    assert (await answer(url, text="x"))[0] == 200
    clock.ahead = timedelta(minutes=31)
    status, body = await answer(url, text="x")
    assert (status, "expired_url" in body) == (404, True)
    assert (await answer(url + "x", text="x"))[0] == 404


async def test_a_second_answer_to_a_command_never_replaces_the_first(slack: SlackSandbox) -> None:
    url = (await slack.command("U01MARA", "help")).response_url
    await answer(url, text="Searching…")
    await answer(url, text="Found 2", replace_original=True)
    await answer(url, delete_original=True)
    assert [message.text for message in slack.messages("U01MARA")] == ["Searching…", "Found 2"]


@pytest.mark.parametrize("yes", [True, "true"])
async def test_the_answer_to_a_click_replaces_its_message(
    slack: SlackSandbox, client: AsyncWebClient, yes: bool | str
) -> None:
    url, message = await clicked(slack, client)
    assert (await answer(url, text="next page", replace_original=yes))[0] == 200
    (now,) = slack.messages("C01SUPPORT")
    assert (now.ts, now.text, now.blocks, now.edits) == (message.ts, "next page", (), 1)


async def test_an_ephemeral_message_can_be_replaced_too_and_stays_ephemeral(slack: SlackSandbox) -> None:
    url = (await slack.command("U01MARA", "help")).response_url
    await answer(url, text="list", blocks=BLOCKS)
    sent = await slack.click(slack.messages("U01MARA")[0], "go")
    await answer(sent.response_url, text="next page", replace_original=True, response_type="in_channel")
    (now,) = slack.messages("U01MARA")
    assert (now.text, now.to) == ("next page", "U01MARA")


async def test_without_replace_original_a_click_gets_a_message_of_its_own(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    url, message = await clicked(slack, client)
    await answer(url, text="for you alone")
    assert slack.message(message.ts).edits == 0
    assert slack.messages("U01MARA")[0].text == "for you alone"


async def test_a_click_can_take_its_message_away(slack: SlackSandbox, client: AsyncWebClient) -> None:
    url, _ = await clicked(slack, client)
    assert (await answer(url, delete_original=True))[0] == 200
    assert slack.messages() == ()
    await answer(url, text="still there", replace_original=True)
    assert slack.messages("U01MARA")[0].text == "still there"


async def test_an_answer_for_all_can_stand_in_a_thread(slack: SlackSandbox, client: AsyncWebClient) -> None:
    url, message = await clicked(slack, client)
    await answer(url, text="reply", response_type="in_channel", thread_ts=message.ts, replace_original=False)
    assert slack.messages("C01SUPPORT")[-1].thread_ts == message.ts


async def test_bad_contents_are_refused_and_cost_no_use(slack: SlackSandbox) -> None:
    url = (await slack.command("U01MARA", "help")).response_url
    for _ in range(6):
        assert await answer(url, text="x", blocks=[{"type": "marquee"}]) == (400, "invalid_blocks")
    assert await answer(url) == (400, "no_text")
    assert (await answer(url, text="x"))[0] == 200
    assert [call.error for call in slack.calls].count("invalid_blocks") == 6


async def test_a_form_is_understood_as_well(slack: SlackSandbox) -> None:
    url = (await slack.command("U01MARA", "help")).response_url
    async with aiohttp.ClientSession() as session:
        found = await session.post(url, data={"payload": '{"text": "by form"}'})
        assert found.status == 200
        assert (await session.post(url, data="not json")).status == 400
    assert slack.messages("U01MARA")[0].text == "by form"


async def test_a_response_url_can_fail_on_request(slack: SlackSandbox) -> None:
    url = (await slack.command("U01MARA", "help")).response_url
    slack.fail("response_url", status=500)
    assert (await answer(url, text="x"))[0] == 500
    slack.fail("response_url", status=503, done=True)
    assert (await answer(url, text="done all the same"))[0] == 503
    assert slack.messages("U01MARA")[0].text == "done all the same"

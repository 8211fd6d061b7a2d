"""What people do reaches the bot as Slack sends it: signed, in time, and again when nobody answered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Message, SlackSandbox
from tests.bot.sandbox.tiny_bot import TinyBot

Block = dict[str, Any]


def button(value: str, **more: Any) -> Block:
    words = {"type": "plain_text", "text": f"Flag {value}"}
    return {"type": "button", "action_id": "group.flag", "text": words, "value": value} | more


MENU = {
    "type": "static_select",
    "action_id": "connect.portal",
    "options": [
        {"text": {"type": "plain_text", "text": "Larkfield Support"}, "value": "larkfield"},
        {"text": {"type": "plain_text", "text": "Kestrel Logistics"}, "value": "kestrel"},
    ],
}
MORE = {"type": "overflow", "action_id": "group.more", "options": MENU["options"]}
BLOCKS: list[Block] = [
    {"type": "actions", "block_id": "one", "elements": [button("a:1")]},
    {"type": "actions", "block_id": "two", "elements": [button("b:1"), MENU, MORE]},
]


async def posted(slack: SlackSandbox, client: AsyncWebClient, channel: str = "C01SUPPORT") -> Message:
    answer = await client.chat_postMessage(channel=channel, text="list", blocks=BLOCKS)
    return slack.message(answer["ts"])


async def test_a_command_arrives_with_all_that_slack_sends(slack: SlackSandbox, bot: TinyBot) -> None:
    sent = await slack.command("U01MARA", "desk contacts city=Hamburg")
    (heard,) = bot.heard
    assert sent.ok
    assert heard["command"] == "/duplicates"
    assert heard["text"] == "desk contacts city=Hamburg"
    assert (heard["user_id"], heard["team_id"]) == ("U01MARA", "T01LARKFIELD")
    assert (heard["channel_id"], heard["channel_name"]) == ("C01SUPPORT", "support")
    assert heard["response_url"] == sent.response_url
    assert heard["trigger_id"] == sent.trigger_id


@pytest.mark.parametrize(
    ("user", "channel", "name"),
    [("U01MARA", "C04PRIVATE", "privategroup"), ("U01MARA", "D01MARA", "directmessage")],
)
async def test_names_of_private_places_are_not_told(
    slack: SlackSandbox, bot: TinyBot, user: str, channel: str, name: str
) -> None:
    await slack.command(user, "help", channel)
    assert bot.heard[0]["channel_name"] == name


async def test_somebody_from_another_company_brings_their_own_workspace(
    slack: SlackSandbox, bot: TinyBot, client: AsyncWebClient
) -> None:
    await slack.command("U05ELIF", "help", "C03SHARED")
    assert bot.heard[0]["team_id"] == "T02HALDEN"
    await slack.click(await posted(slack, client, "C03SHARED"), "group.flag", user="U05ELIF")
    assert bot.heard[1]["user"]["team_id"] == "T02HALDEN"
    assert bot.heard[1]["team"]["id"] == "T01LARKFIELD"


async def test_one_can_only_type_where_one_is_a_member(slack: SlackSandbox) -> None:
    with pytest.raises(ValueError, match="U05ELIF is in no channel called C01SUPPORT"):
        await slack.command("U05ELIF", "help")


async def test_the_body_of_the_acknowledgement_is_the_first_reply(slack: SlackSandbox, bot: TinyBot) -> None:
    bot.answer = lambda body: {"text": "Searching…"}
    await slack.command("U01MARA", "desk contacts")
    (message,) = slack.messages("U01MARA")
    assert (message.text, message.to, message.via) == ("Searching…", "U01MARA", "ack")
    assert slack.messages("U02TOMAS") == ()
    bot.answer = lambda body: {"text": "For all", "response_type": "in_channel"}
    await slack.command("U01MARA", "desk contacts")
    assert slack.messages("C01SUPPORT")[-1].to is None


async def test_an_empty_acknowledgement_shows_nothing(slack: SlackSandbox, bot: TinyBot) -> None:
    await slack.command("U01MARA", "desk contacts")
    assert slack.messages() == ()
    bot.answer = lambda body: "plain words"
    await slack.command("U01MARA", "desk contacts")
    assert slack.messages("U01MARA")[0].text == "plain words"


async def test_bad_blocks_in_the_acknowledgement_are_refused(slack: SlackSandbox, bot: TinyBot) -> None:
    bot.answer = lambda body: {"text": "x", "blocks": [{"type": "marquee"}]}
    sent = await slack.command("U01MARA", "help")
    assert sent.refused == ("unsupported type: marquee [json-pointer:/blocks/0/type]",)
    assert slack.messages() == ()


async def test_forged_stale_and_unsigned_requests_do_not_pass_as_slacks(slack: SlackSandbox) -> None:
    assert (await slack.forge("U01MARA", "help")).status == 401
    assert (await slack.stale("U01MARA", "help")).status == 401
    assert (await slack.stale("U01MARA", "help", age=-301)).status == 401
    assert (await slack.unsigned("U01MARA", "help")).status == 401
    assert (await slack.stale("U01MARA", "help", age=200)).ok


async def test_nobody_waits_longer_than_the_deadline(slack: SlackSandbox, bot: TinyBot) -> None:
    assert slack.delivery.deadline == 3
    slack.delivery.deadline = 0.05
    bot.delay = 0.3
    sent = await slack.command("U01MARA", "desk contacts")
    assert (sent.ok, sent.late) == (False, True)
    assert slack.world.notes[-1].text == "/duplicates failed with the error “operation_timeout”."


async def test_a_failing_bot_is_shown_to_the_person(slack: SlackSandbox, bot: TinyBot) -> None:
    bot.status = 500
    assert (await slack.command("U01MARA", "help")).status == 500
    slack.bot_url = "http://127.0.0.1:9"
    assert (await slack.command("U01MARA", "help")).status == 0
    told = [note.text for note in slack.world.notes if note.kind == "failure"]
    assert told == ["/duplicates failed with the error “dispatch_failed”."] * 2
    slack.bot_url = None
    with pytest.raises(RuntimeError, match="set bot_url"):
        await slack.command("U01MARA", "help")


async def test_a_redelivery_is_signed_anew_and_a_replay_is_the_same_bytes(
    slack: SlackSandbox, bot: TinyBot
) -> None:
    sent = await slack.open_home("U01MARA")
    await slack.redeliver(sent)
    await slack.replay(sent)
    ids = {body["event_id"] for body in bot.heard}
    assert len(ids) == 1
    assert [headers.get("X-Slack-Retry-Num") for headers in bot.headers] == [None, "1", None]
    assert bot.headers[1]["X-Slack-Retry-Reason"] == "http_timeout"
    assert bot.headers[2]["X-Slack-Signature"] == bot.headers[0]["X-Slack-Signature"]


async def test_a_second_answer_to_a_redelivered_command_would_be_seen(
    slack: SlackSandbox, bot: TinyBot
) -> None:
    bot.answer = lambda body: {"text": "here"}
    await slack.redeliver(await slack.command("U01MARA", "help"))
    assert [message.text for message in slack.messages("U01MARA")] == ["here", "here"]


async def test_a_click_in_a_channel_carries_the_message(
    slack: SlackSandbox, bot: TinyBot, client: AsyncWebClient
) -> None:
    message = await posted(slack, client)
    sent = await slack.click(message, "group.flag", user="U02TOMAS", value="b:1")
    body = bot.heard[-1]
    assert body["message"]["ts"] == message.ts
    assert body["container"]["is_ephemeral"] is False
    assert body["response_url"] == sent.response_url
    (action,) = body["actions"]
    assert (action["block_id"], action["value"], action["type"]) == ("two", "b:1", "button")
    assert action["action_ts"]


async def test_a_click_in_an_ephemeral_message_carries_no_message(slack: SlackSandbox, bot: TinyBot) -> None:
    bot.answer = lambda body: {"text": "list", "blocks": BLOCKS}
    await slack.command("U01MARA", "desk contacts")
    bot.answer = lambda body: ""
    await slack.click(slack.messages("U01MARA")[0], "group.flag")
    assert "message" not in bot.heard[-1]
    assert bot.heard[-1]["container"]["is_ephemeral"] is True
    assert bot.heard[-1]["user"]["id"] == "U01MARA"


async def test_an_old_drawing_can_still_be_clicked(
    slack: SlackSandbox, bot: TinyBot, client: AsyncWebClient
) -> None:
    old = await posted(slack, client)
    newer: list[Block] = [{"type": "actions", "block_id": "one", "elements": [button("a:2")]}]
    await client.chat_update(channel="C01SUPPORT", ts=old.ts, text="list", blocks=newer)
    await slack.click(old, "group.flag", user="U01MARA")
    assert bot.heard[-1]["actions"][0]["value"] == "a:1"


async def test_menus_send_what_was_chosen(slack: SlackSandbox, bot: TinyBot, client: AsyncWebClient) -> None:
    message = await posted(slack, client)
    await slack.click(message, "connect.portal", user="U01MARA", option="kestrel")
    assert bot.heard[-1]["actions"][0]["selected_option"]["value"] == "kestrel"
    await slack.click(message, "group.more", user="U01MARA", option="Larkfield Support")
    assert bot.heard[-1]["actions"][0]["selected_option"]["value"] == "larkfield"
    assert bot.heard[-1]["state"]["values"]["two"]["connect.portal"]["selected_option"] is None
    with pytest.raises(ValueError, match="no option 'halden'"):
        await slack.click(message, "group.more", user="U01MARA", option="halden")


async def test_what_is_not_there_cannot_be_clicked(slack: SlackSandbox, client: AsyncWebClient) -> None:
    message = await posted(slack, client)
    with pytest.raises(ValueError, match=r"nothing to click called flag.undo"):
        await slack.click(message, "flag.undo", user="U01MARA")
    with pytest.raises(ValueError, match="name the user"):
        await slack.click(message, "group.flag")


async def test_ids_that_were_left_out_are_made_up(slack: SlackSandbox, client: AsyncWebClient) -> None:
    bare = [
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "x"}}]}
    ]
    answer = await client.chat_postMessage(channel="C01SUPPORT", text="x", blocks=bare)
    (element,) = slack.message(answer["ts"]).elements()
    assert element.block_id
    assert element.action_id


async def test_a_message_shortcut_brings_the_message_and_a_response_url(
    slack: SlackSandbox, bot: TinyBot
) -> None:
    message = slack.say("U02TOMAS", "anna.roe@kestrel.example has written twice")
    sent = await slack.shortcut("U01MARA", message, "message.check")
    body = bot.heard[-1]
    assert (body["type"], body["callback_id"]) == ("message_action", "message.check")
    assert body["message"]["text"] == message.text
    assert body["message"]["user"] == "U02TOMAS"
    assert body["response_url"] == sent.response_url


async def test_events_come_in_their_envelope(slack: SlackSandbox, bot: TinyBot) -> None:
    await slack.open_home("U01MARA")
    body = bot.heard[-1]
    assert (body["type"], body["team_id"]) == ("event_callback", "T01LARKFIELD")
    assert (body["event"]["type"], body["event"]["tab"]) == ("app_home_opened", "home")
    await slack.event({"type": "app_uninstalled"})
    assert bot.heard[-1]["event"] == {"type": "app_uninstalled"}


async def test_the_handshake_wants_its_challenge_back(slack: SlackSandbox) -> None:
    assert (await slack.verify_url("say this")).body == "say this"


async def test_one_can_wait_for_a_message(slack: SlackSandbox, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="U01MARA", text="old result")
    mark = slack.mark

    async def later() -> None:
        await asyncio.sleep(0.05)
        await client.chat_postMessage(channel="U01MARA", text="new result")

    task = asyncio.create_task(later())
    message = await slack.wait_for(user="U01MARA", containing="result", after=mark)
    assert message.text == "new result"
    await task
    await client.chat_update(channel="D01MARA", ts=message.ts, text="edited result")
    edited = await slack.wait_for(lambda found: found.edits == 1, after=message)
    assert edited.text == "edited result"
    with pytest.raises(TimeoutError, match="edited result"):
        await slack.wait_for(containing="nothing of the kind", timeout=0.05)


async def test_a_reset_forgets_everything(slack: SlackSandbox, client: AsyncWebClient) -> None:
    await posted(slack, client)
    await slack.command("U01MARA", "help")
    slack.channel("C01SUPPORT").archived = True
    slack.reset()
    assert (slack.messages(), slack.calls, slack.sent) == ((), [], [])
    assert slack.channel("C01SUPPORT").archived is False

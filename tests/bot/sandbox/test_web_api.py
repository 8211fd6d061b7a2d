"""The Web API of the stand-in, called with Slack's own client over HTTP."""

from __future__ import annotations

import time

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SlackSandbox

PLAIN = [{"type": "section", "block_id": "one", "text": {"type": "mrkdwn", "text": "hello"}}]


async def refusal(call: object) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call  # type: ignore[misc]  # any awaitable call of the client
    return str(caught.value.response["error"])


async def test_the_app_learns_who_it_is(client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["team_id"], answer["user_id"]) == ("T01LARKFIELD", "U00BOT")
    assert "chat:write" in answer.headers["X-OAuth-Scopes"]


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("another-word", "invalid_auth")])
async def test_a_wrong_token_is_refused(slack: SlackSandbox, token: str, error: str) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session:
        answer = await session.post(f"{slack.api_url}auth.test", headers=headers)
        assert (await answer.json())["error"] == error


@pytest.mark.parametrize("how", ["query", "form", "json", "json strings"])
async def test_arguments_come_in_query_form_or_json(slack: SlackSandbox, how: str) -> None:
    blocks = '[{"type": "divider", "block_id": "d"}]'
    given = {"channel": "C01SUPPORT", "text": "hello", "blocks": blocks, "token": slack.bot_token}
    url = f"{slack.api_url}chat.postMessage"
    async with aiohttp.ClientSession() as session:
        if how == "query":
            answer = await session.get(url, params=given)
        elif how == "form":
            answer = await session.post(url, data=given)
        else:
            body = given | ({"blocks": [{"type": "divider", "block_id": "d"}]} if how == "json" else {})
            answer = await session.post(url, json=body)
        assert (await answer.json())["ok"] is True
    (message,) = slack.messages("C01SUPPORT")
    assert (message.text, message.blocks[0]["block_id"]) == ("hello", "d")
    assert "token" not in slack.calls[-1].args


async def test_broken_json_is_named(slack: SlackSandbox) -> None:
    headers = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession() as session:
        answer = await session.post(f"{slack.api_url}auth.test", data="{", headers=headers)
        assert (await answer.json())["error"] == "invalid_json"


async def test_a_message_is_posted_edited_and_taken_away(slack: SlackSandbox, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C01SUPPORT", text="one", blocks=PLAIN)
    ts = posted["ts"]
    await client.chat_update(channel="C01SUPPORT", ts=ts, text="two")
    message = slack.message(ts)
    assert (message.text, message.blocks, message.edits) == ("two", (), 1)
    await client.chat_delete(channel="C01SUPPORT", ts=ts)
    assert slack.messages("C01SUPPORT") == ()
    assert await refusal(client.chat_update(channel="C01SUPPORT", ts=ts, text="x")) == "message_not_found"


async def test_metadata_is_kept_until_it_is_emptied(slack: SlackSandbox, client: AsyncWebClient) -> None:
    metadata = {"event_type": "alert", "event_payload": {"key": "a1"}}
    posted = await client.chat_postMessage(channel="C01SUPPORT", text="one", metadata=metadata)
    await client.chat_update(channel="C01SUPPORT", ts=posted["ts"], text="two")
    assert slack.message(posted["ts"]).metadata == metadata
    history = await client.conversations_history(channel="C01SUPPORT", include_all_metadata=True)
    assert history["messages"][0]["metadata"] == metadata
    history = await client.conversations_history(channel="C01SUPPORT")
    assert "metadata" not in history["messages"][0]
    await client.chat_update(channel="C01SUPPORT", ts=posted["ts"], text="two", metadata={})
    assert slack.message(posted["ts"]).metadata is None


async def test_metadata_without_slacks_form_is_refused(client: AsyncWebClient) -> None:
    call = client.chat_postMessage(channel="C01SUPPORT", text="x", metadata={"event_type": "alert"})
    assert await refusal(call) == "invalid_metadata_schema"


@pytest.mark.parametrize(
    ("channel", "error"),
    [("C99", "channel_not_found"), ("C04PRIVATE", "channel_not_found"), ("U99", "channel_not_found")],
)
async def test_what_the_app_cannot_see_is_not_found(client: AsyncWebClient, channel: str, error: str) -> None:
    assert await refusal(client.chat_postMessage(channel=channel, text="x")) == error


async def test_a_public_channel_without_the_app_needs_its_own_scope(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    slack.channel("C02GENERAL").people.discard("U00BOT")
    await client.chat_postMessage(channel="C02GENERAL", text="x")
    slack.api.scopes.discard("chat:write.public")
    assert await refusal(client.chat_postMessage(channel="C02GENERAL", text="x")) == "not_in_channel"


async def test_an_archived_channel_takes_nothing(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.channel("C01SUPPORT").archived = True
    assert await refusal(client.chat_postMessage(channel="C01SUPPORT", text="x")) == "is_archived"


async def test_a_users_id_opens_the_direct_conversation(slack: SlackSandbox, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="U01MARA", text="x")
    opened = await client.conversations_open(users="U01MARA")
    assert posted["channel"] == opened["channel"]["id"] == "D01MARA"
    assert [message.text for message in slack.messages("U01MARA")] == ["x"]


async def test_ephemeral_messages_go_to_members_only_and_cannot_be_edited(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    posted = await client.chat_postEphemeral(channel="C01SUPPORT", user="U01MARA", text="x")
    assert slack.messages("U01MARA")[0].to == "U01MARA"
    call = client.chat_update(channel="C01SUPPORT", ts=posted["message_ts"], text="y")
    assert await refusal(call) == "message_not_found"
    call = client.chat_postEphemeral(channel="C01SUPPORT", user="U05ELIF", text="x")
    assert await refusal(call) == "user_not_in_channel"


async def test_other_peoples_messages_cannot_be_edited(slack: SlackSandbox, client: AsyncWebClient) -> None:
    message = slack.say("U01MARA", "anna@kestrel.example writes again")
    call = client.chat_update(channel="C01SUPPORT", ts=message.ts, text="y")
    assert await refusal(call) == "cant_update_message"
    assert await refusal(client.chat_delete(channel="C01SUPPORT", ts=message.ts)) == "cant_delete_message"


async def test_long_texts_are_cut_in_a_post_and_refused_in_an_edit(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="C01SUPPORT", text="x" * 40_001)
    assert len(slack.message(posted["ts"]).text) == 40_000
    call = client.chat_update(channel="C01SUPPORT", ts=posted["ts"], text="x" * 4_001)
    assert await refusal(call) == "msg_too_long"
    nothing = client.api_call("chat.postMessage", json={"channel": "C01SUPPORT"})
    assert await refusal(nothing) == "no_text"


async def test_bad_blocks_are_refused_with_the_place(client: AsyncWebClient) -> None:
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": ""}}]
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C01SUPPORT", text="x", blocks=blocks)
    answer = caught.value.response
    assert answer["error"] == "invalid_blocks"
    said = "[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]"
    assert answer["response_metadata"]["messages"] == [said]


async def test_a_workspace_may_not_have_a_new_kind_of_block_yet(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    table = [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}]
    await client.chat_postMessage(channel="C01SUPPORT", text="x", blocks=table)
    slack.world.missing_blocks.add("table")
    call = client.chat_postMessage(channel="C01SUPPORT", text="x", blocks=table)
    assert await refusal(call) == "invalid_blocks"


async def test_blocks_can_be_checked_without_posting(slack: SlackSandbox, client: AsyncWebClient) -> None:
    await client.api_call("blocks.validate", json={"blocks": PLAIN})
    twice = client.api_call("blocks.validate", json={"message": {"blocks": PLAIN * 2}})
    assert await refusal(twice) == "invalid_blocks"
    assert (
        await refusal(client.api_call("blocks.validate", json={"view": {"type": "tray"}})) == "invalid_blocks"
    )
    assert slack.messages() == ()


async def test_history_pages_newest_first_within_its_limits(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    stamps = [(await client.chat_postMessage(channel="C01SUPPORT", text=str(n)))["ts"] for n in range(5)]
    await client.chat_postEphemeral(channel="C01SUPPORT", user="U01MARA", text="hidden")
    first = await client.conversations_history(channel="C01SUPPORT", limit=2)
    assert [m["text"] for m in first["messages"]] == ["4", "3"]
    assert first["has_more"] is True
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel="C01SUPPORT", limit=100, cursor=cursor)
    assert [m["text"] for m in second["messages"]] == ["2", "1", "0"]
    between = await client.conversations_history(channel="C01SUPPORT", oldest=stamps[1], latest=stamps[3])
    assert [m["text"] for m in between["messages"]] == ["2"]
    slack.world.page_size = 1
    assert len((await client.conversations_history(channel="C01SUPPORT"))["messages"]) == 1


async def test_history_can_lag_behind(slack: SlackSandbox, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C01SUPPORT", text="just now")
    slack.world.lag = 60
    assert (await client.conversations_history(channel="C01SUPPORT"))["messages"] == []


async def test_history_needs_its_scope_and_membership(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.channel("C02GENERAL").people.discard("U00BOT")
    assert await refusal(client.conversations_history(channel="C02GENERAL")) == "not_in_channel"
    slack.api.scopes -= {"channels:history", "groups:history", "im:history"}
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_history(channel="C01SUPPORT")
    assert caught.value.response["needed"] == "channels:history"


async def test_channels_and_people_say_what_they_are(client: AsyncWebClient) -> None:
    shared = (await client.conversations_info(channel="C03SHARED"))["channel"]
    assert (shared["is_ext_shared"], shared["is_member"]) == (True, True)
    stranger = (await client.users_info(user="U05ELIF"))["user"]
    assert (stranger["is_stranger"], stranger["team_id"]) == (True, "T02HALDEN")
    assert (await client.users_info(user="U03PRIYA"))["user"]["tz"] == "Asia/Kolkata"
    assert len((await client.users_list())["members"]) == 5
    assert await refusal(client.users_info(user="U99")) == "user_not_found"
    assert "U05ELIF" in (await client.conversations_members(channel="C03SHARED"))["members"]


async def test_an_unknown_method_is_named(client: AsyncWebClient) -> None:
    assert await refusal(client.api_call("chat.shout")) == "unknown_method"


async def test_faults_come_as_often_as_ordered(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.fail("chat.postMessage", error="token_revoked", times=2)
    for _ in range(2):
        assert await refusal(client.chat_postMessage(channel="C01SUPPORT", text="x")) == "token_revoked"
    await client.chat_postMessage(channel="C01SUPPORT", text="x")
    slack.fail("*", error="fatal_error", times=None)
    assert await refusal(client.auth_test()) == "fatal_error"
    slack.clear_faults()
    await client.auth_test()


async def test_a_fault_can_be_meant_for_one_channel(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.fail("chat.postMessage", error="is_archived", channel="C02GENERAL")
    await client.chat_postMessage(channel="C01SUPPORT", text="x")
    assert await refusal(client.chat_postMessage(channel="C02GENERAL", text="x")) == "is_archived"


async def test_a_rate_limit_says_how_long_to_wait(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.fail("chat.postMessage", status=429, retry_after=1)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    begun = time.monotonic()
    await client.chat_postMessage(channel="C01SUPPORT", text="x")
    assert time.monotonic() - begun >= 1
    assert [call.status for call in slack.calls] == [429, 200]


async def test_calls_are_counted_per_minute_when_asked(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.limit("conversations.history", per_minute=1)
    slack.limit("chat.postMessage", per_minute=1)
    await client.conversations_history(channel="C01SUPPORT")
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_history(channel="C01SUPPORT")
    assert 50 < int(caught.value.response.headers["Retry-After"]) <= 60
    await client.chat_postMessage(channel="C01SUPPORT", text="x")
    await client.chat_postMessage(channel="C02GENERAL", text="each channel has its own")
    assert await refusal(client.chat_postMessage(channel="C01SUPPORT", text="x")) == "ratelimited"


async def test_a_server_error_can_come_after_the_deed(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.fail("chat.postMessage", status=503, done=True)
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C01SUPPORT", text="posted all the same")
    assert slack.messages("C01SUPPORT")[0].text == "posted all the same"


async def test_a_connection_can_be_cut(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.fail("auth.test", drop=True, times=2)
    client.retry_handlers.clear()
    with pytest.raises(aiohttp.ClientError):
        await client.auth_test()


async def test_calls_can_be_slow(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.slow("auth.test", 0.2)
    begun = time.monotonic()
    await client.auth_test()
    assert time.monotonic() - begun >= 0.2

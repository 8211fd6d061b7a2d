"""When Slack is the one that refuses: blocks, haste, an old response_url, a dead token."""

from __future__ import annotations

import time
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import ids
from tests.conftest import MARA, World
from tests.scenarios.test_sharing import BRANDTS, group_of, press, share

HEADLINE = "10 possible duplicates in Desk contacts"
PRIVATE = "C04PRIVATE"


def api_calls(world: World) -> list[str]:
    return [call.method for call in world.slack.calls if call.method != "response_url"]


def break_response_urls(world: World) -> None:
    world.slack.fail("response_url", status=404, times=None)


async def test_words_and_a_way_to_try_again_take_the_place_of_refused_blocks(connected: World) -> None:
    connected.slack.fail("response_url", error="invalid_blocks")
    answer = await connected.ask(MARA, "desk contacts")
    assert HEADLINE in answer.words
    assert [block["type"] for block in answer.blocks] == ["section", "actions"]
    listed = await connected.click(answer, ids.SEARCH_AGAIN)
    assert listed.ts == answer.ts
    assert len(listed.elements(ids.GROUP_FLAG)) == 5


async def test_trying_again_after_a_click_repeats_that_click(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.slack.fail("response_url", error="invalid_blocks")
    words = await connected.click(listed, ids.PAGE_NEXT)
    assert "Try again" in words.words
    second = await connected.click(words, ids.PAGE_NEXT)
    assert "6 to 10 of 10" in second.words


async def test_a_flag_that_could_not_be_drawn_is_not_raised_twice_by_trying_again(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.slack.fail("response_url", error="invalid_blocks")
    words = await connected.click(listed, ids.GROUP_FLAG, containing="Try again")
    drawn = await connected.click(words, ids.GROUP_FLAG, containing="Undo flag")
    assert "Flagged by <@U01MARA>" in drawn.words
    assert "just before you" not in " ".join(m.words for m in connected.slack.messages(MARA))


async def test_words_alone_are_said_when_not_even_a_button_is_taken(connected: World) -> None:
    connected.slack.fail("response_url", error="invalid_blocks", times=2)
    answer = await connected.ask(MARA, "desk contacts")
    assert HEADLINE in answer.text
    assert answer.blocks == ()


async def test_blocks_refused_by_the_web_api_become_words_too(connected: World) -> None:
    break_response_urls(connected)
    connected.slack.fail("chat.postEphemeral", error="invalid_blocks")
    answer = await connected.ask(MARA, "desk contacts")
    assert answer.via == "chat.postEphemeral"
    assert HEADLINE in answer.words
    assert answer.elements(ids.SEARCH_AGAIN)


async def test_a_short_pause_that_slack_asks_for_is_waited(connected: World) -> None:
    connected.slack.fail("response_url", status=429, retry_after=1)
    began = time.monotonic()
    answer = await connected.ask(MARA, "desk contacts")
    assert time.monotonic() - began >= 1
    assert answer.via == "response_url"


async def test_the_web_api_is_given_the_pause_it_asks_for(connected: World) -> None:
    break_response_urls(connected)
    connected.slack.fail("chat.postEphemeral", status=429, retry_after=1)
    began = time.monotonic()
    answer = await connected.ask(MARA, "desk contacts")
    assert time.monotonic() - began >= 1
    assert answer.via == "chat.postEphemeral"


async def test_a_long_pause_is_not_waited_but_said_otherwise(connected: World) -> None:
    connected.slack.fail("response_url", status=429, retry_after=600, times=None)
    connected.slack.fail("chat.postEphemeral", status=429, retry_after=600, times=None)
    answer = await connected.ask(MARA, "desk contacts")
    assert answer.via == "chat.postMessage"
    assert answer.channel == connected.slack.person(MARA).dm


@pytest.mark.parametrize(
    ("channel", "via"), [("C01SUPPORT", "chat.postEphemeral"), (PRIVATE, "chat.postMessage")]
)
async def test_a_dead_response_url_is_answered_in_the_channel_else_directly(
    connected: World, channel: str, via: str
) -> None:
    break_response_urls(connected)
    mark = connected.slack.mark
    await connected.slack.command(MARA, "desk contacts", channel)
    answer = await connected.slack.wait_for(user=MARA, after=mark, containing=HEADLINE)
    assert answer.via == via
    assert answer.to == MARA or answer.channel == connected.slack.person(MARA).dm


async def test_a_response_url_that_fails_on_slacks_side_is_answered_otherwise(connected: World) -> None:
    connected.slack.fail("response_url", drop=True, times=None)
    answer = await connected.ask(MARA, "desk contacts")
    assert answer.via == "chat.postEphemeral"


BROKEN = ({"drop": True}, {"status": 200, "plain": True}, {"status": 503}, {"error": "internal_error"})


@pytest.mark.parametrize("how", BROKEN)
async def test_a_call_that_breaks_in_the_channel_is_made_up_for_directly(
    connected: World, how: dict[str, Any]
) -> None:
    break_response_urls(connected)
    connected.slack.fail("chat.postEphemeral", times=None, **how)
    answer = await connected.ask(MARA, "desk contacts", containing=HEADLINE)
    assert answer.via == "chat.postMessage"


@pytest.mark.parametrize("how", BROKEN)
async def test_a_sheet_that_slack_does_not_open_is_said_beside_the_list(
    connected: World, how: dict[str, Any]
) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.slack.fail("views.open", times=None, **how)
    for action, value in ((ids.PAGE_SHARE, None), (ids.GROUP_DISMISS, group_of(listed, BRANDTS))):
        told = await connected.click(listed, action, value=value, containing="did not open the sheet")
        assert told.ts != listed.ts
        assert connected.slack.message(listed.ts).blocks == listed.blocks


@pytest.mark.parametrize("how", BROKEN)
async def test_a_sheet_that_cannot_be_filled_is_said_beside_the_list(
    connected: World, how: dict[str, Any]
) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.slack.fail("views.update", times=None, **how)
    for action, value in ((ids.PAGE_SHARE, None), (ids.GROUP_DISMISS, group_of(listed, BRANDTS))):
        told = await connected.click(listed, action, value=value, containing="Slack did not answer this app")
        assert told.ts != listed.ts
        assert "Nothing was changed" in told.words or "not certain" in told.words
        assert connected.slack.message(listed.ts).blocks == listed.blocks


@pytest.mark.parametrize("how", BROKEN)
async def test_an_edit_of_the_app_that_breaks_is_said_to_whoever_clicked(
    connected: World, how: dict[str, Any]
) -> None:
    shared = await share(connected)
    connected.slack.fail("response_url", status=404, times=1)
    connected.slack.fail("chat.update", times=None, **how)
    mark = await press(connected, shared, BRANDTS, MARA)
    await connected.slack.wait_for(user=MARA, after=mark, containing="could not be changed")
    assert "1 open flag" in (await connected.ask(MARA, "flagged", containing="open flag")).words


@pytest.mark.parametrize("how", BROKEN)
async def test_a_slack_that_does_not_say_who_people_are_stops_nothing(
    connected: World, how: dict[str, Any]
) -> None:
    connected.slack.fail("users.info", times=None, **how)
    listed = await connected.ask(MARA, "desk contacts")
    flagged = await connected.click(listed, ids.GROUP_FLAG, containing="Undo flag")
    assert "Flagged by <@U01MARA>" in flagged.words
    assert "1 open flag" in (await connected.ask(MARA, "flagged", containing="open flag")).words


@pytest.mark.parametrize("how", BROKEN)
async def test_until_slack_says_whose_app_this_is_nothing_is_done_and_that_is_said(
    connected: World, how: dict[str, Any]
) -> None:
    connected.slack.fail("auth.test", times=None, **how)
    await connected.restart()
    before = len(connected.zoho.calls)
    refused = await connected.ask(MARA, "desk contacts")
    assert "Slack did not answer this app" in refused.words
    assert len(connected.zoho.calls) == before
    connected.slack.clear_faults()
    assert HEADLINE in (await connected.click(refused, ids.SEARCH_AGAIN)).words


async def test_a_call_that_hangs_is_given_up_and_made_up_for_directly(connected: World) -> None:
    break_response_urls(connected)
    connected.slack.slow("chat.postEphemeral", 60)
    mark = connected.slack.mark
    await connected.slack.command(MARA, "help")
    answer = await connected.slack.wait_for(user=MARA, after=mark, containing="can do", timeout=45)
    assert answer.via == "chat.postMessage"


async def test_a_dead_token_is_logged_once_and_ends_the_work(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.slack.fail("*", error="token_revoked", times=None)
    with capture_logs() as logged:
        for text in ("desk contacts", "desk accounts", "status"):
            await connected.slack.command(MARA, text)
        await connected.slack.click(listed, ids.PAGE_NEXT)
        await connected.settled()
        silenced, searched = len(api_calls(connected)), len(connected.zoho.calls)
        await connected.slack.command(MARA, "desk products")
        await connected.slack.click(listed, ids.GROUP_FLAG)
        await connected.settled()
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["slack_token_dead"]
    assert [entry["error"] for entry in logged if entry["log_level"] == "error"] == ["token_revoked"]
    assert len(api_calls(connected)) == silenced
    assert len(connected.zoho.calls) == searched


@pytest.mark.parametrize("code", ["account_inactive", "invalid_auth", "team_access_not_granted"])
async def test_whoever_asks_after_the_tokens_end_is_told_by_the_response_url(
    connected: World, code: str
) -> None:
    connected.slack.fail("response_url", status=404, times=1)
    connected.slack.fail("chat.postEphemeral", error=code, times=None)
    await connected.slack.command(MARA, "desk contacts")
    await connected.settled()
    before = len(connected.zoho.calls)
    told = await connected.ask(MARA, "desk contacts")
    assert "Slack no longer accepts this app’s token" in told.words
    assert len(connected.zoho.calls) == before
    assert "chat.postMessage" not in api_calls(connected)[-1:]

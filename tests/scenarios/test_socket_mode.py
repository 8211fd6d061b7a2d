"""Without an address that Slack could reach: the same bot over a connection of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import httpx
import pytest
from slack_sdk.errors import SlackApiError

from bot import ids
from bot.app import build
from tests.conftest import ELIF, MARA, MakeWorld, World


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    return await make_world(socket_mode=True)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until it is so, for five seconds at most."""
    for _ in range(500):
        if is_so():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def test_a_whole_walk_from_nothing_to_a_flag(world: World) -> None:
    offer = await world.ask(MARA, "desk contacts")
    assert "Connect Zoho Desk to find duplicates" in offer.words
    mark = world.slack.mark
    await world.walk(offer, "Mara Lindqvist")
    result = await world.slack.wait_for(user=MARA, containing="in Desk contacts", after=mark)
    flagged = await world.click(result, ids.GROUP_FLAG, containing="Flagged")
    assert flagged.ts == result.ts
    assert {sent.kind for sent in world.slack.sent} == {"command", "block_actions"}
    assert all(sent.ok for sent in world.slack.sent)


async def test_slack_gets_no_way_in_by_http(world: World) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.post(f"{world.bot.url}/slack/events", content=b"{}")).status_code == 404
        assert (await client.get(f"{world.bot.url}/healthz")).status_code == 200
        assert (await client.get(f"{world.bot.url}/zoho/callback")).status_code == 400


async def test_events_and_unknown_commands_are_acknowledged(world: World) -> None:
    sent = await world.slack.event({"type": "app_uninstalled"})
    assert sent.ok
    await world.settled()
    answer = await world.ask(MARA, "hlep")
    assert "Did you mean" in answer.words


async def test_a_command_that_comes_twice_acts_once(world: World) -> None:
    await world.ask(MARA, "help")
    before = len(world.slack.messages(MARA))
    again = await world.slack.redeliver(world.slack.sent[-1])
    assert again.ok
    await world.settled()
    assert len(world.slack.messages(MARA)) == before


async def test_people_of_another_company_are_turned_away(world: World) -> None:
    mark = world.slack.mark
    await world.slack.command(ELIF, "help", channel="C03SHARED")
    answer = await world.slack.wait_for(user=ELIF, after=mark, containing="members of")
    assert "This app answers members of Larkfield only." in answer.words


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_a_connection_that_slack_ends_is_opened_anew(world: World, reason: str) -> None:
    (old,) = world.slack.sockets.open
    await world.slack.sockets.refresh(reason)
    await until(lambda: world.slack.sockets.open not in ([], [old]))
    assert "What /duplicates can do" in (await world.ask(MARA, "help")).words
    assert [call.method for call in world.slack.calls].count("apps.connections.open") == 2


async def test_a_token_that_slack_refuses_is_told_at_the_start(make_world: MakeWorld) -> None:
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await make_world(socket_mode=True, SLACK_APP_TOKEN="xapp-some-other")


async def test_a_server_in_between_that_answers_for_slack_is_no_refusal(world: World) -> None:
    await world.bot.stop()
    world.slack.sockets.intercepted = 1
    world.bot = build(world.bot.settings, now=world.clock, socket_mode=True)
    await world.bot.start()
    assert world.slack.sockets.intercepted == 0
    assert "What /duplicates can do" in (await world.ask(MARA, "help")).words


async def test_a_connection_that_fails_is_logged_without_its_ticket(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.slack.sockets.most = 0
    await world.slack.sockets.refresh()
    await until(lambda: any(record.name == "slack_bolt.socket_mode" for record in caplog.records))
    told = [record for record in caplog.records if record.name == "slack_bolt.socket_mode"]
    assert told[0].getMessage() == "Failed to connect (WSServerHandshakeError)"
    assert "ticket" not in logging.Formatter().format(told[0])

"""The stand-in's Socket Mode: who gets an address, what comes over it, and what an answer does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.sandbox import SlackSandbox

MARA = "U01MARA"


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox.start(0) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def opened(slack: SlackSandbox, http: aiohttp.ClientSession, token: str) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with http.post(f"{slack.api_url}apps.connections.open", headers=headers) as answer:
        return dict(await answer.json())


async def connected(slack: SlackSandbox, http: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    socket = await http.ws_connect(str((await opened(slack, http, slack.app_token))["url"]))
    assert (await socket.receive_json())["type"] == "hello"
    return socket


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-bot", "not_allowed_token_type"), ("xapp-other", "invalid_auth")],
)
async def test_only_the_apps_own_token_gets_an_address(
    slack: SlackSandbox, http: aiohttp.ClientSession, token: str, error: str
) -> None:
    assert await opened(slack, http, token) == {"ok": False, "error": error}


async def test_an_address_is_good_once(slack: SlackSandbox, http: aiohttp.ClientSession) -> None:
    url = str((await opened(slack, http, slack.app_token))["url"])
    async with http.ws_connect(url):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(url)


async def test_a_command_comes_in_an_envelope_and_its_answer_is_the_first_reply(
    slack: SlackSandbox, http: aiohttp.ClientSession
) -> None:
    socket = await connected(slack, http)
    sending = asyncio.create_task(slack.command(MARA, "help"))
    envelope = await socket.receive_json()
    assert envelope["type"] == "slash_commands"
    assert envelope["payload"]["text"] == "help"
    assert envelope["accepts_response_payload"] is True
    answer = {"envelope_id": envelope["envelope_id"], "payload": {"text": "Here is help"}}
    await socket.send_json(answer)
    assert (await sending).ok
    assert (await slack.wait_for(user=MARA, containing="Here is help")).via == "ack"
    await socket.close()


async def test_nobody_waits_longer_than_three_seconds(
    slack: SlackSandbox, http: aiohttp.ClientSession
) -> None:
    slack.delivery.deadline = 0.1
    socket = await connected(slack, http)
    sent = await slack.command(MARA, "help")
    assert (sent.late, sent.status) == (True, 0)
    await socket.close()


async def test_without_a_connection_requests_go_by_http_again(
    slack: SlackSandbox, http: aiohttp.ClientSession
) -> None:
    socket = await connected(slack, http)
    await socket.close()
    while slack.sockets.open:  # noqa: ASYNC110  # the server side ends a moment later
        await asyncio.sleep(0.01)
    with pytest.raises(RuntimeError, match="There is no bot to talk to"):
        await slack.command(MARA, "help")

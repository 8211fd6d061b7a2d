"""The control routes, which the page and other processes use, and the command that runs it alone."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackSandbox
from bot.sandbox.serve import main
from tests.bot.sandbox.tiny_bot import TinyBot

ROOT = Path(__file__).parents[3]
PRESS = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}
ROW: dict[str, Any] = {"type": "actions", "block_id": "row", "elements": [PRESS]}
FIELD = {
    "type": "input",
    "block_id": "why",
    "label": {"type": "plain_text", "text": "Why"},
    "element": {"type": "plain_text_input", "action_id": "note"},
}
WORDS = {"type": "plain_text", "text": "Why"}
MODAL = {"type": "modal", "title": WORDS, "submit": WORDS, "blocks": [FIELD]}


class Remote:
    """Another process that uses the routes."""

    def __init__(self, session: aiohttp.ClientSession, origin: str) -> None:
        self.session = session
        self.origin = origin

    async def post(self, route: str, **body: Any) -> tuple[int, dict[str, Any]]:
        answer = await self.session.post(f"{self.origin}/_sandbox/{route}", json=body)
        return answer.status, await answer.json()

    async def get(self, route: str, **query: str) -> dict[str, Any]:
        answer = await self.session.get(f"{self.origin}/_sandbox/{route}", params=query)
        found: dict[str, Any] = await answer.json()
        return found


@pytest.fixture
async def remote(slack: SlackSandbox) -> AsyncIterator[Remote]:
    async with aiohttp.ClientSession() as session:
        yield Remote(session, slack.origin)


async def test_a_command_a_click_and_what_came_of_it(remote: Remote, bot: TinyBot) -> None:
    bot.answer = lambda body: {"text": "list", "blocks": [ROW]}
    status, sent = await remote.post("command", user="U01MARA", text="desk contacts")
    assert (status, sent["status"]) == (200, 200)
    assert "headers" not in sent
    (message,) = (await remote.get("messages", place="U01MARA"))["messages"]
    assert (message["text"], message["to"]) == ("list", "U01MARA")
    status, _ = await remote.post("click", user="U01MARA", ts=message["ts"], action_id="go", block_id="row")
    assert status == 200
    assert bot.heard[-1]["actions"][0]["value"] == "1"


async def test_a_modal_is_submitted_and_closed(
    remote: Remote, slack: SlackSandbox, client: AsyncWebClient, bot: TinyBot
) -> None:
    _, sent = await remote.post("command", user="U01MARA")
    await client.views_open(trigger_id=sent["trigger_id"], view=MODAL)
    (modal,) = (await remote.get("state", user="U01MARA"))["modals"]
    status, body = await remote.post("submit", view=modal["id"], values={})
    assert (status, body) == (200, {"errors": {"why": "Please complete this required field."}})
    status, _ = await remote.post("submit", view=modal["id"], values={"why": {"note": "sisters"}})
    assert status == 200
    assert bot.heard[-1]["view"]["state"]["values"]["why"]["note"]["value"] == "sisters"
    _, sent = await remote.post("command", user="U01MARA")
    await client.views_open(trigger_id=sent["trigger_id"], view=MODAL | {"notify_on_close": True})
    (modal,) = (await remote.get("state", user="U01MARA"))["modals"]
    await remote.post("close", view=modal["id"])
    assert bot.heard[-1]["type"] == "view_closed"


async def test_shortcuts_the_home_tab_and_ordinary_words(remote: Remote, bot: TinyBot) -> None:
    _, said = await remote.post("say", user="U01MARA", channel="C01SUPPORT", text="hello")
    await remote.post("shortcut", user="U02TOMAS", ts=said["ts"], callback_id="message.check")
    assert bot.heard[-1]["callback_id"] == "message.check"
    await remote.post("home", user="U01MARA")
    assert bot.heard[-1]["event"]["type"] == "app_home_opened"


async def test_what_makes_no_sense_is_answered_with_the_reason(remote: Remote) -> None:
    status, body = await remote.post("command", user="U99")
    assert (status, body) == (400, {"error": "there is nobody called U99"})
    assert (await remote.post("click", user="U01MARA", ts="1.0", action_id="go"))[0] == 400
    assert (await remote.post("faults", method="auth.test", colour="red"))[0] == 400
    answer = await remote.session.get(f"{remote.origin}/_sandbox/state", params={"user": "U99"})
    assert answer.status == 400


async def test_faults_are_set_and_cleared_from_outside(remote: Remote, client: AsyncWebClient) -> None:
    await remote.post("faults", method="auth.test", error="account_inactive", times=None)
    body = await remote.session.post(f"{remote.origin}/api/auth.test", data={"token": BOT_TOKEN})
    assert (await body.json())["error"] == "account_inactive"
    await remote.session.delete(f"{remote.origin}/_sandbox/faults")
    await client.auth_test()
    calls = (await remote.get("calls"))["calls"]
    assert [call["error"] for call in calls] == ["account_inactive", ""]
    assert BOT_TOKEN not in json.dumps(calls)
    await remote.post("reset")
    assert (await remote.get("calls"))["calls"] == []


async def test_the_stream_tells_of_every_change_and_ends_with_the_server(
    remote: Remote, slack: SlackSandbox
) -> None:
    async with remote.session.get(f"{remote.origin}/_sandbox/stream") as stream:
        first = json.loads((await stream.content.readline()).removeprefix(b"data: "))
        assert first["writes"] == 3
        slack.say("U01MARA", "hello")
        await stream.content.readline()
        second = json.loads((await stream.content.readline()).removeprefix(b"data: "))
        assert second["version"] > first["version"]


async def test_nobody_sees_what_is_not_meant_for_them(remote: Remote, bot: TinyBot) -> None:
    bot.answer = lambda body: {"text": "for Mara"}
    await remote.post("command", user="U01MARA", text="help")
    theirs = await remote.get("state", user="U02TOMAS", place="C01SUPPORT")
    assert theirs["entries"] == []
    mine = await remote.get("state", user="U01MARA", place="C01SUPPORT")
    assert [entry["kind"] for entry in mine["entries"]] == ["command", "message"]
    guest = await remote.get("state", user="U05ELIF", place="C01SUPPORT")
    assert [channel["name"] for channel in guest["channels"]] == ["with-halden"]
    assert guest["place"] == "C03SHARED"


@pytest.mark.parametrize(("answer", "shown"), [({"writes": 7}, 7), ({}, None), (None, None)])
async def test_writes_can_be_asked_of_an_address(answer: Any, shown: int | None) -> None:
    async def tell(request: web.Request) -> web.Response:
        return web.json_response(answer, status=200 if answer is not None else 500)

    app = web.Application()
    app.router.add_get("/writes", tell)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with SlackSandbox.start(writes=f"http://127.0.0.1:{runner.addresses[0][1]}/writes") as slack:
        assert await slack.count_writes() == shown
    await runner.cleanup()
    async with SlackSandbox.start() as slack:
        assert await slack.count_writes() is None


async def test_the_page_allows_nothing_from_elsewhere(remote: Remote) -> None:
    answer = await remote.session.get(remote.origin)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert (await remote.session.get(f"{remote.origin}/page/app.js")).status == 200
    assert (await remote.session.get(f"{remote.origin}/page/%2e%2e%2fslack.py")).status == 404
    assert (await remote.session.get(f"{remote.origin}/page/slack.py")).status == 404


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
async def test_it_runs_alone_and_ends_cleanly(ending: signal.Signals) -> None:
    code = "import sys; from bot.sandbox.serve import main; sys.exit(main(0))"
    env = os.environ | {"PUBLIC_URL": "http://127.0.0.1:8099/"}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=ROOT, env=env, stdout=pipe, stderr=pipe
    )
    assert process.stdout is not None
    lines = [(await asyncio.wait_for(process.stdout.readline(), 10)).decode() for _ in range(9)]
    process.send_signal(ending)
    _, wrong = await asyncio.wait_for(process.communicate(), 10)
    said = "".join(lines)
    assert (process.returncode, wrong) == (0, b"")
    settings = dict(line.strip().split("=", 1) for line in lines if line.startswith("SLACK_"))
    assert settings.pop("SLACK_API_URL").endswith("/api/")
    assert settings == {
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
    }
    assert "http://127.0.0.1:8099/slack/events" in said


def test_a_taken_port_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(port) == 1
    assert capsys.readouterr().err.startswith(f"Cannot listen on port {port}")

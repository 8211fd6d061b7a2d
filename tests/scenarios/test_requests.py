"""What arrives at the door: genuine, forged, old, twice, broken; and what Slack may say in between."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlencode

import httpx
import pytest

from bot import ids
from bot.sandbox.delivery import FORM, signature
from bot.sandbox.demo.browser import Browser
from bot.sandbox.things import Sent
from tests.conftest import JONAS, LARKFIELD, MARA, World, link_of


async def post(world: World, body: bytes, *, stamp: str | None = None, kind: str = FORM) -> httpx.Response:
    """Post bytes, signed with the right secret."""
    when = str(int(time.time())) if stamp is None else stamp
    headers = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": when,
        "X-Slack-Signature": signature(world.slack.signing_secret, when, body),
    }
    async with httpx.AsyncClient() as client:
        return await client.post(f"{world.bot.url}/slack/events", content=body, headers=headers)


def nothing_happened(world: World) -> bool:
    return world.slack.messages() == () and world.zoho.calls == []


async def test_a_forged_a_stale_and_an_unsigned_request_are_refused(world: World) -> None:
    refused: list[Sent] = [
        await world.slack.forge(MARA, "help"),
        await world.slack.stale(MARA, "help"),
        await world.slack.stale(MARA, "help", age=-301),
        await world.slack.unsigned(MARA, "help"),
    ]
    assert [sent.status for sent in refused] == [401, 401, 401, 401]
    await world.settled()
    assert nothing_happened(world)


@pytest.mark.parametrize("stamp", ["soon", "", "1e9", "-1", "１２３", "9" * 400])
async def test_a_timestamp_that_is_no_number_is_refused(world: World, stamp: str) -> None:
    body = urlencode({"command": ids.COMMAND, "text": "help"}).encode()
    try:
        answer = await post(world, body, stamp=stamp)
    except (UnicodeEncodeError, httpx.InvalidURL):
        return  # such a header cannot even be sent
    assert answer.status_code == 401
    assert nothing_happened(world)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"payload=%7Bbroken", FORM),
        (b"payload=" + b"[" * 200_000, FORM),
        (b"[" * 200_000, "application/json"),
        (b"{broken", "application/json"),
        (b"\xff\xfe\xff", FORM),
        (b"", FORM),
        (b"payload=%5B%5D", FORM),
        (b"payload=null", FORM),
        (b'"words"', "application/json"),
    ],
)
async def test_a_broken_body_is_refused_or_ignored_and_never_a_failure(
    world: World, body: bytes, kind: str
) -> None:
    answer = await post(world, body, kind=kind)
    assert answer.status_code in (200, 400, 401)
    assert nothing_happened(world)
    assert "What /duplicates can do" in (await world.ask(MARA, "help")).words


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"command=\xff", {}),
        (b"command=%2Fduplicates", {b"X-Slack-Signature": b"v0=\xc3\xa9"}),
        (b"payload=%7B%7D", {b"X-Slack-Signature": b"v0=\xff"}),
        (b"command=%2Fduplicates", {b"Content-Encoding": b"gzip"}),
        (b"ssl_check=1&payload=" + b"%5B" * 200_000, {}),
    ],
)
async def test_whatever_slack_did_not_sign_is_turned_away_and_is_no_failure(
    world: World, body: bytes, headers: dict[bytes, bytes]
) -> None:
    given = {
        b"Content-Type": FORM.encode(),
        b"X-Slack-Request-Timestamp": str(int(time.time())).encode(),
        b"X-Slack-Signature": b"v0=forged",
        **headers,
    }
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{world.bot.url}/slack/events", content=body, headers=given)
    assert answer.status_code in (400, 401)
    assert nothing_happened(world)


async def test_what_slack_did_not_sign_is_not_looked_into(world: World) -> None:
    """To read the fields of a long form takes a third of a second, and everybody else would wait for it."""
    body = b"payload=%7Bbroken"
    stamp = str(int(time.time()))
    headers = {"Content-Type": FORM, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": "v0=forged"}
    async with httpx.AsyncClient() as client:
        unsigned = await client.post(f"{world.bot.url}/slack/events", content=body, headers=headers)
    assert unsigned.status_code == 401
    assert (await post(world, body)).status_code == 400


async def test_a_redelivered_and_a_replayed_command_are_acknowledged_and_nothing_more(world: World) -> None:
    sent = await world.slack.command(MARA, "help")
    await world.settled()
    calls = len(world.slack.calls)
    for again in (await world.slack.redeliver(sent), await world.slack.replay(sent)):
        assert (again.status, again.body) == (200, "")
    await world.settled()
    assert len(world.slack.calls) == calls
    assert len(world.slack.messages(MARA)) == 1


async def test_a_replay_after_a_restart_is_still_a_replay(world: World) -> None:
    sent = await world.slack.command(MARA, "help")
    await world.settled()
    restarted = await world.restart()
    assert (await world.slack.replay(sent)).status == 200
    await restarted.jobs.idle()
    assert len(world.slack.messages(MARA)) == 1


async def test_the_acknowledgement_is_empty_quick_and_asks_nobody(world: World) -> None:
    world.slack.slow("*", 1.0)
    sent = await world.slack.command(MARA, "help")
    assert (sent.status, sent.body) == (200, "")
    assert sent.seconds < 0.5


async def test_slack_may_check_the_address(world: World) -> None:
    challenged = await world.slack.verify_url("are-you-there")
    assert "are-you-there" in challenged.body
    async with httpx.AsyncClient() as client:
        checked = await client.post(f"{world.bot.url}/slack/events", data={"ssl_check": "1", "token": "x"})
    assert checked.status_code == 200


async def test_requests_nobody_listens_to_get_their_200(connected: World) -> None:
    unheard = await connected.slack.event({"type": "message", "channel": "C01SUPPORT", "text": "hello"})
    assert unheard.status == 200
    body = urlencode(
        {"command": "/other", "team_id": LARKFIELD, "user_id": MARA, "trigger_id": "1.2"}
    ).encode()
    answer = await post(connected, body)
    assert answer.status_code == 200
    assert "There is no command called" in answer.json()["text"]


async def test_a_command_without_what_it_needs_is_answered_with_a_sentence(world: World) -> None:
    body = urlencode({"command": ids.COMMAND, "text": "help", "team_id": LARKFIELD}).encode()
    answer = await post(world, body)
    assert answer.status_code == 200
    assert "did not expect" in answer.json()["text"]


async def test_commands_without_a_trigger_are_no_repeats_of_one_another(world: World) -> None:
    command = {"command": ids.COMMAND, "text": "help", "team_id": LARKFIELD, "user_id": MARA}
    command |= {"channel_id": "C01SUPPORT", "trigger_id": ""}
    for _ in range(2):
        assert (await post(world, urlencode(command).encode())).status_code == 200
    await world.settled()
    assert len(world.slack.messages(MARA)) == 2


async def test_the_app_taken_out_of_the_workspace_ends_every_connection(connected: World) -> None:
    await connected.ask(MARA, "desk contacts")
    sent = await connected.slack.event({"type": "app_uninstalled"})
    assert sent.status == 200
    await connected.settled()
    assert connected.zoho.grants("mara") == 0
    assert await connected.bot.zoho.connections.people(LARKFIELD) == ()


async def test_what_is_stored_goes_at_once_with_the_app_however_long_zoho_takes_to_hear_of_it(
    world: World,
) -> None:
    await world.connect(MARA, "Mara Lindqvist")
    await world.connect(JONAS, "Mara Lindqvist")
    kept = await world.ask(MARA, "desk contacts")
    world.zoho.fault("hang", on="revoke", times=None)
    world.bot.drain_seconds = 0

    await world.slack.event({"type": "app_uninstalled"})
    for _ in range(1000):
        if not await world.bot.zoho.connections.people(LARKFIELD):
            break
        await asyncio.sleep(0.01)

    assert await world.bot.zoho.connections.people(LARKFIELD) == ()
    assert world.zoho.grants("mara") == 2, "Zoho was waited for"
    (key,) = {button.value.partition(":")[0] for button in kept.elements(ids.GROUP_FLAG)[:1]}
    assert await world.bot.store.lists.group(LARKFIELD, key) is None


async def test_a_link_that_was_given_before_the_app_was_taken_out_connects_nobody(world: World) -> None:
    offer = await world.ask(MARA, "connect")
    await world.slack.event({"type": "app_uninstalled"})
    await world.settled()
    async with Browser.start() as browser:
        page = await browser.open(link_of(offer))
    assert page.forms == ()
    assert await world.bot.zoho.connections.people(LARKFIELD) == ()


async def test_a_message_slack_holds_back_for_a_moment_arrives(world: World) -> None:
    offer = await world.ask(MARA, "desk contacts")
    world.slack.fail("chat.postMessage", status=429, retry_after=1)
    mark = world.slack.mark
    await world.walk(offer, "Mara Lindqvist")
    assert await world.slack.wait_for(user=MARA, containing="is connected", after=mark)


async def test_health_is_told_to_whoever_asks(world: World) -> None:
    async with httpx.AsyncClient() as client:
        for path in ("/healthz", "/readyz"):
            assert (await client.get(f"{world.bot.url}{path}")).status_code == 200
        assert (await client.get(f"{world.bot.url}/")).status_code == 404
        assert (await client.get(f"{world.bot.url}/slack/events")).status_code == 405

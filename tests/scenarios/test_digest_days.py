"""Alerts on bad days: owners who are gone, a Slack that is down, prices, clocks, databases, long scans."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import ids
from bot.alerts.posting import SETTLED
from bot.jobs.retries import SlackGone
from bot.sandbox.things import Message
from bot.store import Alert, AlertState, Because, SubscriptionStatus
from tests.conftest import MARA, TOMAS, MakeWorld, World
from tests.postgres import Server
from tests.scenarios.test_alerts import OWNER, SUPPORT, standing, type_words
from tests.scenarios.test_digests import digests, next_slot, ticking, twins
from tests.storage import Storage
from zoho.sandbox.faults import Fault

EVERY_QUARTER = "subscribe contacts every 15 minutes"


@pytest.fixture
async def connected(make_world: MakeWorld, storage: Storage) -> World:
    """A world on either engine in which Mara is connected to Larkfield Support."""
    world = await make_world(DATABASE_URL=storage.url)
    await world.connect(MARA, "Mara Lindqvist")
    return world


def said(world: World, place: str, words: str) -> list[Message]:
    return [message for message in world.slack.messages(place) if words in message.words]


async def later(world: World, step: timedelta = timedelta(minutes=5)) -> None:
    """Some time passes, and somebody looks."""
    world.clock.forward(step)
    await world.bot.alerts.tick()


# An owner who is gone


async def test_alerts_of_somebody_who_left_pause_until_somebody_takes_them_over(connected: World) -> None:
    await ticking(connected)
    await connected.connect(TOMAS, "Tomás Reyes")
    twins(connected)
    connected.slack.deactivate(MARA)
    await next_slot(connected)
    await next_slot(connected)
    assert digests(connected) == []
    (paused,) = said(connected, SUPPORT, "whose Slack account is deactivated")
    (one,) = await standing(connected)
    assert (one.status, one.because) == (SubscriptionStatus.PAUSED, Because.ACCOUNT)
    assert said(connected, MARA, "paused") == []

    await connected.slack.click(paused, ids.SUB_TAKEOVER, user=TOMAS)
    await connected.slack.submit(await connected.slack.wait_for_modal(TOMAS, containing="Lists to watch"))
    await connected.slack.wait_for_modal(TOMAS, containing="Alerts changed")
    await connected.settled()
    assert "Taken over by <@U02TOMAS>" in connected.slack.message(paused.ts).words
    await later(connected)
    (caught_up,) = digests(connected)
    assert "1 new possible duplicate" in caught_up.words
    assert "Alerts by <@U02TOMAS>" in caught_up.words


async def test_what_slack_did_not_take_is_said_later_and_once(connected: World) -> None:
    await ticking(connected)
    connected.zoho.revoke("mara")
    connected.slack.fail("chat.postMessage", status=503, times=None)
    await next_slot(connected)
    assert said(connected, SUPPORT, "are paused") + said(connected, MARA, "are paused") == []
    connected.slack.clear_faults()
    await later(connected)
    await later(connected)
    assert len(said(connected, SUPPORT, "are paused")) == 1
    assert len(said(connected, MARA, "Your alerts are paused")) == 1


async def test_a_process_that_ended_before_saying_so_leaves_it_to_the_next(connected: World) -> None:
    await ticking(connected)
    (one,) = await standing(connected)
    await connected.bot.store.subscriptions.pause_of(OWNER, one.terms.product, Because.CONNECTION)
    await later(connected)
    await later(connected)
    assert len(said(connected, SUPPORT, "are paused")) == 1
    assert len(said(connected, MARA, "Your alerts are paused")) == 1


async def test_an_owner_who_cannot_be_told_of_a_closed_channel_hears_of_it_later(connected: World) -> None:
    await ticking(connected)
    twins(connected)
    connected.slack.fail("chat.postMessage", error="is_archived", channel=SUPPORT, times=None)
    connected.slack.fail("chat.postMessage", error="fatal_error", channel=MARA, times=None)
    await next_slot(connected)
    assert await standing(connected) == ()
    assert said(connected, MARA, "were stopped") == []
    connected.slack.clear_faults()
    await later(connected)
    await later(connected)
    assert len(said(connected, MARA, "were stopped")) == 1


async def test_what_was_solved_is_struck_out_later_where_slack_did_not_take_it(connected: World) -> None:
    await ticking(connected)
    _, second = twins(connected)
    await next_slot(connected)
    connected.zoho.org("larkfield").trash("contacts", second)
    connected.slack.fail("chat.update", status=503, times=None)
    await next_slot(connected)
    (posted,) = digests(connected)
    assert "Solved in Zoho" not in posted.words
    connected.slack.clear_faults()
    await connected.restart()
    await connected.bot.alerts.stop()
    await later(connected)
    assert "Solved in Zoho" in connected.slack.message(posted.ts).words
    edits = connected.slack.message(posted.ts).edits
    await later(connected)
    assert connected.slack.message(posted.ts).edits == edits


async def test_while_slack_takes_nothing_slots_wait_and_then_one_digest_says_it_all(
    connected: World,
) -> None:
    await ticking(connected)
    connected.slack.fail("chat.postMessage", status=429, retry_after=7_200, times=None)
    twins(connected)
    await next_slot(connected)
    twins(connected, "Vera Larsson")
    connected.slack.fail("chat.postMessage", status=503, times=None)
    await next_slot(connected)
    twins(connected, "Cleo Dahl")
    await next_slot(connected)
    assert digests(connected) == []
    connected.slack.clear_faults()
    for _ in range(4):
        await later(connected)
    first, second = digests(connected)
    assert "1 new possible duplicate" in first.words
    assert "2 new possible duplicates" in second.words


async def test_with_a_dead_token_nothing_is_read_and_the_next_start_catches_up_once(connected: World) -> None:
    await ticking(connected)
    connected.slack.fail("chat.postMessage", error="token_revoked", times=None)
    twins(connected)
    with pytest.raises(SlackGone):
        await next_slot(connected)
    calls = len(connected.zoho.calls)
    twins(connected, "Vera Larsson")
    for _ in range(2):
        with pytest.raises(SlackGone):
            await next_slot(connected)
    assert len(connected.zoho.calls) == calls

    connected.slack.clear_faults()
    await connected.restart()
    await connected.bot.alerts.stop()
    for _ in range(3):
        await later(connected)
    first, second = digests(connected)
    assert "Thea Quist" in first.words
    assert "Vera Larsson" in second.words


# What cannot be read


async def test_a_slot_that_grew_too_dear_waits_for_a_new_consent(connected: World) -> None:
    await ticking(connected)
    connected.zoho.org("larkfield").fill("contacts", 2_500, duplicates=800)
    await next_slot(connected)
    await next_slot(connected)
    assert digests(connected) == []
    (told,) = said(connected, MARA, "could not read their lists")
    assert "Zoho credits now" in told.words
    before = connected.zoho.org("larkfield").credits_left
    await type_words(connected, MARA, "settings")
    sheet = await connected.slack.wait_for_modal(MARA, containing="Lists to watch")
    await connected.slack.submit(sheet)
    await connected.slack.wait_for_modal(MARA, containing="Alerts changed")
    await next_slot(connected)
    (posted,) = digests(connected)
    assert "possible duplicates" in posted.words
    assert len(said(connected, MARA, "could not read")) == 1
    assert before > connected.zoho.org("larkfield").credits_left


async def test_a_poison_record_fails_its_own_list_and_the_owner_hears_of_it_once(connected: World) -> None:
    await ticking(connected, "subscribe contacts products daily 9:00")
    connected.zoho.fault("not_json", path="/api/v1/products*", times=None)
    await next_slot(connected)
    await next_slot(connected)
    assert len(said(connected, MARA, "could not read all their lists")) == 1
    twins(connected)
    await next_slot(connected)
    (posted,) = digests(connected)
    assert "1 new possible duplicate" in posted.words
    assert "Not read: Desk products" in posted.words
    await next_slot(connected)
    assert len(said(connected, MARA, "could not read all their lists")) == 1


# Clocks


async def test_a_clock_that_jumps_ahead_and_back_says_nothing_twice_and_misses_nothing(
    connected: World,
) -> None:
    await ticking(connected)
    twins(connected)
    await next_slot(connected)
    assert len(digests(connected)) == 1
    connected.clock.forward(timedelta(days=400))
    await connected.bot.alerts.tick()
    connected.clock.forward(timedelta(days=-400))
    twins(connected, "Vera Larsson")
    await next_slot(connected)
    await next_slot(connected)
    assert len(digests(connected)) == 2
    assert "Vera Larsson" in digests(connected)[1].words


async def test_in_quiet_hours_nothing_is_said_and_afterwards_once(connected: World) -> None:
    await ticking(connected, "subscribe contacts every 1 hour", quiet="18:00 to 8:00")
    (one,) = await standing(connected)
    begin = _at(connected, hour=19)
    connected.clock.forward(begin)
    await connected.bot.alerts.tick()
    for _ in range(3):
        twins(connected, "Vera Larsson", 1)
        await later(connected, timedelta(hours=3))
    assert digests(connected) == []
    assert one.terms.schedule.endswith("18:00-08:00")
    await later(connected, timedelta(hours=6))
    (posted,) = digests(connected)
    assert "1 new possible duplicate" in posted.words


def _at(world: World, *, hour: int) -> timedelta:
    """How long it is until that hour in Berlin."""
    now = world.clock().astimezone(ZoneInfo("Europe/Berlin"))
    then = now.replace(hour=hour, minute=30, second=0)
    return (then if then > now else then + timedelta(days=1)) - now


# A scan that takes long, and a database that goes away


@asynccontextmanager
async def scan_under_way(world: World) -> AsyncIterator[Fault]:
    """Alerts at work by themselves; a scan has begun and Zoho keeps it waiting until the block ends."""
    world.bot.alerts.every = 0.05
    fault = world.zoho.fault("latency", path="/api/v1/contacts*", times=None, seconds=1.5)
    await world.bot.alerts.start(is_alone=False)
    await until(lambda: fault.hits > 0)
    yield fault
    world.zoho.clear_faults()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110  # the stand-ins give no sign
            await asyncio.sleep(0.02)


async def rows(world: World) -> tuple[Alert, ...]:
    (one,) = await standing(world)
    return await world.bot.store.ledger.of(one.id)


async def all_read(world: World) -> tuple[Alert, ...]:
    """Every slot has had its end."""
    async with asyncio.timeout(60):
        while True:
            found = await rows(world)
            if not {row.state for row in found} & {AlertState.NEW, AlertState.READY, AlertState.POSTING}:
                return found
            world.clock.forward(timedelta(seconds=20))
            await asyncio.sleep(0.1)


async def test_a_scan_longer_than_its_interval_piles_nothing_up(connected: World) -> None:
    await ticking(connected, EVERY_QUARTER)
    twins(connected)
    connected.clock.forward(timedelta(minutes=16))
    mark = len(connected.zoho.calls)
    async with scan_under_way(connected):
        for _ in range(3):
            count = len(await rows(connected))
            connected.clock.forward(timedelta(minutes=15))
            await _grown(connected, count)
        await until(lambda: len(connected.zoho.calls) > mark + 2)
        paths = [(call.path, str(call.query)) for call in connected.zoho.calls[mark:]]
        assert len(paths) == len(set(paths))
    late = [row for row in await all_read(connected) if row.why == "a later slot"]
    assert len(late) >= 2
    (posted,) = digests(connected)
    assert "1 new possible duplicate" in posted.words


async def _grown(world: World, count: int) -> None:
    async with asyncio.timeout(30):
        while len(await rows(world)) == count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@asynccontextmanager
async def database_away(world: World, request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """PostgreSQL is stopped and started again; on SQLite somebody else writes for longer than is waited."""
    if world.bot.database.is_shared:
        server: Server = request.getfixturevalue("postgres_server")
        await asyncio.to_thread(server.stop)
        try:
            yield
        finally:
            await asyncio.to_thread(server.start)
        return
    file = world.bot.settings.database_url.partition("///")[2]
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def test_a_database_that_goes_away_in_the_middle_loses_nothing_and_doubles_nothing(
    connected: World, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    await ticking(connected)
    twins(connected)
    connected.clock.forward(timedelta(days=1))
    async with scan_under_way(connected) as begun, database_away(connected, request):
        begun.detail["seconds"] = 0
        await until(lambda: "alert_not_read" in capsys.readouterr().out)
    assert digests(connected) == []
    await all_read(connected)
    (posted,) = digests(connected)
    assert "1 new possible duplicate" in posted.words
    await next_slot(connected)
    assert len(digests(connected)) == 1


@pytest.mark.parametrize("off", [timedelta(seconds=5), timedelta(minutes=10), timedelta(minutes=-10)])
async def test_a_digest_whose_answer_was_lost_is_found_where_this_machines_clock_is_wrong(
    connected: World, off: timedelta
) -> None:
    """Its intent has our time, and the message in the channel Slack's: it was looked for beside it, and
    posted a second time."""
    connected.clock.forward(off - timedelta(days=1))
    _, one = await ticking(connected)
    twins(connected)
    connected.slack.fail("chat.postMessage", drop=True, done=True)
    await next_slot(connected)
    (posted,) = digests(connected)

    await later(connected, SETTLED)
    await later(connected, SETTLED)

    assert digests(connected) == [posted]
    assert [row.ts for row in await connected.bot.store.ledger.of(one.id)].count(posted.ts) == 1

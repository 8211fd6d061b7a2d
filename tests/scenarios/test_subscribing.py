"""The introduction in a channel is posted once, whatever happens meanwhile, and moves with its alerts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import ids
from bot.alerts.posting import INTRODUCTION_TYPE
from bot.blocks.alerts import form
from bot.sandbox.things import Message
from bot.store import AlertState, Because, Subscription
from tests.conftest import LARKFIELD, MARA, TOMAS, MakeWorld, World
from tests.scenarios.test_alerts import (
    OWNER,
    PRIVATE,
    SUPPORT,
    ask,
    open_form,
    standing,
    start,
    type_words,
)
from tests.scenarios.test_digests import ticking, twins
from tests.storage import Storage

GENERAL = "C02GENERAL"


@pytest.fixture
async def connected(make_world: MakeWorld, storage: Storage) -> World:
    """A world on either engine in which Mara is connected to Larkfield Support."""
    world = await make_world(DATABASE_URL=storage.url)
    await world.connect(MARA, "Mara Lindqvist")
    return world


def introductions(world: World, channel: str = SUPPORT) -> list[Message]:
    """Those that were posted, whatever stands in their place now."""
    return [
        m for m in world.slack.messages(channel) if (m.metadata or {}).get("event_type") == INTRODUCTION_TYPE
    ]


async def settled_down(world: World) -> None:
    """Let every lease run out and every look into the history be made."""
    for _ in range(3):
        world.clock.forward(timedelta(minutes=2))
        await world.bot.alerts.post()


async def only(world: World, channel: str = SUPPORT) -> Subscription:
    (one,) = await standing(world, channel)
    return one


async def submitted(world: World, **given: object) -> None:
    """Start alerts; the form says that they are started."""
    await world.slack.submit(await open_form(world), dict(given))
    await world.slack.wait_for_modal(MARA, containing="Alerts started")


async def settings(world: World, **given: object) -> None:
    await type_words(world, MARA, "settings")
    sheet = await world.slack.wait_for_modal(MARA, containing="Lists to watch")
    await world.slack.submit(sheet, {getattr(form, name): value for name, value in given.items()})


# Once, whatever happens


async def test_after_a_crash_before_the_introduction_it_is_posted_once(connected: World) -> None:
    await connected.bot.alerts.stop()
    await start(connected)
    terms = (await only(connected)).terms
    store = connected.bot.store
    # What a process leaves that ends between the two: the alerts, and the intent to introduce them.
    async with connected.bot.database.write() as connection:
        one = await store.subscriptions.add(
            OWNER, terms, next_at=connected.clock() + timedelta(days=1), connection=connection
        )
        await connected.bot.alerting.setting_up.introductions.enter(connection, one)
    assert len(introductions(connected)) == 1
    await connected.restart()
    await connected.bot.alerts.stop()
    await settled_down(connected)
    assert len(introductions(connected)) == 2
    left = await connected.bot.store.subscriptions.get(LARKFIELD, one.id)
    assert left is not None
    assert left.intro_ts == introductions(connected)[-1].ts


async def test_an_introduction_whose_answer_was_lost_is_found_and_not_posted_again(connected: World) -> None:
    await connected.bot.alerts.stop()
    connected.slack.fail("chat.postMessage", drop=True, done=True, channel=SUPPORT)
    await submitted(connected)
    (there,) = introductions(connected)
    assert (await only(connected)).intro_ts == ""
    await connected.restart()
    await connected.bot.alerts.stop()
    await settled_down(connected)
    assert [m.ts for m in introductions(connected)] == [there.ts]
    assert (await only(connected)).intro_ts == there.ts


async def test_an_introduction_that_slack_never_got_is_posted_after_a_look(connected: World) -> None:
    await connected.bot.alerts.stop()
    connected.slack.fail("chat.postMessage", drop=True, channel=SUPPORT)
    await submitted(connected)
    assert introductions(connected) == []
    await settled_down(connected)
    (there,) = introductions(connected)
    assert (await only(connected)).intro_ts == there.ts


async def test_an_introduction_that_slack_asks_to_wait_with_follows(connected: World) -> None:
    await connected.bot.alerts.stop()
    connected.slack.fail("chat.postMessage", status=429, retry_after=5, channel=SUPPORT)
    await submitted(connected)
    assert introductions(connected) == []
    await settled_down(connected)
    assert len(introductions(connected)) == 1


async def test_where_the_history_cannot_be_read_the_owner_is_asked_about_the_introduction(
    connected: World,
) -> None:
    await connected.bot.alerts.stop()
    connected.slack.fail("chat.postMessage", drop=True, channel=SUPPORT)
    connected.slack.fail("conversations.history", error="missing_scope", times=None)
    await submitted(connected)
    mark = connected.slack.mark
    await settled_down(connected)
    asked = await connected.slack.wait_for(user=MARA, after=mark, containing="Did an alert reach")
    assert "What introduces your alerts" in asked.words
    assert introductions(connected) == []
    await connected.slack.click(asked, ids.ALERT_REPOST, user=MARA)
    await connected.settled()
    await settled_down(connected)
    assert len(introductions(connected)) == 1


async def test_what_was_read_while_the_introduction_waited_stands_in_it(connected: World) -> None:
    await connected.bot.alerts.stop()
    connected.slack.fail("chat.postMessage", drop=True, done=True, channel=SUPPORT)
    await submitted(connected)
    await connected.bot.alerts.read()
    (there,) = introductions(connected)
    assert "Reading what is already there" in there.words
    await settled_down(connected)
    assert "were already there" in introductions(connected)[0].words


async def test_alerts_that_are_stopped_before_their_introduction_say_no_more(connected: World) -> None:
    await connected.bot.alerts.stop()
    connected.slack.fail("chat.postMessage", status=429, retry_after=5, channel=SUPPORT)
    await submitted(connected)
    one = await only(connected)
    await ask(connected, MARA, "unsubscribe", containing="Stopped")
    await settled_down(connected)
    assert introductions(connected) == []
    rows = await connected.bot.store.ledger.of(one.id)
    assert {row.state for row in rows} <= {AlertState.STOPPED, AlertState.EMPTY}


# Moving


async def test_alerts_that_move_are_introduced_there_and_the_old_channel_hears_where_they_went(
    connected: World,
) -> None:
    old, before = await ticking(connected)
    await settings(connected, CHANNEL=GENERAL)
    await connected.slack.wait_for_modal(MARA, containing="Alerts changed")
    (new,) = introductions(connected, GENERAL)
    assert "<@U01MARA> set up *duplicate alerts* in this channel" in new.words
    assert "were already there" in new.words
    said = connected.slack.message(old.ts)
    assert "<@U01MARA> moved the *duplicate alerts* of this channel to <#C02GENERAL>" in said.words
    assert not said.elements(ids.SUB_STOP)
    one = await only(connected, GENERAL)
    assert (one.id, one.intro_ts) == (before.id, new.ts)
    # What was known stays known, what is new is told there.
    twins(connected)
    connected.clock.forward(timedelta(days=1))
    await connected.bot.alerts.tick()
    await connected.slack.wait_for(channel=GENERAL, containing="1 new possible duplicate")
    assert len(introductions(connected, GENERAL)) == 1


async def test_alerts_that_cannot_move_stay_as_they_were(connected: World) -> None:
    old, before = await ticking(connected)
    connected.slack.fail("conversations.info", error="missing_scope", times=None)
    await settings(connected, CHANNEL=PRIVATE, DETAIL="counts")
    await connected.slack.wait_for_modal(MARA, containing="/invite <@U00BOT>")
    assert await standing(connected, PRIVATE) == ()
    one = await only(connected)
    assert (one.intro_ts, one.terms, one.next_at) == (old.ts, before.terms, before.next_at)
    assert "set up *duplicate alerts*" in connected.slack.message(old.ts).words
    own = [m for m in connected.slack.messages(MARA) if "were stopped" in m.words]
    assert own == []


async def test_a_channel_that_closes_after_its_alerts_have_left_does_not_stop_them(connected: World) -> None:
    await ticking(connected)
    twins(connected)
    connected.clock.forward(timedelta(days=1))
    await connected.bot.alerts.read()
    await settings(connected, CHANNEL=GENERAL)
    await connected.slack.wait_for_modal(MARA, containing="Alerts changed")
    connected.slack.channel(SUPPORT).archived = True
    await connected.bot.alerts.post()
    assert len(await standing(connected, GENERAL)) == 1
    assert [m for m in connected.slack.messages(MARA) if "were stopped" in m.words] == []


async def test_alerts_that_move_before_their_introduction_say_so_where_it_was_to_stand(
    connected: World,
) -> None:
    await connected.bot.alerts.stop()
    connected.slack.fail("chat.postMessage", status=429, retry_after=5, channel=SUPPORT)
    await submitted(connected)
    await settings(connected, CHANNEL=GENERAL)
    await connected.slack.wait_for_modal(MARA, containing="Alerts changed")
    await settled_down(connected)
    (old,), (new,) = introductions(connected), introductions(connected, GENERAL)
    assert "moved the *duplicate alerts*" in old.words
    assert "set up *duplicate alerts*" in new.words
    assert (await only(connected, GENERAL)).intro_ts == new.ts


async def test_alerts_that_are_taken_over_into_another_channel_say_so_in_both_places(
    connected: World,
) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    old, _ = await ticking(connected)
    mark = connected.slack.mark
    await connected.bot.owners.lost(OWNER, Because.CONNECTION)
    paused = await connected.slack.wait_for(channel=SUPPORT, after=mark, containing="are paused")
    await connected.slack.click(paused, ids.SUB_TAKEOVER, user=TOMAS)
    sheet = await connected.slack.wait_for_modal(TOMAS, containing="Lists to watch")
    await connected.slack.submit(sheet, {form.CHANNEL: GENERAL})
    await connected.slack.wait_for_modal(TOMAS, containing="Alerts changed")
    await connected.settled()
    assert "<@U02TOMAS> moved the *duplicate alerts*" in connected.slack.message(old.ts).words
    taken = connected.slack.message(paused.ts)
    assert "Taken over by <@U02TOMAS>. The *duplicate alerts* run again in <#C02GENERAL>" in taken.words
    (new,) = introductions(connected, GENERAL)
    assert "Tomás Reyes’s Zoho connection" in new.words

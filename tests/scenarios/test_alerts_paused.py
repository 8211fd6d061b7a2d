"""What the channel and the owner were told of alerts that pause says, in its place, what became of them."""

from __future__ import annotations

import pytest

from bot import ids
from bot.sandbox.things import Message
from bot.store import Because, SubscriptionStatus
from tests.conftest import MARA, TOMAS, MakeWorld, World
from tests.scenarios.test_alerts import OWNER, SUPPORT, ask, standing, start
from tests.scenarios.test_digests import next_slot, ticking
from tests.storage import Storage


@pytest.fixture
async def connected(make_world: MakeWorld, storage: Storage) -> World:
    """A world on either engine in which Mara is connected to Larkfield Support."""
    world = await make_world(DATABASE_URL=storage.url)
    await world.connect(MARA, "Mara Lindqvist")
    return world


async def paused(world: World) -> tuple[Message, Message]:
    """Alerts whose owner lost their connection: what the channel, and what the owner was told."""
    await start(world)
    mark = world.slack.mark
    await world.bot.owners.lost(OWNER, Because.CONNECTION)
    channel = await world.slack.wait_for(channel=SUPPORT, after=mark, containing="here are paused")
    owner = await world.slack.wait_for(user=MARA, after=mark, containing="Your alerts are paused")
    return channel, owner


async def take_over(world: World, key: str) -> None:
    """Tomás picks it from the menu of the list, and confirms the form."""
    listed = await ask(world, TOMAS, "list")
    await world.slack.click(listed, ids.SUB_MORE, user=TOMAS, option=f"takeover:{key}")
    await world.slack.submit(await world.slack.wait_for_modal(TOMAS, containing="Lists to watch"), {})
    await world.slack.wait_for_modal(TOMAS, containing="Alerts changed")
    await world.settled()


async def test_once_the_owner_is_connected_again_nothing_says_that_the_alerts_pause(connected: World) -> None:
    channel, owner = await paused(connected)
    assert "`/duplicates connect` makes a new one" in owner.words
    await connected.connect(MARA, "Mara Lindqvist")
    await connected.settled()
    now = connected.slack.message(channel.ts)
    assert "<@U01MARA> is connected again. The *duplicate alerts* here run again: weekdays" in now.words
    assert not now.elements(ids.SUB_TAKEOVER)
    own = connected.slack.message(owner.ts)
    assert "Your alerts run again in <#C01SUPPORT>" in own.words
    assert not own.elements(ids.CONNECT_START)

    # Somebody whose client still shows the button.
    mark = connected.slack.mark
    await connected.slack.click(channel, ids.SUB_TAKEOVER, user=TOMAS)
    said = await connected.slack.wait_for(lambda m: m.to == TOMAS, after=mark)
    assert "These alerts run again, by <@U01MARA>. Nothing was changed." in said.words


async def test_paused_alerts_that_are_stopped_are_not_offered_any_more(connected: World) -> None:
    channel, owner = await paused(connected)
    mark = connected.slack.mark
    await connected.slack.click(channel, ids.SUB_STOP, user=TOMAS)
    await connected.slack.wait_for(lambda m: m.to == TOMAS, after=mark, containing="Stopped")
    await connected.settled()
    now = connected.slack.message(channel.ts)
    assert "<@U02TOMAS> stopped the *duplicate alerts* in this channel" in now.words
    assert not now.elements(ids.SUB_TAKEOVER)
    assert await standing(connected) == ()
    assert "<@U02TOMAS> stopped" in connected.slack.message(owner.ts).words


async def test_alerts_that_are_taken_over_from_the_list_are_not_offered_any_more(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    channel, owner = await paused(connected)
    (one,) = await standing(connected)
    await take_over(connected, one.id)
    assert "Taken over by <@U02TOMAS>" in connected.slack.message(channel.ts).words
    own = connected.slack.message(owner.ts)
    assert "<@U02TOMAS> took over the *duplicate alerts* in <#C01SUPPORT>" in own.words
    assert "None of your alerts is paused any more. `/duplicates status` shows" in own.words
    assert not own.elements()


async def test_what_the_owner_was_told_holds_until_nothing_of_theirs_is_paused(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    await start(connected, "subscribe accounts every 4 hours")
    _, owner = await paused(connected)
    first, _ = await standing(connected)
    await take_over(connected, first.id)
    assert connected.slack.message(owner.ts).elements(ids.SUB_STOP_ALL)

    mark = connected.slack.mark
    await connected.slack.click(owner, ids.SUB_STOP_ALL, user=MARA)
    await connected.slack.wait_for(lambda m: m.to == MARA, after=mark, containing="Stopped")
    await connected.settled()
    now = connected.slack.message(owner.ts)
    assert "<@U01MARA> stopped the *duplicate alerts* in <#C01SUPPORT>" in now.words
    assert not now.elements()
    assert [one.id for one in await standing(connected)] == [first.id]


async def test_whoever_disconnects_hears_at_once_that_their_alerts_will_pause(connected: World) -> None:
    await ticking(connected)
    answer = await ask(connected, MARA, "disconnect")
    assert "1 alert of yours pauses when it is due next, and its channel will be told" in answer.words
    mark = connected.slack.mark
    await next_slot(connected)
    told = await connected.slack.wait_for(user=MARA, after=mark, containing="Your alerts are paused")
    assert "You are not connected to Zoho Desk, so <#C01SUPPORT> hears nothing" in told.words
    again = await ask(connected, MARA, "disconnect")
    assert "of yours" not in again.words


async def test_whoever_is_connected_elsewhere_hears_so_and_takes_the_alerts_along(connected: World) -> None:
    introduction, _ = await ticking(connected)
    await connected.connect(MARA, "Priya Nair")
    mark = connected.slack.mark
    await next_slot(connected)
    told = await connected.slack.wait_for(user=MARA, after=mark, containing="Your alerts are paused")
    assert "You are connected to another organisation of Zoho Desk now" in told.words
    channel = await connected.slack.wait_for(channel=SUPPORT, containing="here are paused")

    await connected.slack.command(MARA, "settings", SUPPORT)
    sheet = await connected.slack.wait_for_modal(MARA, containing="Lists to watch")
    assert "Bellbird Outdoor" in sheet.words
    await connected.slack.submit(sheet, {})
    await connected.slack.wait_for_modal(MARA, containing="Alerts changed")
    (one,) = await standing(connected)
    assert one.status is SubscriptionStatus.ACTIVE
    await connected.settled()
    assert "Taken over by <@U01MARA>" in connected.slack.message(channel.ts).words
    assert "Your alerts run again in <#C01SUPPORT>" in connected.slack.message(told.ts).words
    assert "Bellbird Outdoor" in connected.slack.message(introduction.ts).words

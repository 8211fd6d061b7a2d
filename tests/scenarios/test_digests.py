"""From alerts that were set up to the digest in the channel, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta

from bot import ids
from bot.alerts.posting import EVENT_TYPE
from bot.sandbox.things import Message
from bot.store import Subscription
from tests.conftest import TOMAS, World
from tests.scenarios.test_alerts import SUPPORT, standing, start

EVERY_DAY = "subscribe contacts daily 9:00"


async def ticking(world: World, words: str = EVERY_DAY, **given: str) -> tuple[Message, Subscription]:
    """Alerts that have read in silence what is there; from here on looks are taken by hand."""
    await world.bot.alerts.stop()
    introduction = await start(world, words, **given)
    await world.bot.alerts.tick()
    (one,) = await standing(world)
    assert one.baseline_at is not None, [a.why for a in await world.bot.store.ledger.of(one.id)]
    return world.slack.message(introduction.ts), one


async def next_slot(world: World) -> None:
    world.clock.forward(timedelta(days=1))
    await world.bot.alerts.tick()


def digests(world: World, channel: str = SUPPORT) -> list[Message]:
    return [m for m in world.slack.messages(channel) if (m.metadata or {}).get("event_type") == EVENT_TYPE]


def twins(world: World, name: str = "Thea Quist", count: int = 2) -> list[str]:
    email = f"{name.lower().replace(' ', '.')}@aldertree.example"
    org = world.zoho.org("larkfield")
    return [org.add("contacts", lastName=name, email=email) for _ in range(count)]


def plain(message: Message) -> str:
    return " ".join(message.words.replace("*", "").split())


async def test_from_setting_up_to_a_group_that_is_solved(connected: World) -> None:
    introduction, _ = await ticking(connected)
    assert "were already there and will not be announced" in introduction.words
    await next_slot(connected)
    assert digests(connected) == []

    first, second = twins(connected)
    await next_slot(connected)
    (posted,) = digests(connected)
    assert "1 new possible duplicate" in posted.words
    assert "1. New in Desk contacts · same e-mail" in plain(posted)
    assert "thea.quist@" not in posted.words + str(posted.blocks)
    assert "Alerts by <@U01MARA>, every day at 9:00 (Europe/Berlin)" in posted.words
    assert not posted.elements(ids.ALERT_REST)

    await connected.bot.alerts.tick()
    await next_slot(connected)
    assert len(digests(connected)) == 1

    await connected.connect(TOMAS, "Tomás Reyes")
    await connected.slack.click(posted, ids.GROUP_FLAG, user=TOMAS)
    await connected.settled()
    flagged = connected.slack.message(posted.ts)
    assert "Flagged by <@U02TOMAS>" in flagged.words
    assert "1 new possible duplicate" in flagged.words

    connected.zoho.org("larkfield").trash("contacts", second)
    await next_slot(connected)
    await next_slot(connected)
    solved = connected.slack.message(posted.ts)
    assert "All solved: 1 new possible duplicate" in solved.words
    assert "1. Solved in Zoho" in plain(solved)
    assert len(digests(connected)) == 1
    assert first

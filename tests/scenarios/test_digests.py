"""From alerts that were set up to the digest in the channel, and what becomes of it; on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import ids
from bot.alerts.posting import EVENT_TYPE
from bot.blocks.alerts import form
from bot.blocks.dismissing import RECORDS_BLOCK
from bot.blocks.share import LEVEL_BLOCK
from bot.sandbox.things import Message
from bot.store import AlertState, Because, Subscription, SubscriptionStatus
from tests.conftest import ELIF, JONAS, LARKFIELD, MARA, PRIYA, TOMAS, MakeWorld, World
from tests.scenarios.test_alerts import SUPPORT, standing, start, type_words
from tests.storage import Storage

EVERY_DAY = "subscribe contacts daily 9:00"


@pytest.fixture
async def connected(make_world: MakeWorld, storage: Storage) -> World:
    """A world on either engine in which Mara is connected to Larkfield Support."""
    world = await make_world(DATABASE_URL=storage.url)
    await world.connect(MARA, "Mara Lindqvist")
    return world


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
    """Introductions carry an alert's key too, and have no headline."""
    ours = [m for m in world.slack.messages(channel) if (m.metadata or {}).get("event_type") == EVENT_TYPE]
    return [message for message in ours if message.blocks[0]["type"] == "header"]


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


async def test_a_group_that_was_solved_by_an_edit_is_struck_out_in_its_message(connected: World) -> None:
    await ticking(connected)
    _, second = twins(connected)
    twins(connected, "Vera Larsson", 3)
    await next_slot(connected)
    org = connected.zoho.org("larkfield")
    org.patch("contacts", second, email="somebody.else@aldertree.example")
    await next_slot(connected)
    (posted,) = digests(connected)
    assert plain(posted).count("Thea Quist") == 2
    assert "2. Solved in Zoho" in plain(posted)
    assert "are no longer alike" in plain(posted)
    assert "1 still open" in plain(posted)
    assert len(posted.elements(ids.GROUP_FLAG)) == 1

    org.patch("contacts", second, email="thea.quist@aldertree.example")
    await next_slot(connected)
    _, again = digests(connected)
    assert "1 group came back" in again.words
    assert "Back because the e-mail changed." in again.words
    assert "2. Solved in Zoho" in plain(connected.slack.message(posted.ts))


async def test_a_member_that_an_edit_took_out_is_said_to_be_unlike_the_others(connected: World) -> None:
    await ticking(connected)
    *_, third = twins(connected, "Vera Larsson", 3)
    await next_slot(connected)
    connected.zoho.org("larkfield").patch("contacts", third, email="somebody.else@aldertree.example")
    await next_slot(connected)
    (posted,) = digests(connected)
    assert plain(posted).count("no longer like the others") == 1
    assert len(posted.elements(ids.GROUP_FLAG)) == 1


async def test_the_worst_come_first_and_the_rest_is_shown_to_whoever_asks(connected: World) -> None:
    await ticking(connected)
    twins(connected, "Vera Larsson", 3)
    for name in ("Anna Ode", "Bo Arne", "Cleo Dahl", "Dag Eriks", "Eva Friis", "Finn Gade"):
        twins(connected, name)
    await next_slot(connected)
    (posted,) = digests(connected)
    assert "7 new possible duplicates" in posted.words
    assert plain(posted).index("Vera Larsson") < plain(posted).index("2. New")
    assert len(posted.elements(ids.GROUP_FLAG)) == 5
    await connected.connect(TOMAS, "Tomás Reyes")
    mark = connected.slack.mark
    await connected.slack.click(posted, ids.ALERT_REST, user=TOMAS)
    await connected.settled()
    rest = await connected.slack.wait_for(lambda m: m.to == TOMAS, after=mark)
    assert len(rest.elements(ids.GROUP_FLAG)) == 2
    assert connected.slack.message(posted.ts).blocks == posted.blocks


async def test_where_numbers_are_all_that_is_shown_no_record_is_kept(connected: World) -> None:
    _, one = await ticking(connected, detail="counts")
    assert one.terms.detail == "counts"
    twins(connected)
    await next_slot(connected)
    (posted,) = digests(connected)
    assert "Quist" not in posted.words + str(posted.blocks)
    assert "The numbers only." in posted.words
    (alert, *_) = await connected.bot.store.ledger.of(one.id)
    kept = await connected.bot.store.shares.get(LARKFIELD, alert.id)
    assert kept is not None
    assert "Quist" not in repr(kept) + alert.body
    mark = connected.slack.mark
    await connected.slack.click(posted, ids.ALERT_REST, user=MARA)
    await connected.settled()
    shown = await connected.slack.wait_for(lambda m: m.to == MARA, after=mark)
    assert "Thea Quist" in shown.words


async def test_a_group_that_grows_says_from_how_many(connected: World) -> None:
    await ticking(connected)
    twins(connected)
    await next_slot(connected)
    (third,) = twins(connected, count=1)
    await next_slot(connected)
    _, grown = sorted(digests(connected), key=lambda message: message.ts)
    assert "1 group grew" in grown.words
    assert "1. Grew from 2 to 3 in Desk contacts" in plain(grown)
    assert third


async def test_everybody_who_is_to_be_called_is_called(connected: World) -> None:
    everybody = [MARA, TOMAS, PRIYA, JONAS, ELIF, *(f"U1{number}GUEST" for number in range(5))]
    await ticking(connected)
    (one,) = await standing(connected)
    called = replace(one.terms, mention=tuple(everybody))
    assert await connected.bot.store.subscriptions.change(one.id, one.revision, called, next_at=one.next_at)
    twins(connected)
    await next_slot(connected)
    (posted,) = digests(connected)
    assert all(f"<@{user}>" in posted.words for user in everybody)


async def test_a_list_that_cannot_be_read_is_said_at_the_end_and_the_others_report(connected: World) -> None:
    await ticking(connected, "subscribe contacts products daily 9:00")
    twins(connected)
    connected.zoho.fault("server_error", path="/api/v1/products*", times=None)
    await next_slot(connected)
    (posted,) = digests(connected)
    assert "1 new possible duplicate" in posted.words
    assert "Not read: Desk products" in posted.words


async def test_a_lost_owner_is_said_once_and_the_slot_stays_empty(connected: World) -> None:
    await ticking(connected)
    connected.zoho.revoke("mara")
    twins(connected)
    await next_slot(connected)
    await next_slot(connected)
    assert digests(connected) == []
    said = [m for m in connected.slack.messages(SUPPORT) if "are paused" in m.words]
    assert len(said) == 1
    (paused,) = await standing(connected)
    assert (paused.status, paused.because) == (SubscriptionStatus.PAUSED, Because.CONNECTION)
    await connected.connect(MARA, "Mara Lindqvist")
    await connected.settled()
    await connected.bot.alerts.tick()
    (caught_up,) = digests(connected)
    assert "1 new possible duplicate" in caught_up.words


async def test_a_channel_that_is_closed_stops_the_alerts_and_tells_their_owner(connected: World) -> None:
    await ticking(connected)
    twins(connected)
    connected.slack.fail("chat.postMessage", error="is_archived")
    await next_slot(connected)
    assert await standing(connected) == ()
    (told,) = [m for m in connected.slack.messages(MARA) if "were stopped" in m.words]
    assert "Desk contacts · every day at 9:00 (Europe/Berlin)" in plain(told)
    await connected.slack.click(told, ids.SUB_NEW, user=MARA)
    await connected.slack.wait_for_modal(MARA, containing="Lists to watch")


async def test_an_owner_hears_of_a_closed_channel_though_a_process_died_in_between(connected: World) -> None:
    _, one = await ticking(connected)
    twins(connected)
    connected.clock.forward(timedelta(days=1))
    await connected.bot.alerts.read()
    await connected.bot.store.subscriptions.stop(one.id, Because.CHANNEL)  # and then it died
    connected.slack.fail("chat.postMessage", error="is_archived", channel=SUPPORT, times=None)
    await connected.bot.alerts.tick()
    await connected.bot.alerts.tick()
    told = [m for m in connected.slack.messages(MARA) if "were stopped" in m.words]
    assert len(told) == 1


async def test_an_alert_of_which_nobody_knows_is_asked_about_and_posted_again(connected: World) -> None:
    _, one = await ticking(connected)
    twins(connected)
    connected.clock.forward(timedelta(days=1))
    await connected.bot.alerts.read()
    ledger = connected.bot.store.ledger
    (alert,) = await ledger.claim([AlertState.READY])
    intended = await ledger.intend(alert)
    assert intended
    await ledger.wait(intended, at=connected.clock())
    connected.clock.forward(timedelta(minutes=1))
    connected.slack.fail("conversations.history", error="missing_scope", times=None)
    mark = connected.slack.mark
    await connected.bot.alerts.tick()
    await connected.bot.alerts.tick()
    asked = await connected.slack.wait_for(user=MARA, after=mark, containing="Did an alert reach")
    assert "1 new possible duplicate" in asked.words
    await connected.slack.click(asked, ids.ALERT_REPOST, user=MARA)
    await connected.settled()
    await connected.bot.alerts.tick()
    assert len(digests(connected)) == 1
    assert "posted again" in connected.slack.message(asked.ts).words
    assert one


async def test_slots_that_were_missed_are_one(connected: World) -> None:
    await ticking(connected)
    twins(connected)
    connected.clock.forward(timedelta(days=5))
    await connected.bot.alerts.tick()
    await connected.bot.alerts.tick()
    assert len(digests(connected)) == 1


async def test_after_a_change_of_the_filter_the_next_look_is_silent_again(connected: World) -> None:
    await ticking(connected, "subscribe contacts lastName=Quist daily 9:00")
    twins(connected, "Vera Larsson")
    await next_slot(connected)
    assert digests(connected) == []
    await type_words(connected, MARA, "settings")
    sheet = await connected.slack.wait_for_modal(MARA, containing="Lists to watch")
    await connected.slack.submit(sheet, {form.FILTERS: 'lastName="Vera Larsson"'})
    await connected.slack.wait_for_modal(MARA, containing="Alerts changed")
    await next_slot(connected)
    assert digests(connected) == []
    twins(connected, "Vera Larsson", 1)
    await next_slot(connected)
    (posted,) = digests(connected)
    assert "Grew from 2 to 3" in plain(posted)


# Not a duplicate


async def dismiss(world: World, posted: Message, user: str = MARA) -> Message:
    """Press *Not a duplicate* of the first group; the digest as it is afterwards."""
    (first, *_) = world.slack.message(posted.ts).elements(ids.GROUP_DISMISS)
    mark = world.slack.mark
    await world.slack.click(world.slack.message(posted.ts), ids.GROUP_DISMISS, value=first.value, user=user)
    await world.slack.wait_for(lambda m: m.ts == posted.ts, after=mark)
    return world.slack.message(posted.ts)


async def test_a_pair_dismissed_in_a_digest_is_never_told_again_not_even_through_a_third_record(
    connected: World,
) -> None:
    await ticking(connected)
    await connected.connect(TOMAS, "Tomás Reyes")
    first, second = twins(connected)
    await next_slot(connected)
    (posted,) = digests(connected)
    after = await dismiss(connected, posted, TOMAS)
    assert "All solved: 1 new possible duplicate" in after.words
    assert "1. Not a duplicate" in plain(after)
    assert "Dismissed by <@U02TOMAS>" in after.words
    await next_slot(connected)
    assert len(digests(connected)) == 1

    (third,) = twins(connected, count=1)
    await next_slot(connected)
    _, split = digests(connected)
    assert "2 new possible duplicates" in split.words
    shared = await connected.bot.store.shares.get(LARKFIELD, (split.metadata or {})["event_payload"]["alert"])
    assert shared is not None
    assert {frozenset(group.ids) for group in shared.found.groups} == {
        frozenset({first, third}),
        frozenset({second, third}),
    }
    await next_slot(connected)
    assert len(digests(connected)) == 2


async def test_a_dismissal_that_is_undone_in_a_digest_opens_the_group_there_and_is_no_news(
    connected: World,
) -> None:
    await ticking(connected)
    twins(connected)
    await next_slot(connected)
    (posted,) = digests(connected)
    after = await dismiss(connected, posted)
    await next_slot(connected)
    mark = connected.slack.mark
    await connected.slack.click(after, ids.GROUP_UNDISMISS, user=MARA)
    await connected.slack.wait_for(lambda m: m.ts == posted.ts, after=mark)
    again = connected.slack.message(posted.ts)
    assert "1. New in Desk contacts" in plain(again)
    assert again.elements(ids.GROUP_FLAG)
    assert "All solved" not in again.words
    await next_slot(connected)
    assert len(digests(connected)) == 1


async def test_a_dismissed_pair_comes_back_with_who_dismissed_it_and_what_changed(connected: World) -> None:
    await ticking(connected)
    _, second = twins(connected)
    await next_slot(connected)
    (posted,) = digests(connected)
    await dismiss(connected, posted)
    connected.zoho.org("larkfield").patch("contacts", second, title="Head of stoves")
    await next_slot(connected)
    assert len(digests(connected)) == 1
    connected.zoho.org("larkfield").patch("contacts", second, phone="+49 40 5550 177")
    await next_slot(connected)
    _, back = digests(connected)
    assert "1 group came back" in back.words
    assert "1. Came back in Desk contacts" in plain(back)
    assert "Dismissed by <@U01MARA>" in back.words
    assert "back because the phone of one of them changed" in back.words
    await next_slot(connected)
    assert len(digests(connected)) == 2


async def test_a_member_taken_out_in_a_digest_leaves_the_others_there(connected: World) -> None:
    await ticking(connected)
    *_, third = twins(connected, "Vera Larsson", 3)
    await next_slot(connected)
    (posted,) = digests(connected)
    (button,) = posted.elements(ids.GROUP_DISMISS)
    await connected.slack.click(posted, ids.GROUP_DISMISS, value=button.value, user=MARA)
    sheet = await connected.slack.wait_for_modal(MARA, containing="do not belong?")
    mark = connected.slack.mark
    boxes = [one["value"] for one in sheet.elements("recs")[0].raw["options"]]
    await connected.slack.submit(sheet, {RECORDS_BLOCK: boxes[-1:]})
    await connected.slack.wait_for(lambda m: m.ts == posted.ts, after=mark)
    after = connected.slack.message(posted.ts)
    assert "Not a duplicate" in after.words
    assert after.elements(ids.GROUP_FLAG)
    assert "All solved" not in after.words
    await next_slot(connected)
    assert len(digests(connected)) == 1
    assert third


# How much, and for whom


FOLKS = ("Anna Ode", "Bo Arne", "Cleo Dahl", "Dag Eriks", "Eva Friis", "Finn Gade", "Gro Hansen")


@pytest.mark.parametrize(("most", "drawn"), [("5", 5), ("10", 7)])
async def test_no_more_groups_are_drawn_than_was_asked_for(connected: World, most: str, drawn: int) -> None:
    await ticking(connected, **{form.MOST: most})
    for name in FOLKS:
        twins(connected, name)
    await next_slot(connected)
    (posted,) = digests(connected)
    assert "7 new possible duplicates" in posted.words
    assert len(posted.elements(ids.GROUP_FLAG)) == drawn
    assert ("Show 2 more" in posted.words) == (drawn == 5)


async def test_the_rest_is_read_with_the_rights_of_whoever_asks(connected: World) -> None:
    await ticking(connected)
    for name in FOLKS:
        twins(connected, name)
    await next_slot(connected)
    (posted,) = digests(connected)
    hidden, seen = [name for name in FOLKS if name not in plain(posted)]
    await connected.connect(TOMAS, "Tomás Reyes")
    org = connected.zoho.org("larkfield")
    for row in org.tables["contacts"]:
        if row.get("lastName") == hidden:
            org.record("contacts", str(row["id"]))["_restricted"] = True
    mark = connected.slack.mark
    await connected.slack.click(posted, ids.ALERT_REST, user=TOMAS)
    await connected.settled()
    alone = await connected.slack.wait_for(lambda m: m.to == TOMAS, after=mark)
    assert seen in alone.words
    assert hidden not in alone.words
    assert len(alone.elements(ids.GROUP_FLAG)) == 1

    mark = connected.slack.mark
    await connected.slack.click(posted, ids.ALERT_REST, user=JONAS)
    await connected.settled()
    asked = await connected.slack.wait_for(lambda m: m.to == JONAS, after=mark)
    assert asked.elements(ids.CONNECT_START)
    assert connected.slack.message(posted.ts).blocks == posted.blocks


async def test_a_great_many_are_all_within_reach_of_one_click(connected: World) -> None:
    await ticking(connected)
    for number in range(60):
        twins(connected, f"Vera Larsson {number}")
    await next_slot(connected)
    (posted,) = digests(connected)
    assert "60 new possible duplicates" in posted.words
    assert "Show 55 more" in posted.words
    mark, calls = connected.slack.mark, len(connected.zoho.calls)
    await connected.slack.click(posted, ids.ALERT_REST, user=MARA)
    await connected.settled()
    alone = await connected.slack.wait_for(lambda m: m.to == MARA, after=mark)
    assert "1 to 5 of 55" in alone.words
    assert len(connected.zoho.calls) - calls < 10


@pytest.mark.parametrize(("detail", "headed"), [("masked", "7 more"), ("counts", "12 possible duplicates")])
async def test_what_was_not_drawn_is_headed_as_the_rest_of_its_digest_on_every_page(
    connected: World, detail: str, headed: str
) -> None:
    await ticking(connected, **{form.DETAIL: detail})
    for number in range(12):
        twins(connected, f"Vera Larsson {number}")
    await next_slot(connected)
    (posted,) = digests(connected)
    mark = connected.slack.mark
    await connected.slack.click(posted, ids.ALERT_REST, user=MARA)
    page = await connected.slack.wait_for(lambda m: m.to == MARA, after=mark)
    start = f"{headed} of the digest of <!date^"
    assert page.text.startswith(start)
    assert f"*{start}" in page.words
    following = await connected.click(page, ids.PAGE_NEXT)
    assert following.text.startswith(start)
    assert f"*{start}" in following.words
    assert "largest group" not in page.words + following.words


async def test_the_rest_of_a_digest_is_shared_as_what_it_is(connected: World) -> None:
    await ticking(connected)
    for name in FOLKS:
        twins(connected, name)
    await next_slot(connected)
    (posted,) = digests(connected)
    mark = connected.slack.mark
    await connected.slack.click(posted, ids.ALERT_REST, user=MARA)
    page = await connected.slack.wait_for(lambda m: m.to == MARA, after=mark)
    await connected.slack.click(page, ids.PAGE_SHARE, user=MARA)
    sheet = await connected.slack.wait_for_modal(MARA, containing="What will members see?")
    await connected.slack.submit(sheet, {LEVEL_BLOCK: "masked"})
    shared = await connected.slack.wait_for(containing="shared *2 possible duplicates* from Desk contacts")
    assert not shared.elements(ids.SHARE_SHOW)

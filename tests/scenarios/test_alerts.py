"""Alerts are set up by a form, introduced in the channel, listed, snoozed, changed, taken over, stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import ids
from bot.blocks.alerts import form
from bot.blocks.alerts.listing import no_alerts
from bot.sandbox.interactions import Incomplete
from bot.sandbox.things import Message, View
from bot.store import Because, Subscription
from tests.conftest import JONAS, LARKFIELD, MARA, TOMAS, World
from zoho.records import Module, Who

SUPPORT, OUTSIDE, PRIVATE = "C01SUPPORT", "C03SHARED", "C04PRIVATE"
OWNER = Who(LARKFIELD, MARA)


async def type_words(world: World, user: str, text: str, channel: str = SUPPORT) -> None:
    await world.slack.command(user, text, channel)


async def ask(world: World, user: str, text: str, *, containing: str = "") -> Message:
    return await world.ask(user, text, containing=containing)


async def open_form(world: World, text: str = "subscribe", user: str = MARA, channel: str = SUPPORT) -> View:
    await type_words(world, user, text, channel)
    return await world.slack.wait_for_modal(user, containing="Lists to watch")


async def introduced(world: World, mark: int, channel: str = SUPPORT) -> Message:
    return await world.slack.wait_for(
        lambda m: m.to is None and "set up" in m.words, channel=channel, after=mark
    )


async def start(
    world: World, text: str = "subscribe", user: str = MARA, channel: str = SUPPORT, **given: object
) -> Message:
    mark = world.slack.mark
    sent = await world.slack.submit(await open_form(world, text, user, channel), dict(given))
    assert sent.status == 200
    return await introduced(world, mark, channel)


async def standing(world: World, channel: str = SUPPORT) -> tuple[Subscription, ...]:
    return await world.bot.store.subscriptions.standing(LARKFIELD, channel=channel)


async def choose(world: World, listed: Message, option: str, containing: str) -> None:
    """Pick from the menu of the row of these alerts."""
    menus = listed.elements(ids.SUB_MORE)
    (menu,) = [one for one in menus if option in [given["value"] for given in one.raw["options"]]]
    mark = world.slack.mark
    await world.slack.click(listed, ids.SUB_MORE, block_id=menu.block_id, option=option)
    await world.slack.wait_for(user=MARA, after=mark, containing=containing)


def initial(view: View, action_id: str) -> object:
    raw = view.elements(action_id)[0].raw
    chosen = raw.get("initial_option") or {}
    return chosen.get("value") or raw.get("initial_time") or raw.get("initial_value")


def chosen_channel(view: View) -> object:
    return view.elements("channel")[0].raw.get("initial_conversation")


# Setting up


async def test_alerts_are_set_up_by_a_form_and_introduced_to_the_channel(connected: World) -> None:
    sheet = await open_form(connected)
    assert (initial(sheet, ids.SUB_OFTEN), initial(sheet, "zone")) == ("weekdays", "Europe/Berlin")
    assert "Reads with your Zoho connection (Larkfield Support, EU)" in sheet.words
    assert "taken as known" in sheet.words
    mark = connected.slack.mark
    sent = await connected.slack.submit(sheet, {})
    assert sent.json["response_action"] == "update"
    message = await introduced(connected, mark)
    assert "<@U01MARA> set up *duplicate alerts* in this channel" in message.words
    assert "weekdays at 9:00 (Europe/Berlin), one message, only when something is new" in message.words
    assert "Desk contacts of Larkfield Support, EU" in message.words
    assert "names and links; e-mail and phone shortened" in message.words
    assert "Mara Lindqvist’s Zoho connection" in message.words
    assert message.elements(ids.SUB_STOP)[0].raw["confirm"]["title"]["text"] == "Stop these alerts?"
    await connected.slack.wait_for_modal(MARA, containing="Alerts started")
    (one,) = await standing(connected)
    assert (one.owner, one.intro_ts, one.terms.modules) == (OWNER, message.ts, (Module.DESK_CONTACTS,))
    assert one.next_at > connected.clock()


async def test_an_organisations_name_is_letters_in_the_form(world: World) -> None:
    world.zoho.org("larkfield").name = "<!here> *b* <https://evil.example|x>"
    await world.connect(MARA, "Mara Lindqvist")
    sheet = await open_form(world)
    foot = next(block for block in sheet.blocks if block["block_id"] == "sub_foot")
    said = foot["elements"][0]["text"]
    assert "(&lt;!here&gt; \u200b*b\u200b* &lt;https://evil.example|x&gt;, EU)" in said


@pytest.mark.parametrize("text", ["", "help", "contacts firstName=Ana lastName=Roe"])
async def test_alerts_are_set_up_from_a_summary_the_help_and_a_search_that_found_nothing(
    connected: World, text: str
) -> None:
    answer = await connected.ask(MARA, text)
    await connected.slack.click(answer, ids.SUB_NEW)
    sheet = await connected.slack.wait_for_modal(MARA, containing="Lists to watch")
    assert chosen_channel(sheet) == SUPPORT
    mark = connected.slack.mark
    await connected.slack.submit(sheet, {})
    await introduced(connected, mark)
    assert connected.slack.message(answer.ts).blocks == answer.blocks


async def test_what_goes_wrong_with_a_form_is_said_beside_the_list_it_was_opened_from(
    connected: World,
) -> None:
    answer = await connected.ask(MARA)
    connected.zoho.revoke("mara")
    connected.clock.forward(timedelta(hours=2))
    mark = connected.slack.mark
    await connected.slack.click(answer, ids.SUB_NEW)
    offer = await connected.slack.wait_for(lambda m: bool(m.elements(ids.CONNECT_START)), after=mark)
    assert offer.ts != answer.ts
    assert connected.slack.message(answer.ts).blocks == answer.blocks
    await connected.slack.wait_for_modal(MARA, containing="could not be filled")


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("counts", 'email=a…@kestrel.example phone="… 142"'),
        ("masked", 'email=a…@kestrel.example phone="… 142"'),
        ("full", 'email=ana.roe@kestrel.example phone="030 5550 142"'),
    ],
)
async def test_a_filter_tells_the_channel_no_more_than_its_members_are_to_see(
    connected: World, detail: str, told: str
) -> None:
    words = 'subscribe contacts email=ana.roe@kestrel.example phone="030 5550 142" daily 9:00'
    message = await start(connected, words, **{form.DETAIL: detail})
    assert told in message.words


async def test_outside_of_a_channel_the_form_asks_for_one(world: World) -> None:
    told = await world.connect(MARA, "Mara Lindqvist")
    await world.slack.click(told, ids.SUB_NEW)
    sheet = await world.slack.wait_for_modal(MARA, containing="Lists to watch")
    assert chosen_channel(sheet) is None
    with pytest.raises(Incomplete, match=form.CHANNEL):
        await world.slack.submit(sheet, {})
    mark = world.slack.mark
    await world.slack.submit(sheet, {form.CHANNEL: SUPPORT})
    await introduced(world, mark)


async def test_words_fill_the_form(connected: World) -> None:
    words = 'subscribe desk contacts accounts city="New York" weekly tuesday 7:45 Asia/Tokyo'
    sheet = await open_form(connected, words)
    assert initial(sheet, ids.SUB_OFTEN) == "weekly"
    assert initial(sheet, "day") == "tuesday"
    assert initial(sheet, "time") == "07:45"
    assert initial(sheet, "zone") == "Asia/Tokyo"
    assert initial(sheet, "filter") == 'city="New York"'
    chosen = sheet.elements("modules")[0].raw["initial_options"]
    assert [one["value"] for one in chosen] == ["desk/contacts", "desk/accounts"]
    mark = connected.slack.mark
    await connected.slack.submit(sheet, {})
    message = await introduced(connected, mark)
    assert "every Tuesday at 7:45 (Asia/Tokyo)" in message.words
    assert 'city="New York"' in message.words
    (one,) = await standing(connected)
    assert one.terms.filters == (("city", "New York"),)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("subscribe contacts sometimes", "“sometimes” is no schedule"),
        ("subscribe contacts daily 9:00 Europe/Atlantis", "“Europe/Atlantis” is no time zone"),
        ("subscribe contacts every 2 minutes", "Between every 15 minutes and every 24 hours"),
    ],
)
async def test_words_that_name_no_schedule_are_named_with_an_example(
    connected: World, words: str, named: str
) -> None:
    answer = await ask(connected, MARA, words)
    assert named in answer.words
    assert await standing(connected) == ()


async def test_what_is_wrong_is_said_at_the_input_with_an_example(connected: World) -> None:
    sheet = await open_form(connected, "subscribe contacts every 4 hours")
    given = {form.QUIET: "at night", form.FILTERS: "Hamburg"}
    sent = await connected.slack.submit(sheet, given)
    errors = sent.json["errors"]
    assert "“at night” names no hours; they are written like 18:00 to 8:00" in errors[form.QUIET]
    assert "“Hamburg” is no filter. A filter is written like city=Hamburg" in errors[form.FILTERS]
    sent = await connected.slack.submit(sheet, {form.QUIET: "18:00 to 8:00"})
    assert "errors" not in sent.json
    await connected.slack.wait_for_modal(MARA, containing="Alerts started")
    (one,) = await standing(connected)
    assert one.terms.schedule == "every 240 minutes|Europe/Berlin|18:00-08:00"


async def test_what_costs_more_than_the_form_said_is_agreed_to_once_more(connected: World) -> None:
    sheet = await open_form(connected, "subscribe contacts daily 9:00")
    assert "credits of your organisation’s day" in sheet.words
    lists = ["desk/contacts", "desk/accounts"]
    await connected.slack.submit(sheet, {form.MODULES: lists})
    again = await connected.slack.wait_for_modal(MARA, containing="more than was said")
    assert await standing(connected) == ()
    await connected.slack.submit(again, {})
    await connected.slack.wait_for_modal(MARA, containing="Alerts started")
    (one,) = await standing(connected)
    assert one.terms.price


async def test_whoever_is_connected_elsewhere_by_now_is_told_before_anything_is_read(
    connected: World,
) -> None:
    sheet = await open_form(connected)
    assert "(Larkfield Support, EU)" in sheet.words
    await connected.connect(MARA, "Priya Nair")
    await connected.slack.submit(sheet, {})
    again = await connected.slack.wait_for_modal(
        MARA, containing="You are connected to Bellbird Outdoor, India"
    )
    assert await standing(connected) == ()
    assert "(Bellbird Outdoor, India)" in again.words
    mark = connected.slack.mark
    await connected.slack.submit(again, {})
    assert "Desk contacts of Bellbird Outdoor, India" in (await introduced(connected, mark)).words


async def test_another_rhythm_shows_its_own_inputs_and_keeps_the_others(connected: World) -> None:
    sheet = await open_form(connected)
    assert not sheet.elements("quiet")
    given = {form.FILTERS: "city=Hamburg"}
    await connected.slack.click(sheet, ids.SUB_OFTEN, option="every 240 minutes", given=given)
    redrawn = await connected.slack.wait_for_modal(MARA, containing="Quiet hours")
    assert not redrawn.elements("time")
    assert initial(redrawn, "filter") == "city=Hamburg"
    await connected.slack.click(redrawn, ids.SUB_OFTEN, option="weekly")
    weekly = await connected.slack.wait_for_modal(MARA, containing="Monday")
    assert weekly.elements("time")
    assert weekly.elements("day")


# Channels and other people


async def test_a_channel_shared_with_another_company_gets_the_numbers_only(connected: World) -> None:
    sheet = await open_form(connected, channel=OUTSIDE)
    assert [one["value"] for one in sheet.elements("detail")[0].raw["options"]] == ["counts"]
    await connected.slack.close(sheet)
    # Chosen for a channel of our own, then sent to the shared one: the same holds.
    mark = connected.slack.mark
    await connected.slack.submit(await open_form(connected), {form.CHANNEL: OUTSIDE, form.DETAIL: "full"})
    message = await introduced(connected, mark, OUTSIDE)
    assert "the numbers only" in message.words
    (one,) = await standing(connected, OUTSIDE)
    assert one.terms.detail == "counts"


async def test_a_channel_the_app_is_not_in_is_said_with_the_invitation(connected: World) -> None:
    sheet = await open_form(connected)
    await connected.slack.submit(sheet, {form.CHANNEL: PRIVATE})
    again = await connected.slack.wait_for_modal(MARA, containing="/invite <@U00BOT>")
    assert "so nothing was started" in again.words
    assert again.elements("channel")[0].raw["initial_conversation"] == PRIVATE
    assert await standing(connected, PRIVATE) == ()


async def test_where_slack_does_not_tell_of_channels_the_post_itself_does(connected: World) -> None:
    connected.slack.fail("conversations.info", error="missing_scope", times=None)
    sheet = await open_form(connected)
    await connected.slack.submit(sheet, {form.CHANNEL: PRIVATE, form.DETAIL: "counts"})
    await connected.slack.wait_for_modal(MARA, containing="/invite <@U00BOT>")
    assert await standing(connected, PRIVATE) == ()


async def test_whoever_watches_the_same_hears_of_it_and_may_go_on(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    await start(connected)
    sheet = await open_form(connected, user=TOMAS)
    await connected.slack.submit(sheet, {})
    warned = await connected.slack.wait_for_modal(TOMAS, containing="alerts for the same list")
    assert "<@U01MARA>" in warned.words
    assert "weekdays at 9:00" in warned.words
    assert len(await standing(connected)) == 1
    await connected.slack.submit(warned, {})
    await connected.slack.wait_for_modal(TOMAS, containing="Alerts started")
    assert len(await standing(connected)) == 2


async def test_somebody_without_a_connection_is_asked_to_connect_first(connected: World) -> None:
    mark = connected.slack.mark
    place = await connected.bot.voice.tell(SUPPORT, no_alerts())
    await connected.slack.click(connected.slack.message(place.ts), ids.SUB_NEW, user=JONAS)
    offer = await connected.slack.wait_for(user=JONAS, after=mark, predicate=lambda m: m.to == JONAS)
    assert offer.elements(ids.CONNECT_START)
    await connected.slack.wait_for_modal(JONAS, containing="could not be filled")


# Afterwards


async def test_the_list_shows_this_channel_and_ones_own_and_stops_snoozes_and_wakes(connected: World) -> None:
    assert "no duplicate alerts" in (await ask(connected, MARA, "list")).words
    await start(connected)
    await start(connected, "subscribe accounts every 4 hours")
    listed = await ask(connected, MARA, "list")
    assert "2 alerts: 2 in this channel, none elsewhere" in listed.text
    assert "*This channel*" in listed.words
    assert "Weekdays at 9:00 (Europe/Berlin)" in listed.words
    contacts, accounts = await standing(connected)
    await choose(connected, listed, f"snooze7:{contacts.id}", "Snoozed until")
    again = await ask(connected, MARA, "list")
    assert "snoozed until" in again.words
    await choose(connected, again, f"wake:{contacts.id}", "No longer snoozed")
    await choose(connected, again, f"stop:{accounts.id}", "Stopped")
    assert [one.id for one in await standing(connected)] == [contacts.id]


async def test_snooze_states_its_end_and_refuses_nonsense(connected: World) -> None:
    await start(connected)
    assert "for example snooze 3 days" in (await ask(connected, MARA, "snooze forever")).words
    await ask(connected, TOMAS, "snooze 3 days", containing="Snoozed until")
    (one,) = await standing(connected)
    assert one.snoozed_until
    assert timedelta(days=2.9) < one.snoozed_until - connected.clock() < timedelta(days=3)
    await ask(connected, MARA, "snooze off", containing="No longer snoozed")


async def test_settings_change_the_alerts_and_the_introduction(connected: World) -> None:
    message = await start(connected)
    await type_words(connected, MARA, "settings")
    sheet = await connected.slack.wait_for_modal(MARA, containing="Lists to watch")
    assert (sheet.title, sheet.given["submit"]["text"]) == ("Change duplicate alerts", "Save changes")
    await connected.slack.submit(sheet, {form.TIME: "16:30"})
    await connected.slack.wait_for_modal(MARA, containing="Alerts changed")
    await connected.settled()
    assert "weekdays at 16:30" in connected.slack.message(message.ts).words


async def test_of_two_changes_from_the_same_state_the_second_is_refused(connected: World) -> None:
    await start(connected)
    await type_words(connected, MARA, "settings")
    sheet = await connected.slack.wait_for_modal(MARA, containing="Lists to watch")
    await ask(connected, TOMAS, "snooze", containing="Snoozed")
    await connected.slack.submit(sheet, {form.TIME: "16:30"})
    await connected.slack.wait_for_modal(MARA, containing="Somebody changed these alerts meanwhile")


async def test_only_the_owner_changes_alerts_but_anybody_in_the_channel_stops_them(connected: World) -> None:
    message = await start(connected)
    mark = connected.slack.mark
    await connected.slack.click(message, ids.SUB_EDIT, user=TOMAS)
    said = await connected.slack.wait_for(lambda m: m.to == TOMAS, after=mark)
    assert "Only <@U01MARA> can change these alerts" in said.words
    mark = connected.slack.mark
    await connected.slack.click(message, ids.SUB_STOP, user=TOMAS)
    await connected.slack.wait_for(lambda m: m.to == TOMAS, after=mark, containing="Stopped")
    await connected.settled()
    assert "<@U02TOMAS> stopped the *duplicate alerts*" in connected.slack.message(message.ts).words
    assert await standing(connected) == ()
    assert "no duplicate alerts" in (await ask(connected, MARA, "unsubscribe")).words


async def test_unsubscribe_stops_the_channels_alerts(connected: World) -> None:
    await start(connected)
    await ask(connected, MARA, "unsubscribe", containing="Stopped")
    assert await standing(connected) == ()


@pytest.mark.parametrize(
    ("known", "says", "in_short"),
    [
        (96, "118,204 contacts read. 96 groups were already there", "here. 96 groups are known;"),
        (0, "No possible duplicates were there yet", "here. No groups are known;"),
    ],
)
async def test_what_was_known_is_added_to_the_introduction_when_the_first_pass_is_done(
    connected: World, known: int, says: str, in_short: str
) -> None:
    await connected.bot.alerts.stop()
    message = await start(connected)
    (one,) = await standing(connected)
    await connected.bot.telling.baseline_done(one.id, known, {Module.DESK_CONTACTS: 118204})
    changed = connected.slack.message(message.ts)
    assert says in changed.words
    assert in_short in changed.text


# An owner who is gone


async def test_a_lost_owner_is_said_once_to_the_channel_and_once_to_the_owner(connected: World) -> None:
    await start(connected)
    mark = connected.slack.mark
    await connected.bot.owners.lost(OWNER, Because.CONNECTION)
    await connected.bot.owners.lost(OWNER, Because.CONNECTION)
    await connected.settled()
    new = [m for m in connected.slack.messages(SUPPORT) if float(m.ts) and "are paused" in m.words]
    assert len(new) == 1
    told = await connected.slack.wait_for(user=MARA, after=mark, containing="Your alerts are paused")
    assert told.elements(ids.CONNECT_START)
    own = [m for m in connected.slack.messages(MARA) if "Your alerts are paused" in m.words]
    assert len(own) == 1


async def test_somebody_connected_takes_over_with_the_form_filled_in(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    await start(connected)
    mark = connected.slack.mark
    await connected.bot.owners.lost(OWNER, Because.CONNECTION)
    paused = await connected.slack.wait_for(channel=SUPPORT, after=mark, containing="are paused")
    await connected.slack.click(paused, ids.SUB_TAKEOVER, user=TOMAS)
    sheet = await connected.slack.wait_for_modal(TOMAS, containing="Lists to watch")
    assert (sheet.title, sheet.given["submit"]["text"]) == ("Take over alerts", "Take over alerts")
    await connected.slack.submit(sheet, {})
    await connected.slack.wait_for_modal(TOMAS, containing="Alerts changed")
    (one,) = await standing(connected)
    assert (one.owner.user, one.status) == (TOMAS, "active")
    await connected.settled()
    assert "Taken over by <@U02TOMAS>" in connected.slack.message(paused.ts).words
    assert "Tomás Reyes’s Zoho connection" in connected.slack.message(one.intro_ts).words
    assert one.next_at <= connected.clock()


async def test_an_owner_who_reconnects_gets_the_alerts_back_with_one_catch_up(connected: World) -> None:
    await start(connected)
    await connected.bot.owners.lost(OWNER, Because.CONNECTION)
    (paused,) = await standing(connected)
    assert await connected.bot.owners.found(OWNER, "999") == 0
    assert await connected.bot.owners.found(OWNER, paused.terms.org_id) == 1
    (one,) = await standing(connected)
    assert one.status == "active"

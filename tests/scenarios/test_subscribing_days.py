"""Bad days of alerts: channels that change, Slack that does not tell, forms that come too late."""

from __future__ import annotations

from bot import ids
from bot.blocks.alerts import form
from bot.sandbox.people import BOT_USER
from bot.store import Because
from tests.conftest import JONAS, MARA, TOMAS, World
from tests.scenarios.test_alerts import (
    OWNER,
    PRIVATE,
    SUPPORT,
    ask,
    initial,
    introduced,
    open_form,
    standing,
    start,
    type_words,
)
from tests.scenarios.test_digests import digests, next_slot, ticking, twins

# Channels


async def test_once_the_app_is_invited_the_same_form_goes_through(connected: World) -> None:
    sheet = await open_form(connected, 'subscribe contacts city="New York" weekly tuesday 7:45')
    await connected.slack.submit(sheet, {form.CHANNEL: PRIVATE})
    again = await connected.slack.wait_for_modal(MARA, containing="/invite <@U00BOT>")
    assert (initial(again, "time"), initial(again, "filter")) == ("07:45", 'city="New York"')
    connected.slack.channel(PRIVATE).people.add(BOT_USER)
    mark = connected.slack.mark
    await connected.slack.submit(again, {})
    message = await introduced(connected, mark, PRIVATE)
    assert "every Tuesday at 7:45" in message.words


async def test_a_public_channel_without_the_app_is_said_too(connected: World) -> None:
    connected.slack.channel("C02GENERAL").people.discard(BOT_USER)
    sheet = await open_form(connected)
    await connected.slack.submit(sheet, {form.CHANNEL: "C02GENERAL"})
    await connected.slack.wait_for_modal(MARA, containing="/invite <@U00BOT>")
    assert await standing(connected, "C02GENERAL") == ()


async def test_an_archived_channel_is_said_and_another_one_can_be_chosen(connected: World) -> None:
    connected.slack.channel("C02GENERAL").archived = True
    sheet = await open_form(connected)
    await connected.slack.submit(sheet, {form.CHANNEL: "C02GENERAL"})
    again = await connected.slack.wait_for_modal(MARA, containing="This channel is archived")
    assert await standing(connected, "C02GENERAL") == ()
    await connected.slack.submit(again, {form.CHANNEL: SUPPORT})
    await connected.slack.wait_for_modal(MARA, containing="Alerts started")


async def test_a_channel_of_which_slack_says_nothing_counts_as_shared(connected: World) -> None:
    connected.slack.fail("conversations.info", status=503, plain=True, times=None)
    sheet = await open_form(connected)
    assert [one["value"] for one in sheet.elements("detail")[0].raw["options"]] == ["counts"]
    mark = connected.slack.mark
    await connected.slack.submit(sheet, {})
    assert "the numbers only" in (await introduced(connected, mark)).words


async def test_a_channel_that_another_company_joins_gets_the_numbers_only_from_then_on(
    connected: World,
) -> None:
    await ticking(connected)
    twins(connected)
    connected.slack.channel(SUPPORT).shared = True
    await next_slot(connected)
    (posted,) = digests(connected)
    assert "1 new possible duplicate" in posted.words
    assert "The numbers only." in posted.words
    assert "Quist" not in posted.words + str(posted.blocks)


async def test_a_channel_that_is_renamed_goes_on(connected: World) -> None:
    await ticking(connected)
    connected.slack.channel(SUPPORT).name = "support-eu"
    twins(connected)
    await next_slot(connected)
    assert len(digests(connected)) == 1
    assert len(await standing(connected)) == 1


async def test_a_channel_made_private_goes_on_while_the_app_is_in_it_and_stops_without(
    connected: World,
) -> None:
    await ticking(connected)
    connected.slack.channel(SUPPORT).private = True
    twins(connected)
    await next_slot(connected)
    assert len(digests(connected)) == 1
    connected.slack.channel(SUPPORT).people.discard(BOT_USER)
    for name in ("Vera Larsson", "Olaf Brandt"):
        twins(connected, name)
        await next_slot(connected)
    assert await standing(connected) == ()
    (told,) = [m for m in connected.slack.messages(MARA) if "were stopped" in m.words]
    assert "Invite it again" in told.words
    assert len(digests(connected)) == 1


async def test_one_archived_channel_stops_its_own_alerts_alone(connected: World) -> None:
    await ticking(connected)
    await start(connected, "subscribe contacts daily 9:00", channel="C02GENERAL")
    await connected.bot.alerts.tick()
    connected.slack.channel("C02GENERAL").archived = True
    twins(connected)
    await next_slot(connected)
    assert len(digests(connected)) == 1
    assert len(await standing(connected)) == 1
    assert await standing(connected, "C02GENERAL") == ()
    (told,) = [m for m in connected.slack.messages(MARA) if "were stopped" in m.words]
    assert "The channel was archived" in told.words


async def test_alerts_that_are_paused_are_named_to_whoever_starts_the_same(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    await start(connected)
    await connected.bot.owners.lost(OWNER, Because.CONNECTION)
    sheet = await open_form(connected, user=TOMAS)
    await connected.slack.submit(sheet, {})
    warned = await connected.slack.wait_for_modal(TOMAS, containing="alerts for the same list")
    assert "<@U01MARA>" in warned.words
    assert "They are paused; whoever takes them over in `/duplicates list`" in warned.words
    assert len(await standing(connected)) == 1


# Forms


async def test_what_was_typed_before_connecting_fills_the_form_afterwards(world: World) -> None:
    offer = await world.ask(MARA, "subscribe accounts weekly tuesday 7:45 Asia/Tokyo")
    assert "Your search starts by itself" not in offer.words
    mark = world.slack.mark
    await world.walk(offer, "Mara Lindqvist")
    later = await world.slack.wait_for(user=MARA, after=mark, containing="only right after a click")
    (button,) = later.elements(ids.SEARCH_AGAIN)
    assert button.label == "Open the form"
    await world.slack.click(later, ids.SEARCH_AGAIN, user=MARA)
    sheet = await world.slack.wait_for_modal(MARA, containing="Lists to watch")
    assert (initial(sheet, ids.SUB_OFTEN), initial(sheet, "day")) == ("weekly", "tuesday")
    assert (initial(sheet, "time"), initial(sheet, "zone")) == ("07:45", "Asia/Tokyo")
    chosen = sheet.elements("modules")[0].raw["initial_options"]
    assert [one["value"] for one in chosen] == ["desk/accounts"]


async def test_settings_that_came_too_late_open_on_a_click(connected: World) -> None:
    message = await start(connected)
    connected.slack.fail("views.open", error="expired_trigger_id")
    mark = connected.slack.mark
    await connected.slack.click(message, ids.SUB_EDIT, user=MARA)
    later = await connected.slack.wait_for(
        lambda m: m.to == MARA, after=mark, containing="only right after a click"
    )
    await connected.slack.click(later, ids.SUB_EDIT, user=MARA)
    sheet = await connected.slack.wait_for_modal(MARA, containing="Lists to watch")
    assert sheet.given["submit"]["text"] == "Save changes"


async def test_how_many_whom_and_when_not_are_kept_as_they_were_filled_in(connected: World) -> None:
    sheet = await open_form(connected, "subscribe contacts every 2 hours")
    given = {form.MOST: "10", form.MENTION: [TOMAS, JONAS], form.QUIET: "18:00 to 8:00"}
    mark = connected.slack.mark
    await connected.slack.submit(sheet, given)
    message = await introduced(connected, mark)
    assert "every 2 hours, not 18:00 to 8:00 (Europe/Berlin)" in message.words
    (one,) = await standing(connected)
    assert (one.terms.most, one.terms.mention) == (10, (TOMAS, JONAS))
    await type_words(connected, MARA, "settings")
    again = await connected.slack.wait_for_modal(MARA, containing="Every 2 hours")
    assert initial(again, "max") == "10"
    assert initial(again, "quiet") == "18:00 to 8:00"
    assert again.elements("mention")[0].raw["initial_users"] == [TOMAS, JONAS]


async def test_somebody_whose_zone_slack_does_not_tell_gets_utc(world: World) -> None:
    world.slack.fail("users.info", error="missing_scope", times=None)
    await world.connect(MARA, "Mara Lindqvist")
    sheet = await open_form(world)
    assert initial(sheet, "zone") == "UTC"


async def test_paused_alerts_are_not_snoozed_and_their_owner_hears_why(connected: World) -> None:
    await start(connected)
    await connected.bot.owners.lost(OWNER, Because.CONNECTION)
    said = await ask(connected, MARA, "snooze", containing="They are paused")
    assert "the connection no longer works" in said.words


async def test_a_filter_on_a_field_that_no_record_has_is_named_before_anything_starts(
    connected: World,
) -> None:
    sheet = await open_form(connected, "subscribe contacts citty=Hamburg daily 9:00")
    assert "no record has a field `citty`" in sheet.words
    assert initial(sheet, "filter") == 'citty="Hamburg"'
    await connected.slack.submit(sheet, {})
    again = await connected.slack.wait_for_modal(MARA, containing="Lists to watch")
    assert "Nothing was started" in again.words
    assert await standing(connected) == ()
    await connected.slack.submit(again, {form.FILTERS: "city=Hamburg"})
    agreed = await connected.slack.wait_for_modal(MARA, containing="Press the button once more to agree")
    await connected.slack.submit(agreed, {})
    await connected.slack.wait_for_modal(MARA, containing="Alerts started")


async def test_a_list_that_cannot_be_read_just_now_is_said_and_can_be_tried_again(connected: World) -> None:
    connected.zoho.fault("server_error", path="/api/v1/contacts*", times=None)
    sheet = await open_form(connected, "subscribe contacts daily 9:00")
    assert "Zoho answered 500" in sheet.words
    connected.zoho.clear_faults()
    await connected.slack.submit(sheet, {})
    agreed = await connected.slack.wait_for_modal(MARA, containing="Press the button once more to agree")
    assert "credits each time. Press" in agreed.words
    await connected.slack.submit(agreed, {})
    await connected.slack.wait_for_modal(MARA, containing="Alerts started")


async def test_a_form_of_an_older_version_changes_nothing(connected: World) -> None:
    sheet = await open_form(connected)
    sheet.given["private_metadata"] = "[]"
    await connected.slack.submit(sheet, {})
    await connected.slack.wait_for_modal(MARA, containing="older than the app")
    assert await standing(connected) == ()

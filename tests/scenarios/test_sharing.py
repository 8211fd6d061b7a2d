"""Sharing to a channel: how much members see, who may do what there, and what the message says afterwards."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot import ids
from bot.blocks.share import LEVEL_BLOCK
from bot.sandbox.things import Json, Message, Sent, View
from tests.conftest import ELIF, JONAS, MARA, PRIYA, TOMAS, World
from tests.scenarios.test_digests import digests, next_slot, ticking, twins

SUPPORT, OUTSIDE, PRIVATE = "C01SUPPORT", "C03SHARED", "C04PRIVATE"
RIGHTS = "Your Zoho login does not show these records, so nothing was done."
BRANDTS, ROES = "Lena Brandt", "Anna Roe"  # Tomás sees the first; one of the second is hidden from him


async def ask_in(world: World, channel: str, text: str = "desk contacts", user: str = MARA) -> Message:
    mark = world.slack.mark
    await world.slack.command(user, text, channel)
    return await world.slack.wait_for(lambda m: bool(m.elements(ids.GROUP_FLAG)), user=user, after=mark)


async def open_sheet(world: World, listed: Message, *, user: str = MARA) -> View:
    await world.slack.click(listed, ids.PAGE_SHARE, user=user)
    return await world.slack.wait_for_modal(user, containing="What will members see?")


async def pick(world: World, message: Message, verb: str, name: str, *, user: str | None = None) -> Sent:
    """Choose from the menu of the group that holds this name."""
    key, _, revision = group_of(message, name).partition(":")
    (menu,) = [e for e in message.elements(ids.GROUP_MENU) if e.block_id.startswith(f"g:{key}:")]
    option = f"{verb}:{key}:{revision}"
    return await world.slack.click(message, ids.GROUP_MENU, user=user, block_id=menu.block_id, option=option)


async def submit(world: World, sheet: View, level: str, channel: str = SUPPORT) -> Message:
    mark = world.slack.mark
    sent = await world.slack.submit(sheet, {LEVEL_BLOCK: level})
    assert (sent.status, sent.body) == (200, "")
    return await world.slack.wait_for(
        lambda m: m.to is None and m.via != "person", channel=channel, after=mark
    )


async def share(world: World, level: str = "masked", channel: str = SUPPORT) -> Message:
    return await submit(world, await open_sheet(world, await ask_in(world, channel)), level, channel)


def group_of(message: Message, name: str) -> str:
    """The value of the first button under the group that holds this name."""
    for place, block in enumerate(message.blocks):
        if name in str(block):
            following = message.blocks[place:]
            actions = next(b for b in following if b["type"] == "actions" and ":act:" in b["block_id"])
            return str(actions["elements"][0]["value"])
    raise AssertionError(f"no group with {name}")


async def press(world: World, message: Message, name: str, user: str, action: str = ids.GROUP_FLAG) -> int:
    """Press a group's button; out comes the mark before it."""
    mark = world.slack.mark
    value = group_of(world.slack.message(message.ts), name)
    await world.slack.click(world.slack.message(message.ts), action, value=value, user=user)
    await world.settled()
    return mark


async def told(world: World, user: str, mark: int) -> str:
    return (await world.slack.wait_for(lambda m: m.to == user, after=mark)).words


def kettles(world: World) -> None:
    """Two products alone, whose addresses are made of the organisation that somebody is connected to."""
    org = world.zoho.org("larkfield")
    org.clear()
    org.add_many("products", [{"productName": "Kettle", "productCode": "K1"}] * 2)


def everything(message: Message) -> str:
    return str(message.blocks) + message.text


# The sheet


async def test_the_sheet_is_there_at_once_and_filled_when_slack_has_told_of_the_channel(
    connected: World,
) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.slack.slow("conversations.info", 0.5)
    await connected.slack.click(listed, ids.PAGE_SHARE)
    waiting = await connected.slack.wait_for_modal(MARA, containing="Looking at this channel")
    filled = await connected.slack.wait_for_modal(MARA, containing="What will members see?")
    assert filled.id == waiting.id
    assert filled.words.startswith("Share to this channel")
    options = filled.elements("level")[0].raw["options"]
    assert [one["value"] for one in options] == ["counts", "masked", "full"]
    assert options[0]["description"]["text"] == "10 possible duplicates in Desk contacts"
    assert filled.given["submit"]["text"] == "Share 5 groups"
    assert filled.elements("level")[0].raw["initial_option"]["value"] == "masked"


@pytest.mark.parametrize("unknown", [False, True])
async def test_where_another_company_reads_or_may_read_only_the_numbers_can_be_shared(
    connected: World, unknown: bool
) -> None:
    channel = SUPPORT if unknown else OUTSIDE
    if unknown:
        connected.slack.fail("conversations.info", error="missing_scope", times=None)
    sheet = await open_sheet(connected, await ask_in(connected, channel))
    assert [one["value"] for one in sheet.elements("level")[0].raw["options"]] == ["counts"]
    assert "is, or may be, shared with another company" in sheet.words
    shared = await submit(connected, sheet, "counts", channel)
    assert "<@U01MARA> shared a search: *10 possible duplicates* in Desk contacts" in shared.words
    assert "no records are shown" in shared.words
    assert "Brandt" not in everything(shared)


async def test_a_channel_in_which_the_bot_is_not_counts_as_shared_with_others(connected: World) -> None:
    sheet = await open_sheet(connected, await ask_in(connected, PRIVATE))
    assert [one["value"] for one in sheet.elements("level")[0].raw["options"]] == ["counts"]
    shared = await submit(connected, sheet, "counts", PRIVATE)
    assert shared.via == "response_url"


async def test_a_sheet_that_slack_does_not_open_in_time_is_said_beside_the_list(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.slack.fail("views.open", error="expired_trigger_id")
    mark = connected.slack.mark
    await connected.slack.click(listed, ids.PAGE_SHARE)
    assert "Slack did not open the sheet in time" in await told(connected, MARA, mark)
    assert connected.slack.message(listed.ts).blocks == listed.blocks


async def test_a_list_older_than_a_day_is_not_shared(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.clock.forward(timedelta(hours=24))
    await connected.slack.click(listed, ids.PAGE_SHARE)
    sheet = await connected.slack.wait_for_modal(MARA, containing="too old to be shared")
    assert "submit" not in sheet.given


async def test_a_lost_connection_is_said_beside_the_list_and_the_sheet_stops_waiting(
    connected: World,
) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    await connected.ask(MARA, "disconnect")
    mark = connected.slack.mark
    await connected.slack.click(listed, ids.PAGE_SHARE)
    sheet = await connected.slack.wait_for_modal(MARA, containing="Nothing was shared")
    assert "submit" not in sheet.given
    said = await told(connected, MARA, mark)
    assert "Connect Zoho Desk to find duplicates" in said
    assert "starts by itself" not in said
    assert connected.slack.message(listed.ts).blocks == listed.blocks


async def test_cancelling_shares_nothing(connected: World) -> None:
    sheet = await open_sheet(connected, await connected.ask(MARA, "desk contacts"))
    await connected.slack.close(sheet)
    await connected.settled()
    assert not [m for m in connected.slack.messages(SUPPORT) if m.to is None]


async def test_a_sheet_older_than_its_click_says_so(connected: World) -> None:
    sheet = await open_sheet(connected, await connected.ask(MARA, "desk contacts"))
    connected.clock.forward(timedelta(minutes=31))
    mark = connected.slack.mark
    await connected.slack.submit(sheet, {LEVEL_BLOCK: "masked"})
    said = await connected.slack.wait_for(user=MARA, after=mark)
    assert "older than half an hour. Nothing was shared." in said.words


async def test_a_redelivered_submission_shares_once(connected: World) -> None:
    sheet = await open_sheet(connected, await connected.ask(MARA, "desk contacts"))
    sent = await connected.slack.submit(sheet, {LEVEL_BLOCK: "masked"})
    await connected.settled()
    await connected.slack.redeliver(sent)
    await connected.settled()
    assert len([m for m in connected.slack.messages(SUPPORT) if m.to is None]) == 1


# The message


async def test_a_page_is_shared_with_address_and_number_shortened(connected: World) -> None:
    shared = await share(connected)
    assert "<@U01MARA> shared *5 of 10 possible duplicates* from Desk contacts" in shared.words
    assert "l…@brightwater.example" in shared.words
    assert "lena.brandt@" not in everything(shared)
    assert "5550" not in everything(shared)
    assert "Each button acts with your own Zoho rights." in shared.words
    assert shared.text.startswith("Mara Lindqvist shared 5 of 10 possible duplicates from Desk contacts: ")
    assert shared.pings == ()
    assert all(url.startswith(connected.zoho.hosts["eu"]["desk_web"]) for url in shared.urls)


async def test_everything_is_shared_where_that_is_chosen(connected: World) -> None:
    shared = await share(connected, "full")
    assert "lena.brandt@brightwater.example" in shared.words


async def test_the_numbers_alone_are_shared_where_that_is_chosen(connected: World) -> None:
    shared = await share(connected, "counts")
    assert "*10 possible duplicates* in Desk contacts" in shared.words
    assert "the numbers only" in shared.words
    assert not shared.elements(ids.GROUP_FLAG)


async def test_one_group_is_shared_from_its_menu(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    await pick(connected, listed, "share", ROES)
    sheet = await connected.slack.wait_for_modal(MARA, containing="What will members see?")
    assert sheet.given["submit"]["text"] == "Share this group"
    shared = await submit(connected, sheet, "masked")
    assert "<@U01MARA> shared *a possible duplicate* from Desk contacts" in shared.words
    assert len(shared.elements(ids.GROUP_FLAG)) == 1
    assert not shared.elements(ids.SHARE_SHOW)


async def test_the_largest_groups_of_several_lists_are_shared_with_their_lists(connected: World) -> None:
    worst = await connected.click(await connected.ask(MARA), ids.SEARCH_WORST)
    shared = await submit(connected, await open_sheet(connected, worst), "masked")
    assert "shared *the 3 largest groups* from Desk" in shared.words


async def test_the_app_need_not_be_in_the_channel(connected: World) -> None:
    connected.slack.channel(SUPPORT).people.discard("U00BOT")
    shared = await share(connected)
    assert shared.via == "chat.postMessage"
    await connected.connect(TOMAS, "Tomás Reyes")
    await press(connected, shared, BRANDTS, TOMAS)
    assert "Flagged by <@U02TOMAS>" in connected.slack.message(shared.ts).words


async def test_where_the_app_may_not_post_the_response_url_does(connected: World) -> None:
    shared = await share(connected, "counts", PRIVATE)
    assert shared.via == "response_url"
    connected.slack.fail("chat.postMessage", error="restricted_action")
    assert (await share(connected)).via == "response_url"


async def test_a_dead_response_url_leaves_the_post_to_the_app_itself(connected: World) -> None:
    sheet = await open_sheet(connected, await connected.ask(MARA, "desk contacts"))
    connected.slack.fail("response_url", status=404, times=None)
    shared = await submit(connected, sheet, "masked")
    assert shared.via == "chat.postMessage"


async def test_where_the_app_cannot_write_it_asks_to_be_invited(connected: World) -> None:
    sheet = await open_sheet(connected, await ask_in(connected, PRIVATE))
    connected.slack.fail("response_url", status=404, times=None)
    mark = connected.slack.mark
    await connected.slack.submit(sheet, {LEVEL_BLOCK: "counts"})
    said = await connected.slack.wait_for(user=MARA, after=mark)
    assert "Nothing was shared. Invite the app first: /invite <@U00BOT>" in said.words
    assert not [m for m in connected.slack.messages(PRIVATE) if m.to is None]


async def test_a_channel_that_refuses_the_app_is_named_with_slacks_word(connected: World) -> None:
    sheet = await open_sheet(connected, await connected.ask(MARA, "desk contacts"))
    connected.slack.fail("response_url", status=404, times=1)
    connected.slack.fail("chat.postMessage", error="restricted_action")
    mark = connected.slack.mark
    await connected.slack.submit(sheet, {LEVEL_BLOCK: "masked"})
    assert "`restricted_action`" in await told(connected, MARA, mark)


@pytest.mark.parametrize(
    ("channel", "method", "fault"),
    [
        (SUPPORT, "chat.postMessage", {"drop": True}),
        (SUPPORT, "chat.postMessage", {"error": "internal_error"}),
        (SUPPORT, "chat.postMessage", {"error": "fatal_error"}),
        (PRIVATE, "response_url", {"drop": True}),
    ],
)
async def test_what_may_have_arrived_is_not_posted_again(
    connected: World, channel: str, method: str, fault: dict[str, Any]
) -> None:
    sheet = await open_sheet(connected, await ask_in(connected, channel))
    connected.slack.fail(method, done=True, **fault)
    mark = connected.slack.mark
    await connected.slack.submit(sheet, {LEVEL_BLOCK: "counts"})
    await connected.slack.wait_for(
        user=MARA, after=mark, containing="Slack did not say whether the message arrived"
    )
    posted = [m for m in connected.slack.messages(channel) if m.to is None and m.via != "person"]
    assert len(posted) == 1


async def test_blocks_that_slack_refuses_become_words_for_the_channel_too(connected: World) -> None:
    sheet = await open_sheet(connected, await connected.ask(MARA, "desk contacts"))
    connected.slack.fail("chat.postMessage", error="invalid_blocks")
    shared = await submit(connected, sheet, "masked")
    assert "shared 5 of 10 possible duplicates" in shared.words
    assert "@brightwater" not in shared.words.replace("l…@brightwater", "")
    assert not shared.elements()


# Its buttons


async def test_two_people_with_different_rights_meet_on_one_message(connected: World) -> None:
    """The one story that everything about sharing serves."""
    await connected.connect(TOMAS, "Tomás Reyes")
    shared = await share(connected)

    mark = await press(connected, shared, ROES, TOMAS)
    assert RIGHTS in await told(connected, TOMAS, mark)
    assert connected.slack.message(shared.ts).blocks == shared.blocks
    assert connected.zoho.writes == 0

    await press(connected, shared, BRANDTS, TOMAS)
    drawn = connected.slack.message(shared.ts)
    assert "Flagged by <@U02TOMAS>" in drawn.words
    assert drawn.to is None

    mark = await press(connected, shared, ROES, MARA)
    drawn = connected.slack.message(shared.ts)
    assert "Flagged by <@U01MARA>" in drawn.words
    assert "Flagged by <@U02TOMAS>" in drawn.words
    assert "lena.brandt@" not in everything(drawn)
    assert "5550" not in everything(drawn)

    mark = await press(connected, shared, ROES, TOMAS, ids.FLAG_UNDO)
    assert RIGHTS in await told(connected, TOMAS, mark)
    assert "Flagged by <@U01MARA>" in connected.slack.message(shared.ts).words

    await press(connected, shared, BRANDTS, MARA, ids.FLAG_UNDO)
    drawn = connected.slack.message(shared.ts)
    assert "Flagged by <@U02TOMAS>" not in drawn.words
    assert "Flag taken back by <@U01MARA>" in drawn.words


async def test_whoever_is_connected_elsewhere_by_now_shares_nothing_of_the_old_list(connected: World) -> None:
    sheet = await open_sheet(connected, await ask_in(connected, SUPPORT, "desk products"))
    await connected.connect(MARA, "Priya Nair")
    mark = connected.slack.mark
    await connected.slack.submit(sheet, {LEVEL_BLOCK: "full"})
    said = await told(connected, MARA, mark)
    assert "another organisation than the one you are connected to now. Nothing was shared." in said
    assert [m for m in connected.slack.messages(SUPPORT) if m.to is None] == []


async def test_a_shared_message_never_gets_the_addresses_of_another_organisation(world: World) -> None:
    kettles(world)
    await world.connect(MARA, "Mara Lindqvist")
    await world.connect(JONAS, "Mara Lindqvist")
    shared = await submit(
        world, await open_sheet(world, await ask_in(world, SUPPORT, "desk products")), "full"
    )
    await press(world, shared, "Kettle", MARA)
    queue = await world.ask(JONAS, "flagged")
    await press(world, shared, "Kettle", MARA, ids.FLAG_UNDO)
    before = world.slack.message(shared.ts)

    await world.connect(JONAS, "Priya Nair")
    (menu,) = queue.elements(ids.FLAG_MORE)
    await world.slack.click(queue, ids.FLAG_MORE, option=menu.raw["options"][0]["value"], user=JONAS)
    await world.settled()

    after = world.slack.message(shared.ts)
    assert after.urls
    assert after.urls == before.urls
    assert "Larkfield Support\u00a0· EU" in after.words


async def test_a_permission_to_write_given_as_somebody_else_leaves_the_shared_message_as_it_is(
    world: World,
) -> None:
    await world.connect(MARA, "Mara Lindqvist")
    shared = await share(world)
    mark = await press(world, shared, BRANDTS, MARA)
    offer = await world.slack.wait_for(user=MARA, containing="Flagged, in Slack only", after=mark)
    before = world.slack.message(shared.ts)
    mark = world.slack.mark
    await world.walk(offer, "Priya Nair")
    await world.slack.wait_for(user=MARA, containing="is connected", after=mark)
    await world.settled()
    assert world.slack.message(shared.ts).blocks == before.blocks


async def test_only_the_group_that_changed_gets_new_blocks(connected: World) -> None:
    shared = await share(connected)
    await press(connected, shared, BRANDTS, MARA)
    drawn = connected.slack.message(shared.ts)
    key = group_of(shared, BRANDTS).partition(":")[0]
    kept = [block for block in shared.blocks if f"g:{key}:" not in block["block_id"]]
    assert [block for block in drawn.blocks if f"g:{key}:" not in block["block_id"]] == kept


async def test_the_first_flag_offers_writing_to_the_clicker_alone_and_shows_the_comment_to_all(
    connected: World,
) -> None:
    shared = await share(connected)
    mark = await press(connected, shared, BRANDTS, MARA)
    offer = await connected.slack.wait_for(user=MARA, containing="Flagged, in Slack only", after=mark)
    assert offer.to == MARA
    await connected.walk(offer, "Mara Lindqvist")
    drawn = await connected.slack.wait_for(lambda m: m.ts == shared.ts and "a comment on" in m.words)
    assert drawn.to is None
    assert "lena.brandt@" not in everything(drawn)


async def test_the_second_of_two_is_told_and_the_message_shows_the_first(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    shared = await share(connected)
    value = group_of(shared, BRANDTS)
    mark = connected.slack.mark
    await asyncio.gather(
        connected.slack.click(shared, ids.GROUP_FLAG, value=value, user=MARA),
        connected.slack.click(shared, ids.GROUP_FLAG, value=value, user=TOMAS),
    )
    await connected.settled()
    late = [m for m in connected.slack.messages() if m.changed > mark and "just before you" in m.words]
    assert len(late) == 1
    assert connected.slack.message(shared.ts).words.count("Flagged by") == 1


async def test_what_is_decided_in_a_private_list_or_in_the_queue_shows_in_the_channel_too(
    connected: World,
) -> None:
    shared = await share(connected)
    listed = await connected.ask(MARA, "desk contacts")
    value = group_of(listed, BRANDTS)
    await connected.click(listed, ids.GROUP_FLAG, value=value, containing="Undo flag")
    await connected.settled()
    assert "Flagged by <@U01MARA>" in connected.slack.message(shared.ts).words

    queue = await connected.ask(MARA, "flagged", containing="1 open flag")
    menu = queue.elements(ids.FLAG_MORE)[0]
    undo = next(one["value"] for one in menu.raw["options"] if one["value"].startswith("undo:"))
    await connected.slack.click(queue, ids.FLAG_MORE, block_id=menu.block_id, option=undo)
    await connected.settled()
    drawn = connected.slack.message(shared.ts)
    assert "Flag taken back by <@U01MARA>" in drawn.words
    assert "lena.brandt@" not in everything(drawn)

    roes = group_of(listed, ROES)
    await connected.slack.click(listed, ids.GROUP_DISMISS, value=roes)
    await connected.settled()
    assert "Dismissed by <@U01MARA>" in connected.slack.message(shared.ts).words


async def test_a_digest_of_alerts_follows_what_is_decided_in_a_private_list(connected: World) -> None:
    await ticking(connected)
    twins(connected)
    await next_slot(connected)
    (posted,) = digests(connected)
    listed = await connected.ask(MARA, 'desk contacts lastName="Thea Quist"')
    await connected.slack.click(listed, ids.GROUP_FLAG)
    await connected.settled()
    drawn = connected.slack.message(posted.ts)
    assert "Flagged by <@U01MARA>" in drawn.words
    assert "1 new possible duplicate" in drawn.words
    assert "thea.quist@" not in everything(drawn)


async def test_a_message_of_numbers_and_one_of_another_organisation_stay_as_they_are(world: World) -> None:
    await world.connect(MARA, "Mara Lindqvist")
    numbers = await share(world, "counts")
    shown = await share(world)
    await world.connect(MARA, "Priya Nair")
    listed = await world.ask(MARA, "desk contacts")
    await world.click(listed, ids.GROUP_FLAG, containing="Undo flag")
    await world.settled()
    for message in (numbers, shown):
        assert world.slack.message(message.ts).edits == 0


async def test_a_drawing_that_was_held_up_does_not_undo_a_newer_one(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    shared = await share(connected)
    connected.slack.fail("response_url", status=429, retry_after=1)
    await connected.slack.click(shared, ids.GROUP_FLAG, value=group_of(shared, ROES), user=MARA)
    async with asyncio.timeout(5):
        while connected.slack.calls[-1].status != 429:  # noqa: ASYNC110  # the stand-in has no event for it
            await asyncio.sleep(0.01)
    await connected.slack.click(shared, ids.GROUP_FLAG, value=group_of(shared, BRANDTS), user=TOMAS)
    await connected.settled()
    words = connected.slack.message(shared.ts).words
    assert "Flagged by <@U01MARA>" in words
    assert "Flagged by <@U02TOMAS>" in words


async def test_an_older_button_redraws_and_says_so(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    shared = await share(connected)
    await press(connected, shared, BRANDTS, MARA)
    await press(connected, shared, BRANDTS, MARA, ids.FLAG_UNDO)
    mark = connected.slack.mark
    await connected.slack.click(shared, ids.GROUP_FLAG, value=group_of(shared, BRANDTS), user=TOMAS)
    assert "This list is older than the records. Here it is again." in await told(connected, TOMAS, mark)
    assert "Flagged by" not in connected.slack.message(shared.ts).words


async def test_somebody_without_a_connection_gets_first_contact_and_nothing_is_done_afterwards(
    connected: World,
) -> None:
    shared = await share(connected)
    mark = await press(connected, shared, BRANDTS, JONAS)
    offer = await connected.slack.wait_for(lambda m: m.to == JONAS, after=mark)
    assert "Connect Zoho Desk to find duplicates" in offer.words
    assert "starts by itself" not in offer.words
    assert connected.slack.message(shared.ts).blocks == shared.blocks
    await connected.walk(offer, "Sofia Marchetti")
    await connected.settled()
    assert "Flagged by" not in connected.slack.message(shared.ts).words


async def test_somebody_of_another_organisation_has_other_rights(connected: World) -> None:
    await connected.connect(PRIYA, "Priya Nair")
    shared = await share(connected)
    mark = await press(connected, shared, BRANDTS, PRIYA)
    assert RIGHTS in await told(connected, PRIYA, mark)
    assert connected.slack.message(shared.ts).blocks == shared.blocks


async def test_people_of_another_company_are_refused_politely(connected: World) -> None:
    shared = await share(connected, "counts", OUTSIDE)
    mark = connected.slack.mark
    await connected.slack.click(shared, ids.SHARE_SHOW, user=ELIF)
    said = await connected.slack.wait_for(lambda m: m.to == ELIF, after=mark)
    assert "This app answers members of Larkfield only." in said.words
    assert connected.slack.message(shared.ts).blocks == shared.blocks


async def test_a_click_whose_response_url_is_dead_redraws_by_the_apps_own_edit(connected: World) -> None:
    shared = await share(connected)
    connected.slack.fail("response_url", status=404, times=None)
    await press(connected, shared, BRANDTS, MARA)
    assert "Flagged by <@U01MARA>" in connected.slack.message(shared.ts).words
    assert "chat.update" in [call.method for call in connected.slack.calls]


async def test_a_message_that_cannot_be_changed_is_said_to_whoever_clicked(connected: World) -> None:
    shared = await share(connected)
    connected.slack.fail("response_url", status=404, times=None)
    connected.slack.fail("chat.update", error="cant_update_message", times=None)
    mark = await press(connected, shared, BRANDTS, MARA)
    said = [m.words for m in connected.slack.messages(MARA) if m.changed > mark]
    assert any("That is done. The message in the channel could not be changed" in words for words in said)


async def test_in_a_direct_conversation_a_shared_message_is_nobodys_own(connected: World) -> None:
    dm = connected.slack.person(MARA).dm
    shared = await share(connected, "masked", dm)
    mark = connected.slack.mark
    await connected.slack.click(shared, ids.SHARE_SHOW, user=MARA)
    await connected.slack.wait_for(lambda m: m.to == MARA and "6 to 10 of 10" in m.words, after=mark)
    assert connected.slack.message(shared.ts).blocks == shared.blocks


async def test_a_message_older_than_a_month_still_flags_but_stays_as_it_is(connected: World) -> None:
    shared = await share(connected)
    connected.clock.forward(timedelta(days=31))
    mark = await press(connected, shared, BRANDTS, MARA)
    alone = await connected.slack.wait_for(
        lambda m: m.to == MARA and "Flagged by <@U01MARA>" in m.words, after=mark
    )
    assert "1 possible duplicate in Desk contacts" in alone.words
    assert connected.slack.message(shared.ts).blocks == shared.blocks


# Privately more


async def test_what_is_not_shown_is_read_with_the_clickers_own_connection(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    shared = await share(connected)
    mark, calls = connected.slack.mark, len(connected.zoho.calls)
    await connected.slack.click(shared, ids.SHARE_SHOW, user=TOMAS)
    more = await connected.slack.wait_for(
        lambda m: m.to == TOMAS and m.elements(ids.GROUP_FLAG) != (), after=mark
    )
    assert "6 to 10 of 10" in more.words
    first = await connected.click(more, ids.PAGE_PREVIOUS)
    assert "Roe" not in first.words  # Mara sees two of them, Tomás one
    assert {call.person for call in connected.zoho.calls[calls:]} == {"tomas"}
    assert connected.slack.message(shared.ts).blocks == shared.blocks


async def test_the_numbers_lead_everybody_to_their_own_list_with_its_filter(connected: World) -> None:
    twin = {"firstName": "Nora", "lastName": "Vik", "email": "nora@planted.example", "city": "Hamburg"}
    connected.zoho.org("larkfield").add_many("contacts", [twin, twin])
    listed = await ask_in(connected, SUPPORT, "contacts city=Hamburg")
    shared = await submit(connected, await open_sheet(connected, listed), "counts")
    assert "Hamburg" not in everything(shared)
    mark = connected.slack.mark
    await connected.slack.click(shared, ids.SHARE_SHOW, user=MARA)
    own = await connected.slack.wait_for(
        lambda m: m.to == MARA and m.elements(ids.GROUP_FLAG) != (), after=mark
    )
    assert "Only with city=Hamburg" in own.words


async def test_a_single_group_in_numbers_is_shown_to_those_who_see_its_records(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    listed = await connected.ask(MARA, "desk contacts")
    await pick(connected, listed, "share", ROES)
    sheet = await connected.slack.wait_for_modal(MARA, containing="What will members see?")
    shared = await submit(connected, sheet, "counts")
    assert "Roe" not in everything(shared)
    mark = connected.slack.mark
    await connected.slack.click(shared, ids.SHARE_SHOW, user=TOMAS)
    assert RIGHTS in await told(connected, TOMAS, mark)
    mark = connected.slack.mark
    await connected.slack.click(shared, ids.SHARE_SHOW, user=MARA)
    own = await connected.slack.wait_for(lambda m: m.to == MARA, after=mark)
    assert "ana.roe@kestrel.example" in own.words


async def test_whoever_is_not_connected_finds_the_search_going_on_afterwards(connected: World) -> None:
    shared = await share(connected, "counts")
    mark = connected.slack.mark
    await connected.slack.click(shared, ids.SHARE_SHOW, user=JONAS)
    offer = await connected.slack.wait_for(lambda m: m.to == JONAS, after=mark)
    assert "Your search starts by itself afterwards" in offer.words
    await connected.walk(offer, "Tomás Reyes")
    own = await connected.slack.wait_for(user=JONAS, containing="possible duplicates in Desk contacts")
    assert own.to == JONAS
    assert connected.slack.message(shared.ts).blocks == shared.blocks


async def test_every_field_beside_a_shared_message_is_for_the_clicker_alone(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    shared = await share(connected)
    mark = connected.slack.mark
    await pick(connected, shared, "fields", ROES, user=TOMAS)
    assert RIGHTS in await told(connected, TOMAS, mark)
    mark = connected.slack.mark
    await pick(connected, shared, "fields", ROES, user=MARA)
    detail = await connected.slack.wait_for(lambda m: m.to == MARA and "Compared" in m.words, after=mark)
    assert "ana.roe@kestrel.example" in detail.words
    assert not detail.elements()
    assert connected.slack.message(shared.ts).blocks == shared.blocks


def blocks_of(message: Message, key: str) -> list[Json]:
    return [block for block in message.blocks if block["block_id"].startswith(f"g:{key}:")]


async def test_a_record_that_is_gone_is_struck_from_the_message_for_everybody(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    shared = await share(connected)
    connected.zoho.org("larkfield").trash("contacts", "160000000733140")
    mark = await press(connected, shared, BRANDTS, TOMAS)
    drawn = connected.slack.message(shared.ts)
    assert "no longer in Zoho" in drawn.words
    assert "Flagged by" not in drawn.words
    assert "This list is older than the records" in await told(connected, TOMAS, mark)
    await press(connected, shared, BRANDTS, TOMAS)
    assert "Flagged by <@U02TOMAS>" in connected.slack.message(shared.ts).words


async def test_a_merged_record_is_gone_also_for_somebody_whose_login_cannot_tell(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    shared = await share(connected)
    gone = ("160000000455071", "160000000455988", "160000000733140")
    connected.zoho.org("larkfield").remove("contacts", *gone)
    mark = await press(connected, shared, BRANDTS, TOMAS)
    drawn = connected.slack.message(shared.ts)
    key = group_of(shared, BRANDTS).partition(":")[0]
    (line,) = blocks_of(drawn, key)
    assert line["type"] == "rich_text"
    assert "1. Solved in Zoho" in str(line)
    assert "this group is solved" in await told(connected, TOMAS, mark)


async def test_a_group_found_by_a_check_of_one_is_shared_and_shown_in_full_like_any_other(
    connected: World,
) -> None:
    checked = await connected.ask(MARA, "ana.roe@kestrel.example")
    await pick(connected, checked, "share", ROES)
    sheet = await connected.slack.wait_for_modal(MARA, containing="What will members see?")
    shared = await submit(connected, sheet, "masked")
    assert "shared *a possible duplicate* from Desk contacts" in shared.words
    assert "ana.roe@" not in everything(shared)
    mark = connected.slack.mark
    await pick(connected, checked, "fields", ROES)
    detail = await connected.slack.wait_for(lambda m: m.ts == checked.ts, after=mark, containing="Compared")
    back = await connected.click(detail, ids.PAGE_BACK)
    assert back.blocks == checked.blocks

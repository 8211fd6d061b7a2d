"""Flagging: a row in the queue for everybody, a trace in Zoho where that is allowed, and the way back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot import ids
from bot.sandbox.things import Json, Message
from tests.conftest import ELIF, JONAS, MARA, PRIYA, TOMAS, MakeWorld, World, link_of
from zoho.sandbox.organisation import Comment

COMMENTED = "also a comment on"
ROE = "Ana Roe and Anna Roe"


def comments(world: World, org: str = "larkfield") -> list[str]:
    return [comment.content for comment in world.zoho.org(org).comments.values()]


def group_of(message: Message, name: str) -> str:
    """The value of the button under the group that holds this name."""
    for place, block in enumerate(message.blocks):
        if name in str(block):
            following = message.blocks[place:]
            actions = next(
                one for one in following if one["type"] == "actions" and ":act:" in one["block_id"]
            )
            return str(actions["elements"][0]["value"])
    raise AssertionError(f"no group with {name}")


def blocks_of(message: Message, key: str) -> list[Json]:
    return [block for block in message.blocks if block["block_id"].startswith(f"g:{key}:")]


async def flag(world: World, listed: Message, name: str = "Anna Roe", *, user: str = MARA) -> Message:
    """Press Flag under a group; the list as it is afterwards."""
    mark = world.slack.mark
    value = group_of(listed, name)
    sent = await world.slack.click(listed, ids.GROUP_FLAG, value=value, user=user)
    assert sent.status == 200
    return await world.slack.wait_for(lambda m: m.ts == listed.ts, after=mark)


async def undo(world: World, listed: Message, name: str = "Anna Roe", *, user: str = MARA) -> Message:
    """Press Undo flag under a group; the list as it is afterwards."""
    mark = world.slack.mark
    await world.slack.click(listed, ids.FLAG_UNDO, value=group_of(listed, name), user=user)
    return await world.slack.wait_for(lambda m: m.ts == listed.ts, after=mark)


async def may_write(world: World, user: str = MARA, zoho_user: str = "Mara Lindqvist") -> Message:
    """Connect, flag something, accept the offer and take the flag back; out comes the list."""
    await world.connect(user, zoho_user)
    listed = await world.ask(user, "desk contacts")
    mark = world.slack.mark
    await flag(world, listed, user=user)
    offer = await world.slack.wait_for(user=user, containing="Flagged, in Slack only", after=mark)
    await world.walk(offer, zoho_user)
    await world.slack.wait_for(user=user, containing="Writing is allowed", after=mark)
    listed = await world.slack.wait_for(lambda m: m.ts == listed.ts and COMMENTED in m.words)
    after = await undo(world, listed, user=user)
    assert comments(world) == []
    return after


async def test_the_first_flag_stands_in_slack_and_offers_to_allow_writing(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    flagged = await flag(connected, listed)
    assert "Flagged by <@U01MARA>" in flagged.words
    assert "in Slack only until writing is allowed" in flagged.words
    offer = await connected.slack.wait_for(user=MARA, containing="Flagged, in Slack only")
    assert "Desk.contacts.UPDATE" in offer.words
    assert connected.zoho.writes == 0


async def test_allowing_writing_writes_what_waited_once_and_draws_the_list_again(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    mark = connected.slack.mark
    await flag(connected, listed)
    offer = await connected.slack.wait_for(user=MARA, containing="Flagged, in Slack only", after=mark)
    page = await connected.walk(offer, "Mara Lindqvist")
    assert "writing when you press a button" in page.words
    drawn = await connected.slack.wait_for(lambda m: m.ts == listed.ts and COMMENTED in m.words)
    assert "also a comment on both contacts in Zoho Desk" in drawn.words
    told = await connected.slack.wait_for(user=MARA, containing="Writing is allowed")
    assert "1 waiting flag was written to Zoho" in told.words
    assert sorted(comments(connected)) == [
        "Suspected duplicate of Ana Roe. Flagged in Slack by Mara Lindqvist.",
        "Suspected duplicate of Anna Roe. Flagged in Slack by Mara Lindqvist.",
    ]


async def test_one_permission_releases_every_flag_that_waits(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    mark = connected.slack.mark
    listed = await flag(connected, listed)
    await flag(connected, listed, "Elodie Garnier")
    offer = await connected.slack.wait_for(user=MARA, containing="Flagged, in Slack only", after=mark)
    await connected.walk(offer, "Mara Lindqvist")
    told = await connected.slack.wait_for(user=MARA, containing="Writing is allowed")
    assert "2 waiting flags were written to Zoho" in told.words
    assert len(comments(connected)) == 4


async def test_a_flag_with_permission_is_written_at_once_and_undo_takes_it_back(world: World) -> None:
    listed = await may_write(world)
    writes = world.zoho.writes
    flagged = await flag(world, listed)
    assert COMMENTED in flagged.words
    assert world.zoho.writes == writes + 2
    open_again = await undo(world, flagged)
    assert "Flagged by" not in open_again.words
    assert comments(world) == []


async def test_only_the_changed_group_changes_and_its_revision_grows_by_one(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    flagged = await flag(connected, listed)
    key, _, revision = group_of(listed, "Anna Roe").partition(":")
    assert group_of(flagged, "Anna Roe") == f"{key}:{int(revision) + 1}"
    ours = {block["block_id"] for block in blocks_of(flagged, key)}
    assert all(block_id.endswith(f":{int(revision) + 1}") for block_id in ours)
    others_before = [block for block in listed.blocks if f":{key}:" not in block["block_id"]]
    others_after = [block for block in flagged.blocks if f":{key}:" not in block["block_id"]]
    assert others_after == others_before


async def test_two_clicks_at_once_are_one_flag(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    value = group_of(listed, "Anna Roe")
    await asyncio.gather(*(connected.slack.click(listed, ids.GROUP_FLAG, value=value) for _ in range(3)))
    await connected.settled()
    messages = connected.slack.messages(MARA)
    assert len([m for m in messages if "Flagged, in Slack only" in m.words]) == 1
    assert not [m for m in messages if "just before you" in m.words]
    assert "Undo flag" in connected.slack.message(listed.ts).words


async def test_a_redelivered_click_does_nothing_more(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    sent = await connected.slack.click(listed, ids.GROUP_FLAG, value=group_of(listed, "Anna Roe"))
    await connected.settled()
    calls, messages = len(connected.slack.calls), connected.slack.messages()
    again = await connected.slack.redeliver(sent)
    assert again.status == 200
    await connected.settled()
    assert len(connected.slack.calls) == calls
    assert connected.slack.messages() == messages


async def test_the_second_of_two_people_is_told_who_was_first(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    mine, theirs = await connected.ask(MARA, "desk contacts"), await connected.ask(TOMAS, "desk contacts")
    await flag(connected, mine, "Lena Brandt")
    mark = connected.slack.mark
    drawn = await flag(connected, theirs, "Lena Brandt", user=TOMAS)
    assert "Flagged by <@U01MARA>" in drawn.words
    told = await connected.slack.wait_for(user=TOMAS, containing="just before you", after=mark)
    assert told.text.startswith("Mara Lindqvist flagged this group at")
    assert told.ts != theirs.ts


async def test_a_flag_shows_on_everybodys_list_who_sees_the_records(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    await flag(connected, await connected.ask(MARA, "desk contacts"), "Lena Brandt")
    listed = await connected.ask(TOMAS, "desk contacts")
    assert "Flagged by <@U01MARA>" in listed.words


async def test_undo_by_somebody_who_may_not_remove_says_what_stays(world: World) -> None:
    listed = await may_write(world)
    await flag(world, listed, "Lena Brandt")
    await world.connect(TOMAS, "Tomás Reyes")
    theirs = await world.ask(TOMAS, "desk contacts")
    drawn = await undo(world, theirs, "Lena Brandt", user=TOMAS)
    assert "Not taken back in Zoho" in drawn.words
    assert "Flagged by" not in drawn.words
    assert len(comments(world)) == 4


async def test_a_write_zoho_refuses_on_one_record_is_said_for_that_record(world: World) -> None:
    listed = await may_write(world)
    world.zoho.fault("forbidden", path="/api/v1/contacts/*/comments", times=1)
    flagged = await flag(world, listed)
    assert "No comment on Ana Roe" in flagged.words or "No comment on Anna Roe" in flagged.words
    assert "In Zoho’s words" in flagged.words
    assert "a comment is on one of the two contacts" in flagged.words
    assert len(comments(world)) == 1
    await undo(world, flagged)
    assert comments(world) == []


async def first_comment(world: World) -> tuple[Message, Comment]:
    """The list, and the first comment that a flag left in Zoho before both were taken back."""
    flagged = await flag(world, await may_write(world))
    first = next(iter(world.zoho.org("larkfield").comments.values()))
    listed = await undo(world, flagged)
    assert comments(world) == []
    return listed, first


def leave(world: World, one: Comment) -> None:
    """Put the same comment there, as a write does whose answer never arrives."""
    org = world.zoho.org("larkfield")
    org.add_comment(one.module, one.record, one.content, one.content_type, one.person, one.name)


async def test_a_comment_whose_answer_was_lost_is_found_and_taken_back_with_the_others(world: World) -> None:
    listed, lost = await first_comment(world)
    leave(world, lost)
    world.zoho.fault("server_error", path="/api/v1/contacts/*/comments", times=1)
    flagged = await flag(world, listed)
    assert "a comment on both contacts" in flagged.words
    assert len(comments(world)) == 2
    await undo(world, flagged)
    assert comments(world) == []


async def test_a_comment_that_came_to_be_all_the_same_is_not_written_again(world: World) -> None:
    listed, lost = await first_comment(world)
    world.zoho.fault("drop", path="/api/v1/contacts/*/comments", times=None)
    flagged = await flag(world, listed)
    assert "No comment on" in flagged.words
    assert "In Zoho’s words" not in flagged.words
    world.zoho.clear_faults()
    leave(world, lost)
    mark = world.slack.mark
    await world.slack.click(flagged, ids.FLAG_REST, value=group_of(flagged, "Anna Roe"))
    whole = await world.slack.wait_for(lambda m: m.ts == flagged.ts and COMMENTED in m.words, after=mark)
    assert len(comments(world)) == 2
    await undo(world, whole)
    assert comments(world) == []


async def refused_on_one(world: World) -> Message:
    """A flag of which Zoho refused one comment; the list that says so."""
    listed = await may_write(world)
    world.zoho.fault("forbidden", path="/api/v1/contacts/*/comments", times=1)
    flagged = await flag(world, listed)
    assert "Comment the other" in flagged.words
    return flagged


async def test_the_comment_that_zoho_refused_is_written_for_somebody_with_more_rights(world: World) -> None:
    flagged = await refused_on_one(world)
    mark = world.slack.mark
    value = group_of(flagged, "Anna Roe")
    await asyncio.gather(*(world.slack.click(flagged, ids.FLAG_REST, value=value) for _ in range(3)))
    whole = await world.slack.wait_for(lambda m: m.ts == flagged.ts and COMMENTED in m.words, after=mark)
    assert "Comment the other" not in whole.words
    assert "In Zoho’s words" not in whole.words
    await world.settled()
    assert len(comments(world)) == 2
    await undo(world, whole)
    assert comments(world) == []


async def test_what_zoho_refuses_again_is_said_again(world: World) -> None:
    flagged = await refused_on_one(world)
    world.zoho.fault("forbidden", path="/api/v1/contacts/*/comments", times=1)
    await world.slack.click(flagged, ids.FLAG_REST, value=group_of(flagged, "Anna Roe"))
    await world.settled()
    still = world.slack.message(flagged.ts)
    assert "Comment the other" in still.words
    assert "In Zoho’s words" in still.words
    assert len(comments(world)) == 1


async def test_who_may_not_write_is_told_which_permission_the_other_comment_needs(world: World) -> None:
    await refused_on_one(world)
    await world.connect(TOMAS, "Tomás Reyes")
    world.zoho.org("larkfield").patch("contacts", "160000000731902", _restricted=False)
    listed = await world.ask(TOMAS, "desk contacts")
    assert "Comment the other" in listed.words
    mark = world.slack.mark
    value = group_of(listed, "Anna Roe")
    await world.slack.click(listed, ids.FLAG_REST, value=value, user=TOMAS)
    told = await world.slack.wait_for(user=TOMAS, containing="One Zoho permission is missing", after=mark)
    assert "Desk.contacts.UPDATE" in told.words
    assert told.ts != listed.ts
    assert len(comments(world)) == 1


async def test_keep_it_in_slack_is_not_asked_again_for_thirty_days(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    mark = connected.slack.mark
    listed = await flag(connected, listed)
    offer = await connected.slack.wait_for(user=MARA, containing="Flagged, in Slack only", after=mark)
    kept = await connected.click(offer, ids.FLAG_LOCAL)
    assert kept.ts == offer.ts
    assert "not asked again for 30 days" in kept.words
    mark = connected.slack.mark
    await flag(connected, listed, "Elodie Garnier")
    await connected.settled()
    assert not [m for m in connected.slack.messages(MARA) if m.changed > mark and m.elements(ids.FLAG_LOCAL)]
    connected.clock.forward(timedelta(days=30))
    fresh = await connected.ask(MARA, "desk contacts")
    await flag(connected, fresh, "Lena Brandt")
    assert await connected.slack.wait_for(user=MARA, containing="Allow writing", after=mark)


async def test_who_flags_one_group_after_the_other_is_offered_writing_once_while_the_link_is_good(
    connected: World,
) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    mark = connected.slack.mark
    listed = await flag(connected, listed)
    await connected.slack.wait_for(user=MARA, containing="Flagged, in Slack only", after=mark)
    await connected.settled()
    listed = await flag(connected, listed, "Elodie Garnier")
    assert listed.words.count("in Slack only until writing is allowed") == 2
    await connected.settled()
    offers = [m for m in connected.slack.messages(MARA) if m.elements(ids.FLAG_LOCAL)]
    assert len(offers) == 1

    connected.clock.forward(timedelta(minutes=15))
    mark = connected.slack.mark
    await flag(connected, listed, "Lena Brandt")
    again = await connected.slack.wait_for(user=MARA, containing="Allow writing", after=mark)
    await connected.walk(again, "Mara Lindqvist")
    told = await connected.slack.wait_for(user=MARA, containing="Writing is allowed", after=mark)
    assert "3 waiting flags were written to Zoho" in told.words


async def test_products_have_no_place_for_a_flag_in_zoho_and_that_is_said(connected: World) -> None:
    listed = await connected.ask(MARA, "desk products")
    mark = connected.slack.mark
    await connected.slack.click(listed, ids.GROUP_FLAG)
    flagged = await connected.slack.wait_for(lambda m: m.ts == listed.ts, after=mark)
    assert "in Slack only: Zoho Desk has no place for a flag on products" in flagged.words
    await connected.settled()
    assert not [m for m in connected.slack.messages(MARA) if "Allow writing" in m.words]


async def test_observe_only_writes_nothing_and_says_so(make_world: MakeWorld) -> None:
    world = await make_world(OBSERVE_ONLY="1")
    await world.connect(MARA, "Mara Lindqvist")
    flagged = await flag(world, await world.ask(MARA, "desk contacts"))
    assert "in Slack only: this installation writes nothing to Zoho" in flagged.words
    await undo(world, flagged)
    await world.settled()
    assert not [m for m in world.slack.messages(MARA) if "Allow writing" in m.words]
    assert world.zoho.writes == 0


async def test_the_configured_field_marks_records_of_every_kind(make_world: MakeWorld) -> None:
    world = await make_world(ZOHO_FLAG_FIELD="cf_duplicate")
    for fields in world.zoho.org("larkfield").custom_fields.values():
        fields.add("cf_duplicate")
    await world.connect(MARA, "Mara Lindqvist")
    listed = await world.ask(MARA, "desk products")
    mark = world.slack.mark
    await world.slack.click(listed, ids.GROUP_FLAG)
    offer = await world.slack.wait_for(user=MARA, containing="Flagged, in Slack only", after=mark)
    assert "Desk.products.UPDATE" in offer.words
    await world.walk(offer, "Mara Lindqvist")
    drawn = await world.slack.wait_for(lambda m: m.ts == listed.ts and "also marked on" in m.words)
    marked = [
        row for row in world.zoho.org("larkfield").tables["products"].rows.values() if _is_marked(row, "true")
    ]
    assert len(marked) > 1
    assert comments(world) == []
    mark = world.slack.mark
    await world.slack.click(drawn, ids.FLAG_UNDO)
    await world.slack.wait_for(lambda m: m.ts == listed.ts, after=mark)
    assert [
        row
        for row in world.zoho.org("larkfield").tables["products"].rows.values()
        if _is_marked(row, "false")
    ]


def _is_marked(row: Json, value: str) -> bool:
    return str((row.get("cf") or {}).get("cf_duplicate", "")).lower() == value


async def test_a_field_zoho_does_not_know_is_said_and_nothing_is_written(make_world: MakeWorld) -> None:
    world = await make_world(ZOHO_FLAG_FIELD="cf_nowhere")
    await world.connect(MARA, "Mara Lindqvist")
    listed = await world.ask(MARA, "desk contacts")
    mark = world.slack.mark
    await flag(world, listed)
    offer = await world.slack.wait_for(user=MARA, containing="Flagged, in Slack only", after=mark)
    await world.walk(offer, "Mara Lindqvist")
    drawn = await world.slack.wait_for(lambda m: m.ts == listed.ts and "does not know the field" in m.words)
    assert "in Slack only" in drawn.words
    assert world.zoho.writes == 0


async def test_a_late_flag_reads_the_members_again(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.clock.forward(timedelta(days=2))
    before = len(connected.zoho.calls)
    flagged = await flag(connected, listed)
    assert "Flagged by <@U01MARA>" in flagged.words
    assert "1 possible duplicate in Desk contacts" in flagged.words
    assert [call.path for call in connected.zoho.calls[before:] if "ontacts" in call.path]


async def test_a_late_flag_on_a_group_that_is_solved_says_so(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.zoho.org("larkfield").trash("contacts", "160000000731902")
    connected.clock.forward(timedelta(days=2))
    mark = connected.slack.mark
    await connected.slack.click(listed, ids.GROUP_FLAG, value=group_of(listed, "Anna Roe"))
    told = await connected.slack.wait_for(user=MARA, after=mark)
    assert "One of the two records no longer exists in Zoho; this group is solved." in told.words


async def test_a_click_acts_with_the_clickers_own_rights(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    await connected.connect(PRIYA, "Priya Nair")
    listed = await connected.ask(MARA, "desk contacts")
    value = group_of(listed, "Anna Roe")  # one of the two is hidden from Tomás
    for user in (TOMAS, PRIYA):
        mark = connected.slack.mark
        await connected.slack.click(listed, ids.GROUP_FLAG, value=value, user=user)
        told = await connected.slack.wait_for(user=user, after=mark)
        assert "Your Zoho login does not show these records, so nothing was done." in told.words
    assert "Undo flag" not in connected.slack.message(listed.ts).words


async def test_somebody_who_is_not_connected_is_led_to_connecting_and_the_list_stays(
    connected: World,
) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    mark = connected.slack.mark
    await connected.slack.click(listed, ids.GROUP_FLAG, value=group_of(listed, "Anna Roe"), user=JONAS)
    told = await connected.slack.wait_for(user=JONAS, after=mark)
    assert link_of(told)
    assert connected.slack.message(listed.ts).blocks == listed.blocks


async def test_people_of_another_company_are_turned_away(connected: World) -> None:
    slack = connected.slack
    mark = slack.mark
    await slack.command(MARA, "desk contacts", "C03SHARED")
    listed = await slack.wait_for(user=MARA, after=mark)
    await slack.click(listed, ids.GROUP_FLAG, value=group_of(listed, "Anna Roe"), user=ELIF)
    told = await slack.wait_for(user=ELIF, after=mark)
    assert "This app answers members of Larkfield only." in told.words
    assert slack.message(listed.ts).blocks == listed.blocks
    await slack.command(ELIF, "desk contacts", "C03SHARED")
    assert "Larkfield only" in (await slack.wait_for(user=ELIF, after=told)).words


async def test_buttons_of_older_versions_get_an_answer(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    for action_id, value in (
        ("group.frobnicate", "x"),
        (ids.GROUP_FLAG, "not a value"),
        (ids.PAGE_NEXT, "s:"),
    ):
        listed.elements(ids.GROUP_FLAG)[0].raw.update(action_id=action_id, value=value)
        mark = connected.slack.mark
        sent = await connected.slack.click(listed, action_id, value=value)
        assert sent.status == 200
        told = await connected.slack.wait_for(user=MARA, after=mark)
        assert "This button belongs to an older message" in told.words
        listed.elements(action_id)[0].raw.update(action_id=ids.GROUP_FLAG)


async def test_a_flag_that_meets_a_lost_grant_leaves_the_list_where_it_is(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.clock.forward(timedelta(days=2))
    connected.zoho.revoke("mara")
    mark = connected.slack.mark
    await connected.slack.click(listed, ids.GROUP_FLAG, value=group_of(listed, "Anna Roe"))
    told = await connected.slack.wait_for(user=MARA, after=mark)
    assert "no longer accepts your connection" in told.words
    assert connected.slack.message(listed.ts).blocks == listed.blocks

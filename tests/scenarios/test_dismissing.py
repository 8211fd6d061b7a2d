"""Not a duplicate: at once for a pair, by ticking for more; for everybody, until a compared field changes."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from bot import ids
from bot.blocks.dismissing import NOTE_BLOCK, REASON_NOTE_BLOCK, RECORDS_BLOCK, WHY_BLOCK
from bot.sandbox.things import Message, View
from bot.store.dismissed_rows import dismissed_pairs
from tests.conftest import JONAS, MARA, TOMAS, World
from tests.scenarios.test_flagging import blocks_of, comments, flag, group_of, may_write
from tests.scenarios.test_sharing import share, told
from zoho.sandbox import Org

ROES, BRANDTS = "Anna Roe", "Lena Brandt"


def larkfield(world: World) -> Org:
    return world.zoho.org("larkfield")


def contact_id(world: World, first: str, last: str) -> str:
    rows = larkfield(world).tables["contacts"]
    return next(
        str(row["id"]) for row in rows if (row.get("firstName"), row.get("lastName")) == (first, last)
    )


async def press(world: World, message: Message, action: str, name: str, user: str = MARA) -> Message:
    """Press a button of the group that holds this name; the message as it is afterwards."""
    now = world.slack.message(message.ts)
    key = group_of(now, name).partition(":")[0]
    (value,) = {str(e.value) for e in now.elements(action) if f":{key}:" in f":{e.block_id}:"}
    mark = world.slack.mark
    sent = await world.slack.click(now, action, value=value, user=user)
    assert sent.status == 200
    return await world.slack.wait_for(lambda m: m.ts == message.ts, after=mark)


async def dismiss(world: World, message: Message, name: str = ROES, user: str = MARA) -> Message:
    return await press(world, message, ids.GROUP_DISMISS, name, user)


async def ask_which(world: World, message: Message, name: str = BRANDTS, user: str = MARA) -> View:
    now = world.slack.message(message.ts)
    await world.slack.click(now, ids.GROUP_DISMISS, value=group_of(now, name), user=user)
    return await world.slack.wait_for_modal(user, containing="do not belong?")


async def take_out(world: World, listed: Message, *boxes: str, note: str = "", user: str = MARA) -> Message:
    sheet = await ask_which(world, listed, user=user)
    mark = world.slack.mark
    sent = await world.slack.submit(sheet, {RECORDS_BLOCK: list(boxes), NOTE_BLOCK: note})
    assert (sent.status, sent.body) == (200, "")
    return await world.slack.wait_for(lambda m: m.ts == listed.ts, after=mark)


# A pair


async def test_a_pair_is_dismissed_at_once_and_shrinks_to_two_lines_in_its_place(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    key = group_of(listed, ROES).partition(":")[0]
    others = [block for block in listed.blocks if f"g:{key}:" not in block["block_id"]]

    after = await dismiss(connected, listed)

    assert "Not a duplicate" in after.words
    assert "Dismissed by <@U01MARA>" in after.words
    assert "shown again only if a compared field changes" in after.words
    assert [block["type"] for block in blocks_of(after, key)] == ["rich_text", "context", "actions"]
    assert [block for block in after.blocks if f"g:{key}:" not in block["block_id"]] == others
    assert connected.zoho.writes == 0


async def test_nobody_of_the_workspace_is_shown_it_again_and_the_numbers_allow_for_it(world: World) -> None:
    await world.connect(MARA, "Mara Lindqvist")
    await world.connect(JONAS, "Mara Lindqvist")
    before = await world.ask(JONAS, "desk contacts")
    count = int(before.words.split(" possible")[0].split()[-1])
    await dismiss(world, await world.ask(MARA, "desk contacts"))

    again = await world.ask(JONAS, "desk contacts")

    assert f"{count - 1} possible duplicates" in again.words
    assert ROES not in again.words
    assert "1 dismissed is left out" in again.words


async def test_a_list_that_was_shown_before_says_so_when_it_is_drawn_again(world: World) -> None:
    await world.connect(MARA, "Mara Lindqvist")
    await world.connect(JONAS, "Mara Lindqvist")
    older = await world.ask(JONAS, "desk contacts")
    await dismiss(world, await world.ask(MARA, "desk contacts"))
    mark = world.slack.mark

    after = await dismiss(world, older, user=JONAS)

    assert "Dismissed by <@U01MARA>" in after.words
    late = await world.slack.wait_for(lambda m: m.to == JONAS, containing="just before you", after=mark)
    assert "Your click changed nothing." in late.words
    assert not after.elements(ids.GROUP_REASON)
    assert await world.bot.store.dismissed.length_of_all("T01LARKFIELD") == 1


async def test_of_two_people_who_dismiss_the_same_at_once_one_does_it(world: World) -> None:
    await world.connect(MARA, "Mara Lindqvist")
    await world.connect(JONAS, "Mara Lindqvist")
    lists = {user: await world.ask(user, "desk contacts") for user in (MARA, JONAS)}
    await asyncio.gather(*(dismiss(world, listed, user=user) for user, listed in lists.items()))
    await world.settled()
    assert await world.bot.store.dismissed.length_of_all("T01LARKFIELD") == 1
    late = {
        m.ts for user in (MARA, JONAS) for m in world.slack.messages(user) if "just before you" in m.words
    }
    assert len(late) == 1


async def test_undo_brings_the_group_back_where_it_was(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    await dismiss(connected, listed)
    after = await press(connected, listed, ids.GROUP_UNDISMISS, ROES)
    assert "Not a duplicate" not in [line for line in after.words.splitlines() if "[" not in line]
    assert "Dismissed by" not in after.words
    assert group_of(after, ROES).partition(":")[0] == group_of(listed, ROES).partition(":")[0]
    assert ROES in (await connected.ask(MARA, "desk contacts")).words


async def test_a_changed_field_brings_it_back_and_says_why(connected: World) -> None:
    await dismiss(connected, await connected.ask(MARA, "desk contacts"))
    anna = contact_id(connected, "Anna", "Roe")
    larkfield(connected).patch("contacts", anna, title="Head of stoves", mobile="+49 171 5550 163")
    assert ROES not in (await connected.ask(MARA, "desk contacts")).words

    larkfield(connected).patch("contacts", anna, phone="+49 40 5550 163")
    back = await connected.ask(MARA, "desk contacts")

    assert "Came back" in back.words
    assert "back because the phone of one of them changed" in back.words
    again = await dismiss(connected, back)
    assert "Dismissed by <@U01MARA>" in again.words
    assert ROES not in (await connected.ask(MARA, "desk contacts")).words


async def test_a_flag_ends_with_the_word_against_it_and_its_trace_in_zoho_goes(world: World) -> None:
    listed = await flag(world, await may_write(world))
    assert len(comments(world)) == 2
    after = await dismiss(world, listed)
    assert "Dismissed by <@U01MARA>" in after.words
    assert "Flagged by" not in after.words
    assert comments(world) == []
    assert "No open flags" in (await world.ask(MARA, "flagged")).words


async def test_the_check_of_one_says_that_they_were_dismissed(connected: World) -> None:
    await dismiss(connected, await connected.ask(MARA, "desk contacts"))
    answer = await connected.ask(MARA, "ana.roe@kestrel.example")
    assert "possible duplicates" not in answer.words
    assert "Your team has said that some of these are no duplicates" in answer.words


async def test_a_record_that_is_gone_leaves_nothing_to_dismiss(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    larkfield(connected).trash("contacts", contact_id(connected, "Anna", "Roe"))
    after = await dismiss(connected, listed)
    assert "Solved in Zoho" in after.words
    assert await connected.bot.store.dismissed.length_of_all("T01LARKFIELD") == 0


# Three and more


async def test_of_several_the_ticked_one_is_taken_out_and_the_others_stay(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    sheet = await ask_which(connected, listed)
    assert "Which of these 4 contacts do not belong?" in sheet.words
    assert "created" in sheet.words
    after = await take_out(connected, listed, "3", note="her brother")
    assert "Not a duplicate" in after.words
    assert "her brother" in after.words
    assert len(await pairs_apart(connected)) == 3
    key = group_of(after, BRANDTS).partition(":")[0]
    (body,) = [block for block in after.blocks if block["block_id"].startswith(f"g:{key}:body:")]
    assert len(body["elements"][1]["elements"]) == 3
    again = await connected.ask(MARA, "desk contacts")
    assert "1 dismissed is left out" in again.words


async def pairs_apart(world: World) -> list[object]:
    async with world.bot.database.read() as reader:
        return list((await reader.execute(select(dismissed_pairs.c.a, dismissed_pairs.c.b))).all())


async def test_what_is_left_can_be_flagged_and_dismissed_and_undone_on_its_own(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    after = await take_out(connected, listed, "3")
    flagged = await press(connected, after, ids.GROUP_FLAG, BRANDTS)
    assert "Flagged by <@U01MARA>" in flagged.words
    whole = await press(connected, flagged, ids.GROUP_UNDISMISS, BRANDTS)
    assert "Dismissed by" not in whole.words
    assert len(await pairs_apart(connected)) == 0


async def test_all_ticked_dismisses_the_whole_group(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    after = await take_out(connected, listed, "1", "2", "3", "4")
    key = group_of(after, BRANDTS).partition(":")[0]
    assert [block["type"] for block in blocks_of(after, key)] == ["rich_text", "context", "actions"]
    assert len(await pairs_apart(connected)) == 6
    assert BRANDTS not in (await connected.ask(MARA, "desk contacts")).words


async def test_nothing_ticked_among_many_is_said_in_the_sheet_and_nothing_is_dismissed(
    connected: World,
) -> None:
    org = larkfield(connected)
    for number in range(12):
        org.add("products", productName="Camp Stove", productCode=f"many-{number // 12}")
    listed = await connected.ask(MARA, "desk products")
    sheet = await ask_which(connected, listed, "Camp Stove")
    sent = await connected.slack.submit(sheet, {})
    assert "Tick the ones that do not belong." in str(sent.body)
    assert await pairs_apart(connected) == []
    ticked = {f"{RECORDS_BLOCK}1": ["11"]}
    mark = connected.slack.mark
    await connected.slack.submit(sheet, ticked)
    await connected.slack.wait_for(lambda m: m.ts == listed.ts, after=mark)
    assert len(await pairs_apart(connected)) >= 11


async def test_a_sheet_counts_once_and_only_for_half_an_hour(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    sheet = await ask_which(connected, listed)
    sent = await connected.slack.submit(sheet, {RECORDS_BLOCK: ["3"]})
    await connected.settled()
    await connected.slack.redeliver(sent)
    await connected.settled()
    assert len(await pairs_apart(connected)) == 3


async def test_a_third_record_never_brings_two_together_that_were_dismissed(connected: World) -> None:
    org = larkfield(connected)
    org.clear("contacts")
    org.add(
        "contacts", firstName="Ada", lastName="Holm", email="a@holm.example", secondaryEmail="h@holm.example"
    )
    org.add(
        "contacts", firstName="Cleo", lastName="Holm", email="c@holm.example", secondaryEmail="h@holm.example"
    )
    await dismiss(connected, await connected.ask(MARA, "desk contacts"), "Ada Holm")
    org.add(
        "contacts", firstName="Bea", lastName="Holm", email="a@holm.example", secondaryEmail="c@holm.example"
    )

    listed = await connected.ask(MARA, "desk contacts")

    assert "2 possible duplicates" in listed.words
    bodies = [str(block) for block in listed.blocks if ":body:" in block["block_id"]]
    assert all("Bea Holm" in body for body in bodies)
    assert not any("Ada Holm" in body and "Cleo Holm" in body for body in bodies)


# Why


async def test_whoever_dismissed_it_may_say_why(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    after = await dismiss(connected, listed)
    (button,) = after.elements(ids.GROUP_REASON)
    await connected.slack.click(after, ids.GROUP_REASON, value=button.value)
    sheet = await connected.slack.wait_for_modal(MARA, containing="are already dismissed")
    mark = connected.slack.mark
    await connected.slack.submit(sheet, {WHY_BLOCK: "household", REASON_NOTE_BLOCK: "*sisters* <!channel>"})
    explained = await connected.slack.wait_for(lambda m: m.ts == listed.ts, after=mark)
    assert "family or household" in explained.words
    assert "“*sisters* <!channel>”" in explained.words
    assert not explained.elements(ids.GROUP_REASON)
    parsed = [
        str(e["text"]) for b in explained.blocks for e in b.get("elements", []) if e.get("type") == "mrkdwn"
    ]
    assert not any("sisters" in text for text in parsed)


async def test_whoever_has_to_choose_a_portal_first_is_told_so_in_the_sheet_of_the_reason(
    connected: World,
) -> None:
    after = await dismiss(connected, await connected.ask(MARA, "desk contacts"))
    await connected.connect(MARA, "Sofia Marchetti")
    (button,) = after.elements(ids.GROUP_REASON)
    await connected.slack.click(after, ids.GROUP_REASON, value=button.value)
    sheet = await connected.slack.wait_for_modal(MARA, containing="portals")
    assert "Choose one of your portals first." in sheet.words


# In a channel


async def test_in_a_shared_message_everybody_sees_who_dismissed_it_and_it_can_be_undone(world: World) -> None:
    await world.connect(MARA, "Mara Lindqvist")
    await world.connect(JONAS, "Mara Lindqvist")
    shared = await share(world)

    after = await dismiss(world, shared, user=JONAS)

    assert after.to is None
    assert "Dismissed by <@U04JONAS>" in after.words
    assert after.elements(ids.GROUP_REASON)
    mark = world.slack.mark
    (button,) = after.elements(ids.GROUP_REASON)
    await world.slack.click(after, ids.GROUP_REASON, value=button.value, user=MARA)
    assert "Only <@U04JONAS>" in await told(world, MARA, mark)
    undone = await press(world, after, ids.GROUP_UNDISMISS, ROES, MARA)
    assert "Dismissed by" not in undone.words


async def test_several_are_taken_out_in_a_shared_message_for_everybody(connected: World) -> None:
    shared = await share(connected)
    after = await take_out(connected, shared, "3")
    assert after.to is None
    assert "Dismissed by <@U01MARA>" in after.words


async def test_what_was_dismissed_is_not_shared(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    await dismiss(connected, listed)
    shared = await share(connected)
    assert ROES not in shared.words


async def test_a_click_with_other_rights_dismisses_nothing(world: World) -> None:
    await world.connect(MARA, "Mara Lindqvist")
    await world.connect(TOMAS, "Tomás Reyes")
    shared = await share(world)
    mark = world.slack.mark
    value = group_of(shared, ROES)
    await world.slack.click(world.slack.message(shared.ts), ids.GROUP_DISMISS, value=value, user=TOMAS)
    await world.settled()
    assert "nothing was done" in await told(world, TOMAS, mark)
    assert await pairs_apart(world) == []


async def test_what_was_said_of_a_record_that_one_does_not_see_is_not_taken_back(world: World) -> None:
    await world.connect(MARA, "Mara Lindqvist")
    await world.connect(TOMAS, "Tomás Reyes")
    org = larkfield(world)
    org.clear("contacts")
    for name in ("Ida", "Ivo", "Isa"):
        org.add("contacts", firstName=name, lastName="Ostermann", email="i@ostermann.example")
    org.patch("contacts", contact_id(world, "Isa", "Ostermann"), _restricted=True)
    theirs = await world.ask(TOMAS, "desk contacts")
    listed = await world.ask(MARA, "desk contacts")
    sheet = await ask_which(world, listed, "Ida Ostermann")
    await world.slack.submit(sheet, {RECORDS_BLOCK: ["1", "2", "3"]})
    await world.settled()
    drawn = await dismiss(world, theirs, "Ida Ostermann", user=TOMAS)
    assert "Isa" not in drawn.words
    mark = world.slack.mark

    await world.slack.click(drawn, ids.GROUP_UNDISMISS, user=TOMAS)
    await world.settled()

    assert "nothing was done" in await told(world, TOMAS, mark)
    assert len(await pairs_apart(world)) == 3


async def test_a_solved_group_is_not_taken_back_by_who_does_not_see_what_is_left(world: World) -> None:
    await world.connect(MARA, "Mara Lindqvist")
    await world.connect(TOMAS, "Tomás Reyes")
    org = larkfield(world)
    org.clear("contacts")
    org.add("contacts", firstName="Ida", lastName="Ostermann", email="i@ostermann.example", restricted=True)
    org.add("contacts", firstName="Ivo", lastName="Ostermann", email="i@ostermann.example")
    shared = await share(world)
    await dismiss(world, shared, "Ida Ostermann")
    await world.settled()
    org.trash("contacts", contact_id(world, "Ivo", "Ostermann"))
    mark = world.slack.mark

    await world.slack.click(world.slack.message(shared.ts), ids.GROUP_UNDISMISS, user=TOMAS)
    await world.settled()

    assert "nothing was done" in await told(world, TOMAS, mark)
    assert len(await pairs_apart(world)) == 1


# What was dismissed


async def test_the_list_says_who_when_and_why_and_takes_it_back(connected: World) -> None:
    assert "Nothing is dismissed" in (await connected.ask(MARA, "dismissed")).words
    await dismiss(connected, await connected.ask(MARA, "desk contacts"))
    await take_out(connected, await connected.ask(MARA, "desk contacts"), "3", note="her brother")

    listed = await connected.ask(MARA, "dismissed")

    assert "2 dismissed" in listed.words
    assert "Ana Roe and Anna Roe" in listed.words
    assert "taken out from" in listed.words
    assert "“her brother”" in listed.words
    assert "dismissed by you, today" in listed.words
    (menu, *_) = listed.elements(ids.DISMISSED_MORE)
    option = next(o["value"] for o in menu.raw["options"] if o["value"].startswith("undo:"))
    mark = connected.slack.mark
    await connected.slack.click(listed, ids.DISMISSED_MORE, block_id=menu.block_id, option=option)
    after = await connected.slack.wait_for(lambda m: m.ts == listed.ts, after=mark)
    assert "1 dismissed" in after.words


async def test_a_decision_opens_as_the_group_it_is_about(connected: World) -> None:
    await dismiss(connected, await connected.ask(MARA, "desk contacts"))
    listed = await connected.ask(MARA, "dismissed")
    (menu,) = listed.elements(ids.DISMISSED_MORE)
    option = next(o["value"] for o in menu.raw["options"] if o["value"].startswith("open:"))
    mark = connected.slack.mark
    await connected.slack.click(listed, ids.DISMISSED_MORE, block_id=menu.block_id, option=option)
    opened = await connected.slack.wait_for(lambda m: bool(m.elements(ids.GROUP_UNDISMISS)), after=mark)
    assert "Dismissed by <@U01MARA>" in opened.words


async def test_rows_about_hidden_records_are_counted_and_a_changed_one_says_so(world: World) -> None:
    await world.connect(MARA, "Mara Lindqvist")
    await world.connect(TOMAS, "Tomás Reyes")
    await dismiss(world, await world.ask(MARA, "desk contacts"))
    hidden = await world.ask(TOMAS, "dismissed")
    assert ROES not in hidden.words
    assert "1 more is about records that your Zoho login does not show." in hidden.words
    larkfield(world).patch("contacts", contact_id(world, "Anna", "Roe"), phone="+49 40 5550 163")
    assert "shown again, since the phone changed" in (await world.ask(MARA, "dismissed")).words


async def test_somebody_without_a_connection_is_told_how_many_there_are(connected: World) -> None:
    await dismiss(connected, await connected.ask(MARA, "desk contacts"))
    answer = await connected.ask(JONAS, "dismissed")
    assert "1 dismissed" in answer.words
    assert ROES not in answer.words
    assert answer.elements(ids.CONNECT_START)


async def test_seven_decisions_are_paged_newest_first(connected: World) -> None:
    org = larkfield(connected)
    org.clear("contacts")
    for number in range(7):
        for name in ("Al", "Bo"):
            org.add("contacts", firstName=name, lastName=f"N{number}", email=f"n{number}@holm.example")
    for _ in range(2):
        listed = await connected.ask(MARA, "desk contacts")
        for number in range(7):
            if f"Al N{number}" in listed.words:
                await dismiss(connected, listed, f"Al N{number}")
    first = await connected.ask(MARA, "dismissed")
    assert "7 dismissed" in first.words
    assert "1 to 5 of 7." in first.words
    second = await connected.click(first, ids.DISMISSED_NEXT)
    assert "6 to 7 of 7." in second.words
    back = await connected.click(second, ids.DISMISSED_PREVIOUS)
    assert "1 to 5 of 7." in back.words


async def test_the_home_tab_shows_ones_own_and_takes_it_back(connected: World) -> None:
    await connected.slack.open_home(MARA)
    await connected.settled()
    await dismiss(connected, await connected.ask(MARA, "desk contacts"))
    await connected.settled()
    home = connected.slack.home(MARA)
    assert home is not None
    assert "Your recent decisions" in home.words
    assert "Not a duplicate: Ana Roe and Anna Roe" in home.words
    (button,) = home.elements(ids.DISMISSED_UNDO)
    await connected.slack.click(home, ids.DISMISSED_UNDO, value=button.value)
    await connected.settled()
    after = connected.slack.home(MARA)
    assert after is not None
    assert "Your recent decisions" not in after.words
    assert await pairs_apart(connected) == []

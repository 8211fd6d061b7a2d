"""The flag queue: who sees which flags, what its menu does, two people at once, and records that are gone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot import ids
from bot.sandbox.things import Element, Message
from bot.store import Place, Spot
from tests.conftest import ELIF, JONAS, LARKFIELD, MARA, PRIYA, TOMAS, MakeWorld, World
from tests.scenarios.test_flagging import comments, flag, group_of, may_write
from zoho.records import Module

LOCATION = {
    "larkfield": ("eu", "20060000001"),
    "kestrel": ("eu", "20060000002"),
    "bellbird": ("in", "60010000001"),
}
UNSEEN = "on records that your Zoho login does not show"


def spot(module: Module = Module.DESK_CONTACTS, org: str = "larkfield") -> Spot:
    return Spot(LARKFIELD, *LOCATION[org], module)


def plant(world: World, *names: str, module: str = "contacts", **fields: Any) -> list[str]:
    """Records of these names in Larkfield Support; their ids."""
    name = {"contacts": "lastName", "accounts": "accountName", "products": "productName"}[module]
    return [world.zoho.org("larkfield").add(module, **{name: one, **fields}) for one in names]


async def raise_flag(
    world: World, members: Sequence[str], user: str = MARA, where: Spot | None = None
) -> None:
    await world.bot.store.flags.add(where or spot(), members, user, place=Place.NOWHERE)


async def pair(world: World, name: str, user: str = MARA, **fields: Any) -> list[str]:
    """Two contacts of one name with a flag on them."""
    members = plant(world, name, name, **fields)
    await raise_flag(world, members, user)
    return members


def rows(message: Message) -> list[str]:
    """The first line of each flag in the queue."""
    return [
        block["text"]["text"].splitlines()[0]
        for block in message.blocks
        if block["type"] == "section" and ":row:" in block["block_id"]
    ]


def menu_of(message: Message, name: str) -> Element:
    """The menu of the flag whose row holds this name."""
    for block in message.blocks:
        if block["type"] == "section" and name in block["text"]["text"]:
            return next(one for one in message.elements(ids.FLAG_MORE) if one.block_id == block["block_id"])
    raise AssertionError(f"no flag on {name} in {rows(message)}")


def options(message: Message, name: str) -> dict[str, str]:
    return {one["text"]["text"]: one["value"] for one in menu_of(message, name).raw["options"]}


async def pick(world: World, message: Message, name: str, verb: str, *, containing: str = "") -> Message:
    """Choose from the menu of a flag; out comes what changes, or the message that holds these words."""
    mark = world.slack.mark
    menu = menu_of(message, name)
    value = next(one["value"] for one in menu.raw["options"] if one["value"].startswith(f"{verb}:"))
    sent = await world.slack.click(message, ids.FLAG_MORE, block_id=menu.block_id, option=value)
    assert sent.status == 200
    return await world.slack.wait_for(is_there, user=sent.user, after=mark, containing=containing)


def reads(world: World, since: int) -> list[str]:
    return [f"{call.person} {call.path}" for call in world.zoho.calls[since:] if "/api/v1/" in call.path]


async def queue_of(world: World, user: str, *, containing: str = "") -> Message:
    """Type ``/duplicates flagged``; out comes the queue, or the answer that holds these words."""
    mark = world.slack.mark
    sent = await world.slack.command(user, "flagged")
    assert sent.status == 200
    return await world.slack.wait_for(is_there, user=user, after=mark, containing=containing or "open flag")


def is_there(message: Message) -> bool:
    return message.via != "person" and "Reading the flags" not in message.words


def everybody_sees_the_roes(world: World) -> None:
    """One of the two is hidden from Tomás otherwise."""
    org = world.zoho.org("larkfield")
    for record in org.tables["contacts"]:
        if record.get("lastName") == "Roe" and record.get("_restricted"):
            org.patch("contacts", record["id"], _restricted=False)


@pytest.fixture
async def both(connected: World) -> World:
    """Mara and Tomás, who sees fewer records, in one organisation."""
    await connected.connect(TOMAS, "Tomás Reyes")
    return connected


async def test_the_queue_shows_open_flags_oldest_first_with_who_and_when(both: World) -> None:
    await pair(both, "Vik", TOMAS)
    await pair(both, "Roe")
    both.clock.forward(timedelta(days=1))
    queue = await queue_of(both, MARA)
    assert "2 open flags" in queue.words
    assert rows(queue) == ["Vik, twice", "Roe, twice"]
    assert "flagged by Tomás Reyes, yesterday" in queue.words
    assert "flagged by you, yesterday" in queue.words
    assert queue.words.count("nobody has it") == 2
    assert queue.ephemeral


async def test_contacts_cost_one_call_and_other_records_one_each(both: World) -> None:
    for number in range(4):
        await pair(both, f"Vik{number}")
    for module in ("accounts", "products"):
        await raise_flag(
            both, plant(both, "Acme", "Acme", module=module), where=spot(Module(f"desk/{module}"))
        )
    since = len(both.zoho.calls)
    queue = await queue_of(both, MARA)
    assert "6 open flags" in queue.words
    called = reads(both, since)
    assert [path.rpartition("/")[2] for path in called if "contacts" in path] == ["contactsByIds"]
    assert len([path for path in called if "accounts/" in path]) == 2
    assert not [path for path in called if "products/" in path]


async def test_claiming_releasing_and_taking_over(both: World) -> None:
    await pair(both, "Vik")
    queue = await queue_of(both, TOMAS)
    assert list(options(queue, "Vik")) == ["Open", "Claim", "Mark done", "Undo flag"]
    queue = await pick(both, queue, "Vik", "claim")
    assert "yours" in queue.words
    assert "Release" in options(queue, "Vik")
    maras = await queue_of(both, MARA)
    assert "Tomás Reyes has it" in maras.words
    maras = await pick(both, maras, "Vik", "claim")
    assert "Take over" not in str(options(maras, "Vik"))
    late = await pick(both, queue, "Vik", "release", containing="Your click changed nothing")
    assert "<@U01MARA> took this flag at" in late.words
    queue = await both.slack.wait_for(lambda m: m.ts == queue.ts and "Mara Lindqvist has it" in m.words)
    assert "Take over from Mara Lindqvist" in options(queue, "Vik")
    maras = await pick(both, maras, "Vik", "release")
    assert "nobody has it" in maras.words


async def test_who_has_a_flag_shows_on_every_group_that_holds_its_records(both: World) -> None:
    everybody_sees_the_roes(both)
    listed = await flag(both, await both.ask(MARA, "desk contacts"))
    assert "has it" not in listed.words
    await pick(both, await queue_of(both, TOMAS), "Roe", "claim")
    again = await both.ask(MARA, "desk contacts")
    assert "<@U02TOMAS> has it" in again.words
    summary = await both.ask(MARA, "contacts lastName=Roe")
    assert "<@U02TOMAS> has it" in summary.words


async def test_done_leaves_the_queue_and_stays_on_the_group_with_who_and_when(both: World) -> None:
    everybody_sees_the_roes(both)
    await flag(both, await both.ask(MARA, "desk contacts"))
    queue = await pick(both, await queue_of(both, TOMAS), "Roe", "done")
    assert "No open flags" in queue.words
    again = await both.ask(MARA, "desk contacts")
    assert "Flag marked done by <@U02TOMAS>" in again.words
    anew = await flag(both, again)
    assert "Flagged by <@U01MARA>" in anew.words
    assert "Flag marked done" not in anew.words
    assert "1 open flag" in (await queue_of(both, TOMAS)).words


async def test_undoing_takes_back_what_was_written_and_says_by_whom(world: World) -> None:
    listed = await flag(world, await may_write(world))
    assert len(comments(world)) == 2
    queue = await pick(world, await queue_of(world, MARA), "Roe", "undo")
    assert "No open flags" in queue.words
    assert comments(world) == []
    again = await world.ask(MARA, "desk contacts")
    assert "Flag taken back by <@U01MARA>" in again.words
    assert "in Zoho Desk" not in again.words
    assert group_of(listed, "Anna Roe")


async def test_what_the_clicker_may_not_remove_stays_and_is_said(world: World) -> None:
    await flag(world, await may_write(world))
    await world.connect(TOMAS, "Tomás Reyes")
    everybody_sees_the_roes(world)
    told = await pick(world, await queue_of(world, TOMAS), "Roe", "undo", containing="Not taken back")
    assert "Not taken back in Zoho on Ana Roe and Anna Roe" in told.words
    assert len(comments(world)) == 2


async def test_a_flag_raised_again_is_written_once(world: World) -> None:
    await flag(world, await may_write(world))
    await pick(world, await queue_of(world, MARA), "Roe", "done")
    again = await world.ask(MARA, "desk contacts")
    assert "the comment stays in Zoho Desk" in again.words
    anew = await flag(world, again)
    assert "also a comment on both contacts" in anew.words
    assert len(comments(world)) == 2


async def test_opening_a_flag_shows_the_group_beside_the_queue(both: World) -> None:
    await flag(both, await both.ask(MARA, "desk contacts"))
    queue = await queue_of(both, MARA)
    opened = await pick(both, queue, "Roe", "open", containing="1 possible duplicate in Desk contacts")
    assert opened.ts != queue.ts
    assert "Same e-mail" in opened.words
    assert opened.elements(ids.FLAG_UNDO)
    assert both.slack.message(queue.ts).words == queue.words


async def test_records_with_nothing_in_common_any_more_are_still_flagged_together(both: World) -> None:
    await raise_flag(both, plant(both, "Vik", "Holm"))
    opened = await pick(both, await queue_of(both, MARA), "Vik", "open", containing="Flagged together")
    assert "named together by Zoho" not in opened.words


# Who sees what


async def test_somebody_who_sees_fewer_records_is_told_how_many_flags_are_on_others(both: World) -> None:
    await pair(both, "Hidden", restricted=True)
    await pair(both, "Vik")
    queue = await queue_of(both, TOMAS)
    assert rows(queue) == ["Vik, twice"]
    assert "1 open flag" in queue.words
    assert f"1 more is {UNSEEN}" in queue.words
    assert "Hidden" not in str(queue.blocks) + queue.text
    assert rows(await queue_of(both, MARA)) == ["Hidden, twice", "Vik, twice"]


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("module", ["contacts", "accounts", "products"])
async def test_what_only_the_viewers_login_does_not_return_closes_nothing(
    both: World, module: str, status: int
) -> None:
    both.zoho.org("larkfield").quirks.hidden_status = status
    members = plant(both, "Acme", "Acme", module=module, restricted=True)
    await raise_flag(both, members, where=spot(Module(f"desk/{module}")))
    queue = await queue_of(both, TOMAS)
    assert "No open flags to show" in queue.words
    assert f"1 more is {UNSEEN}" in queue.words
    assert rows(await queue_of(both, MARA)) == ["Acme, twice"]


async def test_a_record_hidden_between_drawing_and_clicking_is_a_difference_of_rights(both: World) -> None:
    members = await pair(both, "Vik")
    queue = await queue_of(both, TOMAS)
    both.zoho.org("larkfield").patch("contacts", members[0], _restricted=True)
    told = await pick(both, queue, "Vik", "done", containing="does not show these records")
    assert "so nothing was done" in told.words
    after = await both.slack.wait_for(lambda m: m.ts == queue.ts and UNSEEN in m.words)
    assert rows(after) == []
    assert rows(await queue_of(both, MARA)) == ["Vik, twice"]


async def test_people_of_another_organisation_see_how_many_there_are(both: World) -> None:
    await pair(both, "Vik")
    await both.connect(JONAS, "Jonas Weil")
    await both.connect(PRIYA, "Priya Nair")
    since = len(both.zoho.calls)
    for user in (JONAS, PRIYA):
        queue = await queue_of(both, user)
        assert "No open flags" in queue.words
        assert f"1 more is {UNSEEN}" in queue.words
    assert reads(both, since) == []


async def test_without_a_connection_the_flags_are_counted_and_shown_after_connecting(both: World) -> None:
    await pair(both, "Vik")
    offer = await queue_of(both, PRIYA)
    assert "1 open flag" in offer.words
    assert "Vik" not in offer.words
    mark = both.slack.mark
    await both.walk(offer, "Mara Lindqvist")
    queue = await both.slack.wait_for(user=PRIYA, after=mark, containing="1 open flag")
    assert rows(queue) == ["Vik, twice"]


async def test_somebody_from_another_workspace_sees_nothing(both: World) -> None:
    await pair(both, "Vik")
    mark = both.slack.mark
    await both.slack.command(ELIF, "flagged", channel="C03SHARED")
    told = await both.slack.wait_for(user=ELIF, after=mark)
    assert "This app answers members of Larkfield only" in told.words
    assert "open flag" not in told.words


async def test_without_the_permission_to_read_products_their_flags_are_only_counted(both: World) -> None:
    await raise_flag(both, plant(both, "Lamp", "Lamp", module="products"), where=spot(Module.DESK_PRODUCTS))
    both.zoho.fault("scope", person="tomas", path="/api/v1/products/*", times=None)
    queue = await queue_of(both, TOMAS)
    assert f"1 more is {UNSEEN}" in queue.words


@pytest.mark.parametrize("fault", ["scope", "forbidden", "license"])
@pytest.mark.parametrize("module", ["contacts", "products"])
async def test_what_even_who_flagged_it_may_not_read_any_more_is_not_gone(
    both: World, module: str, fault: str
) -> None:
    members = plant(both, "Acme", "Acme", module=module)
    await raise_flag(both, members, where=spot(Module(f"desk/{module}")))
    both.zoho.fault(fault, person="mara", path=f"/api/v1/{module}/*", times=None)
    assert f"1 more is {UNSEEN}" in (await queue_of(both, MARA)).words
    both.zoho.clear_faults()
    assert rows(await queue_of(both, MARA)) == ["Acme, twice"]


async def test_a_call_for_many_that_comes_back_empty_proves_nothing(both: World) -> None:
    await pair(both, "Vik")
    both.zoho.fault("accepted", path="/api/v1/contacts/contactsByIds", times=None)
    assert f"1 more is {UNSEEN}" in (await queue_of(both, MARA)).words
    both.zoho.clear_faults()
    assert rows(await queue_of(both, MARA)) == ["Vik, twice"]


# Records that are gone


@pytest.mark.parametrize("how", ["trash", "remove"])
@pytest.mark.parametrize("module", ["contacts", "accounts", "products"])
async def test_a_flag_leaves_by_itself_when_its_records_are_gone(both: World, how: str, module: str) -> None:
    members = plant(both, "Acme", "Acme", module=module)
    await raise_flag(both, members, where=spot(Module(f"desk/{module}")))
    getattr(both.zoho.org("larkfield"), how)(module, members[0])
    queue = await queue_of(both, TOMAS)
    assert "1 flag left by itself: Zoho no longer has the records." in queue.words
    assert "No open flags" in (await queue_of(both, MARA)).words


async def test_a_merged_record_is_known_by_the_connection_of_who_flagged_it(both: World) -> None:
    members = await pair(both, "Vik")
    both.zoho.org("larkfield").remove("contacts", members[1])
    since = len(both.zoho.calls)
    await queue_of(both, TOMAS)
    assert f"mara /api/v1/contacts/{members[1]}" in reads(both, since)
    assert "No open flags" in (await queue_of(both, TOMAS)).words


async def test_when_who_flagged_it_has_disconnected_a_missing_record_closes_nothing(both: World) -> None:
    members = await pair(both, "Vik")
    await both.ask(MARA, "disconnect")
    both.zoho.org("larkfield").remove("contacts", members[1])
    queue = await queue_of(both, TOMAS)
    assert f"1 more is {UNSEEN}" in queue.words
    await both.connect(MARA, "Mara Lindqvist")
    assert "1 flag left by itself" in (await queue_of(both, TOMAS)).words


async def test_when_who_flagged_it_is_connected_elsewhere_now_nothing_is_closed(both: World) -> None:
    members = await pair(both, "Vik")
    await both.connect(MARA, "Priya Nair")
    both.zoho.org("larkfield").remove("contacts", members[1])
    assert f"1 more is {UNSEEN}" in (await queue_of(both, TOMAS)).words


@pytest.mark.parametrize("fault", ["server_error", "busy", "quota", "forbidden", "empty", "wrong_region"])
async def test_trouble_with_the_flaggers_connection_proves_nothing(both: World, fault: str) -> None:
    members = await pair(both, "Vik")
    both.zoho.org("larkfield").remove("contacts", members[1])
    both.zoho.fault(fault, person="mara", path="/api/v1/contacts/*", times=None)
    assert f"1 more is {UNSEEN}" in (await queue_of(both, TOMAS)).words


async def test_trouble_with_the_viewers_connection_is_said_and_closes_nothing(both: World) -> None:
    await pair(both, "Vik")
    both.zoho.fault("server_error", person="tomas", path="/api/v1/*", times=None)
    told = await queue_of(both, TOMAS, containing="Zoho Desk failed on its side")
    both.zoho.clear_faults()
    again = await both.click(told, ids.SEARCH_AGAIN)
    assert rows(again) == ["Vik, twice"]


async def test_of_three_records_two_that_are_left_stay_flagged(both: World) -> None:
    members = plant(both, "Vik", "Vik", "Vik", email="vik@planted.example")
    await raise_flag(both, members)
    both.zoho.org("larkfield").trash("contacts", members[0])
    assert rows(await queue_of(both, MARA)) == ["Vik, twice"]
    listed = await both.ask(MARA, "contacts lastName=Vik")
    assert "Flagged by <@U01MARA>" in listed.words


async def test_a_record_trashed_between_drawing_and_clicking_is_said(both: World) -> None:
    members = await pair(both, "Vik")
    queue = await queue_of(both, TOMAS)
    both.zoho.org("larkfield").trash("contacts", members[0])
    told = await pick(both, queue, "Vik", "claim", containing="this group is solved")
    assert "One of the two records no longer exists in Zoho" in told.words
    after = await both.slack.wait_for(lambda m: m.ts == queue.ts and "No open flags" in m.words)
    assert rows(after) == []
    late = await queue_of(both, TOMAS)
    assert "No open flags" in late.words


# Two people at once


async def test_of_two_who_press_done_at_once_one_did_it_and_the_other_is_told(both: World) -> None:
    await pair(both, "Vik")
    queues = {user: await queue_of(both, user) for user in (MARA, TOMAS)}
    mark = both.slack.mark
    await asyncio.gather(
        *(
            both.slack.click(queue, ids.FLAG_MORE, option=options(queue, "Vik")["Mark done"])
            for queue in queues.values()
        )
    )
    await both.settled()
    told = [m for m in both.slack.messages() if m.changed > mark and "marked this flag done" in m.words]
    assert len(told) == 1
    (late,) = {MARA, TOMAS} - {"U01MARA" if "<@U01MARA>" in told[0].words else "U02TOMAS"}
    assert told[0].to == late
    for queue in queues.values():
        assert "No open flags" in both.slack.message(queue.ts).words


async def test_a_double_click_is_one_effect_without_words(both: World) -> None:
    await pair(both, "Vik")
    queue = await queue_of(both, MARA)
    mark = both.slack.mark
    claim = options(queue, "Vik")["Claim"]
    await asyncio.gather(*(both.slack.click(queue, ids.FLAG_MORE, option=claim) for _ in range(2)))
    await both.settled()
    changed = [m for m in both.slack.messages(MARA) if m.changed > mark]
    assert [m.ts for m in changed] == [queue.ts]
    assert "yours" in changed[0].words


async def test_a_redelivered_click_changes_nothing(both: World) -> None:
    await pair(both, "Vik")
    queue = await queue_of(both, MARA)
    sent = await both.slack.click(queue, ids.FLAG_MORE, option=options(queue, "Vik")["Mark done"])
    await both.settled()
    await raise_flag(both, (await both.bot.store.flags.find())[0].members)
    again = await both.slack.redeliver(sent)
    assert again.status == 200
    await both.settled()
    assert "1 open flag" in (await queue_of(both, MARA)).words


async def test_undo_in_a_list_and_in_the_queue_meet(both: World) -> None:
    everybody_sees_the_roes(both)
    listed = await flag(both, await both.ask(MARA, "desk contacts"))
    queue = await queue_of(both, TOMAS)
    mark = both.slack.mark
    await both.slack.click(listed, ids.FLAG_UNDO, value=group_of(listed, "Anna Roe"))
    await both.slack.wait_for(lambda m: m.ts == listed.ts, after=mark)
    late = await pick(both, queue, "Roe", "claim", containing="Your click changed nothing")
    assert "<@U01MARA> took this flag back at" in late.words


async def test_the_menu_of_another_version_is_told_so(both: World) -> None:
    await pair(both, "Vik")
    queue = await queue_of(both, MARA)
    for value in ("claim:nobody:1:", "claim:1", "frobnicate", "claim:a:b:c"):
        mark = both.slack.mark
        element = menu_of(queue, "Vik")
        option = {"text": {"type": "plain_text", "text": "Claim"}, "value": value}
        element.raw["options"][0] = option
        await both.slack.click(queue, ids.FLAG_MORE, option=value)
        told = await both.slack.wait_for(user=MARA, after=mark)
        assert "belongs to an older message" in told.words


# Paging


async def plant_many(world: World, pairs: int, hidden: Sequence[int] = ()) -> None:
    """Flags on pairs of contacts, a minute apart; those numbered in ``hidden`` are not for everybody."""
    for number in range(pairs):
        await pair(world, f"Vik{number:03}", restricted=number in hidden)
        world.clock.forward(timedelta(seconds=1))


def numbers(message: Message) -> list[int]:
    return [int(row[3:6]) for row in rows(message)]


async def test_three_hundred_flags_are_turned_five_a_page(both: World) -> None:
    await plant_many(both, 300)
    page = await queue_of(both, MARA)
    assert "300 open flags" in page.words
    assert "1 to 5 of 300." in page.words
    seen = numbers(page)
    for _ in range(3):
        page = await both.click(page, ids.FLAG_NEXT)
        seen += numbers(page)
    assert seen == list(range(20))
    assert "16 to 20 of 300." in page.words
    page = await both.click(page, ids.FLAG_PREVIOUS)
    assert numbers(page) == list(range(10, 15))
    assert len(both.slack.messages(MARA)) < 10


async def test_a_page_is_filled_up_with_what_its_viewer_may_see(both: World) -> None:
    await plant_many(both, 12, hidden=(0, 2, 3, 8))
    page = await queue_of(both, TOMAS)
    assert numbers(page) == [1, 4, 5, 6, 7]
    assert f"1 to 8 of 12. 3 of these are {UNSEEN}." in page.words
    page = await both.click(page, ids.FLAG_NEXT)
    assert numbers(page) == [9, 10, 11]
    assert f"9 to 12 of 12. 1 of these is {UNSEEN}." in page.words
    page = await both.click(page, ids.FLAG_PREVIOUS)
    assert numbers(page) == [1, 4, 5, 6, 7]


async def test_at_most_twenty_flags_are_read_for_one_page(both: World) -> None:
    await plant_many(both, 24, hidden=range(22))
    page = await queue_of(both, TOMAS)
    assert rows(page) == []
    assert f"1 to 20 of 24. 20 of these are {UNSEEN}." in page.words
    page = await both.click(page, ids.FLAG_NEXT)
    assert numbers(page) == [22, 23]


async def test_a_page_stays_where_it_is_while_its_flags_are_settled(both: World) -> None:
    await plant_many(both, 12)
    page = await both.click(await queue_of(both, MARA), ids.FLAG_NEXT)
    page = await pick(both, page, "Vik006", "done")
    assert numbers(page) == [5, 7, 8, 9, 10]
    page = await both.click(page, ids.FLAG_NEXT)
    assert numbers(page) == [11]
    page = await pick(both, page, "Vik011", "done")
    assert numbers(page) == [0, 1, 2, 3, 4]


async def test_a_slow_zoho_is_announced(both: World) -> None:
    await pair(both, "Vik")
    both.zoho.fault("latency", seconds=1.2, times=1)
    mark = both.slack.mark
    await both.slack.command(MARA, "flagged")
    line = await both.slack.wait_for(user=MARA, after=mark, containing="Reading the flags")
    queue = await both.slack.wait_for(user=MARA, after=line, containing="1 open flag")
    assert rows(queue) == ["Vik, twice"]


async def test_a_queue_that_cannot_be_drawn_again_gives_way_to_the_error_and_a_way_back(both: World) -> None:
    await pair(both, "Vik")
    queue = await queue_of(both, MARA)
    menu = menu_of(queue, "Vik")
    claim = next(one["value"] for one in menu.raw["options"] if one["value"].startswith("claim:"))
    before = len(both.zoho.calls)
    await pick(both, queue, "Vik", "claim", containing="yours")
    spent = len(both.zoho.calls) - before
    queue = await queue_of(both, MARA)
    release = next(
        one["value"] for one in menu_of(queue, "Vik").raw["options"] if one["value"].startswith("release:")
    )
    assert release != claim
    both.zoho.fault("latency", seconds=0.8, after=spent - 1, times=None)
    both.zoho.fault("server_error", after=spent - 1, times=None)
    mark = both.slack.mark
    await both.slack.click(queue, ids.FLAG_MORE, block_id=menu_of(queue, "Vik").block_id, option=release)
    said = await both.slack.wait_for(user=MARA, after=mark, containing="failed on its side")
    assert both.slack.message(queue.ts).deleted
    both.zoho.clear_faults()
    again = await both.click(said, ids.SEARCH_AGAIN, containing="1 open flag")
    assert rows(again) == ["Vik, twice"]


async def test_hostile_names_are_letters_in_the_queue(both: World) -> None:
    await raise_flag(both, plant(both, "<!channel> *b*", "<@U01MARA> :x:"))
    queue = await queue_of(both, MARA)
    assert queue.pings == ()
    assert "&lt;!channel&gt;" in queue.text
    for block in queue.blocks:
        if block["type"] == "section":
            assert (block["text"]["type"], block["text"]["emoji"]) == ("plain_text", False)


async def test_observe_only_keeps_the_queue_in_slack(make_world: MakeWorld) -> None:
    world = await make_world(OBSERVE_ONLY="1")
    await world.connect(MARA, "Mara Lindqvist")
    await pair(world, "Vik")
    queue = await pick(world, await queue_of(world, MARA), "Vik", "done")
    assert "No open flags" in queue.words
    assert world.zoho.writes == 0

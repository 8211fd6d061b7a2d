"""*Show every field*: what it costs, what it shows, the way back; and records that went in the meantime."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import ids
from bot.sandbox.things import Json, Message
from tests.conftest import MARA, TOMAS, World
from tests.scenarios.test_sharing import BRANDTS, ROES, blocks_of, group_of, pick

ANNA, ANA = "160000000731902", "160000000204417"


async def detail(world: World, listed: Message, name: str) -> Message:
    mark = world.slack.mark
    await pick(world, listed, "fields", name)
    return await world.slack.wait_for(lambda m: m.ts == listed.ts, after=mark, containing="Compared")


def rows(message: Message) -> dict[str, list[str]]:
    """The table's rows by their first cell."""
    (table,) = [block for block in message.blocks if block["type"] == "table"]
    read = [[_cell(cell) for cell in row] for row in table["rows"]]
    return {row[0]: row[1:] for row in read}


def _cell(cell: Json) -> str:
    if cell["type"] == "raw_text":
        return str(cell["text"])
    return "".join(str(one.get("text") or one.get("fallback")) for one in cell["elements"][0]["elements"])


async def test_a_group_is_shown_field_by_field_in_the_place_of_its_list(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    before = len(connected.zoho.calls)
    shown = await detail(connected, listed, ROES)
    assert shown.blocks[0]["text"]["text"] == "Ana Roe and Anna Roe"
    compared = rows(shown)
    assert compared["Field"] == ["Older", "Newer", "Compared"]
    assert compared["Name"] == ["Ana Roe", "Anna Roe", "similar"]
    assert compared["E-mail"] == ["ana.roe@kestrel.example", "Ana.Roe@kestrel.example", "same"]
    assert compared["Phone"] == ["+49 30 5550 142", "–", "one only"]
    assert compared["Account"] == ["Kestrel Logistics", "Kestrel Logistics", "same"]
    assert compared["Job title"] == ["Buyer", "Purchasing", "differs"]
    assert compared["Owner"] == ["Jonas Weil", "–", "–"]
    assert compared["Created"][2] == "–"
    assert "Job title differs: Buyer and Purchasing" in " ".join(shown.words.split())
    spent = [call.path for call in connected.zoho.calls[before:]]
    assert sorted(spent) == [f"/api/v1/contacts/{ANA}", f"/api/v1/contacts/{ANNA}"]


async def test_the_way_back_draws_the_page_it_came_from_without_a_call(connected: World) -> None:
    first = await connected.ask(MARA, "desk contacts")
    second = await connected.click(first, ids.PAGE_NEXT)
    shown = await detail(connected, second, "Ravi Menon")
    before = len(connected.zoho.calls)
    back = await connected.click(shown, ids.PAGE_BACK)
    assert back.ts == first.ts
    assert back.blocks == second.blocks
    assert len(connected.zoho.calls) == before


async def test_a_flag_pressed_there_shows_in_the_list(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    shown = await detail(connected, listed, ROES)
    assert [e.label for e in shown.elements()] == ["Flag", "Not a duplicate", "Back to the list"]
    flagged = await connected.click(shown, ids.GROUP_FLAG, containing="possible duplicates in")
    assert flagged.ts == listed.ts
    assert "Flagged by <@U01MARA>" in flagged.words
    again = await detail(connected, flagged, ROES)
    assert [e.label for e in again.elements()] == ["Undo flag", "Not a duplicate", "Back to the list"]


@pytest.mark.parametrize("text", ["desk accounts", "desk products"])
async def test_accounts_and_products_are_read_once_each(connected: World, text: str) -> None:
    listed = await connected.ask(MARA, text)
    before = len(connected.zoho.calls)
    mark = connected.slack.mark
    menu = listed.elements(ids.GROUP_MENU)[0]
    option = menu.raw["options"][0]["value"]
    await connected.slack.click(listed, ids.GROUP_MENU, block_id=menu.block_id, option=option)
    shown = await connected.slack.wait_for(lambda m: m.ts == listed.ts, after=mark, containing="Compared")
    columns = len(rows(shown)["Field"]) - 1
    assert len(connected.zoho.calls) - before == columns


async def test_of_many_records_the_four_fullest_are_compared(connected: World) -> None:
    org = connected.zoho.org("larkfield")
    for number in range(5):
        org.add(
            "contacts", firstName="Nora", lastName=f"Vik {number}", email="nora@planted.example",
            **({"title": "Engineer", "city": "Oslo"} if number else {}),
        )  # fmt: skip
    listed = await connected.ask(MARA, "desk contacts")
    before = len(connected.zoho.calls)
    shown = await detail(connected, listed, "Nora Vik")
    assert rows(shown)["Field"] == ["Record 1", "Record 2", "Record 3", "Record 4", "Compared"]
    assert "Also in this group: Nora Vik 0" in " ".join(shown.words.split())
    assert len(connected.zoho.calls) - before == 5  # all by their ids, then four one by one


async def test_where_tables_are_not_taken_the_same_facts_are_a_list(connected: World) -> None:
    connected.slack.world.missing_blocks.add("table")
    listed = await connected.ask(MARA, "desk contacts")
    shown = await detail_as_list(connected, listed)
    assert not [block for block in shown.blocks if block["type"] == "table"]
    assert "Field by field, the older record first" in shown.words
    assert "Job title differs : Buyer, Purchasing" in " ".join(shown.words.split())
    back = await connected.click(shown, ids.PAGE_BACK)
    assert back.blocks == listed.blocks


async def detail_as_list(world: World, listed: Message) -> Message:
    mark = world.slack.mark
    await pick(world, listed, "fields", ROES)
    return await world.slack.wait_for(lambda m: m.ts == listed.ts, after=mark, containing="field by field")


async def test_when_not_even_the_list_is_taken_words_and_a_way_to_try_again_remain(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.slack.fail("response_url", error="invalid_blocks", times=2)
    words = await detail_as_list(connected, listed)
    assert [block["type"] for block in words.blocks] == ["section", "actions"]
    again = await connected.click(words, ids.GROUP_MENU, containing="Compared")
    assert "Job title" in rows(again)


async def test_a_list_older_than_a_day_still_shows_every_field(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.clock.forward(timedelta(hours=25))
    shown = await detail(connected, listed, ROES)
    assert [e.label for e in shown.elements()] == ["Flag", "Not a duplicate"]
    flagged = await connected.click(shown, ids.GROUP_FLAG, containing="Undo flag")
    assert "1 possible duplicate in Desk contacts" in flagged.words


async def test_a_slow_read_says_what_is_being_done(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.zoho.fault("latency", seconds=1.0, times=1)
    mark = connected.slack.mark
    await pick(connected, listed, "fields", ROES)
    waiting = await connected.slack.wait_for(lambda m: m.ts == listed.ts, after=mark, containing="Reading")
    assert "Reading *every field* in Larkfield Support" in waiting.words
    await connected.slack.wait_for(lambda m: m.ts == listed.ts, after=waiting, containing="Compared")


async def test_an_error_is_said_beside_the_list(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.zoho.fault("server_error", path="/api/v1/contacts/*", times=None)
    mark = connected.slack.mark
    await pick(connected, listed, "fields", ROES)
    said = await connected.slack.wait_for(user=MARA, after=mark, containing="Zoho Desk failed on its side")
    assert said.ts != listed.ts
    assert "Nothing was changed" in said.words
    assert connected.slack.message(listed.ts).blocks == listed.blocks


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("server_error", "Zoho Desk failed on its side"),
        ("drop", "Zoho Desk did not answer in time"),
        ("html", "Zoho Desk failed on its side"),
        ("forbidden", "does not"),
    ],
)
async def test_after_a_slow_failure_the_list_stands_there_again(
    connected: World, fault: str, says: str
) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    mark = connected.slack.mark
    await failing_slowly(connected, listed, fault)
    said = await connected.slack.wait_for(user=MARA, after=mark, containing=says)
    assert said.ts != listed.ts
    again = connected.slack.message(listed.ts)
    assert again.blocks == listed.blocks
    connected.zoho.clear_faults()
    assert "Job title" in rows(await detail(connected, again, ROES))


async def failing_slowly(world: World, listed: Message, fault: str) -> None:
    """Ask for every field; the calls take their time and then fail."""
    world.zoho.fault("latency", path="/api/v1/contacts/*", seconds=1.0, times=None)
    world.zoho.fault(fault, path="/api/v1/contacts/*", times=None)
    mark = world.slack.mark
    await pick(world, listed, "fields", ROES)
    await world.slack.wait_for(lambda m: m.ts == listed.ts, after=mark, containing="Reading")
    await world.settled()


async def test_of_a_list_that_is_not_kept_any_more_only_the_error_remains(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.clock.forward(timedelta(hours=25))
    mark = connected.slack.mark
    await failing_slowly(connected, listed, "server_error")
    (said,) = [m for m in connected.slack.messages(MARA) if m.changed > mark and not m.deleted]
    assert "Zoho Desk failed on its side" in said.words
    assert connected.slack.message(listed.ts).deleted


async def test_a_slow_read_of_hidden_records_leaves_the_list_as_it_was(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.zoho.fault("latency", path="/api/v1/contacts/*", seconds=1.0, times=1)
    connected.zoho.fault("not_found", path=f"/api/v1/contacts/{ANNA}", times=1)
    connected.zoho.fault("forbidden", path=f"/api/v1/contacts/{ANNA}", times=None)
    mark = connected.slack.mark
    await pick(connected, listed, "fields", ROES)
    await connected.slack.wait_for(lambda m: m.ts == listed.ts, after=mark, containing="Reading")
    await connected.slack.wait_for(user=MARA, after=mark, containing="so nothing was done")
    await connected.settled()
    assert connected.slack.message(listed.ts).blocks == listed.blocks


# What went in the meantime


@pytest.mark.parametrize("way", ["trash", "remove"])
async def test_a_pair_that_lost_one_is_solved_and_keeps_its_number_and_place(
    connected: World, way: str
) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    number = next(b for b in listed.blocks if "Anna Roe" in str(b))["elements"][0]["elements"][0]["text"][:2]
    getattr(connected.zoho.org("larkfield"), way)("contacts", ANNA)
    mark = connected.slack.mark
    await connected.slack.click(listed, ids.GROUP_FLAG, value=group_of(listed, ROES))
    await connected.settled()
    drawn = connected.slack.message(listed.ts)
    key = group_of(listed, ROES).partition(":")[0]
    (line,) = blocks_of(drawn, key)
    pieces = line["elements"][0]["elements"]
    assert pieces[0] == {"type": "emoji", "name": "white_check_mark"}
    assert pieces[2]["text"] == f"{number} Solved in Zoho"
    assert [b for b in drawn.blocks if f":{key}:" not in b["block_id"]] == [
        b for b in listed.blocks if f":{key}:" not in b["block_id"]
    ]
    said = [m.words for m in connected.slack.messages(MARA) if m.changed > mark]
    assert any("One of the two records no longer exists in Zoho; this group is solved." in w for w in said)
    assert connected.zoho.writes == 0


async def test_a_larger_group_shrinks_and_is_flagged_only_when_it_is_pressed_again(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.zoho.org("larkfield").trash("contacts", "160000000733140")
    value = group_of(listed, BRANDTS)
    drawn = await connected.click(listed, ids.GROUP_FLAG, value=value, containing="no longer in Zoho")
    assert "This list is older than the records. Here it is again." in drawn.words
    assert "Flagged by" not in drawn.words
    again = group_of(drawn, BRANDTS)
    key, _, revision = value.partition(":")
    assert again == f"{key}:{int(revision) + 1}"
    flagged = await connected.click(drawn, ids.GROUP_FLAG, value=again, containing="Undo flag")
    assert "Flagged by <@U01MARA>" in flagged.words
    await connected.settled()
    queue = await connected.ask(MARA, "flagged")
    assert "Dr. Lena Brandt and 2 more" in queue.words


async def test_every_field_of_a_group_that_shrank_shows_those_that_are_left(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.zoho.org("larkfield").remove("contacts", "160000000733140")
    shown = await detail(connected, listed, BRANDTS)
    assert rows(shown)["Field"] == ["Record 1", "Record 2", "Record 3", "Compared"]
    back = await connected.click(shown, ids.PAGE_BACK)
    assert "no longer in Zoho" in back.words


async def test_every_field_of_a_solved_group_draws_the_list_again(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.zoho.org("larkfield").trash("contacts", ANA)
    mark = connected.slack.mark
    await pick(connected, listed, "fields", ROES)
    drawn = await connected.slack.wait_for(lambda m: m.ts == listed.ts, after=mark)
    assert "Solved in Zoho" in drawn.words
    assert "Anna Roe" in drawn.words


async def test_a_flag_on_a_group_that_lost_one_can_still_be_taken_back(connected: World) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    value = group_of(listed, BRANDTS)
    flagged = await connected.click(listed, ids.GROUP_FLAG, value=value, containing="Undo flag")
    connected.zoho.org("larkfield").trash("contacts", "160000000733140")
    undone = await connected.click(flagged, ids.FLAG_UNDO, containing="Flag taken back by")
    assert "Undo flag" not in undone.words


async def test_a_hidden_record_is_not_taken_for_a_lost_one(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    listed = await connected.ask(MARA, "desk contacts")
    mark = connected.slack.mark
    await connected.slack.click(listed, ids.GROUP_FLAG, value=group_of(listed, ROES), user=TOMAS)
    said = await connected.slack.wait_for(user=TOMAS, after=mark)
    assert "Your Zoho login does not show these records, so nothing was done." in said.words
    again = await connected.click(listed, ids.GROUP_FLAG, value=group_of(listed, ROES))
    assert "Solved" not in again.words

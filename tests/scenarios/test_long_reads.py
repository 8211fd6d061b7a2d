"""Modules too large to be read without asking: the price, the read in the background, and all its ends."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import ids
from bot.app import build
from bot.sandbox.things import Message
from bot.store.tables import read_pages
from tests.conftest import MARA, World
from zoho.sandbox.organisation import Org

SEARCH = "/api/v1/contacts/search"
ROWS, TWINS = 2_000, 12
PAGES = ROWS // 100


@pytest.fixture
def large(connected: World) -> World:
    """Mara's organisation has 2,000 contacts, which its Zoho calls too many, and few credits left."""
    org = org_of(connected)
    org.clear("contacts")
    org.fill("contacts", ROWS, duplicates=TWINS)
    org.large_at = ROWS
    org.credits_left = 900
    connected.bot.long_reads.every = 0.05
    return connected


def org_of(world: World) -> Org:
    return world.zoho.org("larkfield")


def slow(world: World, seconds: float = 0.05) -> None:
    """Every page takes so long."""
    world.zoho.fault("latency", path=SEARCH, seconds=seconds, times=None)


def searches(world: World) -> int:
    """How many pages were asked for."""
    return sum(call.path == SEARCH for call in world.zoho.calls)


async def question(world: World, text: str = "desk contacts") -> Message:
    """The price, asked before anything is read."""
    return await world.ask(MARA, text, containing="This search has to read everything")


async def started(world: World) -> Message:
    """The direct message of a read that has begun and come to its second page at least."""
    slow(world)
    asked = await question(world)
    mark = world.slack.mark
    await world.slack.click(asked, ids.SEARCH_CONFIRM)
    return await world.slack.wait_for(
        user=MARA,
        after=mark,
        predicate=lambda m: m.edits > 0 and not m.ephemeral and bool(m.elements(ids.SEARCH_CANCEL)),
    )


async def ended(world: World, containing: str) -> Message:
    """The direct message when it holds these words."""
    return await world.slack.wait_for(user=MARA, containing=containing)


def direct(world: World) -> list[Message]:
    """Everything in the direct conversation since the connection was made."""
    return [m for m in world.slack.messages(MARA) if not m.ephemeral and "is connected" not in m.words]


# From 202 to the answer


async def test_from_202_over_the_price_to_the_answer(large: World) -> None:
    asked = await question(large)
    before = searches(large)
    assert "costs at most" in asked.text
    assert "about 2,000 contacts" in asked.words
    assert before == 1  # the one that counted them
    left = org_of(large).credits_left
    assert f"of the {left} left today" in asked.words

    begun = await large.click(asked, ids.SEARCH_CONFIRM, containing="has begun")
    assert begun.ts == asked.ts
    assert not begun.elements()
    result = await ended(large, f"{TWINS} possible duplicates in Desk contacts")
    assert result.channel == large.slack.person(MARA).dm
    assert direct(large) == [result]  # one message, edited, not followed by another
    assert f"24 of {ROWS:,} contacts" in result.words
    price = int(asked.text.partition("at most ")[2].split()[0])
    assert left - org_of(large).credits_left <= price

    second = await large.click(result, ids.PAGE_NEXT)
    assert second.ts == result.ts
    assert "6 to 10 of 12" in second.words
    flagged = await large.click(second, ids.GROUP_FLAG, containing="Flagged by")
    assert flagged.ts == result.ts


async def test_progress_stands_in_one_message_with_a_way_to_stop_it(large: World) -> None:
    message = await started(large)
    assert "of about 2,000" in message.words
    assert "credits used" in message.words
    assert message.elements(ids.SEARCH_CANCEL)
    await ended(large, "possible duplicates in Desk contacts")


async def test_progress_is_edited_no_more_often_than_it_may(large: World) -> None:
    large.bot.long_reads.every = 60
    slow(large, 0.01)
    await large.click(await question(large), ids.SEARCH_CONFIRM, containing="has begun")
    await ended(large, "possible duplicates in Desk contacts")
    assert sum(call.method == "chat.update" for call in large.slack.calls) == 1


async def test_a_summary_names_the_large_list_and_its_button_asks_for_the_price(large: World) -> None:
    summary = await large.ask(MARA)
    assert "not read: it holds 2,000 records or more" in summary.words
    asked = await large.click(summary, ids.SEARCH_MODULE, value="desk/contacts")
    assert asked.ts == summary.ts
    assert "This search has to read everything" in asked.words


async def test_a_cheap_read_needs_no_question(large: World) -> None:
    org_of(large).credits_left = 50_000
    result = await large.ask(MARA, "desk contacts")
    assert f"{TWINS} possible duplicates in Desk contacts" in result.words
    assert result.ephemeral
    assert direct(large) == []


async def test_a_list_that_is_too_long_is_read_by_windows(connected: World) -> None:
    org = org_of(connected)
    org.fill("contacts", 10_200)
    for name in ("Nora", "Norah"):
        org.add("contacts", firstName=name, lastName="Vik", email="n@vik.example")
    result = await connected.ask(MARA, "contacts lastName=vik", containing="in Desk contacts ")
    assert "1 possible duplicate in Desk contacts" in result.words
    assert searches(connected) >= 100


async def test_a_cheap_read_that_takes_long_goes_on_in_the_background_without_a_question(
    connected: World,
) -> None:
    org_of(connected).fill("contacts", 14_200, duplicates=2)
    begun = await connected.ask(MARA, "contacts email=person0@filled0.example", containing="has begun")
    assert begun.ephemeral
    await ended(connected, "1 possible duplicate in Desk contacts")
    assert len(direct(connected)) == 1


async def test_filters_are_kept_over_the_question(large: World) -> None:
    for name in ("Nora", "Norah"):
        org_of(large).add("contacts", firstName=name, lastName="Vik", email="n@vik.example")
    org_of(large).credits_left = 600
    await large.ask(MARA, "desk accounts")
    asked = await question(large, "contacts lastName=vik")
    await large.slack.click(asked, ids.SEARCH_CONFIRM)
    result = await ended(large, "1 possible duplicate in Desk contacts")
    assert "Only with lastName=vik" in result.words


async def test_a_filter_that_windows_cannot_serve_is_not_said_to_be_unknown(large: World) -> None:
    org_of(large).add("contacts", lastName="Vik", city="Ulm")
    org_of(large).credits_left = 600
    await large.ask(MARA, "desk accounts")
    answer = await large.ask(MARA, "contacts city=Ulm", containing="more than one search reads")
    assert not answer.elements(ids.SEARCH_CONFIRM)


async def test_without_a_count_a_ceiling_is_named_and_the_read_stops_there(large: World) -> None:
    org_of(large).quirks.search_counts = False
    org_of(large).credits_left = 60
    asked = await question(large)
    assert "Larkfield Support has 100,000 or more contacts" in asked.words
    assert "Zoho does not say how many there are, so the read stops at that price" in asked.words
    assert "at most 54 of the 54 left today" in asked.words
    org_of(large).credits_left = 900
    await large.slack.click(asked, ids.SEARCH_CONFIRM)
    result = await ended(large, "in Desk contacts so far")
    assert "Compared: 1,800 of about 1,800 contacts" not in result.words
    assert "stopped at its price" in result.words


# Two clicks, two reads


async def test_two_clicks_on_start_search_begin_one_read(large: World) -> None:
    slow(large)
    asked = await question(large)
    await asyncio.gather(*(large.slack.click(asked, ids.SEARCH_CONFIRM) for _ in range(2)))
    await ended(large, f"{TWINS} possible duplicates in Desk contacts")
    await large.settled()
    assert len(direct(large)) == 1
    assert searches(large) <= 1 + PAGES + 4


async def test_one_read_at_a_time_for_a_person_and_an_organisation(large: World) -> None:
    first, second = await question(large), await question(large)
    slow(large)
    await large.slack.click(first, ids.SEARCH_CONFIRM)
    await ended(large, "Reading Desk contacts: ")
    told = await large.click(second, ids.SEARCH_CONFIRM, containing="already have a search")
    assert told.ts != second.ts
    assert large.slack.message(second.ts).elements(ids.SEARCH_CONFIRM)
    await ended(large, f"{TWINS} possible duplicates in Desk contacts")
    large.zoho.clear_faults()
    await large.click(second, ids.SEARCH_CONFIRM, containing="has begun")
    await large.settled()
    assert len(direct(large)) == 2


async def test_a_question_of_another_organisation_is_asked_anew(large: World) -> None:
    asked = await question(large)
    await large.connect(MARA, "Priya Nair")
    anew = await large.click(asked, ids.SEARCH_CONFIRM, containing="Bellbird Outdoor")
    assert anew.ts == asked.ts


# Cancelled


async def test_a_price_that_is_too_high_is_declined(large: World) -> None:
    asked = await question(large)
    before = searches(large)
    told = await large.click(asked, ids.SEARCH_CANCEL)
    assert told.ts == asked.ts
    assert "Nothing was read and no credits were used." in told.words
    assert searches(large) == before
    late = await large.click(asked, ids.SEARCH_CONFIRM)
    assert "This button belongs to an older message" in late.words
    assert searches(large) == before


async def test_a_cancelled_read_stops_before_the_next_page_and_says_what_it_cost(large: World) -> None:
    message = await started(large)
    left = org_of(large).credits_left
    told = await large.click(message, ids.SEARCH_CANCEL, containing="Search cancelled")
    await large.settled()
    assert told.ts == message.ts
    assert "contacts were read. Nothing was changed and nothing is kept" in told.words
    assert left - org_of(large).credits_left <= 6
    pages = searches(large)
    large.zoho.clear_faults()
    assert pages < PAGES

    again = await large.click(told, ids.SEARCH_AGAIN)
    assert again.ts == told.ts
    assert "This search has to read everything" in again.words


async def test_a_second_click_on_cancel_says_the_same(large: World) -> None:
    message = await started(large)
    await asyncio.gather(*(large.slack.click(message, ids.SEARCH_CANCEL) for _ in range(2)))
    await large.settled()
    (told,) = direct(large)
    assert "Search cancelled" in told.words
    assert not [m for m in large.slack.messages(MARA) if "older message" in m.words]


async def test_cancelled_at_once(large: World) -> None:
    slow(large, 0.5)
    asked = await question(large)
    large.zoho.clear_faults()
    slow(large, 0.5)
    await large.slack.click(asked, ids.SEARCH_CONFIRM)
    message = await ended(large, "Reading Desk contacts: ")
    told = await large.click(message, ids.SEARCH_CANCEL, containing="Search cancelled")
    await large.settled()
    (only,) = direct(large)
    assert only.ts == told.ts
    assert "Search cancelled" in only.words
    assert searches(large) <= 2


async def test_a_click_on_cancel_after_the_end_changes_nothing(large: World) -> None:
    message = await started(large)
    result = await ended(large, f"{TWINS} possible duplicates in Desk contacts")
    await large.settled()
    late = await large.click(message, ids.SEARCH_CANCEL)
    assert "This button belongs to an older message" in late.words
    assert large.slack.message(result.ts).blocks == result.blocks


# Bad days


@pytest.mark.parametrize(
    ("fault", "detail", "says"),
    [
        ("quota", {}, "The day’s Zoho credits are used up"),
        ("html", {}, "Zoho Desk failed on its side"),
        ("empty", {}, "Zoho Desk failed on its side"),
        ("not_json", {}, "Zoho Desk failed on its side"),
        ("server_error", {}, "Zoho Desk failed on its side"),
        ("drop", {}, "did not answer in time"),
        ("forbidden", {}, "Your Zoho profile does not allow this"),
        ("wrong_region", {}, "in different Zoho regions"),
        ("busy", {}, "Zoho is busy"),
    ],
)
async def test_what_ends_a_read_in_the_middle_takes_its_place_and_says_how_far_it_came(
    large: World, fault: str, detail: dict[str, Any], says: str
) -> None:
    asked = await question(large)
    large.zoho.fault(fault, path=SEARCH, times=None, after=5, **detail)
    await large.slack.click(asked, ids.SEARCH_CONFIRM)
    told = await ended(large, says)
    await large.settled()
    assert direct(large) == [told]
    if "different" not in says and "busy" not in says and "profile" not in says:
        assert "stopped after 500 contacts" in told.words or "500" in told.words
    assert await _is_free(large)


async def _is_free(world: World) -> bool:
    """Whether the next read may begin."""
    world.zoho.clear_faults()
    asked = await question(world)
    return "has begun" in (await world.click(asked, ids.SEARCH_CONFIRM, containing="has begun")).words


@pytest.mark.parametrize("fault", ["invalid_oauth", "busy", "server_error"])
async def test_what_passes_by_itself_does_not_end_a_read(large: World, fault: str) -> None:
    asked = await question(large)
    large.zoho.fault(fault, path=SEARCH, times=1, after=7)
    await large.slack.click(asked, ids.SEARCH_CONFIRM)
    result = await ended(large, f"{TWINS} possible duplicates in Desk contacts")
    assert f"24 of {ROWS:,} contacts" in result.words


async def test_a_grant_that_is_lost_in_the_middle_is_told_with_the_way_back(large: World) -> None:
    message = await started(large)
    large.zoho.revoke("mara")
    told = await ended(large, "no longer accepts your connection")
    await large.settled()
    assert told.ts == message.ts
    assert told.elements(ids.CONNECT_START)


async def test_credits_that_run_out_under_the_price_end_the_read(large: World) -> None:
    asked = await question(large)
    org_of(large).credits_left = 20
    await large.slack.click(asked, ids.SEARCH_CONFIRM)
    told = await ended(large, "The day’s Zoho credits are used up")
    assert "stopped after 600 contacts. Nothing was changed and nothing is kept." in told.words


async def test_a_module_that_grew_meanwhile_is_read_no_further_than_the_price(large: World) -> None:
    asked = await question(large)
    price = int(asked.text.partition("at most ")[2].split()[0])
    org_of(large).fill("contacts", 6_000)
    left = org_of(large).credits_left
    await large.slack.click(asked, ids.SEARCH_CONFIRM)
    result = await ended(large, "in Desk contacts so far")
    assert left - org_of(large).credits_left <= price
    assert "Compared: " in result.words
    assert "The read stopped at its price" in result.words


async def impatient(world: World) -> None:
    """Start the bot anew, so that it gives a call up after 1.5 seconds."""
    await world.bot.stop()
    world.bot = build(world.bot.settings, now=world.clock, call_seconds=1.5)
    await world.bot.start()


@pytest.mark.parametrize("call", ["groupContactDuplicateValues", "contacts/search"])
async def test_a_call_that_hangs_before_the_price_is_given_up(large: World, call: str) -> None:
    await impatient(large)
    large.zoho.fault("hang", path=f"*/{call}", times=None)
    answer = await large.ask(MARA, "desk contacts", containing="did not answer in time")
    assert answer.ephemeral
    assert answer.elements(ids.SEARCH_AGAIN)


async def test_a_page_that_hangs_ends_the_read(large: World) -> None:
    await impatient(large)
    large.zoho.fault("hang", path=SEARCH, times=None, after=3)
    await large.slack.click(await question(large), ids.SEARCH_CONFIRM)
    told = await ended(large, "did not answer in time")
    assert "stopped after 200 contacts" in told.words
    assert told.elements(ids.SEARCH_AGAIN)


async def test_202_to_everything_is_said_as_too_large(connected: World) -> None:
    connected.zoho.fault("accepted", path="/api/v1/*", times=None)
    answer = await connected.ask(MARA, "desk contacts")
    assert "more than one search reads" in answer.words


async def test_without_the_search_permission_the_way_to_grant_it_is_shown(world: World) -> None:
    world.zoho.fault("scopes", on="exchange", scope="Desk.contacts.READ Desk.products.READ Desk.basic.READ")
    await world.connect(MARA, "Mara Lindqvist")
    org = org_of(world)
    org.fill("contacts", ROWS)
    org.large_at, org.credits_left = ROWS, 900
    answer = await world.ask(MARA, "desk contacts")
    assert "One Zoho permission is missing: Desk.search.READ" in answer.text
    mark = world.slack.mark
    await world.walk(answer, "Mara Lindqvist")
    await world.slack.wait_for(user=MARA, after=mark, containing="This search has to read everything")


async def test_nothing_is_read_when_the_message_cannot_be_sent(large: World) -> None:
    asked = await question(large)
    before = searches(large)
    large.slack.fail("chat.postMessage", error="fatal_error", times=None)
    await large.click(asked, ids.SEARCH_CONFIRM, containing="Slack did not answer this app")
    assert searches(large) == before
    large.slack.clear_faults()
    assert await _is_free(large)


async def test_a_message_that_cannot_be_edited_is_followed_by_the_result(large: World) -> None:
    large.slack.fail("chat.update", error="edit_window_closed", times=None)
    await large.slack.click(await question(large), ids.SEARCH_CONFIRM)
    result = await ended(large, f"{TWINS} possible duplicates in Desk contacts")
    assert len(direct(large)) == 2
    assert result.edits == 0


# The process ends


async def test_a_stop_in_the_middle_costs_no_page_twice_and_the_read_goes_on(large: World) -> None:
    message = await started(large)
    begun = asyncio.get_running_loop().time()
    await large.bot.stop()
    assert asyncio.get_running_loop().time() - begun < 5
    left = large.slack.message(message.ts)
    assert left.elements(ids.SEARCH_CANCEL)
    assert 1 < searches(large) < PAGES
    mark = large.slack.mark
    await goes_on(large)
    after = await large.slack.wait_for(user=MARA, after=mark, containing="Reading Desk contacts: ")
    assert _read(after) >= _read(left)
    result = await ended(large, f"{TWINS} possible duplicates in Desk contacts")
    await large.settled()
    assert direct(large) == [result]
    assert result.ts == message.ts
    assert f"24 of {ROWS:,} contacts" in result.words
    assert searches(large) <= 1 + PAGES + 4 + 1
    assert not await _pages(large)


def _read(message: Message) -> int:
    """How far a read has come, as its message says."""
    return int(message.text.partition("contacts: ")[2].split()[0].replace(",", ""))


async def goes_on(world: World) -> None:
    """Start the bot anew after it was stopped."""
    await world.start_again()
    world.bot.long_reads.every = 0.05


async def _pages(world: World) -> bool:
    """Whether any page of a read is kept."""
    async with world.bot.database.read() as connection:
        return bool((await connection.execute(select(read_pages.c.place))).all())


async def test_a_read_that_goes_on_can_be_cancelled(large: World) -> None:
    message = await started(large)
    await large.bot.stop()
    before = searches(large)
    slow(large, 0.5)
    mark = large.slack.mark
    await goes_on(large)
    await large.slack.wait_for(user=MARA, after=mark, containing="Reading Desk contacts: ")
    told = await large.click(message, ids.SEARCH_CANCEL, containing="Search cancelled")
    await large.settled()
    assert direct(large) == [told]
    assert before <= searches(large) < PAGES
    assert not await _pages(large)
    large.zoho.clear_faults()
    assert await _is_free(large)


async def test_a_read_that_nobody_went_on_with_for_an_hour_is_told_and_can_be_repeated(large: World) -> None:
    message = await started(large)
    await large.bot.stop()
    large.clock.forward(timedelta(minutes=61))
    before = searches(large)
    await goes_on(large)
    told = await ended(large, "was interrupted")
    assert told.ts == message.ts
    assert "The app was restarted after" in told.words
    assert searches(large) <= before + 1  # the one that was under way
    assert not await _pages(large)
    late = await large.click(message, ids.SEARCH_CANCEL)
    assert "This button belongs to an older message" in late.words
    again = await large.click(told, ids.SEARCH_AGAIN)
    assert "This search has to read everything" in again.words


async def test_of_very_many_groups_the_largest_are_kept(large: World) -> None:
    org_of(large).clear("contacts")
    org_of(large).fill("contacts", 2_300, duplicates=1_100)
    await large.slack.click(await question(large), ids.SEARCH_CONFIRM)
    result = await ended(large, "1,100 possible duplicates in Desk contacts")
    assert "The 1,000 largest groups are kept here" in result.words

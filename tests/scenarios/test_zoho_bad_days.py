"""Zoho on bad days, through the front door: odd refusals, broken bodies, the end of a grant halfway."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import ids
from tests.conftest import MARA, World
from tests.scenarios.test_sharing import ROES, pick

MISSION = "/api/v1/products/duplicate"
LIST = "/api/v1/products"


def paths(world: World, since: int = 0) -> list[str]:
    """The calls for data so far."""
    return [call.path for call in world.zoho.calls[since:] if call.path.startswith("/api/v1/")]


# The mission's endpoint: is it there, or was the question wrong?


@pytest.mark.parametrize("fault", ["not_found", "method_not_allowed", "bad_path"])
async def test_an_endpoint_that_is_not_there_gives_way_to_the_list_and_is_not_asked_again(
    connected: World, fault: str
) -> None:
    connected.zoho.fault(fault, path=MISSION, times=None)
    before = len(connected.zoho.calls)
    found = await connected.ask(MARA, "desk products")
    assert "in Desk products" in found.words
    assert paths(connected, before)[:2] == [MISSION, LIST]
    before = len(connected.zoho.calls)
    await connected.ask(MARA, "desk products")
    assert MISSION not in paths(connected, before)


async def test_a_refusal_that_names_nothing_is_asked_once_more_without_a_question(connected: World) -> None:
    connected.zoho.fault("vague", path=MISSION, times=1)
    before = len(connected.zoho.calls)
    refused = await connected.ask(MARA, "desk products productCode=TM-1")
    assert "productCode" in refused.words
    assert "Nothing was searched" in refused.words
    assert paths(connected, before) == [MISSION, MISSION]
    before = len(connected.zoho.calls)
    await connected.ask(MARA, "desk products")
    assert paths(connected, before) == [MISSION]


async def test_a_refusal_that_names_nothing_even_then_is_about_the_path(connected: World) -> None:
    connected.zoho.fault("vague", path=MISSION, times=None)
    before = len(connected.zoho.calls)
    found = await connected.ask(MARA, "desk products")
    assert "in Desk products" in found.words
    assert paths(connected, before)[:2] == [MISSION, LIST]


async def test_a_parameter_that_zoho_names_is_named_and_forgotten(connected: World) -> None:
    connected.zoho.fault("bad_key", key="productCode", path=MISSION, times=1)
    before = len(connected.zoho.calls)
    refused = await connected.ask(MARA, "desk products productCode=TM-1")
    assert "productCode" in refused.words
    assert "Nothing was searched" in refused.words
    assert paths(connected, before) == [MISSION]
    before = len(connected.zoho.calls)
    again = await connected.ask(MARA, "desk products productCode=TM-1")
    assert "productCode" not in again.text or "Nothing was searched" not in again.words
    assert paths(connected, before)[0] == MISSION


@pytest.mark.parametrize("error", ["The module is switched off", {"message": "Duplicates are off"}, ["off"]])
async def test_an_error_in_a_good_answer_is_zohos_last_word_for_that_list(
    connected: World, error: object
) -> None:
    connected.zoho.fault("error_key", error=error, path=MISSION, times=None)
    before = len(connected.zoho.calls)
    refused = await connected.ask(MARA, "desk products")
    assert "Zoho Desk answered with an error" in refused.words
    assert "off" in refused.words
    assert paths(connected, before) == [MISSION]
    summary = await connected.ask(MARA, "")
    assert "in Desk contacts" in summary.words or "Contacts" in summary.words
    assert sorted(str(e.value) for e in summary.elements(ids.SEARCH_MODULE))[:2] == [
        "desk/accounts",
        "desk/contacts",
    ]


@pytest.mark.parametrize("error", [None, False, "", {}, []])
async def test_an_error_that_is_empty_is_none(connected: World, error: object) -> None:
    connected.zoho.fault("error_key", error=error, path=MISSION, times=None)
    answer = await connected.ask(MARA, "desk products")
    assert "answered with an error" not in answer.words
    assert "No duplicates in Desk products" in answer.words


# Other endpoints that are not what they were


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("not_found", "does not know what was asked for"),
        ("method_not_allowed", "Zoho Desk"),
        ("vague", "refused this request"),
        ("bad_path", "refused this request"),
        ("license", "edition"),
        ("unauthorized", "no longer accepts"),
        ("empty", "Zoho Desk failed on its side"),
        ("not_json", "Zoho Desk failed on its side"),
        ("html", "Zoho Desk failed on its side"),
    ],
)
@pytest.mark.parametrize("call", ["groupContactDuplicateValues", "groupContacts"])
async def test_a_contacts_search_ends_in_a_sentence_and_is_never_no_duplicates(
    connected: World, call: str, fault: str, says: str
) -> None:
    connected.zoho.fault(fault, path=f"/api/v1/{call}", times=None)
    answer = await connected.ask(MARA, "desk contacts")
    assert "No duplicates" not in answer.words
    assert says in answer.words
    connected.zoho.clear_faults()


@pytest.mark.parametrize("fault", ["empty", "not_json", "html"])
@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("desk products", "products/duplicate"),
        ("ann@acme.example", "contacts/search"),
        ("ann@acme.example", "accessibleOrganizations"),
        ('"Trail Map"', "products/searchDuplicates"),
        ("desk contacts city=Berlin", "contacts"),
    ],
)
async def test_a_body_that_is_no_answer_is_never_taken_for_one(
    connected: World, text: str, call: str, fault: str
) -> None:
    connected.zoho.fault(fault, path=f"/api/v1/{call}", times=None)
    answer = await connected.ask(MARA, text)
    assert "Zoho Desk failed on its side" in answer.words
    connected.zoho.clear_faults()
    again = await connected.click(answer, ids.SEARCH_AGAIN)
    assert "failed on its side" not in again.words


# In the middle of a search


async def test_a_token_that_ends_in_the_middle_of_paging_is_renewed_and_the_page_comes(
    connected: World,
) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.zoho.fault("invalid_oauth", path="/api/v1/groupContacts", after=2, times=1)
    before = len(connected.zoho.calls)
    second = await connected.click(listed, ids.PAGE_NEXT)
    assert "6 to 10" in second.words
    assert [call.grant for call in connected.zoho.calls[before:] if call.grant] == ["refresh"]


async def test_a_grant_that_ends_in_the_middle_of_paging_leaves_the_page_and_says_so(
    connected: World,
) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.zoho.fault("invalid_oauth", path="/api/v1/groupContacts", after=2, times=None)
    connected.zoho.revoke("mara")
    said = await connected.click(listed, ids.PAGE_NEXT, containing="no longer accepts")
    connected.zoho.clear_faults()
    assert said.ts != listed.ts
    assert connected.slack.message(listed.ts).blocks == listed.blocks
    mark = connected.slack.mark
    await connected.walk(said, "Mara Lindqvist")
    await connected.slack.wait_for(user=MARA, after=mark, containing="in Desk contacts")
    assert "6 to 10" in (await connected.click(listed, ids.PAGE_NEXT)).words


@pytest.mark.parametrize(
    ("fault", "says"), [("quota", "The day’s Zoho credits are used up"), ("busy", "Zoho is busy")]
)
async def test_both_kinds_of_429_in_the_middle_of_paging_are_told_apart(
    connected: World, fault: str, says: str
) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.zoho.fault(fault, path="/api/v1/groupContacts", after=2, times=None)
    said = await connected.click(listed, ids.PAGE_NEXT, containing=says)
    assert connected.slack.message(listed.ts).blocks == listed.blocks
    connected.zoho.clear_faults()
    assert said.ts != listed.ts
    assert "6 to 10" in (await connected.click(listed, ids.PAGE_NEXT)).words


async def test_one_busy_moment_is_not_even_noticed(connected: World) -> None:
    connected.zoho.fault("busy", path="/api/v1/groupContacts", times=1)
    assert "10 possible duplicates" in (await connected.ask(MARA, "desk contacts")).words


async def test_credits_that_are_really_gone_say_when_there_are_new_ones(connected: World) -> None:
    org = connected.zoho.org("larkfield")
    org.credits_left = 0
    refused = await connected.ask(MARA, "desk contacts")
    assert "The day’s Zoho credits are used up" in refused.words
    assert "Back:" in refused.words
    assert "searches wait, flags stay in Slack, alerts resume by themselves" in refused.words
    assert "Then type /duplicates desk contacts again" in refused.words.replace("`", "")
    assert not refused.elements(ids.SEARCH_AGAIN)  # pressing it would only fail again
    org.credits_left = 1_000
    assert "10 possible" in (await connected.ask(MARA, "desk contacts")).words


# Records that went between the search and the click, where both are seen by the clicker


@pytest.mark.parametrize("way", ["trash", "remove"])
async def test_a_group_that_falls_to_one_record_is_solved_when_it_is_opened(
    connected: World, way: str
) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    getattr(connected.zoho.org("larkfield"), way)("contacts", "160000000731902")
    mark = connected.slack.mark
    await pick(connected, listed, "fields", ROES)
    drawn = await connected.slack.wait_for(lambda m: m.ts == listed.ts, after=mark)
    assert "Solved in Zoho" in drawn.words
    again = await connected.ask(MARA, "desk contacts")
    assert "Anna Roe" not in again.words


@pytest.mark.parametrize("off", [timedelta(minutes=10), timedelta(minutes=-10)])
async def test_a_clock_that_is_ten_minutes_off_connects_flags_and_reads(world: World, off: timedelta) -> None:
    world.clock.forward(off)
    await world.connect(MARA, "Mara Lindqvist")
    listed = await world.ask(MARA, "desk contacts")
    flagged = await world.click(listed, ids.GROUP_FLAG, containing="Undo flag")
    await world.click(flagged, ids.FLAG_UNDO, containing="Flag taken back by")
    assert "all is well" in (await world.ask(MARA, "status")).words

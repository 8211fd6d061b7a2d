"""Searching: one list, every list, pages, filters, and everything that can come between."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot import ids
from tests.conftest import JONAS, MARA, TOMAS, MakeWorld, World


def desk_calls(world: World) -> list[str]:
    return [call.path for call in world.zoho.calls if call.path.startswith("/api/")]


def plant_twins(world: World, pairs: int, **fields: str) -> None:
    """Pairs of contacts with an e-mail address of their own."""
    for number in range(pairs):
        for name in ("Nora", "Norah"):
            email = f"nora{number}@planted.example"
            world.zoho.org("larkfield").add("contacts", firstName=name, lastName="Vik", email=email, **fields)


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("desk contacts", "10 possible duplicates in Desk contacts"),
        ("contacts", "10 possible duplicates in Desk contacts"),
        ("desk accounts", "possible duplicates in Desk accounts"),
        ("products", "possible duplicates in Desk products"),
    ],
)
async def test_a_list_is_answered_with_its_groups(connected: World, text: str, headline: str) -> None:
    result = await connected.ask(MARA, text)
    assert headline in result.words
    assert result.ephemeral
    assert len(result.elements(ids.GROUP_FLAG)) <= 5
    assert "Larkfield Support" in result.words


async def test_without_words_every_list_is_counted_and_the_largest_groups_come_first(
    connected: World,
) -> None:
    result = await connected.ask(MARA)
    assert re.search(r"\d+ possible duplicates", result.words)
    shown = [element.value for element in result.elements(ids.SEARCH_MODULE)]
    assert shown == ["desk/contacts", "desk/accounts", "desk/products"]
    assert "Start with the largest" in result.words

    worst = await connected.click(result, ids.SEARCH_WORST)
    assert worst.ts == result.ts
    assert "The 3 largest groups" in worst.words
    assert len(worst.elements(ids.GROUP_FLAG)) == 3


async def test_a_row_of_the_summary_opens_its_list_in_the_messages_place(connected: World) -> None:
    result = await connected.ask(MARA)
    opened = await connected.click(result, ids.SEARCH_MODULE, value="desk/products")
    assert opened.ts == result.ts
    assert "in Desk products" in opened.words


async def test_one_list_that_fails_does_not_hide_the_others(connected: World) -> None:
    connected.zoho.fault("server_error", path="/api/v1/products*", times=None)
    result = await connected.ask(MARA)
    assert "one list not read" in result.words
    assert "500" in result.words
    assert "Desk contacts" in result.words
    connected.zoho.clear_faults()
    again = await connected.click(result, ids.SEARCH_MODULE, value="desk/products")
    assert "in Desk products" in again.words


async def test_what_fails_for_every_list_is_said_once(connected: World) -> None:
    connected.zoho.fault("quota", times=None)
    result = await connected.ask(MARA)
    assert "The day’s Zoho credits are used up" in result.words
    assert not result.elements(ids.SEARCH_MODULE)


async def test_a_missing_permission_is_named_with_the_way_to_grant_it(world: World) -> None:
    world.zoho.fault("scopes", on="exchange", scope="Desk.products.READ Desk.search.READ Desk.basic.READ")
    await world.connect(MARA, "Mara Lindqvist")
    before = len(desk_calls(world))
    answer = await world.ask(MARA, "desk contacts")
    assert "Desk.contacts.READ" in answer.words
    assert len(desk_calls(world)) == before

    summary = await world.ask(MARA)
    assert (
        "Not searched: Desk contacts and accounts, because `Desk.contacts.READ` is not granted"
        in summary.words
    )
    mark = world.slack.mark
    await world.walk(summary, "Mara Lindqvist")
    result = await world.slack.wait_for(user=MARA, after=mark, containing="Start with the largest")
    assert "Not searched" not in result.words


async def test_pages_come_from_the_stored_list(connected: World) -> None:
    first = await connected.ask(MARA, "desk contacts")
    assert "1 to 5 of 10" in first.words
    second = await connected.click(first, ids.PAGE_NEXT)
    assert second.ts == first.ts
    assert "6 to 10 of 10" in second.words
    calls = len(desk_calls(connected))
    back = await connected.click(second, ids.PAGE_PREVIOUS)
    assert back.blocks == first.blocks
    again = await connected.click(back, ids.PAGE_NEXT)
    assert again.blocks == second.blocks
    assert len(desk_calls(connected)) == calls


async def test_doubt_ends_in_what_the_group_may_be_instead(connected: World) -> None:
    first = await connected.ask(MARA, "desk contacts")
    assert "names differ. Perhaps several people with one mailbox." in first.words
    second = await connected.click(first, ids.PAGE_NEXT)
    doubt = (
        "first names differ, and each is linked to its own CRM contact. Perhaps two people with one mailbox."
    )
    assert doubt in second.words


async def test_a_page_of_a_list_older_than_a_day_is_a_new_search_that_says_so(connected: World) -> None:
    first = await connected.ask(MARA, "desk contacts")
    connected.clock.forward(timedelta(hours=24))
    anew = await connected.click(first, ids.PAGE_NEXT)
    assert anew.ts == first.ts
    assert "That list was older than a day. This is a new search." in anew.words
    assert "1 to 5 of 10" in anew.words


async def test_a_new_search_for_an_old_list_keeps_its_filters(connected: World) -> None:
    plant_twins(connected, 6, city="Hamburg")
    first = await connected.ask(MARA, "contacts city=Hamburg")
    assert "6 possible duplicates" in first.words
    connected.clock.forward(timedelta(hours=24))
    anew = await connected.click(first, ids.PAGE_NEXT)
    assert "6 possible duplicates" in anew.words
    assert "Only with city=Hamburg" in anew.words


async def test_nobody_turns_the_pages_of_somebody_elses_list(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    first = await connected.ask(MARA, "desk contacts")
    mark = connected.slack.mark
    await connected.slack.click(first, ids.PAGE_NEXT, user=TOMAS)
    answer = await connected.slack.wait_for(after=mark)
    assert "6 to 10 of" not in answer.words


async def test_a_list_of_another_organisation_is_searched_anew(connected: World) -> None:
    first = await connected.ask(MARA, "desk contacts")
    await connected.connect(MARA, "Priya Nair")
    anew = await connected.click(first, ids.PAGE_NEXT)
    assert "Bellbird Outdoor" in anew.words
    assert "Larkfield" not in anew.words
    assert "possible duplicate" in anew.words
    assert anew.elements(ids.GROUP_FLAG)


async def test_an_unknown_filter_is_named_and_the_nearest_one_searches(connected: World) -> None:
    answer = await connected.ask(MARA, "contacts lastNme=Brandt")
    assert "No Desk contact has a field called “lastNme”. Nothing was searched." in answer.text
    result = await connected.click(answer, ids.SEARCH_AGAIN)
    assert "lastName=Brandt" in result.words
    assert "in Desk contacts" in result.words


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("desk contatcs", "Did you mean desk contacts ?"),
        ("frobnicate", "There is no command called frobnicate"),
        ("contacts Hamburg", "Hamburg is no filter"),
        ('contacts city="Ham', "is not closed"),
        ("city=Hamburg", "no list was named"),
        ("contacts 1st=x", "cannot be the name of a field"),
        (f"contacts city={'x' * 5000}", "longer than 200 characters"),
        ("crm contacts", "Zoho CRM cannot be searched yet"),
        ("<!channel> @here `x` *b*", "There is no command called"),
        ("contacts \u2066city", "is no filter"),
    ],
)
async def test_what_cannot_be_understood_is_answered_without_asking_zoho(
    connected: World, text: str, says: str
) -> None:
    before = len(connected.zoho.calls)
    answer = await connected.ask(MARA, text)
    assert says in " ".join(answer.words.split())
    assert len(connected.zoho.calls) == before


async def test_the_nearest_command_is_a_click_away(connected: World) -> None:
    answer = await connected.ask(MARA, "hlep")
    shown = await connected.click(answer, ids.COMMAND_RUN)
    assert "What /duplicates can do" in shown.words
    listed = await connected.click(await connected.ask(MARA, "desk contatcs"), ids.SEARCH_MODULE)
    assert "in Desk contacts" in listed.words


async def test_the_help_leads_a_newcomer_to_connecting(world: World) -> None:
    shown = await world.ask(JONAS, "help")
    offer = await world.click(shown, ids.COMMAND_RUN)
    assert "Connect Zoho Desk to find duplicates" in offer.words


async def test_nothing_found_is_said_of_what_was_compared(connected: World) -> None:
    answer = await connected.ask(MARA, "contacts firstName=Ana lastName=Roe")
    assert "No duplicates in Desk contacts" in answer.words
    everything = await connected.click(answer, ids.SEARCH_ALL)
    assert "Start with the largest" in everything.words


async def test_a_slow_search_says_what_is_being_done(connected: World) -> None:
    connected.zoho.fault("latency", seconds=1.2, times=1)
    mark = connected.slack.mark
    sent = await connected.slack.command(MARA, "desk contacts")
    line = await connected.slack.wait_for(user=MARA, after=mark, containing="Searching")
    assert "Searching *Desk contacts* in Larkfield Support" in line.words
    assert "The result follows here" in line.words
    result = await connected.slack.wait_for(user=MARA, after=line, containing="in Desk contacts")
    assert result.ts != line.ts
    assert sent.status == 200


async def test_after_a_click_the_line_and_the_result_take_the_messages_place(connected: World) -> None:
    summary = await connected.ask(MARA)
    connected.zoho.fault("latency", seconds=1.0, times=1)
    mark = connected.slack.mark
    await connected.slack.click(summary, ids.SEARCH_MODULE, value="desk/accounts")
    line = await connected.slack.wait_for(user=MARA, after=mark, containing="Searching")
    assert line.ts == summary.ts
    assert "follows" not in line.words
    result = await connected.slack.wait_for(user=MARA, after=line, containing="in Desk accounts")
    assert result.ts == summary.ts


async def test_a_page_that_cannot_be_read_leaves_the_one_before_and_a_way_to_go_on(
    connected: World,
) -> None:
    listed = await connected.ask(MARA, "desk contacts")
    connected.zoho.fault("latency", seconds=1.0, times=None)
    connected.zoho.fault("server_error", times=None)
    mark = connected.slack.mark
    await connected.slack.click(listed, ids.PAGE_NEXT)
    line = await connected.slack.wait_for(user=MARA, after=mark, containing="Searching")
    assert line.ts == listed.ts
    said = await connected.slack.wait_for(user=MARA, after=line, containing="failed on its side")
    assert said.ts != listed.ts
    again = connected.slack.message(listed.ts)
    assert again.blocks == listed.blocks
    connected.zoho.clear_faults()
    assert "6 to 10" in (await connected.click(again, ids.PAGE_NEXT)).words


async def test_a_search_born_of_a_click_that_fails_late_is_an_error_in_that_place(connected: World) -> None:
    summary = await connected.ask(MARA)
    connected.zoho.fault("latency", seconds=1.0, times=None)
    connected.zoho.fault("server_error", times=None)
    mark = connected.slack.mark
    await connected.slack.click(summary, ids.SEARCH_MODULE, value="desk/accounts")
    said = await connected.slack.wait_for(user=MARA, after=mark, containing="failed on its side")
    assert said.ts == summary.ts
    connected.zoho.clear_faults()
    result = await connected.click(said, ids.SEARCH_AGAIN, containing="in Desk accounts")
    assert result.ts == summary.ts


async def test_a_search_born_of_a_click_outlives_the_process_that_began_it(connected: World) -> None:
    summary = await connected.ask(MARA)
    fault = connected.zoho.fault("hang", path="/api/v1/groupAccount*", times=None)
    mark = connected.slack.mark
    await connected.slack.click(summary, ids.SEARCH_MODULE, value="desk/accounts")
    await connected.slack.wait_for(user=MARA, after=mark, containing="Searching")
    assert fault.hits
    connected.bot.drain_seconds = 0.1
    await connected.bot.stop()
    connected.zoho.clear_faults()
    await connected.start_again()
    result = await connected.slack.wait_for(user=MARA, after=mark, containing="in Desk accounts")
    assert result.ts == summary.ts


async def test_a_quick_search_says_nothing_before_its_result(connected: World) -> None:
    await connected.ask(MARA, "desk contacts")
    assert not [m for m in connected.slack.messages(MARA) if "Searching" in m.words]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("scope", "Zoho permission is missing"),
        ("org_mismatch", "is not reachable with your connection"),
        ("forbidden", "Your Zoho profile does not allow this"),
        ("license", "Your organisation’s Zoho edition does not allow this"),
        ("wrong_region", "in different Zoho regions"),
        ("quota", "The day’s Zoho credits are used up"),
        ("busy", "Zoho is busy"),
        ("server_error", "Zoho Desk failed on its side"),
        ("html", "Zoho Desk failed on its side"),
        ("accepted", "more than one search reads"),
        ("drop", "did not answer in time"),
    ],
)
async def test_every_refusal_has_its_own_sentence(connected: World, fault: str, says: str) -> None:
    connected.zoho.fault(fault, path="/api/v1/*", times=None)
    answer = await connected.ask(MARA, "desk contacts")
    assert says in answer.words


async def test_try_again_repeats_the_command(connected: World) -> None:
    connected.zoho.fault("server_error", path="/api/v1/*", times=None)
    answer = await connected.ask(MARA, "accounts")
    connected.zoho.clear_faults()
    result = await connected.click(answer, ids.SEARCH_AGAIN)
    assert "in Desk accounts" in result.words


async def test_an_error_key_in_a_good_answer_ends_that_list_with_zohos_words(connected: World) -> None:
    connected.zoho.org("larkfield").endpoint = "error"
    answer = await connected.ask(MARA, "desk products")
    assert "Zoho Desk answered with an error" in answer.words


async def test_a_parameter_zoho_refuses_is_named_and_the_list_is_not_read_instead(connected: World) -> None:
    answer = await connected.ask(MARA, "desk products colour=blue")
    assert "colour" in answer.words
    assert "Nothing was searched" in answer.words
    assert "/api/v1/products" not in desk_calls(connected)


async def test_an_organisation_without_the_endpoint_reads_its_list(world: World) -> None:
    await world.connect(MARA, "Priya Nair")
    result = await world.ask(MARA, "desk products")
    assert "in Desk products" in result.words
    assert "/api/v1/products/duplicate" in desk_calls(world)
    before = desk_calls(world).count("/api/v1/products/duplicate")
    await world.ask(MARA, "desk products")
    assert desk_calls(world).count("/api/v1/products/duplicate") == before


async def test_a_throttled_renewal_is_no_lost_connection(connected: World) -> None:
    connected.zoho.expire_tokens("mara")
    connected.clock.forward(timedelta(hours=2))
    connected.zoho.fault("throttle", on="refresh", times=None)
    answer = await connected.ask(MARA, "desk contacts")
    assert "Zoho has paused renewing your access" in answer.words
    assert "no longer accepts" not in answer.words


async def test_hostile_names_reach_nobody(connected: World) -> None:
    first = await connected.ask(MARA, "desk contacts")
    second = await connected.click(first, ids.PAGE_NEXT)
    for message in (first, second):
        assert "<!channel>" not in message.text
        for block in message.blocks:
            if block["type"] in ("section", "context"):
                texts = [block.get("text"), *block.get("elements", [])]
                for text in filter(None, texts):
                    assert text["type"] == "plain_text" or text["verbatim"] is True
                    assert text["type"] == "plain_text" or "<!channel>" not in text["text"]


async def test_observe_only_is_said_on_every_list(make_world: MakeWorld) -> None:
    world = await make_world(OBSERVE_ONLY="1")
    await world.connect(MARA, "Mara Lindqvist")
    result = await world.ask(MARA, "desk contacts")
    assert "This installation writes nothing to Zoho" in result.words

"""Is this one here twice? An address, a number, a link, a product's name; and what a message holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import ids
from bot.sandbox.things import Message
from tests.conftest import ELIF, JONAS, LARKFIELD, MARA, TOMAS, MakeWorld, World
from zoho.records import Who

ROE = "ana.roe@kestrel.example"
SILVA = "+49 69 5550 128"


def desk_calls(world: World) -> list[str]:
    return [call.path for call in world.zoho.calls if call.path.startswith("/api/")]


async def check(world: World, text: str, *, containing: str = "") -> Message:
    """The answer to a check, which costs at most three calls to Zoho."""
    before = len(desk_calls(world))
    answer = await world.ask(MARA, text, containing=containing)
    assert len(desk_calls(world)) - before <= 3
    return answer


async def use_shortcut(world: World, text: str, *, user: str = MARA) -> Message:
    """The answer to the shortcut on a message that Tomás wrote."""
    said = world.slack.say(TOMAS, text)
    mark, before = world.slack.mark, len(desk_calls(world))
    sent = await world.slack.shortcut(user, said, ids.RECORD_CHECK)
    assert sent.status == 200
    answer = await world.slack.wait_for(user=user, after=mark)
    assert len(desk_calls(world)) - before <= 3
    return answer


@pytest.mark.parametrize(
    "text",
    [ROE, ROE.upper(), f"<mailto:{ROE}|{ROE}>", f"<{ROE}>", f"Ana Roe <{ROE}>", f" {ROE} "],
)
async def test_an_address_shows_its_twins_however_it_is_written(connected: World, text: str) -> None:
    answer = await check(connected, text)
    assert answer.ephemeral
    assert answer.text.startswith("2 records have")
    assert "Ana Roe" in answer.words
    assert "Anna Roe" in answer.words
    assert "Desk contacts, possible duplicates" in answer.words
    assert len(answer.elements(ids.GROUP_FLAG)) == 1


@pytest.mark.parametrize("text", [SILVA, f"<tel:+49695550128|{SILVA}>"])
async def test_a_number_shows_its_twins(connected: World, text: str) -> None:
    answer = await check(connected, text)
    assert "same name and phone" in answer.words


async def test_a_number_that_may_be_written_otherwise_in_zoho_is_not_just_denied(connected: World) -> None:
    answer = await check(connected, "0049 69 5550-128")
    assert "No record has 0049 69 5550-128." in answer.text
    assert "Numbers are found as they are written in Zoho" in answer.words


async def test_only_one_record_and_none_are_said_as_such(connected: World) -> None:
    org = connected.zoho.org("larkfield")
    org.add("contacts", firstName="Thea", lastName="Quist", email="t.quist@aldertree.example")
    only = await check(connected, "t.quist@aldertree.example")
    assert only.text == "Only one record has t.quist@aldertree.example: Thea Quist in Desk contacts."
    none = await check(connected, "nobody@aldertree.example")
    assert none.text == "No record has nobody@aldertree.example."
    assert not none.elements()


async def test_records_of_unlike_kinds_stand_together_and_the_button_acts_on_the_twins_alone(
    connected: World,
) -> None:
    account = connected.zoho.org("larkfield").add("accounts", accountName="Roe & Daughters", email=ROE)
    answer = await check(connected, ROE)
    assert "3 records" in answer.words
    assert "2 Desk contacts and 1 Desk account" in answer.text
    assert "Roe & Daughters" in answer.words

    flagged = await connected.click(answer, ids.GROUP_FLAG, containing="Flagged by")
    assert flagged.ts == answer.ts
    assert "Roe & Daughters" in flagged.words
    await connected.settled()
    (flag,) = await connected.bot.store.flags.find()
    assert account not in flag.members
    assert len(flag.members) == 2

    back = await connected.click(flagged, ids.FLAG_UNDO, containing="Flag taken back by")
    assert back.ts == answer.ts
    assert "3 records" in back.words


async def test_a_click_a_day_later_still_acts_on_the_twins(connected: World) -> None:
    answer = await check(connected, ROE)
    connected.clock.forward(timedelta(hours=25))
    await connected.bot.store.sweep()
    flagged = await connected.click(answer, ids.GROUP_FLAG, containing="Flagged by")
    assert "Anna Roe" in flagged.words


def link_shapes(origin: str, record: str) -> list[str]:
    return [
        f"{origin}/support/larkfield/ShowHomePage.do#Contacts/dv/{record}",
        f"{origin}/agent/larkfield/support/contacts/details/{record}",
        f"<https://help.larkfield.example/agent/larkfield/contacts/details/{record}>",
        f"<https://help.larkfield.example/contacts/{record}?from=mail&amp;x=1|Ana>",
        f"help.larkfield.example/contacts/{record}",
    ]


@pytest.mark.parametrize("shape", range(5))
async def test_a_link_shows_the_records_twins_whatever_its_shape(connected: World, shape: int) -> None:
    org = connected.zoho.org("larkfield")
    record = org.add("contacts", firstName="Thea", lastName="Quist", email="t.quist@aldertree.example")
    org.add("contacts", firstName="Theo", lastName="Quist", email="t.quist@aldertree.example")
    link = link_shapes(connected.zoho.hosts["eu"]["desk_web"], record)[shape]
    answer = await check(connected, link)
    assert answer.text == "2 records for Thea Quist: 2 Desk contacts."


async def test_a_link_to_a_record_without_twins_says_so(connected: World) -> None:
    record = connected.zoho.org("larkfield").add("accounts", accountName="Only & One")
    answer = await check(connected, f"https://help.larkfield.example/accounts/{record}")
    assert answer.text == "No possible duplicates of Only &amp; One in Desk accounts."


async def test_a_link_to_a_record_that_is_gone_or_elsewhere_says_so(connected: World) -> None:
    org = connected.zoho.org("larkfield")
    gone = org.add("contacts", lastName="Quist", email="t.quist@aldertree.example")
    org.trash("contacts", gone)
    for record in (gone, "999999999"):
        answer = await check(connected, f"https://desk.zoho.eu/agent/x/contacts/details/{record}")
        assert "Your Zoho login finds no Desk contact under that link" in answer.words


async def test_other_links_are_told_apart_without_asking_zoho(connected: World) -> None:
    before = len(desk_calls(connected))
    other = await check(connected, "https://help.larkfield.example/portal/en/home")
    assert "leads to no Desk contact, account or product" in other.words
    crm = await check(connected, "https://crm.zoho.eu/crm/org2006/tab/Contacts/160000000204417")
    assert "Zoho CRM cannot be searched yet" in crm.words
    assert len(desk_calls(connected)) == before


@pytest.mark.parametrize("name", ["help", "status", "connect", "desk contacts", "crm", '12" Pipe'])
async def test_quotes_make_any_word_a_products_name(connected: World, name: str) -> None:
    org = connected.zoho.org("larkfield")
    for code in ("", "Q-1"):
        org.add("products", productName=name, productCode=code)
    answer = await check(connected, f'"{name}"')
    assert "Desk products, possible duplicates" in answer.words
    assert "2 Desk products" in answer.text
    curly = await check(connected, f"“{name}”")
    assert curly.text == answer.text


async def test_a_product_that_is_not_there_is_said(connected: World) -> None:
    assert (await check(connected, '"Perpetual Motion"')).text == "No record has Perpetual Motion."


async def test_an_address_and_a_number_are_looked_up_together(connected: World) -> None:
    answer = await check(connected, f"{ROE}, {SILVA}")
    assert "4 records" in answer.words
    assert len(answer.elements(ids.GROUP_FLAG)) == 2


async def test_without_the_search_permission_it_is_said_what_was_not_looked_at(world: World) -> None:
    world.zoho.fault("scopes", on="exchange", scope="Desk.contacts.READ Desk.products.READ Desk.basic.READ")
    await world.connect(MARA, "Mara Lindqvist")
    none = await check(world, "nobody@aldertree.example")
    assert none.text == "No records share nobody@aldertree.example."
    assert "`Desk.search.READ` is not granted" in none.words


async def test_somebody_who_is_not_connected_connects_and_gets_the_answer(world: World) -> None:
    offer = await world.ask(MARA, '"Aqua Pump"')
    assert offer.elements(ids.CONNECT_START)
    mark = world.slack.mark
    await world.walk(offer, "Mara Lindqvist")
    await world.slack.wait_for(user=MARA, after=mark, containing="No record has Aqua Pump")


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("quota", "The day’s Zoho credits are used up"),
        ("html", "Zoho Desk failed on its side"),
        ("empty", "Zoho Desk failed on its side"),
        ("drop", "did not answer in time"),
        ("forbidden", "Your Zoho profile does not allow this"),
    ],
)
async def test_a_bad_day_has_its_sentence(connected: World, fault: str, says: str) -> None:
    connected.zoho.fault(fault, path="/api/v1/*", times=None)
    answer = await connected.ask(MARA, ROE)
    assert says in answer.words


# The message shortcut


async def test_the_shortcut_answers_with_the_twins_of_what_the_message_holds(connected: World) -> None:
    answer = await use_shortcut(
        connected,
        f"<@U03PRIYA> wrote on <!date^1795507500^{{date}}|24 Nov 2026> that <mailto:{ROE}|{ROE}> "
        f"or <tel:+49695550128|{SILVA}> wants order 4711 (<https://shop.example/4711234567|4711234567>)",
    )
    assert answer.to == MARA
    assert f"4 records have {ROE} or {SILVA}" in answer.text
    assert f"From the message of <@{TOMAS}>" in answer.words
    assert len(answer.elements(ids.GROUP_FLAG)) == 2


async def test_the_shortcut_reads_the_blocks_of_a_message_without_text(connected: World) -> None:
    section = {
        "type": "section",
        "text": {"type": "mrkdwn", "text": f"New request from <mailto:{ROE}|{ROE}>"},
    }
    said = replace(connected.slack.say(TOMAS, "x"), text="", blocks=(section,))
    mark = connected.slack.mark
    await connected.slack.shortcut(MARA, said, ids.RECORD_CHECK)
    answer = await connected.slack.wait_for(user=MARA, after=mark)
    assert "2 records have" in answer.text


async def test_what_was_not_looked_up_is_named(connected: World) -> None:
    answer = await use_shortcut(connected, f"{ROE}, x@aldertree.example and y@aldertree.example")
    assert "Not looked up: x@aldertree.example and y@aldertree.example." in answer.words


async def test_a_message_without_either_is_told_so_without_a_call(connected: World) -> None:
    before = len(desk_calls(connected))
    answer = await use_shortcut(connected, "Order 4711 of 12.03.2024, 10:30, costs 1,200.00")
    assert "No e-mail address or phone number in that message." in answer.words
    assert len(desk_calls(connected)) == before


async def test_the_shortcut_works_where_the_app_is_not(connected: World) -> None:
    said = connected.slack.say(MARA, ROE, "C04PRIVATE")
    mark = connected.slack.mark
    await connected.slack.shortcut(MARA, said, ids.RECORD_CHECK)
    answer = await connected.slack.wait_for(user=MARA, after=mark)
    assert "2 records have" in answer.text


async def test_the_shortcut_of_somebody_who_is_not_connected_is_carried_out_afterwards(
    world: World,
) -> None:
    offer = await use_shortcut(world, f"Secret words and {ROE}", user=JONAS)
    assert offer.elements(ids.CONNECT_START)
    mark = world.slack.mark
    await world.walk(offer, "Mara Lindqvist")
    await world.slack.wait_for(user=JONAS, after=mark, containing="2 records have")


async def test_the_shortcut_happens_once_however_often_slack_sends_it(connected: World) -> None:
    said = connected.slack.say(TOMAS, ROE)
    sent = await connected.slack.shortcut(MARA, said, ids.RECORD_CHECK)
    await connected.slack.wait_for(user=MARA, containing="2 records have")
    calls = len(desk_calls(connected))
    again = await connected.slack.redeliver(sent)
    assert again.status == 200
    await connected.settled()
    assert len(desk_calls(connected)) == calls


async def test_the_shortcut_turns_away_people_of_other_companies(make_world: MakeWorld) -> None:
    world = await make_world()
    said = world.slack.say(ELIF, ROE, "C03SHARED")
    mark = world.slack.mark
    await world.slack.shortcut(ELIF, said, ids.RECORD_CHECK)
    answer = await world.slack.wait_for(user=ELIF, after=mark)
    assert "answers members of Larkfield only" in answer.words


async def test_nothing_of_the_message_but_its_values_is_kept(world: World) -> None:
    await use_shortcut(world, f"A secret for {ROE}", user=JONAS)
    key = await world.bot.store.asked.latest(_who(JONAS))
    assert key is not None
    waiting = await world.bot.store.asked.peek(_who(JONAS), key)
    assert waiting is not None
    assert waiting.text == ROE


def _who(user: str) -> Who:
    return Who(LARKFIELD, user)

"""Is everything in order: the three checks live, in words, and the way out of each trouble."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot import ids
from bot.sandbox.things import Message
from tests.conftest import JONAS, MARA, World, link_of
from tests.scenarios.test_alerts import choose, standing, start
from zoho.organisations import OrganisationKey
from zoho.records import Product

LARKFIELD = OrganisationKey(Product.DESK, "eu", "20060000001")


def lines(message: Message) -> list[str]:
    """Every line of the report, with the name of its sign."""
    (block,) = [block for block in message.blocks if str(block.get("block_id")).startswith("status:desk")]
    elements = block["elements"][0]["elements"]
    pieces = [f":{one['name']}:" if one["type"] == "emoji" else one["text"] for one in elements]
    return "".join(pieces).split("\n")


def desk_calls(world: World) -> list[str]:
    return [call.path for call in world.zoho.calls if call.path.startswith("/api/")]


async def test_all_in_order_is_said_line_by_line_for_few_calls(connected: World) -> None:
    before = len(desk_calls(connected))
    answer = await connected.ask(MARA, "status")
    assert "Your Zoho connection: all is well" in answer.words
    assert lines(answer) == [
        "Zoho Desk\u00a0· Larkfield Support\u00a0· EU",
        ":white_check_mark:  Access good for 59 minutes, renews itself",
        ":white_check_mark:  Permissions 4 of 4 for reading",
        ":white_check_mark:  Product duplicates Zoho answers, with 12 rows",
        ":white_check_mark:  Organisation reached with your connection",
        ":white_check_mark:  Lists contacts and accounts answer",
        ":white_check_mark:  Writing not allowed, as you chose; flags stay in Slack",
        lines(answer)[7],
        ":white_check_mark:  Links open in 127.0.0.1",
    ]
    assert lines(answer)[7].startswith(":white_check_mark:  Credits ")
    assert "Connected as Mara Lindqvist" in answer.words
    assert 3 <= len(desk_calls(connected)) - before <= 6
    assert not answer.elements(ids.CONNECT_START)
    assert connected.zoho.writes == 0


async def test_check_again_looks_again_in_the_same_place(connected: World) -> None:
    connected.zoho.org("larkfield").endpoint = "error"
    first = await connected.ask(MARA, "status")
    assert "Your Zoho connection: 1 thing to do" in first.words
    assert "Duplicate check is switched off for this portal" in first.words
    connected.zoho.org("larkfield").endpoint = "grouped"
    second = await connected.click(first, ids.STATUS_AGAIN)
    assert second.ts == first.ts
    assert "all is well" in second.words


async def test_a_stored_verdict_is_asked_again_and_noted_anew(connected: World) -> None:
    organisations = connected.bot.zoho.organisations
    await organisations.note_endpoint(LARKFIELD, False)
    answer = await connected.ask(MARA, "status")
    assert "Zoho answers, with 12 rows" in answer.words
    assert await organisations.has_endpoint(LARKFIELD) is True


@pytest.mark.parametrize(("user", "lists"), [("Priya Nair", "contacts, accounts and products answer")])
async def test_an_organisation_without_the_endpoint_is_in_order(world: World, user: str, lists: str) -> None:
    await world.connect(MARA, user)
    answer = await world.ask(MARA, "status")
    assert "all is well" in answer.words
    assert "Zoho does not offer them here; the product list is compared instead" in answer.words
    assert lists in answer.words


async def test_a_permission_that_was_not_granted_is_named_and_can_be_granted(world: World) -> None:
    world.zoho.fault("scopes", scope="Desk.contacts.READ Desk.products.READ Desk.basic.READ")
    await world.connect(MARA, "Mara Lindqvist")
    answer = await world.ask(MARA, "status")
    assert "1 thing to do" in answer.words
    assert "3 of 4 for reading. Missing Desk.search.READ" in "".join(lines(answer))
    mark = world.slack.mark
    await world.walk(answer, "Mara Lindqvist")
    again = await world.slack.wait_for(user=MARA, containing="all is well", after=mark)
    assert "4 of 4 for reading" in again.words


async def test_without_a_connection_the_way_to_one_is_shown_and_then_everything_is_looked_at(
    world: World,
) -> None:
    answer = await world.ask(JONAS, "status")
    assert "Your Zoho connection: 1 thing to do" in answer.words
    assert "not connected" in answer.words
    assert desk_calls(world) == []
    mark = world.slack.mark
    await world.walk(answer, "Jonas Weil")
    report = await world.slack.wait_for(user=JONAS, containing="Kestrel Logistics", after=mark)
    assert "all is well" in (await world.slack.wait_for(user=JONAS, containing="all is well")).words
    assert report


async def test_a_withdrawn_grant_needs_a_reconnect(connected: World) -> None:
    connected.zoho.revoke("mara")
    answer = await connected.ask(MARA, "status")
    assert "1 thing to do" in answer.words
    assert "Zoho no longer accepts it" in answer.words
    assert "Reconnect Zoho Desk" in answer.words
    mark = connected.slack.mark
    await connected.walk(answer, "Mara Lindqvist")
    await connected.slack.wait_for(user=MARA, containing="all is well", after=mark)


async def test_a_grant_that_was_found_lost_before_is_told_in_the_same_way(connected: World) -> None:
    connected.zoho.revoke("mara")
    await connected.ask(MARA, "desk contacts")
    before = len(desk_calls(connected))
    answer = await connected.ask(MARA, "status")
    assert "Zoho no longer accepts it" in answer.words
    assert len(desk_calls(connected)) == before


async def test_a_paused_renewal_is_no_lost_connection(connected: World) -> None:
    connected.clock.forward(timedelta(minutes=58, seconds=30))
    connected.zoho.fault("throttle", on="refresh", times=None)
    answer = await connected.ask(MARA, "status")
    access = lines(answer)[1]
    assert access.startswith(
        ":warning:  Access your connection is fine, but Zoho has paused renewing it until"
    )
    assert "Zoho answers, with 12 rows" in answer.words
    assert not answer.elements(ids.CONNECT_START)

    connected.clock.forward(timedelta(minutes=10))
    answer = await connected.ask(MARA, "status")
    assert "has paused renewing it until about" in lines(answer)[1]
    assert "no longer accepts" not in answer.words


async def test_a_short_lived_token_is_renewed_before_it_is_judged(connected: World) -> None:
    connected.clock.forward(timedelta(minutes=59))
    answer = await connected.ask(MARA, "status")
    assert "good for 59 minutes, renews itself" in lines(answer)[1]


async def test_a_lost_key_is_said_as_such(connected: World) -> None:
    await connected.restart(encryption_keys=(SecretStr(Fernet.generate_key().decode()),))
    answer = await connected.ask(MARA, "status")
    assert "the encryption key of this installation has changed" in answer.words
    assert "not connected" not in answer.words
    assert answer.elements(ids.CONNECT_START)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("wrong_region", "the answer comes from another Zoho region"),
        ("org_mismatch", "not among those that your Zoho user reaches now"),
        ("quota", "the day’s Zoho credits are used up; they are back at about"),
    ],
)
async def test_what_stops_every_search_is_one_thing_to_do(connected: World, fault: str, says: str) -> None:
    connected.zoho.fault(fault, path="/api/v1/*", times=None)
    answer = await connected.ask(MARA, "status")
    assert "1 thing to do" in answer.words
    assert says in "".join(lines(answer))
    assert "no rows" not in answer.words
    assert bool(answer.elements(ids.CONNECT_START)) is (fault != "quota")


async def test_a_renewed_token_of_another_region_names_it(connected: World) -> None:
    connected.zoho.fault("foreign_api_domain", on="refresh", value=connected.zoho.origin("in"))
    connected.clock.forward(timedelta(minutes=59))
    answer = await connected.ask(MARA, "status")
    assert "the answer comes from India" in "".join(lines(answer))
    searched = await connected.ask(MARA, "desk products")
    assert "Connection and organisation are in different Zoho regions" in searched.words
    assert "Larkfield Support answers from: India" in " ".join(searched.words.split())
    assert "No duplicates" not in searched.words
    assert link_of(searched)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("forbidden", "your Zoho profile does not allow it; ask a Desk administrator for the right"),
        (
            "license",
            "the organisation’s Zoho edition does not allow it; ask a Desk administrator what it holds",
        ),
    ],
)
async def test_one_list_that_is_refused_is_named(connected: World, fault: str, why: str) -> None:
    connected.zoho.fault(fault, path="/api/v1/accounts", times=None)
    answer = await connected.ask(MARA, "status")
    assert f":warning:  Accounts not readable: {why}" in lines(answer)
    assert ":white_check_mark:  Lists contacts answer" in lines(answer)


async def test_disconnecting_from_the_report_ends_the_connection(connected: World) -> None:
    answer = await connected.ask(MARA, "status")
    gone = await connected.click(answer, ids.CONNECT_END)
    assert gone.ts == answer.ts
    assert "Zoho Desk is disconnected" in gone.words
    assert connected.zoho.grants("mara") == 0


async def test_the_words_of_the_command_are_few(connected: World) -> None:
    assert "all is well" in (await connected.ask(MARA, "Status desk")).words
    assert "There is no command called" in (await connected.ask(MARA, "status now")).words
    assert "Zoho CRM cannot be searched yet" in (await connected.ask(MARA, "status crm")).words


async def test_a_slow_zoho_is_waited_for_with_a_line(connected: World) -> None:
    connected.zoho.fault("latency", seconds=1.0, times=1)
    mark = connected.slack.mark
    await connected.slack.command(MARA, "status")
    await connected.slack.wait_for(user=MARA, containing="Checking your connection", after=mark)
    await connected.slack.wait_for(user=MARA, containing="all is well", after=mark)


def next_alert(answer: Message) -> int | None:
    """When the report says that alerts speak next."""
    (block,) = [block for block in answer.blocks if str(block.get("block_id")).startswith("status:desk")]
    return next((one["timestamp"] for one in block["elements"][0]["elements"] if one["type"] == "date"), None)


async def test_of_several_alerts_the_one_that_looks_next_is_named_snoozes_counted(connected: World) -> None:
    await start(connected, "subscribe contacts every 1 hours")
    await start(connected, "subscribe accounts daily 9:00")
    hourly, daily = sorted(await standing(connected), key=lambda one: one.next_at)
    assert next_alert(await connected.ask(MARA, "status")) == int(hourly.next_at.timestamp())
    for_a_week = await connected.ask(MARA, "list")
    await choose(connected, for_a_week, f"snooze7:{hourly.id}", "Snoozed until")
    assert next_alert(await connected.ask(MARA, "status")) == int(daily.next_at.timestamp())


async def test_alerts_that_read_with_the_connection_are_counted_and_named_when_they_wait(
    connected: World,
) -> None:
    await start(connected, "subscribe contacts daily 9:00")
    answer = await connected.ask(MARA, "status")
    assert "1 reads with this connection" in answer.words
    (one,) = await standing(connected)
    assert next_alert(answer) == int(one.next_at.timestamp())
    connected.zoho.revoke("mara")
    connected.clock.forward(timedelta(days=1))
    await connected.slack.wait_for(channel="C01SUPPORT", containing="are paused", timeout=30)
    answer = await connected.ask(MARA, "status")
    assert "1 paused: they run again once you have connected anew" in answer.words
    assert answer.elements(ids.CONNECT_START)

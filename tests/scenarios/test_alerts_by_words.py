"""Alerts set up, found and silenced by what is typed: the lists that are named are those that are meant."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import ids
from bot.sandbox.things import Message
from tests.conftest import MARA, TOMAS, World
from tests.scenarios.test_alerts import ask, initial, open_form, standing, start

GENERAL = "C02GENERAL"


@pytest.mark.parametrize(
    ("said", "often", "time", "zone"),
    [
        ("weekdays at 9:00 (Asia/Tokyo)", "weekdays", "09:00", "Asia/Tokyo"),
        ("every Monday at 16:30 (Europe/London)", "weekly", "16:30", "Europe/London"),
        ("every day at 7", "daily", "07:00", "Europe/Berlin"),
        ("daily 9:00 pm new york", "daily", "21:00", "America/New_York"),
    ],
)
async def test_a_schedule_is_typed_as_the_app_itself_says_it(
    connected: World, said: str, often: str, time: str, zone: str
) -> None:
    sheet = await open_form(connected, f"subscribe contacts {said}")
    assert initial(sheet, ids.SUB_OFTEN) == often
    assert (initial(sheet, "time"), initial(sheet, "zone")) == (time, zone)


async def test_quiet_hours_are_typed_too(connected: World) -> None:
    words = "subscribe contacts and accounts every 2 hours, not 18:00 to 8:00 (Europe/London)"
    sheet = await open_form(connected, words)
    assert (initial(sheet, "quiet"), initial(sheet, "zone")) == ("18:00 to 8:00", "Europe/London")
    chosen = sheet.elements("modules")[0].raw["initial_options"]
    assert [one["value"] for one in chosen] == ["desk/contacts", "desk/accounts"]


async def test_a_list_there_is_none_of_is_named_instead_of_a_schedule(connected: World) -> None:
    answer = await ask(connected, MARA, "subscribe desk contatcs daily 9:00")
    assert "There is no list called “contatcs”. Did you mean contacts?" in answer.text
    assert "cannot be searched yet" in (await ask(connected, MARA, "subscribe crm leads daily 9:00")).words
    assert await standing(connected) == ()


async def test_alerts_on_another_list_than_the_one_that_is_named_are_not_stopped(connected: World) -> None:
    await start(connected, "subscribe accounts daily 9:00")
    listed = await ask(connected, MARA, "unsubscribe contacts")
    assert "Desk accounts" in listed.words
    assert listed.elements(ids.SUB_MORE)
    answer = await ask(connected, MARA, "unsubscribe everything")
    assert "There is no command called “unsubscribe everything”" in answer.text
    (one,) = await standing(connected)
    await ask(connected, MARA, "unsubscribe desk accounts", containing="Stopped: alerts on Desk accounts")
    assert await standing(connected) == ()
    assert one.terms.modules


async def test_among_several_alerts_the_list_that_is_named_is_meant(connected: World) -> None:
    await start(connected, "subscribe contacts daily 9:00")
    await start(connected, "subscribe accounts daily 9:00")
    listed = await ask(connected, MARA, "snooze a week")
    assert "2 alerts" in listed.words
    await ask(connected, MARA, "snooze accounts for 3 days", containing="Snoozed until")
    contacts, accounts = await standing(connected)
    assert contacts.snoozed_until is None
    assert accounts.snoozed_until is not None
    assert accounts.snoozed_until - connected.clock() > timedelta(days=2.9)
    await ask(connected, MARA, "unsubscribe accounts and contacts", containing="2 alerts")
    await ask(connected, MARA, "unsubscribe contacts", containing="Stopped: alerts on Desk contacts")
    assert await standing(connected) == (accounts,)


async def test_in_another_channel_ones_own_alerts_are_shown_to_choose_from(connected: World) -> None:
    await start(connected)
    await connected.slack.command(MARA, "unsubscribe", GENERAL)
    listed = await connected.slack.wait_for(user=MARA, channel=GENERAL, containing="1 alert")
    assert listed.elements(ids.SUB_MORE)
    assert len(await standing(connected)) == 1


async def test_the_form_is_one_click_away_from_words_that_name_no_schedule(connected: World) -> None:
    answer = await ask(connected, MARA, "subscribe contacts sometimes")
    assert "“sometimes” is no schedule" in answer.words
    await connected.slack.click(answer, ids.SUB_NEW)
    await connected.slack.wait_for_modal(MARA, containing="Lists to watch")


async def test_the_list_offers_each_person_what_they_may_do(connected: World) -> None:
    await start(connected)
    assert verbs(await ask(connected, MARA, "list")) == ["edit", "preview", "snooze7", "stop"]
    assert verbs(await ask(connected, TOMAS, "list")) == ["snooze7", "stop"]


def verbs(listed: Message) -> list[str]:
    (menu,) = listed.elements(ids.SUB_MORE)
    return [option["value"].partition(":")[0] for option in menu.raw["options"]]

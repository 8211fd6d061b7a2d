"""The Home tab: useful before connecting and after, true after what its person does, pushed to nobody."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from bot import ids
from bot.blocks.alerts import form
from bot.blocks.words import DOT
from bot.sandbox.demo.browser import Browser
from bot.sandbox.things import Element, Message, View
from tests.conftest import ELIF, JONAS, LARKFIELD, MARA, PRIYA, TOMAS, World
from tests.scenarios.test_alerts import SUPPORT, standing, start
from tests.scenarios.test_dismissing import dismiss
from tests.scenarios.test_flag_queue import UNSEEN, everybody_sees_the_roes, pair, plant_many, reads
from tests.scenarios.test_flagging import comments, flag, may_write


async def home_of(world: World, user: str) -> View:
    """Open the Home tab; out comes what is shown when everything has settled."""
    sent = await world.slack.open_home(user)
    assert sent.status == 200
    assert sent.seconds < 1
    return await settled(world, user)


async def settled(world: World, user: str) -> View:
    """The Home tab as it is once nothing is being done any more."""
    await world.settled()
    view = world.slack.home(user)
    assert view is not None
    return view


def rows(view: View) -> list[str]:
    """The first line of each flag on the tab."""
    texts = [block["text"]["text"] for block in view.blocks if block["type"] == "section"]
    return [text.splitlines()[0] for text in texts if "flagged by" in text]


def menu_of(view: View, name: str) -> Element:
    for block in view.blocks:
        if block["type"] == "section" and name in block["text"]["text"]:
            return next(one for one in view.elements(ids.FLAG_MORE) if one.block_id == block["block_id"])
    raise AssertionError(f"no flag on {name} in {rows(view)}")


async def pick(world: World, view: View, name: str, verb: str) -> View:
    """Choose from the menu of a flag on the tab; out comes the tab afterwards."""
    menu = menu_of(view, name)
    value = next(one["value"] for one in menu.raw["options"] if one["value"].startswith(f"{verb}:"))
    sent = await world.slack.click(view, ids.FLAG_MORE, block_id=menu.block_id, option=value)
    assert sent.status == 200
    return await settled(world, view.user)


async def press(world: World, view: View, action_id: str, **which: object) -> View:
    sent = await world.slack.click(view, action_id, **which)  # type: ignore[arg-type]  # value, option
    assert sent.status == 200
    return await settled(world, view.user)


def link(view: View) -> str:
    (button,) = view.elements(ids.CONNECT_START)
    return str(button.raw["url"])


async def connect_from(view: View, zoho_user: str) -> None:
    """From the tab's button over our page and Zoho's consent to the last page."""
    async with Browser.start() as browser:
        consent = await browser.press(await browser.open(link(view)), "Continue to Zoho")
        await browser.press(consent, f"Accept as {zoho_user}")


def publishes(world: World, user: str) -> int:
    return sum(call.method == "views.publish" and call.args["user_id"] == user for call in world.slack.calls)


@pytest.fixture
async def both(connected: World) -> World:
    """Mara and Tomás, who sees fewer records, in one organisation."""
    await connected.connect(TOMAS, "Tomás Reyes")
    return connected


# Before connecting


async def test_somebody_who_is_not_connected_finds_what_this_is_and_the_way_in(connected: World) -> None:
    await pair(connected, "Vik")
    since = len(connected.zoho.calls)
    view = await home_of(connected, JONAS)
    for part in ("Find duplicate records in Zoho Desk", "How it works", "What is kept"):
        assert part in view.words
    assert "There is 1 open flag." in view.words
    assert "Vik" not in view.words
    assert "CRM" not in view.words
    assert len(connected.zoho.calls) == since


async def test_connecting_from_the_tab_draws_it_again(world: World) -> None:
    view = await home_of(world, MARA)
    await connect_from(view, "Mara Lindqvist")
    after = await settled(world, MARA)
    assert ":white_check_mark: *Zoho Desk*" in after.words
    assert "Larkfield Support, EU" in after.words
    assert "Nothing is flagged" in after.words
    assert not after.elements(ids.CONNECT_START)


async def test_alerts_are_set_up_from_the_tab_for_a_channel_that_is_chosen(connected: World) -> None:
    view = await home_of(connected, MARA)
    await connected.slack.click(view, ids.SUB_NEW)
    sheet = await connected.slack.wait_for_modal(MARA, containing="Lists to watch")
    await connected.slack.submit(sheet, {form.CHANNEL: SUPPORT})
    await connected.slack.wait_for_modal(MARA, containing="Alerts started")
    (one,) = await standing(connected)
    assert one.owner.user == MARA
    assert "Your alerts" in (await settled(connected, MARA)).words


async def test_the_link_is_fresh_each_time_the_tab_is_opened(world: World) -> None:
    first = link(await home_of(world, MARA))
    world.clock.forward(timedelta(minutes=16))
    second = link(await home_of(world, MARA))
    assert first != second
    async with Browser.start() as browser:
        assert "its 15 minutes are over" in (await browser.open(first)).words
        await browser.press(await browser.open(second), "Continue to Zoho")


async def test_the_messages_tab_publishes_nothing(world: World) -> None:
    await world.slack.event(
        {"type": "app_home_opened", "user": MARA, "tab": "messages", "channel": "D01MARA"}
    )
    await world.settled()
    assert publishes(world, MARA) == 0


async def test_a_redelivered_event_publishes_once(world: World) -> None:
    sent = await world.slack.open_home(MARA)
    await world.settled()
    assert (await world.slack.redeliver(sent)).status == 200
    await world.settled()
    assert publishes(world, MARA) == 1


async def test_somebody_from_another_company_is_told_whom_it_is_for(connected: World) -> None:
    await pair(connected, "Vik")
    view = await home_of(connected, ELIF)
    assert "This app answers members of Larkfield only" in view.words
    assert "flag" not in view.words
    assert not view.elements()


# Connected


async def test_a_connected_person_sees_the_connection_and_the_flags(both: World) -> None:
    await pair(both, "Vik", TOMAS)
    await pair(both, "Holm")
    since = len(both.zoho.calls)
    view = await home_of(both, MARA)
    assert rows(view) == ["1. Vik, twice", "2. Holm, twice"]
    assert "flagged by Tomás Reyes, today" in view.words
    assert "flagged by you, today" in view.words
    assert "This page is visible to you alone" in view.words
    assert reads(both, since) == ["mara /api/v1/contacts/contactsByIds"]


async def test_rows_are_letters_and_nobody_is_woken_by_them(both: World) -> None:
    await pair(both, "<!channel> *b* :x:")
    view = await home_of(both, MARA)
    assert rows(view) == ["1. <!channel> *b* :x:, twice"]
    block = next(one for one in view.blocks if "channel" in str(one))
    assert (block["text"]["type"], block["text"]["emoji"]) == ("plain_text", False)


async def test_dates_are_in_the_persons_own_zone(connected: World) -> None:
    await connected.connect(PRIYA, "Mara Lindqvist")
    await pair(connected, "Vik")
    shown = {user: (await home_of(connected, user)).words for user in (MARA, PRIYA)}
    times = {user: text.partition("flagged by ")[2].partition("day ")[2][:5] for user, text in shown.items()}
    assert times[MARA] != times[PRIYA]


async def test_somebody_who_sees_fewer_records_gets_the_rest_counted(both: World) -> None:
    await pair(both, "Hidden", restricted=True)
    await pair(both, "Vik")
    view = await home_of(both, TOMAS)
    assert rows(view) == ["1. Vik, twice"]
    assert f"1 more is {UNSEEN}" in view.words
    assert "Hidden" not in str(view.given)


async def test_people_of_another_organisation_get_them_counted(both: World) -> None:
    await pair(both, "Vik")
    await both.connect(PRIYA, "Priya Nair")
    view = await home_of(both, PRIYA)
    assert "Bellbird Outdoor, India" in view.words
    assert rows(view) == []
    assert "Nothing is flagged in Bellbird Outdoor." in view.words
    assert f"1 more is {UNSEEN}" in view.words


async def test_a_flag_whose_record_is_gone_leaves_the_tab(both: World) -> None:
    members = await pair(both, "Vik")
    both.zoho.org("larkfield").trash("contacts", members[0])
    view = await home_of(both, MARA)
    assert "1 flag left by itself" in view.words
    assert "Nothing is flagged" in view.words


# Its buttons


async def test_claim_done_and_undo_work_in_the_tab_itself(both: World) -> None:
    for name in ("Vik", "Holm", "Berg"):
        await pair(both, name)
    mark = both.slack.mark
    view = await pick(both, await home_of(both, MARA), "Vik", "claim")
    assert "yours" in view.words
    view = await pick(both, view, "Vik", "release")
    assert "yours" not in view.words
    view = await pick(both, view, "Holm", "done")
    assert rows(view) == ["1. Vik, twice", "2. Berg, twice"]
    view = await pick(both, view, "Vik", "undo")
    assert rows(view) == ["1. Berg, twice"]
    assert [m for m in both.slack.messages(MARA) if m.changed > mark] == []


async def test_undo_in_the_tab_takes_the_comments_back(world: World) -> None:
    await flag(world, await may_write(world))
    assert len(comments(world)) == 2
    view = await pick(world, await home_of(world, MARA), "Roe", "undo")
    assert "Nothing is flagged" in view.words
    assert comments(world) == []


async def test_open_shows_the_group_in_a_direct_message(both: World) -> None:
    await flag(both, await both.ask(MARA, "desk contacts"))
    view = await home_of(both, MARA)
    mark = both.slack.mark
    await pick(both, view, "Roe", "open")
    opened = await both.slack.wait_for(user=MARA, after=mark, containing="1 possible duplicate")
    assert (opened.channel, opened.ephemeral) == ("D01MARA", False)
    undone = await both.click(opened, ids.FLAG_UNDO)
    assert "Flag taken back by <@U01MARA>" in undone.words
    assert "Nothing is flagged" in (await settled(both, MARA)).words


async def test_the_second_of_two_people_is_told_by_direct_message(both: World) -> None:
    await pair(both, "Vik")
    views = {user: await home_of(both, user) for user in (MARA, TOMAS)}
    await pick(both, views[MARA], "Vik", "claim")
    mark = both.slack.mark
    view = await pick(both, views[TOMAS], "Vik", "done")
    told = await both.slack.wait_for(user=TOMAS, after=mark)
    assert "<@U01MARA> took this flag at" in told.words
    assert told.channel == "D02TOMAS"
    assert "Mara Lindqvist has it" in view.words


async def test_a_record_hidden_meanwhile_is_said_and_leaves_the_tab(both: World) -> None:
    members = await pair(both, "Vik")
    view = await home_of(both, TOMAS)
    both.zoho.org("larkfield").patch("contacts", members[0], _restricted=True)
    mark = both.slack.mark
    view = await pick(both, view, "Vik", "done")
    told = await both.slack.wait_for(user=TOMAS, after=mark)
    assert "does not show these records" in told.words
    assert rows(view) == []


async def test_find_duplicates_and_help_answer_by_direct_message(connected: World) -> None:
    view = await home_of(connected, MARA)
    for action_id, says in (
        (ids.SEARCH_ALL, "Start with the largest"),
        (ids.HELP_OPEN, "What /duplicates can do"),
    ):
        mark = connected.slack.mark
        await press(connected, view, action_id)
        told = await connected.slack.wait_for(user=MARA, after=mark, containing=says)
        assert told.channel == "D01MARA"


async def test_disconnecting_in_the_tab_draws_it_as_not_connected(connected: World) -> None:
    view = await home_of(connected, MARA)
    mark = connected.slack.mark
    view = await press(connected, view, ids.HOME_CONNECTION, option="disconnect:desk")
    told = await connected.slack.wait_for(user=MARA, after=mark)
    assert "Zoho Desk is disconnected" in told.words
    assert "How it works" in view.words
    assert link(view)


async def test_pages_are_turned_in_the_tab_and_stay_where_they_are(both: World) -> None:
    await plant_many(both, 12)
    view = await home_of(both, MARA)
    assert rows(view) == [f"{n + 1}. Vik{n:03}, twice" for n in range(5)]
    view = await press(both, view, ids.FLAG_NEXT)
    assert rows(view) == [f"{n + 1}. Vik{n:03}, twice" for n in range(5, 10)]
    view = await pick(both, view, "Vik006", "done")
    assert [row[3:].strip() for row in rows(view)][:2] == ["Vik005, twice", "Vik007, twice"]
    view = await press(both, view, ids.FLAG_PREVIOUS)
    assert rows(view)[0] == "1. Vik000, twice"
    await press(both, view, ids.FLAG_NEXT)
    assert rows(await home_of(both, MARA))[0] == "1. Vik000, twice"


async def test_several_portals_are_chosen_in_the_tab(world: World) -> None:
    view = await home_of(world, MARA)
    await connect_from(view, "Sofia Marchetti")
    view = await settled(world, MARA)
    assert "choose one of your 2 portals" in view.words
    view = await press(world, view, ids.CONNECT_PORTAL, option="20060000002")
    assert "Kestrel Logistics, EU" in view.words


# Own decisions


def decided(view: View) -> list[str]:
    """The first line of each decision of the viewer's own, and what became of it."""
    texts = [block["text"]["text"] for block in view.blocks if ":own:" in str(block["block_id"])]
    lines = [text.splitlines() for text in texts]
    return [f"{what}: {told.rpartition(DOT)[2]}" if DOT in told else what for what, told in lines]


def undoing(view: View) -> list[Element]:
    """The buttons that take an own flag back."""
    return [one for one in view.elements(ids.FLAG_MORE) if one.raw["type"] == "button"]


async def test_own_flags_stand_among_the_decisions_with_what_became_of_them(both: World) -> None:
    for name in ("Vik", "Holm", "Berg"):
        await pair(both, name)
        both.clock.forward(timedelta(minutes=1))
    await pair(both, "Dahl", TOMAS)
    await pick(both, await home_of(both, TOMAS), "Vik", "done")
    await pick(both, await home_of(both, TOMAS), "Holm", "undo")
    view = await pick(both, await home_of(both, MARA), "Berg", "done")
    assert decided(view) == [
        "Flagged Berg, twice: marked done by you",
        "Flagged Holm, twice: taken back by Tomás Reyes",
        "Flagged Vik, twice: marked done by Tomás Reyes",
    ]
    assert not undoing(view)


async def test_an_own_flag_above_has_one_way_back_and_leaves_with_it(both: World) -> None:
    await pair(both, "Vik")
    view = await home_of(both, MARA)
    assert decided(view) == ["Flagged Vik, twice"]
    assert not undoing(view)
    view = await pick(both, view, "Vik", "undo")
    assert "Your recent decisions" not in view.words


async def test_an_own_flag_of_another_page_is_taken_back_from_the_decisions(both: World) -> None:
    await plant_many(both, 5)
    both.clock.forward(timedelta(minutes=1))
    await pair(both, "Zander")
    view = await home_of(both, MARA)
    assert "Zander" not in str(rows(view))
    assert decided(view)[0] == "Flagged Zander, twice"
    assert len(decided(view)) == 5
    (button,) = undoing(view)
    view = await press(both, view, ids.FLAG_MORE, block_id=button.block_id)
    assert "Zander" not in view.words
    assert await both.bot.store.queue.length_of_all(LARKFIELD) == 5


async def test_flags_and_dismissals_stand_newest_first(both: World) -> None:
    await pair(both, "Vik")
    both.clock.forward(timedelta(minutes=1))
    await dismiss(both, await both.ask(MARA, "desk contacts"))
    both.clock.forward(timedelta(minutes=1))
    await pair(both, "Holm")
    assert decided(await home_of(both, MARA)) == [
        "Flagged Holm, twice",
        "Not a duplicate: Ana Roe and Anna Roe",
        "Flagged Vik, twice",
    ]


async def test_an_own_flag_is_named_only_while_ones_own_login_shows_its_records(both: World) -> None:
    members = await pair(both, "Vik", TOMAS)
    await pick(both, await home_of(both, MARA), "Vik", "done")
    assert decided(await home_of(both, TOMAS)) == ["Flagged Vik, twice: marked done by Mara Lindqvist"]
    both.zoho.org("larkfield").patch("contacts", members[0], _restricted=True)
    view = await home_of(both, TOMAS)
    assert "Your recent decisions" not in view.words
    assert "Vik" not in str(view.given)


async def test_an_own_flag_whose_records_zoho_refuses_to_show_is_left_out(both: World) -> None:
    await pair(both, "Vik")
    await pick(both, await home_of(both, MARA), "Vik", "done")
    both.zoho.fault("forbidden", path="/api/v1/contacts*", times=None)
    view = await home_of(both, MARA)
    assert "Nothing is flagged" in view.words
    assert "Your recent decisions" not in view.words


# When it is published


async def test_the_tab_follows_what_its_person_does_elsewhere(both: World) -> None:
    everybody_sees_the_roes(both)
    await home_of(both, MARA)
    listed = await flag(both, await both.ask(MARA, "desk contacts"))
    assert rows(await settled(both, MARA)) == ["1. Ana Roe and Anna Roe"]
    await both.click(listed, ids.FLAG_UNDO)
    assert "Nothing is flagged" in (await settled(both, MARA)).words
    await both.ask(MARA, "disconnect")
    assert "How it works" in (await settled(both, MARA)).words


async def test_nobody_elses_tab_is_published(both: World) -> None:
    await home_of(both, TOMAS)
    before = publishes(both, TOMAS)
    await flag(both, await both.ask(MARA, "desk contacts"))
    await both.settled()
    assert publishes(both, TOMAS) == before
    assert publishes(both, MARA) == 0


async def test_what_changes_nothing_on_the_tab_costs_nothing(connected: World) -> None:
    await home_of(connected, MARA)
    before = publishes(connected, MARA)
    since = len(connected.zoho.calls)
    await connected.ask(MARA, "help")
    await connected.settled()
    assert publishes(connected, MARA) == before
    assert len(connected.zoho.calls) == since


async def test_actions_at_the_same_time_leave_the_newest_state(both: World) -> None:
    for name in ("Vik", "Holm", "Berg", "Dahl"):
        await pair(both, name)
    view = await home_of(both, MARA)
    done = [one.raw["options"][2]["value"] for one in view.elements(ids.FLAG_MORE)]
    menus = view.elements(ids.FLAG_MORE)
    await asyncio.gather(
        *(
            both.slack.click(view, ids.FLAG_MORE, block_id=menu.block_id, option=value)
            for menu, value in zip(menus, done, strict=True)
        )
    )
    assert "Nothing is flagged" in (await settled(both, MARA)).words


# What goes wrong


async def test_a_grant_that_zoho_no_longer_accepts_can_be_mended_from_the_tab(connected: World) -> None:
    await pair(connected, "Vik")
    connected.zoho.revoke("mara")
    connected.clock.forward(timedelta(hours=2))
    view = await home_of(connected, MARA)
    assert "connect again to go on" in view.words
    assert "Zoho no longer accepts your connection" in view.words
    assert not view.elements(ids.SUB_NEW)
    assert "There is 1 open flag." in view.words
    assert "connect again to go on" in (await home_of(connected, MARA)).words
    await connect_from(await home_of(connected, MARA), "Mara Lindqvist")
    view = await settled(connected, MARA)
    assert rows(view) == ["1. Vik, twice"]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("server_error", "Zoho answered 500"),
        ("quota", "credits"),
        ("busy", "busy"),
        ("drop", "in time"),
    ],
)
async def test_trouble_with_zoho_is_said_and_the_rest_of_the_tab_stays(
    connected: World, fault: str, says: str
) -> None:
    await pair(connected, "Vik")
    connected.zoho.fault(fault, path="/api/v1/*", times=None)
    view = await home_of(connected, MARA)
    assert "The flags could not be read:" in view.words
    assert says in view.words
    assert ":white_check_mark: *Zoho Desk*" in view.words
    assert view.elements(ids.SEARCH_ALL)
    connected.zoho.clear_faults()
    assert rows(await home_of(connected, MARA)) == ["1. Vik, twice"]


async def test_a_newer_view_at_slack_is_not_overwritten_with_an_older_drawing(connected: World) -> None:
    await home_of(connected, MARA)
    connected.slack.fail("views.publish", error="hash_conflict")
    await pair(connected, "Vik")
    view = await home_of(connected, MARA)
    assert rows(view) == ["1. Vik, twice"]
    calls = [call for call in connected.slack.calls if call.method == "views.publish"]
    assert [bool(call.args.get("hash")) for call in calls] == [False, True, False]


async def test_a_tab_that_is_switched_off_is_left_alone(connected: World) -> None:
    await home_of(connected, MARA)
    connected.slack.fail("views.publish", error="not_enabled", times=None)
    await connected.slack.open_home(MARA)
    await connected.settled()
    before = publishes(connected, MARA)
    await flag(connected, await connected.ask(MARA, "desk contacts"))
    await connected.settled()
    assert publishes(connected, MARA) == before
    assert not [m for m in connected.slack.messages(MARA) if "expect" in m.words]


async def test_a_slack_that_refuses_the_blocks_gets_a_plain_tab(connected: World) -> None:
    connected.slack.fail("views.publish", error="invalid_blocks")
    view = await home_of(connected, MARA)
    assert "/duplicates flagged" in view.words


@pytest.mark.parametrize("fault", [{"error": "fatal_error"}, {"status": 503}])
async def test_a_tab_slack_does_not_take_now_is_drawn_at_the_next_occasion(
    connected: World, fault: dict[str, object]
) -> None:
    await home_of(connected, MARA)
    connected.slack.fail("views.publish", times=None, **fault)
    listed: Message = await flag(connected, await connected.ask(MARA, "desk contacts"))
    await connected.settled()
    connected.slack.clear_faults()
    assert rows(await home_of(connected, MARA)) == ["1. Ana Roe and Anna Roe"]
    assert "Flagged by" in listed.words


async def test_a_lost_key_is_said_on_the_tab(connected: World) -> None:
    await pair(connected, "Vik")
    for engine in (connected.bot.database._reader, connected.bot.database._writer):
        engine.sync_engine.dialect.keyring = type(engine.sync_engine.dialect.keyring)(  # type: ignore[attr-defined]
            [Fernet(Fernet.generate_key())]
        )
    view = await home_of(connected, MARA)
    assert "connect again to go on" in view.words
    assert "The flags could not be read: the encryption key" in view.words


# Alerts


async def test_own_alerts_stand_in_the_tab_and_are_stopped_there(connected: World) -> None:
    assert "Your alerts" not in (await home_of(connected, MARA)).words
    await start(connected, "subscribe contacts weekdays 9:00")
    view = await settled(connected, MARA)
    assert "Weekdays at 9:00 (Europe/Berlin)" in view.words
    (menu,) = view.elements(ids.SUB_MORE)
    (stop,) = [one["value"] for one in menu.raw["options"] if one["value"].startswith("stop:")]
    view = await press(connected, view, ids.SUB_MORE, option=stop)
    assert "Your alerts" not in view.words
    assert await standing(connected) == ()
    assert await connected.slack.wait_for(user=MARA, containing="What was posted stays.")


async def test_what_others_set_up_does_not_stand_in_ones_tab(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    await start(connected, "subscribe contacts weekdays 9:00", user=TOMAS)
    assert "Your alerts" not in (await home_of(connected, MARA)).words
    assert "Your alerts" in (await home_of(connected, TOMAS)).words


async def test_alerts_of_a_lost_connection_are_said_to_be_paused(connected: World) -> None:
    await start(connected, "subscribe contacts daily 9:00")
    await home_of(connected, MARA)
    connected.zoho.revoke("mara")
    connected.clock.forward(timedelta(days=1))
    await connected.slack.wait_for(channel="C01SUPPORT", containing="are paused", timeout=30)
    view = await home_of(connected, MARA)
    assert "Paused: the connection no longer works" in view.words
    assert "connect again to go on" in view.words

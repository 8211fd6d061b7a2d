"""What alerts would have said of the last days, before they are set up; and what was there before them."""

from __future__ import annotations

from datetime import timedelta

from bot import ids
from bot.blocks.alerts import form
from bot.sandbox.things import View
from tests.conftest import JONAS, MARA, PRIYA, TOMAS, World
from tests.scenarios.test_alerts import OUTSIDE, ask, open_form, standing, start
from tests.scenarios.test_digests import ticking

DAILY = "subscribe contacts daily 9:00 UTC"


def plant(world: World, name: str, *ages: timedelta) -> list[str]:
    """Contacts of this name with one e-mail address, created so long ago."""
    org, email = world.zoho.org("larkfield"), f"{name.lower().replace(' ', '.')}@aldertree.example"
    return [org.add("contacts", lastName=name, email=email, createdTime=world.clock() - age) for age in ages]


async def previewed(
    world: World, sheet: View, *, containing: str = "Nothing has been posted", **given: object
) -> View:
    await world.slack.click(
        sheet, ids.SUB_PREVIEW, given={getattr(form, key): one for key, one in given.items()}
    )
    return await world.slack.wait_for_modal(MARA, containing=containing)


async def only_these(world: World) -> None:
    world.zoho.org("larkfield").clear("contacts")


DAY, YEAR = timedelta(days=1), timedelta(days=365)


async def test_the_preview_tells_slot_by_slot_what_would_have_been_said(connected: World) -> None:
    await only_these(connected)
    plant(connected, "Thea Quist", YEAR, 5 * DAY)
    plant(connected, "Vera Larsson", YEAR, YEAR, 5 * DAY, 2 * DAY)
    plant(connected, "Olaf Brandt", YEAR, 2 * YEAR)
    sheet = await open_form(connected, DAILY)
    seen = await previewed(connected, sheet)
    assert "In the last 7 days: 2 groups in 2 messages" in seen.words
    assert "This is what <#C01SUPPORT> would have read" in seen.words
    assert "1 new possible duplicate, 1 grew" in seen.words
    assert "Grew from 2 to 3" in seen.words
    assert "Grew from 3 to 4" in seen.words
    assert "Thea Quist" in seen.words
    assert "t…@aldertree.example" in seen.words
    assert "thea.quist@" not in str(seen.blocks)
    assert "Olaf Brandt" not in seen.words
    assert "3 groups in these lists today" in seen.words
    assert not seen.elements(ids.GROUP_FLAG)
    # Nothing was set up, and closing it leads back to what was filled in.
    assert await standing(connected) == ()
    await connected.slack.close(seen)
    below = await connected.slack.wait_for_modal(MARA, containing="Lists to watch")
    await connected.slack.submit(below, {})
    await connected.slack.wait_for_modal(MARA, containing="Alerts started")


async def test_it_reads_again_with_each_click_and_with_what_is_filled_in_then(connected: World) -> None:
    await only_these(connected)
    sheet = await open_form(connected, DAILY)
    nothing = await previewed(connected, sheet, containing="In the last 7 days: nothing")
    assert "nothing would have been said" in nothing.words
    await connected.slack.close(nothing)
    plant(connected, "Thea Quist", YEAR, 3 * DAY)
    below = await connected.slack.wait_for_modal(MARA, containing="Lists to watch")
    seen = await previewed(connected, below, containing="1 group in 1 message")
    assert "Thea Quist" in seen.words
    await connected.slack.close(seen)
    below = await connected.slack.wait_for_modal(MARA, containing="Lists to watch")
    counted = await previewed(connected, below, containing="1 group in 1 message", DETAIL="counts")
    assert "1 new possible duplicate" in counted.words
    assert "Quist" not in str(counted.blocks)
    await connected.slack.close(counted)
    below = await connected.slack.wait_for_modal(MARA, containing="Lists to watch")
    faulty = await previewed(connected, below, containing="is no filter", FILTERS="Hamburg")
    assert "Nothing was read" in faulty.words


async def test_a_channel_of_another_company_would_have_read_numbers_only(connected: World) -> None:
    await only_these(connected)
    plant(connected, "Thea Quist", YEAR, 3 * DAY)
    sheet = await open_form(connected, DAILY)
    seen = await previewed(connected, sheet, CHANNEL=OUTSIDE, DETAIL="full")
    assert "1 new possible duplicate" in seen.words
    assert "Quist" not in str(seen.blocks)


async def test_what_lies_after_the_last_slot_is_still_to_come(connected: World) -> None:
    await only_these(connected)
    plant(connected, "Thea Quist", YEAR, timedelta(minutes=1))
    ahead = connected.clock() + timedelta(hours=2)
    sheet = await open_form(connected, f"subscribe contacts daily {ahead:%H:%M} UTC")
    seen = await previewed(connected, sheet)
    assert "1 group in 1 still to come" in seen.words
    assert "Next, " in seen.words


async def test_lists_that_are_too_dear_are_not_read_for_a_preview(world: World) -> None:
    org = world.zoho.org("larkfield")
    org.credits_total = 400
    await world.connect(MARA, "Mara Lindqvist")
    sheet = await open_form(world, DAILY)
    before = org.credits_left
    seen = await previewed(world, sheet, containing="Too dear for a preview")
    assert "Nothing was read" in seen.words
    assert before - org.credits_left < 40


async def test_lists_that_cannot_be_read_are_said_in_the_preview(connected: World) -> None:
    sheet = await open_form(connected, DAILY)
    connected.zoho.fault("server_error", path="/api/v1/contacts*", times=None)
    seen = await previewed(connected, sheet, containing="could not be read")
    assert "Desk contacts" in seen.words


async def test_somebody_whose_grant_is_lost_meanwhile_hears_it_in_a_message(connected: World) -> None:
    sheet = await open_form(connected, DAILY)
    mark = connected.slack.mark
    connected.zoho.revoke("mara")
    await previewed(connected, sheet, containing="in a message to you")
    told = await connected.slack.wait_for(user=MARA, after=mark)
    assert told.elements(ids.CONNECT_START)


async def test_a_preview_that_came_too_late_is_offered_again(connected: World) -> None:
    sheet = await open_form(connected, DAILY)
    connected.slack.fail("views.push", error="expired_trigger_id")
    again = await previewed(connected, sheet, containing="Press the button once more")
    assert again.elements("modules")
    await previewed(connected, again)


async def test_the_list_previews_alerts_that_are_set_up_for_their_owner(connected: World) -> None:
    await only_these(connected)
    await start(connected, DAILY)
    plant(connected, "Thea Quist", YEAR, 3 * DAY)
    listed = await ask(connected, MARA, "list")
    (one,) = await standing(connected)
    (menu,) = listed.elements(ids.SUB_MORE)
    connected.slack.fail("views.open", error="expired_trigger_id")
    await connected.slack.click(listed, ids.SUB_MORE, block_id=menu.block_id, option=f"preview:{one.id}")
    late = await connected.slack.wait_for(user=MARA, containing="The preview was not opened in time")
    await connected.slack.click(late, ids.SUB_MORE, user=MARA)
    seen = await connected.slack.wait_for_modal(MARA, containing="1 group in 1 message")
    assert "Thea Quist" in seen.words
    (theirs,) = (await ask(connected, TOMAS, "list")).elements(ids.SUB_MORE)
    assert f"preview:{one.id}" not in [option["value"] for option in theirs.raw["options"]]


# What is there already


async def test_alerts_are_not_previewed_from_another_organisation(connected: World) -> None:
    await connected.bot.alerts.stop()
    await start(connected, DAILY)
    (one,) = await standing(connected)
    listed = await ask(connected, MARA, "list", containing="alert")
    await connected.connect(MARA, "Jonas Weil")
    before, mark = len(connected.zoho.calls), connected.slack.mark
    (menu,) = listed.elements(ids.SUB_MORE)

    await connected.slack.click(listed, ids.SUB_MORE, block_id=menu.block_id, option=f"preview:{one.id}")

    await connected.slack.wait_for_modal(MARA, containing="What stood in the way")
    said = await connected.slack.wait_for(user=MARA, after=mark, containing="does not show these records")
    assert "nothing was done" in said.words
    assert len(connected.zoho.calls) == before


async def test_what_was_there_is_shown_to_whoever_asks_with_their_own_rights(connected: World) -> None:
    await connected.connect(TOMAS, "Tomás Reyes")
    org = connected.zoho.org("larkfield")
    await only_these(connected)
    plant(connected, "Thea Quist", YEAR, YEAR)
    for age in (YEAR, 2 * YEAR):
        org.add(
            "contacts",
            lastName="Hidden",
            email="hid.den@aldertree.example",
            restricted=True,
            createdTime=connected.clock() - age,
        )
    introduction, _ = await ticking(connected, DAILY)
    (button,) = introduction.elements(ids.SUB_KNOWN)
    assert button.raw["accessibility_label"] == "Show the 2 known groups to me"

    async def shown(user: str) -> str:
        mark = connected.slack.mark
        await connected.slack.click(introduction, ids.SUB_KNOWN, user=user)
        found = await connected.slack.wait_for(lambda m: m.to == user, after=mark)
        return found.words

    hers = await shown(MARA)
    assert "Thea Quist" in hers
    assert "Hidden" in hers
    his = await shown(TOMAS)
    assert "Thea Quist" in his
    assert "Hidden" not in his
    assert connected.slack.message(introduction.ts).blocks == introduction.blocks


async def test_what_was_there_is_kept_from_those_who_are_not_connected_or_elsewhere(connected: World) -> None:
    await connected.connect(PRIYA, "Priya Nair")
    introduction, _ = await ticking(connected, DAILY)
    mark = connected.slack.mark
    await connected.slack.click(introduction, ids.SUB_KNOWN, user=JONAS)
    offer = await connected.slack.wait_for(lambda m: m.to == JONAS, after=mark)
    assert offer.elements(ids.CONNECT_START)
    await connected.slack.click(introduction, ids.SUB_KNOWN, user=PRIYA)
    said = await connected.slack.wait_for(lambda m: m.to == PRIYA, after=mark)
    assert "does not show these records" in said.words


async def test_a_pair_that_was_dismissed_is_not_shown_among_what_was_there(connected: World) -> None:
    await only_these(connected)
    plant(connected, "Thea Quist", YEAR, YEAR)
    introduction, _ = await ticking(connected, DAILY)
    listed = await ask(connected, MARA, "contacts")
    await connected.click(listed, ids.GROUP_DISMISS, containing="Not a duplicate")
    mark = connected.slack.mark
    await connected.slack.click(introduction, ids.SUB_KNOWN, user=MARA)
    said = await connected.slack.wait_for(lambda m: m.to == MARA, after=mark)
    assert "Nothing is left to show" in said.words

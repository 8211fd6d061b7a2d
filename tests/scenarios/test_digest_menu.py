"""What can be done about alerts from the message in which they speak."""

from __future__ import annotations

from bot import ids
from bot.sandbox.things import Message
from tests.conftest import MARA, TOMAS, World
from tests.scenarios.test_alerts import SUPPORT, standing
from tests.scenarios.test_digests import digests, next_slot, ticking, twins


async def pick(world: World, posted: Message, user: str, option: str, containing: str) -> Message:
    """Pick from the menu under a digest; the answer is for whoever picked."""
    mark = world.slack.mark
    await world.slack.click(posted, ids.SUB_MORE, user=user, option=option)
    return await world.slack.wait_for(lambda m: m.to == user, after=mark, containing=containing)


async def test_a_digest_leads_to_its_alerts_and_changes_itself_for_nobody(connected: World) -> None:
    _, one = await ticking(connected)
    twins(connected)
    await next_slot(connected)
    (posted,) = digests(connected)
    (menu,) = posted.elements(ids.SUB_MORE)
    assert [option["text"]["text"] for option in menu.raw["options"]] == [
        "Change these alerts",
        "Snooze 7 days in this channel",
        "Stop alerts in this channel",
    ]
    assert not posted.elements(ids.ALERT_REST)

    await pick(connected, posted, TOMAS, f"edit:{one.id}", "Only <@U01MARA> can change these alerts")
    await connected.slack.click(posted, ids.SUB_MORE, user=MARA, option=f"edit:{one.id}")
    sheet = await connected.slack.wait_for_modal(MARA, containing="Lists to watch")
    assert sheet.title == "Change duplicate alerts"

    await pick(connected, posted, TOMAS, f"snooze7:{one.id}", "Snoozed until")
    (snoozed,) = await standing(connected)
    assert snoozed.snoozed_until
    await pick(connected, posted, TOMAS, f"stop:{one.id}", "Stopped: alerts on Desk contacts")
    assert await standing(connected) == ()
    await pick(connected, posted, MARA, f"snooze7:{one.id}", "stopped before")
    await connected.settled()
    assert connected.slack.message(posted.ts).blocks == posted.blocks
    ended = [m for m in connected.slack.messages(SUPPORT) if "stopped the *duplicate alerts*" in m.words]
    assert len(ended) == 1

"""Time passing in the demo, by the doors of the stand-ins: what is planted, what comes, what is solved."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from bot import ids
from bot.sandbox.demo.planting import Planted, Row, group, one_more
from bot.sandbox.demo.stage import Stage, stage
from bot.sandbox.things import Message

MARA, SUPPORT = "U01MARA", "C01SUPPORT"


@pytest.fixture
async def demo() -> AsyncIterator[Stage]:
    async with stage(0) as playing:
        await playing.connect(MARA)
        yield playing


async def step(demo: Stage, name: str, channel: str = SUPPORT) -> str:
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        answer = await http.post(f"{demo.slack.page_url}_sandbox/{name}", json={"channel": channel})
    found: dict[str, str] = answer.json()
    return found.get("said") or found["error"]


async def seen(demo: Stage, channel: str = SUPPORT) -> dict[str, object]:
    async with httpx.AsyncClient(trust_env=False) as http:
        query = {"user": MARA, "place": channel}
        answer = await http.get(f"{demo.slack.page_url}_sandbox/state", params=query)
    found: dict[str, object] = answer.json()["passing"]
    return found


async def set_up(demo: Stage, words: str) -> Message:
    await demo.slack.command(MARA, f"subscribe {words}")
    sheet = await demo.slack.wait_for_modal(MARA, containing="Lists to watch")
    mark = demo.slack.mark
    await demo.slack.submit(sheet)
    return await demo.slack.wait_for(channel=SUPPORT, containing="set up", after=mark)


async def headline(demo: Stage, words: str) -> Message:
    return await demo.slack.wait_for(channel=SUPPORT, containing=words)


async def test_without_alerts_nothing_can_be_done_and_that_is_said(demo: Stage) -> None:
    assert await seen(demo) == {"alerts": 0, "paused": False, "next": None, "planted": 0, "said": ""}
    assert await step(demo, "jump") == "No alerts run in this channel."
    assert await step(demo, "plant") == "There are no alerts in this channel."
    assert await step(demo, "solve") == "Nothing that was planted is left to solve."


async def test_a_jump_waits_for_the_first_look_so_that_what_comes_next_is_news(demo: Stage) -> None:
    introduction = await set_up(demo, "desk contacts daily 09:00")
    assert await step(demo, "jump") == "Nothing is new, so nothing was posted."
    assert "were already there" in demo.slack.message(introduction.ts).words


async def test_every_list_of_the_alerts_gets_its_turn(demo: Stage) -> None:
    await set_up(demo, "desk contacts accounts products daily 09:00")
    await step(demo, "jump")
    for name in ("Thea Quist", "Gullwing Printers"):
        assert name in await step(demo, "plant")
    assert "once more" in await step(demo, "plant")
    assert "Marek Dorn" in await step(demo, "plant")
    assert "new accounts" in await step(demo, "plant")
    assert (await seen(demo))["planted"] == 4
    assert await step(demo, "jump") == "The digest came: what is new since the last slot."
    posted = await headline(demo, "4 new possible duplicates")
    assert len(posted.elements(ids.GROUP_FLAG)) == 4


async def test_a_lost_connection_is_no_digest(demo: Stage) -> None:
    await set_up(demo, "desk contacts daily 09:00")
    await step(demo, "jump")
    demo.zoho.revoke("mara")
    assert "could not be read" in await step(demo, "jump")
    await headline(demo, "are paused")
    assert await seen(demo) | {"said": ""} == {
        "alerts": 1,
        "paused": True,
        "next": None,
        "planted": 0,
        "said": "",
    }


async def test_a_snooze_is_passed_over(demo: Stage) -> None:
    await set_up(demo, "desk contacts daily 09:00")
    await step(demo, "jump")
    before = (await seen(demo))["next"]
    await demo.slack.command(MARA, "snooze 7 days")
    await demo.slack.wait_for(user=MARA, containing="Snoozed")
    after = (await seen(demo))["next"]
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert after - before >= 6 * 86_400 - 3_600
    await step(demo, "plant")
    assert "The digest came" in await step(demo, "jump")
    assert abs(demo.time.clock().timestamp() - after) < 60


def agrees(module: str, rows: list[Row]) -> bool:
    """Whether these records are possible duplicates by what the README says of each list."""
    values: dict[str, list[tuple[str, ...]]] = {
        "contacts": [("email",), ("firstName", "lastName", "phone")],
        "accounts": [("accountName", "website")],
        "products": [("productName",)],
    }
    return any(
        all(field in row for row in rows for field in fields)
        and len({tuple(row[field].lower() for field in fields) for row in rows}) == 1
        for fields in values[module]
    )


@pytest.mark.parametrize("module", ["contacts", "accounts", "products"])
def test_planted_groups_agree_among_themselves_and_with_no_other(module: str) -> None:
    groups = [group(module, number) for number in range(40)]
    assert all(agrees(module, rows) for rows in groups)
    assert {len(rows) for rows in groups} == {2, 3}
    firsts = [rows[0] for rows in groups]
    assert not any(
        agrees(module, [one, other]) for place, one in enumerate(firsts) for other in firsts[place + 1 :]
    )


@pytest.mark.parametrize("module", ["contacts", "accounts", "products"])
def test_what_comes_to_a_planted_group_belongs_to_it(module: str) -> None:
    for number in range(12):
        rows = group(module, number)
        planted = Planted("eu", "1", module, number, tuple(str(place) for place in range(len(rows))))
        assert agrees(module, [*rows, *one_more(planted)])

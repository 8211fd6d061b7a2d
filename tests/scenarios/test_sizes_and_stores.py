"""Lists of every size, and the bad days of the store and the clock."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta

import pytest

from bot import ids
from tests.conftest import MARA, World
from tests.scenarios.test_alerts import start


def plant(world: World, groups: int) -> None:
    """As many pairs of contacts as asked for, and nothing else that could be compared."""
    org = world.zoho.org("larkfield")
    org.clear("contacts")
    for number in range(groups):
        for name in ("Nora", "Norah"):
            org.add("contacts", firstName=name, lastName="Vik", email=f"nora{number}@planted.example")


@pytest.mark.parametrize(
    ("groups", "headline"),
    [
        (0, "No duplicates in Desk contacts"),
        (1, "1 possible duplicate in"),
        (9, "9 possible"),
        (300, "300 possible"),
    ],
)
async def test_any_number_of_groups_is_counted_and_at_most_five_are_drawn(
    connected: World, groups: int, headline: str
) -> None:
    plant(connected, groups)
    result = await connected.ask(MARA, "desk contacts")
    assert headline in result.words
    assert len(result.elements(ids.GROUP_FLAG)) == min(groups, 5)
    assert bool(result.elements(ids.PAGE_NEXT)) is (groups > 5)


async def test_a_value_on_forty_records_is_one_folded_line(connected: World) -> None:
    plant(connected, 1)
    for number in range(40):
        connected.zoho.org("larkfield").add(
            "contacts", lastName=f"Person {number}", email="us@planted.example"
        )
    result = await connected.ask(MARA, "desk contacts")
    assert "1 possible duplicate in" in result.words
    assert "Shared by many" in result.words
    assert "us@planted.example (40 contacts)" in result.words


async def test_forty_records_that_zoho_groups_are_one_group(connected: World) -> None:
    org = connected.zoho.org("larkfield")
    org.clear("products")
    for _ in range(40):
        org.add("products", productName="Trail Map", productCode="TM-1")
    result = await connected.ask(MARA, "desk products")
    assert "1 possible duplicate in Desk products" in result.words
    assert "40 products" in result.words
    assert "and 36 more" in result.words


async def test_a_locked_database_is_said_and_costs_nothing_else(connected: World) -> None:
    other = sqlite3.connect(connected.file, isolation_level=None, check_same_thread=False)
    try:
        # In a thread of its own: the bot, which may be writing just now, needs this one to come to an end.
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        refused = await connected.ask(MARA, "desk contacts", containing="store does not answer")
    finally:
        other.close()
    assert "This app’s own store does not answer" in refused.words
    again = await connected.ask(MARA, "desk contacts", containing="10 possible duplicates")
    assert again.ephemeral


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("desk contacts", ids.GROUP_FLAG),
        ("desk contacts", ids.GROUP_DISMISS),
        ("list", ids.SUB_MORE),
    ],
)
async def test_a_click_while_it_is_locked_is_answered_beside_the_message(
    connected: World, text: str, action: str
) -> None:
    if text == "list":
        await start(connected)
    message = await connected.ask(MARA, text)
    other = sqlite3.connect(connected.file, isolation_level=None, check_same_thread=False)
    try:
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        mark = connected.slack.mark
        await connected.slack.click(message, action)
        said = await connected.slack.wait_for(
            user=MARA, after=mark, containing="store does not answer", timeout=40
        )
    finally:
        other.close()
    assert said.ts != message.ts
    assert "What you pressed may not be kept" in said.words
    assert connected.slack.message(message.ts).blocks == message.blocks


@pytest.mark.parametrize("trouble", ["PRAGMA query_only = ON", "PRAGMA max_page_count = 1"])
async def test_a_database_that_takes_no_more_is_said(connected: World, trouble: str) -> None:
    """One that may only be read, and one on a full disk, which has a few free pages left at first."""
    async with connected.bot.database.write() as connection:
        await connection.exec_driver_sql(trouble)
    for _ in range(20):
        answer = await connected.ask(MARA, "desk contacts")
        if "This app’s own store does not answer" in answer.words:
            return
    pytest.fail(f"nothing was said; the last answer was {answer.words[:200]}")


@pytest.mark.parametrize("off", [timedelta(minutes=10), timedelta(minutes=-10)])
async def test_a_clock_that_is_ten_minutes_off_costs_at_most_a_renewal(
    connected: World, off: timedelta
) -> None:
    connected.clock.forward(off)
    result = await connected.ask(MARA, "desk contacts")
    assert "10 possible duplicates" in result.words

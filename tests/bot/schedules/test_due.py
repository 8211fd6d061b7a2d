"""Slots are handed out once each, on either database, however many ask."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.ids import Detail
from bot.schedules import Schedules
from bot.schedules.when import dump, read_schedule
from bot.store.ledger import Ledger, alerts
from bot.store.subscriptions import Because, Subscription, Subscriptions, Terms
from zoho.database import Database
from zoho.records import Module, Product, Who

MARA = Who("T01LARKFIELD", "U01MARA")
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@dataclass
class Clock:
    at: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class House:
    database: Database
    clock: Clock
    subscriptions: Subscriptions
    schedules: Schedules

    async def add(self, words: str = "daily 9:00", channel: str = "C01SUPPORT") -> Subscription:
        schedule = read_schedule(words, zone="Europe/Berlin")
        next_at = schedule.next_after(self.clock())
        return await self.subscriptions.add(MARA, terms(channel, dump(schedule)), next_at=next_at)

    async def slots(self) -> Sequence[tuple[str, datetime]]:
        async with self.database.read() as connection:
            query = select(alerts.c.subscription, alerts.c.slot).order_by(alerts.c.slot)
            return [(row.subscription, row.slot) for row in await connection.execute(query)]

    async def next_at(self, one: Subscription) -> datetime:
        found = await self.subscriptions.get(MARA.workspace, one.id)
        assert found
        return found.next_at


def terms(channel: str, schedule: str) -> Terms:
    return Terms(
        channel=channel,
        product=Product.DESK,
        dc="eu",
        org_id="20060000001",
        org_name="Larkfield Support",
        modules=(Module.DESK_CONTACTS,),
        filters=(),
        schedule=schedule,
        detail=Detail.MASKED,
        most=5,
        mention=(),
    )


@pytest.fixture
def house(database: Database) -> House:
    clock = Clock()
    ledger = Ledger(database, clock)
    return House(database, clock, Subscriptions(database, clock), Schedules(database, ledger))


async def test_a_slot_is_entered_when_it_is_due_and_only_then(house: House) -> None:
    one = await house.add("weekdays 9:00")
    assert await house.schedules.due(house.clock()) == ()
    house.clock.at = datetime(2026, 11, 23, 8, 0, 5, tzinfo=UTC)
    keys = await house.schedules.due(house.clock())
    assert len(keys) == 1
    assert await house.slots() == [(one.id, datetime(2026, 11, 23, 8, tzinfo=UTC))]
    assert await house.next_at(one) == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert await house.schedules.due(house.clock()) == ()


async def test_what_was_missed_becomes_one_catch_up_at_the_last_slot(house: House) -> None:
    one = await house.add("every 30 minutes")
    house.clock.at = MONDAY + timedelta(days=40, minutes=7)
    assert len(await house.schedules.due(house.clock())) == 1
    assert await house.slots() == [(one.id, MONDAY + timedelta(days=40))]
    assert await house.next_at(one) == MONDAY + timedelta(days=40, minutes=30)


async def test_a_clock_that_jumps_back_gives_no_slot_twice(house: House) -> None:
    one = await house.add("every 30 minutes")
    house.clock.at = MONDAY + timedelta(hours=1)
    await house.schedules.due(house.clock())
    house.clock.at = MONDAY
    assert await house.schedules.due(house.clock()) == ()
    # Even a schedule that was reckoned anew at the earlier time meets the row that is there.
    await house.subscriptions.change(one.id, one.revision, one.terms, next_at=MONDAY + timedelta(minutes=30))
    house.clock.at = MONDAY + timedelta(hours=1)
    assert await house.schedules.due(house.clock()) == ()
    assert await house.next_at(one) == MONDAY + timedelta(minutes=90)


async def test_snoozed_ones_are_passed_over_until_the_stated_end(house: House) -> None:
    one = await house.add("every 60 minutes")
    until = MONDAY + timedelta(hours=3)
    await house.subscriptions.snooze(one.id, until, next_at=one.next_at)
    for hour in range(1, 5):
        house.clock.at = MONDAY + timedelta(hours=hour, seconds=1)
        await house.schedules.due(house.clock())
    hours = [slot for _, slot in await house.slots()]
    assert hours == [MONDAY + timedelta(hours=3), MONDAY + timedelta(hours=4)]
    found = await house.subscriptions.get(MARA.workspace, one.id)
    assert found
    assert found.snoozed_until is None


async def test_paused_and_stopped_ones_are_never_due_and_a_resumed_one_catches_up_once(house: House) -> None:
    stopped = await house.add()
    await house.subscriptions.stop(stopped.id, Because.PERSON)
    paused = await house.add()
    await house.subscriptions.pause_of(MARA, Product.DESK, Because.CONNECTION)
    house.clock.at = MONDAY + timedelta(days=5)
    assert await house.schedules.due(house.clock()) == ()
    at = house.clock.at
    await house.subscriptions.resume_of(MARA, Product.DESK, "20060000001", next_at=at)
    assert len(await house.schedules.due(at)) == 1
    assert [key for key, _ in await house.slots()] == [paused.id]


async def test_several_who_ask_at_once_hand_out_each_slot_once(house: House) -> None:
    made = [await house.add(channel=f"C{number}") for number in range(60)]
    house.clock.at = MONDAY + timedelta(days=1)
    found = await asyncio.gather(*(house.schedules.due(house.clock(), batch=20) for _ in range(6)))
    while left := await house.schedules.due(house.clock()):
        found.append(left)
    keys = [key for some in found for key in some]
    assert len(keys) == len(set(keys)) == 60
    assert {key for key, _ in await house.slots()} == {one.id for one in made}


async def test_a_crash_in_the_middle_leaves_the_slot_for_the_next_who_asks(house: House) -> None:
    class Crash(Exception):
        pass

    class Broken:
        async def open_all(self, connection: object, slots: object) -> tuple[str, ...]:
            raise Crash

    one = await house.add()
    house.clock.at = MONDAY + timedelta(days=1)
    with pytest.raises(Crash):
        await Schedules(house.database, Broken()).due(house.clock())
    assert await house.slots() == []
    assert len(await house.schedules.due(house.clock())) == 1
    assert [key for key, _ in await house.slots()] == [one.id]


async def test_a_thousand_and_more_are_handed_out_in_batches(house: House) -> None:
    for number in range(23):
        await house.add(channel=f"C{number}")
    house.clock.at = MONDAY + timedelta(days=1)
    assert len(await house.schedules.due(house.clock(), batch=10)) == 23

"""The preview as a pure function: which group is news at which slot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.schedules.when import read_schedule
from bot.subscribing.preview import Slot, would_have_said
from zoho.records import Group, Module, Reason, Record

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
SINCE = NOON - timedelta(days=7)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def group(*created: datetime | None, name: str = "a") -> Group:
    records = [
        Record(Module.DESK_CONTACTS, f"{name}{number}", "Thea Quist", created=at, email="t@x.example")
        for number, at in enumerate(created)
    ]
    return Group(Module.DESK_CONTACTS, tuple(records), Reason(("e-mail",), ("t@x.example",)))


def said(*groups: Group, words: str = "daily 9:00", zone: str = "UTC") -> tuple[Slot, ...]:
    return would_have_said(groups, read_schedule(words, zone=zone), since=SINCE)


def test_a_group_that_was_there_before_is_not_news() -> None:
    assert said(group(SINCE - DAY, SINCE), group(None, None)) == ()


def test_one_record_alone_is_no_news_until_the_second_is_there() -> None:
    (slot,) = said(group(NOON - 3 * DAY, NOON - DAY))
    assert slot.at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    (one,) = slot.spoken
    assert (one.before, len(one.group.records), one.fresh) == (0, 2, frozenset({"a1"}))


def test_two_in_one_slot_are_new_once_and_a_third_lets_the_group_grow() -> None:
    first, second = said(group(NOON - 3 * DAY, NOON - 3 * DAY + HOUR, NOON - DAY))
    assert [len(slot.spoken) for slot in (first, second)] == [1, 1]
    assert len(first.spoken[0].group.records) == 2
    assert (second.spoken[0].before, second.spoken[0].fresh) == (2, frozenset({"a2"}))


def test_a_record_of_the_very_moment_of_a_slot_is_in_it() -> None:
    nine = datetime(2026, 11, 18, 9, tzinfo=UTC)
    assert [slot.at for slot in said(group(None, nine))] == [nine]
    assert [slot.at for slot in said(group(None, nine + timedelta(seconds=1)))] == [nine + DAY]


def test_what_came_on_a_weekend_waits_for_monday_on_weekdays() -> None:
    saturday = datetime(2026, 11, 14, 10, tzinfo=UTC)
    assert [slot.at for slot in said(group(None, saturday), words="weekdays 9:00", zone="Europe/Berlin")] == [
        datetime(2026, 11, 16, 8, tzinfo=UTC)
    ]


def test_the_worst_come_first_in_a_message() -> None:
    small, large = group(None, NOON - DAY, name="s"), group(None, None, NOON - DAY, name="l")
    (slot,) = said(small, large)
    assert [len(one.group.records) for one in slot.spoken] == [3, 2]
    assert [one.place for one in slot.spoken] == [1, 0]

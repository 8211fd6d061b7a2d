"""When alerts are due: words, clock changes, and what holds for every schedule."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.schedules.when import (
    At,
    Every,
    Quiet,
    Schedule,
    describe,
    dump,
    load,
    read_schedule,
    spell,
)
from bot.schedules.zones import ScheduleRefused

BERLIN = "Europe/Berlin"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def slots(words: str, after: str, count: int, zone: str = BERLIN) -> list[str]:
    schedule, moment, found = read_schedule(words, zone=zone), utc(after), []
    for _ in range(count):
        moment = schedule.next_after(moment)
        found.append(f"{moment:%Y-%m-%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("words", "spelled", "zone"),
    [
        ("weekdays 09:00 Europe/Berlin", "weekdays at 9:00 (Europe/Berlin)", ""),
        ("daily 9", "every day at 9:00 (Asia/Kolkata)", "Asia/Kolkata"),
        ("DAILY  9.30 pm", "every day at 21:30 (UTC)", "UTC"),
        ("daily 12 am", "every day at 0:00 (UTC)", "UTC"),
        ("weekly fri 16:30 utc", "every Friday at 16:30 (UTC)", BERLIN),
        ("every 90 minutes", "every 90 minutes", "UTC"),
        ("every 4h", "every 4 hours", "UTC"),
        ("hourly", "every hour", "UTC"),
        ("every 24 hours", "every 24 hours", "UTC"),
        ("every hour", "every hour", "UTC"),
        ("every day at 9", "every day at 9:00 (UTC)", "UTC"),
        ("daily", "every day at 9:00 (UTC)", "UTC"),
        ("every weekday 8:30am", "weekdays at 8:30 (UTC)", "UTC"),
        ("weekdays", "weekdays at 9:00 (UTC)", "UTC"),
        ("weekly on tuesday at 7:45", "every Tuesday at 7:45 (UTC)", "UTC"),
        ("weekly 9:00", "every Monday at 9:00 (UTC)", "UTC"),
        ("mondays 9:00", "every Monday at 9:00 (UTC)", "UTC"),
        ("tues 9", "every Tuesday at 9:00 (UTC)", "UTC"),
        ("every sun 9:00", "every Sunday at 9:00 (UTC)", "UTC"),
        ("every 2 hours not 18:00 to 8:00", "every 2 hours, not 18:00 to 8:00 (UTC)", "UTC"),
        ("hourly, not 22:00-6:00 (Europe/London)", "every hour, not 22:00 to 6:00 (Europe/London)", BERLIN),
        ("daily 9:00 europe/berlin", "every day at 9:00 (Europe/Berlin)", "UTC"),
        ("daily 9:00 pm New York", "every day at 21:00 (America/New_York)", "UTC"),
        ("daily 9:00 gmt", "every day at 9:00 (GMT)", BERLIN),
    ],
)
def test_words_name_a_schedule(words: str, spelled: str, zone: str) -> None:
    assert describe(read_schedule(words, zone=zone or "UTC")) == spelled


@pytest.mark.parametrize(
    ("words", "named", "example"),
    [
        ("", "“”", "every 30 minutes"),
        ("sometimes", "“sometimes”", "weekly monday 9:00"),
        ("every full moon", "“every full moon”", "every 2 hours"),
        ("every 5 minutes", "every 15 minutes", "every 30 minutes"),
        ("every 48 hours", "every 24 hours", "every 30 minutes"),
        ("daily noonish", "“noonish”", "9:00"),
        ("daily 25:00", "“25:00”", "9:00"),
        ("daily 9h", "“9h” is no time of day", "9:00"),
        ("daily 13 pm", "“13 pm”", "9:00"),
        ("weekly someday 9:00", "“someday”", "weekly monday 9:00"),
        ("weekly mo 9:00", "“mo”", "weekly monday 9:00"),
        ("daily 9:00 Europe/Atlantis", "“Europe/Atlantis”", "Europe/Berlin"),
        ("daily 9:00 ../../etc/passwd", "“../../etc/passwd”", "Europe/Berlin"),
        ("daily 9:00 Atlantis", "“atlantis” is no time zone", "Europe/Berlin"),
        ("daily 9:00 Cordoba", "“cordoba” is no time zone", "Europe/Berlin"),  # there are two
        ("daily 9:00 not 18:00 to 8:00", "more often than daily", "every 2 hours"),
        ("every 2 hours not at night", "“at night” names no hours", "18:00 to 8:00"),
        ("every 24 hours not 20:00 to 6:00", "no time to speak", "18:00 to 8:00"),
        ("weekly mon,wed 9:00", "“mon,wed”", "weekly monday 9:00"),
        ("every minute", "every 15 minutes", "every 30 minutes"),
        ("monthly", "“monthly”", "weekly monday 9:00"),
    ],
)
def test_nonsense_is_named_with_an_example(words: str, named: str, example: str) -> None:
    with pytest.raises(ScheduleRefused) as refused:
        read_schedule(words, zone="UTC")
    assert named in str(refused.value)
    assert example in str(refused.value)


@pytest.mark.parametrize(
    ("words", "after", "zone", "expected"),
    [
        # The clock goes from 2:00 to 3:00: 2:30 is read by the offset before, so it is 3:30.
        ("daily 2:30", "2026-03-28 12:00", BERLIN, ["2026-03-29 01:30", "2026-03-30 00:30"]),
        ("daily 2:30", "2026-03-08 00:00", "America/New_York", ["2026-03-08 07:30", "2026-03-09 06:30"]),
        # 2:30 comes twice: the first is meant, and only it.
        ("daily 2:30", "2026-10-24 12:00", BERLIN, ["2026-10-25 00:30", "2026-10-26 01:30"]),
        ("daily 1:30", "2026-11-01 00:00", "America/New_York", ["2026-11-01 05:30", "2026-11-02 06:30"]),
        # Half an hour of difference, and a change at midnight.
        ("daily 2:15", "2026-10-03 00:00", "Australia/Lord_Howe", ["2026-10-03 15:45", "2026-10-04 15:15"]),
        ("daily 0:15", "2026-03-27 12:00", "Asia/Beirut", ["2026-03-27 22:15", "2026-03-28 22:15"]),
        # A day that never was.
        ("daily 9:00", "2011-12-29 12:00", "Pacific/Apia", ["2011-12-29 19:00", "2011-12-30 19:00"]),
        ("weekdays 9:00", "2026-11-27 12:00", BERLIN, ["2026-11-30 08:00", "2026-12-01 08:00"]),
        ("weekly sunday 9:00", "2026-03-22 12:00", BERLIN, ["2026-03-29 07:00", "2026-04-05 07:00"]),
        ("every 4 hours", "2026-03-28 23:00", BERLIN, ["2026-03-29 00:00", "2026-03-29 04:00"]),
        ("every 7 hours", "2026-03-28 20:00", BERLIN, ["2026-03-28 21:00", "2026-03-29 00:00"]),
    ],
)
def test_slots_over_clock_changes(words: str, after: str, zone: str, expected: list[str]) -> None:
    assert slots(words, after, 2, zone) == expected


def test_quiet_hours_go_over_midnight_and_by_the_wall_clock() -> None:
    schedule = Schedule(Every(240), "Europe/London", Quiet(time(18), time(8)))
    winter, summer = utc("2026-01-10 17:00"), utc("2026-07-10 17:00")
    assert describe(schedule) == "every 4 hours, not 18:00 to 8:00 (Europe/London)"
    assert schedule.next_after(winter) == utc("2026-01-11 08:00")
    assert schedule.next_after(summer) == utc("2026-07-11 08:00")
    assert schedule.last_until(utc("2026-01-11 07:00")) == utc("2026-01-10 16:00")


def test_quiet_hours_that_leave_nothing_are_refused() -> None:
    with pytest.raises(ScheduleRefused, match="no time to speak"):
        Schedule(Every(1440), BERLIN, Quiet(time(23), time(5))).check()
    Schedule(Every(60), BERLIN, Quiet(time(18), time(8))).check()


# What holds for every schedule

ZONES = (
    BERLIN,
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Asia/Beirut",
    "America/Santiago",
    "Africa/Casablanca",
    "UTC",
)
times = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))
whens = st.one_of(
    st.integers(15, 1440).map(Every),
    st.builds(At, st.sampled_from([frozenset(range(7)), frozenset(range(5)), frozenset({2})]), times),
)
schedules = st.builds(Schedule, whens, st.sampled_from(ZONES))
quiet_ones = st.builds(
    Schedule,
    st.integers(15, 240).map(Every),
    st.sampled_from(ZONES),
    st.builds(Quiet, times, times).filter(lambda quiet: quiet.since != quiet.until),
).filter(lambda schedule: _speaks(schedule))
moments = st.datetimes(datetime(2011, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


def _speaks(schedule: Schedule) -> bool:
    try:
        schedule.check()
    except ScheduleRefused:
        return False
    return True


@given(st.one_of(schedules, quiet_ones), moments)
def test_the_next_slot_is_later_and_the_last_one_is_not_and_none_lies_between(
    schedule: Schedule, moment: datetime
) -> None:
    last, following = schedule.last_until(moment), schedule.next_after(moment)
    assert last <= moment < following
    assert schedule.next_after(last) == following
    assert schedule.last_until(following - timedelta(microseconds=1)) == last
    assert schedule.last_until(following) == following
    assert following - last <= timedelta(days=8)


@given(schedules.filter(lambda one: isinstance(one.when, At)), moments)
def test_a_wall_time_is_kept_but_for_the_hours_that_are_skipped(schedule: Schedule, moment: datetime) -> None:
    when, zone = schedule.when, ZoneInfo(schedule.zone)
    assert isinstance(when, At)
    slot = schedule.next_after(moment)
    local = slot.astimezone(zone)
    assert local.fold == 0 or _is_skipped(local, when, zone)
    if not _is_skipped(local, when, zone):
        assert (local.time(), local.weekday() in when.days) == (when.at, True)


def _is_skipped(local: datetime, when: At, zone: ZoneInfo) -> bool:
    """Whether the wall time does not exist on the day of ``local`` or the day before."""
    days = (local.date(), local.date() - timedelta(days=1))
    walls = [datetime.combine(day, when.at, zone) for day in days]
    return any(wall.astimezone(UTC).astimezone(zone).time() != when.at for wall in walls)


@given(quiet_ones, moments)
def test_nothing_is_said_in_quiet_hours(schedule: Schedule, moment: datetime) -> None:
    slot = schedule.next_after(moment).astimezone(ZoneInfo(schedule.zone))
    assert schedule.quiet is not None
    assert not schedule.quiet.holds(slot.time())


@given(st.one_of(schedules, quiet_ones))
def test_a_schedule_survives_being_stored_and_being_typed_again(schedule: Schedule) -> None:
    assert load(dump(schedule)) == schedule
    assert read_schedule(spell(schedule.when), zone=schedule.zone).when == schedule.when
    assert read_schedule(describe(schedule), zone=schedule.zone) == schedule


@given(st.text(max_size=60))
def test_any_text_is_a_schedule_or_is_refused_with_a_sentence(text: str) -> None:
    assert " " in _heard(text)


def _heard(text: str) -> str:
    try:
        return describe(read_schedule(f"daily {text}", zone="UTC"))
    except ScheduleRefused as refused:
        return str(refused)


@pytest.mark.parametrize(
    ("snoozed_until", "following"),
    [
        (None, "2026-11-24 08:00"),
        ("2026-11-24 08:00", "2026-11-24 08:00"),
        ("2026-11-24 08:01", "2026-11-25 08:00"),
        ("2026-12-01 08:00", "2026-12-01 08:00"),
    ],
)
def test_a_snooze_passes_over_the_slots_before_its_end(snoozed_until: str | None, following: str) -> None:
    daily = read_schedule("daily 9:00", zone=BERLIN)
    end = utc(snoozed_until) if snoozed_until else None
    assert daily.next_awake(utc("2026-11-24 08:00"), end) == utc(following)

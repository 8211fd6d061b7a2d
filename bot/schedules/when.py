"""When alerts are due: words in, a schedule out, and the slots before and after a moment; pure.

Slots are instants in UTC. A wall time that a clock change skips is read by the offset before the change
(02:30 becomes 03:30); one that comes twice means the first. "Every" counts from midnight UTC, so it never
shifts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.schedules.zones import ScheduleRefused, check_zone, known_zone

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAYS = frozenset(range(5))
EVERY_DAY = frozenset(range(7))
SHORTEST = timedelta(minutes=15)
LONGEST = timedelta(days=1)
EXAMPLES = (
    "every 30 minutes",
    "every 2 hours",
    "daily 9:00",
    "weekdays 09:00 Europe/Berlin",
    "weekly monday 9:00",
)

NINE = time(9)
"""Where no time is named."""

_EVERY = re.compile(r"(?:(\d{1,4}) ?)?(minutes?|mins?|m|hours?|h)")
_BETWEEN = re.compile(r"\s*(?:–|-|\bto\b|\buntil\b)\s*")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?", re.IGNORECASE)
_ASIDE = re.compile(r"[()]|,(?= |$)")
_LITTLE = ("at", "on")
_MOST_WORDS = 3  # of a city


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many minutes, counted from midnight UTC."""

    minutes: int


@dataclass(frozen=True, slots=True)
class At:
    """At a wall time on certain days (0 is Monday)."""

    days: frozenset[int]
    at: time


@dataclass(frozen=True, slots=True)
class Quiet:
    """Wall times between which nothing is said; ``since`` later than ``until`` goes over midnight."""

    since: time
    until: time

    def holds(self, wall: time) -> bool:
        """Whether this wall time is quiet."""
        if self.since <= self.until:
            return self.since <= wall < self.until
        return wall >= self.since or wall < self.until


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something is due: how often, in which time zone (an IANA name), and when it stays quiet."""

    when: Every | At
    zone: str
    quiet: Quiet | None = None

    def next_after(self, moment: datetime) -> datetime:
        """The first slot later than ``moment`` (aware); in UTC."""
        if isinstance(self.when, At):
            return _next_at(self.when, ZoneInfo(self.zone), moment)
        slot = _next_every(self.when.minutes, moment)
        for _ in range(_MOST_QUIET):
            if not self._is_quiet(slot):
                break
            slot = _next_every(self.when.minutes, slot)
        return slot

    def next_awake(self, due: datetime, snoozed_until: datetime | None) -> datetime:
        """The slot ``due``, or the first one after a snooze that passes it over; in UTC."""
        if snoozed_until is None or due >= snoozed_until:
            return due
        return self.next_after(snoozed_until - timedelta(microseconds=1))

    def last_until(self, moment: datetime) -> datetime:
        """The last slot that is not later than ``moment`` (aware); in UTC."""
        if isinstance(self.when, At):
            return _last_at(self.when, ZoneInfo(self.zone), moment)
        slot = _last_every(self.when.minutes, moment)
        for _ in range(_MOST_QUIET):
            if not self._is_quiet(slot):
                break
            slot = _last_every(self.when.minutes, slot - timedelta(microseconds=1))
        return slot

    def check(self) -> Schedule:
        """Itself, unless its quiet hours leave nothing; ScheduleRefused then."""
        if isinstance(self.when, At) or self.quiet is None:
            return self
        # The clock of a zone differs over the year, so that a day of each month is looked at.
        for month in range(1, 13):
            midnight = datetime(2026, month, 15, tzinfo=UTC)
            slots = (midnight + timedelta(minutes=start) for start in range(0, 1440, self.when.minutes))
            if all(self._is_quiet(slot) for slot in slots):
                raise ScheduleRefused("The quiet hours leave no time to speak; for example 18:00 to 8:00")
        return self

    def _is_quiet(self, slot: datetime) -> bool:
        return self.quiet is not None and self.quiet.holds(slot.astimezone(ZoneInfo(self.zone)).time())


_MOST_QUIET = 200  # slots, more than two days of the shortest interval


def _last_every(minutes: int, moment: datetime) -> datetime:
    step = timedelta(minutes=minutes)
    midnight = datetime.combine(moment.astimezone(UTC).date(), time(), UTC)
    return midnight + (moment - midnight) // step * step


def _next_every(minutes: int, moment: datetime) -> datetime:
    # A step that does not divide the day starts afresh at midnight, so that the times are the same every day.
    last = _last_every(minutes, moment)
    midnight = datetime.combine(last.date(), time(), UTC)
    return min(last + timedelta(minutes=minutes), midnight + timedelta(days=1))


def _next_at(when: At, zone: ZoneInfo, moment: datetime) -> datetime:
    # A skipped wall time is read past midnight at the latest, so the day before still counts.
    day = moment.astimezone(zone).date() - timedelta(days=1)
    while True:
        if day.weekday() in when.days and (slot := _instant(day, when.at, zone)) > moment:
            return slot
        day += timedelta(days=1)


def _last_at(when: At, zone: ZoneInfo, moment: datetime) -> datetime:
    day = moment.astimezone(zone).date() + timedelta(days=1)
    while True:
        if day.weekday() in when.days and (slot := _instant(day, when.at, zone)) <= moment:
            return slot
        day -= timedelta(days=1)


def _instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall.replace(fold=0), zone).astimezone(UTC)


def read_schedule(words: str, *, zone: str) -> Schedule:
    """``weekdays 09:00 Europe/Berlin`` as a `Schedule`; ``zone`` is used when the words name none.

    What `describe` says is understood too. Raises ScheduleRefused.
    """
    text, named = _take_zone(" ".join(_ASIDE.sub(" ", words).split()))
    text, _, hours = text.partition(" not ")
    when, quiet = _read_when(text), read_quiet(hours)
    if quiet and isinstance(when, At):
        raise ScheduleRefused(
            "Quiet hours are for more often than daily; for example every 2 hours not 18:00 to 8:00"
        )
    return Schedule(when, check_zone(named or zone), quiet).check()


def _take_zone(text: str) -> tuple[str, str]:
    """The words before a zone, and its name; a city has up to three words."""
    pieces = text.split(" ")
    for count in range(1, min(_MOST_WORDS, len(pieces) - 1) + 1):
        if zone := known_zone(" ".join(pieces[-count:])):
            return " ".join(pieces[:-count]), zone
    head, _, last = text.rpartition(" ")
    return (head, last) if "/" in last else (text, "")


def _read_when(text: str) -> Every | At:
    pieces = [word for word in text.lower().split() if word not in _LITTLE]
    if pieces[:1] == ["every"]:
        pieces = pieces[1:]
        if found := _EVERY.fullmatch(" ".join(pieces)):
            return _every(int(found[1] or 1) * (60 if found[2].startswith("h") else 1))
    match pieces:
        case ["hourly"]:
            return Every(60)
        case ["daily" | "day", *wall]:
            return At(EVERY_DAY, _read_wall(wall))
        case ["weekdays" | "weekday", *wall]:
            return At(WEEKDAYS, _read_wall(wall))
        case ["weekly" | "week", day, *wall] if not day[0].isdecimal():
            return At(frozenset({_read_day(day)}), _read_wall(wall))
        case ["weekly" | "week", *wall]:
            return At(frozenset({0}), _read_wall(wall))
        case [day, *wall] if _day(day) is not None:
            return At(frozenset({_read_day(day)}), _read_wall(wall))
    raise ScheduleRefused(f"“{text}” is no schedule; examples: {', '.join(EXAMPLES)}")


def _every(minutes: int) -> Every:
    if not SHORTEST <= timedelta(minutes=minutes) <= LONGEST:
        raise ScheduleRefused(
            "Between every 15 minutes and every 24 hours is possible, for example every 30 minutes"
        )
    return Every(minutes)


def _read_wall(pieces: list[str]) -> time:
    """The rest of the words; letters behind a time of day were meant to name a zone."""
    text = " ".join(pieces)
    found = _TIME.match(text)
    behind = text[len(found[0].rstrip()) :] if found else ""
    if behind.startswith(" ") and behind.replace(" ", "").isalpha():
        check_zone(behind.strip())
    return read_time(text) if text else NINE


def _day(word: str) -> int | None:
    """The number of ``mon``, ``monday`` or ``mondays``; None for what is no day."""
    day = word.removesuffix("s") if len(word) > 3 else word
    matches = [number for number, name in enumerate(DAYS) if len(day) >= 3 and name.startswith(day)]
    return matches[0] if matches else None


def _read_day(word: str) -> int:
    day = _day(word)
    if day is None:
        raise ScheduleRefused(f"“{word}” is no day of the week; for example weekly monday 9:00")
    return day


def read_time(text: str) -> time:
    """``9``, ``9:00``, ``9.30`` or ``9:00 pm`` as a wall time, or ScheduleRefused."""
    found = _TIME.fullmatch(text.strip())
    if found:
        hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
        is_hour = 1 <= hour <= 12 if half else hour < 24
        if half:
            hour = hour % 12 + (12 if half == "pm" else 0)
        if is_hour and minute < 60:
            return time(hour, minute)
    raise ScheduleRefused(f"“{text}” is no time of day; one is written like 9:00")


def read_quiet(text: str) -> Quiet | None:
    """``18:00 to 8:00`` as quiet hours, None for nothing; raises ScheduleRefused."""
    if not text.strip():
        return None
    hours = _BETWEEN.split(text.strip(), maxsplit=1)
    if len(hours) < 2:
        raise ScheduleRefused(f"“{text}” names no hours; they are written like 18:00 to 8:00")
    quiet = Quiet(read_time(hours[0]), read_time(hours[1]))
    if quiet.since == quiet.until:
        raise ScheduleRefused("The quiet hours begin and end at the same time; for example 18:00 to 8:00")
    return quiet


def describe(schedule: Schedule) -> str:
    """``weekdays at 9:00 (Europe/Berlin)``, ``every 4 hours, not 18:00 to 8:00 (Europe/London)``."""
    if isinstance(schedule.when, Every):
        said = describe_every(schedule.when)
        if schedule.quiet:
            said += f", not {clock(schedule.quiet.since)} to {clock(schedule.quiet.until)}"
            return f"{said} ({schedule.zone})"
        return said
    return f"{_days(schedule.when.days)} at {clock(schedule.when.at)} ({schedule.zone})"


def describe_every(every: Every) -> str:
    """``every hour``, ``every 4 hours``, ``every 30 minutes``."""
    hours, minutes = divmod(every.minutes, 60)
    if minutes:
        return f"every {every.minutes} minutes"
    return "every hour" if hours == 1 else f"every {hours} hours"


def _days(days: frozenset[int]) -> str:
    if days == WEEKDAYS:
        return "weekdays"
    if days == EVERY_DAY:
        return "every day"
    return f"every {', '.join(DAYS[day].capitalize() for day in sorted(days))}"


def clock(wall: time) -> str:
    """``9:00``."""
    return f"{wall.hour}:{wall.minute:02}"


def dump(schedule: Schedule) -> str:
    """A schedule as it is stored: its words, its zone, its quiet hours, with bars between."""
    quiet = f"{schedule.quiet.since:%H:%M}-{schedule.quiet.until:%H:%M}" if schedule.quiet else ""
    return f"{spell(schedule.when)}|{schedule.zone}|{quiet}"


def load(stored: str) -> Schedule:
    """The twin of `dump`."""
    words, zone, quiet = stored.split("|")
    since, _, until = quiet.partition("-")
    return Schedule(_read_when(words), zone, Quiet(read_time(since), read_time(until)) if quiet else None)


def spell(when: Every | At) -> str:
    """What somebody types for it, without the zone."""
    if isinstance(when, Every):
        return f"every {when.minutes} minutes"
    if when.days in (WEEKDAYS, EVERY_DAY):
        return f"{'weekdays' if when.days == WEEKDAYS else 'daily'} {clock(when.at)}"
    return f"weekly {DAYS[min(when.days)]} {clock(when.at)}"

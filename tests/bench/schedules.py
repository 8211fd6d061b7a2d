"""What 10,000 schedules over 30 time zones cost: at rest, and when 2,000 of them are due at once.

``python -m tests.bench.schedules``
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from sqlalchemy import func, insert, select

from bot.schedules import Schedules
from bot.schedules.when import EVERY_DAY, WEEKDAYS, At, Schedule, dump
from bot.store.ledger import Ledger, alerts
from bot.store.subscriptions import subscriptions
from tests.bench.table import Row, drawn
from zoho.database import Database, metadata

ALL, DUE, AT_REST, TICK = 10_000, 2_000, 10.0, 1.0
NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
ZONES = (
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Jakarta",
    "Asia/Dhaka",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Karachi",
    "Asia/Dubai",
    "Asia/Tehran",
    "Africa/Nairobi",
    "Europe/Istanbul",
    "Europe/Berlin",
    "Europe/London",
    "Africa/Lagos",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)


async def rows() -> list[Row]:
    """Fill a database, let it rest, then let a fifth of the schedules be due; a row for each figure."""
    with tempfile.TemporaryDirectory() as folder:
        key = Fernet.generate_key().decode()
        database = Database.open(f"sqlite+aiosqlite:///{folder}/schedules.sqlite3", keys=[key])
        try:
            return await _measured(database)
        finally:
            await database.close()


async def _measured(database: Database) -> list[Row]:
    await _fill(database)
    now = NOW
    schedules = Schedules(database, Ledger(database, lambda: now))
    await schedules.due(NOW)  # its connections are open afterwards, and so are their threads
    threads = threading.active_count()
    busy = await _busy(schedules)
    extra = threading.active_count() - threads
    now = NOW + timedelta(hours=1)
    started = time.perf_counter()
    given = await schedules.due(now)
    seconds = time.perf_counter() - started
    async with database.read() as connection:
        entered = (await connection.execute(select(func.count()).select_from(alerts))).scalar_one()
    held = len(given) == entered == DUE
    return [
        Row(f"CPU at rest, {ALL:,} schedules", "≤ 1 %", f"{busy:.2%}", busy <= 0.01),
        Row("extra threads", "0", str(extra), extra == 0),
        Row(f"handing out {len(given):,} due slots", "≤ 1 s", f"{seconds:.2f} s", held and seconds <= 1),
    ]


async def _busy(schedules: Schedules) -> float:
    """The share of one core that a look a second takes, while nothing is due."""
    cpu, started = time.process_time(), time.perf_counter()
    while time.perf_counter() - started < AT_REST:
        await schedules.due(NOW)
        await asyncio.sleep(TICK)
    return (time.process_time() - cpu) / (time.perf_counter() - started)


async def _fill(database: Database) -> None:
    """A fifth of them are due within the hour after `NOW`, the others later."""
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(insert(subscriptions), [_row(number) for number in range(ALL)])


def _row(number: int) -> dict[str, object]:
    zone = ZONES[number % len(ZONES)]
    ahead = timedelta(minutes=1 + number % 59) if number < DUE else timedelta(hours=2, minutes=number % 1200)
    wall = (NOW + ahead).astimezone(ZoneInfo(zone))
    days = EVERY_DAY if number % 2 or wall.weekday() > 4 else WEEKDAYS
    schedule = Schedule(At(days, wall.time()), zone)
    return {
        "id": f"s{number}",
        "workspace": "T01LARKFIELD",
        "channel": f"C{number % 50}",
        "owner": f"U{number % 200}",
        "product": "desk",
        "dc": "eu",
        "org_id": "20060000001",
        "org_name": "Larkfield Support",
        "modules": '["desk/contacts"]',
        "filters": "[]",
        "schedule": dump(schedule),
        "detail": "masked",
        "most": 5,
        "mention": "[]",
        "status": "active",
        "because": "",
        "next_at": schedule.next_after(NOW),
        "revision": 1,
        "created_at": NOW,
        "changed_at": NOW,
        "intro_ts": "",
    }


if __name__ == "__main__":
    found = asyncio.run(rows())
    print(drawn(found))
    sys.exit(0 if all(row.holds for row in found) else 1)

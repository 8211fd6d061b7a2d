"""Time zones by the names that people type; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class ScheduleRefused(ValueError):
    """The words name no schedule; the message says which word is wrong, with an example."""


def check_zone(name: str) -> str:
    """The IANA name of a zone, or ScheduleRefused."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        zone = known_zone(name)
        if not zone:
            raise ScheduleRefused(f"“{name}” is no time zone; one is written like Europe/Berlin") from error
        return zone


def known_zone(name: str) -> str:
    """The IANA name for ``europe/berlin``, ``new york`` or ``utc``, in any case; "" where there is none, or
    more than one."""
    return _names().get(name.replace(" ", "_").casefold(), "")


@cache
def _names() -> Mapping[str, str]:
    zones = files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    cities = Counter(_city(zone) for zone in zones)
    alone = {_city(zone): zone for zone in zones if cities[_city(zone)] == 1}
    return alone | {zone.casefold(): zone for zone in zones}


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].casefold()

"""What somebody asked of alerts, and what a filled-in form means; pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from bot.blocks.alerts import form
from bot.blocks.alerts.form import Filled
from bot.ids import Detail
from bot.schedules.when import (
    DAYS,
    At,
    Every,
    Schedule,
    clock,
    dump,
    load,
    read_quiet,
    read_schedule,
    spell,
)
from bot.schedules.zones import ScheduleRefused, check_zone
from bot.store import Subscription, Terms
from zoho.connections import Connection
from zoho.records import Module, Product

Filters = tuple[tuple[str, str], ...]
ReadFilters = Callable[[str], Filters]
"""Reads filters as they are typed; raises ValueError with a sentence."""

SNOOZE = timedelta(days=7)
LONGEST_SNOOZE = timedelta(days=90)
_LENGTH = re.compile(r"(?:for )?(\d{1,4}|an?|one) ?(h|d|w)(?:ours?|ays?|eeks?)?")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class Ask(StrEnum):
    """What can be asked of alerts."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    LIST = "list"
    SETTINGS = "settings"
    SNOOZE = "snooze"


@dataclass(frozen=True, slots=True)
class AlertsAsked:
    """A command about alerts: what is asked, the lists and filters it names, and its other words."""

    ask: Ask
    modules: tuple[Module, ...] = ()
    filters: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A form that can be carried out."""

    channel: str
    modules: tuple[Module, ...]
    filters: Filters
    schedule: Schedule
    detail: Detail
    most: int
    mention: tuple[str, ...]


def read_wanted(filled: Filled, read_filters: ReadFilters) -> Wanted | dict[str, str]:
    """What the form means, or what is wrong in it: a sentence with an example, by the input's block id."""
    errors: dict[str, str] = {}
    if not filled.channel:
        errors[form.CHANNEL] = "Choose a channel, for example the one your team works in."
    filters: Filters = ()
    try:
        filters = read_filters(filled.filters)
    except ValueError as error:
        errors[form.FILTERS] = str(error)
    schedule = _schedule(filled, errors)
    if errors or schedule is None:
        return errors
    modules = tuple(module for module in Module if module.value in filled.modules)
    detail, most = Detail(filled.detail), int(filled.most)
    return Wanted(filled.channel, modules, filters, schedule, detail, most, filled.mention)


def _schedule(filled: Filled, errors: dict[str, str]) -> Schedule | None:
    """Each part on its own, so that the input is named that is wrong."""
    try:
        place = form.ZONE
        zone = check_zone(filled.zone)
        place = form.QUIET if filled.is_every else form.TIME
        quiet = read_quiet(filled.quiet) if filled.is_every else None
        words = filled.often if filled.is_every else f"{filled.often} {_at(filled)}"
        return replace(read_schedule(words, zone=zone), quiet=quiet).check()
    except ScheduleRefused as error:
        errors[place] = f"{error}."
        return None


def _at(filled: Filled) -> str:
    return f"{filled.day} {filled.time}" if filled.often == form.WEEKLY else filled.time


def terms_of(wanted: Wanted, connection: Connection, price: int | None) -> Terms:
    """What is wanted, of the organisation of this connection, at this price."""
    return Terms(
        channel=wanted.channel,
        product=Product.DESK,
        dc=connection.dc,
        org_id=connection.org_id,
        org_name=connection.org_name,
        modules=wanted.modules,
        filters=wanted.filters,
        schedule=dump(wanted.schedule),
        detail=wanted.detail,
        most=wanted.most,
        mention=wanted.mention,
        price=price,
    )


def filled_by_words(asked: AlertsAsked, *, channel: str, zone: str) -> Filled:
    """The form as the words of a command fill it; raises ScheduleRefused."""
    filled = Filled(channel=channel, zone=zone, filters=asked.filters)
    if asked.modules:
        filled = replace(filled, modules=tuple(module.value for module in asked.modules))
    return with_schedule(filled, read_schedule(asked.words, zone=zone)) if asked.words else filled


def filled_by(subscription: Subscription) -> Filled:
    """The form as alerts that were set up fill it."""
    terms = subscription.terms
    filled = Filled(
        channel=terms.channel,
        modules=tuple(module.value for module in terms.modules),
        detail=terms.detail.value,
        most=str(terms.most),
        filters=typed(terms.filters),
        mention=terms.mention,
    )
    return with_schedule(filled, load(terms.schedule))


def with_schedule(filled: Filled, schedule: Schedule) -> Filled:
    """The form with another schedule."""
    filled = replace(filled, zone=schedule.zone)
    when, quiet = schedule.when, schedule.quiet
    if isinstance(when, Every):
        said = f"{clock(quiet.since)} to {clock(quiet.until)}" if quiet else ""
        return replace(filled, often=spell(when), quiet=said)
    often, day = _rhythm(when)
    return replace(filled, often=often, time=f"{when.at:%H:%M}", day=day or filled.day)


def _rhythm(when: At) -> tuple[str, str]:
    first = spell(when).partition(" ")[0]
    return first, DAYS[min(when.days)] if first == form.WEEKLY else ""


def typed(filters: Filters) -> str:
    """Filters as somebody types them."""
    return " ".join(f'{key}="{value}"' if " " in value else f"{key}={value}" for key, value in filters)


def read_snooze(words: str) -> timedelta | None:
    """``3 days``, ``12h``, ``for a week``; nothing is seven days; ``off`` is None, the end of it.

    Raises ScheduleRefused.
    """
    text = words.strip().lower()
    if not text:
        return SNOOZE
    if text in ("off", "end"):
        return None
    found = _LENGTH.fullmatch(text)
    if found:
        number = int(found[1]) if found[1].isdecimal() else 1
        length = number * _UNITS[found[2]]
        if timedelta() < length <= LONGEST_SNOOZE:
            return length
    raise ScheduleRefused(f"“{words}” is no time to snooze; for example snooze 3 days, 90 days at most")

"""Rules of news that are spoiled on purpose, so that a run has to notice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.alerts.news import Kind, News, news
from bot.alerts.scanned import Scanned
from bot.store import Known
from zoho.records import Module, Record

Rule = Callable[[Scanned, Known], News]


def _forgets(scanned: Scanned, known: Known) -> News:
    """What was known longest is forgotten."""
    oldest = sorted(known.groups, key=lambda one: (one.at, one.identity))
    return news(scanned, replace(known, groups=tuple(oldest[1:])))


def _knows_groups_alone(scanned: Scanned, known: Known) -> News:
    """A group that grew is taken for the one that is known."""
    heard = news(scanned, known)
    return replace(heard, items=tuple(item for item in heard.items if item.kind is not Kind.GREW))


def _takes_absence_for_proof(scanned: Scanned, known: Known) -> News:
    """Whatever a scan does not show is solved."""

    def gone(module: Module, one: str) -> Record:
        return Record(module, one, "", is_gone=True)

    lists = [
        replace(one, fresh={key: found or gone(one.module, key) for key, found in one.fresh.items()})
        for one in scanned.lists
    ]
    return news(replace(scanned, lists=tuple(lists)), known)


def _takes_failure_for_nothing(scanned: Scanned, known: Known) -> News:
    """What is known of a list that failed is forgotten."""
    failed = {one.module for one in scanned.failed}
    groups = tuple(one for one in known.groups if one.module not in failed)
    heard = news(scanned, replace(known, groups=groups))
    lost = [replace(one, gone=frozenset(one.members)) for one in known.groups if one.module in failed]
    return replace(heard, groups=(*heard.groups, *lost))


SPOILED: Mapping[str, Rule] = {
    "forgets": _forgets,
    "groups-alone": _knows_groups_alone,
    "absence": _takes_absence_for_proof,
    "failure": _takes_failure_for_nothing,
}

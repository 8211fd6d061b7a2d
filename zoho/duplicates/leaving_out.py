"""What people dismissed, left out of what a search found.

A list may be older than the decision: Zoho's search index lags, and not every answer has every field. So a
change that would bring a pair back is believed once the records themselves were read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace

from zoho.desk import Desk
from zoho.duplicates.dismissed import NOTHING, Dismissed, take_out
from zoho.duplicates.groups import worst_first
from zoho.duplicates.whole import with_groups
from zoho.records import Found, Group, Module

MOST_READ: Mapping[Module, int] = {
    Module.DESK_CONTACTS: 60,
    Module.DESK_ACCOUNTS: 12,
    Module.DESK_PRODUCTS: 12,
}
"""So many records of pairs that seem to have changed are read for one search: three calls, or twelve."""

Standing = Callable[[Module], Awaitable[Dismissed]]
"""Gives the standing dismissals of a module, as one workspace knows them."""


async def nothing_dismissed(module: Module) -> Dismissed:
    """For an installation in which nobody dismisses anything."""
    return NOTHING


async def leave_out(desk: Desk, found: Found, dismissed: Dismissed) -> Found:
    """A search of which every group is known, without what was dismissed."""
    outcome = take_out(found.groups, dismissed)
    sure = await sure_of(desk, dismissed, outcome.groups)
    if sure is not dismissed:
        outcome = take_out(found.groups, sure)
    all_groups = worst_first(outcome.groups) if outcome.keys else outcome.groups
    return with_groups(replace(found, dismissed=outcome.keys), all_groups)


async def sure_of(desk: Desk, dismissed: Dismissed, groups: Iterable[Group]) -> Dismissed:
    """The same dismissals after a fresh read of the pairs that seem to have come back; unchanged without any.

    Raises what a call may raise.
    """
    back = [group for group in groups if group.reopened]
    if not back:
        return dismissed
    doubtful = dict.fromkeys(
        record_id for group in back for one in group.reopened for record_id in one.record_ids
    )
    module = back[0].module
    return dismissed.made_certain(await desk.records(module, list(doubtful)[: MOST_READ[module]]))

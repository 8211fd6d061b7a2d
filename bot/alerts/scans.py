"""Goes through a channel's lists with its owner's login, each to its end; one that fails stops no other.

What a slot costs is named before anything is read, and held against what was agreed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.alerts.scanned import FailedList, Scanned, ScannedList, TooDear
from bot.alerts.solved import missing
from bot.failures import in_a_row
from bot.store import Terms
from bot.store.known import Known
from zoho import errors
from zoho.access import Access
from zoho.duplicates.scan import Cost
from zoho.records import Module, Record

log = structlog.get_logger(__name__)

T = TypeVar("T")

OF_THE_OWNER = (errors.NotConnected, errors.GrantLost, errors.OrganisationRefused, errors.WrongRegion)
"""What no list can be read after: the owner has to connect again."""

OF_EVERY_LIST = (
    *OF_THE_OWNER,
    errors.KeyLost,
    errors.ClientRefused,
    errors.TokenThrottled,
    SQLAlchemyError,
)

READ_AGAIN: Mapping[Module, int] = {
    Module.DESK_CONTACTS: 40,
    Module.DESK_ACCOUNTS: 12,
    Module.DESK_PRODUCTS: 12,
}
"""So many records are read again in one scan at most, for known groups that are not whole any more."""

_BESIDE = 25  # credits a list: finding out what it costs, and reading records again
_RESERVE = 10  # one in so many of the day's credits is left to everybody else


async def price(access: Access, modules: Sequence[Module], filters: Sequence[tuple[str, str]]) -> int:
    """What one slot of these lists costs at most, in credits, rounded up.

    It takes a few calls. Raises what a call may raise, TooLarge for a list that cannot be gone through.
    """
    scanner = access.scanner()
    return _rounded([await scanner.cost(module, dict(filters)) for module in modules])


async def scan(access: Access, terms: Terms, known: Known, at: datetime) -> Scanned:
    """What stands in these lists now. ``known`` tells by which source each was gone through before, and which
    records are to be read again.

    Raises what is in `OF_THE_OWNER`, what else holds for every list, and SQLAlchemyError.
    """
    scanned = Scanned(
        at=at,
        dc=access.connection.dc,
        org_id=access.connection.org_id,
        org_name=access.connection.org_name,
    )
    if await _is_low(access):
        why = "less than a tenth of the day’s Zoho credits is left"
        return replace(scanned, failed=tuple(FailedList(one, "CreditsLow", why) for one in terms.modules))
    priced = {module: await _tried(module, _cost(access, terms, module, known)) for module in terms.modules}
    costs = {module: cost for module, cost in priced.items() if isinstance(cost, Cost)}
    named = _rounded(costs.values())
    if terms.price is not None and named * 10 > terms.price * 11:
        return replace(scanned, too_dear=TooDear(named, terms.price))
    tried = [await _tried(one, _list(access, terms, one, known, cost)) for one, cost in costs.items()]
    outcomes = (*priced.values(), *tried)
    return replace(
        scanned,
        lists=tuple(one for one in outcomes if isinstance(one, ScannedList)),
        failed=tuple(one for one in outcomes if isinstance(one, FailedList)),
    )


async def _tried(module: Module, work: Awaitable[T]) -> T | FailedList:
    """The outcome of work on one list, or why there is none. Raises what holds for every list."""
    (outcome,) = await asyncio.gather(work, return_exceptions=True)
    if not isinstance(outcome, BaseException):
        return outcome
    if isinstance(outcome, OF_EVERY_LIST) or not isinstance(outcome, Exception):
        raise outcome
    if not isinstance(outcome, errors.ZohoError | TimeoutError):
        log.warning("list_not_scanned", list=module.value, error=type(outcome).__name__)
    return FailedList(module, type(outcome).__name__, in_a_row(outcome))


async def _is_low(access: Access) -> bool:
    """Whether so few of the day's credits are left that they are for people, not for alerts."""
    known = await access.organisations.credits(access.organisation)
    is_of_today = known is not None and known.at.date() == access.now().date()
    return known is not None and is_of_today and known.left * _RESERVE < known.highest


async def _cost(access: Access, terms: Terms, module: Module, known: Known) -> Cost:
    listened = known.lists.get(module)
    source = listened.source if listened else ""
    most = None if terms.price is None else terms.price * 11 // 10
    return await access.scanner().cost(module, dict(terms.filters), source=source, most=most)


async def _list(access: Access, terms: Terms, module: Module, known: Known, cost: Cost) -> ScannedList:
    found = await access.scanner().scan(module, dict(terms.filters), cost)
    standing = await access.dismissed(module)
    listed = ScannedList(
        module=module,
        groups=found.groups,
        source=found.source,
        dismissed={pair: one.key for pair, one in standing.pairs.items()},
        is_whole=not (found.so_far or found.unread) and found.out_of is None,
        compared=found.compared,
        credits=cost.credits,
    )
    return replace(listed, fresh=await _fresh(access, listed, known))


async def _fresh(access: Access, listed: ScannedList, known: Known) -> Mapping[str, Record | None]:
    """The records of known groups that are not whole any more; nothing is known where they cannot be read."""
    wanted = await asyncio.to_thread(missing, listed, known, READ_AGAIN[listed.module])
    read = await _tried(listed.module, access.desk.records(listed.module, wanted))
    if isinstance(read, FailedList):
        return {}
    given = {record.id: record for record in read}
    return {one: given.get(one) for one in wanted}


def _rounded(costs: Iterable[Cost]) -> int:
    """Up, so that a few groups more are within the price."""
    most = sum(cost.credits + _BESIDE for cost in costs)
    step = 50 if most <= 500 else 100 if most <= 5_000 else 1_000
    return -(-most // step) * step

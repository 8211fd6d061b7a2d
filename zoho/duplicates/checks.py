"""Is everything in order for one person's searches? Each question is asked live, and answered one by one.

An answer is a value or the error that stands in its way, so that one bad line hides no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from zoho import scopes
from zoho.desk import Desk, DuplicateAnswer
from zoho.duplicates.support import Verdict, judge
from zoho.errors import OrganisationRefused, Refused, ScopeMissing, WrongRegion, ZohoError
from zoho.organisations import Credits, OrganisationKey, Organisations
from zoho.records import Module, Organisation
from zoho.scopes import Way

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What the mission's endpoint for duplicate products said.

    ``answers`` is None while nobody may ask it; False where the organisation does not have it. ``rows`` is
    how many records its answer held, ``groups`` in how many groups.
    """

    answers: bool | None = None
    rows: int = 0
    groups: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of every question.

    ``missing`` are the scopes for reading that were not granted. ``organisation`` is how Zoho names it now;
    ``lists`` maps each list that searches read to None where it answers (products only where the endpoint is
    not there). ``credits`` are what Zoho named last.
    """

    missing: tuple[str, ...]
    organisation: Organisation | ZohoError
    endpoint: Endpoint | ZohoError
    lists: Mapping[Module, ZohoError | None]
    credits: Credits | None


async def check(
    desk: Desk,
    organisations: Organisations,
    key: OrganisationKey,
    *,
    organisation_name: str,
    granted: frozenset[str],
) -> Checked:
    """Ask everything at once, in three to six calls; the verdict on the endpoint is noted anew.

    Raises nothing that Zoho says: it is in the answer.
    """
    asked, organisation, contacts, accounts = await asyncio.gather(
        _ask_endpoint(desk, organisations, key, granted),
        _caught(prove(desk, key, organisation_name)),
        _caught(_ask_list(desk, Module.DESK_CONTACTS, granted)),
        _caught(_ask_list(desk, Module.DESK_ACCOUNTS, granted)),
    )
    return Checked(
        missing=scopes.missing(granted, scopes.READ_DESK),
        organisation=organisation,
        endpoint=asked.said,
        lists={Module.DESK_CONTACTS: contacts, Module.DESK_ACCOUNTS: accounts, **asked.by_list},
        credits=await organisations.credits(key),
    )


async def prove(desk: Desk, key: OrganisationKey, name: str) -> Organisation:
    """The stored organisation as this login's list has it now.

    Raises OrganisationRefused when it is not among them, WrongRegion when it lies in another data centre, and
    ScopeMissing when that cannot be read.
    """
    try:
        listed = await desk.organisations()
    except ScopeMissing as error:
        named = (scopes.BASIC_READ,)
        raise ScopeMissing(error.words, code=error.code, status=error.status, missing=named) from error
    found = next((one for one in listed if one.id == key.org_id), None)
    if found is None:
        raise OrganisationRefused(name or key.org_id)
    if found.dc not in ("", key.dc):
        raise WrongRegion(dc=found.dc)
    return found


class _Asked(NamedTuple):
    """What the endpoint said, and whether products are read by list instead."""

    said: Endpoint | ZohoError
    by_list: Mapping[Module, ZohoError | None] = {}


async def _ask_endpoint(
    desk: Desk, organisations: Organisations, key: OrganisationKey, granted: frozenset[str]
) -> _Asked:
    """Two calls at most: the endpoint itself, and one product by list where it is not there."""
    if scopes.missing(granted, scopes.needed(Module.DESK_PRODUCTS, Way.ENDPOINT)):
        return _Asked(Endpoint(), await _products(desk, granted))
    try:
        answer = await desk.duplicate_products({})
    except ZohoError as error:
        verdict = judge(error, ())
        if verdict not in (Verdict.UNSUPPORTED, Verdict.ASK_LIST):
            return _Asked(error)
        products = await _products(desk, granted)
        if verdict is Verdict.ASK_LIST and isinstance(products[Module.DESK_PRODUCTS], Refused):
            return _Asked(error)
        await organisations.note_endpoint(key, False)
        return _Asked(Endpoint(answers=False), products)
    await organisations.note_endpoint(key, True)
    return _Asked(Endpoint(True, _rows(answer), len(answer.groups)))


async def _products(desk: Desk, granted: frozenset[str]) -> Mapping[Module, ZohoError | None]:
    return {Module.DESK_PRODUCTS: await _caught(_ask_list(desk, Module.DESK_PRODUCTS, granted))}


def _rows(answer: DuplicateAnswer) -> int:
    return len(answer.rows) + sum(len(members) for members in answer.groups)


async def _ask_list(desk: Desk, module: Module, granted: frozenset[str]) -> None:
    lacking = scopes.missing(granted, scopes.needed(module))
    if lacking:
        raise ScopeMissing(missing=lacking)
    # From 1, which no list refuses, whether it counts from 0 or from 1.
    await desk.page(module, offset=1, limit=1)


async def _caught(work: Awaitable[T]) -> T | ZohoError:
    """What ``work`` gives, or the error of ours that it raises."""
    try:
        return await work
    except ZohoError as error:
        return error

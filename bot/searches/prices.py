"""A search of one module, or what it would cost where its list is too long to be read without asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from zoho.access import Access
from zoho.duplicates.search import Search
from zoho.duplicates.windows import CREDITS_A_CALL, Price, Progress
from zoho.errors import TooLarge
from zoho.records import Found, Module

_SECONDS_A_CALL = 0.2
_UNASKED_SECONDS = 30.0  # a cheap read that takes longer goes on in the background too


@dataclass(frozen=True, slots=True)
class TooBig:
    """A module that is not read on the spot: what it would cost, and how many records it holds at least."""

    price: Price
    at_least: int


async def search_or_price(
    access: Access, module: Module, filters: Sequence[tuple[str, str]], *, groups: int
) -> Found | TooBig:
    """A search of one module; where its list is too long, a read by windows if that is cheap and short, else
    its price. Raises as `Search.run`; TooLarge where windows cannot read what the filters ask for.
    """
    search, wanted = access.duplicates(), dict(filters)
    try:
        return await search.run(module, wanted, groups=groups)
    except TooLarge as error:
        too_big = TooBig(await _price(search, module, wanted, error), error.rows)
    if too_big.price.is_dear or takes(too_big.price.credits).total_seconds() > _UNASKED_SECONDS:
        return too_big
    return await search.read(module, wanted, too_big.price, _unheard)


async def _price(search: Search, module: Module, wanted: dict[str, str], too_large: TooLarge) -> Price:
    try:
        return await search.price(module, wanted)
    except TooLarge:
        raise too_large from None  # it knows how many there are


async def _unheard(progress: Progress) -> None:
    """Nobody waits for news of a short read."""


def takes(credits_: int) -> timedelta:
    """How long a read at this price takes, more or less."""
    return timedelta(seconds=credits_ / CREDITS_A_CALL * _SECONDS_A_CALL)

"""A scan of a whole module, of which every member is known afterwards: what it costs, and then the scan.

There are three sources. The mission's endpoint and Zoho's lists of shared values are Zoho's own comparison, a
list is compared here; they do not find quite the same, so whoever scans again does so by the same source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from zoho import scopes
from zoho.desk import LIMIT
from zoho.duplicates import reading, support, windows
from zoho.duplicates.apart import compared
from zoho.duplicates.everybody import Everybody
from zoho.duplicates.filters import Filters, sort_out
from zoho.duplicates.search import Search
from zoho.duplicates.whole import with_groups
from zoho.duplicates.windows import Price, Progress
from zoho.errors import TooLarge
from zoho.records import Found, Module, Pending, Record, SharedValue
from zoho.scopes import Way

ENDPOINT, VALUES, LIST = "endpoint", "values", "list"

_PROBES = (100, 500, 1_000, 2_000, 5_000, reading.MOST_ROWS)
_LOOK_AHEAD = 10  # credits of the one small call that tells whether a list is too long


@dataclass(frozen=True, slots=True)
class Cost:
    """What scanning a module costs at most, in credits, and by which source.

    ``rows`` is how many records a list holds, as far as Zoho says. ``pending`` and ``shared`` are the values
    that were listed already to find out.
    """

    source: str
    credits: int
    rows: int | None = None
    by_windows: bool = False
    pending: Pending | None = None
    shared: tuple[SharedValue, ...] = ()


class Scanner(Search):
    """Scans modules with one person's login; what was dismissed is left out as in any search."""

    async def cost(
        self, module: Module, filters: Mapping[str, str], *, source: str = "", most: int | None = None
    ) -> Cost:
        """What a scan costs: by ``source`` where that is possible, else by the cheapest one.

        It takes a few calls itself, and ends with what is known once that is more than ``most``. Raises
        ScopeMissing, TooLarge where no source reaches, and what a call may raise.
        """
        if module is Module.DESK_PRODUCTS:
            if source != LIST and await self._has_endpoint(filters):
                return Cost(ENDPOINT, windows.CREDITS_A_CALL)
            return await self._cost_of_list(module, filters)
        if not sort_out(module, filters).is_empty:
            return await self._cost_of_list(module, filters)
        if source == LIST:
            return await self._cost_of_list(module, filters)
        return await self._cost_of_people(module, filters, most, is_bound=source == VALUES)

    async def scan(self, module: Module, filters: Mapping[str, str], cost: Cost) -> Found:
        """Every group of a module, with all their members, as `cost` said it is done.

        Where Zoho holds more by now than was paid for, ``out_of`` says so. Raises what `Search.run` raises,
        EOFError when comparing ended badly.
        """
        with self._needing(module, Way.VALUES if cost.source == VALUES else Way.LIST):
            if cost.source == ENDPOINT:
                return await self._products(filters)
            if cost.source == VALUES:
                return await self._by_values(module, cost)
        if cost.by_windows:
            left = await self._credits_left()
            return await self.read(module, filters, Price(cost.rows, cost.credits, left), _quiet)
        return await self._by_whole_list(module, filters)

    # What it costs

    async def _cost_of_people(
        self, module: Module, filters: Mapping[str, str], most: int | None, *, is_bound: bool
    ) -> Cost:
        """Contacts and accounts: by their shared values, unless a list is cheaper. Where Zoho does not say
        how long that is, or `is_bound` wants it so, the values are listed up to ``most``."""
        may_count = not scopes.missing(self._granted, scopes.needed(module, Way.SEARCH))
        listed = None if is_bound or not may_count else await self._cost_of_list(module, filters)
        with self._needing(module, Way.VALUES):
            everybody = self._everybody(module)
            try:
                is_cheap = await everybody.list_values(listed.credits if listed else most)
            except TooLarge:
                return listed or await self._cost_of_list(module, filters)
        if listed is not None and not is_cheap:
            return listed
        pages = 2 * windows.CREDITS_A_CALL
        return Cost(VALUES, everybody.credits + pages, pending=everybody.pending, shared=everybody.shared)

    async def _cost_of_list(self, module: Module, filters: Mapping[str, str]) -> Cost:
        """A list by offset, or by windows where that is cheaper and they can serve the filters."""
        sorted_out = sort_out(module, filters)
        by_list = reading.needs_list(module, sorted_out)
        if by_list or scopes.missing(self._granted, scopes.needed(module, Way.SEARCH)):
            return await self._probed(module, sorted_out)
        price = await self.price(module, filters)
        if price.rows is None or price.rows > reading.MOST_ROWS:
            return Cost(LIST, price.credits, price.rows, by_windows=True)
        offset = reading.list_credits(price.rows + LIMIT) + _LOOK_AHEAD
        is_dearer = offset > price.credits
        return Cost(LIST, price.credits if is_dearer else offset, price.rows, by_windows=is_dearer)

    async def _probed(self, module: Module, filters: Filters) -> Cost:
        """The price of a list that nobody counts: some small calls tell between which lengths it lies."""
        with self._needing(module, Way.LIST):
            for rows in _PROBES:
                if not await reading.goes_beyond(self._desk, module, filters, rows):
                    return Cost(LIST, reading.list_credits(rows) + _LOOK_AHEAD, None)
        raise TooLarge(rows=reading.MOST_ROWS)

    async def _has_endpoint(self, filters: Mapping[str, str]) -> bool:
        module = Module.DESK_PRODUCTS
        if scopes.missing(self._granted, scopes.needed(module, Way.ENDPOINT)):
            return False
        known = await self._organisations.has_endpoint(self._key)
        if known is not None:
            return known

        async def note(answers: bool) -> None:
            await self._organisations.note_endpoint(self._key, answers)

        return await support.ask(self._desk, filters, note) is not None

    # Scanning

    async def _by_values(self, module: Module, cost: Cost) -> Found:
        everybody = self._everybody(module, cost)
        await everybody.list_values()
        if everybody.is_empty:
            await self._prove()
        records: list[Record] = []
        async for some in everybody.records():
            records += some
        found = self._start(module, {}, VALUES)
        outcome = await compared(module, records, everybody.folded)
        return await self._less_dismissed(
            with_groups(
                replace(found, shared_by_many=everybody.shared, unread=everybody.unread), outcome.groups
            )
        )

    async def _by_whole_list(self, module: Module, filters: Mapping[str, str]) -> Found:
        sorted_out = sort_out(module, filters)
        with self._needing(module, Way.LIST):
            rows = await reading.read_list(self._desk, module, sorted_out)
        if not rows:
            await self._prove()
        sorted_out.check(module, rows)
        kept = sorted_out.keep(row for row in rows if not row.is_gone)
        outcome = await compared(module, kept)
        found = self._start(module, filters, LIST, ignored=sorted_out.ignored)
        found = replace(found, compared=len(kept), shared_by_many=outcome.shared_by_many)
        return await self._less_dismissed(with_groups(found, outcome.groups))

    def _everybody(self, module: Module, cost: Cost | None = None) -> Everybody:
        return Everybody(
            self._desk,
            module,
            is_too_large=partial(self._organisations.is_too_large, self._key, module),
            note_too_large=partial(self._organisations.note_too_large, self._key, module),
            pending=cost.pending if cost else None,
            shared=cost.shared if cost else (),
            may_look_up=not scopes.missing(self._granted, scopes.needed(module, Way.SEARCH)),
        )


async def _quiet(_: Progress) -> None:
    """Hears of progress and does nothing."""

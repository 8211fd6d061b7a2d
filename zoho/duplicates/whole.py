"""A whole module read by search windows and grouped in a process of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from zoho.desk import Desk
from zoho.duplicates import windows
from zoho.duplicates.apart import Apart, apart
from zoho.duplicates.filters import Filters
from zoho.duplicates.groups import Tally
from zoho.duplicates.windows import Journal, Price, Progress
from zoho.records import Found, Group, Module, Record


async def read_whole(
    desk: Desk,
    found: Found,
    filters: Filters,
    price: Price,
    tell: Callable[[Progress], Awaitable[None]],
    journal: Journal | None,
) -> Found:
    """``found`` with the groups of its whole module, or of as much of it as the price allows.

    ``journal`` keeps what comes and holds what came before, see `windows.read`.

    Raises UnknownFilter when the first records lack a field that a filter needs.
    """
    async with apart(found.module) as child:
        gathering = _Gathering(found.module, filters, child)

        async def told(read: int, spent: int) -> None:
            await tell(Progress(read, price.rows, spent, price.credits, gathering.tally.groups))

        outcome = await windows.read(
            desk,
            found.module,
            ceiling=price.credits,
            now=found.at,
            take=gathering.take,
            tell=told,
            journal=journal,
        )
        grouped = await child.grouped()
    out_of = None if outcome.is_whole else max(price.rows or 0, outcome.read + outcome.missed)
    after = with_groups(found, grouped.groups)
    return replace(
        after,
        so_far=not outcome.is_whole,
        compared=gathering.kept,
        out_of=out_of,
        shared_by_many=grouped.shared_by_many,
    )


class _Gathering:
    """What is read, on its way to the process that groups it."""

    def __init__(self, module: Module, filters: Filters, child: Apart) -> None:
        self._module = module
        self._filters = filters
        self._child = child
        self._is_checked = False
        self.tally = Tally(module)
        self.kept = 0

    async def take(self, records: Sequence[Record]) -> None:
        """Hand on those that the filters keep and that are not gone."""
        if records and not self._is_checked:
            self._filters.check(self._module, records)
            self._is_checked = True
        kept = self._filters.keep(record for record in records if not record.is_gone)
        self.tally.add(kept)
        self.kept += len(kept)
        await self._child.take(kept)


def with_groups(found: Found, all_groups: tuple[Group, ...]) -> Found:
    """A search whose groups are all known."""
    return replace(found, groups=all_groups, total=len(all_groups), records=members(all_groups))


def members(all_groups: Sequence[Group]) -> int:
    """How many records stand in groups, each counted once."""
    return len({record.id for group in all_groups for record in group.records})

"""Reading a list that a team shares, whatever stands in it: entries in pieces, and where a page stands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from bot.blocks.team_list import TeamPage
from bot.ids import ListPlace
from bot.store import Line
from zoho.access import Access

MOST_READ = 20
"""So many entries are read for one page, however few of them its viewer may see."""


class Entry(Protocol):
    """Whatever stands in such a list."""

    @property
    def key(self) -> str:
        """What names it on a button."""


E = TypeVar("E", bound=Entry)
P = TypeVar("P", bound=TeamPage)


class Entries(Protocol[E]):
    """Such a list as it is stored, in an order of its own."""

    async def get(self, workspace: str, key: str) -> E | None:
        """The entry under this key, inside this workspace, also one that has left the list."""

    async def after(self, line: Line, entry: E | None, most: int) -> Sequence[E]:
        """The next entries after this one, from the first on when it is None."""

    async def before(self, line: Line, entry: E, most: int) -> Sequence[E]:
        """The last entries before this one, the nearest first."""

    async def length(self, line: Line) -> int:
        """How many there are in one organisation."""

    async def length_of_all(self, workspace: str) -> int:
        """How many there are in every organisation of the workspace."""

    async def length_before(self, line: Line, entry: E) -> int:
        """How many stand before this one."""


def line_of(access: Access) -> Line:
    """The list of the organisation that this person is connected to."""
    return Line(access.who.workspace, access.connection.dc, access.connection.org_id)


async def lengths(entries: Entries[E], line: Line) -> tuple[int, int]:
    """How many entries there are in this organisation, and how many in others."""
    total = await entries.length(line)
    return total, max(await entries.length_of_all(line.workspace) - total, 0)


async def beginning(entries: Entries[E], line: Line, place: ListPlace) -> tuple[E | None, bool]:
    """The entry beside which a page begins, None for the first page; and whether it is read backwards."""
    key = place.before or place.after
    entry = await entries.get(line.workspace, key) if key else None
    return entry, bool(place.before) and entry is not None


async def batches(
    entries: Entries[E], line: Line, beside: E | None, *, backwards: bool, wanted: Callable[[], int]
) -> AsyncIterator[Sequence[E]]:
    """Entries from one on, a few at a time, for as long as any are ``wanted``, which says how many."""
    while (most := wanted()) > 0:
        if backwards and beside is not None:
            batch = await entries.before(line, beside, most)
        else:
            batch = await entries.after(line, beside, most)
        if not batch:
            return
        yield batch
        beside = batch[-1]


async def placed(page: P, entries: Entries[E], line: Line, read: Sequence[E]) -> P:
    """The same page with its numbers in the list and the keys from which it is turned."""
    if not read:
        return page
    earlier = await entries.length_before(line, read[0])
    last = earlier + len(read)
    before = await entries.before(line, read[0], 1)
    return replace(
        page,
        first=earlier + 1,
        last=last,
        start=before[0].key if before else "",
        previous=read[0].key if before else "",
        next=read[-1].key if last < page.total else "",
    )

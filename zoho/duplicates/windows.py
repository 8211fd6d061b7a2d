"""Reading a whole module by search windows: 3 credits for every hundred records, however many there are.

A list's offsets grow dear, some 29,000 credits for 100,000 records, and a search ends at its 1,000th record:
so a module beyond what `reading` takes is read window after window of creation time. What the read may cost
is a ceiling: it stops there, and says how far it came. Where somebody keeps a journal of it, a read whose
process ended is gone on with, and no page is paid for twice.
https://desk.zoho.com/DeskAPIDocument#Search
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Protocol

from zoho.desk import LIMIT, Desk, SearchPage, is_about_offset
from zoho.errors import BadRequest, ServerError
from zoho.records import Module, Record

CREDITS_A_CALL = 3
DEAR = 500
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)  # clocks differ
_DEPTH = 1_000  # records of one search that can be reached
_FILL = 800  # records a window is meant to hold when it has to be guessed
_MOST_PARTS = 8
_TICK = timedelta(milliseconds=1)  # the finest that a range can say
_SPARE_CALLS = 10
_UNKNOWN_SIZE = 3_000  # credits, when Zoho does not say how many records there are


@dataclass(frozen=True, slots=True)
class Price:
    """What reading a module costs at most. ``rows`` is None where Zoho does not say how many there are,
    ``left`` where the credits left today are not known.
    """

    rows: int | None
    credits: int
    left: int | None

    @property
    def is_dear(self) -> bool:
        """Whether it is named and asked about before it is paid."""
        return self.credits > DEAR or (self.left is not None and self.credits * 10 > self.left)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a read has come. ``groups`` is a count of values shared so far, close to the final number."""

    read: int
    rows: int | None
    credits: int
    ceiling: int
    groups: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a read ended. ``missed`` are records that Zoho counts and that no window reaches."""

    read: int
    credits: int
    is_whole: bool
    missed: int = 0


class Journal(Protocol):
    """The pages of one read as they came, kept for whoever goes on with it when its process has ended.

    ``began`` is when the read began; what was created since is not part of it. ``used`` are the credits that
    were spent before, an answer that nobody kept included.
    """

    began: datetime
    used: int

    async def find(self, place: str) -> SearchPage | None:
        """The page that was kept for this place, else None."""

    async def keep(self, place: str, page: SearchPage, *, read: int, used: int) -> None:
        """Keep a page that came, with the records read and the credits used up to here."""

    async def note(self, used: int) -> None:
        """Keep the credits used up to here, where what was paid for is no page."""


Take = Callable[[Sequence[Record]], Awaitable[None]]
Tell = Callable[[int, int], Awaitable[None]]


async def price(desk: Desk, module: Module, *, now: datetime, left: int | None) -> Price:
    """The price of reading a module: one search over all time says how many records there are."""
    page = await desk.search_window(module, since=_BEGINNING, until=now + _AHEAD, offset=0)
    after = None if left is None else max(0, left - CREDITS_A_CALL)
    if page.records and _total(page) is None:
        return Price(None, _UNKNOWN_SIZE if after is None else min(_UNKNOWN_SIZE, after), after)
    rows = _total(page) or 0
    calls = rows / LIMIT * (1.05 if _can_slide(page.records) else 1.6) + _SPARE_CALLS
    return Price(rows, _round_up(calls * CREDITS_A_CALL), after)


async def read(
    desk: Desk,
    module: Module,
    *,
    ceiling: int,
    now: datetime,
    take: Take,
    tell: Tell,
    journal: Journal | None = None,
) -> Outcome:
    """Read every record created until ``now``, each once, and hand them to ``take`` page by page.

    ``tell`` hears of records read and credits used after each page. Spends at most ``ceiling`` credits, what
    the ``journal`` says was used before included; pages that it holds for the same ``now`` are taken from it.
    Raises ServerError when Zoho gives records in another order than the one asked for.
    """
    reader = _Reader(desk, module, ceiling, take, tell, journal)
    return await reader.run(_Window(_BEGINNING, now + _AHEAD))


@dataclass(frozen=True, slots=True)
class _Window:
    since: datetime
    until: datetime

    @property
    def is_divisible(self) -> bool:
        """Whether it is longer than the shortest range that can be said."""
        return self.until - self.since > _TICK

    @property
    def name(self) -> str:
        """The same in every process that reads on."""
        return f"{self.since.isoformat()}/{self.until.isoformat()}"

    def parts(self, number: int) -> list[_Window]:
        """Windows of equal length, oldest first, a tick apart since both ends of a range count."""
        step = (self.until - self.since) / number
        starts = [_whole_ticks(self.since + step * place) for place in range(number)]
        ends = [start - _TICK for start in starts[1:]] + [self.until]
        return [_Window(start, end) for start, end in zip(starts, ends, strict=True) if start <= end]


class _Spent(Exception):
    """The next call would go beyond the ceiling."""


class _Reader:
    def __init__(
        self, desk: Desk, module: Module, ceiling: int, take: Take, tell: Tell, journal: Journal | None
    ) -> None:
        self._desk = desk
        self._module = module
        self._ceiling = ceiling
        self._take = take
        self._tell = tell
        self._journal = journal
        self._seen: set[str] = set()
        self._spent = 0 if journal is None else journal.used
        self._missed = 0

    async def run(self, whole: _Window) -> Outcome:
        waiting = [whole]
        is_whole = True
        try:
            while waiting:
                waiting.extend(reversed(await self._window(waiting.pop())))
        except _Spent:
            is_whole = False
        return Outcome(len(self._seen), self._spent, is_whole and not self._missed, self._missed)

    async def _window(self, window: _Window) -> list[_Window]:
        """Read one window as far as a search reaches; the windows that are still to be read in its place."""
        first = await self._page(window, 0)
        total, slides = _total(first), _can_slide(first.records)
        if not slides and (total or 0) > _DEPTH and window.is_divisible:
            return window.parts(min(_MOST_PARTS, -(-(total or 0) // _FILL)))
        rows, last = await self._follow(window, first, total)
        if last is None:
            return []
        if slides and last.created is not None:
            return self._slid(window, last.created, rows, total)
        return self._split(window, rows, total)

    async def _follow(
        self, window: _Window, page: SearchPage, total: int | None
    ) -> tuple[int, Record | None]:
        """Page on from the first page: how many records came, and the last of them where there are more."""
        rows = len(page.records)
        while len(page.records) == LIMIT and rows < min(_DEPTH, total or _DEPTH):
            following = await self._page_or_end(window, rows)
            if following is None:
                break
            page, rows = following, rows + len(following.records)
        is_end = len(page.records) < LIMIT or rows == total
        return rows, None if is_end else page.records[-1]

    def _slid(self, window: _Window, reached: datetime, rows: int, total: int | None) -> list[_Window]:
        """The rest of a window whose records come in order: from the last one's time on.

        More records of one instant than a search reaches cannot all be read: they are counted as missed.
        """
        if reached > window.since:
            return [_Window(reached, window.until)]
        if window.is_divisible:
            return [_Window(window.since, window.since), _Window(window.since + _TICK, window.until)]
        return self._split(window, rows, total)

    def _split(self, window: _Window, rows: int, total: int | None) -> list[_Window]:
        if window.is_divisible:
            return window.parts(2)
        self._missed += max(0, total - rows) if total is not None else 1
        return []

    async def _page_or_end(self, window: _Window, offset: int) -> SearchPage | None:
        """A further page, or None where Zoho's search reaches less far than its papers say."""
        try:
            return await self._page(window, offset)
        except BadRequest as error:
            if not is_about_offset(error):
                raise
            if self._journal is not None:
                await self._journal.note(self._spent)
            return None

    async def _page(self, window: _Window, offset: int) -> SearchPage:
        place = f"{window.name}+{offset}"
        page = None if self._journal is None else await self._journal.find(place)
        is_new = page is None
        if page is None:
            page = await self._paid(window, offset)
        fresh = [record for record in page.records if record.id not in self._seen]
        self._seen.update(record.id for record in fresh)
        if is_new and self._journal is not None:
            await self._journal.keep(place, page, read=len(self._seen), used=self._spent)
        await self._take(fresh)
        await self._tell(len(self._seen), self._spent)
        return page

    async def _paid(self, window: _Window, offset: int) -> SearchPage:
        if self._spent + CREDITS_A_CALL > self._ceiling:
            raise _Spent
        self._spent += CREDITS_A_CALL
        return await self._desk.search_window(
            self._module, since=window.since, until=window.until, offset=offset
        )


def _total(page: SearchPage) -> int | None:
    """How many records the whole search holds; None where the number may be that of the page alone."""
    if page.count is None or (page.count <= LIMIT and len(page.records) == LIMIT):
        return None
    return page.count


def _can_slide(records: Sequence[Record]) -> bool:
    """Whether the next window can begin where these records end: all have a time, and they are in order.

    Raises ServerError for times out of order, since windows would then lose records.
    """
    times = [record.created for record in records if record.created]
    if len(times) < len(records) or not records:
        return False
    if any(later < earlier for earlier, later in pairwise(times)):
        raise ServerError(status=200)
    return True


def _whole_ticks(when: datetime) -> datetime:
    return when.replace(microsecond=when.microsecond // 1000 * 1000)


def _round_up(price: float) -> int:
    """Up to the next ten, from 1,000 on to the next hundred."""
    step = 100 if price > 1_000 else 10
    return int(-(-price // step) * step)

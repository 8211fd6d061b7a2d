"""Paging that loses no row, whether Zoho counts offsets from 0 or from 1, and calls made together.

https://desk.zoho.com/DeskAPIDocument#Pagination
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Iterable, Sequence
from typing import Any, TypeVar

from zoho.errors import BadRequest

LIMIT = 100

_T = TypeVar("_T")
_NAMES_FROM = re.compile(r"""['"‘“/`]from\b""")


async def pages(
    fetch: Callable[[int], Awaitable[Sequence[_T]]], key: Callable[[_T], Hashable]
) -> AsyncIterator[tuple[_T, ...]]:
    """The rows of every page that were not seen before, page by page.

    ``fetch`` takes an offset; ``key`` tells rows apart. The offset grows by the rows received. The end is a
    page shorter than `LIMIT`, or one that holds only rows already seen.
    """
    seen: set[Hashable] = set()
    offset, page = await _first(fetch)
    while True:
        fresh: dict[Hashable, _T] = {}
        for row in page:
            if key(row) not in seen:
                fresh.setdefault(key(row), row)
        if fresh:
            yield tuple(fresh.values())
        if len(page) < LIMIT or not fresh:
            return
        seen.update(fresh)
        offset += len(page)
        page = await fetch(offset)


async def _first(fetch: Callable[[int], Awaitable[Sequence[_T]]]) -> tuple[int, Sequence[_T]]:
    """The first page. Starting at 0 can only repeat a row where Zoho counts from 1; it loses none."""
    try:
        return 0, await fetch(0)
    except BadRequest as error:
        if not is_about_offset(error):
            raise
    return 1, await fetch(1)


def is_about_offset(error: BadRequest) -> bool:
    """Whether Zoho refused the offset of a page, by its parameter's name or in words."""
    return error.parameter == "from" or _NAMES_FROM.search(error.words) is not None


async def together(work: Iterable[Coroutine[Any, Any, _T]]) -> list[_T]:
    """The results of calls made at the same time, in order; the first error ends the others and rises."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]

"""``--capture``: the shapes that endpoints really answer, and how they depart from what is expected.

The calls are those that searches make, with the same code; only their answers are looked at on the way.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

from bot.blocks.words import clean
from bot.doctor.expected import DUPLICATES, EXPECTED, KNOWN
from bot.doctor.shapes import Shape, differences, merged, shape, told
from zoho.access import Zoho
from zoho.client import Reply
from zoho.connections import Connection
from zoho.desk import Calls, Desk
from zoho.errors import ZohoError
from zoho.records import Module

_ROWS = 5
_SINCE, _UNTIL = datetime(2005, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,40}")

T = TypeVar("T")


class Seen(NamedTuple):
    """What one path answered: a status for each way it ended, and the shape of all that was good."""

    ends: tuple[str, ...]
    found: Shape


class Watch:
    """Calls that go through to Zoho, and leave the shape of each answer here. Nothing is ever written."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.seen: dict[str, Seen] = {}

    async def get(self, path: str, query: Mapping[str, str] | None = None, *, with_org: bool = True) -> Reply:
        """Read a path, and look at the answer."""
        try:
            reply = await self._calls.get(path, query, with_org=with_org)
        except ZohoError as error:
            self._note(path, _end(error), {})
            raise
        self._note(path, str(reply.status), {} if reply.value is None else shape(reply.value, KNOWN))
        return reply

    async def post(self, path: str, body: Mapping[str, object]) -> Reply:
        """Refused."""
        raise PermissionError

    async def patch(self, path: str, body: Mapping[str, object]) -> Reply:
        """Refused."""
        raise PermissionError

    async def delete(self, path: str) -> Reply:
        """Refused."""
        raise PermissionError

    def _note(self, path: str, end: str, found: Shape) -> None:
        before = self.seen.get(path, Seen((), {}))
        self.seen[path] = Seen(tuple(dict.fromkeys((*before.ends, end))), merged(before.found, found))


async def shapes(zoho: Zoho, connection: Connection, seconds: float) -> AsyncIterator[str]:
    """The lines about one organisation, asked with this connection."""
    yield f"Shapes of {clean(connection.org_name)} in {zoho.regions[connection.dc].name}"
    watches: list[Watch] = []

    def watch(calls: Calls) -> Calls:
        watches.append(Watch(calls))
        return watches[0]

    try:
        desk = await zoho.watched(connection.who, watch, connection.product)
    except ZohoError as error:
        yield f"  cannot be asked: {type(error).__name__}"
        return
    try:
        async with asyncio.timeout(seconds):
            await _ask_everything(desk)
    except TimeoutError:
        yield f"  stopped after {seconds:g} seconds; what was answered until then:"
    for path, seen in watches[0].seen.items():
        expected = EXPECTED.get(path, {} if path != zoho.preferences.products_duplicate_path else DUPLICATES)
        for line in _told(path, seen, differences(seen.found, expected)):
            yield line


def _told(path: str, seen: Seen, departs: list[str]) -> Iterator[str]:
    yield f"  GET {path}: {', '.join(seen.ends)}"
    for place, kinds in sorted(seen.found.items()):
        yield f"      {place or '(the whole)'}: {told(kinds)}"
    if not seen.found:
        return
    yield from (f"    ! {line}" for line in departs)
    if not departs:
        yield "    as expected"


def _end(error: ZohoError) -> str:
    """How a refused call ended: its status and Zoho's code, if that looks like one; never its words."""
    code = error.code if _CODE.fullmatch(error.code) else type(error).__name__
    return f"{error.status} {code}" if error.status else code


async def _ask_everything(desk: Desk) -> None:
    """Every endpoint once, by the methods that searches use."""
    await _quietly(desk.organisations())
    await _quietly(desk.my_name())
    listed = {module: await _page(desk, module) for module in Module}
    await _quietly(desk.duplicate_products({}))
    for module, field in ((Module.DESK_CONTACTS, "bothEmail"), (Module.DESK_ACCOUNTS, "accountName")):
        values = await _quietly(desk.duplicate_values(module, field, offset=0)) or ()
        if values:
            fewest = min(values, key=lambda value: value.count)
            await _quietly(desk.holders(module, field, fewest.value))
    window = desk.search_window(Module.DESK_CONTACTS, since=_SINCE, until=_UNTIL, offset=0)
    await _quietly(window)
    if contacts := listed[Module.DESK_CONTACTS]:
        await _quietly(desk.records(Module.DESK_CONTACTS, contacts[:1]))
    if products := await _quietly(desk.page(Module.DESK_PRODUCTS, offset=1, limit=1)):
        await _quietly(desk.products_named(products[0].name))


async def _page(desk: Desk, module: Module) -> tuple[str, ...]:
    """The ids of a few records."""
    records = await _quietly(desk.page(module, offset=1, limit=_ROWS)) or ()
    return tuple(record.id for record in records)


async def _quietly(work: Awaitable[T]) -> T | None:
    """What ``work`` gives; None for an error of Zoho's, which was noted on the way."""
    try:
        return await work
    except ZohoError:
        return None

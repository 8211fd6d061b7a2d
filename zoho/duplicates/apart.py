"""Grouping in a process of its own, so that a hundred thousand records never hold up an answer.

Records are handed over as they are read; only the groups come back.
"""

from __future__ import annotations

import asyncio
import io
import multiprocessing
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection

from zoho.duplicates import groups
from zoho.duplicates.groups import Grouped, Value
from zoho.records import Module, Record

IN_A_THREAD = 1_000
"""So many records are compared in some 60 ms, sooner than a process starts."""

_PATIENCE = 5.0  # seconds a process that was told to end may take


class Apart:
    """A process that gathers records and groups them in the end."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    async def take(self, records: Sequence[Record]) -> None:
        """Hand records over."""
        await asyncio.to_thread(self._pipe.send, tuple(records))

    async def grouped(self, folded: frozenset[Value] = frozenset()) -> Grouped:
        """The groups among everything handed over; ``folded`` values are known to be no evidence.

        Raises EOFError when the process died, also of a record that it could not compare.
        """
        await asyncio.to_thread(self._pipe.send, folded)
        outcome: Grouped = await asyncio.to_thread(self._pipe.recv)
        return outcome


async def compared(
    module: Module, records: Sequence[Record], folded: frozenset[Value] = frozenset()
) -> Grouped:
    """The groups among these records: a few in a thread, many in a process of their own.

    Raises EOFError as `Apart.grouped`.
    """
    if len(records) <= IN_A_THREAD:
        once = {record.id: record for record in records}
        return await asyncio.to_thread(lambda: groups.find(module, once.values(), folded=folded))
    async with apart(module) as child:
        for start in range(0, len(records), IN_A_THREAD):
            await child.take(records[start : start + IN_A_THREAD])
        return await child.grouped(folded)


@asynccontextmanager
async def apart(module: Module) -> AsyncIterator[Apart]:
    """A process for one search; it ends with the block, whatever happens there."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_gather, args=(module, theirs), daemon=True)
    await asyncio.to_thread(process.start)
    theirs.close()
    try:
        yield Apart(ours)
    finally:
        ours.close()
        process.terminate()
        await asyncio.to_thread(process.join, _PATIENCE)


def _gather(module: Module, pipe: Connection) -> None:
    """The other side: take records until there are no more, then group them.

    An error ends the process; what Python would print of it may hold record data, so nobody reads it.
    """
    sys.stderr = io.StringIO()
    os.nice(10)  # whoever waits for an acknowledgement comes first
    records: dict[str, Record] = {}
    while isinstance(page := pipe.recv(), tuple):
        records.update((record.id, record) for record in page)
    pipe.send(groups.find(module, records.values(), folded=page))

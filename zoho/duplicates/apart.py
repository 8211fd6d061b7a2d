"""Grouping in a process of its own, so that a hundred thousand records never hold up an answer.

Records are handed over as they are read; only the groups come back.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection

from zoho.duplicates import groups
from zoho.duplicates.groups import Grouped
from zoho.records import Module, Record

_PATIENCE = 5.0  # seconds a process that was told to end may take


class Apart:
    """A process that gathers records and groups them in the end."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    async def take(self, records: Sequence[Record]) -> None:
        """Hand records over."""
        await asyncio.to_thread(self._pipe.send, tuple(records))

    async def grouped(self) -> Grouped:
        """The groups among everything handed over. Raises EOFError when the process died."""
        await asyncio.to_thread(self._pipe.send, None)
        outcome: Grouped = await asyncio.to_thread(self._pipe.recv)
        return outcome


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
    """The other side: take records until there are no more, then group them."""
    records: list[Record] = []
    while (page := pipe.recv()) is not None:
        records.extend(page)
    pipe.send(groups.find(module, records))

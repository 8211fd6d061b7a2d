"""What reading 100,000 contacts by search windows costs, beside the price that was named before."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from bot.store import Reads, Wanted
from bot.store.read_pages import ReadPages
from tests.bench.table import Row
from tests.storage import Storage
from tests.zoho.duplicates.desk_stand import Clock, stand
from zoho.database import Database
from zoho.duplicates.windows import Price, Progress
from zoho.records import Module, Who

CONTACTS, PAIRS = 100_000, 2_000
MOST_CREDITS = 3_300
PORTAL, PERSON = "larkfield", "mara"


async def rows() -> list[Row]:
    """The figures of this file."""
    with tempfile.TemporaryDirectory() as folder:
        pages = Storage.sqlite(Path(folder))
        async with stand(Path(folder), now=Clock()) as desk, pages.opened() as database:
            org = desk.org(PORTAL, empty=True)
            org.fill("contacts", CONTACTS, duplicates=PAIRS)
            search = await desk.search(PERSON)
            price = await search.price(Module.DESK_CONTACTS, {})
            journal = await _journal(database, price)
            before = org.credits_left
            started = time.perf_counter()
            found = await search.read(Module.DESK_CONTACTS, {}, price, _quiet, journal=journal)
            seconds = time.perf_counter() - started
            spent = before - org.credits_left
    is_whole = (found.compared, found.total, found.so_far) == (CONTACTS, PAIRS, False)
    seen = f"{spent:,} of at most {price.credits:,} named before, {found.total:,} groups, {seconds:.0f} s"
    return [
        Row(
            "credits for 100,000 contacts",
            f"≤ {MOST_CREDITS:,} and ≤ the price",
            seen,
            holds=is_whole and spent <= min(MOST_CREDITS, price.credits),
        )
    ]


async def _journal(database: Database, price: Price) -> ReadPages:
    """What keeps the pages while they are read, as for a read that a person began."""
    now = Clock()
    reads = Reads(database, now)
    wanted = Wanted(
        module=Module.DESK_CONTACTS,
        filters=(),
        command="contacts",
        dc="eu",
        org_id="20060000001",
        org_name="Larkfield Support",
        rows=price.rows,
        ceiling=price.credits,
        at_least=CONTACTS,
    )
    asked = await reads.ask(Who("T01LARKFIELD", f"U_{PERSON}"), wanted)
    await reads.begin(asked)
    begun = await reads.take(asked.key, lost=now())
    if begun is None:
        raise RuntimeError("a read that was begun is not there")
    return await reads.journal(begun, lambda: None)


async def _quiet(_: Progress) -> None:
    """Hears of progress and does nothing."""


async def main() -> None:
    """Print the figures, one a line."""
    for row in await rows():
        print(f"{row.what} | asked {row.asked} | seen {row.seen}")


if __name__ == "__main__":
    asyncio.run(main())

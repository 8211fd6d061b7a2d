"""How many calls to Zoho the first answer takes when 3,000 e-mail addresses are each on two contacts.

Value pages are counted as the stand-in answered them; an empty last page counts as one.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from tests.bench.table import Row
from tests.zoho.duplicates.desk_stand import Clock, stand
from zoho.records import Module

ADDRESSES = 3_000
PORTAL, PERSON = "larkfield", "mara"


async def rows() -> list[Row]:
    """The figures of this file."""
    with tempfile.TemporaryDirectory() as folder:
        async with stand(Path(folder), now=Clock()) as desk:
            org = desk.org(PORTAL, empty=True)
            org.fill("contacts", 2 * ADDRESSES, duplicates=ADDRESSES)
            search = await desk.search(PERSON)
            started = time.perf_counter()
            found = await search.run(Module.DESK_CONTACTS, {})
            seconds = time.perf_counter() - started
            calls = len(desk.paths())
            pages = desk.paths().count("groupContactDuplicateValues")
    is_whole = found.total == ADDRESSES and len(found.groups) >= 5
    return [
        Row(
            "calls until first answer",
            "≤ pages + 5",
            f"{calls} for {pages} pages, {found.total:,} groups, {seconds:.2f} s",
            holds=is_whole and calls <= pages + 5,
        )
    ]


async def main() -> None:
    """Print the figures, one a line."""
    for row in await rows():
        print(f"{row.what} | asked {row.asked} | seen {row.seen}")


if __name__ == "__main__":
    asyncio.run(main())

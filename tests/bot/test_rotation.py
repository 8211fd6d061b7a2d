"""New keys: every encrypted value goes under the newest, in small steps and beside whoever is writing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Boolean, Column, Integer, insert, select, update

from bot.store.dismissed_rows import dismissed_pairs
from bot.store.ledger import alerts
from bot.store.rotation import PAGE, Count, forget, forgotten, places, rotate, survey, told
from bot.store.tables import flagged_records, lists
from bot.store.told import told_groups, told_lists
from tests.storage import Storage
from zoho.connections import connections
from zoho.database import Database, EncryptedText, UtcTime, metadata
from zoho.errors import KeyLost

AT = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))


class Store:
    """One database, opened with one set of keys after the other."""

    def __init__(self, storage: Storage, stack: AsyncExitStack) -> None:
        self._storage = storage
        self._stack = stack

    async def opened(self, *keys: str) -> Database:
        return await self._stack.enter_async_context(self._storage.opened(keys=keys))


@pytest.fixture
async def store(storage: Storage) -> AsyncIterator[Store]:
    async with AsyncExitStack() as stack:
        yield Store(storage, stack)


def value_for(column: Column[Any], number: int) -> object:
    """Something that fits into a column; what is encrypted says where it stands."""
    for key in column.foreign_keys:
        return value_for(key.column, number)
    kind = column.type
    if isinstance(kind, EncryptedText):
        return f"{column} {number}"
    if isinstance(kind, UtcTime):
        return AT
    if isinstance(kind, Boolean):
        return False
    return number if isinstance(kind, Integer) else f"{column.name}-{number:05d}"


async def fill(database: Database, rows: int, first: int = 1) -> None:
    """Rows in every table there is, so that nothing that points elsewhere points nowhere."""
    async with database.write() as writer:
        for table in metadata.sorted_tables:
            numbers = range(first, first + rows)
            values = [{column.name: value_for(column, n) for column in table.columns} for n in numbers]
            await writer.execute(insert(table), values)


async def read_all(database: Database) -> dict[str, list[str]]:
    """Every encrypted value, by its column. Raises KeyLost."""
    found = {}
    async with database.read() as reader:
        for place in places():
            found[place.name] = sorted((await reader.execute(select(place.column))).scalars())
    return found


def total(counts: Sequence[Count], name: str) -> int:
    return sum(getattr(count, name) for count in counts)


def test_every_encrypted_column_is_among_the_places() -> None:
    named = {place.name for place in places()}
    assert {
        "zoho_connections.access_token",
        "zoho_connections.refresh_token",
        "zoho_attempts.resume",
        "asked_commands.text",
        "asked_commands.response_url",
        "stored_lists.found",
        "flagged_records.refused",
    } <= named
    assert len(named) == sum(
        isinstance(column.type, EncryptedText)
        for table in metadata.tables.values()
        for column in table.columns
    )


async def test_the_old_key_can_be_removed_afterwards(store: Store) -> None:
    await fill(await store.opened(OLD), 3)
    both = await store.opened(NEW, OLD)
    before = await read_all(both)

    counts = await rotate(both, (NEW, OLD))

    assert total(counts, "changed") == total(counts, "older") == 3 * len(places())
    assert total(counts, "newest") == total(counts, "lost") == 0
    assert await read_all(await store.opened(NEW)) == before
    with pytest.raises(KeyLost):
        await read_all(await store.opened(OLD))


async def test_it_may_be_repeated_and_looking_changes_nothing(store: Store) -> None:
    await fill(await store.opened(OLD), 2)
    both = await store.opened(NEW, OLD)
    looked = await survey(both, (NEW, OLD))
    assert total(looked, "older") == 2 * len(places())
    await rotate(both, (NEW, OLD))
    again = await rotate(both, (NEW, OLD))
    assert total(again, "changed") == total(again, "older") == 0
    assert total(again, "newest") == 2 * len(places())


async def test_values_that_are_not_there_stay_so(store: Store) -> None:
    database = await store.opened(OLD)
    await fill(database, 1)
    async with database.write() as writer:
        await writer.execute(update(lists).values(found=None))
    both = await store.opened(NEW, OLD)
    counts = {count.place: count for count in await rotate(both, (NEW, OLD))}
    assert counts["stored_lists.found"] == Count("stored_lists.found")
    assert counts["stored_lists.command"].changed == 1


async def test_what_no_key_opens_is_counted_and_left_as_it_is(store: Store) -> None:
    await fill(await store.opened(OTHER), 1)
    await fill(await store.opened(OLD), 1, first=2)
    both = await store.opened(NEW, OLD)
    counts = await rotate(both, (NEW, OLD))
    assert total(counts, "lost") == total(counts, "changed") == len(places())
    assert "cannot be opened" in told(counts, keys=1)[0]
    assert "open with none of the keys" in told(counts, keys=1)[-1]
    with_all = await store.opened(NEW, OTHER)
    assert len((await read_all(with_all))["asked_commands.text"]) == 2


async def test_what_no_key_opens_is_given_up_with_what_hangs_on_it(store: Store) -> None:
    await fill(await store.opened(OTHER), PAGE + 3)
    await fill(await store.opened(OLD), 2, first=1_001)
    both = await store.opened(NEW, OLD)

    given_up = await forget(both, (NEW, OLD))

    named = {place.table.name for place in places()} - {"read_pages"}  # these went with their reads
    assert given_up == dict.fromkeys(named, PAGE + 3)
    assert forgotten({"subscriptions": 2}) == ("subscriptions: 2 given up",)
    assert {len(values) for name, values in (await read_all(both)).items() if "refused" not in name} == {2}
    assert await forget(both, (NEW, OLD)) == {}
    assert total(await rotate(both, (NEW, OLD)), "lost") == 0


async def test_alerts_and_dismissals_leave_nothing_behind_and_flags_stay(store: Store) -> None:
    hanging = (alerts.c.subscription, told_groups.c.subscription, told_lists.c.subscription)
    lost, whole = await store.opened(OTHER), await store.opened(OLD)
    await fill(lost, 1)
    await fill(whole, 1, first=2)
    async with lost.write() as writer:
        for column in hanging:
            own = column.table.c.workspace if "workspace" in column.table.c else column
            await writer.execute(
                update(column.table).where(own.endswith("1")).values({column.name: "id-00001"})
            )
        await writer.execute(
            update(dismissed_pairs).where(dismissed_pairs.c.a == "a-00001").values(dismissal="key-00001")
        )

    await forget(whole, (OLD,))

    async with whole.read() as reader:
        for column in (*hanging, dismissed_pairs.c.dismissal):
            left = set((await reader.execute(select(column))).scalars())
            assert left == {f"{column.name}-00002"}, column
        refused = (await reader.execute(select(flagged_records.c.refused))).scalars().all()
    assert sorted(refused)[0] == ""
    assert len(refused) == 2


async def test_many_rows_are_taken_in_pages(store: Store) -> None:
    database = await store.opened(OLD)
    rows = 2 * PAGE + 7
    await fill(database, rows)
    both = await store.opened(NEW, OLD)
    counts = {count.place: count.changed for count in await rotate(both, (NEW, OLD))}
    assert set(counts.values()) == {rows}
    assert len((await read_all(await store.opened(NEW)))["zoho_connections.access_token"]) == rows


async def test_what_is_written_meanwhile_wins(store: Store) -> None:
    database = await store.opened(OLD)
    await fill(database, PAGE)
    both, serving = await store.opened(NEW, OLD), await store.opened(NEW, OLD)
    stop = asyncio.Event()

    async def serve() -> int:
        """Renew one token after the other, as long as the keys are being changed."""
        renewed = 0
        while not stop.is_set():
            number = renewed % PAGE + 1
            async with serving.write() as writer:
                row = connections.c.workspace == f"workspace-{number:05d}"
                await writer.execute(update(connections).where(row).values(access_token=f"renewed {renewed}"))
            renewed += 1
        return renewed

    work = asyncio.create_task(serve())
    for _ in range(3):
        await rotate(both, (NEW, OLD))
    stop.set()
    renewed = await work

    assert renewed > 0
    found = (await read_all(await store.opened(NEW)))["zoho_connections.access_token"]
    last = {f"renewed {number}" for number in range(max(0, renewed - PAGE), renewed)}
    assert last <= set(found)


async def test_the_words_say_what_was_done(store: Store) -> None:
    assert told([Count("a.b", older=2, changed=2), Count("c.d")], keys=2) == (
        "a.b: 2 changed, 0 under the newest key already",
        "2 values were put under the newest key.",
        "The older keys are not needed any more: take them out of ENCRYPTION_KEYS, then restart.",
    )
    assert told([Count("a.b", older=2, changed=1)], keys=2)[-2:] == (
        "1 value was put under the newest key.",
        "1 changed meanwhile: run this again before an older key is taken out.",
    )


def test_with_one_key_nobody_is_told_to_take_older_ones_out() -> None:
    assert told([Count("a.b", newest=2)], keys=1) == (
        "a.b: 0 changed, 2 under the newest key already",
        "0 values were put under the newest key.",
        "There is one key only: put a new one in front of it to change it.",
    )

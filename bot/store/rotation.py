"""Every encrypted value: which key opens it, putting all of them under the newest, giving up what is lost.

Rows are read in pages by their primary key and changed in small transactions, each only if it is still what
was read: nobody is held up for long, and what `serve` writes meanwhile wins.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    Text,
    delete,
    literal,
    select,
    tuple_,
    type_coerce,
    update,
)

import zoho.connections  # noqa: F401  # its tables hold encrypted columns too
from bot.store import tables as _tables
from bot.store.dismissed_rows import dismissals, dismissed_pairs
from bot.store.ledger import alerts
from bot.store.subscriptions import subscriptions
from bot.store.told import told_groups, told_lists
from zoho.database import Database, EncryptedText, metadata

PAGE = 100

# What is meaningless without a row that is given up, by the column that names that row.
_HANGING_ON = {
    subscriptions: (alerts.c.subscription, told_groups.c.subscription, told_lists.c.subscription),
    dismissals: (dismissed_pairs.c.dismissal,),
}
# Without what stands here the rest of the row, in clear, still says what it has to say.
_SPARED = (_tables.flagged_records.c.refused,)


class Place(NamedTuple):
    """A column whose values are encrypted."""

    table: Table
    column: Column[Any]

    @property
    def name(self) -> str:
        """``table.column``."""
        return f"{self.table.name}.{self.column.name}"


@dataclass(frozen=True, slots=True)
class Count:
    """The values of one column: under the newest key, under an older one, under none that is configured.

    ``changed`` are those that were put under the newest key.
    """

    place: str
    newest: int = 0
    older: int = 0
    lost: int = 0
    changed: int = 0


def told(counts: Sequence[Count], *, keys: int) -> tuple[str, ...]:
    """What `rotate` did with so many keys, in words: a line for each column that holds anything, the sum, and
    what to do now."""
    lines = [
        f"{count.place}: {count.changed} changed, {count.newest} under the newest key already"
        + (f", {count.lost} cannot be opened" if count.lost else "")
        for count in counts
        if count.newest or count.older or count.lost
    ]
    changed, lost = sum(count.changed for count in counts), sum(count.lost for count in counts)
    meanwhile = sum(count.older for count in counts) - changed
    lines.append(f"{changed} {'value was' if changed == 1 else 'values were'} put under the newest key.")
    if meanwhile:
        lines.append(f"{meanwhile} changed meanwhile: run this again before an older key is taken out.")
    elif lost:
        lines.append(
            f"{lost} values open with none of the keys in ENCRYPTION_KEYS and stay as they are: add the key "
            "that they were written with and run this again, or give them up with rotate-keys --forget."
        )
    elif keys == 1:
        lines.append("There is one key only: put a new one in front of it to change it.")
    else:
        lines.append(
            "The older keys are not needed any more: take them out of ENCRYPTION_KEYS, then restart."
        )
    return tuple(lines)


def forgotten(given_up: Mapping[str, int]) -> tuple[str, ...]:
    """What `forget` did, in words: a line for each table."""
    return tuple(f"{table}: {count} given up" for table, count in given_up.items())


class Keyring:
    """The configured keys, newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._newest = Fernet(keys[0])
        self._all = MultiFernet([Fernet(key) for key in keys])

    def is_newest(self, value: str) -> bool:
        """Whether the newest key opens this."""
        return _opens(self._newest, value)

    def renewed(self, value: str) -> str | None:
        """The same under the newest key; None when no key opens it."""
        try:
            return self._all.rotate(value.encode()).decode()
        except InvalidToken:
            return None


def places() -> tuple[Place, ...]:
    """Every encrypted column of every table."""
    return tuple(
        Place(table, column)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, EncryptedText)
    )


async def survey(database: Database, keys: Sequence[str]) -> tuple[Count, ...]:
    """Which keys open what is stored; nothing is changed."""
    keyring = Keyring(keys)
    return tuple([await _surveyed(database, place, keyring) for place in places()])


async def rotate(database: Database, keys: Sequence[str]) -> tuple[Count, ...]:
    """Put every value under the newest key; what no key opens stays as it is. May be repeated at any time."""
    keyring = Keyring(keys)
    return tuple([await _rotated(database, place, keyring) for place in places()])


async def forget(database: Database, keys: Sequence[str]) -> dict[str, int]:
    """Give up what no key opens: how many rows of each table were deleted, or emptied where the rest of the
    row is worth keeping. A connection, alerts or a dismissal that is half lost is lost."""
    keyring = Keyring(keys)
    given_up: dict[str, int] = {}
    for place in places():
        count = 0
        async for page in _pages(database, place):
            lost = [stored for stored in page if keyring.renewed(stored.text) is None]
            count += await _give_up(database, place, lost)
        if count:
            given_up[place.table.name] = given_up.get(place.table.name, 0) + count
    return given_up


async def _give_up(database: Database, place: Place, lost: Sequence[_Stored]) -> int:
    count = 0
    async with database.write() as writer:
        for stored in lost:
            same = _still(place, stored)
            if place.column in _SPARED:
                emptied = update(place.table).where(*same).values({place.column.name: ""})
                count += (await writer.execute(emptied)).rowcount
            elif (await writer.execute(delete(place.table).where(*same))).rowcount:
                count += 1
                for column in _HANGING_ON.get(place.table, ()):
                    await writer.execute(delete(column.table).where(column == stored.key[0]))
    return count


async def _surveyed(database: Database, place: Place, keyring: Keyring) -> Count:
    count = Count(place.name)
    async for page in _pages(database, place):
        count = _added(count, await asyncio.to_thread(_sorted_out, page, keyring))
    return count


async def _rotated(database: Database, place: Place, keyring: Keyring) -> Count:
    count = Count(place.name)
    async for page in _pages(database, place):
        found = await asyncio.to_thread(_sorted_out, page, keyring)
        changed = await _write(database, place, found.renewed)
        count = _added(count, found, changed)
    return count


def _added(count: Count, found: _Found, changed: int = 0) -> Count:
    return replace(
        count,
        newest=count.newest + found.newest,
        older=count.older + len(found.renewed),
        lost=count.lost + found.lost,
        changed=count.changed + changed,
    )


class _Stored(NamedTuple):
    """One value as it lies in the database, and the primary key of its row."""

    key: tuple[object, ...]
    text: str


class _Found(NamedTuple):
    newest: int
    lost: int
    renewed: list[tuple[_Stored, str]]


def _sorted_out(page: Sequence[_Stored], keyring: Keyring) -> _Found:
    older = [stored for stored in page if not keyring.is_newest(stored.text)]
    renewed = [(stored, text) for stored in older if (text := keyring.renewed(stored.text)) is not None]
    return _Found(len(page) - len(older), len(older) - len(renewed), renewed)


async def _write(database: Database, place: Place, renewed: Sequence[tuple[_Stored, str]]) -> int:
    """Change these rows in one transaction, each only if it is still what was read; how many were."""
    if not renewed:
        return 0
    changed = 0
    async with database.write() as writer:
        for stored, fresh in renewed:
            change = update(place.table).where(*_still(place, stored))
            values = {place.column.name: literal(fresh, Text)}
            changed += (await writer.execute(change.values(values))).rowcount
    return changed


def _still(place: Place, stored: _Stored) -> list[ColumnElement[bool]]:
    """The row, as long as the value in it is the one that was read."""
    same = [column == value for column, value in zip(_key(place), stored.key, strict=True)]
    return [*same, type_coerce(place.column, Text) == stored.text]


async def _pages(database: Database, place: Place) -> AsyncIterator[Sequence[_Stored]]:
    """Every value of a column, a page at a time, in the order of the primary key."""
    key = _key(place)
    raw = type_coerce(place.column, Text)
    query = select(*key, raw).where(raw.is_not(None)).order_by(*key).limit(PAGE)
    after = query
    while True:
        async with database.read() as reader:
            page = [_Stored(tuple(row[:-1]), str(row[-1])) for row in await reader.execute(after)]
        if page:
            yield page
        if len(page) < PAGE:
            return
        last = (literal(value, column.type) for column, value in zip(key, page[-1].key, strict=True))
        after = query.where(tuple_(*key) > tuple_(*last))


def _key(place: Place) -> tuple[Column[Any], ...]:
    return tuple(place.table.primary_key.columns)


def _opens(key: Fernet, value: str) -> bool:
    try:
        key.decrypt(value.encode())
    except InvalidToken:
        return False
    return True

"""Lists that were shown, for 24 hours, and the groups on their buttons, which outlive them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from bot.store.flag import Spot
from bot.store.tables import fresh_key, groups, lists
from zoho.database import Database, insert_or_ignore
from zoho.records import Found, Group, Module, Twins, Who

LIFE = timedelta(hours=24)
QUESTIONS_KEPT = timedelta(days=30)
GROUPS_KEPT = timedelta(days=180)

_FOUND = TypeAdapter(Found)


@dataclass(frozen=True, slots=True)
class CheckedOne:
    """What was found when one thing was looked up.

    ``asked_in`` is the user whose message it comes from, "" for a command; ``unasked`` are values of that
    message that were not looked up; ``is_record`` when a record's twins were looked for.
    """

    twins: Twins
    asked_in: str = ""
    unasked: tuple[str, ...] = ()
    is_record: bool = False


_ONE = TypeAdapter(CheckedOne)


@dataclass(frozen=True, slots=True)
class Rest:
    """What the digest of ``slot`` did not draw; ``is_more`` when it drew some of its groups."""

    slot: datetime
    is_more: bool = True


_REST = TypeAdapter(Rest)


@dataclass(frozen=True, slots=True)
class Question:
    """What a list answered: enough to search again when the list itself is no longer kept."""

    module: Module
    filters: tuple[tuple[str, str], ...]
    command: str
    is_worst: bool


@dataclass(frozen=True, slots=True)
class StoredList:
    """One search of one person: what was found and the words that asked for it.

    ``is_worst`` marks groups of several lists, the largest, or what the digest in ``rest`` did not draw;
    ``one`` is there when one thing was looked up.
    """

    key: str
    who: Who
    command: str
    found: Found
    at: datetime
    is_worst: bool = False
    one: CheckedOne | None = None
    rest: Rest | None = None


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group as it stands on one list's buttons.

    ``reason`` holds the names of the fields the members share, never their values; ``drawn`` is the mark of
    what was shown last, so that the revision grows exactly when that changes. ``gone`` are the members that
    are no longer in Zoho, ``unlike`` those that a change has made unlike all others.
    """

    key: str
    list_key: str
    who: Who
    dc: str
    org_id: str
    module: Module
    members: tuple[str, ...]
    reason: tuple[str, ...]
    revision: int
    drawn: str
    gone: frozenset[str] = frozenset()
    unlike: frozenset[str] = frozenset()

    @property
    def spot(self) -> Spot:
        """Of which records of which organisation it is."""
        return Spot(self.who.workspace, self.dc, self.org_id, self.module)

    @property
    def left(self) -> tuple[str, ...]:
        """The members that are still there, as far as anybody noticed."""
        return tuple(member for member in self.members if member not in self.gone)


class Lists:
    """Keeps lists encrypted, and groups by random keys."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def keep(
        self,
        who: Who,
        command: str,
        found: Found,
        *,
        is_worst: bool = False,
        one: CheckedOne | None = None,
        rest: Rest | None = None,
    ) -> StoredList:
        """Keep a new list for 24 hours."""
        kept = StoredList(fresh_key(), who, command, found, self._now(), is_worst, one, rest)
        row = {
            "key": kept.key,
            "workspace": who.workspace,
            "user": who.user,
            "module": found.module.value,
            "is_worst": is_worst,
            "command": command,
            "filters": json.dumps(found.filters),
            "found": _FOUND.dump_json(found).decode(),
            "one": None if one is None else _ONE.dump_json(one).decode(),
            "rest": None if rest is None else _REST.dump_json(rest).decode(),
            "at": kept.at,
            "expires_at": kept.at + LIFE,
        }
        async with self._database.write() as connection:
            await connection.execute(insert(lists).values(row))
        return kept

    async def replace(self, kept: StoredList, found: Found) -> StoredList:
        """The same list after more of it was read; it does not live longer for that."""
        text = _FOUND.dump_json(found).decode()
        async with self._database.write() as connection:
            await connection.execute(update(lists).where(lists.c.key == kept.key).values(found=text))
        return replace(kept, found=found)

    async def get(self, who: Who, key: str) -> StoredList | None:
        """This person's list, or None when it is not theirs, unknown or older than 24 hours."""
        statement = select(lists).where(*_own(who, key), lists.c.expires_at > self._now())
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return None
        found = _FOUND.validate_json(row.found)
        one = None if row.one is None else _ONE.validate_json(row.one)
        rest = None if row.rest is None else _REST.validate_json(row.rest)
        return StoredList(row.key, who, row.command, found, row.at, row.is_worst, one, rest)

    async def question(self, who: Who, key: str) -> Question | None:
        """What this person's list answered, for a month; None when it is not theirs or unknown."""
        columns = (lists.c.module, lists.c.filters, lists.c.command, lists.c.is_worst)
        async with self._database.read() as connection:
            row = (await connection.execute(select(*columns).where(*_own(who, key)))).one_or_none()
        if row is None:
            return None
        filters = tuple((name, value) for name, value in json.loads(row.filters))
        return Question(Module(row.module), filters, row.command, row.is_worst)

    async def name_groups(
        self, kept: StoredList, shown: Sequence[Group]
    ) -> dict[tuple[str, ...], ShownGroup]:
        """A key for each of these groups of the list, by their members; those that have one keep it."""
        async with self._database.write() as connection:
            for group in sorted(shown, key=lambda group: group.ids):
                await connection.execute(insert_or_ignore(groups, self._new_row(kept, group)))
            wanted = [_pack(group.ids) for group in shown]
            statement = select(groups).where(groups.c.list_key == kept.key, groups.c.members.in_(wanted))
            rows = (await connection.execute(statement)).all()
        return {found.members: found for found in map(_read_group, rows)}

    async def group(self, workspace: str, key: str) -> ShownGroup | None:
        """The group under this key, inside this workspace."""
        statement = select(groups).where(groups.c.key == key, groups.c.workspace == workspace)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else _read_group(row)

    async def mark_drawn(self, marks: Mapping[str, str]) -> None:
        """``marks`` maps group keys to what is about to be shown; where that is new, the revision grows."""
        async with self._database.write() as connection:
            for key, mark in sorted(marks.items()):
                await connection.execute(
                    update(groups)
                    .where(groups.c.key == key, groups.c.drawn != mark)
                    .values(drawn=mark, revision=groups.c.revision + 1)
                )

    async def note_gone(self, shown: ShownGroup, ids: Collection[str]) -> ShownGroup:
        """Remember that these members, too, are no longer in Zoho; out comes the group with that known."""
        gone = shown.gone | set(ids)
        statement = update(groups).where(groups.c.key == shown.key).values(gone=_pack(sorted(gone)))
        async with self._database.write() as connection:
            await connection.execute(statement)
        return replace(shown, gone=gone)

    async def note_unlike(self, shown: ShownGroup, ids: Collection[str]) -> None:
        """Remember which members are unlike all others now."""
        statement = update(groups).where(groups.c.key == shown.key).values(unlike=_pack(sorted(ids)))
        async with self._database.write() as connection:
            await connection.execute(statement)

    async def forget_workspace(self, workspace: str) -> None:
        """Delete every list and group of this workspace."""
        of_it = select(groups.c.key).where(groups.c.workspace == workspace).order_by(groups.c.key)
        async with self._database.write() as connection:
            await connection.execute(of_it.with_for_update())  # in the order in which `mark_drawn` goes
            for table in (lists, groups):
                await connection.execute(delete(table).where(table.c.workspace == workspace))

    async def sweep(self) -> None:
        """Delete what was found after 24 hours, what was asked after a month, groups after half a year."""
        now = self._now()
        async with self._database.write() as connection:
            await connection.execute(
                update(lists).where(lists.c.expires_at <= now).values(found=None, one=None)
            )
            await connection.execute(delete(lists).where(lists.c.at < now - QUESTIONS_KEPT))
            await connection.execute(delete(groups).where(groups.c.at < now - GROUPS_KEPT))

    def _new_row(self, kept: StoredList, group: Group) -> dict[str, object]:
        return {
            "key": fresh_key(),
            "list_key": kept.key,
            "workspace": kept.who.workspace,
            "user": kept.who.user,
            "dc": kept.found.dc,
            "org_id": kept.found.org_id,
            "module": group.module.value,
            "members": _pack(group.ids),
            "reason": _pack(group.reason.fields),
            "revision": 1,
            "drawn": "",
            "gone": "[]",
            "unlike": "[]",
            "at": self._now(),
        }


def place_of(groups: Sequence[Group], members: Sequence[str]) -> int | None:
    """The place of the group with these members, else of the first that has them among others, else None."""
    wanted = set(members)
    around = [place for place, group in enumerate(groups) if wanted <= set(group.ids)]
    exact = [place for place in around if len(groups[place].records) == len(wanted)]
    return next(iter((*exact, *around)), None)


def _own(who: Who, key: str) -> tuple[ColumnElement[bool], ...]:
    return (lists.c.key == key, lists.c.workspace == who.workspace, lists.c.user == who.user)


def _pack(words: Sequence[str]) -> str:
    return json.dumps(list(words), separators=(",", ":"))


def _read_group(row: Row[Any]) -> ShownGroup:
    return ShownGroup(
        key=row.key,
        list_key=row.list_key,
        who=Who(row.workspace, row.user),
        dc=row.dc,
        org_id=row.org_id,
        module=Module(row.module),
        members=tuple(json.loads(row.members)),
        reason=tuple(json.loads(row.reason)),
        revision=row.revision,
        drawn=row.drawn,
        gone=frozenset(json.loads(row.gone)),
        unlike=frozenset(json.loads(row.unlike)),
    )

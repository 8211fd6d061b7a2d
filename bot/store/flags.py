"""The flag queue: which records a workspace holds for duplicates, who said so, and what stands in Zoho."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, exists, insert, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import decisions, flagged_records, flags, quiet
from zoho.database import Database
from zoho.records import Module, Who

QUIET = timedelta(days=30)


class Place(StrEnum):
    """Where a flag is written in Zoho."""

    NOWHERE = ""
    COMMENT = "comment"
    FIELD = "field"


class Kept(StrEnum):
    """Why a flag is in Slack alone, where nobody refused anything."""

    NOT = ""
    OBSERVE_ONLY = "observe_only"
    NO_PLACE = "no_place"
    NO_FIELD = "no_field"


class Spot(NamedTuple):
    """One kind of record of one organisation, as one workspace sees it."""

    workspace: str
    dc: str
    org_id: str
    module: Module


@dataclass(frozen=True, slots=True)
class FlaggedRecord:
    """One record of a flag: written or not, the trace that takes it back (a comment's id, a field's name),
    and Zoho's words when it refused."""

    record_id: str
    written: bool = False
    trace: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """One row of the queue.

    ``waiting``: the write waits until its author allows writing; ``kept``: why nothing is written at all.
    """

    id: int
    spot: Spot
    members: tuple[str, ...]
    user: str
    at: datetime
    place: Place
    kept: Kept
    waiting: bool
    records: tuple[FlaggedRecord, ...]


class Flags:
    """One flag per set of records and workspace, by a unique key; who raised and removed it is kept."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def add(
        self,
        spot: Spot,
        members: Sequence[str],
        user: str,
        *,
        place: Place,
        kept: Kept = Kept.NOT,
        waiting: bool = False,
    ) -> Flag:
        """Raise a flag; raises `AlreadyFlagged` with the one that stands."""
        row = {
            **_where(spot),
            "members": _pack(members),
            "user": user,
            "at": self._now(),
            "place": place.value,
            "kept": kept.value,
            "waiting": waiting,
        }
        statement = sqlite.insert(flags).values(row).on_conflict_do_nothing().returning(flags.c.id)
        async with self._database.write() as connection:
            added = (await connection.execute(statement)).scalar_one_or_none()
            if added is not None:
                await self._add_records(connection, added, members)
                await self._note(connection, row, "flag", user)
        standing = await self.of(spot, members)
        if standing is None:
            # Somebody took the other one back in this very moment: then there is room for ours.
            return await self.add(spot, members, user, place=place, kept=kept, waiting=waiting)
        if added is None:
            raise AlreadyFlagged(standing)
        return standing

    async def of(self, spot: Spot, members: Sequence[str]) -> Flag | None:
        """The flag on exactly these records, or None."""
        found = await self._select(*_same_spot(spot), flags.c.members == _pack(members))
        return found[0] if found else None

    async def on(self, spot: Spot, record_ids: Sequence[str]) -> tuple[Flag, ...]:
        """Every flag that holds at least one of these records, oldest first."""
        touched = exists().where(
            flagged_records.c.flag_id == flags.c.id, flagged_records.c.record_id.in_(record_ids)
        )
        return await self._select(*_same_spot(spot), touched)

    async def waiting_for(self, who: Who, dc: str, org_id: str) -> tuple[Flag, ...]:
        """Flags of this person in this organisation whose write waits for permission."""
        return await self._select(
            flags.c.workspace == who.workspace,
            flags.c.user == who.user,
            flags.c.dc == dc,
            flags.c.org_id == org_id,
            flags.c.waiting.is_(True),
        )

    async def release(self, flag: Flag) -> bool:
        """Stop a flag's waiting; True for the one caller who may now write it."""
        statement = (
            update(flags).where(flags.c.id == flag.id, flags.c.waiting.is_(True)).values(waiting=False)
        )
        async with self._database.write() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def note_kept(self, flag: Flag, why: Kept) -> None:
        """Keep that nothing can be written for this flag, and why."""
        async with self._database.write() as connection:
            await connection.execute(update(flags).where(flags.c.id == flag.id).values(kept=why.value))

    async def note_written(self, flag: Flag, outcome: FlaggedRecord) -> None:
        """Keep what became of the write on one record."""
        statement = (
            update(flagged_records)
            .where(flagged_records.c.flag_id == flag.id, flagged_records.c.record_id == outcome.record_id)
            .values(written=outcome.written, trace=outcome.trace, refused=outcome.refused)
        )
        async with self._database.write() as connection:
            await connection.execute(statement)

    async def remove(self, flag: Flag, user: str) -> bool:
        """Take a flag back; True for the one caller who did."""
        async with self._database.write() as connection:
            statement = delete(flags).where(flags.c.id == flag.id).returning(flags.c.id)
            removed = (await connection.execute(statement)).scalar_one_or_none() is not None
            if removed:
                row = {**_where(flag.spot), "members": _pack(flag.members)}
                await self._note(connection, row, "unflag", user)
        return removed

    async def keep_quiet(self, who: Who, dc: str, org_id: str) -> None:
        """Remember for 30 days that this person wants no offer to allow writing."""
        row = {**_person(who, dc, org_id), "until": self._now() + QUIET}
        statement = sqlite.insert(quiet).values(row)
        statement = statement.on_conflict_do_update(set_={"until": row["until"]})
        async with self._database.write() as connection:
            await connection.execute(statement)

    async def is_quiet(self, who: Who, dc: str, org_id: str) -> bool:
        """Whether the offer to allow writing is not wanted now."""
        columns = [quiet.c[name] == value for name, value in _person(who, dc, org_id).items()]
        statement = select(quiet.c.until).where(*columns, quiet.c.until > self._now())
        async with self._database.read() as connection:
            return (await connection.execute(statement)).first() is not None

    async def forget_workspace(self, workspace: str) -> None:
        """Delete the queue of this workspace, and who decided what."""
        async with self._database.write() as connection:
            for table in (flags, decisions, quiet):
                await connection.execute(delete(table).where(table.c.workspace == workspace))

    async def sweep(self) -> None:
        """Forget offers that may be made again."""
        async with self._database.write() as connection:
            await connection.execute(delete(quiet).where(quiet.c.until <= self._now()))

    async def _select(self, *conditions: Any) -> tuple[Flag, ...]:
        async with self._database.read() as connection:
            rows = (await connection.execute(select(flags).where(*conditions).order_by(flags.c.id))).all()
            wanted = [row.id for row in rows]
            statement = select(flagged_records).where(flagged_records.c.flag_id.in_(wanted))
            records = (await connection.execute(statement)).all() if wanted else []
        return tuple(_read(row, [record for record in records if record.flag_id == row.id]) for row in rows)

    @staticmethod
    async def _add_records(connection: AsyncConnection, flag_id: int, members: Sequence[str]) -> None:
        rows = [
            {"flag_id": flag_id, "record_id": member, "written": False, "trace": "", "refused": ""}
            for member in members
        ]
        await connection.execute(insert(flagged_records), rows)

    async def _note(
        self, connection: AsyncConnection, row: Mapping[str, object], kind: str, user: str
    ) -> None:
        kept = {name: row[name] for name in ("workspace", "dc", "org_id", "module", "members")}
        await connection.execute(insert(decisions).values(**kept, kind=kind, user=user, at=self._now()))


class AlreadyFlagged(Exception):
    """These records carry a flag already; ``flag`` is the one that stands."""

    def __init__(self, flag: Flag) -> None:
        super().__init__("these records carry a flag already")
        self.flag = flag


def standing_on(raised: Sequence[Flag], members: Sequence[str]) -> Flag | None:
    """The flag that shows on a group with these members: the one on exactly them, else the oldest they all
    carry together with others."""
    wanted = set(members)
    holding = [flag for flag in raised if set(flag.members) <= wanted]
    exact = [flag for flag in holding if set(flag.members) == wanted]
    return next(iter(exact or holding), None)


def _pack(ids: Sequence[str]) -> str:
    return json.dumps(sorted(ids), separators=(",", ":"))


def _where(spot: Spot) -> dict[str, object]:
    return {
        "workspace": spot.workspace,
        "dc": spot.dc,
        "org_id": spot.org_id,
        "module": spot.module.value,
    }


def _same_spot(spot: Spot) -> tuple[Any, ...]:
    return tuple(flags.c[name] == value for name, value in _where(spot).items())


def _person(who: Who, dc: str, org_id: str) -> dict[str, object]:
    return {"workspace": who.workspace, "user": who.user, "dc": dc, "org_id": org_id}


def _read(row: Row[Any], records: Sequence[Row[Any]]) -> Flag:
    return Flag(
        id=row.id,
        spot=Spot(row.workspace, row.dc, row.org_id, Module(row.module)),
        members=tuple(json.loads(row.members)),
        user=row.user,
        at=row.at,
        place=Place(row.place),
        kept=Kept(row.kept),
        waiting=row.waiting,
        records=tuple(FlaggedRecord(one.record_id, one.written, one.trace, one.refused) for one in records),
    )

"""Flags: which records a workspace holds for duplicates, who said so, and what stands in Zoho.

A closed flag keeps its row, with who closed it and when; flagging the same records again opens it anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Update, delete, exists, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.flag import Change, Closed, Flag, FlaggedRecord, Kept, Place, Spot
from bot.store.spots import in_spot, pack_ids, spot_of
from bot.store.tables import decisions, flagged_records, flags, fresh_key, quiet
from zoho.database import Database, insert_or_ignore, insert_or_update
from zoho.records import Module, Who

QUIET = timedelta(days=30)


class Flags:
    """One flag per set of records and workspace, by a unique key; who decided what is kept beside it."""

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
        """Raise a flag, or open a closed one anew; raises `AlreadyFlagged` with the one that stands.

        What an earlier flag left in Zoho at the same place counts as written: it is written once.
        """
        row = {
            **spot_of(spot),
            "members": pack_ids(members),
            "user": user,
            "at": self._now(),
            "place": place.value,
            "kept": kept.value,
            "waiting": waiting,
        }
        async with self._database.write() as connection:
            await connection.execute(_forget_other_places(row))
            added = (await connection.execute(_raise(row).returning(flags.c.id))).scalar_one_or_none()
            if added is not None:
                await self._add_records(connection, added, members)
                await self._note(connection, row, "flag", user)
        standing = await self.of(spot, members)
        if standing is None or (added is None and not standing.is_open):
            # Somebody took the other one back in this very moment: then there is room for ours.
            return await self.add(spot, members, user, place=place, kept=kept, waiting=waiting)
        if added is None:
            raise AlreadyFlagged(standing)
        return standing

    async def of(self, spot: Spot, members: Sequence[str]) -> Flag | None:
        """The flag on exactly these records, open or closed, or None."""
        found = await self.find(*in_spot(flags, spot), flags.c.members == pack_ids(members))
        return found[0] if found else None

    async def on(self, spot: Spot, record_ids: Sequence[str]) -> tuple[Flag, ...]:
        """Every flag, open or closed, that holds at least one of these records, oldest first."""
        touched = exists().where(
            flagged_records.c.flag_id == flags.c.id, flagged_records.c.record_id.in_(record_ids)
        )
        return await self.find(*in_spot(flags, spot), touched)

    async def waiting_for(self, who: Who, dc: str, org_id: str) -> tuple[Flag, ...]:
        """Flags of this person in this organisation whose write waits for permission."""
        return await self.find(
            flags.c.workspace == who.workspace,
            flags.c.user == who.user,
            flags.c.dc == dc,
            flags.c.org_id == org_id,
            flags.c.waiting.is_(True),
            flags.c.closed_as == Closed.NOT.value,
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

    async def close(self, flag: Flag, how: Closed, user: str = "") -> bool:
        """Close a flag as it was read; True for the one caller who did. Nobody closes what is gone."""
        closing = {
            "closed_as": how.value,
            "closed_by": user,
            "closed_at": self._now(),
            "waiting": False,
        }
        return await self.change(flag, _KINDS[how], user, closing)

    async def change(self, flag: Flag, kind: str, user: str, values: Mapping[str, object]) -> bool:
        """Change an open flag that is still as it was read, and note who did; False when it is not."""
        as_read = (flags.c.id == flag.id, flags.c.revision == flag.revision)
        statement = (
            update(flags)
            .where(*as_read, flags.c.closed_as == Closed.NOT.value)
            .values(**values, revision=flags.c.revision + 1)
        )
        async with self._database.write() as connection:
            is_done = (await connection.execute(statement)).rowcount == 1
            if is_done:
                row = {**spot_of(flag.spot), "members": pack_ids(flag.members)}
                await self._note(connection, row, kind, user)
        return is_done

    async def last_change(self, flag: Flag) -> Change | None:
        """What was done with the flag last."""
        row = {**spot_of(flag.spot), "members": pack_ids(flag.members)}
        same = [decisions.c[name] == value for name, value in row.items()]
        statement = select(decisions).where(*same).order_by(decisions.c.id.desc()).limit(1)
        async with self._database.read() as connection:
            found = (await connection.execute(statement)).one_or_none()
        return None if found is None else Change(found.kind, found.user, found.at)

    async def note_gone(self, flag: Flag, gone: Sequence[str]) -> None:
        """Keep which of the records are gone, and that the others are not."""
        change = (
            update(flagged_records)
            .where(flagged_records.c.flag_id == flag.id)
            .values(gone=flagged_records.c.record_id.in_(gone))
        )
        async with self._database.write() as connection:
            await connection.execute(change)

    async def keep_quiet(self, who: Who, dc: str, org_id: str, lasts: timedelta = QUIET) -> None:
        """Make this person no offer to allow writing for so long, 30 days unless told otherwise."""
        row = {**_person(who, dc, org_id), "until": self._now() + lasts}
        async with self._database.write() as connection:
            await connection.execute(insert_or_update(quiet, row))

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

    async def find(self, *conditions: Any, newest: bool = False, most: int | None = None) -> tuple[Flag, ...]:
        """Flags with their records, oldest first unless ``newest``; at most ``most``."""
        order = [column.desc() if newest else column.asc() for column in (flags.c.at, flags.c.id)]
        wanted = select(flags).where(*conditions).order_by(*order).limit(most)
        async with self._database.read() as connection:
            rows = (await connection.execute(wanted)).all()
            statement = select(flagged_records).where(flagged_records.c.flag_id.in_([row.id for row in rows]))
            records = (await connection.execute(statement)).all() if rows else []
        return tuple(_read(row, [record for record in records if record.flag_id == row.id]) for row in rows)

    @staticmethod
    async def _add_records(connection: AsyncConnection, flag_id: int, members: Sequence[str]) -> None:
        """The records of a flag; of those that are there already only what stands in Zoho is kept."""
        anew = update(flagged_records).where(flagged_records.c.flag_id == flag_id)
        await connection.execute(anew.values(refused="", gone=False))
        plain: dict[str, object] = {"written": False, "trace": "", "refused": "", "gone": False}
        for member in sorted(members):
            row = {"flag_id": flag_id, "record_id": member, **plain}
            await connection.execute(insert_or_ignore(flagged_records, row))

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


_KINDS = {Closed.DONE: "done", Closed.UNDONE: "unflag", Closed.GONE: "gone"}
_SET = ("workspace", "dc", "org_id", "module", "members")


def _raise(row: Mapping[str, object]) -> postgresql.Insert:
    """Insert a flag, or open the closed one on the same records; an open one is left as it is."""
    state: dict[str, Any] = {
        "claimed_by": "",
        "claimed_at": None,
        "closed_as": Closed.NOT.value,
        "closed_by": "",
        "closed_at": None,
    }
    statement = postgresql.insert(flags).values({**row, **state, "key": fresh_key(), "revision": 1})
    anew = {name: statement.excluded[name] for name in row if name not in _SET}
    return statement.on_conflict_do_update(
        index_elements=_SET,
        set_={**anew, **state, "revision": flags.c.revision + 1},
        where=flags.c.closed_as != Closed.NOT.value,
    )


def _forget_other_places(row: Mapping[str, object]) -> Update:
    """What a closed flag left at another place in Zoho is not what this one would write.

    Its row is locked: whoever else opens it in this moment does so before or after, never in between.
    """
    same = [flags.c[name] == row[name] for name in _SET]
    elsewhere = (flags.c.closed_as != Closed.NOT.value, flags.c.place != row["place"])
    closed = select(flags.c.id).where(*same, *elsewhere).with_for_update()
    statement = update(flagged_records).where(flagged_records.c.flag_id.in_(closed))
    return statement.values(written=False, trace="")


def _person(who: Who, dc: str, org_id: str) -> dict[str, object]:
    return {"workspace": who.workspace, "user": who.user, "dc": dc, "org_id": org_id}


def _read(row: Row[Any], records: Sequence[Row[Any]]) -> Flag:
    return Flag(
        id=row.id,
        key=row.key,
        spot=Spot(row.workspace, row.dc, row.org_id, Module(row.module)),
        members=tuple(json.loads(row.members)),
        user=row.user,
        at=row.at,
        place=Place(row.place),
        kept=Kept(row.kept),
        waiting=row.waiting,
        records=tuple(
            FlaggedRecord(one.record_id, one.written, one.trace, one.refused, one.gone) for one in records
        ),
        revision=row.revision,
        claimed_by=row.claimed_by,
        claimed_at=row.claimed_at,
        closed_as=Closed(row.closed_as),
        closed_by=row.closed_by,
        closed_at=row.closed_at,
    )

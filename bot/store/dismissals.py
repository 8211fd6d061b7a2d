"""Who said of which records that they are no duplicates; it holds for the workspace until it is withdrawn.

Of two people who say the same at once one does it: a pair has one row. A pair of which a compared field has
changed since may be dismissed anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.dismissal import Dismissal, Standing, Why
from bot.store.dismissed_rows import (
    STANDS,
    dismissals,
    dismissed_pairs,
    is_held,
    pack_marks,
    pack_why,
    pairs_in,
    read,
    read_marks,
)
from bot.store.flag import Spot
from bot.store.spots import in_spot, pack_ids, spot_of
from bot.store.tables import decisions, fresh_key
from zoho.database import Database, insert_or_ignore
from zoho.duplicates.dismissed import Dismissed, DismissedPair, Marks, Pair, changed_kinds
from zoho.organisations import OrganisationKey
from zoho.records import Module, Record

KEPT = timedelta(days=180)
"""How long a withdrawn decision is kept, so that its buttons still know it."""

_MOST_MARKS = 5_000  # decisions whose marks are remembered in the process
_ROWS_AT_ONCE = 500

AllMarks = Mapping[str, Mapping[str, Marks]]


class AlreadyDismissed(Exception):
    """Every pair of this decision is apart already; ``dismissal`` is the newest that says so."""

    def __init__(self, dismissal: Dismissal) -> None:
        super().__init__("these records are dismissed already")
        self.dismissal = dismissal


class Dismissals:
    """Keeps decisions about pairs, and answers which stand."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._marks: dict[str, Mapping[str, Marks]] = {}

    # Deciding

    async def dismiss(
        self, spot: Spot, records: Sequence[Record], user: str, *, out: Sequence[str] = (), note: str = ""
    ) -> Dismissal:
        """Say of a group's records, as they are now, that ``out`` do not belong; no two do when it is empty.

        Raises AlreadyDismissed when all of it has been said before.
        """
        row = self._row(spot, records, user, out, note)
        decided = read(row)
        try:
            async with self._database.write() as connection:
                await connection.execute(insert(dismissals).values(row))
                if not await self._take_apart(connection, decided):
                    raise _NothingNew
                await self._note(connection, decided, "dismiss", user)
        except _NothingNew:
            standing = (await self.on(spot, decided.members)).by_key.values()
            same = [one for one in standing if one.pairs & decided.pairs]
            if not same:  # withdrawn in this very moment: then there is room for ours
                return await self.dismiss(spot, records, user, out=out, note=note)
            raise AlreadyDismissed(max(same, key=lambda one: one.at)) from None
        return decided

    async def withdraw(self, dismissal: Dismissal, user: str) -> bool:
        """Take a decision back; True for the one caller who did.

        A pair that another standing decision is about as well stays apart.
        """
        ended = {"withdrawn_by": user, "withdrawn_at": self._now(), "revision": dismissals.c.revision + 1}
        statement = update(dismissals).where(dismissals.c.key == dismissal.key, STANDS).values(ended)
        async with self._database.write() as connection:
            others = await self._beside(connection, dismissal)
            if (await connection.execute(statement)).rowcount != 1:
                return False
            await self._hand_over(connection, dismissal, others)
            own = dismissed_pairs.c.dismissal == dismissal.key
            await connection.execute(delete(dismissed_pairs).where(own))
            await self._note(connection, dismissal, "undismiss", user)
        return True

    async def explain(self, dismissal: Dismissal, user: str, why: Why, note: str) -> bool:
        """Keep the reason; False when it is not this person's decision, or no longer stands."""
        mine = (dismissals.c.key == dismissal.key, dismissals.c.user == user, STANDS)
        given = {"why": pack_why(why, note), "revision": dismissals.c.revision + 1}
        async with self._database.write() as connection:
            return (await connection.execute(update(dismissals).where(*mine).values(given))).rowcount == 1

    # Asking

    async def standing(self, workspace: str, organisation: OrganisationKey, module: Module) -> Dismissed:
        """Every pair of a module that the workspace keeps apart."""
        spot = Spot(workspace, organisation.dc, organisation.org_id, module)
        async with self._database.read() as connection:
            rows = (await connection.execute(pairs_in(spot))).all()
            marks = await self._marks_of(connection, {row.dismissal for row in rows})
        return _dismissed(rows, marks)

    async def on(self, spot: Spot, record_ids: Collection[str]) -> Standing:
        """What stands on these records: pairs of which both are among them, and the decisions behind them."""
        both = (dismissed_pairs.c.a.in_(record_ids), dismissed_pairs.c.b.in_(record_ids))
        async with self._database.read() as connection:
            rows = (await connection.execute(pairs_in(spot).where(*both))).all()
            wanted = select(dismissals).where(dismissals.c.key.in_({row.dismissal for row in rows}))
            found = (await connection.execute(wanted)).all() if rows else []
        by_key = {row.key: read(row._mapping) for row in found}
        return Standing(_dismissed(rows, {key: one.marks for key, one in by_key.items()}), by_key)

    async def forget_workspace(self, workspace: str) -> None:
        """Delete every decision of this workspace."""
        async with self._database.write() as connection:
            for table in (dismissals, dismissed_pairs):
                await connection.execute(delete(table).where(table.c.workspace == workspace))

    async def sweep(self) -> None:
        """Forget decisions that were withdrawn long ago."""
        async with self._database.write() as connection:
            old = dismissals.c.withdrawn_at < self._now() - KEPT
            await connection.execute(delete(dismissals).where(old))

    # Rows

    def _row(
        self, spot: Spot, records: Sequence[Record], user: str, out: Sequence[str], note: str
    ) -> dict[str, Any]:
        members = {record.id for record in records}
        taken = members & set(out)
        return {
            **spot_of(spot),
            "key": fresh_key(),
            "members": pack_ids(members),
            "out": pack_ids(() if taken == members else taken),
            "user": user,
            "at": self._now(),
            "why": pack_why(Why.NONE, note),
            "marks": pack_marks(records),
            "revision": 1,
            "withdrawn_by": "",
            "withdrawn_at": None,
        }

    async def _take_apart(self, connection: AsyncConnection, decided: Dismissal) -> int:
        """Keep the pairs of a decision apart; how many were not, or no longer, apart before."""
        pairs = sorted(decided.pairs)
        rows = [{**spot_of(decided.spot), "a": a, "b": b, "dismissal": decided.key} for a, b in pairs]
        added: set[Pair] = set()
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = insert_or_ignore(dismissed_pairs, rows[start : start + _ROWS_AT_ONCE])
            fresh = await connection.execute(some.returning(dismissed_pairs.c.a, dismissed_pairs.c.b))
            added |= {Pair(a, b) for a, b in fresh}
        moved = 0
        for pair, key in await self._lapsed(connection, decided, set(pairs) - added):
            moving = update(dismissed_pairs).where(*is_held(decided.spot, pair, key))
            moved += (await connection.execute(moving.values(dismissal=decided.key))).rowcount
        return len(added) + moved

    async def _lapsed(
        self, connection: AsyncConnection, decided: Dismissal, pairs: Collection[Pair]
    ) -> list[tuple[Pair, str]]:
        """Those of ``pairs`` of which something changed since an older decision, in order, with its key."""
        if not pairs:
            return []
        both = (dismissed_pairs.c.a.in_(decided.members), dismissed_pairs.c.b.in_(decided.members))
        rows = (await connection.execute(pairs_in(decided.spot).where(*both))).all()
        held = sorted((Pair(row.a, row.b), row.dismissal) for row in rows if Pair(row.a, row.b) in pairs)
        marks = await self._marks_of(connection, {key for _, key in held})
        return [
            (pair, key)
            for pair, key in held
            if any(changed_kinds(marks[key][record_id], decided.marks[record_id]) for record_id in pair)
        ]

    async def _beside(self, connection: AsyncConnection, dismissal: Dismissal) -> list[Dismissal]:
        """Other standing decisions about one of its records, newest first, locked together with it."""
        members = dismissal.members
        touched = or_(dismissed_pairs.c.a.in_(members), dismissed_pairs.c.b.in_(members))
        keys = select(dismissed_pairs.c.dismissal).where(*in_spot(dismissed_pairs, dismissal.spot), touched)
        these = or_(dismissals.c.key.in_(keys), dismissals.c.key == dismissal.key)
        wanted = select(dismissals).where(these, STANDS).order_by(dismissals.c.key).with_for_update()
        found = [read(row._mapping) for row in (await connection.execute(wanted)).all()]
        return sorted(
            (one for one in found if one.key != dismissal.key), key=lambda one: one.at, reverse=True
        )

    async def _hand_over(
        self, connection: AsyncConnection, dismissal: Dismissal, others: Sequence[Dismissal]
    ) -> None:
        """Give pairs that another decision says the same of, about the same state, to that one."""
        for pair in sorted(dismissal.pairs if others else ()):
            same = {record_id: dismissal.marks[record_id] for record_id in pair}
            saying = (one for one in others if pair in one.pairs)
            heir = next((one for one in saying if all(one.marks[key] == same[key] for key in pair)), None)
            if heir is not None:
                giving = update(dismissed_pairs).where(*is_held(dismissal.spot, pair, dismissal.key))
                await connection.execute(giving.values(dismissal=heir.key))

    async def _marks_of(self, connection: AsyncConnection, keys: Collection[str]) -> AllMarks:
        """The marks of decisions by their keys; what was read once is remembered, for it never changes."""
        unknown = sorted(set(keys) - self._marks.keys())
        if len(self._marks) + len(unknown) > _MOST_MARKS:
            self._marks.clear()
            unknown = sorted(keys)
        for start in range(0, len(unknown), _ROWS_AT_ONCE):
            some = dismissals.c.key.in_(unknown[start : start + _ROWS_AT_ONCE])
            columns = select(dismissals.c.key, dismissals.c.marks).where(some)
            for key, text in (await connection.execute(columns)).all():
                self._marks[key] = read_marks(text)
        return {key: self._marks[key] for key in keys}

    async def _note(self, connection: AsyncConnection, decided: Dismissal, kind: str, user: str) -> None:
        row = {**spot_of(decided.spot), "members": pack_ids(decided.members), "kind": kind}
        await connection.execute(insert(decisions).values(**row, user=user, at=self._now()))


class _NothingNew(Exception):
    """Every pair is apart already: the transaction is rolled back."""


def _dismissed(rows: Iterable[Row[Any]], marks: AllMarks) -> Dismissed:
    return Dismissed.of(
        DismissedPair(
            row.dismissal, Pair(row.a, row.b), (marks[row.dismissal][row.a], marks[row.dismissal][row.b])
        )
        for row in rows
    )

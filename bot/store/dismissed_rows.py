"""The tables behind `bot.store.dismissals`, and how a decision lies in them.

A decision is a row; each pair that it keeps apart is another, one for each pair of a workspace's module. The
compared fields lie as marks, encrypted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Select,
    Table,
    Text,
    select,
)

from bot.store.dismissal import Dismissal, Why
from bot.store.flag import Spot
from bot.store.spots import in_spot
from zoho.database import EncryptedText, UtcTime, metadata
from zoho.duplicates.dismissed import Mark, Marks, Pair, marks_of
from zoho.records import Module, Record

dismissals = Table(
    "dismissals",
    metadata,
    Column("key", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("dc", Text, nullable=False),
    Column("org_id", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("members", Text, nullable=False),
    Column("out", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("why", EncryptedText, nullable=False),
    Column("marks", EncryptedText, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("withdrawn_by", Text, nullable=False),
    Column("withdrawn_at", UtcTime),
    Index("ix_dismissals_list", "workspace", "dc", "org_id", "at"),
)

dismissed_pairs = Table(
    "dismissed_pairs",
    metadata,
    Column("workspace", Text, nullable=False),
    Column("dc", Text, nullable=False),
    Column("org_id", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("a", Text, nullable=False),
    Column("b", Text, nullable=False),
    Column("dismissal", Text, nullable=False, index=True),
    PrimaryKeyConstraint("workspace", "dc", "org_id", "module", "a", "b", name="pk_dismissed_pairs"),
)

STANDS = dismissals.c.withdrawn_at.is_(None)
"""Nobody has withdrawn the decision."""

HOLDS = select(dismissed_pairs.c.a).where(dismissed_pairs.c.dismissal == dismissals.c.key).exists()
"""It keeps a pair apart; a later decision about the same records may have taken all of them over."""


def is_held(spot: Spot, pair: Pair, by: str) -> tuple[ColumnElement[bool], ...]:
    """The conditions for the one row of a pair, as long as it is held by this decision."""
    this = (dismissed_pairs.c.a == pair.a, dismissed_pairs.c.b == pair.b)
    return (*in_spot(dismissed_pairs, spot), *this, dismissed_pairs.c.dismissal == by)


def pairs_in(spot: Spot) -> Select[tuple[str, str, str]]:
    """Every pair that is kept apart, and the decision that does."""
    columns = (dismissed_pairs.c.a, dismissed_pairs.c.b, dismissed_pairs.c.dismissal)
    return select(*columns).where(*in_spot(dismissed_pairs, spot))


def pack_why(why: Why, note: str) -> str:
    """A reason as it is kept, to be encrypted."""
    return json.dumps([why.value, note])


def pack_marks(records: Sequence[Record]) -> str:
    """The marks of records as they are kept, to be encrypted."""
    return json.dumps({record.id: sorted(marks_of(record)) for record in records}, separators=(",", ":"))


def read_marks(text: str) -> Mapping[str, Marks]:
    """The twin of `pack_marks`."""
    return {
        record_id: frozenset(Mark(*mark) for mark in marks) for record_id, marks in json.loads(text).items()
    }


def read(row: Mapping[Any, Any]) -> Dismissal:
    """A decision from its row."""
    why, note = json.loads(row["why"])
    return Dismissal(
        key=row["key"],
        spot=Spot(row["workspace"], row["dc"], row["org_id"], Module(row["module"])),
        members=tuple(json.loads(row["members"])),
        out=tuple(json.loads(row["out"])),
        user=row["user"],
        at=row["at"],
        marks=read_marks(row["marks"]),
        why=Why(why),
        note=note,
        revision=row["revision"],
        withdrawn_by=row["withdrawn_by"],
        withdrawn_at=row["withdrawn_at"],
    )

"""Whose records: the columns by which every table of decisions says it, and the conditions on them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, Table

from bot.store.flag import Spot


class Line(NamedTuple):
    """What stands about one organisation, as one workspace sees it, whatever kind of record it is about."""

    workspace: str
    dc: str
    org_id: str


def spot_of(spot: Spot) -> dict[str, str]:
    """The columns that say of which records."""
    return {
        "workspace": spot.workspace,
        "dc": spot.dc,
        "org_id": spot.org_id,
        "module": spot.module.value,
    }


def in_spot(table: Table, spot: Spot) -> tuple[ColumnElement[bool], ...]:
    """The conditions for rows about these records."""
    return tuple(table.c[name] == value for name, value in spot_of(spot).items())


def in_line(table: Table, line: Line) -> tuple[ColumnElement[bool], ...]:
    """The conditions for rows about this organisation."""
    return tuple(table.c[name] == value for name, value in line._asdict().items())


def pack_ids(ids: Iterable[str]) -> str:
    """Ids as they are kept; the same for the same ids, in whichever order they come."""
    return json.dumps(sorted(ids), separators=(",", ":"))

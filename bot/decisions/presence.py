"""Which records are still in Zoho, as one person's login tells; and whose other login may be asked.

Zoho answers alike for a record that is gone and for one this login may not see. It is gone when Zoho returns
it as trashed or deleted, or when the connection of the person who put it before others (who flagged it, whose
list it was, who shared it) no longer gets it either. That connection is asked for nothing but that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

from zoho.access import Access, Zoho
from zoho.desk import Desk
from zoho.errors import NotFound, Refused, ZohoError
from zoho.records import Module, Record, Who
from zoho.scopes import missing, needed


async def records_seen(
    access: Access, wanted: Iterable[tuple[Module, str]]
) -> dict[tuple[Module, str], Record]:
    """What this login returns of these records, the trashed ones among them; nothing of a module that it may
    not read."""
    ids: dict[Module, dict[str, None]] = {}
    for module, record_id in wanted:
        ids.setdefault(module, {})[record_id] = None
    got: dict[tuple[Module, str], Record] = {}
    for module, some in ids.items():
        if missing(access.connection.scopes, needed(module)):
            continue
        with suppress(Refused):
            got |= {(module, one.id): one for one in await access.desk.records(module, tuple(some))}
    return got


class Seen(NamedTuple):
    """What one login sees of some records: live ones, oldest first, and the ids of those that are gone."""

    live: tuple[Record, ...]
    gone: frozenset[str]


async def seen_of(
    zoho: Zoho,
    access: Access,
    owner: Who,
    module: Module,
    asked: Collection[str],
    got: Mapping[tuple[Module, str], Record],
) -> Seen:
    """What ``access`` sees of the records it ``asked`` for, when it ``got`` these; ``owner`` as in `lost`."""
    own = [got[module, one] for one in asked if (module, one) in got]
    unseen = set(asked) - {record.id for record in own}
    gone = {record.id for record in own if record.is_gone}
    gone |= await lost(zoho, access, owner, module, unseen)
    live = [record for record in own if not record.is_gone]
    return Seen(tuple(sorted(live, key=_age)), frozenset(gone))


def _age(record: Record) -> tuple[float, str]:
    return (record.created.timestamp() if record.created else 0.0, record.id)


async def lost(zoho: Zoho, access: Access, owner: Who, module: Module, unseen: Iterable[str]) -> set[str]:
    """Those of ``unseen``, which ``access`` did not get, that ``owner`` no longer gets either; none when
    nobody can tell. Each is asked for by itself: that several calls left it out is no proof, a 404 is."""
    asked = sorted(unseen)
    if not asked:
        return set()
    desk = await _desk_of(zoho, owner, access)
    if desk is None:
        return set()
    return {one for one in asked if await _is_lost(desk, module, one)}


async def _desk_of(zoho: Zoho, owner: Who, access: Access) -> Desk | None:
    """Zoho as ``owner`` sees it; None when they are not connected to the same organisation any more."""
    if access.who == owner:
        return access.desk
    try:
        theirs = await zoho.open(owner)
    except ZohoError:
        return None
    return theirs.desk if theirs.organisation == access.organisation else None


async def _is_lost(desk: Desk, module: Module, record_id: str) -> bool:
    """Whether this login is told that there is no such record; any other refusal is no proof."""
    try:
        return (await desk.record(module, record_id)).is_gone
    except NotFound:
        return True
    except ZohoError:
        return False

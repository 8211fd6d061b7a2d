"""The answer of the duplicate endpoint for products, whose shape nobody documents: read with tolerance.

It may be wrapped in ``data`` or not, hold rows or groups of rows, or be empty. What is there and cannot be
read is an error, never an empty answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from zoho.desk import parse
from zoho.desk.parse import Row, text
from zoho.records import Module, Record

_WRAPPERS = ("data", "products", "duplicates", "groups", "records", "result", "results", "response")
_MEMBERS = ("products", "duplicates", "duplicateProducts", "records", "items", "data", "group", "values")
_VALUES = ("fieldValue", "value", "name", "key", "productName")
_BESIDE = frozenset(
    ("error", "count", "total", "from", "limit", "info", "status", "code", "message", "success")
)
_FAILURES = ("error", "failure", "failed")
_ALIASES = {
    "id": ("productId", "product_id"),
    "productName": ("name", "product_name", "Product_Name"),
    "productCode": ("code", "product_code", "Product_Code"),
    "unitPrice": ("price", "unit_price", "Unit_Price"),
}


@dataclass(frozen=True, slots=True)
class DuplicateAnswer:
    """What the endpoint gave: groups as Zoho formed them, and rows it left ungrouped.

    ``values`` stands beside ``groups``: what Zoho says the members have in common, or "".
    """

    groups: tuple[tuple[Record, ...], ...] = ()
    rows: tuple[Record, ...] = ()
    values: tuple[str, ...] = ()


class _Group(NamedTuple):
    value: str
    rows: tuple[Row, ...]


def read(value: object) -> DuplicateAnswer:
    """The body's JSON (None for an empty answer) as groups and rows.

    Raises ModuleError for an ``error`` key that says something, ServerError for what cannot be read.
    """
    parse.stop_at_error(value)
    if isinstance(value, Mapping) and _says_failure(value):
        raise parse.unreadable()
    body = _unwrapped(value)
    parts = tuple(_parts(body))
    groups = [(part.value, _records(part.rows)) for part in parts if isinstance(part, _Group)]
    loose = _records(part for part in parts if not isinstance(part, _Group))
    if body not in (None, [], {}) and not loose and not any(members for _, members in groups):
        raise parse.unreadable()
    return DuplicateAnswer(
        groups=tuple(members for _, members in groups),
        rows=loose,
        values=tuple(shared for shared, _ in groups),
    )


def _says_failure(body: Row) -> bool:
    """Whether a successful status carries a failure under another name than ``error``."""
    return text(body.get("status")).casefold() in _FAILURES or body.get("success") is False


def _unwrapped(value: object) -> object:
    """What lies in the wrapper, through several of them."""
    while isinstance(value, Mapping) and not _has_id(value):
        name = next((name for name in _WRAPPERS if name in value), None) or _unknown_wrapper(value)
        if not name:
            break
        if _is_group(value):
            return [value]
        value = value[name]
    if isinstance(value, Mapping) and not _has_id(value) and value.keys() <= _BESIDE:
        if text(value.get("message")):
            raise parse.unreadable()
        return None
    return value


def _unknown_wrapper(value: Row) -> str:
    """The only list there is, under a name that none of its rows bears: it is no group with its value."""
    lists = [
        (name, inner) for name, inner in value.items() if isinstance(inner, list) and name not in _BESIDE
    ]
    if len(lists) != 1 or not value.keys() - {lists[0][0]} <= _BESIDE:
        return ""
    name, rows = lists[0]
    borne = {text(field).casefold() for row in _mappings(rows) for field in row.values()}
    return "" if name.strip().casefold() in borne else name


def _parts(body: object) -> Iterator[_Group | Row]:
    if isinstance(body, Mapping):
        if _has_id(body):
            yield body
            return
        for shared, members in body.items():
            if isinstance(members, list) and shared not in _BESIDE:
                yield _Group(shared, _mappings(members))
        return
    for item in body if isinstance(body, list) else ():
        if isinstance(item, list):
            yield _Group("", _mappings(item))
        elif isinstance(item, Mapping):
            yield _part(item)


def _part(item: Row) -> _Group | Row:
    name = _members_key(item)
    if not name:
        return item
    members = item[name]
    listed = _mappings(members) if isinstance(members, list) else ()
    if _has_id(item) and text(_renamed(item).get("productName")):
        return _Group("", ({key: value for key, value in item.items() if key != name}, *listed))
    beside = (value for value in item.values() if isinstance(value, Mapping) and _has_id(value))
    listed = (*beside, *listed)
    shared = next((text(item[key]) for key in _VALUES if text(item.get(key))), "")
    return _Group(shared, listed)


def _is_group(item: Row) -> bool:
    """Whether this object is one group on its own, and not a wrapper: it says what its members share."""
    return bool(_members_key(item)) and any(text(item.get(key)) for key in _VALUES)


def _members_key(item: Row) -> str:
    """The key that holds the members: a known one, else the only one that holds a list of objects."""
    lists = [key for key, value in item.items() if isinstance(value, list) and _mappings(value)]
    known = [key for key in _MEMBERS if key in lists]
    return known[0] if known else (lists[0] if len(lists) == 1 and not _has_id(item) else "")


def _mappings(items: Iterable[object]) -> tuple[Row, ...]:
    return tuple(item for item in items if isinstance(item, Mapping))


def _has_id(item: Row) -> bool:
    return any(text(item.get(name)) for name in ("id", *_ALIASES["id"]))


def _records(rows: Iterable[Row]) -> tuple[Record, ...]:
    """Each record once; a row without an id can neither be linked nor flagged and is left out."""
    found: dict[str, Record] = {}
    for row in rows:
        one = parse.record(Module.DESK_PRODUCTS, _renamed(row))
        if one.id:
            found.setdefault(one.id, one)
    return tuple(found.values())


def _renamed(row: Row) -> Row:
    renamed = dict(row)
    for name, others in _ALIASES.items():
        known = next((other for other in others if text(renamed.get(other))), None)
        if not text(renamed.get(name)) and known:
            renamed[name] = renamed.pop(known)
    return renamed

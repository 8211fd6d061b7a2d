"""Records for tests, short to write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from zoho.records import Group, Module, Record

START = datetime(2024, 1, 1, tzinfo=UTC)


def contact(record_id: int, first: str = "", last: str = "", email: str = "", **more: Any) -> Record:
    """A contact; the higher the id, the newer."""
    return _record(
        Module.DESK_CONTACTS,
        record_id,
        name=f"{first} {last}".strip(),
        first_name=first,
        last_name=last,
        email=email,
        **more,
    )


def account(record_id: int, name: str, **more: Any) -> Record:
    """An account; the higher the id, the newer."""
    return _record(Module.DESK_ACCOUNTS, record_id, name=name, **more)


def product(record_id: int, name: str, code: str = "", **more: Any) -> Record:
    """A product; the higher the id, the newer."""
    return _record(Module.DESK_PRODUCTS, record_id, name=name, code=code, **more)


def ids(groups: tuple[Group, ...]) -> list[list[int]]:
    """The members of each group, in their order."""
    return [[int(record.id) for record in group.records] for group in groups]


def _record(module: Module, record_id: int, **more: Any) -> Record:
    values = {"created": START + timedelta(days=record_id), **more}
    return Record(module=module, id=str(record_id), **values)

"""Made-up people, records and groups that the tests draw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.blocks.duplicates import Card, ListPage
from zoho.records import Found, Group, Module, Reason, Record

AT = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
WEB = "https://desk.zoho.eu/support/larkfield/ShowHomePage.do#Contacts/dv"


def contact(id_: str, name: str, **fields: Any) -> Record:
    return Record(Module.DESK_CONTACTS, id_, name, created=datetime(2024, 3, 12, 9, tzinfo=UTC), **fields)


def product(id_: str, name: str, **fields: Any) -> Record:
    return Record(Module.DESK_PRODUCTS, id_, name, **fields)


ANA = contact("1", "Ana Roe", first_name="Ana", last_name="Roe", email="ana.roe@kestrel.example",
              phone="+49 30 5550 142", mobile="+49 170 5550 1", account_name="Kestrel Logistics")  # fmt: skip
ANNA = contact("2", "Anna Roe", first_name="Anna", last_name="Roe", email="Ana.Roe@kestrel.example",
               mobile="+49 170 5550 2", account_name="Kestrel Logistics")  # fmt: skip
ROES = Group(
    Module.DESK_CONTACTS,
    (ANA, ANNA),
    Reason(("e-mail", "account"), ("ana.roe@kestrel.example", "Kestrel Logistics")),
)


def links(records: Sequence[Record]) -> dict[str, str]:
    return {record.id: f"{WEB}/{record.id}" for record in records}


def card(
    group: Group = ROES, *, key: str = "7kq2m", revision: int = 1, number: int = 1, **fields: Any
) -> Card:
    return Card(group, key, revision, number, links(group.records), **fields)


def found(groups: Sequence[Group] = (ROES,), **fields: Any) -> Found:
    facts: dict[str, Any] = {
        "module": groups[0].module if groups else Module.DESK_CONTACTS,
        "dc": "eu",
        "org_id": "20060000001",
        "org_name": "Larkfield Support",
        "groups": tuple(groups),
        "total": len(groups),
        "so_far": False,
        "at": AT,
        "source": "values",
    }
    return Found(**(facts | fields))


def page(cards: Sequence[Card] = (), **fields: Any) -> ListPage:
    drawn = tuple(cards or [card()])
    facts: dict[str, Any] = {
        "found": found([one.group for one in drawn]),
        "search": "4mh8t",
        "offset": 0,
        "cards": drawn,
        "region_name": "EU",
    }
    return ListPage(**(facts | fields))

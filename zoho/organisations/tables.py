"""The tables of what is known and done per organisation."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Index, Integer, Table, Text

from zoho.database import UtcTime, metadata
from zoho.records import Product

organisations = Table(
    "zoho_organisations",
    metadata,
    Column("product", Text, primary_key=True),
    Column("dc", Text, primary_key=True),
    Column("org_id", Text, primary_key=True),
    Column("has_endpoint", Boolean),
    Column("endpoint_at", UtcTime),
    Column("credits_left", Integer),
    Column("credits_highest", Integer),
    Column("credits_at", UtcTime),
)

too_large = Table(
    "zoho_too_large",
    metadata,
    Column("product", Text, primary_key=True),
    Column("dc", Text, primary_key=True),
    Column("org_id", Text, primary_key=True),
    Column("module", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
)

slots = Table(
    "zoho_slots",
    metadata,
    Column("holder", Text, primary_key=True),
    Column("product", Text, nullable=False),
    Column("dc", Text, nullable=False),
    Column("org_id", Text, nullable=False),
    Column("ticket", BigInteger, nullable=False),
    Column("in_flight", Boolean, nullable=False),
    Column("until", UtcTime, nullable=False),
    Index("ix_zoho_slots_line", "product", "dc", "org_id", "ticket"),
)


class OrganisationKey(NamedTuple):
    """Which organisation: the product, the data centre's code and Zoho's id."""

    product: Product
    dc: str
    org_id: str


def names(key: OrganisationKey) -> dict[str, object]:
    """The columns that name an organisation."""
    return {"product": key.product.value, "dc": key.dc, "org_id": key.org_id}


def of(table: Table, key: OrganisationKey) -> tuple[ColumnElement[bool], ...]:
    """The condition for an organisation's rows."""
    return tuple(table.c[name] == value for name, value in names(key).items())

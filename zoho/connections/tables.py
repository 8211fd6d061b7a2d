"""The two tables of connecting, and the plain values read from them and written to them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Integer, Table, Text
from sqlalchemy.engine import RowMapping

from zoho.database import EncryptedText, UtcTime, metadata
from zoho.errors import KeyLost, TokensLost
from zoho.records import Organisation, Product, Who

connections = Table(
    "zoho_connections",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("product", Text, primary_key=True),
    Column("dc", Text, nullable=False),
    Column("accounts_server", Text, nullable=False),
    Column("api_domain", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("access_token", EncryptedText, nullable=False),
    Column("refresh_token", EncryptedText, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("org_id", Text, nullable=False),
    Column("org_name", Text, nullable=False),
    Column("portal", Text, nullable=False),
    Column("choices", Text, nullable=False),
    Column("zoho_user", Text, nullable=False),
    Column("connected_at", UtcTime, nullable=False),
    Column("status", Text, nullable=False),
    Column("is_told", Boolean, nullable=False),
    # What follows belongs to the renewing of the token; see renewal.py.
    Column("generation", BigInteger, nullable=False),
    Column("lease_holder", Text),
    Column("lease_until", UtcTime),
    Column("retry_at", UtcTime),
    Column("throttled_until", UtcTime),
    Column("cool_down", Integer, nullable=False),
    Column("forced_at", UtcTime),
    Column("asked", Text, nullable=False),
)

attempts = Table(
    "zoho_attempts",
    metadata,
    Column("link_hash", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("resume", EncryptedText, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("state_hash", Text, unique=True),
    Column("cookie_hash", Text),
)

SECRET_COLUMNS = frozenset(("access_token", "refresh_token"))


class Status(StrEnum):
    """How a connection stands."""

    OK = "ok"
    NEEDS_RECONNECT = "needs_reconnect"
    THROTTLED = "throttled"


@dataclass(frozen=True, slots=True)
class Connection:
    """One person's connection to one product, without its tokens.

    ``org_id`` is "" until the person chose among ``choices``. ``throttled_until`` is set while Zoho's token
    endpoint asks for a pause. ``environment`` is "production" or "sandbox".
    """

    who: Who
    product: Product
    dc: str
    accounts_server: str
    api_domain: str
    environment: str
    scopes: frozenset[str]
    org_id: str
    org_name: str
    portal: str
    zoho_user: str
    status: Status
    connected_at: datetime
    expires_at: datetime
    throttled_until: datetime | None = None
    choices: tuple[Organisation, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """An access token to sign with. ``generation`` grows with every renewal; ``api_domain`` came with it."""

    value: str = field(repr=False)
    generation: int
    api_domain: str = ""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh gave. ``api_domain`` is "" when Zoho named none, or one that is not in the table."""

    access_token: str = field(repr=False)
    expires_at: datetime
    api_domain: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What an exchange gave: everything a new connection starts from."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    dc: str
    accounts_server: str
    api_domain: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Replaced:
    """An older grant that a new one took the place of; ``refresh_token`` is "" when it cannot be read."""

    dc: str
    accounts_server: str
    refresh_token: str = field(repr=False)


class TokenServer(Protocol):
    """What is asked of Zoho's token endpoint on behalf of a stored connection."""

    async def refresh(self, *, dc: str, accounts_server: str, refresh_token: str) -> Refreshed:
        """A new access token. Raises GrantLost, TokenThrottled, ClientRefused, ServerError."""

    async def revoke(self, *, dc: str, accounts_server: str, refresh_token: str) -> None:
        """End a grant; failures are logged and ignored."""


@contextmanager
def reading_tokens() -> Iterator[None]:
    """Says of a lost key that it was a person's tokens that it was needed for. Raises TokensLost."""
    try:
        yield
    except KeyLost as error:
        raise TokensLost from error


def of(table: Table, who: Who, product: Product | None = None) -> tuple[ColumnElement[bool], ...]:
    """The condition for this person's rows, of one product or of all."""
    person = (table.c.workspace == who.workspace, table.c.user_id == who.user)
    return person if product is None else (*person, table.c.product == product.value)


def connection_from(row: RowMapping, now: datetime) -> Connection:
    """A row without its secret columns as a Connection."""
    throttled = row["throttled_until"] if row["throttled_until"] and row["throttled_until"] > now else None
    status = Status(row["status"])
    return Connection(
        who=Who(row["workspace"], row["user_id"]),
        product=Product(row["product"]),
        dc=row["dc"],
        accounts_server=row["accounts_server"],
        api_domain=row["api_domain"],
        environment=row["environment"],
        scopes=frozenset(row["scopes"].split()),
        org_id=row["org_id"],
        org_name=row["org_name"],
        portal=row["portal"],
        zoho_user=row["zoho_user"],
        status=Status.THROTTLED if throttled and status is Status.OK else status,
        connected_at=row["connected_at"],
        expires_at=row["expires_at"],
        throttled_until=throttled,
        choices=tuple(Organisation(**choice) for choice in json.loads(row["choices"])),
    )


def organisation_columns(listed: Sequence[Organisation]) -> dict[str, Any]:
    """The columns for the organisations of a grant: a single one is taken, several are kept to choose."""
    only = listed[0] if len(listed) == 1 else None
    return {
        "org_id": only.id if only else "",
        "org_name": only.name if only else "",
        "portal": only.portal if only else "",
        "environment": "sandbox" if listed and all(one.is_sandbox for one in listed) else "production",
        "choices": "[]" if only else json.dumps([asdict(one) for one in listed]),
    }

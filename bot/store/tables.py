"""The Slack side's tables, on the one MetaData of both sides; in clear lie only ids, keys and times."""

from __future__ import annotations

import secrets

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from zoho.database import EncryptedText, UtcTime, metadata

effects = Table(
    "effects",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("at", UtcTime, nullable=False, index=True),
)

asked = Table(
    "asked_commands",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("workspace", String(40), nullable=False),
    Column("user", String(40), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("text", EncryptedText, nullable=False),
    Column("response_url", EncryptedText, nullable=False),
    Column("is_click", Boolean, nullable=False),
    Column("group_key", String(40), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Index("ix_asked_commands_person", "workspace", "user"),
)

lists = Table(
    "stored_lists",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("workspace", String(40), nullable=False),
    Column("user", String(40), nullable=False),
    Column("module", String(40), nullable=False),
    Column("is_worst", Boolean, nullable=False),
    Column("command", EncryptedText, nullable=False),
    Column("filters", EncryptedText, nullable=False),
    Column("found", EncryptedText),
    Column("at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)

groups = Table(
    "shown_groups",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("list_key", String(40), nullable=False),
    Column("workspace", String(40), nullable=False),
    Column("user", String(40), nullable=False),
    Column("dc", String(10), nullable=False),
    Column("org_id", String(40), nullable=False),
    Column("module", String(40), nullable=False),
    Column("members", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("drawn", String(64), nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
    UniqueConstraint("list_key", "members"),
)

flags = Table(
    "flags",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace", String(40), nullable=False),
    Column("dc", String(10), nullable=False),
    Column("org_id", String(40), nullable=False),
    Column("module", String(40), nullable=False),
    Column("members", Text, nullable=False),
    Column("user", String(40), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("place", String(10), nullable=False),
    Column("kept", String(20), nullable=False),
    Column("waiting", Boolean, nullable=False),
    UniqueConstraint("workspace", "dc", "org_id", "module", "members"),
)

flagged_records = Table(
    "flagged_records",
    metadata,
    Column("flag_id", Integer, ForeignKey("flags.id", ondelete="CASCADE"), primary_key=True),
    Column("record_id", String(40), primary_key=True),
    Column("written", Boolean, nullable=False),
    Column("trace", String(200), nullable=False),
    Column("refused", EncryptedText, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace", String(40), nullable=False, index=True),
    Column("dc", String(10), nullable=False),
    Column("org_id", String(40), nullable=False),
    Column("module", String(40), nullable=False),
    Column("members", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("user", String(40), nullable=False),
    Column("at", UtcTime, nullable=False),
)

quiet = Table(
    "quiet_offers",
    metadata,
    Column("workspace", String(40), primary_key=True),
    Column("user", String(40), primary_key=True),
    Column("dc", String(10), primary_key=True),
    Column("org_id", String(40), primary_key=True),
    Column("until", UtcTime, nullable=False),
)


def fresh_key() -> str:
    """A random key for a button's value or a link; it means nothing outside the store."""
    return secrets.token_hex(6)

"""The Slack side's tables, on the one MetaData of both sides; in clear lie only ids, keys and times."""

from __future__ import annotations

import secrets

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from zoho.database import EncryptedText, UtcTime, metadata

effects = Table(
    "effects",
    metadata,
    Column("key", Text, primary_key=True),
    Column("at", UtcTime, nullable=False, index=True),
)

asked = Table(
    "asked_commands",
    metadata,
    Column("key", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("text", EncryptedText, nullable=False),
    Column("modules", Text, nullable=False),
    Column("response_url", EncryptedText, nullable=False),
    Column("is_click", Boolean, nullable=False),
    Column("group_key", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Index("ix_asked_commands_person", "workspace", "user"),
)

lists = Table(
    "stored_lists",
    metadata,
    Column("key", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("is_worst", Boolean, nullable=False),
    Column("command", EncryptedText, nullable=False),
    Column("filters", EncryptedText, nullable=False),
    Column("found", EncryptedText),
    Column("one", EncryptedText),
    Column("rest", Text),
    Column("at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)

groups = Table(
    "shown_groups",
    metadata,
    Column("key", Text, primary_key=True),
    Column("list_key", Text, nullable=False),
    Column("workspace", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("dc", Text, nullable=False),
    Column("org_id", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("members", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("drawn", Text, nullable=False),
    Column("gone", Text, nullable=False),
    Column("unlike", Text, nullable=False, server_default="[]"),
    Column("at", UtcTime, nullable=False, index=True),
    UniqueConstraint("list_key", "members"),
)

shares = Table(
    "shares",
    metadata,
    Column("key", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("found", EncryptedText, nullable=False),
    Column("command", EncryptedText, nullable=False),
    Column("offset", Integer, nullable=False),
    Column("group", Text, nullable=False),
    Column("is_worst", Boolean, nullable=False),
    Column("is_outside", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
    Column("response_url", EncryptedText, nullable=False),
    Column("ts", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)

flags = Table(
    "flags",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    Column("workspace", Text, nullable=False),
    Column("dc", Text, nullable=False),
    Column("org_id", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("members", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("place", Text, nullable=False),
    Column("kept", Text, nullable=False),
    Column("waiting", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("claimed_by", Text, nullable=False),
    Column("claimed_at", UtcTime),
    Column("closed_as", Text, nullable=False),
    Column("closed_by", Text, nullable=False),
    Column("closed_at", UtcTime),
    UniqueConstraint("workspace", "dc", "org_id", "module", "members"),
    Index("ix_flags_key", "key", unique=True),
    Index("ix_flags_queue", "workspace", "closed_as", "at"),
)

flagged_records = Table(
    "flagged_records",
    metadata,
    Column("flag_id", Integer, ForeignKey("flags.id", ondelete="CASCADE"), primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("written", Boolean, nullable=False),
    Column("trace", Text, nullable=False),
    Column("refused", EncryptedText, nullable=False),
    Column("gone", Boolean, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace", Text, nullable=False, index=True),
    Column("dc", Text, nullable=False),
    Column("org_id", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("members", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)

quiet = Table(
    "quiet_offers",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    Column("dc", Text, primary_key=True),
    Column("org_id", Text, primary_key=True),
    Column("until", UtcTime, nullable=False),
)

homes = Table(
    "homes",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("stamp", Text, nullable=False),
    Column("start", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)


reads = Table(
    "long_reads",
    metadata,
    Column("key", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("dc", Text, nullable=False),
    Column("org_id", Text, nullable=False),
    Column("org_name", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("filters", EncryptedText, nullable=False),
    Column("command", EncryptedText, nullable=False),
    Column("rows", Integer),
    Column("ceiling", Integer, nullable=False),
    Column("at_least", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("slot", Text, unique=True),
    Column("channel", Text, nullable=False),
    Column("ts", Text, nullable=False),
    Column("read", Integer, nullable=False),
    Column("groups", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
    Column("since", UtcTime),
    Column("seen_at", UtcTime),
    Column("holder", Text, nullable=False, server_default=""),
    Column("takes", Integer, nullable=False, server_default="0"),
)

read_pages = Table(
    "read_pages",
    metadata,
    Column("read", Text, ForeignKey("long_reads.key", ondelete="CASCADE"), primary_key=True),
    Column("place", Text, primary_key=True),
    Column("page", EncryptedText, nullable=False),
)


def fresh_key() -> str:
    """A random key for a button's value or a link; it means nothing outside the store."""
    return secrets.token_hex(6)

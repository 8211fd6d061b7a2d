"""The first tables of both sides.

Times are microseconds since 1970; encrypted columns are plain text to the database.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    _requests()
    _lists()
    _flags()
    _connections()
    _organisations()


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _texts(*names: str) -> list[Column[str]]:
    return [_text(name) for name in names]


def _time(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _key(table: str, *columns: str) -> PrimaryKeyConstraint:
    return PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _requests() -> None:
    """Requests that were acted on, and commands that wait for something of the person."""
    op.create_table("effects", _text("key"), _time("at"), _key("effects", "key"))
    op.create_index("ix_effects_at", "effects", ["at"])
    op.create_table(
        "asked_commands",
        *_texts("key", "workspace", "user", "channel", "text", "modules", "response_url"),
        Column("is_click", Boolean, nullable=False),
        _text("group_key"),
        _time("at"),
        _time("expires_at"),
        _key("asked_commands", "key"),
    )
    op.create_index("ix_asked_commands_expires_at", "asked_commands", ["expires_at"])
    op.create_index("ix_asked_commands_person", "asked_commands", ["workspace", "user"])


def _lists() -> None:
    """Lists that were shown, and the groups on their buttons."""
    op.create_table(
        "stored_lists",
        *_texts("key", "workspace", "user", "module"),
        Column("is_worst", Boolean, nullable=False),
        *_texts("command", "filters"),
        _text("found", nullable=True),
        _time("at"),
        _time("expires_at"),
        _key("stored_lists", "key"),
    )
    op.create_index("ix_stored_lists_expires_at", "stored_lists", ["expires_at"])
    op.create_table(
        "shown_groups",
        *_texts("key", "list_key", "workspace", "user", "dc", "org_id", "module", "members", "reason"),
        Column("revision", Integer, nullable=False),
        _text("drawn"),
        _time("at"),
        _key("shown_groups", "key"),
        UniqueConstraint("list_key", "members", name="uq_shown_groups_list_key_members"),
    )
    op.create_index("ix_shown_groups_at", "shown_groups", ["at"])


def _flags() -> None:
    """The flag queue, what stands in Zoho for it, who decided what, and offers that rest."""
    spot = ("workspace", "dc", "org_id", "module", "members")
    op.create_table(
        "flags",
        Column("id", Integer, nullable=False),
        *_texts(*spot, "user"),
        _time("at"),
        *_texts("place", "kept"),
        Column("waiting", Boolean, nullable=False),
        _key("flags", "id"),
        UniqueConstraint(*spot, name="uq_flags_workspace_dc_org_id_module_members"),
    )
    op.create_table(
        "flagged_records",
        Column("flag_id", Integer, nullable=False),
        _text("record_id"),
        Column("written", Boolean, nullable=False),
        *_texts("trace", "refused"),
        ForeignKeyConstraint(["flag_id"], ["flags.id"], ondelete="CASCADE"),
        _key("flagged_records", "flag_id", "record_id"),
    )
    op.create_table(
        "decisions",
        Column("id", Integer, nullable=False),
        *_texts(*spot, "kind", "user"),
        _time("at"),
        _key("decisions", "id"),
    )
    op.create_index("ix_decisions_workspace", "decisions", ["workspace"])
    op.create_table(
        "quiet_offers",
        *_texts("workspace", "user", "dc", "org_id"),
        _time("until"),
        _key("quiet_offers", "workspace", "user", "dc", "org_id"),
    )


def _connections() -> None:
    """Grants, and the attempts to get one."""
    op.create_table(
        "zoho_connections",
        *_texts("workspace", "user_id", "product", "dc", "accounts_server", "api_domain", "environment"),
        *_texts("scopes", "access_token", "refresh_token"),
        _time("expires_at"),
        *_texts("org_id", "org_name", "portal", "choices", "zoho_user"),
        _time("connected_at"),
        _text("status"),
        Column("is_told", Boolean, nullable=False),
        Column("generation", BigInteger, nullable=False),
        _text("lease_holder", nullable=True),
        _time("lease_until", nullable=True),
        _time("retry_at", nullable=True),
        _time("throttled_until", nullable=True),
        Column("cool_down", Integer, nullable=False),
        _time("forced_at", nullable=True),
        _text("asked"),
        _key("zoho_connections", "workspace", "user_id", "product"),
    )
    op.create_table(
        "zoho_attempts",
        *_texts("link_hash", "workspace", "user_id", "product", "scopes", "resume"),
        _time("expires_at"),
        _text("state_hash", nullable=True),
        _text("cookie_hash", nullable=True),
        _key("zoho_attempts", "link_hash"),
        UniqueConstraint("state_hash", name="uq_zoho_attempts_state_hash"),
    )


def _organisations() -> None:
    """What was learnt of organisations."""
    organisation = ("product", "dc", "org_id")
    op.create_table(
        "zoho_organisations",
        *_texts(*organisation),
        Column("has_endpoint", Boolean),
        _time("endpoint_at", nullable=True),
        Column("credits_left", Integer),
        Column("credits_highest", Integer),
        _time("credits_at", nullable=True),
        _key("zoho_organisations", *organisation),
    )
    op.create_table(
        "zoho_too_large",
        *_texts(*organisation, "module", "field"),
        _time("at"),
        _key("zoho_too_large", *organisation, "module", "field"),
    )

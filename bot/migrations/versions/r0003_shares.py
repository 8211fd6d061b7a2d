"""Messages shared to channels, and which records of a shown group are no longer in Zoho."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, make the table."""
    op.add_column("shown_groups", sa.Column("gone", sa.Text, nullable=False, server_default="[]"))
    op.create_table(
        "shares",
        *_texts("key", "workspace", "user", "channel", "found", "command"),
        sa.Column("offset", sa.Integer, nullable=False),
        *_texts("group"),
        sa.Column("is_worst", sa.Boolean, nullable=False),
        sa.Column("is_outside", sa.Boolean, nullable=False),
        *_texts("detail", "response_url", "ts"),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_shares"),
    )
    op.create_index("ix_shares_expires_at", "shares", ["expires_at"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]

"""What modals about groups carry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    texts = ("key", "workspace", "user", "group", "members", "dismissal", "channel", "response_url")
    op.create_table(
        "sheets",
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("is_click", sa.Boolean, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sheets"),
    )
    op.create_index("ix_sheets_expires_at", "sheets", ["expires_at"])

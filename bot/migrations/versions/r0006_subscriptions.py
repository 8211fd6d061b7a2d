"""Alerts as they were set up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    texts = ("workspace", "channel", "owner", "product", "dc", "org_id", "org_name", "modules", "filters")
    more = ("schedule", "detail", "mention", "status", "because", "intro_ts")
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in (*texts, *more)),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("most", "revision")),
        *(sa.Column(name, sa.Integer) for name in ("price", "known")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("next_at", "created_at", "changed_at")),
        *(
            sa.Column(name, sa.BigInteger)
            for name in ("snoozed_until", "baseline_at", "channel_told_at", "owner_told_at")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_due", "subscriptions", ["status", "next_at"])
    op.create_index("ix_subscriptions_channel", "subscriptions", ["workspace", "channel"])
    op.create_index("ix_subscriptions_owner", "subscriptions", ["workspace", "owner"])

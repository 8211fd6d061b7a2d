"""The ledger of alerts: one row for each slot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    texts = ("subscription", "workspace", "channel", "state", "holder", "body", "ts", "why")
    op.create_table(
        "alerts",
        sa.Column("id", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("slot", "free_at")),
        sa.Column("intent_at", sa.BigInteger),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("subscription", "slot", name="uq_alerts_subscription_slot"),
    )
    op.create_index("ix_alerts_workspace", "alerts", ["workspace"])
    op.create_index("ix_alerts_open", "alerts", ["state", "free_at"])

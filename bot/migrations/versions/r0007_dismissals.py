"""What people said are no duplicates: decisions, and the pairs that they keep apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SPOT = ("workspace", "dc", "org_id", "module")


def upgrade() -> None:
    """Make the tables."""
    texts = (*_SPOT, "members", "out", "user", "why", "marks", "withdrawn_by")
    op.create_table(
        "dismissals",
        sa.Column("key", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("key", name="pk_dismissals"),
    )
    op.create_index("ix_dismissals_list", "dismissals", ["workspace", "dc", "org_id", "at"])
    op.create_table(
        "dismissed_pairs",
        *(sa.Column(name, sa.Text, nullable=False) for name in (*_SPOT, "a", "b", "dismissal")),
        sa.PrimaryKeyConstraint(*_SPOT, "a", "b", name="pk_dismissed_pairs"),
    )
    op.create_index("ix_dismissed_pairs_dismissal", "dismissed_pairs", ["dismissal"])

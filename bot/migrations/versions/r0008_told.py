"""What each channel of alerts knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "told",
        sa.Column("subscription", sa.Text, nullable=False),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("subscription", name="pk_told"),
    )
    op.create_index("ix_told_workspace", "told", ["workspace"])
    op.create_table(
        "told_lists",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("subscription", "module", "source")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("since", "scanned_at")),
        sa.PrimaryKeyConstraint("subscription", "module", name="pk_told_lists"),
    )
    ids = ("members", "gone", "apart", "reopened", "unseen", "alerts")
    texts = ("subscription", "identity", "module", *ids, "marks")
    op.create_table(
        "told_groups",
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.Column("is_open", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("at", "changed_at")),
        *(sa.Column(name, sa.BigInteger) for name in ("missing", "checked")),
        sa.PrimaryKeyConstraint("subscription", "identity", name="pk_told_groups"),
    )
    op.create_index("ix_told_groups_changed_at", "told_groups", ["changed_at"])

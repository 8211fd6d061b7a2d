"""What a check of one found, beside its list; and reads of whole modules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, make the new table."""
    op.add_column("stored_lists", sa.Column("one", sa.Text))
    texts = ("key", "workspace", "user", "dc", "org_id", "org_name", "module", "filters", "command", "state")
    op.create_table(
        "long_reads",
        *(sa.Column(name, sa.Text, nullable=False) for name in (*texts, "channel", "ts")),
        sa.Column("slot", sa.Text),
        sa.Column("rows", sa.Integer),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("ceiling", "at_least", "read", "groups", "used")
        ),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("since", sa.BigInteger),
        sa.Column("seen_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("key", name="pk_long_reads"),
        sa.UniqueConstraint("slot", name="uq_long_reads_slot"),
    )
    op.create_index("ix_long_reads_at", "long_reads", ["at"])

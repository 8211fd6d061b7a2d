"""What is still to be said to people, and members that are no longer like the others of their group."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "notices",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("key", "workspace", "place", "body")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("at", "free_at")),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_notices"),
    )
    op.create_index("ix_notices_workspace", "notices", ["workspace"])
    op.create_index("ix_notices_free_at", "notices", ["free_at"])
    op.add_column("shown_groups", sa.Column("unlike", sa.Text, nullable=False, server_default="[]"))

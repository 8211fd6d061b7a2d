"""The pages of a long read, kept while it runs, and how often it was taken up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, add the column."""
    op.add_column("long_reads", sa.Column("takes", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "read_pages",
        sa.Column("read", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("read", "place", name=op.f("pk_read_pages")),
        sa.ForeignKeyConstraint(["read"], ["long_reads.key"], ondelete="CASCADE"),
    )

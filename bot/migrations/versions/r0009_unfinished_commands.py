"""Typed commands that were taken and not yet answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    texts = ("key", "workspace", "user", "home", "channel", "typed", "holder")
    op.create_table(
        "unfinished_commands",
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.Column("is_click", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("at", "free_at")),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_unfinished_commands"),
    )
    op.create_index("ix_unfinished_commands_free_at", "unfinished_commands", ["free_at"])
    op.create_index("ix_unfinished_commands_workspace", "unfinished_commands", ["workspace"])

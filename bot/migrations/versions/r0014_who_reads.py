"""Which process carries out a long read: one that was not begun goes on with another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody holds what was begun before."""
    op.add_column("long_reads", sa.Column("holder", sa.Text, nullable=False, server_default=""))

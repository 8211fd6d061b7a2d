"""The line for calls in flight per organisation, among all processes; on SQLite it stays empty."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "zoho_slots",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("holder", "product", "dc", "org_id")),
        sa.Column("ticket", sa.BigInteger, nullable=False),
        sa.Column("in_flight", sa.Boolean, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("holder", name="pk_zoho_slots"),
    )
    op.create_index("ix_zoho_slots_line", "zoho_slots", ["product", "dc", "org_id", "ticket"])

"""Flags that can be claimed and closed, and the Home tabs that were opened.

Flags that stood before are open ones that nobody has claimed.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, give every flag a key, make the new table."""
    _flags()
    op.create_table(
        "homes",
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("workspace", "user", "hash", "stamp", "start")
        ),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "user", name="pk_homes"),
    )


def _flags() -> None:
    for name in ("key", "claimed_by", "closed_as", "closed_by"):
        op.add_column("flags", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("flags", sa.Column("revision", sa.Integer, nullable=False, server_default="1"))
    for name in ("claimed_at", "closed_at"):
        op.add_column("flags", sa.Column(name, sa.BigInteger))
    gone = sa.Column("gone", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("flagged_records", gone)
    _give_keys()
    op.create_index("ix_flags_key", "flags", ["key"], unique=True)
    op.create_index("ix_flags_queue", "flags", ["workspace", "closed_as", "at"])


def _give_keys() -> None:
    flags = sa.table("flags", sa.column("id", sa.Integer), sa.column("key", sa.Text))
    connection = op.get_bind()
    for number in connection.execute(sa.select(flags.c.id)).scalars().all():
        connection.execute(sa.update(flags).where(flags.c.id == number).values(key=secrets.token_hex(6)))

"""The tables of procrastinate, in which work waits for whichever worker is free; on SQLite there are none.

They are procrastinate's own, as its installed version makes them. A later version that changes them brings
SQL of its own, which then belongs into a revision of ours.
https://procrastinate.readthedocs.io/en/stable/howto/production/migrations.html
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them, unless they are there."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql" or sa.inspect(connection).has_table("procrastinate_jobs"):
        return
    from procrastinate.schema import SchemaManager

    # Many statements at once, which the driver takes only from a cursor of its own.
    cursor = connection.connection.cursor()
    try:
        cursor.execute(SchemaManager.get_schema())
    finally:
        cursor.close()

"""Tokens have a scope and an end; older ones keep working as they did."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both."""
    with op.batch_alter_table("tokens") as table:
        table.add_column(sa.Column("scope", sa.String(length=16)))
        table.add_column(sa.Column("ends", sa.String(length=32)))

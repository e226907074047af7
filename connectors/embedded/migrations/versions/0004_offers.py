"""What offers keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shopgraph.connectors.embedded.mapping import TEXT

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without a reference to customers: SQLite adds none to a table that is there.
    op.add_column("promotions", sa.Column("customer_id", TEXT, nullable=True))
    op.add_column("promotions", sa.Column("sku", TEXT, nullable=True))
    op.create_index("ix_promotions_customer_id", "promotions", ["customer_id"], unique=False)

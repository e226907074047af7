"""A promotion may have a cap and a budget, and may stand in a region's calendar instead of the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shopgraph.connectors.embedded.mapping import TEXT

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for field in ("cap", "budget"):
        op.add_column("promotions", sa.Column(f"{field}_minor", sa.BigInteger(), nullable=True))
        op.add_column("promotions", sa.Column(f"{field}_currency", TEXT, nullable=True))
    for table in ("codes", "discounts", "campaigns"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"fk_{table}_promotion_id"), type_="foreignkey")
    op.create_index("ix_discounts_promotion_id", "discounts", ["promotion_id"])

"""What a region sold, and what was bought with what, is counted from indexes alone."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_OF_A_REGION = ["region_id", "placed_at", "status", "id"]
_OF_AN_ORDER = ["order_id", "product_id", "sku"]


def upgrade() -> None:
    op.create_index("ix_orders_" + "_".join(_OF_A_REGION), "orders", _OF_A_REGION)
    op.drop_index("ix_orders_region_id_placed_at", "orders")
    op.create_index("ix_order_lines_" + "_".join(_OF_AN_ORDER), "order_lines", _OF_AN_ORDER)

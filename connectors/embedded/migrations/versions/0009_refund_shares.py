"""On which lines of an order a refund falls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shopgraph.connectors.embedded.mapping import TEXT

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("refunds", sa.Column("shares", TEXT, nullable=False, server_default="[]"))

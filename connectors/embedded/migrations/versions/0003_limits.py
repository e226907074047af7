"""What limits count: for whom, by whom and in which conversation a request was done, and what it moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shopgraph.connectors.embedded.mapping import TEXT

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("customer_id", "agent", "conversation_id"):
        op.add_column("requests", sa.Column(name, TEXT, nullable=True))
        op.create_index(f"ix_requests_{name}_at", "requests", [name, "at"])
    op.add_column("requests", sa.Column("amount_minor", sa.BigInteger(), nullable=True))
    op.add_column("requests", sa.Column("amount_currency", TEXT, nullable=True))

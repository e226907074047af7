"""Actions under way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shopgraph.connectors.embedded.mapping import TEXT

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "action_runs",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("order_id", TEXT, nullable=True),
        sa.Column("customer_id", TEXT, nullable=True),
        sa.Column("started_by", TEXT, nullable=False),
        sa.Column("asked", TEXT, nullable=False),
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("result", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_runs")),
    )
    op.create_index("ix_action_runs_status_at", "action_runs", ["status", "at"], unique=False)
    unfinished = sa.text("status IN ('running', 'stuck')")
    op.create_index(
        "ux_action_runs_open_order",
        "action_runs",
        ["order_id"],
        unique=True,
        sqlite_where=unfinished,
        postgresql_where=unfinished,
    )

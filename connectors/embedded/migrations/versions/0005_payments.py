"""What payments through a gateway keep: calls that were begun, and the gateway's own ids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shopgraph.connectors.embedded.mapping import TEXT

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gateway_calls",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("gateway", TEXT, nullable=False),
        sa.Column("operation", TEXT, nullable=False),
        sa.Column("subject_id", TEXT, nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_gateway_calls")),
    )
    op.create_index("ix_gateway_calls_open_begun_at", "gateway_calls", ["open", "begun_at"], unique=False)
    op.create_table(
        "external_ids",
        sa.Column("system", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("external_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("system", "kind", "id", name=op.f("pk_external_ids")),
        sa.UniqueConstraint("system", "kind", "external_id", name=op.f("uq_external_ids_system_kind_external_id")),
    )

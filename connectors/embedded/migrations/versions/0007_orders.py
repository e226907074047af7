"""Orders that are placed here."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is held for carts is let go when it has expired.
    op.create_index("ix_reservations_expires_at", "reservations", ["expires_at"], unique=False)

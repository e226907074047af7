"""What an agent moved in a day is summed from an index alone."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_COLUMNS = ["agent", "amount_currency", "tool", "at", "amount_minor"]


def upgrade() -> None:
    op.create_index("ix_requests_" + "_".join(_COLUMNS), "requests", _COLUMNS)

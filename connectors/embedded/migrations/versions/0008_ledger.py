"""The ledger, which is written and never changed, and what it has taken over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shopgraph.connectors.embedded.mapping import TEXT

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger",
        sa.Column("book", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("target", TEXT, nullable=False),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("order_id", TEXT, nullable=True),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_amount")),
        sa.CheckConstraint("source <> target", name=op.f("ck_ledger_accounts")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger")),
    )
    for columns in (["source", "unit"], ["target", "unit"], ["order_id"], ["action"]):
        op.create_index(f"ix_ledger_{'_'.join(columns)}", "ledger", columns, unique=False)
    op.create_table(
        "ledger_openings",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "place", name=op.f("pk_ledger_openings")),
    )
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRES:
        op.execute(statement)


_TABLES = ("ledger", "ledger_openings")
_SQLITE = [
    f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table}"
    f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for table in _TABLES
    for change in ("UPDATE", "DELETE")
]
_POSTGRES = [
    (
        "CREATE FUNCTION shopgraph_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';"
        " END $$"
    ),
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION shopgraph_append_only()"
        for table in _TABLES
    ),
]

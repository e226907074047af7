"""A shop that an older version made keeps its records when it is brought up to date."""

from __future__ import annotations

from collections.abc import Callable

from alembic import command
from sqlalchemy import Connection, text

from shopgraph.connectors.embedded import Database, migrate

ROWS = (
    (
        "INSERT INTO promotions (id, name, region_ids, categories, percent, audience, stackable, starts_at, ends_at)"
        " VALUES ('may', 'May', '[]', '[]', '10', '[]', false, 0, 1)"
    ),
    "INSERT INTO codes (code, promotion_id, used, code_key) VALUES ('MAY10', 'may', 3, 'may10')",
    (
        "INSERT INTO campaigns (id, name, headline, promotion_id, region_ids, segments, starts_at, ends_at)"
        " VALUES ('c', 'C', 'H', 'may', '[]', '[]', 0, 1)"
    ),
)


def test_codes_and_campaigns_outlive_the_reference_to_their_promotion(new_url: Callable[[], str]) -> None:
    database = Database(new_url())

    def first_version(connection: Connection) -> None:
        config = migrate.migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for row in ROWS:
            connection.execute(text(row))

    def kept(connection: Connection) -> list[tuple[object, ...]]:
        codes = connection.execute(text("SELECT code, promotion_id, used FROM codes ORDER BY code")).all()
        campaigns = connection.execute(text("SELECT id, promotion_id FROM campaigns")).all()
        promotions = connection.execute(text("SELECT id, cap_minor, budget_minor FROM promotions")).all()
        return [tuple(row) for row in (*codes, *campaigns, *promotions)]

    try:
        database.write_now(first_version)
        database.write_now(migrate.upgrade)
        assert database.read_now(kept) == [("MAY10", "may", 3), ("c", "may"), ("may", None, None)]
        elsewhere = "INSERT INTO codes (code, promotion_id, used, code_key) VALUES ('X', 'in a calendar', 0, 'x')"
        database.write_now(lambda connection: connection.execute(text(elsewhere)))
        assert database.read_now(kept)[1] == ("X", "in a calendar", 0)
    finally:
        database.close()

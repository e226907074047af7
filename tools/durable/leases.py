"""Which processes live: each beats into a table of the engine's own database, and whoever has stopped is dead.

Time is the database's own, so that machines need not agree about it.
"""

from __future__ import annotations

from sqlalchemy import Engine, text

BEAT_SECONDS = 1.0
"""Between two beats of a process."""
LEASE_SECONDS = 5.0
"""Without a beat for that long a process is dead, and its work is taken over."""

_NOW = {
    "sqlite": "(julianday('now') - 2440587.5) * 86400",
    "postgresql": "extract(epoch from clock_timestamp())",
}


class Leases:
    """The heartbeats of all processes of one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._now = _NOW[engine.dialect.name]
        with engine.begin() as connection:
            connection.execute(
                text("CREATE TABLE IF NOT EXISTS shopgraph_leases (executor TEXT PRIMARY KEY, until DOUBLE PRECISION)")
            )

    def beat(self, executor: str) -> None:
        """Say that this process lives."""
        statement = (
            f"INSERT INTO shopgraph_leases (executor, until) VALUES (:executor, {self._now} + :seconds) "  # noqa: S608
            "ON CONFLICT (executor) DO UPDATE SET until = excluded.until"
        )
        with self._engine.begin() as connection:
            connection.execute(text(statement), {"executor": executor, "seconds": LEASE_SECONDS})

    def living(self) -> frozenset[str]:
        """The processes whose lease has not run out."""
        statement = f"SELECT executor FROM shopgraph_leases WHERE until > {self._now}"  # noqa: S608
        with self._engine.connect() as connection:
            return frozenset(row.executor for row in connection.execute(text(statement)))

    def claim(self, name: str) -> bool:
        """Whether the caller may take over what has that name: one process may, for as long as a lease lasts."""
        statement = (
            f"INSERT INTO shopgraph_leases (executor, until) VALUES (:name, {self._now} + :seconds) "  # noqa: S608
            f"ON CONFLICT (executor) DO UPDATE SET until = excluded.until WHERE shopgraph_leases.until <= {self._now}"
        )
        with self._engine.begin() as connection:
            connection.execute(
                text(f"DELETE FROM shopgraph_leases WHERE until < {self._now} - :long"),  # noqa: S608
                {"long": 60 * LEASE_SECONDS},
            )
            claimed = connection.execute(text(statement), {"name": f"claim:{name}", "seconds": LEASE_SECONDS})
            return claimed.rowcount == 1

    def end(self, executor: str) -> None:
        """Give the lease back: this process does no more."""
        with self._engine.begin() as connection:
            connection.execute(text("DELETE FROM shopgraph_leases WHERE executor = :executor"), {"executor": executor})

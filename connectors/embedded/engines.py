"""SQLAlchemy's engines as the embedded database uses them: transactions and kept connections are its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool
from sqlalchemy.util import LRUCache

from shopgraph.connectors.embedded.connections import BUSY_SECONDS
from shopgraph.errors import MissingDependency
from shopgraph.kept import kept

_PREPARED_AFTER = 2
"""A statement that was run so often over a connection is planned once for all."""
_PREPARED = 400
"""Of so many; psycopg's usual hundred are fewer than a shop's."""
_SESSION = "SET max_parallel_workers_per_gather = 0; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off"
"""To start processes for a count over many orders, beside the requests, costs more than it saves. A statement is
planned once, for any contents: it finds a few rows by an index, and to plan takes longer. What is planned while a table
is almost empty would read the whole table, also when that has grown.
"""


class SharedSqlite(SQLiteDialect_pysqlite):
    """SQLite for any number of files: a statement that was compiled for one shop serves every other one."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SharedSqlite)

    def __hash__(self) -> int:
        return hash(SharedSqlite)


registry.register("sqlite.shared", __name__, SharedSqlite.__name__)


class _Compiled(LRUCache[Any, Any]):
    """Compiled statements; one that was not made once for all holds what it was first asked with."""

    def cache_clear(self) -> None:
        """Let go of all; of one that another thread lets go of at this moment, nothing is left to do."""
        for key in list(self):
            with suppress(KeyError):
                del self[key]


_COMPILED = kept(_Compiled(2_000))


def sqlite_engine(url: URL) -> Engine:
    """It begins no transactions: that is in `connections`."""
    engine = create_engine(
        url.set(drivername="sqlite+shared"),
        connect_args={"timeout": BUSY_SECONDS},
        max_overflow=-1,
        execution_options={"compiled_cache": _COMPILED},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        # The driver's own transaction handling begins late and never IMMEDIATE; ours is in `connections`.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")

    return engine


def postgres_engine(url: URL) -> Engine:
    """It begins no transactions and keeps no connections: that is in `connections`.

    Raises:
        MissingDependency: the extra `postgres` is not installed.
    """
    try:
        from shopgraph.connectors.embedded.switching import SwitchingConnection

        engine = create_engine(
            url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"prepare_threshold": _PREPARED_AFTER},
            execution_options={"compiled_cache": kept(_Compiled(500))},
        )
    except ModuleNotFoundError:
        raise MissingDependency(
            "PostgreSQL needs the psycopg driver.", remedy="pip install 'shopgraph[postgres]'"
        ) from None

    @event.listens_for(engine, "do_connect")
    def connect(_: object, __: object, places: Sequence[Any], options: Mapping[str, Any]) -> SwitchingConnection:
        opened = SwitchingConnection.connect(*places, **options)
        opened.prepared_max = _PREPARED
        opened.set_autocommit(True)
        opened.execute(_SESSION)
        return opened

    return engine

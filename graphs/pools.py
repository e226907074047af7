"""The connections that LangGraph's PostgreSQL saver and store work on. Needs the extra `postgres`."""

from __future__ import annotations

from typing import Any

from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool


def open_pool(url: str, *, most: int) -> Any:
    """A pool of at most so many connections to that database, as LangGraph wants them; to be closed."""
    return ConnectionPool(
        url,
        min_size=1,
        max_size=most,
        open=True,
        check=ConnectionPool.check_connection,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
    )

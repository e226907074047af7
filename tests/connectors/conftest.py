"""Databases to keep shops in: SQLite files, and databases of a real PostgreSQL; empty ones and ones with the seed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from shopgraph.connectors.conformance.seed import AT, seed
from shopgraph.connectors.embedded import EmbeddedShop, create_shop, open_shop
from shopgraph.domain import ShopMeta

META = ShopMeta(id="shop", name="Corner", bundle="default", default_region_id="north", created_at=AT)


@dataclass
class SqliteFiles:
    """Shops in files of one folder."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=count)

    def empty(self) -> str:
        """The URL of a file that is not there yet."""
        return f"sqlite:///{self.folder}/shop-{next(self._numbers)}.db"

    def copy(self, url: str) -> str:
        """The URL of a copy of a closed shop."""
        target = self.empty()
        shutil.copy(str(make_url(url).database), str(make_url(target).database))
        return target

    def drop(self) -> None:
        """The folder is pytest's own; nothing to do."""


@dataclass
class PostgresDatabases:
    """Shops in databases of one server."""

    server: str
    _made: list[str] = field(default_factory=list)

    def empty(self) -> str:
        """The URL of a new, empty database."""
        return self._create("")

    def copy(self, url: str) -> str:
        """The URL of a copy of a closed shop."""
        return self._create(f"TEMPLATE {make_url(url).database}")

    def drop(self) -> None:
        """Drop every database made here."""
        for name in self._made:
            execute(self.server, f"DROP DATABASE {name} WITH (FORCE)")

    def _create(self, options: str) -> str:
        name = f"shop_{id(self)}_{len(self._made)}"
        execute(self.server, f"CREATE DATABASE {name} {options}")
        self._made.append(name)
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)


Databases = SqliteFiles | PostgresDatabases


def execute(url: str, *statements: str) -> None:
    """Run bare statements outside any transaction."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


BACKENDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def _databases(kind: str, folder: Path, request: pytest.FixtureRequest) -> Databases:
    if kind == "sqlite":
        return SqliteFiles(folder)
    return PostgresDatabases(request.getfixturevalue("postgres"))


@pytest.fixture(scope="session", params=BACKENDS)
def seeded_template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a closed shop that holds the seed, on each kind of database; for copying only."""
    databases = _databases(request.param, tmp_path_factory.mktemp("template"), request)
    url = databases.empty()
    with create_shop(url, META) as shop:
        shop.load(seed())
    yield url
    databases.drop()


@pytest.fixture
def databases(seeded_template: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Databases]:
    """Where a test makes databases, on each kind."""
    made = _databases(make_url(seeded_template).get_backend_name(), tmp_path, request)
    yield made
    made.drop()


@pytest.fixture
def meta() -> ShopMeta:
    """The shop's own facts."""
    return META


@pytest.fixture
def new_url(databases: Databases) -> Callable[[], str]:
    """Makes the URL of an empty database, again and again."""
    return databases.empty


@pytest.fixture
def seeded_url(databases: Databases, seeded_template: str) -> str:
    """The URL of a shop that holds the kit's seed, closed."""
    return databases.copy(seeded_template)


@pytest.fixture
def seeded(seeded_url: str) -> Iterator[EmbeddedShop]:
    """A shop that holds the kit's seed."""
    with open_shop(seeded_url) as shop:
        yield shop

"""Opening: what is no shop, is damaged or is too new is refused by name and left as it was; old ones are migrated."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import make_url

from shopgraph.connectors.conformance.seed import AT, seed
from shopgraph.connectors.embedded import Database, EmbeddedShop, create_shop, migrate, open_shop
from shopgraph.connectors.embedded.database import parse_url
from shopgraph.connectors.embedded.schema import METADATA
from shopgraph.domain import ClockKind, ShopMeta
from shopgraph.errors import ConfigurationError, ConnectorUnavailable, DamagedShop, ShopTooNew


def test_what_is_made_can_be_opened(new_url: Callable[[], str]) -> None:
    meta = ShopMeta(
        id="shop",
        name="Ünïcode",
        bundle="tau2-retail",
        default_region_id="us",
        seed=7,
        clock=ClockKind.FIXED,
        clock_at=AT,
        created_at=AT,
    )
    url = new_url()
    create_shop(url, meta).close()
    with open_shop(url) as shop:
        assert shop.meta == meta


def test_the_migrations_make_the_schema(seeded: EmbeddedShop) -> None:
    def differences(database: Database) -> list[object]:
        return database.read_now(
            lambda connection: list(compare_metadata(MigrationContext.configure(connection), METADATA))
        )

    assert differences(seeded.database) == []


def test_a_shop_is_made_in_an_empty_database_only(seeded_url: str, meta: ShopMeta) -> None:
    with open_shop(seeded_url) as shop:
        before = shop.dump()
    with pytest.raises(ConfigurationError, match="not empty"):
        create_shop(seeded_url, meta)
    with open_shop(seeded_url) as shop:
        assert shop.dump() == before


def test_a_newer_shop_is_refused_by_both_versions(seeded_url: str) -> None:
    _set_version(seeded_url, "9999")
    with pytest.raises(ShopTooNew, match=rf"9999.*{migrate.head()}") as refusal:
        open_shop(seeded_url)
    assert refusal.value.fields == {"found": "9999", "known": migrate.head()}
    _set_version(seeded_url, migrate.head())
    open_shop(seeded_url).close()


def test_a_version_that_never_was_is_damage(seeded_url: str) -> None:
    _set_version(seeded_url, "00zz")
    with pytest.raises(DamagedShop, match="00zz"):
        open_shop(seeded_url)


def _set_version(url: str, version: str) -> None:
    database = Database(url)
    try:
        database.write_now(
            lambda connection: connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")
        )
    finally:
        database.close()


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DamagedShop, match="no shop at"):
        open_shop(f"sqlite:///{tmp_path}/none.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to look like a page" * 100])
def test_a_file_that_is_no_shop_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "shop.db"
    path.write_bytes(content)
    with pytest.raises(DamagedShop, match=str(path)):
        open_shop(f"sqlite:///{path}")
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_another_programs_database_stays_as_it_is(tmp_path: Path, meta: ShopMeta) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE mine (x)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(DamagedShop, match=str(path)):
        open_shop(f"sqlite:///{path}")
    with pytest.raises(ConfigurationError):
        create_shop(f"sqlite:///{path}", meta)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_truncated_shop_is_damaged(tmp_path: Path, meta: ShopMeta) -> None:
    path = tmp_path / "shop.db"
    with create_shop(f"sqlite:///{path}", meta) as shop:
        shop.load(seed())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(DamagedShop, match=str(path)):
        open_shop(f"sqlite:///{path}").dump()
    assert path.read_bytes() == whole[: len(whole) // 3]


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:", ""])
def test_urls_that_hold_no_shop(url: str, meta: ShopMeta) -> None:
    with pytest.raises(ConfigurationError, match="postgresql://"):
        create_shop(url, meta)


def test_plain_postgresql_means_psycopg() -> None:
    assert parse_url("postgresql://me@host/db") == make_url("postgresql+psycopg://me@host/db")


def test_an_unreachable_server_says_so_without_its_password() -> None:
    with pytest.raises(ConnectorUnavailable, match="cannot be reached") as fault:
        open_shop("postgresql://me:secret@127.0.0.1:1/db")
    assert "secret" not in str(fault.value)

"""The database's version: reading it, refusing a newer one, bringing an older one up. Runs offline."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from shopgraph.errors import DamagedShop, ShopTooNew


def migrations() -> Config:
    """Alembic's configuration for the migrations that came with this package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


@cache
def _versions() -> tuple[str, ...]:
    """The schema versions that this package knows, newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(migrations()).walk_revisions())


def head() -> str:
    """The schema version that this package writes."""
    return _versions()[0]


def upgrade(connection: Connection) -> None:
    """Bring the database to this package's version, in the connection's open transaction."""
    config = migrations()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_empty(connection: Connection) -> bool:
    """Whether there is no table at all."""
    return not inspect(connection).get_table_names()


def version_of(connection: Connection, place: str) -> str:
    """The schema version of a shop's database.

    Raises:
        DamagedShop: it is no shop.
        ShopTooNew: a newer shopgraph wrote it.
    """
    tables = set(inspect(connection).get_table_names())
    if not {"alembic_version", "shop"} <= tables:
        raise DamagedShop(f"{place} is not a shop.", remedy="Make one with `shopgraph shop init`.")
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if version in _versions():
        return str(version)
    if version is not None and version.isdecimal() and version > head():
        raise ShopTooNew(
            f"{place} has schema version {version}; this shopgraph knows versions up to {head()}.",
            remedy="Upgrade shopgraph: pip install --upgrade shopgraph.",
            found=version,
            known=head(),
        )
    raise DamagedShop(f"{place} has the schema version {version!r}, which never was one.", remedy="Restore a backup.")

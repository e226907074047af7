"""Where what belongs to a shop is kept: its records, audit log and keys, actions under way."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL

from shopgraph.audit.log import AuditKeys, AuditLog, open_audit
from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.errors import DamagedShop


def plain_url(url: URL) -> str:
    """Without SQLAlchemy's driver, as psycopg reads it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def records_url(folder: Path) -> str:
    """The database of a shop folder's records: a file in it, or the one that its file `url` names.

    Raises:
        DamagedShop: there is neither.
    """
    elsewhere = folder / "url"
    if elsewhere.is_file():
        return elsewhere.read_text(encoding="utf-8").strip()
    file = folder / "shop.db"
    if not file.is_file():
        raise DamagedShop(f"{folder} holds no shop.", remedy="Make one with `shopgraph shop init`.")
    return f"sqlite:///{file.resolve()}"


def beside(records: EmbeddedShop, folder: Path | None, name: str) -> str:
    """Where something that belongs to the shop is kept: in its folder, else in its database."""
    if folder is not None:
        return f"sqlite:///{(folder / name).resolve()}"
    url = records.database.engine.url
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{Path(str(url.database)).with_name(name)}"
    return url.render_as_string(hide_password=False)


def audit_of(records: EmbeddedShop, folder: Path | None, keys: Path | None) -> AuditLog:
    """The shop's audit log, with its secrets in a folder and the customers' keys apart from the log."""
    secrets = keys or _keys_folder(records, folder)
    on_server = folder is None and not records.database.is_sqlite
    # Where many workers share a server they share the ring; the master key that it needs is on no server.
    ring = beside(records, folder, "") if on_server else f"sqlite:///{(secrets / 'ring.db').resolve()}"
    return open_audit(beside(records, folder, "audit.db"), keys=AuditKeys(secrets, ring))


def _keys_folder(records: EmbeddedShop, folder: Path | None) -> Path:
    if folder is not None:
        return folder / "keys"
    if records.database.is_sqlite:
        return Path(str(records.database.engine.url.database)).with_name("keys")
    return Path.home() / ".shopgraph" / "keys" / records.meta.id


def engine_url(records: EmbeddedShop, folder: Path | None) -> str:
    """The records' own server, where many workers meet; else a file beside them."""
    if records.database.is_sqlite:
        return beside(records, folder, "actions.db")
    return plain_url(records.database.url)

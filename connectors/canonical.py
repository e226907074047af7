"""The canonical export of a shop: the same records give the same bytes, whatever database they lie in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from shopgraph.connectors.dataset import Dataset
from shopgraph.domain import Money, ShopMeta, Value

_KEYS: dict[str, tuple[str, ...]] = {
    "variants": ("sku",),
    "offers": ("sku", "region_id"),
    "stock_levels": ("sku", "location_id"),
    "codes": ("code",),
}
"""Primary keys, where they are not `id`."""


def canonical_json(dataset: Dataset, meta: ShopMeta | None = None) -> Iterator[bytes]:
    """The shop as JSON lines of `[table, row]`: tables in loading order, rows by primary key, keys sorted.

    Money reads `12.30 USD`, instants are UTC with microseconds. The meta's wall-clock `created_at` is left out.
    """
    if meta is not None:
        facts = _plain(meta)
        del facts["created_at"]
        yield _line("meta", facts)
    for table, rows in dataset.tables().items():
        for row in _sorted(table, rows):
            yield _line(table, _plain(row))


def canonical_export_hash(dataset: Dataset, meta: ShopMeta | None = None) -> str:
    """SHA-256 (hex) over `canonical_json`: two shops are the same when these are."""
    digest = hashlib.sha256()
    for line in canonical_json(dataset, meta):
        digest.update(line)
    return digest.hexdigest()


def _sorted(table: str, rows: Sequence[Value]) -> list[Value]:
    names = _KEYS.get(table, ("id",))
    return sorted(rows, key=lambda row: tuple(getattr(row, name) for name in names))


def _line(table: str, facts: dict[str, Any]) -> bytes:
    text = json.dumps([table, facts], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode() + b"\n"


def _plain(value: Any) -> Any:
    convert = _CONVERT.get(type(value))
    if convert is not None:
        return convert(value)
    if isinstance(value, Value):
        return {name: _plain(item) for name, item in value.__dict__.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _same(value: Any) -> Any:
    return value


_CONVERT: dict[type, Callable[[Any], Any]] = {
    str: _same,
    int: _same,
    bool: _same,
    type(None): _same,
    Money: str,
    Decimal: lambda value: f"{value.normalize():f}",
    datetime: lambda value: value.astimezone(UTC).isoformat(timespec="microseconds"),
    date: lambda value: value.isoformat(),
}

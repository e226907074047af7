"""Baskets, and the forms in which files hold them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shopgraph.errors import InvalidInput
from shopgraph.models.rows import read_each

_REMEDY = (
    "Give rows {customer, at, items}, invoices {i, t, c, L: [[code, quantity, price], ...]} or household baskets "
    "{h, d, p: [product, ...]}."
)


@dataclass(frozen=True, kw_only=True)
class Basket:
    """What was bought together."""

    customer: str
    """Empty: nobody knows who bought it."""
    day: int
    """The day it was bought on, as `date.toordinal` counts."""
    items: tuple[str, ...]
    """Each once, in the order of first appearance."""
    weights: tuple[float, ...] = ()
    """What was spent on each, in any unit: only compared within the file. Empty: nobody knows."""


def read_baskets(rows: Iterable[Mapping[str, Any]]) -> list[Basket]:
    """Baskets of rows in any of the known forms, oldest first; empty ones are left out.

    Invoices whose number begins with C or A are no sales, nor are lines without a positive quantity and price.

    Raises:
        InvalidInput: a row is of no known form; says which.
    """
    found = read_each(rows, _basket, what="no basket", remedy=_REMEDY)
    return sorted([basket for basket in found if basket is not None and basket.items], key=lambda basket: basket.day)


def _basket(row: Mapping[str, Any]) -> Basket | None:
    if "L" in row:
        return None if str(row["i"])[:1] in ("C", "A") else _invoice(row)
    if "p" in row:
        items = tuple(dict.fromkeys(str(item) for item in row["p"]))
        return Basket(customer=str(row["h"]), day=_day(row["d"]), items=items)
    items = tuple(dict.fromkeys(str(item) for item in row["items"]))
    return Basket(customer=str(row.get("customer") or ""), day=_day(row["at"]), items=items)


def _invoice(row: Mapping[str, Any]) -> Basket:
    spent: dict[str, float] = {}
    for code, quantity, price in row["L"]:
        if quantity > 0 and price > 0:
            spent[str(code)] = spent.get(str(code), 0.0) + float(quantity) * float(price)
    customer = str(row.get("c") or "")
    return Basket(customer=customer, day=_day(row["t"]), items=tuple(spent), weights=tuple(spent.values()))


def _day(text: str) -> int:
    return date.fromisoformat(str(text)[:10]).toordinal()


def form_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Which form rows are in: `uci`, `completejourney` or `own`."""
    if not rows:
        raise InvalidInput("There are no rows.", remedy=_REMEDY)
    return "uci" if "L" in rows[0] else "completejourney" if "p" in rows[0] else "own"

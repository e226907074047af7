"""The verdict: from the other side's own books, and from nothing that our side wrote down."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import JsonValue

from shopgraph.evals.faults.orders import ON_HAND, PRICE, TOTAL, Case


class End(StrEnum):
    """What a caller was told at last."""

    DONE = "done"
    UNDONE = "undone"
    OPEN = "open"
    """Nothing yet."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What went wrong, counted; and where, in words."""

    double_refunds: int
    """Refunds beyond the first of one intent."""
    over_refunds: int
    """Payments of which more went back than was taken."""
    lost_money: int
    """Orders for which the other side holds another amount than they have to leave there."""
    lost_stock: int
    """Units that are on a shelf, or promised, against what should be."""
    oversold: int
    """Variants of which more is promised than is there."""
    findings: tuple[str, ...]

    def figures(self) -> dict[str, JsonValue]:
        """The counts."""
        names = ("double_refunds", "over_refunds", "lost_money", "lost_stock", "oversold")
        return {name: getattr(self, name) for name in names}


def judge(books: Path, ends: Mapping[Case, End]) -> Verdict:
    """Compare the other side's books with what each call had to leave there."""
    with closing(sqlite3.connect(f"file:{books}?mode=ro", uri=True)) as db:
        doubles = _column(db, "SELECT orders, count(*) - 1 FROM refunds GROUP BY reference HAVING count(*) > 1")
        overs = _column(
            db,
            "SELECT p.orders, count(*) FROM payments p WHERE captured < "
            "(SELECT coalesce(sum(amount), 0) FROM refunds r WHERE r.payment = p.id) GROUP BY p.orders",
        )
        held = _column(db, "SELECT orders, sum(captured) FROM payments GROUP BY orders")
        back = _column(db, "SELECT orders, sum(amount) FROM refunds GROUP BY orders")
        counts = _column(db, "SELECT orders, count(*) FROM refunds GROUP BY orders")
        promised = _column(db, "SELECT sku, sum(quantity) FROM allocations GROUP BY sku")
        on_hand = _column(db, "SELECT sku, sum(on_hand) FROM levels GROUP BY sku")
    findings = [f"{order}: {count} refunds too many" for order, count in doubles.items()]
    extra = sum(doubles.values())
    lost_money = lost_stock = 0
    for case, end in ends.items():
        if end is End.OPEN:
            continue
        done = end is End.DONE
        order, kind = case.order_id, case.kind
        too_many = counts.get(order, 0) - doubles.get(order, 0) - kind.refunds if done else 0
        extra += max(too_many, 0)
        is_held, wanted = held[order] - back.get(order, 0), kind.held if done else TOTAL
        if is_held != wanted:
            lost_money += 1
            findings.append(f"{order} ({case.kind_name}, {end}): {is_held} cents held, {wanted} expected")
        for variant in PRICE:
            sku = case.sku(variant)
            should = (kind.allocated if done else {"a": case.allocated()}).get(variant, 0)
            shelf = ON_HAND + (kind.back if done and variant == "a" else 0)
            off = abs(promised.get(sku, 0) - should) + abs(on_hand[sku] - shelf)
            if off:
                lost_stock += off
                findings.append(
                    f"{order} ({case.kind_name}, {end}): {promised.get(sku, 0)} of {sku} promised and "
                    f"{on_hand[sku]} on hand; {should} and {shelf} expected"
                )
    return Verdict(
        double_refunds=extra,
        over_refunds=sum(overs.values()),
        lost_money=lost_money,
        lost_stock=lost_stock,
        oversold=sum(units > on_hand[sku] for sku, units in promised.items()),
        findings=tuple(findings),
    )


def _column(db: sqlite3.Connection, statement: str) -> dict[str, int]:
    """Second column by first, added up."""
    found = dict[str, int]()
    for key, number in db.execute(statement):
        found[key] = found.get(key, 0) + number
    return found

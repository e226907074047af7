"""The verdict: from the other side's own books, and from nothing that our side wrote down about them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import JsonValue

from shopgraph.evals.faults.calls import ON_HAND, PRICE, Case


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
    """Refunds beyond those that were meant."""
    over_refunds: int
    """Payments of which more went back than was taken."""
    lost_money: int
    """Orders for which the other side holds another amount than they have to leave there, and wrong gifts."""
    lost_stock: int
    """Units that are on a shelf, or held or promised, against what should be."""
    oversold: int
    """Variants of which more is held and promised than is there."""
    findings: tuple[str, ...]

    def figures(self) -> dict[str, JsonValue]:
        """The counts."""
        names = ("double_refunds", "over_refunds", "lost_money", "lost_stock", "oversold")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class _Read:
    """The books, added up: by customer what is about money, by SKU what is about stock."""

    held: Mapping[str, int]
    """Cents that were taken, or are held to be taken, less what went back."""
    refunds: Mapping[str, int]
    doubles: Mapping[str, int]
    """Refunds of one intent beyond the first."""
    overs: Mapping[str, int]
    on_hand: Mapping[str, int]
    promised: Mapping[str, int]
    """To orders."""
    reserved: Mapping[str, int]
    """For carts."""


def judge(books: Path, ends: Mapping[Case, End], gifts: Mapping[str, int]) -> Verdict:
    """Compare the books with what each call had to leave there; `gifts` are cents on gift cards by customer."""
    read = _read(books)
    findings = [f"{customer}: {count} refunds too many" for customer, count in read.doubles.items()]
    extra, lost_money, lost_stock = sum(read.doubles.values()), 0, 0
    for case, end in ends.items():
        if end is End.OPEN:
            continue
        told = f"{case.order_id} ({case.kind_name}, {end})"
        if end is End.DONE:
            once = read.refunds.get(case.customer_id, 0) - read.doubles.get(case.customer_id, 0)
            extra += max(once - case.kind.refunds, 0)
        money = list(_wrong_money(case, end, read, gifts))
        lost_money += bool(money)
        stock = list(_wrong_stock(case, end, read))
        lost_stock += sum(units for units, _ in stock)
        findings += [f"{told}: {why}" for why in money + [why for _, why in stock]]
    taken = {sku: read.promised.get(sku, 0) + read.reserved.get(sku, 0) for sku in read.on_hand}
    return Verdict(
        double_refunds=extra,
        over_refunds=sum(read.overs.values()),
        lost_money=lost_money,
        lost_stock=lost_stock,
        oversold=sum(units > read.on_hand[sku] for sku, units in taken.items()),
        findings=tuple(findings),
    )


def _wrong_money(case: Case, end: End, read: _Read, gifts: Mapping[str, int]) -> Iterator[str]:
    held, wanted = read.held.get(case.customer_id, 0), case.kind.held if end is End.DONE else case.kind.before
    if held != wanted:
        yield f"{held} cents held, {wanted} expected"
    given, meant = gifts.get(case.customer_id, 0), case.kind.gift if end is End.DONE else 0
    if given != meant:
        yield f"{given} cents given, {meant} expected"


def _wrong_stock(case: Case, end: End, read: _Read) -> Iterator[tuple[int, str]]:
    kind, done = case.kind, end is End.DONE
    for variant in PRICE:
        sku = case.sku(variant)
        should = (kind.allocated if done else kind.promised).get(variant, 0)
        shelf = ON_HAND + (kind.shelf.get(variant, 0) if done else 0)
        promised, reserved, on_hand = read.promised.get(sku, 0), read.reserved.get(sku, 0), read.on_hand[sku]
        if off := abs(promised - should) + reserved + abs(on_hand - shelf):
            yield (
                off,
                f"{promised} of {sku} promised, {reserved} held, {on_hand} on hand; {should}, 0, {shelf} expected",
            )


def _read(books: Path) -> _Read:
    with closing(sqlite3.connect(f"file:{books}?mode=ro", uri=True)) as db:
        refunds = "FROM refunds r JOIN payments p ON p.id = r.payment"
        held = _column(
            db,
            "SELECT customer, CASE status WHEN 'requires_capture' THEN amount ELSE captured END FROM payments",
        )
        back = _column(db, f"SELECT p.customer, r.amount {refunds}")
        return _Read(
            held={customer: amount - back.get(customer, 0) for customer, amount in held.items()},
            refunds=_column(db, f"SELECT p.customer, 1 {refunds}"),
            doubles=_column(
                db,
                f"SELECT p.customer, count(*) - 1 {refunds} GROUP BY p.customer, r.reference HAVING count(*) > 1",
            ),
            overs=_column(
                db,
                "SELECT customer, 1 FROM payments p WHERE captured < "
                "(SELECT coalesce(sum(amount), 0) FROM refunds r WHERE r.payment = p.id)",
            ),
            on_hand=_column(db, "SELECT sku, on_hand FROM levels"),
            promised=_column(db, "SELECT sku, quantity FROM allocations"),
            reserved=_column(db, "SELECT sku, quantity FROM reservations"),
        )


def _column(db: sqlite3.Connection, statement: str) -> dict[str, int]:
    """Second column by first, added up."""
    found = dict[str, int]()
    for key, number in db.execute(statement):
        found[key] = found.get(key, 0) + number
    return found

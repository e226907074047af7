"""Where the ledger and the records disagree: nowhere, unless somebody changed one past the other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from shopgraph.connectors.embedded.ledger import OPENINGS, MoneyRows, balances, level_standing
from shopgraph.connectors.embedded.mapping import Mapped
from shopgraph.connectors.embedded.mapping import V as Record
from shopgraph.connectors.embedded.order_rows import read_orders, with_lines
from shopgraph.connectors.embedded.rows import many
from shopgraph.connectors.embedded.schema import INTENTS, ORDERS, PAYMENT_METHODS, REFUNDS, STOCK_LEVELS
from shopgraph.domain import Difference, DifferenceKind, PaymentIntent, PaymentMethodKind, Refund
from shopgraph.domain.ledger import Book, gift_card_account, kind_of, order_account, readable
from shopgraph.domain.shares import BEYOND, left

_COMPARED = frozenset({"order", "held", "gift_card", "free", "reserved", "allocated"})
"""The kinds of account of which the records know the balance."""
_BOOKS = {"order": Book.MONEY, "held": Book.MONEY, "gift_card": Book.MONEY}

_Totals = Counter[tuple[str, str]]
"""By account and unit."""


def differences(db: Connection, rows: MoneyRows) -> tuple[Difference, ...]:
    """Every account with another balance in the ledger than in the records, and whatever gave back too much."""
    ledger = _Totals(
        {(each.account, each.unit): each.amount for each in balances(db) if kind_of(each.account) in _COMPARED}
    )
    records = _Totals()
    _add_orders(db, rows, records)
    _add_cards(db, records)
    _add_levels(db, records)
    found = [
        _difference(account, unit, ledger[account, unit], records[account, unit])
        for account, unit in sorted({*ledger, *records})
        if ledger[account, unit] != records[account, unit]
    ]
    over = [
        _over_refunded(account, unit, amount)
        for (account, unit), amount in sorted(records.items())
        if kind_of(account) == "order" and amount < 0
    ]
    return (*found, *over, *_over_refunded_lines(db))


def _over_refunded_lines(db: Connection) -> Iterator[Difference]:
    """Lines of which more went back than was taken for them, of the orders that the ledger has taken over."""
    opened = select(OPENINGS.c.id).where(OPENINGS.c.kind == "order")
    intents, refunds = INTENTS.table.c.order_id, REFUNDS.table.c.order_id
    payments, backs = defaultdict[str, list[PaymentIntent]](list), defaultdict[str, list[Refund]](list)
    for refund in many(db, REFUNDS, refunds.in_(opened)):
        backs[refund.order_id].append(refund)
    for payment in many(db, INTENTS, intents.in_(opened), intents.in_(select(refunds))):
        payments[payment.order_id].append(payment)
    orders = ORDERS.table.c.id
    theirs = select(ORDERS.table).where(orders.in_(opened), orders.in_(select(refunds)))
    for order in read_orders(db, with_lines(theirs, "id")):
        for line, room in left(order, payments[order.id], backs[order.id]).items():
            if line != BEYOND and room.amount < 0:
                yield _over_refunded(f"{order_account(order.id)}/{line}", room.currency, room.amount)


def _add_orders(db: Connection, rows: MoneyRows, totals: _Totals) -> None:
    payments = _opened(db, INTENTS, "order", id=INTENTS.table.c.order_id)
    refunds = _opened(db, REFUNDS, "order", id=REFUNDS.table.c.order_id)
    kind = PAYMENT_METHODS.table.c.kind
    gift_cards = set(db.scalars(select(PAYMENT_METHODS.table.c.id).where(kind == PaymentMethodKind.GIFT_CARD.value)))
    history: list[PaymentIntent | Refund] = [*payments, *refunds]
    for row in history:
        for account, amount in rows.standing_of(row, gift_card=row.payment_method_id in gift_cards).items():
            if kind_of(account) in ("order", "held"):
                totals[account, row.amount.currency] += amount


def _add_cards(db: Connection, totals: _Totals) -> None:
    for card in _opened(db, PAYMENT_METHODS, "gift_card", id=PAYMENT_METHODS.table.c.id):
        if card.balance is not None:
            totals[gift_card_account(card.id), card.balance.currency] += card.balance.amount


def _add_levels(db: Connection, totals: _Totals) -> None:
    table = STOCK_LEVELS.table.c
    for level in _opened(db, STOCK_LEVELS, "level", id=table.sku, place=table.location_id):
        for account, units in level_standing(level).items():
            totals[account, level.sku] += units


def _opened(db: Connection, mapped: Mapped[Record], kind: str, **columns: ColumnElement[Any]) -> Iterator[Record]:
    """The records that the ledger has taken over."""
    same = [OPENINGS.c[name] == column for name, column in columns.items()]
    joined = select(mapped.table).join(OPENINGS, and_(OPENINGS.c.kind == kind, *same))
    for row in db.execute(joined.order_by(*mapped.key)).all():
        yield mapped.value(row)


def _difference(account: str, unit: str, ledger: int, records: int) -> Difference:
    book = _BOOKS.get(kind_of(account), Book.STOCK)
    return Difference(
        kind=DifferenceKind.BALANCE,
        subject=account,
        ours=readable(book, records, unit),
        theirs=readable(book, ledger, unit),
        remedy="The records were changed past the ledger: find out who wrote there, and put one of the two right.",
    )


def _over_refunded(account: str, unit: str, amount: int) -> Difference:
    return Difference(
        kind=DifferenceKind.OVER_REFUNDED,
        subject=account,
        ours=readable(Book.MONEY, amount, unit),
        theirs=readable(Book.MONEY, 0, unit),
        remedy="More went back than was taken: ask for it again, or write it off.",
    )

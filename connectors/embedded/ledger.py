"""The ledger in the embedded database: written in the transaction of the change that it explains, then never again.

What was there before the ledger is taken over when it is touched for the first time: an order with its payments and
refunds, a gift card, a stock level. So a shop is loaded as fast as ever, and every balance is whole from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Table,
    delete,
    func,
    insert,
    or_,
    select,
    union_all,
)

from shopgraph.connectors.acting import acting_now, cause_now
from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.mapping import TEXT, Mapped
from shopgraph.connectors.embedded.rows import add, claim, equal, existing, get, keyed, replace
from shopgraph.connectors.embedded.schema import INTENTS, METADATA, PAYMENT_METHODS, REFUNDS, STOCK_LEVELS
from shopgraph.connectors.embedded.statements import changes
from shopgraph.domain import (
    Allocation,
    Difference,
    Money,
    PaymentIntent,
    PaymentMethod,
    PaymentMethodKind,
    Refund,
    Reservation,
    StockLevel,
)
from shopgraph.domain.ledger import (
    OPENING,
    Balance,
    Book,
    Standing,
    Transfer,
    allocated_account,
    free_account,
    gift_card_account,
    kind_of,
    payment_standing,
    refund_standing,
    reserved_account,
    steps_between,
)

M = TypeVar("M", PaymentIntent, Refund)

NO_GATEWAY = "embedded"
"""The gateway's name where the records play it."""

LEDGER = Mapped(
    Transfer,
    "ledger",
    METADATA,
    key=("number",),
    without=("number",),
    constraints=[
        Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
        CheckConstraint("amount > 0", name="ck_ledger_amount"),
        CheckConstraint("source <> target", name="ck_ledger_accounts"),
    ],
    indexes=[("source", "unit"), ("target", "unit"), ("order_id",), ("action",)],
)
OPENINGS = Table(
    "ledger_openings",
    METADATA,
    Column("kind", TEXT, primary_key=True),
    Column("id", TEXT, primary_key=True),
    Column("place", TEXT, primary_key=True),
)
"""What the ledger has taken over: `order`, `gift_card` and `level` (a SKU, at a location)."""

_ACCOUNTS = LEDGER.table.c
_NEXT = insert(LEDGER.table)


@dataclass(frozen=True, kw_only=True)
class MoneyRows:
    """Payments and refunds in their tables, each change with the transfers that it is."""

    gateway: str

    def add(self, db: Connection, mapped: Mapped[M], row: M) -> M:
        """Insert a new one."""
        self._book(db, None, row)
        return add(db, mapped, row)

    def replace(self, db: Connection, mapped: Mapped[M], row: M) -> M:
        """Write one over what it was."""
        self._book(db, existing(db, mapped, row.id), row)
        return replace(db, mapped, row)

    def remove(self, db: Connection, mapped: Mapped[M], own: str) -> None:
        """Take one back that never happened."""
        self._book(db, existing(db, mapped, own), None)
        db.execute(delete(mapped.table).where(keyed(mapped, own)))

    def _book(self, db: Connection, before: M | None, after: M | None) -> None:
        row = after or before
        if row is not None:
            self._open_order(db, row.order_id)
            _write_steps(db, row, self._standing(db, before), self._standing(db, after))

    def _standing(self, db: Connection, row: PaymentIntent | Refund | None) -> Standing:
        if row is None:
            return Standing()
        method = get(db, PAYMENT_METHODS, row.payment_method_id)
        return self.standing_of(row, gift_card=method is not None and method.kind is PaymentMethodKind.GIFT_CARD)

    def standing_of(self, row: PaymentIntent | Refund, *, gift_card: bool) -> Standing:
        """Where a payment or refund has put money."""
        if isinstance(row, Refund):
            return refund_standing(row, gateway=self.gateway, gift_card=gift_card)
        return payment_standing(row, gateway=self.gateway, gift_card=gift_card)

    def _open_order(self, db: Connection, order_id: str) -> None:
        if not _claim(db, "order", order_id):
            return
        payments = equal(db, INTENTS, order_id=order_id)
        refunds = equal(db, REFUNDS, order_id=order_id)
        history: list[PaymentIntent | Refund] = [*payments, *refunds]
        for row in sorted(history, key=lambda each: each.sequence):
            _write_steps(db, row, Standing(), _from_opening(self._standing(db, row)), cause=OPENING)


def _write_steps(
    db: Connection, row: PaymentIntent | Refund, before: Standing, after: Standing, cause: str | None = None
) -> None:
    for source, target, amount in steps_between(before, after):
        moved = Money(amount=amount, currency=row.amount.currency)
        move_money(db, source, target, moved, subject=row.id, order_id=row.order_id, cause=cause)


def open_gift_card(db: Connection, card: PaymentMethod) -> None:
    """Take a gift card's balance over, before it changes for the first time."""
    if _claim(db, "gift_card", card.id) and card.balance is not None and card.balance.amount > 0:
        move_money(db, OPENING, gift_card_account(card.id), card.balance, subject=card.id, cause=OPENING)


def open_level(db: Connection, sku: str, location_id: str) -> None:
    """Take a stock level over, before it changes for the first time."""
    if not _claim(db, "level", sku, location_id):
        return
    level = get(db, STOCK_LEVELS, sku, location_id)
    for account, units in level_standing(level).items() if level else ():
        if units:
            move_units(db, OPENING, account, sku, units, subject=level_name(sku, location_id), cause=OPENING)


def level_name(sku: str, location_id: str) -> str:
    """What a transfer calls a stock level."""
    return f"{sku}@{location_id}"


def level_standing(level: StockLevel) -> Standing:
    """A level's units by account."""
    return Standing(
        {
            free_account(level.location_id): level.available,
            reserved_account(level.location_id): level.reserved,
            allocated_account(level.location_id): level.allocated,
        }
    )


def promised_account(promise: Reservation | Allocation) -> str:
    """Where units are that were promised."""
    of = allocated_account if isinstance(promise, Allocation) else reserved_account
    return of(promise.location_id)


def move_promised(db: Connection, promise: Reservation | Allocation, source: str, target: str) -> None:
    """Write down that promised units moved."""
    order_id = promise.order_id if isinstance(promise, Allocation) else None
    move_units(db, source, target, promise.sku, promise.quantity, subject=promise.id, order_id=order_id)


def move_units(
    db: Connection,
    source: str,
    target: str,
    sku: str,
    units: int,
    *,
    subject: str,
    order_id: str | None = None,
    cause: str | None = None,
) -> None:
    """Write down that units moved."""
    _write(db, Book.STOCK, source, target, sku, units, subject, order_id, cause)


def move_money(
    db: Connection,
    source: str,
    target: str,
    amount: Money,
    *,
    subject: str,
    order_id: str | None = None,
    cause: str | None = None,
) -> None:
    """Write down that money moved."""
    _write(db, Book.MONEY, source, target, amount.currency, amount.amount, subject, order_id, cause)


def _write(
    db: Connection,
    book: Book,
    source: str,
    target: str,
    unit: str,
    amount: int,
    subject: str,
    order_id: str | None,
    cause: str | None,
) -> None:
    acting = None if cause == OPENING else acting_now()  # Nobody moved what was there before.
    transfer = Transfer(
        book=book,
        source=source,
        target=target,
        unit=unit,
        amount=amount,
        order_id=order_id,
        subject=subject,
        cause=cause_now() if cause is None else cause,
        action=acting.action_id if acting else None,
        at=acting.at if acting else None,
    )
    # The database gives the number.
    cells = dict(zip(LEDGER.table.c.keys(), LEDGER.row(transfer), strict=False))
    changes(db, _NEXT, cells)


class EmbeddedLedger:
    """`LedgerPort` over the embedded database; what it compares with is in `ledger_check`."""

    def __init__(self, database: Database, check: Callable[[Connection], tuple[Difference, ...]]) -> None:
        self._database = database
        self._check = check

    async def transfers(
        self,
        *,
        order_id: str | None = None,
        action_id: str | None = None,
        account: str | None = None,
        limit: int = 500,
    ) -> tuple[Transfer, ...]:
        """Oldest first; of an order, an action or an account."""
        where: list[ColumnElement[bool]] = []
        if order_id is not None:
            where.append(_ACCOUNTS.order_id == order_id)
        if action_id is not None:
            where.append(_ACCOUNTS.action == action_id)
        if account is not None:
            where.append(or_(_ACCOUNTS.source == account, _ACCOUNTS.target == account))
        statement = select(LEDGER.table).where(*where).order_by(_ACCOUNTS.number).limit(limit)

        def read(db: Connection) -> tuple[Transfer, ...]:
            return tuple([LEDGER.value(row, number=row.number) for row in db.execute(statement)])

        return await self._database.read(read)

    async def balance(self, account: str, unit: str) -> int:
        """What is on an account: minor units of a currency, or units of a variant."""
        found = await self.balances([account])
        return next((each.amount for each in found if each.unit == unit), 0)

    async def balances(self, accounts: Collection[str] | None = None) -> tuple[Balance, ...]:
        """What is on every account, or on these, by account and unit; without those on which nothing is."""
        return await self._database.read(lambda db: balances(db, accounts))

    async def differences(self) -> tuple[Difference, ...]:
        """Where the ledger's balances and the records of payments, cards and stock disagree: nowhere."""
        return await self._database.read(self._check)


def balances(db: Connection, accounts: Collection[str] | None = None) -> tuple[Balance, ...]:
    """`EmbeddedLedger.balances`, inside a transaction."""
    taken = select(_ACCOUNTS.source.label("account"), _ACCOUNTS.unit, (-_ACCOUNTS.amount).label("amount"))
    given = select(_ACCOUNTS.target.label("account"), _ACCOUNTS.unit, _ACCOUNTS.amount)
    if accounts is not None:
        taken, given = taken.where(_ACCOUNTS.source.in_(accounts)), given.where(_ACCOUNTS.target.in_(accounts))
    both = union_all(taken, given).subquery()
    total = func.sum(both.c.amount)
    statement = (
        select(both.c.account, both.c.unit, total)
        .group_by(both.c.account, both.c.unit)
        .having(total != 0)
        .order_by(both.c.account, both.c.unit)
    )
    return tuple(
        [Balance(account=account, unit=unit, amount=int(sum_)) for account, unit, sum_ in db.execute(statement)]
    )


def _claim(db: Connection, kind: str, own: str, place: str = "") -> bool:
    """Whether this is the first touch; whoever touches it at the same time waits for the one that is first."""
    return claim(db, OPENINGS, {"kind": kind, "id": own, "place": place})


def _from_opening(standing: Standing) -> Standing:
    """A standing of which only the order's own accounts are kept: everything else lies before the ledger."""
    opened = Standing()
    for account, amount in standing.items():
        opened[account if kind_of(account) in ("order", "held", "pending") else OPENING] += amount
    return opened

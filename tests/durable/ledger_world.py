"""The small shop with random orders, watched from outside: the bank and the dock keep books of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded import EmbeddedShop, gateway_calls
from shopgraph.connectors.embedded.inventory import EmbeddedInventory
from shopgraph.connectors.embedded.order_rows import read_orders, with_lines
from shopgraph.connectors.embedded.rows import many
from shopgraph.connectors.embedded.schema import (
    ALLOCATIONS,
    EXCHANGES,
    INTENTS,
    ORDERS,
    PAYMENT_METHODS,
    REFUNDS,
    RETURNS,
    STOCK_LEVELS,
)
from shopgraph.connectors.gateway import Asking, ExternalKind, GatewayMethod, GatewayPayment, GatewayRefund
from shopgraph.domain import (
    ActionRun,
    Allocation,
    Money,
    Order,
    OrderStatus,
    PaymentIntent,
    PaymentIntentStatus,
    PaymentMethod,
    PaymentMethodKind,
    Refund,
    RefundStatus,
    StockLevel,
)
from shopgraph.errors import Conflict
from shopgraph.tools.durable.admission import context_of
from shopgraph.tools.durable.carrying import WAIT_FOR_A_PERSON, Answer, Carrying, Doing
from shopgraph.tools.spec import Services
from tests.durable.ledger_shop import AT, MARKETS, SKUS, Bought

BANK = "bank"


@dataclass
class Bank:
    """Our fake gateway: it answers a key once, and its books are the truth about cards."""

    name: str = BANK
    payments: dict[str, GatewayPayment] = field(default_factory=dict)
    refunds: dict[str, GatewayRefund] = field(default_factory=dict)
    refuses: bool = False
    """The next refund that is asked for."""

    def taken(self, currency: str) -> int:
        """What customers paid in, less what went back to them or is on its way."""
        back = sum(each.amount.amount for each in self.going_back() if each.amount.currency == currency)
        return sum(each.captured.amount for each in self.payments.values() if each.amount.currency == currency) - back

    def going_back(self, payment: str = "") -> list[GatewayRefund]:
        """Refunds that have not failed; of one payment, when it is named."""
        gone = (RefundStatus.FAILED, RefundStatus.CANCELED)
        return [
            each
            for each in self.refunds.values()
            if each.status not in gone and payment in ("", each.payment_external_id)
        ]

    async def pay(
        self, payment: PaymentIntent, *, customer: str, method: str, capture: bool, asking: Asking
    ) -> GatewayPayment:
        made = GatewayPayment(
            external_id=f"theirs-{payment.id}",
            id=payment.id,
            amount=payment.amount,
            captured=payment.amount if capture else Money.zero(payment.amount.currency),
            status=PaymentIntentStatus.SUCCEEDED if capture else PaymentIntentStatus.REQUIRES_CAPTURE,
            created_at=AT,
        )
        return self.payments.setdefault(made.external_id, made)

    async def refund(self, refund: Refund, *, payment: str, asking: Asking) -> GatewayRefund:
        if self.refuses:
            self.refuses = False
            raise Conflict("The bank takes no refund.")
        return self.give_back(refund.id, payment, refund.amount, own=refund.id)

    def give_back(self, name: str, payment: str, amount: Money, *, own: str = "") -> GatewayRefund:
        """Refund a payment; `own` is empty for one that is made by hand."""
        made = GatewayRefund(
            external_id=f"theirs-{name}",
            id=own,
            payment_external_id=payment,
            amount=amount,
            status=RefundStatus.PENDING,
            created_at=AT,
        )
        return self.refunds.setdefault(made.external_id, made)

    async def capture(self, external_id: str, amount: Money, *, asking: Asking) -> GatewayPayment:
        return self._become(external_id, status=PaymentIntentStatus.SUCCEEDED, captured=amount)

    async def void(self, external_id: str, *, asking: Asking) -> GatewayPayment:
        return self._become(external_id, status=PaymentIntentStatus.CANCELED)

    def _become(self, external_id: str, **fields: Any) -> GatewayPayment:
        self.payments[external_id] = self.payments[external_id].model_copy(update=fields)
        return self.payments[external_id]

    async def payment(self, external_id: str) -> GatewayPayment | None:
        return self.payments.get(external_id)

    async def find_refund(self, external_id: str) -> GatewayRefund | None:
        return self.refunds.get(external_id)

    async def methods(self, customer: str) -> tuple[GatewayMethod, ...]:
        return ()

    async def refunds_of(self, external_id: str) -> AsyncIterator[GatewayRefund]:
        for each in list(self.refunds.values()):
            if each.payment_external_id == external_id:
                yield each

    async def payments_since(self, at: datetime) -> AsyncIterator[GatewayPayment]:
        for each in list(self.payments.values()):
            yield each

    async def refunds_since(self, at: datetime) -> AsyncIterator[GatewayRefund]:
        for each in list(self.refunds.values()):
            yield each


class Dock(EmbeddedInventory):
    """The inventory, counting for itself what leaves and what arrives."""

    gone: Counter[str]
    """Units that left, less units that arrived, by SKU."""

    def __init__(self, database: Any) -> None:
        super().__init__(database)
        self.gone = Counter()
        self._keys = set[str]()

    async def consume(self, *, order_id: str, idempotency_key: str) -> tuple[Allocation, ...]:
        left = await super().consume(order_id=order_id, idempotency_key=idempotency_key)
        if self._first(idempotency_key):
            for each in left:
                self.gone[each.sku] += each.quantity
        return left

    async def restock(self, *, sku: str, location_id: str, quantity: int, idempotency_key: str) -> StockLevel:
        level = await super().restock(
            sku=sku, location_id=location_id, quantity=quantity, idempotency_key=idempotency_key
        )
        if self._first(idempotency_key):
            self.gone[sku] -= quantity
        return level

    def _first(self, key: str) -> bool:
        fresh = key not in self._keys
        self._keys.add(key)
        return fresh


class Crash(BaseException):
    """The process dies here."""


@dataclass
class Notebook:
    """`Journal` in memory: it outlives a crash, as the engine's own does."""

    written: list[Answer] = field(default_factory=list)
    read: int = 0
    waits: int = 0

    async def step(self, name: str, do: Doing) -> Answer:
        if self.read == len(self.written):
            self.written.append(await do())
        self.read += 1
        return self.written[self.read - 1]

    async def choice(self, seconds: float) -> str | None:
        assert seconds < WAIT_FOR_A_PERSON, "nothing here may end halfway and need a person"
        self.waits += 1
        assert self.waits < 20, f"nothing here is out of reach: {self.written[-1:]}"
        return None


class Hand:
    """`ActionEngine` that carries an action out in this very process, as often as it takes."""

    async def finish(self, services: Services, action_id: str) -> ActionRun:
        journal = Notebook()
        runs = services.connectors.runs
        while (run := await runs.run(action_id)) is not None and run.unfinished:
            journal.read = 0
            try:
                await Carrying(context_of(services, run), run, journal).go()
            except Crash:
                continue
        assert run is not None
        return run


def records(db: Connection) -> Dataset:
    """What may change in these tests."""
    return Dataset(
        stock_levels=many(db, STOCK_LEVELS),
        payment_methods=many(db, PAYMENT_METHODS),
        orders=read_orders(db, with_lines(select(ORDERS.table))),
        intents=many(db, INTENTS),
        refunds=many(db, REFUNDS),
        returns=many(db, RETURNS),
        exchanges=many(db, EXCHANGES),
        allocations=many(db, ALLOCATIONS),
    )


def fill(shop: EmbeddedShop, bank: Bank, bought: Sequence[Bought], balances: dict[str, int], free: int) -> None:
    """Load random orders, gift cards and stock; the bank has taken the money of the cards."""
    placed = [each.order(place) for place, each in enumerate(bought)]
    intents = [intent for each, order in zip(bought, placed, strict=True) for intent in _paid(each, order)]
    promised = [
        Allocation(
            id=f"a-{line.id}",
            sku=line.sku,
            location_id=f"wh-{order.region_id}",
            order_id=order.id,
            line_id=line.id,
            quantity=line.current_quantity,
        )
        for order in placed
        if order.status is OrderStatus.PENDING
        for line in order.lines
    ]
    allocated = Counter[tuple[str, str]]()
    for each in promised:
        allocated[each.sku, each.location_id] += each.quantity
    levels = [
        StockLevel(
            sku=sku,
            location_id=f"wh-{region}",
            on_hand=free + allocated[sku, f"wh-{region}"],
            allocated=allocated[sku, f"wh-{region}"],
        )
        for region, *_ in MARKETS.values()
        for sku in SKUS
    ]
    methods = [
        PaymentMethod(id=f"{who}-card", customer_id=who, kind=PaymentMethodKind.CARD, brand="visa", last_four="4242")
        for who in MARKETS
    ] + [
        PaymentMethod(
            id=f"{who}-gift",
            customer_id=who,
            kind=PaymentMethodKind.GIFT_CARD,
            balance=Money(amount=balances[who], currency=currency),
        )
        for who, (_, currency, _, _) in MARKETS.items()
    ]
    shop.load(
        Dataset(stock_levels=levels, payment_methods=methods, orders=placed, intents=intents, allocations=promised)
    )
    _introduce(shop, bank, intents)


def _paid(bought: Bought, order: Order) -> list[PaymentIntent]:
    parts = order.total.split([bought.by_gift_card, 100 - bought.by_gift_card])
    payers = [("gift", parts[0]), ("card", parts[1])]
    return [
        PaymentIntent(
            id=f"pi-{order.id}-{place}",
            order_id=order.id,
            payment_method_id=f"{bought.who}-{payer}",
            amount=amount,
            captured=amount,
            status=PaymentIntentStatus.SUCCEEDED,
            sequence=place,
            created_at=AT - timedelta(days=9),
        )
        for place, (payer, amount) in enumerate((payer, part) for payer, part in payers if not part.is_zero)
    ]


def _introduce(shop: EmbeddedShop, bank: Bank, intents: Sequence[PaymentIntent]) -> None:
    known = [(ExternalKind.CUSTOMER, who) for who in MARKETS]
    known += [(ExternalKind.PAYMENT_METHOD, f"{who}-card") for who in MARKETS]
    for intent in intents:
        if intent.payment_method_id.endswith("-card"):
            known.append((ExternalKind.PAYMENT, intent.id))
            bank.payments[f"theirs-{intent.id}"] = GatewayPayment(
                external_id=f"theirs-{intent.id}",
                id=intent.id,
                amount=intent.amount,
                captured=intent.captured,
                status=intent.status,
                created_at=AT,
            )

    def bind(db: Any) -> None:
        for kind, own in known:
            gateway_calls.bind(db, BANK, kind, own, f"theirs-{own}")

    shop.database.write_now(bind)

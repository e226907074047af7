"""The orders that faults strike: one for each call, with what has to be in the other side's books afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from shopgraph.connectors.dataset import Dataset
from shopgraph.domain import (
    Address,
    ClockKind,
    Customer,
    Location,
    LocationKind,
    Money,
    Offer,
    Order,
    OrderLineItem,
    OrderStatus,
    PaymentIntent,
    PaymentIntentStatus,
    PaymentMethod,
    PaymentMethodKind,
    Product,
    ProductVariant,
    Region,
    Return,
    ReturnItem,
    ReturnPolicy,
    ReturnStatus,
    ShopMeta,
)

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
REGION = "us-midwest"
LOCATION = Location(id="depot", name="Depot", region_id=REGION, kind=LocationKind.WAREHOUSE)
ADDRESS = Address(line1="1 Mill Lane", city="Springfield", state="IL", postal_code="62701", country="US")
PRICE = {"a": 2000, "b": 2600, "c": 1500}
"""Cents by variant: each order has a product of its own, and buys two of its variant `a`."""
UNITS = 2
ON_HAND = 5
TOTAL = UNITS * PRICE["a"]
PARTIAL = 700
"""Cents of a refund without goods."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of call, and what it has to leave behind when it is done. Not done, it leaves everything as it was."""

    tool: str
    held: int
    """Cents that the other side still holds for the order."""
    refunds: int
    """How many."""
    allocated: dict[str, int]
    """Units promised to the order, by variant."""
    back: int = 0
    """Units back on the shelf."""
    refused: str = ""
    """The point at which the call is refused for certain, so that it has to be undone."""
    payments: tuple[int, ...] = (TOTAL,)
    """Cents of each payment that the order was paid with."""
    status: OrderStatus = OrderStatus.PENDING


_SAME = {"a": UNITS}
KINDS = {
    "cancel": Kind(tool="cancel_order", held=0, refunds=2, allocated={}, payments=(TOTAL - 1500, 1500)),
    "refund": Kind(tool="refund_order", held=TOTAL - PARTIAL, refunds=1, allocated=_SAME),
    "receive": Kind(tool="receive_return", held=0, refunds=1, allocated={}, back=UNITS, status=OrderStatus.DELIVERED),
    "pay otherwise": Kind(tool="change_payment_method", held=TOTAL, refunds=1, allocated=_SAME),
    "pay otherwise, refused": Kind(
        tool="change_payment_method",
        held=TOTAL,
        refunds=1,
        allocated=_SAME,
        refused="change_payment_method.refund-2:before",
    ),
    "change for dearer": Kind(tool="change_items", held=UNITS * PRICE["b"], refunds=0, allocated={"b": UNITS}),
    "change for cheaper": Kind(tool="change_items", held=UNITS * PRICE["c"], refunds=1, allocated={"c": UNITS}),
    "change for dearer, refused": Kind(
        tool="change_items",
        held=UNITS * PRICE["b"],
        refunds=0,
        allocated={"b": UNITS},
        refused="change_items.swap:before",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One order and the call about it."""

    number: int
    kind_name: str

    @property
    def kind(self) -> Kind:
        """What is called, and what it leaves behind."""
        return KINDS[self.kind_name]

    @property
    def order_id(self) -> str:
        """The order."""
        return f"#F{self.number:05}"

    @property
    def customer_id(self) -> str:
        """Whose order it is."""
        return f"customer-{self.number}"

    @property
    def call_id(self) -> str:
        """The call."""
        return f"call-{self.number}"

    def sku(self, variant: str) -> str:
        """Of one of its product's variants."""
        return f"sku-{self.number}-{variant}"

    def method(self, which: int) -> str:
        """Of one of the customer's two cards."""
        return f"card-{self.number}-{which}"

    def arguments(self) -> dict[str, JsonValue]:
        """Of the call."""
        order: dict[str, JsonValue] = {"order_id": self.order_id}
        swap: dict[str, JsonValue] = {"sku": self.sku("a"), "quantity": UNITS}
        match self.kind.tool:
            case "cancel_order":
                return {**order, "reason": "no_longer_needed"}
            case "refund_order":
                return {**order, "amount": f"{PARTIAL / 100:.2f}", "reason": "damaged"}
            case "receive_return":
                return {"return_id": f"return-{self.number}", "condition": "new"}
            case "change_payment_method":
                return {**order, "payment_method_id": self.method(1)}
            case _:
                variant = "c" if "cheaper" in self.kind_name else "b"
                items: JsonValue = [{**swap, "to_sku": self.sku(variant)}]
                return {**order, "items": items, "payment_method_id": self.method(0)}

    def payments(self) -> list[tuple[str, int]]:
        """Id and cents of what the order was paid with."""
        return [(f"paid-{self.number}-{place}", amount) for place, amount in enumerate(self.kind.payments)]

    def allocated(self) -> int:
        """Units promised to the order at the beginning."""
        return UNITS if self.kind.status is OrderStatus.PENDING else 0


def usd(cents: int) -> Money:
    """That many cents."""
    return Money(amount=cents, currency="USD")


def meta(created_at: datetime) -> ShopMeta:
    """The shop's own facts. Its clock runs."""
    return ShopMeta(
        id="faults",
        name="Faults",
        bundle="default",
        default_region_id=REGION,
        clock=ClockKind.RUNNING,
        clock_at=AT,
        created_at=created_at,
    )


def world() -> Dataset:
    """Where the shop sells."""
    region = Region(id=REGION, name="Midwest", country="US", currency="USD", locale="en_US", timezone="America/Chicago")
    return Dataset(regions=[region], locations=[LOCATION])


def dataset(case: Case) -> Dataset:
    """The shop's records of one order before anything happens; stock is the other side's."""
    product = f"product-{case.number}"
    return Dataset(
        products=[Product(id=product, title="Lamp", category="home")],
        variants=[
            ProductVariant(sku=case.sku(size), product_id=product, title="Lamp", options={"size": size})
            for size in PRICE
        ],
        offers=[Offer(sku=case.sku(size), region_id=REGION, price=usd(price)) for size, price in PRICE.items()],
        customers=[_customer(case)],
        payment_methods=[_card(case, which) for which in (0, 1)],
        orders=[_order(case)],
        intents=[_payment(case, place) for place in range(len(case.kind.payments))],
        returns=[_return(case)] if case.kind.tool == "receive_return" else [],
    )


def _card(case: Case, which: int) -> PaymentMethod:
    return PaymentMethod(
        id=case.method(which),
        customer_id=case.customer_id,
        kind=PaymentMethodKind.CARD,
        brand="visa",
        last_four=f"424{which}",
    )


def _customer(case: Case) -> Customer:
    return Customer(
        id=case.customer_id,
        given_name="Ada",
        family_name=f"Number {case.number}",
        email=f"ada{case.number}@example.com",
        address=ADDRESS,
        region_id=REGION,
        lifetime_value=usd(0),
    )


def _order(case: Case) -> Order:
    line = OrderLineItem(
        id="0",
        order_id=case.order_id,
        sku=case.sku("a"),
        product_id=f"product-{case.number}",
        title="Lamp",
        options={"size": "a"},
        unit_price=usd(PRICE["a"]),
        ordered_quantity=UNITS,
        current_quantity=UNITS,
        discount=usd(0),
        tax=usd(0),
        position=0,
    )
    return Order(
        id=case.order_id,
        customer_id=case.customer_id,
        region_id=REGION,
        currency="USD",
        status=case.kind.status,
        lines=(line,),
        shipping_address=ADDRESS,
        shipping=usd(0),
        total=usd(TOTAL),
        return_policy=ReturnPolicy(window_days=30, restocking_fee=usd(0)),
        placed_at=AT - timedelta(days=5),
        delivered_at=AT - timedelta(days=1) if case.kind.status is OrderStatus.DELIVERED else None,
    )


def _payment(case: Case, place: int) -> PaymentIntent:
    own, amount = case.payments()[place]
    return PaymentIntent(
        id=own,
        order_id=case.order_id,
        payment_method_id=case.method(place),
        amount=usd(amount),
        captured=usd(amount),
        status=PaymentIntentStatus.SUCCEEDED,
        sequence=place,
        created_at=AT - timedelta(days=5),
    )


def _return(case: Case) -> Return:
    return Return(
        id=f"return-{case.number}",
        order_id=case.order_id,
        customer_id=case.customer_id,
        status=ReturnStatus.REQUESTED,
        items=(ReturnItem(line_id="0", sku=case.sku("a"), quantity=UNITS),),
        payment_method_id=case.method(0),
        refund=usd(TOTAL),
        requested_at=AT - timedelta(hours=12),
    )

"""The shop's records of the orders that faults strike, before anything happens; stock is the other side's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shopgraph.connectors.dataset import Dataset
from shopgraph.domain import (
    Address,
    Cart,
    CartLine,
    ClockKind,
    Customer,
    Exchange,
    ExchangeItem,
    ExchangeStatus,
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
from shopgraph.evals.faults.calls import PRICE, TOTAL, UNITS, Case

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
REGION = "us-midwest"
LOCATION = Location(id="depot", name="Depot", region_id=REGION, kind=LocationKind.WAREHOUSE)
ADDRESS = Address(line1="1 Mill Lane", city="Springfield", state="IL", postal_code="62701", country="US")


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
    """The records of one order, or of a cart that is to become one."""
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
        orders=[] if case.kind.buys else [_order(case)],
        intents=[_payment(case, place) for place in range(len(case.kind.payments))],
        returns=[_return(case)] if case.kind.tool == "receive_return" else [],
        exchanges=[_exchange(case)] if case.kind.tool == "receive_exchange" else [],
        carts=[_cart(case)] if case.kind.buys else [],
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
        id=case.return_id,
        order_id=case.order_id,
        customer_id=case.customer_id,
        status=ReturnStatus.REQUESTED,
        items=(ReturnItem(line_id="0", sku=case.sku("a"), quantity=UNITS),),
        payment_method_id=case.method(0),
        refund=usd(TOTAL),
        requested_at=AT - timedelta(hours=12),
    )


def _exchange(case: Case) -> Exchange:
    to = case.to_variant
    swap = ExchangeItem(line_id="0", from_sku=case.sku("a"), to_sku=case.sku(to), quantity=UNITS, price=usd(PRICE[to]))
    return Exchange(
        id=case.exchange_id,
        order_id=case.order_id,
        customer_id=case.customer_id,
        status=ExchangeStatus.REQUESTED,
        items=(swap,),
        payment_method_id=case.method(0),
        difference=usd(UNITS * PRICE[to] - TOTAL),
        requested_at=AT - timedelta(hours=12),
    )


def _cart(case: Case) -> Cart:
    return Cart(
        id=f"cart-{case.number}",
        customer_id=case.customer_id,
        region_id=REGION,
        lines=tuple(CartLine(sku=case.sku(variant), quantity=UNITS, added_at=AT) for variant in ("a", "b")),
        created_at=AT,
        updated_at=AT,
    )

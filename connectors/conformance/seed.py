"""The small shop that the checks run on: two regions, three products, two customers, an order in every state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from shopgraph.connectors.dataset import Dataset
from shopgraph.domain import (
    Address,
    Allocation,
    Campaign,
    Cart,
    CartLine,
    Customer,
    CustomerNote,
    Discount,
    DiscountCode,
    Exchange,
    ExchangeItem,
    ExchangeStatus,
    Fulfillment,
    FulfillmentEvent,
    FulfillmentLine,
    FulfillmentStatus,
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
    Promotion,
    Refund,
    RefundReason,
    RefundStatus,
    Region,
    Reservation,
    Return,
    ReturnItem,
    ReturnPolicy,
    ReturnStatus,
    Review,
    SessionEvent,
    SessionEventKind,
    StockLevel,
    Store,
)

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
REGIONS = ("north", "south")
CUSTOMERS = ("ada", "ben")
CARTS = ("cart-open", "cart-done")
ORDERS = ("ada-delivered", "ada-shipped", "ada-pending", "ada-returning", "ben-delivered", "ben-canceled")
PRICES = {"shirt-m": 2000, "shirt-l": 2500, "shirt-xl": 1800, "shoe-42": 9000, "cap": 1500}
SKUS = tuple(PRICES)
ADDRESS = Address(line1="1 Mill Lane", city="Springfield", state="IL", postal_code="62701", country="US")


def usd(minor: int) -> Money:
    """Cents."""
    return Money(amount=minor, currency="USD")


def seed() -> Dataset:
    """A fresh copy of the shop."""
    dataset = Dataset()
    _catalog(dataset)
    _stock(dataset)
    _customers(dataset)
    _orders(dataset)
    _parcels(dataset)
    _marketing(dataset)
    _sessions(dataset)
    return dataset


def _catalog(dataset: Dataset) -> None:
    dataset.regions = [
        Region(id=each, name=each.title(), country="US", currency="USD", locale="en_US", timezone="UTC")
        for each in REGIONS
    ]
    dataset.products = [
        Product(id="cap", title="Cap", category="hats"),
        Product(id="shirt", title="Shirt", category="clothing", attributes={"fit": "slim"}),
        Product(id="shoe", title="Shoe", category="shoes"),
    ]
    dataset.variants = [
        ProductVariant(sku="cap", product_id="cap", title="Cap", tracks_stock=False),
        *(
            ProductVariant(sku=f"shirt-{size}", product_id="shirt", title="Shirt", options={"size": size})
            for size in ("l", "m", "xl")
        ),
        ProductVariant(sku="shoe-42", product_id="shoe", title="Shoe", cost=usd(4000)),
    ]
    dataset.offers = [Offer(sku=sku, region_id="north", price=usd(price)) for sku, price in PRICES.items()]
    dataset.offers = [*dataset.offers, Offer(sku="shirt-m", region_id="south", price=usd(2100))]
    dataset.reviews = [
        Review(id=f"review-{n}", product_id="shirt", rating=n, body=f"Review {n}", created_at=AT - n * DAY)
        for n in (1, 2, 3)
    ]


def _stock(dataset: Dataset) -> None:
    dataset.locations = [
        Location(id="depot-north", name="Depot", region_id="north", kind=LocationKind.WAREHOUSE),
        Location(id="depot-south", name="Depot", region_id="south", kind=LocationKind.WAREHOUSE),
        Location(id="store-north", name="Store", region_id="north", kind=LocationKind.STORE),
    ]
    dataset.stores = [Store(id="store-1", name="Store", region_id="north", location_id="store-north", address=ADDRESS)]
    dataset.stock_levels = [
        StockLevel(sku="shirt-l", location_id="depot-north", on_hand=1),
        StockLevel(sku="shirt-m", location_id="depot-north", on_hand=6, allocated=2, reserved=1),
        StockLevel(sku="shirt-m", location_id="depot-south", on_hand=3),
        StockLevel(sku="shoe-42", location_id="depot-north", on_hand=10, allocated=1),
    ]
    dataset.allocations = [
        Allocation(
            id=f"alloc-{n}", sku=sku, location_id="depot-north", order_id="ada-pending", line_id=f"{n}", quantity=count
        )
        for n, (sku, count) in enumerate([("shirt-m", 2), ("shoe-42", 1)])
    ]
    dataset.reservations = [
        Reservation(
            id="reserved",
            sku="shirt-m",
            location_id="depot-north",
            cart_id="cart-open",
            quantity=1,
            expires_at=AT + DAY,
        )
    ]


def _customers(dataset: Dataset) -> None:
    dataset.customers = [
        Customer(
            id=each,
            given_name=each.title(),
            family_name="Byron",
            email=f"{each.title()}@Example.com",
            address=ADDRESS,
            region_id="north",
            lifetime_value=usd(0),
        )
        for each in CUSTOMERS
    ]
    dataset.notes = [
        CustomerNote(id=f"note-{n}", customer_id="ada", author="system", body=f"Note {n}", created_at=AT - n * DAY)
        for n in (1, 2)
    ]
    dataset.payment_methods = [
        PaymentMethod(id="ada-card", customer_id="ada", kind=PaymentMethodKind.CARD, brand="visa", last_four="4242"),
        PaymentMethod(id="ada-gift", customer_id="ada", kind=PaymentMethodKind.GIFT_CARD, balance=usd(5000)),
        PaymentMethod(id="ben-card", customer_id="ben", kind=PaymentMethodKind.CARD, brand="visa", last_four="1881"),
    ]


def _orders(dataset: Dataset) -> None:
    delivered, pending = OrderStatus.DELIVERED, OrderStatus.PENDING
    dataset.orders = [
        _order("ada-delivered", delivered, ["shirt-m", "shoe-42"], position=0, quantity=2),
        _order("ada-shipped", OrderStatus.SHIPPED, ["shoe-42"], position=1),
        _order("ada-returning", delivered, ["shirt-m"], position=2, quantity=3),
        _order("ada-pending", pending, ["shirt-m", "shoe-42"], position=3, quantity=2),
        _order("ben-delivered", delivered, ["shirt-l", "shoe-42", "cap"], position=0),
        _order("ben-canceled", OrderStatus.CANCELED, ["shirt-l", "cap"], position=1),
    ]
    dataset.intents = [
        PaymentIntent(
            id=f"paid-{order.id}",
            order_id=order.id,
            payment_method_id="ada-card" if order.customer_id == "ada" else "ben-card",
            amount=order.total,
            captured=order.total,
            status=PaymentIntentStatus.SUCCEEDED,
            sequence=0,
            created_at=order.placed_at,
        )
        for order in dataset.orders
    ]
    dataset.refunds = [
        Refund(
            id="refund-canceled",
            order_id="ben-canceled",
            payment_intent_id="paid-ben-canceled",
            payment_method_id="ben-card",
            amount=usd(4000),
            status=RefundStatus.PENDING,
            reason=RefundReason.ORDER_CANCELED,
            sequence=1,
            created_at=AT,
        )
    ]


def _order(order_id: str, status: OrderStatus, skus: list[str], *, position: int, quantity: int = 1) -> Order:
    lines = tuple(
        OrderLineItem(
            id=f"{place}",
            order_id=order_id,
            sku=sku,
            product_id=sku.split("-")[0],
            title=sku.split("-")[0].title(),
            options={"size": sku.split("-")[1]} if sku.startswith("shirt") else {},
            unit_price=usd(PRICES[sku]),
            ordered_quantity=quantity if place == 0 else 1,
            current_quantity=0 if status is OrderStatus.CANCELED else quantity if place == 0 else 1,
            discount=usd(0),
            tax=usd(0),
            position=place,
        )
        for place, sku in enumerate(skus)
    )
    return Order(
        id=order_id,
        customer_id=order_id.split("-")[0],
        region_id="north",
        currency="USD",
        status=status,
        lines=lines,
        shipping_address=ADDRESS,
        shipping=usd(500),
        total=Money.sum((line.subtotal for line in lines), "USD") + usd(500),
        return_policy=ReturnPolicy(window_days=30, restocking_fee=usd(0)),
        placed_at=AT - (10 - position) * DAY,
        delivered_at=AT - DAY if status is OrderStatus.DELIVERED else None,
        canceled_at=AT - DAY if status is OrderStatus.CANCELED else None,
        position=position,
    )


def new_order(customer_id: str = "ada", *, shipping: Money) -> Order:
    """An order that is about to be placed: two shirts and a cap."""
    placed = _order(f"{customer_id}-new", OrderStatus.PENDING, ["shirt-m", "cap"], position=0, quantity=2)
    return placed.model_copy(update={"customer_id": customer_id, "shipping": shipping})


def new_discount(order_id: str, amount: Money, *, code: str | None = "Spring12") -> Discount:
    """A price cut that is about to be given."""
    return Discount(
        id=f"cut-{order_id}-{amount.amount}",
        order_id=order_id,
        customer_id="ada",
        promotion_id="running",
        code=code,
        amount=amount,
        applied_at=AT,
    )


def new_parcel(order_id: str) -> Fulfillment:
    """A parcel that is about to leave."""
    return Fulfillment(
        id=f"parcel-{order_id}",
        order_id=order_id,
        location_id="depot-north",
        status=FulfillmentStatus.SHIPPED,
        lines=(FulfillmentLine(line_id="0", sku="shirt-l", quantity=1),),
        shipped_at=AT,
    )


def _parcels(dataset: Dataset) -> None:
    dataset.fulfillments = [
        Fulfillment(
            id="parcel",
            order_id="ada-shipped",
            location_id="depot-north",
            status=FulfillmentStatus.IN_TRANSIT,
            lines=(FulfillmentLine(line_id="0", sku="shoe-42", quantity=1),),
            carrier="Post",
            tracking_numbers=("T1", "T2"),
            estimated_at=AT + DAY,
            shipped_at=AT - 2 * DAY,
        )
    ]
    dataset.fulfillment_events = [
        FulfillmentEvent(id=f"event-{n}", fulfillment_id="parcel", status=status, at=AT - (3 - n) * DAY)
        for n, status in enumerate([FulfillmentStatus.PACKED, FulfillmentStatus.SHIPPED, FulfillmentStatus.IN_TRANSIT])
    ]
    dataset.returns = [
        Return(
            id="return-1",
            order_id="ada-returning",
            customer_id="ada",
            status=ReturnStatus.REQUESTED,
            items=(ReturnItem(line_id="0", sku="shirt-m", quantity=2),),
            payment_method_id="ada-card",
            refund=usd(4000),
            requested_at=AT - DAY,
        )
    ]
    dataset.exchanges = [
        Exchange(
            id=exchange_id,
            order_id="ben-delivered",
            customer_id="ben",
            status=status,
            items=(ExchangeItem(line_id="0", from_sku="shirt-l", to_sku="shirt-m", quantity=1, price=usd(2000)),),
            payment_method_id="ben-card",
            difference=usd(-500),
            requested_at=AT - DAY,
        )
        for exchange_id, status in [("exchange-1", ExchangeStatus.REQUESTED), ("exchange-2", ExchangeStatus.RECEIVED)]
    ]


def _marketing(dataset: Dataset) -> None:
    dataset.promotions = [
        Promotion(
            id=name,
            name=name,
            region_ids=(region,),
            percent=Decimal("12.5"),
            starts_at=AT + start * DAY,
            ends_at=AT + end * DAY,
        )
        for name, region, start, end in [
            ("ends-now", "north", -2, 0),
            ("running", "north", 0, 2),
            ("running-south", "south", -1, 2),
            ("tomorrow", "north", 1, 2),
        ]
    ]
    dataset.codes = [
        DiscountCode(code="Spring12", promotion_id="running", usage_limit=100, used=3),
        DiscountCode(code="Elsewhere", promotion_id="in-a-calendar"),
    ]
    dataset.campaigns = [
        Campaign(
            id=each.id,
            name=each.name,
            headline=each.name,
            promotion_id=each.id,
            region_ids=each.region_ids,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
        )
        for each in dataset.promotions
    ]
    dataset.discounts = [
        Discount(
            id=f"discount-{n}",
            order_id="ada-shipped",
            customer_id="ada",
            promotion_id=promotion_id,
            amount=usd(n),
            applied_at=AT - n * DAY,
        )
        for n, promotion_id in enumerate(("running", "running", "in-a-calendar"), 1)
    ]


def _sessions(dataset: Dataset) -> None:
    dataset.session_events = [
        SessionEvent(
            id=f"seen-{n}",
            session_id="s",
            customer_id="ada",
            kind=SessionEventKind.VIEWED,
            subject="cap",
            at=AT - n * DAY,
        )
        for n in (1, 2, 3)
    ]
    dataset.carts = [
        Cart(
            id="cart-done",
            customer_id="ben",
            region_id="north",
            created_at=AT - DAY,
            updated_at=AT - DAY,
            completed_at=AT,
        ),
        Cart(
            id="cart-open",
            customer_id="ada",
            region_id="north",
            lines=(CartLine(sku="cap", quantity=1, added_at=AT),),
            codes=("OLD",),
            created_at=AT - DAY,
            updated_at=AT - DAY,
        ),
    ]

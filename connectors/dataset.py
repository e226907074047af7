"""A shop as plain values: what generators and importers make, what loading takes, what exporting gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from shopgraph.domain import (
    Allocation,
    Campaign,
    Cart,
    Customer,
    CustomerNote,
    Discount,
    DiscountCode,
    Exchange,
    Fulfillment,
    FulfillmentEvent,
    Location,
    Offer,
    Order,
    PaymentIntent,
    PaymentMethod,
    Product,
    ProductVariant,
    Promotion,
    Refund,
    Region,
    Reservation,
    Return,
    Review,
    SessionEvent,
    StockLevel,
    Store,
    Value,
)


@dataclass(kw_only=True)
class Dataset:
    """Any part of a shop's business records. Loading several parts one after the other adds up."""

    regions: Sequence[Region] = field(default_factory=list)
    locations: Sequence[Location] = field(default_factory=list)
    stores: Sequence[Store] = field(default_factory=list)
    products: Sequence[Product] = field(default_factory=list)
    variants: Sequence[ProductVariant] = field(default_factory=list)
    offers: Sequence[Offer] = field(default_factory=list)
    reviews: Sequence[Review] = field(default_factory=list)
    stock_levels: Sequence[StockLevel] = field(default_factory=list)
    customers: Sequence[Customer] = field(default_factory=list)
    notes: Sequence[CustomerNote] = field(default_factory=list)
    payment_methods: Sequence[PaymentMethod] = field(default_factory=list)
    orders: Sequence[Order] = field(default_factory=list)
    intents: Sequence[PaymentIntent] = field(default_factory=list)
    refunds: Sequence[Refund] = field(default_factory=list)
    fulfillments: Sequence[Fulfillment] = field(default_factory=list)
    fulfillment_events: Sequence[FulfillmentEvent] = field(default_factory=list)
    returns: Sequence[Return] = field(default_factory=list)
    exchanges: Sequence[Exchange] = field(default_factory=list)
    allocations: Sequence[Allocation] = field(default_factory=list)
    carts: Sequence[Cart] = field(default_factory=list)
    reservations: Sequence[Reservation] = field(default_factory=list)
    promotions: Sequence[Promotion] = field(default_factory=list)
    codes: Sequence[DiscountCode] = field(default_factory=list)
    discounts: Sequence[Discount] = field(default_factory=list)
    campaigns: Sequence[Campaign] = field(default_factory=list)
    session_events: Sequence[SessionEvent] = field(default_factory=list)

    def tables(self) -> dict[str, Sequence[Value]]:
        """Table name to rows, in an order in which foreign keys are satisfied."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    def __len__(self) -> int:
        return sum(len(rows) for rows in self.tables().values())

"""The rows that orders leave behind."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from shopgraph.domain import (
    Allocation,
    Discount,
    Exchange,
    Fulfillment,
    FulfillmentEvent,
    Order,
    PaymentIntent,
    Refund,
    Return,
)


@dataclass(kw_only=True)
class Ledger:
    """The rows that orders leave behind, and the sums that customers, gift cards and stock are made from."""

    orders: list[Order] = field(default_factory=list)
    intents: list[PaymentIntent] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    fulfillment_events: list[FulfillmentEvent] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    spent: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Minor units taken from a payment method less those given back at once, by its id."""
    worth: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Minor units paid less refunded over orders that were not canceled, by customer."""

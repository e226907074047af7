"""The shop's nouns: frozen, typed values with the field's standard names. No I/O happens here."""

from shopgraph.domain.actions import ActionRun, RunStatus
from shopgraph.domain.base import Instant, Quantity, Value
from shopgraph.domain.cart import Cart, CartLine
from shopgraph.domain.catalog import Availability, Offer, Product, ProductVariant, Rating, Review
from shopgraph.domain.conversation import Conversation, SessionEvent, SessionEventKind
from shopgraph.domain.customer import Address, Customer, CustomerNote, Principal, PrincipalKind
from shopgraph.domain.fulfillment import Fulfillment, FulfillmentEvent, FulfillmentLine, FulfillmentStatus
from shopgraph.domain.ledger import Balance, Book, Difference, DifferenceKind, Transfer
from shopgraph.domain.marketing import Campaign, Discount, DiscountCode, Promotion
from shopgraph.domain.money import Currency, Money, exponent
from shopgraph.domain.order import CancelReason, Channel, Order, OrderLineItem, OrderStatus, ReturnPolicy
from shopgraph.domain.payment import (
    PaymentIntent,
    PaymentIntentStatus,
    PaymentMethod,
    PaymentMethodKind,
    Refund,
    RefundReason,
    RefundShare,
    RefundStatus,
)
from shopgraph.domain.records import (
    ActionRecord,
    ActionStatus,
    ClockKind,
    Handoff,
    PastCall,
    ShopMeta,
    StoredRequest,
)
from shopgraph.domain.region import Location, LocationKind, Region, Store
from shopgraph.domain.returns import (
    Exchange,
    ExchangeItem,
    ExchangeStatus,
    ItemCondition,
    Return,
    ReturnItem,
    ReturnReason,
    ReturnRequest,
    ReturnStatus,
)
from shopgraph.domain.stock import Allocation, Reservation, StockLevel

__all__ = [
    "ActionRecord",
    "ActionRun",
    "ActionStatus",
    "Address",
    "Allocation",
    "Availability",
    "Balance",
    "Book",
    "Campaign",
    "CancelReason",
    "Cart",
    "CartLine",
    "Channel",
    "ClockKind",
    "Conversation",
    "Currency",
    "Customer",
    "CustomerNote",
    "Difference",
    "DifferenceKind",
    "Discount",
    "DiscountCode",
    "Exchange",
    "ExchangeItem",
    "ExchangeStatus",
    "Fulfillment",
    "FulfillmentEvent",
    "FulfillmentLine",
    "FulfillmentStatus",
    "Handoff",
    "Instant",
    "ItemCondition",
    "Location",
    "LocationKind",
    "Money",
    "Offer",
    "Order",
    "OrderLineItem",
    "OrderStatus",
    "PastCall",
    "PaymentIntent",
    "PaymentIntentStatus",
    "PaymentMethod",
    "PaymentMethodKind",
    "Principal",
    "PrincipalKind",
    "Product",
    "ProductVariant",
    "Promotion",
    "Quantity",
    "Rating",
    "Refund",
    "RefundReason",
    "RefundShare",
    "RefundStatus",
    "Region",
    "Reservation",
    "Return",
    "ReturnItem",
    "ReturnPolicy",
    "ReturnReason",
    "ReturnRequest",
    "ReturnStatus",
    "Review",
    "RunStatus",
    "SessionEvent",
    "SessionEventKind",
    "ShopMeta",
    "StockLevel",
    "Store",
    "StoredRequest",
    "Transfer",
    "Value",
    "exponent",
]

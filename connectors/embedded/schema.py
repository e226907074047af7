"""The shop's tables. Columns are read off the values; here stand the keys, references and indexes.

An order's lines, payments and refunds name products and payment methods without a foreign key: they are history and
outlive both.
"""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Index, MetaData, Table, UniqueConstraint

from shopgraph.connectors.embedded.mapping import TEXT, Mapped
from shopgraph.domain import (
    ActionRecord,
    ActionRun,
    Allocation,
    Campaign,
    Cart,
    Conversation,
    Customer,
    CustomerNote,
    Discount,
    DiscountCode,
    Exchange,
    Fulfillment,
    FulfillmentEvent,
    Handoff,
    Location,
    Offer,
    Order,
    OrderLineItem,
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
    ShopMeta,
    StockLevel,
    Store,
    StoredRequest,
)

METADATA = MetaData(
    naming_convention={
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

# Catalog and places
REGIONS = Mapped(Region, "regions", METADATA)
LOCATIONS = Mapped(Location, "locations", METADATA, references={"region_id": "regions.id"}, indexes=[("region_id",)])
STORES = Mapped(
    Store,
    "stores",
    METADATA,
    references={"region_id": "regions.id", "location_id": "locations.id"},
    indexes=[("region_id",)],
)
PRODUCTS = Mapped(Product, "products", METADATA)
VARIANTS = Mapped(
    ProductVariant,
    "variants",
    METADATA,
    key=("sku",),
    references={"product_id": "products.id"},
    indexes=[("product_id",)],
)
OFFERS = Mapped(
    Offer,
    "offers",
    METADATA,
    key=("sku", "region_id"),
    references={"sku": "variants.sku", "region_id": "regions.id"},
    clustered=True,
)
REVIEWS = Mapped(
    Review,
    "reviews",
    METADATA,
    references={"product_id": "products.id"},
    indexes=[("product_id", "created_at")],
)
STOCK_LEVELS = Mapped(
    StockLevel,
    "stock_levels",
    METADATA,
    key=("sku", "location_id"),
    references={"sku": "variants.sku", "location_id": "locations.id"},
    clustered=True,
    known=20_000,  # hundreds of each variant in a chain, and small
)


def name_key(given_name: str, family_name: str) -> str:
    """What two spellings of a customer's name have in common."""
    return f"{given_name.strip().casefold()}\n{family_name.strip().casefold()}"


_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)


def email_key(email: str) -> str:
    """What two spellings of an e-mail address have in common: an address identifies its owner, so only A-Z fold."""
    return email.translate(_SMALL)


def code_key(code: str) -> str:
    """What two spellings of a discount code have in common."""
    return code.strip().casefold()


# Customers
CUSTOMERS = Mapped(
    Customer,
    "customers",
    METADATA,
    references={"region_id": "regions.id"},
    derived={
        "email_key": lambda customer: email_key(customer.email),
        "name_key": lambda customer: name_key(customer.given_name, customer.family_name),
    },
    indexes=[("email_key",), ("name_key",)],
)
NOTES = Mapped(
    CustomerNote,
    "notes",
    METADATA,
    references={"customer_id": "customers.id"},
    indexes=[("customer_id", "created_at")],
)
PAYMENT_METHODS = Mapped(
    PaymentMethod,
    "payment_methods",
    METADATA,
    references={"customer_id": "customers.id"},
    indexes=[("customer_id",)],
)

# Orders and their money
ORDERS = Mapped(
    Order,
    "orders",
    METADATA,
    without=("lines",),
    references={"customer_id": "customers.id", "region_id": "regions.id", "store_id": "stores.id"},
    # What a region sold in some weeks is counted from indexes alone, four times as fast as from the rows.
    indexes=[("customer_id", "position"), ("region_id", "placed_at", "status", "id")],
)
ORDER_LINES = Mapped(
    OrderLineItem,
    "order_lines",
    METADATA,
    key=("order_id", "id"),
    references={"order_id": "orders.id"},
    indexes=[("product_id", "order_id"), ("order_id", "product_id", "sku"), ("sku",)],
    constraints=[UniqueConstraint("order_id", "position")],
    clustered=True,
)
INTENTS = Mapped(
    PaymentIntent,
    "intents",
    METADATA,
    references={"order_id": "orders.id"},
    constraints=[UniqueConstraint("order_id", "sequence")],
)
REFUNDS = Mapped(
    Refund,
    "refunds",
    METADATA,
    references={"order_id": "orders.id", "payment_intent_id": "intents.id"},
    constraints=[UniqueConstraint("order_id", "sequence")],
)

# Parcels out and parcels back
FULFILLMENTS = Mapped(
    Fulfillment,
    "fulfillments",
    METADATA,
    references={"order_id": "orders.id", "location_id": "locations.id"},
    indexes=[("order_id",)],
)
FULFILLMENT_EVENTS = Mapped(
    FulfillmentEvent,
    "fulfillment_events",
    METADATA,
    references={"fulfillment_id": "fulfillments.id"},
    indexes=[("fulfillment_id", "at")],
)
RETURNS = Mapped(
    Return,
    "returns",
    METADATA,
    references={"order_id": "orders.id", "customer_id": "customers.id", "refund_id": "refunds.id"},
    indexes=[("order_id",)],
)
EXCHANGES = Mapped(
    Exchange,
    "exchanges",
    METADATA,
    references={"order_id": "orders.id", "customer_id": "customers.id"},
    indexes=[("order_id",)],
)

# Promises on stock, baskets
_ON_A_LEVEL = (["sku", "location_id"], ["stock_levels.sku", "stock_levels.location_id"])
ALLOCATIONS = Mapped(
    Allocation,
    "allocations",
    METADATA,
    constraints=[
        ForeignKeyConstraint(*_ON_A_LEVEL),
        ForeignKeyConstraint(["order_id", "line_id"], ["order_lines.order_id", "order_lines.id"]),
    ],
    indexes=[("order_id",), ("sku", "location_id")],
)
CARTS = Mapped(
    Cart,
    "carts",
    METADATA,
    references={"customer_id": "customers.id", "region_id": "regions.id"},
    indexes=[("customer_id",)],
)
RESERVATIONS = Mapped(
    Reservation,
    "reservations",
    METADATA,
    references={"cart_id": "carts.id"},
    constraints=[ForeignKeyConstraint(*_ON_A_LEVEL)],
    indexes=[("cart_id",), ("sku", "location_id"), ("expires_at",)],
)

# Marketing and browsing. Codes, discounts and campaigns name a promotion without a foreign key: it may stand in a
# region's calendar.
PROMOTIONS = Mapped(Promotion, "promotions", METADATA, indexes=[("starts_at", "ends_at"), ("customer_id",)])
CODES = Mapped(
    DiscountCode,
    "codes",
    METADATA,
    key=("code",),
    derived={"code_key": lambda code: code_key(code.code)},
    constraints=[UniqueConstraint("code_key")],
)
DISCOUNTS = Mapped(
    Discount,
    "discounts",
    METADATA,
    references={"order_id": "orders.id", "customer_id": "customers.id"},
    indexes=[("customer_id", "applied_at"), ("order_id",), ("promotion_id",)],
)
CAMPAIGNS = Mapped(Campaign, "campaigns", METADATA, indexes=[("starts_at", "ends_at")])
SESSION_EVENTS = Mapped(
    SessionEvent,
    "session_events",
    METADATA,
    references={"customer_id": "customers.id"},
    indexes=[("customer_id", "at")],
)

# What shopgraph itself keeps
SHOP = Mapped(ShopMeta, "shop", METADATA)
CONVERSATIONS = Mapped(Conversation, "conversations", METADATA)
REQUESTS = Mapped(
    StoredRequest,
    "requests",
    METADATA,
    key=("call_id",),
    indexes=[
        ("customer_id", "at"),
        ("agent", "at"),
        ("conversation_id", "at"),
        # What an agent moved in a day is summed before every payment: of 10,000 requests in 0.1 ms, by "at" alone in 2.
        ("agent", "amount_currency", "tool", "at", "amount_minor"),
    ],
)
ACTIONS = Mapped(ActionRecord, "actions", METADATA, indexes=[("order_id", "at"), ("customer_id", "at"), ("at",)])
ACTION_RUNS = Mapped(ActionRun, "action_runs", METADATA, indexes=[("status", "at")])
Index(
    "ux_action_runs_open_order",
    ACTION_RUNS.table.c.order_id,
    unique=True,
    sqlite_where=ACTION_RUNS.table.c.status.in_(("running", "stuck")),
    postgresql_where=ACTION_RUNS.table.c.status.in_(("running", "stuck")),
)
HANDOFFS = Mapped(Handoff, "handoffs", METADATA, indexes=[("at",)])
IDEMPOTENCY_KEYS = Table(
    "idempotency_keys",
    METADATA,
    Column("key", TEXT, primary_key=True),
    Column("operation", TEXT, nullable=False),
    Column("digest", TEXT, nullable=False),
    Column("result", TEXT),
)

DATASET: tuple[Mapped[Any], ...] = (
    REGIONS,
    LOCATIONS,
    STORES,
    PRODUCTS,
    VARIANTS,
    OFFERS,
    REVIEWS,
    STOCK_LEVELS,
    CUSTOMERS,
    NOTES,
    PAYMENT_METHODS,
    ORDERS,
    INTENTS,
    REFUNDS,
    FULFILLMENTS,
    FULFILLMENT_EVENTS,
    RETURNS,
    EXCHANGES,
    ALLOCATIONS,
    CARTS,
    RESERVATIONS,
    PROMOTIONS,
    CODES,
    DISCOUNTS,
    CAMPAIGNS,
    SESSION_EVENTS,
)
"""The tables of a `Dataset`, named as its fields, in an order in which foreign keys are satisfied."""

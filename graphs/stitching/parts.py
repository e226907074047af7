"""What each built-in source gives. A recipe names the parts that its intent needs, and which of their fields."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import ClassVar, Self

from shopgraph.domain import (
    Address,
    Campaign,
    Cart,
    Customer,
    Discount,
    Instant,
    Money,
    Order,
    Promotion,
    Quantity,
    SessionEvent,
    Value,
)
from shopgraph.graphs.memory.facts import Promise, Shown, Statement
from shopgraph.guards.calendars import ShippingMethod, TaxRules

NO_ADDRESS = Address(line1="", city="", postal_code="", country="")
"""What stands where an address was not needed."""


class Part(Value):
    """What a source gives: its fields are fields of the stitched context."""

    personal: ClassVar[frozenset[str]] = frozenset()
    """Names that a recipe must ask for: everything else is given whenever the part is."""

    def only(self, asked: Collection[str]) -> Self:
        """The part without personal data that was not asked for."""
        return self


class CustomerPart(Part):
    """Who is asking, what they are worth to the shop, and the price cuts they got."""

    personal: ClassVar[frozenset[str]] = frozenset({"family_name", "email", "phone", "address", "lifetime_value"})
    customer: Customer
    discounts: tuple[Discount, ...] = ()
    """Newest first."""

    def only(self, asked: Collection[str]) -> Self:
        """Name, segments and region; family name, contact data and lifetime value only where asked for."""
        blank = {
            "family_name": "",
            "email": "",
            "phone": "",
            "address": NO_ADDRESS,
            "lifetime_value": Money.zero(self.customer.lifetime_value.currency),
        }
        left_out = {name: value for name, value in blank.items() if name not in asked}
        return self.model_copy(update={"customer": self.customer.model_copy(update=left_out)})


class OrdersPart(Part):
    """The customer's latest orders, newest first."""

    personal: ClassVar[frozenset[str]] = frozenset({"shipping_address"})
    orders: tuple[Order, ...]

    def only(self, asked: Collection[str]) -> Self:
        """Without the addresses, unless they are asked for."""
        if "shipping_address" in asked:
            return self
        orders = tuple([order.model_copy(update={"shipping_address": NO_ADDRESS}) for order in self.orders])
        return self.model_copy(update={"orders": orders})


class SessionPart(Part):
    """What the customer did in the last ten minutes, newest first, and the open cart."""

    session: tuple[SessionEvent, ...] = ()
    cart: Cart | None = None


class PlaceView(Value):
    """What lies at one store or warehouse."""

    name: str
    kind: str
    available: Quantity


class StockView(Value):
    """What can be bought of a variant in the region right now."""

    sku: str
    available: int
    product: str = ""
    """The product's title."""
    options: dict[str, str] = {}
    band: str = ""
    """`none`, `few` or `many`."""
    incoming: Quantity = 0
    restock_on: date | None = None
    """The first day on which some of what is incoming is expected."""
    places: tuple[PlaceView, ...] = ()
    """Where some is available, most first; of a chain those that have most."""
    more_places: Quantity = 0
    """How many others have some."""


class InventoryPart(Part):
    """Stock of the products in question, in the customer's region and by store."""

    stock: tuple[StockView, ...]


class MarketingPart(Part):
    """What runs in the region at this moment and is meant for this customer."""

    promotions: tuple[Promotion, ...] = ()
    coded: tuple[str, ...] = ()
    """Ids of those that only who types a code gets."""
    campaigns: tuple[Campaign, ...] = ()


class Passage(Value):
    """A text about a product in question, or a sentence of one. How fresh it is says the origin of all passages."""

    product_id: str
    product: str
    kind: str
    """`description`, `attributes` or `review`."""
    text: str
    rating: int | None = None
    field: str = ""
    """The attribute's name, where it is one attribute's line."""
    review_id: str = ""
    written_at: Instant | None = None
    """When a review was."""


class CatalogPart(Part):
    """What the catalog and its reviews say about the products in question."""

    passages: tuple[Passage, ...]


class MemoryPart(Part):
    """What the brand has shown and promised this customer, and says about the products in question: only what holds."""

    shown: tuple[Shown, ...] = ()
    promises: tuple[Promise, ...] = ()
    owed: tuple[Promise, ...] = ()
    """Promises that still bind while something they were made from has changed: to be kept, not to be stated as is."""
    statements: tuple[Statement, ...] = ()


class PolicyView(Value):
    """What holds in the region today."""

    today: date
    """The day at the region, by the shop's clock."""
    tax: TaxRules
    shipping: tuple[ShippingMethod, ...] = ()
    return_window_days: int | None = None


class PolicyPart(Part):
    """The region's terms."""

    policy: PolicyView


class Origin(Value):
    """Where a field of the context came from, and how fresh it is."""

    source: str
    fresh_at: Instant
    """When its reading began, by the shop's clock."""
    age_ms: float = 0.0
    """How long ago that was when the context was handed over; more than its reading took only where it was cached."""

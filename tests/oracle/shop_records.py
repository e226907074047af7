"""What the oracle knows: a shop's records by the keys that rules need, a bundle's numbers, and who asks for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shopgraph.connectors.dataset import Dataset
from shopgraph.domain import (
    Cart,
    DiscountCode,
    Order,
    PaymentMethod,
    Principal,
    Promotion,
)

Arguments = dict[str, Any]

CUSTOMER_READS = (
    "get_profile",
    "list_orders",
    "get_order",
    "track_order",
    "get_returns",
    "get_gift_card",
    "promotion_history",
)
CUSTOMER_WRITES = (
    "cancel_order",
    "change_items",
    "change_order_address",
    "change_payment_method",
    "return_items",
    "exchange_items",
    "change_profile_address",
    "redeem_code",
    "offer_discount",
    "add_note",
)
INTERNAL = ("receive_return", "refund_order", "list_notes")
PUBLIC = (
    "search_products",
    "get_product",
    "recommend_products",
    "check_stock",
    "list_promotions",
    "list_campaigns",
    "delivery_options",
    "handoff",
)
WRITES = (*CUSTOMER_WRITES, "receive_return", "refund_order", "handoff")
WAITING = ("requested", "received")
UNASKED = ("add_note", "handoff", *INTERNAL)
"""Changes that need no yes of a customer."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How much may be done within so many days of 24 hours."""

    id: str
    actions: tuple[str, ...]
    per: str
    days: int
    count: int | None
    amounts: dict[str, int]
    """Minor units by currency."""
    approve: bool


@dataclass(frozen=True, kw_only=True)
class Done:
    """A call that was done: what limits count."""

    tool: str
    who: dict[str, str]
    """Whose it was, by `customer`, `agent` and `conversation`."""
    money: tuple[int, str]
    """What it gave to the customer, and in which currency."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The numbers of a bundle that the prose leaves to it."""

    tax_inclusive: dict[str, bool]
    """By region, as everything below."""
    cooldown_days: dict[str, int]
    stacking: dict[str, bool]
    approval_above: dict[str, int]
    """Minor units."""
    max_percent: dict[str, int]
    margin_percent: dict[str, int]
    """Over cost."""
    limits: tuple[Limit, ...] = ()
    off: frozenset[str] = frozenset()
    """Rules switched off by declaration."""
    identification: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the policy says of a call."""

    forbidden: list[str]
    """Ids of the rules that it breaks."""
    needs_yes: bool = False
    needs_approval: bool = False
    done: Done | None = None
    """What limits will count of it once it is done."""


class Shop:
    """A shop's records, by the keys that the rules need."""

    def __init__(self, records: Dataset, terms: Terms, now: datetime, done: Sequence[Done] = ()) -> None:
        self.records, self.terms, self.now, self.done = records, terms, now, done
        self.orders = {order.id: order for order in records.orders}
        self.customers = {customer.id: customer for customer in records.customers}
        self.methods = {method.id: method for method in records.payment_methods}
        self.products = {variant.sku: variant.product_id for variant in records.variants}
        self.tracked = {variant.sku for variant in records.variants if variant.tracks_stock}
        self.offers = {(offer.sku, offer.region_id): offer for offer in records.offers}

    def find(self, typed: str) -> Order | None:
        """The order that a shopper means, who may leave out the # and write small letters."""
        wanted = typed.strip().lstrip("#").upper()
        return next((order for key, order in self.orders.items() if key.lstrip("#").upper() == wanted), None)

    def held(self, order: Order) -> Counter[str]:
        """What the shop still holds of an order's money, by payment."""
        held = Counter(
            {entry.id: entry.captured.amount for entry in self.records.intents if entry.order_id == order.id}
        )
        for refund in self.records.refunds:
            if refund.order_id == order.id and refund.status not in ("failed", "canceled"):
                assert refund.payment_intent_id is not None
                held[refund.payment_intent_id] -= refund.amount.amount
        return held

    def paid_with(self, order: Order) -> set[str]:
        """The methods whose money is still held for an order."""
        held = self.held(order)
        return {entry.payment_method_id for entry in self.records.intents if held[entry.id] > 0}

    def on_sale(self, sku: str, region_id: str, units: int) -> bool:
        """Whether that many can be had there at once."""
        offer = self.offers.get((sku, region_id))
        if offer is None or offer.availability != "in_stock":
            return False
        if sku not in self.tracked:
            return True
        places = {place.id for place in self.records.locations if place.region_id == region_id}
        levels = [level for level in self.records.stock_levels if level.sku == sku and level.location_id in places]
        return sum(level.on_hand - level.reserved - level.allocated for level in levels) >= units

    def balance(self, card: PaymentMethod, currency: str) -> int | None:
        """What a gift card holds beyond what waiting exchanges will take; None where it is in another currency."""
        if card.balance is None or card.balance.currency != currency:
            return None
        promised = sum(
            max(entry.difference.amount, 0)
            for entry in self.records.exchanges
            if entry.payment_method_id == card.id and entry.status in ("requested", "received")
        )
        return card.balance.amount - promised

    def cart(self, customer_id: str) -> Cart | None:
        """The open cart."""
        return next((c for c in self.records.carts if c.customer_id == customer_id and c.completed_at is None), None)

    def promotion(self, typed: str) -> tuple[DiscountCode | None, Promotion | None]:
        """The code that was typed, and what it is for."""
        code = next((c for c in self.records.codes if c.code.lower() == typed.strip().lower()), None)
        return code, next((p for p in self.records.promotions if code and p.id == code.promotion_id), None)


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who calls, from where, and through which software."""

    principal: Principal
    region_id: str
    agent: str
    conversation: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A call whose asker may make it, about a record that the asker may see."""

    shop: Shop
    principal: Principal
    arguments: Arguments
    order: Order | None
    region_id: str

"""Price cuts and who hears of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from shopgraph.domain.base import Instant, Quantity, Value
from shopgraph.domain.customer import Customer
from shopgraph.domain.money import Money

Percent = Annotated[Decimal, Field(ge=0, le=100)]
"""Ten is a tenth."""


class Promotion(Value):
    """A rule that cuts prices in some regions for a while. A marketing system has it, or a region's calendar."""

    id: str
    name: str
    region_ids: tuple[str, ...]
    categories: tuple[str, ...] = ()
    """Empty: all of them."""
    percent: Percent
    audience: tuple[str, ...] = ()
    """Customer segments; empty: everybody."""
    stackable: bool = False
    starts_at: Instant
    ends_at: Instant
    """First instant at which it no longer runs."""
    customer_id: str | None = None
    """The one customer that it was granted to; None: it is nobody's own."""
    sku: str | None = None
    """The one variant that it is for; None: whatever `categories` says."""
    cap: Money | None = None
    """At most this much off one order; None: no such bound."""
    budget: Money | None = None
    """It stops once the discounts given on it add up to this; None: no such bound."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("a promotion ends after it starts")
        return self

    def runs(self, at: Instant, region_id: str) -> bool:
        """Whether it runs in that region at that instant, its budget aside."""
        return region_id in self.region_ids and self.starts_at <= at < self.ends_at

    def meant_for(self, customer: Customer | None) -> bool:
        """Whether this customer, or a guest, may have it."""
        if self.customer_id is not None:
            return customer is not None and customer.id == self.customer_id
        return not self.audience or (customer is not None and not set(self.audience).isdisjoint(customer.segments))

    def off(self, order_value: Money) -> Money:
        """What it takes off goods of that value: its percentage, rounded half to even, and never above its cap.

        Raises:
            InvalidInput: the cap is in another currency.
        """
        share = order_value.percent(self.percent)
        return share if self.cap is None else min(share, self.cap)


class DiscountCode(Value):
    """What a shopper types to get a promotion."""

    code: str
    promotion_id: str
    usage_limit: Quantity | None = None
    """How often it may be used in all; None for no limit."""
    used: Quantity = 0

    @property
    def is_used_up(self) -> bool:
        """Whether it cannot be used once more."""
        return self.usage_limit is not None and self.used >= self.usage_limit


class Discount(Value):
    """A price cut that was applied to an order."""

    id: str
    order_id: str
    customer_id: str
    promotion_id: str | None = None
    """None: goodwill."""
    code: str | None = None
    amount: Money
    applied_at: Instant


class Campaign(Value):
    """What marketing is telling people right now."""

    id: str
    name: str
    headline: str
    promotion_id: str | None = None
    region_ids: tuple[str, ...]
    segments: tuple[str, ...] = ()
    starts_at: Instant
    ends_at: Instant

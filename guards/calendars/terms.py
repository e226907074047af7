"""The terms of one region at one instant: tax, shipping, returns, promotions, approvals."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from shopgraph.domain import Money, Quantity, ReturnReason, Value
from shopgraph.errors import InvalidInput

Percent = Annotated[Decimal, Field(ge=0, le=100)]
"""Ten is a tenth."""


def _price(value: Any) -> Any:
    """Read "4.99 USD"; whatever else comes is left to Money's own validation."""
    if not isinstance(value, str):
        return value
    amount, _, currency = value.partition(" ")
    try:
        return Money.of(amount, currency)
    except InvalidInput as fault:
        raise ValueError(f"{fault} An amount is written as 4.99 USD") from None


def _not_negative(amount: Money) -> Money:
    if amount.amount < 0:
        raise ValueError(f"{amount} is less than nothing")
    return amount


Price = Annotated[
    Money, BeforeValidator(_price), AfterValidator(_not_negative), Field(description="Written as 4.99 USD.")
]


class TaxRules(Value):
    """How a region taxes what is sold there."""

    inclusive: bool
    """True: shown prices hold the tax already."""
    name: str
    """As shoppers know it: VAT, sales tax."""
    percent: Percent
    by_category: dict[str, Percent] = {}
    """Product categories with a rate of their own."""

    def rate(self, category: str) -> Decimal:
        """The percentage on a product of that category."""
        return self.by_category.get(category, self.percent)

    def net(self, price: Money, category: str) -> Money:
        """What is left to the shop of a shown price: less the tax, where that is in it."""
        if not self.inclusive:
            return price
        return Money.rounded(price.decimal * 100 / (100 + self.rate(category)), price.currency)


class ShippingMethod(Value):
    """A way to have an order brought."""

    id: str
    name: str
    price: Price
    min_days: Quantity
    max_days: Quantity
    """Days from shipping to the door, both ends included."""
    free_from: Price | None = None
    """Order value from which it costs nothing; None: never."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.max_days < self.min_days:
            raise ValueError("max_days is not below min_days")
        if self.free_from is not None and self.free_from.currency != self.price.currency:
            raise ValueError("price and free_from are in one currency")
        return self

    def cost(self, order_value: Money) -> Money:
        """What it costs for an order of that value."""
        free = self.free_from is not None and order_value >= self.free_from
        return Money.zero(self.price.currency) if free else self.price


def _distinct(methods: tuple[ShippingMethod, ...]) -> tuple[ShippingMethod, ...]:
    ids = [method.id for method in methods]
    for method_id in ids:
        if ids.count(method_id) > 1:
            raise ValueError(f"two shipping methods have one id: {method_id}")
    return methods


ShippingMethods = Annotated[tuple[ShippingMethod, ...], AfterValidator(_distinct)]
"""The first one is the standard method."""


class ReturnRules(Value):
    """The terms on which goods come back."""

    window_days: Quantity | None
    """Days after delivery; 0 for none at all; None where the records do not tell."""
    restocking_fee: Price
    final_sale_categories: tuple[str, ...] = ()
    fee_waived_for: tuple[ReturnReason, ...] = (
        ReturnReason.DAMAGED,
        ReturnReason.NOT_AS_DESCRIBED,
        ReturnReason.WRONG_ITEM,
    )
    """A return for nothing but these reasons costs no fee: the shop itself is to blame."""


class PromotionRules(Value):
    """The bounds of any price cut."""

    max_percent: Percent
    min_margin_percent: Annotated[Decimal, Field(ge=0)]
    """Over cost, never a share of the price."""
    code_cooldown_days: Quantity
    """Days between two codes of one customer."""
    stacking: bool
    """Whether several may be combined."""
    own_code_days: Annotated[int, Field(ge=1, le=366)] = 14
    """How long a code granted to one customer can be used."""


class ApprovalRules(Value):
    """What a person of the staff sees first."""

    refund_above: Price | None = None
    """Refunds above it wait for a person; None: no such rule."""
    goodwill_above: Price | None = None
    """Goodwill above it waits for a person; None: no such rule."""


class RegionCalendar(Value):
    """Everything of one region that policy needs and no record holds, as it is in force at one instant."""

    region_id: str
    timezone: str
    """IANA name; local days and times are this zone's."""
    tax: TaxRules
    shipping: ShippingMethods
    returns: ReturnRules
    promotions: PromotionRules
    approval: ApprovalRules = ApprovalRules()

    @property
    def currency(self) -> str:
        """ISO 4217 code of all amounts here."""
        return self.returns.restocking_fee.currency

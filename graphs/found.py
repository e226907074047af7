"""What is known in a request, as it is read: one promise, one tool's result after the other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from shopgraph.domain import Money
from shopgraph.domain.days import last_day
from shopgraph.graphs.memory.facts import Promise
from shopgraph.graphs.stitching.parts import StockView
from shopgraph.guards.facts import OrderFact, ProductFact, PromotionFact, RefundFact
from shopgraph.tools.views import AmountView

_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?%")
_CODE = re.compile(r"\bcode ([A-Z0-9]{4,20})\b")


@dataclass
class Found:
    """Facts as they are read, one result after the other."""

    timezone: str
    """The region's."""
    products: list[ProductFact] = field(default_factory=list)
    orders: dict[str, OrderFact] = field(default_factory=dict)
    """By id; what a tool read goes before the stitched context."""
    refunds: list[RefundFact] = field(default_factory=list)
    promotions: list[PromotionFact] = field(default_factory=list)
    promised: dict[str, list[Money]] = field(default_factory=dict)
    """Prices that the customer was promised, by SKU, product id or title."""
    amounts: dict[str, Decimal] = field(default_factory=dict)
    """Amounts that are neither a price, a total nor a refund."""
    currency: str | None = None

    def amount(self, view: AmountView) -> Decimal:
        """An amount's value; remembers the currency that everything is in."""
        return self.amount_of(view.money)

    def last_day(self, until: datetime) -> date:
        """The last day in the region before that instant."""
        return last_day(until, self.timezone)

    def promised_for(self, price: AmountView, *subjects: str) -> tuple[Decimal, ...]:
        """For what any of these was promised, in the price's currency."""
        promised = [money for subject in subjects for money in self.promised.get(subject, ())]
        return tuple(money.decimal for money in promised if money.currency == price.money.currency)

    def amount_of(self, money: Money) -> Decimal:
        """The same of money itself."""
        self.currency = money.currency
        return money.decimal

    def add_promise(self, promise: Promise, stock: Iterable[StockView]) -> None:
        """What was promised and still holds may be said again; nobody else's promise is in the context.

        A promised price is one of the product's or the variant's, whatever it costs now. A product that was only
        searched for has no SKU; its title is the one that `stock` has the SKU under.
        """
        if promise.amount is not None:
            amount = self.amount_of(promise.amount)
            self.amounts[f"promised for {promise.subject}: {amount}"] = amount
            titles = {each.product for each in stock if each.sku == promise.subject} - {""}
            for subject in (promise.subject, *titles):
                self.promised.setdefault(subject, []).append(promise.amount)
        ends_on = self.last_day(promise.until)
        percents = [Decimal(percent) for percent in _PERCENT.findall(promise.text)]
        self.promotions += [PromotionFact(percent=percent, ends_on=ends_on) for percent in percents]
        self.promotions += [PromotionFact(code=code) for code in _CODE.findall(promise.text)]

"""Amounts in the facts, by what they are of."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cached_property

from shopgraph.domain import exponent
from shopgraph.guards.checks.known import Known, known, per_facts, plain_id, variants_meant
from shopgraph.guards.facts import Facts, ProductFact

_NONE: frozenset[Decimal] = frozenset()


class Book:
    """What may be said of money."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.known: Known = known(facts)
        self.cuts: set[Decimal] = {p.percent for p in self.known.running if p.percent is not None}
        if self.known.most_percent:
            self.cuts.add(self.known.most_percent)
        self.lines: dict[str, set[Decimal]] = {}
        """Name or SKU to what was paid for it in an order."""
        self.orders: dict[str, frozenset[Decimal]] = {}
        self.loose = frozenset(abs(amount) for amount in facts.amounts.values())
        """What the request worked out."""
        self.refunds = frozenset(refund.amount for refund in facts.refunds if refund.amount is not None)
        self._add_orders()
        delivery = facts.delivery
        shipping = [delivery.price, delivery.free_from] if delivery else []
        self.delivery = frozenset(amount for amount in shipping if amount is not None)
        self.other = frozenset[Decimal]().union(
            self.loose, self.refunds, self.delivery, *self.orders.values(), {Decimal(0)}
        )
        """Of no product: delivery, totals, refunds."""

    @property
    def currency(self) -> str | None:
        """What all amounts in the facts are in."""
        return self.facts.currency

    def _add_orders(self) -> None:
        for order in self.facts.orders:
            said = {order.total} if order.total is not None else set[Decimal]()
            for line in order.lines:
                if line.price is None:
                    continue
                paid = {line.price, line.price * line.quantity}
                said |= paid
                for key in {line.name.lower(), line.sku.lower()} - {""}:
                    self.lines.setdefault(key, set()).update(paid)
            plain = plain_id(order.id)
            self.orders[plain] = self.orders[f"#{plain}"] = frozenset(said)

    def has_price(self, key: str) -> bool:
        """Whether what is named so, in lower case, has a price."""
        return key in self.known.products or key in self.known.short_names or key in self.lines

    def names_promotion(self, low: str) -> bool:
        """Whether a text in lower case names a promotion that runs."""
        return any(promotion.name and promotion.name.lower() in low for promotion in self.known.running)

    def names_cut(self, low: str) -> bool:
        """Whether a text in lower case names a promotion or a code that is good now."""
        return self.names_promotion(low) or any(code.lower() in low for code in self.known.codes)

    def variants(self, key: str, sentence: str) -> Sequence[ProductFact]:
        """The variants of that name or SKU that the sentence, in lower case, singles out."""
        return variants_meant(sentence, self.known.variants(key))

    def current(self, variants: Sequence[ProductFact]) -> frozenset[Decimal]:
        """Prices of right now."""
        return frozenset([v.price for v in variants if v.price is not None])

    def promised(self, variants: Sequence[ProductFact]) -> frozenset[Decimal]:
        """Prices that the customer was promised: they may be said, and are not what a wrong price is corrected to."""
        return frozenset().union(*[variant.promised for variant in variants])

    def former(self, variants: Sequence[ProductFact], *, lowest: bool | None = None) -> frozenset[Decimal]:
        """Prices before a reduction; with `lowest` only the lowest of the last 30 days, or only the others."""
        if lowest is not None:
            own = [variant.lowest_30_days if lowest else variant.compare_at for variant in variants]
            if any(own):
                return frozenset([price for price in own if price is not None])
        prices = [price for variant in variants for price in (variant.compare_at, variant.lowest_30_days)]
        return frozenset([price for price in prices if price is not None])

    def reduced(self, variants: Sequence[ProductFact], low: str = "") -> frozenset[Decimal]:
        """Prices after a promotion that runs or that a text in lower case names, or after what may be given."""
        coming = {p.percent for p in self.facts.promotions if p.percent and p.name and p.name.lower() in low}
        exact = [price * (100 - cut) / 100 for price in self.current(variants) for cut in self.cuts | coming]
        return frozenset([rounded for price in exact for rounded in self.known.both_rounded(price)])

    def savings(self, variants: Sequence[ProductFact]) -> frozenset[Decimal]:
        """What a reduction, a promotion or what may be given takes off."""
        found = {v.compare_at - v.price for v in variants if v.price is not None and v.compare_at is not None}
        return frozenset(
            found | {self.known.rounded(p * cut / 100) for p in self.current(variants) for cut in self.cuts}
        )

    @cached_property
    def everything(self) -> frozenset[Decimal]:
        """Every amount that any product, order, refund or delivery has."""
        every = self.facts.products
        paid = frozenset[Decimal]().union(*self.lines.values())
        return frozenset().union(
            self.current(every), self.former(every), self.reduced(every), self.savings(every), paid, self.other
        )

    def taxed(self, bases: set[Decimal]) -> frozenset[Decimal]:
        """Bases with the tax, and the tax in or on them."""
        tax = self.facts.tax_percent
        if tax is None:
            return _NONE
        bases = bases | {order.total for order in self.facts.orders if order.total is not None}
        exact = {
            part for base in bases for part in (base * (100 + tax) / 100, base * tax / 100, base * tax / (100 + tax))
        }
        step = Decimal(1).scaleb(-exponent(self.currency or "USD"))
        return frozenset(part.quantize(step, way) for part in exact for way in (ROUND_HALF_EVEN, ROUND_HALF_UP))


book = per_facts(Book)
"""The facts' `Book`."""

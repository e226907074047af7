"""What goods cost together: price cuts and tax, each shared out over the lines without losing a minor unit.

Plain functions over plain values; nothing here looks anything up or changes anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shopgraph.domain import Money, Promotion
from shopgraph.guards.calendars import TaxRules


@dataclass(frozen=True, kw_only=True)
class Goods:
    """Units of one variant, as promotions and tax see them."""

    sku: str
    category: str
    value: Money
    """Price times quantity, as it is shown."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A promotion that may be had, with what is left of its budget."""

    promotion: Promotion
    code: str | None
    """What was typed to get it; None: it needs no code."""
    left: Money | None
    """None: it has no budget in this currency."""


@dataclass(frozen=True, kw_only=True)
class Cut:
    """What a promotion takes off each of the goods."""

    candidate: Candidate
    shares: tuple[Money, ...]

    @property
    def amount(self) -> Money:
        """What it takes off in all."""
        return Money.sum(self.shares, self.shares[0].currency)


def best_cuts(goods: Sequence[Goods], candidates: Sequence[Candidate], *, stacking: bool) -> tuple[Cut, ...]:
    """Those promotions that take the most off: one alone, or all together that may be combined.

    Combined ones follow one another by id, each on what the ones before it left. Of equal ones the first is taken.
    """
    combined = [each for each in candidates if stacking and each.promotion.stackable]
    choices = [_cuts(goods, [each]) for each in candidates] + ([_cuts(goods, combined)] if len(combined) > 1 else [])
    return max(choices, key=lambda cuts: sum(cut.amount.amount for cut in cuts), default=())


def taxes(goods: Sequence[Goods], net: Sequence[Money], rules: TaxRules) -> tuple[Money, ...]:
    """The tax on (or in) each of the goods after price cuts; what one rate brings is reckoned once and shared out."""
    found = [Money.zero(value.currency) for value in net]
    for rate in {rules.rate(each.category) for each in goods}:
        places = [place for place, each in enumerate(goods) if rules.rate(each.category) == rate]
        whole = Money.sum((net[place] for place in places), net[0].currency)
        tax = whole - rules.net(whole, goods[places[0]].category) if rules.inclusive else whole.percent(rate)
        for place, share in zip(places, shared(tax, [net[place] for place in places]), strict=True):
            found[place] = share
    return tuple(found)


def shared(whole: Money, values: Sequence[Money]) -> tuple[Money, ...]:
    """An amount in proportion to these values, by the largest remainder; nothing where all of them are nothing."""
    weights = [value.amount for value in values]
    return whole.split(weights) if any(weights) else tuple(Money.zero(whole.currency) for _ in weights)


def _cuts(goods: Sequence[Goods], candidates: Sequence[Candidate]) -> tuple[Cut, ...]:
    left, cuts = [each.value for each in goods], list[Cut]()
    for candidate in sorted(candidates, key=lambda each: each.promotion.id):
        cut = _cut(goods, left, candidate)
        if cut is not None:
            left = [value - share for value, share in zip(left, cut.shares, strict=True)]
            cuts.append(cut)
    return tuple(cuts)


def _cut(goods: Sequence[Goods], left: Sequence[Money], candidate: Candidate) -> Cut | None:
    """What it takes off what is left of the goods that it is for; None where that is nothing."""
    nothing = Money.zero(left[0].currency)
    meant = [value if _is_for(candidate.promotion, each) else nothing for each, value in zip(goods, left, strict=True)]
    amount = candidate.promotion.off(Money.sum(meant, nothing.currency))
    if candidate.left is not None:
        amount = min(amount, candidate.left)
    return Cut(candidate=candidate, shares=shared(amount, meant)) if amount.amount > 0 else None


def _is_for(promotion: Promotion, goods: Goods) -> bool:
    if promotion.sku is not None:
        return promotion.sku == goods.sku
    return not promotion.categories or goods.category in promotion.categories

"""What the description writer is asked, knows, and answers."""

from __future__ import annotations

from typing import TypedDict

from shopgraph.domain import Campaign, Instant, Offer, Product, ProductVariant, Promotion, Rating, Value
from shopgraph.guards.decisions import Verdict


class VariantFacts(Value):
    """A variant as it is sold in the region now."""

    variant: ProductVariant
    offer: Offer
    units: int | None
    """Units that can be had; None where none are counted."""

    @property
    def there(self) -> bool:
        """Whether it can be had at once."""
        return self.offer.availability == "in_stock" and (self.units is None or self.units > 0)


class Material(Value):
    """Everything that a description may be written from, read at one moment."""

    product: Product
    region_id: str
    region: str
    locale: str
    timezone: str
    segment: str
    at: Instant
    variants: tuple[VariantFacts, ...]
    """Those that are sold in the region."""
    rating: Rating = Rating()
    campaigns: tuple[Campaign, ...] = ()
    """Those that run there for this segment."""
    promotions: tuple[Promotion, ...] = ()
    """Those that the segment gets for this product without typing a code."""
    running: tuple[Campaign | Promotion, ...] = ()
    """All that run there, for whomever: another one would read otherwise."""
    without_code: tuple[Promotion, ...] = ()
    """Those of them that need no code."""
    trend_orders: int = 0
    """Orders of late, where it is a trend; else 0."""
    partner: Product | None = None
    """What it is bought with most."""
    partner_orders: int = 0


class Draft(Value):
    """One text, before and after the guards."""

    style: str
    """Which of several ways to write it: the arm of the bandit."""
    text: str
    verdicts: tuple[Verdict, ...] = ()
    """What the guards corrected."""
    by: str = "template"
    """`template`, or `model`."""


class Described(Value):
    """What the brand says about a product in a region, to everybody or to a segment, from now on."""

    product_id: str
    region_id: str
    segment: str
    text: str
    """Empty: the product is not sold there, or no draft passed the guards."""
    style: str = ""
    by: str = ""
    refreshed: bool = True
    """False: what was said before still holds and stands."""
    verdicts: tuple[Verdict, ...] = ()


class DescribeInput(TypedDict, total=False):
    """What a caller hands in."""

    product_id: str
    region_id: str
    segment: str
    fresh: bool
    """Write anew, even where what was said still holds."""


class DescribeState(DescribeInput, total=False):
    """The graph's state."""

    material: Material | None
    drafts: list[Draft]
    answer: Described

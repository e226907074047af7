"""Promotions and campaigns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from shopgraph.domain import Instant, Value
from shopgraph.tools.views.amounts import AmountView


class PromotionView(Value):
    """A price cut that runs now in the asker's region and is meant for them."""

    name: str
    percent: Decimal
    categories: tuple[str, ...]
    """Empty: all of them."""
    cap: AmountView | None = None
    """At most this much off one order."""
    ends_at: Instant
    last_day: date
    """The last day, by the region's own clocks, on which it runs."""
    needs_code: bool = False
    """Whether only those get it who type a code of it; which code is never told."""


class CampaignView(Value):
    """What marketing tells people now."""

    name: str
    headline: str
    ends_at: Instant


class PromotionList(Value):
    """Price cuts that run now."""

    promotions: tuple[PromotionView, ...]


class CampaignList(Value):
    """What marketing tells people now."""

    campaigns: tuple[CampaignView, ...]

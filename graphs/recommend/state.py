"""What the recommender's graph is asked, what it finds on the way, and what it answers."""

from __future__ import annotations

from typing import TypedDict

from shopgraph.domain import Value
from shopgraph.guards.decisions import Decision
from shopgraph.tools.views import RecommendationKind, RecommendationView


class Recommended(Value):
    """What to put before a shopper now, best first."""

    items: tuple[RecommendationView, ...] = ()
    ranked_by: str = "counts"
    """`model` where a learned model ordered them, else `counts`."""
    left_out: tuple[str, ...] = ()
    """Products that were shown before and give way, by id."""
    decisions: tuple[Decision, ...] = ()
    """What policy said; where it refuses, there are no items."""


class RecommendInput(TypedDict, total=False):
    """What a caller hands in."""

    region_id: str
    sku: str
    """What it should go with; empty: the cart and the customer's orders."""
    kind: RecommendationKind | None
    limit: int
    language: str
    """Of the reasons; empty: the region's."""
    conversation_id: str
    request_id: str
    """The request that this is part of; empty: one of its own."""


class RecommendState(RecommendInput, total=False):
    """The graph's state."""

    found: list[RecommendationView]
    """All that may be offered, by counts."""
    decisions: list[Decision]
    shown: dict[str, float]
    """Products shown before, by id: hours ago."""
    ranked: list[RecommendationView]
    ranked_by: str
    answer: Recommended

"""What the reason of a recommendation depends on, once it was told."""

from __future__ import annotations

from typing import assert_never

from shopgraph.graphs.memory.dependencies import Dependency, on_again, on_earlier, on_sold, on_together, on_trend
from shopgraph.tools.views import RecommendationKind, RecommendationView


def on_reason(item: RecommendationView, *, region_id: str, customer_id: str) -> tuple[Dependency, ...]:
    """The counts that its reason names, as they were counted. Likeness counts nothing."""
    match item.kind:
        case RecommendationKind.TOGETHER | RecommendationKind.CART:
            return (on_together(item.about, item.product_id, item.orders),)
        case RecommendationKind.AGAIN:
            return (on_again(customer_id, item.product_id, item.orders),)
        case RecommendationKind.TRENDING:
            return (
                on_trend(item.product_id, region_id, item.orders),
                on_earlier(item.product_id, region_id, item.orders_before),
            )
        case RecommendationKind.POPULAR:
            return (on_sold(item.product_id, region_id, item.orders),)
        case RecommendationKind.SIMILAR:
            return ()
        case _:
            assert_never(item.kind)

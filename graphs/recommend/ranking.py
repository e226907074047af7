"""Orders recommendations by what was learned from baskets."""

from __future__ import annotations

from collections.abc import Sequence

from shopgraph.domain import Principal
from shopgraph.graphs.context import ShopServices
from shopgraph.graphs.recommend.history import baskets_of
from shopgraph.models.recommend.model import RecommenderModel, Scored
from shopgraph.tools.views import RecommendationView


async def by_model(
    model: RecommenderModel,
    found: Sequence[RecommendationView],
    shop: ShopServices,
    who: Principal,
    sku: str,
) -> list[RecommendationView] | None:
    """The same recommendations, best first by the model; None where it knows none of them.

    It goes by what was named, else by the cart; without a cart by the customer's orders, else by what sells. What it
    scores alike stays as counted, and what it says nothing of keeps its place.
    """
    among = {item.product_id for item in found}
    basket = await _basket(shop, who, sku)
    scored: list[Scored] = []
    if basket:
        scored = model.complete(basket, limit=len(among), among=among)
    elif not sku:
        orders = await shop.connectors.orders.orders_of(who.customer_id) if who.customer_id else ()
        day = shop.clock.now().date().toordinal()
        scored = model.next_basket(baskets_of(orders), day=day, limit=len(among), among=among)
    if not scored:
        return None
    scores = {each.item: each.score for each in scored}
    known = [item for item in found if item.product_id in scores]
    best = iter(sorted(known, key=lambda item: -scores[item.product_id]))
    return [next(best) if item.product_id in scores else item for item in found]


async def _basket(shop: ShopServices, who: Principal, sku: str) -> list[str]:
    """Product ids of what was named, or of what is in the cart, in the order of adding."""
    skus = [sku] if sku else []
    if not sku and who.customer_id:
        cart = await shop.connectors.sessions.cart(who.customer_id)
        skus = [line.sku for line in cart.lines] if cart else []
    variants = [await shop.connectors.catalog.variant(each) for each in skus]
    return [variant.product_id for variant in variants if variant is not None]

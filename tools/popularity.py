"""How a product sells in a region right now: whether it is a trend, and what it is bought together with."""

from __future__ import annotations

from shopgraph.domain import OrderStatus, Product
from shopgraph.models.speech.speaker import Speaker
from shopgraph.tools.lookups import region_of
from shopgraph.tools.recommending import ORDERS_LOOKED_AT
from shopgraph.tools.selling import sold_lately, trend_text
from shopgraph.tools.spec import ToolContext
from shopgraph.tools.views import PartnerView, PopularityView

_PARTNERS = 5


async def popularity_of(context: ToolContext, product: Product) -> PopularityView:
    """Count it in the orders as they are."""
    connectors, region = context.services.connectors, context.region_id
    sold = await sold_lately(connectors.orders, region, context.services.clock.now())
    recent, before = sold.recent.get(product.id, 0), sold.earlier.get(product.id, 0)
    name = (await region_of(context, region)).name
    counts = await connectors.orders.bought_with(product.id, limit=_PARTNERS)
    owned = await _owned(context)
    titles = {each.id: each.title for each in await connectors.catalog.products([each for each, _ in counts])}
    partners = [
        PartnerView(product_id=each, title=titles[each], orders=count, owned=each in owned)
        for each, count in counts
        if each in titles
    ]
    return PopularityView(
        trend=trend_text(recent, before, name, Speaker("en")) if sold.trends(product.id) else "",
        recent_orders=recent,
        earlier_orders=before,
        region=name,
        partners=tuple(sorted(partners, key=lambda each: not each.owned)),
    )


async def _owned(context: ToolContext) -> set[str]:
    customer_id = context.principal.customer_id
    if customer_id is None:
        return set()
    orders = await context.services.connectors.orders.orders_of(customer_id, limit=ORDERS_LOOKED_AT)
    return {line.product_id for order in orders if order.status is not OrderStatus.CANCELED for line in order.lines}

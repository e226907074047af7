"""What to recommend: what others bought together, in stock here and now, with the count behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shopgraph.domain import Order, OrderStatus
from shopgraph.errors import NotFound
from shopgraph.tools.lookups import region_of, stock_of, variants_of
from shopgraph.tools.spec import ToolContext
from shopgraph.tools.views import AmountView, RecommendationView

_ORDERS_LOOKED_AT = 5
_POPULAR_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    sku: str
    orders: int
    reason: str


async def recommend(context: ToolContext, sku: str | None, limit: int) -> tuple[RecommendationView, ...]:
    """The best `limit` products that are in stock in the asker's region, one variant of each.

    They go with `sku` when it is given, else with the customer's last orders, else they are what sells best.

    Raises:
        NotFound: there is no such SKU.
    """
    if sku and await context.services.connectors.catalog.variant(sku) is None:
        raise NotFound(f"There is no product {sku}.", remedy="Search for it by words.", sku=sku)
    orders = await _own_orders(context)
    bought = tuple(dict.fromkeys(line.sku for order in orders for line in order.lines))
    anchors = (sku,) if sku else bought
    candidates = await _bought_together(context, anchors, bought, limit)
    owned = set(anchors) | set(bought)
    found = await _in_stock(context, candidates, await _products(context, owned), limit)
    if len(found) < limit and not sku:
        seen = {view.product_id for view in found} | await _products(context, owned)
        found += await _in_stock(context, await _best_sellers(context, limit), seen, limit - len(found))
    return found


async def _own_orders(context: ToolContext) -> tuple[Order, ...]:
    customer_id = context.principal.customer_id
    if customer_id is None:
        return ()
    orders = await context.services.connectors.orders.orders_of(customer_id, limit=_ORDERS_LOOKED_AT)
    return tuple(order for order in orders if order.status is not OrderStatus.CANCELED)


async def _bought_together(
    context: ToolContext, anchors: tuple[str, ...], bought: tuple[str, ...], limit: int
) -> tuple[_Candidate, ...]:
    connectors = context.services.connectors
    found: dict[str, _Candidate] = {}
    mine = await _products(context, set(bought))
    for anchor in anchors:
        variant = await connectors.catalog.variant(anchor)
        product = await connectors.catalog.product(variant.product_id) if variant else None
        if product is None:
            continue
        whose = "your " if product.id in mine else ""
        for sku, count in await connectors.orders.bought_together(anchor, limit=limit * 4):
            if sku not in found or found[sku].orders < count:
                reason = f"bought together with {whose}{product.title} in {_orders(count)}"
                found[sku] = _Candidate(sku=sku, orders=count, reason=reason)
    return tuple(sorted(found.values(), key=lambda candidate: (-candidate.orders, candidate.sku)))


async def _best_sellers(context: ToolContext, limit: int) -> tuple[_Candidate, ...]:
    orders = context.services.connectors.orders
    since = context.services.clock.now() - timedelta(days=_POPULAR_DAYS)
    recent = await orders.best_sellers(context.region_id, since=since, limit=limit * 4)
    when = f" in the last {_POPULAR_DAYS} days"
    if not recent:
        recent, when = await orders.best_sellers(context.region_id, limit=limit * 4), ""
    return tuple(_Candidate(sku=sku, orders=n, reason=f"bought in {_orders(n)} here{when}") for sku, n in recent)


async def _in_stock(
    context: ToolContext, candidates: tuple[_Candidate, ...], seen_products: set[str], limit: int
) -> tuple[RecommendationView, ...]:
    catalog = context.services.connectors.catalog
    locale = (await region_of(context, context.region_id)).locale
    variants = await variants_of(context, [candidate.sku for candidate in candidates])
    stock = await stock_of(context, variants.values(), context.region_id)
    seen, found = set(seen_products), list[RecommendationView]()
    for candidate in candidates:
        entry = stock.get(candidate.sku)
        if len(found) == limit or entry is None or entry.offer is None or not entry.covers(1):
            continue
        product = await catalog.product(entry.variant.product_id)
        if product is None or product.id in seen:
            continue
        seen.add(product.id)
        found.append(
            RecommendationView(
                product_id=product.id,
                sku=candidate.sku,
                title=product.title,
                price=AmountView.of(entry.offer.price, locale),
                available_quantity=entry.units,
                orders=candidate.orders,
                reason=candidate.reason,
            )
        )
    return tuple(found)


async def _products(context: ToolContext, skus: set[str]) -> set[str]:
    return {variant.product_id for variant in (await variants_of(context, sorted(skus))).values()}


def _orders(count: int) -> str:
    return "1 order" if count == 1 else f"{count} orders"

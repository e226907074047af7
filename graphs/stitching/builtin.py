"""The sources that every shop has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from shopgraph.connectors.units import Standing, standings_of
from shopgraph.domain import Product, ProductVariant
from shopgraph.graphs.memory import Aspect, Because, Promise, Recalled
from shopgraph.graphs.memory.dependencies import stock_band
from shopgraph.graphs.stitching.parts import (
    CatalogPart,
    CustomerPart,
    InventoryPart,
    MarketingPart,
    MemoryPart,
    OrdersPart,
    Passage,
    PlaceView,
    PolicyPart,
    PolicyView,
    SessionPart,
    StockView,
)
from shopgraph.graphs.stitching.passages import BETWEEN
from shopgraph.graphs.stitching.shared import PublicQuery
from shopgraph.graphs.stitching.source import ContextSource, Query, context_source

SESSION_WINDOW = timedelta(minutes=10)
"""How far back "right now" reaches for viewed and searched."""
MOST_ORDERS = 10
MOST_REVIEWS = 12
"""Of each product that are looked through for what the message asks."""
MOST_DISCOUNTS = 10
MOST_PLACES = 10
"""Of a variant that are named; a chain has hundreds, and no answer names so many."""
HEDGE_MS = 200
"""An embedded read takes about one millisecond; a system that has not answered by then is asked once more."""


@context_source("customer", needs_customer=True, hedge_ms=HEDGE_MS)
async def customer(query: Query) -> CustomerPart | None:
    """Profile, segments, lifetime value, and the price cuts of before."""
    who = query.request.customer_id
    found = query.customer
    if found is None or found.id != who:
        found = await query.connectors.crm.customer(who)
    if found is None or found.id != who:
        return None
    discounts = await query.connectors.marketing.discounts_of(who)
    return CustomerPart(customer=found, discounts=discounts[:MOST_DISCOUNTS])


@context_source("orders", needs_customer=True, hedge_ms=HEDGE_MS)
async def orders(query: Query) -> OrdersPart | None:
    """The latest orders."""
    who = query.request.customer_id
    found = await query.connectors.orders.orders_of(who, limit=MOST_ORDERS)
    own = tuple([order for order in found if order.customer_id == who])
    return OrdersPart(orders=own) if own else None


@context_source("session", needs_customer=True, hedge_ms=HEDGE_MS)
async def session(query: Query) -> SessionPart | None:
    """What was viewed, searched and put into the cart just now."""
    who = query.request.customer_id
    events = await query.connectors.sessions.recent(who, since=query.at - SESSION_WINDOW)
    own = tuple([event for event in events if event.customer_id == who])
    cart = await query.connectors.sessions.cart(who)
    if cart is not None and cart.customer_id != who:
        cart = None
    return SessionPart(session=own, cart=cart) if own or cart else None


@context_source("inventory", hedge_ms=HEDGE_MS)
async def inventory(query: Query) -> InventoryPart | None:
    """Live stock of the products in question, by store. Never cached."""
    variants = [(each.product, variant) for each in await query.products() for variant in each.variants]
    if not variants:
        return None
    skus = tuple([variant.sku for _, variant in variants])
    found = await standings_of(query.connectors.inventory, skus, query.region_id, MOST_PLACES)
    stock = [_stock(product, variant, found[variant.sku]) for product, variant in variants if variant.sku in found]
    return InventoryPart(stock=tuple(stock)) if stock else None


def _stock(product: Product, variant: ProductVariant, standing: Standing) -> StockView:
    return StockView(
        sku=variant.sku,
        available=standing.available,
        product=product.title,
        options=variant.options,
        band=stock_band(standing.available),
        incoming=standing.incoming,
        restock_on=standing.restock_on,
        places=tuple(
            [PlaceView(name=place.name, kind=str(place.kind), available=units) for place, units in standing.places]
        ),
        more_places=standing.more_places,
    )


@context_source(
    "marketing",
    hedge_ms=HEDGE_MS,
    cache_ms=500,
    changes_with=frozenset({Aspect.CAMPAIGN, Aspect.RUNNING}),
)
async def marketing(query: PublicQuery) -> MarketingPart | None:
    """What runs in the region; `stitch` keeps what is meant for this customer."""
    system, region_id, at = query.connectors.marketing, query.region_id, query.at
    promotions = await system.promotions(region_id=region_id, at=at)
    free = {each.id for each in await system.without_code(region_id=region_id, at=at)} if promotions else set[str]()
    campaigns = await system.campaigns(region_id=region_id, at=at)
    if not (promotions or campaigns):
        return None
    coded = tuple([each.id for each in promotions if each.id not in free])
    return MarketingPart(promotions=promotions, coded=coded, campaigns=campaigns)


@context_source("catalog", hedge_ms=HEDGE_MS)
async def catalog(query: Query) -> CatalogPart | None:
    """Description, attributes, options and the latest reviews of the products in question. Reviews are shoppers' texts.

    Data preparation chooses what speaks to the message: what an instruction is hidden in must be whole until then.
    """
    passages: list[Passage] = []
    for product, variants in [(each.product, each.variants) for each in await query.products()]:
        about = Passage(product_id=product.id, product=product.title, kind="description", text=product.description)
        if product.description:
            passages.append(about)
        if attributes := {**_options(variants), **product.attributes}:
            listed = BETWEEN.join(f"{name}: {value}" for name, value in attributes.items())
            passages.append(about.model_copy(update={"kind": "attributes", "text": listed}))
        for review in await query.connectors.catalog.reviews(product.id, limit=MOST_REVIEWS):
            text = f"{review.title}. {review.body}".lstrip(". ")
            of_review = {"rating": review.rating, "review_id": review.id, "written_at": review.created_at}
            passages.append(about.model_copy(update={"kind": "review", "text": text, **of_review}))
    return CatalogPart(passages=tuple(passages)) if passages else None


def _options(variants: Iterable[ProductVariant]) -> dict[str, str]:
    """What there is to choose, by its name, as the variants list it; what of it is in stock is another source's."""
    found: dict[str, dict[str, None]] = {}
    for variant in variants:
        for name, value in variant.options.items():
            found.setdefault(name, {})[value] = None
    return {name: ", ".join(values) for name, values in found.items()}


@context_source("memory", hedge_ms=HEDGE_MS)
async def memory(query: Query) -> MemoryPart | None:
    """What was shown and promised, as far as it holds now, and what the brand says about the products in question."""
    if query.memory is None or not (query.request.customer_id or query.with_products):
        return None
    brand, part = query.memory(), MemoryPart()
    if query.request.customer_id:
        recall = await brand.of(query.request.customer_id).recall()
        part = MemoryPart(shown=recall.shown.fresh, promises=recall.promises.fresh, owed=_owed(recall.promises))
    said: Iterable[str] = ()
    if query.with_products:
        said = [each.product.id for each in await query.products()]
    # `stitch` keeps those to the customer's segments, which another source knows.
    statements = (await brand.said(tuple(said), region_id=query.region_id, segments=None)).fresh
    part = part.model_copy(update={"statements": statements})
    return part if part.shown or part.promises or part.owed or part.statements else None


def _owed(promises: Recalled[Promise]) -> tuple[Promise, ...]:
    """Promises that no longer stand as they were made, and yet bind: neither over nor had."""
    done = (Because.EXPIRED, Because.USED)
    return tuple([each.fact for each in promises.outdated if each.because not in done])


@context_source("policy")
async def policy(query: Query) -> PolicyPart:
    """The region's taxes, delivery and return window today. It is in memory: no system is asked."""
    terms = query.policy.calendar(query.region_id, query.at)
    return PolicyPart(
        policy=PolicyView(
            today=query.request.today,
            tax=terms.tax,
            shipping=terms.shipping,
            return_window_days=None if "return-window" in query.policy.off else terms.returns.window_days,
        )
    )


DEFAULT_SOURCES: Mapping[str, ContextSource] = {
    source.name: source for source in (customer, orders, session, inventory, marketing, catalog, memory, policy)
}
"""By name, in the order in which they are reported."""

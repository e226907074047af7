"""What to recommend: bought together, trending, bought again, alike; in stock here and now, each with its count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import assert_never

from shopgraph.connectors.ports.sales import OrdersPort
from shopgraph.domain import Offer, Order, OrderStatus, Product, ProductVariant
from shopgraph.errors import NotFound
from shopgraph.models.speech.language import language_of
from shopgraph.models.speech.speaker import Speaker
from shopgraph.tools.lookups import region_of, stock_of, variants_of
from shopgraph.tools.selling import TREND_DAYS, Sold, sold_lately, trend_text
from shopgraph.tools.spec import ToolContext
from shopgraph.tools.views import AmountView, RecommendationKind, RecommendationView

ORDERS_LOOKED_AT = 10
"""Of the customer's own, the latest."""
POPULAR_DAYS = 2 * TREND_DAYS
"""Four weeks: both halves of a trend, each of which is counted once."""
_ANCHORS = 8
_LOOKED_AT = 40
"""So many of each kind at least are weighed: some are in hand already, some sold out."""
_ALIKE = 12
_VARIANTS = 2_000
_ORDER = tuple(RecommendationKind)
"""Of two reasons for one product the earlier one is given."""
_BESIDE = (RecommendationKind.TOGETHER, RecommendationKind.SIMILAR)
"""Looked for where a product is named."""
_FOR_THEM = (
    RecommendationKind.TOGETHER,
    RecommendationKind.CART,
    RecommendationKind.AGAIN,
    RecommendationKind.TRENDING,
    RecommendationKind.POPULAR,
)
"""Looked for where none is."""
_BY_SALES = frozenset({RecommendationKind.TRENDING, RecommendationKind.POPULAR})


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A product that may be recommended, and why."""

    product_id: str
    kind: RecommendationKind
    count: int
    """Orders behind it; for likeness, shared attributes."""
    reason: Callable[[], str]
    """Says it: most candidates are not among the best, and their reason is never said."""
    about: str = ""
    before: int = 0
    """Of a trend: orders of the days before."""

    @property
    def rank(self) -> tuple[int, int, str]:
        """Ascending: by what stands behind it, then by how much."""
        return (_ORDER.index(self.kind), -self.count, self.product_id)


@dataclass(frozen=True, kw_only=True)
class _Basis:
    """What recommendations start from."""

    named: Product | None
    cart: tuple[Product, ...]
    bought: tuple[Product, ...]
    times: dict[str, int]
    """By product: in how many of the customer's latest orders."""
    sold: Sold | None
    """None: no kind that is looked for goes by it."""


async def recommend(
    context: ToolContext,
    sku: str | None,
    limit: int,
    kind: RecommendationKind | None = None,
    language: str | None = None,
) -> tuple[RecommendationView, ...]:
    """The best `limit` products that may be sold to the asker in the region now, one variant of each.

    They go with `sku` when it is given, else with the cart and the customer's last orders, else they are what sells
    here. With `kind`, only those of that kind. Reasons are in `language`, else in the region's, else in English.

    Raises:
        NotFound: there is no such SKU.
    """
    locale = (await region_of(context, context.region_id)).locale
    speaker = Speaker(language_of("", language or locale), locale)
    kinds = (kind,) if kind else _BESIDE if sku else _FOR_THEM
    basis = await _basis(context, sku, kinds)
    found: dict[str, Candidate] = {}
    for each in kinds:
        for candidate in await _candidates(context, basis, each, max(limit * 4, _LOOKED_AT), speaker):
            known = found.get(candidate.product_id)
            if known is None or candidate.rank < known.rank:
                found[candidate.product_id] = candidate
    ranked = sorted(found.values(), key=lambda candidate: candidate.rank)
    held = _not_again(basis)
    allowed = [each for each in ranked if each.kind in held.get(each.product_id, frozenset(RecommendationKind))]
    return await _offered(context, allowed, limit, locale)


async def _basis(context: ToolContext, sku: str | None, kinds: Collection[RecommendationKind]) -> _Basis:
    connectors, now = context.services.connectors, context.services.clock.now()
    named = await _named(context, sku) if sku else None
    customer_id = context.principal.customer_id
    orders = await own_orders(connectors.orders, customer_id) if customer_id else ()
    cart = await connectors.sessions.cart(customer_id) if customer_id and named is None else None
    in_cart = await variants_of(context, [line.sku for line in cart.lines] if cart else [])
    times = times_in(orders)
    return _Basis(
        named=named,
        cart=await connectors.catalog.products([variant.product_id for variant in in_cart.values()][:_ANCHORS]),
        bought=await connectors.catalog.products(list(times)[:_ANCHORS]),
        times=times,
        sold=await sold_lately(connectors.orders, context.region_id, now) if _BY_SALES.intersection(kinds) else None,
    )


async def _named(context: ToolContext, sku: str) -> Product:
    catalog = context.services.connectors.catalog
    variant = await catalog.variant(sku)
    product = await catalog.product(variant.product_id) if variant else None
    if product is None:
        raise NotFound(f"There is no product {sku}.", remedy="Search for it by words.", sku=sku)
    return product


async def own_orders(orders: OrdersPort, customer_id: str) -> tuple[Order, ...]:
    """The customer's latest, without those that were canceled."""
    latest = await orders.orders_of(customer_id, limit=ORDERS_LOOKED_AT)
    return tuple(order for order in latest if order.status is not OrderStatus.CANCELED)


def times_in(orders: Iterable[Order]) -> dict[str, int]:
    """In how many of these orders each product is, in the order of its first."""
    return dict(Counter(chain.from_iterable(dict.fromkeys(line.product_id for line in each.lines) for each in orders)))


def _not_again(basis: _Basis) -> dict[str, frozenset[RecommendationKind]]:
    """Products that the customer has in hand, by id, and the kinds for which that is no hindrance."""
    held = {product.id for product in (basis.named, *basis.cart) if product is not None}
    return {**{each: frozenset({RecommendationKind.AGAIN}) for each in basis.times}, **dict.fromkeys(held, frozenset())}


async def _candidates(
    context: ToolContext, basis: _Basis, kind: RecommendationKind, limit: int, speaker: Speaker
) -> Iterable[Candidate]:
    match kind:
        case RecommendationKind.TOGETHER:
            anchors = (basis.named,) if basis.named else basis.bought
            return [one for each in anchors for one in await _together(context, each, basis, limit, speaker)]
        case RecommendationKind.CART:
            return [
                one
                for each in basis.cart
                for one in await _together(context, each, basis, limit, speaker, in_cart=True)
            ]
        case RecommendationKind.AGAIN:
            return _again(basis, speaker)
        case RecommendationKind.TRENDING:
            return await _trending(context, basis.sold, limit, speaker) if basis.sold else ()
        case RecommendationKind.SIMILAR:
            return await _similar(context, basis.named, speaker) if basis.named else ()
        case RecommendationKind.POPULAR:
            return _popular(basis.sold, limit, speaker) if basis.sold else ()
        case _:
            assert_never(kind)


async def _together(
    context: ToolContext, anchor: Product, basis: _Basis, limit: int, speaker: Speaker, *, in_cart: bool = False
) -> list[Candidate]:
    key = "recommend.cart" if in_cart else "recommend.yours" if anchor.id in basis.times else "recommend.together"
    return [
        Candidate(
            product_id=product_id,
            kind=RecommendationKind.CART if in_cart else RecommendationKind.TOGETHER,
            count=count,
            reason=partial(speaker.say, key, count=count, title=anchor.title),
            about=anchor.id,
        )
        for product_id, count in await context.services.connectors.orders.bought_with(anchor.id, limit=limit)
    ]


def _again(basis: _Basis, speaker: Speaker) -> list[Candidate]:
    return [
        Candidate(
            product_id=product_id,
            kind=RecommendationKind.AGAIN,
            count=times,
            reason=partial(speaker.say, "recommend.again", count=times),
            about=product_id,
        )
        for product_id, times in basis.times.items()
        if times > 1
    ]


async def _trending(context: ToolContext, sold: Sold, limit: int, speaker: Speaker) -> list[Candidate]:
    region = (await region_of(context, context.region_id)).name
    return [
        Candidate(
            product_id=product_id,
            kind=RecommendationKind.TRENDING,
            count=count,
            reason=partial(trend_text, count, sold.earlier.get(product_id, 0), region, speaker),
            before=sold.earlier.get(product_id, 0),
        )
        for product_id, count in islice(sold.recent.items(), limit)
        if sold.trends(product_id)
    ]


async def _similar(context: ToolContext, named: Product, speaker: Speaker) -> list[Candidate]:
    connectors = context.services.connectors
    words = dict.fromkeys((named.category, named.title.split()[-1], named.title))
    ids: dict[str, None] = {}
    for query in filter(None, words):
        ids |= dict.fromkeys(hit.product_id for hit in await connectors.search.search(query, limit=_ALIKE))
    return [
        Candidate(
            product_id=product.id,
            kind=RecommendationKind.SIMILAR,
            count=len(shared),
            reason=partial(
                speaker.say,
                "recommend.like",
                title=named.title,
                attributes=speaker.listed([f"{name} {product.attributes[name]}" for name in shared]),
            ),
            about=named.id,
        )
        for product in await connectors.catalog.products(list(ids))
        if product.id != named.id and product.category == named.category and (shared := _shared(named, product))
    ]


def _shared(one: Product, other: Product) -> list[str]:
    """Names of the attributes that both have with the same value."""
    return [name for name, value in one.attributes.items() if value and other.attributes.get(name) == value]


def _popular(sold: Sold, limit: int, speaker: Speaker) -> list[Candidate]:
    both = Counter(sold.recent)
    both.update(sold.earlier)
    days = speaker.number(POPULAR_DAYS)
    return [
        Candidate(
            product_id=product_id,
            kind=RecommendationKind.POPULAR,
            count=count,
            reason=partial(speaker.say, "recommend.popular", count=count, days=days),
        )
        for product_id, count in sorted(both.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
    ]


async def _offered(
    context: ToolContext, allowed: Iterable[Candidate], limit: int, locale: str
) -> tuple[RecommendationView, ...]:
    """The first of them that can be had, looked up as many at once as are still wanted."""
    sold = dict(await context.services.connectors.orders.best_sellers(context.region_id, limit=_VARIANTS))
    found: list[RecommendationView] = []
    waiting = iter(allowed)
    while some := list(islice(waiting, limit - len(found))):
        best = await _best_variants(context, [each.product_id for each in some], sold)
        found += [_view(each, best[each.product_id], locale) for each in some if each.product_id in best]
    return tuple(found)


def _view(candidate: Candidate, best: _Best, locale: str) -> RecommendationView:
    return RecommendationView(
        kind=candidate.kind,
        product_id=best.product.id,
        sku=best.variant.sku,
        title=best.product.title,
        price=AmountView.of(best.offer.price, locale),
        available_quantity=best.units,
        orders=0 if candidate.kind is RecommendationKind.SIMILAR else candidate.count,
        orders_before=candidate.before,
        reason=candidate.reason(),
        about=candidate.about,
    )


def may_be_offered(product: Product) -> bool:
    """Whether it may be put before anybody: nothing with an age limit, for nobody's age is known here."""
    return product.age_limit == 0


@dataclass(frozen=True, kw_only=True)
class _Best:
    """The variant of a product that is put before the asker."""

    product: Product
    variant: ProductVariant
    offer: Offer
    units: int | None


async def _best_variants(context: ToolContext, product_ids: Sequence[str], sold: Mapping[str, int]) -> dict[str, _Best]:
    """By product, of the variants that can be had at once in the region: the one that most buy, then of which most is
    there."""
    catalog = context.services.connectors.catalog
    products = [each for each in await catalog.products(product_ids) if may_be_offered(each)]
    variants = {each.id: await catalog.variants(each.id) for each in products}
    stock = await stock_of(context, chain.from_iterable(variants.values()), context.region_id)
    best = {}
    for product in products:
        there = [stock[each.sku] for each in variants[product.id]]
        buyable = [(entry, entry.offer) for entry in there if entry.offer is not None and entry.covers(1)]
        if buyable:
            entry, offer = max(buyable, key=lambda each: (sold.get(each[0].variant.sku, 0), each[0].units or 0))
            best[product.id] = _Best(product=product, variant=entry.variant, offer=offer, units=entry.units)
    return best

"""Tools of the catalog: find, look at and recommend products. Prices and stock are read live, per region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from shopgraph.connectors.search.live import SearchFilter, costs, find
from shopgraph.connectors.search.understanding import price_range
from shopgraph.domain import Product
from shopgraph.errors import NotFound
from shopgraph.guards.screen import screen_retrieved
from shopgraph.tools.lookups import Stock, region_of, stock_of
from shopgraph.tools.popularity import popularity_of
from shopgraph.tools.recommending import recommend
from shopgraph.tools.registry import tool
from shopgraph.tools.spec import Scope, System, ToolContext
from shopgraph.tools.views import (
    AmountView,
    ProductHit,
    ProductView,
    RecommendationKind,
    Recommendations,
    ReviewView,
    SearchResult,
    VariantView,
)

Limit = Annotated[int, Field(ge=1, le=20, description="How many at most.")]


@tool(system=System.CATALOG, scope=Scope.PUBLIC)
async def search_products(
    context: ToolContext,
    query: Annotated[str, Field(min_length=1, max_length=200, description="Words that describe the product.")],
    limit: Limit = 5,
) -> SearchResult:
    """Find products by words.

    Use it when a shopper describes a product or names it inexactly; use get_product for sizes, prices and stock.
    """
    asked = price_range(query)[0]
    connectors = context.services.connectors
    locale = (await region_of(context, context.region_id)).locale
    found = []
    for product in await _found(context, query, limit):
        variants = await connectors.catalog.variants(product.id)
        stock = (await stock_of(context, variants, context.region_id)).values()
        offered = [(entry.offer.price, entry.covers(1)) for entry in stock if entry.offer is not None]
        fits = [(price, there) for price, there in offered if costs(price, asked)]
        ready = [price for price, there in fits if there]
        prices = ready or [price for price, _ in fits]
        found.append(
            ProductHit(
                product_id=product.id,
                title=product.title,
                category=product.category,
                from_price=AmountView.of(min(prices), locale) if prices else None,
                in_stock=bool(ready),
            )
        )
    return SearchResult(query=query, products=tuple(found))


@tool(system=System.CATALOG, scope=Scope.PUBLIC)
async def get_product(
    context: ToolContext,
    product_id: Annotated[str, Field(min_length=1, description="Product id; a SKU will do.")],
    popularity: Annotated[
        bool, Field(description="Also count how it sells in the region, and what it is bought together with.")
    ] = False,
) -> ProductView:
    """Look at one product: its description, and each variant's options, price and stock right now."""
    catalog = context.services.connectors.catalog
    product = await _product(context, product_id)
    locale = (await region_of(context, context.region_id)).locale
    terms = context.services.policy.calendar(context.region_id, context.services.clock.now()).returns
    stock = await stock_of(context, await catalog.variants(product.id), context.region_id)
    reviews = await catalog.reviews(product.id, limit=3)
    return ProductView(
        product_id=product.id,
        title=product.title,
        description=screen_retrieved(product.description, f"product {product.id}").text,
        category=product.category,
        brand=product.brand,
        attributes=product.attributes,
        final_sale=product.final_sale or product.category in terms.final_sale_categories,
        age_limit=product.age_limit,
        variants=tuple(_variant_view(entry, locale) for entry in stock.values()),
        reviews=tuple(
            ReviewView(
                rating=review.rating,
                title=screen_retrieved(review.title, f"review {review.id}").text,
                body=screen_retrieved(review.body, f"review {review.id}").text,
            )
            for review in reviews
        ),
        popularity=await popularity_of(context, product) if popularity else None,
    )


@tool(system=System.CATALOG, scope=Scope.PUBLIC)
async def recommend_products(
    context: ToolContext,
    sku: Annotated[
        str | None, Field(description="What it should go well with; empty: the customer's own orders.")
    ] = None,
    limit: Limit = 3,
    kind: Annotated[
        RecommendationKind | None, Field(description="What must stand behind it; empty: whatever there is.")
    ] = None,
    language: Annotated[
        Literal["en", "de", "fr", "es"] | None, Field(description="Of the reasons; empty: the region's.")
    ] = None,
) -> Recommendations:
    """Recommend products that are in stock, each with the true reason for it."""
    return Recommendations(items=await recommend(context, sku, limit, kind, language))


async def _found(context: ToolContext, query: str, limit: int) -> Sequence[Product]:
    """Best first; where the query names a price ("under $50"), only what costs that in the region right now."""
    connectors = context.services.connectors
    if not price_range(query)[0]:
        hits = await connectors.search.search(query, limit=limit)
        return await connectors.catalog.products([hit.product_id for hit in hits])
    fitting = await find(
        query,
        SearchFilter(region_id=context.region_id),
        search=connectors.search,
        catalog=connectors.catalog,
        inventory=connectors.inventory,
        limit=limit,
    )
    return [hit.product for hit in fitting]


async def _product(context: ToolContext, product_id: str) -> Product:
    catalog = context.services.connectors.catalog
    product = await catalog.product(product_id)
    if product is None and (variant := await catalog.variant(product_id)) is not None:
        product = await catalog.product(variant.product_id)
    if product is None:
        raise NotFound(f"There is no product {product_id}.", remedy="Search for it by words.", product_id=product_id)
    return product


def _variant_view(stock: Stock, locale: str) -> VariantView:
    offer = stock.offer
    return VariantView(
        sku=stock.variant.sku,
        title=stock.variant.title,
        options=stock.variant.options,
        price=AmountView.of(offer.price, locale) if offer else None,
        compare_at=AmountView.of(offer.compare_at, locale) if offer and offer.compare_at else None,
        availability=stock.availability,
        available_quantity=stock.units if offer else 0,
    )


TOOLS = (search_products, get_product, recommend_products)

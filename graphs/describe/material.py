"""Reads what a description is written from, and what it then depends on."""

from __future__ import annotations

import asyncio

from shopgraph.connectors.units import units_of
from shopgraph.domain import Availability, Instant, Product, Promotion, Rating
from shopgraph.domain.days import last_day, local_day
from shopgraph.errors import NotFound
from shopgraph.graphs.context import ShopServices
from shopgraph.graphs.describe.state import Material, VariantFacts
from shopgraph.graphs.describe.templates import counts_in, rated, speaker_of
from shopgraph.graphs.memory import Dependency, on_price, on_product, on_running, on_stock_band, on_without_code
from shopgraph.guards.facts import Facts, ProductFact, PromotionFact
from shopgraph.tools.selling import sold_lately


async def read_material(shop: ShopServices, product_id: str, region_id: str, segment: str) -> Material:
    """Everything known of the product there and now.

    Raises:
        NotFound: there is no such product, or no such region.
    """
    connectors, at = shop.connectors, shop.clock.now()
    product, region = await connectors.catalog.product(product_id), await connectors.catalog.region(region_id)
    if region is None:
        known = ", ".join(each.id for each in await connectors.catalog.regions())
        raise NotFound(f"There is no region {region_id}.", remedy=f"One of {known}.")
    if product is None:
        raise NotFound(f"There is no product {product_id}.", remedy="Name one by its id in the catalog.")
    variants, ratings, campaigns, promotions, without_code, (trend, partners) = await asyncio.gather(
        _variants(shop, product, region_id),
        connectors.catalog.ratings([product.id]),
        connectors.marketing.campaigns(region_id=region_id, at=at),
        connectors.marketing.promotions(region_id=region_id, at=at),
        connectors.marketing.without_code(region_id=region_id, at=at),
        _sales(shop, product, region_id, at),
    )
    free = {each.id for each in without_code}
    partner = await connectors.catalog.product(partners[0][0]) if partners else None
    return Material(
        product=product,
        region_id=region_id,
        region=region.name,
        locale=region.locale,
        timezone=region.timezone,
        segment=segment,
        at=at,
        variants=variants,
        rating=ratings.get(product.id, Rating()),
        campaigns=tuple(each for each in campaigns if not each.segments or segment in each.segments),
        promotions=tuple(
            each
            for each in promotions
            if each.id in free
            and each.sku is None
            and (not each.audience or segment in each.audience)
            and (not each.categories or product.category in each.categories)
        ),
        running=(*campaigns, *promotions),
        without_code=without_code,
        trend_orders=trend,
        partner=partner,
        partner_orders=partners[0][1] if partner else 0,
    )


async def _variants(shop: ShopServices, product: Product, region_id: str) -> tuple[VariantFacts, ...]:
    connectors = shop.connectors
    variants = {each.sku: each for each in await connectors.catalog.variants(product.id)}
    offers = {offer.sku: offer for offer in await connectors.catalog.offers(tuple(variants), region_id)}
    counted = [sku for sku, variant in variants.items() if variant.tracks_stock]
    units = await units_of(connectors.inventory, counted, region_id)
    return tuple(
        VariantFacts(variant=variants[sku], offer=offer, units=units.get(sku))
        for sku, offer in offers.items()
        if offer.availability is not Availability.DISCONTINUED
    )


async def _sales(
    shop: ShopServices, product: Product, region_id: str, at: Instant
) -> tuple[int, tuple[tuple[str, int], ...]]:
    orders = shop.connectors.orders
    sold = await sold_lately(orders, region_id, at)
    trend = sold.recent[product.id] if sold.trends(product.id) else 0
    return trend, await orders.bought_with(product.id, limit=1)


def depends_on(material: Material, style: str) -> tuple[Dependency, ...]:
    """What a text of this material must be written anew for: product, prices, stock bands, what runs and for whom, and
    the counts that this style states."""
    found = [on_product(material.product), on_running(material.region_id, material.running)]
    if any(isinstance(each, Promotion) for each in material.running):
        found.append(on_without_code(material.region_id, material.without_code))
    for each in material.variants:
        found.append(on_price(each.offer))
        if each.units is not None:
            found.append(on_stock_band(each.variant.sku, material.region_id, each.units))
    return (*found, *counts_in(style, material))


def ends_at(material: Material) -> Instant | None:
    """When what runs now first ends; None where nothing runs."""
    ends = [each.ends_at for each in material.campaigns] + [each.ends_at for each in material.promotions]
    return min(ends, default=None)


def facts_of(material: Material) -> Facts:
    """The same for the guards: a claim without one of these behind it does not leave."""
    # In English for a model, which is asked in English, and as it is written in the region.
    rating = f"{material.rating}. " if material.rating.reviews else ""
    rating += rated(material, speaker_of(material))
    return Facts(
        today=local_day(material.at, material.timezone),
        locale=material.locale,
        region=material.region_id,
        currency=material.variants[0].offer.price.currency if material.variants else None,
        products=tuple(
            ProductFact(
                name=material.product.title,
                sku=each.variant.sku,
                price=each.offer.price.decimal,
                compare_at=each.offer.compare_at.decimal if each.offer.compare_at else None,
                stock=each.units,
                restricted=material.product.age_limit > 0,
                attributes={
                    **material.product.attributes,
                    **each.variant.options,
                    "description": material.product.description,
                    "brand": material.product.brand,
                    "category": material.product.category,
                    "rating": rating,
                },
            )
            for each in material.variants
        ),
        promotions=tuple(
            PromotionFact(
                name=each.name,
                percent=each.percent,
                starts_on=local_day(each.starts_at, material.timezone),
                ends_on=last_day(each.ends_at, material.timezone),
            )
            for each in material.promotions
        ),
    )

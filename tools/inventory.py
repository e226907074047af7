"""Tools of the inventory: what can be had now, in the shopper's region and in its stores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from shopgraph.domain import Availability, Store
from shopgraph.errors import NotFound
from shopgraph.tools.arguments import Sku
from shopgraph.tools.lookups import Stock, stock_of
from shopgraph.tools.registry import tool
from shopgraph.tools.spec import Scope, System, ToolContext
from shopgraph.tools.views import StockView, StoreStock

MOST_STORES = 10
"""Stores named in one answer at most."""

StoreId = Annotated[str, Field(min_length=1, max_length=64, description="Ask about this store alone.")]
Near = Annotated[str, Field(min_length=1, max_length=80, description="City or postal code: such stores come first.")]


@tool(system=System.INVENTORY, scope=Scope.PUBLIC)
async def check_stock(
    context: ToolContext, sku: Sku, store_id: StoreId | None = None, near: Near | None = None
) -> StockView:
    """Check whether a variant can be had right now, online and in which stores of the shopper's region.

    Use it for "is size M in stock" and "which store has it"; get_product tells the SKUs of a product.
    """
    connectors, region_id = context.services.connectors, context.region_id
    variant = await connectors.catalog.variant(sku)
    if variant is None:
        raise NotFound(f"There is no SKU {sku}.", remedy="Look at the product to see its SKUs.", sku=sku)
    stores = await _stores(context, store_id)
    stock = (await stock_of(context, [variant], region_id))[variant.sku]
    levels = await connectors.inventory.levels([variant.sku], region_id=region_id) if stock.offer else ()
    units = Counter({level.location_id: level.available for level in levels})
    having = [store for store in stores if units[store.location_id] > 0 or store_id]
    having.sort(key=lambda store: (-_nearness(store, near), -units[store.location_id], store.name, store.id))
    expected = [level.restock_on for level in levels if level.restock_on is not None]
    return StockView(
        sku=variant.sku,
        title=variant.title,
        options=variant.options,
        availability=stock.availability,
        available_quantity=stock.units if stock.offer else 0,
        restock_on=min(expected) if expected and not stock.covers(1) else None,
        stores=_in_stores(stock, having[:MOST_STORES], units),
        more_stores=len(having[MOST_STORES:]),
    )


async def _stores(context: ToolContext, store_id: str | None) -> list[Store]:
    """The region's stores, or the one that is asked about."""
    stores = await context.services.connectors.catalog.stores(context.region_id)
    chosen = [store for store in stores if store_id in (None, store.id)]
    if store_id is not None and not chosen:
        raise NotFound(
            f"There is no store {store_id} in this region.",
            remedy="Leave store_id out to see the stores that have it.",
            store_id=store_id,
        )
    return chosen


def _in_stores(stock: Stock, stores: Sequence[Store], units: Counter[str]) -> tuple[StoreStock, ...]:
    """Nothing where no count is kept: it could not be told apart from an empty shelf."""
    if stock.units is None:
        return ()
    return tuple(
        StoreStock(
            store_id=store.id,
            name=store.name,
            city=store.address.city,
            postal_code=store.address.postal_code,
            availability=Availability.IN_STOCK if units[store.location_id] > 0 else Availability.OUT_OF_STOCK,
            available_quantity=units[store.location_id],
        )
        for store in stores
    )


def _nearness(store: Store, near: str | None) -> int:
    """How much of the typed place is the store's own: its city as a whole, or the first characters of its code."""
    typed = (near or "").strip().casefold()
    if typed and typed == store.address.city.casefold():
        return len(typed)
    shared = 0
    for mine, theirs in zip(typed, store.address.postal_code.casefold(), strict=False):
        if mine != theirs:
            break
        shared += 1
    return shared


TOOLS = (check_stock,)

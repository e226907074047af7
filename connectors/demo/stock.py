"""Units on shelves: what a warehouse and a store hold, promises to orders and carts included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from shopgraph.connectors.demo.cast import CAST, TREND_REGION_ID, TREND_SKU
from shopgraph.connectors.demo.catalog import Catalog
from shopgraph.connectors.demo.markets import Market
from shopgraph.connectors.demo.seeds import stream
from shopgraph.domain import Allocation, Reservation, StockLevel

_RARE = {(TREND_REGION_ID, TREND_SKU): 1, ("jp", CAST["browser"].skus["viewed"]): 2}
"""Units left in a whole region, where the cast's stories need it."""
_OUT, _LOW = 0.03, 0.08


def free_units(catalog: Catalog, market: Market, seed: int) -> dict[str, int]:
    """Units of every variant in a region's warehouse that nobody was promised; what the cast needs is there."""
    random = stream(seed, "warehouse", market.id)
    needed = {sku for persona in CAST.values() for sku in persona.skus.values()}
    units: dict[str, int] = {}
    for variant in catalog.variants:
        draw, plenty = random.random(), random.randrange(20, 400)
        few = random.randrange(1, 6)
        if variant.sku in needed or draw >= _OUT + _LOW:
            units[variant.sku] = plenty
        else:
            units[variant.sku] = 0 if draw < _OUT else few
        units[variant.sku] = _RARE.get((market.id, variant.sku), units[variant.sku])
    return units


def sold_out(units: dict[str, int], market: Market, seed: int) -> dict[str, bool]:
    """The variants that a region ran out of, and whether more are on the way."""
    random = stream(seed, "incoming", market.id)
    return {sku: random.random() < 0.6 for sku, left in units.items() if left == 0}


def warehouse_levels(
    market: Market,
    units: dict[str, int],
    out: dict[str, bool],
    at: datetime,
    *,
    allocations: Iterable[Allocation],
    reservations: Iterable[Reservation],
) -> list[StockLevel]:
    """The warehouse's shelves: what is free plus what is promised."""
    promised: dict[str, int] = defaultdict(int)
    held: dict[str, int] = defaultdict(int)
    for allocation in allocations:
        promised[allocation.sku] += allocation.quantity
    for reservation in reservations:
        held[reservation.sku] += reservation.quantity
    arrival = (at + timedelta(days=9)).date()
    return [
        StockLevel(
            sku=sku,
            location_id=market.warehouse_id,
            on_hand=left + promised[sku] + held[sku],
            allocated=promised[sku],
            reserved=held[sku],
            incoming=60 if out.get(sku) else 0,
            restock_on=arrival if out.get(sku) else None,
        )
        for sku, left in units.items()
    ]


def store_levels(
    catalog: Catalog, market: Market, location_id: str, out: dict[str, bool], seed: int
) -> list[StockLevel]:
    """A store carries a part of the range, a few pieces of each; nothing that the region ran out of."""
    random = stream(seed, "shelf", location_id)
    size = min(random.randrange(40, 121), len(catalog.variants))
    carried = random.sample(catalog.variants, size)
    return [
        StockLevel(sku=variant.sku, location_id=location_id, on_hand=random.randrange(0, 13))
        for variant in sorted(carried, key=lambda variant: variant.sku)
        if variant.sku not in out and (market.id, variant.sku) not in _RARE
    ]

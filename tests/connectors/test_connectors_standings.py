"""How a variant stands in a region: the same whether the embedded database adds up or the levels are read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.connectors.ports import InventoryPort
from shopgraph.connectors.units import Shelf, fullest, standings_of, units_of


def _by_levels(shop: EmbeddedShop) -> InventoryPort:
    """The shop's inventory without what it offers beside the port."""
    inventory = shop.connectors.inventory
    return cast(InventoryPort, SimpleNamespace(levels=inventory.levels, locations=inventory.locations))


async def test_the_database_adds_up_as_the_levels_do(seeded: EmbeddedShop) -> None:
    connectors: Any = seeded.connectors
    inventory = connectors.inventory
    levels = await inventory.levels(tuple(item.sku for item in seeded.dump().variants))
    skus = tuple(dict.fromkeys(level.sku for level in levels))
    for number, level in enumerate(levels):
        if number % 3:
            await inventory.restock(
                sku=level.sku, location_id=level.location_id, quantity=number, idempotency_key=f"restock-{number}"
            )
    for region in await connectors.catalog.regions():
        for most in (0, 1, 10):
            asked = (skus, region.id, most)
            assert await standings_of(inventory, *asked) == await standings_of(_by_levels(seeded), *asked)
        standings = await standings_of(inventory, skus, region.id, 1)
        units = await units_of(_by_levels(seeded), skus, region.id)
        assert {sku: each.available for sku, each in standings.items()} == {sku: units[sku] for sku in standings}
    assert await standings_of(inventory, (), "north", 3) == {}


def test_the_fullest_come_first_and_the_empty_not_at_all() -> None:
    shelves: list[Shelf] = [(units, place, 0, None) for units, place in ((1, "c"), (0, "a"), (5, "b"), (1, "a"))]
    assert [(units, place) for units, place, _, _ in fullest(shelves)] == [(5, "b"), (1, "a"), (1, "c")]

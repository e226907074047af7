"""How many units of a variant can be bought in a region, over all its places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from shopgraph.connectors.ports import InventoryPort


class SumsUnits(Protocol):
    """What an inventory may offer beside its port: a chain has hundreds of places for every variant."""

    async def units(self, skus: Sequence[str], *, region_id: str) -> Mapping[str, int]:
        """The sum of `StockLevel.available` of each of these variants over the region; none for one without a level."""
        ...


async def units_of(inventory: InventoryPort, skus: Sequence[str], region_id: str) -> dict[str, int]:
    """Units of each of these variants that can be bought in a region now: 0 where there are none.

    An inventory that adds up by itself (`SumsUnits`) is asked to; of any other the levels are added up here.
    """
    found = dict.fromkeys(skus, 0)
    if not found:
        return found
    if hasattr(inventory, "units"):
        summing = cast(SumsUnits, inventory)
        return found | dict(await summing.units(tuple(found), region_id=region_id))
    for level in await inventory.levels(tuple(found), region_id=region_id):
        found[level.sku] += level.available
    return found

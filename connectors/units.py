"""How many units of a variant can be bought in a region, over all its places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from shopgraph.connectors.ports import InventoryPort


@runtime_checkable
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
    summing = getattr(inventory, "units", None)
    if summing is not None:
        return found | dict(await summing(tuple(found), region_id=region_id))
    for level in await inventory.levels(tuple(found), region_id=region_id):
        found[level.sku] += level.available
    return found

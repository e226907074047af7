"""How many units of a variant can be bought in a region, over all its places, and where most of them are.

A chain has hundreds of places for every variant: an inventory may offer to add up by itself what it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol, cast

from shopgraph.connectors.ports import InventoryPort
from shopgraph.domain import Location


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A variant's stock in a region."""

    available: int
    """Units that can be bought, over all places."""
    incoming: int
    restock_on: date | None
    """The first day on which some of what is incoming is expected."""
    places: tuple[tuple[Location, int], ...]
    """Those with most units, most first, by id where they have as many."""
    more_places: int
    """How many others have some."""


class TellsStandings(Protocol):
    """What an inventory may offer beside its port."""

    async def standings(self, skus: Sequence[str], *, region_id: str, most: int) -> Mapping[str, Standing]:
        """As `standing_of` makes them, by SKU; none for a variant without a level in the region."""
        ...


async def standings_of(
    inventory: InventoryPort, skus: Sequence[str], region_id: str, most: int
) -> Mapping[str, Standing]:
    """How each of these variants stands in a region now, `most` places of each named; none without a level there."""
    if hasattr(inventory, "standings"):
        telling = cast(TellsStandings, inventory)
        return await telling.standings(skus, region_id=region_id, most=most)
    shelves: dict[str, list[Shelf]] = {}
    for level in await inventory.levels(skus, region_id=region_id):
        shelf = Shelf(level.available, level.location_id, level.incoming, level.restock_on)
        shelves.setdefault(level.sku, []).append(shelf)
    places = {place.id: place for place in await inventory.locations(region_id)} if shelves else {}
    known = {sku: [shelf for shelf in fullest(held) if shelf.place in places] for sku, held in shelves.items()}
    return {sku: standing_of(held, known[sku], places, most) for sku, held in shelves.items()}


class Shelf(NamedTuple):
    """A variant's level at a place."""

    units: int
    """That can be bought."""
    place: str
    incoming: int
    restock_on: date | None


def fullest(shelves: Iterable[Shelf]) -> list[Shelf]:
    """Those that have some, most first, by place where they have as many."""
    return sorted([shelf for shelf in shelves if shelf.units > 0], key=lambda shelf: (-shelf.units, shelf.place))


def standing_of(shelves: Sequence[Shelf], best: Sequence[Shelf], places: Mapping[str, Location], most: int) -> Standing:
    """What a variant's levels come to; `best` are those that may be named, most first."""
    return Standing(
        available=sum([shelf.units for shelf in shelves]),
        incoming=sum([shelf.incoming for shelf in shelves]),
        restock_on=min([shelf.restock_on for shelf in shelves if shelf.incoming and shelf.restock_on], default=None),
        places=tuple([(places[shelf.place], shelf.units) for shelf in best[:most]]),
        more_places=max(0, len(best) - most),
    )

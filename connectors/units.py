"""How many units of a variant can be bought in a region, over all its places, and where most of them are.

A chain has hundreds of places for every variant: an inventory may offer to add up by itself what it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, cast

from shopgraph.connectors.ports import InventoryPort
from shopgraph.domain import Location, StockLevel


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
    levels = await inventory.levels(skus, region_id=region_id)
    places = {place.id: place for place in await inventory.locations(region_id)} if levels else {}
    return {
        sku: standing_of(shelves, [shelf for shelf in fullest(shelves) if shelf[1] in places], places, most)
        for sku, shelves in by_sku(_shelf(level) for level in levels).items()
    }


Shelf = tuple[int, str, int, str | None]
"""A variant's level at a place: units that can be bought, the place's id, units incoming, and from which day (ISO)."""


def _shelf(level: StockLevel) -> tuple[str, int, str, int, str | None]:
    on = level.restock_on.isoformat() if level.restock_on else None
    return (level.sku, level.available, level.location_id, level.incoming, on)


def by_sku(rows: Iterable[Sequence[Any]]) -> dict[str, list[Shelf]]:
    """Shelves by SKU, of rows that begin with it."""
    found: dict[str, list[Shelf]] = {}
    for sku, units, place, incoming, on in rows:
        found.setdefault(sku, []).append((units, place, incoming, on))
    return found


def fullest(shelves: Iterable[Shelf]) -> list[Shelf]:
    """Those that have some, most first, by place where they have as many."""
    return sorted([shelf for shelf in shelves if shelf[0] > 0], key=lambda shelf: (-shelf[0], shelf[1]))


def standing_of(shelves: Sequence[Shelf], best: Sequence[Shelf], places: Mapping[str, Location], most: int) -> Standing:
    """What a variant's levels come to; `best` are those that may be named, most first."""
    on = min([on for _, _, incoming, on in shelves if incoming and on], default=None)
    return Standing(
        available=sum([units for units, _, _, _ in shelves]),
        incoming=sum([incoming for _, _, incoming, _ in shelves]),
        restock_on=date.fromisoformat(on) if on else None,
        places=tuple([(places[place], units) for units, place, _, _ in best[:most]]),
        more_places=max(0, len(best) - most),
    )

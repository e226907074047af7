"""Where units are taken from: the places of a region that have them, worked out before anything is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shopgraph.domain import StockLevel, Value
from shopgraph.tools.spec import ToolContext


class Pick(Value):
    """Units of one line from one place."""

    line_id: str
    sku: str
    location_id: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Units of one line."""

    line_id: str
    sku: str
    quantity: int


async def pick(
    context: ToolContext, region_id: str, wanted: Sequence[Wanted], *, own: Mapping[tuple[str, str], int] | None = None
) -> tuple[Pick, ...]:
    """Take counted units from as few places as there may be, the fullest first.

    `own` counts, by SKU and place, what is held for the asker already. Fewer units than wanted come back when there
    are no more: the caller compares.
    """
    skus = tuple(dict.fromkeys(each.sku for each in wanted))
    levels = await context.services.connectors.inventory.levels(skus, region_id=region_id)
    free = {(level.sku, level.location_id): _free(level, own or {}) for level in levels}
    picks = list[Pick]()
    for each in wanted:
        rest = each.quantity
        for place in sorted((key for key in free if key[0] == each.sku), key=lambda key: (-free[key], key[1])):
            take = min(rest, free[place])
            if take > 0:
                picks.append(Pick(line_id=each.line_id, sku=each.sku, location_id=place[1], quantity=take))
                free[place] -= take
                rest -= take
    return tuple(picks)


def _free(level: StockLevel, own: Mapping[tuple[str, str], int]) -> int:
    return level.available + own.get((level.sku, level.location_id), 0)

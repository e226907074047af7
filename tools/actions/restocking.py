"""Units that go back on a shelf."""

from __future__ import annotations

from collections.abc import Sequence

from shopgraph.domain import LocationKind, Order, Value
from shopgraph.errors import Conflict
from shopgraph.tools.durable.steps import Step, Work
from shopgraph.tools.lookups import variants_of
from shopgraph.tools.spec import ToolContext


class Restocking(Value):
    """Units of an order line, and where they go."""

    line_id: str
    sku: str
    location_id: str
    quantity: int


async def plan_restocking(
    context: ToolContext, order: Order, items: Sequence[tuple[str, str, int]]
) -> tuple[Restocking, ...]:
    """Units by line and SKU back to where they came from, else into the region's warehouse.

    What is not counted goes nowhere.

    Raises:
        Conflict: the region has no place to put them.
    """
    variants = await variants_of(context, [sku for _, sku, _ in items])
    return tuple(
        [
            Restocking(
                line_id=line_id, sku=sku, location_id=await _shelf(context, order, line_id, sku), quantity=quantity
            )
            for line_id, sku, quantity in items
            if sku in variants and variants[sku].tracks_stock
        ]
    )


def restock_steps(source_id: str, units: Sequence[Restocking]) -> list[Step]:
    """Put them there; `source_id` is the return or exchange that they came with."""
    return [_restock_step(source_id, each) for each in units]


def _restock_step(source_id: str, each: Restocking) -> Step:
    async def restock(work: Work) -> None:
        await work.context.services.connectors.inventory.restock(
            sku=each.sku,
            location_id=each.location_id,
            quantity=each.quantity,
            idempotency_key=f"restock:{source_id}:{each.line_id}",
        )

    return Step(name=f"restock-{each.line_id}", ports=frozenset({"inventory"}), do=restock)


async def _shelf(context: ToolContext, order: Order, line_id: str, sku: str) -> str:
    connectors = context.services.connectors
    for parcel in await connectors.warehouse.fulfillments(order.id):
        if parcel.location_id and any(line.line_id == line_id for line in parcel.lines):
            return parcel.location_id
    locations = await connectors.inventory.locations(order.region_id)
    warehouses_first = sorted(locations, key=lambda place: (place.kind is not LocationKind.WAREHOUSE, place.id))
    if not warehouses_first:
        raise Conflict(f"Region {order.region_id} has no place to put {sku}.", sku=sku)
    return warehouses_first[0].id

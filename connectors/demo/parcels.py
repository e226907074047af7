"""A parcel on its way, and the words that a carrier has for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shopgraph.connectors.demo.ledger import Ledger
from shopgraph.connectors.demo.markets import Market
from shopgraph.domain import Fulfillment, FulfillmentEvent, FulfillmentLine, FulfillmentStatus, OrderLineItem

_MESSAGES = {
    FulfillmentStatus.PACKED: "Packed and labelled",
    FulfillmentStatus.SHIPPED: "Handed to {carrier}",
    FulfillmentStatus.IN_TRANSIT: "On the way to {city}",
    FulfillmentStatus.OUT_FOR_DELIVERY: "Out for delivery",
    FulfillmentStatus.DELIVERED: "Delivered",
}


@dataclass(kw_only=True)
class Parcel:
    """All lines of an order in one box; before the first move there is none."""

    number: int
    order_id: str
    market: Market
    estimated_at: datetime | None = None
    moves: list[tuple[FulfillmentStatus, datetime]] = field(default_factory=list)

    def move(self, status: FulfillmentStatus, at: datetime) -> None:
        """The next thing that happens to it."""
        self.moves.append((status, at))

    def tell(self, ledger: Ledger, lines: Sequence[OrderLineItem], city: str) -> None:
        """Write it down with everything that happened to it."""
        if not self.moves:
            return
        when = dict(self.moves)
        shipped_at = when.get(FulfillmentStatus.SHIPPED)
        ledger.fulfillments.append(
            Fulfillment(
                id=f"ful_{self.number}",
                order_id=self.order_id,
                location_id=self.market.warehouse_id,
                status=self.moves[-1][0],
                lines=tuple(
                    FulfillmentLine(line_id=line.id, sku=line.sku, quantity=line.ordered_quantity) for line in lines
                ),
                carrier=self.market.carrier,
                tracking_numbers=() if shipped_at is None else (f"LP{self.number * 7919 % 10**10:010d}",),
                estimated_at=self.estimated_at,
                shipped_at=shipped_at,
                delivered_at=when.get(FulfillmentStatus.DELIVERED),
            )
        )
        for count, (status, at) in enumerate(self.moves, 1):
            ledger.fulfillment_events.append(
                FulfillmentEvent(
                    id=f"fev_{self.number}_{count}",
                    fulfillment_id=f"ful_{self.number}",
                    status=status,
                    message=_MESSAGES[status].format(carrier=self.market.carrier, city=city),
                    at=at,
                )
            )

"""How long delivery takes and what it costs."""

from __future__ import annotations

from shopgraph.graphs.turns import Step, Tells, Turn, say, workflow
from shopgraph.models.routes import Intent
from shopgraph.tools.views import DeliveryOption, DeliveryOptions


@workflow(Intent.DELIVERY_QUESTION)
async def delivery_question(turn: Turn) -> Step:
    """List the ways of shipping in the shopper's region, or where a named order is."""
    if turn.route.entities.order_ids and turn.request.customer_id:
        from shopgraph.graphs.workflows.orders import order_status

        return await order_status.run(turn)
    found = await turn.read("delivery_options", DeliveryOptions)
    if not found.options:
        none = say("I have no delivery terms for your region on record. A colleague can tell you more.")
        return none.spoken("delivery.none")
    return say(" ".join(_option(item) for item in found.options)).telling(Tells.FACTS)


def count_days(number: int) -> str:
    """ "1 day", "2 days"."""
    return "1 day" if number == 1 else f"{number} days"


def _option(item: DeliveryOption) -> str:
    days = f"{item.min_days} to {item.max_days} days" if item.min_days != item.max_days else count_days(item.max_days)
    price = f"costs {item.price.text}" if item.price.amount else "is free"
    free = f" and is free for orders from {item.free_from.text}" if item.free_from and item.price.amount else ""
    return f"{item.name} takes {days}, {price}{free}."

"""What the shop does without a model: one small file per kind of request."""

from __future__ import annotations

from shopgraph.graphs.turns import Workflow
from shopgraph.graphs.workflows.addresses import change_address
from shopgraph.graphs.workflows.catalog import product_question
from shopgraph.graphs.workflows.orders import cancel_order, order_status, refund_status
from shopgraph.graphs.workflows.payments import change_payment
from shopgraph.graphs.workflows.promotions import promotion_question
from shopgraph.graphs.workflows.recommending import recommendation
from shopgraph.graphs.workflows.returns import return_items
from shopgraph.graphs.workflows.shipping import delivery_question
from shopgraph.graphs.workflows.swaps import change_items, exchange_items
from shopgraph.graphs.workflows.talk import complaint, declined, greeting, out_of_scope, thanks

DEFAULT_WORKFLOWS: tuple[Workflow, ...] = (
    order_status,
    cancel_order,
    return_items,
    exchange_items,
    change_items,
    refund_status,
    change_address,
    change_payment,
    product_question,
    delivery_question,
    promotion_question,
    recommendation,
    greeting,
    thanks,
    complaint,
    declined,
    out_of_scope,
)

__all__ = [
    "DEFAULT_WORKFLOWS",
    "cancel_order",
    "change_address",
    "change_items",
    "change_payment",
    "complaint",
    "declined",
    "delivery_question",
    "exchange_items",
    "greeting",
    "order_status",
    "out_of_scope",
    "product_question",
    "promotion_question",
    "recommendation",
    "refund_status",
    "return_items",
    "thanks",
]

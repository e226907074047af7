"""What changes the shop. Each action is one transaction over the connectors: all of it happens, or none of it.

Every connector call carries an idempotency key made from the business (`cancel:{order}`, `refund:{order}:{sequence}`),
so that a repeated step finds its first result. Called by the tools, behind the gate, and by nobody else.
"""

from shopgraph.tools.actions.customers import (
    add_note,
    change_profile_address,
    handoff,
    offer_discount,
    redeem_code,
)
from shopgraph.tools.actions.exchanges import receive_exchange
from shopgraph.tools.actions.goodwill import credit_goodwill
from shopgraph.tools.actions.items import change_items, exchange_items
from shopgraph.tools.actions.orders import cancel_order, change_order_address, change_payment_method
from shopgraph.tools.actions.placing import place_order
from shopgraph.tools.actions.refunds import refund_order
from shopgraph.tools.actions.returns import receive_return, return_items

__all__ = [
    "add_note",
    "cancel_order",
    "change_items",
    "change_order_address",
    "change_payment_method",
    "change_profile_address",
    "credit_goodwill",
    "exchange_items",
    "handoff",
    "offer_discount",
    "place_order",
    "receive_exchange",
    "receive_return",
    "redeem_code",
    "refund_order",
    "return_items",
]

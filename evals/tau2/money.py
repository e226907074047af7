"""What an order's money did, read from the shop's records: the only judge of a refund."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from shopgraph.connectors.ports import Connectors
from shopgraph.domain import RefundStatus
from shopgraph.errors import InvalidInput

_GONE = (RefundStatus.FAILED, RefundStatus.CANCELED)


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """One order's money by payment method, and its owner's gift cards, in cents."""

    paid: Counter[str]
    refunded: Counter[str]
    balances: Mapping[str, int]

    def refunds_what_was_paid(self, before: Ledger) -> bool:
        """Whether what was still held of each payment went back to its own method since `before`, once and in whole."""
        held = {method: before.paid[method] - before.refunded[method] for method in before.paid}
        back = {method: self.refunded[method] - before.refunded[method] for method in self.refunded | before.refunded}
        cards = {card: self.balances[card] - before.balances[card] for card in self.balances}
        return (
            self.paid == before.paid
            and any(held.values())
            and {method: amount for method, amount in back.items() if amount}
            == {method: amount for method, amount in held.items() if amount}
            and cards == {card: held.get(card, 0) for card in before.balances}
        )


async def ledger_of(connectors: Connectors, arguments: Mapping[str, JsonValue]) -> Ledger:
    """The money of the order that the arguments name; empty where they name none."""
    paid, refunded = Counter[str](), Counter[str]()
    try:
        order = await connectors.orders.order(str(arguments.get("order_id", "")))
    except InvalidInput:  # text that no database holds
        order = None
    if order is None:
        return Ledger(paid=paid, refunded=refunded, balances={})
    for intent in await connectors.payments.intents(order.id):
        paid[intent.payment_method_id] += intent.captured.amount
    for refund in await connectors.payments.refunds(order.id):
        if refund.status not in _GONE:
            refunded[refund.payment_method_id] += refund.amount.amount
    methods = await connectors.payments.methods(order.customer_id)
    balances = {method.id: method.balance.amount for method in methods if method.balance is not None}
    return Ledger(paid=paid, refunded=refunded, balances=balances)

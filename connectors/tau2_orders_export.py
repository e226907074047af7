"""Orders of a shop as a tau2 document holds them: the inverse of `tau2_orders`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.tau2_orders import EXCHANGE_REQUESTED, ITEMS_CHANGED, REASONS, RETURN_REQUESTED
from shopgraph.domain import (
    Address,
    ExchangeStatus,
    Fulfillment,
    Money,
    Order,
    OrderStatus,
    PaymentIntentStatus,
    RefundStatus,
    ReturnStatus,
)

_STATUS_OF = {
    OrderStatus.PENDING: "pending",
    OrderStatus.PROCESSED: "processed",
    OrderStatus.SHIPPED: "processed",
    OrderStatus.DELIVERED: "delivered",
    OrderStatus.CANCELED: "cancelled",
}
_REASON_OF = {reason: text for text, reason in REASONS.items()}
_NO_MONEY_BACK = {RefundStatus.FAILED, RefundStatus.CANCELED}


def write_address(address: Address) -> dict[str, str]:
    """The inverse of `tau2_orders.read_address`."""
    return {
        "address1": address.line1,
        "address2": address.line2,
        "city": address.city,
        "country": address.country,
        "state": address.state,
        "zip": address.postal_code,
    }


def write_orders(dataset: Dataset) -> dict[str, Any]:
    """All orders of a shop, as the document holds them; what was received or refunded stays `return requested`."""
    history: dict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for intent in dataset.intents:
        if intent.status is PaymentIntentStatus.SUCCEEDED:
            entry = _transaction("payment", intent.captured, intent.payment_method_id)
            history[intent.order_id].append((intent.sequence, entry))
    for refund in dataset.refunds:
        if refund.status not in _NO_MONEY_BACK:
            entry = _transaction("refund", refund.amount, refund.payment_method_id)
            history[refund.order_id].append((refund.sequence, entry))
    parcels: dict[str, list[Fulfillment]] = defaultdict(list)
    for parcel in sorted(dataset.fulfillments, key=lambda parcel: (len(parcel.id), parcel.id)):
        parcels[parcel.order_id].append(parcel)
    documents = {
        order.id: _write_order(order, history[order.id], parcels[order.id])
        for order in sorted(dataset.orders, key=lambda order: order.id)
    }
    for record in dataset.returns:
        if record.status not in {ReturnStatus.CANCELED, ReturnStatus.REJECTED}:
            documents[record.order_id] |= {
                "status": RETURN_REQUESTED,
                "return_items": _repeated((item.sku, item.quantity) for item in record.items),
                "return_payment_method_id": record.payment_method_id,
            }
    for exchange in dataset.exchanges:
        if exchange.status is not ExchangeStatus.CANCELED:
            documents[exchange.order_id] |= {
                "status": EXCHANGE_REQUESTED,
                "exchange_items": _repeated((item.from_sku, item.quantity) for item in exchange.items),
                "exchange_new_items": _repeated((item.to_sku, item.quantity) for item in exchange.items),
                "exchange_payment_method_id": exchange.payment_method_id,
                "exchange_price_difference": float(exchange.difference.decimal),
            }
    return documents


def _repeated(pairs: Iterable[tuple[str, int]]) -> list[str]:
    return sorted(sku for sku, quantity in pairs for _ in range(quantity))


def _transaction(kind: str, amount: Money, method_id: str) -> dict[str, Any]:
    return {"transaction_type": kind, "amount": float(amount.decimal), "payment_method_id": method_id}


def _write_order(order: Order, history: list[tuple[int, dict[str, Any]]], parcels: list[Fulfillment]) -> dict[str, Any]:
    changed = order.status is OrderStatus.PENDING and order.items_changed_at is not None
    document: dict[str, Any] = {
        "order_id": order.id,
        "user_id": order.customer_id,
        "address": write_address(order.shipping_address),
        "items": [
            {
                "name": line.title,
                "product_id": line.product_id,
                "item_id": line.sku,
                "price": float(line.unit_price.decimal),
                "options": dict(line.options),
            }
            for line in sorted(order.lines, key=lambda line: line.position)
            for _ in range(line.ordered_quantity)
        ],
        "status": ITEMS_CHANGED if changed else _STATUS_OF[order.status],
        "fulfillments": [
            {
                "tracking_id": list(parcel.tracking_numbers),
                "item_ids": [line.sku for line in parcel.lines for _ in range(line.quantity)],
            }
            for parcel in parcels
        ],
        "payment_history": [entry for _, entry in sorted(history, key=lambda pair: pair[0])],
    }
    if order.cancel_reason is not None:
        document["cancel_reason"] = _REASON_OF[order.cancel_reason]
    return document

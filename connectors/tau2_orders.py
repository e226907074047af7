"""Orders of a tau2 document: what its eight statuses and one payment history become here.

The way back is `tau2_orders_export`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from shopgraph.connectors.document import Node
from shopgraph.domain import (
    Address,
    CancelReason,
    Exchange,
    ExchangeItem,
    ExchangeStatus,
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Money,
    Order,
    OrderLineItem,
    OrderStatus,
    PaymentIntent,
    PaymentIntentStatus,
    PaymentMethod,
    ProductVariant,
    Refund,
    RefundReason,
    RefundStatus,
    Return,
    ReturnItem,
    ReturnStatus,
)

REGION_ID = "us"
CURRENCY = "USD"

ITEMS_CHANGED = "pending (item modified)"
RETURN_REQUESTED = "return requested"
EXCHANGE_REQUESTED = "exchange requested"
_STATUSES = {
    "pending": OrderStatus.PENDING,
    ITEMS_CHANGED: OrderStatus.PENDING,
    "processed": OrderStatus.PROCESSED,
    "delivered": OrderStatus.DELIVERED,
    "cancelled": OrderStatus.CANCELED,
    RETURN_REQUESTED: OrderStatus.DELIVERED,
    EXCHANGE_REQUESTED: OrderStatus.DELIVERED,
}
REASONS = {
    "no longer needed": CancelReason.NO_LONGER_NEEDED,
    "ordered by mistake": CancelReason.ORDERED_BY_MISTAKE,
}
_PARCELS = {
    OrderStatus.PENDING: FulfillmentStatus.PENDING,
    OrderStatus.PROCESSED: FulfillmentStatus.PACKED,
    OrderStatus.DELIVERED: FulfillmentStatus.DELIVERED,
    OrderStatus.CANCELED: FulfillmentStatus.CANCELED,
}
_FIELDS = ("order_id", "user_id", "address", "items", "status", "fulfillments", "payment_history")
_RETURN_FIELDS = ("return_items", "return_payment_method_id")
_EXCHANGE_FIELDS = (
    "exchange_items",
    "exchange_new_items",
    "exchange_payment_method_id",
    "exchange_price_difference",
)


@dataclass(kw_only=True)
class Tau2Rows:
    """What has been read of a document so far."""

    at: datetime
    """The instant of records that must have one; the document has none."""
    variants: dict[str, ProductVariant] = field(default_factory=dict)
    prices: dict[str, Money] = field(default_factory=dict)
    methods: dict[str, PaymentMethod] = field(default_factory=dict)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Whose order an id is, and its place in their list."""
    orders: list[Order] = field(default_factory=list)
    intents: list[PaymentIntent] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)


def same_id(node: Node, key: str, expected: str) -> None:
    """Let an object pass whose own id is the key that it stands under."""
    if node.get(key).text() != expected:
        node.get(key).damaged(f"is {node.get(key).value!r} under the key {expected!r}")


def read_address(node: Node) -> Address:
    """A postal address; the country keeps its own word."""
    node.only("address1", "address2", "city", "country", "state", "zip")
    return Address(
        line1=node.get("address1").text(),
        line2=node.get("address2").text(),
        city=node.get("city").text(),
        country=node.get("country").text(),
        state=node.get("state").text(),
        postal_code=node.get("zip").text(),
    )


def read_order(order_id: str, node: Node, rows: Tau2Rows) -> None:
    """Add an order with its payments, parcels, return or exchange to `rows`."""
    node.only(*_FIELDS, "cancel_reason", *_RETURN_FIELDS, *_EXCHANGE_FIELDS)
    same_id(node, "order_id", order_id)
    word = node.get("status").text()
    if word not in _STATUSES:
        node.get("status").damaged(f"is {word!r}", f"Known are {', '.join(_STATUSES)}.")
    owner = node.get("user_id").text()
    place = rows.places.get(order_id)
    if place is None or place[0] != owner:
        node.get("user_id").damaged(f"is {owner!r}, whose profile does not list the order")
    _belongs(node, word)
    status = _STATUSES[word]
    lines = tuple(
        _read_line(order_id, position, item, status, rows) for position, item in enumerate(node.get("items").elements())
    )
    reason = node.optional("cancel_reason")
    if reason is not None and reason.text() not in REASONS:
        reason.damaged(f"is {reason.value!r}", f"Known are {', '.join(REASONS)}.")
    order = Order(
        id=order_id,
        customer_id=owner,
        region_id=REGION_ID,
        currency=CURRENCY,
        status=status,
        lines=lines,
        shipping_address=read_address(node.get("address")),
        shipping=Money.zero(CURRENCY),
        total=Money.sum((line.unit_price for line in lines), CURRENCY),
        cancel_reason=REASONS[reason.text()] if reason is not None else None,
        items_changed_at=rows.at if word == ITEMS_CHANGED else None,
        position=place[1],
    )
    rows.orders.append(order)
    _read_payments(order, node.get("payment_history"), rows)
    for number, parcel in enumerate(node.get("fulfillments").elements(), 1):
        rows.fulfillments.append(_read_parcel(order, number, parcel))
    if word == RETURN_REQUESTED:
        rows.returns.append(_read_return(order, node, rows))
    if word == EXCHANGE_REQUESTED:
        rows.exchanges.append(_read_exchange(order, node, rows))


def _belongs(node: Node, word: str) -> None:
    """Complain about after-sale fields that the status does not have: they would be lost."""
    for status, names in (
        ("cancelled", ("cancel_reason",)),
        (RETURN_REQUESTED, _RETURN_FIELDS),
        (EXCHANGE_REQUESTED, _EXCHANGE_FIELDS),
    ):
        for name in names:
            child = node.optional(name)
            if child is not None and word != status:
                child.damaged(f"stands on an order that is {word!r}", f"It belongs to the status {status!r}.")


def _read_line(order_id: str, position: int, node: Node, status: OrderStatus, rows: Tau2Rows) -> OrderLineItem:
    node.only("name", "product_id", "item_id", "price", "options")
    sku, product_id = node.get("item_id").text(), node.get("product_id").text()
    variant = rows.variants.get(sku)
    if variant is None or variant.product_id != product_id:
        node.get("item_id").damaged(f"is {sku!r}, which is no variant of product {product_id!r}")
    return OrderLineItem(
        id=f"{order_id}/{position + 1}",
        order_id=order_id,
        sku=sku,
        product_id=product_id,
        title=node.get("name").text(),
        options=node.get("options").options(),
        unit_price=node.get("price").amount(CURRENCY),
        ordered_quantity=1,
        current_quantity=0 if status is OrderStatus.CANCELED else 1,
        fulfilled_quantity=1 if status is OrderStatus.DELIVERED else 0,
        discount=Money.zero(CURRENCY),
        tax=Money.zero(CURRENCY),
        position=position,
    )


def _method(order: Order, node: Node, rows: Tau2Rows) -> str:
    method = rows.methods.get(node.text())
    if method is None or method.customer_id != order.customer_id:
        node.damaged(f"is {node.value!r}, which is no payment method of {order.customer_id}")
    return method.id


def _read_payments(order: Order, node: Node, rows: Tau2Rows) -> None:
    taken: list[PaymentIntent] = []
    for sequence, entry in enumerate(node.elements()):
        entry.only("transaction_type", "amount", "payment_method_id")
        kind = entry.get("transaction_type").text()
        amount = entry.get("amount").amount(CURRENCY)
        method_id = _method(order, entry.get("payment_method_id"), rows)
        if kind == "payment":
            taken.append(
                PaymentIntent(
                    id=f"{order.id}/payment/{sequence}",
                    order_id=order.id,
                    payment_method_id=method_id,
                    amount=amount,
                    captured=amount,
                    status=PaymentIntentStatus.SUCCEEDED,
                    sequence=sequence,
                )
            )
        elif kind == "refund":
            source = next((intent for intent in taken if intent.payment_method_id == method_id), None)
            rows.refunds.append(
                Refund(
                    id=f"{order.id}/refund/{sequence}",
                    order_id=order.id,
                    payment_intent_id=source.id if source is not None else None,
                    payment_method_id=method_id,
                    amount=amount,
                    status=RefundStatus.SUCCEEDED,
                    reason=_refund_reason(order, taken, amount),
                    sequence=sequence,
                )
            )
        else:
            entry.get("transaction_type").damaged(f"is {kind!r}", "Known are payment and refund.")
    rows.intents.extend(taken)


def _refund_reason(order: Order, taken: list[PaymentIntent], amount: Money) -> RefundReason:
    if order.status is OrderStatus.CANCELED:
        return RefundReason.ORDER_CANCELED
    if len(taken) > 1 and taken[-1].amount == amount:
        return RefundReason.PAYMENT_METHOD_CHANGED
    if order.items_changed_at is not None:
        return RefundReason.EXCHANGE_DIFFERENCE
    return RefundReason.REQUESTED_BY_CUSTOMER


class _Lines:
    """Hands out the lines of an order, each once."""

    def __init__(self, order: Order) -> None:
        self._free: dict[str, list[OrderLineItem]] = defaultdict(list)
        for line in order.lines:
            self._free[line.sku].append(line)

    def take(self, node: Node) -> OrderLineItem:
        """The next free line of the item that `node` names."""
        free = self._free[node.text()]
        if not free:
            node.damaged(f"is {node.value!r}, which the order does not hold (that often)")
        return free.pop(0)


def _read_parcel(order: Order, number: int, node: Node) -> Fulfillment:
    node.only("tracking_id", "item_ids")
    lines = _Lines(order)
    return Fulfillment(
        id=f"{order.id}/parcel/{number}",
        order_id=order.id,
        status=_PARCELS[order.status],
        lines=tuple(
            FulfillmentLine(line_id=lines.take(item).id, sku=item.text(), quantity=1)
            for item in node.get("item_ids").elements()
        ),
        tracking_numbers=node.get("tracking_id").texts(),
    )


def _read_return(order: Order, node: Node, rows: Tau2Rows) -> Return:
    lines = _Lines(order)
    back = [lines.take(item) for item in node.get("return_items").elements()]
    return Return(
        id=f"{order.id}/return",
        order_id=order.id,
        customer_id=order.customer_id,
        status=ReturnStatus.REQUESTED,
        items=tuple(ReturnItem(line_id=line.id, sku=line.sku, quantity=1) for line in back),
        payment_method_id=_method(order, node.get("return_payment_method_id"), rows),
        refund=Money.sum((line.unit_price for line in back), CURRENCY),
        requested_at=rows.at,
    )


def _read_exchange(order: Order, node: Node, rows: Tau2Rows) -> Exchange:
    """The document sorts old and new items apart, so the pairs are made anew, product by product."""
    lines = _Lines(order)
    wanted: dict[str, list[str]] = defaultdict(list)
    for item in node.get("exchange_new_items").elements():
        variant = rows.variants.get(item.text())
        if variant is None:
            item.damaged(f"is {item.value!r}, which is no variant")
        wanted[variant.product_id].append(variant.sku)
    items: list[ExchangeItem] = []
    for item in node.get("exchange_items").elements():
        line = lines.take(item)
        if not wanted[line.product_id]:
            item.damaged("has no counterpart of the same product in exchange_new_items")
        sku = wanted[line.product_id].pop(0)
        items.append(ExchangeItem(line_id=line.id, from_sku=line.sku, to_sku=sku, quantity=1, price=rows.prices[sku]))
    if any(wanted.values()):
        node.get("exchange_new_items").damaged("names more items than exchange_items")
    return Exchange(
        id=f"{order.id}/exchange",
        order_id=order.id,
        customer_id=order.customer_id,
        status=ExchangeStatus.REQUESTED,
        items=tuple(items),
        payment_method_id=_method(order, node.get("exchange_payment_method_id"), rows),
        difference=node.get("exchange_price_difference").amount(CURRENCY, negative=True),
        requested_at=rows.at,
    )

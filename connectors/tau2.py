"""The retail database of tau2-bench, in and out without loss.

A document holds `users`, `products` and `orders`. It knows no times, no stock counts and no shipping: orders have no
`placed_at`, variants track no stock. Its after-sale statuses become records of their own (`Return`, `Exchange`).
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.document import Node, read_document
from shopgraph.connectors.tau2_orders import CURRENCY, REGION_ID, Tau2Rows, read_address, read_order, same_id
from shopgraph.connectors.tau2_orders_export import write_address, write_orders
from shopgraph.domain import (
    Availability,
    ClockKind,
    Customer,
    Money,
    Offer,
    OrderStatus,
    PaymentMethod,
    PaymentMethodKind,
    Product,
    ProductVariant,
    Region,
    ShopMeta,
)

IMPORTED_AT = datetime(2024, 5, 15, 20, 0, tzinfo=UTC)
"""The shop's instant, and that of records which must have one, unless the importer says otherwise."""

_KINDS = {
    "credit_card": PaymentMethodKind.CARD,
    "paypal": PaymentMethodKind.PAYPAL,
    "gift_card": PaymentMethodKind.GIFT_CARD,
}
_SOURCE_OF = {kind: source for source, kind in _KINDS.items()}
_REGION = Region(
    id=REGION_ID,
    name="United States",
    country="US",
    currency=CURRENCY,
    locale="en_US",
    timezone="America/New_York",
)


def read_tau2(path: Path, *, at: datetime = IMPORTED_AT) -> tuple[ShopMeta, Dataset]:
    """Read such a file (plain or gzip) as a shop with one region, whose clock stands at `at`.

    Raises:
        DamagedShop: names the file and the place in it; nothing is returned half.
    """
    root = read_document(path).only("products", "users", "orders")
    rows = Tau2Rows(at=at)
    products: list[Product] = []
    offers: list[Offer] = []
    for product_id, node in root.get("products").entries():
        products.append(_read_product(product_id, node, rows, offers))
    for user_id, node in root.get("users").entries():
        _read_holdings(user_id, node, rows)
    for order_id, node in root.get("orders").entries():
        read_order(order_id, node, rows)
    missing = sorted(set(rows.places) - {order.id for order in rows.orders})
    if missing:
        owner = root.get("users").get(rows.places[missing[0]][0])
        owner.get("orders").damaged(f"names {missing[0]!r}, which is no order")
    worth = _lifetime_values(rows)
    dataset = Dataset(
        regions=[_REGION],
        products=products,
        variants=list(rows.variants.values()),
        offers=offers,
        customers=[_read_customer(user_id, node, worth[user_id]) for user_id, node in root.get("users").entries()],
        payment_methods=list(rows.methods.values()),
        orders=rows.orders,
        intents=rows.intents,
        refunds=rows.refunds,
        fulfillments=rows.fulfillments,
        returns=rows.returns,
        exchanges=rows.exchanges,
    )
    meta = ShopMeta(
        id="tau2-retail",
        name="tau2 retail",
        bundle="tau2-retail",
        default_region_id=REGION_ID,
        clock=ClockKind.FIXED,
        clock_at=at,
        created_at=at,
    )
    return meta, dataset


def to_tau2(dataset: Dataset) -> dict[str, Any]:
    """Write a shop as such a document, ready for `json.dumps`: the inverse of `read_tau2`, later changes included."""
    offers = {offer.sku: offer for offer in dataset.offers if offer.region_id == REGION_ID}
    products: dict[str, Any] = {
        product.id: {"name": product.title, "product_id": product.id, "variants": {}} for product in dataset.products
    }
    for variant in dataset.variants:
        offer = offers[variant.sku]
        products[variant.product_id]["variants"][variant.sku] = {
            "item_id": variant.sku,
            "options": dict(variant.options),
            "available": offer.availability is Availability.IN_STOCK,
            "price": float(offer.price.decimal),
        }
    users = {customer.id: _write_user(customer) for customer in dataset.customers}
    for method in dataset.payment_methods:
        users[method.customer_id]["payment_methods"][method.id] = _write_method(method)
    for order in sorted(dataset.orders, key=lambda order: (order.position, order.id)):
        users[order.customer_id]["orders"].append(order.id)
    return {"products": products, "users": users, "orders": write_orders(dataset)}


def canonical_hash(document: Any) -> str:
    """SHA-256 (hex) of a document without nulls, its numbers as text with two decimals: 51 and 51.0 are the same."""
    text = json.dumps(_canonical(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    return f"{Money.rounded(Decimal(str(value)), CURRENCY).decimal:.2f}"


def _read_product(product_id: str, node: Node, rows: Tau2Rows, offers: list[Offer]) -> Product:
    node.only("name", "product_id", "variants")
    same_id(node, "product_id", product_id)
    title = node.get("name").text()
    for sku, child in node.get("variants").entries():
        child.only("item_id", "options", "available", "price")
        same_id(child, "item_id", sku)
        if sku in rows.variants:
            child.damaged(f"stands under product {rows.variants[sku].product_id!r} too")
        rows.variants[sku] = ProductVariant(
            sku=sku,
            product_id=product_id,
            title=title,
            options=child.get("options").options(),
            tracks_stock=False,
        )
        rows.prices[sku] = child.get("price").amount(CURRENCY)
        available = child.get("available").truth()
        offers.append(
            Offer(
                sku=sku,
                region_id=REGION_ID,
                price=rows.prices[sku],
                availability=Availability.IN_STOCK if available else Availability.OUT_OF_STOCK,
            )
        )
    return Product(id=product_id, title=title)


def _read_holdings(user_id: str, node: Node, rows: Tau2Rows) -> None:
    """A user's payment methods, and the order of their orders."""
    node.only("user_id", "name", "address", "email", "payment_methods", "orders")
    same_id(node, "user_id", user_id)
    for method_id, child in node.get("payment_methods").entries():
        if method_id in rows.methods:
            child.damaged(f"belongs to {rows.methods[method_id].customer_id} too")
        rows.methods[method_id] = _read_method(user_id, method_id, child)
    for position, child in enumerate(node.get("orders").elements()):
        if child.text() in rows.places:
            child.damaged(f"names {child.text()!r}, which is listed already")
        rows.places[child.text()] = (user_id, position)


def _read_method(user_id: str, method_id: str, node: Node) -> PaymentMethod:
    same_id(node, "id", method_id)
    source = node.get("source").text()
    if source not in _KINDS:
        node.get("source").damaged(f"is {source!r}", f"Known are {', '.join(_KINDS)}.")
    kind = _KINDS[source]
    if kind is PaymentMethodKind.CARD:
        node.only("source", "id", "brand", "last_four")
        return PaymentMethod(
            id=method_id,
            customer_id=user_id,
            kind=kind,
            brand=node.get("brand").text(),
            last_four=node.get("last_four").text(),
        )
    if kind is PaymentMethodKind.PAYPAL:
        node.only("source", "id")
        return PaymentMethod(id=method_id, customer_id=user_id, kind=kind)
    node.only("source", "id", "balance")
    return PaymentMethod(id=method_id, customer_id=user_id, kind=kind, balance=node.get("balance").amount(CURRENCY))


def _read_customer(user_id: str, node: Node, worth: Money) -> Customer:
    name = node.get("name").only("first_name", "last_name")
    return Customer(
        id=user_id,
        given_name=name.get("first_name").text(),
        family_name=name.get("last_name").text(),
        email=node.get("email").text(),
        address=read_address(node.get("address")),
        region_id=REGION_ID,
        lifetime_value=worth,
    )


def _lifetime_values(rows: Tau2Rows) -> dict[str, Money]:
    owner = {order.id: order.customer_id for order in rows.orders if order.status is not OrderStatus.CANCELED}
    worth: dict[str, Money] = defaultdict(lambda: Money.zero(CURRENCY))
    for intent in rows.intents:
        if intent.order_id in owner:
            worth[owner[intent.order_id]] += intent.captured
    for refund in rows.refunds:
        if refund.order_id in owner:
            worth[owner[refund.order_id]] -= refund.amount
    return worth


def _write_user(customer: Customer) -> dict[str, Any]:
    return {
        "user_id": customer.id,
        "name": {"first_name": customer.given_name, "last_name": customer.family_name},
        "address": write_address(customer.address),
        "email": customer.email,
        "payment_methods": {},
        "orders": [],
    }


def _write_method(method: PaymentMethod) -> dict[str, Any]:
    document: dict[str, Any] = {"source": _SOURCE_OF[method.kind], "id": method.id}
    if method.kind is PaymentMethodKind.CARD:
        document |= {"brand": method.brand, "last_four": method.last_four}
    if method.balance is not None:
        document["balance"] = float(method.balance.decimal)
    return document

"""A tau2 document of our own, small and with every status."""

from __future__ import annotations

import copy
from typing import Any

Document = dict[str, Any]
HOME = {"address1": "7 Fern Hill", "address2": "", "city": "Olden", "country": "USA", "state": "VT", "zip": "05001"}
STATUSES = (
    "pending",
    "pending (item modified)",
    "processed",
    "delivered",
    "cancelled",
    "return requested",
    "exchange requested",
)


def variant_of(item_id: str, price: float, *, available: bool = True, **options: str) -> Document:
    """A variant as a product holds it."""
    return {"item_id": item_id, "options": options, "available": available, "price": price}


def _line(item_id: str) -> Document:
    product_id = "p-cup" if item_id.startswith("c") else "p-hat"
    variant = PRODUCTS[product_id]["variants"][item_id]
    return {
        "name": PRODUCTS[product_id]["name"],
        "product_id": product_id,
        "item_id": item_id,
        "price": variant["price"],
        "options": variant["options"],
    }


PRODUCTS: Document = {
    "p-cup": {
        "name": "Cup",
        "product_id": "p-cup",
        "variants": {
            "c1": variant_of("c1", 8.5, colour="red"),
            "c2": variant_of("c2", 9, available=False, colour="blue"),
        },
    },
    "p-hat": {
        "name": "Hat",
        "product_id": "p-hat",
        "variants": {"h1": variant_of("h1", 31.07, size="S"), "h2": variant_of("h2", 30.02, size="L")},
    },
}


def _order(order_id: str, status: str, items: tuple[str, ...] = ("c1", "h1", "c1")) -> Document:
    lines = [_line(item) for item in items]
    total = round(sum(line["price"] for line in lines), 2)
    payment = {"transaction_type": "payment", "amount": total, "payment_method_id": "card-1"}
    order: Document = {
        "order_id": order_id,
        "user_id": "ann_1",
        "address": dict(HOME),
        "items": lines,
        "status": status,
        "fulfillments": [],
        "payment_history": [payment],
    }
    if not status.startswith("pending"):
        order["fulfillments"] = [{"tracking_id": ["T77"], "item_ids": sorted(items)}]
    if status == "cancelled":
        order["payment_history"].append({**payment, "transaction_type": "refund"})
        order["cancel_reason"] = "ordered by mistake"
    if status == "pending (item modified)":
        order["payment_history"].append({"transaction_type": "refund", "amount": 1.05, "payment_method_id": "gift-1"})
    if status == "return requested":
        order |= {"return_items": ["c1", "c1"], "return_payment_method_id": "gift-1"}
    if status == "exchange requested":
        order |= {
            "exchange_items": ["c1", "h1"],
            "exchange_new_items": ["c2", "h2"],
            "exchange_payment_method_id": "pp-1",
            "exchange_price_difference": -0.55,
        }
    return order


def document_of(*statuses: str) -> Document:
    """One customer's orders, one of each status that is named."""
    orders = {f"#W{number}": _order(f"#W{number}", status) for number, status in enumerate(statuses, 1)}
    return copy.deepcopy(
        {
            "products": PRODUCTS,
            "users": {
                "ann_1": {
                    "user_id": "ann_1",
                    "name": {"first_name": "Ann", "last_name": "Åby"},
                    "address": dict(HOME),
                    "email": "ann@example.com",
                    "payment_methods": {
                        "card-1": {"source": "credit_card", "id": "card-1", "brand": "visa", "last_four": "0042"},
                        "pp-1": {"source": "paypal", "id": "pp-1"},
                        "gift-1": {"source": "gift_card", "id": "gift-1", "balance": 51},
                    },
                    "orders": sorted(orders, reverse=True),
                }
            },
            "orders": orders,
        }
    )

"""What an allowed call of the benchmark changes in its document, and cases played on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from tests.oracle.tau2_rules import ADDRESS, WRITES, Document, Retailer, Verdict, cents, difference, judged, looked_up


def judge(document: Document, case: Document) -> tuple[Verdict, Retailer]:
    """Play the case's earlier calls, then say whether its own call is allowed; the retailer is as it must be then."""
    shop = Retailer(document)
    shop.user_id = case["context"].get("user_id")
    for call in case["setup"]:
        verdict = judged(shop, call, {"confirmed": True})
        if verdict.allowed is None:
            return verdict, shop
        if verdict.allowed:
            perform(shop, call)
    verdict = judged(shop, case, case["context"])
    if verdict.allowed:
        perform(shop, case)
    return verdict, shop


def perform(shop: Retailer, call: Document) -> None:
    """Change the document as an allowed call must."""
    tool, asked = call["tool"], call["arguments"]
    if tool.startswith("find_user_id_by"):
        shop.user_id = looked_up(shop, tool, asked)
    elif tool == "modify_user_address":
        shop.touch("users", asked["user_id"])["address"] = _address(asked)
    elif tool in WRITES:
        EFFECTS[tool](shop, shop.touch("orders", asked["order_id"]), asked)


def _address(asked: Document) -> Document:
    return {part: asked[part].strip() for part in ADDRESS}


def _book(shop: Retailer, order: Document, kind: str, amount: int, method_id: str) -> None:
    """Money in or out, at once on a gift card."""
    order["payment_history"].append({"transaction_type": kind, "amount": amount / 100, "payment_method_id": method_id})
    method = shop.touch("users", order["user_id"])["payment_methods"][method_id]
    if method["source"] == "gift_card":
        method["balance"] = (cents(method["balance"]) + (amount if kind == "refund" else -amount)) / 100


def _do_cancel(shop: Retailer, order: Document, asked: Document) -> None:
    held = Counter[str]()
    for entry in order["payment_history"]:
        sign = 1 if entry["transaction_type"] == "payment" else -1
        held[entry["payment_method_id"]] += sign * cents(entry["amount"])
    for method_id, amount in held.items():
        if amount:
            _book(shop, order, "refund", amount, method_id)
    order |= {"status": "cancelled", "cancel_reason": asked["reason"]}


def _do_move(shop: Retailer, order: Document, asked: Document) -> None:
    order["address"] = _address(asked)


def _do_pay(shop: Retailer, order: Document, asked: Document) -> None:
    first = dict(order["payment_history"][0])
    _book(shop, order, "payment", cents(first["amount"]), asked["payment_method_id"])
    _book(shop, order, "refund", cents(first["amount"]), first["payment_method_id"])


def _do_change(shop: Retailer, order: Document, asked: Document) -> None:
    extra = difference(shop, order, asked)
    _book(shop, order, "payment" if extra > 0 else "refund", abs(extra), asked["payment_method_id"])
    left = list(order["items"])
    for old_id, new_id in zip(asked["item_ids"], asked["new_item_ids"], strict=True):
        line = next(line for line in left if line["item_id"] == old_id)
        left = [other for other in left if other is not line]
        new = shop.variant(new_id) or {}
        line |= {"item_id": new_id, "price": new["price"], "options": new["options"]}
    order["status"] = "pending (item modified)"


def _do_return(shop: Retailer, order: Document, asked: Document) -> None:
    order |= {
        "status": "return requested",
        "return_items": sorted(asked["item_ids"]),
        "return_payment_method_id": asked["payment_method_id"],
    }


def _do_exchange(shop: Retailer, order: Document, asked: Document) -> None:
    order |= {
        "status": "exchange requested",
        "exchange_items": sorted(asked["item_ids"]),
        "exchange_new_items": sorted(asked["new_item_ids"]),
        "exchange_payment_method_id": asked["payment_method_id"],
        "exchange_price_difference": difference(shop, order, asked) / 100,
    }


EFFECTS: dict[str, Callable[[Retailer, Document, Document], None]] = {
    "cancel_pending_order": _do_cancel,
    "modify_pending_order_address": _do_move,
    "modify_pending_order_payment": _do_pay,
    "modify_pending_order_items": _do_change,
    "return_delivered_order_items": _do_return,
    "exchange_delivered_order_items": _do_exchange,
}

"""The facts that an answer may rely on, from the context, the allowances and every tool result of the request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import JsonValue

from shopgraph.domain import Money
from shopgraph.graphs.state import Evidence, State
from shopgraph.guards.allowances import Allowances
from shopgraph.guards.facts import Facts
from shopgraph.tools.views import (
    AmountView,
    OrderList,
    OrderView,
    ProductView,
    PromotionList,
    Recommendations,
    RefundView,
    SearchResult,
)

Parts = dict[str, list[dict[str, Any]]]


def facts_of(state: State) -> Facts:
    """Everything known in this request, in the guards' public form."""
    request, context, allowed = state["request"], state["context"], state["allowances"]
    parts: Parts = {"products": [], "orders": [], "refunds": [], "promotions": [], "amounts": []}
    for item in state["evidence"]:
        reader = _READERS.get(item.tool)
        if reader is not None:
            reader(item, parts)
        else:
            _amounts_in(item.result, parts)
    proposal = state["dialog"].proposal
    if proposal is not None:
        # The summary was written by the gate from records; its amounts are facts.
        parts["amounts"] += [{"name": f"proposed {value}", "amount": value} for value in _figures(proposal.summary)]
    for order in context.orders:
        parts["orders"].append(
            {
                "id": order.id,
                "status": str(order.status),
                "total": _decimal(order.total),
                "placed_on": order.placed_at.date() if order.placed_at else None,
                "delivered_on": order.delivered_at.date() if order.delivered_at else None,
                "lines": [
                    {
                        "name": line.title,
                        "sku": line.sku,
                        "quantity": line.ordered_quantity,
                        "price": _decimal(line.unit_price),
                    }
                    for line in order.lines
                ],
            }
        )
    for promotion in allowed.promotions:
        parts["promotions"].append(
            {
                "name": promotion.name,
                "percent": str(promotion.percent),
                "starts_on": promotion.starts_at.date(),
                "ends_on": promotion.ends_at.date(),
            }
        )
    return Facts.model_validate(
        {
            "locale": request.locale,
            "region": request.region_id,
            "currency": _currency(parts, context.customer.lifetime_value.currency if context.customer else None),
            **{key: _unique(rows) for key, rows in parts.items() if key != "amounts"},
            "actions": _actions(state),
            "discount": {
                "allowed": allowed.max_discount_percent > 0,
                "max_percent": str(allowed.max_discount_percent),
                "code": _good_code(state),
            },
            "return_window_days": allowed.return_window_days,
            "tax_percent": str(allowed.tax.percent),
            "delivery": _delivery(allowed),
            "amounts": {row["name"]: row["amount"] for row in parts["amounts"]},
            "customer": _customer(state),
        }
    )


def _delivery(allowed: Allowances) -> dict[str, Any] | None:
    method = allowed.delivery
    if method is None:
        return None
    free = _decimal(method.free_from) if method.free_from else None
    return {
        "min_days": method.min_days,
        "max_days": method.max_days,
        "price": _decimal(method.price),
        "free_from": free,
    }


def _good_code(state: State) -> str | None:
    """The code that was typed, once the gate has let it through to a yes or to the cart."""
    proposal = state["dialog"].proposal
    if proposal is not None and proposal.tool == "redeem_code":
        return str(proposal.arguments["code"])
    redeemed = [item.result.get("code") for item in state["evidence"] if item.tool == "redeem_code"]
    return str(redeemed[-1]) if redeemed else None


def _currency(parts: Parts, default: str | None) -> str | None:
    return next((row["currency"] for row in parts["amounts"] if "currency" in row), default)


def _decimal(money: Money) -> str:
    return str(money).split(" ", maxsplit=1)[0]


def _unique(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each record once; what was read later (a tool's result over the stitched context) wins."""
    by_key = {str(row.get("sku") or row.get("id") or row): row for row in reversed(rows)}
    return list(reversed(by_key.values()))


def _customer(state: State) -> dict[str, Any] | None:
    customer = state["context"].customer
    if customer is None:
        return None
    return {"name": customer.name, "email": customer.email, "phone": customer.phone or None}


def _actions(state: State) -> list[dict[str, Any]]:
    return [{"type": item.type, "order": item.order_id, "status": item.status} for item in state["actions"]]


def _figures(text: str) -> list[str]:
    """The decimal figures of a text that code wrote, however the locale groups and points them."""
    found = []
    for figure in re.findall(r"\d[\d.,\u00a0\u202f]*\d|\d", text):
        digits = re.sub(r"[^\d]", "", figure)
        point = re.search(r"[.,](\d{1,3})$", figure)
        places = (
            len(point.group(1)) if point and (len(point.group(1)) != 3 or figure.count(point.group(0)[0]) == 1) else 0
        )
        found.append(f"{digits[:-places] or '0'}.{digits[-places:]}" if places else digits)
    return found


def _amounts_in(value: JsonValue, parts: Parts) -> None:
    """Every amount that a tool's result holds, however deep."""
    if isinstance(value, dict):
        if set(value) == set(AmountView.model_fields):
            _amount(parts, AmountView.model_validate(value))
            return
        for inner in value.values():
            _amounts_in(inner, parts)
    elif isinstance(value, list):
        for inner in value:
            _amounts_in(inner, parts)


def _amount(parts: Parts, amount: AmountView) -> str:
    value = _decimal(amount.money)
    parts["amounts"].append({"currency": amount.currency, "name": f"read {value}", "amount": value})
    return value


def _product(item: Evidence, parts: Parts) -> None:
    product = ProductView.model_validate(item.result)
    for variant in product.variants:
        if variant.price is None:
            continue
        parts["products"].append(
            {
                "name": product.title,
                "sku": variant.sku,
                "price": _amount(parts, variant.price),
                "compare_at": _amount(parts, variant.compare_at) if variant.compare_at else None,
                "stock": variant.available_quantity,
                "attributes": {**product.attributes, **variant.options},
            }
        )


def _search(item: Evidence, parts: Parts) -> None:
    for hit in SearchResult.model_validate(item.result).products:
        if hit.from_price is not None:
            parts["products"].append({"name": hit.title, "price": _amount(parts, hit.from_price)})


def _recommended(item: Evidence, parts: Parts) -> None:
    for found in Recommendations.model_validate(item.result).items:
        parts["products"].append(
            {
                "name": found.title,
                "sku": found.sku,
                "price": _amount(parts, found.price),
                "stock": found.available_quantity,
            }
        )


def _order(item: Evidence, parts: Parts) -> None:
    order = OrderView.model_validate(item.result)
    parts["orders"].append(
        {
            "id": order.order_id,
            "status": str(order.status),
            "total": _amount(parts, order.total),
            "placed_on": order.placed_at.date() if order.placed_at else None,
            "delivered_on": order.delivered_at.date() if order.delivered_at else None,
            "tracking": next((n for parcel in order.parcels for n in parcel.tracking_numbers), None),
            "lines": [
                {
                    "name": line.title,
                    "sku": line.sku,
                    "quantity": line.ordered_quantity,
                    "price": _amount(parts, line.unit_price),
                }
                for line in order.lines
            ],
        }
    )
    parts["refunds"] += [_refund(order.order_id, refund, parts) for refund in order.refunds]
    parts["refunds"] += [
        {"order": order.order_id, "amount": _amount(parts, back.refund), "status": str(back.status)}
        for back in order.returns
    ]


def _refund(order_id: str, refund: RefundView, parts: Parts) -> dict[str, Any]:
    return {"order": order_id, "amount": _amount(parts, refund.amount), "status": str(refund.status)}


def _orders(item: Evidence, parts: Parts) -> None:
    for order in OrderList.model_validate(item.result).orders:
        parts["orders"].append(
            {"id": order.order_id, "status": str(order.status), "total": _amount(parts, order.total)}
        )


def _promotions(item: Evidence, parts: Parts) -> None:
    for promotion in PromotionList.model_validate(item.result).promotions:
        parts["promotions"].append(
            {"name": promotion.name, "percent": str(promotion.percent), "ends_on": promotion.ends_at.date()}
        )


_READERS: Mapping[str, Callable[[Evidence, Parts], None]] = {
    "get_product": _product,
    "search_products": _search,
    "recommend_products": _recommended,
    "get_order": _order,
    "list_orders": _orders,
    "list_promotions": _promotions,
}

"""What each tool's rules say of a call in the demo chain, and what it is worth: part of `shop_judge`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

from shopgraph.domain import Order, OrderLineItem, PaymentMethod, Principal, PrincipalKind
from tests.oracle.shop_discounts import offer, own_business, redeem
from tests.oracle.shop_records import WAITING, Arguments, Asked, Shop
from tests.oracle.shop_shares import cost_of


def may_see(principal: Principal, owner_id: str) -> bool:
    """Whether somebody may know of a record at all."""
    return principal.kind in (PrincipalKind.STAFF, PrincipalKind.SYSTEM) or principal.customer_id == owner_id


def nothing(asked: Asked) -> Iterator[str]:
    """The rules of a tool that has none of its own."""
    yield from ()


def _of(asked: Asked) -> Order:
    assert asked.order is not None
    return asked.order


def _untouched(asked: Asked, rule: str) -> Iterator[str]:
    if _of(asked).status != "pending":
        yield rule
    if _of(asked).items_changed_at is not None:
        yield "items-changed-before"


def _cancel(asked: Asked) -> Iterator[str]:
    yield from _untouched(asked, "cancel-only-pending")
    yield from _approval(asked, sum(asked.shop.held(_of(asked)).values()))


def _approval(asked: Asked, refund: int) -> Iterator[str]:
    limit = asked.shop.terms.approval_above.get(_of(asked).region_id)
    if limit is not None and refund > limit:
        yield "refund-approval"


def _address(asked: Asked) -> Iterator[str]:
    address = asked.arguments["address"]
    if not all(address[part].strip() for part in ("line1", "city", "postal_code", "country")):
        yield "address-complete"


def _move(asked: Asked) -> Iterator[str]:
    yield from _untouched(asked, "change-only-pending")
    yield from _address(asked)


def _profile(asked: Asked) -> Iterator[str]:
    yield from own_business(asked)
    yield from _address(asked)


def _note(asked: Asked) -> Iterator[str]:
    if asked.order is None:
        yield from own_business(asked)


def _method(asked: Asked) -> PaymentMethod | None:
    method = asked.shop.methods.get(asked.arguments["payment_method_id"])
    return method if method is not None and method.customer_id == _of(asked).customer_id else None


def _covered(asked: Asked, amount: int) -> Iterator[str]:
    method = _method(asked)
    if method is not None and method.kind == "gift_card":
        balance = asked.shop.balance(method, _of(asked).currency)
        if balance is None or (amount > 0 and balance < amount):
            yield "gift-card-covers"


def _pay(asked: Asked) -> Iterator[str]:
    yield from _untouched(asked, "change-only-pending")
    shop, order = asked.shop, _of(asked)
    if sum(entry.order_id == order.id for entry in shop.records.intents) > 1:
        yield "payment-changed-before"
    held = sum(shop.held(order).values())
    if _method(asked) is None:
        yield "own-payment-method"
    if asked.arguments["payment_method_id"] in shop.paid_with(order):
        yield "payment-method-differs"
    yield from _covered(asked, held)
    if held == 0:
        yield "records-do-not-allow"


def _taken(order: Order, items: list[Arguments]) -> tuple[list[tuple[OrderLineItem, int, Arguments]], bool]:
    """The units of which lines are meant, first lines first, and whether the order holds all that are asked for."""
    left = {line.id: line.current_quantity for line in order.lines}
    taken, enough = [], True
    for item in items:
        rest = item.get("quantity", 1)
        for line in sorted(order.lines, key=lambda line: line.position):
            units = min(rest, left[line.id]) if line.sku == item["sku"] else 0
            if units:
                taken.append((line, units, item))
                left[line.id] -= units
                rest -= units
        enough = enough and rest == 0
    return taken, enough


def _items(asked: Asked) -> Iterator[str]:
    if not asked.arguments["items"]:
        yield "items-named"
    if not _taken(_of(asked), asked.arguments["items"])[1]:
        yield "quantities-in-order"
    if _method(asked) is None:
        yield "own-payment-method"


def _after_delivery(asked: Asked, rule: str) -> Iterator[str]:
    shop, order = asked.shop, _of(asked)
    if order.status != "delivered":
        yield rule
    returns = [entry.status for entry in shop.records.returns if entry.order_id == order.id]
    exchanges = [entry.status for entry in shop.records.exchanges if entry.order_id == order.id]
    if {*map(str, returns), *map(str, exchanges)} - {"canceled"}:
        yield "one-return-or-exchange"
    if order.delivered_at is None or order.return_policy is None:
        yield "return-window-known"
    elif order.return_policy.window_days == 0 or shop.now >= order.delivered_at + timedelta(
        days=order.return_policy.window_days + 1
    ):
        yield "return-window"
    if any(line.final_sale for line, _, _ in _taken(order, asked.arguments["items"])[0]):
        yield "final-sale"


def _return(asked: Asked) -> Iterator[str]:
    yield from _after_delivery(asked, "return-only-delivered")
    yield from _items(asked)
    shop, order, method = asked.shop, _of(asked), _method(asked)
    gift_card = method is not None and method.kind == "gift_card"
    if asked.arguments["payment_method_id"] not in shop.paid_with(order) and not gift_card:
        yield "refund-destination"
    if method is not None and gift_card and shop.balance(method, order.currency) is None:
        yield "refund-destination"
    yield from _approval(asked, _refund(asked))


def _refund(asked: Asked) -> int:
    """What the units cost, less the fee: not below nothing, not above what is held."""
    order = _of(asked)
    taken = _taken(order, asked.arguments["items"])[0]
    gross = sum(cost_of(asked.shop, order, [(line, units) for line, units, _ in taken]).values())
    blamed = all(item.get("reason") in ("damaged", "not_as_described", "wrong_item") for _, _, item in taken)
    fee = order.return_policy.restocking_fee.amount if order.return_policy and not blamed else 0
    return min(max(gross - fee, 0), sum(asked.shop.held(order).values()))


def _gives_back_too_much(asked: Asked) -> bool:
    """Whether cheaper variants of a line would give back more than its units cost."""
    shop, order, gap = asked.shop, _of(asked), Counter[str]()
    taken = _taken(order, asked.arguments["items"])[0]
    for line, units, item in taken:
        sold = shop.offers.get((item["to_sku"], order.region_id))
        gap[line.id] += (line.unit_price.amount - sold.price.amount) * units if sold else 0
    cost = cost_of(shop, order, [(line, units) for line, units, _ in taken])
    return any(back > cost[line] for line, back in gap.items())


def _swap(asked: Asked) -> Iterator[str]:
    yield from _items(asked)
    shop, order, items = asked.shop, _of(asked), asked.arguments["items"]
    if any(item["sku"] == item["to_sku"] for item in items):
        yield "different-variant"
    taken, _ = _taken(order, items)
    if any(shop.products.get(item["to_sku"]) != line.product_id for line, _, item in taken):
        yield "same-product"
    wanted = Counter[str]()
    for item in items:
        wanted[item["to_sku"]] += item.get("quantity", 1)
    if not all(shop.on_sale(sku, order.region_id, units) for sku, units in wanted.items()):
        yield "new-variant-available"
    yield from _covered(asked, difference(shop, order, items))


def difference(shop: Shop, order: Order, items: list[Arguments]) -> int:
    """What the new variants cost more than what was paid for the old ones' price; an unsold one counts nothing."""
    total = 0
    for line, units, item in _taken(order, items)[0]:
        sold = shop.offers.get((item["to_sku"], order.region_id))
        total += (sold.price.amount - line.unit_price.amount) * units if sold else 0
    return total


def _exchange(asked: Asked) -> Iterator[str]:
    yield from _after_delivery(asked, "exchange-only-delivered")
    yield from _swap(asked)
    if _gives_back_too_much(asked):
        yield "records-do-not-allow"


def _change(asked: Asked) -> Iterator[str]:
    yield from _untouched(asked, "change-only-pending")
    yield from _swap(asked)
    shop, order = asked.shop, _of(asked)
    too_much = -difference(shop, order, asked.arguments["items"]) > sum(shop.held(order).values())
    if too_much or _gives_back_too_much(asked):
        yield "records-do-not-allow"


def _give_back(asked: Asked) -> Iterator[str]:
    shop, order, amount = asked.shop, _of(asked), _asked_back(asked)
    held, wanted = shop.held(order), asked.arguments.get("payment_method_id")
    most = sum(held.values()) - _owed_back(shop, order)
    if wanted is not None:
        method = _method(asked)
        gift_card = method is not None and method.kind == "gift_card"
        on_it = sum(
            held[e.id] for e in shop.records.intents if e.order_id == order.id and e.payment_method_id == wanted
        )
        if method is None:
            yield "own-payment-method"
        if not gift_card and wanted not in shop.paid_with(order):
            yield "refund-destination"
        if method is not None and gift_card and shop.balance(method, order.currency) is None:
            yield "refund-destination"
        if wanted in shop.paid_with(order) and not gift_card:
            most = min(most, on_it)
    if amount > max(most, 0):
        yield "refund-within-held"
    yield from _approval(asked, amount)


def _asked_back(asked: Asked) -> int:
    return round(float(asked.arguments["amount"].split()[0]) * 100)


def _owed_back(shop: Shop, order: Order) -> int:
    """What open returns and exchanges will pay back."""
    returns = [e.refund for e in shop.records.returns if e.order_id == order.id and e.status in WAITING]
    swaps = [e.difference for e in shop.records.exchanges if e.order_id == order.id and e.status in WAITING]
    return sum(refund.amount for refund in returns) + sum(max(-swap.amount, 0) for swap in swaps)


def _gift_card(asked: Asked) -> Iterator[str]:
    method = asked.shop.methods.get(asked.arguments["payment_method_id"])
    if method is None or method.kind != "gift_card" or not may_see(asked.principal, method.customer_id):
        yield "own-records-only"


def _notes(asked: Asked) -> Iterator[str]:
    about = asked.arguments.get("customer_id")
    if about is not None and about not in asked.shop.customers:
        yield "no-such-record"


def _stock(asked: Asked) -> Iterator[str]:
    if asked.arguments["sku"] not in asked.shop.products or "store_id" in asked.arguments:
        yield "no-such-record"


def _receive(asked: Asked) -> Iterator[str]:
    shop = asked.shop
    found = next((entry for entry in shop.records.returns if entry.id == asked.arguments["return_id"]), None)
    if found is None:
        yield "no-such-record"
        return
    if found.status != "requested":
        yield "receive-once"
    order = shop.orders[found.order_id]
    lines = {line.id: line for line in order.lines}
    cost = cost_of(shop, order, [(lines[item.line_id], item.quantity) for item in found.items])
    if found.refund.amount > min(sum(shop.held(order).values()), sum(cost.values())):
        yield "records-do-not-allow"


def _known(asked: Asked) -> Iterator[str]:
    wanted = asked.arguments["product_id"]
    if wanted not in asked.shop.products and wanted not in asked.shop.products.values():
        yield "no-such-record"


def _recommend(asked: Asked) -> Iterator[str]:
    sku = asked.arguments.get("sku")
    if sku and sku not in asked.shop.products:
        yield "no-such-record"


RULES: dict[str, Callable[[Asked], Iterator[str]]] = {
    "cancel_order": _cancel,
    "change_order_address": _move,
    "change_profile_address": _profile,
    "change_payment_method": _pay,
    "change_items": _change,
    "return_items": _return,
    "exchange_items": _exchange,
    "redeem_code": redeem,
    "offer_discount": offer,
    "refund_order": _give_back,
    "list_notes": _notes,
    "get_gift_card": _gift_card,
    "promotion_history": own_business,
    "check_stock": _stock,
    "receive_return": _receive,
    "add_note": _note,
    "get_profile": own_business,
    "list_orders": own_business,
    "get_product": _known,
    "recommend_products": _recommend,
}

MONEY: dict[str, Callable[[Asked], int]] = {
    "cancel_order": lambda asked: sum(asked.shop.held(_of(asked)).values()),
    "return_items": _refund,
    "exchange_items": lambda asked: -difference(asked.shop, _of(asked), asked.arguments["items"]),
    "change_items": lambda asked: -difference(asked.shop, _of(asked), asked.arguments["items"]),
    "refund_order": _asked_back,
}
"""What a call gives to the customer, in minor units of the order's currency; below nothing where they pay."""

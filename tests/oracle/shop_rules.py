"""The demo chain's policy in plain Python, written from its prose: what forbids a call, and what it waits for.

It reads a shop's records and the numbers of a bundle, and works everything else out itself. Amounts are minor units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shopgraph.connectors.dataset import Dataset
from shopgraph.domain import (
    Cart,
    Customer,
    DiscountCode,
    Order,
    OrderLineItem,
    PaymentMethod,
    Principal,
    PrincipalKind,
    Promotion,
)

Arguments = dict[str, Any]

CUSTOMER_READS = (
    "get_profile",
    "list_orders",
    "get_order",
    "track_order",
    "get_returns",
    "get_gift_card",
    "promotion_history",
)
CUSTOMER_WRITES = (
    "cancel_order",
    "change_items",
    "change_order_address",
    "change_payment_method",
    "return_items",
    "exchange_items",
    "change_profile_address",
    "redeem_code",
    "offer_discount",
    "add_note",
)
INTERNAL = ("receive_return", "refund_order", "list_notes")
PUBLIC = (
    "search_products",
    "get_product",
    "recommend_products",
    "check_stock",
    "list_promotions",
    "list_campaigns",
    "delivery_options",
    "handoff",
)
WRITES = (*CUSTOMER_WRITES, "receive_return", "refund_order", "handoff")
_WAITING = ("requested", "received")
UNASKED = ("add_note", "handoff", *INTERNAL)
"""Changes that need no yes of a customer."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How much may be done within so many days of 24 hours."""

    id: str
    actions: tuple[str, ...]
    per: str
    days: int
    count: int | None
    amounts: dict[str, int]
    """Minor units by currency."""
    approve: bool


@dataclass(frozen=True, kw_only=True)
class Done:
    """A call that was done: what limits count."""

    tool: str
    who: dict[str, str]
    """Whose it was, by `customer`, `agent` and `conversation`."""
    money: tuple[int, str]
    """What it gave to the customer, and in which currency."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The numbers of a bundle that the prose leaves to it."""

    tax_inclusive: dict[str, bool]
    """By region, as everything below."""
    cooldown_days: dict[str, int]
    stacking: dict[str, bool]
    approval_above: dict[str, int]
    """Minor units."""
    max_percent: dict[str, int]
    margin_percent: dict[str, int]
    """Over cost."""
    limits: tuple[Limit, ...] = ()
    off: frozenset[str] = frozenset()
    """Rules switched off by declaration."""
    identification: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the policy says of a call."""

    forbidden: list[str]
    """Ids of the rules that it breaks."""
    needs_yes: bool = False
    needs_approval: bool = False
    done: Done | None = None
    """What limits will count of it once it is done."""


class Shop:
    """A shop's records, by the keys that the rules need."""

    def __init__(self, records: Dataset, terms: Terms, now: datetime, done: Sequence[Done] = ()) -> None:
        self.records, self.terms, self.now, self.done = records, terms, now, done
        self.orders = {order.id: order for order in records.orders}
        self.customers = {customer.id: customer for customer in records.customers}
        self.methods = {method.id: method for method in records.payment_methods}
        self.products = {variant.sku: variant.product_id for variant in records.variants}
        self.tracked = {variant.sku for variant in records.variants if variant.tracks_stock}
        self.offers = {(offer.sku, offer.region_id): offer for offer in records.offers}

    def find(self, typed: str) -> Order | None:
        """The order that a shopper means, who may leave out the # and write small letters."""
        wanted = typed.strip().lstrip("#").upper()
        return next((order for key, order in self.orders.items() if key.lstrip("#").upper() == wanted), None)

    def held(self, order: Order) -> Counter[str]:
        """What the shop still holds of an order's money, by payment."""
        held = Counter(
            {entry.id: entry.captured.amount for entry in self.records.intents if entry.order_id == order.id}
        )
        for refund in self.records.refunds:
            if refund.order_id == order.id and refund.status not in ("failed", "canceled"):
                assert refund.payment_intent_id is not None
                held[refund.payment_intent_id] -= refund.amount.amount
        return held

    def paid_with(self, order: Order) -> set[str]:
        """The methods whose money is still held for an order."""
        held = self.held(order)
        return {entry.payment_method_id for entry in self.records.intents if held[entry.id] > 0}

    def on_sale(self, sku: str, region_id: str, units: int) -> bool:
        """Whether that many can be had there at once."""
        offer = self.offers.get((sku, region_id))
        if offer is None or offer.availability != "in_stock":
            return False
        if sku not in self.tracked:
            return True
        places = {place.id for place in self.records.locations if place.region_id == region_id}
        levels = [level for level in self.records.stock_levels if level.sku == sku and level.location_id in places]
        return sum(level.on_hand - level.reserved - level.allocated for level in levels) >= units

    def balance(self, card: PaymentMethod, currency: str) -> int | None:
        """What a gift card holds beyond what waiting exchanges will take; None where it is in another currency."""
        if card.balance is None or card.balance.currency != currency:
            return None
        promised = sum(
            max(entry.difference.amount, 0)
            for entry in self.records.exchanges
            if entry.payment_method_id == card.id and entry.status in ("requested", "received")
        )
        return card.balance.amount - promised

    def cart(self, customer_id: str) -> Cart | None:
        """The open cart."""
        return next((c for c in self.records.carts if c.customer_id == customer_id and c.completed_at is None), None)

    def promotion(self, typed: str) -> tuple[DiscountCode | None, Promotion | None]:
        """The code that was typed, and what it is for."""
        code = next((c for c in self.records.codes if c.code.lower() == typed.strip().lower()), None)
        return code, next((p for p in self.records.promotions if code and p.id == code.promotion_id), None)


def judge(shop: Shop, asker: Asker, tool: str, arguments: Arguments) -> Verdict:
    """What the policy says of a well-formed call, with every rule that it breaks."""
    principal = asker.principal
    who = list(_who(shop, principal, tool))
    if who and principal.kind is not PrincipalKind.SYSTEM:
        return Verdict(forbidden=who)
    order = shop.find(arguments["order_id"]) if arguments.get("order_id") is not None else None
    if arguments.get("order_id") is not None and (order is None or not _may_see(principal, order.customer_id)):
        return Verdict(forbidden=["own-records-only"])
    if principal.kind is PrincipalKind.CUSTOMER and tool not in PUBLIC and principal.id not in shop.customers:
        return Verdict(forbidden=["own-records-only"])
    asked = Asked(shop=shop, principal=principal, arguments=arguments, order=order, region_id=asker.region_id)
    broken = {*who, *RULES.get(tool, _nothing)(asked)} - shop.terms.off
    done = _done(shop, asker, tool, asked) if not broken - {"refund-approval"} else None
    over = [limit for limit in shop.terms.limits if done and _over(shop, limit, done)]
    waits = "refund-approval" in broken or any(limit.approve for limit in over)
    supervisor = principal.kind is PrincipalKind.STAFF and "supervisor" in principal.roles
    return Verdict(
        forbidden=sorted(broken - {"refund-approval"}) + [limit.id for limit in over if not limit.approve],
        needs_yes=tool in WRITES and tool not in UNASKED and principal.kind is PrincipalKind.CUSTOMER,
        needs_approval=waits and not supervisor,
        done=done,
    )


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who calls, from where, and through which software."""

    principal: Principal
    region_id: str
    agent: str
    conversation: str


def _done(shop: Shop, asker: Asker, tool: str, asked: Asked) -> Done:
    principal = asker.principal
    own = principal.kind in (PrincipalKind.STAFF, PrincipalKind.SYSTEM)
    who = {"agent": f"{principal.kind}:{principal.id}" if own else asker.agent, "conversation": asker.conversation}
    customer = asked.order.customer_id if asked.order else principal.customer_id
    if customer:
        who["customer"] = customer
    money = (MONEY[tool](asked), asked.order.currency) if asked.order and tool in MONEY else (0, "")
    return Done(tool=tool, who=who, money=money, at=shop.now)


def _over(shop: Shop, limit: Limit, new: Done) -> bool:
    """Whether one more call goes beyond the limit; what was done a whole window ago counts no more."""
    if new.tool not in limit.actions or limit.per not in new.who:
        return False
    since = shop.now - timedelta(days=limit.days)
    past = [
        done
        for done in shop.done
        if done.tool in limit.actions and done.at > since and done.who.get(limit.per) == new.who[limit.per]
    ]
    if limit.count is not None:
        return len(past) >= limit.count
    amount, currency = new.money
    given = sum(max(done.money[0], 0) for done in past if done.money[1] == currency)
    return amount > 0 and given + amount > limit.amounts[currency]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A call whose asker may make it, about a record that the asker may see."""

    shop: Shop
    principal: Principal
    arguments: Arguments
    order: Order | None
    region_id: str


def _who(shop: Shop, principal: Principal, tool: str) -> Iterator[str]:
    kind = principal.kind
    if kind is PrincipalKind.CUSTOMER and principal.method not in ("host", *shop.terms.identification):
        kind = PrincipalKind.GUEST
    if tool in PUBLIC:
        return
    if tool in INTERNAL and kind not in (PrincipalKind.STAFF, PrincipalKind.SYSTEM):
        yield from ("internal-only", "identify-first", *(["refund-by-staff"] if tool == "refund_order" else []))
    if tool in (*CUSTOMER_READS, *CUSTOMER_WRITES):
        if kind is PrincipalKind.GUEST:
            yield from ("identify-first", *(["discount-needs-customer"] if tool == "offer_discount" else []))
        if kind is PrincipalKind.SYSTEM:
            yield "default-deny"


def _may_see(principal: Principal, owner_id: str) -> bool:
    return principal.kind in (PrincipalKind.STAFF, PrincipalKind.SYSTEM) or principal.customer_id == owner_id


def _nothing(asked: Asked) -> Iterator[str]:
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


def _self(asked: Asked) -> Iterator[str]:
    """About the asker's own: there is none where the asker is no customer."""
    if asked.principal.kind is not PrincipalKind.CUSTOMER:
        yield "of-a-customer"


def _profile(asked: Asked) -> Iterator[str]:
    yield from _self(asked)
    yield from _address(asked)


def _note(asked: Asked) -> Iterator[str]:
    if asked.order is None:
        yield from _self(asked)


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
    """Prices less discounts, and tax where it came on top, less the fee: not below nothing, not above what is held."""
    order, gross = _of(asked), 0
    for line, units, _ in _taken(order, asked.arguments["items"])[0]:
        gross += line.unit_price.amount * units - _share(line.discount.amount, line, units)
        if not asked.shop.terms.tax_inclusive[order.region_id]:
            gross += _share(line.tax.amount, line, units)
    fee = order.return_policy.restocking_fee.amount if order.return_policy else 0
    return min(max(gross - fee, 0), sum(asked.shop.held(order).values()))


def _share(whole: int, line: OrderLineItem, units: int) -> int:
    """These units' part of an amount on the whole line: even parts, odd cents on the first units bought."""
    each, odd = divmod(whole, line.ordered_quantity)
    first = line.ordered_quantity - line.current_quantity
    return sum(each + (unit < odd) for unit in range(first, first + units))


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
        offer = shop.offers.get((item["to_sku"], order.region_id))
        total += (offer.price.amount - line.unit_price.amount) * units if offer else 0
    return total


def _exchange(asked: Asked) -> Iterator[str]:
    yield from _after_delivery(asked, "exchange-only-delivered")
    yield from _swap(asked)


def _change(asked: Asked) -> Iterator[str]:
    yield from _untouched(asked, "change-only-pending")
    yield from _swap(asked)
    shop, order = asked.shop, _of(asked)
    if -difference(shop, order, asked.arguments["items"]) > sum(shop.held(order).values()):
        yield "records-do-not-allow"


def _redeem(asked: Asked) -> Iterator[str]:
    yield from _self(asked)
    shop, customer = asked.shop, asked.shop.customers.get(asked.principal.id)
    if customer is None:
        return
    cart = shop.cart(customer.id)
    region_id = cart.region_id if cart else asked.region_id
    code, promotion = shop.promotion(asked.arguments["code"])
    yield from _promised(code, promotion, customer, region_id, shop.now)
    if promotion is None or _budget_spent(shop, promotion):
        yield "code-budget-left"
    if promotion and promotion.sku and not any(line.sku == promotion.sku for line in (cart.lines if cart else ())):
        yield "code-product"
    if cart is None:
        yield "code-needs-cart"
    typed = asked.arguments["code"].strip().lower()
    on_cart = [entry.lower() for entry in cart.codes] if cart else []
    if typed in on_cart:
        yield "code-once-per-cart"
    others = [shop.promotion(entry)[1] for entry in on_cart if entry != typed]
    if others and not (shop.terms.stacking[region_id] and all(p and p.stackable for p in (promotion, *others))):
        yield "code-stacking"
    yield from _cooling(shop, customer, region_id)


def _cooling(shop: Shop, customer: Customer, region_id: str) -> Iterator[str]:
    used = [cut.applied_at for cut in shop.records.discounts if cut.customer_id == customer.id and cut.code]
    past = [at for at in used if at <= shop.now]
    if past and shop.now < max(past) + timedelta(days=shop.terms.cooldown_days[region_id]):
        yield "code-cooldown"


def _budget_spent(shop: Shop, promotion: Promotion) -> bool:
    if promotion.budget is None:
        return False
    given = [cut.amount for cut in shop.records.discounts if cut.promotion_id == promotion.id]
    return sum(cut.amount for cut in given if cut.currency == promotion.budget.currency) >= promotion.budget.amount


def _offer(asked: Asked) -> Iterator[str]:
    yield from _self(asked)
    shop, customer, region_id = asked.shop, asked.shop.customers.get(asked.principal.id), asked.region_id
    offer, percent = shop.offers.get((asked.arguments["sku"], region_id)), asked.arguments["percent"]
    if offer is None:
        yield "no-such-record"
    if offer is None or customer is None:
        return
    if percent > shop.terms.max_percent[region_id]:
        yield "discount-limit"
    cost = next(variant.cost for variant in shop.records.variants if variant.sku == offer.sku)
    if cost is None or cost.currency != offer.price.currency:
        yield "margin-known"
    least = 0 if cost is None else cost.amount * (100 + shop.terms.margin_percent[region_id])
    if cost and (cost.currency != offer.price.currency or offer.price.amount * (100 - percent) < least):
        yield "margin-floor"
    yield from _cooling(shop, customer, region_id)
    own = {p.id for p in shop.records.promotions if p.customer_id == customer.id and p.ends_at > shop.now}
    if any(c.promotion_id in own and (c.usage_limit is None or c.used < c.usage_limit) for c in shop.records.codes):
        yield "one-open-offer"


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
    returns = [e.refund for e in shop.records.returns if e.order_id == order.id and e.status in _WAITING]
    swaps = [e.difference for e in shop.records.exchanges if e.order_id == order.id and e.status in _WAITING]
    return sum(refund.amount for refund in returns) + sum(max(-swap.amount, 0) for swap in swaps)


def _gift_card(asked: Asked) -> Iterator[str]:
    method = asked.shop.methods.get(asked.arguments["payment_method_id"])
    if method is None or method.kind != "gift_card" or not _may_see(asked.principal, method.customer_id):
        yield "own-records-only"


def _notes(asked: Asked) -> Iterator[str]:
    about = asked.arguments.get("customer_id")
    if about is not None and about not in asked.shop.customers:
        yield "no-such-record"


def _stock(asked: Asked) -> Iterator[str]:
    if asked.arguments["sku"] not in asked.shop.products or "store_id" in asked.arguments:
        yield "no-such-record"


def _promised(
    code: DiscountCode | None, promotion: Promotion | None, customer: Customer, region_id: str, now: datetime
) -> Iterator[str]:
    if promotion is None or promotion.customer_id not in (None, customer.id):
        yield "code-known"
    if promotion is None or not promotion.starts_at <= now < promotion.ends_at:
        yield "code-running"
    if promotion is None or region_id not in promotion.region_ids:
        yield "code-region"
    if promotion is None or (promotion.audience and not set(promotion.audience) & set(customer.segments)):
        yield "code-audience"
    if code is None or (code.usage_limit is not None and code.used >= code.usage_limit):
        yield "code-uses-left"


def _receive(asked: Asked) -> Iterator[str]:
    shop = asked.shop
    found = next((entry for entry in shop.records.returns if entry.id == asked.arguments["return_id"]), None)
    if found is None:
        yield "no-such-record"
        return
    if found.status != "requested":
        yield "receive-once"
    if found.refund.amount > sum(shop.held(shop.orders[found.order_id]).values()):
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
    "redeem_code": _redeem,
    "offer_discount": _offer,
    "refund_order": _give_back,
    "list_notes": _notes,
    "get_gift_card": _gift_card,
    "promotion_history": _self,
    "check_stock": _stock,
    "receive_return": _receive,
    "add_note": _note,
    "get_profile": _self,
    "list_orders": _self,
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

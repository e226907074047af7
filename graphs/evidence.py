"""The facts that an answer may rely on, from the context, the allowances and every tool result of the request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from langchain_core.messages import HumanMessage
from pydantic import JsonValue

from shopgraph.domain import Order
from shopgraph.domain.days import last_day, local_day
from shopgraph.graphs.found import Found
from shopgraph.graphs.state import Evidence, State
from shopgraph.guards.allowances import Allowances
from shopgraph.guards.checks.amounts import find_amounts
from shopgraph.guards.checks.dates import find_dates
from shopgraph.guards.facts import (
    ActionFact,
    CustomerFact,
    DeliveryFact,
    DiscountFact,
    Facts,
    LineFact,
    OrderFact,
    ProductFact,
    PromotionFact,
    RefundFact,
)
from shopgraph.tools.spec import Proposal
from shopgraph.tools.views import (
    AmountView,
    OfferedDiscount,
    OrderList,
    OrderView,
    ProductView,
    PromotionHistory,
    PromotionList,
    Recommendations,
    RedeemedCode,
    SearchResult,
)


def facts_of(state: State) -> Facts:
    """Everything known in this request, in the guards' public form."""
    request, allowed, customer = state["request"], state["allowances"], state["context"].customer
    words = "\n".join(_own_words(state))
    found = _gathered(state, words)
    currency = found.currency or (customer.lifetime_value.currency if customer else None)
    return Facts(
        today=request.today,
        locale=request.locale,
        region=request.region_id,
        currency=currency,
        products=tuple(found.products),
        promotions=tuple(found.promotions),
        orders=tuple(found.orders.values()),
        refunds=tuple(found.refunds),
        amounts=found.amounts,
        dates=tuple(_own_dates(state, words, request.locale)),
        passages=tuple(dict.fromkeys(_passages(state))),
        told=_told(state),
        discount=DiscountFact(
            allowed=allowed.max_discount_percent > 0, max_percent=allowed.max_discount_percent, code=_good_code(state)
        ),
        return_window_days=allowed.return_window_days,
        tax_percent=allowed.tax.percent,
        delivery=_delivery(allowed),
        customer=_customer(state),
        actions=tuple(ActionFact(type=a.type, order=a.order_id, status=a.status) for a in state["actions"]),
    )


def _customer(state: State) -> CustomerFact:
    said = tuple(str(message.text) for message in state["messages"] if isinstance(message, HumanMessage))
    customer = state["context"].customer
    if customer is None:
        return CustomerFact(said=said)
    return CustomerFact(
        name=customer.name.strip(), email=customer.email or None, phone=customer.phone or None, said=said
    )


def _gathered(state: State, words: str) -> Found:
    timezone = state["request"].timezone
    found = Found(timezone=timezone)
    for promise in state["context"].promises:
        found.add_promise(promise, state["context"].stock)
    for item in state["evidence"]:
        _READERS.get(item.tool, _any_amounts)(item, found)
    for order in state["context"].orders:
        if order.id not in found.orders:
            found.orders[order.id] = _stitched_order(order)
    found.promotions += [
        PromotionFact(
            name=p.name,
            percent=p.percent,
            starts_on=local_day(p.starts_at, timezone),
            ends_on=last_day(p.ends_at, timezone),
        )
        for p in state["allowances"].promotions
    ]
    for order_id in _ORDER_ID.findall(words):
        if order_id not in found.orders:
            found.orders[order_id] = OrderFact(id=order_id)
    for proposal in _proposals(state):
        # The gate wrote the summary from the records, so what it names is a fact.
        for amount in find_amounts(proposal.summary):
            found.amounts |= {f"proposed {value}": value for value in amount.values}
    return found


_ORDER_ID = re.compile(r"#[A-Z]\d{4,}\b")


def _proposals(state: State) -> list[Proposal]:
    """What awaits a yes, and what was judged in this turn."""
    judged = [outcome.proposal for outcome in state["outcomes"] if outcome.proposal is not None]
    return [*state["dialog"].proposals, *judged]


def _own_words(state: State) -> list[str]:
    """What the gate, the rules and the tools wrote from the records: whatever it names may be named.

    They are read on lines of their own: no number of an order and no date goes over the end of a line.
    """
    found = [proposal.summary for proposal in _proposals(state)]
    found += [decision.reason for decision in state["decisions"]]
    for item in state["evidence"]:
        found += [value for value in _within(item.result) if isinstance(value, str)]
    return found


def _own_dates(state: State, words: str, locale: str) -> set[date]:
    found = set(find_dates(words, locale))
    for promise in state["context"].promises:
        found |= {
            last_day(promise.until, state["request"].timezone),
            *filter(None, (promise.day,)),
            *find_dates(promise.text, locale),
        }
    return found


_QUOTED = re.compile(r'"([^"\n]{8,})"')


def _passages(state: State) -> Iterator[str]:
    """Texts that a model was given about products, and what an answer quotes of the shop's own ones."""
    yield from (passage.text for passage in state["context"].passages)
    quoted = _QUOTED.findall(" ".join([*state["told"], state["draft"]]))
    by_model = state.get("way") == "agent"
    if not (quoted or by_model):
        return
    for item in state["evidence"]:
        if item.tool != "get_product":
            continue
        product = ProductView.model_validate(item.result)
        own = [product.description, *[f"{name}: {value}" for name, value in product.attributes.items()]]
        yield from (text for text in quoted if any(text in each.replace('"', "'") for each in own))
        if by_model:
            yield from filter(None, (*own, *[f"{review.title}. {review.body}" for review in product.reviews]))


def _told(state: State) -> tuple[str, ...]:
    """What a model was told beside passages: its facts, and every text of the tools' results."""
    if state.get("way") != "agent":
        return ()
    texts = (value for item in state["evidence"] for value in _within(item.result) if isinstance(value, str))
    return state["brief"], "\n".join(texts)


def _delivery(allowed: Allowances) -> DeliveryFact | None:
    method = allowed.delivery
    if method is None:
        return None
    return DeliveryFact(
        min_days=method.min_days,
        max_days=method.max_days,
        price=method.price.decimal,
        free_from=method.free_from.decimal if method.free_from else None,
    )


def _good_code(state: State) -> str | None:
    """The code that was typed, once the gate has let it through to a yes or to the cart."""
    proposed = [item.arguments["code"] for item in state["dialog"].proposals if item.tool == "redeem_code"]
    redeemed = [item.result.get("code") for item in state["evidence"] if item.tool == "redeem_code"]
    good = [*proposed, *redeemed]
    return str(good[0]) if good else None


def _stitched_order(order: Order) -> OrderFact:
    return OrderFact(
        id=order.id,
        status=str(order.status),
        total=order.total.decimal,
        placed_on=order.placed_at.date() if order.placed_at else None,
        delivered_on=order.delivered_at.date() if order.delivered_at else None,
        lines=tuple(
            LineFact(name=line.title, sku=line.sku, quantity=line.ordered_quantity, price=line.unit_price.decimal)
            for line in order.lines
        ),
    )


def _product(item: Evidence, found: Found) -> None:
    product = ProductView.model_validate(item.result)
    found.products += [
        ProductFact(
            name=product.title,
            sku=variant.sku,
            price=found.amount(variant.price),
            compare_at=found.amount(variant.compare_at) if variant.compare_at else None,
            promised=found.promised_for(variant.price, product.product_id, variant.sku),
            stock=variant.available_quantity,
            attributes={**product.attributes, **variant.options},
        )
        for variant in product.variants
        if variant.price is not None
    ]


def _search(item: Evidence, found: Found) -> None:
    hits = SearchResult.model_validate(item.result).products
    found.products += [
        ProductFact(
            name=hit.title,
            price=found.amount(hit.from_price),
            promised=found.promised_for(hit.from_price, hit.product_id, hit.title),
        )
        for hit in hits
        if hit.from_price is not None
    ]


def _recommended(item: Evidence, found: Found) -> None:
    found.products += [
        ProductFact(
            name=r.title,
            sku=r.sku,
            price=found.amount(r.price),
            promised=found.promised_for(r.price, r.product_id, r.sku),
            stock=r.available_quantity,
        )
        for r in Recommendations.model_validate(item.result).items
    ]


def _order(item: Evidence, found: Found) -> None:
    order = OrderView.model_validate(item.result)
    found.orders[order.order_id] = OrderFact(
        id=order.order_id,
        status=str(order.status),
        total=found.amount(order.total),
        placed_on=order.placed_at.date() if order.placed_at else None,
        delivered_on=order.delivered_at.date() if order.delivered_at else None,
        tracking=next((number for parcel in order.parcels for number in parcel.tracking_numbers), None),
        lines=tuple(
            LineFact(name=line.title, sku=line.sku, quantity=line.ordered_quantity, price=found.amount(line.unit_price))
            for line in order.lines
        ),
    )
    back = [(refund.amount, str(refund.status)) for refund in order.refunds]
    back += [(returned.refund, str(returned.status)) for returned in order.returns]
    found.refunds += [RefundFact(order=order.order_id, amount=found.amount(a), status=status) for a, status in back]
    paid = [order.shipping, *(payment.amount for payment in order.payments)]
    paid += [exchange.difference for exchange in order.exchanges]
    found.amounts |= {f"{order.order_id} {place}": found.amount(amount) for place, amount in enumerate(paid)}


def _orders(item: Evidence, found: Found) -> None:
    for order in OrderList.model_validate(item.result).orders:
        fact = OrderFact(id=order.order_id, status=str(order.status), total=found.amount(order.total))
        found.orders.setdefault(order.order_id, fact)


def _promotions(item: Evidence, found: Found) -> None:
    for promotion in PromotionList.model_validate(item.result).promotions:
        fact = PromotionFact(name=promotion.name, percent=promotion.percent, ends_on=promotion.last_day)
        found.promotions.append(fact)
        if promotion.cap is not None:
            found.amounts[f"cap of {promotion.name}"] = found.amount(promotion.cap)


def _any_amounts(item: Evidence, found: Found) -> None:
    """Every amount that another tool's result holds, however deep."""
    for value in _within(item.result):
        if isinstance(value, dict) and value.keys() == _OF_AMOUNT:
            amount = found.amount(AmountView.model_validate(value))
            found.amounts[f"{item.tool} {amount}"] = amount


_OF_AMOUNT = AmountView.model_fields.keys()


def _within(result: JsonValue) -> list[JsonValue]:
    """Every value in a result, itself and however deep."""
    found, waiting = list[JsonValue](), [result]
    while waiting:
        value = waiting.pop()
        found.append(value)
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found


def _redeemed(item: Evidence, found: Found) -> None:
    redeemed = RedeemedCode.model_validate(item.result)
    found.promotions.append(PromotionFact(percent=redeemed.percent, code=redeemed.code))
    _any_amounts(item, found)


def _offered(item: Evidence, found: Found) -> None:
    offer = OfferedDiscount.model_validate(item.result)
    found.promotions.append(
        PromotionFact(percent=offer.percent, code=offer.code, ends_on=found.last_day(offer.ends_at))
    )
    _any_amounts(item, found)


def _history(item: Evidence, found: Found) -> None:
    history = PromotionHistory.model_validate(item.result)
    found.promotions += [PromotionFact(code=used.code) for used in history.used if used.code]
    found.promotions += [
        PromotionFact(percent=own.percent, code=own.code, ends_on=found.last_day(own.ends_at))
        for own in history.own_codes
    ]
    _any_amounts(item, found)


_READERS: Mapping[str, Callable[[Evidence, Found], None]] = {
    "get_product": _product,
    "search_products": _search,
    "recommend_products": _recommended,
    "get_order": _order,
    "list_orders": _orders,
    "list_promotions": _promotions,
    "redeem_code": _redeemed,
    "offer_discount": _offered,
    "promotion_history": _history,
}
"""How a tool's result is read; of any other, only the amounts."""

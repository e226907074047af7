"""The rules of returns and refunds at their edges, through the gate on a real shop: the last yes and the first no.

Whatever is refused, or waits for a person, has changed nothing: every check compares all records before and after.
"""

from __future__ import annotations

from datetime import datetime

import pytest
from pydantic import JsonValue

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.demo.markets import MARKET
from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.domain import (
    Customer,
    Money,
    Order,
    OrderLineItem,
    OrderStatus,
    PaymentIntent,
    PaymentIntentStatus,
    PaymentMethod,
    PaymentMethodKind,
    Principal,
    ReturnPolicy,
)
from shopgraph.guards.policy import PolicyBundle
from shopgraph.tools.spec import Outcome
from shopgraph.tools.views import OrderView
from tests.tools.edges import DAY, TICK, Edit, decided, play
from tests.tools.small_shop import AT, HOME, NE


def load_order(
    shop: EmbeddedShop,
    price: Money,
    *,
    who: str = "ann",
    region_id: str = NE,
    delivered_at: datetime | None = None,
    window_days: int = 30,
    fee: int = 0,
) -> None:
    """Add the order #X of one thing, paid by the customer's card."""
    zero = Money.zero(price.currency)
    line = OrderLineItem(
        id="#X-0",
        order_id="#X",
        sku="HEELS-38",
        product_id="heels",
        title="Silver Heels",
        options={"size": "38"},
        unit_price=price,
        ordered_quantity=1,
        current_quantity=1,
        discount=zero,
        tax=zero,
        position=0,
    )
    order = Order(
        id="#X",
        customer_id=who,
        region_id=region_id,
        currency=price.currency,
        status=OrderStatus.DELIVERED if delivered_at else OrderStatus.PENDING,
        lines=(line,),
        shipping_address=HOME,
        shipping=zero,
        total=price,
        return_policy=ReturnPolicy(window_days=window_days, restocking_fee=Money(amount=fee, currency=price.currency)),
        placed_at=AT - 90 * DAY,
        delivered_at=delivered_at,
        position=9,
    )
    intent = PaymentIntent(
        id="pi-#X",
        order_id="#X",
        payment_method_id=f"{who}-card",
        amount=price,
        captured=price,
        status=PaymentIntentStatus.SUCCEEDED,
        sequence=0,
        created_at=AT - 90 * DAY,
    )
    shop.load(Dataset(orders=[order], intents=[intent]))


# ---- Returns: counted from delivery, on the terms copied onto the order

RETURN: dict[str, JsonValue] = {"order_id": "#X", "items": [{"sku": "HEELS-38"}], "payment_method_id": "ann-card"}


@pytest.mark.parametrize("calendar_says", [0, 365])
@pytest.mark.parametrize(
    ("window", "delivered", "rule"),
    [
        (30, AT - 31 * DAY + TICK, "done"),
        (30, AT - 31 * DAY, "return-window"),
        (30, AT, "done"),
        (14, AT - 15 * DAY + TICK, "done"),
        (14, AT - 15 * DAY, "return-window"),
        (0, AT, "return-window"),
        (365, AT - 366 * DAY + TICK, "done"),
    ],
)
async def test_a_return_goes_by_the_orders_own_window(
    shop: EmbeddedShop, edited: Edit, window: int, delivered: datetime, rule: str, calendar_says: int
) -> None:
    policy = edited({"window_days: 30": f"window_days: {calendar_says}"})
    load_order(shop, Money(amount=8000, currency="USD"), delivered_at=delivered, window_days=window)
    assert decided(await play(shop, "return_items", RETURN, policy=policy)) == rule


async def test_a_return_goes_by_the_orders_own_fee(shop: EmbeddedShop, edited: Edit) -> None:
    policy = edited({"restocking_fee: 0.00 USD": "restocking_fee: 9.00 USD"})
    load_order(shop, Money(amount=8000, currency="USD"), delivered_at=AT - DAY, fee=250)
    assert decided(await play(shop, "return_items", RETURN, policy=policy)) == "done"
    (accepted,) = await shop.connectors.warehouse.returns("#X")
    assert accepted.refund == Money(amount=7750, currency="USD")


@pytest.mark.parametrize(
    ("skus", "rule"),
    [(["SOCKS-1"], "final-sale"), (["DRESS-M", "SOCKS-1"], "final-sale"), (["DRESS-M"], "done")],
)
@pytest.mark.parametrize("method", ["ann-card", "ann-rich"])
async def test_a_final_sale_stays_sold(
    shop: EmbeddedShop, policy: PolicyBundle, skus: list[str], method: str, rule: str
) -> None:
    back: dict[str, JsonValue] = {
        "order_id": "#D1",
        "items": [{"sku": sku} for sku in skus],
        "payment_method_id": method,
    }
    assert decided(await play(shop, "return_items", back, policy=policy)) == rule


@pytest.mark.parametrize(
    ("until", "rule"),
    [
        ("2026-05-24", "final-sale"),  # the order was placed on May 23
        ("2026-05-23", "done"),
    ],
)
async def test_a_category_is_final_for_what_was_bought_while_it_was(
    shop: EmbeddedShop, edited: Edit, until: str, rule: str
) -> None:
    terms = "window_days: 30, restocking_fee: 0.00 USD"
    final = f"  - {{until: {until}, {terms}, final_sale_categories: [fashion]}}\n  - {{from: {until}, until: 2026-11-01"
    policy = edited({"  - {until: 2026-11-01": final})
    back: dict[str, JsonValue] = {
        "order_id": "#D1",
        "items": [{"sku": "DRESS-M"}],
        "payment_method_id": "ann-card",
    }
    assert decided(await play(shop, "return_items", back, policy=policy)) == rule
    shown = OrderView.model_validate((await play(shop, "get_order", {"order_id": "#D1"}, policy=policy)).result)
    assert [line.final_sale for line in shown.lines] == [rule == "final-sale", True], (
        "the socks are final by themselves"
    )


# ---- Refunds: to the original method or the customer's own gift card


@pytest.mark.parametrize(
    ("method", "rule"),
    [
        ("ann-card", "done"),
        ("ann-rich", "done"),
        ("ann-paypal", "refund-destination"),
        ("bob-gift", "refund-destination"),
        ("bob-card", "refund-destination"),
        ("nobodys", "refund-destination"),
    ],
)
@pytest.mark.parametrize("who", ["ann", Principal.staff("sue", "agent", "supervisor")])
async def test_a_refund_goes_where_the_money_came_from_or_to_a_gift_card_of_ones_own(
    shop: EmbeddedShop, policy: PolicyBundle, who: str | Principal, method: str, rule: str
) -> None:
    bobs = PaymentMethod(
        id="bob-gift", customer_id="bob", kind=PaymentMethodKind.GIFT_CARD, balance=Money(amount=0, currency="USD")
    )
    shop.load(Dataset(payment_methods=[bobs]))
    load_order(shop, Money(amount=8000, currency="USD"), delivered_at=AT - DAY)
    back = {**RETURN, "payment_method_id": method}
    assert decided(await play(shop, "return_items", back, policy=policy, who=who)) == rule


# ---- Above a limit a person decides

LIMITS = [(NE, "USD", 50000), ("jp", "JPY", 75000), ("kw", "KWD", 150000)]


@pytest.mark.parametrize(("region_id", "currency", "limit"), LIMITS)
@pytest.mark.parametrize(("more", "rule"), [(0, "done"), (1, "refund-approval")])
@pytest.mark.parametrize("tool", ["cancel_order", "return_items"])
async def test_one_minor_unit_above_the_limit_waits_for_a_person(
    shop: EmbeddedShop,
    policy: PolicyBundle,
    region_id: str,
    currency: str,
    limit: int,
    more: int,
    tool: str,
    rule: str,
) -> None:
    person = Customer(
        id="dee",
        given_name="Dee",
        family_name="Example",
        email="dee@example.com",
        address=HOME,
        region_id=region_id,
        lifetime_value=Money.zero(currency),
    )
    card = PaymentMethod(id="dee-card", customer_id="dee", kind=PaymentMethodKind.CARD, brand="visa", last_four="0005")
    known = {region.id for region in shop.regions()}
    regions = [] if region_id in known else [MARKET[region_id].region]
    shop.load(Dataset(regions=regions, customers=[person], payment_methods=[card]))
    delivered = AT - DAY if tool == "return_items" else None
    load_order(
        shop, Money(amount=limit + more, currency=currency), who="dee", region_id=region_id, delivered_at=delivered
    )
    arguments: dict[str, JsonValue] = (
        {**RETURN, "payment_method_id": "dee-card"} if delivered else {"order_id": "#X", "reason": "no_longer_needed"}
    )
    outcome = await play(shop, tool, arguments, policy=policy, who="dee", region_id=region_id)
    assert decided(outcome) == rule
    assert outcome.outcome is (Outcome.NEEDS_APPROVAL if more else Outcome.DONE)

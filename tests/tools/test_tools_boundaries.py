"""The rules of money and time at their edges, through the gate on a real shop: the last yes and the first no.

Whatever is refused, or waits for a person, has changed nothing: every check compares all records before and after.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import JsonValue

from shopgraph.clock import FixedClock
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.demo.markets import MARKET
from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.domain import (
    Address,
    Customer,
    Discount,
    DiscountCode,
    Money,
    Offer,
    Order,
    OrderLineItem,
    OrderStatus,
    PaymentIntent,
    PaymentIntentStatus,
    PaymentMethod,
    PaymentMethodKind,
    Principal,
    Product,
    ProductVariant,
    Promotion,
    ReturnPolicy,
    StockLevel,
)
from shopgraph.guards.policy import BUNDLES, PolicyBundle, load_bundle
from shopgraph.guards.promotions import with_calendars
from shopgraph.tools.gate import Gate
from shopgraph.tools.registry import default_tools
from shopgraph.tools.spec import GateOutcome, Outcome, Services, ToolCall, ToolContext
from shopgraph.tools.views import OrderView, PromotionList

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
NE = "us-northeast"
HOME = Address(line1="1 Elm Street", city="Boston", state="MA", postal_code="02101", country="US")

Edit = Callable[..., PolicyBundle]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """The default bundle with passages of one region's calendar replaced: `edited({old: new})`."""

    def edit(passages: dict[str, str], region_id: str = NE) -> PolicyBundle:
        folder = tmp_path / "edited"
        shutil.copytree(BUNDLES / "default", folder)
        file = folder / "calendars" / f"{region_id}.yaml"
        text = file.read_text(encoding="utf-8")
        for old, new in passages.items():
            assert old in text
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
        return load_bundle(folder)

    return edit


async def play(
    shop: EmbeddedShop,
    tool: str,
    arguments: dict[str, JsonValue],
    *,
    policy: PolicyBundle,
    at: datetime = AT,
    who: str | Principal = "ann",
    region_id: str = NE,
) -> GateOutcome:
    """One call by a confirming customer. What is not done must have changed nothing."""
    before = shop.dump()
    connectors = with_calendars(shop.connectors, policy.calendars)
    principal = who if isinstance(who, Principal) else Principal.customer(who)
    services = Services(connectors=connectors, clock=FixedClock(at), policy=policy)
    context = ToolContext(services=services, principal=principal, region_id=region_id, conversation_id="conv")
    gate, call = Gate(default_tools()), ToolCall(tool=tool, arguments=arguments, call_id=f"call-{at.isoformat()}")
    outcome = await gate.call(context, call)
    if outcome.proposal is not None and outcome.outcome is Outcome.NEEDS_CONFIRMATION:
        outcome = await gate.call(replace(context, request_confirmed=outcome.proposal.digest), call)
    assert (shop.dump() != before) is (outcome.outcome is Outcome.DONE and default_tools()[tool].mutates)
    return outcome


def decided(outcome: GateOutcome) -> str:
    """The rule that refused it, or `done`."""
    return "done" if outcome.outcome is Outcome.DONE else outcome.decisions[0].rule


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


# ---- No discount to a customer who used a promotion code in the last thirty days

CUTS = [
    ({"applied_at": AT - 30 * DAY + TICK}, "code-cooldown"),
    ({"applied_at": AT - 30 * DAY + timedelta(seconds=1)}, "code-cooldown"),
    ({"applied_at": AT}, "code-cooldown"),
    ({"applied_at": AT - 30 * DAY}, "done"),
    ({"applied_at": AT - 31 * DAY}, "done"),
    ({"applied_at": AT - DAY, "code": None}, "done"),  # goodwill, or an automatic promotion, is no code
    ({"applied_at": AT - DAY, "customer_id": "cleo"}, "done"),
]


@pytest.mark.parametrize(("cut", "rule"), CUTS)
@pytest.mark.parametrize(
    ("tool", "arguments"), [("redeem_code", {"code": "JUNE10"}), ("offer_discount", {"sku": "DRESS-M", "percent": 10})]
)
async def test_no_discount_within_thirty_days_of_a_code(
    shop: EmbeddedShop,
    policy: PolicyBundle,
    tool: str,
    arguments: dict[str, JsonValue],
    cut: dict[str, object],
    rule: str,
) -> None:
    used = {
        "id": "cut",
        "order_id": "#D1",
        "customer_id": "ann",
        "code": "OLD",
        "amount": Money(amount=1, currency="USD"),
    }
    shop.load(Dataset(discounts=[Discount.model_validate({**used, **cut})]))
    assert decided(await play(shop, tool, arguments, policy=policy)) == rule


async def test_the_latest_of_several_codes_counts(shop: EmbeddedShop, policy: PolicyBundle) -> None:
    for days in (400, 29, 31):
        cut = Discount(
            id=f"cut-{days}",
            order_id="#D1",
            customer_id="ann",
            code="OLD",
            amount=Money(amount=1, currency="USD"),
            applied_at=AT - days * DAY,
        )
        shop.load(Dataset(discounts=[cut]))
    outcome = await play(shop, "redeem_code", {"code": "JUNE10"}, policy=policy)
    assert decided(outcome) == "code-cooldown"
    assert outcome.decisions[0].numbers == {"cooldown_days": "30", "days_since_last_code": "29"}


# ---- No discount below cost plus margin; the margin is a share of the cost, never of the price


@pytest.mark.parametrize(
    ("margin", "cost", "price", "percent", "rule"),
    [
        # Ten percent over 100.00 is 110.00.
        (10, 10000, 14667, 25, "done"),  # leaves 110.0025
        (10, 10000, 14666, 25, "margin-floor"),  # leaves 109.995
        (10, 10000, 14666, 24, "done"),
        (10, 10000, 20000, 26, "discount-limit"),
        (10, 10000, 11000, 1, "margin-floor"),
        # Fifteen percent margin on a cost of 100.00: 115.00 is the floor, and 15.00 no price at all.
        (15, 10000, 15334, 25, "done"),  # leaves 115.005
        (15, 10000, 15333, 25, "margin-floor"),  # leaves 114.9975
        (15, 10000, 11500, 1, "margin-floor"),
        # As a share of the price, fifteen percent of 130.00 would let it go at 117.65 and below.
        (15, 10000, 13000, 11, "done"),  # leaves 115.70
        (15, 10000, 13000, 12, "margin-floor"),  # leaves 114.40
        (0, 10000, 12500, 20, "done"),  # leaves the cost itself
        (0, 10000, 12500, 21, "margin-floor"),
    ],
)
async def test_a_discount_leaves_the_margin_over_cost(
    shop: EmbeddedShop, edited: Edit, margin: int, cost: int, price: int, percent: int, rule: str
) -> None:
    policy = edited({"min_margin_percent: 10": f"min_margin_percent: {margin}"})
    shop.load(
        Dataset(
            products=[Product(id="lamp", title="Lamp", category="home")],
            variants=[
                ProductVariant(sku="LAMP", product_id="lamp", title="Lamp", cost=Money(amount=cost, currency="USD"))
            ],
            offers=[Offer(sku="LAMP", region_id=NE, price=Money(amount=price, currency="USD"))],
            stock_levels=[StockLevel(sku="LAMP", location_id="wh-ne", on_hand=1)],
        )
    )
    assert decided(await play(shop, "offer_discount", {"sku": "LAMP", "percent": percent}, policy=policy)) == rule


# ---- Stacking


@pytest.mark.parametrize("region_stacks", [False, True])
@pytest.mark.parametrize(("first", "second"), [(True, True), (True, False), (False, True), (False, False)])
async def test_codes_stack_where_region_and_both_promotions_say_so(
    shop: EmbeddedShop, edited: Edit, *, first: bool, second: bool, region_stacks: bool
) -> None:
    policy = edited({"stacking: false\n  planned": f"stacking: {str(region_stacks).lower()}\n  planned"})
    promotions = [
        Promotion(
            id=key,
            name=key,
            region_ids=(NE,),
            percent=Decimal(5),
            stackable=stackable,
            starts_at=AT - DAY,
            ends_at=AT + DAY,
        )
        for key, stackable in (("one", first), ("two", second))
    ]
    codes = [DiscountCode(code=each.id.upper(), promotion_id=each.id) for each in promotions]
    shop.load(Dataset(promotions=promotions, codes=codes))
    assert decided(await play(shop, "redeem_code", {"code": "ONE"}, policy=policy)) == "done"
    together = decided(await play(shop, "redeem_code", {"code": "TWO"}, policy=policy, at=AT + TICK))
    assert together == ("done" if region_stacks and first and second else "code-stacking")
    cart = await shop.connectors.sessions.cart("ann")
    assert cart is not None
    assert cart.codes == (("ONE", "TWO") if together == "done" else ("ONE",))


# ---- Promotions by the region's own clocks

PERIODS = [
    # An evening that crosses midnight; the day on which New York's clocks skip an hour; the day that has one twice.
    ("2026-06-05T21:00", "2026-06-06T03:00", "2026-06-06T01:00", "2026-06-06T07:00"),
    ("2026-03-08", "2026-03-09", "2026-03-08T05:00", "2026-03-09T04:00"),
    ("2026-03-08T02:30", "2026-03-08T03:30", "2026-03-08T07:00", "2026-03-08T07:30"),
    ("2026-11-01", "2026-11-02", "2026-11-01T04:00", "2026-11-02T05:00"),
    ("2026-11-01T01:30", "2026-11-01T02:00", "2026-11-01T05:30", "2026-11-01T07:00"),
]
PLANNED = "{{id: night, name: Night, percent: 12, categories: [home], code: NIGHT12, from: {}, until: {}{}}}"


@pytest.mark.parametrize(("begins", "ends", "first", "end"), PERIODS)
async def test_a_calendars_code_works_from_its_first_local_moment_to_its_last(
    shop: EmbeddedShop, edited: Edit, begins: str, ends: str, first: str, end: str
) -> None:
    policy = edited({"  planned:\n": f"  planned:\n    - {PLANNED.format(begins, ends, '')}\n"})
    starts_at, ends_at = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (first, end))
    for at in (starts_at - TICK, ends_at):
        assert decided(await play(shop, "redeem_code", {"code": "night12"}, policy=policy, at=at)) == "code-running"
    judged = await play(shop, "redeem_code", {"code": "night12"}, policy=policy, at=ends_at - TICK)
    assert judged.outcome is Outcome.DONE
    again = await play(shop, "redeem_code", {"code": "night12"}, policy=policy, at=starts_at)
    assert decided(again) == "code-once-per-cart", "at its first moment it runs, and is on the cart"


async def test_a_calendars_code_is_for_its_own_region(shop: EmbeddedShop, policy: PolicyBundle) -> None:
    at = datetime(2026, 6, 20, tzinfo=UTC)
    assert decided(await play(shop, "redeem_code", {"code": "MITTSOMMER10"}, policy=policy, at=at)) == "code-region"


@pytest.mark.parametrize(
    ("given", "rule"), [(("USD", 4999), "done"), (("USD", 5000), "code-budget-left"), (("GBP", 9999), "done")]
)
async def test_a_promotion_stops_at_its_budget(
    shop: EmbeddedShop, edited: Edit, given: tuple[str, int], rule: str
) -> None:
    planned = PLANNED.format("2026-05-01", "2026-07-01", ", budget: 50.00 USD, cap: 7.50 USD")
    policy = edited({"  planned:\n": f"  planned:\n    - {planned}\n"})
    currency, amount = given
    cuts = [
        Discount(
            id=f"cut-{n}",
            order_id="#P2",
            customer_id="bob",
            promotion_id="night",
            amount=Money(amount=part, currency=currency),
            applied_at=AT - DAY,
        )
        for n, part in enumerate((amount - 1000, 1000))
    ]
    shop.load(Dataset(discounts=cuts))
    listed = PromotionList.model_validate((await play(shop, "list_promotions", {}, policy=policy)).result)
    caps = {each.name: each.cap.money for each in listed.promotions if each.cap}
    assert caps.get("Night") == (Money(amount=750, currency="USD") if rule == "done" else None)
    redeemed = await play(shop, "redeem_code", {"code": "NIGHT12"}, policy=policy)
    assert decided(redeemed) == rule
    assert rule != "done" or "12 percent off, at most $7.50" in str(redeemed.result)


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

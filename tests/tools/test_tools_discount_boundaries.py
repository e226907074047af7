"""The rules of discounts and promotions at their edges, through the gate on a real shop: the last yes and the first no.

Whatever is refused, or waits for a person, has changed nothing: every check compares all records before and after.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import JsonValue

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.domain import Discount, DiscountCode, Money, Offer, Product, ProductVariant, Promotion, StockLevel
from shopgraph.guards.policy import PolicyBundle
from shopgraph.tools.spec import Outcome
from shopgraph.tools.views import PromotionList
from tests.tools.edges import DAY, TICK, Edit, decided, play
from tests.tools.small_shop import AT, NE

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

"""What may be promised, at its edges: against a few lines of arithmetic, and on the days on which terms change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shopgraph.domain import Address, Customer, Discount, Money, Order, OrderStatus, ReturnPolicy
from shopgraph.guards.allowances import allow
from shopgraph.guards.decisions import Effect
from shopgraph.guards.policy import PolicyBundle, load_bundle

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
DEFAULT = load_bundle("default")
HOME = Address(line1="1 Elm St", city="Reno", postal_code="89501", country="US")
ANN = Customer(
    id="ann",
    given_name="Ann",
    family_name="Example",
    email="ann@mail.example",
    address=HOME,
    region_id="us-west",
    lifetime_value=Money.of(0, "USD"),
)
REGIONS = {"us-west": "USD", "jp": "JPY", "kw": "KWD"}


@given(
    region_id=st.sampled_from(sorted(REGIONS)),
    price=st.integers(1, 10**6),
    cost=st.integers(0, 10**6),
    percent=st.integers(1, 100),
    ago=st.none() | st.timedeltas(timedelta(0), timedelta(days=60)),
)
@example(region_id="us-west", price=10000, cost=10000, percent=85, ago=None)  # "15 % margin" that sells for 15.00
@example(region_id="us-west", price=14667, cost=10000, percent=25, ago=30 * DAY)
@example(region_id="us-west", price=14666, cost=10000, percent=25, ago=None)
@example(region_id="kw", price=20000, cost=1, percent=25, ago=30 * DAY - TICK)
@example(region_id="jp", price=20000, cost=1, percent=26, ago=None)
def test_a_discount_is_allowed_exactly_where_the_sums_say_so(
    region_id: str, price: int, cost: int, percent: int, ago: timedelta | None
) -> None:
    currency = REGIONS[region_id]
    used = [
        Discount(
            id="cut",
            order_id="#D1",
            customer_id="ann",
            code="OLD",
            amount=Money(amount=1, currency=currency),
            applied_at=AT - since,
        )
        for since in ([] if ago is None else [ago])
    ]
    bounds = allow(
        DEFAULT,
        region_id=region_id,
        customer=ANN,
        at=AT,
        discounts=used,
        percent_requested=percent,
        price=Money(amount=price, currency=currency),
        cost=Money(amount=cost, currency=currency),
    )
    rested = ago is None or ago >= 30 * DAY
    covered = price * (100 - percent) >= cost * 110
    decision = next(each for each in bounds.decisions if each.action == "offer_discount")
    assert (decision.effect is Effect.ALLOW) is (rested and percent <= 25 and covered)
    most = int(bounds.max_discount_percent)
    assert most == 0 or (rested and most <= 25 and price * (100 - most) >= cost * 110), "what is said may be given"
    assert not rested or most == 25 or price * (100 - most - 1) < cost * 110, "and no more might have been"


@pytest.mark.parametrize(
    ("region_id", "turn", "before", "after"),
    [
        ("fr", datetime(2026, 6, 30, 22, tzinfo=UTC), "5.90 EUR", "6.40 EUR"),
        ("us-south", datetime(2026, 7, 1, 5, tzinfo=UTC), "7 %", "7.25 %"),
    ],
)
def test_what_is_promised_changes_at_local_midnight(region_id: str, turn: datetime, before: str, after: str) -> None:
    def said(at: datetime) -> str:
        return " ".join(each.reason for each in allow(DEFAULT, region_id=region_id, customer=None, at=at).decisions)

    assert before in said(turn - TICK)
    assert after in said(turn)
    assert after not in said(turn - TICK)
    assert before not in said(turn)


@pytest.mark.parametrize(
    ("agreed", "delivered_ago", "is_open", "left"),
    [
        (30, 31 * DAY - TICK, True, 0),
        (30, 31 * DAY, False, 0),
        (14, 15 * DAY - TICK, True, 0),
        (14, 15 * DAY, False, 0),
        (60, 31 * DAY, True, 29),
        (0, timedelta(0), False, 0),
    ],
)
def test_over_the_holidays_an_order_keeps_the_window_it_was_bought_with(
    default: PolicyBundle, agreed: int, delivered_ago: timedelta, *, is_open: bool, left: int
) -> None:
    """The calendar says sixty days then; an order placed before says what it said."""
    at = datetime(2026, 12, 1, tzinfo=UTC)
    assert default.calendar("uk", at).returns.window_days == 60
    order = Order(
        id="#D1",
        customer_id="ann",
        region_id="uk",
        currency="GBP",
        status=OrderStatus.DELIVERED,
        lines=(),
        shipping_address=HOME,
        shipping=Money.zero("GBP"),
        total=Money.of(50, "GBP"),
        return_policy=ReturnPolicy(window_days=agreed, restocking_fee=Money.zero("GBP")),
        delivered_at=at - delivered_ago,
    )
    bounds = allow(default, region_id="uk", customer=ANN, at=at, order=order)
    assert (bounds.return_window_days, bounds.return_open, bounds.return_days_left) == (agreed, is_open, left)

"""What may be promised: discounts, return windows, taxes and delivery, each with the decision behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.domain import Address, Customer, Discount, Money, Order, OrderStatus, Promotion, ReturnPolicy
from shopgraph.errors import ConfigurationError
from shopgraph.guards.allowances import Allowances, allow, days_since, margin_ok
from shopgraph.guards.decisions import Decision, Effect
from shopgraph.guards.policy import PolicyBundle, load_bundle

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
DEFAULT = load_bundle("default")
HOME = Address(line1="1 Elm St", city="Reno", postal_code="89501", country="US")
ANN = Customer(
    id="ann",
    given_name="Ann",
    family_name="Example",
    email="ann@mail.example",
    address=HOME,
    region_id="us-west",
    segments=("loyal",),
    lifetime_value=Money.of(100, "USD"),
)


def used_code(days_ago: float, *, customer: str = "ann", code: str | None = "SPRING") -> Discount:
    """A discount taken some days ago."""
    return Discount(
        id=f"discount_{days_ago}",
        order_id="#D1",
        customer_id=customer,
        code=code,
        amount=Money.of(5, "USD"),
        applied_at=AT - timedelta(days=days_ago),
    )


def order(delivered_days_ago: float | None, window: int | None = 30) -> Order:
    """An order of Ann's."""
    policy = None if window is None else ReturnPolicy(window_days=window, restocking_fee=Money.zero("USD"))
    delivered = None if delivered_days_ago is None else AT - timedelta(days=delivered_days_ago)
    return Order(
        id="#D1",
        customer_id="ann",
        region_id="us-west",
        currency="USD",
        status=OrderStatus.DELIVERED if delivered else OrderStatus.SHIPPED,
        lines=(),
        shipping_address=HOME,
        shipping=Money.zero("USD"),
        total=Money.of(50, "USD"),
        return_policy=policy,
        delivered_at=delivered,
    )


def decided(allowances: Allowances, action: str) -> Decision:
    """The decision about an action."""
    return next(decision for decision in allowances.decisions if decision.action == action)


@pytest.mark.parametrize(
    ("days", "percent", "rule"),
    [
        (0, 0, "code-cooldown"),
        (12, 0, "code-cooldown"),
        (29.99, 0, "code-cooldown"),
        (30, 25, "discount-limit"),
        (400, 25, "discount-limit"),
    ],
)
def test_a_code_used_lately_leaves_no_discount(days: float, percent: int, rule: str) -> None:
    bounds = allow(DEFAULT, region_id="us-west", customer=ANN, at=AT, discounts=[used_code(days)])
    assert (int(bounds.max_discount_percent), bounds.discount_rule) == (percent, rule)
    decision = decided(bounds, "offer_discount")
    assert decision.effect is (Effect.ALLOW if percent else Effect.DENY)
    if not percent:
        assert str(int(days)) in decision.reason


def test_only_her_own_codes_of_the_past_count() -> None:
    others = [used_code(1, customer="bob"), used_code(1, code=None), used_code(-1)]
    assert allow(DEFAULT, region_id="us-west", customer=ANN, at=AT, discounts=others).max_discount_percent == 25


def test_the_latest_code_counts() -> None:
    bounds = allow(DEFAULT, region_id="us-west", customer=ANN, at=AT, discounts=[used_code(90), used_code(3)])
    assert decided(bounds, "offer_discount").numbers["days_since_last_code"] == "3"


def test_a_request_above_the_limit_is_refused_with_both_numbers() -> None:
    bounds = allow(DEFAULT, region_id="us-west", customer=ANN, at=AT, percent_requested=90)
    decision = decided(bounds, "offer_discount")
    assert (decision.effect, decision.rule) == (Effect.DENY, "discount-limit")
    assert decision.numbers == {"percent_requested": "90", "max_percent": "25"}
    assert bounds.max_discount_percent == 25, "what may be given is said all the same"


def test_a_request_within_the_limit_is_allowed() -> None:
    bounds = allow(DEFAULT, region_id="us-west", customer=ANN, at=AT, percent_requested=25)
    assert decided(bounds, "offer_discount").effect is Effect.ALLOW


def test_a_guest_gets_promotions_but_no_discount_of_their_own() -> None:
    spring = Promotion(
        id="p1",
        name="Spring",
        region_ids=("us-west",),
        percent=Decimal(10),
        starts_at=AT - timedelta(days=1),
        ends_at=AT + timedelta(days=1),
    )
    loyal = spring.model_copy(update={"id": "p2", "audience": ("loyal",)})
    abroad = spring.model_copy(update={"id": "p3", "region_ids": ("uk",)})
    over = spring.model_copy(update={"id": "p4", "ends_at": AT})
    everything = [spring, loyal, abroad, over]
    guest = allow(DEFAULT, region_id="us-west", customer=None, at=AT, promotions=everything)
    assert (int(guest.max_discount_percent), guest.discount_rule) == (0, "discount-needs-customer")
    assert [p.id for p in guest.promotions] == ["p1"]
    ann = allow(DEFAULT, region_id="us-west", customer=ANN, at=AT, promotions=everything)
    assert [p.id for p in ann.promotions] == ["p1", "p2"]


def test_the_margin_is_over_cost_and_never_of_the_price() -> None:
    price, cost = Money.of(100, "USD"), Money.of(85, "USD")
    bounds = allow(DEFAULT, region_id="us-west", customer=ANN, at=AT, price=price, cost=cost)
    assert (int(bounds.max_discount_percent), bounds.discount_rule) == (6, "margin-floor"), "100 - 85 * 1.1 = 6.5"
    assert margin_ok(price, cost, Decimal("6.5"), Decimal(10))
    assert not margin_ok(price, cost, Decimal("6.51"), Decimal(10))
    # A peer read "15 % margin" so that a 100 dollar item sold at 15.
    assert not margin_ok(Money.of(100, "USD"), Money.of(60, "USD"), Decimal(85), Decimal(15))
    asked = allow(DEFAULT, region_id="us-west", customer=ANN, at=AT, price=price, cost=cost, percent_requested=10)
    assert decided(asked, "offer_discount").rule == "margin-floor"


@given(
    price=st.integers(1, 10**7),
    cost=st.integers(0, 10**7),
    percent=st.integers(0, 100),
    least=st.integers(0, 200),
)
def test_a_margin_that_is_kept_covers_the_cost(price: int, cost: int, percent: int, least: int) -> None:
    left = Money(amount=price, currency="KWD"), Money(amount=cost, currency="KWD")
    kept = margin_ok(*left, Decimal(percent), Decimal(least))
    assert kept == (price * (100 - percent) >= cost * (100 + least))


def test_a_margin_across_currencies_is_never_kept() -> None:
    assert not margin_ok(Money.of(100, "USD"), Money.of(1, "EUR"), Decimal(0), Decimal(0))


@pytest.mark.parametrize(
    ("days", "is_open", "left"),
    [(0, True, 30), (5.5, True, 25), (30, True, 0), (30.99, True, 0), (31, False, 0), (60, False, 0)],
)
def test_the_return_window_has_a_last_day(days: float, is_open: bool, left: int) -> None:
    bounds = allow(DEFAULT, region_id="us-west", customer=ANN, at=AT, order=order(days))
    assert (bounds.return_window_days, bounds.return_open, bounds.return_days_left) == (30, is_open, left)
    decision = decided(bounds, "return_items")
    assert (decision.rule, decision.effect) == ("return-window", Effect.ALLOW if is_open else Effect.DENY)


def test_the_orders_own_terms_count_before_the_regions() -> None:
    assert allow(DEFAULT, region_id="us-west", customer=ANN, at=AT, order=order(10, window=7)).return_open is False
    assert allow(DEFAULT, region_id="us-west", customer=ANN, at=AT, order=order(0, window=0)).return_open is False
    assert allow(DEFAULT, region_id="us-west", customer=ANN, at=AT, order=order(29, window=None)).return_open is True
    undelivered = allow(DEFAULT, region_id="us-west", customer=ANN, at=AT, order=order(None))
    assert (undelivered.return_open, undelivered.return_window_days) == (None, 30)


def test_terms_come_from_the_regions_calendar() -> None:
    bounds = allow(DEFAULT, region_id="de", customer=None, at=AT)
    assert bounds.tax.inclusive
    assert bounds.delivery is not None
    assert bounds.delivery.price == Money.of("4.90", "EUR")
    assert "19" in decided(bounds, "tax").reason
    assert decided(bounds, "delivery").numbers == {"days": "2 to 4 days"}


def test_the_imported_retailer_promises_nothing_that_it_does_not_know(tau2: PolicyBundle) -> None:
    bounds = allow(tau2, region_id="us", customer=ANN, at=AT, order=order(3, window=None))
    assert (int(bounds.max_discount_percent), bounds.discount_rule) == (0, "no-discounts")
    assert (bounds.return_window_days, bounds.return_open, bounds.delivery) == (None, None, None)


def test_an_unknown_region_is_said() -> None:
    with pytest.raises(ConfigurationError, match="atlantis"):
        allow(DEFAULT, region_id="atlantis", customer=None, at=AT)


def test_days_are_whole_days() -> None:
    assert days_since(AT - timedelta(days=2, seconds=-1), AT) == 1
    assert days_since(AT - timedelta(days=2), AT) == 2

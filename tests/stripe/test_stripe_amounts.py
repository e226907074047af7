"""Money in Stripe's units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shopgraph.connectors.stripe.amounts import from_stripe, to_stripe
from shopgraph.domain import Money
from shopgraph.errors import InvalidInput

pytestmark = pytest.mark.counterpart("none: Stripe's page of currencies, written out")


@pytest.mark.parametrize(
    ("amount", "currency", "stripes"),
    [
        (1000, "USD", 1000),
        (500, "JPY", 500),
        (5120, "KWD", 5120),
        (5, "ISK", 500),
        (5, "UGX", 500),
        (500, "MGA", 5),
        (99_999_999, "EUR", 99_999_999),
    ],
)
def test_both_ways(amount: int, currency: str, stripes: int) -> None:
    money = Money(amount=amount, currency=currency)
    assert to_stripe(money) == stripes
    assert from_stripe(stripes, currency.lower()) == money


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (5124, "KWD", r"5\.124 KWD.*0\.010 KWD"),
        (1, "BHD", r"0\.010 BHD"),
        (501, "MGA", r"5\.01 MGA.*1\.00 MGA"),
        (100_000_000, "USD", "eight digits"),
        (1_000_000, "ISK", "eight digits"),
        (1000, "IQD", "Stripe has no IQD"),
        (1000, "CLF", "Stripe has no CLF"),
    ],
)
def test_what_stripe_has_not_is_refused(amount: int, currency: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        to_stripe(Money(amount=amount, currency=currency))


def test_a_fraction_of_a_krona_is_no_money() -> None:
    with pytest.raises(InvalidInput):
        from_stripe(501, "isk")


@given(some.integers(0, 2_000_000), some.sampled_from(["USD", "JPY", "KWD", "ISK", "MGA", "TND", "XPF"]))
def test_an_amount_comes_back_as_it_went_or_does_not_go(amount: int, currency: str) -> None:
    money = Money(amount=amount, currency=currency)
    try:
        stripes = to_stripe(money)
    except InvalidInput:
        assert currency in ("KWD", "TND", "MGA", "ISK")
        return
    assert from_stripe(stripes, currency) == money

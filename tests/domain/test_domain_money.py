"""Money never loses a minor unit and never meets a float."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shopgraph.domain import Money, exponent
from shopgraph.errors import InvalidInput

CURRENCIES = st.sampled_from(["USD", "EUR", "GBP", "JPY", "KWD", "CLF"])
AMOUNTS = st.integers(min_value=-(10**15), max_value=10**15)
MONEY = st.builds(lambda amount, currency: Money(amount=amount, currency=currency), AMOUNTS, CURRENCIES)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=20).filter(any)


@given(MONEY, WEIGHTS)
def test_split_loses_nothing(whole: Money, weights: list[int]) -> None:
    parts = whole.split(weights)
    assert len(parts) == len(weights)
    assert Money.sum(parts, whole.currency) == whole


@given(MONEY, WEIGHTS)
def test_split_is_off_by_less_than_one_unit(whole: Money, weights: list[int]) -> None:
    for part, weight in zip(whole.split(weights), weights, strict=True):
        exact = Decimal(whole.amount) * weight / sum(weights)
        assert abs(part.amount - exact) < 1
        assert weight > 0 or part.is_zero


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [-1]])
def test_split_over_nothing_is_refused(weights: list[int]) -> None:
    with pytest.raises(InvalidInput, match="weights"):
        Money(amount=100, currency="USD").split(weights)


@given(MONEY)
def test_what_is_written_is_read_back(money: Money) -> None:
    number, currency = str(money).split(" ")
    assert Money.of(number, currency) == money
    assert Money.of(money.decimal, money.currency) == money


@pytest.mark.parametrize(
    ("money", "written"),
    [
        (Money(amount=1230, currency="USD"), "12.30 USD"),
        (Money(amount=1230, currency="JPY"), "1230 JPY"),
        (Money(amount=1230, currency="KWD"), "1.230 KWD"),
        (Money(amount=-5, currency="EUR"), "-0.05 EUR"),
        (Money(amount=0, currency="GBP"), "0.00 GBP"),
    ],
)
def test_money_is_written_with_its_currencys_digits(money: Money, written: str) -> None:
    assert str(money) == written


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("XYZ", 2)])
def test_exponents(currency: str, digits: int) -> None:
    assert exponent(currency) == digits


@pytest.mark.parametrize(
    ("value", "currency"), [("12.345", "USD"), ("0.5", "JPY"), ("1.2345", "KWD"), ("twelve", "USD"), ("", "USD")]
)
def test_what_is_no_amount_of_the_currency_is_refused(value: str, currency: str) -> None:
    with pytest.raises(InvalidInput):
        Money.of(value, currency)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_finite_number_is_refused(value: str) -> None:
    with pytest.raises(InvalidInput):
        Money.of(value, "USD")


def test_a_float_never_becomes_money() -> None:
    with pytest.raises(InvalidInput, match="float"):
        Money.of(12.3, "USD")  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": 12.0, "currency": "USD"})


@given(MONEY, MONEY)
def test_adding_and_subtracting_undo_each_other(one: Money, other: Money) -> None:
    if one.currency == other.currency:
        assert one + other - other == one
        assert one + (-one) == Money.zero(one.currency)
        assert (one < other) == (other > one)
        assert (one <= other) != (one > other)
    else:
        for combine in (one.__add__, one.__sub__, one.__lt__, one.__le__, one.__gt__, one.__ge__):
            with pytest.raises(InvalidInput, match="do not add up"):
                combine(other)


@pytest.mark.parametrize(
    ("amount", "share", "result"), [(1000, "15", 150), (5, "10", 0), (15, "10", 2), (25, "10", 2), (1999, "8.875", 177)]
)
def test_percent_rounds_half_to_even(amount: int, share: str, result: int) -> None:
    assert Money(amount=amount, currency="USD").percent(Decimal(share)).amount == result


@given(MONEY, st.integers(min_value=0, max_value=50))
def test_times_is_repeated_adding(money: Money, times: int) -> None:
    assert money * times == Money.sum([money] * times, money.currency)

"""Money in Stripe's units, which are not ISO 4217's minor units for every currency."""

from __future__ import annotations

from decimal import Decimal

from shopgraph.domain import Money
from shopgraph.domain.money import exponent
from shopgraph.errors import InvalidInput

# From Stripe's page "Supported currencies".
_NO_DECIMALS = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_WHOLE_UNITS = frozenset({"ISK", "UGX"})
"""Written with two decimals that are always 00."""
_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
"""The last of the three is always 0."""
_LARGEST = 99_999_999


def to_stripe(money: Money) -> int:
    """The amount as Stripe takes it.

    Raises:
        InvalidInput: Stripe has no such amount: finer than its step, too large, or in a currency that it has not.
    """
    step = _step(money.currency)
    scaled = money.decimal.scaleb(_digits(money.currency))
    amount = int(scaled)
    if amount != scaled or amount % step:
        raise InvalidInput(
            f"Stripe cannot move {money}.",
            remedy=f"Round it, on purpose, to a multiple of {_smallest(money.currency)}.",
            amount=money.amount,
            currency=money.currency,
        )
    if abs(amount) > _LARGEST:
        raise InvalidInput(f"Stripe cannot move {money} at once.", remedy="It takes eight digits at most.")
    return amount


def from_stripe(amount: int, currency: str) -> Money:
    """Stripe's amount as money.

    Raises:
        InvalidInput: it is finer than the currency's own minor unit.
    """
    code = currency.upper()
    return Money.of(Decimal(amount).scaleb(-_digits(code)), code)


def _digits(currency: str) -> int:
    """Digits after the decimal separator in Stripe's amounts."""
    if currency in _NO_DECIMALS:
        return 0
    if currency in _THREE_DECIMALS:
        return 3
    if currency not in _WHOLE_UNITS and exponent(currency) != 2:
        raise InvalidInput(f"Stripe has no {currency}.", remedy="Use another way to pay.")
    return 2


def _step(currency: str) -> int:
    """The smallest difference between two of Stripe's amounts."""
    return 100 if currency in _WHOLE_UNITS else 10 if currency in _THREE_DECIMALS else 1


def _smallest(currency: str) -> Money:
    return from_stripe(_step(currency), currency)

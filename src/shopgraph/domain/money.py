"""Money in integer minor units. There is no float in here, and none may come in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Annotated

from pydantic import Field

from shopgraph.domain.base import Value
from shopgraph.errors import InvalidInput

_EXPONENTS = (
    dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    )
    | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)
    | dict.fromkeys(["CLF", "UYW"], 4)
)
"""ISO 4217 list one: digits after the decimal separator, where they are not two."""

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""An ISO 4217 alphabetic code."""


def exponent(currency: str) -> int:
    """Digits after the decimal separator of `currency` (ISO 4217): 2 for USD, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, 2)


class Money(Value):
    """An amount in a currency's minor units. It may be negative (a difference); it never converts currencies."""

    amount: Annotated[int, Field(strict=True)]
    """Minor units: 1230 for 12.30 USD."""
    currency: Currency

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in `currency`."""
        return cls(amount=0, currency=currency)

    @classmethod
    def of(cls, value: str | int | Decimal, currency: str) -> Money:
        """Read a decimal amount ("12.30", 12, Decimal("12.3")) exactly.

        Raises:
            InvalidInput: no number, or more digits than the currency has.
        """
        if isinstance(value, float):
            raise InvalidInput("Money is never made from a float.", remedy="Pass a string or a Decimal.")
        try:
            scaled = Decimal(value).scaleb(exponent(currency))
        except InvalidOperation:
            raise InvalidInput(f"{value!r} is not an amount.", remedy="Write it as 12.30.") from None
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise InvalidInput(
                f"{value} has more digits than {currency} has ({exponent(currency)}).",
                remedy="Round it first, on purpose.",
            )
        return cls(amount=int(scaled), currency=currency)

    @classmethod
    def rounded(cls, value: Decimal, currency: str) -> Money:
        """Round a computed decimal amount half to even (IEEE 754 default; unbiased over many lines)."""
        return cls(
            amount=int(value.scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_EVEN)),
            currency=currency,
        )

    @classmethod
    def sum(cls, parts: Iterable[Money], currency: str) -> Money:
        """Add up; `currency` is that of an empty sum."""
        total = cls.zero(currency)
        for part in parts:
            total += part
        return total

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.amount).scaleb(-_EXPONENTS.get(self.currency, 2))

    @property
    def is_zero(self) -> bool:
        """Nothing at all."""
        return self.amount == 0

    def __str__(self) -> str:
        return f"{self.decimal:.{exponent(self.currency)}f} {self.currency}"

    def __add__(self, other: Money) -> Money:
        return Money(amount=self.amount + self._same(other).amount, currency=self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(amount=self.amount - self._same(other).amount, currency=self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(amount=self.amount * times, currency=self.currency)

    def __neg__(self) -> Money:
        return Money(amount=-self.amount, currency=self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other).amount

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other).amount

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other).amount

    def percent(self, share: Decimal) -> Money:
        """`share` percent of this amount (`Decimal("10")` is a tenth), rounded half to even."""
        return Money.rounded(self.decimal * share / 100, self.currency)

    def split(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Share out in proportion to `weights` by the largest remainder method: no minor unit is lost.

        Raises:
            InvalidInput: no weights, a negative one, or all zero.
        """
        total = sum(weights)
        if not weights or min(weights) < 0 or total == 0:
            raise InvalidInput("Money is split over weights of which one is positive and none negative.")
        sign, whole = (-1 if self.amount < 0 else 1), abs(self.amount)
        shares = [whole * weight // total for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % total), i))
        for i in by_remainder[: whole - sum(shares)]:
            shares[i] += 1
        return tuple(Money(amount=sign * share, currency=self.currency) for share in shares)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise InvalidInput(f"{self.currency} and {other.currency} do not add up.", remedy="Convert on purpose.")
        return other

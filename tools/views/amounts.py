"""An amount of money as it is shown."""

from __future__ import annotations

from shopgraph.domain import Money, Value
from shopgraph.tools.phrases import format_money


class AmountView(Value):
    """An amount of money, for code and for people."""

    amount: int
    """ISO 4217 minor units."""
    currency: str
    text: str
    """As people of the region write it."""

    @classmethod
    def of(cls, money: Money, locale: str) -> AmountView:
        """Show `money` in that locale."""
        return cls(amount=money.amount, currency=money.currency, text=format_money(money, locale))

    @property
    def money(self) -> Money:
        """The amount itself."""
        return Money(amount=self.amount, currency=self.currency)

"""How an amount is written for people, in a region's own way."""

from __future__ import annotations

import re
from functools import lru_cache

from shopgraph.domain.money import Money

_SET_APART = re.compile(r"(?<=[A-Z])(?=\d)|(?<=\d)(?=[A-Z])")


def format_money(money: Money, locale: str) -> str:
    """Write an amount as people of that locale do ("$12.30", "12,30 €"); `locale` is a Babel name such as de_DE.

    A locale that Babel does not know gives the plain form "12.30 USD".
    """
    return _written(money.amount, money.currency, locale)


@lru_cache(maxsize=4_096)
def _written(amount: int, currency: str, locale: str) -> str:
    # Babel reads its locale data on import: 30 ms that a shop without a summary to write need not spend.
    from babel import UnknownLocaleError
    from babel.numbers import format_currency

    money = Money(amount=amount, currency=currency)
    try:
        text = format_currency(money.decimal, money.currency, locale=locale)
    except (UnknownLocaleError, ValueError):
        return str(money)
    # CLDR sets a code of letters apart from the number; Babel leaves that out ("KWD1.500").
    return _SET_APART.sub("\u00a0", text)

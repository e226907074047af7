"""How amounts and lists are written for people, in the region's own way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shopgraph.domain import Address, Region
from shopgraph.domain.wording import format_money

__all__ = ["count_of", "format_day", "format_money", "join_words", "one_line"]


def format_day(day: date, region: Region) -> str:
    """Write a day in words ("June 15, 2026", "15 June 2026"); answers are in English so far."""
    from babel.dates import format_date

    return str(format_date(day, format="long", locale="en_US" if region.locale == "en_US" else "en_GB"))


def join_words(words: Sequence[str]) -> str:
    """Put words in a row: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def count_of(quantity: int, name: str) -> str:
    """Name units: "2 × Silver Heels", and a single one by its name alone."""
    return name if quantity == 1 else f"{quantity} × {name}"


def one_line(address: Address) -> str:
    """Write an address in one line, leaving out what is blank."""
    parts = (address.line1, address.line2, f"{address.postal_code} {address.city}", address.state, address.country)
    return ", ".join(part.strip() for part in parts if part.strip())

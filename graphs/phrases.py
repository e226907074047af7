"""How times are written for shoppers, in the region's own way."""

from __future__ import annotations

from datetime import date, datetime


def day(on: date, locale: str) -> str:
    """A date in words: "November 22, 2026", "22 November 2026"; an instant's is the day in UTC."""
    from babel.dates import format_date

    return str(format_date(on, format="long", locale=_english(locale)))


def day_and_time(at: datetime, locale: str) -> str:
    """A date with its time of day, UTC."""
    return f"{day(at, locale)}, {at:%H:%M} UTC"


def _english(locale: str) -> str:
    """Answers are English so far (the last tier's other languages come later), so dates are too: in US or UK form."""
    return "en_US" if locale.endswith("_US") else "en_GB"

"""Ratings on a scale: 4.2 out of 5, 4,2 von 5 Sternen, 4,2 étoiles sur cinq, 4,2 de 5, 8.4/10."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from shopgraph.guards.checks.amounts import read_number
from shopgraph.guards.checks.text import whole_words
from shopgraph.guards.checks.units import THINGS, UNITS

STARS = "stars"
"""What a rating is counted in: so many of five."""
_SCALES = (5, 10, 20)
_STARS = "|".join(word for word, thing in THINGS.items() if thing == STARS)
_OF = r"/|(?:out )?of|von|sur|sobre|de"
_BLANK = r"[ \u00a0\u202f]"
_ON_A_SCALE = re.compile(
    rf"(?<![\w#.,/$€£¥-])(?P<number>\d{{1,2}}(?P<fraction>[.,]\d{{1,2}})?)(?P<before>[\s-](?:{_STARS}))?"
    rf"{_BLANK}?(?:{_OF}){_BLANK}?0*(?P<most>{'|'.join(map(str, _SCALES))})(?P<behind>[\s-](?:{_STARS})\b)?"
    rf"(?![\w%]|[.,]\d|{_BLANK}?[€$£¥%\"°])"
)
_MAYBE = re.compile(
    rf"[.,]\d{{1,2}}{_BLANK}?(?:{_OF}){_BLANK}?(?:5|10|20|five|ten|fünf|zehn|cinq|dix|vingt|cinco|diez|veinte)\b", re.I
)
_NEXT = re.compile(r"[\s-]([^\W\d_]+)")
_AMOUNTS = (frozenset(UNITS) - {"in"}) | whole_words(
    "cent cents pence centime centimes céntimo céntimos euro euros dollar dollars usd eur gbp jpy kwd chf"
)
"""Behind the scale they make it an amount: 2,5 von 10 Litern. In 18 reviews are no inches."""


def stars_each(values: Sequence[Decimal]) -> Decimal | None:
    """How many stars one of a rating without its scale is: on the smallest scale that holds it.

    None for a whole number above five: it may be how many rated.
    """
    value = max(values)
    most = next((most for most in _SCALES if value <= most), None)
    if most is None or (most > _SCALES[0] and value == int(value)):
        return None
    return Decimal(_SCALES[0]) / most


class Rating(NamedTuple):
    """A number on a scale."""

    end: int
    number_end: int
    values: tuple[Decimal, ...]
    factor: Decimal
    """How many stars one is: half of one on a scale to ten."""
    sure: bool
    """Whether it is nothing else: a whole number without a word for stars may be what one customer gave, or pieces."""


def may_rate(text: str) -> bool:
    """Whether a rating stands in a text that may not say what it is of; quickly found."""
    return _MAYBE.search(text) is not None


def rating_at(low: str, start: int) -> Rating | None:
    """The rating that begins there in a text in lower case."""
    found = _ON_A_SCALE.match(low, start)
    if found is None:
        return None
    most, values = Decimal(found["most"]), read_number(found["number"])
    behind = _NEXT.match(low, found.end())
    stars = found["before"] or found["behind"]
    sure = stars or (found["fraction"] and not (behind and behind[1] in _AMOUNTS))
    return Rating(found.end(), found.end("number"), values, _SCALES[0] / most, bool(sure and values[0] <= most))

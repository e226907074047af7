"""Days told from today: "placed two weeks ago", "delivered yesterday", "back in ten days"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from shopgraph.guards.checks.text import Cue, Sentence

_AGO = Cue(
    "ago vor hace il",
    r"(?:(?P<en>\d{1,24}) (?P<en_unit>days?|weeks?|months?) ago|\bvor (?P<de>\d{1,24}) (?P<de_unit>tag(?:en)?"
    r"|wochen?|monat(?:en)?)"
    r"|\bil y a (?P<fr>\d{1,24}) (?P<fr_unit>jours?|semaines?|mois)|\bhace (?P<es>\d{1,24}) (?P<es_unit>días?"
    r"|semanas?|mes(?:es)?))\b",
)
_AHEAD = Cue(
    "in within dans dentro",
    r"\b(?:(?:in|within) (?P<en>\d{1,24}) (?P<en_unit>days?|weeks?)|in (?P<de>\d{1,24}) (?P<de_unit>tag(?:en)?|wochen?)"
    r"|dans (?P<fr>\d{1,24}) (?P<fr_unit>jours?|semaines?)|dentro de (?P<es>\d{1,24}) (?P<es_unit>días?|semanas?))\b",
)
_DAY = Cue(
    "yesterday gestern hier ayer vorgestern today heute aujourd hoy",
    r"\b(?:the day before yesterday|vorgestern|avant-hier|anteayer|(?P<one>yesterday|gestern|hier|ayer)"
    r"|(?P<none>earlier today|today|heute|aujourd['’]hui|hoy))\b",
)
_WRITTEN = {"en": ("{} days ago", "in {} days"), "de": ("vor {} Tagen", "in {} Tagen")}
_WRITTEN |= {"fr": ("il y a {} jours", "dans {} jours"), "es": ("hace {} días", "dentro de {} días")}
_DAYS = {"d": 1, "t": 1, "j": 1, "w": 7, "s": 7, "m": 30}
RELATIVE = _AGO.topic | _AHEAD.topic | _DAY.topic


class Told(NamedTuple):
    """A day told from today, and where."""

    start: int
    end: int
    days: int
    """From today, negative for what was."""
    unit: int
    """In days: how exact it is told."""
    language: str


def find_told(sentence: Sentence, *, ahead: bool) -> Iterator[Told]:
    """Days ahead of today, or those before."""
    for found in (_AHEAD if ahead else _AGO).find_digits(sentence):
        language = next(name for name in ("en", "de", "fr", "es") if found[name])
        unit = _DAYS[found[f"{language}_unit"][0]]
        many = int(found[language]) * unit
        yield Told(found.start(), found.end(), many if ahead else -many, unit, language)
    for found in _DAY.find(sentence) if not ahead else ():
        days = -1 if found["one"] else 0 if found["none"] else -2
        language = (
            "de" if found[0] in ("gestern", "vorgestern", "heute") else "en" if found[0].endswith("day") else "fr"
        )
        yield Told(found.start(), found.end(), days, 1, "es" if found[0] in ("ayer", "hoy", "anteayer") else language)


def agrees(told: Told, right: date, today: date) -> bool:
    """Whether the day is that one, as exactly as it is told."""
    apart = abs((right - today).days - told.days)
    return apart <= (0 if told.unit == 1 else 3 if told.unit == 7 else 15)


def in_words(told: Told, right: date, today: date) -> str:
    """The right day told from today."""
    days = (right - today).days
    past, ahead = _WRITTEN[told.language]
    return past.format(-days) if days <= 0 else ahead.format(days)

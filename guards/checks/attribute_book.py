"""The figures of a product's attributes and name, read once for a request and only where they are asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from shopgraph.guards.checks.known import known, per_facts
from shopgraph.guards.checks.measures import Measure, measures
from shopgraph.guards.checks.ratings import STARS, stars_each
from shopgraph.guards.checks.text import whole_words, words_of
from shopgraph.guards.checks.units import ASPECTS, IN_NAMES, SHARES, THINGS, UNITS, plain
from shopgraph.guards.facts import Facts, ProductFact

_WORD = re.compile(r"[^\W\d_]+")
_PERCENTS = whole_words("percent prozent pourcent porciento pct")
_PLAIN_NUMBER = re.compile(r"\d{1,3}(?:[.,]\d{1,3})?")
_RATINGS = whole_words("rating bewertung calificacion puntuacion valoracion note score")
"""As an attribute's name it tells how many stars; in a text "18 ratings" are reviews."""
_EACH = frozenset({"per", "pro", "par", "por"})
_NO_NOUN = whole_words("size groesse größe taille number anzahl nombre max from week level")
_SLASH = re.compile(r"(?<=\d)\s?/\s?(?=\d)")
"""Between two figures of one thing: 33/45."""
_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)\s?(?:%|percent\b|prozent\b|pour ?cent\b)([^,;/+&\d]{0,60})")
_LISTED = """
mass: weight gewicht poids peso
length: width breite largeur height höhe hauteur depth tiefe profondeur length länge longueur diameter durchmesser
length: diamètre screen display diagonal diagonale
data: memory ram storage arbeitsspeicher speicher speicherplatz stockage mémoire
frequency: refresh frequency bildwiederholrate taktrate fréquence
power: power wattage leistung puissance
volume: volume inhalt volumen contenance fassungsvermögen
time: battery runtime akkulaufzeit laufzeit autonomie playtime age ages alter edad
voltage: voltage spannung tension
light: brightness helligkeit
stars: rating stars sterne bewertung note
reviews: reviews bewertungen rezensionen avis
pixels of a side: resolution auflösung résolution
"""
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        plain(word): line.partition(": ")[0]
        for line in _LISTED.strip().splitlines()
        for word in line.partition(": ")[2].split()
    }
)
"""What a number without a unit is of, by the attribute's name."""


class Figure(NamedTuple):
    """A figure that the facts hold of a product."""

    measure: Measure
    text: str
    """As the facts write it, with its unit."""
    number: str
    aspect: str
    """`weight`, `width` and the like, where the attribute's name tells."""
    words: frozenset[str] = frozenset()
    """Those of the attribute's name, in ASCII."""


class AttributeBook:
    """Figures by product."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.known = known(facts)
        self._read: dict[int, Sequence[Figure]] = {}
        self._described = [product for product in facts.products if product.attributes]

    def figures(self, product: ProductFact) -> Sequence[Figure]:
        """Those of its attributes and of its name."""
        kept = self._read.get(id(product))
        if kept is None:
            kept = self._read[id(product)] = tuple(_figures(product))
        return kept

    @cached_property
    def nouns(self) -> frozenset[str]:
        """Names of attributes whose value is a bare number: what products may have a number of."""
        counted = {
            name for product in self._described for name, value in product.attributes.items() if value.isdecimal()
        }
        return frozenset(
            [
                word
                for name in counted
                for words in [_WORD.findall(name.lower())]
                if words and words[-1] not in IN_NAMES and words[-1] not in _PERCENTS
                for word in words
                if len(word) > 3 and word not in THINGS and word not in IN_NAMES and word not in _NO_NOUN
            ]
        )

    @cached_property
    def shares(self) -> frozenset[str]:
        """What attributes named for a percentage are of: `protein_percent`."""
        named = set[str]().union(*[product.attributes for product in self._described])
        return frozenset(
            [
                word
                for name in named
                for words in [_WORD.findall(name.lower())]
                if words and words[-1] in _PERCENTS
                for word in words[:-1]
                if len(word) > 3
            ]
        )

    @cached_property
    def times(self) -> bool:
        """Whether any attribute is a time: how long a battery lasts, how often a plant is watered."""
        held = "\n".join([f"{product.name}\n{_written(product)}" for product in self._described]).lower()
        if not held.isascii():
            held += plain(held)
        if _TIME_WORDS.isdisjoint(words_of(held)):
            return False  # to read all their figures takes twenty times as long
        return any(figure.measure.kind == "time" for product in self._described for figure in self.figures(product))


_TIME_WORDS = frozenset(
    [
        *(form for word, unit in UNITS.items() if unit.kind == "time" for form in (word, plain(word))),
        *(word for word, unit in IN_NAMES.items() if unit.kind == "time"),
        *(word for word, aspect in ASPECTS.items() if aspect == "age"),
    ]
)
"""One of these stands in an attribute, its name or a product's name that tells a time."""


def _written(product: ProductFact) -> str:
    return "\n".join([f"{name}\n{value}" for name, value in product.attributes.items()])


def _figures(product: ProductFact) -> list[Figure]:
    found = [
        figure for name, value in product.attributes.items() if "://" not in value for figure in _of_value(name, value)
    ]
    found += _of_value("", product.name)
    return found


def _of_value(name: str, value: str) -> list[Figure]:
    low = value.lower()
    if len(low) != len(value) or not any(char.isdecimal() for char in low):
        return []
    words = [plain(word) for word in _WORD.findall(name.lower())]
    aspect = next((ASPECTS[word] for word in words if word in ASPECTS), "")
    named = frozenset(words)
    if words and words[-1] in _PERCENTS:
        return _percents(low, value, words)
    found: list[Figure] = []
    rated = bool(words) and words[-1] in _RATINGS
    if "/" in low and not rated:
        low, value = _SLASH.sub(";", low), _SLASH.sub(";", value)
    for read in measures(low, value, french=True, bare=True, rated=rated):
        measure = _of_name(read, words) if not read.kind or read.kind == "pixels of a side" else read
        number = value[read.number_start : read.number_end]
        found.append(Figure(measure, value[read.start : read.end], number, aspect, named))
    if "%" in low or "ercent" in low or "rozent" in low or "pour" in low:
        found += _shares(low, value, words)
    return found


def _percents(low: str, value: str, words: Sequence[str]) -> list[Figure]:
    """A bare number that its name says is a percentage: `protein_percent`."""
    number = value.strip()
    values = ((Decimal(number.replace(",", ".")),),) if _PLAIN_NUMBER.fullmatch(number) else ()
    return [
        Figure(
            Measure(0, len(low), 0, len(low), values, f"share of {SHARES.get(word, word)}"), f"{number}%", number, ""
        )
        for word in words[:-1]
        if values
    ]


def _shares(low: str, value: str, words: Sequence[str]) -> list[Figure]:
    """Each part of a composition by every word for it: merino wool is wool."""
    found: list[Figure] = []
    for part in _SHARE.finditer(low):
        number = Decimal(part[1].replace(",", "."))
        said = [*_WORD.findall(part[2]), *words] or [""]
        for word in {SHARES.get(word, word) for word in said}:
            measure = Measure(part.start(), part.end(), part.start(1), part.end(1), ((number,),), f"share of {word}")
            found.append(Figure(measure, value[part.start() : part.end(1)], value[part.start(1) : part.end(1)], ""))
    return found


def _of_name(read: Measure, words: Sequence[str]) -> Measure:
    """A bare number with the unit or the kind that the attribute's name tells."""
    each = next((place for place, word in enumerate(words) if place and word in _EACH), len(words))
    words = words[:each]  # pages_per_minute are pages
    for word in reversed(words):
        if word in IN_NAMES and (len(word) > 2 or word == words[-1]):
            unit = IN_NAMES[word]
            return read._replace(kind=unit.kind, factor=unit.factor, system=unit.system, unit=word)
    if words and words[-1] in _RATINGS and (factor := stars_each(read.values[0])) is not None:
        return read._replace(kind=STARS, factor=factor)
    for word in words:
        if word in THINGS:
            return read._replace(kind=THINGS[word])
    if read.kind:
        return read
    kind = next((_KINDS[word] for word in words if word in _KINDS), "number" if words else "")
    if kind == "time" and "age" in {ASPECTS.get(word) for word in words}:
        return read._replace(kind="time", factor=UNITS["year"].factor, unit="")
    return read._replace(kind=f"bare {kind}" if kind else "", unit="")


@per_facts
def attribute_book(facts: Facts) -> AttributeBook:
    """The facts' `AttributeBook`."""
    return AttributeBook(facts)

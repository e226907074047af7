"""Figures that follow from a product's: how long it lasts at so much a day, what a sentence says of other things."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from shopgraph.guards.checks.attribute_book import AttributeBook, Figure
from shopgraph.guards.checks.measures import Measure, measures
from shopgraph.guards.checks.subjects import Manner, Subject
from shopgraph.guards.checks.text import Sentence, sentences, whole_words
from shopgraph.guards.checks.units import ASPECTS, plain
from shopgraph.guards.facts import ProductFact

_DAY = Decimal(1440)
"""Minutes."""
_RATES = {
    _DAY: r"\b(?:a|per|each|every) (?:day|night|morning|evening)\b|\bdaily\b|\bnightly\b|\b(?:am|pro) tag\b"
    r"|\bjeden (?:tag|abend|morgen)\b|\btäglich\b|\bpar (?:jour|nuit)\b|\bchaque (?:jour|soir|matin)\b"
    r"|\bquotidien\w*|\b(?:al|por) día\b|\bcada (?:día|noche|mañana)\b|\bdiari[oa]s?\b",
    _DAY * 7: r"\b(?:a|per|each|every) week\b|\bweekly\b|\b(?:pro|in der) woche\b|\bjede woche\b|\bwöchentlich\w*"
    r"|\bpar semaine\b|\bchaque semaine\b|\b(?:a la|por|cada) semana\b|\bsemanal\w*",
    Decimal(43830): r"\b(?:a|per|each|every) month\b|\bmonthly\b|\b(?:pro|im) monat\b|\bjeden monat\b|\bmonatlich\w*"
    r"|\bpar mois\b|\bchaque mois\b|\b(?:al|por|cada) mes\b|\b(?:every|all[e]?|tous les|cada) \d (?:months|monate"
    r"|mois|meses)\b",
}
_RATED = tuple((period, re.compile(pattern)) for period, pattern in _RATES.items())
_RATE_BEHIND = re.compile(
    r"[^.,;:()]{0,14}?(?:\b(?:a|an|per|each|every|pro|am|jeden?|par|chaque|al|por|cada) (?:day|week|month|night|year"
    r"|hour|tag|woche|monat|stunde|nacht|jahr|jour|semaine|mois|heure|nuit|an|día|semana|mes|hora|noche|año"
    r"|trip|ride|meal|cup|tasse|trajet|sortie)\b|\bdaily\b|\btäglich\b|\bdiari[oa]s?\b|\b\w+ily use\b)"
)
"""Right behind a figure: so much is used, walked or drunk in that time."""
_EACH_BEHIND = re.compile(r"\s?(?:each|apiece|jeweils|chacune?s?|cada un[ao])\b(?! weighs)")
_USE = re.compile(
    r"\b(?:take|drink|drinks|eat|eats|use|apply|mix|stir|add|pour|soak|knead|need|needs|brauch\w*|nehmen|nimm|trinken"
    r"|trinkt|essen|isst|verwenden|rühren|ansetzen|mischen|geben sie|lassen|stehen lassen|auftragen|beber|bebe|tomar"
    r"|toma|comer|come|usar|usa|añad\w*|mezcl\w*|prenez|buvez|mangez|utilisez|ajoutez|versez|comptez|prévoyez|gonflez"
    r"|laissez|infusez|faites|brew|steep|walk|ride|drive|run|fahren|gehen|laufen|marche\w*|roule\w*)\b"
)
_IMPERATIVE = re.compile(
    r"\b(?:cut|trim|apply|add|mix|stir|wait|leave|pour|soak|coupez|ajoutez|laissez|versez|comptez|prévoyez|infusez|gonflez"
    r"|schneiden sie|kürzen sie|lassen sie|geben sie|mischen sie|corta|añade|deja|mezcla|echa)\b[^.;:]{0,24}$"
)
_USED = frozenset({"mass", "volume", "temperature", "fahrenheit", "time", "length", "pressure", "data"})
_OF_SOMEBODY = re.compile(
    r"\b(?:for (?:an?|your|his|her|the) (?:[\w-]{1,14} ){0,1}(?P<en>[\w-]{1,14}) (?:of|at|weighing|who is|that weighs)"
    r"|für (?:eine?[nr]?|ihre?[nr]?|dein\w*) (?:[\w-]{1,18} ){0,1}(?P<de>[\w-]{1,18}) (?:von|mit)"
    r"|pour (?:une?|votre|ton|ta) (?P<fr>[\w-]{1,14})(?: [\w-]{1,14})? d[e’']"
    r"|para (?:una?|tu|su) (?P<es>[\w-]{1,14})(?: [\w-]{1,14})? de)\s?$"
)
"""Before a figure: it is a child's, a dog's or a room's."""
_ON_A = re.compile(r"\b(?:for|on|around|für|um|pour|sur|para) (?:an?|eine?[nr]?|une?|una?)\s$")
"""Before a figure: of a 40 cm neck, a 20 m² room."""
_THINGS = frozenset({"mass", "length", "area"})
_NUMBER = re.compile(r"(?<![\d.,$€£#])\d{1,6}(?:[.,]\d{1,2})?(?![\d%]|[.,]\d| ?[$€£%])")
_HALF = re.compile(r"\b(?:half|halbe?[nrs]?|demi|demie|medi[oa])\b")
_NAME = re.compile(r"[^\W\d_]{3,}")
PRONOUNS = whole_words("it its they their er es sein seine sie ihr ihre il elle ils elles son sa ses leur leurs su sus")
_FAR = Decimal(200)
_TOLERANCE = Decimal("0.05")


def is_of_use(claim: Measure, low: str) -> bool:
    """Whether a figure tells what somebody uses, weighs or has, and nothing of the product."""
    if claim.kind in _USED and _RATE_BEHIND.match(low, claim.end):
        return True
    if claim.kind in _USED and _EACH_BEHIND.match(low, claim.end):
        return True
    if claim.kind in _THINGS and len(claim.values) == 1 and _ON_A.search(low, max(0, claim.start - 16), claim.start):
        return True
    found = _OF_SOMEBODY.search(low, max(0, claim.start - 50), claim.start) if claim.kind != "time" else None
    return found is not None and not any(plain(noun) in ASPECTS for noun in found.groups() if noun)


def is_told(claim: Measure, low: str) -> bool:
    """Whether a figure follows on an imperative: cut 5 cm off."""
    return claim.kind in _USED and _IMPERATIVE.search(low, max(0, claim.start - 36), claim.start) is not None


def is_instruction(claim: Measure, low: str) -> bool:
    """Whether a sentence that names no product tells what to do with something."""
    return claim.kind in _USED and claim.kind != "time" and _USE.search(low) is not None


def is_of_another(claim: Measure, low: str, products: Sequence[ProductFact], book: AttributeBook) -> bool:
    """Whether a product of which the sentence says half the name has that very figure: "and the bag 2.2 lb"."""
    own = {word for product in products for word in _NAME.findall(product.name.lower())}
    said = set(_NAME.findall(low)) - own
    ours = claim.values[0][0] * claim.factor
    for product in book.facts.products:
        name = product.name.lower()
        if product in products or name in low or said.isdisjoint(_NAME.findall(name)):
            continue
        if any(f.measure.kind == claim.kind and _holds(f.measure, ours) for f in book.figures(product)):
            return True
    return False


def _holds(measure: Measure, ours: Decimal) -> bool:
    return any(values[0] * measure.factor == ours for values in measure.values)


def lasts(claim: Measure, text: str, products: Sequence[ProductFact], book: AttributeBook) -> bool:
    """Whether a time is how long what a product holds lasts at a number of them a day, a week or a month."""
    if claim.kind not in ("time", "energy") or len(claim.values) != 1:
        return False
    low = " ".join([sentence.digits for sentence in sentences(text)])
    if claim.kind == "energy":
        return _is_spent(claim, low, products or book.facts.products, book)
    periods = [period for period, pattern in _RATED if pattern.search(low)]
    if not periods:
        return False
    used = {Decimal(1), *_numbers(low)}
    ours = claim.values[0][0] * claim.factor
    several = {Decimal(1), *(number for number in used if 1 < number <= 12 and number == int(number))}
    for whole in set(_wholes(products or book.facts.products, book)):
        for period in periods:
            for number in used:
                for count in several:
                    exact = whole * count / number * period
                    if abs(exact - ours) <= exact * _TOLERANCE:
                        return True
    return False


def _is_spent(claim: Measure, low: str, products: Sequence[ProductFact], book: AttributeBook) -> bool:
    """Whether it is a product's power over a number of hours, of which the text names at most two factors."""
    ours = claim.values[0][0] * claim.factor
    used = {Decimal(1), *_numbers(low)}
    powers = {
        figure.measure.values[0][0] * figure.measure.factor
        for product in products[:6]
        for figure in book.figures(product)
        if figure.measure.kind == "power"
    }
    return any(
        abs(power * one * other - ours) <= ours * _TOLERANCE for power in powers for one in used for other in used
    )


def _numbers(low: str) -> Iterator[Decimal]:
    """Numbers of a text, as they stand and in the first unit of their kind."""
    found = [Decimal(number.replace(",", ".")) for number in _NUMBER.findall(low)][:12]
    yield from (number for number in found if number > 0)
    for read in measures(low, low):
        if (value := read.values[0][0] * read.factor) > 0 and read.kind != "time":
            yield value
        elif read.kind == "time" and value > 0:
            yield value / 60
    if _HALF.search(low):
        yield Decimal("0.5")


def _wholes(products: Sequence[ProductFact], book: AttributeBook) -> Iterator[Decimal]:
    """What products hold: as it stands and in the first unit of its kind."""
    for product in products[:6]:
        for figure in book.figures(product):
            value = figure.measure.values[0][0]
            if value > 0:
                yield value
                if figure.measure.kind != "time":
                    yield value * figure.measure.factor


def is_far(claim: Measure, right: Figure) -> bool:
    """Whether it is so far from the only figure of its kind that it must be of something else."""
    ours, theirs = claim.values[0][0] * claim.factor, right.measure.values[0][0] * right.measure.factor
    return not right.measure.kind.startswith("bare") and bool(ours and theirs) and not _FAR > ours / theirs > 1 / _FAR


def is_loose(subject: Subject, sentence: Sentence, book: AttributeBook) -> bool:
    """Whether nothing ties a sentence to one of several products: no name here or before, no pronoun."""
    return subject.manner is Manner.UNNAMED and len(book.facts.products) > 1 and PRONOUNS.isdisjoint(sentence.words)


def is_called(right: Figure, low: str) -> bool:
    """Whether a word of the attribute's name, or of its aspect, stands there."""
    said = {plain(word) for word in _NAME.findall(low)}
    return not right.words.isdisjoint(said) or right.aspect in {ASPECTS.get(word) for word in said} - {None}

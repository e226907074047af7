"""Figures of products: hertz, gigabytes, hours, gears, pages, shares of wool; each stands in the product's attributes.

A figure with a unit, or a number of things that a product has, is a claim about the product that the sentence names
(or the one before it). A claim that the product's attributes or name bear passes, in whatever unit. One that they
contradict is put right where they hold exactly one figure of that kind, and what no fact stands behind goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from shopgraph.guards.checks.attribute_book import AttributeBook, Figure, attribute_book
from shopgraph.guards.checks.base import Finding, replace
from shopgraph.guards.checks.measures import Measure, measures
from shopgraph.guards.checks.numbers import write_count
from shopgraph.guards.checks.partial import take_claim_out
from shopgraph.guards.checks.subjects import Manner, Subject, blanked, subjects
from shopgraph.guards.checks.text import Sentence, sentences, whole_words
from shopgraph.guards.checks.units import ASPECTS, SHARES, THINGS, UNITS
from shopgraph.guards.facts import Facts, ProductFact

_TIMES = frozenset([unit for unit, meant in UNITS.items() if meant.kind == "time"])
_TRIGGERS = (frozenset(UNITS) | frozenset(THINGS) | frozenset(SHARES) | {"x", "c", "f"}) - _TIMES
_OCTETS = frozenset({"go", "to", "mo"})
_RUNS = whole_words(
    "battery batteries akku akkus akkulaufzeit batterie batterien laufzeit autonomie playback playtime charge runs run "
    "running lasts last lasting plays läuft laufen hält halten durchhält tient tiennent dure durent burns burn "
    "brenndauer brennt brûle combustion endurance"
)
"""Hours are said of a product where it runs for them; all others are delivery's or the shop's."""
_THINGS_OF_AN_ORDER = whole_words(
    "stock left remaining available order orders ordered contains remain lager übrig verfügbar bestellung bestellt noch "
    "reste restent restant disponible disponibles commande commandé auf_lager shipped items"
)
_WISHED = re.compile(
    r"\b(?:need|needs|want|wants|wanted|looking for|asked|ask|asking|require|requires|prefer|if|whether|would like"
    r"|search\w*|brauch\w*|such\w*|möcht\w*|wünsch\w*|falls|wenn|ob|benötig\w*|cherch\w*|besoin|souhait\w*|voulez|si"
    r"|your|ihr|ihre|ihren|ihrem|dein\w*|votre|vos|instead of|rather than|unlike|statt|anstatt|anstelle|au lieu)\b"
    r"[^.;]{0,40}$"
)
_DENIED = re.compile(r"(?:\b(?:no|not|never|without|kein\w*|nicht|ohne|pas|aucun\w*|sans)\b|n['’]t\b)[^,;:]{0,24}$")
_HANDLING = whole_words(
    "wash washing store bake baking preheat dilute mix rinse add use dissolve soak serve waschen waschbar lagern backen "
    "vorheizen verdünnen mischen spülen laver stocker cuire préchauffer diluer mélanger rincer conserver servir iron"
)
"""What is done with a product is measured too, and says nothing of it."""
_HANDLED = frozenset({"temperature", "fahrenheit", "volume", "mass", "time"})
_ABOUT = re.compile(
    r"\b(?:about|around|almost|nearly|roughly|approximately|approx\.?|some|circa|ca\.?|rund|etwa|fast|knapp|ungefähr"
    r"|environ|près de|presque|quelque)\s$"
)
_LEAST = re.compile(
    r"\b(?:more than|over|above|at least|upwards of|mehr als|über|mindestens|plus de|plus d['’]|au moins|supérieur à)\s?$"
)
_MOST = re.compile(r"\b(?:less than|under|below|weniger als|unter|moins de|moins d['’]|at most|höchstens)\s?$")
_SYSTEMS = Decimal("0.02")
"""How far a figure may be off that was converted between inches and centimetres."""
_EXACT = Decimal("0.002")
_NUMBER_BEFORE = re.compile(r"(?<![\w#.,/$€£¥-])(\d{1,20})[\s-](?:[^\W\d]{1,16}\s)?$")


def find_wrong_attributes(text: str, facts: Facts) -> Iterator[Finding]:
    """Figures of products that disagree with their attributes, or stand in none."""
    if not facts.products:
        return
    book = attribute_book(facts)
    nouns = book.nouns
    triggers = _TRIGGERS | _OCTETS if (facts.locale or "").startswith("fr") else _TRIGGERS
    for place, sentence in enumerate(sentences(text)):
        words = sentence.words
        if (
            triggers.isdisjoint(words)
            and nouns.isdisjoint(words)
            and (_TIMES.isdisjoint(words) or _RUNS.isdisjoint(words))
            and '"' not in sentence.text
            and "″" not in sentence.text
        ) or sentence.asks:
            continue
        if sentence.numeric or sentence.digits is not sentence.low:
            yield from _of_sentence(sentence, subjects(text, book.known).of(place), book)


def _of_sentence(sentence: Sentence, subject: Subject, book: AttributeBook) -> Iterator[Finding]:
    low = blanked(sentence, subject.names)
    french = (book.facts.locale or "").startswith("fr")
    claims = [claim for claim in measures(low, sentence.text, french=french) if _claimed(claim, low, sentence)]
    claims += _counted(low, book, sentence)
    wrong: list[tuple[Measure, Finding | None]] = []
    borne: list[Measure] = []
    for claim in claims:
        products = _meant(claim, claims, subject, sentence, book)
        if _borne(claim, products, low, book):
            borne.append(claim)
        elif not _converted(claim, borne):
            right = _right(claim, products, low, book)
            if right is None and (subject.manner is Manner.UNNAMED or claim.kind.startswith("number of ")):
                continue
            wrong.append((claim, _put(claim, right, sentence, book) if right else None))
    for claim, fixed in wrong:
        if fixed is None:
            reason = f"{sentence.text[claim.start : claim.end].strip()!r} stands in no attribute. Leave it out."
            lost = [(other.start, other.end) for other, put in wrong if put is None]
            yield take_claim_out(sentence, claim.start, claim.end, lost, subject.products, reason)
        else:
            yield fixed


def _converted(claim: Measure, borne: Sequence[Measure]) -> bool:
    """Whether it says in another unit what was borne: 27 inches (69 cm)."""
    for other in borne:
        if other.kind == claim.kind and len(other.values) == len(claim.values) and other.unit != claim.unit:
            pairs = zip(claim.values, other.values, strict=True)
            if all(_near(a[0] * claim.factor, b[0] * other.factor, _SYSTEMS, "") for a, b in pairs):
                return True
    return False


def _claimed(claim: Measure, low: str, sentence: Sentence) -> bool:
    """Whether a figure is said of a product, and not wished for, denied, ordered or measured out."""
    words = sentence.words
    before = low[max(0, claim.start - 60) : claim.start]
    if _DENIED.search(before) or _WISHED.search(before):
        return False
    if claim.kind == "time":
        return not _RUNS.isdisjoint(words)
    if claim.kind in THINGS_KINDS:
        single = claim.values == ((Decimal(1),),)
        return not single and _THINGS_OF_AN_ORDER.isdisjoint(words)
    return claim.kind not in _HANDLED or _HANDLING.isdisjoint(words)


THINGS_KINDS = frozenset(THINGS.values())


def _counted(low: str, book: AttributeBook, sentence: Sentence) -> list[Measure]:
    """Numbers of what only these facts count: "five settings"."""
    found: list[Measure] = []
    for noun in book.nouns.intersection(sentence.words):
        place = low.find(noun)
        number = _NUMBER_BEFORE.search(low, max(0, place - 40), place)
        if number:
            value = ((Decimal(int(number[1])),),)
            claim = Measure(
                number.start(1), place + len(noun), number.start(1), number.end(1), value, f"number of {noun}"
            )
            if _claimed(claim, low, sentence):
                found.append(claim)
    return found


def _meant(
    claim: Measure, claims: Sequence[Measure], subject: Subject, sentence: Sentence, book: AttributeBook
) -> Sequence[ProductFact]:
    """The products that a figure is said of: one where names and figures take turns, else all that are named."""
    if subject.manner is Manner.UNNAMED:
        return book.facts.products
    variants = book.known.variants
    names = subject.products
    if subject.manner is Manner.NAMED and len(names) > 1:
        alike = [other for other in claims if other.kind == claim.kind]
        places = [mention.start - sentence.start for mention in names]
        if len(alike) == len(names):
            order = sorted([(place, True) for place in places] + [(other.start, False) for other in alike])
            if all(named == (turn % 2 == 0) for turn, (_, named) in enumerate(order)):
                return variants(names[alike.index(claim)].key)
            if all(named == (turn % 2 == 1) for turn, (_, named) in enumerate(order)) and " with " not in sentence.low:
                return variants(names[alike.index(claim)].key)
    return [product for mention in names for product in variants(mention.key)]


def _borne(claim: Measure, products: Sequence[ProductFact], low: str, book: AttributeBook) -> bool:
    """Whether one of the products has every number of the claim."""
    before = low[max(0, claim.start - 24) : claim.start]
    numbers = claim.values
    if claim.sides and claim.kind not in ("length", "pixels of a side"):
        numbers = numbers[-1:]  # two bottles of half a litre
    return any(
        all(any(_agrees(claim, values, figure, before) for figure in figures) for values in numbers)
        for figures in [book.figures(product) for product in products]
    )


def _agrees(claim: Measure, values: Sequence[Decimal], figure: Figure, before: str) -> bool:
    measure = figure.measure
    bare = measure.kind == "" or measure.kind.startswith("bare ")
    if not bare and not _same_kind(claim, measure):
        return False
    tolerance = _SYSTEMS if not bare and claim.system != measure.system else _EXACT
    if _ABOUT.search(before):
        tolerance = Decimal("0.1")
    ours = [value if bare else value * claim.factor for value in values]
    theirs = [value if bare else value * measure.factor for values in measure.values for value in values]
    return any(_near(one, other, tolerance, before) for one in ours for other in theirs)


def _same_kind(claim: Measure, measure: Measure) -> bool:
    if claim.kind == measure.kind:
        return True
    if claim.kind.startswith("share of "):
        return measure.kind == "share of "
    return {claim.kind, measure.kind} == {"pixels of a side", "length"} and claim.sides and measure.sides


def _near(ours: Decimal, theirs: Decimal, tolerance: Decimal, before: str) -> bool:
    if abs(ours - theirs) <= tolerance * max(abs(ours), abs(theirs)):
        return True
    if _LEAST.search(before):
        return theirs * Decimal("0.8") <= ours <= theirs
    return bool(_MOST.search(before)) and theirs <= ours <= theirs * Decimal("1.25")


def _right(claim: Measure, products: Sequence[ProductFact], low: str, book: AttributeBook) -> Figure | None:
    """The one figure that the facts hold of that kind and aspect."""
    aspect = _aspect(claim, low)
    alike = {
        tuple(values[0] * figure.measure.factor for values in figure.measure.values): figure
        for product in products
        for figure in book.figures(product)
        if _replaces(claim, figure.measure)
    }
    if aspect:
        fitting = [figure for figure in alike.values() if figure.aspect == aspect]
        loose = [figure for figure in alike.values() if not figure.aspect]
        chosen = fitting or loose
    else:
        chosen = list(alike.values())
    return chosen[0] if len(chosen) == 1 else None


def _replaces(claim: Measure, measure: Measure) -> bool:
    kind = measure.kind.removeprefix("bare ")
    return kind == claim.kind and len(measure.values) == len(claim.values)


def _aspect(claim: Measure, low: str) -> str:
    """Weight, width and the like, by the nearest word for it around the figure."""
    if claim.kind not in ("length", "mass", "data"):
        return ""
    behind = re.findall(r"[^\W\d_]+", low[claim.end : claim.end + 24])[:3]
    ahead = re.findall(r"[^\W\d_]+", low[max(0, claim.start - 36) : claim.start])[::-1]
    fits = {"length": "mass data", "mass": "data", "data": "mass"}[claim.kind]
    for word in (*behind[:2], *ahead, *behind):
        aspect = ASPECTS.get(word, "")
        if aspect and not (aspect == "weight" and "mass" in fits) and not (aspect == "memory" and "data" in fits):
            return aspect
    return ""


def _put(claim: Measure, right: Figure, sentence: Sentence, book: AttributeBook) -> Finding:
    """The fact's figure in place of the claim's."""
    start = sentence.start
    measure = right.measure
    like = sentence.text[claim.number_start : claim.number_end]
    thing = not claim.unit or claim.kind in THINGS_KINDS or claim.kind.startswith(("share", "number"))
    reason = f"The fact is {right.text.strip()}."
    if thing or measure.unit in ("", claim.unit):
        number = right.number
        if len(measure.values) == 1 and measure.values[0][0] == int(measure.values[0][0]) and not like[:1].isdigit():
            number = write_count(int(measure.values[0][0]), like=like)
        elif len(measure.values) == 1:
            number = _in_the_style(number, like, book.facts.locale)
        return replace(start + claim.number_start, start + claim.number_end, number, reason)
    return replace(start + claim.start, start + claim.end, right.text.strip(), reason)


def _in_the_style(number: str, like: str, locale: str | None) -> str:
    """The number with the draft's decimal mark."""
    comma = ("," in like and "." not in like) or (locale or "en")[:2] in ("de", "fr", "es", "it", "nl")
    if comma and "." in number and len(number.rpartition(".")[2]) != 3:
        return number if "." in like else number.replace(".", ",")
    if not comma and "," in number and len(number.rpartition(",")[2]) != 3:
        return number.replace(",", ".")
    return number

"""Whether a figure that a draft names of a product is one that the facts hold of it, and which would be right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from itertools import product as product_of

from shopgraph.guards.checks.attribute_book import AttributeBook, Figure
from shopgraph.guards.checks.measures import Measure
from shopgraph.guards.checks.units import ASPECTS, plain
from shopgraph.guards.facts import ProductFact

_ABOUT = re.compile(
    r"\b(?:about|around|almost|nearly|roughly|approximately|approx\.?|some|circa|ca\.?|rund|etwa|fast|knapp|ungefähr"
    r"|environ|près de|presque|quelque|unos|unas|casi|aproximadamente)\s$"
)
_LEAST = re.compile(
    r"\b(?:more than|over|above|at least|upwards of|mehr als|über|mindestens|plus de|plus d['’]|au moins|supérieur à"
    r"|más de|al menos)\s?$"
)
_MOST = re.compile(r"\b(?:less than|under|below|weniger als|unter|moins de|moins d['’]|at most|höchstens|menos de)\s?$")
_COMPARED = re.compile(
    r"\s?(?:lighter|heavier|longer|shorter|wider|taller|bigger|larger|smaller|deeper|faster|slower|more|less|fewer"
    r"|leichter|schwerer|länger|kürzer|breiter|höher|größer|kleiner|mehr|weniger|schneller"
    r"|plus (?:légère?|lourde?|longue?|court|large|haute?|grande?|petite?)|de (?:plus|moins)|más|menos)\b"
)
_SYSTEMS = Decimal("0.02")
"""How far a figure may be off that was converted between inches and centimetres."""
_MONTH = 43830
"""Minutes."""
_FROM = re.compile(
    r"\b(?:from|ages?|aged|ab|dès|à partir de|desde|a partir de)(?: (?:the )?ages?(?: of)?| dem alter von)?\s$"
)
_BARE_LIST = re.compile(r"[\d\s,;/&+]+")
_DIGITS = re.compile(r"\d+")
_EXACT = Decimal("0.002")
_WORD = re.compile(r"[^\W\d_]+")
_APART = frozenset({"warranty", "age"})
"""What a time is of only where it is called so."""


def is_borne(claim: Measure, products: Sequence[ProductFact], low: str, book: AttributeBook) -> bool:
    """Whether one of the products has every number of the claim, or two differ by it, or several have it together."""
    before = low[max(0, claim.start - 24) : claim.start]
    numbers = claim.values
    if claim.sides and claim.kind not in ("length", "pixels of a side"):
        numbers = numbers[-1:]  # two bottles of half a litre
    aspect = aspect_of(claim, low)
    known = [[figure for figure in book.figures(product) if _speaks_of(figure, aspect, claim)] for product in products]
    if any(
        all(any(_agrees(claim, values, figure, before) for figure in figures) for values in numbers)
        for figures in known
    ):
        return True
    if claim.kind == "time" and not aspect and len(claim.values) == 1:
        every = [figure for product in products for figure in book.figures(product) if figure.measure.kind == "time"]
        if any(_agrees(claim, claim.values[0], figure, before) for figure in every):
            return True
    if aspect == "age" and any(_of_that_age(claim, figure, before) for figures in known for figure in figures):
        return True
    if claim.kind == "area" and any(_is_product(claim, figures) for figures in known):
        return True
    if claim.kind == "turns" and any(_lists(product, claim) for product in products):
        return True
    alike = [figure.measure for figures in known for figure in figures if same_kind(claim, figure.measure)]
    if _COMPARED.match(low, claim.end):
        others = [figure.measure for product in book.facts.products for figure in book.figures(product)]
        return _differs_by(claim, [other for other in others if same_kind(claim, other)])
    return len(claim.values) == 1 and (is_multiple(claim, alike, low) or _is_sum(claim, products, book, low))


def _lists(product: ProductFact, claim: Measure) -> bool:
    """Whether an attribute holds nothing but numbers, and each of the claim's among them."""
    return any(
        _BARE_LIST.fullmatch(value) is not None
        and {values[0] for values in claim.values} <= {Decimal(number) for number in _DIGITS.findall(value)}
        for value in product.attributes.values()
    )


def _of_that_age(claim: Measure, figure: Figure, before: str) -> bool:
    """Whether somebody of that age is old enough, and not too old."""
    if figure.aspect != "age" or figure.measure.kind != "time" or _FROM.search(before):
        return False
    ages = [values[0] * figure.measure.factor for values in figure.measure.values]
    ours = claim.values[0][0] * claim.factor
    return ages[0] <= ours and (len(ages) == 1 or ours <= ages[-1])


def _is_product(claim: Measure, figures: Sequence[Figure]) -> bool:
    """Whether an area is that of two sides."""
    sides = {v[0] * f.measure.factor for f in figures if f.measure.kind == "length" for v in f.measure.values}
    ours = claim.values[0][0] * claim.factor * 10**6
    return any(near(ours, one * other, _SYSTEMS, "") for one in sides for other in sides)


def _differs_by(claim: Measure, alike: Sequence[Measure]) -> bool:
    figures = {values[0] * measure.factor for measure in alike for values in measure.values}
    return any(
        value * claim.factor in {abs(one - other) for one in figures for other in figures} for value in claim.values[0]
    )


def is_multiple(claim: Measure, alike: Sequence[Measure], low: str) -> bool:
    """Whether it is what several of a thing have: two packs of four are eight."""
    counts = {
        int(number)
        for number in re.findall(r"(?<![\d.,])\d{1,9}(?![\d.,]*\d)", f"{low[: claim.start]} {low[claim.end :]}"[:400])
    }
    counts = {count for count in counts if 1 < count <= 100}
    ours = claim.values[0][0] * claim.factor
    return any(
        count * values[0] * measure.factor == ours for count in counts for measure in alike for values in measure.values
    )


_TOGETHER = re.compile(
    r"\ball 0*\d\b|\balle 0*\d\b|\bles 0*\d\b|\b(?:los|las) 0*\d\b"
    r"|\btogether\b|\baltogether\b|\bin (?:all|total)\b|\btotal\w*\b|\bcombined\b|\badds? up\b|\bsum\b"
    r"|\bmak(?:es?|ing)\b"
    r"|\bcomes? to\b|\bboth\b|\bzusammen\b|\binsgesamt\b|\bgesamt\w*|\bsumme\b|\bmacht\b|\bergeben\b|\bergibt\b"
    r"|\bensemble\b|\bsoit\b|\bà (?:eux|elles) (?:deux|0*2)\b|\bau total\b|\ben tout\b|\bjuntos?\b|\bjuntas?\b"
    r"|\bsuman?\b|\ben total\b|\balso\b|\bgives? you\b|\bdonne\b"
)


def _is_sum(claim: Measure, products: Sequence[ProductFact], book: AttributeBook, low: str) -> bool:
    """Whether it is said to be what two or three things have together, one of each."""
    if not _TOGETHER.search(low):
        return False
    ours = claim.values[0][0] * claim.factor
    every = [
        {
            values[0] * figure.measure.factor
            for figure in book.figures(product)
            if same_kind(claim, figure.measure)
            for values in figure.measure.values
        }
        for product in (products if len(products) > 1 else book.facts.products)[:12]
    ]
    figures = [values for values in every if values]
    return any(
        sum(chosen) == ours for many in (2, 3) for some in combinations(figures, many) for chosen in product_of(*some)
    )


def _speaks_of(figure: Figure, aspect: str, claim: Measure) -> bool:
    """Whether a figure is of the claim's aspect, where that matters: a warranty is no battery's time."""
    if claim.kind != "time" or not figure.measure.kind:
        return True
    if aspect in _APART:
        return figure.aspect == aspect
    return figure.aspect not in _APART


def _agrees(claim: Measure, values: Sequence[Decimal], figure: Figure, before: str) -> bool:
    measure = figure.measure
    bare = measure.kind == "" or measure.kind.startswith("bare ")
    if not bare and not same_kind(claim, measure):
        return False
    tolerance = _SYSTEMS if not bare and claim.system != measure.system else _EXACT
    if _ABOUT.search(before) and not bare:
        tolerance = Decimal("0.1")
    ours = [value if bare else value * claim.factor for value in values]
    theirs = [value if bare else value * measure.factor for values in measure.values for value in values]
    return any(near(one, other, tolerance, before) for one in ours for other in theirs)


def same_kind(claim: Measure, measure: Measure) -> bool:
    """Whether both are of one kind."""
    if claim.kind == measure.kind:
        return True
    if claim.kind.startswith("number of "):
        return measure.kind == "bare number"
    if claim.kind.startswith("share of "):
        return measure.kind == "share of "
    return {claim.kind, measure.kind} == {"pixels of a side", "length"} and claim.sides and measure.sides


def near(ours: Decimal, theirs: Decimal, tolerance: Decimal, before: str) -> bool:
    """Whether a claimed number is a fact's, as exactly as the words before it say."""
    if abs(ours - theirs) <= tolerance * max(abs(ours), abs(theirs)):
        return True
    if _LEAST.search(before):
        return theirs * Decimal("0.8") <= ours <= theirs
    return bool(_MOST.search(before)) and theirs <= ours <= theirs * Decimal("1.25")


def is_converted(claim: Measure, borne: Sequence[Measure]) -> bool:
    """Whether it says in another unit what was borne: 27 inches (69 cm)."""
    for other in borne:
        if other.kind == claim.kind and len(other.values) == len(claim.values) and other.unit != claim.unit:
            pairs = zip(claim.values, other.values, strict=True)
            if all(near(a[0] * claim.factor, b[0] * other.factor, _SYSTEMS, "") for a, b in pairs):
                return True
    return False


def right_figure(claim: Measure, products: Sequence[ProductFact], low: str, book: AttributeBook) -> Figure | None:
    """The one figure that the facts hold of that kind and aspect."""
    if _COMPARED.match(low, claim.end):
        return None
    aspect = aspect_of(claim, low)
    alike = {
        tuple(values[0] * figure.measure.factor for values in figure.measure.values): figure
        for product in products
        for figure in book.figures(product)
        if _replaces(claim, figure) and _speaks_of(figure, aspect, claim)
    }
    chosen = list(alike.values())
    if aspect:
        fitting = [figure for figure in chosen if figure.aspect == aspect]
        chosen = fitting or [figure for figure in chosen if not figure.aspect]
    if len(chosen) > 1:
        said = {plain(word) for word in _WORD.findall(low)}
        most = max(len(figure.words & said) for figure in chosen)
        chosen = [figure for figure in chosen if len(figure.words & said) == most] if most else chosen
    return chosen[0] if len(chosen) == 1 else None


def _replaces(claim: Measure, figure: Figure) -> bool:
    measure = figure.measure
    if len(measure.values) != len(claim.values):
        return False
    if claim.kind == "time" and (measure.factor >= _MONTH) != (claim.factor >= _MONTH):
        return False
    if claim.kind.startswith("number of "):
        return plain(claim.kind.removeprefix("number of ")) in figure.words
    return measure.kind.removeprefix("bare ") == claim.kind


def aspect_of(claim: Measure, low: str) -> str:
    """Weight, width and the like, by the nearest word for it around the figure."""
    if claim.kind not in _ASPECTS_OF:
        return ""
    fits = _ASPECTS_OF[claim.kind]
    reach = 60 if claim.kind == "time" else 36
    if claim.kind == "time" and claim.factor >= _MONTH and _FROM.search(low[max(0, claim.start - 24) : claim.start]):
        return "age"
    if claim.kind == "time" and (
        _ON_A_CHARGE.match(low, claim.end) or _ON_A_CHARGE_AHEAD.search(low[max(0, claim.start - reach) : claim.start])
    ):
        return "battery"
    behind = _WORD.findall(low[claim.end : claim.end + 28])[:4]
    ahead = _WORD.findall(low[max(0, claim.start - reach) : claim.start])[::-1]
    for word in (*behind[:2], *ahead, *behind):
        aspect = ASPECTS.get(word, "")
        if aspect in fits:
            return aspect
    return ""


_CHARGE = (
    r"(?:on|per|from|with|mit|pro|bei|sur|par|avec|con|por|en) (?:0*1|an?|one|a single|a full|single|each|every|einer?"
    r"|eine[rm]|une?|una|chaque|cada)? ?(?:single |full |vollen |einzigen |seule |sola )?"
    r"(?:charge|battery|ladung|aufladung|akkuladung|charge|recharge|carga)\b"
)
_ON_A_CHARGE = re.compile(rf"[^,.;]{{0,30}}?\b{_CHARGE}")
_ON_A_CHARGE_AHEAD = re.compile(rf"\b{_CHARGE}[^,.;]{{0,30}}$")
"""Around a time: the battery lasts so long."""
_ASPECTS_OF = {
    "length": frozenset({"width", "height", "depth", "length", "diameter", "thickness", "screen", "water"}),
    "mass": frozenset({"weight", "load"}),
    "data": frozenset({"memory", "storage"}),
    "time": frozenset({"warranty", "age", "battery", "charge"}),
}

"""Regional rules: how tax is worded, what may be given back, what a reduction names, what only grown-ups get."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

from shopgraph.domain import Value
from shopgraph.guards.checks.amounts import find_amounts
from shopgraph.guards.checks.base import Finding, replace, take_out
from shopgraph.guards.checks.known import Known, known
from shopgraph.guards.checks.names import inside
from shopgraph.guards.checks.text import Cue, Sentence, about, sentences
from shopgraph.guards.facts import Facts, ProductFact


class Region(Value):
    """What a region's law asks of an answer."""

    taxed: bool | None = None
    """Whether prices for consumers include the tax."""
    withdrawal_days: int | None = None
    """How long what was bought at a distance can be given back without a reason, at least."""
    lowest_price: bool = False
    """Whether a reduction is measured by the lowest price of the last 30 days."""
    ages: dict[str, int] = {}
    """Kind of goods to the age from which they are sold."""


class _Regions(Value):
    regions: dict[str, Region]


@cache
def read_regions() -> dict[str, Region]:
    """All regions by their code."""
    path = Path(__file__).with_name("regions.yaml")
    return _Regions.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).regions


def region_of(facts: Facts) -> Region:
    """The region of the facts, or of the locale's country; one that asks for nothing where it is not known."""
    regions = read_regions()
    code = (facts.region or (facts.locale or "").replace("-", "_").partition("_")[2]).upper()
    return regions.get(code) or regions.get(code.partition("-")[0]) or Region()


_TAX_ON_TOP = Cue(
    "plus tax vat mwst zzgl exclude excluding hors sin before added",
    r"\bplus (?:\d+ ?% )?(?:vat|tax|mwst)|\b(?:excluding|excl\.?|exclude|without) (?:vat|tax)|\b(?:vat|tax) (?:is"
    r"|will be) added"
    r"|\bzzgl\.? (?:\d+ ?% )?(?:mwst|mehrwertsteuer|umsatzsteuer)|\bhors (?:taxe|tva)|\bsin iva\b|\bmás iva\b",
)
_TAX_INSIDE = Cue(
    "including included includes include incl with",
    r"\b(?:including|incl\.?|includes?) (?:all |the )?(?:sales )?(?:tax|taxes|vat)\b|\b(?:sales )?tax(?:es)? (?:is"
    r"|are) (?:already )?included",
)
_LOWEST = Cue(
    "lowest niedrigster niedrigsten bas bajo",
    r"lowest price (?:of|in|over|from) the (?:last|past) 30 days|niedrigste[rn]? preis der letzten 30 tage"
    r"|prix le plus bas des 30 derniers jours|precio más bajo de los últimos 30 días",
)
_NO_RIGHT = Cue(
    "no cannot can final excluded kein nicht pas aucun",
    r"\b(?:no|not|cannot|can['’]t) (?:\w+ ){0,3}(?:withdraw|right of withdrawal|be returned)|all sales are final"
    r""
    r"|kein(?:en)? (?:widerruf|rückgabe)|(?:vom )?umtausch ausgeschlossen|ni repris ni échangé"
    r"|aucun droit de rétractation",
)
_NO_CHECK = Cue(
    "without no any every even ohne sans",
    r"\b(?:without|no) (?:an? )?(?:age (?:check|verification|limit)|id\b|proof of age)|\bfor (?:any|every"
    r"|all) ages?\b|\beven (?:if you are|for) (?:a )?minors?"
    r"|ohne (?:alters(?:prüfung|nachweis)|ausweis)|sans (?:vérification d['’]âge|pièce d['’]identité)",
)
_AGE = Cue(
    "from old aged age ages least over ab dès partir years jahre ans",
    r"\b(?:at least|over|aged?|from|ab|dès|à partir de|mindestens)\s(?P<n>0{0,20}\d{1,2})(?=\s?(?:years?|jahren?"
    r"|ans\b|or older|\+|$|[.,](?!\d)))",
)
_TOPICS = _TAX_ON_TOP.topic | _TAX_INSIDE.topic | _LOWEST.topic | _NO_RIGHT.topic | _NO_CHECK.topic | _AGE.topic


def find_breaches(text: str, facts: Facts) -> Iterator[Finding]:
    """Sentences that the region's law does not allow, and those that name a wrong figure for it."""
    if not about(text) & _TOPICS:
        return
    law = region_of(facts)
    ours = known(facts)
    for sentence in sentences(text):
        if sentence.topics & _TOPICS and not sentence.asks:
            yield from list(_breaches(sentence, _spoken_of(text, sentence, ours), law, ours))[:1]


def _spoken_of(text: str, sentence: Sentence, ours: Known) -> list[ProductFact]:
    """What the sentence names, else what was named last before it."""
    names = ours.products_in(text)
    here = inside(names, sentence.start, sentence.end) or inside(names, 0, sentence.start)[-1:]
    return [variant for mention in here for variant in ours.variants(mention.key)]


def _breaches(sentence: Sentence, products: list[ProductFact], law: Region, ours: Known) -> Iterator[Finding]:
    if law.taxed is True and _TAX_ON_TOP.search(sentence):
        yield take_out(sentence, "Prices here include the tax. Do not say that it comes on top.")
    if law.taxed is False and ours.facts.tax_percent != 0 and _TAX_INSIDE.search(sentence):
        yield take_out(sentence, "Prices here are without tax. Do not say that it is included.")
    if law.withdrawal_days is not None and ours.facts.return_window_days != 0 and _NO_RIGHT.search(sentence):
        yield take_out(sentence, f"What is bought here can be given back within {law.withdrawal_days} days.")
    if _LOWEST.search(sentence):
        yield from _lowest(sentence, products)
    ages = [age for product in products if (age := _age_of(product, law)) is not None]
    if ages:
        yield from _ages(sentence, max(ages))


def _lowest(sentence: Sentence, products: list[ProductFact]) -> Iterator[Finding]:
    facts = {product.lowest_30_days for product in products if product.lowest_30_days is not None}
    said = {value for amount in find_amounts(sentence.text) for value in amount.values}
    if not facts or not said & facts:
        yield take_out(sentence, "No fact tells the lowest price of the last 30 days. Do not name one.")


def _age_of(product: ProductFact, law: Region) -> int | None:
    """The age from which it is sold: its own, or that of its kind."""
    own = next((v for k, v in product.attributes.items() if k.lower() in ("min_age", "age_restricted_from")), None)
    if own is not None and own.strip().isdecimal():
        return int(own)
    kinds = " ".join([*product.attributes.values(), product.name]).lower()
    return next((age for kind, age in law.ages.items() if product.restricted and kind in kinds), None) or (
        max(law.ages.values(), default=None) if product.restricted else None
    )


def _ages(sentence: Sentence, age: int) -> Iterator[Finding]:
    if _NO_CHECK.search(sentence):
        yield take_out(sentence, f"It is sold from {age} years only, and the age is checked.")
        return
    for found in _AGE.find_digits(sentence):
        if int(found["n"]) < age:
            start = sentence.start + found.start("n")
            yield replace(start, start + len(found["n"]), str(age), f"It is sold from {age} years.")

"""Properties of products: hours, grams, pages, shares of a material; each number agrees with the product's "
"attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from shopgraph.guards.checks.amounts import read_number
from shopgraph.guards.checks.base import Finding, replace, take_out
from shopgraph.guards.checks.known import Known, known
from shopgraph.guards.checks.names import Mention, inside
from shopgraph.guards.checks.numbers import write_count
from shopgraph.guards.checks.text import Cue, Sentence, about, sentences
from shopgraph.guards.checks.topics import topic
from shopgraph.guards.facts import Facts, ProductFact

_SAME = (
    "h hour hours hr hrs stunde stunden heure heures hora horas",
    "min minute minutes minuten minutos",
    "day days tag tage tagen jour jours día días dia dias",
    "week weeks woche wochen semaine semaines semana semanas",
    "month months monat monate monaten mois mes meses",
    "year years yr jahr jahre jahren an ans année années año años ano anos",
    "g gram grams gramm gramme grammes gramo gramos gr",
    "kg kilo kilos kilogram kilograms kilogramm kilogrammes",
    "lb lbs pound pounds",
    "oz ounce ounces",
    "ml milliliter milliliters millilitre millilitres",
    "cl centilitre centilitres",
    "l liter liters litre litres litern litro litros",
    "gal gallon gallons",
    "mm millimeter millimeters millimetre millimetres",
    "cm centimeter centimeters centimetre centimètres zentimeter zentimetern centímetros",
    "m meter meters metre metres mètre mètres metern metro metros",
    "km kilometer kilometers kilometre kilomètres",
    "in inch inches zoll pouce pouces pulgadas",
    "ft foot feet",
    "sqft sq square",
    "w watt watts",
    "gb gigabyte gigabytes go",
    "tb terabyte terabytes to",
    "hz hertz",
    "db decibel decibels dezibel",
    "lm lumen lumens",
    "page pages seite seiten página páginas pagina paginas",
    "piece pieces teil teile teilen pièce pièces pieza piezas",
    "rating stars star sterne sternen étoiles estrellas",
    "review reviews bewertungen avis reseñas",
    "percent % prozent porciento",
    "° c",
)
_UNITS = {word: words.split()[0] for words in _SAME for word in words.split()}
_ARTICLES = frozenset({"a", "an", "one", "ein", "eine", "einen", "einem", "einer", "un", "une", "una", "uno"})
_TIME = frozenset({"h", "min", "day", "week", "month", "year"})
_NUMBER = re.compile(
    r"(?P<n>\d(?<![\d.,$€£¥#]\d)(?:[\d.,]*\d)?)(?:\s?[x×]\s?\d+)?[\s-]?"
    r"(?P<unit>%|°|[^\W\d_]{1,16})(?=(?P<rest>[^.;,]{0,24}))"
)
_VALUE = re.compile(r"(?P<n>\d(?<![\d.,]\d)(?:[\d.,]*\d)?)\s?(?P<unit>%|°|[^\W\d_]{1,16})?\s?(?P<of>[^\W\d_]{3,16})?")
_TERMS = Cue(
    "deliver shipping ship arrive return returns refund send back withdraw lieferung versand zustellung zurück "
    "rückgabe widerruf "
    "livraison retour rembours expédié envío entrega devol order ordered placed bestellung commande pedido "
    "restock stock sold",
    r"deliver|shipp|arriv|\breturn|refund|send (?:it|them)|\bback\b|withdraw|liefer|versand|zustell|zurück"
    r"|rückgabe|widerruf"
    r"|livr|retour|rembours|expédi|env[ií]o|entrega|devol|\border|bestell|command|pedido|restock|stock",
)
"""Where days and months are not the product's."""
_LOOSE = re.compile(
    r"\b(?:more|less|lighter|heavier|longer|shorter|larger|smaller|than|twice|half|against|compared|difference"
    r"|each|per|under|over|"
    r"up to|almost|nearly|about|around|roughly|mehr|weniger|leichter|schwerer|länger|als|doppelt|halb|knapp|rund"
    r"|etwa|pro|"
    r"plus|moins|environ|presque|más|menos|que|unos|unas|casi|as you|wie sie|child|kind|enfant|niño|you (?:said"
    r"|need|want|mentioned|asked|have))\b"
)
"""Comparisons, roundings and the customer's own measures."""


_BY = re.compile(r"\d\s?[x×]\s?\d")
_BY_BEFORE = re.compile(r"\d\s?(?:cm|mm|m|in)?\s?[x×]\s?$")
_EFFECT = re.compile(
    r"\b(?:remov\w+|kill\w*|eliminat\w+|filter\w*|block\w*|prevent\w*|protect\w*|entfern\w*|tötet|beseitig\w*"
    r"|élimine\w*|tue|bloque"
    r"|elimina\w*|mata)\b[^.]{0,25}$"
)
"""What a product is said to do to a share of something."""


_JUDGED = topic(
    "star stars stern sternen étoiles estrellas review reviews bewertungen avis reseñas remove kill eliminate "
    "filter block prevent "
    "protect entfernt tötet beseitigt élimine tue bloque elimina mata"
)


class _Fact(NamedTuple):
    """A number of an attribute."""

    key: str
    value: Decimal
    written: str
    unit: str
    of: str
    """For a percentage, the first letters of what it is of."""


def find_wrong_attributes(text: str, facts: Facts) -> Iterator[Finding]:
    """Measures, counts and shares of a product that disagree with its attributes."""
    if not about(text) & _JUDGED and not any(product.attributes for product in facts.products):
        return
    ours = known(facts)
    names = ours.products_in(text)
    if not names:
        return
    spoken = [variant for key in dict.fromkeys(m.key for m in names) for variant in ours.variants(key)]
    last: Mention | None = None
    for sentence in sentences(text):
        here = inside(names, sentence.start, sentence.end)
        if (here or last) and (sentence.numeric or sentence.digits is not sentence.low) and not sentence.asks:
            yield from _sentence(sentence, here, last, spoken, ours)
        last = here[-1] if here else last


def _sentence(
    sentence: Sentence, here: Sequence[Mention], last: Mention | None, spoken: Sequence[ProductFact], ours: Known
) -> Iterator[Finding]:
    digits = _blank_names(sentence, here)
    for found in _NUMBER.finditer(digits):
        unit = _unit(found["unit"])
        meant = next(
            (m for m in reversed(here) if m.start - sentence.start <= found.start()), here[0] if here else last
        )
        if unit is None or meant is None or (unit in _TIME and _TERMS.search(sentence)):
            continue
        if unit in ("rating", "review") and not any(
            _of_unit([product], unit, found, sentence) for product in ours.facts.products
        ):
            yield take_out(sentence, "No fact tells what others thought of it. Leave it out.")
            return
        if unit == "percent" and _EFFECT.search(digits, 0, found.start()) and found["n"] not in _written(spoken):
            yield take_out(sentence, f"No fact tells of {found['n']} percent. Leave it out.")
            return
        own = _of_unit(ours.variants(meant.key), unit, found, sentence)
        if not own or _right(found, own, unit, spoken, sentence, digits):
            continue
        yield from _mend(sentence, found, own, ours.facts.locale)
        return


def _written(products: Sequence[ProductFact]) -> str:
    return " ".join([value for product in products for value in product.attributes.values()])


def _blank_names(sentence: Sentence, here: Sequence[Mention]) -> str:
    digits = sentence.digits
    for mention in here:
        start, end = mention.start - sentence.start, mention.end - sentence.start
        digits = f"{digits[:start]}{' ' * (end - start)}{digits[end:]}"
    return digits


def _unit(word: str) -> str | None:
    return _UNITS.get(word, word[:4] if len(word) > 3 else None)


def _of_unit(variants: Sequence[ProductFact], unit: str, found: re.Match[str], sentence: Sentence) -> list[_Fact]:
    own = [fact for variant in variants for fact in _facts(variant) if fact.unit == unit]
    if unit != "percent":
        return own
    named = re.search(r"[^\W\d_]{3,}", found["rest"])
    stem = named[0][:4] if named else ""
    here = {word[:4] for word in sentence.words}
    return [fact for fact in own if fact.of and (fact.of == stem or (not stem and fact.of in here))]


def _facts(product: ProductFact) -> Iterator[_Fact]:
    for key, value in product.attributes.items():
        low, parts = value.lower(), [part for part in key.lower().replace("-", "_").split("_") if part]
        for found in _VALUE.finditer(low):
            said = found["unit"] if found["unit"] in _UNITS else None
            unit = _UNITS[said] if said else next((_UNITS[part] for part in reversed(parts) if part in _UNITS), None)
            if unit is None and low.strip() == found["n"] and parts:
                unit = parts[0][:4] if len(parts[0]) > 3 else None
            if unit is not None:
                of = (found["of"] or (parts[0] if unit == "percent" and parts else ""))[:4]
                yield _Fact(key.lower(), read_number(found["n"])[0], found["n"], unit, of)


def _right(
    found: re.Match[str],
    own: Sequence[_Fact],
    unit: str,
    spoken: Sequence[ProductFact],
    sentence: Sentence,
    digits: str,
) -> bool:
    values = read_number(found["n"])
    if _BY.search(found[0]) or _BY_BEFORE.search(digits, 0, found.start()):
        return True  # 120 x 60 cm: which is which, nobody knows
    said = sentence.text[found.start("n") : found.end("n")].lower()
    if said in _ARTICLES or found["rest"].lstrip(" -").startswith(("old", "alt", "-old")):
        return True
    every = {fact.value for variant in spoken for fact in _facts(variant) if fact.unit == unit} | {f.value for f in own}
    if any(value in every for value in values):
        return True
    if _LOOSE.search(digits, max(0, found.start() - 45), found.end() + 20):
        return True
    counts = {int(n) for n in re.findall(r"(?<![\d.,])0*(\d{1,2})(?![\d.,])", sentence.digits)} - {0}
    products = {value * count for value in every for count in counts}
    return any(value in products for value in values)


def _mend(sentence: Sentence, found: re.Match[str], own: Sequence[_Fact], locale: str | None) -> Iterator[Finding]:
    meant = list(own)
    if len({fact.value for fact in meant}) > 1:
        named = [fact for fact in meant if any(p[:4] in sentence.low for p in fact.key.split("_") if len(p) > 3)]
        meant = named
    if len({fact.value for fact in meant}) != 1:
        yield take_out(sentence, f"{found['n']} {found['unit']} is no property of it. Leave it out.")
        return
    right = meant[0]
    start = sentence.start + found.start("n")
    like = sentence.text[found.start("n") : found.end("n")]
    after = right.written
    if (locale or "en")[:2] in ("de", "fr", "es") and "." in after and len(after.partition(".")[2]) < 3:
        after = after.replace(".", ",")
    if not like[:1].isdigit() and right.value == int(right.value):
        after = write_count(int(right.value), like=like)
    yield replace(start, start + len(like), after, f"It is {right.written}.")

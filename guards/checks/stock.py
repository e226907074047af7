"""Stock: in stock, sold out and "only two left" agree with the stock of what is named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shopgraph.guards.checks.base import Finding, Sentence, denies, mentions, replace, sentences
from shopgraph.guards.facts import Facts, ProductFact

_IN = re.compile(
    r"\b(?P<not>not |no longer |never )?(?P<phrase>in stock|available now|available|auf Lager|lieferbar|en stock)\b",
    re.I,
)
_OUT = re.compile(r"\b(?P<phrase>out of stock|sold out|unavailable|ausverkauft|nicht auf Lager|épuisé)\b", re.I)
_LEFT = re.compile(
    r"\b(?P<number>\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten)\b"
    r"(?: (?:pieces?|units?|pairs?|of (?:them|these)))?"
    r" (?:left|in stock|available|remaining|remain)\b",
    re.I,
)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_OPPOSITE = {"in stock": "out of stock", "auf lager": "ausverkauft", "en stock": "épuisé"}
_OPPOSITE_OUT = {"ausverkauft": "auf Lager", "nicht auf lager": "auf Lager", "épuisé": "en stock"}
_QUESTION = re.compile(r"\b(?:if|when|once|whether|as soon as|again|until|sobald|wenn)\b", re.I)


def find_wrong_stock(text: str, facts: Facts) -> Iterator[Finding]:
    """Claims about stock that disagree with the facts; a claim about nothing named is left alone."""
    by_name: dict[str, list[ProductFact]] = {}
    for product in facts.products:
        for key in {product.name.lower(), product.sku.lower()} - {""}:
            by_name.setdefault(key, []).append(product)
    named = mentions(text, by_name)
    for sentence in sentences(text):
        here = {m.key for m in named if sentence.start <= m.start < sentence.end}
        if len(here) == 1 and not _QUESTION.search(sentence.text):
            yield from _judge(sentence, _meant(sentence, by_name[here.pop()]))


def _meant(sentence: Sentence, variants: Sequence[ProductFact]) -> Sequence[ProductFact]:
    """The variants that the sentence singles out by their attributes ("size M"), else all of them."""
    lowered = sentence.text.lower()
    scores = {
        place: sum(1 for name, value in variant.attributes.items() if _says(lowered, name.lower(), value.lower()))
        for place, variant in enumerate(variants)
    }
    best = max(scores.values(), default=0)
    return [variant for place, variant in enumerate(variants) if scores[place] == best]


def _says(text: str, name: str, value: str) -> bool:
    if len(value) <= 2:
        return re.search(rf"\b{re.escape(name)}\W{{1,2}}{re.escape(value)}\b", text) is not None
    return re.search(rf"\b{re.escape(value)}\b", text) is not None


def _judge(sentence: Sentence, variants: Sequence[ProductFact]) -> Iterator[Finding]:
    stocks = [variant.stock for variant in variants]
    known = [stock for stock in stocks if stock is not None]
    if len(known) < len(stocks) or not known:
        return
    counted = _LEFT.search(sentence.text)
    if counted and len(set(known)) == 1:
        yield from _count(sentence, counted, known[0])
        return
    if counted and any(known):
        return
    gone = _OUT.search(sentence.text)
    if gone and all(known):
        after = _OPPOSITE_OUT.get(gone["phrase"].lower(), "in stock")
        yield _swap(sentence, gone, after, "There is stock of it.")
        return
    there = _IN.search(sentence.text)
    if gone or there is None or any(known):
        return
    if there["not"] or denies(sentence.clause(sentence.start + there.start("phrase"))):
        return
    yield _swap(sentence, there, _OPPOSITE.get(there["phrase"].lower(), "out of stock"), "There is none of it.")


def _count(sentence: Sentence, found: re.Match[str], stock: int) -> Iterator[Finding]:
    word = found["number"].lower()
    said = int(word) if word.isdigit() else _WORDS.index(word)
    if said == stock:
        return
    if stock == 0:
        start = sentence.start + found.start()
        yield replace(start, sentence.start + found.end(), "none left", "There is none of it.")
        return
    start = sentence.start + found.start("number")
    after = _WORDS[stock] if not word.isdigit() and stock < len(_WORDS) else str(stock)
    yield replace(start, start + len(found["number"]), after, f"There are {stock} of it.")


def _swap(sentence: Sentence, found: re.Match[str], after: str, reason: str) -> Finding:
    start = sentence.start + found.start("phrase")
    return replace(start, sentence.start + found.end("phrase"), after, reason)

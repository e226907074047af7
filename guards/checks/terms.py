"""Delivery times, return windows, tax rates and free delivery: what is said agrees with the region's terms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from shopgraph.guards.checks.amounts import read_number
from shopgraph.guards.checks.base import Finding, Sentence, denies, replace, sentences, take_out
from shopgraph.guards.facts import Facts

_DAYS = re.compile(
    r"(?<![\d#.,-])(?P<low>\d{1,3})(?:\s?(?:-|–|—|to|bis|à|or)\s?(?P<high>\d{1,3}))?[\s-]"
    r"(?:business |working |calendar )?(?:days?|Werktagen?|Tagen?|jours?)\b(?!\s(?:ago|left|old|early|late|remain))",
    re.I,
)
_DELIVERY = re.compile(r"deliver|shipping|ships?\b|arriv|lieferung|livraison", re.I)
_OTHER_METHOD = re.compile(r"\bexpress|\bpremium|\bovernight|next-day|same-day|pick-?up|\bcollect", re.I)
"""The facts hold the standard method's days only."""
_RETURN = re.compile(r"\breturns?\b|send (?:it|them|things)? ?back|\bsent back|rückgabe|zurück|retour", re.I)
_ELSE = re.compile(r"refund|erstatt|rembours|exchange|bank|credited|was delivered|were delivered|code|discount", re.I)
_TAX = re.compile(r"(?:\btax\b|\bvat\b|\bmwst\b|\btva\b)", re.I)
_PERCENT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,3})?)\s?(?:%|percent\b|per cent\b|prozent\b)", re.I)
_FREE_DELIVERY = re.compile(
    r"\bfree (?:standard |express )?(?:delivery|shipping)|\b(?:delivery|shipping) is (?:always )?free", re.I
)
_CONDITION = re.compile(r"\b(?:from|over|above|orders? of|at least|minimum|if|when|once|more than|spend)\b", re.I)


def find_wrong_terms(text: str, facts: Facts) -> Iterator[Finding]:
    """Delivery days, return windows, tax rates and free delivery that disagree with the facts."""
    for sentence in sentences(text):
        yield from _days(sentence, facts)
        yield from _tax(sentence, facts)
        yield from _free_delivery(sentence, facts)


def _days(sentence: Sentence, facts: Facts) -> Iterator[Finding]:
    for found in _DAYS.finditer(sentence.text):
        start, end = sentence.start + found.start("low"), sentence.start + found.end("high" if found["high"] else "low")
        said = {int(number) for number in (found["low"], found["high"]) if number}
        if _ELSE.search(sentence.text) or denies(sentence.clause(start)):
            continue
        if _RETURN.search(sentence.text) and not found["high"]:
            yield from _window(sentence, said, facts.return_window_days, start, end)
        elif _DELIVERY.search(sentence.text) and not (
            _RETURN.search(sentence.text) or _OTHER_METHOD.search(sentence.text)
        ):
            yield from _delivery_days(sentence, said, facts, start, end)


def _window(sentence: Sentence, said: set[int], window: int | None, start: int, end: int) -> Iterator[Finding]:
    if window is None or window == 0:
        yield take_out(sentence, "No return window stands in the facts. Do not promise one.")
    elif said != {window}:
        yield replace(start, end, str(window), f"Things may be sent back within {window} days.")


def _delivery_days(sentence: Sentence, said: set[int], facts: Facts, start: int, end: int) -> Iterator[Finding]:
    delivery = facts.delivery
    if delivery is None or delivery.max_days is None:
        yield take_out(sentence, "No delivery time stands in the facts. Do not promise one.")
        return
    least = delivery.min_days if delivery.min_days is not None else delivery.max_days
    if said <= {least, delivery.max_days} and (
        len(said) == 2 or max(said) == delivery.max_days or least == delivery.max_days
    ):
        return
    right = str(least) if least == delivery.max_days else f"{least}-{delivery.max_days}"
    yield replace(start, end, right, f"Delivery takes {right} days.")


def _tax(sentence: Sentence, facts: Facts) -> Iterator[Finding]:
    if facts.tax_percent is None or not _TAX.search(sentence.text):
        return
    for found in _PERCENT.finditer(sentence.text):
        near = sentence.text[max(0, found.start() - 25) : found.end() + 25]
        if _TAX.search(near) and facts.tax_percent not in read_number(found[1]):
            right = f"{facts.tax_percent.normalize():f}"
            start = sentence.start + found.start(1)
            yield replace(start, start + len(found[1]), right, f"The tax is {right} percent.")


def _free_delivery(sentence: Sentence, facts: Facts) -> Iterator[Finding]:
    found = _FREE_DELIVERY.search(sentence.text)
    delivery = facts.delivery
    if found is None or delivery is None or delivery.price is None or delivery.price == Decimal(0):
        return
    if delivery.free_from is None and not denies(sentence.clause(sentence.start + found.start())):
        yield take_out(sentence, f"Delivery is never free here; it costs {delivery.price}.")
    elif delivery.free_from is not None and "always" in found[0].lower() and not _CONDITION.search(sentence.text):
        yield take_out(sentence, f"Delivery is free from {delivery.free_from} only.")

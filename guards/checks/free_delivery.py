"""Free delivery: only from the amount of the facts on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from shopgraph.guards.checks.amounts import find_amounts, write_number
from shopgraph.guards.checks.base import Finding, replace, take_out
from shopgraph.guards.checks.book import book
from shopgraph.guards.checks.partial import take_claim_out
from shopgraph.guards.checks.text import Cue, Sentence
from shopgraph.guards.facts import DeliveryFact, Facts

_FREE_DELIVERY = Cue(
    "free complimentary us kostenlos gratis frei versandkostenfrei gratuite offerte",
    r"\b(?:free|complimentary) (?:standard |express |home )?(?P<what>delivery"
    r"|shipping)\b(?: on (?:all|every|any) (?:orders?|purchases?))?"
    r"|\b(?P<what2>delivery|shipping) (?:is|comes) (?:always |completely |absolutely |totally |also "
    r"|of course )?(?:free(?: of charge)?|on us)\b(?! on orders)"
    r"|\b(?:ship|deliver)s? (?:it |this |that |them )?(?:to you )?(?P<en>free of charge|for free)\b"
    r"|\b(?P<what3>versand|lieferung) ist (?:immer |natürlich )?(?:kostenlos|gratis|frei)\b"
    r"|\b(?:kostenlose[rn]?|gratis) ?(?P<what4>versand|lieferung)\b|\bversandkostenfrei\b"
    r"|\b(?P<what5>livraison) (?:est |toujours )*(?:gratuite|offerte)\b"
    r"|\b(?P<what6>env[ií]o) (?:es |está |siempre )*(?:gratis|gratuito)\b(?: en todos los pedidos)?",
)
_CONDITION = re.compile(
    r"\b(?:more|from|over|above|orders? of(?= (?:[$€£¥]|\d|at least|more|over))|orders? (?:from|over|above)"
    r"|at least|minimum|if|when|once"
    r"|more than|spend|exceed\w*|ab|über|wenn|"
    r"dès|à partir|supérieure?s?|to qualify|away from|reach|add|another|spend|añad\w*|ajout\w*|starts? at|short of"
    r"|manqu\w*|short|fehl\w+|faltan?|pour profiter"
    r"|a partir de|desde|superior(?:es)?|más de)\b"
)


def find_wrong_free_delivery(text: str, sentence: Sentence, facts: Facts) -> Iterator[Finding]:
    found = _FREE_DELIVERY.search(sentence)
    if found is None or sentence.asks or (facts.delivery is not None and facts.delivery.price == 0):
        return
    if sentence.denies_at(found.start()):
        return
    delivery = facts.delivery
    if delivery is None or delivery.price is None:
        if delivery is None or delivery.free_from is None:
            yield take_out(sentence, "Nothing in the facts says that delivery is free.")
        return
    if delivery.free_from is not None and (
        _CONDITION.search(sentence.low) or _worth(text, sentence, facts, delivery.free_from)
    ):
        return
    named = next((name for name in ("what", "what2", "what3", "what4", "what5", "what6") if found[name]), None)
    if named is None:
        reason = f"Delivery is not free here; it costs {delivery.price}."
        yield take_claim_out(sentence, found.start(), found.end(), [found.span()], (), reason)
        return
    yield replace(
        sentence.start + found.start(),
        sentence.start + found.end(),
        _priced(sentence, found, named, facts),
        f"Delivery costs {delivery.price}" + (f", nothing from {delivery.free_from}." if delivery.free_from else "."),
    )


def _worth(text: str, sentence: Sentence, facts: Facts, threshold: Decimal) -> bool:
    """Whether the text speaks of so much money, or the sentence of something that costs it."""
    if any(value >= threshold for amount in find_amounts(text) for value in amount.values[:1]):
        return True
    lowered = sentence.low
    ours = book(facts)
    keys = [key for key in ours.known.products if key in lowered]
    prices = [price for key in keys for price in ours.current(ours.known.products[key])]
    totals = [order.total for key, order in ours.known.orders.items() if key in lowered and order.total is not None]
    return any(amount >= threshold for amount in (*prices, *totals))


def _priced(sentence: Sentence, found: re.Match[str], named: str, facts: Facts) -> str:
    """The same with its price: "shipping for 4.99 USD"."""
    delivery = facts.delivery or DeliveryFact()
    what = sentence.text[found.start(named) : found.end(named)]

    def money(amount: Decimal) -> str:
        number = write_number(amount, like="", currency=facts.currency, locale=facts.locale)
        return f"{number} {facts.currency or ''}".strip()

    language = {"versand": "de", "lieferung": "de", "livraison": "fr", "envío": "es", "envio": "es"}.get(
        what.lower(), "en"
    )
    verb = {
        "en": " is " if found["what2"] else " for ",
        "de": " kostet " if found["what3"] else " für ",
        "fr": " à ",
        "es": " por ",
    }[language]
    text = f"{what}{verb}{money(delivery.price or Decimal(0))}"
    if delivery.free_from is not None:
        free = {"en": "free from", "de": "kostenlos ab", "fr": "offerte dès", "es": "gratis desde"}[language]
        text += f" ({free} {money(delivery.free_from)})"
    return text[:1].upper() + text[1:] if sentence.text[found.start()].isupper() else text

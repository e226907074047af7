"""What is said of an order's state: shipped, delivered, canceled, still being prepared, not shipped yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shopgraph.guards.checks.base import Finding, replace, take_out
from shopgraph.guards.checks.known import Known, plain_id
from shopgraph.guards.checks.names import Mention
from shopgraph.guards.checks.order_tales import find_tale, is_untrue, predicate
from shopgraph.guards.checks.text import Cue, Sentence
from shopgraph.guards.checks.topics import topic

_STAGES = ("pending", "processed", "shipped", "delivered")
_MEANS = {
    "pending": "en preparación|pending|being prepared|in bearbeitung|en préparation|en cours de "
    "préparation|confirmed|paid|placed",
    "processed": "processed|processing|bearbeitet|traitée|in_progress",
    "shipped": (
        "enviado|enviada|envió|en camino|shipped|dispatched|on its way|on the way|in transit|out for "
        "delivery|versandt|verschickt|versendet|unterwegs"
        "|auf dem weg|expédiée|expédié|en route|in_transit|out_for_delivery|partially_shipped"
    ),
    "delivered": (
        "entregado|entregada|entregó|delivered|zugestellt|geliefert|ausgeliefert|livrée|livré|arrived|angekommen|arrivée|arrivé"
    ),
    "canceled": "cancelado|cancelada|canceló|canceled|cancelled|storniert|annulée|annulé",
    "returned": "returned",
}
_SAID = {phrase: state for state, phrases in _MEANS.items() for phrase in phrases.split("|")}
_LANGUAGES = {
    phrase: language
    for language, phrases in {
        "de": "in bearbeitung|bearbeitet|versandt|verschickt|versendet|unterwegs|auf dem weg|zugestellt|geliefert"
        "|ausgeliefert|angekommen|storniert",
        "fr": "en préparation|en cours de préparation|traitée|expédiée|expédié|en route|livrée|livré|arrivée|arrivé"
        "|annulée|annulé",
        "es": "en preparación|enviado|enviada|envió|en camino|entregado|entregada|entregó|cancelado|cancelada|canceló",
    }.items()
    for phrase in phrases.split("|")
}
_IN_LANGUAGE = {
    "es": {
        "pending": "en preparación",
        "processed": "en preparación",
        "shipped": "enviado",
        "delivered": "entregado",
        "canceled": "cancelado",
    },
    "de": {
        "pending": "in Bearbeitung",
        "processed": "bearbeitet",
        "shipped": "versandt",
        "delivered": "zugestellt",
        "canceled": "storniert",
    },
    "fr": {
        "pending": "en préparation",
        "processed": "traitée",
        "shipped": "expédiée",
        "delivered": "livrée",
        "canceled": "annulée",
    },
}
_HOW = topic("ha han está fue se is was has have status got ist wurde est a sera")
_CLAIM = Cue(
    "delivered shipped dispatched way transit out cancelled pending being processed arrived returned "
    "bearbeitung versandt "
    "verschickt versendet unterwegs weg zugestellt geliefert ausgeliefert angekommen storniert préparation "
    "expédiée route "
    "livrée arrivée annulée cours entregado entregó enviado envió camino cancelado canceló preparación",
    r"(?P<how>\b(?:is|was|has been|has|have been|status(?: is)?:?|got|ist|wurde|est"
    r"|a (?:déjà |bien |finalement |enfin )?été|sera|está|fue|ha sido"
    r"|se)\b|\bstatus(?: is)?:|(?<=[\d)*]):|(?<=\d)\s?[|(–—-]{1,2})\s?"
    r"(?:now |already |currently |still |marked as |just |also |successfully |bereits |schon "
    r"|gestern |noch |derzeit |soeben |déjà |encore |bien |toujours )*"
    r"(?P<state>delivered|shipped|dispatched|on its way|on the way|in transit|out for delivery"
    r"|cancell?ed|pending|being prepared|process(?:ed|ing)|arrived|returned"
    r"|in bearbeitung|versandt|verschickt|versendet|unterwegs|auf dem weg|zugestellt|geliefert"
    r"|ausgeliefert|angekommen|storniert"
    r"|en préparation|en cours de préparation|expédiée?|en route|livrée?|arrivée?|annulée?|entregad[oa]|entregó"
    r"|enviad[oa]|envió|en camino|cancelad[oa]|canceló|en preparación)\b(?! by | to (?!you\b))",
)
_ELSE = re.compile(
    r"\b(?:refund|return|exchange|payment|difference|request|code|promotion|erstattung|rückgabe"
    r"|zahlung|remboursement|retour)\b"
)
"""What else can be pending."""
_SUBJECT = re.compile(
    r"\b(?:tu|su|el|your|the|this|that|deine|ihre|die|das|votre|ta|la|le) (?:\w{1,15} )?(?:order|parcel"
    r"|package|shipment|bestellung|paket|sendung|commande|colis|pedido|paquete)\b"
)
_PRONOUN = re.compile(r"^\W{0,3}(?:and |yes, |ja, |oui, )?(?:it|they|sie|es|elle|il)\b")


def order_meant(sentence: Sentence, at: int, here: Sequence[Mention], carried: str | None, ours: Known) -> str | None:
    """The order that a place of the sentence speaks of: named before it, behind it, "your order", or "it"."""
    before = [m for m in here if m.start - sentence.start <= at]
    if before:
        return before[-1].key
    if here:
        return here[0].key if len({m.key.lstrip("#") for m in here}) == 1 else None
    only = ours.only_order()
    if only is not None and _SUBJECT.search(sentence.low):
        return plain_id(only.id)
    return carried if carried and (_PRONOUN.search(sentence.low) or _SUBJECT.search(sentence.low)) else None


def find_wrong_order_states(
    sentence: Sentence, here: Sequence[Mention], carried: str | None, states: dict[str, str | None], ours: Known
) -> Iterator[Finding]:
    told = False
    for found in _CLAIM.find(sentence) if sentence.topics & _HOW or ":" in sentence.low else ():
        key = order_meant(sentence, found.start("state"), here, carried, ours)
        if sentence.asks or _ELSE.search(sentence.clause(found.start("state"))) or _of_refund(sentence, found, ours):
            continue
        if key is None or key not in states:
            nothing = not ours.facts.orders and not ours.facts.actions
            if nothing and _SUBJECT.search(sentence.low) and not _CONDITION.search(sentence.low):
                yield take_out(sentence, "No fact tells the state of an order. Do not name one.")
                return
            continue
        told = True
        if len({m.key.lstrip("#") for m in here if m.key in ours.orders}) > 1 and _ONE_OF.search(sentence.low):
            continue
        yield from _state(sentence, found, states[key])
    if not told:
        yield from _tale(sentence, here, carried, states, ours)


_OTHER_THING = re.compile(
    r"\b(?:e-?mail|mail|confirmation|invoice|label|refund|returns?|payment|notification|receipt|message|code|replacement"
    r"|address|exchange|request|rechnung|bestätigung|nachricht|retoure|rücksendung|ersatz|adresse|erstattung|facture"
    r"|étiquette|remboursement|retour|correo|factura|reembolso|devolución|dirección|promotion|discount|offer)\b"
)
"""What else can be sent or made."""


_ONE_OF = re.compile(
    r"\b(?:first|second|third|other|former|latter|erste|zweite|dritte|andere|première|seconde|deuxième|autre|primero|segundo"
    r"|otro)\b"
)
"""It tells which of several orders is meant."""


def _tale(
    sentence: Sentence, here: Sequence[Mention], carried: str | None, states: dict[str, str | None], ours: Known
) -> Iterator[Finding]:
    """What is told or denied of an order in other words."""
    if sentence.asks or (not here and carried is None and not _SUBJECT.search(sentence.low)):
        return
    begin = next((m.end - sentence.start for m in here if m.key in ours.orders), 0)
    tale = find_tale(sentence, begin)
    if tale is None:
        return
    key = order_meant(sentence, tale.start, here, carried, ours)
    status = states.get(key) if key else None
    clause = sentence.clause(tale.end - 1)
    of_money = tale.said == "pending" and ours.facts.refunds and re.search(r"[$€£¥]", sentence.low)
    if status is None or of_money or _OTHER_THING.search(sentence.low[: tale.end]) or _CONDITION.search(clause):
        return
    orders = {m.key.lstrip("#") for m in here if m.key in ours.orders}
    if len(orders) > 1 and _ONE_OF.search(sentence.low):
        return
    state = _SAID.get(status.lower(), status.lower())
    if is_untrue(tale, state):
        start = sentence.start + tale.start
        after = predicate(tale.language, state, status)
        yield replace(start, sentence.start + tale.end, after, f"The order is {status}.")


_CONDITION = re.compile(
    r"\b(?:once|if|whether|ob|when|as soon as|until|before|after|unless|sobald|wenn|falls|bis|dès que|si"
    r"|lorsque|quand)\b"
)


def _of_refund(sentence: Sentence, found: re.Match[str], ours: Known) -> bool:
    """Whether "the $9.00 for it are pending" speaks of a refund in that state."""
    states = {(refund.status or "").lower() for refund in ours.facts.refunds}
    return found["state"] in states and re.search(r"[$€£¥]\s?\d|\d\s?[$€£¥]|\bdollars\b", sentence.low) is not None


_STILL = re.compile(r"\b(?:still|currently|now|noch|derzeit|encore|toujours|todavía|aún)\b")
"""What is no more so goes with the word that says that it lasts."""


def _state(sentence: Sentence, found: re.Match[str], status: str | None) -> Iterator[Finding]:
    start = sentence.start + found.start("state")
    if status is None:
        yield take_out(sentence, "No fact tells the state of this order. Do not name one.")
        return
    state = _SAID.get(status.lower(), status.lower())
    said = _SAID[found["state"].lower()]
    if said == "pending" and state == "processed" and found["state"] not in ("pending",):
        return  # "in preparation" is said of both
    if (
        said == state
        or not _contradicts(said, found["how"].lower(), state)
        or _CONDITION.search(sentence.clause(found.start("state")))
    ):
        return
    if found["how"].isalpha() and found["how"] != "status" and state not in ("pending", "processed"):
        between = sentence.low[found.end("how") : found.start("state")]
        if _STILL.search(between):
            language = _LANGUAGES.get(found["state"].lower(), "en")
            begin, end = sentence.start + found.start("how"), sentence.start + found.end("state")
            yield replace(begin, end, predicate(language, state, status), f"The order is {status}.")
            return
    after = _written(status, state, found["state"])
    if after in _BEING and found["how"] in ("has", "has been", "was", "got", "have been"):
        start, after = sentence.start + found.start("how"), f"is {_BEING[after]}"
    yield replace(start, sentence.start + found.end("state"), after, f"The order is {status}.")


def _written(status: str, state: str, like: str) -> str:
    """The state in the language in which another one was said."""
    language = _LANGUAGES.get(like.lower())
    if language:
        return _IN_LANGUAGE[language].get(state, status)
    plain = status.lower().replace("_", " ")
    return plain if plain in _BEING or plain == "cancelled" or state not in (*_STAGES, "canceled") else state


_BEING = {"pending": "pending", "processing": "processing", "in transit": "in transit", "processed": "processed"}
"""States in which an order is, and which it has not done."""


def _contradicts(said: str, how: str, state: str) -> bool:
    if said in _STAGES and state in _STAGES:
        past = how in ("was", "has been", "have been", "got", "has", "wurde") or how.endswith("été")
        return _STAGES.index(said) > _STAGES.index(state) or not past
    if state == "canceled":
        return said == "delivered" or how not in ("was", "wurde", "fue")
    return said in ("canceled", "returned")

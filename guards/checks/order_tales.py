"""How texts tell in four languages what has become of an order, with what they deny: "hasn't left our warehouse"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from shopgraph.guards.checks.text import Sentence
from shopgraph.guards.checks.topics import topic

_WORDS = {
    "en": {
        "shipped": r"shipped|dispatched|sent (?:out|off)|gone out|left (?:our|the) "
        "(?:warehouse|depot|building|facility)"
        r"|on (?:its|the) way|in transit|en route|out for delivery|posted|handed (?:over )?to the carrier"
        r"|with the (?:courier|carrier)",
        "delivered": r"delivered|arrived|reached you|dropped off|at your door(?:step)?",
        "canceled": r"cancell?ed|called off|voided",
        "pending": r"being (?:prepared|packed|processed|picked)|in preparation|(?:waiting|awaiting) (?:to be |to )?"
        r"(?:ship\w*|dispatch\w*)|processing|pending|(?:sitting )?in our warehouse",
    },
    "de": {
        "shipped": r"versandt|verschickt|versendet|abgeschickt|losgeschickt|unterwegs|auf dem weg"
        r"|(?:unser |das |unserem )?(?:lager|haus) (?:\w+ )?verlassen|rausgegangen|raus",
        "delivered": r"zugestellt|geliefert|ausgeliefert|angekommen|eingetroffen",
        "canceled": r"storniert",
        "pending": r"in bearbeitung|bearbeitet|vorbereitet|verpackt|gepackt|in vorbereitung|zusammengestellt",
    },
    "fr": {
        "shipped": r"expédiée?|envoyée?|partie?|en route|en chemin|en cours (?:de livraison|d['’]acheminement)"
        r"|quitté (?:notre|nos) entrepôts?|en transit|remise? au transporteur",
        "delivered": r"livrée?|arrivée?|distribuée?|réceptionnée?",
        "canceled": r"annulée?",
        "pending": r"en (?:cours de )?(?:préparation|traitement)|préparée?|en attente d['’]expédition",
    },
    "es": {
        "shipped": r"enviad[oa]|en camino|de camino|despachad[oa]|salido|en tránsito|en reparto",
        "delivered": r"entregad[oa]|llegado|recibid[oa]",
        "canceled": r"cancelad[oa]|anulad[oa]",
        "pending": r"en (?:preparación|proceso|tramitación)|preparándose|procesándose",
    },
}
_HOW = {
    "en": r"(?:(?:has|have|had|is|was)(?:n['’]t)?|['’]s|already|just)",
    "de": r"(?:ist|wurde|wird|hat|liegt|befindet sich)",
    "fr": r"(?:n['’])?(?:est|a|sera|vient d['’]être)",
    "es": r"(?:ha|está|sigue|fue|va|acaba de ser)",
}
_BETWEEN = {
    "en": r"(?:(?:not|never|already|just|now|been|yet|even|to|be|since|safely|successfully|still|currently|actually"
    r"|finally|marked|as|fully) ){0,5}",
    "de": r"(?:(?!erst\b|nächste|morgen\b)[^\W\d]{2,14} ){0,5}?",
    "fr": r"(?:[^\W\d]{2,12} ){0,4}?",
    "es": r"(?:[^\W\d]{2,12} ){0,3}?",
}
_TALES = {
    language: re.compile(
        rf"(?:\b|(?=['’]s)){'(?P<ahead>(?:aún |todavía )?no )?' if language == 'es' else ''}"
        rf"(?P<how>{_HOW[language]})\s(?P<between>{_BETWEEN[language]})(?:"
        + "|".join(rf"(?P<{state}>{words})" for state, words in states.items())
        + r")\b(?P<yet> yet)?(?! (?:by|to) (?!you\b))"
    )
    for language, states in _WORDS.items()
}
_STATES = ("pending", "shipped", "delivered")
_NOT = re.compile(r"\b(?:not|never|yet to|nicht|nie|pas|jamais|no)\b|n['’]t\b")
_LASTS = re.compile(
    r"way|transit|route|chemin|camino|reparto|cours|courier|carrier|unterwegs|\bweg\b|arbeit|bereit|packt|stellt"
    r"|prep|prép|process|proces|pending|await|waiting|trait|tramit|attente|warehouse"
)
"""What is so now, and over once the next thing happened."""
_PREDICATES: Mapping[str, Mapping[str, str]] = {
    "en": {"shipped": "has shipped", "delivered": "has been delivered", "canceled": "has been canceled"},
    "de": {
        "pending": "ist in Bearbeitung",
        "shipped": "ist versandt",
        "delivered": "wurde zugestellt",
        "canceled": "wurde storniert",
    },
    "fr": {
        "pending": "est en préparation",
        "shipped": "a été expédiée",
        "delivered": "a été livrée",
        "canceled": "a été annulée",
    },
    "es": {
        "pending": "está en preparación",
        "shipped": "ha sido enviado",
        "delivered": "ha sido entregado",
        "canceled": "ha sido cancelado",
    },
}
_HOW_TOPICS = {
    "en": topic("has have hasn haven had is isn was wasn already just =s"),
    "de": topic("ist wurde wird hat liegt befindet"),
    "fr": topic("est =a sera vient =n"),
    "es": topic("=ha está sigue fue =va acaba"),
}


class Tale(NamedTuple):
    """What a text says became of an order, and where."""

    start: int
    end: int
    said: str
    """`pending`, `shipped`, `delivered` or `canceled`."""
    denied: bool
    lasts: bool
    """Whether it is said to be so now."""
    language: str


def find_tale(sentence: Sentence, begin: int) -> Tale | None:
    """The first one behind a place of a sentence."""
    found = {
        language: pattern.search(sentence.low, begin)
        for language, pattern in _TALES.items()
        if sentence.topics & _HOW_TOPICS[language]
    }
    told = [(tale.start(), language, tale) for language, tale in found.items() if tale is not None]
    if not told:
        return None
    _, language, tale = min(told)
    said = next(state for state in _WORDS[language] if tale[state])
    denied = _NOT.search(tale[0]) is not None or tale["how"].startswith(("n'", "n’"))
    return Tale(tale.start(), tale.end(), said, denied, _LASTS.search(tale[said]) is not None, language)


def is_untrue(tale: Tale, state: str) -> bool:
    """Whether an order in a state, `processed` taken for pending, is not what the tale says."""
    state = "pending" if state == "processed" else state
    if state not in (*_STATES, "canceled"):
        return False
    if tale.said == "canceled" or state == "canceled":
        same = tale.said == state
        return same if tale.denied else not same and (tale.said == "canceled" or tale.lasts)
    ahead = _STATES.index(tale.said) - _STATES.index(state)
    if tale.denied:
        return ahead <= 0 and tale.said != "pending"
    return ahead > 0 or (ahead < 0 and tale.lasts)


def predicate(language: str, state: str, status: str) -> str:
    """The same told as it is."""
    state = "pending" if state == "processed" else state
    return _PREDICATES[language].get(state) or f"is {status.lower().replace('_', ' ')}"

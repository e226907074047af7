"""Promises: a day of arrival, a guarantee, a free return; each stands in the facts, is put right, or goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from operator import or_

from shopgraph.guards.checks.base import Finding, replace, take_out
from shopgraph.guards.checks.partial import take_claim_out
from shopgraph.guards.checks.promises_words import PROMISES
from shopgraph.guards.checks.text import Cue, Sentence, about, sentences
from shopgraph.guards.checks.topics import topic
from shopgraph.guards.facts import Facts

_ARRIVE = topic(
    "pake sendu liegt llegar llega recibirás envío arri deli ship get rece reac here come komm lief ankom anko "
    "vers erha zuge "
    "livr arri rece rece reço "
    "bekommen bekommst bekommt =ihnen =dir "
    "recv zust send pack parc orde brin expé be have colis chez casa tendrá paquete llev bestellt envia"
)
_WEEKDAY = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
)
_WHEN = Cue(
    "tomorrow tonight today next overnight this later before christmas easter weekend valentine monday tuesday "
    "wednesday "
    "thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi "
    "jeudi vendredi samedi dimanche morgen übermorgen heute weihnachten demain après aujourd avant cette diese "
    "nächste mañana hoy",
    r"\b(?:by |on |as (?:early|soon) as |first thing |gleich |noch |bis (?:zum )?|am |d'ici |para |pasado "
    r"|dès )?(?P<day>tomorrow(?: (?:morning|afternoon|evening))?|tonight|today|the (?:very )?next day"
    r"|overnight|(?:later )?this (?:afternoon|evening|week(?:end)?)"
    rf"|(?:next |this |nächsten |kommenden )?(?:{_WEEKDAY})(?: (?:morning|evening|prochain))?"
    r"|next week|(?:by|before|in time for) (?:christmas|easter|the weekend|valentine)"
    r"|morgen(?: früh)?|übermorgen|heute(?: noch)?|vor weihnachten|demain(?: même| matin| soir)?|après-demain"
    r"|aujourd['’]hui(?: même)?"
    r"|avant noël|cette semaine|diese woche|nächste woche"
    r"|(?<!por la )(?<!esta )(?<!una )(?:mañana|hoy)(?: mismo| sin falta)?"
    r"|this very day|le jour même|dès le lendemain)\b",
)
_FAST = Cue(
    "next same overnight lieferung livraison",
    r"\b(?:next|same)[- ]day (?:delivery|shipping|arrival)|\bovernight (?:delivery|shipping)\b"
    r"|\blieferung am (?:nächsten|selben) tag|\blivraison (?:le jour même|le lendemain|en 24)",
)
_WILL = re.compile(
    r"\b(?:with you|at your door(?:step)?|in your hands|bei ihnen|bei dir|chez vous|chez toi|en (?:tu |su )?casa"
    r"|tendrás?"
    r"|\bist [^.;]{0,20}\bda|garantiert|liegt|llegar(?:á[ns]?|as?)|llegan?|recibir(?:á[ns]?|as?|éis)"
    r"|recibes?|reciben|bekomm(?:en|s?t)"
    r"|tendrán?|estarán?|arrives?|will|['’]ll|gets?"
    r"|guarantee[ds]?|delivers?"
    r"|is delivered|be delivered|delivered"
    r"|ships?|receive|kommt|wird|werden|liefern|geliefert|erhalten|erhältst|"
    r"arrivera|sera|seront|recevrez|recevras|livrons|livrée?|arrive|expect it|have it|reach|there by|livraison"
    r"|lieferung|envío|entrega|entregamos|llevamos|enviamos"
    r"|here by|delivery)\b|\bmorgen (?:schon )?da\b|\bda\b(?=[.!]|$)"
)
_HEDGED = re.compile(
    r"\b(?:should|expected|estimated|scheduled|likely|probably|voraussichtlich|sollte|dürfte|devrait"
    r"|prévue?|estimée?)\b"
)
_CONTACT = re.compile(r"\b(?:meld\w*|ruf(?:en|e|st|t)?|anrufen?|antwort\w*|schreib\w*|kümmer\w*|besuch\w*|termin\w*)\b")
"""It is no parcel that comes."""
_PAST = re.compile(
    r"\b(?:was|were|has been|arrived|wurde|a été|placed|called|opened?|closed?|ends?|endet|starts?|today's|bestellt)\b"
)
_ORDER_NOW = re.compile(
    r"\bif you (?:order|buy|check out)\b|\bwenn (?:du|sie) (?:jetzt|heute|gleich) bestell\w+|\bsi (?:vous"
    r"|tu) commande[sz]?|\bsi (?:la |lo |las |los )?(?:pides?|compras?|encargas?|hace el pedido)\b"
)
"""No doubt, but the only condition."""
_FOR_LIFE = re.compile(r"\blife|lebenslang|\bà vie\b|\bde por vida\b|\bvitalici|unbegrenzt")
_CUSTOMER_ASKS = re.compile(r"\b(?:if|whether|need|want|would you|cannot|can['’]?t|wenn|ob|si)\b")
_PROMISED = reduce(or_, [promise.topic for promise in PROMISES])
_TOPICS = _ARRIVE | _PROMISED


def find_promises(text: str, facts: Facts) -> Iterator[Finding]:
    """Promises that no fact stands behind."""
    if not about(text) & _TOPICS:
        return
    for sentence in sentences(text):
        topics = sentence.topics
        if not topics & _TOPICS or sentence.asks:
            continue
        unproven = next(_unproven(sentence, facts), None) if topics & _PROMISED else None
        if unproven is not None:
            yield unproven
        elif topics & _ARRIVE:
            yield from _arrivals(sentence, facts)


def _proofs(facts: Facts) -> str:
    """Everything in the facts that can stand behind a promise, in lower case."""
    said = [f"{name} {value}" for product in facts.products for name, value in product.attributes.items()]
    said += [promotion.name for promotion in facts.promotions]
    said += facts.brand.disclosures if facts.brand else ()
    return "\n".join(said).lower()


def _unproven(sentence: Sentence, facts: Facts) -> Iterator[Finding]:
    for promise in PROMISES:
        if not sentence.topics & promise.topic:
            continue
        found = promise.pattern.search(sentence.digits)
        if found is None or (
            sentence.denies_at(found.start())
            and "risk" not in found[0]
            and "no questions" not in found[0]
            and "never" not in found[0]
            and not found[0][:1].isdigit()
        ):
            continue
        proofs = _proofs(facts)
        number = re.search(r"\d+", found[0])
        stood = any(word in proofs for word in promise.proof)
        if (
            stood
            and (number is None or str(int(number[0])) in proofs)
            and (not _FOR_LIFE.search(found[0]) or _FOR_LIFE.search(proofs))
        ):
            continue
        if found[0] in proofs:
            continue
        reason = "No fact stands behind this promise. Do not make it."
        yield take_claim_out(sentence, found.start(), found.end(), [found.span()], (), reason)
        return


def _arrivals(sentence: Sentence, facts: Facts) -> Iterator[Finding]:
    """Days on which something is said to arrive."""
    delivery = facts.delivery
    least, most = (delivery.min_days, delivery.max_days) if delivery else (None, None)
    fast = _FAST.search(sentence)
    if fast and not sentence.denies_at(fast.start()) and (most is None or most > 1):
        reason = "No fact tells of so fast a delivery. Do not offer it."
        yield take_claim_out(sentence, fast.start(), fast.end(), [fast.span()], (), reason)
        return
    if (
        not sentence.topics & _WHEN.topic
        or not _WILL.search(sentence.low)
        or _CONTACT.search(sentence.low)
        or _CUSTOMER_ASKS.search(_ORDER_NOW.sub("", sentence.low))
    ):
        return
    every = list(_WHEN.pattern.finditer(sentence.low))
    arriving = [found for found in every if _WILL.search(_part(sentence.low, found.start("day")))]
    first: Finding | None = None
    for found in arriving or every:
        if _SINCE.search(sentence.low, 0, found.start("day")):
            continue
        clause = sentence.clause(found.start("day"))
        if _PAST.search(clause) or sentence.denies_at(found.start("day")):
            continue
        under_way = any(
            (order.status or "").lower() not in ("delivered", "canceled", "cancelled") for order in facts.orders
        )
        if _HEDGED.search(sentence.low) and under_way:
            continue
        on_the_van = any((order.status or "").lower() == "out_for_delivery" for order in facts.orders)
        if on_the_van and found["day"] in ("today", "heute", "aujourd'hui", "hoy", "hoy mismo"):
            continue
        if (
            most is not None
            and most <= 1
            and found["day"].lower() in ("tomorrow", "morgen", "demain", "the next day", "overnight")
        ):
            continue
        if first is not None:
            reason = "No fact tells the day of arrival. Do not promise one."
            yield take_claim_out(sentence, found.start("day"), found.end("day"), [found.span("day")], (), reason)
            return
        first = _days_instead(sentence, found, least, most)
        yield first
        if first.end == sentence.end:
            return


_SINCE = re.compile(r"\b(?:from|since|as of|ab|seit|partir d['’]|partir de|depuis|desde) ?$")
"""Before a day: it is counted from then."""
_JOINT = re.compile(r"[,;:]\s|\s(?:and|und|et|y)\s")


def _part(low: str, place: int) -> str:
    """What stands around a place between commas and "and"."""
    begin = max([found.end() for found in _JOINT.finditer(low, 0, place)], default=0)
    end = _JOINT.search(low, place)
    return low[begin : end.start() if end else None]


def _days_instead(sentence: Sentence, found: re.Match[str], least: int | None, most: int | None) -> Finding:
    if most is None:
        return take_out(sentence, "No delivery time stands in the facts. Do not promise one.")
    days = str(most) if least in (None, most) else f"{least}-{most}"
    word = found["day"].lower()
    german = re.search(r"morgen|heute|tag\b|mittwoch|weihnachten|woche", word) and not re.search(r"day|morning", word)
    french = re.search(r"demain|aujourd|di\b|dimanche|noël|semaine|prochain", word)
    if re.search(r"mañana|hoy", word):
        return replace(
            sentence.start + found.start(),
            sentence.start + found.end(),
            f"en {days} días",
            f"Delivery takes {days} days.",
        )
    after = f"in {days} Tagen" if german else f"en {days} jours" if french else f"in {days} days"
    return replace(sentence.start + found.start(), sentence.start + found.end(), after, f"Delivery takes {days} days.")

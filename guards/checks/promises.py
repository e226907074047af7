"""Promises: a day of arrival, a guarantee, a free return; each stands in the facts, is put right, or goes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shopgraph.guards.checks.base import Finding, denies, replace, take_out
from shopgraph.guards.checks.text import Sentence, sentences, stems_of
from shopgraph.guards.facts import Facts

_ARRIVE = stems_of(
    "arri deli ship get rece reac here come lief ankom anko vers erha zuge livr arri rece rece reço "
    "recv zust send pack parc orde brin expé be have"
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|lundi"
r"|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
_WHEN = re.compile(
    r"\b(?:by |on |as (?:early|soon) as |bis (?:zum )?|am |d'ici "
    r"|dès )?(?P<day>tomorrow(?: (?:morning|afternoon|evening))?|tonight|today|the (?:very )?next day"
    r"|overnight|(?:later )?this (?:afternoon|evening|week(?:end)?)"
    rf"|(?:next |this |nächsten |kommenden )?(?:{_WEEKDAY})(?: (?:morning|evening|prochain))?"
    r"|next week|(?:by|before|in time for) (?:christmas|easter|the weekend|valentine)"
    r"|morgen(?: früh)?|übermorgen|heute(?: noch)?|vor weihnachten|demain|après-demain|aujourd'hui"
    r"|avant noël|cette semaine|diese woche|nächste woche)\b"
)
_FAST = re.compile(
    r"\b(?:next|same)[- ]day (?:delivery|shipping|arrival)|\bovernight (?:delivery|shipping)\b"
    r"|\blieferung am (?:nächsten|selben) tag|\blivraison (?:le jour même|le lendemain|en 24)"
)
_WILL = re.compile(
    r"\b(?:arrives?|will|['’]ll|gets?|guarantee[ds]?|delivers?|is delivered|be delivered|delivered"
    r"|ships?|receive|kommt|wird|werden|liefern|geliefert|erhalten|erhältst|"
    r"arrivera|sera|seront|recevrez|recevras|livrons|livrée?|arrive|expect it|have it|reach|there by"
    r"|here by|delivery)\b"
)
_HEDGED = re.compile(
    r"\b(?:should|expected|estimated|scheduled|likely|probably|voraussichtlich|sollte|dürfte|devrait"
    r"|prévue?|estimée?)\b"
)
_PAST = re.compile(
    r"\b(?:was|were|has been|arrived|wurde|a été|placed|called|opened?|closed?|ends?|endet|starts?|today's|bestellt)\b"
)
_CUSTOMER_ASKS = re.compile(r"\b(?:if|whether|need|want|would you|cannot|can['’]?t|wenn|ob|si)\b")
_PROMISES = (
    (
        (
            r"\b(?:lifetime|life-long|lebenslange\w*|lebenslang|à vie) (?:guarantee|warranty|garantie"
            r"|gewährleistung)|\bgaranti(?:e|es)? à vie"
        ),
        "warrant garant",
    ),
    (r"\b(?:guarantee|warranty|garantie) (?:for|of) (?:a )?life(?:time)?\b", "warrant garant"),
    (
        (
            r"(?<![\d.,])\d{1,3}[- ](?:year|month|yr|jahre?s?|jährige|monats?|ans"
            r"|mois)[- ](?:long )?(?:\w{1,14} )?(?:warranty|guarantee|garantie|gewährleistung)"
        ),
        "warrant garant",
    ),
    (
        (
            r"\b(?:warranty|guarantee|garantie|gewährleistung) (?:of|for|von|für|de"
            r"|pendant) \d{1,3} (?:years?|months?|jahren?|monaten?|ans|mois)\b"
        ),
        "warrant garant",
    ),
    (
        (
            r"\b(?:guaranteed|covered|garantiert|garantie?s?) (?:for|under warranty for|pendant"
            r"|für) \d{1,3} (?:years?|months?|jahre|ans|mois)"
        ),
        "warrant garant",
    ),
    (
        (
            r"\b(?:comes?|sold|covered|backed) (?:with|by|under) (?:a|an|our|the"
            r"|full) (?:[\w-]{1,16} ){0,3}(?:warranty|guarantee)\b"
        ),
        "warrant garant",
    ),
    (r"\bmoney[- ]back(?: guarantee)?\b|\bgeld[- ]zurück(?:-garantie)?|\bsatisfait ou remboursé", "money-back"),
    (
        r"\bsatisfaction (?:is )?guaranteed\b|\b100 ?% satisfaction\b|\bzufriedenheitsgarantie|\bsatisfaction garantie",
        "satisfaction",
    ),
    (
        (
            r"\bprice[- ](?:match|guarantee|protection)|\bmatch any price|\bwe(?:['’]ll| will)? (?:match"
            r"|beat) (?:any|the|their|that|a competitor)|\bbest price guarantee|\blowest price\b"
            r"|\btiefpreisgarantie|\bbestpreisgarantie|\bmeilleur prix garanti"
        ),
        "price-match",
    ),
    (
        (
            r"\b(?:we|i) (?:guarantee|promise|assure you)\b|\b(?:wir|ich) (?:garantieren?|versprechen?"
            r"|verspreche)\b|\b(?:nous|je) (?:vous )?(?:garantissons|garantis|promettons|promets)\b"
            r"|\bguaranteed (?:delivery|arrival|to arrive|in time|to be)"
        ),
        "",
    ),
    (
        (
            r"\bfree returns?\b|\breturns? (?:are|is) (?:always |completely )?free\b"
            r"|\breturn shipping is (?:free|on us)|\bkostenlose[rn]? (?:rücksendung|rückgabe|retoure"
            r"|rückversand)|\b(?:rücksendung|rückgabe|retoure)n? (?:ist|sind) (?:immer )?(?:kostenlos"
            r"|gratis)|\bretours? (?:est |sont )?gratuits?"
        ),
        "free return",
    ),
    (r"\bno questions asked\b|\bohne wenn und aber\b|\bsans poser de questions?\b", "no questions"),
    (r"\bnever (?:breaks?|wears? out|fades?|fails?)\b|\bfor the rest of your life\b", ""),
    (r"\b(?:compensat\w+|make it up to you) (?:you )?(?:with|by)\b", ""),
    (r"\b(?:will|['’]ll) (?:be )?(?:refund(?:ed)?) (?:you )?(?:twice|double|triple|in full,? no matter)", ""),
    (
        (
            r"\b(?:price|prices) (?:will|is going to|are going to) (?:rise|go up|drop|fall|increase)\b"
            r"|\b(?:price|sale) (?:goes up|ends) (?:tomorrow|tonight|today|at midnight)\b"
            r"|\bends (?:tonight|today|tomorrow)\b|\bonly valid today\b|\btoday only\b"
        ),
        "",
    ),
    (
        (
            r"\b(?:back|again) in stock (?:by |on |in )?(?:next week|tomorrow|soon|shortly|in a few days"
            r"|this week|next month|monday|friday)|\brestock(?:ed|ing)? (?:by |on )?(?:next week|tomorrow"
            r"|soon|this week|next month)|\bnächste woche wieder|\bbald wieder (?:da|auf lager|lieferbar)"
            r"|\bde retour (?:bientôt|la semaine prochaine)"
        ),
        "restock",
    ),
    (
        (
            r"\bbefore (?:anyone|everyone) else\b|\bnobody else (?:has|offers)\b|\bcheapest (?:anywhere"
            r"|online|in town|on the market)\b|\bbest price (?:anywhere|online|on the market|in town)\b"
        ),
        "",
    ),
)
_PROMISE = tuple((re.compile(pattern, re.I), proof) for pattern, proof in _PROMISES)
_TOPICS = stems_of(
    "guar warr gara gewä life lebe mone geld sati zufr pric matc best tief meil prom assu vers vers "
    "free retu kost rück reto ques "
    "wenn sans neve rest risk comp make refu end ends toda back agai bald näch cove back come sold "
    "befo nobo chea vie rise beat lowe"
)


def find_promises(text: str, facts: Facts) -> Iterator[Finding]:
    """Promises that no fact stands behind."""
    for sentence in sentences(text):
        stems = sentence.stems
        if sentence.asks:
            continue
        unproven = next(_unproven(sentence, facts), None) if stems & _TOPICS else None
        if unproven is not None:
            yield unproven
        elif stems & _ARRIVE:
            yield from _arrivals(sentence, facts)


def _proofs(facts: Facts) -> str:
    """Everything in the facts that can stand behind a promise, in lower case."""
    said = [f"{name} {value}" for product in facts.products for name, value in product.attributes.items()]
    said += [promotion.name for promotion in facts.promotions]
    said += facts.brand.disclosures if facts.brand else ()
    return "\n".join(said).lower()


def _unproven(sentence: Sentence, facts: Facts) -> Iterator[Finding]:
    for pattern, proof in _PROMISE:
        found = pattern.search(sentence.digits)
        if found is None or (
            denies(sentence.clause(sentence.start + found.start()))
            and "risk" not in found[0]
            and "no questions" not in found[0].lower()
            and "never" not in found[0].lower()
        ):
            continue
        proofs = _proofs(facts)
        number = re.search(r"\d+", found[0])
        stood = any(word in proofs for word in proof.split()) if proof else False
        if (
            stood
            and (number is None or str(int(number[0])) in proofs)
            and "life" not in found[0].lower().replace("lifetime", "life" if "lifetime" not in proofs else "")
        ):
            continue
        if found[0].lower() in proofs:
            continue
        yield take_out(sentence, "No fact stands behind this promise. Do not make it.")
        return


def _arrivals(sentence: Sentence, facts: Facts) -> Iterator[Finding]:
    """Days on which something is said to arrive."""
    delivery = facts.delivery
    least, most = (delivery.min_days, delivery.max_days) if delivery else (None, None)
    fast = _FAST.search(sentence.low)
    if fast and not denies(sentence.clause(sentence.start + fast.start())) and (most is None or most > 1):
        yield take_out(sentence, "No fact tells of so fast a delivery. Do not offer it.")
        return
    if not _WILL.search(sentence.low) or _CUSTOMER_ASKS.search(sentence.low):
        return
    for found in _WHEN.finditer(sentence.low):
        clause = sentence.clause(sentence.start + found.start("day"))
        if _PAST.search(clause) or denies(clause):
            continue
        under_way = any(
            (order.status or "").lower() not in ("delivered", "canceled", "cancelled") for order in facts.orders
        )
        if _HEDGED.search(sentence.low) and under_way:
            continue
        if (
            most is not None
            and most <= 1
            and found["day"].lower() in ("tomorrow", "morgen", "demain", "the next day", "overnight")
        ):
            continue
        yield _days_instead(sentence, found, least, most)
        return


def _days_instead(sentence: Sentence, found: re.Match[str], least: int | None, most: int | None) -> Finding:
    if most is None:
        return take_out(sentence, "No delivery time stands in the facts. Do not promise one.")
    days = str(most) if least in (None, most) else f"{least}-{most}"
    word = found["day"].lower()
    german = re.search(r"morgen|heute|tag\b|mittwoch|weihnachten|woche", word) and not re.search(r"day|morning", word)
    french = re.search(r"demain|aujourd|di\b|dimanche|noël|semaine|prochain", word)
    after = f"in {days} Tagen" if german else f"en {days} jours" if french else f"in {days} days"
    return replace(sentence.start + found.start(), sentence.start + found.end(), after, f"Delivery takes {days} days.")

"""Orders: what is said of an order is its state, its number of things and its tracking number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shopgraph.guards.checks.actions import DONE
from shopgraph.guards.checks.base import Finding, replace, take_out
from shopgraph.guards.checks.known import Known, known, plain_id
from shopgraph.guards.checks.names import Mention, inside, mentions
from shopgraph.guards.checks.numbers import write_count
from shopgraph.guards.checks.refunds import find_wrong_states
from shopgraph.guards.checks.text import Cue, Sentence, about, sentences
from shopgraph.guards.checks.topics import topic
from shopgraph.guards.facts import Facts, OrderFact

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
    r"|se)\b|\bstatus(?: is)?:|(?<=[\d)*]):)\s"
    r"(?:now |already |currently |still |marked as |just |also |successfully |bereits |schon "
    r"|gestern |noch |derzeit |soeben |déjà |encore |bien |toujours )*"
    r"(?P<state>delivered|shipped|dispatched|on its way|on the way|in transit|out for delivery"
    r"|cancell?ed|pending|being prepared|process(?:ed|ing)|arrived|returned"
    r"|in bearbeitung|versandt|verschickt|versendet|unterwegs|auf dem weg|zugestellt|geliefert"
    r"|ausgeliefert|angekommen|storniert"
    r"|en préparation|en cours de préparation|expédiée?|en route|livrée?|arrivée?|annulée?|entregad[oa]|entregó"
    r"|enviad[oa]|envió|en camino|cancelad[oa]|canceló|en preparación)\b(?! by | to (?!you\b))",
)
_TOPICS = topic(
    "refu erst rück remb reem orde parc pack best pake send comm coli shipm ship stat deli disp tran canc pend "
    "proc way vers "
    "unte zuge geli ausg "
    "stor livr expé annu rout anko arri bear prép retu verw"
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
_ORDER_ID = re.compile(
    r"(?:(?i:\b(?:order|bestellung|commande)(?: number| no\.?| nr\.?| id"
    r"| n°)?:? ?))(?P<id>#?[A-Z]{0,4}-?\d{3,14}(?:-\d{1,8}){0,2})\b"
    r"|(?<![\w#])(?P<sign>#[A-Z]{0,4}-?\d{3,14}(?:-\d{1,8}){0,2})\b"
)
_ORDER_TOPIC = topic("order bestellung commande")
_COUNT = re.compile(
    r"(?<![\d.,#$€£-])(?P<number>0{0,20}\d{1,3})(?= (?:items?|articles?|artikel|products?|things|produkte|produits)\b)"
)
_QUANTITY = re.compile(
    r"(?<![\d.,#$€£-])(?P<number>0{0,20}\d{1,3})(?: ?[x×])?(?: [^\W\d_]{2,14}(?: of| de| d['’])|(?: paar| stück"
    r"| packungen| pack"
    r"| flaschen| säcke| gläser))?(?: of)?(?: the)? $"
)
_PRICE_OF = re.compile(
    r"(?:price|cost|value|refund|preis|wert|prix|valeur|precio)\w* (?:of|for|von|für|de|d['’]|pour) ?$"
)
_HOLDS = re.compile(
    r"\b(?:contain(?:s|ed)?|holds?|include[sd]?|contenait|contiene|incluye|enthielt|has|have|had|of|with|enthält"
    r"|umfasst"
    r"|contient|comprend|mit|avec|consists)\b"
)
_TRACKING = Cue(
    "tracking sendungs =shipment =parcel suivi track seguimiento",
    r"\b(?:seguimiento|tracking|sendungs|shipment|parcel|suivi|track)[\w-]{0,12}(?:\s(?:number|no\.?|id|code"
    r"|nummer|de suivi|it with|is|with))*(?:\s(?:of|for|to|zur?|zum|der|de|pour"
    r"|on)\s[^.!?:]{1,50}?(?=\s(?:is|es|ist|lautet|est)\s|:))?[\s:#=\"'“„*`]{1,4}(?:is |es |ist |lautet "
    r"|est |: )?[\"'“„*`]{0,2}"
    r"(?P<number>(?=[a-z0-9.-]{0,33}\d)[a-z0-9](?:[a-z0-9-]|\.(?=[a-z0-9])){3,33})\b",
)


def find_wrong_orders(text: str, facts: Facts) -> Iterator[Finding]:
    """What is said of orders: states they are not in, orders that nobody knows, wrong counts and tracking numbers."""
    ours = known(facts)
    if not about(text) & _TOPICS and "#" not in text and not ours.orders_in(text):
        return
    states = {key: order.status for key, order in ours.orders.items()}
    for action in facts.actions:
        if action.type.startswith("cancel") and action.status in DONE and action.order:
            plain = plain_id(action.order)
            states |= {plain: "canceled", f"#{plain}": "canceled"}
    names = ours.orders_in(text)
    carried: str | None = None
    for sentence in sentences(text):
        here = inside(names, sentence.start, sentence.end)
        if not here and not sentence.topics & _TOPICS and "#" not in sentence.text and carried is None:
            continue
        stranger = _stranger(sentence, [*here, *ours.products_in(text)], ours)
        if stranger is not None:
            yield stranger
            carried = None
            continue
        yield from find_wrong_states(sentence, here, carried, ours)
        yield from _tracking(sentence, here, carried, ours)
        yield from _states(sentence, here, carried, states, ours)
        yield from _lines(text, sentence, here, carried, ours)
        carried = here[-1].key if here else carried


def _stranger(sentence: Sentence, here: Sequence[Mention], ours: Known) -> Finding | None:
    """An order that stands in no fact: whatever is said of it, nobody knows it. `here` are names, which hold none."""
    if not sentence.numeric or ("#" not in sentence.text and not sentence.topics & _ORDER_TOPIC):
        return None
    for found in _ORDER_ID.finditer(sentence.text):
        written = found["id"] or found["sign"]
        if written.lower() in ours.orders or sentence.asks or sentence.denies:
            continue
        if any(m.start - sentence.start < found.end() and found.start() < m.end - sentence.start for m in here):
            continue
        actions = {plain_id(action.order or "") for action in ours.facts.actions}
        refunds = {plain_id(refund.order or "") for refund in ours.facts.refunds}
        if plain_id(written) not in actions | refunds:
            return take_out(sentence, f"There is no order {written} in the facts. Say nothing of it.")
    return None


def _order_meant(sentence: Sentence, at: int, here: Sequence[Mention], carried: str | None, ours: Known) -> str | None:
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


def _states(
    sentence: Sentence, here: Sequence[Mention], carried: str | None, states: dict[str, str | None], ours: Known
) -> Iterator[Finding]:
    for found in _CLAIM.find(sentence) if sentence.topics & _HOW or ":" in sentence.low else ():
        key = _order_meant(sentence, found.start("state"), here, carried, ours)
        if sentence.asks or _ELSE.search(sentence.clause(found.start("state"))) or _of_refund(sentence, found, ours):
            continue
        if key is None or key not in states:
            nothing = not ours.facts.orders and not ours.facts.actions
            if nothing and _SUBJECT.search(sentence.low) and not _CONDITION.search(sentence.low):
                yield take_out(sentence, "No fact tells the state of an order. Do not name one.")
                return
            continue
        yield from _state(sentence, found, states[key])


_CONDITION = re.compile(
    r"\b(?:once|if|whether|ob|when|as soon as|until|before|after|unless|sobald|wenn|falls|bis|dès que|si"
    r"|lorsque|quand)\b"
)


def _of_refund(sentence: Sentence, found: re.Match[str], ours: Known) -> bool:
    """Whether "the $9.00 for it are pending" speaks of a refund in that state."""
    states = {(refund.status or "").lower() for refund in ours.facts.refunds}
    return found["state"] in states and re.search(r"[$€£¥]\s?\d|\d\s?[$€£¥]|\bdollars\b", sentence.low) is not None


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


def _lines(
    text: str, sentence: Sentence, here: Sequence[Mention], carried: str | None, ours: Known
) -> Iterator[Finding]:
    """How many things an order holds."""
    key = _order_meant(sentence, 0, here, carried, ours)
    order = ours.orders.get(key) if key else None
    if order is None or not order.lines or not _HOLDS.search(sentence.low):
        return
    for found in _COUNT.finditer(sentence.digits):
        right = {len(order.lines), sum(line.quantity for line in order.lines)}
        if int(found["number"]) not in right:
            yield _number(sentence, found, sum(line.quantity for line in order.lines))
    counted = inside(ours.counted_in(text), sentence.start, sentence.end)
    yield from _quantities(sentence, order, counted)


def _quantities(sentence: Sentence, order: OrderFact, here: Sequence[Mention]) -> Iterator[Finding]:
    lines = {line.name.lower(): line for line in order.lines if line.name}
    for name in list(lines):
        words = name.split(" ")
        if len(words) > 1:  # Peluches Renard
            lines |= {" ".join([f"{words[0]}s", *words[1:]]): lines[name]}
    counted = [m._replace(start=m.start - sentence.start, end=m.end - sentence.start) for m in here if m.key in lines]
    for mention in [*mentions(sentence.text, lines), *counted]:
        found = _QUANTITY.search(sentence.digits, 0, mention.start)
        if found and _PRICE_OF.search(sentence.low, 0, found.start()):
            continue
        if found and int(found["number"]) != lines[mention.key].quantity:
            yield _number(sentence, found, lines[mention.key].quantity)


def _number(sentence: Sentence, found: re.Match[str], right: int) -> Finding:
    like = sentence.text[found.start("number") : found.end("number")]
    start = sentence.start + found.start("number")
    return replace(start, start + len(like), write_count(right, like=like), f"The order holds {right}.")


def _tracking(sentence: Sentence, here: Sequence[Mention], carried: str | None, ours: Known) -> Iterator[Finding]:
    """Tracking numbers that the facts do not hold."""
    found = _TRACKING.search(sentence) if sentence.numeric else None
    if found is None:
        return
    trackings = {order.tracking for order in ours.facts.orders if order.tracking}
    if found["number"].upper() in {number.upper() for number in trackings} or found["number"] in ours.orders:
        return
    key = _order_meant(sentence, found.start("number"), here, carried, ours)
    order = ours.orders.get(key) if key else ours.only_order()
    if order is not None and order.tracking:
        start = sentence.start + found.start("number")
        yield replace(
            start, sentence.start + found.end("number"), order.tracking, "This is the order's tracking number."
        )
    else:
        yield take_out(sentence, "No fact holds this tracking number.")

"""Orders: what is said of an order is its state, its number of things and its tracking number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shopgraph.guards.checks.actions import DONE
from shopgraph.guards.checks.base import Finding, replace, take_out
from shopgraph.guards.checks.known import Known, known, plain_id
from shopgraph.guards.checks.names import Mention, inside, mentions
from shopgraph.guards.checks.numbers import write_count
from shopgraph.guards.checks.order_states import find_wrong_order_states, order_meant
from shopgraph.guards.checks.refunds import find_wrong_states
from shopgraph.guards.checks.text import Cue, Sentence, about, sentences
from shopgraph.guards.checks.topics import topic
from shopgraph.guards.facts import Facts, OrderFact

_TOPICS = topic(
    "trac suiv segu pedi paqu entr envi refu erst rück remb reem orde parc pack best pake send comm coli shipm "
    "ship stat deli disp tran canc pend "
    "proc way vers "
    "unte zuge geli ausg "
    "stor livr expé annu rout anko arri bear prép retu verw"
)
_ORDER_ID = re.compile(
    r"(?:(?i:\b(?:order|bestellung|bestellnummer|commande|pedido)(?: number| no\.?| nr\.?| id| numéro| número| num\.?"
    r"| n[°º]| n\.º)?:? ?))(?P<id>#?[A-Z]{0,4}-?\d{3,14}(?:-\d{1,8}){0,2})\b"
    r"|(?<![\w#])(?P<sign>#[A-Z]{0,4}-?\d{3,14}(?:-\d{1,8}){0,2})\b"
)
_ORDER_TOPIC = topic("order bestellung bestellnummer commande pedido")
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
    r"\b(?:ordered|bought|bestellt|commandée?s?|pedido|pidió|pediste|contain(?:s|ed)?|holds?|include[sd]?|contenait|contiene|incluye|enthielt|has|have|had|of|with|enthält"
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
        yield from find_wrong_order_states(sentence, here, carried, states, ours)
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


def _lines(
    text: str, sentence: Sentence, here: Sequence[Mention], carried: str | None, ours: Known
) -> Iterator[Finding]:
    """How many things an order holds."""
    key = order_meant(sentence, 0, here, carried, ours)
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
    key = order_meant(sentence, found.start("number"), here, carried, ours)
    order = ours.orders.get(key) if key else ours.only_order()
    if order is not None and order.tracking:
        start = sentence.start + found.start("number")
        yield replace(
            start, sentence.start + found.end("number"), order.tracking, "This is the order's tracking number."
        )
    else:
        yield take_out(sentence, "No fact holds this tracking number.")

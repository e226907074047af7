"""Actions: what is said to be done was done, by what the ledger says of this request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shopgraph.guards.checks.amounts import find_amounts
from shopgraph.guards.checks.base import Finding, take_out
from shopgraph.guards.checks.deeds import DEEDS, Deed
from shopgraph.guards.checks.known import plain_id
from shopgraph.guards.checks.partial import take_claim_out
from shopgraph.guards.checks.refunds import CLAIM
from shopgraph.guards.checks.text import Sentence, about, sentences
from shopgraph.guards.checks.topics import topic
from shopgraph.guards.facts import ActionFact, Facts

DONE = frozenset(
    {"done", "replayed", "succeeded", "success", "completed", "complete", "ok", "pending", "accepted", None}
)
"""States of an action that was done, or is under way."""
_HYPOTHETIC = re.compile(
    r"\b(?:if|once|when|after|until|unless|before|would|could|will|can|shall|wenn|sobald|falls|si"
    r"|dès que|lorsque)\b[^,;]{0,80}$"
)
_DENIED = re.compile(r"\b(?:not|never|no|nicht|nichts|nothing|nobody|kein\w*|pas|rien|jamais|aucun\w*)\b|n['’]t\b")
_NOT_AHEAD = re.compile(
    r"(?:\b(?:no|not|never|nothing|none|nobody|neither|without|kein\w*|nicht|noch nie|aucun\w*|ne|rien|sin|ni"
    r"|nunca|ningún)\b"
    r"|n['’](?=[aeit])|n['’]t\b)[^,;:.]{0,25}$"
)
"""Ahead of a claim, it is not claimed."""
_HERE = topic(
    "cancelé cancelamos anulé anulamos devolví devolvimos reembolsé reembolsamos aboné abonamos acabo acabamos "
    "vient viennent ont viens venons he hemos ha han i we ich wir habe habn habe hab haben been wurd wurde ai "
    "jai j nous on été ist "
    "was were have has received cancellation consider stornierung annulation cancelación"
)


_FAILED = frozenset({"failed", "rejected", "denied", "canceled", "cancelled"})
_OURSELVES = re.compile(r"\b(?:i|we|ich|wir|je|nous|on|he|hemos|j)\b")
_UNDER_WAY = frozenset({"pending", "requires_action", "processing", "initiated", "requested"})
_ARRIVED = re.compile(
    r"paid out|completed|credited|\bpaid\b.{0,24}\bback|received|erhalten|reçu|recibido|überwiesen|gutgeschrieben"
    r"|versé|abonado"
)
_IT = re.compile(r"\b(?:it|that|this|sie|es|das|la|le|lo)\b")
_PAID_OUT = re.compile(
    r"paid out|completed|credited|\bpaid\b.{0,24}\bback|received|erhalten|reçu|recibido|effectué|versé|überwiesen"
    r"|gutgeschrieben|erstattet|zurückgezahlt|remboursé|abonado"
    r"|devuelto|reembolsado"
)
"""The money has arrived: that is more than to have a refund issued."""


def find_undone_actions(text: str, facts: Facts) -> Iterator[Finding]:
    """Sentences that say something was done which the ledger does not hold."""
    if not about(text) & _HERE:
        return
    earlier: set[str] = set()
    orders = [plain_id(o.id) for o in facts.orders]
    for sentence in sentences(text):
        named = {order for order in orders if order in sentence.low}
        earlier = named or earlier
        if sentence.asks or not sentence.topics & _HERE:
            continue
        for deed in DEEDS:
            claim = deed.claim.search(sentence)
            if claim and _undone(deed, claim, sentence, facts, earlier if _IT.search(sentence.low) else set()):
                yield _without(sentence, claim, f"No {deed.what} was made. Say what can be done, not what was done.")
                break


def _without(sentence: Sentence, claim: re.Match[str], reason: str) -> Finding:
    """The finding that takes the claim out: what stands before it may stay, what follows may rest on it."""
    finding = take_claim_out(sentence, claim.start(), claim.end(), [claim.span()], (), reason)
    return finding if finding.start > sentence.start else take_out(sentence, reason)


def _undone(deed: Deed, claim: re.Match[str], sentence: Sentence, facts: Facts, earlier: set[str]) -> bool:
    ahead = sentence.low[: claim.start()]
    if (
        _HYPOTHETIC.search(ahead)
        or _NOT_AHEAD.search(ahead)
        or _DENIED.search(sentence.low[: claim.end() + 15], claim.start())
    ):
        return False
    if deed.what == "refund" and facts.refunds and CLAIM.search(sentence) and not _OURSELVES.search(claim[0]):
        return False  # its state is put right
    if deed.what == "refund" and _arrived_too_early(claim[0], sentence, facts):
        return True
    paid_out = deed.what == "refund" and _PAID_OUT.search(claim[0]) is not None
    fitting = [a for a in facts.actions if _done(a) and _fits(a, deed) and not (paid_out and _under_way(a))]
    named = {plain_id(a.order) for a in fitting if a.order}
    said = {plain_id(o.id) for o in facts.orders if plain_id(o.id) in sentence.low} or earlier
    said = said or _orders_of_amounts(sentence, facts)
    if fitting and (not said or not named or named & said or any(not a.order for a in fitting)):
        return False
    return not _on_record(deed.what, claim[0], said, facts)


def _orders_of_amounts(sentence: Sentence, facts: Facts) -> set[str]:
    """The orders whose totals the sentence names: "your $101.00" is one order's money."""
    if not sentence.numeric:
        return set()
    values = {value for amount in find_amounts(sentence.text) for value in amount.values}
    refunded = {plain_id(refund.order) for refund in facts.refunds if refund.order and refund.amount in values}
    return {plain_id(order.id) for order in facts.orders if order.total in values} | refunded


_BEGUN = ("create_", "request_", "start_", "open_", "initiate_", "register_")
"""A return that only began pays nothing back."""


def _fits(action: ActionFact, deed: Deed) -> bool:
    """Whether the tool does such a deed; a label for a return is no refund and no return."""
    kind = action.type.lower()
    if "label" in kind:
        return deed.what in ("return", "message")
    if deed.what == "refund" and "return" in kind and kind.startswith(_BEGUN):
        return False
    return any(stem in kind for stem in deed.tools)


def _arrived_too_early(claim: str, sentence: Sentence, facts: Facts) -> bool:
    """Whether money is said to have arrived while the facts have its refund under way."""
    if not _ARRIVED.search(claim):
        return False
    said = {plain_id(o.id) for o in facts.orders if plain_id(o.id) in sentence.low}
    mine = [r for r in facts.refunds if not said or not r.order or plain_id(r.order) in said]
    return bool(mine) and all((r.status or "").lower() in _UNDER_WAY for r in mine)


def _under_way(action: ActionFact) -> bool:
    return (action.status or "").lower() in _UNDER_WAY


def _done(action: ActionFact) -> bool:
    return (action.status.lower() if action.status else None) in DONE


def _on_record(what: str, claim: str, said: set[str], facts: Facts) -> bool:
    """What happened before this request: a refund under way, an order canceled earlier. "I have" speaks of now."""
    if claim.lower().startswith(
        (
            "viens",
            "venons",
            "acab",
            "cancel",
            "anul",
            "devolv",
            "ya ",
            "le d",
            "i ",
            "i'",
            "i’",
            "ich",
            "habe ich",
            "haben wir",
            "j'",
            "j’",
            "je ",
            "nous ",
            "he ",
            "ya he",
            "te he",
            "hemos",
        )
    ):
        return False
    if what == "refund":
        refunds = [r for r in facts.refunds if not said or not r.order or plain_id(r.order) in said]
        states = {(r.status or "").lower() for r in refunds}
        return bool(states - _FAILED - (_UNDER_WAY if _PAID_OUT.search(claim) else frozenset()))
    if what == "cancellation":
        orders = [o for o in facts.orders if not said or plain_id(o.id) in said]
        return any((o.status or "").lower() in ("canceled", "cancelled") for o in orders)
    return what == "change of delivery" and any(
        (o.status or "").lower() in ("shipped", "delivered", "in_transit", "out_for_delivery") for o in facts.orders
    )

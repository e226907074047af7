"""Orders and actions: what is said of an order is its state, and what is said to be done was done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shopgraph.guards.checks.base import Finding, Sentence, mentions, replace, sentences, take_out
from shopgraph.guards.facts import Facts

_STAGES = ("pending", "processed", "shipped", "delivered")
_SAID = {
    "delivered": "delivered",
    "shipped": "shipped",
    "on its way": "shipped",
    "on the way": "shipped",
    "in transit": "shipped",
    "canceled": "canceled",
    "cancelled": "canceled",
    "pending": "pending",
    "being prepared": "pending",
    "processed": "processed",
}
_CLAIM = re.compile(
    r"(?P<how>\b(?:is|was|has been|has|status(?: is)?:?|got)\b)\s(?:now |already |currently |still |marked as |just )?"
    r"(?P<state>delivered|shipped|on its way|on the way|in transit|cancell?ed|pending|being prepared|processed)\b",
    re.I,
)
_DONE = {"done", "replayed", "succeeded", "pending", None}
_ELSE = re.compile(r"\b(?:refund|return|exchange|payment|difference|request|code|promotion)\b", re.I)
"""What else can be pending."""
_WE = r"\b(?:I|we)(?:['’]ve(?: just| now)?| have(?: just| now| already)?| just| already| successfully)?\s"
_WAS = r"\b(?:has|have) (?:now |just |already |successfully |also )?been (?:successfully )?"
_MADE = r"(?:arranged|started|created|set up|opened|registered)"


@dataclass(frozen=True, kw_only=True)
class _Deed:
    """A kind of deed, how a text claims it, and the tools of which one must have run."""

    what: str
    tools: frozenset[str]
    claim: re.Pattern[str]


def _deed(what: str, tools: str, *claims: str) -> _Deed:
    return _Deed(what=what, tools=frozenset(tools.split()), claim=re.compile("|".join(claims), re.I))


_DEEDS = (
    _deed(
        "refund",
        "return_items receive_return cancel_order exchange_items",
        rf"{_WE}(?:refunded|(?:issued|processed) (?:you )?(?:a |the |your )?(?:full )?refund)\b",
        rf"\brefund\b.{{0,40}}?{_WAS}(?:issued|processed|sent|made|completed)\b",
        rf"{_WAS}refunded\b",
    ),
    _deed("cancellation", "cancel_order", rf"{_WE}cancell?ed\b", rf"\border\b.{{0,30}}?{_WAS}cancell?ed\b"),
    _deed(
        "return",
        "return_items",
        rf"{_WE}{_MADE} (?:a |the |your )?return\b",
        rf"\breturn\b.{{0,30}}?{_WAS}{_MADE}\b",
    ),
    _deed(
        "exchange",
        "exchange_items change_items",
        rf"{_WE}(?:exchanged|swapped|{_MADE} (?:a |an |the |your )?exchange)\b",
        rf"\bexchange\b.{{0,30}}?{_WAS}{_MADE}\b",
    ),
    _deed(
        "change of address",
        "change_order_address change_profile_address",
        rf"{_WE}(?:changed|updated) (?:the |your )?(?:\w{{1,12}} )?address\b",
        rf"\baddress\b.{{0,30}}?{_WAS}(?:changed|updated)\b",
    ),
    _deed(
        "change of payment",
        "change_payment_method",
        rf"{_WE}(?:changed|updated) (?:the |your )?payment\b",
        rf"\bpayment\b.{{0,30}}?{_WAS}(?:changed|updated)\b",
    ),
    _deed(
        "discount",
        "redeem_code",
        rf"{_WE}(?:applied|added|redeemed) (?:a |the |your |this )?(?:\w{{1,12}} )?(?:discount|code|coupon|voucher)\b",
        rf"\b(?:discount|code|coupon|voucher)\b.{{0,30}}?{_WAS}(?:applied|added|redeemed)\b",
    ),
)


def find_wrong_states(text: str, facts: Facts) -> Iterator[Finding]:
    """States of an order that it is not in."""
    if not facts.orders:
        return
    canceled = {action.order for action in facts.actions if action.type == "cancel_order" and action.status in _DONE}
    states = {order.id.lower(): order.status for order in facts.orders}
    states |= {order.lower(): "canceled" for order in canceled if order}
    named = mentions(text, states)
    for sentence in sentences(text):
        here = {m.key for m in named if sentence.start <= m.start < sentence.end}
        if len(here) == 1:
            yield from _states(sentence, states[here.pop()])


def _states(sentence: Sentence, state: str | None) -> Iterator[Finding]:
    if state is None:
        return
    for found in _CLAIM.finditer(sentence.text):
        said = _SAID[found["state"].lower()]
        start = sentence.start + found.start("state")
        if said == state or not _contradicts(said, found["how"].lower(), state):
            continue
        if _ELSE.search(sentence.clause(start)):
            continue
        yield replace(start, start + len(found["state"]), state, f"The order is {state}.")


def _contradicts(said: str, how: str, state: str) -> bool:
    if said in _STAGES and state in _STAGES:
        past = how in ("was", "has been", "got", "has")
        return _STAGES.index(said) > _STAGES.index(state) or not past
    return said == "canceled" or (state == "canceled" and how.startswith(("is", "status")))


def find_undone_actions(text: str, facts: Facts) -> Iterator[Finding]:
    """Sentences that say something was done which the ledger does not hold."""
    done = {action.type for action in facts.actions if action.status in _DONE}
    for sentence in sentences(text):
        for deed in _DEEDS:
            claim = deed.claim.search(sentence.text)
            if claim and not done & deed.tools and not _on_record(deed.what, claim[0], facts):
                yield take_out(sentence, f"No {deed.what} was made. Say what can be done, not what was done.")
                break


def _on_record(what: str, claim: str, facts: Facts) -> bool:
    """What happened before this request: a refund under way, an order canceled earlier. "I have" speaks of now."""
    if claim.startswith("I"):
        return False
    if what == "refund":
        return bool(facts.refunds)
    return what == "cancellation" and any(order.status == "canceled" for order in facts.orders)

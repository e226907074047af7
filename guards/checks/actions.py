"""Actions: what is said to be done was done, by what the ledger says of this request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shopgraph.guards.checks.base import Finding, take_out
from shopgraph.guards.checks.known import plain_id
from shopgraph.guards.checks.text import Sentence, sentences, stems_of
from shopgraph.guards.facts import ActionFact, Facts

DONE = frozenset(
    {"done", "replayed", "succeeded", "success", "completed", "complete", "ok", "pending", "accepted", None}
)
"""States of an action that was done, or is under way."""
_WE = (
    r"\b(?:I|we)(?:['’]ve(?: just| now| also| already| gone ahead and| successfully)?"
    r"| have(?: just| now| already| also| gone ahead and| successfully)?| just| already| successfully"
    r"| also| went ahead and)?\s"
)
_WAS = r"\b(?:has|have|was|were) (?:now |just |already |successfully |also )?(?:been )?(?:successfully )?"
_BEEN = r"\b(?:has|have) (?:now |just |already |successfully |also )?been (?:successfully )?"
_MADE = r"(?:arranged|started|created|set up|opened|registered|initiated|booked|processed|approved)"
_ICH = r"\b(?:ich habe|wir haben|habe ich|haben wir|hab ich)\b.{0,60}?\b"
_JAI = r"\b(?:j['’]ai|nous avons|on a)\s(?:bien |déjà |aussi )?"
_WURDE = r"\b(?:wurde|ist|wurden)\b.{0,40}?\b"


_WORDS = {
    "refund": stems_of(
        "refunded issued processed initiated sent made approved completed submitted put credited "
        "reimbursed returned paid transferred refund been erstattet zurückerstattet rückerstattet "
        "gutgeschrieben zurücküberwiesen veranlasst ausgeführt überwiesen angestoßen zurückgezahlt "
        "remboursé effectué procédé lancé crédité traité émis"
    ),
    "cancellation": stems_of("cancelled storniert annulé"),
    "return": stems_of("return retoure rücksendung rückgabe retour"),
    "exchange": stems_of("exchange swapped replacement umgetauscht ausgetauscht échangé"),
    "change of address": stems_of("address adresse"),
    "change of payment": stems_of("payment"),
    "discount": stems_of("discount code coupon voucher credit rabatt gutschein remise réduction bon applied appliqué"),
    "order": stems_of("order placed submitted reordered bestellung commande"),
    "charge": stems_of("charged"),
    "change of delivery": stems_of("upgraded expedited rushed rescheduled rerouted redirected shipped sent dispatched"),
    "reservation": stems_of("reserved put set held reserviert zurückgelegt réservé mis"),
    "message": stems_of(
        "emailed mailed e texted messaged called notified contacted informed sent geschickt gesendet envoyé"
    ),
    "subscription or account change": stems_of(
        "deleted closed unsubscribed deactivated upgraded enrolled signed subscribed added credited "
        "points account waived fee"
    ),
    "ticket or hand-over": stems_of("escalated forwarded transferred opened created"),
}
"""The deeds' own words: a sentence with none of them claims none."""


@dataclass(frozen=True, kw_only=True)
class _Deed:
    """A kind of deed, how a text claims it, and the stems of actions of which one must have run."""

    what: str
    tools: tuple[str, ...]
    claim: re.Pattern[str]


def _deed(what: str, tools: str, *claims: str) -> _Deed:
    return _Deed(what=what, tools=tuple(tools.split()), claim=re.compile("|".join(claims), re.I))


_DEEDS = (
    _deed(
        "refund",
        "refund return receive_return cancel exchange_items",
        rf"{_WE}(?:refunded|(?:issued|processed|initiated|sent|made|approved|completed|submitted"
        r"|put through) (?:you )?(?:a |the |your )?(?:full |partial )?refund)\b",
        rf"{_WE}(?:credited|reimbursed)\b|{_WE}(?:sent|returned|paid|transferred|put) (?:you )?(?:the "
        rf"|your )?(?:money|[$€£¥]?[\d.,]{{1,12}}(?: \w{{2,8}})?) back\b",
        rf"\brefund\b.{{0,40}}?{_BEEN}(?:issued|processed|sent|made|completed|initiated|approved)\b",
        rf"{_BEEN}(?:refunded|reimbursed|credited)\b",
        rf"{_ICH}(?:erstattet|zurückerstattet|rückerstattet|gutgeschrieben|zurücküberwiesen)\b",
        r"\b(?:erstattung|rückerstattung|betrag|geld)\b.{0,40}?\bwurde\b.{0,40}?\b(?:veranlasst"
        r"|erstattet|ausgeführt|überwiesen|gutgeschrieben|angestoßen|zurückgezahlt)\b",
        rf"{_JAI}(?:remboursé|effectué le remboursement|procédé au remboursement"
        r"|lancé le remboursement|crédité)|\bje vous ai (?:bien )?remboursée?\b|\ba été rembours"
        rf"|\bremboursement\b.{{0,30}}\ba été (?:effectué|lancé|traité|émis)",
    ),
    _deed(
        "cancellation", "cancel",
        rf"{_WE}cancell?ed\b", rf"\border\b.{{0,30}}?{_BEEN}cancell?ed\b", rf"{_ICH}storniert\b", rf"{_JAI}annulé",
        r"\bbestellung\b.{0,40}?\bwurde\b.{0,20}?\bstorniert\b|\bcommande\b.{0,40}?\ba (?:bien )?été annulée\b",
    ),
    _deed(
        "return", "return",
        rf"{_WE}{_MADE} (?:a |the |your )?return\b", rf"\breturn\b.{{0,30}}?{_BEEN}{_MADE}\b",
        rf"{_ICH}(?:retoure|rücksendung|rückgabe)\b.{{0,30}}?\b(?:angelegt|veranlasst|eingeleitet"
        r"|erstellt|angemeldet)\b",
        rf"{_JAI}(?:créé|enregistré|lancé|organisé) (?:le |un |votre )?retour\b",
        rf"{_WE}(?:sent|e-?mailed|created|generated) (?:you )?(?:a |the |your )?(?:prepaid )?return label\b",
    ),
    _deed(
        "exchange", "exchange change_items",
        rf"{_WE}(?:exchanged|swapped|{_MADE} (?:a |an |the |your )?exchange|(?:sent"
        r"|shipped) (?:you )?(?:a |the |your )?replacement)\b",
        rf"\bexchange\b.{{0,30}}?{_BEEN}{_MADE}\b|\breplacement\b.{{0,30}}?{_BEEN}(?:sent|shipped|ordered)\b",
        rf"{_ICH}(?:umgetauscht|ausgetauscht)\b", rf"{_JAI}échangé",
    ),
    _deed(
        "change of address", "address",
        rf"{_WE}(?:changed|updated|corrected) (?:the |your )?(?:\w{{1,12}} )?address\b",
        rf"\baddress\b.{{0,30}}?{_BEEN}(?:changed|updated|corrected)\b",
        rf"\badresse\b.{{0,40}}?\bwurde\b.{{0,20}}?\b(?:geändert|aktualisiert)\b"
        rf"|{_ICH}adresse (?:\w{{1,12}} )?(?:geändert|aktualisiert)\b",
        rf"{_JAI}(?:modifié|changé|mis à jour) (?:votre |l['’])adresse\b"
        rf"|\badresse\b.{{0,20}}?\ba été (?:modifiée|mise à jour)",
    ),
    _deed(
        "change of payment", "payment",
        rf"{_WE}(?:changed|updated) (?:the |your )?payment\b", rf"\bpayment\b.{{0,30}}?{_BEEN}(?:changed|updated)\b",
    ),
    _deed(
        "discount", "redeem code discount offer promotion coupon",
        rf"{_WE}(?:applied|added|redeemed|activated) (?:a |the |your |this "
        rf"|an )?(?:[\w%$€£]{{1,12}} ){{0,2}}(?:discount|code|coupon|voucher|credit)\b",
        rf"\b(?:discount|code|coupon|voucher)\b.{{0,30}}?{_BEEN}(?:applied|added|redeemed|activated)\b",
        rf"{_ICH}(?:rabatt|gutschein|code)\b.{{0,30}}?\b(?:eingelöst|angewendet|gewährt|hinterlegt|aktiviert)\b",
        rf"\b(?:rabatt|gutschein|code)\b.{{0,30}}?\bwurde\b.{{0,20}}?\b(?:eingelöst|angewendet"
        rf"|hinterlegt)\b|{_JAI}(?:appliqué|ajouté|activé) (?:le |un |votre |la |une )?(?:code|remise"
        r"|réduction|bon)",
    ),
    _deed(
        "order", "order place_order checkout buy purchase complete_checkout",
        rf"{_WE}(?:placed|submitted) (?:the |your |an |a |this )?(?:new )?order\b"
        rf"|{_WE}(?:re)?ordered (?:it|them|the|a|one|another|two) ?",
        rf"{_ICH}bestellung (?:aufgegeben|abgeschickt)\b|{_JAI}passé (?:la |votre |une )?commande\b",
    ),
    _deed(
        "charge", "charge pay capture",
        rf"{_WE}charged (?:you|your|the)\b|\byour (?:card|account) {_BEEN}charged\b",
    ),
    _deed(
        "change of delivery", "ship delivery fulfil expedite",
        rf"{_WE}(?:upgraded|expedited|rushed|rescheduled|rerouted|redirected|shipped|sent out|dispatched)\b",
    ),
    _deed(
        "reservation", "reserve hold",
        rf"{_WE}(?:reserved|put aside|set aside|held|put (?:it|one|them) (?:aside|on hold))\b"
        rf"|{_ICH}(?:reserviert|zurückgelegt)\b|{_JAI}(?:réservé|mis de côté)",
    ),
    _deed(
        "message", "email message notify send contact",
        rf"{_WE}(?:e-?mailed|texted|messaged|called|notified|contacted|informed|sent (?:you )?(?:an? "
        rf"|the |your )?(?:\w{{1,14}} )?(?:e-?mail|message|text|sms|confirmation|link|label|invoice"
        r"|receipt))\b",
        rf"{_ICH}(?:e-?mail|nachricht|bestätigung|rechnung)\b.{{0,20}}?\b(?:geschickt|gesendet)\b"
        rf"|{_JAI}envoyé (?:un |le |la |une |votre )",
    ),
    _deed(
        "subscription or account change", "subscription account profile delete close",
        rf"{_WE}(?:deleted|closed|unsubscribed|deactivated|upgraded|enrolled|signed you up"
        rf"|subscribed)\b|{_WE}(?:added|credited) (?:\w{{1,12}} ){{0,4}}points\b",
        rf"\baccount {_BEEN}(?:deleted|closed|credited)\b|\bpoints {_BEEN}(?:added|credited)\b"
        rf"|{_WE}waived\b|\bfee {_BEEN}waived\b",
    ),
    _deed(
        "ticket or hand-over", "handoff ticket note escalate",
        rf"{_WE}(?:escalated|forwarded|transferred|opened a (?:ticket|case)|created a (?:ticket|case))\b",
    ),
)  # fmt: skip
_HYPOTHETIC = re.compile(
    r"\b(?:if|once|when|after|until|unless|before|would|could|will|can|shall|wenn|sobald|falls|si"
    r"|dès que|lorsque)\b[^,;]{0,80}$"
)
_DENIED = re.compile(r"\b(?:not|never|no|nicht|nichts|nothing|nobody|kein\w*|pas|rien|jamais|aucun\w*)\b|n['’]t\b")
_HERE = stems_of("i we ich wir habe habn habe hab haben been wurd wurde ai jai j nous on été ist was were have has")


def find_undone_actions(text: str, facts: Facts) -> Iterator[Finding]:
    """Sentences that say something was done which the ledger does not hold."""
    for sentence in sentences(text):
        if sentence.asks or not sentence.stems & _HERE:
            continue
        for deed in _DEEDS:
            claim = deed.claim.search(sentence.text) if sentence.stems & _WORDS[deed.what] else None
            if claim and _undone(deed, claim, sentence, facts):
                yield take_out(sentence, f"No {deed.what} was made. Say what can be done, not what was done.")
                break


def _undone(deed: _Deed, claim: re.Match[str], sentence: Sentence, facts: Facts) -> bool:
    if _HYPOTHETIC.search(sentence.low[: claim.start()]) or _DENIED.search(
        sentence.clause(sentence.start + claim.start())
    ):
        return False
    fitting = [a for a in facts.actions if _done(a) and any(stem in a.type.lower() for stem in deed.tools)]
    named = {plain_id(a.order) for a in fitting if a.order}
    said = {plain_id(o.id) for o in facts.orders if plain_id(o.id) in sentence.low}
    if fitting and (not said or not named or named & said or any(not a.order for a in fitting)):
        return False
    return not _on_record(deed.what, claim[0], said, facts)


def _done(action: ActionFact) -> bool:
    return (action.status.lower() if action.status else None) in DONE


def _on_record(what: str, claim: str, said: set[str], facts: Facts) -> bool:
    """What happened before this request: a refund under way, an order canceled earlier. "I have" speaks of now."""
    if claim.lower().startswith(("i ", "i'", "i’", "ich", "j'", "j’")):
        return False
    if what == "refund":
        refunds = [r for r in facts.refunds if not said or not r.order or plain_id(r.order) in said]
        return any(
            (r.status or "").lower() not in ("failed", "rejected", "denied", "canceled", "cancelled") for r in refunds
        )
    if what == "cancellation":
        orders = [o for o in facts.orders if not said or plain_id(o.id) in said]
        return any((o.status or "").lower() in ("canceled", "cancelled") for o in orders)
    return what == "change of delivery" and any(
        (o.status or "").lower() in ("shipped", "delivered", "in_transit", "out_for_delivery") for o in facts.orders
    )

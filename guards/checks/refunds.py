"""What is said of a refund is its state: completed, under way, declined."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shopgraph.guards.checks.base import Finding, replace, take_out
from shopgraph.guards.checks.known import Known, plain_id
from shopgraph.guards.checks.names import Mention
from shopgraph.guards.checks.text import Cue, Sentence

_DONE = frozenset({"completed", "complete", "succeeded", "success", "paid", "paid_out", "refunded", "done"})
_OPEN = frozenset({"pending", "processing", "requested", "initiated", "in_progress", "approved", "requires_action"})
_FAILED = frozenset({"failed", "rejected", "denied", "declined", "canceled", "cancelled"})
_STATES = (
    (
        "done",
        (
            r"completed|finished|successful|paid out|abgeschlossen|ausgezahlt|ausgeführt|terminé|effectué|versé"
            r"|completado|pagado|abonado"
        ),
    ),
    (
        "open",
        (
            r"pending|(?:being )?processed|processing|under way|on its way|in bearbeitung|ausstehend|unterwegs"
            r"|en attente|en cours|pendiente|en proceso|en curso"
        ),
    ),
    (
        "failed",
        r"failed|rejected|declined|denied|fehlgeschlagen|abgelehnt|refusé|rejeté|échoué|rechazado|fallado|denegado",
    ),
)
CLAIM = Cue(
    "refund refunds erstattung rückerstattung gutschrift remboursement reembolso devolución",
    r"\b(?:refund|erstattung|rückerstattung|remboursement|reembolso)\b(?:[^.;]|\.\d){0,50}?\b(?P<how>is|was"
    r"|has been|ist"
    r"|wurde|est|a (?:bien |déjà )?été"
    r"|está|ha sido|se ha|ha|fue)\s(?:now |already |still |currently |bereits |noch |schon |derzeit |déjà |encore "
    r"|toujours |todavía |ya |aún )*(?:" + "|".join(rf"(?P<{name}>{words})" for name, words in _STATES) + r")\b",
)
_ARRIVED = Cue(
    "money refund refunds erstattung rückerstattung gutschrift remboursement reembolso devolución",
    r"\b(?P<noun>refund|money|erstattung|rückerstattung|gutschrift|remboursement|reembolso|devolución)\b(?:[^.;]|\.\d){0,60}?\s"
    r"(?P<how>(?:has |have |had |is |was |should (?:already )?be |already |just |now )*"
    r"(?:landed|arrived|gone through|went through|cleared|come through|hit|in|on|back (?:in|on)|been (?:paid|sent"
    r"|credited|deposited|returned))"
    r"(?= (?:your|the|to your|back)\b|[ .,!]|$)(?: (?:in |on |to |into )?(?:your|the) (?:bank )?(?:account|card"
    r"|wallet))?"
    r"|(?:ist|wurde|sind) (?:\w+ ){0,3}?(?:auf (?:ihrem|deinem|dem) konto(?: (?:angekommen|eingegangen"
    r"|gutgeschrieben))?"
    r"|angekommen|eingegangen|gutgeschrieben|überwiesen|raus|durch|bei (?:ihnen|dir) angekommen)"
    r"|(?:est|a|vient) (?:\w+ ){0,2}?(?:d['’]être (?:versé|crédité|effectué)|de partir|arrivé|parti|crédité"
    r"|sur votre compte"
    r"|passé)(?: sur votre compte)?"
    r"|(?:ya )?(?:está|ha|fue) (?:ya )?(?:en (?:su|tu) cuenta|llegado|ingresado|abonado|pasado)(?: (?:a|en) (?:su|tu)"
    r" cuenta)?)",
)
"""The same where the money is said to be there."""
_NOUNS = {
    "erstattung": "de",
    "rückerstattung": "de",
    "gutschrift": "de",
    "remboursement": "fr",
    "reembolso": "es",
    "devolución": "es",
}
_REACHED = re.compile(
    r"account|card|wallet|landed|arrived|through|cleared|\bpaid|sent|credit|deposit|konto|kommen|gangen|schrieben|wiesen"
    r"|raus|durch|compte|versé|crédité|effectué|parti|arrivé|passé|cuenta|llegado|ingresado|abonado|pasado|\bhit\b"
)
_IN_WORDS = {
    ("en", "done"): "has been completed",
    ("en", "open"): "is pending",
    ("en", "failed"): "has failed",
    ("de", "done"): "ist abgeschlossen",
    ("de", "open"): "ist in Bearbeitung",
    ("de", "failed"): "ist fehlgeschlagen",
    ("fr", "done"): "est effectué",
    ("fr", "open"): "est en attente",
    ("fr", "failed"): "a échoué",
    ("es", "done"): "se ha completado",
    ("es", "open"): "está pendiente",
    ("es", "failed"): "ha fallado",
}
_LANGUAGES = {
    "is": "en", "was": "en", "has been": "en", "ist": "de", "wurde": "de", "est": "fr",
    "está": "es", "ha sido": "es", "se ha": "es", "ha": "es", "fue": "es",
}  # fmt: skip
__NO_CLAIM = re.compile(
    r"\b(?:if|once|when|as soon as|until|after|will|should|wenn|sobald|falls|bis|wird|si|dès|quand|lorsque|sera"
    r"|cuando|será)\b"
)


def find_wrong_states(
    sentence: Sentence, here: Sequence[Mention], carried: str | None, ours: Known
) -> Iterator[Finding]:
    """The state of a refund that another one is said of."""
    if not ours.facts.refunds:
        return
    found = CLAIM.search(sentence) or _ARRIVED.search(sentence)
    if found is not None and found.re is _ARRIVED.pattern and not _REACHED.search(found["how"]):
        return
    if found is None or sentence.asks or sentence.denies_at(found.start("how")):
        return
    if __NO_CLAIM.search(sentence.clause(found.start("how"))):
        return
    key = here[-1].key if here else carried
    mine = [r for r in ours.facts.refunds if key is None or plain_id(r.order or "") == plain_id(key)]
    states = {(refund.status or "").lower() for refund in mine or ours.facts.refunds}
    right = {_kind(state) for state in states}
    arrived = found.re is _ARRIVED.pattern
    said = "done" if arrived else next(name for name, _ in _STATES if found[name])
    if len(right) != 1 or said in right or None in right:
        return
    (kind,) = right
    status = next(iter(states))
    start, end = sentence.start + found.start("how"), sentence.start + found.end()
    language = _NOUNS.get(found["noun"], "en") if arrived else _LANGUAGES.get(found["how"], "fr")
    if language == "en" and len(states) == 1 and kind == "open":
        yield replace(start, end, f"is {status.replace('_', ' ')}", f"The refund is {status}.")
    elif kind is not None:
        yield replace(start, end, _IN_WORDS[language, kind], f"The refund is {status}.")
    else:
        yield take_out(sentence, f"The refund is {status}.")


def _kind(status: str) -> str | None:
    if status in _DONE:
        return "done"
    return "open" if status in _OPEN else "failed" if status in _FAILED else None

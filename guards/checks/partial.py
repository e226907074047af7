"""Taking a claim out of a sentence and leaving the rest, where what is left is still a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shopgraph.guards.checks.base import Finding, take_out
from shopgraph.guards.checks.names import Mention
from shopgraph.guards.checks.text import Sentence
from shopgraph.guards.decisions import VerdictKind

_JOINED = re.compile(r",?\s(?:and|und|et|with|mit|avec|sowie|as well as|ainsi que)\s|[,;]\s|\s[–—-]\s")
_SAYS = re.compile(
    r"\b(?:is|are|has|have|costs?|comes?|weighs?|runs?|ist|sind|hat|haben|kostet|kosten|wiegt|est|sont|a|ont|coûtent"
    r"|coûte|compte|pèse)\b|[:$€£¥]"
)
_AND_SAYS = re.compile(
    r",?\s(?:and|und|et)\s(?=(?:is|are|has|have|costs?|comes?|weighs?|runs?|ist|sind|hat|haben|kostet|kosten|wiegt|est"
    r"|sont|a|ont|coûtent|coûte|compte|pèse)\b)"
)
_ENDS_IN_VERB = re.compile(
    r"\b(?:is|are|has|have|costs?|comes?|sold|offered|runs?|ist|sind|hat|haben|kommt|kommen|wird|werden|est|sont|a|ont|vient"
    r"|livrée?s?|vendue?s?|viene|vienen|es|son)$"
)
"""A sentence does not end so."""
_NO_END = re.compile(r"\b(?:between|from|zwischen|von|entre|de|both|sowohl)\b[^,;]{0,30}$")


def take_claim_out(
    sentence: Sentence, start: int, end: int, lost: Sequence[tuple[int, int]], names: Sequence[Mention], reason: str
) -> Finding:
    """The finding that takes out a claim at places of the sentence: a bracket, the last part, else all of it.

    `lost` are the places of everything in the sentence that goes, `names` what of it must stay together.
    """
    passage = (
        _bracket(sentence, start, end)
        or _last_part(sentence, start, lost, names)
        or _first_part(sentence, start, end, names)
    )
    if passage is None:
        return _first_clause(sentence, start, end, lost, reason) or take_out(sentence, reason)
    begin, stop = sentence.start + passage[0], sentence.start + passage[1]
    return Finding(verdict=VerdictKind.FIX, start=begin, end=stop, after="", reason=reason)


_CLAUSES = re.compile(
    r"(?:,\s(?:(?:and|but|und|aber|et|mais|y|pero)\s)?|;\s|\s[–—]\s|\s(?:and|und|et|y)\s)"
    r"(?=(?:the|this|they|our|delivery|shipping|der|die|das|unser|die lieferung|der versand|le|la|les|l['’]|el"
    r"|los|las|la livraison"
    r"|el envío)\b)"
)
"""Before a clause with a subject of its own."""
_DEPENDS = re.compile(
    r"^\W*(?:if|when|once|as|since|because|wenn|sobald|falls|da|weil|si|quand|dès|comme|cuando|como)\b"
)


def _first_clause(
    sentence: Sentence, start: int, end: int, lost: Sequence[tuple[int, int]], reason: str
) -> Finding | None:
    """The finding that leaves the second of two clauses: "... twice, and the lamp is $5.00"."""
    joint = _CLAUSES.search(sentence.low, end)
    if joint is None or _DEPENDS.match(sentence.low) or any(begin > joint.start() for begin, _ in lost):
        return None
    rest = sentence.low[joint.end() :]
    if not _SAYS.search(rest) or not re.search(r"\d", rest):
        return None
    after = sentence.text[joint.end()].upper()
    place = sentence.start
    return Finding(verdict=VerdictKind.FIX, start=place, end=place + joint.end() + 1, after=after, reason=reason)


def _bracket(sentence: Sentence, start: int, end: int) -> tuple[int, int] | None:
    text = sentence.text
    opened, closed = text.rfind("(", 0, start), text.find(")", end)
    if opened < 0 or closed < 0 or ")" in text[opened:start] or "," in text[opened:closed]:
        return None
    while opened and text[opened - 1] == " ":
        opened -= 1
    return opened, closed + 1


def _last_part(
    sentence: Sentence, start: int, lost: Sequence[tuple[int, int]], names: Sequence[Mention]
) -> tuple[int, int] | None:
    text, low = sentence.text, sentence.low
    stop = len(text.rstrip(".!?…)"))
    joints = [found for found in _JOINED.finditer(low, 0, start + 1) if found.end() <= start and found.start() >= 8]
    joint = next((found for found in reversed(joints) if not _ENDS_IN_VERB.search(low[: found.start()])), None)
    if joint is None:
        return None
    head, tail = low[: joint.start()], joint.end()
    figures = [found.start() for found in re.finditer(r"\d+", low[tail:stop])]
    others = [place for place in figures if not any(begin <= tail + place < end for begin, end in lost)]
    named = any(tail <= mention.start - sentence.start < stop for mention in names)
    inner = [found for found in _JOINED.finditer(low, tail, stop) if found.end() > start or found.start() > start]
    if others or named or not _SAYS.search(head) or _NO_END.search(head) or inner:
        return None
    return joint.start(), stop


def _first_part(sentence: Sentence, start: int, end: int, names: Sequence[Mention]) -> tuple[int, int] | None:
    """ "The lamp has 9 W and costs ..." without what it has."""
    ahead = [
        mention.end - sentence.start for mention in names if sentence.start < mention.end <= sentence.start + start
    ]
    joint = _AND_SAYS.search(sentence.low, end)
    if not ahead or joint is None or _JOINED.search(sentence.low, ahead[-1], start):
        return None
    if joint.start() - end > 40 or re.search(
        r"\d", sentence.low[ahead[-1] : start] + sentence.low[end : joint.start()]
    ):
        return None
    return ahead[-1], joint.end() - 1

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
        clause = _clause(sentence, sorted(lost), names)
        return _take_clause(sentence, clause, reason) if clause else take_out(sentence, reason)
    begin, stop = sentence.start + passage[0], sentence.start + passage[1]
    return Finding(verdict=VerdictKind.FIX, start=begin, end=stop, after="", reason=reason)


_SUBJECTS = (
    r"(?:the|this|that|these|those|they|it|we|you|i|our|ours|your|delivery|shipping|returns?|der|die|das|dies\w*|er|sie|es|wir"
    r"|ich|du|unser\w*|ihr\w*|lieferung|versand|le|la|les|l['’]|il|elle|ils|elles|nous|vous|je|j['’]|notre|nos|votre|on|el"
    r"|los|las|usted|nuestr\w+|su|livraison|envío)\b"
)
_CLAUSE = re.compile(
    rf"(?:,\s(?:(?:and|but|so|und|aber|et|mais|y|pero|also|donc)\s)?|;\s|\s[–—]\s|\s(?:and|but|und|aber|et|mais|y|pero)\s)"
    rf"(?={_SUBJECTS})"
)
"""Before a clause with a subject of its own."""
_DEPENDS = re.compile(
    r"^\W*(?:if|when|once|as|since|because|although|while|with|for|after|before|wenn|sobald|falls|da|weil|obwohl|mit|si|quand"
    r"|dès|comme|avec|cuando|como|con)\b"
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|costs?|comes?|came|weighs?|runs?|takes?|gets?|you['’]ll|can|will|ships?|holds?"
    r"|measures?|ist|sind|war|hat|haben|kostet|kosten|wiegt|kommt|dauert|können|wird|wurde|misst|fasst|est|sont|était|a|ont"
    r"|coûtent|coûte|pèse|prend|pouvez|mesure|contient|es|son|está|tiene|cuesta|pesa|tarda|puede|mide)\b|(?:it|that|you"
    r"|we)['’](?:s|re|ve)\b|[:$€£¥]"
)


_PRONOUN = re.compile(
    r"(?:it|they|you|this|that|these|those|er|sie|es|das|dies\w*|du|il|elle|ils|elles|cela|vous|usted|su)\b"
)
"""What begins with one speaks of what was said before it."""


def _clause(sentence: Sentence, lost: Sequence[tuple[int, int]], names: Sequence[Mention]) -> tuple[int, int] | None:
    """Where the clause stands that holds all that goes, where others with a subject and a verb are left."""
    low = sentence.low
    cuts = [found.span() for found in _CLAUSE.finditer(low)]
    if not cuts or _DEPENDS.match(low):
        return None
    begin = max([cut for cut in cuts if cut[1] <= lost[0][0]], default=None)
    end = next((cut for cut in cuts if cut[0] >= lost[-1][1]), None)
    if begin is None and end is None:
        return None
    start, stop = begin[0] if begin else 0, end[0] if end else len(sentence.text.rstrip(".!?…)"))
    if any(first < start or last > stop for first, last in lost):
        return None
    rest = low[:start] if begin else low[end[1] :] if end else ""
    carried = begin is None and _PRONOUN.match(rest)
    named = any(start <= mention.start - sentence.start < stop for mention in names)
    if not _VERB.search(rest) or (carried and (named or not re.search(r"\d", rest))):
        return None
    return start, stop


def _take_clause(sentence: Sentence, passage: tuple[int, int], reason: str) -> Finding:
    start, stop = passage
    place = sentence.start
    if start:
        return Finding(verdict=VerdictKind.FIX, start=place + start, end=place + stop, after="", reason=reason)
    joint = _CLAUSE.match(sentence.low, stop)
    behind = joint.end() if joint else stop
    after = sentence.text[behind : behind + 1].upper()
    return Finding(verdict=VerdictKind.FIX, start=place, end=place + behind + 1, after=after, reason=reason)


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

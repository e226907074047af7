"""What a text only repeats of the customer: "the 20 % you asked about", "Sie hatten nach 14 Tagen gefragt"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shopgraph.guards.checks.text import Cue, Sentence
from shopgraph.guards.checks.topics import topic

SAID = Cue(
    "nannten saw seen found read heard asked ask asking requested mention mentioned said wrote hoped hoping "
    "expected wished "
    "remember thought elsewhere competitor another gefragt fragten erwähnt erwähnten gesehen gelesen gewünscht "
    "verlangt "
    "erhofft gehofft woanders anderswo sagten schrieben genannt demandiez demandez demandé vu lu entendu espériez "
    "évoquiez mentionniez disiez parliez ailleurs souhaitiez pedía pedías pidió pediste preguntó preguntaba "
    "preguntaste "
    "vio viste visto leyó leíste mencionó mencionaste esperaba solicitó solicitaste dijo dijiste parte otra",
    r"\b(?:you|your (?:friend|colleague|neighbou?r|partner))(?: had| have|['’]d|['’]ve| were| are|['’]re| also| just)?"
    r" (?:saw|seen|found|read|heard|asked|ask(?:ing)?|requested|mention(?:ed)?|said|wrote|hop(?:ed|ing)|expected|wished"
    r"|remember(?:ed)?|thought)\b"
    r"|\belsewhere\b|\b(?:sie|du)\s(?:hatten|hattest|haben|hast)\b[^.;]{0,60}?\b(?:gefragt|erwähnt|gesehen|gelesen"
    r"|gewünscht|verlangt|erhofft|gehofft|genannt|geschrieben)\b"
    r"|\b(?:hatten|hattest|haben|hast) (?:sie|du)\b[^.;]{0,60}?\b(?:gefragt|erwähnt|gesehen|gelesen|gewünscht|verlangt"
    r"|genannt|geschrieben)\b|\b(?:woanders|anderswo)\b|\b(?:sie|du) (?:fragten|fragtest|erwähnten|sagten|schrieben"
    r"|nannten)\b|\b(?:fragten|erwähnten|sagten|schrieben|nannten) sie\b"
    r"|\bvous (?:demandiez|demandez|espériez|évoquiez|mentionniez|disiez|parliez|souhaitiez)\b"
    r"|\bvous (?:m['’]|nous |l['’])?(?:aviez|avez) (?:\w+ )?(?:demandée?s?|vue?s?|lue?s?|entendu|mentionné"
    r"|évoqué|dit)\b"
    r"|\bailleurs\b|\b(?:pedías?|pidió|pediste|preguntó|preguntabas?|preguntaste|vio|viste|leyó|leíste|mencionó"
    r"|mencionaste|esperabas?|solicitó|solicitaste|dijo|dijiste)\b|\b(?:ha|has) (?:visto|leído|pedido|mencionado)\b"
    r"|\ben otr[oa] (?:parte|tienda|sitio|web)\b",
)
"""In a clause: what it holds is the customer's."""
_GIVES = re.compile(
    r"\b(?:i|we) (?:can|could|will|['’]ll|may|give|offer)\b|\b(?:i|we)['’]ll\b|\byou (?:can|get|will|save|receive)\b"
    r"|\b(?:ich|wir) (?:kann|können|gebe|geben|biete|bieten|gewähre)\b|\b(?:kann|können) (?:ich|wir)\b"
    r"|\b(?:je|nous) (?:peux|pouvons|vous (?:offre|offrons|accorde|accordons|fais))\b|\b(?:puedo|podemos"
    r"|le (?:doy|ofrezco)"
    r"|te (?:doy|ofrezco))\b"
)
"""In a clause: it is the shop's."""
_NOT = re.compile(r"\b(?:not|cannot|nicht|kein\w*|pas|no)\b|n['’]t\b")


_GIVES_WORDS = topic(
    "can could will may give offer get save receive kann können gebe geben biete bieten gewähre peux "
    "pouvons offre offrons accorde accordons fais puedo podemos doy ofrezco"
)


def gives_it(sentence: Sentence, place: int) -> bool:
    """Whether the shop offers what stands at a place of the sentence."""
    return bool(sentence.topics & _GIVES_WORDS) and _I_GIVE.search(sentence.clause(place)) is not None


_I_GIVE = re.compile(
    r"\b(?:i|we)(?: can|could| will|['’]ll| may)?(?: \w+)? (?:give|offer|grant|knock|take)\b|\b(?:ich"
    r"|wir) (?:gebe|geben|biete|bieten"
    r"|gewähre|gewähren)\b|\b(?:kann|können) (?:ich|wir)\b[^.;]{0,60}\b(?:geben|anbieten|gewähren)\b"
    r"|\b(?:je|nous) (?:peux|pouvons|vous (?:offre|offrons|accorde|accordons|fais|faisons))\b"
    r"|\b(?:puedo|podemos) (?:hacer|dar|ofrecer)\w*|\b(?:le|te|os) (?:doy|ofrezco|hago|hacemos|ofrecemos)\b"
)
_IS = re.compile(r"\b(?:costs?|is|are|ist|sind|kostet|kosten|est|sont|coûtent?|es|son|cuestan?|vale)\b")


def is_quoted(sentence: Sentence, place: int, *, of: Sequence[int] = ()) -> bool:
    """Whether what stands at a place of the sentence is what the customer asked, saw or wrote.

    `of` are the ends of names in the sentence: "the jacket you saw is $70" tells what it costs.
    """
    if not sentence.topics & SAID.topic:
        return False
    clause = sentence.clause(place)
    found = SAID.pattern.search(clause)
    if found is None or (_GIVES.search(clause) is not None and _NOT.search(clause) is None):
        return False
    said = sentence.low.find(clause) + found.end()
    return not any(end <= place for end in of) or said > place or _IS.search(sentence.low, said, place) is None

"""Ratings on a scale: 4.2 out of 5, 4,2 von 5 Sternen, 4,2 étoiles sur cinq, 4,2 de 5, 8.4/10."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from shopgraph.guards.checks.amounts import EVERY, read_number
from shopgraph.guards.checks.text import whole_words
from shopgraph.guards.checks.units import THINGS, UNITS

STARS = "stars"
"""What a rating is counted in: so many of five."""
_SCALES = (5, 10, 20)
_STARS = "|".join(word for word, thing in THINGS.items() if thing == STARS)
_OF = r"/|(?:out )?of|von|sur|sobre|de"
_BLANK = r"[ \u00a0\u202f]"
_ON_A_SCALE = re.compile(
    rf"(?<![\w#.,/$€£¥-])(?P<number>\d{{1,2}}(?P<fraction>[.,]\d{{1,2}})?)(?P<before>[\s-](?:{_STARS}))?"
    rf"{_BLANK}?(?P<of>{_OF}){_BLANK}?0*(?P<most>{'|'.join(map(str, _SCALES))})(?P<behind>[\s-](?:{_STARS})\b)?"
    rf"(?![\w%]|[.,]\d|{_BLANK}?[€$£¥%\"°])"
)
_MAYBE = re.compile(
    rf"[.,]\d{{1,2}}{_BLANK}?(?:{_OF}){_BLANK}?(?:5|10|20|five|ten|fünf|zehn|cinq|dix|vingt|cinco|diez|veinte)\b", re.I
)
_NEXT = re.compile(r"[\s-]([^\W\d_]+)")
_NOTE = r"note[ns]?|(?:kunden|gesamt|durchschnitts)note|nota"
_RATES = re.compile(
    r"\b(?:rated|ratings?|scor(?:e[ds]?|ing)|review(?:s|ed|ers?)?|stars|sternen?|average|rates? (?:it|this|the|them)"
    r"|notée?s?|notent|avis|évalu\w*|étoiles?|moyenne|valor(?:a[dn]|aci)\w*|punt[uú]a\w*|calific\w*|reseñas?|estrellas?"
    r"|promedio|media de|(?:customers?|buyers?|kund(?:en|innen)|käufer\w*|clients|clientes|acheteurs|compradores)\b"
    r"[^.,;]{0,20}\b(?:give|gave|(?:ver)?geben|(?:ver)?gaben|donnent|donné|dan|dieron|dado))\b"
    r"|bewert|benotet|rezension|opini[oó]n|durchschnitt|[★⭐]"
    rf"|\b(?:{_NOTE})\b(?! (?:that|the|this|it|how|we)\b)(?:\s{{1,40}}[^\W\d_]+['’]?){{0,6}}\s{{0,40}}:?\s?\d"
)
"""That a number on a scale is how something is rated; "Note that" is no mark."""
_COUNTED = frozenset([word for word, thing in THINGS.items() if thing not in (STARS, "reviews")])
_AMOUNTS = (
    (frozenset(UNITS) - {"in"})
    | _COUNTED
    | whole_words(
        "cent cents pence centime centimes céntimo céntimos euro euros dollar dollars usd eur gbp jpy kwd chf "
        "stück stücke stücken pcs pc pair pairs paar paare paaren paire paires par pares unit units unités unidades "
        "item items artikel artikeln article articles artículos set sets pack packs packung packungen paquets paquetes "
        "bottles flaschen bouteilles botellas boxes boîtes cajas bags beutel sachets bolsas"
    )
)
"""Behind the scale they make it an amount: 2,5 von 10 Litern. In 18 reviews are no inches."""
_BEHIND = whole_words(
    "in from by with on across and or but for at according overall based after as is which so points point "
    "von bei aus mit nach laut und oder aber für auf insgesamt im durch basierend punkte punkten möglichen möglich ist "
    "d selon par pour avec en sur dans chez et ou mais au à basé basée est "
    "según segun por con y o pero para a basado basada sobre entre es puntos punto"
)
"""What may follow a scale where no word tells that something is rated: nothing that is counted."""
_MEASURED = (
    _COUNTED
    | {code.lower() for code in EVERY}
    | whole_words(
        "step steps schritt schritte étape étapes paso pasos etapa etapas stage phase fase level stufe niveau nivel "
        "size sizes größe größen grösse grössen schuhgröße taille tailles pointure pointures talla tallas número width "
        "weite largeur ancho fits fit passt chausse calza in version dose ph price preis prix precio "
        "firmness hardness härte härtegrad fermeté dureté firmeza dureza intensity intensität intensité intensidad "
        "strength stärke force fuerza difficulty schwierigkeit schwierigkeitsgrad difficulté dificultad "
        "dioptres dioptrien dioptries dioptrías"
    )
)
"""Right before a number they tell what it measures: size 9.5/10, step 1.5 of 5, USD 9.99/10 pieces."""
_SIZED = frozenset({"US", "EU", "UK", "FR", "IT", "JP"})
"""In capitals alone: "a eu 4,2 sur 5" is said of a rating."""
_AHEAD = re.compile(
    rf"(?P<word>[^\W\d_]+)(?:[\s-](?:rating|score|value|wert|valeur|valor|note|bewertung|scale|en))?[\s:=*_€$£¥–-]{{0,4}}"
    r"(?:(?:of|the|de|du|del|la|le|el|von|des|der|is|are|ist|sind|liegt|est|es|about|etwa|bei|at|à|mit|with|avec|con)\s{1,40}){0,3}"
    rf"(?:\d[\d.,]{{0,5}}{_BLANK}?(?:{_OF}){_BLANK}?\d{{1,2}}(?:,|{_BLANK}(?:and|or|und|oder|et|ou|y|o|to|bis|à|a))\s){{0,5}}$"
)
_SIGNED = re.compile(r"[€$£¥]\s?$")
_FAR = 80
"""Letters ahead of a number in which the word that it belongs to stands."""


def stars_each(values: Sequence[Decimal]) -> Decimal | None:
    """How many stars one of a rating without its scale is: on the smallest scale that holds it.

    None for a whole number above five: it may be how many rated.
    """
    value = max(values)
    most = next((most for most in _SCALES if value <= most), None)
    if most is None or (most > _SCALES[0] and value == int(value)):
        return None
    return Decimal(_SCALES[0]) / most


class Rating(NamedTuple):
    """A number on a scale."""

    end: int
    number_end: int
    values: tuple[Decimal, ...]
    factor: Decimal
    """How many stars one is: half of one on a scale to ten."""
    sure: bool
    """Whether it is nothing else: a whole number without a word for stars may be what one customer gave, or pieces."""


def may_rate(text: str) -> bool:
    """Whether a rating stands in a text that may not say what it is of; quickly found."""
    return _MAYBE.search(text) is not None


def rating_at(low: str, start: int, text: str = "", *, rated: bool = False) -> Rating | None:
    """The rating that begins there in a text in lower case, also given as written.

    With `rated` it is known that the text tells how something is rated.
    """
    found = _ON_A_SCALE.match(low, start)
    if found is None:
        return None
    most, values = Decimal(found["most"]), read_number(found["number"])
    stars = found["before"] or found["behind"]
    sure = stars or (found["fraction"] and _is_rating(found, low, text, rated=rated))
    return Rating(found.end(), found.end("number"), values, _SCALES[0] / most, bool(sure and values[0] <= most))


def _is_rating(found: re.Match[str], low: str, text: str, *, rated: bool) -> bool:
    """Whether a number on a scale without a word for stars is a rating: no size, step, price or part of so many."""
    follows = _NEXT.match(low, found.end())
    behind = follows[1] if follows else ""
    if behind in _AMOUNTS or _is_measured(low, text, found.start()):
        return False
    if rated or _RATES.search(low):
        return True
    return found["of"] not in ("/", "of") and (not behind or behind in _BEHIND)


def _is_measured(low: str, text: str, start: int) -> bool:
    """Whether the word that the number before that place belongs to is one for what is measured or paid."""
    begin = max(0, start - _FAR)
    if _SIGNED.search(low, begin, start):
        return True
    ahead = _AHEAD.search(low, begin, start)
    return ahead is not None and (ahead["word"] in _MEASURED or text[ahead.start() : ahead.end("word")] in _SIZED)

"""How many stand on a shelf, or are said to be exactly so many, in four languages."""

from __future__ import annotations

import re

from shopgraph.guards.checks.text import Cue

EXACTLY = "exactly precisely genau exakt exactement précisément exactamente precisamente justo"
SHELVES = "shelf shelves regal regalen étagère étagères rayon rayons estante estantes estantería estanterías"
_NEARLY = "almost|nearly|practically|virtually|fast|beinahe|nahezu|presque|quasi|quasiment|casi"
NEARLY_SO = re.compile(rf"\b(?:{_NEARLY}) $")
"""Before "sold out" it says that some are left."""
FEW = re.compile(
    r"\b(?:only a few|just a few|nur noch wenige|plus que quelques|quedan (?:muy )?poc[oa]s"
    rf"|(?:{_NEARLY}) (?:gone|sold out|ausverkauft|vergriffen|épuisée?s?|agotad[oa]s?))\b"
)
JUST_SO = rf"(?:{EXACTLY.replace(' ', '|')}) "
_PIECES = (
    r"(?:pieces?|units?|pairs?|items?|copies|stück|paare?|exemplare?|pièces?|exemplaires?|paires?|articles?|pares?"
    r"|unidad(?:es)?|piezas?|ejemplar(?:es)?)"
)


def _bits(words: str) -> str:
    """The words as they are: "precisely" is not "precio"."""
    return " ".join(f"={word}" for word in words.split())


ON_SHELF = Cue(
    _bits(SHELVES),
    rf"(?<![\d.,#$€£-])(?P<number>0{{0,20}}\d{{1,4}})(?: {_PIECES})?(?: of (?:them|these|those|it))?"
    r"(?: (?:are|is|left|still|noch|sitting|standing|ready|waiting)){0,2}"
    r" (?:(?:up )?on (?:the|our) shel(?:f|ves)|(?:im|in unseren|auf dem|in den|in unserem) regale?n?"
    r"|(?:en|dans (?:le|nos)) rayons?|sur (?:l['’]|nos |les )étagères?"
    r"|en (?:el|la|nuestras?|nuestros?|las|los) (?:estantes?|estanterías?))\b",
)
"""So many stand on a shelf."""
JUST_SO_MANY = Cue(
    _bits(EXACTLY),
    r"\b(?:there are|there is|there['’]s|we have|we['’]ve got|es sind|es gibt|wir haben|haben wir|il y en a"
    r"|nous en avons|nous avons|il (?:nous )?en reste|il reste|hay|tenemos|(?:nos )?quedan?)"
    rf" (?:noch |davon |still |todavía |aún |encore ){{0,2}}{JUST_SO}(?P<number>0{{0,20}}\d{{1,4}})(?: {_PIECES})?"
    r"(?=[.!,;]|$)",
)
"""So many are said to be there, and no more."""

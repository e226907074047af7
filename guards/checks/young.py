"""Offers to sell to those who are too young, in four languages."""

from __future__ import annotations

import re

from shopgraph.guards.checks.text import Sentence, whole_words
from shopgraph.guards.checks.topics import exact

_SOLD_TO_YOUNG = re.compile(
    r"\b(?:sell|sells|sold|ship|ships|shipped|deliver|delivers|delivered|available|open|offer|supply|hand)\b[^.;]{0,60}"
    r"\b(?:to|for) (?:[^.;]{0,40}\b)?(?:under[- ]?(?:0*\d\ds?|age)\b|people under 0*\d\d|minors|teens|teenagers"
    r"|kids|children|schoolchildren"
    r"|(?:anyone|everyone|everybody|anybody|people|customers|buyers) of (?:any|every|all) ages?"
    r"|all ages|any age)"
    r"|\b(?:verkaufen|verkauft|liefern|liefert|geben|gibt|schicken|versenden|abgeben|erhältlich)\b[^.;]{0,60}"
    r"\b(?:an|für) (?:[^.;]{0,40}\b)?(?:unter[- ]?0*\d\d|minderjährige|jugendliche|kinder|schüler|jedes alters)"
    r"|\bauch an (?:unter[- ]?0*\d\d|minderjährige|jugendliche|kinder|schüler)"
    r"|\b(?:vendons|vend|vendu|livrons|livre|livré|expédions|proposons|accessible)\w*[^.;]{0,60}"
    r"(?:\baux|\bà) (?:[^.;]{0,40}\b)?(?:mineurs|moins de 0*\d\d|enfants|adolescents|ados|tout âge|tous les âges)"
    r"|\b(?:vendemos|vende|venden|vendido|enviamos|envía|entregamos|disponible)\b[^.;]{0,60}"
    r"\b(?:a|para|incluso|incluid[oa]s|también) (?:[^.;]{0,40}\b)?(?:menores|niños|adolescentes|cualquier edad"
    r"|todas las edades)"
)
_NOT_TO_YOUNG = re.compile(
    r"\b(?:nunca|jamás|jamais|illegal|unlawful|forbidden|prohibited|refuse\w*|verboten|untersagt|illégal|interdite?"
    r"|prohibid[oa]|ilegal|only to|nur an|uniquement|únicamente|solo a|sólo a|niemals|ning(?:ún|uno)|weder|ni)\b"
)
_SELLING = whole_words(
    "minors minderjährige minderjährigen jugendliche jugendlichen kinder mineurs enfants menores niños adolescents "
    "adolescentes teens teenagers kids children schoolchildren schüler ados under underage age ages unter alters moins "
    "âge âges edad edades"
)
_YOUNG_TOPIC = exact(_SELLING)


def is_sold_to_young(sentence: Sentence) -> bool:
    """Whether it is said to be sold to those who are too young."""
    if not sentence.topics & _YOUNG_TOPIC or sentence.denies or _NOT_TO_YOUNG.search(sentence.low):
        return False
    return _SOLD_TO_YOUNG.search(sentence.digits) is not None

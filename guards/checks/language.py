"""Language: an answer is written in the customer's, as far as common words tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shopgraph.guards.checks.base import Finding, take_out
from shopgraph.guards.checks.text import sentences, whole_words
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts

_COMMON = {
    "en": whole_words(
        "the and you your is are was for with this that have has will would can our we it its they of to from "
        "not but there "
        "on in at be been do does please thank thanks any every all if or as an by new"
    ),
    "de": whole_words(
        "der die das und ist sind war für mit dies diese dieser haben hat wird werden kann unser unsere wir sie "
        "ihr ihre ihnen "
        "ich nicht aber von zu zum zur auf im am den dem ein eine einen einer bei noch auch nur wenn oder als "
        "danke bitte"
    ),
    "fr": whole_words(
        "le la les et est sont était pour avec ce cette ces vous votre vos nous notre avoir peut sera il elle "
        "ils des du de un une "
        "pas mais dans sur au aux qui que en si ou merci bonjour je plus tout tous par"
    ),
    "es": whole_words(
        "el la los las y es son para con este esta estos su sus nosotros nuestro tiene tienen puede será de del "
        "un una no pero en "
        "que al por si o gracias hola te tu tus lo se más muy usted"
    ),
    "it": whole_words(
        "il lo la gli le e è sono per con questo questa vostro nostro di del della un una non ma in che al da se "
        "o grazie ciao"
    ),
    "nl": whole_words(
        "de het en is zijn was voor met dit deze dat je uw ons onze wij we u van naar een niet maar op in bij "
        "ook als of dank bedankt"
    ),
}
_ENOUGH = 6
"""Common words of another language that it takes."""


def find_other_language(text: str, facts: Facts) -> Iterator[Finding]:
    """Sentences that are plainly in another language than the customer's; of an answer of such nothing is said."""
    language = (facts.locale or "").replace("_", "-").split("-")[0].lower()
    if language not in _COMMON:
        return
    spoken = {language, *(facts.brand.languages if facts.brand else ())}
    own = frozenset[str]().union(*[_COMMON.get(one, frozenset()) for one in spoken])
    read = sentences(text)
    mine = sum([sum(map(own.__contains__, sentence.words)) for sentence in read])
    every = sum([len(sentence.words) for sentence in read])
    if every < _ENOUGH:
        return
    if 5 * mine < every and (other := _other([word for sentence in read for word in sentence.words], own)):
        reason = f"The customer's language is {facts.locale}, this is {other}. Answer in the customer's language."
        if not any(5 * sum(map(own.__contains__, one.words)) >= len(one.words) > 2 for one in read):
            yield Finding(verdict=VerdictKind.BLOCK, start=0, end=len(text), reason=reason)
            return
    for sentence in read:
        if 5 * sum(map(own.__contains__, sentence.words)) < len(sentence.words) and _other(sentence.words, own):
            yield take_out(sentence, f"The customer's language is {facts.locale}. Answer in it.")


def _other(words: Sequence[str], own: frozenset[str]) -> str | None:
    """The language that the words plainly are in, where it is not the customer's."""
    mine = sum(map(own.__contains__, words))
    counts = {language: sum(map(common.__contains__, words)) for language, common in _COMMON.items()}
    language, most = max(counts.items(), key=lambda item: item[1])
    return language if most >= _ENOUGH and most > 4 * mine else None

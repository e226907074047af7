"""The customer's language: an answer in another one is not said.

Function words decide, and nothing else: names, quotes and loan words hold few of them. A short text is let through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from shopgraph.domain.function_words import FUNCTION_WORDS, SHARED
from shopgraph.guards.checks.base import Finding, take_out
from shopgraph.guards.checks.known import known
from shopgraph.guards.checks.text import Sentence, sentences, words_of
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts

_QUOTED = re.compile(r"[\"“„«»”][^\"“„«»”\n]{1,300}[\"”“»«]|[‘'][^'’\n]{8,300}['’](?!\w)")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_FEW = 3
"""Function words of another language that tell it where none of the own stands."""


def find_other_language(text: str, facts: Facts) -> Iterator[Finding]:
    """An answer, or a sentence of it, in another language than the customer's locale and those of the brand."""
    language = (facts.locale or "")[:2].lower()
    own = FUNCTION_WORDS.get(language)
    if own is None or not text:
        return
    others = _others(frozenset({language, *(facts.brand.languages if facts.brand else ())}))
    if _is_other_script(text):
        yield _block(text, language)
        return
    whole = sentences(text)
    own_words = [len(own.intersection(sentence.words)) for sentence in whole]
    spoken = [s for s, count in zip(whole, own_words, strict=True) if count < 2 and _may_be_foreign(s, others)]
    foreign = [sentence for sentence in spoken if _is_foreign(_words(sentence, text, facts), language, others)]
    if not foreign and sum(own_words) < 2:
        words = [word for sentence in whole for word in _words(sentence, text, facts)]
        foreign = list(whole) if _is_foreign(words, language, others) else []
    kept = [count for sentence, count in zip(whole, own_words, strict=True) if sentence not in foreign]
    rest = [sentence for sentence in whole if sentence not in foreign]
    if (
        foreign
        and max(kept, default=0) < 2
        and not any(_says_something(sentence, language, others) for sentence in rest)
    ):
        yield _block(text, language)
        return
    for sentence in foreign:
        yield take_out(sentence, f"The customer's language is {language!r}. Say it in that language.")


def _says_something(sentence: Sentence, language: str, others: Mapping[str, frozenset[str]]) -> bool:
    """Whether it is more than a greeting, and rather in the language than in another one."""
    own = len(SHARED[language].intersection(sentence.words))
    foreign = max([len(SHARED[other].intersection(sentence.words)) for other in others], default=0)
    return sentence.numeric and len(sentence.words) > 2 and own > 0 and own >= foreign


def _block(text: str, language: str) -> Finding:
    reason = f"The customer's language is {language!r}. Answer in it."
    return Finding(verdict=VerdictKind.BLOCK, start=0, end=len(text), reason=reason)


@cache
def _others(ours: frozenset[str]) -> Mapping[str, frozenset[str]]:
    return {language: words for language, words in FUNCTION_WORDS.items() if language not in ours}


def _may_be_foreign(sentence: Sentence, others: Mapping[str, frozenset[str]]) -> bool:
    """A first look, which few sentences of the own language pass."""
    words = sentence.words
    return len(words) > _FEW and any(len(listed.intersection(words)) >= _FEW for listed in others.values())


def _words(sentence: Sentence, text: str, facts: Facts) -> list[str]:
    """Its words without names of the facts and without quotations."""
    low = sentence.low
    for mention in known(facts).mentions(text):
        if sentence.start <= mention.start < sentence.end:
            start, end = mention.start - sentence.start, mention.end - sentence.start
            low = f"{low[:start]}{' ' * (end - start)}{low[end:]}"
    return words_of(_QUOTED.sub(" ", low))


def _is_foreign(words: list[str], language: str, others: Mapping[str, frozenset[str]]) -> bool:
    """Whether three and more different words are another language's, and four times those of the own."""
    told = {other: len(listed.intersection(words)) for other, listed in others.items()}
    other = max(told, key=lambda name: told[name])
    own = len(SHARED[language].intersection(words) - SHARED[other])
    return told[other] >= _FEW and told[other] >= 4 * own


def _is_other_script(text: str) -> bool:
    """Whether most letters are none of the Latin script, in a text of more than a few."""
    if text.isascii():
        return False
    letters = [char for char in text[:2000] if char.isalpha()]
    return len(letters) > 12 and len(_LATIN.findall("".join(letters))) * 3 < len(letters)

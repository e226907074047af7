"""How the shop speaks: words it never says, words it prefers, others it does not name, what it must say, how long."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from shopgraph.guards.checks.base import Finding, replace
from shopgraph.guards.checks.known import known
from shopgraph.guards.checks.names import Mention, longest_first, mentions, named
from shopgraph.guards.checks.partial import take_claim_out
from shopgraph.guards.checks.text import Sentence, sentences
from shopgraph.guards.facts import BrandFact, Facts
from shopgraph.kept import kept

_MONEY = re.compile(r"[$€£¥]|\b(?:EUR|USD|GBP|CHF|JPY|KWD|SEK|euros?|dollars?)\b")
_BLANKS = re.compile(r"\s+")


def find_off_brand(text: str, facts: Facts) -> Iterator[Finding]:
    """Forbidden words and competitors go, alone or with what they stand in; preferred words replace others."""
    brand = facts.brand
    if brand is None:
        return
    never = _never(brand.forbidden, brand.competitors, (facts.locale or "en")[:2])
    if never and (unsaid := named(text, never)):
        competitors = frozenset(word.lower() for word in brand.competitors)
        for sentence in sentences(text):
            here = [m for m in unsaid if sentence.start <= m.start < sentence.end]
            if here:
                yield _unsay(sentence, here, facts, competitors)
    preferred = {word.lower(): better for word, better in brand.preferred.items()}
    for found in mentions(text, preferred) if preferred else ():
        better = preferred[found.key]
        after = better[:1].upper() + better[1:] if text[found.start].isupper() else better
        yield replace(found.start, found.end, after, f"The shop says {better!r} instead of {found.key!r}.")


_ENDINGS = {
    "en": ("s",),
    "de": ("e", "er", "es", "en", "em", "s"),
    "fr": ("e", "s", "es"),
    "es": ("s", "es", "a", "as"),
}
"""What an adjective or a noun takes on in a language."""
_AHEAD = re.compile(
    r"(?:\b(?:a|an|the|our|your|this|that|very|really|such|for|ein|eine[rnms]?|der|die|das|den|unser\w*|dies\w+|sehr|un|une|le"
    r"|la|les|notre|cette?|una|el|los|las|nuestr\w|muy|très)\s)$"
)
_NOUN_BEHIND = re.compile(r"\s(?!and\b|or\b|und\b|et\b|y\b|at\b|for\b|to\b|für\b|pour\b|de\b)[^\W\d_]")


@kept
@lru_cache(maxsize=32)  # a brand says the same in every request
def _never(forbidden: tuple[str, ...], competitors: tuple[str, ...], language: str) -> tuple[str, ...]:
    """What is not said, as `named` takes it."""
    endings = _ENDINGS.get(language, ())
    words = [form for word in forbidden for form in _forms(word.lower(), endings)]
    return longest_first([*words, *[word.lower() for word in competitors]])


def _forms(word: str, endings: Sequence[str]) -> tuple[str, ...]:
    """A forbidden word and its inflections; of several words only as they are."""
    return (word, *(word + ending for ending in endings)) if word.isalpha() and len(word) > 3 else (word,)


def _unsay(sentence: Sentence, here: Sequence[Mention], facts: Facts, competitors: frozenset[str]) -> Finding:
    """Without the words: an adjective alone goes, else the clause, else the sentence."""
    one, low = here[0], sentence.low
    start, end = one.start - sentence.start, one.end - sentence.start
    reason = f"The shop does not say {one.key!r}."
    ahead = _AHEAD.search(low, 0, start)
    if len(here) == 1 and one.key not in competitors and one.key.isalpha() and ahead and _NOUN_BEHIND.match(low, end):
        return _without_adjective(sentence, start, end, reason)
    lost = [(mention.start - sentence.start, mention.end - sentence.start) for mention in here]
    return take_claim_out(sentence, start, end, lost, known(facts).products_in(sentence.text), reason)


def _without_adjective(sentence: Sentence, start: int, end: int, reason: str) -> Finding:
    """The finding that drops an adjective, with "a" or "an" as the noun behind wants it."""
    low, place = sentence.low, sentence.start
    article = re.search(r"\ban? $", low[:start])
    if article is None:
        return replace(place + start, place + end + 1, "", reason)
    wanted = "an " if low[end + 1 : end + 2] in "aeiou" else "a "
    after = wanted.capitalize() if sentence.text[article.start()].isupper() else wanted
    return replace(place + article.start(), place + end + 1, after, reason)


def find_too_long(text: str, facts: Facts) -> Iterator[Finding]:
    """Whatever stands behind the last sentence that fits, with room for what must still be said."""
    limit = facts.brand.max_length if facts.brand else None
    if limit is None or facts.brand is None or len(text) + _room(missing(text, facts.brand)) <= limit:
        return
    limit = max(0, limit - _room(facts.brand.disclosures))
    ends = [s.start + len(s.text) for s in sentences(text) if s.start + len(s.text) <= limit]
    keep = ends[-1] if ends else max(text.rfind(" ", 0, limit + 1), 0) or limit
    if keep < len(text.rstrip()):
        yield replace(keep, len(text), "", f"An answer has at most {facts.brand.max_length} characters.")


def _room(disclosures: tuple[str, ...] | list[str]) -> int:
    return sum([len(sentence) + 1 for sentence in disclosures])


def find_undisclosed(text: str, facts: Facts) -> Iterator[Finding]:
    """What the brand must say wherever it speaks of its goods or of money, added at the end where it is missing."""
    if facts.brand is None or not facts.brand.disclosures:
        return
    lost = missing(text, facts.brand)
    if not lost or not (known(facts).products_in(text) or _MONEY.search(text)):
        return
    said = text.rstrip()
    between = "\n\n" if "\n" in said else " "
    yield replace(len(said), len(text), between + " ".join(lost), f"The brand must say {lost[0]!r}.")


def missing(text: str, brand: BrandFact) -> list[str]:
    """The disclosures that a text does not hold, whatever its blanks and case."""
    if not brand.disclosures:
        return []
    plain = _plain(text)
    return [sentence for sentence in brand.disclosures if sentence.strip() and _plain(sentence) not in plain]


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text).strip(" .").lower()

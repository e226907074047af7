"""How the shop speaks: words it never says, words it prefers, others it does not name, what it must say, how long."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shopgraph.guards.checks.base import Finding, replace, take_out
from shopgraph.guards.checks.known import known
from shopgraph.guards.checks.names import mentions
from shopgraph.guards.checks.text import sentences
from shopgraph.guards.facts import BrandFact, Facts

_MONEY = re.compile(r"[$€£¥]|\b(?:EUR|USD|GBP|CHF|JPY|KWD|SEK|euros?|dollars?)\b")
_BLANKS = re.compile(r"\s+")


def find_off_brand(text: str, facts: Facts) -> Iterator[Finding]:
    """Forbidden words and competitors go with their sentence, preferred words replace others."""
    brand = facts.brand
    if brand is None:
        return
    never = {word.lower() for word in (*brand.forbidden, *brand.competitors)}
    if never:
        unsaid = mentions(text, never)
        for sentence in sentences(text) if unsaid else ():
            here = [m for m in unsaid if sentence.start <= m.start < sentence.end]
            if here:
                yield take_out(sentence, f"The shop does not say {here[0].key!r}.")
    preferred = {word.lower(): better for word, better in brand.preferred.items()}
    for found in mentions(text, preferred) if preferred else ():
        better = preferred[found.key]
        after = better[:1].upper() + better[1:] if text[found.start].isupper() else better
        yield replace(found.start, found.end, after, f"The shop says {better!r} instead of {found.key!r}.")


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

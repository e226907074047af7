"""How the shop speaks: words it never says, words it prefers, others it does not name, how long it speaks."""

from __future__ import annotations

from collections.abc import Iterator

from shopgraph.guards.checks.base import Finding, replace, take_out
from shopgraph.guards.checks.known import known
from shopgraph.guards.checks.names import mentions
from shopgraph.guards.checks.text import sentences
from shopgraph.guards.facts import Facts


def find_off_brand(text: str, facts: Facts) -> Iterator[Finding]:
    """Forbidden words and competitors go with their sentence, preferred words replace others, what is too long ends."""
    brand = facts.brand
    if brand is None:
        return
    never = {word.lower() for word in (*brand.forbidden, *brand.competitors)}
    if never:
        unsaid = mentions(text, never)
        for sentence in sentences(text):
            here = [m for m in unsaid if sentence.start <= m.start < sentence.end]
            if here:
                yield take_out(sentence, f"The shop does not say {here[0].key!r}.")
    preferred = {word.lower(): better for word, better in brand.preferred.items()}
    for found in mentions(text, preferred):
        better = preferred[found.key]
        after = better[:1].upper() + better[1:] if text[found.start].isupper() else better
        yield replace(found.start, found.end, after, f"The shop says {better!r} instead of {found.key!r}.")


def find_missing_disclosures(text: str, facts: Facts) -> Iterator[Finding]:
    """What the brand has to say wherever it speaks of its goods, added where it is missing."""
    if facts.brand is None or not facts.brand.disclosures:
        return
    ours = known(facts)
    if not ours.products_in(text):
        return
    for disclosure in facts.brand.disclosures:
        if disclosure and disclosure.lower() not in text.lower():
            blank = "" if text[-1:].isspace() else " "
            yield replace(len(text), len(text), f"{blank}{disclosure}", "The brand has to say so.")


def find_too_long(text: str, facts: Facts) -> Iterator[Finding]:
    """Whatever stands behind the last sentence that fits."""
    limit = facts.brand.max_length if facts.brand else None
    if limit is None or len(text) <= limit:
        return
    ends = [s.start + len(s.text) for s in sentences(text) if s.start + len(s.text) <= limit]
    keep = ends[-1] if ends else limit
    yield replace(keep, len(text), "", f"An answer has at most {limit} characters.")

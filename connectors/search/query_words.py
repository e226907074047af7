"""A query's words as this catalog would write them: parted, put together, or spelled right where they are not in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from shopgraph.connectors.search.analysis import quantity_forms, stop_words, surface, words
from shopgraph.connectors.search.documents import CatalogFacts
from shopgraph.connectors.search.kinds import HEAD_FIRST, parts
from shopgraph.connectors.search.words_index import Phrase

MISSPELT = 0.8
"""How much a nearest spelling counts beside the very word typed."""
_SPELLINGS = 4
_HALF = 2
"""Letters that each half of words written as one has at least."""
_OFTEN = 3
"""Documents that hold a word before a query is read anew for its sake; and times as many as hold the other spelling."""
LONGEST = 40
"""Letters of a word that is still looked at for two, and for how it is spelled."""
_MOST = 50
"""Documents with two words side by side that are counted."""
_NEARLY_ALWAYS = 10
"""Documents with a compound for each one that holds its parts as two words, before two words are read as it."""

Together = Callable[[Sequence[Phrase], int], int]
"""How many documents hold all of these phrases, counted up to a limit."""


@dataclass(frozen=True, kw_only=True)
class QueryWord:
    """One word of a query."""

    word: str
    """As an index holds it; it may be in no document."""
    said: str
    """As it is embedded: typed, or written right."""
    spellings: Mapping[str, float]
    """The catalog's nearest words, with how much they count; for a word that it has not."""
    halves: tuple[str, ...] = ()
    """What was typed as two words and is read as this one."""
    kind: bool = False
    """It says what is looked for; the others say what it is like, or for what."""


def query_words(text: str, facts: CatalogFacts, together: Together) -> tuple[QueryWord, ...]:
    """The words of the text without stop words.

    A quantity (`27inch`) is one word where the catalog has it in any unit, else its number. A word that the catalog has
    not is parted where it has both halves (`cameracase`), else it gets the nearest spellings. Two words become one
    where the catalog nearly always writes them so (`head set`).
    """
    found: list[QueryWord] = []
    head = 0 if facts.language in HEAD_FIRST else -1
    for part in parts(text):
        more = _in_one(part, facts, together)
        if more and not found:
            more[head] = replace(more[head], kind=True)
        found += more
    return tuple(found)


def compound(one: str, other: str, facts: CatalogFacts) -> str:
    """The catalog's word that two words make when written as one; empty when it has none."""
    joined = (words(one + other, facts.language) or [""])[0]
    return joined if _many(joined, facts) and joined not in words(f"{one} {other}", facts.language) else ""


def _in_one(text: str, facts: CatalogFacts, together: Together) -> list[QueryWord]:
    typed: list[QueryWord] = []
    unsaid = stop_words(facts.language)
    for written in surface(text, facts.language):
        if written not in unsaid:
            typed += _read(written, facts, together)
    found: list[QueryWord] = []
    for word in typed:
        joined = _as_one(found[-1], word, facts, together) if found else None
        if joined is not None:
            found[-1] = joined
        else:
            found.append(word)
    return found


def _read(written: str, facts: CatalogFacts, together: Together) -> list[QueryWord]:
    (word, *rest) = words(written, facts.language) or [written]
    if rest and any(_many(form, facts) for form in (rest[0], *quantity_forms(rest[0]))):
        word = rest[0]
    if any(_many(form, facts) for form in (word, *quantity_forms(word))):
        if facts.apart.get(word, 0) <= _many(word, facts):
            form = facts.forms.get(word, word)
            return [QueryWord(word=word, said=form if written in (f"{form}s", f"{form}es") else written, spellings={})]
        halves = _parted(written, facts, together, _many(word, facts))
        return halves or [QueryWord(word=word, said=written, spellings={})]
    near = _spelt_like(written, word, facts, 1)
    if halves := _parted(written, facts, together, _OFTEN * max((_many(each, facts) for each in near), default=0)):
        return halves
    near = near or _spelt_like(written, word, facts, 2)
    if not near:
        return [QueryWord(word=word, said=written, spellings={})]
    word = next(iter(near))
    return [QueryWord(word=word, said=facts.forms.get(word, word), spellings=near)]


def _as_one(one: QueryWord, other: QueryWord, facts: CatalogFacts, together: Together) -> QueryWord | None:
    """The two as one word, where many documents write them so, none as two words, and few hold the two at all."""
    if one.spellings or other.spellings or one.halves:
        return None
    joined = compound(one.said, other.said, facts)
    least = _many(joined, facts) // _NEARLY_ALWAYS
    if not joined or facts.apart.get(joined) or _many(joined, facts) < _OFTEN:
        return None
    known = one.word in facts.holders and other.word in facts.holders
    if known and together([(one.word,), (other.word,)], least + 1) > least:
        return None
    return QueryWord(word=joined, said=one.said + other.said, spellings={}, halves=(one.word, other.word))


def _parted(written: str, facts: CatalogFacts, together: Together, least: int) -> list[QueryWord]:
    """Two words of the catalog that were written as one; empty when there are none that `least` documents hold each.

    Of several such pairs the one that most documents have side by side; where none has, the one whose rarer word is
    held most: single words are told from each other by how often they are used (Norvig 2009, Natural Language Corpus
    Data).
    """
    best: tuple[int, int] = 0, max(least, _OFTEN) - 1
    found: list[QueryWord] = []
    for at in range(1, len(written) if len(written) <= LONGEST else 0):
        halves = written[:at], written[at:]
        if not _is_half(halves):
            continue
        both = [words(half, facts.language) for half in halves]
        if len(both[0]) != 1 or len(both[1]) != 1:
            continue
        held = min(_many(each[0], facts) for each in both)
        if held < max(1, least):
            continue
        fit = together([(both[0][0], both[1][0])], _MOST), held
        if fit > best:
            best = fit
            found = [QueryWord(word=each[0], said=half, spellings={}) for each, half in zip(both, halves, strict=True)]
    return found


def _is_half(halves: tuple[str, str]) -> bool:
    """A letter alone is none, a digit is."""
    one, other = halves
    return (len(one) >= _HALF or one.isdigit()) and (len(other) >= _HALF or other.isdigit())


def _spelt_like(written: str, word: str, facts: CatalogFacts, edits: int) -> dict[str, float]:
    """The catalog's words that differ by at most one edit (from three letters on) or two (from six), the nearest only.

    An edit is a letter more, less, changed, or swapped with its neighbor (optimal string alignment). The first letter
    is taken to be right. Words with digits are numbers and models: they are not corrected. Words are compared as they
    are written, without endings only where nothing is near so.
    """
    if not 3 <= len(written) <= LONGEST or any(character.isdigit() for character in written):
        return {}
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    known = facts.by_letter.get(written[0], {})
    for text, choices in ((written, list(known)), (word, list(known.values()))):
        allowed = 1 if len(text) < 6 else edits
        near = extract(text, choices, scorer=OSA.distance, score_cutoff=allowed, limit=None)
        if near:
            least = min(distance for _, distance, _ in near)
            closest = {known.get(found, found) for found, distance, _ in near if distance == least}
            best = sorted(closest, key=lambda found: (-_many(found, facts), found))[:_SPELLINGS]
            return dict.fromkeys(best, MISSPELT * (1 - least / (len(text) + 1)))
    return {}


def _many(word: str, facts: CatalogFacts) -> int:
    return facts.holders.get(word, (0, 0))[1]

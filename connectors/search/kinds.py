"""What a text says a thing is: the last word before it goes on to say what the thing is like, or what it is for.

"Leather case for tablets, black" is a case. A product whose title, description or category ends so in the word that a
query ends in is that thing; another that holds the word has it, or is made for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import pairwise

from shopgraph.connectors.search.analysis import plain, stem, words

_GOES_ON = (
    "with", "w/", "for", "f/", "f", "from", "by", "in", "on", "and", "or", "incl", "including", "without", "w/o",
    "of", "fits", "per", "mit", "ohne", "fur", "von", "und", "aus",
)  # fmt: skip
"""Words after which a text no longer says what the thing is, in English and German."""
_CUT = re.compile(
    rf"(?:^|\s+)(?:[-–—+&]|{'|'.join(map(re.escape, _GOES_ON))})(?=\s|$)|\b[wf]/|[,;:(|!?]|\.(?=\s|$)", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+(?:(?:\.|__?)[^\W_]+)*")
HEAD_FIRST = frozenset(("fr", "es"))
"""Languages in which the first word says what a thing is."""
_NAMES_A_KIND = frozenset(("type", "product type"))
_LONGEST = 40
"""Letters of an attribute's value that a title may repeat; longer ones are texts."""


def parts(text: str) -> tuple[str, ...]:
    """The text up to where it goes on to say more, and each part that says more, with the word it begins with."""
    starts = [0, *(cut.start() for cut in _CUT.finditer(text)), len(text)]
    return tuple(text[start:end] for start, end in pairwise(starts))


def kinds(
    title: str, description: str, category: str, attributes: Iterable[tuple[str, str]], language: str = "en"
) -> frozenset[str]:
    """What the product is, in words of the index; mostly one or two. French and Spanish say it first ("robe bleue").

    Titles often end in values ("headset black"): whole values of the product's own attributes are passed over, and
    words with digits.
    """
    values = {
        part
        for name, value in attributes
        if name.casefold() not in _NAMES_A_KIND and len(value) < _LONGEST
        for part in _value(value)
    }
    if language in HEAD_FIRST:
        # What an article or a number stands before is named all the same.
        return frozenset(word for text in (category, title) for word in words(text, language)[:1])
    found = set(words(category, language)[-1:])
    for text in (title, description):
        said = _last(_WORD.findall(parts(plain(text, language))[0]), values)
        found.update(stem(word, language) for word in said)
    return frozenset(found)


@lru_cache(maxsize=50_000)
def _value(value: str) -> tuple[tuple[str, ...], ...]:
    """The words of each value of a list of values; many products have the same."""
    return tuple(tuple(_WORD.findall(part)) for part in re.split("[,/;]", plain(value)))


def _last(said: list[str], values: Collection[tuple[str, ...]]) -> list[str]:
    """The last word that is neither of a value at the end, nor a letter, nor has digits; none when all are such."""
    while said:
        least = 1 if len(said[-1]) < 2 or any(map(str.isdigit, said[-1])) else 0
        passed = max((size for size in range(1, len(said) + 1) if tuple(said[-size:]) in values), default=least)
        if not passed:
            return said[-1:]
        said = said[:-passed]
    return []

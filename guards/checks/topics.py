"""What a sentence can be about, as bits of one number: so that a check skips in one step what is not for it.

A topic is a set of words of which a word's first four letters are kept: enough to know that a pattern cannot match,
never enough to know that it does. A topic can also be the words themselves, or a test of a word: then its bit tells
for sure. Topics are declared while modules load, before the first text is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import count

from shopgraph.kept import Kept

_BITS: dict[str, int] = {}
"""First four letters of a word to the topics that it belongs to."""
_WHOLE: dict[str, int] = {}
"""Words to the topics that are of them as they are."""
_TESTS: list[tuple[int, Callable[[str], bool]]] = []
"""Topics that a test of a word tells."""
_NEXT = count()
_HEADS = re.compile(
    "rabatt|nachlass|aktion|gutschein|code|kosten|gebühr|versand|liefer|preis|steuer|garantie|summe|erstatt|spar|soldes"
)
"""What German compounds end with, or begin with: a Neukundenrabatt is a Rabatt."""


def topic(words: str) -> int:
    """A new topic: the bit that a text has when one of the words, or one that begins like it, stands in it.

    A word behind "=" is meant as it is, and no other that begins like it.
    """
    bit = 1 << next(_NEXT)
    _LEARNED.clear()
    for word in words.split():
        if word.startswith("="):
            _WHOLE[word[1:]] = _WHOLE.get(word[1:], 0) | bit
        else:
            _BITS[word[:4]] = _BITS.get(word[:4], 0) | bit
    return bit


def exact(words: Iterable[str]) -> int:
    """A new topic: the bit that a text has when one of the words stands in it, no other that begins like it."""
    bit = 1 << next(_NEXT)
    _LEARNED.clear()
    for word in words:
        _WHOLE[word] = _WHOLE.get(word, 0) | bit
    return bit


def tested(test: Callable[[str], bool]) -> int:
    """A new topic: the bit that a text has when one of its words passes the test, which is made once for a word."""
    bit = 1 << next(_NEXT)
    _LEARNED.clear()
    _TESTS.append((bit, test))
    return bit


def topics_of(words: Iterable[str], low: str) -> int:
    """The topics of a text in lower case; `words` are its runs of letters."""
    found = _BITS["%"] if "%" in low else 0
    for bits in map(_topics_of_word, words):
        found |= bits
    return found


_MOST = 20_000
"""Words that are kept: a few megabytes at most."""


class _Learned(Kept[str, int]):
    """Words seen lately to their topics: most words of a text were in another one before."""

    def __missing__(self, word: str) -> int:
        bits = _BITS.get(word[:4], 0) | _WHOLE.get(word, 0)
        for bit, test in _TESTS:
            if test(word):
                bits |= bit
        if len(word) > 9:
            for head in _HEADS.findall(word):
                bits |= _BITS.get(head[:4], 0)
        if len(self) >= _MOST:
            self.clear()
        if len(word) < 40:
            self[word] = bits
        return bits


_LEARNED = _Learned()
_topics_of_word = _LEARNED.__getitem__

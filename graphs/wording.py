"""Words of a message, as far as deterministic code needs them."""

from __future__ import annotations

import re
from difflib import get_close_matches

_LONG = 5
_CLOSE = 0.85
"""How alike a mistyped word must be; "shirt" and "skirt" are 0.8."""
WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_STOP = frozenset(
    """a an and the my your i it is in on of for to with that this from one please want would like return exchange
    cancel order item items back size color colour change swap""".split()  # noqa: SIM905 - one list of words
)


def words(text: str) -> frozenset[str]:
    """The words of a text, lower case, simple plurals folded, without those that say nothing."""
    found = {word.lower() for word in WORD.findall(text)}
    return frozenset(fold(word) for word in found if word not in _STOP)


def fold(word: str) -> str:
    """A word without a plural's s."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def coverage(title: str, said: frozenset[str]) -> float:
    """The share of a title's words that were said; 0 for a title without words."""
    wanted = words(title)
    return sum(spoken(word, said) for word in wanted) / len(wanted) if wanted else 0.0


def spoken(word: str, said: frozenset[str]) -> bool:
    """Whether a word was said, or mistyped by a letter or so when it is long enough to be known by the rest."""
    return word in said or (
        len(word) >= _LONG and bool(get_close_matches(word, [w for w in said if len(w) >= _LONG], n=1, cutoff=_CLOSE))
    )


def head(title: str) -> str:
    """The last word of a title, which is what the thing is: "dress" of "Blue Wrap Dress"."""
    found = WORD.findall(title)
    return fold(found[-1].lower()) if found else ""


_NUMBERS = {
    "a": 1, "an": 1, "single": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(_NUMBERS)})"
_OF = r"\s+(?:(?:x|of)\s+)?(?:(?:the|my|these|those|your)\s+)?"


def quantity_of(text: str, title: str, *, alone: bool) -> int | None:
    """How many of a thing a text names: "two of the mugs", "a mug"; with `alone`, "just one of them" as well."""
    name = re.escape(head(title))
    patterns = [rf"\b{_COUNT}{_OF}(?:[\w-]+\s+){{0,2}}?{name}s?\b"] if name else []
    if alone:
        patterns += [rf"\b(?:just|only)\s+{_COUNT}\b", rf"\b{_COUNT}\s+of\s+(?:them|these|those|each)\b"]
    for pattern in patterns:
        if found := re.search(pattern, text, re.I):
            said = found["count"].lower()
            return int(said) if said.isdigit() else _NUMBERS[said]
    return None

"""What each sentence of a draft speaks of: the products it names, else those that the one before named."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from shopgraph.guards.checks.known import Known
from shopgraph.guards.checks.names import Mention
from shopgraph.guards.checks.text import Sentence, sentences, whole_words
from shopgraph.guards.checks.units import ASPECTS
from shopgraph.kept import kept


class Manner(StrEnum):
    """How a sentence comes to speak of products."""

    NAMED = "named"
    PARTLY = "partly"
    """It says a word that only their name holds."""
    CARRIED = "carried"
    """A sentence before named them: "It has ..."."""
    UNNAMED = "unnamed"


class Subject(NamedTuple):
    """The products that a sentence speaks of; none when it is unnamed."""

    manner: Manner
    products: Sequence[Mention]
    names: Sequence[Mention]
    """Everything of the facts that the sentence names, orders too."""


_OF_THE_SHOP = whole_words(
    "our we us store shop shipping delivery parcel order orders refund website unser unsere unserem unseren wir uns "
    "laden versand lieferung bestellung paket erstattung nous notre nos magasin boutique livraison commande colis "
    "remboursement you your du sie ihre ihr vous votre vos"
)
"""A sentence with one of these and no name is not about the product before."""
_CONTRAST = whole_words(
    "while whereas each both compared than but versus während jeweils als aber tandis chaque que mais mientras "
    "cada pero"
)
"""A sentence with one of these may speak of a further product by half its name."""
_ANY_ONE = whole_words("a an any some another most ein eine jeder jede une quelque chaque una cualquier otro")
"""A sentence that begins with one of these speaks of something else."""
_IT = whole_words("it its they their er es sein seine seiner seinem sie il elle ils elles son sa ses leur leurs")


class Subjects:
    """The subjects of a text's sentences, each found when it is asked for."""

    def __init__(self, text: str, known: Known) -> None:
        self._sentences = sentences(text)
        self._known = known
        self._names = known.mentions(text)
        self._named: dict[int, Subject] = {}

    def of(self, place: int) -> Subject:
        """That of the sentence at a place of their order."""
        subject = self._here(place)
        if subject.products or not _goes_on(self._sentences[place]):
            return subject
        for before in range(place - 1, -1, -1):
            earlier = self._here(before)
            if earlier.products:
                return Subject(Manner.CARRIED, earlier.products, subject.names)
        return subject

    def _here(self, place: int) -> Subject:
        kept = self._named.get(place)
        if kept is None:
            kept = self._named[place] = self._read(self._sentences[place])
        return kept

    def _read(self, sentence: Sentence) -> Subject:
        begin = bisect_left(self._names, (sentence.start,))
        names = self._names[begin : bisect_left(self._names, (sentence.end,))]
        products = [mention for mention in names if self._known.variants(mention.key)]
        if products and _CONTRAST.isdisjoint(sentence.words):
            return Subject(Manner.NAMED, products, names)
        taken = [(mention.start, mention.end) for mention in names]
        parts = [
            part
            for part in by_parts(sentence, self._known.parts)
            if not any(begin <= part.start < end for begin, end in taken)
        ]
        if not parts:
            return Subject(Manner.NAMED if products else Manner.UNNAMED, products, names)
        everything = sorted([*names, *parts])
        return Subject(Manner.NAMED if products else Manner.PARTLY, sorted([*products, *parts]), everything)


@kept
@lru_cache(maxsize=2)  # two checks of a chain ask for those of the same text
def subjects(text: str, known: Known) -> Subjects:
    """The subjects of each of the text's sentences."""
    return Subjects(text, known)


_SHORT = re.compile(r"\b(?:a|an|one|the|ein|eine|einen|der|die|das|un|une|le|la|una|el) $")
"""Before a word of three letters: it is a thing."""


def by_parts(sentence: Sentence, parts: Mapping[str, str]) -> list[Mention]:
    """Products of which it says a word that only their name holds: "the tent" of several things."""
    found: list[Mention] = []
    for word in sentence.words if parts else ():
        if word in parts and (len(word) > 3 or _SHORT.search(sentence.low[: sentence.low.find(f" {word}") + 1])):
            place = sentence.start + sentence.low.find(word)
            found.append(Mention(place, place + len(word), parts[word]))
    return found


def _singular(word: str) -> str:
    """Without a plural's s or n: the cable is one of the cables."""
    return word[:-1] if word.endswith(("s", "n")) else word


def _goes_on(sentence: Sentence) -> bool:
    """Whether it speaks on of the product before: by a pronoun, or without any word of the shop or the customer."""
    words = sentence.words
    if words and words[0] in _ANY_ONE and not any(word in ASPECTS for word in words[1:3]):
        return False
    return bool(words) and (words[0] in _IT or _OF_THE_SHOP.isdisjoint(words))


def blanked(sentence: Sentence, names: Sequence[Mention]) -> str:
    """The sentence in lower case with numbers in digits and without names, every letter at its place."""
    digits = sentence.digits
    for mention in names:
        start, end = mention.start - sentence.start, mention.end - sentence.start
        digits = f"{digits[:start]}{' ' * (end - start)}{digits[end:]}"
    return digits

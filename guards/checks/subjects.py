"""What each sentence of a draft speaks of: the products it names, else those that the one before named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from shopgraph.guards.checks.known import Known, per_facts
from shopgraph.guards.checks.names import Mention
from shopgraph.guards.checks.text import Sentence, sentences, whole_words, words_of
from shopgraph.guards.facts import Facts


class Manner(StrEnum):
    """How a sentence comes to speak of products."""

    NAMED = "named"
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
_IT = whole_words("it its they their er es sein seine seiner seinem sie il elle ils elles son sa ses leur leurs")


_NO_NAME = whole_words(
    "order orders sale card gift delivery shipping return refund price discount code total item items offer stock size "
    "color colour store shop bestellung lieferung preis commande prix livraison "
    "pack packs pair with from your mini maxi plus light dark black white blue green grey grau blau grün schwarz weiß "
    "noir blanc bleu vert rouge rosa gold silver small large extra free organic natural classic premium home kitchen "
    "garden water inch page pages piece pieces best good great this that these avec pour sans mit ohne für und dans "
    "notre votre unser kilo litre liter edition édition ausgabe first"
)
"""Words of a name that may stand anywhere."""


@per_facts
def name_parts(facts: Facts) -> Mapping[str, str]:
    """Words of more than three letters that stand in the name of one product only, and that name."""
    holders: dict[str, set[str]] = {}
    for product in facts.products:
        name = product.name.lower()
        for word in words_of(name):
            if len(word) > 3 and word not in _NO_NAME:
                holders.setdefault(word, set()).add(name)
    return {word: next(iter(names)) for word, names in holders.items() if len(names) == 1}


@lru_cache(maxsize=2)  # two checks of a chain ask for those of the same text
def subjects(text: str, known: Known) -> Sequence[Subject]:
    """The subject of each of the text's sentences."""
    names = known.mentions(text)
    parts = name_parts(known.facts)
    found: list[Subject] = []
    carried: Sequence[Mention] = ()
    place = 0
    for sentence in sentences(text):
        first = place
        while place < len(names) and names[place].start < sentence.end:
            place += 1
        here = names[first:place]
        products = [mention for mention in here if known.variants(mention.key)]
        if products:
            carried = products
            found.append(Subject(Manner.NAMED, products, here))
        elif parts and (partly := _by_parts(sentence, parts)):
            carried = partly
            found.append(Subject(Manner.NAMED, partly, [*partly, *here]))
        elif carried and _goes_on(sentence):
            found.append(Subject(Manner.CARRIED, carried, here))
        else:
            found.append(Subject(Manner.UNNAMED, (), here))
    return tuple(found)


def _by_parts(sentence: Sentence, parts: Mapping[str, str]) -> list[Mention]:
    """Products of which it says a word that only their name holds: "the tent" of several things."""
    found: list[Mention] = []
    for word in sentence.words:
        if word in parts:
            place = sentence.start + sentence.low.find(word)
            found.append(Mention(place, place + len(word), parts[word]))
    return found


def _goes_on(sentence: Sentence) -> bool:
    """Whether it speaks on of the product before: by a pronoun, or without any word of the shop or the customer."""
    words = sentence.words
    return bool(words) and (words[0] in _IT or _OF_THE_SHOP.isdisjoint(words))


def blanked(sentence: Sentence, names: Sequence[Mention]) -> str:
    """The sentence in lower case with numbers in digits and without names, every letter at its place."""
    digits = sentence.digits
    for mention in names:
        start, end = mention.start - sentence.start, mention.end - sentence.start
        digits = f"{digits[:start]}{' ' * (end - start)}{digits[end:]}"
    return digits

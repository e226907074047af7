"""Codes and versions of products: IP67, A5, E27, Bluetooth 5.3, energy class A; each as the attributes say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

from shopgraph.guards.checks.base import Finding, replace
from shopgraph.guards.checks.known import known, per_facts
from shopgraph.guards.checks.numbers import write_count
from shopgraph.guards.checks.subjects import Manner, blanked, subjects
from shopgraph.guards.checks.text import sentences, whole_words
from shopgraph.guards.checks.units import THINGS
from shopgraph.guards.facts import Facts, ProductFact

_CODE = re.compile(r"(?<![\w-])([A-Z]{1,4})-?(\d{1,4})(?![\w-])")
_CODE_SIGN = re.compile(r"[A-Z]-?\d")
"""Stands in every code; it begins with a set, which is fast to find."""
_VERSION = re.compile(r"\d{1,3}(?:\.\d{1,2})?|[A-G]\+{0,3}")
_VERSION_ENDS = frozenset("ABCDEFG+")
_BEHIND = (
    r"(?:\s(?:is|of|version|class|rating|ist|von|est|de|es|:))?\s?:?\s?"
    r"(?P<value>\d{1,20}(?:[.,]\d{1,2})?|[A-G]\+{0,3})(?![\w%+]|[.,]\d)"
)
_NO_NAMES = whole_words(
    "size sizes weight width height depth length price stock pages pieces volume capacity power battery warranty "
    "age rating "
    "reviews groesse größe gewicht breite höhe tiefe länge preis seiten teile volumen inhalt leistung garantie "
    "alter taille "
    "poids largeur hauteur prix pièces puissance garantie age âge color colour colors farbe material matière"
)
"""What is measured is read with its unit, not by its name."""


class _Codes:
    """A product's codes by their letters, and its versions by the names of its attributes."""

    def __init__(self, product: ProductFact, *, versions_told: bool) -> None:
        self._product = product
        versions: dict[str, str] = {}
        for name, value in product.attributes.items() if versions_told else ():
            if _VERSION.fullmatch(value.strip()) is None:
                continue
            word = name.lower().replace("_", " ").strip()
            if word not in _NO_NAMES and word not in THINGS and word.isalpha() and len(word) > 3:
                versions[word] = value.strip()
        self.versions: Mapping[str, str] = MappingProxyType(versions)

    @cached_property
    def by_letters(self) -> Mapping[str, Sequence[str]]:
        """Codes by their letters."""
        found: dict[str, list[str]] = {}
        for value in self._product.attributes.values():
            for code in _CODE.finditer(value):
                found.setdefault(code[1], []).append(code[0])
        return MappingProxyType(found)


@per_facts
def _codes(facts: Facts) -> Sequence[_Codes] | None:
    """Those of each product; None where no product has an attribute."""
    values = [value for product in facts.products for value in product.attributes.values()]
    ends = {value.rstrip()[-1:] for value in values}
    told = not _VERSION_ENDS.isdisjoint(ends) or any(end.isdecimal() for end in ends)
    return [_Codes(product, versions_told=told) for product in facts.products] if values else None


def find_wrong_codes(text: str, facts: Facts) -> Iterator[Finding]:
    """Codes and versions of a product that are not its own."""
    codes = _codes(facts)
    if codes is None:
        return
    ours = known(facts)
    versions = {name for one in codes for name in one.versions}
    if not versions and not _CODE_SIGN.search(text):
        return
    spoken = subjects(text, ours)
    for place, sentence in enumerate(sentences(text)):
        if sentence.asks or not (_CODE.search(sentence.text) or any(name in sentence.low for name in versions)):
            continue
        subject = spoken.of(place)
        if subject.manner not in (Manner.NAMED, Manner.CARRIED):
            continue
        products = [product for mention in subject.products for product in ours.variants(mention.key)]
        if len({product.name for product in products}) != 1:
            continue
        own = codes[next(i for i, product in enumerate(facts.products) if product is products[0])]
        names = [(mention.start - sentence.start, mention.end - sentence.start) for mention in subject.names]
        for found in _CODE.finditer(sentence.text) if own.by_letters else ():
            right = own.by_letters.get(found[1])
            inside = any(start <= found.start() < end for start, end in names)
            if right is None or inside or len(right) != 1 or found[0].replace("-", "") == right[0].replace("-", ""):
                continue
            begin = sentence.start + found.start()
            yield replace(begin, begin + len(found[0]), right[0], f"The fact is {right[0]}.")
        low = blanked(sentence, subject.names)
        for name, value in own.versions.items():
            said = re.search(rf"\b{name}{_BEHIND}", low, re.I) if name in low else None
            if said and (said["value"].lstrip("0") or "0").replace(",", ".").upper() != value.upper():
                begin, end = said.span("value")
                after = write_count(int(value), like=sentence.text[begin:end]) if value.isdecimal() else value
                yield replace(sentence.start + begin, sentence.start + end, after, f"The fact is {value}.")

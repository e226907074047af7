"""What of a product is searched: its own words in three parts, and what the whole catalog knows of them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from shopgraph.connectors.ports import CatalogPort
from shopgraph.connectors.search.analysis import words
from shopgraph.domain import Product, ProductVariant

FORM = 1
"""Of what an index holds; a new one is made when it changes."""
_YES = frozenset(("yes", "true"))
_NO = frozenset(("no", "false"))
_COLOR = ("color", "colour")
_DESCRIBED = 600
"""Characters of a description that are embedded: vectors of long texts are all alike."""


@dataclass(frozen=True, kw_only=True)
class SearchDocument:
    """One product's words. `marks` are words like `size_m`, `color_blue` and `brand_acme` that no text holds."""

    id: str
    title: tuple[str, ...]
    body: tuple[str, ...]
    """Of the description."""
    rest: tuple[str, ...]
    """Of category, brand, attributes and variants; without marks."""
    marks: tuple[str, ...]
    brand: str
    text: str
    """What is embedded."""


@dataclass(frozen=True, kw_only=True)
class CatalogFacts:
    """What ranking and understanding need to know of all documents together."""

    count: int
    short: float
    """Mean length of title and description, in words."""
    whole: float
    """Mean length of everything."""
    holders: Mapping[str, tuple[int, int]]
    """Word to how many documents hold it in title or description, and anywhere."""
    brands: Mapping[str, str]
    """A brand's words, joined by spaces, to its name."""
    colors: frozenset[str]
    sizes: frozenset[str]
    """Written as in marks, without `size_`."""
    denied: frozenset[str]
    """Words after a "no" or "not" in a title ("No Frost"): in a query, too, these belong to a name."""

    @cached_property
    def by_letter(self) -> Mapping[str, tuple[str, ...]]:
        """The words without digits, by their first letter; for spelling."""
        letters: dict[str, list[str]] = defaultdict(list)
        for word in self.holders:
            if len(word) > 2 and not any(character.isdigit() for character in word):
                letters[word[0]].append(word)
        return {letter: tuple(some) for letter, some in letters.items()}

    def dump(self) -> str:
        """As JSON, for `load`."""
        names = ("count", "short", "whole", "holders", "brands")
        sets = {name: sorted(getattr(self, name)) for name in ("colors", "sizes", "denied")}
        return json.dumps({name: getattr(self, name) for name in names} | sets, ensure_ascii=False)

    @classmethod
    def load(cls, text: str) -> CatalogFacts:
        """What `dump` wrote."""
        found = json.loads(text)
        return CatalogFacts(
            count=found["count"],
            short=found["short"],
            whole=found["whole"],
            holders={word: (short, whole) for word, (short, whole) in found["holders"].items()},
            brands=found["brands"],
            colors=frozenset(found["colors"]),
            sizes=frozenset(found["sizes"]),
            denied=frozenset(found["denied"]),
        )


async def read_documents(catalog: CatalogPort) -> tuple[SearchDocument, ...]:
    """Every product of the catalog, with the options of its variants."""
    return tuple([document(product, await catalog.variants(product.id)) for product in await catalog.all_products()])


def document(product: Product, variants: Iterable[ProductVariant] = ()) -> SearchDocument:
    """One product's words."""
    named = [*product.attributes.items(), *(option for variant in variants for option in variant.options.items())]
    named = list(dict.fromkeys(named))
    said = []
    for name, value in named:
        plain = value.strip().casefold()
        if plain in _YES:
            said.append(name.replace("_", " "))  # "bluetooth: yes" is found as "bluetooth"
        elif plain not in _NO:
            said.append(value)
    brand = " ".join(words(product.brand))
    return SearchDocument(
        id=product.id,
        title=tuple(words(product.title)),
        body=tuple(words(product.description)),
        rest=tuple(words(" . ".join((product.category, product.brand, *said)))),
        marks=tuple(dict.fromkeys((*_marks(named), *([f"brand_{brand.replace(' ', '_')}"] if brand else [])))),
        brand=product.brand,
        text=f"{product.title}. {product.title} {product.description[:_DESCRIBED]}".strip(),
    )


def facts_of(documents: Sequence[SearchDocument]) -> CatalogFacts:
    """Count what the documents hold."""
    short: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    lengths = [0, 0]
    for each in documents:
        said = (*each.title, *each.body)
        short.update(set(said))
        whole.update({*said, *each.rest})
        lengths[0] += len(said)
        lengths[1] += len(said) + len(each.rest)
    many = max(1, len(documents))
    marks = {mark for each in documents for mark in each.marks}
    return CatalogFacts(
        count=len(documents),
        short=lengths[0] / many or 1.0,
        whole=lengths[1] / many or 1.0,
        holders={word: (short[word], count) for word, count in sorted(whole.items())},
        brands={" ".join(words(brand)): brand for brand in sorted({each.brand for each in documents}) if words(brand)},
        colors=frozenset(mark.removeprefix("color_") for mark in marks if mark.startswith("color_")),
        sizes=frozenset(mark.removeprefix("size_") for mark in marks if mark.startswith("size_")),
        denied=frozenset(after for each in documents for word, after in pairwise(each.title) if word in ("no", "not")),
    )


def key_of(documents: Sequence[SearchDocument], model: str) -> str:
    """A name for exactly this content, embedded by that model: an unchanged catalog is not indexed twice."""
    digest = hashlib.sha256(json.dumps([FORM, model]).encode())
    for each in sorted(documents, key=lambda one: one.id):
        parts = [each.id, each.title, each.body, each.rest, each.marks, each.brand, each.text]
        digest.update(json.dumps(parts, ensure_ascii=False).encode())
    return digest.hexdigest()[:24]


def _marks(named: Iterable[tuple[str, str]]) -> list[str]:
    found = []
    for name, value in named:
        last = name.casefold().replace("_", " ").split()[-1:]
        if last and last[0] in _COLOR:
            found += [f"color_{word}" for word in words(value)]
        elif last == ["size"]:
            found.append("size_" + "_".join(words(value)))
    return found

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
from shopgraph.connectors.search.analysis import stem, surface, words
from shopgraph.connectors.search.kinds import kinds
from shopgraph.domain import Product, ProductVariant

FORM = 2
"""Of what an index holds; a new one is made when it changes."""
_YES = frozenset(("yes", "true"))
_NO = frozenset(("no", "false"))
_COLOR = ("color", "colour")
_DESCRIBED = 600
"""Characters of a description that are embedded: vectors of long texts are all alike."""


@dataclass(frozen=True, kw_only=True)
class SearchDocument:
    """One product's words. `marks` are words like `size_m`, `color_blue`, `brand_acme` and `is_dress`: no text holds
    them."""

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
    language: str = "en"


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
    forms: Mapping[str, str]
    """A word to the form in which titles and descriptions mostly write it, where that is another."""
    apart: Mapping[str, int]
    """A compound to how many documents write it as two words, where some do."""
    language: str = "en"
    """Of the documents; a query is read in it, too."""

    @cached_property
    def by_letter(self) -> Mapping[str, Mapping[str, str]]:
        """The words without digits as they are mostly written, each to the word of the index, by their first letter;
        for spelling."""
        letters: dict[str, dict[str, str]] = defaultdict(dict)
        for word in self.holders:
            if len(word) > 2 and not any(character.isdigit() for character in word):
                letters[word[0]][self.forms.get(word, word)] = word
        return dict(letters)

    def dump(self) -> str:
        """As JSON, for `load`."""
        names = ("count", "short", "whole", "holders", "brands", "forms", "apart", "language")
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
            forms=found["forms"],
            apart=found["apart"],
            language=found.get("language", "en"),
        )


async def read_documents(catalog: CatalogPort, language: str = "en") -> tuple[SearchDocument, ...]:
    """Every product of the catalog, with the options of its variants."""
    products = await catalog.all_products()
    return tuple([document(product, await catalog.variants(product.id), language) for product in products])


def document(product: Product, variants: Iterable[ProductVariant] = (), language: str = "en") -> SearchDocument:
    """One product's words, in the language that it is written in."""
    named = [*product.attributes.items(), *(option for variant in variants for option in variant.options.items())]
    named = list(dict.fromkeys(named))
    said = []
    for name, value in named:
        plain = value.strip().casefold()
        if plain in _YES:
            said.append(name.replace("_", " "))  # "bluetooth: yes" is found as "bluetooth"
        elif plain not in _NO:
            said.append(value)
    return SearchDocument(
        id=product.id,
        title=tuple(words(product.title, language)),
        body=tuple(words(product.description, language)),
        rest=tuple(words(" . ".join((product.category, product.brand, *said)), language)),
        marks=_marks(product, named, language),
        brand=product.brand,
        text=f"{product.title}. {product.title} {product.description[:_DESCRIBED]}".strip(),
        language=language,
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
    language = documents[0].language if documents else "en"
    forms = _forms(documents, language)
    compounds = Counter(pair for each in documents for pair in _pairs(each, whole, forms))
    marks = {mark for each in documents for mark in each.marks}
    return CatalogFacts(
        count=len(documents),
        short=lengths[0] / many or 1.0,
        whole=lengths[1] / many or 1.0,
        holders={word: (short[word], count) for word, count in sorted(whole.items())},
        brands={
            " ".join(words(brand, language)): brand
            for brand in sorted({each.brand for each in documents})
            if words(brand, language)
        },
        colors=frozenset(mark.removeprefix("color_") for mark in marks if mark.startswith("color_")),
        sizes=frozenset(mark.removeprefix("size_") for mark in marks if mark.startswith("size_")),
        denied=frozenset(after for each in documents for word, after in pairwise(each.title) if word in ("no", "not")),
        forms=forms,
        apart=dict(sorted(compounds.items())),
        language=language,
    )


def _pairs(each: SearchDocument, known: Mapping[str, int], forms: Mapping[str, str]) -> set[str]:
    """The compounds that two neighboring words of the document make, of those that the catalog has."""
    found = set()
    for part in (each.title, each.body, each.rest):
        for one, other in pairwise(part):
            joined = forms.get(one, one) + other
            for word in (joined, joined[:-1]):  # the ending of the second word may be one of the compound, too
                if word in known and word not in (one, other):
                    found.add(word)
    return found


def _forms(documents: Sequence[SearchDocument], language: str) -> dict[str, str]:
    written = Counter(word for each in documents for word in surface(each.text, language))
    found: dict[str, str] = {}
    for word, _ in sorted(written.items(), key=lambda item: (-item[1], item[0])):
        found.setdefault(stem(word, language), word)
    return {word: form for word, form in found.items() if form != word}


def key_of(documents: Sequence[SearchDocument], model: str) -> str:
    """A name for exactly this content, embedded by that model: an unchanged catalog is not indexed twice."""
    digest = hashlib.sha256(json.dumps([FORM, model]).encode())
    for each in sorted(documents, key=lambda one: one.id):
        parts = [each.id, each.title, each.body, each.rest, each.marks, each.brand, each.text]
        parts += [each.language] if each.language != "en" else []  # an English index that is there stays good
        digest.update(json.dumps(parts, ensure_ascii=False).encode())
    return digest.hexdigest()[:24]


def _marks(product: Product, named: Sequence[tuple[str, str]], language: str) -> tuple[str, ...]:
    found = []
    for name, value in named:
        last = name.casefold().replace("_", " ").split()[-1:]
        if last and last[0] in _COLOR:
            found += [f"color_{word}" for word in words(value, language)]
        elif last == ["size"]:
            found.append("size_" + "_".join(words(value, language)))
    if brand := words(product.brand, language):
        found.append("brand_" + "_".join(brand))
    found += sorted(
        f"is_{kind}" for kind in kinds(product.title, product.description, product.category, named, language)
    )
    return tuple(dict.fromkeys(found))

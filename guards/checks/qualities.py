"""Qualities of products: waterproof, vegan, of oak, red, paperback, from Crete; each as the product's attributes say.

A quality that the attributes deny, or that stands in none of them, is not claimed; one that they hold is not denied. A
material, a colour, an origin, an author or a kind that differs from the attributes' is put right where they hold one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shopgraph.guards.checks.base import Finding, replace
from shopgraph.guards.checks.denials import DENIED_AHEAD
from shopgraph.guards.checks.known import known, per_facts
from shopgraph.guards.checks.partial import take_claim_out
from shopgraph.guards.checks.qualities_parts import PART_SIGNS, find_wrong_part
from shopgraph.guards.checks.qualities_put import in_the_language_of
from shopgraph.guards.checks.qualities_words import COLOURS, KINDS, KINDS_BY_NAME, MATERIALS, QUALITIES
from shopgraph.guards.checks.subjects import Manner, Subject, blanked, subjects
from shopgraph.guards.checks.text import Sentence, about, sentences, whole_words
from shopgraph.guards.checks.topics import exact, tested
from shopgraph.guards.checks.vocabulary import vocabulary
from shopgraph.guards.facts import Facts, ProductFact

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_QUALITY = {name: re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])") for name, pattern in QUALITIES.items()}
_NO = frozenset({"no", "nein", "non", "false", "none", "not", "n", "0", "keine", "kein", "aucun"})
_YES = frozenset({"yes", "ja", "oui", "sí", "si", "true", "y", "1"})
_NO_BEHIND = re.compile(r"\s?[:=|]\s?(?:no|not|nein|nicht|non|keine?|false|✗|✘|-)(?![\w-])")
_WISHED = re.compile(
    r"\b(?:need|want|looking for|asked|prefer|if|whether|said|mentioned|brauch\w*|such\w*|möcht\w*|falls|wenn|ob"
    r"|cherch\w*|besoin|voulez|si|busca\w*|quier\w*)\b[^.;]{0,60}$"
)
_MADE = re.compile(
    r"\b(?:made (?:entirely |completely )?(?:of|from|out of|with)|crafted (?:from|in)|cut from|knitted from|woven from"
    r"|(?:gefertigt|hergestellt|gemacht|besteht|bestehen|ist|sind)(?: \w+){0,2} aus|en|(?:hech[oa]s?|es|son) de"
    r"|(?:is|are|in) (?:pure|solid|genuine|real|100 ?%)|(?:material|matière|materiale?|composition"
    r"|zusammensetzung)[*_]{0,2} ?:[*_]{0,2})"
    r"\s(?:(?:italian|french|spanish|german|swiss|premium|natural|high-quality|thick|brushed|polished|pure|solid"
    r"|genuine|real|fine|soft|full-grain|recycled|organic|reinem|reiner|massive[mr]?|echtem|echter|pur|pure"
    r"|véritable|massif|massive|puro|pura)\s){0,2}"
    rf"(?P<material>{'|'.join(sorted(MATERIALS, key=lambda word: (-len(word), word)))})\b(?!\s?\d)"
)
_MADE_SIGNS = frozenset(MATERIALS)
_MADE_CUES = whole_words(
    "material matière composition zusammensetzung made crafted cut knitted woven aus en hecho hecha hechos es son "
    "pure solid genuine real"
)
_PURE = re.compile(
    r"\b(?:pure|rein(?:e[rmns]?)?|100 ?%|solid|massive[mrn]?|pur|pura|puro|entirely|completely|nothing but)\b"
)
_NOT_ITSELF = re.compile(
    r"\b(?:packag\w*|box|wrapp\w*|gift bag|pouch|case|handle|lining|sole|strap|lid|verpack\w*|karton|griff|futter"
    r"|sohle|emballage|boîte|doublure|semelle|poignée|funda|caja|suela)\b"
)
_COLOURED = re.compile(
    r"\b(?:in|en|is|are|comes? in|available in|ist|sind|erhältlich in|gibt es in|est|sont|es|color|colour|the|a|der"
    r"|die|das|le|la|un|une|(?:colou?r|farbe|couleur)[*_]{0,2} ?:[*_]{0,2})\s"
    r"(?:the |a |colou?r |classic |deep |bright |dark |light |dem |der |schönem |klassischem |leuchtend |kräftig "
    r"|dunkel"
    r"|hell|vivid |pure |plain |matte |glossy |beautiful |lovely |elegant |un beau |belle )?"
    rf"(?P<colour>{'|'.join(sorted(COLOURS, key=lambda word: (-len(word), word)))})\b"
)
_OFFERED = re.compile(
    r"\b(?:comes? in|available in|offer it in|erhältlich in|gibt es in|lieferbar in|disponible en|existe en"
    r"|se ofrece en)\b"
)
_ONE_COLOUR = re.compile(r"\s?(?:[^\W\d_]+[ -]){0,2}[^\W\d_]+\s?")
_MATERIAL_NAMES = whole_words(
    "material materials materiale matière matiere stoff obermaterial fabric tissu tejido composition zusammensetzung "
    "composición"
)
_COLOUR_NAMES = whole_words("color colour colors colours farbe farben couleur couleurs colores")
_ORIGIN_NAMES = whole_words("origin origine origen herkunft country provenance herkunftsland ursprung made")
_MADE_IN = re.compile(
    r"\b(?:[Mm]ade in|[Pp]roduced in|[Mm]anufactured in|[Hh]andmade in|[Gg]rown in|[Hh]ergestellt in"
    r"|[Gg]efertigt in|[Ff]abriquée?s? (?:en|au|aux)|[Pp]roduite?s? (?:en|au)"
    r"|[Hh]ech[oa]s? en|[Ff]abricad[oa]s? en) (?:the )?(?P<place>[A-ZÄÖÜÉ][\w'’-]+(?: [A-ZÄÖÜÉ][\w'’-]+)?)"
)
_FROM = re.compile(
    r"\b(?:[Cc]omes? from|[Ii]s from|[Aa]re from|[Ss]ourced from|[Ii]mported from|[Kk]ommt aus|[Ss]tammt aus"
    r"|[Vv]ient (?:de|d['’]|du)|[Pp]rovient (?:de|d['’]|du)|[Ee]s de|[Pp]rocede de"
    r"|[Mm]ade in|[Pp]roduced in|[Gg]rown in|[Hh]ergestellt in|[Ff]abriquée?s? (?:en|au)"
    r"|[Hh]ech[oa]s? en) ?(?:the )?(?P<place>[A-ZÄÖÜÉ][\w'’-]+(?: [A-ZÄÖÜÉ][\w'’-]+)?)"
)
_MADE_IN_AHEAD = re.compile(
    r"^(?:made|produced|manufactured|handmade|grown|hergestellt|gefertigt|fabriquée?s?|hech[oa]s?"
    r"|fabricad[oa]s?)\s(?:in|en|au|aux) ",
    re.I,
)
_AUTHOR_NAMES = whole_words("author autor auteur autora artist illustrator editor autrice")
_AUTHOR = re.compile(
    r"\b(?:(?:[Ww]ritten )?by|von|de|par|d['’]) ?(?P<name>[A-ZÄÖÜÉ][\w.'’-]+(?: [A-ZÄÖÜÉ][\w.'’-]+){1,3})"
)


class _Look(NamedTuple):
    """What a text can hold, by its words."""

    qualities: Sequence[str]
    materials: bool
    colours: bool
    kinds: bool
    names: bool
    parts: bool


def find_wrong_qualities(text: str, facts: Facts) -> Iterator[Finding]:
    """Qualities of products that disagree with their attributes, or stand in none."""
    if not facts.products:
        return
    here = about(text)
    names = _named_things(facts)
    if not (here & _QUICK or names or (here & _MADE_TOPIC and here & _MADE_CUE_TOPIC)):
        return
    words = vocabulary(text)
    hits = {word for word in words if word[:5] in _ALL_STEMS or word[:4] in _ALL_STEMS or word[:3] in _ALL_STEMS}
    stems = {word[:size] for word in hits for size in (3, 4, 5)}
    look = _Look(
        qualities=[name for name, own in _STEMS.items() if not own.isdisjoint(stems)],
        materials=not _MADE_SIGNS.isdisjoint(words) and not _MADE_CUES.isdisjoint(words),
        colours=not _COLOUR_SIGNS.isdisjoint(words),
        kinds=not _KIND_SIGNS.isdisjoint(words),
        names=names or not _MADE_IN_SIGNS.isdisjoint(words),
        parts=not PART_SIGNS.isdisjoint(words),
    )
    if not any(look):
        return
    if not look.names:
        hits |= words & _OTHER_SIGNS
    spoken = subjects(text, known(facts))
    for place, sentence in enumerate(sentences(text)):
        if sentence.asks or len(sentence.words) < 2 or (not look.names and hits.isdisjoint(sentence.words)):
            continue
        subject = spoken.of(place)
        if subject.manner is Manner.UNNAMED:
            continue
        products = [product for mention in subject.products for product in known(facts).variants(mention.key)]
        found = _of_sentence(sentence, subject, products, look)
        if found is not None:
            yield found


def _of_sentence(sentence: Sentence, subject: Subject, products: Sequence[ProductFact], look: _Look) -> Finding | None:
    """The first thing that is wrong in it."""
    low = blanked(sentence, subject.names)
    found = next(filter(None, (_quality(name, sentence, low, products, subject) for name in look.qualities)), None)
    if found is None and not PART_SIGNS.isdisjoint(sentence.words):
        found = find_wrong_part(sentence, low, products)
    if found is None and look.materials:
        found = _material(sentence, low, products, subject)
    if found is None and look.colours:
        found = _colour(sentence, low, products, subject)
    if found is None and look.kinds:
        found = _kind(sentence, low, products)
    if found is None and look.names:
        found = _origin(sentence, low, products, subject) or _author(sentence, subject, products)
    return found


def _quality(
    name: str, sentence: Sentence, low: str, products: Sequence[ProductFact], subject: Subject
) -> Finding | None:
    found = _QUALITY[name].search(low)
    if found is None or _WISHED.search(low, 0, found.start()):
        return None
    states = [_state(name, product, found[0][:5]) for product in products]
    denied = DENIED_AHEAD.search(low, 0, found.start()) is not None or _NO_BEHIND.match(low, found.end()) is not None
    if any(state is not denied and state is not None for state in states):
        return None  # one of the products is so
    if denied and not any(states):
        return None
    if subject.manner is Manner.PARTLY and all(state is None for state in states):
        return None  # it may be another product
    reason = f"{sentence.text[found.start() : found.end()]!r} stands in no attribute of it. Leave it out."
    return take_claim_out(sentence, found.start(), found.end(), [found.span()], subject.products, reason)


def _state(name: str, product: ProductFact, stem: str) -> bool | None:
    """Whether a product has a quality, by its attributes and name; None where nothing tells.

    `stem` are the first letters of what is claimed: an attribute of that name tells too.
    """
    pattern = _QUALITY[name]
    for key, value in product.attributes.items():
        said, named = value.strip().lower(), key.lower().replace("_", " ")
        without = _WITHOUT.get(name)
        if pattern.search(named) or (without is None and stem in named):
            return said not in _NO
        if without and without in named:
            return said in _NO  # caffeine: no
        if pattern.search(said):
            return True
    return True if pattern.search(product.name.lower()) else None


_WITHOUT = {
    "caffeinefree": "caffeine",
    "alcoholfree": "alcohol",
    "sugarfree": "sugar",
    "fragrancefree": "fragrance",
    "gluten": "gluten",
    "lactose": "lactose",
    "grainfree": "grain",
}
"""What is free of a thing, by the attribute that says whether the thing is in it."""


def _texts(products: Sequence[ProductFact]) -> str:
    return " ".join(
        [f"{product.name} {' '.join(product.attributes.values())}" for product in products if product.attributes]
        + [product.name for product in products if not product.attributes]
    ).lower()


def _material(sentence: Sentence, low: str, products: Sequence[ProductFact], subject: Subject) -> Finding | None:
    found = _MADE.search(low)
    if found is None or _NOT_ITSELF.search(low) or DENIED_AHEAD.search(low, 0, found.start()):
        return None
    claimed = MATERIALS[found["material"]]
    told = [
        value
        for product in products
        for key, value in product.attributes.items()
        if not _MATERIAL_NAMES.isdisjoint(_WORD.findall(key.lower().replace("_", " ")))
    ]
    texts = " ".join(told).lower() if told else _texts(products)
    held = {MATERIALS[word]: word for word in _WORD.findall(texts) if word in MATERIALS}
    if claimed in held and _PURE.search(found[0]) and len(held) > 1 and "%" in texts:
        reason = f"It is of {told[0]}." if told else "It is of several materials."
        return take_claim_out(sentence, found.start("material"), found.end(), [found.span()], subject.products, reason)
    compound = any(found["material"] in word for word in _WORD.findall(texts))
    if claimed in held or compound or ({claimed, *held} & {"wood"} and held.keys() & _WOODS | ({claimed} & _WOODS)):
        return None
    whole = [
        product.attributes[key]
        for product in products
        for key in product.attributes
        if product.attributes[key].strip().lower() in MATERIALS
    ]
    start, end = found.span("material")
    said, right = sentence.text[start:end], ""
    if not whole and len(set(told)) == 1 and len(held) == 1:
        only = next(iter(held.values()))
        right = told[0] if _WORD.sub("", told[0]).strip() == "" else _as_written(only, told[0])
    elif not whole and len(set(told)) == 1 and not held and _WORD.fullmatch(told[0].strip()):
        right = told[0].strip()
    elif len(set(whole)) == 1 and len(held) == 1:
        right = whole[0].lower() if said[:1].islower() else whole[0]
    if right:
        here, reason = sentence.start, f"It is of {(whole or told)[0]}."
        return replace(here + start, here + end, in_the_language_of(said, right, beside=found[0]), reason)
    reason = f"{found['material']!r} is not what it is made of. Leave it out."
    return take_claim_out(sentence, start, found.end(), [found.span()], subject.products, reason)


_WOODS = whole_words("oak walnut beech pine cedar spruce maple ash birch mahogany teak hickory")


def _as_written(word: str, text: str) -> str:
    """A word in lower case as it stands in the text."""
    place = text.lower().find(word)
    return text[place : place + len(word)]


def _colour(sentence: Sentence, low: str, products: Sequence[ProductFact], subject: Subject) -> Finding | None:
    given = [
        product.attributes[key]
        for product in products
        for key in product.attributes
        if not _COLOUR_NAMES.isdisjoint(_WORD.findall(key.lower().replace("_", " ")))
    ]
    listed = " ".join(given).lower()
    if given and any(char.isdecimal() for char in listed):
        return None
    named = _texts(products)
    held = {COLOURS[word] for word in _WORD.findall(listed + " " + named) if word in COLOURS}
    offered = _OFFERED.search(low)
    for found in _COLOURED.finditer(low):
        colour = COLOURS[found["colour"]]
        if (
            colour in held
            or found["colour"] in named
            or DENIED_AHEAD.search(low, 0, found.start())
            or _WISHED.search(low, 0, found.start())
        ):
            continue
        if not given and offered is None:
            continue
        start, end = found.start("colour"), found.end("colour")
        if (
            len(given) == 1
            and _ONE_COLOUR.fullmatch(listed)
            and sum(word in COLOURS for word in _WORD.findall(listed)) <= 1
        ):
            return replace(sentence.start + start, sentence.start + end, given[0], f"Its colour is {given[0]}.")
        reason = f"It does not come in {found['colour']!r}. Leave it out."
        return take_claim_out(sentence, start, end, [(start, end)], subject.products, reason)
    return None


def _kind(sentence: Sentence, low: str, products: Sequence[ProductFact]) -> Finding | None:
    """A kind that excludes what the attributes say: a paperback is no hardback."""
    said = set(_WORD.findall(low))
    if len(products) != 1:
        return None
    for key, value in products[0].attributes.items():
        own = set(_WORD.findall(value.lower()))
        names = set(_WORD.findall(key.lower().replace("_", " ")))
        groups = list(KINDS)
        groups += [group for about, group in KINDS_BY_NAME if about & names and (about & said or names & said)]
        for group in groups:
            mine = next((words for words in group if words & own), None)
            others = [word for words in group if words is not mine for word in words & said]
            if mine is None or mine & said or len(others) != 1:
                continue
            place = re.search(rf"\b{re.escape(others[0])}\b", low)
            if place is None or DENIED_AHEAD.search(low, 0, place.start()) or _WISHED.search(low, 0, place.start()):
                continue
            right = next(iter(mine & own))
            begin = sentence.start + place.start()
            return replace(begin, begin + len(others[0]), right, f"The fact is {value}.")
    return None


def _origin(sentence: Sentence, low: str, products: Sequence[ProductFact], subject: Subject) -> Finding | None:
    origins = [
        _MADE_IN_AHEAD.sub("", value)
        for product in products
        for key, value in product.attributes.items()
        if not _ORIGIN_NAMES.isdisjoint(_WORD.findall(key.lower().replace("_", " ")))
    ]
    found = (_FROM if origins else _MADE_IN).search(sentence.text)
    if found is None or DENIED_AHEAD.search(low, 0, found.start()):
        return None
    place = found["place"].lower()
    if place in _texts(products) or place.split()[0] in _texts(products):
        return None
    start, end = found.span("place")
    if len(set(origins)) == 1:
        return replace(sentence.start + start, sentence.start + end, origins[0], f"It comes from {origins[0]}.")
    reason = f"No fact tells that it comes from {found['place']}. Leave it out."
    return take_claim_out(sentence, found.start(), end, [found.span()], subject.products, reason)


def _author(sentence: Sentence, subject: Subject, products: Sequence[ProductFact]) -> Finding | None:
    authors = {
        value
        for product in products
        for key, value in product.attributes.items()
        if not _AUTHOR_NAMES.isdisjoint(_WORD.findall(key.lower().replace("_", " ")))
    }
    if len(authors) != 1 or subject.manner is Manner.CARRIED:
        return None
    (author,) = authors
    for found in _AUTHOR.finditer(sentence.text):
        inside = any(
            m.start < sentence.start + found.end() and sentence.start + found.start() < m.end for m in subject.names
        )
        if not inside and found["name"].lower() not in author.lower() and author.lower() not in found["name"].lower():
            begin = sentence.start + found.start("name")
            return replace(begin, begin + len(found["name"]), author, f"It is by {author}.")
    return None


@per_facts
def _named_things(facts: Facts) -> bool:
    """Whether any product has an author or an origin."""
    names = _AUTHOR_NAMES | _ORIGIN_NAMES
    return any(
        not names.isdisjoint(key.lower().replace("_", " ").split())
        for product in facts.products
        for key in product.attributes
    )


_STEMS = {name: frozenset(re.findall(r"(?:^|(?<=\|))[^\W\d_]{1,5}", pattern)) for name, pattern in QUALITIES.items()}
"""The first letters of what each pattern begins with."""
_ALL_STEMS = frozenset().union(*_STEMS.values())
_KIND_SIGNS = frozenset().union(
    *[words for group in KINDS for words in group], *[words for _, group in KINDS_BY_NAME for words in group]
)
_COLOUR_SIGNS = frozenset(COLOURS)
_MADE_IN_SIGNS = whole_words(
    "made produced manufactured handmade grown hergestellt gefertigt fabriqué fabriquée fabriqués produit hecho "
    "hecha fabricado"
)
_OTHER_SIGNS = _MADE_SIGNS | _COLOUR_SIGNS | _KIND_SIGNS | PART_SIGNS
_MADE_TOPIC, _MADE_CUE_TOPIC = exact(_MADE_SIGNS), exact(_MADE_CUES)
_QUICK = exact(_KIND_SIGNS | _COLOUR_SIGNS | _MADE_IN_SIGNS | PART_SIGNS) | tested(
    lambda word: word[:5] in _ALL_STEMS or word[:4] in _ALL_STEMS or word[:3] in _ALL_STEMS
)
"""Without one of these there is nothing to look for, but a material or what the facts tell of makers."""

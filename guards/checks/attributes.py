"""Figures of products: hertz, gigabytes, hours, gears, pages, shares of wool; each stands in the product's attributes.

A figure with a unit, or a number of things that a product has, is a claim about the product that the sentence names
(or the one before it). A claim that the product's attributes or name bear passes, in whatever unit. One that they
contradict is put right where they hold exactly one figure of that kind, and what no fact stands behind goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from shopgraph.guards.checks.attribute_book import AttributeBook, attribute_book
from shopgraph.guards.checks.attribute_match import aspect_of, is_borne, is_converted, is_multiple, right_figure
from shopgraph.guards.checks.attribute_put import put_right
from shopgraph.guards.checks.attribute_reckoning import (
    PRONOUNS,
    is_called,
    is_far,
    is_instruction,
    is_loose,
    is_of_another,
    is_of_use,
    is_told,
    lasts,
)
from shopgraph.guards.checks.base import Finding
from shopgraph.guards.checks.customer import is_quoted
from shopgraph.guards.checks.denials import DENIED_AHEAD
from shopgraph.guards.checks.measures import Measure, measures
from shopgraph.guards.checks.partial import take_claim_out
from shopgraph.guards.checks.ratings import STARS, may_rate
from shopgraph.guards.checks.subjects import Manner, Subject, blanked, subjects
from shopgraph.guards.checks.text import Sentence, about, sentences, whole_words, words_of
from shopgraph.guards.checks.topics import exact
from shopgraph.guards.checks.units import SHARES, THINGS, UNITS, plain
from shopgraph.guards.checks.vocabulary import vocabulary
from shopgraph.guards.facts import Facts, ProductFact

_TIMES = frozenset([unit for unit, meant in UNITS.items() if meant.kind == "time"])
_TRIGGERS = (frozenset(UNITS) | frozenset(THINGS) | {"x", "c", "f", "square", "ages", "aged", "age"}) - _TIMES
_SHARES = frozenset(SHARES)
_PERCENT_WORDS = frozenset({"percent", "prozent", "pourcent", "cent", "ciento"})
_OCTETS = frozenset({"go", "to", "mo"})
_RUNS = whole_words(
    "holds hold works work keeps stays battery batteries akku akkus akkulaufzeit batterie batterien batería "
    "laufzeit autonomie autonomía playback "
    "playtime "
    "charge runs run running lasts last lasting plays läuft laufen hält halten durchhält tient tiennent dure durent "
    "burns "
    "burn brenndauer brennt brûle combustion endurance dura duran aguanta aguantan funciona"
)
"""Hours are said of a product where it runs for them; all others are delivery's or the shop's."""
_SHOPS_TIMES = whole_words(
    "deli ship arri retu refu send sent back orde vers lief rück zurü livr expé reto remb send envi entr devo lleg "
    "with "
    "wide rétr disc code sale ends unti ago sinc rest stoc try upda open resp answ call bank card proc days "
    "wait hear "
    "best komm ankn bear payp paym geld erst soon noch befo week peri"
) - {"days", "week", "with"}
"""First letters of words with which days are the shop's: delivery, returns, promotions."""
_THINGS_OF_AN_ORDER = whole_words(
    "stock left remaining available order orders ordered remain lager übrig verfügbar bestellung bestellt noch "
    "reste restent restant disponible disponibles commande commandé shipped items quedan pedido"
)
_WISHED = re.compile(
    r"\b(?:need|needs|want|wants|wanted|looking for|asked|ask|asking|require|requires|prefer|if|whether|would like|said"
    r"|mentioned|told|search\w*|brauch\w*|such\w*|möcht\w*|wünsch\w*|falls|wenn|ob|benötig\w*|erwähnt\w*|sagten"
    r"|cherch\w*|besoin|souhait\w*|voulez|vouliez|disiez|si|your|ihr|ihre|ihren|ihrem|dein\w*|votre|vos|tu|instead of"
    r"|rather than|unlike|statt|anstatt|anstelle|au lieu|en vez de)\b[^.;]{0,40}$"
)
_LIMIT = re.compile(
    r"\s?(?:is|ist|est|es) (?:your|ihr|dein|votre|ton|tu)\b"
    r"|[^.;]{0,40}?\b(?:as you|you (?:said|mentioned|describe|wrote|told)|wie (?:du|sie) (?:sag|schreib|schrieb|erwähn"
    r"|beschr)\w*|dites-vous|comme vous|m['’]avez-vous|como (?:dices|dice|comentas|comenta)|según dices?)\b"
    r"|[^.,;]{0,16}\b(?:than you|als (?:du|sie) (?:wollte|woll|such|brauch)\w*|que vous (?:voul|cherch)\w*"
    r"|que quer\w*)\b"
)
_PER = re.compile(r"(?:\b(?:per|pro|je|par|por|les|aux|cada|every|for every|alle|auf)|/)\s?$")
"""Right before a figure that something is reckoned for: a price for each 100 g."""
_THE_LAST = re.compile(
    r"\b(?:the|der|den|die|les|des|los|las) (?:last|past|next|first|letzten|nächsten|ersten|prochaines?|últim[oa]s"
    r"|próxim[oa]s)\s$"
)
_HANDLING = whole_words(
    "wash washing store bake baking preheat dilute mix rinse add use dissolve soak serve waschen waschbar lagern "
    "backen "
    "vorheizen verdünnen mischen spülen laver stocker cuire préchauffer diluer mélanger rincer conserver servir "
    "iron lavar"
)
"""What is done with a product is measured too, and says nothing of it."""
_HANDLED = frozenset({"temperature", "fahrenheit", "volume", "mass"})
_KINDS_OF_THINGS = frozenset(THINGS.values())
_EFFECTS = whole_words(
    "removes remove kills kill eliminates eliminate filters filter blocks block absorbs absorb destroys neutralizes "
    "entfernt "
    "tötet filtert beseitigt blockiert élimine tue filtre bloque elimina mata filtra bloquea faster stronger "
    "brighter "
    "quieter schneller stärker heller leiser"
)
_EFFECT = re.compile(
    r"(?<![\w.,-])(\d{1,3}(?:[.,]\d{1,3})?)\s?(?:%|percent\b|per cent\b|prozent\b|pour ?cent\b|por ciento\b)"
)
_WORDS_NEAR = re.compile(r"[^\W\d_]{3,}")
_AGES = re.compile(
    r"\b(?:ages|aged|age) 0*(\d{1,2})(?:\s?(?:-|–|to|bis|à)\s?0*(\d{1,2}))?"
    r"(?![\d%]|[ -](?:years?|months?|jahren?|ans|mois)\b)"
)
_COMPARES = re.compile(
    r"\b(?:compared|versus|vs|while|whereas|than|twice|half|both|each|gegenüber|verglichen|während|beide|jeweils|tandis"
    r"|contre|comparé|mientras|ambos)\b"
)
_TIME_TOPIC, _RUN_TOPIC, _EFFECT_TOPIC = exact(_TIMES), exact(_RUNS), exact(_EFFECTS)
_TRIGGER_TOPIC, _OCTET_TOPIC = exact(_TRIGGERS), exact(_OCTETS)
_SHARE_TOPIC, _PERCENT_TOPIC = exact(_SHARES), exact(_PERCENT_WORDS)
_NUMBER_BEFORE = re.compile(r"(?<![\w#.,/$€£¥-])(\d{1,20})[\s-](?:[^\W\d]{1,16}\s)?$")


def find_wrong_attributes(text: str, facts: Facts) -> Iterator[Finding]:
    """Figures of products that disagree with their attributes, or stand in none."""
    if not facts.products:
        return
    book = attribute_book(facts)
    here = about(text)
    triggers = _TRIGGER_TOPIC | _EFFECT_TOPIC
    if (facts.locale or "").startswith("fr"):
        triggers |= _OCTET_TOPIC
    if here & _TIME_TOPIC and (here & _RUN_TOPIC or book.times):
        triggers |= _TIME_TOPIC
    shares = ("%" in text or here & _PERCENT_TOPIC) and (here & _SHARE_TOPIC or book.shares)
    nouns = bool(book.nouns) and not book.nouns.isdisjoint(vocabulary(text))
    rated = may_rate(text)
    if not (here & triggers or shares or nouns or rated or '"' in text):
        return
    for place, sentence in enumerate(sentences(text)):
        if (
            sentence.topics & triggers
            or (nouns and not book.nouns.isdisjoint(sentence.words))
            or (shares and _has_share(sentence, book))
            or (rated and may_rate(sentence.text))
            or '"' in sentence.text
            or "″" in sentence.text
        ) and not (sentence.asks or not (sentence.numeric or sentence.digits is not sentence.low)):
            yield from _of_sentence(sentence, place, text, book)


def _has_share(sentence: Sentence, book: AttributeBook) -> bool:
    if "%" not in sentence.text and not sentence.topics & _PERCENT_TOPIC:
        return False
    return sentence.topics & _SHARE_TOPIC != 0 or (
        bool(book.shares) and any(plain(word) in book.shares for word in sentence.words)
    )


def _claims(low: str, sentence: Sentence, book: AttributeBook, *, french: bool) -> list[Measure]:
    """Every figure of a sentence that may be said of a product."""
    pounds = book.facts.currency not in (None, "GBP")
    return [
        *measures(low, sentence.text, french=french, pounds=pounds),
        *_counted(low, book, sentence),
        *_effects(low, sentence),
        *_ages(low),
        *_percents(low, book),
    ]


def _of_sentence(sentence: Sentence, place: int, text: str, book: AttributeBook) -> Iterator[Finding]:
    french = (book.facts.locale or "").startswith("fr")
    if not _claims(sentence.digits, sentence, book, french=french):
        return  # blanking names would only take some away
    subject = subjects(text, book.known).of(place)
    low = blanked(sentence, subject.names)
    claims = _claims(low, sentence, book, french=french)
    wrong: list[tuple[Measure, Finding | None]] = []
    borne: list[Measure] = []
    used: list[Measure] = []
    for claim in claims:
        products = _meant(claim, claims, subject, sentence, book)
        if not _claimed(claim, low, sentence, products, subject, book):
            used.append(claim)
            continue
        if used and any(is_multiple(claim, [other], low) for other in used if other.kind == claim.kind):
            continue
        if (
            is_borne(claim, products, low, book)
            or is_borne(claim, _others(subject, low, sentence, book), low, book)
            or is_of_another(claim, sentence.low, products, book)
            or (aspect_of(claim, low) not in ("warranty", "age") and lasts(claim, text, products, book))
        ):
            borne.append(claim)
        elif not is_converted(claim, borne):
            right = right_figure(claim, products, low, book)
            if right is not None and right.measure.values == claim.values:
                continue  # the same number under another name
            if right is not None and (
                is_far(claim, right) or (is_loose(subject, sentence, book) and not is_called(right, low))
            ):
                continue
            if right is None and (subject.manner is Manner.UNNAMED or claim.kind.startswith("number of ")):
                continue
            wrong.append((claim, put_right(claim, right, sentence, book) if right else None))
    for claim, fixed in wrong:
        if fixed is None:
            reason = f"{sentence.text[claim.start : claim.end].strip()!r} stands in no attribute. Leave it out."
            lost = [(other.start, other.end) for other, put in wrong if put is None]
            yield take_claim_out(sentence, claim.start, claim.end, lost, subject.products, reason)
        else:
            yield fixed


def _claimed(
    claim: Measure, low: str, sentence: Sentence, products: Sequence[ProductFact], subject: Subject, book: AttributeBook
) -> bool:
    """Whether a figure is said of a product, and not wished for, denied, ordered or measured out."""
    words = sentence.words
    before = low[max(0, claim.start - 60) : claim.start]
    if (
        is_quoted(sentence, claim.start)
        or DENIED_AHEAD.search(before)
        or _WISHED.search(before)
        or _LIMIT.match(low, claim.end)
        or is_of_use(claim, low)
    ):
        return False
    if claim.kind not in ("time", STARS) and _PER.search(before):
        return False
    if is_told(claim, low):
        return False
    if subject.manner in (Manner.CARRIED, Manner.UNNAMED) and is_instruction(claim, low):
        return False
    if claim.kind == "time" and not low.startswith("-old", claim.end) and not _THE_LAST.search(before):
        return _is_time(claim, low, sentence, products, subject, book)
    if claim.kind == "time":
        return False  # somebody's age
    if claim.kind in _KINDS_OF_THINGS:
        return claim.values != ((Decimal(1),),) and _THINGS_OF_AN_ORDER.isdisjoint(words)
    if claim.kind not in _HANDLED or _HANDLING.isdisjoint(words):
        return True
    return claim.kind == "temperature" and any(
        figure.measure.kind == "temperature" for product in products for figure in book.figures(product)
    )


def _is_time(
    claim: Measure, low: str, sentence: Sentence, products: Sequence[ProductFact], subject: Subject, book: AttributeBook
) -> bool:
    """Whether a time is a product's: a battery's, a warranty's or an age's, or any where its attributes hold one."""
    aspect = aspect_of(claim, low)
    held = [
        figure
        for product in products
        for figure in book.figures(product)
        if figure.measure.kind in ("time", "bare time")
    ]
    if aspect in ("warranty", "age"):
        return any(figure.aspect == aspect for figure in held) and subject.manner is not Manner.UNNAMED
    if aspect or not (_RUNS.isdisjoint(sentence.words) or _is_of_the_shop(words_of(sentence.clause(claim.start)))):
        return True
    if subject.manner is Manner.UNNAMED or _is_of_the_shop(sentence.words):
        return False
    return any(figure.aspect not in ("warranty", "age") for figure in held)


def _is_of_the_shop(words: Sequence[str]) -> bool:
    """Whether one of the words is about delivery, returns or promotions."""
    return any(word[:4] in _SHOPS_TIMES for word in words)


def _counted(low: str, book: AttributeBook, sentence: Sentence) -> list[Measure]:
    """Numbers of what only these facts count: "five settings"."""
    found: list[Measure] = []
    for noun in book.nouns.intersection(sentence.words):
        place = low.find(noun)
        number = _NUMBER_BEFORE.search(low, max(0, place - 40), place)
        if number and int(number[1]) > 1 and _THINGS_OF_AN_ORDER.isdisjoint(sentence.words):
            value = ((Decimal(int(number[1])),),)
            found.append(
                Measure(number.start(1), place + len(noun), number.start(1), number.end(1), value, f"number of {noun}")
            )
    return found


def _percents(low: str, book: AttributeBook) -> list[Measure]:
    """Percentages of what only these facts have: "a concentration of 15 %", "20 % laurel oil"."""
    found: list[Measure] = []
    for percent in _EFFECT.finditer(low) if book.shares else ():
        behind = _WORDS_NEAR.findall(low[percent.end() : percent.end() + 36])[:3]
        ahead = _WORDS_NEAR.findall(low[max(0, percent.start() - 36) : percent.start()])[-3:]
        noun = next((word for word in (*behind, *ahead[::-1]) if plain(word) in book.shares), None)
        if noun is not None and noun not in _SHARES:
            value = ((Decimal(percent[1].replace(",", ".")),),)
            kind = f"share of {plain(noun)}"
            found.append(Measure(percent.start(), percent.end(), percent.start(1), percent.end(1), value, kind))
        elif noun is not None and noun in ahead and noun not in behind:
            value = ((Decimal(percent[1].replace(",", ".")),),)
            kind = f"share of {SHARES[noun]}"
            found.append(Measure(percent.start(), percent.end(), percent.start(1), percent.end(1), value, kind))
    return found


def _ages(low: str) -> list[Measure]:
    """Ages without a word for years: "ages 3 to 9"."""
    year = UNITS["year"].factor
    return [
        Measure(
            found.start(1),
            found.end(),
            found.start(1),
            found.end(),
            tuple([(Decimal(int(number)),) for number in found.groups() if number]),
            "time",
            year,
        )
        for found in _AGES.finditer(low)
    ]


def _effects(low: str, sentence: Sentence) -> list[Measure]:
    """Percentages of what a product is said to do: "removes 99 % of all dust"."""
    if _EFFECTS.isdisjoint(sentence.words):
        return []
    return [
        Measure(
            found.start(),
            found.end(),
            found.start(1),
            found.end(1),
            ((Decimal(found[1].replace(",", ".")),),),
            "share of ",
        )
        for found in _EFFECT.finditer(low)
    ]


def _meant(
    claim: Measure, claims: Sequence[Measure], subject: Subject, sentence: Sentence, book: AttributeBook
) -> Sequence[ProductFact]:
    """The products that a figure is said of: one where names and figures take turns, else all that are named."""
    if subject.manner is Manner.UNNAMED:
        return book.facts.products
    variants = book.known.variants
    names = subject.products
    if subject.manner is Manner.NAMED and len(names) > 1:
        alike = [other for other in claims if other.kind == claim.kind]
        places = [mention.start - sentence.start for mention in names]
        if len(alike) == len(names):
            order = sorted([(place, True) for place in places] + [(other.start, False) for other in alike])
            first = order[0][1]
            turns = all(named == (first == (turn % 2 == 0)) for turn, (_, named) in enumerate(order))
            if turns and (first or " with " not in sentence.low):
                return variants(names[alike.index(claim)].key)
    return [product for mention in names for product in variants(mention.key)]


def _others(subject: Subject, low: str, sentence: Sentence, book: AttributeBook) -> Sequence[ProductFact]:
    """Products that a sentence may speak of besides: any where it compares, or only half names one."""
    pronoun = bool(sentence.words) and sentence.words[0] in PRONOUNS
    if subject.manner is Manner.NAMED and not _COMPARES.search(low):
        return ()
    if subject.manner is Manner.CARRIED and pronoun and not _COMPARES.search(low):
        return ()
    return book.facts.products

"""The facts of one request as the checks ask for them: worked out once, when first needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import TypeVar

from shopgraph.domain import exponent
from shopgraph.guards.checks.name_words import NO_PART, NO_SHORT_NAME
from shopgraph.guards.checks.names import Mention, longest_first, named
from shopgraph.guards.checks.text import lowered, whole_words, with_digits
from shopgraph.guards.checks.vocabulary import vocabulary
from shopgraph.guards.facts import Facts, OrderFact, ProductFact, PromotionFact
from shopgraph.kept import Kept

_T = TypeVar("_T")
_ARTICLES = (
    *[
        f"{word} "
        for word in whole_words(
            "the this these our your both of das die der den dem unser unsere ihr ihre beide le la les notre votre vos "
            "du el los las del al su nuestro nuestra beim zum zur vom im eure au aux ce cette ces este esta estos estas"
        )
    ],
    "l'",
    "l’",
    "d'",
    "d’",
)
_LETTERS = re.compile(r"[^\W\d_]+")
_NAME_BEHIND = re.compile(r" (?:(?!(?:I|CHF|EUR|USD|GBP|KWD|SEK)\b)[A-ZÀ-Þ]|\d{1,4}(?![\d.,%]| ?[€$£%]))")
"""Behind a part of a name: it is another thing's name."""
_PART = re.compile(r"[^\W\d_]{3,}")


class Known:
    """What a request's facts say, by what a text may say of it."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._read: tuple[str, Sequence[Mention]] | None = None
        """The text that was read last, and what it names."""
        self._counted: tuple[str, Sequence[Mention]] | None = None
        self._products_read: tuple[Sequence[Mention], Sequence[Mention]] | None = None
        """What was named last, and the products of it."""

    @cached_property
    def products(self) -> dict[str, tuple[ProductFact, ...]]:
        """Variants by name and SKU, in lower case."""
        found: dict[str, tuple[ProductFact, ...]] = {}
        for product in self.facts.products:
            name, sku = product.name.lower(), product.sku.lower()
            for key in (name, sku) if sku != name else (name,):
                if key:
                    found[key] = (*found[key], product) if key in found else (product,)
        return found

    @cached_property
    def short_names(self) -> dict[str, str]:
        """What a product is called for short behind an article ("the black dress"), where no part of it is its own."""
        names = self._own_names
        parts = self.parts
        found: dict[str, str] = {}
        for name in names:
            if name.rpartition(" ")[2] in parts:
                continue
            words = name.split()
            if len(words) < 2:
                continue
            for short in (words[-1], " ".join(words[-2:])) if len(words) > 2 else words[1:]:
                if len(short) < 4 or short in NO_SHORT_NAME or short in self.products:
                    continue
                if not any(short in other and not other.startswith(name) for other in names if other != name):
                    found[short] = name
        return found

    @cached_property
    def _own_names(self) -> Sequence[str]:
        """The names of products in lower case, each once."""
        return tuple(dict.fromkeys([product.name.lower() for product in self.facts.products]))

    @cached_property
    def orders(self) -> dict[str, OrderFact]:
        """Orders by id as it may be written: in lower case, with and without its sign."""
        found: dict[str, OrderFact] = {}
        for order in self.facts.orders:
            plain = plain_id(order.id)
            found |= {plain: order, f"#{plain}": order} if plain else {}
        return found

    @cached_property
    def parts(self) -> Mapping[str, str]:
        """Words of three letters and more that stand in the name of one product only, and that name."""
        found: dict[str, str] = {}
        again = found.setdefault
        for name in self._own_names:
            for word in name.split():
                for part in (word,) if word.isalpha() else _PART.findall(word):
                    if len(part) < 3 or part in NO_PART:
                        continue
                    if again(part, name) is not name:
                        found[part] = ""
                    if part[-1] in "sn" and again(part[:-1], name) is not name:
                        found[part[:-1]] = ""
        return {word: name for word, name in found.items() if name}

    @cached_property
    def forms(self) -> Mapping[str, str]:
        """The parts of names, their plurals, and what German words among them end with."""
        found = {f"{word}s": name for word, name in self.parts.items()}
        found.update(self.parts)
        if not (self.facts.locale or "").startswith("de"):
            return found
        short = {**self._tails(), **self.parts}
        many = {f"{word}{end}": name for word, name in short.items() for end in ("e", "n", "en", "er")}
        return {**_with_umlauts(short), **many, **short, **found}

    def _tails(self) -> dict[str, str]:
        """What German words of one name end with, "mixer" of a Handmixer."""
        found: dict[str, str] = {}
        for name in self._own_names:
            for word in _PART.findall(name):
                for place in range(3, len(word) - 3):
                    tail = word[place:]
                    found[tail] = name if found.get(tail, name) is name else ""
        return {tail: name for tail, name in found.items() if name and tail not in NO_PART}

    @cached_property
    def all_names(self) -> tuple[str, ...]:
        """Products, what lines call them, and orders; in lower case, the longest first."""
        lines = [key.lower() for order in self.facts.orders for line in order.lines for key in (line.name, line.sku)]
        return longest_first([*self.products, *self.short_names, *self.orders, *lines])

    @cached_property
    def _by_first_word(self) -> Mapping[str, Sequence[str]]:
        """All names by their first run of letters; those that have none by nothing."""
        found: dict[str, list[str]] = {}
        lines = [key.lower() for order in self.facts.orders for line in order.lines for key in (line.name, line.sku)]
        for name in dict.fromkeys([*self.products, *self.short_names, *self.orders, *lines]):
            word = name.partition(" ")[0]
            if not word.isalpha():
                first = _LETTERS.search(name)
                word = first[0] if first else ""
                if not name or name.isspace():
                    continue
            found.setdefault(word, []).append(name)
            if word == name:
                found.setdefault(f"{word}s", []).append(name)
        return found

    def _names_in(self, words: frozenset[str]) -> tuple[str, ...]:
        """The names that a text of these words may hold, the longest first."""
        by_first = self._by_first_word
        found = [*by_first.get("", ()), *(name for word in by_first.keys() & words for name in by_first[word])]
        return tuple(sorted(found, key=len, reverse=True))

    def variants(self, key: str) -> tuple[ProductFact, ...]:
        """The products of that name, short name or SKU."""
        return self.products.get(key) or self.products.get(self.short_names.get(key, ""), ())

    @cached_property
    def running(self) -> tuple[PromotionFact, ...]:
        """The promotions that have begun and are not over."""
        if not any(promotion.ends_on or promotion.starts_on for promotion in self.facts.promotions):
            return self.facts.promotions
        latest, earliest = self._days()
        return tuple(
            promotion
            for promotion in self.facts.promotions
            if (promotion.ends_on is None or promotion.ends_on >= latest)
            and (promotion.starts_on is None or promotion.starts_on <= earliest)
        )

    def _days(self) -> tuple[date, date]:
        """The day after which a promotion must not have ended, and that before which it must have begun.

        Facts may be older than the clock: without a day of their own, only what ended before something in them
        happened, or over a year ago, is over.
        """
        if self.facts.today is not None:
            return self.facts.today, self.facts.today
        clock = datetime.now(UTC).date()
        happened = [day for order in self.facts.orders for day in (order.placed_on, order.delivered_on) if day]
        happened += [action.at.date() for action in self.facts.actions if action.at]
        return max([clock - timedelta(days=365), *[day for day in happened if day <= clock]]), clock

    @cached_property
    def percents(self) -> frozenset[Decimal]:
        """Price cuts that stand in the facts: promotions', and those between a former price and the price."""
        good = {promotion.percent for promotion in self.running if promotion.percent is not None}
        for product in self.facts.products:
            if product.compare_at and product.price is not None and product.price < product.compare_at:
                cut = (product.compare_at - product.price) * 100 / product.compare_at
                good |= {cut.quantize(Decimal(1)), Decimal(int(cut)), cut.quantize(Decimal("0.1"))}
        return frozenset(good)

    @cached_property
    def most_percent(self) -> Decimal:
        """The most that may be offered; nothing where nothing is allowed."""
        discount = self.facts.discount
        return discount.max_percent or Decimal(0) if discount and discount.allowed else Decimal(0)

    @cached_property
    def codes(self) -> frozenset[str]:
        """Codes in the facts, in upper case."""
        codes = [promotion.code for promotion in self.running]
        codes += [self.facts.discount.code if self.facts.discount else None]
        return frozenset(code.upper() for code in codes if code)

    def mentions(self, text: str) -> Sequence[Mention]:
        """Where the text names anything of the facts; one scan for all checks."""
        if self._read is None or self._read[0] is not text:
            short, words = self.short_names, vocabulary(text)
            found = [
                mention
                for mention in named(text, self._names_in(words))
                if (mention.key not in short or _has_article(text, mention.start))
                and (len(mention.key) > 3 or not mention.key.isalpha() or text[mention.start : mention.end].isupper())
            ]
            parts = self.forms.keys() & words
            if parts:
                found = sorted({*found, *self._by_part(text, parts, found)})
            self._read = (text, found)
        return self._read[1]

    def _by_part(self, text: str, parts: set[str], found: Sequence[Mention]) -> Iterator[Mention]:
        """Products of whose name only a part stands behind an article: "the skillet", "the desk lamp"."""
        low = lowered(text)
        rest, place = [], 0
        for mention in found:
            rest += [low[place : mention.start], "_" * (mention.end - mention.start)]
            place = mention.end
        free = "".join([*rest, low[place:]])
        for part in parts:
            start = free.find(part)
            while start >= 0:
                end = start + len(part)
                if not low[start - 1 : start].isalnum() and not low[end : end + 1].isalnum():
                    yield from self._widened(text, low, start, end)
                start = free.find(part, end)

    def _widened(self, text: str, low: str, start: int, end: int) -> Iterator[Mention]:
        """What is named there with the words of the name around it, where an article stands before."""
        name = self.forms[low[start:end]]
        own = name.split()
        while (
            not _has_article(text, start)
            and low[start - 1 : start] == " "
            and low[low.rfind(" ", 0, start - 1) + 1 : start - 1] in own
        ):
            start = low.rfind(" ", 0, start - 1) + 1
        end = _with_name_behind(low, end, own)
        if _has_article(text, start) and not _NAME_BEHIND.match(text, end):
            yield Mention(start, end, name)

    def counted_in(self, text: str) -> Sequence[Mention]:
        """Products of whose name a part stands behind a number: "three mugs"."""
        if self._counted is None or self._counted[0] is not text:
            self._counted = (text, self._read_counted(text))
        return self._counted[1]

    def _read_counted(self, text: str) -> list[Mention]:
        parts = self.forms
        names = self.mentions(text)
        found: list[Mention] = []
        low = lowered(with_digits(text))
        for place in _COUNTED.finditer(low):
            group = 1 if place[1] in parts else 2
            name = parts.get(place[group] or "")
            if name is None or (group == 2 and not text[place.start(2)].isupper()):
                continue
            if low[: place.start() + 1].rstrip("0123456789")[-1:] in _GLUED:
                continue
            own = name.split()
            start = place.start(1) if place[1] in own else place.start(group)
            end = _with_name_behind(low, place.end(group), own)
            if not _NAME_BEHIND.match(text, end) and not any(n.start < end and start < n.end for n in names):
                found.append(Mention(start, end, name))
        return found

    def products_in(self, text: str) -> Sequence[Mention]:
        """Where it names products."""
        found = self.mentions(text)
        if self._products_read is None or self._products_read[0] is not found:
            own, short = self.products, self.short_names
            self._products_read = (found, [m for m in found if m.key in own or m.key in short])
        return self._products_read[1]

    def orders_in(self, text: str) -> Sequence[Mention]:
        """Where it names orders."""
        return [m for m in self.mentions(text) if m.key in self.orders]

    def only_order(self) -> OrderFact | None:
        """The one order that "your order" means."""
        return self.facts.orders[0] if len(self.facts.orders) == 1 else None

    def both_rounded(self, value: Decimal) -> set[Decimal]:
        """To what the currency can pay, in both ways in which shops round a half."""
        step = Decimal(1).scaleb(-exponent(self.facts.currency or "USD"))
        return {value.quantize(step, ROUND_HALF_EVEN), value.quantize(step, ROUND_HALF_UP)}

    def rounded(self, value: Decimal) -> Decimal:
        """To what the currency can pay."""
        return value.quantize(Decimal(1).scaleb(-exponent(self.facts.currency or "USD")), ROUND_HALF_EVEN)


_DIGITS = re.compile(r"\d+(?![\d.,])")
_COUNTED = re.compile(r"\d ([^\W\d_]{3,})(?: ([^\W\d_]{3,}))?")
_GLUED = frozenset(".,$€£¥#-")
"""Before a number they make it part of something else."""


_LAST_VOWEL = re.compile(r"(?:au|[aou])(?=[^aeiouäöü]{1,4}$)")
_UMLAUTS = {"a": "ä", "o": "ö", "u": "ü", "au": "äu"}


def _with_umlauts(words: Mapping[str, str]) -> dict[str, str]:
    """German plurals of words whose vowel changes: Rucksäcke, Gläser, Töpfe."""
    found: dict[str, str] = {}
    for word, name in words.items():
        changed = _LAST_VOWEL.sub(lambda vowel: _UMLAUTS[vowel[0]], word)
        if changed != word:
            found |= {changed: name, f"{changed}e": name, f"{changed}er": name}
    return found


def _with_name_behind(low: str, end: int, own: Sequence[str]) -> int:
    """Where the words of a name end that follow on one of them."""
    while (
        low[end : end + 1] == " "
        and (word := _LETTERS.match(low, end + 1))
        and (word[0] in own or word[0].removesuffix("s") in own)
    ):
        end = word.end()
    while low[end : end + 1] == " " and (number := _DIGITS.match(low, end + 1)) and number[0] in own:
        end = number.end()
    return end


def _has_article(text: str, place: int) -> bool:
    return text[max(0, place - 8) : place].lower().endswith(_ARTICLES)


def plain_id(order: str) -> str:
    """An order's id in lower case without its sign."""
    return order.lower().lstrip("#")


def per_facts(make: Callable[[Facts], _T]) -> Callable[[Facts], _T]:
    """Keeps what was made of the few facts that were asked about last: a request asks many times about the same."""
    recent: Kept[str, tuple[tuple[Facts, _T], ...]] = Kept()

    def remembered(facts: Facts) -> _T:
        for one, made in recent.get("last", ()):
            if one is facts:
                return made
        fresh = make(facts)
        recent["last"] = ((facts, fresh), *recent.get("last", ())[:7])
        return fresh

    return remembered


@per_facts
def known(facts: Facts) -> Known:
    """The facts' `Known`."""
    return Known(facts)


def variants_meant(low: str, variants: Sequence[ProductFact]) -> Sequence[ProductFact]:
    """The variants that a text, in lower case, singles out by their attributes ("size m"), else all of them."""
    if len(variants) < 2:
        return variants
    scores = [
        sum([1 for name, value in variant.attributes.items() if _says(low, name.lower(), value.lower())])
        for variant in variants
    ]
    best = max(scores)
    return [variant for variant, score in zip(variants, scores, strict=True) if score == best]


def _says(text: str, name: str, value: str) -> bool:
    """Whether the value stands there as a word; a short one ("M") behind what it is the value of."""
    start = text.find(value)
    while start >= 0:
        end = start + len(value)
        alone = not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum()
        if alone and (len(value) > 2 or text[:start].rstrip(" :-(").endswith((name, "size", "größe", "taille"))):
            return True
        start = text.find(value, end)
    return False

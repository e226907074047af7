"""What can be reckoned from the facts that a text is about: totals, differences, what is missing to free delivery.

Used only for an amount that stands in no fact, so its cost does not count for a right answer without sums.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations, product

from shopgraph.guards.checks.amounts import Amount
from shopgraph.guards.checks.book import Book
from shopgraph.guards.checks.claims import Around
from shopgraph.guards.checks.names import Mention
from shopgraph.guards.checks.text import Cue, Sentence, sentences, words_of
from shopgraph.guards.facts import ProductFact

TOTAL = Cue(
    "together total totals subtotal altogether all sum adds add makes make come comes came up zusammen insgesamt gesamt summe "
    "macht ergeben ergibt sind also ensemble totalise font soit donc fait arrivez juntos suma suman total son llegas so that",
    r"\btogether\b|\b(?:sub)?totals?\b|altogether|\bin all\b|\badds? up\b|\bmakes?\b|\bcom(?:e|es|ing) to\b|\bcame to\b|"
    r"\bso\b|\bthat['’]?s\b|\bzusammen\b|insgesamt|gesamt|\bsumme\b|\bmacht\b|\bergeben|\bergibt|\bsind das\b|\balso\b|"
    r"\bensemble\b|\bfont\b|\bsoit\b|\bdonc\b|\bau total\b|\bfait\b|\barrivez\b|\bjuntos\b|\bsuman?\b|\bson\b|\bllegas\b|=",
)
SHIPPED = re.compile(
    r"(?:with|including|incl\.?|plus|and) (?:the )?(?:[$€£¥]?[\d.,']+ ?[€$]? ?)?(?:for |of |in )?(?:delivery|shipping|postage|fee)"
    r"|mit (?:dem )?versand|inkl(?:usive|\.) versand|für den versand|avec (?:les )?(?:frais|livraison|[\d.,]+ ?€ de livraison)"
    r"|con (?:los )?(?:gastos de )?env[ií]o|shipping (?:of|is)|delivery (?:of|is)|de livraison"
)
_NUMBER = re.compile(r"(?<![\d.,$€£¥#/-])0{0,20}(\d{1,2})(?![\d.,]*\d|[%€$£¥])")
_COUNT = re.compile(
    r"(?<![\d.,$€£¥#/-])0{0,20}(?P<n>\d{1,2})(?: ?[x×]| (?:packs?|boxes|bags?|pairs?|sets?|bottles?|copies|pieces?|of|the|more|"
    r"packungen|stück|säcke?|paar|paare|flaschen|pots?|lots?|paquets?|paires?|boîtes?|sacs?|de|d['’]|juegos?|pares|"
    r"[a-zäöüéèß]{2,12}))? $"
)
COMPARED = re.compile(
    r"\bmore\b|\bless\b|cheaper|expensive|differ|\bgap\b|\bapart\b|\bsav|dearer|teurer|günstiger|mehr\b|weniger|unterschied|"
    r"\bplus cher|moins|différence|\bmás\b|\bmenos\b|diferencia|ahorr|\bextra\b|versus|\bvs\b"
)
_MISSING = re.compile(
    r"\bshort\b|\baway\b|\bmissing\b|\bmore for\b|\bneed|\bto go\b|\buntil\b|\bfehl|\bbis\b|manque|\bfalta|\bleft\b|remain|"
    r"\brest|\bover\b|\bunder\b|\bspare\b|übrig|quedar|sobra|\breach|\bqualif"
)
_CUT = re.compile(
    r"%|\boff\b|code|discount|rabatt|remise|descuento|reduc|sale|\bmit [A-Z]|\bwith\b|\bavec\b|\bcon\b|aktion|promo"
)
_SHIPPING = re.compile(r"shipping|deliver|postage|versand|liefer|livraison|frais|env[ií]o|gastos")
_BOTH = re.compile(r"\bboth\b|\bbeide\b|\bles deux\b|\blos dos\b|\blas dos\b")
PER_PIECE = re.compile(r"\bper\b|\bpro\b|\bje\b|\beach\b|\bpar\b|\bpor\b|\ba piece\b|\bapiece\b|/")


class Basket:
    """The products that a text speaks of, how many of each, and the sums that they make."""

    def __init__(self, text: str, ours: Book) -> None:
        self.ours = ours
        self.low = " ".join([sentence.digits for sentence in sentences(text)])
        self.counts = tuple(sorted({int(n) for n in _NUMBER.findall(self.low) if 1 < int(n) <= 30} | {1}))[:7]
        self.cuts = tuple(sorted(cut for cut in ours.cuts if cut is not None))
        self.delivery = ours.facts.delivery.price if ours.facts.delivery else None
        self.free_from = ours.facts.delivery.free_from if ours.facts.delivery else None
        self.priced = self._spoken_of(text)
        self._sums: frozenset[Decimal] | None = None

    def _spoken_of(self, text: str) -> list[tuple[Decimal, ...]]:
        """Prices of each product of which a word stands in the text, named in full or not; eight at most."""
        here = {word[:5] for word in words_of(self.low) if len(word) > 2}
        tails = tuple(word for word in words_of(self.low) if len(word) > 3)
        strong = self.strong = {mention.key for mention in self.ours.known.mentions(text)}
        found: dict[str, list[Decimal]] = {}
        both = _BOTH.search(self.low) is not None and len(self.ours.facts.products) < 9
        for item in self.ours.facts.products:
            if item.price is None:
                continue
            name = item.name.lower()
            own = [word for word in words_of(name) if len(word) > 2]
            named = both or name in strong or item.sku.lower() in strong
            if named or any(word[:5] in here or (len(word) > 8 and word.endswith(tails)) for word in own):
                found.setdefault(name, []).append(item.price)
        return [tuple(sorted(set(prices))) for prices in found.values()][:8]

    def lines(self, prices: Sequence[Decimal]) -> list[Decimal]:
        """A product taken once or as often as some number of the text says."""
        return [price * count for price in prices for count in self.counts]

    @property
    def sums(self) -> frozenset[Decimal]:
        """Of one product several times, of up to four products, each once or several times."""
        if self._sums is None:
            every = [self.lines(prices) for prices in self.priced]
            found = {value for line in every for value in line}
            for one, other in combinations(every, 2):
                found.update(a + b for a, b in product(one, other))
            once = [prices[:1] + tuple(p * n for p in prices[:1] for n in self.counts[1:3]) for prices in self.priced]
            for size in (3, 4):
                for chosen in combinations(once[:7], size):
                    found.update(sum(values, Decimal(0)) for values in product(*chosen))
            self._sums = frozenset(found)
        return self._sums

    def is_price(self, amount: Amount) -> bool:
        """Whether it is the price of one of the products spoken of."""
        return any(value in prices for prices in self.priced for value in amount.values)

    def reaches(self, amount: Amount, around: Around, said: Sequence[Decimal]) -> bool:
        """Whether simple reckoning leads to the amount; `said` are the amounts of the text before it, found right."""
        sentence = around.sentence.low
        sums = self.sums | _running(said)
        reduced = self._reduced(sums) if self.cuts and _CUT.search(self.low) else frozenset()
        possible = sums | reduced
        if _SHIPPING.search(self.low):
            possible |= self._shipped(possible)
        if _MISSING.search(sentence):
            targets = {self.free_from, *said} - {None}
            possible |= {abs(target - value) for target in targets if target is not None for value in sums}
        if COMPARED.search(sentence):
            named = {p for m in self.strong for v in self.ours.variants(m, "") if (p := v.price) is not None}
            single = [*(named if len(named) > 1 else [p for prices in self.priced for p in prices]), *said]
            possible |= {abs(one - other) for one, other in combinations(single, 2)}
        if PER_PIECE.search(sentence):
            known = [price for prices in self.priced for price in prices] + list(said)
            counts = {int(n) for n in re.findall(r"\d{1,3}", self.low)} - {0}
            cent = Decimal("0.01")
            possible |= {(value / n).quantize(cent, ROUND_HALF_UP) for value in known for n in counts}
        return any(value in possible for value in amount.values)

    def _shipped(self, values: frozenset[Decimal]) -> frozenset[Decimal]:
        return frozenset([value + self.delivery for value in values]) if self.delivery else frozenset()

    def _reduced(self, values: frozenset[Decimal]) -> frozenset[Decimal]:
        rounded = self.ours.known.both_rounded
        return frozenset().union(*[rounded(value * (100 - cut) / 100) for value in values for cut in self.cuts])


def _running(said: Sequence[Decimal]) -> frozenset[Decimal]:
    """Sums of the amounts said last, one after another: what a list adds up to."""
    found: set[Decimal] = set()
    for start in range(max(0, len(said) - 10), len(said)):
        total = Decimal(0)
        for value in said[start:]:
            total += value
            found.add(total)
    found |= {one + other for one, other in combinations(said[-8:], 2)}
    return frozenset(found)


def count_before(sentence: Sentence, mention: Mention) -> int:
    """How many of what is named: "two", "3 ×", "zwei Packungen"; one where nothing tells."""
    start = mention.start - sentence.start
    found = _COUNT.search(sentence.digits, max(0, start - 40), start)
    return int(found["n"]) if found and 0 < int(found["n"]) <= 50 else 1


def total_of(items: Sequence[tuple[Sentence, Mention]], ours: Book) -> Decimal | None:
    """What named things cost together, each as often as is said before it; None where a price is not clear."""
    values: dict[str, Decimal] = {}
    for sentence, mention in items:
        variants: Sequence[ProductFact] = ours.variants(mention.key, sentence.low)
        prices = {variant.price for variant in variants if variant.price is not None}
        if len(prices) != 1:
            return None
        value = next(iter(prices)) * count_before(sentence, mention)
        values[mention.key] = max(value, values.get(mention.key, value))
    return sum(values.values(), Decimal(0)) if values else None

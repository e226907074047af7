"""What can be reckoned from the facts that a text is about: totals, differences, what is missing to free delivery.

Used only for an amount that stands in no fact, so its cost does not count for a right answer without sums.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from itertools import combinations, product

from shopgraph.domain import exponent
from shopgraph.guards.checks.amounts import Amount, find_amounts
from shopgraph.guards.checks.attribute_book import attribute_book
from shopgraph.guards.checks.book import Book
from shopgraph.guards.checks.claims import Around
from shopgraph.guards.checks.measures import Measure, measures
from shopgraph.guards.checks.names import Mention
from shopgraph.guards.checks.text import Cue, Sentence, sentences
from shopgraph.guards.checks.units import UNITS, plain
from shopgraph.guards.facts import ProductFact

TOTAL = Cue(
    "kommen kommst together total totals subtotal altogether all sum adds add makes make come comes came up "
    "zusammen insgesamt "
    "gesamt summe "
    "élève asciende macht ergeben ergibt sind also ensemble totalise font soit donc fait arrivez juntos suma "
    "suman total son "
    "llegas so that pay zahlen zahlst bezahlen payez paieriez paga pagas pagaría cela told tout todo allem",
    r"\bpay\b|\bzahl(?:en|st)\b|bezahlen|\bpa(?:y|i)er?(?:ez|iez)\b|\bpag(?:a|as|aría)\b|\bcela fait\b|"
    r"\bkomm(?:en|st) (?:sie|du|man) [^.;]{0,20}?auf\b|\bkommen auf\b|\btogether\b|\b(?:sub)?totals?\b"
    r"|altogether|\bin all\b|\badds? up\b|\bmakes?\b|\bcom(?:e|es|ing) to\b"
    r"|\bcame to\b|"
    r"\bso\b|\bthat['’]?s\b|\bzusammen\b|insgesamt|gesamt|\bsumme\b|\bmacht\b|\bergeben|\bergibt|\bsind das\b|\balso\b|"
    r"\bensemble\b|\bfont\b|\bsoit\b|\bdonc\b|\bau total\b|\bfait\b|\barrivez\b|\bjuntos\b|\bsuman?\b|\bson\b"
    r"|\bllegas\b|\ball (?:in|told|up)\b|\btout compris\b|\balles in allem\b|\ben todo\b",
)
SHIPPED = re.compile(
    r"(?:with|including|incl\.?|plus|and) (?:the )?(?:[$€£¥]?[\d.,']+ ?[€$]? ?)?(?:for |of |in )?(?:delivery"
    r"|shipping|postage|fee)"
    r"|mit (?:dem )?versand|inkl(?:usive|\.) versand|für den versand|avec (?:les |la )?(?:frais|livraison"
    r"|[\d.,]+ ?€ de livraison)"
    r"|con (?:los |el )?(?:gastos de )?env[ií]o|[$€£¥]?\d[\d.,]* ?[€$]? (?:delivery|shipping|postage|versand)\b"
    r"|shipping (?:of|is)|delivery (?:of|is)|de livraison"
)
_NUMBER = re.compile(r"(?<![\d.,$€£¥#/-])0{0,20}(\d{1,2})(?![\d.,]*\d|[%€$£¥])")
_COUNT = re.compile(r"(?<![\w.,$€£¥#/-])0{0,20}(?P<n>\d{1,2})(?: ?[x×]|(?: [^\W\d_]{2,12}){0,3})?(?: d['’])? ?$")
COMPARED = re.compile(
    r"\bmore\b|\bless\b|cheaper|expensive|differ|\bgap\b|\bapart\b|\bsav|dearer|teurer|günstiger|mehr\b|weniger"
    r"|unterschied|"
    r"\bplus cher|\bde plus\b|moins|différence|\bmás\b|\bmenos\b|diferencia|ahorr|\bextra\b|versus|\bvs\b"
)
_MISSING = re.compile(
    r"\badd\b|\bspend\b|\banother\b|\bañad|\bajout|\bshort\b|\baway\b|\bmissing\b|\bmore\b|\bmás\b|\bmehr\b"
    r"|\bde plus\b|\bbleib|\bneed"
    r"|\bto go\b|\bbelow\b|\bwithin\b|\bdarunter\b|\bdrunter\b|\bdarüber\b|\bunter\b|dessous|\bdebajo\b"
    r"|\buntil\b|\bfehl|\bbis\b"
    r"|manqu|\bfalta|\bleft\b|\bleav|remain|"
    r"\brest|\babove\b|\bpast\b|\bover\b|\bunder\b|\bspare\b|übrig|quedar|sobra|\breach|\bqualif"
)
_CUT = re.compile(
    r"%|\boff\b|code|discount|rabatt|remise|descuento|reduc|sale|\bmit [A-Z]|\bwith\b|\bavec\b|\bcon\b|aktion|promo"
)
_SHIPPING = re.compile(r"shipping|deliver|postage|versand|liefer|livraison|frais|env[ií]o|gastos")
_PIECES = re.compile(r"|bare number|pieces|capsules|servings|washes|persons|number")
_SOLD_BY = re.compile(r"\b(?:per|by the|pro|je|par|por|au|al)\s([^\W\d_]{1,12})\b")
_TOKEN = re.compile(r"[^\W_]+")
_BOTH = re.compile(r"\bboth\b|\bbeide\b|\bles deux\b|\blos dos\b|\blas dos\b")
PER_PIECE = re.compile(
    r"\bper\b|\bpro\b|\bje\b|\beach\b|\bpar\b|\bpor\b|\ba piece\b|\bapiece\b|/|\d ?[€$£]? (?:(?:an?|la|le|das"
    r"|die|der|el)\b|l['’]) ?[^\W\d_]{2,}|\bworks? out\b|\bl['’]unité\b|\bla pièce\b|\bcada\b|\bchacune?\b|\bpièce\b"
    r"|\bentspricht\b|\brevient\b|\bsale a\b|\bsalen a\b|\bjeweils\b|\bapiece\b|\bim (?:jahr|monat)\b"
    r"|\ban? (?:year|month|day)\b|\bcost(?:s|ing)? you\b|\bevery\b"
)


class Basket:
    """The products that a text speaks of, how many of each, and the sums that they make; in minor units."""

    def __init__(self, text: str, ours: Book) -> None:
        self._ours = ours
        self._scale = Decimal(10) ** exponent(ours.currency or "USD")
        self._low = " ".join([sentence.digits for sentence in sentences(text)])
        self._counts = tuple(sorted({int(n) for n in _NUMBER.findall(self._low) if 1 < int(n) <= 30} | {1}))[:7]
        self._cuts = tuple(sorted(ours.cuts | self._coming())) if _CUT.search(self._low) or self._names_code() else ()
        delivery = ours.facts.delivery
        self._fee = self._minor(delivery.price) if delivery and _SHIPPING.search(self._low) else None
        self._free_from = self._minor(delivery.free_from) if delivery else None
        self._named = {mention.key for mention in ours.known.mentions(text)}
        self._aims: list[int] = []
        self._totals = {self._minor(order.total) for order in ours.facts.orders}
        self._written = {self._minor(value) for amount in find_amounts(text) for value in amount.values}
        self._priced = self._spoken_of()

    def _coming(self) -> set[Decimal]:
        """Price cuts of promotions that the text names, running or not."""
        promotions = self._ours.facts.promotions
        return {p.percent for p in promotions if p.percent is not None and p.name and p.name.lower() in self._low}

    def _names_code(self) -> bool:
        return any(code.lower() in self._low for code in self._ours.known.codes)

    def _minor(self, value: Decimal | None) -> int | None:
        return None if value is None else int(value * self._scale)

    def _spoken_of(self) -> list[tuple[int, ...]]:
        """Prices of each product of which a word stands in the text, named in full or not; seven at most."""
        words = [plain(word) for word in _TOKEN.findall(self._low)]
        here = {form[:5] for word in words if len(word) > 2 for form in (word, word.removesuffix("s"))}
        here |= {word.removesuffix("es")[:5] for word in words if word.endswith("es")}
        tails = tuple(word for word in words if len(word) > 3)
        products = self._ours.facts.products
        every = _BOTH.search(self._low) is not None and len(products) < 9
        found: dict[str, set[int]] = {}
        for item in products:
            name, price = item.name.lower(), self._minor(item.price)
            own = [plain(word) for word in _TOKEN.findall(name) if len(word) > 2]
            named = every or name in self._named or item.sku.lower() in self._named
            if price is not None and (
                named or any(word[:5] in here or (len(word) > 6 and word.endswith(tails)) for word in own)
            ):
                found.setdefault(name, set()).add(price)
        return [tuple(sorted(prices)) for prices in found.values()][:7]

    @cached_property
    def sums(self) -> frozenset[int]:
        """Of one product several times, of up to four products, each once or several times."""
        lines = [[price * count for price in prices for count in self._counts] for prices in self._priced]
        found = {value for line in lines for value in line} | self._of_facts()
        for one, other in combinations(lines, 2):
            found.update([a + b for a in one for b in other])
        few = [sorted({prices[0] * count for count in self._counts[:3]}) for prices in self._priced]
        for one, other, third in combinations(few, 3):
            found.update([a + b + c for a in one for b in other for c in third])
        for chosen in combinations([line[:2] for line in few], 4):
            found.update([sum(values) for values in product(*chosen)])
        return frozenset(found)

    def _of_facts(self) -> set[int]:
        """What any one product costs the number of times that the text names; what orders come to together."""
        prices = {self._minor(item.price) for item in self._ours.facts.products[:20]}
        totals = [total for order in self._ours.facts.orders[:6] if (total := self._minor(order.total)) is not None]
        several = {sum(chosen) for many in (2, 3) for chosen in combinations(totals, many)}
        return several | {price * count for price in prices if price is not None for count in self._counts if count > 1}

    def is_price(self, amount: Amount) -> bool:
        """Whether it is the price of one of the products spoken of."""
        return any(self._minor(value) in prices for prices in self._priced for value in amount.values)

    def reaches(self, amount: Amount, around: Around, said: Sequence[Decimal], aims: Sequence[Decimal] = ()) -> bool:
        """Whether simple reckoning leads to the amount.

        `said` are the amounts of the text before it that were found right, `aims` those that the customer named.
        """
        before = [int(value * self._scale) for value in said]
        self._aims = [int(value * self._scale) for value in aims]
        sums = self.sums | _running(before)
        return any(self._reached(int(value * self._scale), around, sums, before) for value in amount.values)

    def _reached(self, amount: int, around: Around, sums: frozenset[int], before: Sequence[int]) -> bool:
        low = around.sentence.low
        if any(self._is_total(value, sums) for value in (amount, *([amount - self._fee] if self._fee else []))):
            return True
        if _MISSING.search(low):
            targets = [*before, *self._aims, *([self._free_from] if self._free_from is not None else [])]
            if any(target - amount in sums or target + amount in sums for target in targets):
                return True
            if self._free_from is not None and self._free_from - amount in self._written | self._totals:
                return True
            if any(total is not None and total - amount in before for total in self._totals):
                return True
        singles = [*(self._of_named() or [price for prices in self._priced for price in prices]), *before, *self._aims]
        if COMPARED.search(low) and any(abs(one - other) == amount for one, other in combinations(singles, 2)):
            return True
        if amount in self._per_piece() or amount in self._by_measure():
            return True
        if not PER_PIECE.search(low):
            return False
        if amount in self._per_measure(low):
            return True
        counts = {int(n) for n in re.findall(r"\d{1,3}", self._low)} - {0}
        return any(abs(value - amount * count) * 2 <= count for value in singles for count in counts)

    def _by_measure(self) -> frozenset[int]:
        """What 3.5 metres cost of something that is sold by the metre."""
        found: set[int] = set()
        for item in self._ours.facts.products[:40]:
            sold_by = _SOLD_BY.search(
                f"{item.name} {' '.join(item.attributes)} {' '.join(item.attributes.values())}".lower()
            )
            price = self._minor(item.price)
            if sold_by is not None and price is not None:
                unit = UNITS.get(sold_by[1])
                found |= {
                    int(price * number[0] + Decimal("0.5"))
                    for read in measures(self._low, self._low)
                    if unit is not None and read.kind == unit.kind and read.factor == unit.factor
                    for number in read.values
                }
        return frozenset(found)

    def _per_piece(self) -> frozenset[int]:
        """What one of a pack of so many costs, rounded either way."""
        attributes = attribute_book(self._ours.facts)
        found: set[int] = set()
        for item in self._ours.facts.products[:40]:
            price = self._minor(item.price)
            for figure in attributes.figures(item) if price is not None and price in self._spoken else ():
                many = figure.measure.values[0][0]
                if price is not None and _PIECES.fullmatch(figure.measure.kind) and 1 < many <= 1000 and many % 1 == 0:
                    exact = price / many
                    found |= {int(exact), int(exact) + (exact != int(exact))}
        return frozenset(found)

    @cached_property
    def _spoken(self) -> frozenset[int]:
        """Prices of what is spoken of."""
        priced = [price for prices in self._priced for price in prices]
        return frozenset([*priced, *(amount for amount in self._written if amount is not None)])

    def _per_measure(self, low: str) -> frozenset[int]:
        """What 100 g, a litre or an hour cost by the prices and figures of what is spoken of, rounded either way."""
        units = [read._replace(values=((Decimal(1),),)) for read in _bare_units(low)]
        units += list(measures(low, low))
        attributes = attribute_book(self._ours.facts)
        found: set[int] = set()
        for item in self._ours.facts.products[:40]:
            price = self._minor(item.price)
            for figure in attributes.figures(item) if price is not None and units else ():
                whole = figure.measure.values[0][0] * figure.measure.factor
                for unit in units:
                    if price is not None and whole > 0 and unit.kind == figure.measure.kind:
                        exact = price * unit.values[0][0] * unit.factor / whole
                        found |= {int(exact), int(exact) + 1}
        return frozenset(found)

    def _is_total(self, amount: int, sums: frozenset[int]) -> bool:
        """Whether it is a sum, or one after a price cut, rounded either way."""
        if amount in sums:
            return True
        for cut in self._cuts:
            rest = 100 - cut
            whole = int(amount * 100 / rest) if rest > 0 else 0
            if any(abs(value * rest / 100 - amount) * 2 <= 1 for value in range(whole - 2, whole + 3) if value in sums):
                return True
        return False

    def _of_named(self) -> list[int]:
        """The prices of what is named in full, where it is more than one thing."""
        prices = {v.price for key in self._named for v in self._ours.variants(key, "") if v.price is not None}
        return [int(price * self._scale) for price in prices] if len(prices) > 1 else []


_BARE_UNIT = re.compile(r"(?:\b(?:per|pro|je|par|por|an?|the|le|la|l['’]|el|der|das|die)\s?|/\s?)([^\W\d_]{1,12})\b")


def _bare_units(low: str) -> list[Measure]:
    """Units without a number: "per litre"."""
    return [
        Measure(0, 0, 0, 0, (), UNITS[word].kind, UNITS[word].factor)
        for word in _BARE_UNIT.findall(low)
        if word in UNITS
    ]


def _running(said: Sequence[int]) -> frozenset[int]:
    """Sums of the amounts said last, one after another: what a list adds up to."""
    found: set[int] = set()
    for start in range(max(0, len(said) - 10), len(said)):
        total = 0
        for value in said[start:]:
            total += value
            found.add(total)
    found |= {one + other for one, other in combinations(said[-8:], 2)}
    return frozenset(found)


_A = re.compile(r"\b(?:an?|une?|una|eine?[nrm]?) $")


def count_before(sentence: Sentence, mention: Mention) -> int:
    """How many of what is named: "two", "3 ×", "zwei Packungen"; one where nothing tells."""
    start = mention.start - sentence.start
    if _A.search(sentence.low, max(0, start - 6), start):
        return 1
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

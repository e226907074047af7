"""Amounts of money: each agrees with a fact about what it is said of, or is put right, or goes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from shopgraph.domain import exponent
from shopgraph.guards.checks.amounts import Amount, find_amounts, write_number
from shopgraph.guards.checks.base import Finding, Mention, Sentence, mentions, replace, sentences, take_out
from shopgraph.guards.facts import Facts

_DELIVERY = re.compile(r"deliver|shipping|postage|versand|lieferung|livraison|express", re.I)
_FREE = re.compile(r"\bfree\b|kostenlos|gratis|gratuit|\bab\b|\bfrom\b|\bover\b|\babove\b", re.I)
_TOTAL = re.compile(r"\btotal|\bsumme\b|\bgesamt|\border\b.{0,30}\bfor\b", re.I)
_REFUND = re.compile(r"refund|erstatt|rembours", re.I)
_TAX = re.compile(r"\btax|\bvat\b|\bmwst|\btva\b", re.I)
_OTHER = re.compile(
    r"deliver|shipping|postage|versand|lieferung|livraison|\btotal|summe|gesamt|refund|erstatt|rembours|\border\b|\bsav|"
    r"\boff\b|discount|rabatt|remise|differ|\bfree\b|\bover\b|\babove\b|\bunder\b|\bless than\b|\bup to\b|gift ?card|"
    r"balance|\bfees?\b|\btax|\bvat\b|\bwas\b|instead|statt|original|\brrp\b|coupon|\bpaid\b|charge|budget|\bin all\b|"
    r"together|zusammen|\bmore\b|credit|voucher|return|exchange|\bcosts? .{0,20}to (?:ship|send)",
    re.I,
)


def find_wrong_amounts(text: str, facts: Facts) -> Iterator[Finding]:
    """Amounts that disagree with the facts."""
    amounts = list(find_amounts(text))
    if not amounts:
        return
    book = _Book.of(facts)
    named = mentions(text, [*book.products, *book.orders])
    plain = _without(text, named)
    subjects: list[Mention] = []
    for sentence in sentences(text):
        if sentence.first_of_line:
            subjects = []
        here = [m for m in named if sentence.start <= m.start < sentence.end]
        inside = [a for a in amounts if sentence.start <= a.start < sentence.end]
        for place, amount in enumerate(inside):
            nearby = _nearby(plain, sentence, inside, place)
            yield from _judge(_Claim(text, sentence, amount, nearby, here, subjects), book)
        subjects = [m for m in here if m.key in book.products][-1:] or subjects


@dataclass(frozen=True)
class _Claim:
    """An amount, and what stands around it."""

    text: str
    sentence: Sentence
    amount: Amount
    nearby: str
    """From the amount before to shortly behind it."""
    here: Sequence[Mention]
    """What its sentence names."""
    carried: Sequence[Mention]
    """The product that the sentence before named."""

    @property
    def before(self) -> str:
        """What leads up to it."""
        return self.text[max(self.sentence.start, self.amount.start - 25) : self.amount.start]

    def subject(self, names: Iterable[str]) -> Mention | None:
        """What of `names` it is said of: the nearest one before it, else the first behind it."""
        known = [mention for mention in self.here if mention.key in names]
        before = [mention for mention in known if mention.end <= self.amount.start]
        return before[-1] if before else next(iter(known), None)


def _without(text: str, named: Sequence[Mention]) -> str:
    """The text with names blanked out: a Balance Bike is no balance."""
    for mention in named:
        text = f"{text[: mention.start]}{' ' * (mention.end - mention.start)}{text[mention.end :]}"
    return text


def _nearby(text: str, sentence: Sentence, inside: Sequence[Amount], place: int) -> str:
    begin = inside[place - 1].end if place else sentence.start
    behind = inside[place + 1].start if place + 1 < len(inside) else sentence.end
    amount = inside[place]
    return text[max(begin, amount.start - 60) : min(behind, amount.end + 25)]


@dataclass
class _Book:
    """Amounts in the facts, by what they are of."""

    facts: Facts
    products: dict[str, set[Decimal]] = field(default_factory=dict)
    """Name or SKU to everything that may be said of its price."""
    current: dict[str, set[Decimal]] = field(default_factory=dict)
    """Name or SKU to the prices of right now."""
    orders: dict[str, set[Decimal]] = field(default_factory=dict)
    totals: dict[str, Decimal] = field(default_factory=dict)
    other: set[Decimal] = field(default_factory=set)
    """Of no product: delivery, totals, refunds, what the request worked out."""

    @classmethod
    def of(cls, facts: Facts) -> _Book:
        """Read the facts once."""
        book = cls(facts=facts)
        book._add_products()
        book._add_orders()
        delivery = facts.delivery
        loose = [delivery.price, delivery.free_from] if delivery else []
        loose += [refund.amount for refund in facts.refunds]
        loose += facts.amounts.values()
        book.other |= {abs(amount) for amount in loose if amount is not None} | {Decimal(0)}
        return book

    @property
    def currency(self) -> str | None:
        """What all amounts in the facts are in."""
        return self.facts.currency

    def _add_products(self) -> None:
        cuts = {p.percent for p in self.facts.promotions if p.percent is not None}
        discount = self.facts.discount
        if discount and discount.allowed and discount.max_percent is not None:
            cuts.add(discount.max_percent)
        for product in self.facts.products:
            said: set[Decimal] = set()
            if product.price is not None:
                said.add(product.price)
                said |= {self._rounded(product.price * (100 - cut) / 100) for cut in cuts}
            if product.compare_at is not None:
                said.add(product.compare_at)
                said |= {product.compare_at - price for price in [product.price] if price is not None}
            for key in {product.name.lower(), product.sku.lower()} - {""}:
                self.products.setdefault(key, set()).update(said)
                if product.price is not None:
                    self.current.setdefault(key, set()).add(product.price)

    def _add_orders(self) -> None:
        for order in self.facts.orders:
            said = self.orders.setdefault(order.id.lower(), set())
            if order.total is not None:
                self.totals[order.id.lower()] = order.total
                said.add(order.total)
            for line in order.lines:
                if line.price is None:
                    continue
                paid = {line.price, line.price * line.quantity}
                said |= paid
                for key in {line.name.lower(), line.sku.lower()} - {""}:
                    self.products.setdefault(key, set()).update(paid)
            self.other |= said

    def _rounded(self, value: Decimal) -> Decimal:
        return value.quantize(Decimal(1).scaleb(-exponent(self.currency or "USD")), ROUND_HALF_EVEN)

    def of_products(self) -> set[Decimal]:
        """Everything that may be said of any product's price."""
        return set[Decimal]().union(*self.products.values())

    def derived(self, claim: _Claim) -> set[Decimal]:
        """What follows from the prices of the products that the sentence is about."""
        names = {mention.key for mention in (*claim.here, *claim.carried) if mention.key in self.current}
        single = [self.current[name] for name in sorted(names)]
        found = {price * count for prices in single for price in prices for count in range(2, 21)}
        found |= {cut * count for name in names for cut in self.products[name] for count in (1, 2)}
        if len(single) > 1 and all(len(prices) == 1 for prices in single):
            found.add(sum((next(iter(prices)) for prices in single), Decimal(0)))
        tax = self.facts.tax_percent
        if tax is not None and _TAX.search(claim.sentence.text):
            bases = {price for prices in single for price in prices} | set(self.totals.values())
            exact = {
                part
                for base in bases
                for part in (base * (100 + tax) / 100, base * tax / 100, base * tax / (100 + tax))
            }
            step = Decimal(1).scaleb(-exponent(self.currency or "USD"))
            found |= {part.quantize(step, way) for part in exact for way in (ROUND_HALF_EVEN, ROUND_HALF_UP)}
        return found


def _judge(claim: _Claim, book: _Book) -> Iterator[Finding]:
    amount = claim.amount
    if book.currency is not None and book.currency not in amount.currencies:
        yield from _wrong(claim, book, f"Amounts here are in {book.currency}.")
        return
    own = set[Decimal]().union(*(book.products[m.key] for m in claim.here if m.key in book.products))
    if _one_of(amount, own) or _one_of(amount, book.derived(claim)):
        return
    known = _one_of(amount, book.other) or _one_of(amount, book.of_products())
    if not known or _is_price_claim(claim, book):
        yield from _wrong(claim, book, "No fact stands behind this amount.")


def _one_of(amount: Amount, values: set[Decimal]) -> bool:
    return any(value in values for value in amount.values)


def _is_price_claim(claim: _Claim, book: _Book) -> bool:
    """Whether the amount is said to be the price of a product just named, and not a total, a fee or the like."""
    product = claim.subject(book.current)
    if product is None or product.end > claim.amount.start or claim.amount.start - product.end > 60:
        return False
    if _OTHER.search(claim.nearby):
        return False
    loose = _one_of(claim.amount, set(book.facts.amounts.values()))
    return not loose or _one_of(claim.amount, book.of_products())


def _wrong(claim: _Claim, book: _Book, reason: str) -> Iterator[Finding]:
    right = _right(claim, book)
    if right is None:
        instruction = (
            f"{claim.text[claim.amount.start : claim.amount.end]}: {reason} Leave it out or take it from the facts."
        )
        yield take_out(claim.sentence, instruction)
        return
    amount = claim.amount
    foreign = book.currency is not None and book.currency not in amount.currencies
    like = "" if foreign else amount.number
    number = write_number(right, like=like, currency=book.currency, locale=book.facts.locale)
    if foreign:
        yield replace(amount.start, amount.end, f"{number} {book.currency}", f"{reason} The fact is {right}.")
    else:
        yield replace(amount.number_start, amount.number_end, number, f"{reason} The fact is {right}.")


def _right(claim: _Claim, book: _Book) -> Decimal | None:
    """The one fact that the sentence must have meant, where there is one."""
    delivery = book.facts.delivery
    if delivery and _DELIVERY.search(claim.sentence.text) and not claim.subject(book.current):
        return delivery.free_from if _FREE.search(claim.before) else delivery.price
    if _REFUND.search(claim.sentence.text):
        refunds = {refund.amount for refund in book.facts.refunds if refund.amount is not None}
        return next(iter(refunds)) if len(refunds) == 1 else None
    order = claim.subject(book.orders)
    if order and _TOTAL.search(claim.sentence.text):
        return book.totals.get(order.key)
    product = claim.subject(book.current) or next(iter(claim.carried), None)
    if product and not _OTHER.search(claim.nearby):
        prices = book.current.get(product.key, set())
        return next(iter(prices)) if len(prices) == 1 else None
    return None

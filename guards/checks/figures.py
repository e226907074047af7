"""Amounts of money: each agrees with a fact about what it is said of, or is put right, or goes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from shopgraph.guards.checks.amounts import Amount, find_amounts, write_number
from shopgraph.guards.checks.base import Finding, Mention, Sentence, replace, sentences, stems_of, take_out
from shopgraph.guards.checks.book import Book, book
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts, ProductFact

_DELIVERY = re.compile(r"deliver|shipping|postage|versand|liefer|livraison|\bport\b|express", re.I)
_FREE = re.compile(
    r"\bfree\b|kostenlos|gratis|gratuit|offerte|\bab\b|\bfrom\b|\bover\b|\babove\b|à partir|dès"
    r"|exceed|at least|minimum",
    re.I,
)
_TOTAL = re.compile(
    r"\btotal|\bsumme\b|\bgesamt|\border\b.{0,30}\bfor\b|\bamount(?:s|ed)? to|came to|comes to|beläuft", re.I
)
_REFUND = re.compile(r"refund|erstatt|rembours", re.I)
_TAX = re.compile(r"\btax|\bvat\b|\bmwst|\btva\b|steuer", re.I)
_SAVING = re.compile(
    r"\bsav(?:e|es|ing|ings)\b|\boff\b|discount|rabatt|remise|cheaper|spar(?:en|st|t)\b|économis"
    r"|günstiger|knock|nachlass",
    re.I,
)
_FORMER = re.compile(
    r"\bwas\b|\bwere\b|instead|statt|original|\brrp\b|\buvp\b|reduced from|down from|regular|usual|normal|before|"
    r"au lieu|previous|formerly|vorher|zuvor|früher|bisher|ancien|list price|marked down from|compared? (?:to|at)",
    re.I,
)
_REDUCED = re.compile(
    r"\boff\b|discount|rabatt|remise|\bsale\b|promo|code|after|with\b|\bnow\b|coupon|reduced|aktion|mit\b|avec\b", re.I
)
_OTHER = re.compile(
    r"deliver|shipping|postage|versand|lieferung|livraison|\btotal|summe|gesamt|refund|erstatt"
    r"|rembours|\border\b|\bsav|"
    r"\boff\b|discount|rabatt|remise|differ|\bfree\b|\bunder\b|\bless than\b|\bup to\b|gift ?card|"
    r"balance|\bfees?\b|\btax|\bvat\b|coupon|\bpaid\b|charge|budget|\bin all\b|"
    r"together|zusammen|ensemble|\bmore\b|credit|voucher|return|exchange|\bcosts? .{0,20}to (?:ship|send)",
    re.I,
)
_BELOW = re.compile(
    r"\b(?:under|less than|below|up to|at most|not more than|within|unter|weniger als|höchstens|bis"
    r"|moins de|jusqu'à)\s$",
    re.I,
)
_ABOVE = re.compile(
    r"\b(?:over|more than|above|at least|starting (?:at|from)|from|ab|über|mehr als|plus de|à partir de|dès)\s$", re.I
)
_ABOUT = re.compile(
    r"\b(?:about|around|roughly|approximately|almost|nearly|just (?:over|under)|circa|ca\.|rund|etwa"
    r"|knapp|environ|près de)\s$",
    re.I,
)
_FOR = re.compile(
    r"\s*(?:is the price of|for|pour|für|buys you|gets you)\s+(?:the|a|an|our|das|die|der|den|le|la"
    r"|les|l['’]|one|each|your)?\s*",
    re.I,
)
_COMPARED = re.compile(
    r"\b(?:more|less|cheaper|difference|dearer|teurer|günstiger|mehr|weniger|plus cher|moins cher|différence)\b", re.I
)
_BOTH = re.compile(r"\bboth\b|\bpair\b|\bbeide|\bdeux\b|\bcouple\b", re.I)
_COUNT = re.compile(r"(?<![\d.,#-])0{0,20}(\d{1,2})(?![\d.,]\d|\d)")
_STRANGER = re.compile(
    r"\b(?:[Tt]he|[Oo]ur|[Dd]as|[Dd]ie|[Dd]er|[Ll][ae]|[Ll]es)\s((?:[A-ZÄÖÜÉ][\w'’-]{1,30}\s){2,5})"
    r"(?:costs?|is|are|kostet|kosten|ist|sind|coûte|coûtent|est|sont|sells?|comes?|goes)\b"
)
_NO_PRICE = stems_of(
    "save saves saving off discount rabatt remise cheaper sparen günstiger knock nachlass économisez was were instead "
    "statt original reduced down regular usual normal before au previous formerly vorher early "
    "refund delivery shipping "
    "versand lieferung livraison total order fee tax more less difference"
)
"""With one of these in its sentence, a product's price may be said of something else."""
_PRICE_WORDS = frozenset({"cost", "pric", "sell", "kost", "prei", "coût", "prix"})


def find_wrong_amounts(text: str, facts: Facts) -> Iterator[Finding]:
    """Amounts that disagree with the facts."""
    amounts = list(find_amounts(text))
    if not amounts:
        return
    ours = book(facts)
    names = ours.known.mentions(text)
    plain = _without(text, names)
    carried: Sequence[Mention] = ()
    place = 0
    for sentence in sentences(text):
        if sentence.first_of_line:
            carried = ()
        here = [m for m in names if sentence.start <= m.start < sentence.end]
        inside: list[Amount] = []
        while place < len(amounts) and amounts[place].start < sentence.end:
            inside.append(amounts[place])
            place += 1
        for index in range(len(inside)):
            claim = Claim(
                text=text, plain=plain, sentence=sentence, inside=inside, index=index, here=here, carried=carried
            )
            found = list(_judge(claim, ours))
            yield from found
            if any(finding.verdict is VerdictKind.RETRY for finding in found):
                break  # the whole sentence goes
        carried = [m for m in here if ours.variants(m.key, "")][-1:] or carried


def _without(text: str, names: Sequence[Mention]) -> str:
    """The text with names blanked out: a Balance Bike is no balance."""
    parts: list[str] = []
    place = 0
    for mention in names:
        parts += [text[place : mention.start], " " * (mention.end - mention.start)]
        place = mention.end
    return "".join([*parts, text[place:]])


@dataclass(kw_only=True)
class Claim:
    """An amount, and what stands around it."""

    text: str
    plain: str
    """The text without names."""
    sentence: Sentence
    inside: Sequence[Amount]
    """The amounts of its sentence."""
    index: int
    here: Sequence[Mention]
    """What its sentence names."""
    carried: Sequence[Mention]
    """The product that a sentence before named."""

    @property
    def amount(self) -> Amount:
        """The amount itself."""
        return self.inside[self.index]

    @cached_property
    def nearby(self) -> str:
        """From the amount before to shortly behind it, without names."""
        begin = self.inside[self.index - 1].end if self.index else self.sentence.start
        last = self.index + 1 == len(self.inside)
        behind = self.sentence.end if last else self.inside[self.index + 1].start
        amount = self.amount
        return self.plain[max(begin, amount.start - 60) : min(behind, amount.end + 25)]

    @cached_property
    def before(self) -> str:
        """What leads up to it."""
        return self.text[max(self.sentence.start, self.amount.start - 25) : self.amount.start]

    def order(self, ours: Book) -> str | None:
        """The order that it is said of: the nearest one before it, else the first behind it."""
        keys = [m for m in self.here if m.key in ours.orders]
        before = [m for m in keys if m.end <= self.amount.start]
        return before[-1].key if before else keys[0].key if keys else None

    def products(self, ours: Book) -> list[Mention]:
        """The products that it is said of: those named last before it, else the first behind it."""
        keys = [m for m in self.here if ours.variants(m.key, "") or m.key in ours.lines]
        start, end = self.amount.start, self.amount.end
        after = next((m for m in keys if m.start >= end), None)
        if after is not None and _FOR.fullmatch(self.text, end, after.start):
            return [after]
        run: list[Mention] = []
        for mention in reversed([m for m in keys if m.end <= start]):
            if run and any(mention.end <= a.start < run[-1].start for a in self.inside):
                break
            run.append(mention)
        if not run:
            return [after] if after is not None else []
        return self._paired(run[::-1])

    def _paired(self, run: list[Mention]) -> list[Mention]:
        """Of "A and B cost 1 and 2" the one that is meant, where as many amounts follow as names."""
        if len(run) < 2:
            return run
        following = [a for a in self.inside if a.start >= run[-1].end]
        nexts = [m.start for m in self.here if m.start > run[-1].start]
        following = [a for a in following if not nexts or a.start < nexts[0]]
        if len(following) == len(run):
            return [run[following.index(self.amount)]]
        return run


def _judge(claim: Claim, ours: Book) -> Iterator[Finding]:
    amount = claim.amount
    if ours.currency is not None and ours.currency not in amount.currencies:
        yield from _wrong(claim, ours, [], f"Amounts here are in {ours.currency}.")
        return
    said = claim.products(ours)
    variants = [v for m in said for v in ours.variants(m.key, claim.sentence.text)]
    if _one_of(amount, ours.current(variants)) and not claim.sentence.stems & _NO_PRICE:
        return
    if _is_price_claim(claim, said, variants):
        allowed = _prices(claim, ours, said, variants)
        if not _holds(claim, amount, allowed):
            yield from _wrong(claim, ours, said, "No fact stands behind this price.")
        return
    typed = _typed(claim, ours, said, variants)
    if typed is not None:
        if not _holds(claim, amount, typed):
            yield from _wrong(claim, ours, said, "No fact stands behind this amount.")
        return
    known = _one_of(amount, ours.other) or _holds(claim, amount, ours.everything() | _derived(claim, ours))
    if not known or _of_a_stranger(claim, said):
        yield from _wrong(claim, ours, said, "No fact stands behind this amount.")


def _one_of(amount: Amount, values: frozenset[Decimal]) -> bool:
    return any(value in values for value in amount.values)


def _holds(claim: Claim, amount: Amount, values: frozenset[Decimal]) -> bool:
    """Whether the amount is one of the values, or the bound or rounding of one that the text calls it."""
    if _one_of(amount, values):
        return True
    said = amount.values[0]
    if _ABOUT.search(claim.before):
        return any(abs(value - said) <= said / 10 for value in values)
    if _BELOW.search(claim.before):
        return any(0 < value <= said for value in values)
    return bool(_ABOVE.search(claim.before)) and not _DELIVERY.search(claim.nearby) and any(v > said for v in values)


def _is_price_claim(claim: Claim, said: Sequence[Mention], variants: Sequence[ProductFact]) -> bool:
    """Whether the amount is said to be the price of a product just named, and not a total, a fee or the like."""
    if not variants or _OTHER.search(claim.nearby):
        return False
    gap = claim.amount.start - said[-1].end
    return gap <= 60


def _prices(claim: Claim, ours: Book, said: Sequence[Mention], variants: Sequence[ProductFact]) -> frozenset[Decimal]:
    allowed = ours.current(variants)
    if _FORMER.search(claim.nearby):
        allowed |= ours.former(variants)
    if _REDUCED.search(claim.sentence.text):
        allowed |= ours.reduced(variants)
    if any(m.key in ours.orders for m in claim.here) or claim.sentence.stems & {"orde", "best", "comm", "paid", "boug"}:
        allowed = allowed.union(*(ours.lines.get(m.key, ()) for m in said))
    return allowed | _derived(claim, ours)


def _derived(claim: Claim, ours: Book) -> frozenset[Decimal]:
    """What follows from the prices of the products that the sentence is about."""
    subjects = {m.key for m in claim.here} or {m.key for m in claim.carried}
    single = [ours.current(ours.variants(name, claim.sentence.text)) for name in sorted(subjects)]
    single = [prices for prices in single if prices]
    prices = {price for each in single for price in each}
    counts = {int(count) for count in _COUNT.findall(claim.sentence.digits)}
    counts |= {2} if _BOTH.search(claim.sentence.text) else set()
    found = {price * count for price in prices for count in counts if 1 < count <= 50}
    if len(single) > 1 and all(len(each) == 1 for each in single):
        found.add(sum((next(iter(each)) for each in single), Decimal(0)))
    if _COMPARED.search(claim.sentence.text):
        every = {price for name in subjects for price in ours.current(ours.variants(name, ""))}
        found |= {abs(one - other) for one in every for other in every if one != other}
    if _TAX.search(claim.sentence.text):
        found |= ours.taxed(prices)
    return frozenset(found)


def _typed(
    claim: Claim, ours: Book, said: Sequence[Mention], variants: Sequence[ProductFact]
) -> frozenset[Decimal] | None:
    """What an amount of that kind can be; None when its sentence does not tell the kind."""
    near = claim.nearby
    order = claim.order(ours)
    if _SAVING.search(near):
        of = variants or ours.facts.products
        return (
            ours.savings(of)
            | ours.reduced(of)
            | ours.current(of)
            | ours.former(of)
            | ours.loose
            | _derived(claim, ours)
        )
    if _DELIVERY.search(near) and not variants and order is None and ours.delivery:
        delivery = ours.facts.delivery
        threshold = delivery.free_from if delivery else None
        if _FREE.search(claim.before):
            return frozenset({threshold} if threshold is not None else ()) | ours.loose
        fee = delivery.price if delivery else None
        return frozenset({fee} if fee is not None else ()) | ours.loose
    if order is not None and _TOTAL.search(near) and not _REFUND.search(near) and not variants:
        total = ours.known.orders[order].total
        return frozenset({total} if total is not None else ()) | ours.loose
    if _REFUND.search(near) and ours.refunds and order is None:
        return ours.refunds | ours.loose | frozenset[Decimal]().union(*ours.orders.values())
    return None


def _of_a_stranger(claim: Claim, said: Sequence[Mention]) -> bool:
    """Whether the amount is the price of something with a name of its own that stands in no fact."""
    if said:
        return False
    return any(
        found.end() <= claim.amount.start - claim.sentence.start for found in _STRANGER.finditer(claim.sentence.text)
    )


def _wrong(claim: Claim, ours: Book, said: Sequence[Mention], reason: str) -> Iterator[Finding]:
    amount = claim.amount
    right = _right(claim, ours, said or claim.products(ours))
    if right is None:
        shown = claim.text[amount.start : amount.end]
        yield take_out(claim.sentence, f"{shown}: {reason} Leave it out or take it from the facts.")
        return
    foreign = ours.currency is not None and ours.currency not in amount.currencies
    whole = foreign or (" " in amount.number and any(char.isalpha() for char in amount.number))
    number = write_number(right, like="" if whole else amount.number, currency=ours.currency, locale=ours.facts.locale)
    why = f"{reason} The fact is {right}."
    if whole:
        yield replace(amount.start, amount.end, f"{number} {ours.currency or ''}".strip(), why)
    else:
        yield replace(amount.number_start, amount.number_end, number, why)


def _right(claim: Claim, ours: Book, said: Sequence[Mention]) -> Decimal | None:
    """The one fact that the sentence must have meant, where there is one."""
    delivery = ours.facts.delivery
    products = [m for m in said if ours.variants(m.key, "")]
    if delivery and _DELIVERY.search(claim.sentence.text) and not products:
        return delivery.free_from if _FREE.search(claim.before) else delivery.price
    order = claim.order(ours)
    if _REFUND.search(claim.sentence.text):
        mine = [
            r for r in ours.facts.refunds if order is None or (r.order or "").lower().lstrip("#") == order.lstrip("#")
        ]
        refunds = {refund.amount for refund in mine or ours.facts.refunds if refund.amount is not None}
        return next(iter(refunds)) if len(refunds) == 1 else None
    only = ours.known.only_order()
    if _TOTAL.search(claim.nearby) and not products and (order or only):
        fact = ours.known.orders[order] if order else only
        return fact.total if fact else None
    return _price(claim, ours, products)


def _price(claim: Claim, ours: Book, products: Sequence[Mention]) -> Decimal | None:
    subjects = products or claim.carried
    if not subjects and (_of_a_stranger(claim, ()) or claim.here or not claim.sentence.stems & _PRICE_WORDS):
        return None
    text = claim.sentence.text
    variants = [v for m in subjects for v in ours.variants(m.key, text)] if subjects else list(ours.facts.products)
    if _SAVING.search(claim.nearby):
        found = ours.savings(variants)
    elif _OTHER.search(claim.nearby):
        return None
    elif _FORMER.search(claim.before) and (former := ours.former(variants)):
        found = former
    else:
        found = ours.current(variants)
    return next(iter(found)) if len(found) == 1 else None

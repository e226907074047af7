"""What a text said of amounts so far, and what it can have reckoned from that."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from decimal import Decimal

from shopgraph.guards.checks.amounts import Amount, read_number
from shopgraph.guards.checks.book import Book
from shopgraph.guards.checks.claims import Around, Claim
from shopgraph.guards.checks.figures_words import GOODS, TAX
from shopgraph.guards.checks.names import Mention
from shopgraph.guards.checks.subjects import by_parts
from shopgraph.guards.checks.sums import COMPARED, SHIPPED, TOTAL, Basket, count_before, total_of
from shopgraph.guards.checks.text import Sentence

_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)\s?(?:%|percent|prozent)")
_COUNTS = re.compile(r"(?<![\d.,$€£¥#/-])0{0,20}([2-9]|[1-4]\d)(?= [^\W\d_])")

_FIRST_COUNT = re.compile(
    r"\W*(?:(?:so|all|for|and|und|alle|für|les|pour|los|las|para|el|a pack of|if you (?:take|buy"
    r"|order)) )?0*(?P<n>[2-9]|[1-4]\d)"
    r"(?: of (?:them|these|those)| davon| d['’]entre eux| de ellos)?(?: [^\W\d_]{2,14})?"
    r" (?:are|is|cost|come|would|will|make|kosten|sind|macht|kommen|coûtent|font|reviennent|cuestan|son|salen|hacen)\b"
)
"""A sentence that begins with a number of the thing before."""

_TO_FREE = re.compile(
    r"(?:\badd|\bneed|\bspend|\black)[^;]{0,60}(?:for|to get|until|to reach) free"
    r"|(?:away from|short of|more (?:for|to get|until)|missing for|left (?:to|until)|to (?:get|reach"
    r"|qualify for)) (?:the )?(?:free|\w+ free)"
    r"|(?:bis|für) (?:zum|zur|den|die) (?:kostenlosen|gratis|versandkostenfreien)\w*"
    r"|fehl\w*[^.;]{0,40}(?:versand|lieferung)"
    r"|manque[^.;]{0,40}livraison|falta[^.;]{0,40}env[ií]o"
    r"|(?:another|additional|further|extra|weitere|zusätzlich\w*|encore|otros?)\s[^;]{0,60}?\b(?:and|und|et|y|for|für|pour)\b"
    r"[^;]{0,40}(?:\bfree\b|on us|kostenlos|kostenfrei|gratis|gratuit|offert)"
)
"""What lacks to free delivery is told."""


class Reading:
    """Goes along with the amounts of one text from left to right."""

    def __init__(self, text: str, ours: Book) -> None:
        self._text, self._ours = text, ours
        self._basket: Basket | None = None
        self._said: list[Decimal] = []
        self._aims: list[Amount] = []
        self._arounds: list[Around] = []
        self._goods: Decimal | None = None

    @property
    def cut(self) -> Decimal | None:
        """The price cut of the facts that the text names, where it is one."""
        said = {value for found in _PERCENT.findall(self._text) for value in read_number(found)}
        named = {cut for cut in self._ours.cuts if cut in said}
        named = named or self._named_by_code()
        return next(iter(named)) if len(named) == 1 else None

    def _named_by_code(self) -> set[Decimal]:
        """The cut of a code or a promotion that the text names."""
        low, facts = self._text.lower(), self._ours.facts
        discount = facts.discount
        code = discount.code.lower() if discount and discount.code else None
        named = {
            p.percent
            for p in self._ours.known.running
            if p.percent and any(word and word.lower() in low for word in (p.name, p.code))
        }
        if code and code in low and discount and discount.max_percent:
            named.add(discount.max_percent)
        return named

    def hold(self, around: Around, amount: Amount) -> None:
        """Note an amount that was found right."""
        if amount not in self._aims:
            self._said.append(amount.values[0])
            if GOODS.search(around.sentence):
                self._goods = amount.values[0]

    def aim_at(self, amount: Amount) -> None:
        """Note an amount that the customer named: what is left of it is reckoned, it is added to nothing."""
        self._aims.append(amount)

    def end(self, around: Around) -> None:
        """Note that a sentence is over."""
        self._arounds.append(around)

    def named_last(self, many: int) -> list[str]:
        """The products that were named last in sentences with amounts, each once."""
        keys = list(dict.fromkeys([m.key for around in self._arounds for m in around.products]))
        return [key for key in keys if self._ours.known.variants(key)][-many:]

    def _listed(self) -> list[tuple[Sentence, Mention]]:
        """What was named in the sentences with amounts so far."""
        return [(around.sentence, mention) for around in self._arounds for mention in around.products]

    def reaches(self, claim: Claim, *, of_one: bool) -> bool:
        """Whether reckoning with what the text speaks of leads to the amount.

        With `of_one` it is said of one product, and the price of another one does not count.
        """
        if self._basket is None:
            self._basket = Basket(self._text, self._ours)
        if of_one and self._basket.is_price(claim.amount):
            return False
        aims = [aim.values[0] for aim in self._aims]
        return self._basket.reaches(claim.amount, claim.around, self._said, aims)

    def _several_of_carried(self, claim: Claim) -> Decimal | None:
        """What "four jars" cost of the product that the sentence before named."""
        many = _FIRST_COUNT.match(claim.sentence.digits)
        if many is None or claim.index or len(claim.around.carried) != 1:
            return None
        prices = self._ours.current(self._ours.variants(claim.around.carried[0].key, ""))
        return next(iter(prices)) * int(many["n"]) if len(prices) == 1 else None

    def _missing_to_free(self, claim: Claim, named: Sequence[tuple[Sentence, Mention]]) -> Decimal | None:
        """What lacks to free delivery with what the sentence names, or else the product before."""
        delivery = self._ours.facts.delivery
        items = named or [(claim.sentence, mention) for mention in claim.around.carried]
        total = total_of(items, self._ours) if items else None
        if delivery is None or delivery.free_from is None or total is None or total >= delivery.free_from:
            return None
        return delivery.free_from - total

    def _of_sentence(self, claim: Claim) -> list[tuple[Sentence, Mention]]:
        """The products that the sentence names, by a part of their names too."""
        named = [(claim.sentence, m) for m in claim.around.products if self._ours.known.variants(m.key)]
        return named or [(claim.sentence, m) for m in by_parts(claim.sentence, self._ours.known.forms)]

    def missing(self, claim: Claim) -> Decimal | None:
        """What lacks to free delivery, where the amount is said to be that."""
        if not _TO_FREE.search(claim.sentence.low):
            return None
        delivery = self._ours.facts.delivery
        before = [a.values[0] for a in claim.around.amounts if a.end <= claim.amount.start]
        if before and delivery and delivery.free_from is not None and before[-1] < delivery.free_from:
            return delivery.free_from - before[-1]
        return self._missing_to_free(claim, self._of_sentence(claim))

    def expected(self, claim: Claim) -> Decimal | None:
        """The total or difference that the amount must have meant to be, where that is clear."""
        low = claim.sentence.low
        named = [(claim.sentence, m) for m in claim.around.products if self._ours.known.variants(m.key)]
        if not named:
            parts = [(claim.sentence, m) for m in by_parts(claim.sentence, self._ours.known.forms)]
            named = parts if len(parts) > 1 or _TO_FREE.search(low) else []
        side_by_side = _is_sum(claim, [mention for _, mention in named])
        if _TO_FREE.search(low):
            return self._missing_to_free(claim, named)
        if (taxed := self._taxed(claim)) is not None:
            return taxed
        if COMPARED.search(claim.tail[:30]):
            prices = {p for s, m in named for v in self._ours.variants(m.key, s.low) if (p := v.price) is not None}
            return abs(max(prices) - min(prices)) if len(prices) == 2 else None
        if not named and (carried := self._several_of_carried(claim)) is not None:
            return carried
        several = any(count_before(claim.sentence, mention) > 1 for _, mention in named) or side_by_side
        if not several and not TOTAL.search(claim.sentence, low):
            return None
        inside = [a for a in claim.around.amounts if a.start < claim.amount.start]
        if len(named) < len(inside) > 1 and TOTAL.search(claim.sentence, claim.lead) and not SHIPPED.search(low):
            return sum([amount.values[0] for amount in inside], Decimal(0))
        if not named and len(inside) == 1 and (counts := _COUNTS.findall(claim.sentence.digits[:80])):
            return inside[0].values[0] * int(counts[0])
        if not named and self._goods is not None and SHIPPED.search(low):
            return self.with_delivery(self._goods)
        if several or TOTAL.search(claim.sentence, low):
            taken = {m.key for _, m in named}
            others = by_parts(claim.sentence, self._ours.known.forms)
            named += [(claim.sentence, m) for m in others if m.key not in taken]
        total = total_of([(s, m) for s, m in named if m.end <= claim.amount.start] or self._listed(), self._ours)
        shipped = SHIPPED.search(low) and not _FEE_FOLLOWS.match(low, claim.amount.end - claim.sentence.start)
        return self.with_delivery(total) if total is not None and shipped else total

    def _taxed(self, claim: Claim) -> Decimal | None:
        """What an amount before it is with the tax, or the tax on it."""
        tax = self._ours.facts.tax_percent
        before = [a for a in claim.around.amounts if a.start < claim.amount.start]
        if tax is None or not before or not TAX.search(claim.sentence, claim.lead):
            return None
        base = before[-1].values[0]
        whole = _WITH_TAX.search(claim.lead) is not None
        return self._ours.known.rounded(base * (100 + tax) / 100 if whole else base * tax / 100)

    def with_delivery(self, total: Decimal) -> Decimal | None:
        """What is to pay for goods with their delivery."""
        delivery = self._ours.facts.delivery
        if delivery is None or delivery.price is None:
            return None
        is_free = delivery.free_from is not None and total >= delivery.free_from
        return total if is_free else total + delivery.price


_FEE_FOLLOWS = re.compile(r"[\s,)]{1,3}(?:plus|and|und|et|y|zzgl\.?|zuzüglich|más)\s")
"""Right behind a total: delivery comes on top."""
_WITH_TAX = re.compile(
    r"\b(?:with|including|incl|after|plus|mit|inkl\w*|nach|avec|tout compris|ttc|con|incluido)\b[^;]{0,30}\b(?:tax"
    r"|vat|mwst|tva|iva)\b"
    r"[^;]{0,16}\b(?:it|that|is|makes|comes|total|pay|you|ist|sind|macht|zahlen|fait|cela|son|es)\b"
)
_SIDE_BY_SIDE = re.compile(r"[^.;:]{0,24}?(?:\b(?:and|plus|und|et|y|with|mit|avec|con)\b|[+&,])[^.;:]{0,12}")
_OF_EACH = re.compile(r"\b(?:each|apiece|respectively|je|jeweils|chacune?|cada|beide|both|per)\b")


def _is_sum(claim: Claim, mentions: Sequence[Mention]) -> bool:
    """Whether two things and more are named side by side before the only amount: "a kettle and a board: $80"."""
    named = [m for m in mentions if m.end <= claim.amount.start]
    if len(named) < 2 or len(claim.around.amounts) > 1 or _OF_EACH.search(claim.sentence.low):
        return False
    low, start = claim.sentence.low, claim.sentence.start
    return all(
        _SIDE_BY_SIDE.fullmatch(low, one.end - start, other.start - start) is not None
        for one, other in itertools.pairwise(named)
    )

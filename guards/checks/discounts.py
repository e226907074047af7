"""Price cuts: nobody is offered more than the allowance, nor a code that nobody issued."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from shopgraph.guards.checks.amounts import read_number
from shopgraph.guards.checks.base import Finding, Sentence, denies, replace, sentences, take_out
from shopgraph.guards.facts import Facts

_PERCENT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,3})?)\s?(?:%|percent\b|per cent\b|prozent\b|pour ?cent\b)", re.I)
_CUT = re.compile(
    r"\boff\b|discount|rabatt|reduc|reduzier|remise|réduc|\bsav(?:e|es|ing)|\bpromo|coupon|\bcode\b|cheaper|knock|"
    r"markdown|\bsale\b|voucher|gutschein|price cut|lower price",
    re.I,
)
_TAX = re.compile(r"\btax\b|\bvat\b|\bmwst\b|\btva\b", re.I)
_CODE_AFTER = re.compile(
    r"(?<!postal )(?<!zip )(?<!country )(?<!error )(?<!tracking )(?<!order )"
    r"\b(?i:codes?|coupons?|vouchers?|gutscheincodes?)"
    r"[\s:\"'“„«*`]{1,4}(?:(?i:is|ist|named|called)\s)?[\"'“„«*`]{0,3}(?P<code>[A-Z][A-Z0-9_-]{2,23})\b"
)
_CODE_BEFORE = re.compile(r"\b(?P<code>[A-Z][A-Z0-9_-]{2,23})[\"'”“»*`]{0,3}\s(?i:codes?|coupons?|vouchers?)\b")
_CODE_CALLED = re.compile(r"\b(?i:use|enter|type|apply|with)\s[\"'“„«*`]{0,3}(?P<code>[A-Z]{3,20}-?\d{1,3})\b")


def find_wrong_discounts(text: str, facts: Facts) -> Iterator[Finding]:
    """Offers above what is allowed, and codes that stand in no fact."""
    good = _good_percents(facts)
    most = _most(facts)
    for sentence in sentences(text):
        yield from _offers(sentence, good, most)
        yield from _codes(sentence, facts)


def _good_percents(facts: Facts) -> set[Decimal]:
    good = {promotion.percent for promotion in facts.promotions if promotion.percent is not None}
    for product in facts.products:
        if product.compare_at and product.price is not None and product.price < product.compare_at:
            cut = (product.compare_at - product.price) * 100 / product.compare_at
            good |= {cut.quantize(Decimal(1)), Decimal(int(cut)), cut.quantize(Decimal("0.1"))}
    return good


def _most(facts: Facts) -> Decimal:
    discount = facts.discount
    return discount.max_percent or Decimal(0) if discount and discount.allowed else Decimal(0)


def _offers(sentence: Sentence, good: set[Decimal], most: Decimal) -> Iterator[Finding]:
    if not _CUT.search(sentence.text):
        return
    for found in _PERCENT.finditer(sentence.text):
        values = read_number(found[1])
        clause = sentence.clause(sentence.start + found.start())
        taxed = _TAX.search(sentence.text[found.end() : found.end() + 20])
        if taxed or denies(clause) or any(value in good or value <= most for value in values):
            continue
        if most > 0:
            start = sentence.start + found.start(1)
            shown = f"{most.normalize():f}"
            yield replace(start, start + len(found[1]), shown, f"At most {shown} percent may be given.")
        else:
            yield take_out(sentence, "No discount may be given here. Do not offer one.")


def _codes(sentence: Sentence, facts: Facts) -> Iterator[Finding]:
    known = {promotion.code.upper() for promotion in facts.promotions if promotion.code}
    if facts.discount and facts.discount.code:
        known.add(facts.discount.code.upper())
    for pattern in (_CODE_AFTER, _CODE_BEFORE, _CODE_CALLED):
        for found in pattern.finditer(sentence.text):
            clause = sentence.clause(sentence.start + found.start("code"))
            if found["code"] not in known and not denies(clause):
                yield take_out(sentence, f"There is no code {found['code']} in the facts. Do not name one.")
                return

"""What an amount of money must have meant to be, where that is clear."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from shopgraph.guards.checks import figures_words as words
from shopgraph.guards.checks.amount_kinds import difference, equation, is_direct, is_fee, is_threshold, of_a_stranger
from shopgraph.guards.checks.book import Book
from shopgraph.guards.checks.claims import Claim
from shopgraph.guards.checks.known import plain_id
from shopgraph.guards.checks.names import Mention
from shopgraph.guards.checks.reckoning import Reading
from shopgraph.guards.checks.sums import PER_PIECE, SHIPPED, TOTAL, count_before


def right_amount(claim: Claim, ours: Book, said: Sequence[Mention], reading: Reading) -> Decimal | None:
    """The one fact that the sentence must have meant, where there is one."""
    delivery = ours.facts.delivery
    products = [m for m in said if ours.variants(m.key, "")]
    if (product := equation(claim, ours)) is not None:
        return product
    if (apart := difference(claim, ours, reading)) is not None:
        return apart
    if (missing := reading.missing(claim)) is not None:
        return missing
    if delivery and (
        is_threshold(claim) or (words.FREE_DELIVERY.search(claim.sentence) and words.ABOVE.search(claim.before))
    ):
        return delivery.free_from
    if (
        delivery
        and is_fee(claim)
        and not (
            SHIPPED.search(claim.sentence.low)
            and (TOTAL.search(claim.sentence) or (products and not words.FEE_LEAD.search(claim.before)))
        )
    ):
        above = words.FREE.search(claim.before) and words.ABOVE.search(claim.before)
        return delivery.free_from if above else delivery.price
    if delivery is None and not products and is_fee(claim):
        return None
    ahead = claim.sentence.low[: claim.amount.start - claim.sentence.start]
    if len({m.key for m in products}) == 1 and SHIPPED.search(ahead) and not claim.index:
        price = _price(claim, ours, products, reading)
        if price is not None and count_before(claim.sentence, products[0]) == 1:
            return reading.with_delivery(price)
    order = claim.order(ours)
    if words.REFUND.search(claim.sentence):
        mine = [r for r in ours.facts.refunds if order is None or plain_id(r.order or "") == plain_id(order)]
        refunds = {refund.amount for refund in mine or ours.facts.refunds if refund.amount is not None}
        return next(iter(refunds)) if len(refunds) == 1 else None
    only = ours.known.only_order()
    if order and not products and (words.TOTAL.search(claim.sentence, claim.nearby) or claim.is_total_of(order, ours)):
        return ours.known.orders[order].total
    if is_direct(claim, said) and (right := _price(claim, ours, products, reading)) is not None:
        return right * count_before(claim.sentence, said[0]) if not PER_PIECE.search(claim.tail[:10]) else right
    if words.SAVING.search(claim.sentence, claim.lead[-40:]) or (words.BRINGS.search(claim.lead) and reading.cut):
        saved = _price(claim, ours, products, reading)
        if saved is not None:
            return saved
    total = reading.expected(claim)
    if total is not None:
        return total
    if words.TOTAL.search(claim.sentence, claim.nearby) and not products and only:
        return only.total
    return _price(claim, ours, products, reading)


def _price(claim: Claim, ours: Book, products: Sequence[Mention], reading: Reading) -> Decimal | None:
    subjects = products or claim.around.carried
    if not products and subjects and of_a_stranger(claim, ()):
        return None
    if not subjects and (
        of_a_stranger(claim, ()) or claim.around.here or not claim.sentence.topics & words.PRICE_WORDS
    ):
        return None
    low = claim.sentence.low
    variants = [v for m in subjects for v in ours.variants(m.key, low)] if subjects else list(ours.facts.products)
    former = words.FORMER.search(claim.sentence, claim.lead)
    if former is None:
        former = words.FORMERLY.match(claim.tail)
    elif words.NOW.search(claim.lead, former.end()):
        former = None
    if former is None and (cut := reading.cut) is not None and _is_after_cut(claim, ours):
        found = frozenset(ours.known.rounded(price * (100 - cut) / 100) for price in ours.current(variants))
    elif words.SAVING.search(claim.sentence, claim.lead[-40:] if is_direct(claim, subjects) else claim.nearby):
        cuts = {v.compare_at - v.price for v in variants if v.compare_at is not None and v.price is not None}
        cut = reading.cut
        saved = frozenset(ours.known.rounded(price * cut / 100) for price in ours.current(variants)) if cut else None
        found = saved or (frozenset(cuts) if len(cuts) == 1 else ours.savings(variants))
    elif words.OTHER.search(claim.sentence, claim.lead if is_direct(claim, subjects) else claim.nearby):
        return None
    elif former is not None and (were := ours.former(variants, lowest="owest" in former[0] or "iedrig" in former[0])):
        found = were
    else:
        found = ours.current(variants)
    return next(iter(found)) if len(found) == 1 else None


def _is_after_cut(claim: Claim, ours: Book) -> bool:
    """Whether the amount is said to be what is left to pay after a price cut that the sentence names before it."""
    if words.BRINGS.search(claim.lead) is not None:
        return True
    ahead = claim.sentence.low[: claim.amount.start - claim.sentence.start]
    lead = ahead[-len(claim.lead) - 30 :]
    named = "%" in lead or "percent" in lead or "prozent" in lead or ours.names_cut(lead)
    saves = words.SAVING.search(claim.sentence, claim.lead[-24:])
    return named and words.AFTER_CUT.search(lead) is not None and not (saves and "%" not in lead[-24:])

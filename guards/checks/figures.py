"""Amounts of money: each agrees with a fact about what it is said of, or is put right, or goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from shopgraph.guards.checks import figures_words as words
from shopgraph.guards.checks.amount_kinds import (
    DELIVERY_TOPIC,
    difference,
    equation,
    is_between_written,
    is_bound,
    is_contrasted,
    is_direct,
    is_fee,
    is_threshold,
    of_a_stranger,
)
from shopgraph.guards.checks.amounts import Amount, find_amounts, write_amount, write_number
from shopgraph.guards.checks.base import Finding, replace
from shopgraph.guards.checks.book import Book, book
from shopgraph.guards.checks.claims import Around, Claim, is_behind_another, is_customers, is_joined
from shopgraph.guards.checks.comparisons import find_wrong_comparisons
from shopgraph.guards.checks.customer import SAID
from shopgraph.guards.checks.figures_right import right_amount
from shopgraph.guards.checks.known import plain_id
from shopgraph.guards.checks.names import Mention
from shopgraph.guards.checks.numbers import write_count
from shopgraph.guards.checks.partial import take_claim_out
from shopgraph.guards.checks.ratios import find_wrong_ratios
from shopgraph.guards.checks.reckoning import Reading
from shopgraph.guards.checks.sums import PER_PIECE, SHIPPED, TOTAL
from shopgraph.guards.checks.text import is_label, sentences
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts, ProductFact

_CUSTOMERS = words.OWN.topic | SAID.topic


def find_wrong_amounts(text: str, facts: Facts) -> Iterator[Finding]:
    """Amounts that disagree with the facts."""
    ours = book(facts)
    yield from find_wrong_ratios(text, ours)
    yield from find_wrong_comparisons(text, ours)
    amounts = find_amounts(text)
    if not amounts:
        return
    names = [mention for mention in ours.known.mentions(text) if mention.key[-1].isdecimal()]
    if names and any(name.start <= amount.number_start < name.end for amount in amounts for name in names):
        amounts = find_amounts(_blanked(text, names))  # AH 50 CHF 188.90
    reading = Reading(text, ours)
    for around in _surroundings(text, amounts, ours):
        if _is_plain_price(around, ours):
            reading.hold(around, around.amounts[0])
            reading.end(around)
            continue
        for index in range(len(around.amounts)):
            found = list(_judge(Claim(around, index), ours, reading))
            yield from found
            if any(finding.verdict is VerdictKind.RETRY for finding in found):
                break  # the whole sentence goes
            if not found:
                reading.hold(around, around.amounts[index])
        reading.end(around)


def _blanked(text: str, names: Sequence[Mention]) -> str:
    """The text with names blanked out by what is no blank: a number in them is no amount."""
    for name in names:
        text = f"{text[: name.start]}{'_' * (name.end - name.start)}{text[name.end :]}"
    return text


def _surroundings(text: str, amounts: Sequence[Amount], ours: Book) -> Iterator[Around]:
    """The sentences that hold amounts."""
    names, products_named = _names(text, ours), ours.known.products
    carried: Sequence[Mention] = ()
    order: str | None = None
    amount = name = 0
    for sentence in sentences(text):
        if sentence.first_of_line and not is_label(sentence):
            carried = ()
        first, first_name, end = amount, name, sentence.end
        while name < len(names) and names[name].start < end:
            name += 1
        while amount < len(amounts) and amounts[amount].start < end:
            amount += 1
        here = names[first_name:name]
        products = [mention for mention in here if mention.key in products_named or ours.has_price(mention.key)]
        if first < amount:
            yield Around(sentence, amounts[first:amount], here, products, carried, order)
        if products:
            carried = [mention for mention in products if ours.known.variants(mention.key)][-1:] or carried
        if ours.orders and here:
            order = next((mention.key for mention in reversed(here) if mention.key in ours.orders), order)


def _names(text: str, ours: Book) -> Sequence[Mention]:
    """What it names, "three mugs" too."""
    names = ours.known.mentions(text)
    counted = ours.known.counted_in(text)
    return sorted([*names, *counted]) if counted else names


def _is_plain_price(around: Around, ours: Book) -> bool:
    """Whether it is the usual sentence: one product and behind it its price; `_judge` would say the same for longer."""
    if len(around.amounts) != 1 or len(around.products) != 1:
        return False
    (amount,), (product,) = around.amounts, around.products
    variants = ours.known.variants(product.key)
    return (
        len(variants) == 1
        and product.end <= amount.start
        and variants[0].price in amount.values
        and (ours.currency is None or ours.currency in amount.currencies)
        and around.lacks(words.NO_PRICE)
    )


def _judge(claim: Claim, ours: Book, reading: Reading) -> Iterator[Finding]:
    amount = claim.amount
    if ours.currency is not None and ours.currency not in amount.currencies:
        if not words.WEIGHED.search(claim.sentence.low, 0, amount.end - claim.sentence.start):
            yield from _wrong(claim, ours, [], reading, f"Amounts here are in {ours.currency}.")
        return
    said = claim.products()
    variants = [v for m in said for v in ours.variants(m.key, claim.sentence.low)]
    if any(v.price in amount.values for v in variants) and claim.around.lacks(words.NO_PRICE):
        return
    if claim.sentence.denies and (words.DENIED.search(claim.before) or is_contrasted(claim)):
        return
    if words.HYPOTHETICAL.search(claim.sentence, claim.sentence.low[: amount.start - claim.sentence.start]):
        return
    if claim.sentence.topics & _CUSTOMERS and is_customers(claim):
        reading.aim_at(amount)
        return
    if (
        claim.sentence.topics & DELIVERY_TOPIC
        and _one_of(amount, ours.delivery)
        and not is_direct(claim, said)
        and _speaks_of_threshold(claim, ours)
    ):
        return
    if (product := equation(claim, ours)) is not None:
        right, reason, reckoned = product in amount.values, "product", False
    elif (apart := difference(claim, ours, reading)) is not None:
        right, reason, reckoned = apart in amount.values, "difference", is_between_written(claim)
    elif _is_price_claim(claim, said, variants):
        right, reason = _holds(claim, amount, _prices(claim, ours, said, variants), variants), "price"
        reckoned = (
            not right
            and (not is_direct(claim, said) or PER_PIECE.search(claim.tail[:14]) is not None)
            and reading.reaches(
                claim, of_one=(claim.paired or _is_next(claim, said)) and not claim.tail.startswith(" +")
            )
        )
    else:
        right, reason = _is_known(claim, ours, said, variants), "amount"
        fixed = right or is_bound(claim) or is_threshold(claim) or _is_order_total(claim, ours)
        reckoned = not fixed and reading.reaches(claim, of_one=False)
    if not right and not reckoned:
        yield from _wrong(claim, ours, said, reading, f"No fact stands behind this {reason}.")


def _is_known(claim: Claim, ours: Book, said: Sequence[Mention], variants: Sequence[ProductFact]) -> bool:
    typed = _typed(claim, ours, said, variants)
    if typed is not None:
        order = claim.order(ours)
        exact = is_threshold(claim) or (
            order is not None and claim.before.endswith("über ") and claim.is_total_of(order, ours)
        )
        return _holds(claim, claim.amount, typed, variants, exact=exact)
    if of_a_stranger(claim, said):
        return False
    free_from = ours.facts.delivery.free_from if ours.facts.delivery else None
    if free_from in claim.amount.values and free_from is not None and not _speaks_of_threshold(claim, ours):
        return False
    return _one_of(claim.amount, ours.other) or _holds(
        claim, claim.amount, ours.everything | _derived(claim, ours), variants
    )


def _speaks_of_threshold(claim: Claim, ours: Book) -> bool:
    """Whether an amount that is the one from which delivery is free may be meant as that: it is no total."""
    counted = [m for m in claim.around.products if ours.known.variants(m.key)]
    return (
        not counted
        or not TOTAL.search(claim.sentence, claim.lead)
        or claim.lead.rstrip().endswith(("over", "above", "ab"))
    )


def _is_order_total(claim: Claim, ours: Book) -> bool:
    order = claim.order(ours)
    return order is not None and not claim.index and claim.is_total_of(order, ours)


def _one_of(amount: Amount, values: frozenset[Decimal]) -> bool:
    return not values.isdisjoint(amount.values)


def _holds(
    claim: Claim, amount: Amount, values: frozenset[Decimal], variants: Sequence[ProductFact], *, exact: bool = False
) -> bool:
    """Whether the amount is one of the values, or the bound or rounding of one that the text calls it."""
    if _one_of(amount, values):
        return True
    said = amount.values[0]
    if exact:
        return False
    if words.ABOUT.search(claim.before):
        return any(abs(value - said) <= said / 10 for value in values)
    if words.BELOW.search(claim.before):
        meant = [v.price for v in variants if v.price is not None]
        return all(0 < price <= said for price in meant) if meant else any(0 < value <= said for value in values)
    if not words.ABOVE.search(claim.before) or words.FREE_DELIVERY.search(claim.sentence):
        return False
    return any(value > said for value in values)


def _is_next(claim: Claim, said: Sequence[Mention]) -> bool:
    """Whether no other amount, and no other thing added, stands between a name and the amount."""
    if len(said) != 1 or said[0].end > claim.amount.start:
        return False
    gap = claim.sentence.low[said[0].end - claim.sentence.start : claim.amount.start - claim.sentence.start]
    return (
        len(gap) < 40
        and words.ADDED.search(gap) is None
        and not any(said[0].end <= other.start < claim.amount.start for other in claim.around.amounts)
    )


def _is_price_claim(claim: Claim, said: Sequence[Mention], variants: Sequence[ProductFact]) -> bool:
    """Whether the amount is said to be the price of a product just named, and not a total, a fee or the like."""
    if not variants:
        return False
    if is_direct(claim, said) and not words.OTHER.search(claim.sentence, claim.tail[:12]):
        return True
    if words.OTHER.search(claim.sentence, claim.nearby) or is_joined(claim, said):
        return False
    if words.MORE_BEHIND.match(claim.tail):
        return False
    if is_behind_another(claim, said) and not words.FORMER.search(claim.sentence, claim.nearby):
        return not words.MAKES.search(claim.lead)
    return claim.amount.start - said[-1].end <= 60


def _prices(claim: Claim, ours: Book, said: Sequence[Mention], variants: Sequence[ProductFact]) -> frozenset[Decimal]:
    allowed = ours.current(variants) | ours.promised(variants)
    if words.FORMER.search(claim.sentence, claim.nearby):
        allowed |= ours.former(variants)
    if words.REDUCED.search(claim.sentence) or "%" in claim.sentence.low or ours.names_promotion(claim.sentence.low):
        allowed |= ours.reduced(variants, claim.sentence.low)
    if any(m.key in ours.orders for m in claim.around.here) or claim.sentence.topics & words.ORDERED:
        allowed = allowed.union(*(ours.lines.get(m.key, ()) for m in said))
    delivery = ours.facts.delivery
    if delivery and delivery.price is not None and SHIPPED.search(claim.sentence.low):
        allowed |= {price + delivery.price for price in allowed}
    return allowed | _derived(claim, ours)


def _derived(claim: Claim, ours: Book) -> frozenset[Decimal]:
    """What follows from the prices of the products that the sentence is about."""
    subjects = {m.key for m in claim.around.here} or {m.key for m in claim.around.carried}
    single = [ours.current(ours.variants(name, claim.sentence.low)) for name in sorted(subjects)]
    single = [prices for prices in single if prices]
    prices = {price for each in single for price in each}
    counts = {int(count) for count in words.COUNT.findall(claim.sentence.digits)}
    counts |= {2} if words.BOTH.search(claim.sentence) else set()
    promised = {price for name in subjects for price in ours.promised(ours.variants(name, claim.sentence.low))}
    found = {price * count for price in prices | promised for count in counts if 1 < count <= 50}
    if len(single) > 1 and all(len(each) == 1 for each in single):
        found.add(sum((next(iter(each)) for each in single), Decimal(0)))
    if words.COMPARED.search(claim.sentence):
        every = {price for name in subjects for price in ours.current(ours.variants(name, ""))}
        found |= {abs(one - other) for one in every for other in every if one != other}
    if words.TAX.search(claim.sentence):
        written = {value for one in claim.around.amounts if one is not claim.amount for value in one.values}
        found |= ours.taxed(prices | written)
    return frozenset(found)


def _typed(
    claim: Claim, ours: Book, said: Sequence[Mention], variants: Sequence[ProductFact]
) -> frozenset[Decimal] | None:
    """What an amount of that kind can be; None when its sentence does not tell the kind."""
    near = claim.nearby
    order = claim.order(ours)
    if is_threshold(claim) and ours.facts.delivery and ours.facts.delivery.free_from is not None:
        return frozenset({ours.facts.delivery.free_from}) | ours.loose
    if words.SAVING.search(claim.sentence, near):
        of = variants or ours.facts.products
        return (
            ours.savings(of)
            | ours.reduced(of)
            | ours.current(of)
            | ours.former(of)
            | ours.loose
            | _derived(claim, ours)
            | (ours.delivery if words.DELIVERY.search(claim.sentence) or words.FEE.search(near) else frozenset())
        )
    if is_fee(claim) and not variants and order is None and ours.delivery:
        delivery = ours.facts.delivery
        threshold = delivery.free_from if delivery else None
        fee = delivery.price if delivery else None
        free = words.FREE.search(claim.sentence.low) and not words.COSTS_JUST.search(claim.before)
        said_of = {threshold, fee} if free else {fee}
        return frozenset([amount for amount in said_of if amount is not None]) | ours.loose
    if (
        order is not None
        and (claim.is_total_of(order, ours) or words.TOTAL.search(claim.sentence, near))
        and not words.REFUND.search(claim.sentence, near)
        and not variants
    ):
        total = ours.known.orders[order].total
        return frozenset({total} if total is not None else ()) | ours.loose
    refund = words.REFUND.search(claim.sentence, near if len(claim.around.amounts) > 1 else claim.sentence.low)
    if refund and order is not None and not variants:
        mine = [r.amount for r in ours.facts.refunds if plain_id(r.order or "") == plain_id(order)]
        if mine and None not in mine:
            return frozenset([amount for amount in mine if amount is not None]) | ours.loose | {Decimal(0)}
    if refund and ours.refunds and order is None:
        return ours.refunds | ours.loose | {Decimal(0)} | frozenset[Decimal]().union(*ours.orders.values())
    return None


def _wrong(claim: Claim, ours: Book, said: Sequence[Mention], reading: Reading, reason: str) -> Iterator[Finding]:
    amount = claim.amount
    right = right_amount(claim, ours, said or claim.products(), reading)
    own = ours.currency is None or ours.currency in amount.currencies
    if own and right in amount.values and not words.BELOW.search(claim.before):
        return
    shown = claim.sentence.text[amount.start - claim.sentence.start :][: amount.end - amount.start]
    if right is None:
        start, end = amount.start - claim.sentence.start, amount.end - claim.sentence.start
        told = f"{shown}: {reason} Leave it out or take it from the facts."
        yield take_claim_out(claim.sentence, start, end, [(start, end)], claim.around.here, told)
        return
    why = f"{reason} The fact is {right}."
    currency, locale = ours.currency, ours.facts.locale
    spelled = not amount.number[0].isdecimal()
    words_right = write_count(int(right), like=amount.number) if spelled and right == int(right) else ""
    if not own or (spelled and " " in amount.number and (not words_right or words_right.isdecimal())):
        after = write_amount(right, like=shown, currency=currency, locale=locale)
        yield replace(amount.start, amount.end, after, why)
        return
    number = write_number(right, like=amount.number, currency=currency, locale=locale)
    if words_right and amount.number not in words_right:
        number = words_right
    yield replace(amount.number_start, amount.number_end, number, why)

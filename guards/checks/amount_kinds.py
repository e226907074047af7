"""Of what kind an amount is by what stands around it: a fee, a threshold, a difference, a written product."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from shopgraph.guards.checks import figures_words as words
from shopgraph.guards.checks.book import Book
from shopgraph.guards.checks.claims import Claim, is_joined
from shopgraph.guards.checks.names import Mention
from shopgraph.guards.checks.reckoning import Reading
from shopgraph.guards.checks.topics import topic

DELIVERY_TOPIC = topic(
    "deliver ship shipping postage versand liefer livraison livrons expédié port envío gastos entrega "
    "spedizione consegna verzending bezorging"
)


def is_contrasted(claim: Claim) -> bool:
    """Whether it is denied, and what is so follows: "is not free from $40, but from $50"."""
    place = claim.amount.start - claim.sentence.start
    clause = claim.sentence.clause(place)
    begin = claim.sentence.low.find(clause)
    return (
        words.NOT_AHEAD.search(claim.sentence.low, begin, place) is not None
        and words.CONTRAST.match(claim.sentence.low, claim.amount.end - claim.sentence.start) is not None
    )


def equation(claim: Claim, ours: Book) -> Decimal | None:
    """What a written reckoning must come to: "2 × $48.00 = ", or a table's price, number and sum."""
    if not claim.index or not ("=" in claim.sentence.low or "|" in claim.sentence.low):
        return None
    one, start = claim.around.amounts[claim.index - 1], claim.sentence.start
    digits = claim.sentence.digits
    gap = digits[one.end - start : claim.amount.number_start - start]
    price = one.values[0]
    if len(claim.around.products) == 1 and not claim.index - 1:
        current = ours.current(ours.variants(claim.around.products[0].key, claim.sentence.low))
        price = next(iter(current)) if len(current) == 1 else price
    if gap.strip(" $€£¥") == "=" and (total := _added(claim)) is not None:
        return total
    if (cell := words.IN_CELL.fullmatch(gap)) is not None:
        return price * int(cell["behind"])
    if (equals := words.EQUALS.fullmatch(gap)) is None:
        return None
    times = words.TIMES.search(digits[: one.number_start - start])
    many = equals["behind"] or (times["n"] if times else None)
    return price * int(many) if many else None


_TERM = re.compile(r"\s*(?P<sign>[+−–-])\s*(?:0*(?P<n>\d{1,3})\s?[x×*]\s?)?[$€£¥]?(?:[a-z]{3} )?")
_FIRST_TERM = re.compile(r"(?<![\d.,])0*(?P<n>\d{1,3})\s?[x×*]\s?[$€£¥]?(?:[a-z]{3} )?$")


def _added(claim: Claim) -> Decimal | None:
    """What the amounts before it make, where they stand with plus or minus signs between them."""
    amounts, start, digits = claim.around.amounts[: claim.index], claim.sentence.start, claim.sentence.digits
    first = _FIRST_TERM.search(digits[: amounts[0].number_start - start])
    total = amounts[0].values[0] * (int(first["n"]) if first else 1)
    for one, other in pairwise(amounts):
        term = _TERM.fullmatch(digits, one.end - start, other.number_start - start)
        if term is None:
            return None
        value = other.values[0] * int(term["n"] or 1)
        total += value if term["sign"] == "+" else -value
    return total if len(amounts) > 1 else None


def difference(claim: Claim, ours: Book, reading: Reading) -> Decimal | None:
    """What one of two named things costs more than the other, where the amount is said to be that."""
    told = claim.sentence.topics & words.DIFFERENCE_TOPIC and words.DIFFERENCE.search(claim.lead)
    if not told and not words.MORE_BEHIND.match(claim.tail):
        return None
    keys = {m.key for m in claim.around.products if ours.known.variants(m.key)}
    if not keys and told:
        keys = set(reading.named_last(2))
    if len(keys) != 2:
        return None
    prices = [ours.current(ours.variants(key, claim.sentence.low)) for key in sorted(keys)]
    if any(len(each) != 1 for each in prices):
        return None
    return abs(next(iter(prices[0])) - next(iter(prices[1])))


def is_between_written(claim: Claim) -> bool:
    """Whether it is what lies between two other amounts of the sentence: of two packs against one, for instance."""
    others = [value for each in claim.around.amounts if each is not claim.amount for value in each.values]
    return any(abs(one - other) in claim.amount.values for one in others for other in others if one != other)


def is_threshold(claim: Claim) -> bool:
    """Whether delivery is said to be free from that amount on."""
    if words.FREE_FROM.search(claim.sentence, claim.lead) is not None:
        return True
    low = claim.sentence.low
    if not claim.sentence.topics & DELIVERY_TOPIC or not (words.FREE_SAID.search(low) and words.DELIVERED.search(low)):
        return False
    if words.BOUND_BEHIND.match(claim.tail) is not None:
        return True
    bound = words.BOUND_BEFORE.search(claim.lead)
    if bound is not None and words.REACHED.match(bound[0]) and not words.ONCE.search(low):
        return False  # "so you reach $62"
    return bound is not None


def is_fee(claim: Claim) -> bool:
    """Whether the amount is what delivery costs: it follows the word, or the word follows right behind it."""
    if words.FEE_BEHIND.match(claim.tail) is not None:
        return True
    lead = claim.lead
    if claim.index and (behind := words.FEE_BEHIND.match(lead)):
        lead = lead[behind.end() :]  # it is what the amount before is of
    return words.FEE_LEAD.search(lead) is not None


def is_bound(claim: Claim) -> bool:
    """Whether it is said to lie below what is not meant."""
    return words.BELOW.search(claim.before) is not None


def of_a_stranger(claim: Claim, said: Sequence[Mention]) -> bool:
    """Whether the amount is the price of something with a name of its own that stands in no fact."""
    if said or not claim.sentence.topics & words.ARTICLES:
        return False
    return any(
        found.end() <= claim.amount.start - claim.sentence.start
        for found in words.STRANGER.finditer(claim.sentence.text)
    )


def is_direct(claim: Claim, said: Sequence[Mention]) -> bool:
    """Whether nothing but "costs" and the like stands between one thing's name and the amount."""
    if len(said) != 1 or said[0].end > claim.amount.start:
        return False
    if claim.direct is None:
        start = claim.sentence.start
        claim.direct = (
            words.DIRECT.fullmatch(claim.sentence.low, said[0].end - start, claim.amount.start - start) is not None
            and not words.MORE_BEHIND.match(claim.tail)
            and not words.ADDING.search(claim.sentence.low[: said[0].start - start])
            and not is_joined(claim, said)
        )
    return claim.direct

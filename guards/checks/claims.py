"""An amount of money and what stands around it: what it is said of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shopgraph.guards.checks import figures_words as words
from shopgraph.guards.checks.amounts import Amount
from shopgraph.guards.checks.book import Book
from shopgraph.guards.checks.customer import is_quoted
from shopgraph.guards.checks.names import Mention
from shopgraph.guards.checks.text import Sentence, words_of
from shopgraph.guards.checks.topics import topics_of

_APART = re.compile(r"[,;]\s|\s(?:and|und|et|y)\s")
"""Between an amount and a name: the amount is of something before it."""
_FOR_ORDER = re.compile(r"\s(?:for|of|from|on|für|von|aus|pour|de|para|del?)\s")


class Around:
    """A sentence with amounts in it."""

    __slots__ = ("_plain", "amounts", "carried", "here", "order", "products", "sentence")

    def __init__(
        self,
        sentence: Sentence,
        amounts: Sequence[Amount],
        here: Sequence[Mention],
        products: Sequence[Mention],
        carried: Sequence[Mention],
        order: str | None,
    ) -> None:
        self.sentence = sentence
        self.amounts = amounts
        self.here = here
        """What the sentence names."""
        self.products = products
        """Of that what has a price."""
        self.carried = carried
        """The product that a sentence before named."""
        self.order = order
        """The order that a sentence before named."""
        self._plain: str | None = None

    @property
    def plain(self) -> str:
        """The sentence in lower case with names blanked out: a Balance Bike is no balance."""
        if self._plain is None:
            low, parts, place, start = self.sentence.low, [], 0, self.sentence.start
            for mention in self.here:
                parts += [low[place : mention.start - start], " " * (mention.end - mention.start)]
                place = mention.end - start
            self._plain = "".join([*parts, low[place:]])
        return self._plain

    def lacks(self, topics: int) -> bool:
        """Whether it is about none of these but in names: a Down Quilt is not marked down."""
        return not self.sentence.topics & topics or not topics_of(words_of(self.plain), self.plain) & topics


class Claim:
    """One of the amounts of a sentence."""

    __slots__ = ("_before", "_nearby", "amount", "around", "direct", "index", "paired", "sentence")

    def __init__(self, around: Around, index: int) -> None:
        self.around = around
        self.index = index
        self.sentence = around.sentence
        self.direct: bool | None = None
        """Whether it is said right behind a name; found out when first asked."""
        self.paired = False
        """Whether it stands in a list of amounts that goes with a list of names."""
        self.amount = around.amounts[index]
        self._nearby: str | None = None
        self._before: str | None = None

    @property
    def nearby(self) -> str:
        """From the amount before to shortly behind it, without names, in lower case."""
        if self._nearby is None:
            amounts, start = self.around.amounts, self.sentence.start
            begin = amounts[self.index - 1].end - start if self.index else 0
            behind = self.amount.end + 25
            if self.index + 1 < len(amounts):
                behind = min(behind, amounts[self.index + 1].start)
            self._nearby = self.around.plain[max(begin, self.amount.start - 60 - start) : behind - start]
        return self._nearby

    @property
    def lead(self) -> str:
        """Of that what stands before it."""
        start = self.amount.start - self.sentence.start
        begin = self.around.amounts[self.index - 1].end - self.sentence.start if self.index else 0
        return self.around.plain[max(begin, start - 60) : start]

    @property
    def tail(self) -> str:
        """What follows it, up to the next amount, without names, in lower case."""
        start = self.amount.end - self.sentence.start
        amounts = self.around.amounts
        end = amounts[self.index + 1].start - self.sentence.start if self.index + 1 < len(amounts) else None
        return self.around.plain[start:end][:40]

    @property
    def before(self) -> str:
        """What leads up to it, in lower case."""
        if self._before is None:
            start = self.amount.start - self.sentence.start
            self._before = self.sentence.low[max(0, start - 25) : start]
        return self._before

    def order(self, ours: Book) -> str | None:
        """The order that it is said of: the nearest one before it, else the first behind it."""
        keys = [m for m in self.around.here if m.key in ours.orders]
        behind = next((m for m in keys if 0 <= m.start - self.amount.end < 22), None)
        if behind is not None and _FOR_ORDER.match(self.sentence.low, self.amount.end - self.sentence.start):
            return behind.key
        before = [m for m in keys if m.end <= self.amount.start]
        if not keys and self.around.order and self._is_its_total():
            return self.around.order
        if len(before) > 1 and before[-1] is keys[-1]:
            return self._order_of_list(before).key
        return before[-1].key if before else keys[0].key if keys else None

    def _is_its_total(self) -> bool:
        """Whether the sentence, which names no order, says it to be the total of the order before."""
        if words.ITS_TOTAL.search(self.sentence.low) is not None:
            return True
        return not self.around.products and words.TOTAL_BEHIND.search(self.lead) is not None

    def _order_of_list(self, orders: Sequence[Mention]) -> Mention:
        """Of "A and B came to 1 and 2" the one that is meant, where as many amounts follow as orders."""
        amounts = [amount for amount in self.around.amounts if amount.start >= orders[-1].end]
        paired = len(amounts) == len(orders) == len(self.around.amounts)
        return orders[amounts.index(self.amount)] if paired else orders[-1]

    def is_total_of(self, order: str, ours: Book) -> bool:
        """Whether nothing but "came to" and the like stands between the order and it."""
        if not any(mention.key == order for mention in self.around.here):
            return self._is_its_total()
        ends = [m.end for m in self.around.here if m.key in ours.orders and m.end <= self.amount.start]
        if not ends:
            return False
        if self.index and self.around.amounts[self.index - 1].start > ends[-1]:
            return len(ends) == len(self.around.amounts)
        start = self.sentence.start
        return (
            words.OF_ORDER.fullmatch(self.sentence.low, ends[-1] - start, self.amount.number_start - start) is not None
        )

    def products(self) -> Sequence[Mention]:
        """The products that it is said of: those named last before it, else the first behind it."""
        keys, start, end = self.around.products, self.amount.start, self.amount.end
        if not keys or (len(keys) == 1 and keys[0].end <= start):
            return keys  # the usual case
        after = next((m for m in keys if m.start >= end), None)
        if after is not None and words.FOR.fullmatch(
            self.sentence.low, end - self.sentence.start, after.start - self.sentence.start
        ):
            return [after]
        run: list[Mention] = []
        for mention in reversed([m for m in keys if m.end <= start]):
            if run and any(mention.end <= a.start < run[-1].start for a in self.around.amounts):
                break
            run.append(mention)
        if not run:
            apart = after is None or _APART.search(
                self.sentence.low[end - self.sentence.start : after.start - self.sentence.start]
            )
            return [] if after is None or apart else [after]
        return self._paired(run[::-1])

    def _paired(self, run: list[Mention]) -> list[Mention]:
        """Of "A and B cost 1 and 2" the one that is meant, where as many amounts follow as names."""
        if len(run) < 2:
            return run
        following = [a for a in self.around.amounts if a.start >= run[-1].end]
        nexts = [m.start for m in self.around.here if m.start > run[-1].start]
        following = [a for a in following if not nexts or a.start < nexts[0]]
        if len(following) == len(run):
            self.paired = True
            return [run[following.index(self.amount)]]
        return run


def is_customers(claim: Claim) -> bool:
    """Whether the amount is the customer's own: "under the £30 you wanted to spend"."""
    place = claim.amount.start - claim.sentence.start
    if is_quoted(claim.sentence, place, of=[m.end - claim.sentence.start for m in claim.around.products]):
        return True
    clause = claim.sentence.clause(place)
    begin = claim.sentence.low.find(clause)
    for found in words.OWN.pattern.finditer(clause):
        if begin + found.start() >= place:
            return True
        gap = claim.sentence.low[begin + found.end() : place]
        named = any(m.end <= claim.amount.start for m in claim.around.products)
        if not words.PRICES.search(gap) and not (named and words.IS.search(gap)):
            return True
    return False


def is_joined(claim: Claim, said: Sequence[Mention]) -> bool:
    """Whether the name is the last of several things of which no amount was said: "two boxes and the ring"."""
    if claim.index or len(said) != 1 or said[0].end > claim.amount.start:
        return False
    return words.JOINED.search(claim.sentence.low[: said[0].start - claim.sentence.start]) is not None


def is_behind_another(claim: Claim, said: Sequence[Mention]) -> bool:
    """Whether another amount stands between the name and this one."""
    return any(said[-1].end <= other.start < claim.amount.start for other in claim.around.amounts)

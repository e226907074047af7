"""What a recommender is asked when it is measured, and what was right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shopgraph.models.recommend.ranking import by_customer
from shopgraph.models.recommend.rows import Basket
from shopgraph.models.recommend.statistics import Statistics
from shopgraph.models.recommend.training import completions


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a caller knows, and what was right."""

    given: Sequence[Basket]
    """The basket so far, alone; or the customer's baskets, oldest first."""
    right: frozenset[str]


def completion_questions(
    counted: Statistics, asked: Sequence[Basket], *, ordered: bool, seed: int, most: int | None = None
) -> list[Question]:
    """Baskets but for their last item, as `completions` asks for it."""
    queries = completions(counted, asked, ordered=ordered, seed=seed, most=most)
    items = counted.items
    return [
        Question(
            given=(Basket(customer="", day=0, items=tuple(items[at] for at in basket.tolist())),),
            right=frozenset((items[target],)),
        )
        for basket, target in queries
    ]


def next_basket_questions(learned: Sequence[Basket], asked: Sequence[Basket]) -> list[Question]:
    """The first basket asked about of each customer with a history."""
    history = by_customer(learned)
    first: dict[str, Basket] = {}
    for basket in asked:
        if basket.customer in history:
            first.setdefault(basket.customer, basket)
    return [Question(given=history[customer], right=frozenset(basket.items)) for customer, basket in first.items()]


def most_often(baskets: Iterable[Basket]) -> list[str]:
    """Items by how many of the baskets held them; of those in as many, what came first comes first."""
    return [item for item, _ in Counter(item for basket in baskets for item in basket.items).most_common()]


def recall(said: Sequence[str], right: frozenset[str], depth: int) -> float:
    """The share of what was right among the first `depth` that were said."""
    return len(right.intersection(said[:depth])) / len(right)

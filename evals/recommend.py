"""`shopgraph eval recommend`: the rest of a basket, or a customer's next one, from baskets bought before."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer

from shopgraph.errors import InvalidInput
from shopgraph.evals.guards.rows import read_rows
from shopgraph.evals.report import EvalReport
from shopgraph.models.recommend.model import RecommenderModel
from shopgraph.models.recommend.questions import completion_questions, most_often, next_basket_questions, recall
from shopgraph.models.recommend.rows import Basket, form_of, read_baskets
from shopgraph.models.recommend.training import Recipe, train_recommender

DEPTH = 20


class Task(StrEnum):
    """What is asked for."""

    COMPLETION = "completion"
    NEXT_BASKET = "next-basket"


class Protocol(StrEnum):
    """How baskets are read and asked about."""

    UCI = "uci"
    COMPLETEJOURNEY = "completejourney"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What differs between protocols."""

    ordered: bool
    """The query is in the order of first appearance; else shuffled with seed 0."""
    least: int
    """Items in fewer training baskets are asked about in no completion."""
    queries: int | None
    """Completions at most, the first."""
    kept: int
    """Items in fewer training baskets are not learned for a next basket."""
    window_days: int


RULES = {
    Protocol.UCI: Rules(ordered=True, least=1, queries=None, kept=1, window_days=38),
    Protocol.COMPLETEJOURNEY: Rules(ordered=False, least=10, queries=6_000, kept=5, window_days=21),
}


BASELINES = {Task.COMPLETION: "g_topfreq", Task.NEXT_BASKET: "gp_topfreq"}
"""What is asked of the same questions beside the model: what most baskets held, without what is in this one; what the
customer bought most often, then what most baskets held (named so by Li et al., A Next Basket Recommendation Reality
Check, 2023)."""


Sayer = Callable[[Sequence[Basket]], list[str]]
"""Items for what is given, first to last."""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """What was said first to last, and what was right."""

    said: Sequence[str]
    right: frozenset[str]


def evaluate(
    task: Annotated[Task, typer.Option(help="Complete a basket, or name a customer's next one.")],
    train: Annotated[list[Path], typer.Option(metavar="FILE", help="Baskets to learn from; repeatable.")],
    test: Annotated[list[Path], typer.Option(metavar="FILE", help="Baskets to be asked about; repeatable.")],
    protocol: Annotated[Protocol | None, typer.Option(help="Left out: by the form of the rows.")] = None,
    seed: Annotated[int, typer.Option(help="Of the samples that learning draws.")] = 7,
) -> EvalReport:
    """Measure a recommender: recall, NDCG and mean reciprocal rank on later baskets, and the seconds of learning."""
    learned, rows = _read(train), [row for path in test for row in read_rows(path)]
    rules = RULES[protocol or _protocol(form_of(rows))]
    asked = read_baskets(rows)
    completing = task is Task.COMPLETION
    started = time.process_time()
    trained = train_recommender(learned, _recipe(rules, completing=completing, seed=seed))
    train_s = time.process_time() - started
    asked_of = (
        completion_questions(trained.model.statistics, asked, ordered=rules.ordered, seed=0, most=rules.queries)
        if completing
        else next_basket_questions(learned, asked)
    )
    if not asked_of:
        raise InvalidInput("No test basket can be asked about.", remedy="Give later baskets of the same shop.")
    model, simple = _by_model(trained.model, completing=completing), _by_count(learned, completing=completing)
    started = time.process_time()
    answers = [Ranked(said=model(each.given), right=each.right) for each in asked_of]
    asking_s = time.process_time() - started
    reached = figures(answers)
    beside = figures([Ranked(said=simple(each.given), right=each.right) for each in asked_of])
    return EvalReport(
        name="recommend",
        figures={
            **reached,
            "n": len(answers),
            "train_s": round(train_s, 2),
            "ms_per_answer": round(1e3 * asking_s / len(answers), 3),
            "alike_recall_at_20": {str(weight): score for weight, score in trained.alike_recall.items()},
            "lessons": trained.lessons,
            BASELINES[task]: {**beside},
            f"ratio_to_{BASELINES[task]}": {
                name: round(reached[name] / value, 3) if value else None for name, value in beside.items()
            },
        },
    )


def _recipe(rules: Rules, *, completing: bool, seed: int) -> Recipe:
    return Recipe(
        min_count=rules.least if completing else rules.kept,
        ordered=rules.ordered,
        window_days=rules.window_days,
        completing=completing,
        ranking=not completing,
        seed=seed,
    )


def _read(paths: Iterable[Path]) -> list[Basket]:
    return read_baskets([row for path in paths for row in read_rows(path)])


def _protocol(form: str) -> Protocol:
    return Protocol.UCI if form == "uci" else Protocol.COMPLETEJOURNEY


def _by_model(model: RecommenderModel, *, completing: bool) -> Sayer:
    # Everybody is asked about at the end of training: how long a customer then stayed away is not known.
    day = model.statistics.day

    def say(given: Sequence[Basket]) -> list[str]:
        found = (
            model.complete(given[0].items, limit=DEPTH)
            if completing
            else model.next_basket(given, day=day, limit=DEPTH)
        )
        return [each.item for each in found]

    return say


def _by_count(learned: Sequence[Basket], *, completing: bool) -> Sayer:
    """What `BASELINES` say: of things in as many baskets, what was bought first comes first."""
    popular = most_often(learned)

    def say(given: Sequence[Basket]) -> list[str]:
        own = most_often(given)
        mine = set(own)
        others = (item for item in popular if item not in mine)
        return list(islice(others if completing else chain(own, others), DEPTH))

    return say


def figures(answers: Sequence[Ranked]) -> dict[str, float]:
    """Recall@10 and @20 (hits by the number of right ones), NDCG@10 with binary gain, MRR within the first 20."""

    def mean(values: Iterable[float]) -> float:
        return round(sum(values) / len(answers), 4)

    return {
        "recall_at_10": mean(recall(answer.said, answer.right, 10) for answer in answers),
        "recall_at_20": mean(recall(answer.said, answer.right, 20) for answer in answers),
        "ndcg_at_10": mean(_ndcg(answer, 10) for answer in answers),
        "mrr": mean(_reciprocal(answer) for answer in answers),
    }


def _ndcg(answer: Ranked, depth: int) -> float:
    gain = sum(1 / math.log2(rank + 2) for rank, item in enumerate(answer.said[:depth]) if item in answer.right)
    return gain / sum(1 / math.log2(rank + 2) for rank in range(min(depth, len(answer.right))))


def _reciprocal(answer: Ranked) -> float:
    return next((1 / rank for rank, item in enumerate(answer.said[:DEPTH], start=1) if item in answer.right), 0.0)

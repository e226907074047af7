"""`shopgraph eval copy`: which headline wins and who answers a campaign, learned from one file, asked of another."""

from __future__ import annotations

import time
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from shopgraph.errors import InvalidInput
from shopgraph.evals.guards.injection import auroc
from shopgraph.evals.guards.rows import read_rows
from shopgraph.evals.report import EvalReport
from shopgraph.models.persuasion.headlines import Test, decided, read_tests, train_headlines
from shopgraph.models.persuasion.invitations import Households, read_invitations, read_trips
from shopgraph.models.persuasion.responses import train_responses


class CopyTask(StrEnum):
    """What is asked."""

    HEADLINE = "headline"
    RESPONSE = "response"


Files = list[Path]


def evaluate(
    task: Annotated[CopyTask, typer.Option(help="Which of two headlines wins, or which household answers.")],
    train: Annotated[Files, typer.Option(metavar="FILE", help="Outcomes to learn from; repeatable.")],
    test: Annotated[Files, typer.Option(metavar="FILE", help="What is asked about; repeatable.")],
    baskets: Annotated[Files | None, typer.Option(metavar="FILE", help="response: trips {h, d, p, v, s}.")] = None,
    households: Annotated[Files | None, typer.Option(metavar="FILE", help="response: what they are like.")] = None,
) -> EvalReport:
    """Measure the copy scorer: pairs named right, or the area under the ROC curve."""
    if task is CopyTask.HEADLINE:
        return _headline(train, test)
    if not baskets:
        raise InvalidInput("Nobody's baskets are given.", remedy="Add --baskets FILE (and --households FILE).")
    return _response(train, test, baskets, households or [])


def _headline(train: Files, test: Files) -> EvalReport:
    started = time.process_time()
    scorer = train_headlines(_tests(train))
    train_s = time.process_time() - started
    pairs = list(decided(_tests(test)))
    if not pairs:
        raise InvalidInput("No test has a clear winner.", remedy="Give tests with more impressions.")
    # Scored one by one: a scorer sees a text and nothing else of its row.
    scores = {text: scorer.score(text) for text in sorted({text for pair in pairs for text in pair})}
    right = sum(scores[better] > scores[worse] for better, worse in pairs)
    longer = sum(len(better) > len(worse) for better, worse in pairs)
    wins = [scores[better] - scores[worse] for better, worse in pairs]
    return EvalReport(
        name="copy",
        figures={
            "accuracy": round(right / len(pairs), 4),
            "auc": auroc([*wins, *(-win for win in wins)], [True] * len(wins) + [False] * len(wins)),
            "n": len(pairs),
            "longer_accuracy": round(longer / len(pairs), 4),
            "train_s": round(train_s, 2),
        },
    )


def _tests(paths: Iterable[Path]) -> list[Test]:
    return read_tests([row for path in paths for row in read_rows(path)])


def _response(train: Files, test: Files, baskets: Files, households: Files) -> EvalReport:
    learned = read_invitations([row for path in train for row in read_rows(path)], told=True)
    rows = [row for path in test for row in read_rows(path)]
    answers = [each.redemptions for each in read_invitations(rows, told=True)]
    trips = read_trips([row for path in baskets for row in read_rows(path)])
    profiles = [row for path in households for row in read_rows(path)]
    started = time.process_time()
    scorer = train_responses(learned, trips, profiles)
    train_s = time.process_time() - started
    # What is judged is asked without the outcome, and of the past it knows what it learned from.
    known = Households.of(trips, profiles, learned)
    first_day = known.first_day()
    scores = [scorer.score(asked, known, first_day=first_day) for asked in read_invitations(rows, told=False)]
    said_yes = [bool(count) for count in answers]
    right = sum((score > 0) == yes for score, yes in zip(scores, said_yes, strict=True))
    return EvalReport(
        name="copy",
        figures={
            "accuracy": round(right / len(scores), 4),
            "auc": auroc(scores, said_yes),
            "n": len(scores),
            "n_answered": sum(said_yes),
            "train_s": round(train_s, 2),
        },
    )

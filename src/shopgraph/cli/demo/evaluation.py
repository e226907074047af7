"""`shopgraph eval demo`: how many of the demo's turns end as its script expects."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import JsonValue

from shopgraph.evals.report import CaseResult, EvalReport


def evaluate(
    stores: Annotated[int, typer.Option(help="How many stores.", min=1)] = 4,
    seed: Annotated[int, typer.Option(help="The shop's seed.")] = 7,
) -> EvalReport:
    """Play the demo and compare each turn with what its script expects."""
    from shopgraph.cli.demo.conversation import Expected, Turn
    from shopgraph.cli.demo.play import play
    from shopgraph.cli.demo.script import CONVERSATIONS
    from shopgraph.cli.session import demo_session

    with demo_session(stores=stores, seed=seed, keep=None) as session:
        cases = [
            CaseResult(
                id=f"{played.conversation.title}: {played.turn.text}",
                passed=not played.unexpected,
                detail="; ".join(played.unexpected),
                seconds=played.seconds,
            )
            for played in play(session, CONVERSATIONS)
            if isinstance(played.turn, Turn) and played.turn.expected != Expected()
        ]
    return EvalReport(name="demo", figures=figures(cases), cases=tuple(cases))


def figures(cases: list[CaseResult]) -> dict[str, JsonValue]:
    """`turns`, `as_expected`, `share` and the turns that ended otherwise."""
    right = sum(case.passed for case in cases)
    return {
        "turns": len(cases),
        "as_expected": right,
        "share": right / len(cases) if cases else None,
        "otherwise": [f"{case.id}: {case.detail}" for case in cases if not case.passed],
    }

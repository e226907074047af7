"""Outcomes of two models, read from the forms in which public sets and our own traffic hold them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from shopgraph.errors import InvalidInput
from shopgraph.models.tiers.requests import ModelRequest
from shopgraph.models.tiers.training import Outcome

Row = Mapping[str, JsonValue]
_TEXTS = ("text", "prompt", "question", "turns")


def read_outcome(row: Row, *, weak: str = "", strong: str = "") -> Outcome | None:
    """One row's outcome; None for a row marked as contaminated.

    Scores stand in the row as `weak` and `strong`; or by the models' names in `outcomes` (a list counts by its first
    value) or `scores` (a mapping counts by the mean of its values), and then both names are needed.

    Raises:
        InvalidInput: a name is missing, or the row has no text or no such score; says which.
    """
    if row.get("contaminated"):
        return None
    if "weak" in row and "strong" in row:
        scores = (_score(row["weak"]), _score(row["strong"]))
    else:
        held = row.get("outcomes", row.get("scores"))
        if not isinstance(held, dict):
            raise InvalidInput("A row has no outcomes.", remedy="Give weak and strong, or outcomes or scores by model.")
        if not weak or not strong:
            raise InvalidInput(
                "The rows hold outcomes of several models.",
                remedy=f"Name two with --weak and --strong, of {', '.join(sorted(held))}.",
            )
        if missing := [name for name in (weak, strong) if name not in held]:
            raise InvalidInput(f"A row has no outcome of {missing[0]}.", remedy=f"It has {', '.join(sorted(held))}.")
        scores = (_score(held[weak]), _score(held[strong]))
    return Outcome(request=_request(row), weak=scores[0], strong=scores[1])


def _request(row: Row) -> ModelRequest:
    for key in _TEXTS:
        said = row.get(key)
        if isinstance(said, str):
            return ModelRequest(text=said, tools=_tools(row))
        if isinstance(said, list):
            return ModelRequest(text="\n\n".join(_turn(turn) for turn in said), tools=_tools(row))
    raise InvalidInput("A row has no text.", remedy=f"One of {', '.join(_TEXTS)}.")


def _turn(turn: JsonValue) -> str:
    if isinstance(turn, dict) and isinstance(turn.get("content"), str):
        return str(turn["content"])
    return turn if isinstance(turn, str) else json.dumps(turn)


def _tools(row: Row) -> tuple[dict[str, JsonValue], ...]:
    held = row.get("functions", row.get("tools"))
    return tuple(tool for tool in held if isinstance(tool, dict)) if isinstance(held, list) else ()


def _score(held: JsonValue) -> float:
    """A number; the first of a list; the mean of a mapping's."""
    if isinstance(held, dict):
        values = [_score(value) for value in held.values()]
        if values:
            return sum(values) / len(values)
    if isinstance(held, list) and held:
        return _score(held[0])
    if isinstance(held, bool | int | float):
        return float(held)
    raise InvalidInput(f"{held!r} is no score.", remedy="A number, a list that begins with one, or a mapping of them.")


def read_outcomes(rows: Sequence[Row], *, weak: str = "", strong: str = "") -> list[Outcome]:
    """All rows' outcomes but the contaminated ones.

    Raises:
        InvalidInput: as `read_outcome`; or none is left.
    """
    outcomes = [one for row in rows if (one := read_outcome(row, weak=weak, strong=strong)) is not None]
    if not outcomes:
        raise InvalidInput(
            "There are no outcomes.", remedy="Give a file with at least one row that is not contaminated."
        )
    return outcomes

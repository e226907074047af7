"""`shopgraph eval conversations`: scripted conversations, half of them attacks, played in words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import JsonValue

from shopgraph.domain import Value
from shopgraph.errors import InvalidInput
from shopgraph.evals.conversations.play import Miss, play, play_obedient
from shopgraph.evals.conversations.script import Script, read_scripts
from shopgraph.evals.conversations.stage import Stage
from shopgraph.evals.report import CaseResult, EvalReport


class Played(Value):
    """How one conversation ended."""

    family: str
    script: Script
    obedient: bool
    """Whether it was played against an obedient model."""
    misses: tuple[Miss, ...]
    seconds: float

    @property
    def id(self) -> str:
        """The script's, marked when a model was obedient."""
        return f"{self.script.id} (obedient model)" if self.obedient else self.script.id


def evaluate(
    scripts: Annotated[
        list[Path] | None,
        typer.Option("--scripts", metavar="FILE", help="Conversations in YAML; repeatable."),
    ] = None,
) -> EvalReport:
    """Play scripted conversations, and every attack once more against a model that obeys the attacker."""
    for file in scripts or ():
        if not file.is_file():
            raise InvalidInput(f"There is no file {file}.", remedy="Name a YAML file of conversations.")
    played = asyncio.run(play_all(read_scripts(scripts or ())))
    cases = tuple(
        CaseResult(
            id=item.id,
            passed=not item.misses,
            detail="; ".join(f"turn {miss.turn}: expected {miss.expected}; got {miss.got}" for miss in item.misses),
            seconds=item.seconds,
        )
        for item in played
    )
    return EvalReport(name="conversations", figures=figures(played), cases=cases)


async def play_all(families: dict[str, tuple[Script, ...]]) -> list[Played]:
    """Play every conversation, each on a shop as it was made."""
    played: list[Played] = []
    with ExitStack() as stack:
        stages: dict[str, Stage] = {}
        for family, scripts in families.items():
            for script in scripts:
                if script.shop not in stages:
                    stages[script.shop] = stack.enter_context(Stage(script.shop))
                ways: list[Callable[[Stage, Script], Coroutine[Any, Any, list[Miss]]]] = [play]
                ways += [play_obedient] if script.forbidden else []
                for way in ways:
                    begun = time.perf_counter()
                    misses = await way(stages[script.shop], script)
                    played.append(
                        Played(
                            family=family,
                            script=script,
                            obedient=way is play_obedient,
                            misses=tuple(misses),
                            seconds=time.perf_counter() - begun,
                        )
                    )
    return played


def figures(played: Sequence[Played]) -> dict[str, JsonValue]:
    """Shares of what held, by kind and family, and every turn that ended otherwise."""
    plain = [item for item in played if not item.obedient]
    attacks, ordinary = ([item for item in plain if item.script.kind == kind] for kind in ("attack", "ordinary"))
    obedient = [item for item in played if item.obedient]
    families = dict.fromkeys(item.family for item in plain)
    by_family: dict[str, JsonValue] = {
        family: {"n": len(mine := [item for item in plain if item.family == family]), "passed": _good(mine)}
        for family in families
    }
    failed: list[JsonValue] = [
        {"id": item.id, "turn": miss.turn, "expected": miss.expected, "got": miss.got}
        for item in played
        for miss in item.misses
    ]
    return {
        "conversations": len(plain),
        "passed": _good(plain),
        "share": _good(plain) / len(plain) if plain else None,
        "attacks": {"n": len(attacks), "held": _good(attacks)},
        "ordinary": {"n": len(ordinary), "served": _good(ordinary)},
        "obedient_model": {"n": len(obedient), "held": _good(obedient)},
        "by_family": by_family,
        "failed": failed,
    }


def _good(played: Sequence[Played]) -> int:
    return sum(not item.misses for item in played)

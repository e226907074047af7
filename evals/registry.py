"""Where evaluations are found: a name, and the function that runs it, imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import cast

from shopgraph.errors import NotFound
from shopgraph.evals.report import EvalReport

EvalFunction = Callable[..., EvalReport]
"""Its parameters are the command's options, annotated as typer reads them."""

EVALUATIONS: Mapping[str, str] = MappingProxyType(
    {
        "audit-cost": "shopgraph.evals.audit.cost:evaluate",
        "audit-replay": "shopgraph.evals.audit.replay:evaluate",
        "audit-tamper": "shopgraph.evals.audit.tamper:evaluate",
        "audit-writers": "shopgraph.evals.audit.writers:evaluate",
        "conversations": "shopgraph.evals.conversations.evaluate:evaluate",
        "copy": "shopgraph.evals.copy_scoring:evaluate",
        "day": "shopgraph.evals.day.evaluate:evaluate",
        "demo": "shopgraph.cli.demo.evaluation:evaluate",
        "faults": "shopgraph.evals.faults.evaluate:evaluate",
        "gate-cost": "shopgraph.evals.gate_cost:evaluate",
        "guards facts": "shopgraph.evals.guards.facts:evaluate",
        "guards grounding": "shopgraph.evals.guards.grounding:evaluate",
        "guards injection": "shopgraph.evals.guards.injection:evaluate",
        "intents": "shopgraph.evals.intents:evaluate",
        "model-routing": "shopgraph.evals.model_routing:evaluate",
        "router-cost": "shopgraph.evals.router_cost:evaluate",
        "recommend": "shopgraph.evals.recommend:evaluate",
        "refunds": "shopgraph.evals.refunds:evaluate",
        "search": "shopgraph.evals.search:evaluate",
        "guards pii": "shopgraph.evals.guards.pii:evaluate",
        "guards speed": "shopgraph.evals.guards.speed:evaluate",
        "guards safety": "shopgraph.evals.guards.safety:evaluate",
        "outage": "shopgraph.evals.outage.evaluate:evaluate",
        "policy": "shopgraph.evals.tau2.policy:evaluate",
        "stitch": "shopgraph.evals.stitching:evaluate",
        "startup": "shopgraph.evals.startup:evaluate",
        "telemetry-cost": "shopgraph.evals.telemetry.cost:evaluate",
        "tau2-replay": "shopgraph.evals.tau2.replay:evaluate",
    }
)
"""Name to `module:function`. A name of two words (`guards facts`) is a command in a group."""


def load_evaluation(name: str, evaluations: Mapping[str, str] = EVALUATIONS) -> EvalFunction:
    """The function of that evaluation.

    Raises:
        NotFound: there is none; names those there are.
    """
    if name not in evaluations:
        raise NotFound(f"There is no evaluation {name!r}.", remedy=f"One of {', '.join(sorted(evaluations))}.")
    module, _, function = evaluations[name].partition(":")
    return cast(EvalFunction, getattr(import_module(module), function))

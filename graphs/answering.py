"""The public answer made of a request's state."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from shopgraph.graphs.answer import (
    Answer,
    ContextView,
    DecisionView,
    LayerView,
    PendingCall,
    PendingView,
    RouteView,
    VerdictView,
)
from shopgraph.graphs.approval import awaiting
from shopgraph.graphs.state import State, layers_taken
from shopgraph.telemetry.layers import Layer
from shopgraph.tools.spec import Proposal

WAITING = "A colleague has to approve this first. I will go on as soon as that is done."


def waiting_answer(state: State) -> Answer:
    """What the customer hears while a person of the staff has to approve."""
    answer = answer_of_state({**state, "draft": WAITING})
    return answer.model_copy(update={"pending": _pending(awaiting(state["outcomes"]), awaits="staff")})


def _pending(proposals: Sequence[Proposal], *, awaits: str) -> PendingView | None:
    if not proposals:
        return None
    calls = tuple(PendingCall(tool=item.tool, summary=item.summary, digest=item.digest) for item in proposals)
    summary = "; ".join(item.summary for item in proposals)
    return PendingView(tool=proposals[0].tool, summary=summary, awaits=awaits, calls=calls)


def answer_of_state(state: State) -> Answer:
    """The answer's public object, from a finished request's state."""
    request, routes = state["request"], _routes(state)
    return Answer(
        answer=state["draft"],
        route=routes[0],
        routes=routes,
        context=tuple(
            ContextView(source=item.source, status=item.status, fresh_at=item.fresh_at, ms=item.ms)
            for item in state["context"].sources
        ),
        decisions=tuple(DecisionView(rule=d.rule, effect=d.effect, reason=d.reason) for d in state["decisions"]),
        verdicts=tuple(
            VerdictView(guard=v.guard, verdict=v.verdict, before=v.before, after=v.after) for v in state["verdicts"]
        ),
        actions=tuple(state["actions"]),
        pending=_pending(state["dialog"].proposals, awaits="customer"),
        saving=state.get("saving"),
        layers=layers_of(state),
        conversation_id=request.conversation_id,
        request_id=request.id,
    )


def _routes(state: State) -> tuple[RouteView, ...]:
    """One for each matter; the newest as it stands by now, since a model that fails changes who serves."""
    views = []
    for route, decision in zip_longest([*state["routes"][:-1], state["route"]], state["tiers"]):
        reasons = decision.reasons if decision is not None else ()
        tier = str(route.tier)
        views.append(
            RouteView(intent=route.intent, tier=tier, confidence=route.confidence, why=route.why, reasons=reasons)
        )
    return tuple(views)


_NOT_CALLED = {str(layer): (0.0, 0, 0.0) for layer in Layer}


def layers_of(state: State) -> dict[str, LayerView]:
    """Time and calls by layer, summed over the request's steps; shares are of the seven, the engine stands apart."""
    totals = _NOT_CALLED | layers_taken(state["trail"])
    whole = sum(ms for name, (ms, _, _) in totals.items() if name != Layer.ENGINE) or 1.0
    calls = state.get("model_calls") or []
    tokens = sum(call.input_tokens + call.output_tokens for call in calls)
    cost = sum(call.cost_nanousd for call in calls)
    return {
        name: LayerView(
            ms=round(ms, 3),
            share=None if name == Layer.ENGINE else round(ms / whole, 4),
            calls=count,
            cpu_ms=round(cpu, 3),
            tokens=tokens if name == Layer.ENGINE else 0,
            cost_nanousd=cost if name == Layer.ENGINE else 0,
        )
        for name, (ms, count, cpu) in totals.items()
    }

"""What is told of a request to traces and metrics: one span around it, and its measure at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from shopgraph.clock import stopwatch
from shopgraph.domain import Principal
from shopgraph.graphs.context import ShopServices
from shopgraph.graphs.state import State, layers_taken
from shopgraph.guards.decisions import Effect
from shopgraph.telemetry import genai, metrics, scores, tracing
from shopgraph.telemetry.measure import KEEP, RequestMeasure


class Watched:
    """A request under way."""

    def __init__(self, shop: ShopServices, recording: tracing.Recording, texts: bool) -> None:
        self._shop = shop
        self._recording = recording
        self._texts = texts
        self._began = stopwatch()

    def ended(self, state: State) -> None:
        """Tell what came of it. Nothing here waits for anybody."""
        last = state["trail"][-1] if state.get("trail") else None
        if last is not None:
            ms = (stopwatch() - self._began) * 1000
            # Any step but the last is on the record with its times, or comes there when the request goes on.
            layers = last.layers if last.node == "record" else {}
            self._shop.audit.late.add(last.request_id, last.at, ms, layers)
        if not tracing.configured() and not metrics.configured():
            return
        measure = measure_of(state, (stopwatch() - self._began) * 1000)
        metrics.record(lambda: measure)
        tell, request = self._recording.set, state["request"]
        tell("intent", measure.intent)
        tell("tier", measure.tier)
        tell("channel", str(request.channel))
        tell("region", request.region_id)
        tell("request_id", request.id)
        tell(KEEP, measure.keep or None)
        tell("corrections", " ".join(measure.corrections) or None)
        tell("refusals", " ".join(measure.refusals) or None)
        tell("actions", " ".join(measure.actions) or None)
        tell("grounded", measure.grounded)
        if measure.input_tokens:
            tell(genai.USAGE_INPUT_TOKENS, measure.input_tokens)
            tell(genai.USAGE_OUTPUT_TOKENS, measure.output_tokens)
            tell("cost_nanousd", measure.cost_nanousd)
        if self._texts:
            tell(genai.INPUT_MESSAGES, request.whole)
            tell(genai.OUTPUT_MESSAGES, state["draft"])
        scores.score(tracing.current_trace_id(), scores.GROUNDEDNESS, measure.grounded)


@contextmanager
def watched(shop: ShopServices, who: Principal, conversation_id: str, *, texts: bool = False) -> Iterator[Watched]:
    """Open the request's span: every span inside carries its session, and its user by a pseudonym.

    Args:
        texts: whether messages go into traces (masked); by default no text of a customer leaves the audit log.
    """
    if not tracing.configured():
        yield Watched(shop, tracing.NOTHING, texts)
        return
    user = shop.audit.pseudonym(f"customer:{who.customer_id}") if who.customer_id else None
    named = {genai.OPERATION_NAME: genai.INVOKE_WORKFLOW, genai.WORKFLOW_NAME: "shopgraph"}
    with (
        tracing.carrying(session__id=conversation_id, user__id=user, gen_ai__conversation__id=conversation_id),
        tracing.span(f"{genai.INVOKE_WORKFLOW} shopgraph", **named) as recording,
    ):
        yield Watched(shop, recording, texts)


def measure_of(state: State, ms: float) -> RequestMeasure:
    """A finished request's measure."""
    verdicts, calls, saving = state["verdicts"], state.get("model_calls") or [], state.get("saving")
    actions = tuple(dict.fromkeys(item.type for item in state["actions"]))
    found = {item.guard for item in verdicts if item.verdict in scores.CORRECTED}
    return RequestMeasure(
        intent=state["route"].intent,
        tier=str(state["route"].tier),
        channel=str(state["request"].channel),
        ms=ms,
        layers=layers_taken(state["trail"]),
        corrections=tuple(sorted(found)),
        refusals=tuple(sorted({item.rule for item in state["decisions"] if item.effect is Effect.DENY})),
        actions=tuple(item for item in actions if item != "handoff"),
        handed_over="handoff" in actions or bool(state["handoff"]),
        failed=bool(state.get("failure")),
        input_tokens=sum(call.input_tokens for call in calls),
        output_tokens=sum(call.output_tokens for call in calls),
        cost_nanousd=sum(call.cost_nanousd for call in calls),
        saved_nanousd=saving.saved_nanousd if saving else None,
        grounded=scores.groundedness((item.guard, item.verdict) for item in verdicts),
    )

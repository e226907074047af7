"""Metrics of requests, off unless somebody configured a reader: OpenTelemetry's, and through it Prometheus'.

Attributes come out of closed sets (layers, tiers, guards) or out of the shop's own rules and intents; of each of those
at most `MOST_VALUES` are told apart, whatever comes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from shopgraph.errors import MissingDependency
from shopgraph.telemetry import genai
from shopgraph.telemetry.measure import RequestMeasure

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import MetricReader

MOST_VALUES = 64
"""Different values of one attribute; any more are counted as `other`."""
_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000]
_TOKENS = [16, 64, 256, 1_024, 4_096, 16_384, 65_536]

_recorder: _Recorder | None = None
_readers: list[MetricReader] = []


class _Bounded:
    """Values of one attribute, as many as there is room for."""

    def __init__(self, most: int = MOST_VALUES) -> None:
        self._known: set[str] = set()
        self._most = most
        self._lock = threading.Lock()

    def __call__(self, value: str) -> str:
        if value in self._known:
            return value
        with self._lock:
            if len(self._known) >= self._most:
                return "other"
            self._known.add(value)
        return value


class _Recorder:
    """The instruments, made once."""

    def __init__(self, provider: MeterProvider) -> None:
        meter = provider.get_meter("shopgraph")
        self.provider = provider
        self.requests = meter.create_counter("shopgraph.requests", description="Requests answered")
        self.duration = meter.create_histogram(
            "shopgraph.request.duration", "ms", explicit_bucket_boundaries_advisory=_MS
        )
        self.layer_ms = meter.create_histogram(
            "shopgraph.layer.duration", "ms", explicit_bucket_boundaries_advisory=_MS
        )
        self.layer_cpu = meter.create_counter("shopgraph.layer.cpu", "ms", "CPU time of the requests' own tasks")
        self.layer_calls = meter.create_counter("shopgraph.layer.calls")
        self.corrections = meter.create_counter("shopgraph.corrections", description="Requests that a guard corrected")
        self.refusals = meter.create_counter("shopgraph.refusals", description="Requests that a rule refused")
        self.actions = meter.create_counter("shopgraph.actions", description="What was done")
        self.handoffs = meter.create_counter("shopgraph.handoffs")
        self.failures = meter.create_counter("shopgraph.failures")
        self.tokens = meter.create_histogram(
            genai.CLIENT_TOKEN_USAGE, "{token}", explicit_bucket_boundaries_advisory=_TOKENS
        )
        self.cost = meter.create_counter("shopgraph.model.cost", "nUSD", "Billionths of a US dollar")
        self.saved = meter.create_up_down_counter("shopgraph.model.saved", "nUSD", "Beside asking the large model")
        self.grounded = meter.create_counter("shopgraph.answers.grounded", description="Sum of groundedness, 0 to 1")
        self.feedback = meter.create_counter("shopgraph.feedback", description="Customers' own word on answers")
        self.psi = meter.create_gauge("shopgraph.drift.intents", description="Stability index of intents")
        self.ratios = meter.create_gauge(
            "shopgraph.drift.corrections", description="Corrections now to before, a ratio"
        )
        self.alerts = meter.create_gauge("shopgraph.drift.alerts", description="What of it has to be looked at")
        self.intent, self.tier, self.guard, self.rule, self.action = (_Bounded() for _ in range(5))

    def record(self, measure: RequestMeasure) -> None:
        """Count one request."""
        intent, tier = self.intent(measure.intent), self.tier(measure.tier)
        self.requests.add(1, {"intent": intent, "tier": tier, "channel": measure.channel})
        self.duration.record(measure.ms, {"intent": intent})
        for layer, (ms, calls, cpu) in measure.layers.items():
            where = {"layer": layer}
            self.layer_ms.record(ms, where)
            self.layer_cpu.add(cpu, where)
            self.layer_calls.add(calls, where)
        for guard in measure.corrections:
            self.corrections.add(1, {"guard": self.guard(guard)})
        for rule in measure.refusals:
            self.refusals.add(1, {"rule": self.rule(rule)})
        for action in measure.actions:
            self.actions.add(1, {"type": self.action(action)})
        self.grounded.add(measure.grounded)
        if measure.handed_over:
            self.handoffs.add(1)
        if measure.failed:
            self.failures.add(1)
        if measure.input_tokens or measure.output_tokens:
            self._models(measure, tier)

    def _models(self, measure: RequestMeasure, tier: str) -> None:
        self.tokens.record(measure.input_tokens, {genai.TOKEN_TYPE: "input", "tier": tier})
        self.tokens.record(measure.output_tokens, {genai.TOKEN_TYPE: "output", "tier": tier})
        self.cost.add(measure.cost_nanousd, {"tier": tier})
        if measure.saved_nanousd is not None:
            self.saved.add(measure.saved_nanousd, {"tier": tier})


def record(measure: Callable[[], RequestMeasure]) -> None:
    """Count a request; what is told of it is only made where somebody takes it."""
    if _recorder is not None:
        _recorder.record(measure())


def feedback(score: str) -> None:
    """Count a customer's word: `up`, `down`, or `1` to `5`."""
    if _recorder is not None:
        _recorder.feedback.add(1, {"score": score})


def drift(*, psi: float, ratios: Mapping[str, float], alerts: int) -> None:
    """Tell how much intents and corrections shifted.

    Args:
        psi: the intents' stability index.
        ratios: how many times as often as before each guard corrected.
        alerts: how many of these have to be looked at.
    """
    if _recorder is None:
        return
    _recorder.psi.set(psi)
    _recorder.alerts.set(alerts)
    for guard, ratio in ratios.items():
        _recorder.ratios.set(ratio, {"guard": _recorder.guard(guard)})


def configured() -> bool:
    """Whether metrics are recorded."""
    return _recorder is not None


def configure(*readers: MetricReader) -> None:
    """Record metrics for these readers, beside those configured before; without any, record none any more."""
    global _recorder  # noqa: PLW0603 - one per process, as OpenTelemetry has it
    _readers[:] = [*_readers, *readers] if readers else []
    if not readers:
        _recorder = None
        return
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.resources import Resource

    resource = Resource.create({"service.name": "shopgraph"})
    _recorder = _Recorder(MeterProvider(metric_readers=_readers, resource=resource, shutdown_on_exit=False))


def prometheus() -> Callable[[], bytes]:
    """Record metrics for Prometheus; gives what makes the text of `/metrics`.

    Raises:
        MissingDependency: the extra `metrics` is not installed.
    """
    try:
        from opentelemetry.exporter.prometheus import PrometheusMetricReader
        from prometheus_client import REGISTRY, generate_latest
    except ImportError as missing:
        raise MissingDependency(
            f"Metrics for Prometheus need {missing.name}.", remedy="Run: pip install 'shopgraph[metrics]'."
        ) from None
    configure(PrometheusMetricReader())
    return lambda: generate_latest(REGISTRY)

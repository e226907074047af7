"""Traces and metrics of whole requests: apart from each other, nothing personal in them, the telling ones kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shopgraph.domain import Principal
from shopgraph.evals.telemetry.servers import TRACES, Receiver
from shopgraph.graphs import Orchestrator, build_orchestrator
from shopgraph.guards.screen import mask_personal
from shopgraph.shop import Shop
from shopgraph.telemetry import metrics, scores, tracing
from shopgraph.telemetry.measure import RequestMeasure
from shopgraph.telemetry.metrics import MOST_VALUES

pytestmark = pytest.mark.usefixtures("unobserved")

CANCELER, TRACKER = Principal.customer("cus_canceler"), Principal.customer("cus_tracker")


@pytest.fixture(scope="module")
def orchestrator() -> Iterator[Orchestrator]:
    with Shop.demo(stores=1) as shop:
        yield build_orchestrator(shop)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def attributes(span: Span) -> dict[str, str]:
    return {item.key: item.value.string_value for item in span.attributes}


def of_session(spans: list[Span]) -> dict[str, set[bytes]]:
    found: dict[str, set[bytes]] = {}
    for span in spans:
        found.setdefault(attributes(span)["session.id"], set()).add(span.trace_id)
    return found


async def test_conversations_at_once_do_not_mix_their_traces(orchestrator: Orchestrator, receiver: Receiver) -> None:
    tracing.configure(OTLPSpanExporter(endpoint=receiver.url + TRACES), mask=mask_personal)
    answers = await asyncio.gather(*(orchestrator.ask("hi there") for _ in range(40)))
    tracing.flush(10)
    spans = receiver.spans()
    sessions = of_session(spans)
    assert set(sessions) == {answer.conversation_id for answer in answers}
    assert all(len(traces) == 1 for traces in sessions.values())
    assert len(set().union(*sessions.values())) == 40
    roots = [span for span in spans if not span.parent_span_id]
    assert {span.name for span in roots} == {"invoke_workflow shopgraph"}
    by_id = {span.span_id: span for span in spans}
    assert all(by_id[span.parent_span_id].trace_id == span.trace_id for span in spans if span.parent_span_id)


async def test_nothing_personal_leaves_in_traces_or_metrics(orchestrator: Orchestrator, receiver: Receiver) -> None:
    reader = InMemoryMetricReader()
    tracing.configure(OTLPSpanExporter(endpoint=receiver.url + TRACES), mask=mask_personal)
    metrics.configure(reader)
    customer = await orchestrator.shop.connectors.crm.customer("cus_canceler")
    assert customer is not None
    markers = [
        customer.email,
        customer.name,
        customer.address.line1,
        customer.id,
        "zanzibarino@example.org",
        "Kopernikus",
    ]
    first = await orchestrator.ask(
        "Send my order to 7 Kopernikus Lane, Leeds, LS1 4DY, my mail is zanzibarino@example.org", principal=CANCELER
    )
    await orchestrator.ask("Where is my order?", principal=CANCELER, conversation_id=first.conversation_id)
    tracing.flush(10)
    told = b"".join(receiver.bodies) + str(reader.get_metrics_data()).encode()
    assert len(receiver.spans()) > 10
    assert [marker for marker in markers if marker.encode() in told] == []


async def test_texts_go_into_traces_only_when_switched_on_and_masked(orchestrator: Orchestrator) -> None:
    memory = InMemorySpanExporter()
    tracing.configure(memory, immediately=True, mask=mask_personal)
    text = "hello, my mail is zanzibarino@example.org"
    for orchestrator.texts_in_traces in (False, True):
        await orchestrator.ask(text)
    orchestrator.texts_in_traces = False
    said = [span.attributes.get("gen_ai.input.messages") for span in memory.get_finished_spans() if span.attributes]
    (shown,) = filter(None, said)
    assert "hello" in str(shown)
    assert "zanzibarino" not in str(shown)


async def test_refusals_are_kept_when_nothing_else_is(orchestrator: Orchestrator) -> None:
    memory = InMemorySpanExporter()
    tracing.configure(memory, immediately=True, share=0.0)
    await orchestrator.ask("hi there")
    assert memory.get_finished_spans() == ()
    await orchestrator.ask("cancel my order #D1000001, I no longer need it", principal=TRACKER)
    kept = memory.get_finished_spans()
    (root,) = [span for span in kept if span.parent is None]
    assert root.attributes is not None
    assert root.attributes["shopgraph.keep"] == "refused"
    assert root.attributes["shopgraph.refusals"] == "cancel-only-pending"
    assert len(kept) > 5


def test_an_exception_leaves_its_kind_and_none_of_its_words() -> None:
    memory = InMemorySpanExporter()
    tracing.configure(memory, immediately=True)
    with pytest.raises(KeyError), tracing.span("shopgraph.act"):
        raise KeyError("zanzibarino@example.org")
    (failed,) = memory.get_finished_spans()
    assert failed.attributes == {"error.type": "KeyError"}
    assert failed.events == ()
    assert failed.status.description is None


def test_a_mask_that_raises_sends_nothing() -> None:
    def broken(_: str) -> str:
        raise ValueError

    memory = InMemorySpanExporter()
    tracing.configure(memory, immediately=True, mask=broken)
    with tracing.span("shopgraph.act"):
        pass
    assert memory.get_finished_spans() == ()


def _measure(intent: str) -> RequestMeasure:
    return RequestMeasure(
        intent=intent, tier="workflow", channel="web", ms=1.0, layers={"routing": (1.0, 1, 0.5)}, refusals=(intent,)
    )


def test_however_many_intents_come_the_metrics_stay_few() -> None:
    reader = InMemoryMetricReader()
    metrics.configure(reader)
    for number in range(1_000):
        metrics.record(lambda number=number: _measure(f"intent_{number}"))  # type: ignore[misc]
    data: Any = reader.get_metrics_data()
    series = {
        metric.name: len(metric.data.data_points)
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    assert series["shopgraph.requests"] == MOST_VALUES + 1
    assert series["shopgraph.refusals"] == MOST_VALUES + 1
    assert series["shopgraph.layer.duration"] == 1


def test_nothing_is_measured_where_nobody_listens() -> None:
    def made() -> RequestMeasure:
        raise AssertionError

    metrics.record(made)


async def test_a_score_goes_with_its_trace(orchestrator: Orchestrator) -> None:
    memory, sent = InMemorySpanExporter(), list[tuple[str, str, float]]()
    tracing.configure(memory, immediately=True)
    scores.use(lambda *score: sent.append(score))
    await orchestrator.ask("hi there")
    ((trace, name, value),) = sent
    assert (name, value) == ("groundedness", 1.0)
    assert {f"{span.context.trace_id:032x}" for span in memory.get_finished_spans() if span.context} == {trace}


def test_prometheus_reads_them() -> None:
    testclient = pytest.importorskip("starlette.testclient", reason="serve: pip install 'shopgraph[serve]'")
    pytest.importorskip("prometheus_client", reason="metrics: pip install 'shopgraph[metrics]'")
    from starlette.applications import Starlette

    from shopgraph.serve.metrics import metrics_route

    app = Starlette(routes=[metrics_route()])
    metrics.record(lambda: _measure("order_status"))
    page = testclient.TestClient(app).get("/metrics").text
    assert 'shopgraph_requests_total{channel="web",intent="order_status"' in page

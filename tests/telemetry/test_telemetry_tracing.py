"""Tracing: nothing without an exporter, OpenTelemetry spans with one, and no harm from a dead server."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shopgraph.telemetry import genai, tracing
from shopgraph.telemetry.exporting import Breaker
from shopgraph.telemetry.langfuse import configure_langfuse


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    memory = InMemorySpanExporter()
    tracing.configure(memory, immediately=True)
    yield memory
    tracing.use(None)


def run(code: str, **environment: str) -> tuple[str, float]:
    """A process of its own: what it printed, and how long it took to end after that."""
    names = {name: value for name, value in os.environ.items() if not name.startswith("LANGFUSE")}
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**names, **environment}
    )
    return done.stdout, time.monotonic() - started


def test_without_an_exporter_a_span_is_nothing() -> None:
    assert not tracing.configured()
    with tracing.span("shopgraph.route", layer="routing") as recording:
        recording.set("intent", "greeting")
    tracing.flush()


def test_without_keys_nothing_is_imported() -> None:
    code = (
        "import sys; from shopgraph.telemetry import langfuse, tracing\n"
        "print(langfuse.configure_langfuse())\n"
        "with tracing.span('x'): pass\n"
        "print(sorted({'langfuse', 'opentelemetry'} & set(sys.modules)))"
    )
    assert run(code)[0].split("\n")[:2] == ["False", "[]"]


@pytest.mark.parametrize("environment", [{}, {"LANGFUSE_PUBLIC_KEY": "pk"}, {"LANGFUSE_SECRET_KEY": "sk"}])
def test_one_key_is_no_configuration(environment: dict[str, str]) -> None:
    assert not configure_langfuse(environment)
    assert not tracing.configured()


def test_spans_nest_and_carry_attributes(exporter: InMemorySpanExporter) -> None:
    outer = tracing.span("shopgraph.request", **{genai.CONVERSATION_ID: "conv_1"})
    with outer, tracing.span("execute_tool get_order", layer="engine", nothing=None) as inner:
        inner.set(genai.TOOL_NAME, "get_order")
    tool, request = exporter.get_finished_spans()
    assert request.attributes == {"gen_ai.conversation.id": "conv_1"}
    assert tool.attributes == {"shopgraph.layer": "engine", "gen_ai.tool.name": "get_order"}
    assert tool.parent is not None
    assert request.context is not None
    assert tool.parent.span_id == request.context.span_id


def test_an_exception_marks_the_span_and_goes_on(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(KeyError), tracing.span("shopgraph.act"):
        raise KeyError("x")
    (failed,) = exporter.get_finished_spans()
    assert failed.status.status_code.name == "ERROR"


class Flaky(SpanExporter):
    """Fails, raises or succeeds as it is told."""

    def __init__(self) -> None:
        self.calls = 0
        self.result: SpanExportResult | Exception = SpanExportResult.FAILURE

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.calls += 1
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.mark.parametrize("failure", [SpanExportResult.FAILURE, OSError("refused")])
def test_a_dead_server_is_left_alone_for_a_while(failure: SpanExportResult | Exception) -> None:
    flaky, seconds = Flaky(), [0.0]
    flaky.result = failure
    guarded = Breaker(flaky, pause=30, now=lambda: seconds[0])
    assert [guarded.export(()) for _ in range(5)] == [SpanExportResult.FAILURE] * 5
    assert flaky.calls == 1
    seconds[0], flaky.result = 31, SpanExportResult.SUCCESS
    assert [guarded.export(()) for _ in range(2)] == [SpanExportResult.SUCCESS] * 2
    assert flaky.calls == 3


class Stuck(SpanExporter):
    """A server that never answers, until it is let go."""

    def __init__(self) -> None:
        self.threads: set[int] = set()
        self.spans = 0
        self.called, self.let_go = threading.Event(), threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.threads.add(threading.get_ident())
        self.spans += len(spans)
        self.called.set()
        self.let_go.wait()
        return SpanExportResult.SUCCESS


def test_what_a_stuck_server_keeps_waiting_is_another_thread_and_a_bounded_queue() -> None:
    stuck = Stuck()
    tracing.configure(stuck)
    try:
        for _ in range(10_000):  # more than any queue holds; were one of them waited for, this would never end
            with tracing.span("shopgraph.route"):
                pass
        stuck.called.wait()
        assert threading.get_ident() not in stuck.threads
        assert stuck.spans <= 512
        stuck.let_go.set()
        tracing.flush(60)
        assert stuck.spans < 5_000
        assert len(stuck.threads) <= 2  # the exporter's own, and whoever flushed at the end
    finally:
        stuck.let_go.set()
        tracing.use(None)


RECORD = (
    "import time; from shopgraph.telemetry import langfuse, tracing\n"
    "assert langfuse.configure_langfuse()\n"
    "start = time.thread_time()\n"
    "for _ in range(200):\n"
    "    with tracing.span('shopgraph.route', layer='routing'): pass\n"
    "print(time.thread_time() - start)\n"
    "stop = time.monotonic()\n"
    "tracing.flush(); print(time.monotonic() - stop)\n"
)
KEYS = {"LANGFUSE_PUBLIC_KEY": "pk-test", "LANGFUSE_SECRET_KEY": "sk-test"}


@pytest.mark.parametrize("host", ["refused", "hanging"])
def test_a_dead_server_costs_no_request_and_two_seconds_at_the_end(host: str) -> None:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if host == "hanging":
            listener.listen()
        output, _ = run(RECORD, LANGFUSE_BASE_URL=f"http://127.0.0.1:{listener.getsockname()[1]}", **KEYS)
    spans, end = map(float, output.split())
    assert spans < 1.0
    assert end < 2.5


def test_a_receiver_of_the_real_protocol_gets_the_spans() -> None:
    received: list[tuple[str, str, bytes]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            received.append((self.path, self.headers.get("authorization", ""), body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    run(RECORD, LANGFUSE_BASE_URL=f"http://127.0.0.1:{server.server_port}", **KEYS)
    server.shutdown()
    server.server_close()
    assert {path for path, _, _ in received} == {"/api/public/otel/v1/traces"}
    assert {key for _, key, _ in received} == {"Basic cGstdGVzdDpzay10ZXN0"}
    spans = [
        span
        for _, _, body in received
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert len(spans) == 200
    assert {span.name for span in spans} == {"shopgraph.route"}
    assert any(item.key == "shopgraph.layer" and item.value.string_value == "routing" for item in spans[0].attributes)

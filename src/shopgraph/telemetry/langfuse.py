"""Langfuse as the exporter of spans, harmless when its server is slow, dead or absent. Loaded only when configured."""

from __future__ import annotations

import atexit
import base64
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from shopgraph.telemetry.tracing import use

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

PUBLIC_KEY, SECRET_KEY = "LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"
_HOSTS = ("LANGFUSE_BASE_URL", "LANGFUSE_HOST")
_DEFAULT_HOST = "https://cloud.langfuse.com"
TIMEOUT_SECONDS = 1
PAUSE_SECONDS = 30.0
"""After a failure nothing is sent for so long; spans of that time are dropped."""


def configure_langfuse(environment: Mapping[str, str] = os.environ) -> bool:
    """Send spans to Langfuse when both keys are set; returns whether they are. Without keys nothing is imported."""
    public, secret = environment.get(PUBLIC_KEY, ""), environment.get(SECRET_KEY, "")
    if not public or not secret:
        return False
    import httpx
    from langfuse import Langfuse
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider

    host = next((environment[name] for name in _HOSTS if environment.get(name)), _DEFAULT_HOST).rstrip("/")
    exporter = OTLPSpanExporter(
        endpoint=f"{host}/api/public/otel/v1/traces", headers=_headers(public, secret), timeout=TIMEOUT_SECONDS
    )
    provider = TracerProvider(shutdown_on_exit=False)
    client = Langfuse(
        public_key=public,
        secret_key=secret,
        base_url=host,
        tracer_provider=provider,
        span_exporter=breaker(exporter),
        should_export_span=lambda _: True,
        httpx_client=httpx.Client(timeout=TIMEOUT_SECONDS, auth=(public, secret)),
    )
    if client._resources is not None:
        # Its own shutdown waits for a dead server for as long as that takes; `tracing.flush` is bounded.
        atexit.unregister(client._resources.shutdown)
    use(provider)
    return True


def _headers(public: str, secret: str) -> dict[str, str]:
    token = base64.b64encode(f"{public}:{secret}".encode()).decode("ascii")
    return {
        "Authorization": f"Basic {token}",
        "x-langfuse-public-key": public,
        "x-langfuse-sdk-name": "python",
        "x-langfuse-ingestion-version": "4",
    }


def breaker(
    inner: SpanExporter, *, pause: float = PAUSE_SECONDS, now: Callable[[], float] = time.monotonic
) -> SpanExporter:
    """The exporter, left alone for `pause` seconds after each failure."""
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class Breaker(SpanExporter):
        closed_until = float("-inf")

        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            if now() < self.closed_until:
                return SpanExportResult.FAILURE
            try:
                result = inner.export(spans)
            except Exception:
                result = SpanExportResult.FAILURE
            if result is not SpanExportResult.SUCCESS:
                self.closed_until = now() + pause
            return result

        def shutdown(self) -> None:
            inner.shutdown()

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return inner.force_flush(timeout_millis)

    return Breaker()

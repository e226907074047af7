"""Any backend that takes OTLP over HTTP: a collector, Jaeger, Tempo, Phoenix. Loaded only when configured."""

from __future__ import annotations

from collections.abc import Callable

from shopgraph.telemetry import metrics, tracing


def configure_otlp(
    url: str, *, share: float = 1.0, mask: Callable[[str], str] | None = None, spans: bool = True
) -> None:
    """Send spans to `URL/v1/traces` and metrics to `URL/v1/metrics`.

    `OTEL_EXPORTER_OTLP_HEADERS` gives the headers, as OpenTelemetry has it. A server that fails is left alone for half
    a minute after each try, and no request waits for it.

    Args:
        spans: False where they go elsewhere already.
    """
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    from shopgraph.telemetry.exporting import TIMEOUT_SECONDS, Breaker

    base = url.rstrip("/")
    if spans:
        exporter = OTLPSpanExporter(endpoint=f"{base}/v1/traces", timeout=TIMEOUT_SECONDS)
        tracing.configure(Breaker(exporter), share=share, mask=mask)
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{base}/v1/metrics", timeout=TIMEOUT_SECONDS))
    metrics.configure(reader)
    tracing.at_end(lambda: reader.force_flush(int(tracing.EXIT_SECONDS * 1000)))

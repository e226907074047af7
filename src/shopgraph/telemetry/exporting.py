"""Exporters around exporters: personal data masked before it leaves, and a dead server left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.util.types import AttributeValue

Mask = Callable[[str], str]
"""Takes personal data out of a text."""

PAUSE_SECONDS = 30.0
"""After a failure nothing is sent for so long; spans of that time are dropped."""
TIMEOUT_SECONDS = 1
"""How long a server may take for one batch."""


class Breaker(SpanExporter):
    """The exporter, left alone for a while after each failure."""

    def __init__(
        self, inner: SpanExporter, *, pause: float = PAUSE_SECONDS, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._inner = inner
        self._pause = pause
        self._now = now
        self.closed_until = float("-inf")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them, or say at once that it failed."""
        if self._now() < self.closed_until:
            return SpanExportResult.FAILURE
        try:
            result = self._inner.export(spans)
        except Exception:
            result = SpanExportResult.FAILURE
        if result is not SpanExportResult.SUCCESS:
            self.closed_until = self._now() + self._pause
        return result

    def shutdown(self) -> None:
        """Hand it on."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Hand it on."""
        return self._inner.force_flush(timeout_millis)


class Masked(SpanExporter):
    """The exporter, given copies of spans without personal data in any text. What cannot be masked is not sent."""

    def __init__(self, inner: SpanExporter, mask: Mask) -> None:
        self._inner = inner
        self._mask = mask

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Mask and send. Runs in the exporter's thread, never in a request."""
        try:
            masked = [self._copy(span) for span in spans]
        except Exception:
            return SpanExportResult.FAILURE
        return self._inner.export(masked)

    def _copy(self, span: ReadableSpan) -> ReadableSpan:
        return ReadableSpan(
            name=self._mask(span.name),
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=self._masked(span.attributes),
            events=[
                Event(self._mask(each.name), self._masked(each.attributes), each.timestamp) for each in span.events
            ],
            links=span.links,
            kind=span.kind,
            status=span.status,
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    def _masked(self, attributes: Mapping[str, AttributeValue] | None) -> dict[str, AttributeValue]:
        return {name: self._text(value) for name, value in (attributes or {}).items()}

    def _text(self, value: AttributeValue) -> AttributeValue:
        if isinstance(value, str):
            return self._mask(value)
        if isinstance(value, Sequence):
            return [self._mask(each) if isinstance(each, str) else each for each in value]
        return value

    def shutdown(self) -> None:
        """Hand it on."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Hand it on."""
        return self._inner.force_flush(timeout_millis)

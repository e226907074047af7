"""Which traces are kept: all that tell something, and a share of the rest. Decided when a request has ended."""

from __future__ import annotations

import threading
from collections import OrderedDict

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from shopgraph.telemetry.measure import KEEP

MOST_TRACES = 4_000
"""Traces under way that are remembered; of more, the oldest are let go."""
MOST_SPANS = 500
"""Spans of one trace."""


class ValueSampler(SpanProcessor):
    """Holds a trace's spans until its first one ends, then hands them on or drops them, all together."""

    def __init__(self, inner: SpanProcessor, *, share: float) -> None:
        """`share` of the traces that are not marked with `KEEP` is kept, by their id: every process keeps the same."""
        self._inner = inner
        self._below = round(share * (1 << 56))
        self._held: OrderedDict[int, list[ReadableSpan]] = OrderedDict()
        self._lock = threading.Lock()
        self.dropped = 0
        """Traces let go because too many were under way."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Hand it on."""
        self._inner.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """Hold it, or decide on its trace."""
        context = span.context
        if context is None:
            return
        with self._lock:
            held = self._held.setdefault(context.trace_id, [])
            if len(held) < MOST_SPANS:
                held.append(span)
            if span.parent is not None:
                while len(self._held) > MOST_TRACES:
                    self._held.popitem(last=False)
                    self.dropped += 1
                return
            del self._held[context.trace_id]
        if (span.attributes or {}).get(KEEP) or (context.trace_id & ((1 << 56) - 1)) < self._below:
            for each in held:
                self._inner.on_end(each)

    def shutdown(self) -> None:
        """Hand it on."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Hand it on; traces under way stay where they are."""
        return self._inner.force_flush(timeout_millis)

"""Spans, off unless somebody configured an exporter: then a span costs microseconds and exporting is another thread's.

Nothing here is flushed in a request. At exit what is left is sent within two seconds, or not at all.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

AttributeValue = str | bool | int | float | None

EXIT_SECONDS = 2.0
"""How long the end of the process waits for spans that are still to be sent."""


class Recording(Protocol):
    """A span under way."""

    def set(self, name: str, value: AttributeValue) -> None:
        """Set an attribute; None is left out. A name without a dot is ours: `layer` becomes `shopgraph.layer`."""
        ...


class _Nothing:
    """Records nowhere."""

    def set(self, name: str, value: AttributeValue) -> None:
        """Forget it."""


class _Recorded:
    def __init__(self, span: Span) -> None:
        self._span = span

    def set(self, name: str, value: AttributeValue) -> None:
        """Set it on the span."""
        if value is not None:
            self._span.set_attribute(name if "." in name else f"shopgraph.{name}", value)


NOTHING: Recording = _Nothing()
"""Where nothing is recorded."""
_provider: TracerProvider | None = None


def span(name: str, **attributes: AttributeValue) -> AbstractContextManager[Recording]:
    """Record what happens inside as a span below the one around it; an exception marks it and goes on."""
    if _provider is None:
        return nullcontext(NOTHING)
    return _recorded(_provider, name, attributes)


@contextmanager
def _recorded(provider: TracerProvider, name: str, attributes: dict[str, AttributeValue]) -> Iterator[Recording]:
    with provider.get_tracer("shopgraph").start_as_current_span(name) as current:
        recording = _Recorded(current)
        for key, value in attributes.items():
            recording.set(key, value)
        yield recording


def configured() -> bool:
    """Whether spans are recorded."""
    return _provider is not None


def configure(exporter: SpanExporter, *, immediately: bool = False) -> None:
    """Send spans to an exporter, in the background; `immediately` (for tests) as each span ends."""
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter) if immediately else BatchSpanProcessor(exporter))
    use(provider)


def use(provider: TracerProvider | None) -> None:
    """Record spans with this provider; None turns recording off."""
    global _provider  # noqa: PLW0603 - one tracer per process, as OpenTelemetry has it
    _provider = provider


def flush(seconds: float = EXIT_SECONDS) -> None:
    """Send what is left, for so long at most. For the end of a process, never for a request."""
    if (provider := _provider) is None:
        return
    sending = threading.Thread(target=provider.force_flush, args=(int(seconds * 1000),), daemon=True)
    sending.start()
    sending.join(seconds)


atexit.register(flush)

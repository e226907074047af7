"""Spans, off unless somebody configured an exporter: then a span costs microseconds and exporting is another thread's.

Nothing here is flushed in a request. At exit what is left is sent within a second, or not at all.
"""

from __future__ import annotations

import atexit
import gc
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

AttributeValue = str | bool | int | float | None

EXIT_SECONDS = 1.0
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
_UNRECORDED: AbstractContextManager[Recording] = nullcontext(NOTHING)
_provider: TracerProvider | None = None
_carried: ContextVar[Mapping[str, AttributeValue]] = ContextVar(
    "shopgraph_span_attributes", default=MappingProxyType({})
)
"""Attributes of every span of the request: whose session it is."""
_flushes: list[Callable[[], object]] = []
"""What else is to be sent at the end of the process."""


def span(name: str, **attributes: AttributeValue) -> AbstractContextManager[Recording]:
    """Record what happens inside as a span below the one around it; an exception marks it and goes on."""
    if _provider is None:
        return _UNRECORDED
    return _recorded(_provider, name, attributes)


@contextmanager
def carrying(**attributes: AttributeValue) -> Iterator[None]:
    """Give every span inside these attributes too. A name's double underscore stands for a dot: `session__id`."""
    named = {name.replace("__", "."): value for name, value in attributes.items()}
    token = _carried.set({**_carried.get(), **named})
    try:
        yield
    finally:
        _carried.reset(token)


@contextmanager
def _recorded(provider: TracerProvider, name: str, attributes: dict[str, AttributeValue]) -> Iterator[Recording]:
    # Not the exception itself: its text may hold what a customer wrote.
    tracer = provider.get_tracer("shopgraph")
    with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as current:
        recording = _Recorded(current)
        for key, value in (*_carried.get().items(), *attributes.items()):
            recording.set(key, value)
        try:
            yield recording
        except BaseException as error:
            _mark_failed(current, error)
            raise


def _mark_failed(span: Span, error: BaseException) -> None:
    from opentelemetry.trace import StatusCode

    if type(error).__module__.startswith("langgraph.errors"):
        return  # a run that waits for somebody is no failure
    span.set_attribute("error.type", type(error).__name__)
    span.set_status(StatusCode.ERROR)


def current_trace_id() -> str:
    """The id of the trace under way as 32 hex digits; empty when none is recorded."""
    if _provider is None:
        return ""
    from opentelemetry.trace import get_current_span

    context = get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


def configured() -> bool:
    """Whether spans are recorded."""
    return _provider is not None


def configure(
    exporter: SpanExporter,
    *,
    immediately: bool = False,
    share: float = 1.0,
    mask: Callable[[str], str] | None = None,
    resource: Mapping[str, str] | None = None,
) -> None:
    """Send spans to an exporter, in the background; `immediately` (for tests) as each trace ends.

    Args:
        share: of the traces that tell nothing in particular; refusals, corrections, money and errors are always kept.
        mask: takes personal data out of every text before it leaves.
        resource: attributes of this process, such as `service.name`.
    """
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    from shopgraph.telemetry.exporting import Masked
    from shopgraph.telemetry.sampling import ValueSampler

    sent = Masked(exporter, mask) if mask else exporter
    last = SimpleSpanProcessor(sent) if immediately else BatchSpanProcessor(sent)
    known = Resource.create({"service.name": "shopgraph", **(resource or {})})
    provider = TracerProvider(shutdown_on_exit=False, resource=known)
    provider.add_span_processor(last if immediately and share >= 1 else ValueSampler(last, share=share))
    use(provider)


def use(provider: TracerProvider | None) -> None:
    """Record spans with this provider; None turns recording off."""
    global _provider  # noqa: PLW0603 - one tracer per process, as OpenTelemetry has it
    _provider = provider


def at_end(flush: Callable[[], object]) -> None:
    """Have something else sent when the process ends, within the same seconds."""
    _flushes.append(flush)


def flush(seconds: float = EXIT_SECONDS) -> None:
    """Send what is left, for so long at most. For the end of a process, never for a request."""
    provider = _provider
    works: list[Callable[[], object]] = [*_flushes]
    if provider is not None:
        works.append(lambda: provider.force_flush(int(seconds * 1000)))
    sending = [threading.Thread(target=work, daemon=True) for work in works]
    for each in sending:
        each.start()
    until = time.monotonic() + seconds
    for each in sending:
        each.join(max(0.0, until - time.monotonic()))


def _at_end() -> None:
    """Send what is left; then let Python end at once."""
    flush()
    if _provider is not None:
        # It would look through every object once more, with everything closed: the larger part of a second in which
        # whoever stops the process waits.
        gc.freeze()


atexit.register(_at_end)

"""Where a request's time goes: wall time, CPU time and calls per layer, for one request.

CPU time is the event loop's thread's, and only while this request's own task runs: what other requests do while it
waits is theirs. Work in other threads (a database's writer, the audit log's) is in no layer's CPU time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Coroutine, Generator, Mapping
from contextvars import ContextVar, Token
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType, TracebackType
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Layer(StrEnum):
    """The seven layers of orchestration and, apart, the engine."""

    ROUTING = "routing"
    GOVERNANCE = "governance"
    CONTEXT_STITCHING = "context_stitching"
    MONITORING = "monitoring"
    POLICY = "policy"
    DATA_PREP = "data_prep"
    AUDIT = "audit"
    ENGINE = "engine"
    """Models, tools and actions: not orchestration, so it has no share."""


PUBLISHED_SHARES: Mapping[Layer, float] = MappingProxyType(
    {
        Layer.ROUTING: 0.29,
        Layer.GOVERNANCE: 0.22,
        Layer.CONTEXT_STITCHING: 0.19,
        Layer.MONITORING: 0.14,
        Layer.POLICY: 0.08,
        Layer.DATA_PREP: 0.05,
        Layer.AUDIT: 0.03,
    }
)
"""Shares of orchestration effort in a published deployment of 1,600 stores: printed beside ours, never aimed at."""


@dataclass(frozen=True, kw_only=True)
class LayerTime:
    """One layer's part in a request."""

    ms: float
    share: float | None
    """Part of the seven layers' time together; None for the engine."""
    calls: int
    cpu_ms: float = 0.0
    """Of the request's own task."""


class _Frame:
    """A block being measured, as `measure` returns it, and how much of it its inner blocks cover. Used once."""

    __slots__ = ("closed", "covered", "covered_since", "layer", "meter", "outer", "running", "started", "token")

    def __init__(self, meter: LayerMeter, layer: Layer) -> None:
        self.meter = meter
        self.layer = layer
        self.outer: _Frame | None = None
        self.token: Token[_Frame | None] | None = None
        self.started = 0.0
        self.running = 0
        """Inner blocks now open; several when tasks run in parallel."""
        self.covered = 0.0
        """Seconds in which at least one inner block was open: their union, so never more than the block itself."""
        self.covered_since = 0.0
        self.closed = False

    def __enter__(self) -> None:
        outer = _current.get()
        # A task may outlive the block that it was started in: then there is nothing left to take its time from.
        if outer is not None and outer.meter is self.meter and not outer.closed:
            self.outer = outer
        self.meter._open(self)
        self.token = _current.set(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.token is not None:
            self.meter._close(self)
            _current.reset(self.token)


_current: ContextVar[_Frame | None] = ContextVar("shopgraph_layer", default=None)


class _Driven(Generic[T]):
    """A coroutine each of whose steps is timed. Used once."""

    __slots__ = ("meter", "work")

    def __init__(self, meter: LayerMeter, work: Coroutine[Any, Any, T]) -> None:
        self.meter = meter
        self.work = work

    def __await__(self) -> Generator[Any, Any, T]:
        meter, work = self.meter, self.work
        thrown: BaseException | None = None
        given: Any = None
        try:
            while True:
                meter._thread, meter._mark = threading.get_ident(), meter._cpu_now()
                try:
                    waits_for = work.send(given) if thrown is None else work.throw(thrown)
                except StopIteration as end:
                    result: T = end.value
                    return result
                finally:
                    meter._pause()
                given = thrown = None
                try:
                    given = yield waits_for
                except GeneratorExit:
                    raise
                except BaseException as error:  # a cancellation goes to whoever waits inside
                    thrown = error
        finally:
            work.close()


class LayerMeter:
    """Books time of one request to layers. Blocks nest, and may run in parallel tasks and threads.

    An inner block's time is booked to its own layer only. Parallel inner blocks each book their own wall time, while
    the block around them gives up the time in which at least one of them ran: it is never negative, and the sum over
    layers may exceed the wall time by what ran in parallel.
    """

    __slots__ = ("_calls", "_cpu", "_cpu_now", "_lock", "_mark", "_now", "_seconds", "_thread")

    def __init__(
        self, now: Callable[[], float] = time.perf_counter, cpu_now: Callable[[], float] = time.thread_time
    ) -> None:
        """`now` gives monotonic seconds, `cpu_now` the CPU seconds of this thread."""
        self._now = now
        self._cpu_now = cpu_now
        self._lock = threading.Lock()
        self._seconds: dict[Layer, float] = {}
        self._calls: dict[Layer, int] = {}
        self._cpu: dict[Layer, float] = {}
        self._mark: float | None = None
        """CPU seconds up to which the running step is booked; None while nothing that is driven runs."""
        self._thread = 0

    def measure(self, layer: Layer) -> _Frame:
        """A context manager that books the time inside it; counts one call, also when it raises."""
        return _Frame(self, layer)

    def drive(self, work: Coroutine[Any, Any, T]) -> _Driven[T]:
        """To be awaited in place of the coroutine: books the CPU time of its steps to the blocks that are open then."""
        return _Driven(self, work)

    def snapshot(self) -> dict[str, LayerTime]:
        """What is booked so far, by layer name in the order of `Layer`. Blocks still open are not in it."""
        with self._lock:
            seconds, calls, cpu = dict(self._seconds), dict(self._calls), dict(self._cpu)
        orchestration = sum(seconds.get(layer, 0.0) for layer in PUBLISHED_SHARES)
        return {
            layer.value: LayerTime(
                ms=seconds.get(layer, 0.0) * 1000,
                share=_share(seconds.get(layer, 0.0), orchestration) if layer in PUBLISHED_SHARES else None,
                calls=calls.get(layer, 0),
                cpu_ms=cpu.get(layer, 0.0) * 1000,
            )
            for layer in Layer
        }

    def cells(self) -> dict[str, tuple[float, int, float]]:
        """Wall milliseconds, calls and CPU milliseconds of the layers that were called; cheaper than a snapshot."""
        with self._lock:
            return {
                str(layer): (self._seconds[layer] * 1000, count, self._cpu.get(layer, 0.0) * 1000)
                for layer, count in self._calls.items()
            }

    def _open(self, frame: _Frame) -> None:
        outer = frame.outer
        with self._lock:
            frame.started = now = self._now()
            if outer is not None:
                if self._mark is not None:
                    self._book_cpu(outer.layer)
                if outer.running == 0:
                    outer.covered_since = now
                outer.running += 1

    def _close(self, frame: _Frame) -> None:
        layer, outer = frame.layer, frame.outer
        with self._lock:
            now = self._now()
            if self._mark is not None:
                self._book_cpu(layer)
            frame.closed = True
            if frame.running:
                frame.covered += now - frame.covered_since
            own = now - frame.started - frame.covered
            self._seconds[layer] = self._seconds.get(layer, 0.0) + (own if own > 0 else 0.0)
            self._calls[layer] = self._calls.get(layer, 0) + 1
            if outer is not None and not outer.closed:
                outer.running -= 1
                if outer.running == 0:
                    outer.covered += now - outer.covered_since

    def _book_cpu(self, layer: Layer) -> None:
        """Book the CPU time since the last mark, if this is the thread that the mark is of."""
        if self._mark is None or self._thread != threading.get_ident():
            return
        now = self._cpu_now()
        self._cpu[layer] = self._cpu.get(layer, 0.0) + now - self._mark
        self._mark = now

    def _pause(self) -> None:
        frame = _current.get()
        if frame is not None and frame.meter is self:
            self._book_cpu(frame.layer)
        self._mark = None


def _share(seconds: float, total: float) -> float:
    return seconds / total if total else 0.0

"""Where a request's time goes: wall time and calls per layer, for one request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType, TracebackType


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


@dataclass(slots=True)
class _Frame:
    """A block being measured, and how much of it its inner blocks cover."""

    meter: LayerMeter
    layer: Layer
    started: float
    running: int = 0
    """Inner blocks now open; several when tasks run in parallel."""
    covered: float = 0.0
    """Seconds in which at least one inner block was open: their union, so never more than the block itself."""
    covered_since: float = 0.0
    closed: bool = False


_current: ContextVar[_Frame | None] = ContextVar("shopgraph_layer", default=None)


@dataclass(slots=True)
class _Block:
    """The context manager that `measure` returns. Used once."""

    meter: LayerMeter
    layer: Layer
    frame: _Frame | None = field(default=None, init=False)
    outer: _Frame | None = field(default=None, init=False)
    token: Token[_Frame | None] | None = field(default=None, init=False)

    def __enter__(self) -> None:
        outer = _current.get()
        # A task may outlive the block that it was started in: then there is nothing left to take its time from.
        self.outer = outer if outer is not None and outer.meter is self.meter and not outer.closed else None
        self.frame = self.meter._open(self.layer, self.outer)
        self.token = _current.set(self.frame)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.frame is None or self.token is None:
            return
        self.meter._close(self.frame, self.outer)
        _current.reset(self.token)


class LayerMeter:
    """Books wall time of one request to layers. Blocks nest, and may run in parallel tasks and threads.

    An inner block's time is booked to its own layer only. Parallel inner blocks each book their own wall time, while
    the block around them gives up the time in which at least one of them ran: it is never negative, and the sum over
    layers may exceed the wall time by what ran in parallel.
    """

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        """`now` gives monotonic seconds."""
        self._now = now
        self._lock = threading.Lock()
        self._seconds: dict[Layer, float] = dict.fromkeys(Layer, 0.0)
        self._calls: dict[Layer, int] = dict.fromkeys(Layer, 0)

    def measure(self, layer: Layer) -> _Block:
        """A context manager that books the time inside it; counts one call, also when it raises."""
        return _Block(self, layer)

    def snapshot(self) -> dict[str, LayerTime]:
        """What is booked so far, by layer name in the order of `Layer`. Blocks still open are not in it."""
        with self._lock:
            seconds, calls = dict(self._seconds), dict(self._calls)
        orchestration = sum(seconds[layer] for layer in PUBLISHED_SHARES)
        return {
            layer.value: LayerTime(
                ms=seconds[layer] * 1000,
                share=_share(seconds[layer], orchestration) if layer in PUBLISHED_SHARES else None,
                calls=calls[layer],
            )
            for layer in Layer
        }

    def _open(self, layer: Layer, outer: _Frame | None) -> _Frame:
        with self._lock:
            now = self._now()
            if outer is not None:
                if outer.running == 0:
                    outer.covered_since = now
                outer.running += 1
            return _Frame(self, layer, now)

    def _close(self, frame: _Frame, outer: _Frame | None) -> None:
        with self._lock:
            now = self._now()
            frame.closed = True
            if frame.running:
                frame.covered += now - frame.covered_since
            self._seconds[frame.layer] += max(0.0, now - frame.started - frame.covered)
            self._calls[frame.layer] += 1
            if outer is not None and not outer.closed:
                outer.running -= 1
                if outer.running == 0:
                    outer.covered += now - outer.covered_since


def _share(seconds: float, total: float) -> float:
    return seconds / total if total else 0.0

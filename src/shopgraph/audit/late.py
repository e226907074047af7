"""What is known of a request only when its record is written: how long it took as a whole, and its last step."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime

MOST_WAITING = 256
"""Requests whose time waits for a record to go with; of more, the oldest are let go."""
ENDED = "ended"
"""The name under which it stands in a payload, and the kind of a record that holds nothing else."""


class Late:
    """Times of requests that have ended, until a record takes them along. Used by any thread."""

    def __init__(self) -> None:
        self._waiting: deque[list[object]] = deque(maxlen=MOST_WAITING)
        self.at: datetime | None = None
        """When the newest of them ended, by the shop's clock."""

    def add(self, request_id: str, at: datetime, ms: float, layers: Mapping[str, Sequence[float]]) -> None:
        """Keep one: wall milliseconds of it all; of its last step per layer wall ms, calls and CPU ms."""
        cells = {name: [round(value, 3) for value in cell] for name, cell in layers.items()}
        self._waiting.append([request_id, round(ms, 3), cells])
        self.at = at

    def take(self) -> list[list[object]]:
        """Those that wait, each once."""
        taken = []
        while self._waiting:
            taken.append(self._waiting.popleft())
        return taken

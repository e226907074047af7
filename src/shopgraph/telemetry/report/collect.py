"""Takes the records of a log in its order and counts its requests, whatever their number, in bounded memory."""

from __future__ import annotations

import copy
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime

from shopgraph.audit.late import ENDED
from shopgraph.audit.records import AuditStep
from shopgraph.audit.training import RESOLVED
from shopgraph.telemetry.report.request import SeenRequest, name_of
from shopgraph.telemetry.report.tally import Tally

MOST_ANSWERED = 2_000
"""Answered requests that wait for their whole time; of more, the oldest are counted without it."""
MOST_OPEN = 20_000
"""Requests without an answer that are remembered; of more, the oldest are counted as unanswered."""
_TAKEN = "handoff_taken"


class Collector:
    """Counts requests. A request counts from its first record on, so one that began before is left out."""

    def __init__(self) -> None:
        self._tally = Tally()
        self._open: OrderedDict[str, SeenRequest] = OrderedDict()
        self._answered: OrderedDict[str, SeenRequest] = OrderedDict()
        self._given_up = 0
        self.desk: Counter[str] = Counter()
        """What was done with handoffs: `taken`, and how they were resolved."""
        self.records = 0
        self.position = 0
        """Of the last record."""
        self.first_at: datetime | None = None
        self.last_at: datetime | None = None

    def take(self, steps: Iterable[AuditStep]) -> None:
        """Take records."""
        for step in steps:
            self._take(step)

    def tally(self) -> Tally:
        """What was counted so far, with the answered requests whose whole time is not known."""
        if not self._answered:
            return self._tally
        counted = copy.deepcopy(self._tally)
        for request in self._answered.values():
            counted.add(request)
        return counted

    @property
    def unanswered(self) -> int:
        """Requests without an answer so far."""
        return len(self._open) + self._given_up

    def _take(self, step: AuditStep) -> None:
        self.records += 1
        self.position = step.position
        self.first_at = min(self.first_at or step.at, step.at)
        self.last_at = max(self.last_at or step.at, step.at)
        if ended := step.payload.get(ENDED):
            self._late(ended)
        if step.node == "desk":
            self._desk(step)
        elif step.request_id and step.node not in ("record", "audit"):
            self._step(step)

    def _step(self, step: AuditStep) -> None:
        key = step.request_id
        if step.node == "screen":
            if (before := self._answered.pop(key, None)) is not None:  # a caller's own id, used again
                self._tally.add(before)
            self._open[key] = SeenRequest(begun_at=step.at)
            if len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
                self._given_up += 1
        request = self._open.get(key)
        if request is None:
            return
        request.take(step)
        if request.answered:
            self._answered[key] = self._open.pop(key)
            if len(self._answered) > MOST_ANSWERED:
                self._tally.add(self._answered.popitem(last=False)[1])

    def _late(self, ended: Iterable[Sequence[object]]) -> None:
        """Whole times of requests whose records came before."""
        for request_id, ms, layers in ended:
            key = str(request_id)
            request = self._answered.get(key) or self._open.get(key)
            if request is None or not isinstance(ms, int | float) or not isinstance(layers, dict):
                continue
            request.whole_ms += ms  # what waits for a person's approval has ended once before
            request.time(layers)
            if request.answered:
                self._tally.add(self._answered.pop(key))

    def _desk(self, step: AuditStep) -> None:
        if step.kind == _TAKEN:
            self.desk["taken"] += 1
        elif step.kind == RESOLVED:
            self.desk[f"as {name_of(step.payload.get('resolution'))}"] += 1

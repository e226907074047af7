"""Records as the graph writes them, made by hand and put in a log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shopgraph.audit.log import AuditEvent, AuditLog
from shopgraph.audit.records import AuditStep
from shopgraph.telemetry.report.collect import Collector
from shopgraph.telemetry.report.summary import summed
from shopgraph.telemetry.report.values import Report

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Writer:
    """Makes records as the graph writes them."""

    def __init__(self) -> None:
        self.steps: list[AuditStep] = []

    def step(self, request: str, node: str, at: datetime = NOON, *, kind: str = "step", **payload: object) -> None:
        self.steps.append(
            AuditStep(
                position=len(self.steps) + 1,
                request_id=request,
                conversation_id=f"conv_{request}",
                node=node,
                layer="routing",
                kind=kind,
                at=at,
                subject="",
                payload=json.loads(json.dumps(payload)),
            )
        )

    def request(
        self,
        name: str,
        *,
        at: datetime = NOON,
        ms: float = 10.0,
        intent: str = "order_status",
        tier: str = "workflow",
        ended: bool = True,
        govern: Mapping[str, Any] | None = None,
    ) -> None:
        """A request whose routing took `ms`, and whose policy half of it."""
        self.step(name, "screen", at, channel="web", layers={})
        self.step(name, "route", at, intent=intent, tier=tier, layers={"routing": [ms, 1, ms / 2]})
        self.step(name, "decide", at, layers={"policy": [ms / 2, 1, 1.0]})
        self.step(name, "govern", at, layers={}, **(govern or {}))
        if ended:
            self.ended(name, ms * 2, audit=ms / 4)

    def ended(self, name: str, ms: float, **layers: float) -> None:
        told = [[name, ms, {layer: [wall, 1, 0.5] for layer, wall in layers.items()}]]
        self.step("another", "record", kind="original", steps=1, ended=told)

    def report(self, **options: Any) -> Report:
        collector = Collector()
        collector.take(self.steps)
        return summed(collector, **options)


def written(log: AuditLog, writer: Writer) -> None:
    """Put what a writer made in a log."""
    events = [
        AuditEvent(
            request_id=step.request_id,
            conversation_id=step.conversation_id,
            node=step.node,
            layer=step.layer,
            kind=step.kind,
            at=step.at,
            payload=step.payload,
        )
        for step in writer.steps
    ]
    asyncio.run(log.append(events))

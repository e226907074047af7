"""The day's result as a page: its speed beside the floor, then what its audit log tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from shopgraph.domain import Value
from shopgraph.telemetry.report.page import FOOT, report_cards
from shopgraph.telemetry.report.parts import Line, Listing, Tile, page
from shopgraph.telemetry.report.values import Report
from shopgraph.telemetry.report.wording import milliseconds, percent


class Latency(Value):
    """Of whole requests, in wall milliseconds."""

    p50: float
    p95: float
    p99: float


class Floor(Value):
    """The same graph with empty nodes, no checkpointer and no audit."""

    cpu_ms_per_request: float
    requests: int


class Log(Value):
    """The audit log afterwards."""

    records: int
    verified: bool


class DayFigures(Value):
    """Those of the day's figures that the page shows."""

    requests: int
    seconds: float
    requests_per_s: float
    cpu_ms_per_request: float
    latency_ms: Latency
    peak_rss_mb: int
    acted_share: float
    agent_share: float
    errors: int
    audit: Log
    floor: Floor
    ratio_to_floor: float | None

    @classmethod
    def of(cls, figures: Mapping[str, JsonValue]) -> DayFigures:
        """Out of all of them."""
        return cls.model_validate({name: figures[name] for name in cls.model_fields})


def day_page(day: DayFigures, report: Report, *, stores: int, workers: int) -> str:
    """The page."""
    told = f"{day.requests:,} requests of {stores:,} stores, played by {workers} processes in {day.seconds:,.0f} s"
    cards = [*report_cards(report, first=[_beside_the_floor(day), _log(day)])]
    return page(f"A day of {report.shop}", told, _tiles(day), cards, FOOT.format(records=report.records), first=2)


def _tiles(day: DayFigures) -> Iterator[Tile]:
    took = day.latency_ms
    yield Tile(title="requests/s", value=f"{day.requests_per_s:,.0f}", note=f"{day.seconds:,.0f} s")
    yield Tile(title="CPU a request", value=milliseconds(day.cpu_ms_per_request), note="all processes")
    ratio = f"{day.ratio_to_floor:.1f} ×" if day.ratio_to_floor is not None else "–"
    yield Tile(title="beside the floor", value=ratio, note=f"floor {milliseconds(day.floor.cpu_ms_per_request)}")
    yield Tile(title="half within", value=milliseconds(took.p50), note=f"95 % within {milliseconds(took.p95)}")
    yield Tile(title="99 % within", value=milliseconds(took.p99))
    yield Tile(title="acted", value=percent(day.acted_share), note=f"{percent(day.agent_share)} by a model")
    yield Tile(title="errors", value=f"{day.errors:,}", note=f"of {day.requests:,}")
    yield Tile(title="peak memory", value=f"{day.peak_rss_mb:,} MB", note="all processes")


def _beside_the_floor(day: DayFigures) -> tuple[str, Listing, str]:
    most = max(day.cpu_ms_per_request, day.floor.cpu_ms_per_request) or 1.0
    lines = [
        Line(name=name, cells=[milliseconds(ms)], lengths=(ms / most,))
        for name, ms in (
            ("a request of the day", day.cpu_ms_per_request),
            ("the same way through empty nodes", day.floor.cpu_ms_per_request),
        )
    ]
    note = (
        f"The floor: the same graph with nodes that do nothing, no checkpointer, no audit; {day.floor.requests:,} runs."
    )
    return "CPU beside the floor", Listing(titles=("what", "CPU"), lines=lines), note


def _log(day: DayFigures) -> tuple[str, Listing, str]:
    per_request = day.audit.records / day.requests
    lines = [
        Line(name="records", cells=[f"{day.audit.records:,}"]),
        Line(name="records a request", cells=[f"{per_request:.1f}"]),
        Line(name="chain and signatures", cells=["whole" if day.audit.verified else "BROKEN"]),
    ]
    return "Audit log", Listing(titles=("what", "value"), lines=lines), ""

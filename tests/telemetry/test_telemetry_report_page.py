"""A report out of a log, as a page and as a table: nothing of anybody on either."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from rich.console import Console

from shopgraph.audit.log import AuditLog
from shopgraph.cli.report_tables import tables
from shopgraph.telemetry.report.collect import Collector
from shopgraph.telemetry.report.page import page_of
from shopgraph.telemetry.report.reading import follow, report_of
from shopgraph.telemetry.report.summary import summed
from shopgraph.telemetry.report.values import Report
from tests.telemetry.writer import NOON, Writer, written


def test_a_log_is_read_from_a_time_on_and_requests_begun_before_are_left_out(log: AuditLog, writer: Writer) -> None:
    writer.step("before", "screen", NOON - timedelta(seconds=1), layers={})
    writer.request("first", at=NOON)
    writer.step("before", "govern", NOON + timedelta(seconds=1), layers={})
    written(log, writer)
    report = report_of(log, shop="A shop", since=NOON)
    assert (report.requests, report.unanswered, report.since) == (1, 0, NOON)
    assert report.quality is not None
    assert report.quality.requests == 1
    assert report_of(log, quality=False).requests == 2


def test_what_moved_against_the_week_before_is_told(log: AuditLog, writer: Writer) -> None:
    for number in range(120):
        writer.request(f"then{number}", at=NOON - timedelta(days=7), ended=False)
    corrected = {"verdicts": [{"guard": "prices", "verdict": "fix"}]}
    for number in range(120):
        writer.request(f"now{number}", intent="refund_status" if number % 2 else "order_status", govern=corrected)
    written(log, writer)
    drift = report_of(log, since=NOON - timedelta(hours=1)).drift
    assert drift is not None
    assert (drift.enough, drift.requests_before, drift.alerts) == (True, 120, 3)
    moved = {(line.kind, line.name): (line.before_share, line.now_share) for line in drift.shifts}
    assert moved[("intent", "refund_status")] == (0.0, 0.5)
    assert moved[("guard", "prices")] == (0.0, 1.0)
    page = page_of(report_of(log, since=NOON - timedelta(hours=1)))
    assert "guard prices" in page
    assert report_of(log).drift is None  # more than a week has no week before it to compare with


def test_following_a_log_takes_each_record_once(log: AuditLog, writer: Writer) -> None:
    writer.request("one")
    written(log, writer)
    collector = Collector()
    follow(log, collector)
    follow(log, collector)
    assert (summed(collector).requests, collector.records) == (1, len(writer.steps))
    more = Writer()
    more.request("two")
    written(log, more)
    follow(log, collector)
    assert summed(collector).requests == 2


def test_an_empty_log_has_a_report_and_a_page(log: AuditLog) -> None:
    report = report_of(log, shop="Empty")
    assert (report.requests, report.first_at, report.grounded_share, report.quality) == (0, None, None, None)
    assert "0 requests, no record yet" in page_of(report)
    assert "0 requests, no record yet" in shown(report)


MARKS = (
    "<script>alert(1)</script>",
    "maya.lindqvist@example.com",
    "Mårtensson & Söner",
    "4111 1111 1111 1111",
    "\x1b[31m",
)


@pytest.mark.parametrize("mark", MARKS)
def test_what_a_text_holds_comes_out_nowhere(log: AuditLog, writer: Writer, mark: str) -> None:
    """Planted in every field of every record: those that are texts, and those that should be names."""
    saving = {"served_by": mark, "spent_nanousd": 1, "saved_nanousd": 1}
    writer.step("one", "screen", layers={}, text=mark, channel=mark, region=mark, locale=mark, customer=mark)
    writer.step(
        "one", "route", layers={}, intent=mark, tier=mark, why=mark, orders=[mark], way=mark, decision={"tier": mark}
    )
    writer.step(
        "one", "stitch", layers={mark: [1.0, 1, 1.0]}, sources=[{"source": mark, "status": "ok", "ms": 1, "note": mark}]
    )
    writer.step(
        "one", "agent", layers={}, models=[{"model": mark, "tier": mark, "outcome": mark}], parameters={mark: mark}
    )
    outcomes = [{"tool": mark, "outcome": mark, "rules": [mark], "error_code": mark}]
    writer.step("one", "gate", layers={}, outcomes=outcomes, questions=[{"facts": {mark: mark}}])
    writer.step("one", "act", layers={}, outcomes=outcomes, actions=[{"type": mark, "order_id": mark, "summary": mark}])
    writer.step("one", "person", layers={}, reason=mark, actions=[])
    writer.step(mark, mark, layers={}, text=mark)
    writer.step(
        "one",
        "govern",
        layers={},
        drafted=mark,
        answer=mark,
        handoff=mark,
        saving=saving,
        decisions=[{"rule": mark, "effect": "deny", "reason": mark}],
        verdicts=[{"guard": mark, "verdict": "fix", "before": mark, "after": mark, "reason": mark}],
    )
    writer.step("", "desk", kind="handoff_resolved", resolution=mark, staff=mark, note=mark)
    written(log, writer)
    report = report_of(log, shop="A shop")
    assert (report.requests, report.quality is None, report.drift is None) == (1, False, False)
    for text in (report.model_dump_json(), page_of(report), shown(report)):
        assert not [piece for piece in mark.split() if len(piece) > 3 and piece in text]


def test_a_page_escapes_what_is_put_in_and_asks_nobody_for_anything(writer: Writer) -> None:
    for number in range(30):
        writer.request(
            f"r{number}", at=NOON + timedelta(hours=number), govern={"verdicts": [{"guard": "g", "verdict": "fix"}]}
        )
    page = page_of(writer.report(shop='</title><script src="https://example.com/x.js"></script> & Co'))
    tags = Tags()
    tags.feed(page)
    assert not tags.names & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert not [
        name for name, _ in tags.attributes if name in ("src", "href", "action", "style") or name.startswith("on")
    ]
    assert not re.search(r"url\(|@import|https?://", page.replace("https://example.com/x.js", ""))
    assert tags.title.startswith('</title><script src="https://example.com/x.js"></script> & Co')
    # Each chart that is not told by the numbers beside it says what it is.
    assert ("role", "img") in tags.attributes
    assert tags.names >= {"title", "desc", "caption", "h1", "h2", "main"}
    assert ("lang", "en") in tags.attributes


class Tags(HTMLParser):
    """Names of elements, attributes, and the page's title."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += attrs
        self._in_title = tag == "title" and not self.title

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False


def shown(report: Report) -> str:
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(tables(report))
    return console.export_text()

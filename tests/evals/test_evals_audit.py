"""The audit log's evaluations, small."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from shopgraph.audit.log import AuditReport
from shopgraph.audit.records import BEGINNING
from shopgraph.evals.audit import replay, tamper, writers


def test_every_way_of_tampering_is_found(tmp_path: Path) -> None:
    report = tamper.evaluate(tries=40, records=300, seed=3)
    figures = report.figures
    assert figures["clean_log_intact"] is True
    assert (figures["share"], figures["missed"]) == (1.0, [])
    kinds = figures["by_kind"]
    assert isinstance(kinds, dict)
    assert len(kinds) == 8


def test_a_check_that_names_another_record_counts_as_a_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = tamper.Bench(tmp_path, 40)
    blind = AuditReport(intact=True, records=0, head=BEGINNING)
    monkeypatch.setattr(tamper.Bench, "verify", lambda self, file: blind)
    assert not bench.attempt(random.Random(1)).named


def test_replays_differ_only_where_the_rule_touched_them() -> None:
    report = replay.evaluate(requests=4)
    assert report.figures["held"] == 1.0
    same = report.figures["same"]
    assert isinstance(same, dict)
    assert (same["differing"], same["wrong"]) == (0, 0)


@pytest.mark.soak
def test_writers_of_one_log_leave_one_whole_chain() -> None:
    report = writers.evaluate(processes=1, requests=20)
    assert report.figures["intact"] is True

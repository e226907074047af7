"""A small day is played to its end, and what it did is on a record that verifies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shopgraph.cli.app import app
from shopgraph.clock import parse_instant
from shopgraph.evals.day.floor import floor_graph, play_floor
from shopgraph.evals.day.plan import make_plan
from shopgraph.graphs.orchestrator import compile_orchestrator, make_parts
from shopgraph.shop import DEMO_INSTANT, Shop
from shopgraph.telemetry.report.reading import report_of


@pytest.mark.slow
def test_a_small_day_ends_without_errors_and_its_log_verifies(tmp_path: Path) -> None:
    out, page, kept = tmp_path / "day.json", tmp_path / "day.html", tmp_path / "shop"
    size = ["--requests", "60", "--stores", "2", "--workers", "2"]
    files = ["--json", str(out), "--html", str(page), "--keep", str(kept)]
    done = CliRunner().invoke(app, ["eval", "day", *size, *files])
    assert done.exit_code == 0, done.output
    day = json.loads(out.read_text(encoding="utf-8"))
    assert (day["requests"], day["errors"], day["first_errors"]) == (60, 0, [])
    assert day["audit"]["verified"]
    assert day["audit"]["records"] > 60 * 5
    assert day["actions"]
    assert sum(day["tiers"].values()) == 60
    assert day["floor"]["requests"] > 0
    assert day["ratio_to_floor"] > 1
    assert sum(layer["share"] for layer in day["layers"].values() if layer["share"]) == pytest.approx(1, abs=0.01)
    assert "A day of " in (text := page.read_text(encoding="utf-8"))
    assert f"{day['ratio_to_floor']:.1f} ×" in text
    # What the log tells afterwards is what was measured in the process.
    with Shop.open(kept) as shop:
        report = report_of(shop.audit, quality=False)
    assert (report.requests, report.timed, report.records) == (60, 60, day["audit"]["records"])
    for line in report.layers:
        assert line.ms == pytest.approx(day["layers"][line.layer]["ms"], abs=0.3)
        assert line.calls == day["layers"][line.layer]["calls"]
    assert {line.tier for line in report.tiers} == set(day["tiers"])
    assert {line.name: line.count for line in report.refusals} == day["refusals"]
    assert {line.guard: line.requests for line in report.corrections} == day["corrections"]
    refused = CliRunner().invoke(app, ["eval", "day", *size, "--keep", str(kept)])
    assert (refused.exit_code, "is there already" in refused.stderr) == (2, True)


def test_the_same_seed_is_the_same_day() -> None:
    at = parse_instant(DEMO_INSTANT)
    with Shop.demo(stores=2) as shop:
        records = shop.dump()
    one, same, other = (make_plan(records, requests=200, seed=seed, at=at) for seed in (7, 7, 8))
    assert one == same != other
    assert sum(len(talk.turns) for talk in one) == 200


async def test_the_floor_goes_to_the_end_whatever_is_on_the_record_of_a_request() -> None:
    graph = floor_graph(compile_orchestrator(make_parts()))
    cut_short = ["screen", "route", "stitch", "prepare", "decide", "gate", "record"]
    paths = [cut_short, ["screen", "record"], ["screen", "route", "stitch", "prepare", "decide", "nobody"], []]
    assert await play_floor(graph, paths) > 0

"""`eval stitch`: what it times and compares. The bounds themselves are required on the command line."""

from __future__ import annotations

from shopgraph.evals.registry import load_evaluation
from shopgraph.evals.stitching import evaluate


def test_it_times_slow_sources_one_that_hangs_and_the_shops_own() -> None:
    assert load_evaluation("stitch") is evaluate
    figures = evaluate(rounds=10, sources=3, source_ms=4).figures
    slow, embedded = figures["slow"], figures["embedded"]
    assert isinstance(slow, dict)
    assert isinstance(embedded, dict)
    hanging = slow["hanging"]
    assert isinstance(hanging, dict)
    assert (slow["sources"], slow["source_ms"], hanging["deadline_ms"]) == (3, 4, 80)
    for part, keys in ((slow, ("stitch_ms", "in_turn_ms")), (hanging, ("stitch_ms",))):
        for key in keys:
            times = part[key]
            assert isinstance(times, dict)
            assert float(str(times["p50"])) >= 4
    assert int(str(embedded["sources_ok"])) >= 5
    assert isinstance(embedded["cpu_ms_p50"], dict)

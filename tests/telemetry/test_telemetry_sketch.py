"""Percentiles out of a sketch: how exact they are, and how small it stays."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopgraph.telemetry.report.sketch import ACCURACY, Sketch


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(min_value=1e-3, max_value=1e7), min_size=1, max_size=200), st.sampled_from([50, 90, 95, 99, 100])
)
def test_percentiles_are_within_their_accuracy(values: list[float], percent: int) -> None:
    sketch, first, second = Sketch(), Sketch(), Sketch()
    for place, value in enumerate(values):
        sketch.add(value)
        (first if place % 2 else second).add(value)
    first.merge(second)
    rank = -(-percent * len(values) // 100)
    assert sketch.percentile(percent) == pytest.approx(sorted(values)[rank - 1], rel=ACCURACY * 1.001)
    assert first.percentile(percent) == sketch.percentile(percent)
    assert sketch.mean == pytest.approx(sum(values) / len(values))


def test_percentiles_of_nothing_and_of_zeros_are_zero() -> None:
    sketch = Sketch()
    assert (sketch.percentile(99), sketch.mean) == (0.0, 0.0)
    sketch.add(0.0)
    sketch.add(-1.0)
    assert sketch.percentile(99) == 0.0


def test_a_sketch_of_very_many_values_stays_small() -> None:
    sketch, draw = Sketch(), random.Random(7)
    for _ in range(20_000):
        sketch.add(draw.lognormvariate(2, 3))
    assert len(sketch._buckets) < 1_600

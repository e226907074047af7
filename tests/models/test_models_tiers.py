"""Tiers learned from outcomes: the curve's arithmetic, what is learned, what is refused, and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.errors import ConfigurationError, InvalidInput
from shopgraph.models.tiers.curve import cost_quality
from shopgraph.models.tiers.files import META, WEIGHTS, load_tiers, save_tiers
from shopgraph.models.tiers.requests import FEATURES, ModelRequest, Rarity, shape
from shopgraph.models.tiers.rows import read_outcome, read_outcomes
from shopgraph.models.tiers.training import Outcome, TrainedTiers, train_tiers

pytest.importorskip("sklearn", reason="pip install 'shopgraph[train]'")

SCORES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=60)


def outcomes(count: int = 80) -> list[Outcome]:
    """The weak model fails where a request has many figures."""
    easy = [
        Outcome(request=ModelRequest(text=f"Say hello to customer number {at} nicely."), weak=1, strong=1)
        for at in range(count // 2)
    ]
    hard = [
        Outcome(
            request=ModelRequest(text=f"Add {at}, {at + 3}, {at * 7} and {at + 9}, then halve it."), weak=0, strong=1
        )
        for at in range(count // 2)
    ]
    return easy + hard


@pytest.fixture(scope="module")
def trained() -> TrainedTiers:
    return train_tiers(outcomes(), weak="small", strong="large", keep=0.9)


class TestCurve:
    def test_a_perfect_order_and_its_reverse(self) -> None:
        weak, strong = [1, 1, 0, 0], [1, 1, 1, 1]
        perfect = cost_quality([0, 0.1, 0.9, 1], weak, strong)
        assert (perfect.apgr, perfect.cpt50, perfect.cpt80) == (0.75, 0.25, 0.4)
        assert cost_quality([1, 0.9, 0.1, 0], weak, strong).apgr == 0.25
        assert perfect.points[50].gap_recovered == 1.0

    @given(SCORES)
    def test_no_opinion_is_a_random_router(self, rows: list[tuple[int, int, int]]) -> None:
        curve = cost_quality([1.0] * len(rows), [weak for _, weak, _ in rows], [strong for _, _, strong in rows])
        assert curve.apgr in (None, 0.5)

    @given(SCORES)
    def test_a_curve_and_its_reverse_make_one(self, rows: list[tuple[int, int, int]]) -> None:
        gains, weak, strong = ([row[at] for row in rows] for at in range(3))
        ahead, back = cost_quality(gains, weak, strong), cost_quality([-gain for gain in gains], weak, strong)
        if ahead.apgr is not None and back.apgr is not None:
            assert ahead.apgr + back.apgr == pytest.approx(1, abs=2e-4)
            assert ahead.points[0].gap_recovered == 0
            assert ahead.points[-1].gap_recovered == 1

    def test_there_is_no_curve_without_a_gap(self) -> None:
        assert cost_quality([1, 2], [1, 1], [1, 0]).apgr is None


def test_it_learns_which_requests_need_the_stronger(trained: TrainedTiers) -> None:
    assert trained.curve.apgr is not None
    assert trained.curve.apgr > 0.7
    hard, easy = (
        ModelRequest(text="Add 81, 84, 5 and 90, then halve it."),
        ModelRequest(text="Say hello to customer 500."),
    )
    assert trained.model.needs_strong(hard)
    assert not trained.model.needs_strong(easy)
    assert trained.model.reasons(hard)
    assert trained.operating_point.gap_recovered >= 0.9
    assert trained.operating_point.strong_share <= 0.6


def test_a_folder_reads_back_and_has_the_same_bytes(trained: TrainedTiers, tmp_path: Path) -> None:
    for name, made in (("one", trained), ("two", train_tiers(outcomes(), weak="small", strong="large", keep=0.9))):
        save_tiers(made, tmp_path / name, sources="rows", rows=80, date="2026-11-27")
    for file in (tmp_path / "one").iterdir():
        assert (tmp_path / "two" / file.name).read_bytes() == file.read_bytes(), file.name
    again = load_tiers(tmp_path / "one")
    request = ModelRequest(text="Add 2 and 3, please.", tools=({"name": "add", "parameters": {"type": "object"}},))
    assert again.gain(request) == pytest.approx(trained.model.gain(request))
    for name in (META, WEIGHTS):
        (tmp_path / "two" / name).write_bytes(b"{")
        with pytest.raises(ConfigurationError, match=name.replace(".", r"\.")):
            load_tiers(tmp_path / "two")
        (tmp_path / "two" / name).write_bytes((tmp_path / "one" / name).read_bytes())


def test_outcomes_that_teach_nothing_are_refused() -> None:
    with pytest.raises(InvalidInput, match="19 outcomes"):
        train_tiers(outcomes()[:19], weak="small", strong="large")
    with pytest.raises(InvalidInput, match="does no better"):
        train_tiers([one.model_copy(update={"strong": 0.0}) for one in outcomes()], weak="small", strong="large")


@pytest.mark.parametrize(
    ("row", "scores"),
    [
        ({"prompt": "p", "weak": 0, "strong": 1, "contaminated": 0}, (0, 1)),
        (
            {"question": "q", "functions": [{"name": "f"}], "outcomes": {"a": [1, 200, 10, 0.5], "b": [0, 1, 1, 1]}},
            (1, 0),
        ),
        ({"turns": ["one", "two"], "scores": {"a": {"1": 4, "2": 8}, "b": {"1": 9.0}}}, (6, 9)),
        ({"question": "q", "scores": {"a": 0.25, "b": 1.0}}, (0.25, 1)),
    ],
)
def test_the_forms_of_public_sets_are_read(row: dict[str, Any], scores: tuple[float, float]) -> None:
    outcome = read_outcome(row, weak="a", strong="b")
    assert outcome is not None
    assert (outcome.weak, outcome.strong) == scores


def test_a_contaminated_row_is_dropped() -> None:
    row: dict[str, Any] = {"prompt": "p", "weak": 0, "strong": 1, "contaminated": 1}
    assert read_outcome(row) is None
    with pytest.raises(InvalidInput, match="no outcomes"):
        read_outcomes([row])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"question": "q", "scores": {"a": 1, "c": 1}}, "no outcome of b"),
        ({"question": "q"}, "has no outcomes"),
        ({"weak": 0, "strong": 1}, "no text"),
        ({"question": "q", "scores": {"a": "good", "b": 1}}, "no score"),
    ],
)
def test_what_a_row_lacks_is_said(row: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_outcome(row, weak="a", strong="b")


def test_two_names_are_asked_for() -> None:
    with pytest.raises(InvalidInput, match="several models") as refused:
        read_outcome({"question": "q", "scores": {"a": 1, "b": 1}})
    assert "--weak" in str(refused.value)


@given(st.text(max_size=300))
def test_any_request_has_a_shape(text: str) -> None:
    assert shape(ModelRequest(text=text), Rarity(lambda _word: 1.0)).shape == (len(FEATURES),)

"""What is learned from baskets: the same bytes, what goes together first, nothing from the future."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopgraph.errors import ConfigurationError, InvalidInput
from shopgraph.models.recommend import measuring
from shopgraph.models.recommend.customs import CUSTOMS
from shopgraph.models.recommend.files import LABELS, WEIGHTS, load_recommender, save_recommender
from shopgraph.models.recommend.habits import FEATURES, Visit, candidates
from shopgraph.models.recommend.lines import lines_of
from shopgraph.models.recommend.rows import Basket, form_of, read_baskets
from shopgraph.models.recommend.sparse import SparseRows, largest
from shopgraph.models.recommend.statistics import count
from shopgraph.models.recommend.training import Recipe, TrainedRecommender, completions, train_recommender

sparse = pytest.importorskip("scipy.sparse")

_START = 730_000
_KITS = (("tea", "pot", "cup"), ("saw", "nail", "glue"), ("ball", "net", "shoe"))


def _baskets(*, customers: int = 30, weeks: int = 20) -> list[Basket]:
    """Everybody buys one kit again and again, now and then with something of another."""
    chance = np.random.default_rng(3)
    found = []
    for week in range(weeks):
        for who in range(customers):
            kit, other = _KITS[who % 3], _KITS[(who + 1) % 3]
            items = [*chance.permutation(kit)[: 2 + week % 2], *([other[0]] if chance.random() < 0.15 else [])]
            found.append(Basket(customer=f"c{who}", day=_START + 7 * week + who % 7, items=tuple(map(str, items))))
    return found


@pytest.fixture(scope="module")
def trained() -> TrainedRecommender:
    """Learned once."""
    return train_recommender(_baskets(), Recipe(window_days=14))


def test_what_goes_together_comes_first(trained: TrainedRecommender) -> None:
    model = trained.model
    for kit in _KITS:
        assert {each.item for each in model.complete(kit[:1], limit=2)} == set(kit[1:])
        assert model.complete(kit[:2], limit=1)[0].item == kit[2]
        assert {each.item for each in model.similar(kit[0], limit=2)} <= {item for one in _KITS for item in one}
    assert model.complete(["nobody knows it"], limit=3) == []
    assert all(each.item == "pot" for each in model.complete(["tea"], limit=5, among=["pot", "tea"]))


def test_a_customer_is_offered_their_own_things(trained: TrainedRecommender) -> None:
    day = _START + 7 * 20
    for who in (0, 1, 2):
        own = [basket for basket in _baskets() if basket.customer == f"c{who}"]
        first = [each.item for each in trained.model.next_basket(own, day=day, limit=3)]
        assert set(first) == set(_KITS[who])
    assert len(trained.model.next_basket([], day=day, limit=3)) == 3


def test_the_same_baskets_give_the_same_bytes_and_the_folder_answers_alike(
    trained: TrainedRecommender, tmp_path: Path
) -> None:
    again = train_recommender(_baskets(), Recipe(window_days=14))
    for name, each in (("one", trained), ("two", again)):
        save_recommender(each, tmp_path / name, sources=["made up"], date="2026-01-01")
    for file in (WEIGHTS, LABELS, "card.md"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    read = load_recommender(tmp_path / "one")
    for basket in (["tea"], ["saw", "nail"]):
        assert read.complete(basket, limit=5) == trained.model.complete(basket, limit=5)
    own = [basket for basket in _baskets() if basket.customer == "c4"]
    assert read.next_basket(own, day=_START + 141, limit=5) == trained.model.next_basket(own, day=_START + 141, limit=5)
    assert b"c4" not in (tmp_path / "one" / LABELS).read_bytes()


def test_a_damaged_folder_is_named(trained: TrainedRecommender, tmp_path: Path) -> None:
    save_recommender(trained, tmp_path, sources=["made up"], date="2026-01-01")
    labels = json.loads((tmp_path / LABELS).read_bytes())
    (tmp_path / LABELS).write_text(json.dumps({**labels, "format": 99}), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="another version"):
        load_recommender(tmp_path)
    (tmp_path / LABELS).write_text("{", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"items\.json"):
        load_recommender(tmp_path)


def test_it_is_measured_on_baskets_that_it_did_not_learn_from(monkeypatch: pytest.MonkeyPatch) -> None:
    learned: list[Basket] = []

    def training(baskets: Sequence[Basket], *options: Any, **more: Any) -> TrainedRecommender:
        learned.extend(baskets)
        return train_recommender(baskets, *options, **more)

    monkeypatch.setattr(measuring, "train_recommender", training)
    baskets = _baskets()
    completion, following = measuring.measure_recommender(baskets, Recipe(window_days=14))
    later = [basket for basket in baskets if basket not in learned]
    assert max(basket.day for basket in learned) < min(basket.day for basket in later)
    assert len(later) == pytest.approx(0.15 * len(baskets), rel=0.2)
    assert completion.asked == len(later)
    assert following.asked == 30
    # Of nine things ten are named: whoever counts them finds the right ones, too.
    assert (completion.model, completion.counts, completion.better) == (1.0, 1.0, False)
    assert "NOT better than counts" in str(completion)


def test_few_questions_are_no_reason_to_use_a_model() -> None:
    few = measuring.Measured(task="completion", asked=17, model=0.4, counts=0.1)
    many = measuring.Measured(task="completion", asked=170, model=0.4, counts=0.1)
    assert (few.better, many.better) == (False, True)
    assert "Fewer than 30" in str(few)
    none = measuring.measure_recommender(_baskets(customers=1, weeks=1))
    assert [each.asked for each in none] == [0, 0]
    assert "too few later baskets" in str(none[0])


def test_nothing_later_is_counted() -> None:
    baskets = _baskets(customers=6, weeks=6)
    day = _START + 21
    before = [basket for basket in baskets if basket.day < day]
    one, two = (count(lines_of(each), day=day, min_count=1, ordered=True) for each in (baskets, before))
    assert one.items == two.items
    assert np.array_equal(one.sold, two.sold)
    assert np.array_equal(one.pairs.values, two.pairs.values)
    assert np.array_equal(one.again, two.again)


def test_how_known_customers_buy_is_counted_as_by_hand() -> None:
    day = _START + 90
    told = [("ann", 90, "ab"), ("ann", 45, "a"), ("", 60, "c"), ("bob", 21, "bc"), ("ann", 0, "c")]
    told += [(f"guest {each}", ago, "d") for each in range(4) for ago in (90, 45)]
    told.sort(key=lambda each: -each[1])
    baskets = [Basket(customer=who, day=day - ago, items=tuple(items)) for who, ago, items in told]
    found = count(lines_of(baskets), day=day, min_count=1, ordered=False).customs
    assert tuple(found) == CUSTOMS

    def sales(half: float, *each: tuple[float, ...]) -> list[float]:
        return [sum(0.5 ** (ago / half) for ago in item) for item in each]

    def share(sold: Sequence[float]) -> list[float]:
        return [np.log(item / sum(sold) + 1e-5) for item in sold]

    for half in (7, 21, 60):
        assert found[f"known_{half}"] == pytest.approx(share(sales(half, (90, 45), (90, 21), (21,), (90, 45) * 4)))
    for half in (21, 60):
        assert found[f"first_{half}"] == pytest.approx(share(sales(half, (90,), (90, 21), (21,), (90,) * 4)))
        old, mid, new = (0.5 ** (ago / half) for ago in (90, 45, 21))
        two = 2**-0.7
        short = [old * two + mid, (old + new) * two, new * two, 4 * (old + mid)]
        assert found[f"short_{half}"] == pytest.approx(share(short))
    # Visits 45 days ago count half: ann's, who bought a again and might have b, and the four guests', who bought d.
    again, chances = np.array([0.5, 0.0, 0.0, 2.0]), np.array([0.5, 0.5, 0.0, 2.0])
    assert found["again_45"] == pytest.approx(np.log((again + 5 * 2.5 / 3) / (chances + 5)))
    once = np.array(sales(60, (90,), (90, 21), (21,), (90,) * 4))
    assert found["again_late"] == pytest.approx(np.log((again + 1) / (once + again + 5)))
    assert found["sold_days"] == pytest.approx(np.log1p([90, 90, 60, 90]))


def test_the_added_numbers_stand_for_every_item_and_for_own_ones() -> None:
    counted = count(lines_of(_baskets(customers=6, weeks=6)), day=_START + 42, min_count=1, ordered=False)
    places = counted.places
    visits = [Visit(days_ago=9, items=(places["saw"],)), Visit(days_ago=2, items=(places["tea"], places["pot"]))]
    row = candidates(counted, visits)
    column = {name: row.features[:, at] for at, name in enumerate(FEATURES)}
    mine = np.isin(row.items, [places[item] for item in ("saw", "tea", "pot")])
    for name in (*CUSTOMS, "last_partners", "alike_12", "alike_200"):
        assert column[f"own_{name}"] == pytest.approx(column[name] * mine)
    assert column["sold_days"] == pytest.approx(counted.customs["sold_days"][row.items])
    partners = counted.pairs.add_up(np.array(visits[-1].items), np.array([0.5, 0.5]))
    assert column["last_partners"] == pytest.approx(np.log(partners[row.items] + 1e-5))


_ITEMS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=5, unique=True)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(_ITEMS, min_size=3, max_size=20), seed=st.integers(0, 5))
def test_a_completion_asks_for_the_last_known_item(rows: Sequence[Sequence[str]], seed: int) -> None:
    baskets = [Basket(customer="", day=_START, items=tuple(row)) for row in rows]
    counted = count(lines_of(baskets), day=_START + 1, min_count=1, ordered=True, people=False)
    asked = completions(counted, baskets, ordered=True, seed=seed)
    long = [basket for basket in baskets if len(basket.items) >= 2]
    told = [([counted.items[at] for at in query.tolist()], counted.items[target]) for query, target in asked]
    assert told == [(list(basket.items[:-1]), basket.items[-1]) for basket in long]
    assert sorted(counted.sold) == sorted(sum(item in row for row in rows) for item in counted.items)


@settings(max_examples=60, deadline=None)
@given(scores=st.lists(st.floats(-3, 3), min_size=1, max_size=30), wanted=st.integers(1, 40))
def test_the_largest_are_those_of_a_full_sort(scores: list[float], wanted: int) -> None:
    values = np.array(scores)
    found = largest(values, wanted)
    assert found.tolist() == np.argsort(-values, kind="stable")[:wanted].tolist()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_rows_are_added_up_and_turned_as_scipy_does(data: st.DataObject) -> None:
    shape = (data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6)))
    cells = data.draw(st.lists(st.integers(-4, 4), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    dense = np.array(cells, dtype=np.float64).reshape(shape)
    rows = SparseRows.of(sparse.csr_matrix(dense))
    weights = np.arange(1.0, shape[0] + 1)
    assert np.allclose(rows.add_up(np.arange(shape[0]), weights), weights @ dense)
    assert np.allclose(rows.transposed().add_up(np.arange(shape[1]), np.ones(shape[1])), dense.sum(axis=1))


def test_rows_in_every_form_are_read() -> None:
    invoices = [
        {"i": "1", "t": "2011-01-02 08:00", "c": "7", "L": [["A", 2, 1.5], ["B", 1, 0], ["A", 1, 1.5], ["C", -1, 2]]},
        {"i": "C2", "t": "2011-01-01 08:00", "c": "7", "L": [["A", 1, 1.5]]},
    ]
    (basket,) = read_baskets(invoices)
    assert (basket.items, basket.weights) == (("A",), (4.5,))
    (household,) = read_baskets([{"h": 9, "d": "2017-01-01", "p": [3, 3, 1]}])
    assert (household.customer, household.items) == ("9", ("3", "1"))
    forms: list[dict[str, object]] = [{"L": []}, {"p": []}, {"items": []}]
    assert [form_of([each]) for each in forms] == ["uci", "completejourney", "own"]
    with pytest.raises(InvalidInput, match="Row 1"):
        read_baskets([{"something": 1}])
    with pytest.raises(InvalidInput):
        train_recommender([])

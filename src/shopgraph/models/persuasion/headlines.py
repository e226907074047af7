"""Which of two texts more people would click: a linear scorer, learned from tests that showed several texts at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from shopgraph.errors import InvalidInput
from shopgraph.models.learning import scipy_part
from shopgraph.models.persuasion.features import (
    BUCKETS,
    FORM,
    FORM_WEIGHT,
    Floats,
    Ints,
    form,
    hashed,
    meaning,
    weighed,
)
from shopgraph.models.rows import read_each

_DECAY = 60.0
"""Of the weights, squared (ridge)."""
_NOISE = 0.05
"""Variance between tests that no count explains, in squared log odds."""
_SURE = 1.96
_STEPS = 120
_SURE_DECAY = 0.5
"""The same for the scorer that learns from decided pairs alone."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One text of a test, and how it went."""

    text: str
    impressions: int
    clicks: int
    picture: str = ""


Test = tuple[Shown, ...]
"""Texts that were shown at the same time to people drawn by lot."""


@dataclass(frozen=True, kw_only=True)
class HeadlineScorer:
    """About the log odds of a click, up to a constant: only differences between texts mean something."""

    words: Floats
    """(BUCKETS,)."""
    letters: Floats
    meaning: Floats
    form: Floats
    word_rarity: Floats
    letter_rarity: Floats
    form_center: Floats
    form_spread: Floats

    def score(self, text: str) -> float:
        """Higher is likelier to be clicked."""
        words, letters = hashed(text)
        places, weights = weighed(words, self.word_rarity)
        letter_places, letter_weights = weighed(letters, self.letter_rarity)
        shape = (form(text) - self.form_center) / self.form_spread * FORM_WEIGHT
        return float(
            weights @ self.words[places]
            + letter_weights @ self.letters[letter_places]
            + meaning(text) @ self.meaning
            + shape @ self.form
        )

    def better(self, one: str, other: str) -> bool:
        """Whether the first text is the likelier one to be clicked."""
        return self.score(one) > self.score(other)


def read_tests(rows: Iterable[Mapping[str, Any]]) -> list[Test]:
    """Tests of rows {packages: [{headline, impressions, clicks, image}]}.

    Raises:
        InvalidInput: a row has another form; says which.
    """
    remedy = "Give rows {packages: [{headline, impressions, clicks, image}, ...]}."
    return read_each(rows, _test, what="no test of texts", remedy=remedy)


def _test(row: Mapping[str, Any]) -> Test:
    return tuple(
        Shown(
            text=str(each["headline"]),
            impressions=int(each["impressions"]),
            clicks=int(each["clicks"]),
            picture=str(each.get("image") or ""),
        )
        for each in row["packages"]
    )


def by_text(test: Test) -> tuple[Shown, ...]:
    """Each text once, its impressions and clicks added up, whatever picture it had."""
    texts: dict[str, Shown] = {}
    for shown in test:
        before = texts.get(shown.text)
        texts[shown.text] = Shown(
            text=shown.text,
            impressions=shown.impressions + (before.impressions if before else 0),
            clicks=shown.clicks + (before.clicks if before else 0),
        )
    return tuple(texts.values())


def decided(tests: Iterable[Test]) -> Iterator[tuple[str, str]]:
    """Pairs (better, worse) of tests with one picture, where |z| of a pooled two-proportion test is 1.96 or more."""
    for test in tests:
        if len({shown.picture for shown in test}) != 1:
            continue
        for one, other in combinations(by_text(test), 2):
            z = _z(one, other)
            if abs(z) >= _SURE:
                yield (one.text, other.text) if z > 0 else (other.text, one.text)


def _z(one: Shown, other: Shown) -> float:
    shown = one.impressions + other.impressions
    pooled = (one.clicks + other.clicks) / shown if shown else 0.0
    if not one.impressions or not other.impressions or not 0 < pooled < 1:
        return 0.0
    gap = one.clicks / one.impressions - other.clicks / other.impressions
    return gap / math.sqrt(pooled * (1 - pooled) * (1 / one.impressions + 1 / other.impressions))


@dataclass(frozen=True, kw_only=True)
class _Views:
    """All texts of the tests as numbers."""

    matrix: Any
    """(texts, features), sparse."""
    word_rarity: Floats
    letter_rarity: Floats
    form_center: Floats
    form_spread: Floats


def train_headlines(tests: Sequence[Test]) -> HeadlineScorer:
    """Learn from every pair of texts of a test, and once more from those that are decided.

    The mean of two linear scorers, the second brought to the spread of the first: ridge regression of differences in
    log odds, the surer ones counting more, over all features; and a logistic one over words and form of who wins the
    decided pairs. Together they err less than either.

    Raises:
        InvalidInput: no test has two texts.
        MissingDependency: scipy is not installed.
    """
    texts = {text: at for at, text in enumerate(sorted({shown.text for test in tests for shown in test}))}
    pairs, differences, weights = _differences(tests, texts)
    if not len(differences):
        raise InvalidInput("No test shows two texts.", remedy="Give tests with two or more packages each.")
    views = _views(list(texts))
    found = _by_odds(views.matrix, pairs, differences, weights)
    won = np.array([(texts[better], texts[worse]) for better, worse in decided(tests)], dtype=np.int64).reshape(-1, 2)
    if len(won):
        sure = _by_wins(views.matrix, won)
        spreads = [float(np.std(views.matrix @ each)) for each in (found, sure)]
        found = (found + sure * spreads[0] / max(spreads[1], 1e-9)) / 2
    words, letters, meant, shape = np.split(found, np.cumsum([BUCKETS, BUCKETS, len(found) - 2 * BUCKETS - FORM]))
    return HeadlineScorer(
        words=words,
        letters=letters,
        meaning=meant,
        form=shape,
        word_rarity=views.word_rarity,
        letter_rarity=views.letter_rarity,
        form_center=views.form_center,
        form_spread=views.form_spread,
    )


def _by_odds(matrix: Any, pairs: Ints, differences: Floats, weights: Floats) -> Floats:
    root = np.sqrt(weights)
    rows = scipy_part("sparse").diags(root) @ (matrix[pairs[:, 0]] - matrix[pairs[:, 1]])
    solve = scipy_part("sparse.linalg").lsqr
    found: Floats = solve(rows.tocsr(), root * differences, damp=math.sqrt(_DECAY), iter_lim=_STEPS)[0]
    return found


def _by_wins(matrix: Any, won: Ints) -> Floats:
    """Weights of words and form under which the better of each pair is likeliest to win."""
    rows = (matrix[won[:, 0]] - matrix[won[:, 1]]).tocsr()
    seen = np.unique(rows.indices)
    seen = seen[(seen < BUCKETS) | (seen >= matrix.shape[1] - FORM)]
    rows = rows[:, seen]

    def loss(weights: Floats) -> tuple[float, Floats]:
        ahead = rows @ weights
        value = float(np.logaddexp(0, -ahead).sum()) + _SURE_DECAY * float(weights @ weights)
        gradient = rows.T @ (-1 / (1 + np.exp(ahead))) + 2 * _SURE_DECAY * weights
        return value, gradient

    minimize = scipy_part("optimize").minimize
    found = np.zeros(matrix.shape[1])
    found[seen] = minimize(loss, np.zeros(len(seen)), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    return found


def _differences(tests: Sequence[Test], texts: Mapping[str, int]) -> tuple[Ints, Floats, Floats]:
    """Pairs of rows, how much likelier the first was clicked (log odds), and how much that counts."""
    pairs, gaps, weights = [], [], []
    for test in tests:
        shown = by_text(test)
        for one, other in combinations(shown, 2):
            odds = [math.log((each.clicks + 0.5) / (each.impressions - each.clicks + 0.5)) for each in (one, other)]
            pairs.append((texts[one.text], texts[other.text]))
            gaps.append(odds[0] - odds[1])
            unsure = 1 / (one.clicks + 0.5) + 1 / (other.clicks + 0.5) + _NOISE
            weights.append(2 / len(shown) / unsure)
    return np.array(pairs, dtype=np.int64).reshape(-1, 2), np.array(gaps), np.array(weights)


def _views(texts: Sequence[str]) -> _Views:
    sparse = scipy_part("sparse")

    counted = [hashed(text) for text in texts]
    word_rarity, letter_rarity = (_rarity([pair[view] for pair in counted]) for view in (0, 1))
    blocks = [
        _block([weighed(pair[view], rarity) for pair in counted])
        for view, rarity in ((0, word_rarity), (1, letter_rarity))
    ]
    forms = np.array([form(text) for text in texts])
    center, spread = forms.mean(axis=0), forms.std(axis=0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    dense = [np.array([meaning(text) for text in texts]), (forms - center) / spread * FORM_WEIGHT]
    matrix = sparse.hstack([*blocks, *map(sparse.csr_matrix, dense)]).tocsr()
    return _Views(
        matrix=matrix,
        word_rarity=word_rarity,
        letter_rarity=letter_rarity,
        form_center=center,
        form_spread=spread,
    )


def _rarity(counts: Sequence[Mapping[int, int]]) -> Floats:
    """By bucket: 0 for what one text alone has, else the logarithm of how rare it is."""
    texts = np.zeros(BUCKETS)
    for each in counts:
        texts[list(each)] += 1
    rare = np.log((1 + len(counts)) / (1 + texts)) + 1
    return np.where(texts > 1, rare, 0.0)


def _block(rows: Sequence[tuple[Ints, Floats]]) -> Any:
    sparse = scipy_part("sparse")

    starts = np.cumsum([0, *(len(places) for places, _ in rows)])
    cells = (np.concatenate([values for _, values in rows]), np.concatenate([places for places, _ in rows]), starts)
    return sparse.csr_matrix(cells, shape=(len(rows), BUCKETS))

"""Which words sell and who answers: learned from tests and invitations that were made up, with a known cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shopgraph.errors import ConfigurationError, InvalidInput
from shopgraph.models.persuasion.files import load_headlines, load_responses, save_headlines, save_responses
from shopgraph.models.persuasion.headlines import Shown, Test, decided, read_tests, train_headlines
from shopgraph.models.persuasion.invitations import Households, Invitation, Trip, read_invitations, read_trips
from shopgraph.models.persuasion.responses import describe, train_responses
from shopgraph.models.persuasion.tastes import Tastes

pytest.importorskip("scipy")
_WHAT = ("lamp", "chair", "kettle", "scarf", "bicycle", "teapot", "garden bench", "rug")


def _tests() -> list[Test]:
    """Texts with "handmade" are clicked twice as often as those with "cheap"."""
    return [
        tuple(
            Shown(text=f"{word} {what} {end}", impressions=2_000, clicks=clicks, picture="p")
            for word, clicks in (("A handmade", 80), ("A cheap", 40))
        )
        for what in _WHAT
        for end in ("for you", "of oak", "in blue")
    ]


def test_the_word_that_sold_wins_with_things_never_seen(tmp_path: Path) -> None:
    scorer = train_headlines(_tests())
    assert scorer.better("A handmade mirror", "A cheap mirror")
    assert not scorer.better("A cheap candle", "A handmade candle")
    for name in ("one", "two"):
        save_headlines(train_headlines(_tests()), tmp_path / name, sources=["x"], date="2026-01-01", tests=24)
    files = ("weights.safetensors", "labels.json", "card.md")
    assert all((tmp_path / "one" / each).read_bytes() == (tmp_path / "two" / each).read_bytes() for each in files)
    read = load_headlines(tmp_path / "one")
    assert read.score("A handmade mirror") == pytest.approx(scorer.score("A handmade mirror"), abs=1e-4)
    with pytest.raises(ConfigurationError, match="no response scorer"):
        load_responses(tmp_path / "one")


def test_a_word_that_wins_counts_for_more_where_the_pairs_are_decided() -> None:
    """The same shares of clicks, seen by few and by many: only of the latter it is known who won."""
    few = [tuple(replace(each, impressions=50, clicks=each.clicks // 40) for each in test) for test in _tests()]
    assert not list(decided(few))
    assert len(list(decided(_tests()))) == len(_tests())
    gaps = []
    for tests in (few, _tests()):
        scorer = train_headlines(tests)
        by_word = [scorer.score(f"{word} mirror") for word in ("handmade", "cheap")]
        gaps.append(by_word[0] - by_word[1])
    assert 0 < gaps[0] < gaps[1]


def test_pairs_are_those_of_one_picture_with_a_clear_winner() -> None:
    clear = (
        Shown(text="a", impressions=1_000, clicks=60, picture="p"),
        Shown(text="b", impressions=1_000, clicks=20, picture="p"),
        Shown(text="c", impressions=1_000, clicks=22, picture="p"),
    )
    other = tuple(Shown(text=each.text, impressions=1_000, clicks=each.clicks, picture=each.text) for each in clear)
    twice = (*clear[:1], Shown(text="a", impressions=1_000, clicks=0, picture="p"), clear[1])
    assert list(decided([clear])) == [("a", "b"), ("a", "c")]
    assert list(decided([other])) == []
    assert list(decided([twice])) == []  # 60 of 2,000 against 20 of 1,000
    with pytest.raises(InvalidInput, match="Row 1"):
        read_tests([{"packages": [{"headline": "x"}]}])


def _world() -> tuple[list[Invitation], dict[str, list[Trip]]]:
    """Who buys garden things answers garden campaigns; what is bought after the start says the opposite."""
    chance = np.random.default_rng(5)
    start = date(2017, 6, 1)
    invitations, rows = [], []
    for who in range(160):
        gardens = who % 2 == 0
        for day in range(30):
            basket = [1, 2, int(chance.integers(10, 20))] if gardens else [3, 4, int(chance.integers(10, 20))]
            later = [3, 4] if gardens else [1, 2]
            on = start - timedelta(days=2 + 3 * (day % 20)) if day < 20 else start + timedelta(days=day)
            rows.append({"h": who, "d": on.isoformat(), "p": basket if day < 20 else later, "v": 10.0, "s": 1})
        invitations.append(
            {
                "campaign": 1,
                "type": "Type A",
                "start": start.isoformat(),
                "end": "2017-07-01",
                "household": who,
                "redemptions": int(gardens),
            }
        )
    return read_invitations(invitations, told=True), read_trips(rows)


def test_only_what_was_bought_before_the_start_counts(tmp_path: Path) -> None:
    invitations, trips = _world()
    scorer = train_responses(invitations[:120], trips, [])
    asked = [Invitation(**{**each.__dict__, "redemptions": None}) for each in invitations[120:]]
    known = Households.of(trips, [], invitations[:120])
    first = known.first_day()
    scores = [scorer.score(each, known, first_day=first) for each in asked]
    yes = [bool(each.redemptions) for each in invitations[120:]]
    assert min(s for s, y in zip(scores, yes, strict=True) if y) > max(
        s for s, y in zip(scores, yes, strict=True) if not y
    )
    before = {who: [trip for trip in each if trip.basket.day < asked[0].start] for who, each in trips.items()}
    cut = Households.of(before, [], invitations[:120])
    assert [scorer.score(each, cut, first_day=first) for each in asked] == scores
    save_responses(scorer, tmp_path, sources=["x"], date="2026-01-01", rows=120)
    read = load_responses(tmp_path)
    assert read.score(asked[0], known, first_day=first) == pytest.approx(scores[0], abs=1e-3)


def test_an_outcome_that_is_not_yet_known_is_not_looked_at() -> None:
    def invitation(start: int, end: int, redemptions: int | None) -> Invitation:
        return Invitation(campaign="1", kind="Type B", start=start, end=end, household="h", redemptions=redemptions)

    ended, running = invitation(10, 19, 2), invitation(15, 25, 5)
    asked = invitation(20, 30, None)
    assert Households.of({}, [], [ended, running]).outcomes(asked) == [ended]


def test_an_item_counts_in_every_span_that_reaches_back_to_it() -> None:
    tastes = Tastes(items=("a", "b"), rarity=np.ones((4, 2)), directions=np.zeros((4, 2, 1)))
    trips = read_trips(
        {"h": 1, "d": (date(2017, 6, 1) - timedelta(days=ago)).isoformat(), "p": items, "v": 1.0, "s": 1}
        for ago, items in ((200, ["a", "b"]), (57, ["b"]), (28, ["a"]), (1, ["never seen"]))
    )["1"]
    assert tastes.rows(trips, date(2017, 6, 1).toordinal()) == [[0], [0], [0, 1], [0, 1]]


def test_of_a_record_that_ended_long_ago_the_last_weeks_are_those_before_its_end() -> None:
    _, trips = _world()
    end = 1 + max(trip.basket.day for each in trips.values() for trip in each)
    known = Households.of(trips, [], [])

    def asked(start: int) -> Invitation:
        return Invitation(campaign="1", kind="Type A", start=start, end=start + 9, household="3", redemptions=None)

    assert [known.seen_from(asked(end + days)) - end for days in (-9, 0, 7, 8, 40)] == [-9, 0, 7, 0, 0]
    told = describe(asked(end), known, known.first_day())
    assert describe(asked(end + 40), known, known.first_day()) == told
    assert told["trips_28"] > 0
    nobody = Households.of({}, [], [])
    assert describe(asked(end), nobody, nobody.first_day())["no_trips"] == 1


def test_a_response_scorer_of_the_former_layout_is_refused(tmp_path: Path) -> None:
    invitations, trips = _world()
    save_responses(train_responses(invitations, trips, []), tmp_path, sources=["x"], date="2026-01-01", rows=160)
    labels = tmp_path / "labels.json"
    labels.write_text(labels.read_text().replace('"format": 2', '"format": 1'))
    with pytest.raises(ConfigurationError, match="no response scorer of this version"):
        load_responses(tmp_path)


def test_what_cannot_be_learned_from_is_said() -> None:
    rows: list[Mapping[str, Any]] = [
        {"campaign": 1, "type": "Type A", "start": "2017-06-01", "end": "2017-07-01", "household": 1, "redemptions": 0}
    ]
    with pytest.raises(InvalidInput, match="Nobody or everybody"):
        train_responses(read_invitations(rows, told=True), {}, [])
    with pytest.raises(InvalidInput, match="Row 1"):
        read_trips([{"h": 1}])
    with pytest.raises(InvalidInput, match="two texts"):
        train_headlines([(Shown(text="a", impressions=1, clicks=0),)])

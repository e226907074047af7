"""Baskets as arrays say what the baskets say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.models.recommend.lines import Lines, lines_of
from shopgraph.models.recommend.rows import Basket

_BASKETS = st.lists(
    st.builds(
        Basket,
        customer=st.sampled_from(("", "ann", "bob", "cem")),
        day=st.integers(700_000, 700_009),
        items=st.lists(st.sampled_from("abcdef"), max_size=4, unique=True).map(tuple),
    ),
    max_size=12,
).map(lambda baskets: sorted(baskets, key=lambda basket: basket.day))


def _told(lines: Lines) -> list[tuple[int, list[str]]]:
    rows = np.split(lines.item, lines.starts[1:-1]) if len(lines.day) else []
    return [(day, [lines.items[at] for at in row]) for day, row in zip(lines.day.tolist(), rows, strict=True)]


def _plain(baskets: Sequence[Basket]) -> list[tuple[int, list[str]]]:
    return [(basket.day, list(basket.items)) for basket in baskets]


@given(baskets=_BASKETS, day=st.integers(699_999, 700_011), least=st.integers(1, 3))
def test_lines_hold_what_the_baskets_hold(baskets: list[Basket], day: int, least: int) -> None:
    lines = lines_of(baskets)
    assert _told(lines) == _plain(baskets)
    before = [basket for basket in baskets if basket.day < day]
    assert _told(lines.before(day)) == _plain(before)
    assert _told(lines.before(day).known()) == _plain([basket for basket in before if basket.customer])
    sold = Counter(item for basket in before for item in basket.items)
    often = lines.before(day).at_least(least)
    assert often.items == tuple(sorted(item for item, times in sold.items() if times >= least))
    assert often.sums().tolist() == [sold[item] for item in often.items]
    assert _told(often) == [(on, [item for item in row if sold[item] >= least]) for on, row in _plain(before)]


@given(baskets=_BASKETS, day=st.integers(699_999, 700_011))
def test_customers_are_numbered_by_their_first_basket(baskets: list[Basket], day: int) -> None:
    """So those of the baskets before a day are the first numbers, whatever comes later."""
    lines = lines_of(baskets)
    names = list(dict.fromkeys(basket.customer for basket in baskets if basket.customer))
    assert [names[at] if at >= 0 else "" for at in lines.who.tolist()] == [basket.customer for basket in baskets]
    known = lines.before(day).known()
    assert sorted(set(known.who.tolist())) == list(range(len(set(known.who.tolist()))))

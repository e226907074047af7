"""Two hundred requests for the same refund at once, from four processes: one refund."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pydantic import JsonValue

from tests.durable.conftest import Place
from tests.durable.processes import ask_often, start

EACH, PROCESSES = 50, 4
REFUND: tuple[str, dict[str, JsonValue]] = (
    "refund_order",
    {"order_id": "#D1", "amount": "173.11", "reason": "requested_by_customer"},
)
"""All that was paid: a second one would be too much."""


def _answers(place: Place, folder: Path, ids: list[list[str]]) -> Counter[str]:
    files = [folder / f"answers-{number}" for number in range(PROCESSES)]
    crowd = [
        start(ask_often, place.folder, place.till.path, file, mine, REFUND)
        for file, mine in zip(files, ids, strict=True)
    ]
    for each in crowd:
        each.join(100)
    assert [each.exitcode for each in crowd] == [0] * PROCESSES
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == EACH * PROCESSES
    return Counter(line.split()[0] for line in lines)


@pytest.mark.soak
def test_the_same_request_is_one_refund_and_replays(place: Place, tmp_path: Path) -> None:
    answers = _answers(place, tmp_path, [["one"] * EACH for _ in range(PROCESSES)])
    assert place.till.movements() == [("refund", 17311)]
    assert answers == {"done": 1, "replayed": EACH * PROCESSES - 1}


@pytest.mark.soak
@pytest.mark.parametrize("template", ["sqlite"], indirect=True)
def test_other_requests_for_the_same_are_refused(place: Place, tmp_path: Path) -> None:
    answers = _answers(place, tmp_path, [[f"{p}-{n}" for n in range(EACH)] for p in range(PROCESSES)])
    assert place.till.movements() == [("refund", 17311)]
    assert answers == {"done": 1, "refused": EACH * PROCESSES - 1}

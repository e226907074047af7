"""Which pieces of personal data are found, which numbers are none, and how that is measured."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.errors import InvalidInput
from shopgraph.evals.guards.pii import Span, evaluate
from shopgraph.guards.personal import find_personal, mask_personal


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("My IBAN: GB82 WEST 1234 5698 7654 32, thanks", "My IBAN: [iban], thanks"),
        ("de89370400440532013000", "[iban]"),
        ("from 192.168.10.255 and 2001:db8::8a2e:370:7334.", "from [ip] and [ip]."),
        ("ssn 078-05-1120", "ssn [ssn]"),
        ("You can call 9123 4567 or fax 55 66 77", "You can call [phone] or fax [phone]"),
        ("(212)555-0100x771 mobile", "[phone] mobile"),
        ("Tel.: 02.23.45.67.89", "Tel.: [phone]"),
        ("reach me at 555 0199", "reach me at [phone]"),
        ("ann@shop.example, 4242 4242 4242 4242", "[email], [card]"),
    ],
)
def test_each_kind_is_masked(text: str, masked: str) -> None:
    assert mask_personal(text) == masked
    assert mask_personal(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "GB82 WEST 1234 5698 7654 33 has wrong check digits",
        "version 1.2.3.4.5 of 300.1.1.1",
        "from 10:30 to 12:45",
        "license 078-05-1120",
        "call me about order 6086499569, please",
        "the card ending in 4242",
        "on 2026-11-22 14:30 and 22.11.2026",
        "4242 4242 4242 4241 is no card",
    ],
)
def test_numbers_that_only_look_so_are_left(text: str) -> None:
    assert mask_personal(text) == text


@given(st.text(alphabet="0123456789 -.:+()xabcdef@\n", max_size=200))
def test_pieces_never_overlap_and_are_where_they_say(text: str) -> None:
    pieces = sorted(find_personal(text), key=lambda piece: piece.start)
    assert all(text[piece.start : piece.end] == piece.text for piece in pieces)
    assert all(one.end <= two.start for one, two in pairwise(pieces))


@pytest.mark.parametrize("piece", ["1-", "a1:", "+(1 ", "GB82 ", "9.", "call 1 ", "1@"])
def test_the_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    def seconds(length: int) -> float:
        text, best = (piece * length)[:length], 9.0
        for _ in range(3):
            started = time.thread_time()
            mask_personal(text)
            best = min(best, time.thread_time() - started)
        return best

    assert seconds(16_000) < 20 * max(seconds(2_000), 0.001)


def test_a_hit_is_the_same_type_over_half_the_span() -> None:
    true = Span(type="US_SSN", start=10, end=20)
    assert Span(type="US_SSN", start=15, end=40).hits(true)
    assert not Span(type="US_SSN", start=16, end=40).hits(true)
    assert not Span(type="PHONE_NUMBER", start=10, end=20).hits(true)


def test_figures_by_type(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"text": "mail ann@shop.example", "spans": [["EMAIL_ADDRESS", 5, 21], ["PERSON", 5, 8]]},
        {"text": "mail bob@shop.example", "spans": []},
        {"text": "nobody finds me", "spans": [["IP_ADDRESS", 0, 6]]},
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    report = evaluate(test=path)
    by_type: Any = report.figures["by_type"]
    assert by_type["EMAIL_ADDRESS"] == {"n": 1, "precision": 0.5, "recall": 1.0}
    assert by_type["IP_ADDRESS"] == {"n": 1, "precision": None, "recall": 0.0}
    assert [case.passed for case in report.cases] == [True, False, False]
    path.write_text('{"text": "a", "spans": [["X", "1", 2]]}\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match="span"):
        evaluate(test=path)


@pytest.mark.data
def test_precision_and_recall_on_synthetic_texts_of_others(shared_data: Path) -> None:
    figures = evaluate(test=shared_data / "data" / "04_pii" / "presidio_synth.dev.jsonl.gz").figures
    by_type: Any = figures["by_type"]
    for name, row in by_type.items():
        floor = 0.85 if name == "PHONE_NUMBER" else 0.95
        assert min(row["precision"], row["recall"]) >= floor, (name, row)

"""Training rows: from what stands in clear, each once, with where it is from, and only what may be learned from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import JsonValue

from shopgraph.audit.log import AuditEvent, AuditLog, open_audit
from shopgraph.audit.training import Purpose, training_rows

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    opened = open_audit(f"sqlite:///{tmp_path / 'audit.db'}")
    yield opened
    opened.close()


def request(
    number: int,
    text: str,
    *,
    intent: str = "order_status",
    confidence: float = 0.99,
    answer: str = "It is on its way.",
    drafted: str = "",
    handoff: str = "",
    verdict: str = "",
    models: tuple[tuple[str, str], ...] = (),
    conversation: str = "",
) -> list[AuditEvent]:
    """The records of a request, as far as they are read."""
    verdicts: list[JsonValue] = [{"guard": "g", "verdict": verdict}] if verdict else []
    decisions: list[JsonValue] = [{"rule": "own-records", "policy_version": "1+abc"}]
    calls: list[JsonValue] = [{"deployment": name, "outcome": outcome} for name, outcome in models]
    payloads: dict[str, dict[str, object]] = {
        "screen": {"text": text},
        "route": {"intent": intent, "confidence": confidence},
        "agent": {"models": calls},
        "govern": {
            "answer": answer,
            "drafted": drafted,
            "handoff": handoff,
            "verdicts": verdicts,
            "decisions": decisions,
        },
    }
    return [
        AuditEvent(
            request_id=f"req_{number}",
            conversation_id=conversation or f"conv_{number}",
            node=node,
            layer="routing",
            kind="step",
            at=AT,
            payload=payload,
        )
        for node, payload in payloads.items()
    ]


async def rows(log: AuditLog, purpose: Purpose, *requests: list[AuditEvent]) -> list[dict[str, JsonValue]]:
    for each in requests:
        await log.append(each)
    return [*training_rows(log.records(), purpose)]


async def test_the_same_content_is_one_row_with_its_first_source(log: AuditLog) -> None:
    (row,) = await rows(log, Purpose.ROUTER, request(1, "where is it"), request(2, "where is it"))
    assert row == {
        "text": "where is it",
        "intent": "order_status",
        "provenance": {
            "request": "req_1",
            "conversation": "conv_1",
            "at": "2026-06-01T12:00:00+00:00",
            "position": 1,
            "policy_version": "1+abc",
            "label": "route",
        },
    }


async def test_what_was_a_guess_or_went_wrong_teaches_no_router(log: AuditLog) -> None:
    unsure = request(1, "hm", confidence=0.4)
    handed = request(2, "person", handoff="person")
    blocked = request(3, "x", verdict="block")
    broken = request(4, "y", verdict="error")
    assert await rows(log, Purpose.ROUTER, unsure, handed, blocked, broken) == []


async def test_a_message_that_asks_for_several_things_has_no_one_label(log: AuditLog) -> None:
    both = request(1, "cancel it and what is on sale")
    assert await rows(log, Purpose.ROUTER, [both[0], both[1], *both[1:]]) == []


async def test_a_request_of_several_models_tells_them_apart(log: AuditLog) -> None:
    both = request(1, "hard one", models=(("small", "timeout"), ("large", "ok")))
    alone = request(2, "easy one", models=(("small", "ok"),))
    again = request(3, "easy one", models=(("large", "cached"),))
    found = await rows(log, Purpose.TIERS, both, alone, again)
    assert [(row["text"], row["scores"]) for row in found] == [
        ("hard one", {"small": 0.0, "large": 1.0}),
        ("easy one", {"small": 1.0, "large": 1.0}),
    ]


async def test_one_model_alone_says_nothing_of_another(log: AuditLog) -> None:
    assert await rows(log, Purpose.TIERS, request(1, "easy", models=(("small", "ok"),))) == []


async def test_a_chat_holds_what_was_said_before_and_no_bad_answer(log: AuditLog) -> None:
    first = request(1, "hi", answer="Hello.", conversation="c")
    bad = request(2, "and?", answer="Nonsense.", verdict="block", conversation="c")
    last = request(3, "bye", answer="Bye.", conversation="c")
    found = await rows(log, Purpose.CHAT, first, bad, last)
    said = [[item["content"] for item in _messages(row)] for row in found]
    assert said == [["hi", "Hello."], ["hi", "Hello.", "and?", "Nonsense.", "bye", "Bye."]]


def _messages(row: dict[str, JsonValue]) -> list[dict[str, JsonValue]]:
    held = row["messages"]
    assert isinstance(held, list)
    return [item for item in held if isinstance(item, dict)]


async def test_a_correction_is_a_preference(log: AuditLog) -> None:
    corrected = request(1, "price?", drafted="It costs $1.", answer="It costs $2.", verdict="fix")
    plain = request(2, "hours?")
    (row,) = await rows(log, Purpose.PREFERENCE, corrected, plain)
    assert (row["chosen"], row["rejected"]) == ("It costs $2.", "It costs $1.")

"""Quality of a time from the log: what counts as settled, as asked again, as true, and what does not."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.audit.contacts import NO_MATTER, PAUSE, RequestReader
from shopgraph.audit.log import AuditEvent, AuditLog, open_audit
from shopgraph.audit.quality import Quality, QualityReader, Share, quality_of
from shopgraph.audit.records import AuditStep
from shopgraph.models.routes import Intent

MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def step(
    request: str, node: str, at: datetime, conversation: str = "c1", kind: str = "step", **payload: object
) -> AuditStep:
    return AuditStep(
        position=0,
        request_id=request,
        conversation_id=conversation,
        node=node,
        layer="audit",
        kind=kind,
        at=at,
        subject="",
        payload=payload,
    )


def asked(
    request: str,
    at: datetime,
    *,
    conversation: str = "",
    customer: str = "sub_1",
    intent: str = "order_status",
    orders: tuple[str, ...] = (),
    verdicts: tuple[tuple[str, str], ...] = (),
    handoff: str = "",
) -> list[AuditStep]:
    """The records of one request."""
    where = conversation or f"c-{request}"
    found = [{"guard": guard, "verdict": verdict} for guard, verdict in verdicts]
    return [
        step(request, "screen", at, where, text="where", customer=customer),
        step(request, "route", at, where, intent=intent, orders=orders),
        step(request, "govern", at, where, answer="here", handoff=handoff, verdicts=found),
        step(request, "record", at, where, kind="original"),
    ]


def quality(*steps: list[AuditStep], since: datetime = MONDAY, until: datetime = MONDAY + 30 * DAY) -> Quality:
    reader = QualityReader(since, until)
    for each in sorted((one for some in steps for one in some), key=lambda one: one.at):
        reader.add(each)
    return reader.result()


def test_whoever_asks_the_same_again_in_time_was_not_served_the_first_time() -> None:
    found = quality(asked("r1", MONDAY), asked("r2", MONDAY + 2 * DAY), asked("r3", MONDAY + 20 * DAY))
    assert (found.repeat_contact.count, found.repeat_contact.n) == (1, 3)
    assert (found.resolution.count, found.containment.count) == (2, 3)


@pytest.mark.parametrize(
    "second",
    [
        asked("r2", MONDAY + 2 * DAY, customer="sub_2"),
        asked("r2", MONDAY + 2 * DAY, intent="return_items"),
        asked("r2", MONDAY + 8 * DAY),
        asked("r2", MONDAY + HOUR / 2, conversation="c-r1"),
    ],
    ids=["another customer", "another matter", "after a week", "the same contact"],
)
def test_what_is_no_repeated_contact(second: list[AuditStep]) -> None:
    assert quality(asked("r1", MONDAY), second).repeat_contact.count == 0


@pytest.mark.parametrize(("orders", "again"), [(("#A1",), 1), (("#B2",), 0), ((), 1)])
def test_different_orders_are_different_matters(orders: tuple[str, ...], again: int) -> None:
    first, second = asked("r1", MONDAY, orders=("#A1",)), asked("r2", MONDAY + DAY, orders=orders)
    assert quality(first, second).repeat_contact.count == again


def test_a_conversation_that_rested_is_another_contact() -> None:
    later = asked("r2", MONDAY + PAUSE + HOUR, conversation="c-r1")
    assert quality(asked("r1", MONDAY), later).repeat_contact.count == 1


@pytest.mark.parametrize("intent", sorted(NO_MATTER))
def test_looking_around_leaves_nothing_to_settle(intent: str) -> None:
    assert intent in set(Intent)
    found = quality(asked("r1", MONDAY, intent=intent), asked("r2", MONDAY + DAY, intent=intent))
    assert (found.resolution.n, found.containment.n) == (0, 2)


def test_a_guest_cannot_be_told_from_others_and_counts_in_no_resolution() -> None:
    found = quality(asked("r1", MONDAY, customer=""), asked("r2", MONDAY + DAY, customer=""))
    assert (found.resolution.n, found.containment.share) == (0, 1.0)


def test_contacts_whose_week_is_not_over_are_left_out_whatever_came_of_them() -> None:
    now = MONDAY + 8 * DAY
    handed = asked("r3", now - HOUR, customer="sub_3", handoff="person")
    found = quality(asked("r1", MONDAY + HOUR), asked("r2", now - DAY, customer="sub_2"), handed, until=now)
    assert (found.resolution.n, found.resolution.count) == (1, 1)
    assert found.handoffs.count == 1


def test_a_period_of_a_day_judges_the_contacts_of_a_week_before() -> None:
    now = MONDAY + 8 * DAY
    old = asked("r1", now - 7 * DAY - HOUR)
    found = quality(old, asked("r2", now - HOUR, customer="sub_2"), since=now - DAY, until=now)
    assert (found.requests, found.resolution.n) == (1, 1)


@pytest.mark.parametrize(
    ("verdicts", "grounded", "held_back", "failures"),
    [
        ((), 1.0, 0, 0),
        ((("price", "fix"),), 0.5, 0, 0),
        ((("price", "fix"), ("stock", "block")), 0.0, 1, 0),
        ((("personal-data", "fix"),), 1.0, 0, 0),
        ((("price", "error"),), 1.0, 0, 1),
    ],
)
def test_groundedness_and_what_went_wrong(
    verdicts: tuple[tuple[str, str], ...], grounded: float, held_back: int, failures: int
) -> None:
    found = quality(asked("r1", MONDAY, verdicts=verdicts))
    assert (found.groundedness.mean, found.held_back.count, found.failures.count) == (grounded, held_back, failures)
    assert found.containment.count == (not held_back and not failures)
    assert found.by_intent["order_status"].groundedness.mean == grounded


def test_a_request_without_an_answer_has_failed_unless_somebody_is_waited_for() -> None:
    lost = [step("r1", "screen", MONDAY, customer="sub_1")]
    waits = [step("r2", "screen", MONDAY, "c2", customer="sub_2"), step("r2", "waiting", MONDAY, "c2")]
    found = quality(lost, waits)
    assert (found.failures.count, found.requests, found.containment.count) == (1, 2, 0)


def test_the_first_word_of_a_customer_stands() -> None:
    given = [step("r1", "feedback", MONDAY + HOUR, score=word, value=value) for word, value in (("up", 1), ("down", 0))]
    found = quality(asked("r1", MONDAY), asked("r2", MONDAY), given)
    assert (found.feedback.n, found.feedback.mean, found.feedback.scores) == (1, 1.0, {"up": 1})


def test_nothing_has_no_figures() -> None:
    found = quality()
    assert (found.requests, found.groundedness.mean, found.resolution.share, found.by_intent) == (0, None, None, {})
    assert Quality.model_validate_json(found.model_dump_json()) == found


@given(st.integers(0, 400), st.integers(0, 400))
def test_a_share_lies_within_its_interval(count: int, more: int) -> None:
    found = Share.of(count, count + more)
    if found.share is None or found.interval is None:
        assert count + more == 0
        return
    low, high = found.interval
    assert 0 <= low <= found.share <= high <= 1


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    with closing(open_audit(f"sqlite:///{tmp_path / 'audit.db'}")) as opened:
        yield opened


async def test_the_log_gives_the_steps_of_a_time_and_of_nodes(log: AuditLog) -> None:
    times = [MONDAY - timedelta(microseconds=1), MONDAY, MONDAY + timedelta(microseconds=1), MONDAY + DAY]
    for number, at in enumerate(times):
        events = [
            AuditEvent(request_id=f"r{number}", conversation_id="c", node=node, layer="governance", kind="step", at=at)
            for node in ("screen", "route")
        ]
        await log.append(events)
    of_day = [*log.steps(MONDAY, MONDAY + DAY, ["screen"])]
    assert [each.request_id for each in of_day] == ["r1", "r2"]
    assert len([*log.steps(MONDAY, MONDAY + DAY)]) == 4
    assert quality_of(log, MONDAY, MONDAY + DAY).requests == 2


def _bytes(reader: RequestReader) -> int:
    """What it remembers: everything that can be reached from its requests, each once, types apart."""
    seen: dict[int, object] = {}
    left: list[object] = [*reader.requests.values()]
    while left:
        one = left.pop()
        if id(one) not in seen and not isinstance(one, type):
            seen[id(one)] = one
            left += gc.get_referents(one)
    return sum(map(sys.getsizeof, seen.values()))


def _reader(requests: int, length: int, *, texts: bool = False) -> RequestReader:
    reader = RequestReader(texts=texts)
    for number in range(requests):
        at, where = MONDAY + number * timedelta(minutes=1), f"c{number:05}"
        reader.add(step(f"r{number:05}", "screen", at, where, text=f"{number:05}" + "a" * length, customer="sub_1"))
        reader.add(step(f"r{number:05}", "route", at, where, intent="order_status", orders=()))
        reader.add(step(f"r{number:05}", "govern", at, where, answer=f"{number:05}" + "b" * length))
    return reader


def test_texts_are_remembered_only_for_a_judge() -> None:
    short, long = _reader(50, 10), _reader(50, 4_000)
    assert _bytes(short) == _bytes(long)
    assert _bytes(long) / 50 < 1_000, "bytes of a request"
    judged = _reader(50, 4_000, texts=True)
    assert _bytes(judged) > _bytes(long) + 50 * 2 * 4_000
    assert {(each.text[5:], each.answer[5:]) for each in judged.requests.values()} == {("a" * 4_000, "b" * 4_000)}

"""A customer's own word: theirs alone, once, on the record without its words in clear, with the trace, counted."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shopgraph.audit.quality import quality_of
from shopgraph.clock import parse_instant
from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.errors import ConnectorUnavailable, IdempotencyConflict, InvalidInput, NotFound
from shopgraph.graphs import Answer, Orchestrator, Score
from shopgraph.shop import Shop
from shopgraph.telemetry import metrics, scores, tracing

TRACKER, CANCELER = (Principal.customer(CAST[name].customer_id) for name in ("tracker", "canceler"))
COMMENT = "That was easy, thank you. Johanna Fischer, 48 Larkspur Crescent"
LONG_AGO, FAR = parse_instant("2020-01-01T00:00:00Z"), parse_instant("2030-01-01T00:00:00Z")


pytestmark = pytest.mark.usefixtures("unobserved")


@pytest.fixture
async def answer(orchestrator: Orchestrator) -> Answer:
    return await orchestrator.ask("where is my order?", principal=TRACKER)


@pytest.fixture
async def guests(orchestrator: Orchestrator) -> Answer:
    return await orchestrator.ask("do you have bags?")


async def written(shop: Shop, answer: Answer) -> int:
    """How many words on this answer are on the record, and in the shop's own."""
    kept = [each for each in shop.audit.records() if each.kind == "feedback"]
    who = next(each.subject for each in await shop.audit.events(answer.request_id))
    stored = await shop.connectors.records.request(f"feedback:{answer.request_id}:{who}")
    assert bool(kept) == bool(stored)
    return len(kept)


@pytest.mark.parametrize(
    ("text", "worth"), [("up", 1.0), ("DOWN ", 0.0), ("1", 0.0), ("2", 0.25), ("3", 0.5), ("4", 0.75), ("5", 1.0)]
)
def test_scores_are_worth(text: str, worth: float) -> None:
    assert Score.parse(text).worth == worth


@pytest.mark.parametrize("text", ["", "6", "0", "good", "1.5", "up down"])
def test_what_is_no_score_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="One of down, up, 1, 2"):
        Score.parse(text)


async def test_it_stands_on_the_record_once(orchestrator: Orchestrator, shop: Shop, answer: Answer) -> None:
    first = await orchestrator.feedback(answer.request_id, Score.FOUR, comment=COMMENT, principal=TRACKER)
    again = await orchestrator.feedback(answer.request_id, Score.FOUR, comment=COMMENT, principal=TRACKER)
    assert (first.value, first.replayed, again.replayed) == (0.75, False, True)
    assert await written(shop, answer) == 1
    assert (await shop.audit.verify()).intact
    assert quality_of(shop.audit, LONG_AGO, FAR).feedback.scores == {"4": 1}


async def test_the_first_word_stands(orchestrator: Orchestrator, shop: Shop, answer: Answer) -> None:
    await orchestrator.feedback(answer.request_id, Score.UP, principal=TRACKER)
    for score, comment in ((Score.DOWN, ""), (Score.UP, "but slow")):
        with pytest.raises(IdempotencyConflict, match="The first word stands"):
            await orchestrator.feedback(answer.request_id, score, comment=comment, principal=TRACKER)
    assert await written(shop, answer) == 1


async def test_a_comment_is_masked_in_clear_and_sealed(orchestrator: Orchestrator, shop: Shop, answer: Answer) -> None:
    await orchestrator.feedback(answer.request_id, Score.UP, comment=COMMENT, principal=TRACKER)
    (record,) = [each for each in shop.audit.records() if each.kind == "feedback"]
    assert "thank you" in str(record.payload["comment"])
    assert not [each for each in ("Johanna", "Fischer", "Larkspur") if each in str(record.payload["comment"])]
    assert shop.audit.original(record) == {"comment": COMMENT}
    stored = await shop.connectors.records.request(f"feedback:{answer.request_id}:{record.subject}")
    assert stored is not None
    assert not [each for each in ("Johanna", "easy") if each in stored.model_dump_json()]
    # No key, no way to try whether somebody wrote a guessed sentence.
    assert hashlib.sha256(COMMENT.encode()).hexdigest()[:16] not in json.dumps(stored.result)


async def test_nobody_else_says_it(orchestrator: Orchestrator, shop: Shop, answer: Answer) -> None:
    reader, sent = InMemoryMetricReader(), list[object]()
    metrics.configure(reader)
    scores.use(lambda *score: sent.append(score))
    before = await shop.audit.head()
    for who in (CANCELER, Principal.guest(), Principal.staff("sta_1"), Principal.system("host")):
        for conversation in (None, answer.conversation_id):
            with pytest.raises(NotFound):
                await orchestrator.feedback(answer.request_id, Score.UP, principal=who, conversation_id=conversation)
    assert await shop.audit.head() == before
    assert await written(shop, answer) == 0
    assert (reader.get_metrics_data(), sent) == (None, [])


async def test_a_request_that_is_not_there(orchestrator: Orchestrator, shop: Shop, answer: Answer) -> None:
    for request_id in ("req_unknown", "", answer.conversation_id):
        with pytest.raises(NotFound):
            await orchestrator.feedback(request_id, Score.UP, principal=TRACKER)
    assert await written(shop, answer) == 0


async def test_a_guest_names_the_conversation(orchestrator: Orchestrator, shop: Shop, guests: Answer) -> None:
    other = await orchestrator.ask("hello")
    for conversation in (None, other.conversation_id, "conv_unknown"):
        with pytest.raises(NotFound):
            await orchestrator.feedback(guests.request_id, Score.UP, conversation_id=conversation)
    assert await written(shop, guests) == 0
    await orchestrator.feedback(guests.request_id, Score.UP, conversation_id=guests.conversation_id)
    assert await written(shop, guests) == 1


async def test_who_signs_in_later_speaks_of_what_was_asked_before(orchestrator: Orchestrator, guests: Answer) -> None:
    where = guests.conversation_id
    signed_in = await orchestrator.ask("where is my order?", principal=TRACKER, conversation_id=where)
    for request_id in (guests.request_id, signed_in.request_id):
        await orchestrator.feedback(request_id, Score.FIVE, principal=TRACKER, conversation_id=where)
    # From then on it is theirs: a guest, or somebody else, who knows its id has no say in it.
    for who in (Principal.guest(), CANCELER):
        with pytest.raises(NotFound):
            await orchestrator.feedback(guests.request_id, Score.ONE, principal=who, conversation_id=where)


async def test_a_log_that_fails_leaves_it_to_be_said_again(
    orchestrator: Orchestrator, shop: Shop, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(_: object) -> None:
        raise ConnectorUnavailable("The audit log cannot be reached.")

    with monkeypatch.context() as broken:
        broken.setattr(shop.audit, "append", down)
        with pytest.raises(ConnectorUnavailable):
            await orchestrator.feedback(answer.request_id, Score.UP, principal=TRACKER)
    given = await orchestrator.feedback(answer.request_id, Score.UP, principal=TRACKER)
    assert not given.replayed
    assert await written(shop, answer) == 1


async def test_of_different_words_at_once_one_stands(orchestrator: Orchestrator, shop: Shop, answer: Answer) -> None:
    given = [orchestrator.feedback(answer.request_id, score, principal=TRACKER) for score in Score]
    found = await asyncio.gather(*given, return_exceptions=True)
    assert [type(each).__name__ for each in found].count("Feedback") == 1
    assert await written(shop, answer) == 1


async def test_it_is_counted_and_goes_with_the_trace(orchestrator: Orchestrator) -> None:
    memory, reader, sent = InMemorySpanExporter(), InMemoryMetricReader(), list[tuple[str, str, float]]()
    tracing.configure(memory, immediately=True)
    metrics.configure(reader)
    answer = await orchestrator.ask("where is my order?", principal=TRACKER)
    scores.use(lambda *score: sent.append(score))
    for _ in range(2):
        await orchestrator.feedback(answer.request_id, Score.TWO, principal=TRACKER)
    (trace_id,) = {f"{span.context.trace_id:032x}" for span in memory.get_finished_spans() if span.context}
    assert sent == [(trace_id, "feedback", 0.25)]
    data: Any = reader.get_metrics_data()
    told = {each.name: each for scope in data.resource_metrics[0].scope_metrics for each in scope.metrics}
    (point,) = told["shopgraph.feedback"].data.data_points
    assert (point.value, dict(point.attributes)) == (1, {"score": "2"})


TOKEN = "a-long-and-random-token"


@pytest.fixture
def client(orchestrator: Orchestrator) -> Any:
    testclient = pytest.importorskip("starlette.testclient", reason="serve: pip install 'shopgraph[serve]'")
    from mcp.server.auth.provider import AccessToken
    from starlette.applications import Starlette

    from shopgraph.serve.feedback import feedback_route
    from shopgraph.serve.identity import Bearers

    class Tokens:
        async def verify_token(self, token: str) -> AccessToken | None:
            known = token == TOKEN
            return (
                AccessToken(token=token, client_id="app", scopes=[], subject=f"customer:{TRACKER.id}")
                if known
                else None
            )

    app = Starlette(routes=[feedback_route(orchestrator)])
    app.add_middleware(Bearers, verifier=Tokens())
    return testclient.TestClient(app)


async def test_over_http_a_token_says_who_it_is(client: Any, shop: Shop, answer: Answer) -> None:
    body = {"request_id": answer.request_id, "score": 5, "comment": "good"}
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert client.post("/feedback", json=body).status_code == 404
    assert client.post("/feedback", json=body, headers={"Authorization": "Bearer else"}).status_code == 401
    assert await written(shop, answer) == 0
    good = client.post("/feedback", json=body, headers=bearer)
    assert (good.status_code, good.json()) == (
        200,
        {"request_id": answer.request_id, "score": "5", "value": 1.0, "replayed": False},
    )
    assert client.post("/feedback", json={**body, "score": "up"}, headers=bearer).status_code == 409
    assert client.get("/feedback").status_code == 405
    assert await written(shop, answer) == 1


BAD = [
    (b"{", 400, "body"),
    (b'{"score": "up"}', 400, "request_id"),
    (b'{"request_id": "r", "score": 7}', 400, "One of down, up"),
    (b'{"request_id": "r", "score": "up", "principal": "customer:cus_tracker"}', 400, "principal"),
    (b'{"request_id": "r", "score": "up"}', 404, "There is no request r of yours"),
    (b'{"comment": "' + b"x" * 70_000, 413, "65,536"),
]


def test_over_http_a_bad_body_says_what_is_wrong(client: Any) -> None:
    for body, status, says in BAD:
        reply = client.post("/feedback", content=body)
        assert reply.status_code == status
        assert says in reply.json()["message"]

"""The judge: a fixed sample, masked, its score on the record once and with the trace, whatever the model replies."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shopgraph.audit.quality import quality_of
from shopgraph.clock import parse_instant
from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.errors import ConfigurationError, InvalidInput, ModelFault
from shopgraph.graphs import Answer, Orchestrator
from shopgraph.graphs.judging import JudgeReport, judge_answers, sampled, score_in
from shopgraph.models.judges import judge_of
from shopgraph.models.scripted import ScriptedChatModel
from shopgraph.shop import Shop
from shopgraph.telemetry import scores, tracing

TRACKER = Principal.customer(CAST["tracker"].customer_id)
LONG_AGO, FAR = parse_instant("2020-01-01T00:00:00Z"), parse_instant("2030-01-01T00:00:00Z")


pytestmark = pytest.mark.usefixtures("unobserved")


@pytest.fixture
async def answers(orchestrator: Orchestrator) -> list[Answer]:
    texts = ("where is my order? my name is Johanna Fischer", "thanks", "what is on sale?")
    return [await orchestrator.ask(text, principal=TRACKER) for text in texts]


async def judged(shop: Shop, model: ScriptedChatModel, share: float = 1.0, most: int = 500) -> JudgeReport:
    return await judge_answers(shop, model, "m", since=LONG_AGO, until=FAR, share=share, most=most)


async def test_it_reads_what_is_masked_and_its_score_is_on_the_record(shop: Shop, answers: list[Answer]) -> None:
    model = ScriptedChatModel(script=['{"score": 5}', 'Sure: {"score": 2}', "I like it"])
    report = await judged(shop, model)
    assert (report.requests, report.sampled, report.judged.n, report.unreadable) == (3, 3, 2, 1)
    assert report.judged.mean == (1.0 + 0.25) / 2
    shown = "\n".join(str(message.text) for call in model.calls for message in call)
    assert "where is my order?" in shown
    customer = await shop.connectors.crm.customer(TRACKER.id)
    assert customer is not None
    for value in ("Johanna", "Fischer", customer.name, customer.id, customer.email, customer.address.city):
        assert value not in shown
    found = quality_of(shop.audit, LONG_AGO, FAR)
    assert (found.judge.n, found.judge.mean) == (2, 0.625)
    records = [each.payload["score"] for each in shop.audit.records() if each.kind == "judge"]
    assert records == [5, 2, None]


async def test_an_answer_is_judged_once_by_each_judge(shop: Shop, answers: list[Answer]) -> None:
    await judged(shop, ScriptedChatModel(script=['{"score": 5}', "?"]), most=2)
    report = await judged(shop, ScriptedChatModel(script=['{"score": 1}']))
    assert (report.before, report.judged.n, report.left) == (2, 1, 0)
    other = await judge_answers(
        shop, ScriptedChatModel(script=['{"score": 3}'] * 3), "other", since=LONG_AGO, until=FAR, share=1.0
    )
    assert (other.before, other.judged.n) == (0, 3)


async def test_a_model_that_fails_is_asked_again_the_next_time(shop: Shop, answers: list[Answer]) -> None:
    before = await shop.audit.head()
    report = await judged(shop, ScriptedChatModel(script=[ModelFault("down")] * 3))
    assert (report.failed, report.judged.n, report.judged.mean, report.left) == (3, 0, None, 0)
    assert await shop.audit.head() == before
    assert (await judged(shop, ScriptedChatModel(script=['{"score": 4}'] * 3))).judged.n == 3


async def test_its_score_goes_with_the_trace(orchestrator: Orchestrator, shop: Shop) -> None:
    memory, sent = InMemorySpanExporter(), list[tuple[str, str, float]]()
    tracing.configure(memory, immediately=True)
    await orchestrator.ask("where is my order?", principal=TRACKER)
    scores.use(lambda *score: sent.append(score))
    await judged(shop, ScriptedChatModel(script=['{"score": 4}']))
    (trace_id,) = {f"{span.context.trace_id:032x}" for span in memory.get_finished_spans() if span.context}
    assert sent == [(trace_id, "judge", 0.75)]


@pytest.mark.parametrize(
    ("reply", "score"),
    [
        ('{"score": 1}', 1),
        ('```json\n{"score": 5}\n```', 5),
        ('{"score": 0}', None),
        ('{"score": 6}', None),
        ('{"score": "5"}', None),
        ('{"score": true}', None),
        ('{"score": 4.5}', None),
        ('{"score": 1} {"score": 5}', None),
        ('{"grade": 5}', None),
        ("5", None),
        ("", None),
        ("{", None),
    ],
)
def test_a_reply_holds_one_score_or_none(reply: str, score: int | None) -> None:
    assert score_in(reply) == score


def test_the_sample_is_fixed_grows_with_its_share_and_is_about_as_large() -> None:
    ids = [f"req_{number}" for number in range(5_000)]
    small, large = ({each for each in ids if sampled(each, share)} for share in (0.02, 0.2))
    assert small < large
    assert 60 < len(small) < 140
    assert all(sampled(each, 1.0) for each in ids)


async def test_a_share_of_nothing_is_refused(shop: Shop) -> None:
    for share in (0.0, 1.5, float("nan")):
        with pytest.raises(InvalidInput, match="no share"):
            await judged(shop, ScriptedChatModel(script=[AIMessage("")]), share=share)


def test_no_judge_is_asked_unless_one_is_named() -> None:
    with pytest.raises(ConfigurationError, match="No judge is named"):
        judge_of("")
    assert judge_of("openai/gpt-4o-mini").model == "openai/gpt-4o-mini"

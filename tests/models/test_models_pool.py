"""The pool against servers that fail on cue: what is said of each fault, who answers instead, and what it cost."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage
from langchain_core.tools import tool
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import BaseModel

from shopgraph.errors import ModelFault
from shopgraph.evals.outage.provider import Fault, Say, Script, ScriptedProvider
from shopgraph.models.calling import BudgetPolicy, CachePolicy, CallPolicy
from shopgraph.models.chat import LiteLLMChat
from shopgraph.models.deployments import deployments_of
from shopgraph.models.faults import FaultKind, kind
from shopgraph.models.pool import ModelPool
from shopgraph.models.rendering import STABLE_PREFIX
from shopgraph.models.routes import Tier
from shopgraph.models.scope import call_scope
from shopgraph.telemetry.tracing import configure, use

KEY = "planted-marker-7c2e"
PATIENT = CallPolicy(timeout_s=60, hedge_after_s=None, retries=0)
PRICED = {"input_cost_per_token": 0.000001, "output_cost_per_token": 0.000002}


class Servers:
    """Providers named a, b and so on, each falling back to the next."""

    def __init__(self, stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PLANTED_KEY", KEY)
        self._stack = stack
        self.started: list[ScriptedProvider] = []

    def model(
        self,
        *doing: Fault | Say | Script,
        policy: CallPolicy = PATIENT,
        params: dict[str, Any] | None = None,
        **more: Any,
    ) -> LiteLLMChat:
        entries = []
        for name, does in zip("abc", doing, strict=False):
            script = does if callable(does) else lambda body, does=does: does
            server = self._stack.enter_context(ScriptedProvider(script=script))
            self.started.append(server)
            own = {"model": "openai/x", "api_base": server.url, "api_key": "os.environ/PLANTED_KEY", **(params or {})}
            entries.append({"model_name": name, "litellm_params": own})
        pool = ModelPool(deployments_of(entries, {"a": Tier.SMALL_MODEL}), calls=policy, **more)
        return LiteLLMChat(model="a", shared=pool)

    def asked(self, place: int = 0) -> int:
        return len(self.started[place].seen)


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Servers]:
    with ExitStack() as stack:
        yield Servers(stack, monkeypatch)


WHOLE = {
    Fault.REFUSED: (FaultKind.UNREACHABLE, "api_base"),
    Fault.UNAUTHORIZED: (FaultKind.WRONG_KEY, "Check the variable that api_key names"),
    Fault.NO_MODEL: (FaultKind.NO_MODEL, "provider/model"),
    Fault.RATE_LIMITED: (FaultKind.RATE_LIMITED, "add a fallback"),
    Fault.SERVER_ERROR: (FaultKind.SERVER_ERROR, "add a fallback"),
    Fault.BAD_GATEWAY: (FaultKind.NO_API, "ends in /v1"),
    Fault.HTML: (FaultKind.NO_API, "ends in /v1"),
    Fault.BROKEN_JSON: (FaultKind.NO_API, "ends in /v1"),
    Fault.EMPTY: (FaultKind.EMPTY, "api_base"),
    Fault.CUT: (FaultKind.UNREACHABLE, "api_base"),
    Fault.END: (FaultKind.NO_API, "ends in /v1"),
}
STREAMED = {
    **WHOLE,
    Fault.HTML: (FaultKind.EMPTY, "HTML"),
    Fault.CUT: (FaultKind.CUT, "add a fallback"),
    Fault.END: (FaultKind.CUT, "add a fallback"),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", WHOLE)
async def test_a_fault_is_named_with_its_remedy_and_another_provider_answers(
    servers: Servers, caplog: pytest.LogCaptureFixture, fault: Fault, stream: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    what, remedy = (STREAMED if stream else WHOLE)[fault]
    policy = PATIENT.model_copy(update={"stream": stream})
    with pytest.raises(ModelFault) as caught:
        await servers.model(fault, policy=policy).ainvoke("Where is it?")
    assert kind(caught.value) is what
    assert remedy in caught.value.remedy
    assert "a#0 (openai/x)" in caught.value.message or what in (FaultKind.EMPTY, FaultKind.CUT)
    assert KEY not in "".join(traceback.format_exception(caught.value))  # a provider may repeat it
    servers.started.clear()
    both = servers.model(fault, Say(), policy=policy)
    with call_scope() as scope:
        assert (await both.ainvoke("Where is it?")).text == "Your order is on its way."
    assert [(call.deployment, call.outcome) for call in scope.calls] == [("a#0", str(what)), ("b#1", "ok")]
    assert (await both.ainvoke("And now?")).text == "Your order is on its way."
    assert (servers.asked(0), servers.asked(1)) == (1, 2)
    assert servers.started[1].seen[0].key == f"Bearer {KEY}"
    assert KEY not in caplog.text


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.HANG_AFTER_HEADERS, Fault.STALL])
async def test_what_hangs_is_a_timeout(servers: Servers, fault: Fault) -> None:
    for stream in (False, True):
        policy = CallPolicy(timeout_s=0.2, hedge_after_s=None, retries=0, stream=stream)
        with pytest.raises(ModelFault, match="did not answer in time"):
            await servers.model(fault, policy=policy).ainvoke("Where is it?")


async def test_a_stream_that_breaks_off_after_it_was_begun_says_so(servers: Servers) -> None:
    said: list[str] = []
    both = servers.model(Fault.CUT, Say())

    async def listen() -> None:
        async for chunk in both.astream("Where is it?"):
            said.append(chunk.text)  # noqa: PERF401 - what was said before it broke off counts

    with pytest.raises(ModelFault, match="broke off"):
        await listen()
    assert "".join(said) == "Your order i"
    assert "".join([chunk.text async for chunk in both.astream("Where is it?")]) == "Your order is on its way."
    assert servers.asked(0) == 1


@pytest.mark.parametrize("arguments", ['{"order_id": "#D1', '{"amount": 10', "[1", "none"])
async def test_streamed_arguments_that_break_off_are_never_repaired(servers: Servers, arguments: str) -> None:
    model = servers.model(Say(tool="refund", arguments=arguments))
    whole: AIMessageChunk | None = None
    async for chunk in model.astream("x"):
        assert isinstance(chunk, AIMessageChunk)
        whole = chunk if whole is None else whole + chunk
    answer = await model.ainvoke("x")
    assert isinstance(answer, AIMessage)
    assert answer.tool_calls == []
    assert [call["args"] for call in answer.invalid_tool_calls] == [arguments]
    assert whole is not None
    assert whole.tool_calls == []
    assert [call["name"] for call in whole.invalid_tool_calls] == ["refund"]


async def test_a_missing_key_leaves_that_deployment_out(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    both = servers.model(Say(), Say())
    first = both.pool.deployments[0]
    first.params["api_key"] = "os.environ/NOT_SET_ANYWHERE"  # type: ignore[index]
    with call_scope() as scope:
        await both.ainvoke("x")
    assert [(call.deployment, call.outcome) for call in scope.calls] == [("a#0", "no_key"), ("b#1", "ok")]
    assert servers.asked(0) == 0


async def test_it_costs_what_the_tokens_cost_and_the_day_is_booked(servers: Servers) -> None:
    budget = BudgetPolicy(per_request=Decimal("0.5"), per_day=Decimal("1"))
    model = servers.model(Say(), params=PRICED, budget=budget)
    with call_scope() as scope:
        answer = await model.ainvoke("x")
    assert answer.response_metadata["cost"] == "0.000023000"  # 11 tokens in, 6 out
    assert scope.spent_nanousd == scope.calls[-1].cost_nanousd == model.pool.budget.ledger.today() == 23_000
    assert servers.started[0].seen[0].body["max_tokens"] == 1024  # an answer without an end has no price


async def test_past_the_budget_nobody_is_asked(servers: Servers) -> None:
    model = servers.model(Say(), Say(), params=PRICED, budget=BudgetPolicy(per_day=Decimal("0.000001")))
    with pytest.raises(ModelFault, match="budget"):
        await model.ainvoke("x")
    assert (servers.asked(0), servers.asked(1)) == (0, 0)
    assert model.pool.budget.ledger.today() == 0


async def test_what_no_provider_bills_is_not_booked(servers: Servers) -> None:
    model = servers.model(Fault.SERVER_ERROR, params=PRICED, budget=BudgetPolicy(per_day=Decimal("1")))
    with pytest.raises(ModelFault):
        await model.ainvoke("x")
    assert model.pool.budget.ledger.today() == 0


async def test_a_kept_answer_asks_nobody_and_is_nobody_elses(servers: Servers) -> None:
    model = servers.model(Say(), cache=CachePolicy(ttl_s=600))
    for owner in ("ann", "ann", "bob", ""):
        with call_scope(owner=owner) as scope:
            assert (await model.ainvoke("Where is it?")).text == "Your order is on its way."
    assert servers.asked() == 3
    with call_scope(owner="ann") as scope:
        said = "".join([chunk.text async for chunk in model.astream("Where is it?")])
    assert said == "Your order is on its way."
    assert [call.outcome for call in scope.calls] == ["cached"]


async def test_the_stable_part_of_a_prompt_is_marked_where_a_provider_wants_it(servers: Servers) -> None:
    system = SystemMessage("Be brief. Ann is asking.", additional_kwargs={STABLE_PREFIX: len("Be brief.")})
    talk = [system, HumanMessage("x")]
    model = servers.model(Say())
    await model.ainvoke(talk)
    assert servers.started[0].seen[0].body["messages"][0]["content"] == "Be brief. Ann is asking."
    deployment = model.pool.deployments[0]
    object.__setattr__(deployment, "info", {"marks_prompts": True})
    await model.ainvoke(talk)
    sent = servers.started[0].seen[1].body["messages"][0]["content"]
    assert [part["text"] for part in sent] == ["Be brief.", " Ann is asking."]


class Wanted(BaseModel):
    """An order."""

    order_id: str


async def test_it_gives_structured_output(servers: Servers) -> None:
    model = servers.model(Say(tool="Wanted", arguments='{"order_id": "#D1"}'))
    assert await model.with_structured_output(Wanted).ainvoke("x") == Wanted(order_id="#D1")


async def test_each_tier_has_its_model_in_one_pool(servers: Servers) -> None:
    model = servers.model(Say(), Say()).model_copy(update={"tiers": {Tier.SMALL_MODEL: "a", Tier.LARGE_MODEL: "b"}})
    large = model.for_tier(Tier.LARGE_MODEL)
    assert (large.model, large.pool is model.pool) == ("b", True)
    await large.ainvoke("x")
    assert (servers.asked(0), servers.asked(1)) == (0, 1)


def test_without_an_event_loop_it_works_alike(servers: Servers) -> None:
    model = servers.model(Fault.UNAUTHORIZED, Say())
    assert model.invoke("x").text == "Your order is on its way."
    assert "".join(chunk.text for chunk in model.stream("x")) == "Your order is on its way."

    @tool
    def get_order(order_id: str) -> str:
        """Read one order."""
        return order_id

    bound = model.bind_tools([get_order])
    assert bound.invoke("x").text == "Your order is on its way."


def test_the_ledger_of_a_models_file_lies_beside_it(tmp_path: Path) -> None:
    from shopgraph.models.registry import LEDGER, load_models

    file = tmp_path / "models.yaml"
    file.write_text("model_list: [{model_name: a, litellm_params: {model: openai/x}}]\nbudget: {per_day: '1.00'}\n")
    load_models(file).chat()
    assert (tmp_path / LEDGER).exists()


async def test_a_crowd_waits_for_a_dead_provider_once(servers: Servers) -> None:
    policy = CallPolicy(timeout_s=60, hedge_after_s=0.2, retries=0, cooldown_s=600)
    model = servers.model(Fault.HANG, Say(), policy=policy)
    for _ in range(2):
        answers = await asyncio.gather(*(model.ainvoke(f"Where is it? {number}") for number in range(8)))
        assert {answer.text for answer in answers} == {"Your order is on its way."}
        assert 1 <= servers.asked(0) <= 8  # those who were on their way when it failed; nobody afterwards
    assert servers.asked(1) == 16


async def test_a_span_says_which_model_was_asked_and_none_of_the_text(servers: Servers) -> None:
    exporter = InMemorySpanExporter()
    configure(exporter, immediately=True)
    try:
        await servers.model(Fault.SERVER_ERROR, Say()).ainvoke("Where is my parcel?")
    finally:
        use(None)
    spans = exporter.get_finished_spans()
    assert [item.name for item in spans] == ["chat a", "chat b"]
    attributes = dict(spans[1].attributes or {})
    assert attributes["gen_ai.operation.name"] == "chat"
    assert attributes["gen_ai.request.model"] == "x"
    assert attributes["shopgraph.deployment"] == "b#1"
    assert (spans[0].attributes or {})["shopgraph.fault"] == "server_error"
    for item in spans:
        assert "parcel" not in item.to_json()
        assert not item.events  # an exception's would hold the provider's own words

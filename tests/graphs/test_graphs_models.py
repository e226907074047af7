"""The orchestrator with models behind servers: which one answers, what is kept for whom, what a recording holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from shutil import copytree
from typing import Any, cast

import pytest

from shopgraph.connectors.demo.cast import CAST
from shopgraph.evals.outage.evaluate import ToModels
from shopgraph.evals.outage.provider import Fault, Say, Script, ScriptedProvider
from shopgraph.graphs import Answer, Orchestrator, build_orchestrator
from shopgraph.guards.screen import mask_personal
from shopgraph.models.calling import BudgetPolicy, CachePolicy, CallPolicy
from shopgraph.models.cassette import Cassette, CassetteChat
from shopgraph.models.chat import LiteLLMChat
from shopgraph.models.deployments import deployments_of
from shopgraph.models.pool import ModelPool
from shopgraph.models.routes import Tier
from shopgraph.models.scripted import ScriptedChatModel
from shopgraph.shop import Shop

Talk = Callable[..., Awaitable[list[Answer]]]
MakeTalk = Callable[[Orchestrator], Talk]
QUESTION = "Is there anything about my last order that I should know?"
PRICES = {"input_cost_per_token": 0.000001, "output_cost_per_token": 0.000002}


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


Doing = Fault | Say


def always(does: Doing) -> Script:
    """A provider that does nothing else."""
    return lambda body: does


def models(
    stack: ExitStack, small: Fault | Say, large: Fault | Say, **more: Any
) -> tuple[LiteLLMChat, list[ScriptedProvider]]:
    """A small and a large model, each on a server of its own."""
    servers = [stack.enter_context(ScriptedProvider(script=always(does))) for does in (small, large)]
    tiers = {"small": Tier.SMALL_MODEL, "large": Tier.LARGE_MODEL}
    entries = [
        {"model_name": name, "litellm_params": {"model": "openai/x", "api_base": each.url, "api_key": "none", **PRICES}}
        for name, each in zip(tiers, servers, strict=True)
    ]
    calls = CallPolicy(deadline_s=120, timeout_s=60, hedge_after_s=None, retries=0)
    pool = ModelPool(deployments_of(entries, tiers), calls=calls, **more)
    names = {Tier.SMALL_MODEL: "small", Tier.LARGE_MODEL: "large"}
    return LiteLLMChat(model="large", tiers=names, shared=pool), servers


@pytest.mark.usefixtures("unchanged")
async def test_the_routes_tier_names_the_model_and_what_it_cost_is_on_the_record(
    shop: Shop, servers: ExitStack, make_talk: MakeTalk
) -> None:
    model, (small, large) = models(servers, Say(text="It is a fine bike."), Say())
    (answer,) = await make_talk(build_orchestrator(shop, model=model))(None, "Tell me a bit about the balance bike.")
    assert (answer.answer, answer.route.tier) == ("It is a fine bike.", "small_model")
    assert (len(small.seen), len(large.seen)) == (1, 0)
    (event,) = [each for each in await shop.audit.events(answer.request_id) if each.node == "agent"]
    (call,) = cast(list[dict[str, Any]], event.payload["models"])
    assert (call["deployment"], call["cost_nanousd"]) == ("small#0", 23_000)


@pytest.mark.usefixtures("unchanged")
async def test_when_the_small_one_fails_the_large_one_answers_and_the_route_says_so(
    shop: Shop, servers: ExitStack, make_talk: MakeTalk
) -> None:
    model, _ = models(servers, Fault.SERVER_ERROR, Say(text="It is a fine bike."))
    (answer,) = await make_talk(build_orchestrator(shop, model=model))(None, "Tell me a bit about the balance bike.")
    assert (answer.answer, answer.route.tier) == ("It is a fine bike.", "large_model")
    assert "large#1 answered" in answer.route.why


@pytest.mark.usefixtures("unchanged")
async def test_an_answer_is_kept_for_its_customer_alone(shop: Shop, servers: ExitStack, make_talk: MakeTalk) -> None:
    model, (_, large) = models(servers, Say(), Say(text="Nothing at all."), cache=CachePolicy(ttl_s=600))
    talk = make_talk(build_orchestrator(shop, model=model, router=ToModels.shipped()))
    for persona, asked in (("tracker", 1), ("tracker", 1), ("stranger", 2), (None, 3), (None, 4)):
        (answer,) = await talk(persona, QUESTION)
        assert answer.answer == "Nothing at all."
        assert len(large.seen) == asked, persona  # a guest's next conversation may be another guest's


@pytest.mark.usefixtures("unchanged")
async def test_a_recording_holds_nothing_of_the_customer_and_serves_another_one(
    shop: Shop, tmp_path: Path, make_talk: MakeTalk
) -> None:
    path, tracker = tmp_path / "calls.jsonl", CAST["tracker"]
    customer = await shop.connectors.crm.customer(tracker.customer_id)
    assert customer is not None
    said = f"Dear {customer.given_name}, nothing at all."
    for record, inner in ((True, ScriptedChatModel(script=[said])), (False, None)):
        tape = CassetteChat(cassette=Cassette(path, record=record, mask=mask_personal), inner=inner)
        talk = make_talk(build_orchestrator(shop, model=tape, router=ToModels.shipped()))
        (answer,) = await talk("tracker", QUESTION)
        assert answer.answer == said
    kept = path.read_text(encoding="utf-8")
    assert "#D1000001" in kept
    for personal in (customer.given_name, customer.family_name, customer.email, customer.address.line1):
        assert personal not in kept


@pytest.mark.usefixtures("unchanged")
async def test_wrong_arguments_are_told_to_the_model_and_nothing_is_done(
    shop: Shop, servers: ExitStack, make_talk: MakeTalk
) -> None:
    model, (_, large) = models(servers, Say(), Fault.WRONG_ARGUMENTS)
    talk = make_talk(build_orchestrator(shop, model=model, router=ToModels.shipped()))
    (answer,) = await talk("tracker", QUESTION)
    assert "Nothing was done." in str(large.seen[1].body["messages"][-1]["content"])
    assert [action.type for action in answer.actions] == ["handoff"]


async def test_a_server_loads_the_models_ahead_and_a_request_waits_for_none(
    demo_folder: Path, tmp_path: Path, servers: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shopgraph.graphs import serve

    folder = tmp_path / "served"
    copytree(demo_folder, folder)
    model, _ = models(servers, Say(), Say())
    shop = Shop.open(folder, chat_model=model)
    monkeypatch.setattr(serve, "served_shop", lambda: shop)
    loaded: list[bool] = []
    monkeypatch.setattr(serve, "collect_seldom", lambda: loaded.append(model.pool.loaded))
    serve._compiled.cache_clear()
    serve._warming.clear()
    try:
        await serve.graph()
        (task,) = serve._warming
        await task
        assert model.pool.loaded
        assert loaded == [True]  # the garbage collector is told when everything is there, not before
    finally:
        serve._compiled.cache_clear()
        serve._warming.clear()
        shop.close()


@pytest.mark.usefixtures("unchanged")
async def test_a_small_one_that_is_unsure_is_followed_by_the_large_one(
    shop: Shop, servers: ExitStack, make_talk: MakeTalk
) -> None:
    model, (small, large) = models(servers, Say(text="UNSURE"), Say(text="It is a fine bike."))
    (answer,) = await make_talk(build_orchestrator(shop, model=model))(None, "Tell me a bit about the balance bike.")
    assert (answer.answer, answer.route.tier) == ("It is a fine bike.", "large_model")
    assert (len(small.seen), len(large.seen)) == (1, 1)
    assert answer.saving is not None
    # Both cost the same here: what the small one was asked in vain is lost.
    assert (answer.saving.spent_nanousd, answer.saving.saved_nanousd) == (46_000, -23_000)


@pytest.mark.usefixtures("unchanged")
async def test_what_a_workflow_saved_is_measured_against_the_large_one(
    shop: Shop, servers: ExitStack, make_talk: MakeTalk
) -> None:
    model, (small, large) = models(servers, Say(), Say())
    (answer,) = await make_talk(build_orchestrator(shop, model=model))("tracker", "Where is order #D1000001?")
    assert (answer.route.tier, len(small.seen), len(large.seen)) == ("workflow", 0, 0)
    assert answer.saving is not None
    assert answer.saving.estimated
    assert (answer.saving.saved_nanousd or 0) > 100_000  # some hundred tokens at a dollar a million, at least


@pytest.mark.usefixtures("unchanged")
async def test_the_budget_left_decides_with(shop: Shop, servers: ExitStack, make_talk: MakeTalk) -> None:
    lost = "blorp fizz quux"
    for per_request, tier, asked in (("1.00", "large_model", 1), ("0.000001", "person", 0)):
        model, (_, large) = models(
            servers, Say(), Say(text="Hm."), budget=BudgetPolicy(per_request=Decimal(per_request))
        )
        (answer,) = await make_talk(build_orchestrator(shop, model=model))("tracker", lost)
        assert (answer.route.tier, len(large.seen)) == (tier, asked)
        assert ("too little for a model" in "; ".join(answer.route.reasons)) is (asked == 0)

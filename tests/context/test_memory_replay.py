"""A request that spoke from brand memory is the same again, whatever memory says by now, and leaves no trace there."""

from __future__ import annotations

from datetime import timedelta

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.graphs import Turn, build_orchestrator, say, workflow
from shopgraph.graphs.memory import Promise, PromiseKind, Shown, Statement, Voice
from shopgraph.graphs.replay.replayer import Replayer
from shopgraph.graphs.stitching.recipes import Greeting
from shopgraph.graphs.turns import Step
from shopgraph.shop import Shop

PRODUCT, REGION = "prd_blue_wrap_dress", "us-northeast"
WHO = Principal.customer(CAST["dresser"].customer_id)


@workflow("greeting", recipe=Greeting)
async def told(turn: Turn) -> Step:
    """Say what was shown before."""
    seen = await turn.shop.memory.of(turn.request.customer_id).seen(since=turn.request.at - timedelta(days=1))
    return say(f"You have seen {len(seen)} things.")


async def test_what_was_shown_before_is_on_the_record(shop: Shop) -> None:
    mine = shop.memory.of(WHO.id)
    await mine.show(Shown(by=Voice.RECOMMENDER, product_id=PRODUCT, at=shop.clock.now()))
    orchestrator = build_orchestrator(shop, workflows=[told])
    answer = await orchestrator.ask("hello", principal=WHO)
    assert "1 things" in answer.answer
    await mine.show(Shown(by=Voice.RECOMMENDER, product_id="p2", at=shop.clock.now()))
    assert (await Replayer(shop, orchestrator.parts).replay(answer.request_id)).same


async def test_a_request_that_spoke_from_memory_is_replayed_from_the_record(shop: Shop) -> None:
    now = shop.clock.now()
    text = "A dress that moves when you do, made of soft viscose"
    said = Statement(by=Voice.DESCRIPTION_WRITER, product_id=PRODUCT, region_id=REGION, text=text, at=now)
    await shop.memory.state(said)
    mine = shop.memory.of(WHO.id)
    await mine.promise(
        Promise(
            id="cut", by=Voice.STAFF, kind=PromiseKind.EXCEPTION, subject=PRODUCT, text="15 % off the blue wrap dress",
            at=now, until=now + timedelta(days=3),
        )
    )  # fmt: skip
    orchestrator = build_orchestrator(shop)
    answer = await orchestrator.ask("tell me more about the blue wrap dress in M", principal=WHO)
    assert text in answer.answer
    assert "You were promised: 15 % off" in answer.answer
    await shop.memory.state(said.model_copy(update={"text": "Quite another text"}))
    await shop.memory.forget(WHO.id)
    replayed = await Replayer(shop, orchestrator.parts).replay(answer.request_id)
    assert replayed.same, replayed
    assert replayed.notes == ()
    assert await mine.seen() == {}
    assert await mine.conversations() == ()

"""A request that spoke from brand memory is the same again, whatever memory says by now, and leaves no trace there."""

from __future__ import annotations

from datetime import timedelta

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.graphs import build_orchestrator
from shopgraph.graphs.memory import Promise, PromiseKind, Statement, Voice
from shopgraph.graphs.replay.replayer import Replayer
from shopgraph.shop import Shop

PRODUCT, REGION = "prd_blue_wrap_dress", "us-northeast"
WHO = Principal.customer(CAST["dresser"].customer_id)


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

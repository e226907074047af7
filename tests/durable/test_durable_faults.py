"""Refused, unreachable, in doubt, given up by the engine: what the caller hears, what is left, what a person may do."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from dbos import DBOS, WorkflowStatus
from sqlalchemy import make_url

from shopgraph.domain import ActionRun, OrderStatus, RunStatus
from shopgraph.errors import ConfigurationError, Conflict, InvalidInput
from shopgraph.shop import Shop
from shopgraph.tools.durable.engine import Engine
from shopgraph.tools.durable.journal import workflow_id
from shopgraph.tools.durable.standing import StageState, choose, standing
from shopgraph.tools.spec import GateOutcome, Outcome
from tests.durable.conftest import Do, Place
from tests.durable.forgetful import Forgetful

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)

ACTION = "action:call"
HELD = 18509
SOON = 0.3
"""Seconds that a caller waits where the end is not to be expected."""


async def _repay(do: Do, shop: Shop, *, wait: float = 10.0, call_id: str = "call") -> GateOutcome:
    """Ask for another card: a charge, then a refund; both at the gateway."""
    return await do(
        shop,
        "change_payment_method",
        order_id="#P1",
        payment_method_id="ann-paypal",
        call_id=call_id,
        wait=wait,
    )


async def _cancel(do: Do, shop: Shop, *, wait: float = 10.0, call_id: str = "call") -> GateOutcome:
    return await do(shop, "cancel_order", order_id="#P1", reason="no_longer_needed", call_id=call_id, wait=wait)


async def _until(shop: Shop, *statuses: RunStatus, action: str = ACTION, seconds: float = 20) -> ActionRun:
    deadline = time.monotonic() + seconds
    while True:
        run = await shop.connectors.runs.run(action)
        if run is not None and run.status in statuses:
            return run
        assert time.monotonic() < deadline, run
        await asyncio.sleep(0.02)


async def test_a_refused_charge_leaves_nothing(place: Place, do: Do) -> None:
    place.till.mood("pay", "declined")
    with place.open() as shop:
        before = shop.dump()
        outcome = await _repay(do, shop)
        assert (outcome.outcome, outcome.decisions[-1].rule) == (Outcome.REFUSED, "action-undone")
        assert "The bank says no." in outcome.decisions[-1].reason
        assert shop.dump() == before
        assert await shop.connectors.records.request("call") is None
        assert (await _until(shop, RunStatus.UNDONE)).reason == outcome.decisions[-1].reason
        assert place.till.movements() == []
        place.till.mood("pay")
        assert (await _repay(do, shop, call_id="anew")).outcome is Outcome.DONE
    assert place.till.movements() == [("pay", HELD), ("refund", HELD)]


async def test_a_refusal_after_a_charge_gives_the_charge_back(place: Place, do: Do) -> None:
    place.till.mood("refund", "declined")
    with place.open() as shop:
        before = shop.dump().tables()
        outcome = await _repay(do, shop)
        assert (outcome.outcome, outcome.decisions[-1].rule) == (Outcome.REFUSED, "action-undone")
        after = shop.dump().tables()
        changed = {name for name in before if before[name] != after[name]}
        assert changed == {"intents", "refunds"}
        assert [refund.amount.amount for refund in shop.dump().refunds] == [HELD]
        assert await shop.connectors.records.request("call") is None
        place.till.mood("refund")
        assert (await _cancel(do, shop, call_id="anew")).outcome is Outcome.DONE, "the order is free again"
    assert place.till.movements() == [("pay", HELD), ("refund", HELD), ("refund", HELD)]


async def test_an_outage_is_waited_out_and_the_same_request_tells_how_it_stands(place: Place, do: Do) -> None:
    place.till.mood("pay", "down")
    with place.open() as shop:
        outcome = await _repay(do, shop, wait=SOON)
        assert outcome.outcome is Outcome.ACCEPTED
        begun = shop.dump()
        assert outcome.result is not None
        assert outcome.result["action_id"] == ACTION
        run = await _until(shop, RunStatus.STUCK)
        assert "The bank is closed." in run.reason
        assert [each.id for each in await shop.connectors.runs.runs(unfinished=True)] == [ACTION]
        told = await _repay(do, shop, wait=SOON)
        assert (told.outcome, (told.result or {})["summary"]) == (Outcome.ACCEPTED, run.reason)
        refused = await _cancel(do, shop, call_id="other")
        assert refused.outcome is Outcome.REFUSED
        assert "under way" in refused.decisions[-1].reason
        assert shop.dump() == begun
        place.till.mood("pay")
        await _until(shop, RunStatus.DONE)
        assert (await _repay(do, shop)).outcome is Outcome.REPLAYED
        assert (await _cancel(do, shop, call_id="third")).outcome is Outcome.DONE
    assert place.till.movements() == [("pay", HELD), ("refund", HELD), ("refund", HELD)]


async def test_a_lost_answer_is_asked_for_again_under_the_same_key(place: Place, do: Do) -> None:
    place.till.mood("pay", "lost")
    with place.open() as shop:
        assert (await _repay(do, shop, wait=SOON)).outcome is Outcome.ACCEPTED
        run = await _until(shop, RunStatus.STUCK)
        with pytest.raises(Conflict, match="nobody knows yet whether charge-1 was done"):
            choose(shop.engine.url, shop.meta.id, run, "undo")
        place.till.mood("pay")
        await _until(shop, RunStatus.DONE)
    assert place.till.movements() == [("pay", HELD), ("refund", HELD)]


async def test_a_person_calls_off_what_cannot_be_reached(place: Place, do: Do) -> None:
    place.till.mood("refund", "down")
    with place.open() as shop:
        await _repay(do, shop, wait=SOON)
        run = await _until(shop, RunStatus.STUCK)
        now = standing(shop.engine.url, shop.meta.id, run)
        assert now.choices == ("retry", "undo")
        assert [(each.name, each.state) for each in now.stages] == [
            ("charge-1", StageState.DONE),
            ("refund-2", StageState.UNREACHABLE),
        ]
        assert now.stages[1].attempts >= 6
        assert now.remaining == ("refund-2",)
        assert now.money == ("charge 185.09 USD to ann-paypal", "refund 185.09 USD to ann-card")
        with pytest.raises(Conflict, match="nothing refused it"):
            choose(shop.engine.url, shop.meta.id, run, "give-up")
        with pytest.raises(InvalidInput):
            choose(shop.engine.url, shop.meta.id, run, "pray")
        choose(shop.engine.url, shop.meta.id, run, "undo")
        ended = await _until(shop, RunStatus.UNDONE)
        assert "A person called it off." in ended.reason
        with pytest.raises(Conflict, match="it is undone"):
            choose(shop.engine.url, shop.meta.id, ended, "retry")
    assert place.till.movements() == [("pay", HELD), ("refund", HELD)]


async def test_a_refused_refund_waits_for_a_person(place: Place, do: Do) -> None:
    place.till.mood("refund", "declined")
    with place.open() as shop:
        await _cancel(do, shop, wait=SOON)
        run = await _until(shop, RunStatus.STUCK)
        assert standing(shop.engine.url, shop.meta.id, run).choices == ("retry", "give-up")
        with pytest.raises(Conflict, match="cannot be taken back"):
            choose(shop.engine.url, shop.meta.id, run, "undo")
        place.till.mood("refund")
        choose(shop.engine.url, shop.meta.id, run, "retry")
        await _until(shop, RunStatus.DONE)
    assert place.till.movements() == [("refund", HELD)]


async def test_a_cancellation_that_is_given_up_says_what_stays_done(place: Place, do: Do) -> None:
    place.till.mood("refund", "declined")
    with place.open() as shop:
        await _cancel(do, shop, wait=SOON)
        choose(shop.engine.url, shop.meta.id, await _until(shop, RunStatus.STUCK), "give-up")
        run = await _until(shop, RunStatus.GIVEN_UP)
        assert run.reason.startswith("The bank takes no refund. A person gave it up.")
        assert run.reason.endswith("What was done before stays: cancel+release.")
        assert not run.unfinished
        told = await _cancel(do, shop)
        assert (told.outcome, told.decisions[-1].rule) == (Outcome.REFUSED, "action-given-up")
        assert told.decisions[-1].reason == run.reason
        order = await shop.connectors.orders.order("#P1")
        assert order is not None
        assert order.status is OrderStatus.CANCELED
        assert await shop.connectors.records.request("call") is not None, "something came of it, so it counts"
        assert standing(shop.engine.url, shop.meta.id, run).choices == ()
    assert place.till.movements() == []


async def test_what_the_engine_gave_up_goes_on_where_it_was(place: Place, do: Do) -> None:
    place.till.mood("refund", "down")
    with place.open() as shop:
        await _cancel(do, shop, wait=SOON)
        _at_rest(shop, "status = 'ERROR', error = NULL")
        place.till.mood("refund")
        run = await _until(shop, RunStatus.DONE)
        stages = {stage.name: stage.attempts for stage in standing(shop.engine.url, shop.meta.id, run).stages}
        assert stages["cancel+release"] == 1
    assert place.till.movements() == [("refund", HELD)]


@pytest.mark.parametrize("stuck", [False, True], ids=["under way", "stuck already"])
async def test_what_another_version_left_is_listed(place: Place, do: Do, stuck: bool) -> None:
    place.till.mood("refund", "down")
    with place.open() as shop:
        await _cancel(do, shop, wait=SOON)
        if stuck:
            await _until(shop, RunStatus.STUCK)
    _close_engine()
    with place.open() as shop:
        _at_rest(shop, "application_version = 'of-old'")
        shop.engine.attach(shop.services)
        await _stuck_because(shop, "of version of-old")
    assert place.till.movements() == []


def _at_rest(shop: Shop, change: str) -> None:
    """Write into the engine's own records, as if that had happened."""
    with sqlite3.connect(str(make_url(shop.engine.url).database), timeout=30) as database:
        database.execute(f"UPDATE workflow_status SET {change}")
    database.close()


async def _stuck_because(shop: Shop, why: str) -> ActionRun:
    run = await _until(shop, RunStatus.STUCK)
    for _ in range(500):
        if why in run.reason:
            return run
        await asyncio.sleep(0.02)
        run = await _until(shop, RunStatus.STUCK)
    raise AssertionError(run.reason)


async def test_what_was_admitted_and_never_begun_is_begun(place: Place, do: Do) -> None:
    with place.open() as shop:
        whole = shop.services
        shop.services = replace(whole, engine=Forgetful())
        assert (await _cancel(do, shop)).outcome is Outcome.ACCEPTED
        assert place.till.movements() == []
        shop.engine.attach(whole)
        await _until(shop, RunStatus.DONE)
    assert place.till.movements() == [("refund", HELD)]


async def test_an_action_outlives_its_shops_closing(place: Place, do: Do) -> None:
    place.till.mood("refund", "down")
    with place.open() as shop:
        await _cancel(do, shop, wait=SOON)
    place.till.mood("refund")
    with place.open() as shop:
        shop.engine.attach(shop.services)
        await _until(shop, RunStatus.DONE)
    assert place.till.movements() == [("refund", HELD)]


async def test_an_engine_may_be_closed_and_opened_again(place: Place, do: Do) -> None:
    place.till.mood("refund", "down")
    with place.open() as shop:
        await _cancel(do, shop, wait=SOON)
    first = Engine.of_process()
    _close_engine()
    place.till.mood("refund")
    with place.open() as shop:
        shop.engine.attach(shop.services)
        assert Engine.of_process() not in (None, first)
        await _until(shop, RunStatus.DONE)
    assert place.till.movements() == [("refund", HELD)]


async def test_two_shops_share_an_engine_and_a_second_engine_is_an_error(
    new_place: Callable[[], Place], do: Do
) -> None:
    one, two = new_place(), new_place()
    with one.open() as first, two.open(engine=first.engine.url) as second, new_place().open() as third:
        assert (await _cancel(do, first)).outcome is Outcome.DONE
        second.engine.shop_id = "another"  # copies of one shop have one id
        assert (await _repay(do, second)).outcome is Outcome.DONE
        before = third.dump()
        with pytest.raises(ConfigurationError, match="is another engine"):
            third.engine.attach(third.services)
        assert third.dump() == before
    assert one.till.movements() == [("refund", HELD)]
    assert two.till.movements() == [("pay", HELD), ("refund", HELD)]


async def test_a_process_hands_back_what_it_does_not_serve(new_place: Callable[[], Place], do: Do) -> None:
    mine, other = new_place(), new_place()
    with mine.open() as shop, other.open(engine=shop.engine.url) as left:
        left.engine.shop_id = "another"
        whole = left.services
        left.services = replace(whole, engine=Forgetful())
        assert (await _cancel(do, left)).outcome is Outcome.ACCEPTED
        shop.engine.attach(shop.services)
        engine = Engine.open(shop.engine.url)
        await asyncio.to_thread(
            engine.begin, "another", ACTION
        )  # as if taken over by a process that serves `mine` only
        deadline = time.monotonic() + 5
        while (found := await _at_engine("another")) is None or found.status != "CANCELLED":
            assert time.monotonic() < deadline, found
            await asyncio.sleep(0.02)
        assert other.till.movements() == []
        left.engine.attach(whole)
        await _until(left, RunStatus.DONE)
    assert other.till.movements() == [("refund", HELD)]


async def test_a_false_takeover_doubles_nothing(place: Place, do: Do) -> None:
    place.till.mood("pay", "slow")
    with place.open() as shop:
        going = asyncio.create_task(_repay(do, shop))
        await _pending(shop.meta.id)
        engine = Engine.open(shop.engine.url)
        engine.leases.end(engine.executor)  # for a moment this living process passes for dead
        await asyncio.to_thread(engine.caring.look)
        assert (await going).outcome is Outcome.DONE
    assert place.till.movements() == [("pay", HELD), ("refund", HELD)]


async def _pending(shop_id: str) -> None:
    for _ in range(200):
        await asyncio.sleep(0.02)
        if Engine.of_process() is not None and (found := await _at_engine(shop_id)) and found.status == "PENDING":
            return
    raise AssertionError("never begun")


async def _at_engine(shop_id: str) -> WorkflowStatus | None:
    found = await DBOS.list_workflows_async(workflow_ids=[workflow_id(shop_id, ACTION)])
    return found[0] if found else None


def _close_engine() -> None:
    engine = Engine.of_process()
    assert engine is not None
    engine.close()

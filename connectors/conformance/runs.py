"""Actions under way: admitted once, one at a time for an order, moved by a state machine."""

# ruff: noqa: S101  (the checks are tests)
from __future__ import annotations

from shopgraph.connectors.conformance.kit import check, refuses
from shopgraph.connectors.conformance.seed import AT, DAY
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import ActionRun, RunStatus
from shopgraph.errors import Conflict, IdempotencyConflict, IllegalTransition, NotFound


@check("runs")
async def admits_an_action_once(shop: Connectors) -> None:
    first = _run("one")
    assert await shop.runs.run("one") is None
    assert await shop.runs.admit(first) == first
    later = first.model_copy(update={"at": AT + DAY})
    assert await shop.runs.admit(later) == first, "the stored one counts"
    async with refuses(shop, IdempotencyConflict):
        await shop.runs.admit(first.model_copy(update={"plan": {"amount": 2}}))
    assert await shop.runs.run("one") == first


@check("runs")
async def lets_one_action_of_an_order_go_at_a_time(shop: Connectors) -> None:
    await shop.runs.admit(_run("one"))
    await shop.runs.admit(_run("elsewhere", order_id="other"))
    await shop.runs.admit(_run("of no order", order_id=None))
    for status in (RunStatus.RUNNING, RunStatus.STUCK):
        await shop.runs.mark("one", status, reason="", at=AT)
        async with refuses(shop, Conflict):
            await shop.runs.admit(_run("two"))
    await shop.runs.mark("one", RunStatus.DONE, at=AT)
    assert await shop.runs.admit(_run("two")) == _run("two")


@check("runs")
async def moves_an_action_by_its_machine(shop: Connectors) -> None:
    await shop.runs.admit(_run("one"))
    stuck = await shop.runs.mark("one", RunStatus.STUCK, reason="no answer", at=AT)
    assert (stuck.status, stuck.reason, stuck.settled_at) == (RunStatus.STUCK, "no answer", None)
    other = await shop.runs.mark("one", RunStatus.STUCK, reason="its worker is gone", at=AT)
    assert (other.status, other.reason) == (RunStatus.STUCK, "its worker is gone")
    done = await shop.runs.mark("one", RunStatus.DONE, result={"summary": "done"}, at=AT + DAY)
    assert (done.result, done.settled_at) == ({"summary": "done"}, AT + DAY)
    assert await shop.runs.mark("one", RunStatus.DONE, result=None, at=AT) == done, "to where it is, it does not move"
    async with refuses(shop, IllegalTransition):
        await shop.runs.mark("one", RunStatus.RUNNING, at=AT)
    async with refuses(shop, NotFound):
        await shop.runs.mark("nobody", RunStatus.DONE, at=AT)


@check("runs")
async def lists_what_is_unfinished_newest_first(shop: Connectors) -> None:
    for day, name in enumerate(("old", "settled", "new")):
        await shop.runs.admit(_run(name, order_id=name).model_copy(update={"at": AT + day * DAY}))
    await shop.runs.mark("settled", RunStatus.UNDONE, reason="declined", at=AT)
    await shop.runs.mark("old", RunStatus.STUCK, reason="no answer", at=AT)
    assert [run.id for run in await shop.runs.runs()] == ["new", "settled", "old"]
    assert [run.id for run in await shop.runs.runs(unfinished=True)] == ["new", "old"]
    assert [run.id for run in await shop.runs.runs(limit=1)] == ["new"]


def _run(name: str, *, order_id: str | None = "order") -> ActionRun:
    return ActionRun(
        id=name, type="refund_order", order_id=order_id, started_by="staff:max", asked={}, plan={"amount": 1}, at=AT
    )

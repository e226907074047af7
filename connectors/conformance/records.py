"""What shopgraph keeps for itself: conversations, requests answered, what was done, and handoffs."""

# ruff: noqa: S101  (the checks are tests)
from __future__ import annotations

from shopgraph.connectors.conformance.kit import check, refuses
from shopgraph.connectors.conformance.seed import AT, DAY, usd
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import (
    ActionRecord,
    ActionStatus,
    Conversation,
    Handoff,
    PastCall,
    PrincipalKind,
    StoredRequest,
)
from shopgraph.errors import IdempotencyConflict, NotFound


@check("records")
async def keeps_a_conversation_to_its_owner(shop: Connectors) -> None:
    mine = Conversation(id="conv", owner_kind=PrincipalKind.CUSTOMER, owner_id="ada", region_id="north", created_at=AT)
    assert await shop.records.conversation("conv") is None
    assert await shop.records.open_conversation(mine) == mine
    later = mine.model_copy(update={"created_at": AT + DAY})
    assert await shop.records.open_conversation(later) == mine, "the stored one counts"
    for owner in (
        {"owner_id": "ben"},
        {"owner_kind": PrincipalKind.STAFF},
        {"owner_kind": PrincipalKind.GUEST, "owner_id": ""},
    ):
        async with refuses(shop, NotFound):
            await shop.records.open_conversation(mine.model_copy(update=owner))
    assert await shop.records.conversation("conv") == mine


@check("records")
async def remembers_a_request_once(shop: Connectors) -> None:
    request = StoredRequest(call_id="call", tool="t", arguments_digest="d", result={"n": [1, None, "x"]}, at=AT)
    assert await shop.records.request("call") is None
    await shop.records.remember_request(request)
    async with refuses(shop, IdempotencyConflict):
        await shop.records.remember_request(request.model_copy(update={"result": None}))
    assert await shop.records.request("call") == request
    empty = request.model_copy(update={"call_id": "empty", "result": None})
    await shop.records.remember_request(empty)
    assert await shop.records.request("empty") == empty


@check("records")
async def tells_what_was_done_for_whom(shop: Connectors) -> None:
    records = shop.records
    refunds = [_done(n, "refund", customer_id="ada", conversation_id="one" if n else None) for n in (2, 1, 0)]
    for each in [*refunds, _done(3, "refund", customer_id="ben"), _done(4, "note", customer_id="ada", agent="max")]:
        await records.remember_request(each)
    past = tuple(PastCall(at=each.at, amount=each.amount) for each in reversed(refunds))
    before = AT - DAY
    assert await records.done(["refund"], since=before, customer_id="ada") == past, "oldest first"
    assert await records.done(["refund"], since=AT, customer_id="ada") == past[1:], "after that instant, not at it"
    assert await records.done(["refund"], since=before, conversation_id="one") == past[1:]
    assert len(await records.done(["refund", "note"], since=before, customer_id="ada")) == 4
    assert len(await records.done(["refund"], since=before, agent="chat")) == 4
    assert await records.done(["refund"], since=before, agent="max") == ()
    assert await records.done([], since=before, customer_id="ada") == ()


def _done(
    n: int, tool: str, *, customer_id: str, agent: str = "chat", conversation_id: str | None = None
) -> StoredRequest:
    return StoredRequest(
        call_id=f"call-{n}",
        tool=tool,
        arguments_digest="d",
        result={},
        at=AT + n * DAY,
        customer_id=customer_id,
        agent=agent,
        conversation_id=conversation_id,
        amount=usd(100) if n == 1 else None,
    )


@check("records")
async def erases_what_a_request_answered(shop: Connectors) -> None:
    records = shop.records
    for n in range(3):
        await records.remember_request(_done(n, "note" if n else "other", customer_id="ada", conversation_id="one"))
    await records.remember_request(_done(3, "note", customer_id="ada", conversation_id="two"))
    first, second = await records.requests("note", conversation_id="one")
    assert (first.call_id, second.call_id) == ("call-1", "call-2"), "oldest first"
    await records.erase_request("call-1", {"by": "max"})
    erased = first.model_copy(update={"result": {"by": "max"}, "arguments_digest": ""})
    assert await records.requests("note", conversation_id="one") == (erased, second)
    assert await records.request("call-1") == erased
    async with refuses(shop, NotFound):
        await records.erase_request("call-9", {})


@check("records")
async def lets_a_transaction_hold_a_key_again(shop: Connectors) -> None:
    async with shop.transaction():
        await shop.records.hold("a")
        await shop.records.hold("a", "b")
        await shop.records.hold()
    async with shop.transaction():
        await shop.records.hold("a")


@check("records")
async def keeps_actions_and_handoffs_newest_first(shop: Connectors) -> None:
    actions = [
        ActionRecord(
            id=f"action-{n}",
            type="cancel_order",
            order_id=order_id,
            customer_id="ada",
            started_by="customer:ada",
            status=ActionStatus.DONE,
            summary="",
            at=AT + n * DAY,
        )
        for n, order_id in enumerate(["ada-pending", "ada-shipped", None])
    ]
    for action in actions:
        await shop.records.add_action(action)
    assert await shop.records.actions(customer_id="ada") == tuple(reversed(actions))
    assert await shop.records.actions(order_id="ada-shipped", customer_id="ada") == (actions[1],)
    assert await shop.records.actions(limit=1) == (actions[2],)
    assert await shop.records.actions(customer_id="ben") == ()
    handoffs = [
        Handoff(id=f"handoff-{n}", conversation_id="conv", reason="asked", summary="", at=AT + n * DAY)
        for n in range(2)
    ]
    for handoff in handoffs:
        await shop.records.add_handoff(handoff)
    assert await shop.records.handoffs() == tuple(reversed(handoffs))
    assert await shop.records.handoffs(limit=1) == (handoffs[1],)
    assert (await shop.records.meta()).id


@check("records")
async def erases_the_words_of_a_handoff(shop: Connectors) -> None:
    mine, others = [
        Handoff(id=f"of-{who}", conversation_id=f"with-{who}", customer_id=who, reason="asked", summary="help", at=AT)
        for who in ("ada", "ben")
    ]
    for handoff in (mine, others):
        await shop.records.add_handoff(handoff)
    assert await shop.records.handoffs(customer_id="ada") == (mine,)
    assert await shop.records.handoffs(conversation_id="with-ben") == (others,)
    assert await shop.records.handoffs(customer_id="ada", conversation_id="with-ben") == ()
    await shop.records.erase_handoff("of-ada", reason="person")
    erased = mine.model_copy(update={"reason": "person", "summary": ""})
    assert await shop.records.handoffs(customer_id="ada") == (erased,)
    assert await shop.records.handoffs(customer_id="ben") == (others,)
    async with refuses(shop, NotFound):
        await shop.records.erase_handoff("of-nobody", reason="")

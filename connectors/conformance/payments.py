"""Money that is held first and taken later: authorize, capture, void. On a refusal nothing may have happened."""

# ruff: noqa: S101  (the checks are tests)
from __future__ import annotations

import asyncio

from shopgraph.connectors.conformance.kit import check, refuses
from shopgraph.connectors.conformance.mutations import NOWHERE
from shopgraph.connectors.conformance.seed import AT, DAY, seed, usd
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import Money, PaymentIntent, PaymentIntentStatus
from shopgraph.errors import Conflict, IllegalTransition, InvalidInput, NotFound

HELD, TAKEN, LET_GO = (
    PaymentIntentStatus.REQUIRES_CAPTURE,
    PaymentIntentStatus.SUCCEEDED,
    PaymentIntentStatus.CANCELED,
)


async def _authorize(shop: Connectors, amount: int, key: str = "hold", method: str = "ada-card") -> PaymentIntent:
    return await shop.payments.authorize(
        order_id="ada-pending", payment_method_id=method, amount=usd(amount), at=AT, idempotency_key=key
    )


async def _capture(shop: Connectors, own: str, amount: Money | None, key: str = "capture") -> PaymentIntent:
    return await shop.payments.capture(payment_intent_id=own, amount=amount, at=AT, idempotency_key=key)


async def _void(shop: Connectors, own: str, key: str = "void") -> PaymentIntent:
    return await shop.payments.void(payment_intent_id=own, at=AT, idempotency_key=key)


async def _balance(shop: Connectors) -> Money | None:
    card = await shop.payments.method("ada-gift")
    return card.balance if card else None


@check("payments")
async def holds_money_then_takes_it(shop: Connectors) -> None:
    held = await _authorize(shop, 700)
    assert (held.status, held.amount, held.captured, held.sequence) == (HELD, usd(700), usd(0), 1)
    assert await shop.payments.intent(held.id) == held
    taken = await _capture(shop, held.id, None)
    assert (taken.id, taken.status, taken.amount, taken.captured) == (held.id, TAKEN, usd(700), usd(700))
    assert (await shop.payments.intents("ada-pending"))[1:] == (taken,)
    assert await _capture(shop, held.id, None) == taken, "the replay answered differently"
    async with refuses(shop, IllegalTransition):
        await _capture(shop, held.id, None, "a second time")
    async with refuses(shop, IllegalTransition):
        await _void(shop, held.id)


@check("payments")
async def takes_a_part_of_what_is_held(shop: Connectors) -> None:
    held = await _authorize(shop, 700)
    async with refuses(shop, Conflict):
        await _capture(shop, held.id, usd(701))
    async with refuses(shop, InvalidInput):
        await _capture(shop, held.id, usd(0))
    async with refuses(shop, InvalidInput):
        await _capture(shop, held.id, Money(amount=1, currency="EUR"))
    taken = await _capture(shop, held.id, usd(300))
    assert (taken.status, taken.amount, taken.captured) == (TAKEN, usd(700), usd(300))
    async with refuses(shop, IllegalTransition):
        await _capture(shop, held.id, usd(100), "of what was let go")


@check("payments")
async def lets_go_of_what_is_held(shop: Connectors) -> None:
    held = await _authorize(shop, 700)
    gone = await _void(shop, held.id)
    assert (gone.id, gone.status, gone.captured) == (held.id, LET_GO, usd(0))
    assert await _void(shop, held.id) == gone, "the replay answered differently"
    async with refuses(shop, IllegalTransition):
        await _capture(shop, held.id, None)
    async with refuses(shop, IllegalTransition):
        await _void(shop, held.id, "a second time")


@check("payments")
async def takes_or_lets_go_not_both(shop: Connectors) -> None:
    held = await _authorize(shop, 700)
    calls = [_capture(shop, held.id, None), *(_void(shop, held.id, f"void-{n}") for n in range(4))]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(each, PaymentIntent) for each in outcomes) == 1, outcomes
    assert sum(isinstance(each, Conflict) for each in outcomes) == 4, outcomes
    after = await shop.payments.intent(held.id)
    assert after in outcomes
    assert after is not None
    assert after.captured == (usd(700) if after.status is TAKEN else usd(0))


@check("payments")
async def holds_the_balance_of_gift_cards(shop: Connectors) -> None:
    async with refuses(shop, Conflict):
        await _authorize(shop, 5001, method="ada-gift")
    first, second = (
        await _authorize(shop, 3000, "one", method="ada-gift"),
        await _authorize(shop, 2000, "two", method="ada-gift"),
    )
    assert (first.status, await _balance(shop)) == (HELD, usd(0))
    await _capture(shop, first.id, usd(2500))
    assert await _balance(shop) == usd(500), "what was not taken goes back"
    await _void(shop, second.id)
    assert await _balance(shop) == usd(2500)


@check("payments")
async def holds_nothing_for_nobody(shop: Connectors) -> None:
    async with refuses(shop, NotFound):
        await _authorize(shop, 700, method=NOWHERE)
    async with refuses(shop, NotFound):
        await _authorize(shop, 700, method="ben-card")
    async with refuses(shop, InvalidInput):
        await _authorize(shop, 0)
    async with refuses(shop, NotFound):
        await _capture(shop, NOWHERE, None)
    async with refuses(shop, NotFound):
        await _void(shop, NOWHERE)


@check("payments")
async def tells_what_was_begun_since(shop: Connectors) -> None:
    everything = await shop.payments.history(since=AT - 100 * DAY)
    assert {each.id for each in everything.intents} == {each.id for each in seed().intents}
    begun = [each.created_at for each in everything.intents]
    assert begun == sorted(begun, key=lambda at: at or AT)
    held = await _authorize(shop, 700)
    today = await shop.payments.history(since=AT)
    assert (today.intents, today.refunds) == ((held,), tuple(seed().refunds))
    assert await shop.payments.find_refund("refund-canceled") == seed().refunds[0]
    assert await shop.payments.find_refund(NOWHERE) is None
    assert await shop.payments.intent(NOWHERE) is None

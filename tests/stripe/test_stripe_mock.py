"""Keys, refusals and declines as another author's fake words them, through our transport and our translation.

stripe-stateful-mock knows charges and no PaymentIntents, so the gateway's own calls are not made here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import stripe

from shopgraph.connectors.stripe.errors import translated
from shopgraph.connectors.stripe.transport import watch_attempts
from shopgraph.errors import Conflict, IdempotencyConflict, NotFound, PaymentDeclined, ShopgraphError
from tests.stripe.counterparts import KEY
from tests.stripe.recorder import Record, RecordingTransport

pytestmark = pytest.mark.counterpart("third-party fake (stripe-stateful-mock)")


@pytest.fixture
async def mock(mock_url: str) -> stripe.StripeClient:
    """The SDK with our transport, at the mock."""
    transport = RecordingTransport(None, Record())
    return stripe.StripeClient(KEY, base_addresses={"api": mock_url}, http_client=transport, max_network_retries=1)


async def _refusal(call: Callable[[], Awaitable[Any]]) -> ShopgraphError:
    attempts = watch_attempts()
    with pytest.raises(stripe.StripeError) as refusal:
        await call()
    return translated(refusal.value, may_have_acted=any(attempts))


async def _charge(mock: stripe.StripeClient, key: str, amount: int = 5000, source: str = "tok_visa") -> str:
    watch_attempts()
    made = await mock.v1.charges.create_async(
        {"amount": amount, "currency": "usd", "source": source}, {"idempotency_key": key}
    )
    return made.id


async def test_one_key_one_charge(mock: stripe.StripeClient) -> None:
    first = await _charge(mock, "one")
    assert await _charge(mock, "one") == first
    refusal = await _refusal(lambda: _charge(mock, "one", amount=5001))
    assert type(refusal) is IdempotencyConflict


async def test_no_more_is_refunded_than_is_left(mock: stripe.StripeClient) -> None:
    charge = await _charge(mock, "refunds")

    async def refund(amount: int, key: str) -> str:
        made = await mock.v1.refunds.create_async({"charge": charge, "amount": amount}, {"idempotency_key": key})
        return made.id

    first = await refund(2000, "first")
    assert await refund(2000, "first") == first
    refusal = await _refusal(lambda: refund(4000, "too much"))
    assert type(refusal) is Conflict
    assert "greater than unrefunded amount" in refusal.message
    await refund(3000, "rest")
    refusal = await _refusal(lambda: refund(1, "one cent more"))
    assert (type(refusal), refusal.fields["stripe_code"]) == (Conflict, "charge_already_refunded")
    kept = await mock.v1.charges.retrieve_async(charge)
    assert (kept.amount_refunded, kept.refunded) == (5000, True)


async def test_a_declined_card(mock: stripe.StripeClient) -> None:
    refusal = await _refusal(lambda: _charge(mock, "declined", source="tok_chargeDeclinedInsufficientFunds"))
    assert type(refusal) is PaymentDeclined
    assert refusal.fields["decline_code"] == "insufficient_funds"


async def test_what_is_not_there(mock: stripe.StripeClient) -> None:
    refusal = await _refusal(lambda: mock.v1.charges.retrieve_async("ch_none"))
    assert type(refusal) is NotFound

"""Every request and reply held against Stripe's published OpenAPI specification."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shopgraph.connectors.conformance.seed import AT, usd
from shopgraph.domain import RefundReason
from shopgraph.errors import ShopgraphError
from tests.stripe.conftest import Till, Tills, card_of
from tests.stripe.recorder import Specification
from tests.stripe.strict_proxy import StrictStripe

LOCALSTRIPES = {
    "payment_intent: $ 'confirmation_method' is a required property",
    "payment_intent: $ 'payment_method_types' is a required property",
    "payment_intent: $.latest_charge has none of its forms",
}
"""Where localstripe's replies are not as Stripe publishes them: found by these tests, and no fault of ours."""


async def _everything(till: Till) -> None:
    """Each call that the gateway makes, at least once."""
    payments, gateway = till.shop.payments, till.gateway
    order: Any = {"order_id": "ada-pending", "payment_method_id": "ada-card", "at": AT}
    await payments.link("ada", till.external["ada"])
    taken = await payments.authorize(**order, amount=usd(700), idempotency_key="hold")
    await payments.capture(payment_intent_id=taken.id, at=AT, idempotency_key="capture")
    held = await payments.authorize(**order, amount=usd(600), idempotency_key="hold again")
    await payments.void(payment_intent_id=held.id, at=AT, idempotency_key="void")
    paid = await payments.charge(**order, amount=usd(500), idempotency_key="charge")
    refund = await payments.refund(
        **order,
        payment_intent_id=paid.id,
        amount=usd(200),
        reason=RefundReason.GOODS_RETURNED,
        idempotency_key="refund",
    )
    card_of(till, "ada-card", "4000000000000341")
    with pytest.raises(ShopgraphError):
        await payments.charge(**order, amount=usd(500), idempotency_key="declined")
    (seen,) = [each async for each in gateway.refunds_of(till.external["paid-ben-canceled"])]
    assert await gateway.find_refund(seen.external_id) == seen
    assert await gateway.find_refund("re_none") is None
    assert await gateway.payment(till.external["paid-ada-delivered"]) is not None
    assert refund.payment_intent_id == paid.id


@pytest.mark.counterpart("vendor spec (Stripe's OpenAPI), with localstripe behind our fake's strict rules")
async def test_our_requests_are_as_stripe_publishes_them(
    strict_stripe: StrictStripe, tmp_path: Path, shop_template: Path, specification: Specification
) -> None:
    tills = Tills(strict_stripe.url, tmp_path, shop_template, specification)
    async with tills.open() as till:
        await _everything(till)
        assert [each async for each in till.gateway.payments_since(AT.replace(year=2020))]
        assert [each async for each in till.gateway.refunds_since(AT.replace(year=2020))]
        await till.gateway._find_payment(till.external["ada"], "none")
    assert tills.record.requests == []
    assert tills.record.replies == [], "our strict rules answer otherwise than Stripe"
    assert {call.split("/")[2] for call in tills.record.calls} == {"payment_intents", "refunds", "payment_methods"}


@pytest.mark.counterpart("vendor spec (Stripe's OpenAPI), with localstripe, a third-party fake, as it is")
async def test_localstripe_answers_nearly_as_stripe_publishes_it(
    localstripe_url: str, tmp_path: Path, shop_template: Path, specification: Specification
) -> None:
    tills = Tills(localstripe_url, tmp_path, shop_template, specification)
    async with tills.open() as till:
        await _everything(till)
    assert tills.record.requests == []
    assert set(tills.record.replies) == LOCALSTRIPES


@pytest.mark.counterpart("vendor spec (Stripe's OpenAPI)")
@pytest.mark.parametrize(
    ("method", "path", "form", "finding"),
    [
        (
            "post",
            "/v1/payment_intents",
            {"amount": "ten", "currency": "usd"},
            "$.amount 'ten' is not of type 'integer'",
        ),
        ("post", "/v1/payment_intents", {"amount": "10"}, "$ 'currency' is a required property"),
        ("post", "/v1/refunds", {"bogus": "1"}, "unknown parameter bogus"),
        ("post", "/v1/refunds", {"reason": "goods_returned"}, "$.reason 'goods_returned' is not one of"),
    ],
)
def test_the_recorder_finds_what_is_wrong(
    specification: Specification, method: str, path: str, form: dict[str, object], finding: str
) -> None:
    operation = specification.operation(method, path)
    assert operation is not None
    assert [each for each in specification.request_findings(operation, form, {}) if each.startswith(finding)]
    assert specification.reply_findings(operation, 200, {"object": "refund"})
    assert specification.operation("post", "/v1/no_such") is None

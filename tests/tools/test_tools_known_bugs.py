"""What a well-known reference shop gets wrong with money cannot happen here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pydantic import JsonValue

from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.domain import Money
from shopgraph.tools.amounts import held_payments
from shopgraph.tools.spec import GateOutcome, Outcome

Do = Callable[..., Awaitable[GateOutcome]]


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


async def test_each_item_takes_its_own_variants_price_and_not_the_last_ones(do: Do, shop: EmbeddedShop) -> None:
    before = await shop.connectors.orders.order("#P1")
    items: JsonValue = [
        {"sku": "DRESS-M", "to_sku": "DRESS-L", "quantity": 1},
        {"sku": "DRESS-M", "to_sku": "DRESS-X", "quantity": 1},
        {"sku": "HEELS-38", "to_sku": "HEELS-39"},
    ]
    outcome = await do("change_items", order_id="#P1", items=items, payment_method_id="ann-card")
    assert outcome.outcome is Outcome.DONE, outcome
    after = await shop.connectors.orders.order("#P1")
    assert before is not None
    assert after is not None
    now = {line.sku: (line.unit_price, line.options["size"]) for line in after.lines}
    assert now == {"DRESS-L": (usd(6000), "L"), "DRESS-X": (usd(4500), "X"), "HEELS-39": (usd(8000), "39")}
    assert after.total - before.total == usd(1000 - 500)
    *_, charge = await shop.connectors.payments.intents("#P1")
    assert charge.captured == usd(500)


async def test_after_a_change_of_payment_a_cancellation_refunds_what_is_held_and_once(
    do: Do, shop: EmbeddedShop
) -> None:
    payments = shop.connectors.payments
    changed = await do("change_payment_method", order_id="#P1", payment_method_id="ann-rich")
    assert changed.outcome is Outcome.DONE
    canceled = await do("cancel_order", order_id="#P1", reason="no_longer_needed")
    assert canceled.outcome is Outcome.DONE
    refunds = [(each.payment_method_id, each.amount) for each in await payments.refunds("#P1")]
    assert refunds == [("ann-card", usd(18509)), ("ann-rich", usd(18509))]
    held = held_payments(await payments.intents("#P1"), await payments.refunds("#P1"))
    assert all(part.amount.is_zero for part in held)
    card = await payments.method("ann-rich")
    assert card is not None
    assert card.balance == usd(50000)

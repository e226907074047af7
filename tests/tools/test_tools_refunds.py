"""Money that goes back without goods: by whom, how much at most, to where, and once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from pydantic import JsonValue

from shopgraph.connectors.canonical import canonical_export_hash
from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.domain import Money, Principal, Refund, RefundReason
from shopgraph.domain.shares import left
from shopgraph.errors import InvalidInput
from shopgraph.tools.arguments import amount_in
from shopgraph.tools.gate import Gate
from shopgraph.tools.spec import GateOutcome, Outcome, ToolCall, ToolContext
from shopgraph.tools.views import AfterSale, RefundedOrder
from tests.tools.looking import refunds

Do = Callable[..., Awaitable[GateOutcome]]
Ask = Callable[..., ToolContext]
AGENT = Principal.staff("eve", "agent")
SUPERVISOR = Principal.staff("sue", "supervisor")


async def test_a_damaged_item_is_paid_back_and_written_down(do: Do, shop: EmbeddedShop) -> None:
    outcome = await do("refund_order", as_=AGENT, order_id="D1", amount="12.30", reason="damaged")
    result = RefundedOrder.model_validate(outcome.result)
    assert result.summary == "Refunded for order #D1: $12.30 to your Visa ending in 4242."
    assert await refunds(shop, "#D1") == [("ann-card", 1230)]
    assert (await shop.connectors.payments.refunds("#D1"))[0].reason is RefundReason.DAMAGED
    order = await shop.connectors.orders.order("#D1")
    assert order is not None
    assert order.lines[0].current_quantity == 3, "the goods stay where they are"
    (action,) = await shop.connectors.records.actions(order_id="#D1")
    assert (action.type, action.started_by, action.customer_id) == ("refund_order", "staff:eve", "ann")
    (note,) = await shop.connectors.crm.notes("ann")
    assert (note.author, note.body) == ("system", "12.30 USD refunded without goods (damaged).")


async def test_a_gift_card_of_the_customers_takes_it_at_once(do: Do, shop: EmbeddedShop) -> None:
    outcome = await do(
        "refund_order",
        as_=Principal.system("claims"),
        order_id="#UK1",
        amount="10 GBP",
        reason="not_received",
        payment_method_id="cleo-gift",
    )
    assert outcome.outcome is Outcome.DONE
    card = await shop.connectors.payments.method("cleo-gift")
    assert card is not None
    assert card.balance == Money(amount=1000, currency="GBP")


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"amount": "173.12"}, "refund-within-held"),
        ({"amount": "9999999.00"}, "refund-within-held"),
        ({"amount": "1", "payment_method_id": "ann-paypal"}, "refund-destination"),
        ({"amount": "1", "payment_method_id": "bob-card"}, "refund-destination"),
        ({"amount": "1", "payment_method_id": "no-such-method"}, "refund-destination"),
    ],
)
async def test_never_more_than_is_held_nor_to_anywhere_else(
    do: Do, shop: EmbeddedShop, arguments: dict[str, str], rule: str
) -> None:
    before = canonical_export_hash(shop.dump())
    for who in (AGENT, SUPERVISOR, Principal.system("claims")):
        outcome = await do("refund_order", as_=who, order_id="#D1", reason="damaged", **arguments)
        assert outcome.outcome is Outcome.REFUSED
        assert [decision.rule for decision in outcome.decisions] == [rule]
    assert canonical_export_hash(shop.dump()) == before


async def test_all_that_is_held_can_go_back_and_then_nothing(do: Do, shop: EmbeddedShop) -> None:
    ask = {"order_id": "#D1", "reason": "damaged"}
    assert (await do("refund_order", as_=AGENT, amount="100.00", **ask)).outcome is Outcome.DONE
    rest = await do("refund_order", as_=AGENT, amount="73.11", **ask)
    assert rest.outcome is Outcome.DONE, rest
    assert (await do("refund_order", as_=AGENT, amount="0.01", **ask)).decisions[0].rule == "refund-within-held"
    assert await refunds(shop, "#D1") == [("ann-card", 10000), ("ann-card", 7311)]


async def test_what_an_open_return_will_pay_back_is_not_given_twice(do: Do, shop: EmbeddedShop) -> None:
    items = [{"sku": "DRESS-M", "quantity": 3}]
    assert (await do("return_items", order_id="#D1", items=items, payment_method_id="ann-card")).outcome is Outcome.DONE
    promised = AfterSale.model_validate((await do("get_returns", order_id="#D1")).result).returns[0].refund.amount
    over = await do("refund_order", as_=AGENT, order_id="#D1", amount="20.00", reason="damaged")
    assert over.decisions[0].rule == "refund-within-held"
    left = str(Money(amount=17311 - promised, currency="USD"))
    assert over.decisions[0].numbers["refundable_minor"] == str(17311 - promised)
    assert (await do("refund_order", as_=AGENT, order_id="#D1", amount=left, reason="damaged")).outcome is Outcome.DONE
    (entry,) = shop.dump().returns
    assert (await do("receive_return", as_=AGENT, return_id=entry.id)).outcome is Outcome.DONE


@pytest.mark.parametrize("who", ["ann", "bob", ""])
async def test_a_customer_is_told_what_they_can_do_instead(do: Do, shop: EmbeddedShop, who: str) -> None:
    before = canonical_export_hash(shop.dump())
    outcome = await do("refund_order", as_=who, order_id="#D1", amount="1.00", reason="damaged")
    assert outcome.outcome is Outcome.REFUSED
    (decision,) = outcome.decisions
    assert decision.rule == "refund-by-staff"
    assert "return a delivered one" in decision.remedy
    assert canonical_export_hash(shop.dump()) == before


async def test_above_the_regions_limit_a_supervisor_decides(do: Do, shop: EmbeddedShop) -> None:
    large = {"order_id": "#BIG", "amount": "500.01", "reason": "not_received"}
    before = canonical_export_hash(shop.dump())
    for who in (AGENT, Principal.system("claims")):
        waiting = await do("refund_order", as_=who, **large)
        assert (waiting.outcome, waiting.decisions[0].rule) == (Outcome.NEEDS_APPROVAL, "refund-approval")
    assert canonical_export_hash(shop.dump()) == before
    assert (await do("refund_order", as_=AGENT, **{**large, "amount": "500.00"})).outcome is Outcome.DONE
    assert (await do("refund_order", as_=SUPERVISOR, **{**large, "amount": "10.00"})).outcome is Outcome.DONE
    assert await refunds(shop, "#BIG") == [("bob-card", 50000), ("bob-card", 1000)]


async def test_the_same_request_pays_once(gate: Gate, ask: Ask, shop: EmbeddedShop) -> None:
    arguments = {"order_id": "#D1", "amount": "5.00", "reason": "damaged"}
    call = ToolCall(tool="refund_order", arguments={**arguments}, call_id="once")
    first, again = [await gate.call(ask(AGENT), call) for _ in range(2)]
    assert (first.outcome, again.outcome) == (Outcome.DONE, Outcome.REPLAYED)
    assert first.result == again.result
    other = await gate.call(ask(AGENT), call.model_copy(update={"arguments": {**arguments, "amount": "6.00"}}))
    assert other.outcome is Outcome.REFUSED
    assert await refunds(shop, "#D1") == [("ann-card", 500)]
    assert (await gate.call(ask(AGENT), replace_id(call))).outcome is Outcome.DONE, "a new request is a new refund"
    assert await refunds(shop, "#D1") == [("ann-card", 500), ("ann-card", 500)]


def replace_id(call: ToolCall) -> ToolCall:
    return call.model_copy(update={"call_id": "another"})


async def test_an_order_paid_twice_gives_each_method_no_more_than_its_own(do: Do, shop: EmbeddedShop) -> None:
    assert (await do("change_payment_method", order_id="#P1", payment_method_id="ann-rich")).outcome is Outcome.DONE
    back = await do(
        "refund_order", as_=AGENT, order_id="#P1", amount="1.00", reason="damaged", payment_method_id="ann-card"
    )
    assert back.decisions[0].rule == "refund-destination", "nothing is held on the first card any more"
    assert (await do("refund_order", as_=AGENT, order_id="#P1", amount="1", reason="damaged")).outcome is Outcome.DONE
    assert await refunds(shop, "#P1") == [("ann-card", 18509), ("ann-rich", 100)]


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("12.30", "USD", 1230),
        (" 12.3 USD ", "USD", 1230),
        ("12", "USD", 1200),
        ("500", "JPY", 500),
        ("1.005", "KWD", 1005),
    ],
)
def test_amounts_are_read_exactly(typed: str, currency: str, minor: int) -> None:
    assert amount_in(typed, currency) == Money(amount=minor, currency=currency)


@pytest.mark.parametrize(
    ("typed", "currency", "says"),
    [
        ("10.005", "USD", "Write it as 123.45 USD"),
        ("10.005 USD", "USD", "more digits than USD has (2)"),
        ("10.5", "JPY", "Write it as 12345 JPY"),
        ("1.0005", "KWD", "Write it as 12.345 KWD"),
        ("10.00 EUR", "USD", "not in USD"),
        ("0.00", "USD", "above zero"),
        ("-5.00", "USD", "is not an amount"),
        ("1e3", "USD", "is not an amount"),
        ("1,000.00", "USD", "is not an amount"),
        ("٣", "USD", "is not an amount"),
        ("NaN", "USD", "is not an amount"),
        ("all of it", "USD", "is not an amount"),
    ],
)
async def test_an_amount_that_is_none_is_invalid_with_a_remedy(
    do: Do, shop: EmbeddedShop, typed: str, currency: str, says: str
) -> None:
    with pytest.raises(InvalidInput) as fault:
        amount_in(typed, currency)
    assert says in str(fault.value)
    if currency == "USD":
        before = canonical_export_hash(shop.dump())
        outcome = await do("refund_order", as_=AGENT, order_id="#D1", amount=typed, reason="damaged")
        assert (outcome.outcome, outcome.error_code) == (Outcome.INVALID, "input.invalid")
        assert says in outcome.error
        assert canonical_export_hash(shop.dump()) == before


async def test_a_reason_that_moves_goods_is_not_one(do: Do, shop: EmbeddedShop) -> None:
    before = canonical_export_hash(shop.dump())
    outcome = await do("refund_order", as_=AGENT, order_id="#D1", amount="1.00", reason="goods_returned")
    assert outcome.outcome is Outcome.INVALID
    assert canonical_export_hash(shop.dump()) == before


async def test_an_approved_refund_is_done_for_the_very_amount(gate: Gate, ask: Ask, shop: EmbeddedShop) -> None:
    call = ToolCall(
        tool="refund_order", arguments={"order_id": "#BIG", "amount": "510", "reason": "not_received"}, call_id="big"
    )
    waiting = await gate.call(ask(AGENT), call)
    assert waiting.proposal is not None
    assert waiting.proposal.summary == "Refund $510.00 to your Visa ending in 1881 for order #BIG (not received)"
    approved = replace(ask(AGENT), approvals={waiting.proposal.digest: "staff:sue"})
    more = call.model_copy(update={"arguments": {**call.arguments, "amount": "511"}, "call_id": "bigger"})
    assert (await gate.call(approved, more)).outcome is Outcome.NEEDS_APPROVAL
    assert (await gate.call(approved, call)).outcome is Outcome.DONE
    assert await refunds(shop, "#BIG") == [("bob-card", 51000)]


def shares(refund: Refund) -> dict[str, int]:
    return {each.line_id: each.amount.amount for each in refund.shares}


async def test_items_are_paid_back_as_they_cost_and_no_line_beyond_that(do: Do, shop: EmbeddedShop) -> None:
    order = await shop.connectors.orders.order("#D1")
    assert order is not None
    line, units = order.lines[0], order.lines[0].ordered_quantity
    paid = left(order, await shop.connectors.payments.intents("#D1"), ())[line.id].amount
    one: dict[str, JsonValue] = {"order_id": "#D1", "reason": "damaged", "items": [{"sku": line.sku}]}
    for _ in range(units):
        assert (await do("refund_order", as_=AGENT, **one)).outcome is Outcome.DONE
    given = [each.amount.amount for each in await shop.connectors.payments.refunds("#D1")]
    assert 0 <= paid - sum(given) < units, "each time the odd cents of the first unit"
    if paid > sum(given):
        assert (await do("refund_order", as_=AGENT, **one)).outcome is Outcome.DONE
    made = await shop.connectors.payments.refunds("#D1")
    assert {line_id for each in made for line_id in shares(each)} == {line.id}
    assert sum(each.amount.amount for each in made) == paid
    before = canonical_export_hash(shop.dump())
    more: list[dict[str, JsonValue]] = [{}, {"amount": "0.01"}]
    for each in more:
        assert (await do("refund_order", as_=AGENT, **one, **each)).outcome is Outcome.REFUSED
    assert canonical_export_hash(shop.dump()) == before


async def test_an_amount_for_items_falls_on_their_lines_only(do: Do, shop: EmbeddedShop) -> None:
    order = await shop.connectors.orders.order("#P1")
    assert order is not None
    line = order.lines[-1]
    some: dict[str, JsonValue] = {"order_id": "#P1", "reason": "damaged", "items": [{"sku": line.sku}]}
    assert (await do("refund_order", as_=AGENT, amount="1.23", **some)).outcome is Outcome.DONE
    (made,) = await shop.connectors.payments.refunds("#P1")
    assert shares(made) == {line.id: 123}
    too_many = await do(
        "refund_order", as_=AGENT, order_id="#P1", reason="damaged", items=[{"sku": line.sku, "quantity": 9}]
    )
    assert too_many.outcome is Outcome.REFUSED


async def test_all_that_is_left_goes_back_when_nothing_is_named(do: Do, shop: EmbeddedShop) -> None:
    assert (
        await do("refund_order", as_=AGENT, order_id="#D1", amount="0.11", reason="damaged")
    ).outcome is Outcome.DONE
    assert (await do("refund_order", as_=AGENT, order_id="#D1", reason="damaged")).outcome is Outcome.DONE
    assert await refunds(shop, "#D1") == [("ann-card", 11), ("ann-card", 17300)]
    again = await do("refund_order", as_=AGENT, order_id="#D1", reason="damaged")
    assert again.outcome is Outcome.REFUSED
    assert len(await refunds(shop, "#D1")) == 2


async def test_what_a_line_gave_back_is_not_given_again_when_it_returns(do: Do, shop: EmbeddedShop) -> None:
    order = await shop.connectors.orders.order("#D1")
    assert order is not None
    assert (
        await do("refund_order", as_=AGENT, order_id="#D1", amount="100.00", reason="damaged")
    ).outcome is Outcome.DONE
    (partial,) = await shop.connectors.payments.refunds("#D1")
    line = order.lines[0]
    items = [{"sku": line.sku, "quantity": line.current_quantity, "reason": "damaged"}]
    assert (await do("return_items", order_id="#D1", items=items, payment_method_id="ann-card")).outcome is Outcome.DONE
    (entry,) = shop.dump().returns
    assert (await do("receive_return", as_=AGENT, return_id=entry.id)).outcome is Outcome.DONE
    paid = left(order, await shop.connectors.payments.intents("#D1"), ())[line.id].amount
    assert entry.refund.amount == paid - shares(partial)[line.id]
    *_, back = await shop.connectors.payments.refunds("#D1")
    assert shares(back) == {line.id: entry.refund.amount}
    assert await shop.connectors.ledger.differences() == ()

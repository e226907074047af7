"""A discount for one customer: what policy lets an agent grant, and who can use the code, for what and how long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from shopgraph.clock import FixedClock
from shopgraph.connectors.canonical import canonical_export_hash
from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.domain import Principal
from shopgraph.guards.allowances import allow
from shopgraph.guards.policy import PolicyBundle
from shopgraph.tools.gate import Gate
from shopgraph.tools.spec import GateOutcome, Outcome, ToolCall, ToolContext
from shopgraph.tools.views import OfferedDiscount, PromotionHistory, PromotionList

Do = Callable[..., Awaitable[GateOutcome]]
Ask = Callable[..., ToolContext]
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


async def granted(do: Do, **arguments: object) -> OfferedDiscount:
    outcome = await do("offer_discount", **{"sku": "DRESS-M", "percent": 20, **arguments})
    assert outcome.outcome is Outcome.DONE, outcome
    return OfferedDiscount.model_validate(outcome.result)


async def test_a_code_of_ones_own_is_granted_and_written_down(do: Do, shop: EmbeddedShop) -> None:
    offered = await granted(do)
    assert (offered.percent, offered.sku, offered.ends_at) == (Decimal(20), "DRESS-M", NOW + timedelta(days=14))
    assert offered.summary == f"Your own code {offered.code} takes 20 % off Wrap Dress (M), once, until June 15, 2026."
    code = await shop.connectors.marketing.code(offered.code)
    assert code is not None
    assert (code.usage_limit, code.used) == (1, 0)
    terms = await shop.connectors.marketing.promotion(code.promotion_id)
    assert terms is not None
    assert (terms.customer_id, terms.sku, terms.region_ids, terms.stackable) == (
        "ann",
        "DRESS-M",
        ("us-northeast",),
        False,
    )
    (action,) = await shop.connectors.records.actions(customer_id="ann")
    assert (action.type, action.summary) == ("offer_discount", offered.summary)


async def test_the_customer_says_yes_to_the_very_offer(do: Do, shop: EmbeddedShop) -> None:
    before = canonical_export_hash(shop.dump())
    waiting = await do("offer_discount", yes=False, sku="DRESS-M", percent=20)
    assert waiting.outcome is Outcome.NEEDS_CONFIRMATION
    assert waiting.proposal is not None
    summary = "Give you a code of your own: 20 % off Wrap Dress (M), once, until June 15, 2026"
    assert waiting.proposal.summary == summary
    assert canonical_export_hash(shop.dump()) == before


@pytest.mark.parametrize(
    ("who", "sku", "percent", "rule"),
    [
        ("ann", "DRESS-M", 26, "discount-limit"),
        ("ann", "DRESS-M", 100, "discount-limit"),
        ("ann", "SCARF-1", 9, "margin-floor"),
        ("bob", "DRESS-M", 5, "code-cooldown"),
        ("", "DRESS-M", 5, "discount-needs-customer"),
    ],
)
async def test_what_policy_forbids_is_not_granted(
    do: Do, shop: EmbeddedShop, who: str, sku: str, percent: int, rule: str
) -> None:
    before = canonical_export_hash(shop.dump())
    outcome = await do("offer_discount", as_=who, sku=sku, percent=percent)
    assert (outcome.outcome, [decision.rule for decision in outcome.decisions]) == (Outcome.REFUSED, [rule])
    assert canonical_export_hash(shop.dump()) == before


async def test_the_margin_is_kept_to_the_percent(do: Do) -> None:
    # 25.00 of cost plus 10 % are 27.50, which leaves 8.33 % of 30.00.
    assert (await granted(do, sku="SCARF-1", percent=8)).percent == Decimal(8)


async def test_a_cost_in_another_currency_leaves_no_discount(gate: Gate, ask: Ask, shop: EmbeddedShop) -> None:
    before = canonical_export_hash(shop.dump())
    call = ToolCall(tool="offer_discount", arguments={"sku": "DRESS-M", "percent": 1}, call_id="c")
    outcome = await gate.call(ask("cleo", "uk"), call)
    assert [decision.rule for decision in outcome.decisions] == ["margin-known"]
    assert canonical_export_hash(shop.dump()) == before


@pytest.mark.parametrize("sku", ["NO-1", "HEELS-38"])
async def test_what_is_not_sold_here_is_an_invalid_argument(gate: Gate, ask: Ask, sku: str) -> None:
    call = ToolCall(tool="offer_discount", arguments={"sku": sku, "percent": 1}, call_id="c")
    outcome = await gate.call(ask("cleo", "uk"), call)
    assert outcome.outcome is Outcome.INVALID
    assert f"No {sku} is sold in this region" in outcome.error


@pytest.mark.parametrize("percent", [0, -5, 101, 12.5, "a lot"])
async def test_a_percentage_that_is_none_is_invalid(do: Do, shop: EmbeddedShop, percent: object) -> None:
    before = canonical_export_hash(shop.dump())
    assert (await do("offer_discount", sku="DRESS-M", percent=percent)).outcome is Outcome.INVALID
    assert canonical_export_hash(shop.dump()) == before


async def test_staff_have_no_discounts_of_their_own(do: Do, shop: EmbeddedShop) -> None:
    before = canonical_export_hash(shop.dump())
    outcome = await do("offer_discount", as_=Principal.staff("eve", "supervisor"), sku="DRESS-M", percent=5)
    assert outcome.outcome is Outcome.INVALID
    assert canonical_export_hash(shop.dump()) == before


async def test_one_open_code_at_a_time(do: Do, shop: EmbeddedShop) -> None:
    await granted(do)
    before = canonical_export_hash(shop.dump())
    for sku in ("DRESS-M", "DRESS-L"):
        second = await do("offer_discount", sku=sku, percent=5)
        assert [decision.rule for decision in second.decisions] == ["one-open-offer"]
    assert canonical_export_hash(shop.dump()) == before


async def test_of_several_at_once_one_is_granted(gate: Gate, ask: Ask, do: Do, shop: EmbeddedShop) -> None:
    waiting = await do("offer_discount", yes=False, sku="DRESS-M", percent=20)
    assert waiting.proposal is not None
    context = replace(ask("ann"), request_confirmed=waiting.proposal.digest)
    calls = [
        ToolCall(tool="offer_discount", arguments=waiting.proposal.arguments, call_id=f"try-{n}") for n in range(6)
    ]
    outcomes = await asyncio.gather(*(gate.call(context, call) for call in calls))
    assert sorted(outcome.outcome for outcome in outcomes) == [Outcome.DONE] + 5 * [Outcome.REFUSED]
    assert len(await shop.connectors.marketing.granted_codes("ann", at=NOW)) == 1


async def test_the_same_request_grants_once(gate: Gate, ask: Ask, do: Do, shop: EmbeddedShop) -> None:
    first = await do("offer_discount", call_id="once", sku="DRESS-M", percent=20)
    again = await do("offer_discount", call_id="once", sku="DRESS-M", percent=20)
    assert (again.outcome, again.result) == (Outcome.REPLAYED, first.result)
    other = await do("offer_discount", call_id="once", sku="DRESS-M", percent=25)
    assert [decision.rule for decision in other.decisions] == ["same-request-other-body"]
    assert len(await shop.connectors.marketing.granted_codes("ann", at=NOW)) == 1


async def test_its_owner_puts_it_on_the_cart(do: Do, shop: EmbeddedShop) -> None:
    offered = await granted(do)
    outcome = await do("redeem_code", code=f" {offered.code.lower()} ")
    assert outcome.outcome is Outcome.DONE, outcome
    cart = await shop.connectors.sessions.cart("ann")
    assert cart is not None
    assert cart.codes == (offered.code,)


async def test_anothers_code_reads_as_one_that_does_not_exist(do: Do, shop: EmbeddedShop) -> None:
    offered = await granted(do)
    before = canonical_export_hash(shop.dump())
    foreign = await do("redeem_code", as_="cleo", code=offered.code)
    missing = await do("redeem_code", as_="cleo", code="NOSUCH10")
    assert foreign.outcome is Outcome.REFUSED
    assert [decision.rule for decision in foreign.decisions] == ["code-known"]
    assert foreign.decisions == missing.decisions
    assert canonical_export_hash(shop.dump()) == before


async def test_a_code_is_for_its_product_only(do: Do, shop: EmbeddedShop) -> None:
    offered = await granted(do, sku="DRESS-L")
    before = canonical_export_hash(shop.dump())
    outcome = await do("redeem_code", code=offered.code)
    assert [decision.rule for decision in outcome.decisions] == ["code-product"]
    assert canonical_export_hash(shop.dump()) == before


async def test_it_expires_and_another_can_be_granted(gate: Gate, ask: Ask, do: Do) -> None:
    offered = await granted(do)

    async def at(after: timedelta, tool: str, **arguments: str | int) -> GateOutcome:
        context = ask("ann")
        context = replace(context, services=replace(context.services, clock=FixedClock(NOW + after)))
        call = ToolCall(tool=tool, arguments={**arguments}, call_id=f"{tool}-{after}")
        return await gate.call(context, call)

    end = timedelta(days=14)
    moment = timedelta(microseconds=1)
    assert (await at(end - moment, "redeem_code", code=offered.code)).outcome is Outcome.NEEDS_CONFIRMATION
    assert (await at(end, "redeem_code", code=offered.code)).decisions[0].rule == "code-running"
    assert (await at(end - moment, "offer_discount", sku="DRESS-M", percent=5)).decisions[0].rule == "one-open-offer"
    assert (await at(end, "offer_discount", sku="DRESS-M", percent=5)).outcome is Outcome.NEEDS_CONFIRMATION


async def test_nobody_sees_it_among_the_promotions(do: Do) -> None:
    async def names(who: str) -> list[str]:
        listed = PromotionList.model_validate((await do("list_promotions", as_=who)).result)
        return [promotion.name for promotion in listed.promotions]

    before = [await names(who) for who in ("", "ann", "bob")]
    await granted(do)
    assert [await names(who) for who in ("", "ann", "bob")] == before


async def test_the_history_tells_ones_own_codes_and_discounts(do: Do) -> None:
    empty = PromotionHistory.model_validate((await do("promotion_history")).result)
    assert empty == PromotionHistory(used=(), own_codes=(), next_code_at=None)
    offered = await granted(do)
    (own,) = PromotionHistory.model_validate((await do("promotion_history")).result).own_codes
    assert (own.code, own.percent, own.sku, own.ends_at) == (offered.code, Decimal(20), "DRESS-M", offered.ends_at)
    bobs = PromotionHistory.model_validate((await do("promotion_history", as_="bob")).result)
    assert bobs.own_codes == ()
    assert [(used.code, used.promotion, used.amount.text) for used in bobs.used] == [("MAY20", "May", "$1.00")]
    assert bobs.next_code_at == NOW + timedelta(days=18), "30 days after the code of 12 days ago"


async def test_what_may_be_promised_is_what_is_granted(do: Do, policy: PolicyBundle, shop: EmbeddedShop) -> None:
    """The bounds that are told before anyone speaks and the tool's own judgment are one computation."""
    ann = await shop.connectors.crm.customer("ann")
    variant = await shop.connectors.catalog.variant("SCARF-1")
    offer = await shop.connectors.catalog.offer("SCARF-1", "us-northeast")
    assert variant is not None
    assert offer is not None
    bounds = allow(
        policy, region_id="us-northeast", customer=ann, at=NOW, price=offer.price, cost=variant.cost, discounts=()
    )
    most = int(bounds.max_discount_percent)
    over = await do("offer_discount", sku="SCARF-1", percent=most + 1)
    assert over.decisions[0].rule == bounds.discount_rule
    assert (await granted(do, sku="SCARF-1", percent=most)).percent == most

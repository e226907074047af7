"""Discounts, codes and campaigns: what runs, and what policy allows."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from shopgraph.graphs.phrases import day
from shopgraph.graphs.turns import Step, Turn, propose, say, workflow
from shopgraph.guards.allowances import allow
from shopgraph.guards.decisions import Decision, Effect
from shopgraph.models.routes import Intent
from shopgraph.tools.phrases import join_words
from shopgraph.tools.views import PromotionList, PromotionView


@workflow(Intent.PROMOTION_QUESTION, recipe=["customer", "campaigns"])
async def promotion_question(turn: Turn) -> Step:
    """Redeem a code, judge a wish for a discount, or say what runs in the shopper's region."""
    entities = turn.route.entities
    if entities.codes:
        if not turn.request.customer_id:
            return say("Please sign in first: a code is redeemed on your own cart.")
        return propose("redeem_code", code=entities.codes[0])
    if entities.percents:
        wished = max(Decimal(percent) for percent in entities.percents)
        decision = await _judge(turn, wished)
        if decision.effect is not Effect.ALLOW:
            return say(f"I cannot give you {wished:f} % off. {decision.reason} {decision.remedy}".strip(), decision)
    found = await turn.read("list_promotions", PromotionList)
    if not found.promotions:
        return say("There is no promotion running in your region right now.")
    return say(
        "Running in your region right now: " + " ".join(_promotion(item, turn.locale) for item in found.promotions)
    )


async def _judge(turn: Turn, percent: Decimal) -> Decision:
    """What policy says to that wish; nobody but policy grants one."""
    who = turn.request.customer_id
    discounts = await turn.shop.connectors.marketing.discounts_of(who) if who else ()
    allowed = allow(
        turn.shop.policy,
        region_id=turn.request.region_id,
        customer=turn.context.customer,
        discounts=discounts,
        at=turn.request.at,
        percent_requested=int(percent.to_integral_value(ROUND_CEILING)),
    )
    return allowed.decisions[0]


def _promotion(item: PromotionView, locale: str) -> str:
    what = f" {join_words(item.categories)}" if item.categories else ""
    most = f", at most {item.cap.text} off an order," if item.cap else ""
    return f"{item.name}: {item.percent.normalize():f} % off{what}{most} until {day(item.last_day, locale)}."

"""Discounts, codes and campaigns: what runs, and what policy allows."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal

from shopgraph.domain.days import last_day
from shopgraph.graphs.phrases import day
from shopgraph.graphs.stitching.recipes import Promotions
from shopgraph.graphs.turns import Step, Tells, Turn, ask, propose, say, workflow
from shopgraph.graphs.workflows.catalog import named_product
from shopgraph.graphs.workflows.picking import pick_variants
from shopgraph.guards.allowances import allow
from shopgraph.guards.decisions import Decision, Effect
from shopgraph.models.routes import Intent
from shopgraph.tools.phrases import join_words
from shopgraph.tools.views import PromotionHistory, PromotionList, PromotionView, UsedCode

_HAD = re.compile(
    r"\b(?:did|have|had|do) i\b.{0,30}\b(?:code|discount|voucher|coupon)s?\b"
    r"|\bwhen (?:can|may|could) i\b.{0,40}\b(?:code|discount|voucher|coupon)\b",
    re.I,
)
"""Asks about discounts of one's own: those had, and the next."""


@workflow(Intent.PROMOTION_QUESTION, recipe=Promotions)
async def promotion_question(turn: Turn) -> Step:
    """Redeem a code, judge a wish for a discount, say which discounts were had, or what runs in the region."""
    entities = turn.route.entities
    if entities.codes:
        if not turn.request.customer_id:
            return say("Please sign in first: a code is redeemed on your own cart.")
        return propose("redeem_code", code=entities.codes[0])
    if entities.percents or turn.slot("percent"):
        return await _wish(turn, max(map(Decimal, entities.percents), default=Decimal(turn.slot("percent") or 0)))
    if _HAD.search(turn.text) and turn.request.customer_id:
        return say(_history(await turn.read("promotion_history", PromotionHistory), turn))
    found = await turn.read("list_promotions", PromotionList)
    if not found.promotions:
        return say("There is no promotion running in your region right now.").spoken("promotions.none")
    running = " ".join(_promotion(item, turn.locale) for item in found.promotions)
    return say(f"Running in your region right now: {running}").telling(Tells.FACTS)


async def _wish(turn: Turn, percent: Decimal) -> Step:
    """Refuse what policy refuses whatever it is for; else offer a code of the customer's own for what they name."""
    decision = await _judge(turn, percent)
    if decision.effect is not Effect.ALLOW:
        return say(f"I cannot give you {percent:f} % off. {decision.reason} {decision.remedy}".strip(), decision)
    product = await named_product(turn)
    if product is None:
        return ask("product", f"What would you like {percent:f} % off on?", percent=f"{percent:f}")
    variants = [item for item in product.variants if item.price is not None]
    meant = pick_variants(turn.heard, variants, {}) or variants
    if len(meant) > 1:
        shown = join_words([" ".join(item.options.values()) for item in meant[:8]])
        return ask("product", f"Which {product.title} do you mean: {shown}?", percent=f"{percent:f}")
    if not meant:
        return say(f"{product.title} is not sold in your region.")
    whole = int(percent.to_integral_value(ROUND_CEILING))
    return propose("offer_discount", sku=meant[0].sku, percent=whole).about(product_id=product.product_id)


def _history(history: PromotionHistory, turn: Turn) -> str:
    locale, timezone = turn.locale, turn.request.timezone
    said = [f"You used {_cut(item)} on {day(item.applied_at, locale)}." for item in history.used[:3]]
    said += [
        f"Your own code {item.code} gives {item.percent.normalize():f} % off until {day(ends_on, locale)}."
        for item in history.own_codes
        for ends_on in [last_day(item.ends_at, timezone)]
    ]
    if not said:
        said = ["You have not had a discount yet."]
    if history.next_code_at is not None:
        said.append(f"The next code is possible from {day(history.next_code_at, locale)} on.")
    return " ".join(said)


def _cut(item: UsedCode) -> str:
    what = f"the code {item.code}" if item.code else f"the promotion {item.promotion}" if item.promotion else "a cut"
    return f"{what} ({item.amount.text} off order {item.order_id})"


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
    code = " with a code" if item.needs_code else ""
    return f"{item.name}: {item.percent.normalize():f} % off{what}{code}{most} until {day(item.last_day, locale)}."

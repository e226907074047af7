"""Which tier serves a message, and what that saved: the signals of one request put before `decide_tier`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Protocol, cast

from langchain_core.language_models import BaseChatModel
from pydantic import JsonValue, TypeAdapter

from shopgraph.domain import Money, Value
from shopgraph.graphs.node import Desk
from shopgraph.graphs.prompt import prompt_bytes
from shopgraph.graphs.routing import Chosen
from shopgraph.graphs.state import Request, State
from shopgraph.models.budget import DEFAULT_OUTPUT_TOKENS
from shopgraph.models.chat import LiteLLMChat, has_larger, tiers_of
from shopgraph.models.routes import Intent, Tier
from shopgraph.models.scope import current_scope
from shopgraph.models.scripted import ScriptedChatModel
from shopgraph.models.spending import Price
from shopgraph.models.tiers.decision import TierDecision, TierPolicy, TierSignals, decide_tier
from shopgraph.models.tiers.requests import ModelRequest
from shopgraph.models.tiers.savings import Saving, saving

_CHANGES = frozenset(
    (
        Intent.CANCEL_ORDER, Intent.RETURN_ITEMS, Intent.EXCHANGE_ITEMS, Intent.CHANGE_ITEMS, Intent.CHANGE_ADDRESS,
        Intent.CHANGE_PAYMENT,
    )
)  # fmt: skip
"""Intents that end in a change of records."""
_MODELS = (Tier.SMALL_MODEL, Tier.LARGE_MODEL)


_SIDE = (
    "models", "gain", "needs_strong", "budget_left_nanousd", "small_cost_nanousd", "large_cost_nanousd",
)  # fmt: skip
"""Signals that come from the models and what they cost, not from the message."""


_USUAL = TierPolicy()


class PastTiers(Value):
    """What the models' side of a recorded choice was."""

    policy: TierPolicy
    side: dict[str, JsonValue]

    @property
    def models(self) -> tuple[Tier, ...]:
        """The tiers that there was a model for."""
        return TypeAdapter(tuple[Tier, ...]).validate_python(self.side["models"])


class TiersThen(Protocol):
    """A model that answers from the record, and knows what the choice of a tier was made from then."""

    def tiers_then(self) -> PastTiers | None:
        """The next recorded choice; None when there is none."""
        ...

    def was_asked_again(self) -> bool:
        """Whether another model was asked after the one that spoke last."""
        ...


def _tiers_then(model: BaseChatModel | None) -> TiersThen | None:
    # `isinstance` with a protocol takes ten times as long, in every request.
    return cast(TiersThen, model) if hasattr(type(model), "tiers_then") else None


def may_escalate(model: BaseChatModel) -> bool:
    """Whether the large model is asked where the small one does not know."""
    if (then := _tiers_then(model)) is not None:
        return then.was_asked_again()
    return policy_of(model).escalate and has_larger(model)


async def choose_tier(desk: Desk, request: Request, chosen: Chosen, *, intents: int = 1) -> TierDecision:
    """The tier of a message that has been routed; what only a model needs is looked up only where one may be asked."""
    route, model = chosen.route, model_of(desk)
    then = _tiers_then(model)
    past = then.tiers_then() if then is not None else None
    signals = TierSignals(
        intent=route.intent,
        confidence=route.confidence,
        preferred=route.tier,
        has_workflow=route.intent in desk.parts.workflows,
        named=chosen.named,
        settled=chosen.confirmed or chosen.settled,
        intents=intents,
        words=len(request.text.split()),
        models=past.models if past else tiers_of(model),
    )
    policy = past.policy if past else policy_of(model)
    if signals.models and not signals.settled and _may_want_model(policy, signals):
        signals = await _for_models(desk, request, chosen, signals, past or model)
    desk.tape.note("tiers", policy, {name: getattr(signals, name) for name in _SIDE})
    return decide_tier(policy, signals)


def policy_of(model: BaseChatModel | None) -> TierPolicy:
    """How the tier is chosen: as the models file says, else as by default."""
    return model.tier_policy if isinstance(model, LiteLLMChat) else _USUAL


def model_of(desk: Desk) -> BaseChatModel | None:
    """The chat model of this request, if there is one."""
    return desk.parts.model or desk.shop.chat_model


def saving_of(state: State, desk: Desk) -> Saving:
    """What this request cost in models, and what the large one would have cost."""
    model = model_of(desk)
    large = _large_price(model)
    return saving(
        state["route"].tier,
        state["model_calls"],
        large,
        prompt=prompt_bytes(desk.shop.gate) if large is not None else 0,
        asked=len(state["request"].whole.encode()),
        answered=len(state["draft"].encode()),
    )


def _large_price(model: BaseChatModel | None) -> Price | None:
    if isinstance(model, ScriptedChatModel):
        return model.large_price
    return model.pool.price(Tier.LARGE_MODEL) if isinstance(model, LiteLLMChat) else None


def _may_want_model(policy: TierPolicy, signals: TierSignals) -> bool:
    unsure = signals.preferred in _MODELS or signals.confidence < policy.unsure_below
    return unsure or (signals.preferred is Tier.WORKFLOW and not signals.has_workflow)


async def _for_models(
    desk: Desk, request: Request, chosen: Chosen, signals: TierSignals, model: BaseChatModel | PastTiers | None
) -> TierSignals:
    route = chosen.route
    meant = {route.intent} if route.intent != Intent.OUT_OF_SCOPE else {route.runner_up}
    known: dict[str, object] = {
        "changes_records": bool(meant & _CHANGES),
        "at_stake": await _at_stake(desk, request, chosen),
    }
    if isinstance(model, PastTiers):
        return TierSignals.model_validate({**signals.__dict__, **known, **model.side})
    if set(_MODELS) <= set(signals.models) and (judge := desk.shop.routing.judge) is not None:
        gain = judge.gain(ModelRequest(text=request.text))
        known |= {"gain": round(gain, 4), "needs_strong": gain >= judge.threshold}
    if isinstance(model, LiteLLMChat) and model.pool.budget.policy:
        known["budget_left_nanousd"] = await model.pool.budget.left(current_scope())
        longest = model.pool.policy.max_output_tokens or DEFAULT_OUTPUT_TOKENS
        text = "x" * (prompt_bytes(desk.shop.gate) + len(request.text.encode()))
        for name, tier in (("small_cost_nanousd", Tier.SMALL_MODEL), ("large_cost_nanousd", Tier.LARGE_MODEL)):
            price: Price | None = model.pool.price(tier)
            known[name] = None if price is None else price.at_most(text, longest)
    return TierSignals.model_validate({**signals.__dict__, **known})


async def _at_stake(desk: Desk, request: Request, chosen: Chosen) -> Money | None:
    """The largest of the amounts that were said and the totals of the asker's own orders that were named."""
    texts = chosen.route.entities.amounts
    region = await desk.shop.connectors.catalog.region(request.region_id) if texts else None
    said = [_money(text, region.currency) for text in texts] if region else []
    amounts = [money for money in said if money is not None]
    for order_id in chosen.route.entities.order_ids[:3] if request.customer_id else ():
        order = await desk.shop.connectors.orders.order(order_id)
        if order is not None and order.customer_id == request.customer_id:
            amounts.append(order.total)
    return max(amounts, key=lambda money: money.decimal, default=None)


def _money(said: str, currency: str) -> Money | None:
    try:
        return Money.rounded(Decimal(said), currency)
    except (InvalidOperation, ValueError):
        return None

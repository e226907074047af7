"""Which tier serves a request, and why: workflow, tool, small model, large model, person."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, field_validator

from shopgraph.domain import Money, Value
from shopgraph.models.routes import Tier
from shopgraph.models.spending import dollars_text

_MODELS = (Tier.SMALL_MODEL, Tier.LARGE_MODEL)


class TierPolicy(Value):
    """How the tier is chosen, as `models.yaml` says under `tiers`."""

    unsure_below: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Below this confidence no workflow serves, whatever the router thought; 0: the router's own thresholds alone."""
    large_from_words: Annotated[int, Field(ge=1)] | None = 60
    """From so many words on the large model is asked; null: length decides nothing."""
    large_from_amount: dict[str, Decimal] = {
        "USD": Decimal(250), "CAD": Decimal(350), "EUR": Decimal(250), "GBP": Decimal(200),
    }  # fmt: skip
    """By currency: from this value at stake on the large model is asked."""
    person_from_amount: dict[str, Decimal] = {}
    """By currency: from this value at stake on a person takes what no workflow surely serves."""
    escalate: bool = True
    """Ask the large model where the small one says that it is unsure, or comes to no answer."""

    @field_validator("large_from_amount", "person_from_amount", mode="before")
    @classmethod
    def _no_float(cls, value: object) -> object:
        if isinstance(value, dict) and any(isinstance(amount, float) for amount in value.values()):
            raise ValueError('write amounts in quotation marks, as {USD: "250"}')
        return value

    def is_large(self, stake: Money | None) -> bool:
        """Whether so much is at stake that the large model is asked."""
        return _reaches(stake, self.large_from_amount)

    def is_for_people(self, stake: Money | None) -> bool:
        """Whether so much is at stake that a person decides what no workflow surely serves."""
        return _reaches(stake, self.person_from_amount)


class TierSignals(Value):
    """What the choice of a tier is made from. It holds no text of the customer's."""

    intent: str
    confidence: Annotated[float, Field(ge=0, le=1)]
    preferred: Tier
    """What the intent router said."""
    has_workflow: bool
    """A workflow serves this intent."""
    named: bool = False
    """What the message names (an order, a product) can be looked up and told, whatever it asks."""
    settled: bool = False
    """The message belongs to a dialog under way: an answer, a yes, a no."""
    intents: Annotated[int, Field(ge=1)] = 1
    """How many things the message asks for."""
    words: Annotated[int, Field(ge=0)] = 0
    at_stake: Money | None = None
    """The largest amount that the message is about: said in it, or the total of an order that it names."""
    changes_records: bool = False
    """What is asked for needs a tool that changes records."""
    models: tuple[Tier, ...] = ()
    """The tiers that there is a model for."""
    budget_left_nanousd: int | None = None
    """Billionths of a US dollar that models may still cost, by the day's and the request's limit; None: no limit."""
    small_cost_nanousd: int | None = None
    """What one answer of the small model is estimated to cost; None where nobody knows the price."""
    large_cost_nanousd: int | None = None
    needs_strong: bool | None = None
    """What a trained judge of requests says; None where the shop has none."""
    gain: float | None = None
    """How much better that judge expects the large model to answer."""


class TierDecision(Value):
    """The tier chosen for a request, and every reason for it, in the order in which they were weighed."""

    tier: Tier
    reasons: tuple[str, ...]
    signals: TierSignals

    @property
    def why(self) -> str:
        """The reasons in one line."""
        return "; ".join(self.reasons)


def decide_tier(policy: TierPolicy, signals: TierSignals) -> TierDecision:
    """Choose the cheapest tier that can serve. Who is unsure goes up, never down."""
    tier, reasons = _without_models(policy, signals)
    if tier is None:
        tier, reasons = _among_models(policy, signals, reasons)
    return TierDecision(tier=tier, reasons=tuple(reasons), signals=signals)


def _without_models(policy: TierPolicy, said: TierSignals) -> tuple[Tier | None, list[str]]:
    """The tier where no model is to be chosen; None, and why, where one is."""
    if said.settled:
        return Tier.WORKFLOW, ["it belongs to what is under way"]
    unsure = said.confidence < policy.unsure_below or said.preferred in _MODELS
    if said.preferred is Tier.TOOL:
        return Tier.TOOL, ["what it names is looked up"]
    if said.preferred is Tier.PERSON:
        return Tier.PERSON, [f"{said.intent} is for a person"]
    if not unsure and said.has_workflow:
        return Tier.WORKFLOW, [f"a workflow serves {said.intent}"]
    reasons = [f"unsure of {said.intent} ({said.confidence:.2f})" if unsure else f"no workflow serves {said.intent}"]
    if policy.is_for_people(said.at_stake):
        return Tier.PERSON, [*reasons, f"{said.at_stake} at stake is for a person"]
    if said.models:
        return None, reasons
    if said.named:
        return Tier.TOOL, [*reasons, "no model; what it names is looked up"]
    return Tier.WORKFLOW, [*reasons, "no model"]


def _among_models(policy: TierPolicy, said: TierSignals, reasons: list[str]) -> tuple[Tier, list[str]]:
    large = _reasons_for_large(policy, said)
    wanted = Tier.LARGE_MODEL if large else Tier.SMALL_MODEL
    reasons += large or _reasons_for_small(said)
    if wanted not in said.models:
        wanted = said.models[0]
        reasons.append(f"{wanted.value} is the only model")
    return _within_budget(said, wanted, reasons)


def _reasons_for_large(policy: TierPolicy, said: TierSignals) -> list[str]:
    found = []
    if said.preferred is Tier.LARGE_MODEL:
        found.append("the router has no guess that is better than another")
    if policy.large_from_words is not None and said.words >= policy.large_from_words:
        found.append(f"{said.words} words")
    if policy.is_large(said.at_stake):
        found.append(f"{said.at_stake} at stake")
    if said.changes_records:
        found.append("a tool that changes records is needed")
    if said.intents > 1:
        found.append(f"{said.intents} things are asked for")
    if said.needs_strong:
        found.append(f"the trained judge expects {said.gain:+.2f} of the large model")
    return found


def _reasons_for_small(said: TierSignals) -> list[str]:
    if said.needs_strong is False:
        return [f"the trained judge expects {said.gain:+.2f} of the large model: not worth its price"]
    return ["nothing speaks for the large model"]


def _within_budget(said: TierSignals, wanted: Tier, reasons: list[str]) -> tuple[Tier, list[str]]:
    """The wanted tier, or the small one where the budget pays for no more.

    Where it pays for neither, the pool refuses the call before anybody is asked, and the last tier answers.
    """
    left = said.budget_left_nanousd
    if left is None:
        return wanted, reasons
    why = f"the budget has {dollars_text(left)} dollars left"
    if wanted is Tier.LARGE_MODEL and _costs_more(said.large_cost_nanousd, left):
        if Tier.SMALL_MODEL in said.models and not _costs_more(said.small_cost_nanousd, left):
            return Tier.SMALL_MODEL, [*reasons, why]
        return wanted, [*reasons, f"{why}: too little for a model"]
    if wanted is Tier.SMALL_MODEL and _costs_more(said.small_cost_nanousd, left):
        return wanted, [*reasons, f"{why}: too little for a model"]
    return wanted, reasons


def _costs_more(price: int | None, left: int) -> bool:
    """Within a budget a model whose price nobody knows is not asked."""
    return price is None or price > left


def _reaches(stake: Money | None, limits: dict[str, Decimal]) -> bool:
    limit = limits.get(stake.currency) if stake is not None else None
    return limit is not None and stake is not None and stake.decimal >= limit

"""What a request cost in models, beside what it would have cost to ask the large one each time."""

from __future__ import annotations

from collections.abc import Sequence

from shopgraph.domain import Value
from shopgraph.models.routes import Tier
from shopgraph.models.scope import ModelCall
from shopgraph.models.spending import Price

BYTES_PER_TOKEN = 5
"""A high guess for English, so that what the large model would have cost is rather too low."""


class Saving(Value):
    """One request's model costs in billionths of a US dollar; a report sums them.

    Where no model answered, what the large one would have cost is estimated from below: one round, the tools' schemas
    at the price of a kept prompt, few tokens for the texts.
    """

    served_by: Tier
    """The tier that the customer's answer came from."""
    spent_nanousd: int
    """What models have cost, those that failed or were overtaken included."""
    large_nanousd: int | None = None
    """What the large model alone would have cost; None where there is none, or nobody knows its price."""
    saved_nanousd: int | None = None
    """The difference; negative where a small model was asked in vain."""
    estimated: bool = False
    """No model said how many tokens it took: their number is a guess."""


def saving(
    served_by: Tier, calls: Sequence[ModelCall], large: Price | None, *, prompt: int, asked: int, answered: int
) -> Saving:
    """What was saved in one request.

    Args:
        calls: all calls of models in it.
        large: the price of the large model.
        prompt: bytes of what every request to it begins with: instructions and tools.
        asked: bytes of the conversation.
        answered: bytes of the answer.
    """
    spent = sum(call.cost_nanousd for call in calls)
    if large is None:
        return Saving(served_by=served_by, spent_nanousd=spent)
    ok = [call for call in calls if call.outcome == "ok" and call.input_tokens]
    # Of several tiers the last answered what the customer reads: the large model alone would have taken those rounds.
    answering = [call for call in ok if call.tier == ok[-1].tier] if ok else []
    if answering:
        cost = sum(large.cost(input_tokens=call.input_tokens, output_tokens=call.output_tokens) for call in answering)
        if answering[-1].tier == Tier.LARGE_MODEL:
            cost = sum(call.cost_nanousd for call in answering)
        return _saving(served_by, spent, cost, estimated=False)
    kept, said, written = (-(-count // BYTES_PER_TOKEN) for count in (prompt, asked, answered))
    cost = large.cost(input_tokens=kept + said, output_tokens=written, cached_tokens=kept)
    return _saving(served_by, spent, cost, estimated=True)


def _saving(served_by: Tier, spent: int, large: int, *, estimated: bool) -> Saving:
    return Saving(
        served_by=served_by,
        spent_nanousd=spent,
        large_nanousd=large,
        saved_nanousd=large - spent,
        estimated=estimated,
    )

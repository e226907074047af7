"""How models are called, as `models.yaml` says under `calls`, `budget` and `cache`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, field_validator

from shopgraph.domain import Value

DEADLINE_S = 20.0
Seconds = Annotated[float, Field(gt=0, le=600)]


class CallPolicy(Value):
    """Time, fallbacks and retries. Times are in seconds."""

    deadline_s: Seconds = DEADLINE_S
    """For all that one customer's request asks of models, every provider and round together."""
    timeout_s: Seconds = 8.0
    """For one answer of one provider; under streaming, for its first piece and between two pieces."""
    hedge_after_s: Annotated[float, Field(gt=0, le=600)] | None = 3.0
    """After so long without an answer the next provider is asked as well, and the first to answer wins; null: never."""
    retries: Annotated[int, Field(ge=0, le=3)] = 1
    """Further attempts at one provider after a quick fault (429, 5xx, a broken connection), in the same visit."""
    retry_share: Annotated[float, Field(ge=0, le=1)] = 0.2
    """How many retries there may be for each call, in the long run: an outage is not answered with a storm."""
    backoff_s: Annotated[float, Field(ge=0, le=10)] = 0.1
    """Before the first retry; doubled before the next."""
    cooldown_s: Annotated[float, Field(ge=0, le=3600)] = 30.0
    """How long a provider that failed is left alone; doubled each time it fails again, up to ten times this."""
    stream: bool = True
    """Take answers piece by piece where the caller wants them whole, too: a slow or stalled provider shows at the first
    piece. False: whole answers; then the two times above are those of a whole answer."""
    fallbacks: dict[str, tuple[str, ...]] = {}
    """By model name: the names to try next, in order. One that is not listed falls back to all others, those of its
    own tier first."""
    max_output_tokens: Annotated[int, Field(ge=1)] | None = None
    """Sent as max_tokens with every call that does not say otherwise; with a budget 1024 unless set."""


class BudgetPolicy(Value):
    """How much models may cost, in US dollars, as decimal strings."""

    per_request: Annotated[Decimal, Field(gt=0)] | None = None
    """For one customer's request, all rounds and providers together."""
    per_day: Annotated[Decimal, Field(gt=0)] | None = None
    """For a day (UTC), all processes that share the ledger together."""
    ledger: str = ""
    """Where the day's spending is kept: a file, or a database URL; beside the models file unless named."""

    @field_validator("per_request", "per_day", mode="before")
    @classmethod
    def _no_float(cls, value: object) -> object:
        if isinstance(value, float):
            raise ValueError('write the amount in quotation marks, as "0.05"')
        return value

    def __bool__(self) -> bool:
        return self.per_request is not None or self.per_day is not None


class CachePolicy(Value):
    """Whether answers are kept for the same customer's same question."""

    ttl_s: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    """How long an answer is kept, in seconds, in this process's memory; 0: none is."""
    entries: Annotated[int, Field(ge=1)] = 1_000
    """How many are kept at most; the oldest go."""

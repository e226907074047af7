"""How much may be done before somebody says no or a person decides: limits that a bundle declares."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from string import Formatter
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from shopgraph.domain import Money, Value
from shopgraph.errors import ConfigurationError
from shopgraph.guards.calendars.terms import Price
from shopgraph.guards.cedar import ActionShape
from shopgraph.guards.decisions import Effect
from shopgraph.guards.documents import Document

Words = Annotated[str, Field(min_length=1)]
SHOWN = ("done", "limit", "days", "asked")
"""What a limit's reason and remedy may name."""


class Per(StrEnum):
    """Whose calls are counted together."""

    CUSTOMER = "customer"
    """Calls about one customer's records, whoever makes them."""
    AGENT = "agent"
    """Calls of one software agent, or of one member of staff."""
    CONVERSATION = "conversation"


def _fillable(text: str) -> str:
    try:
        names = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as fault:
        raise ValueError(f"{fault}; braces stand around a name") from None
    if unknown := sorted(names - set(SHOWN)):
        raise ValueError(f"it names {unknown[0]!r}; it may name {', '.join(SHOWN)}")
    return text


def _holds_up(effect: Effect) -> Effect:
    if effect not in (Effect.DENY, Effect.APPROVE):
        raise ValueError("a limit's effect is deny or approve")
    return effect


class Limit(Value):
    """So many calls, or so much money to the customer, within so many days; beyond it `effect` holds."""

    id: Words
    """What a decision names; no rule has the same."""
    actions: Annotated[tuple[Words, ...], Field(min_length=1)]
    """Tools that are counted together. Only those that change something are: what is looked up is not counted."""
    per: Per
    days: Annotated[int, Field(ge=1, le=366)]
    """Days of 24 hours that end now, as return windows and cooldowns are counted."""
    count: Annotated[int, Field(ge=1)] | None = None
    """Calls at most."""
    amounts: tuple[Price, ...] = ()
    """Money at most, once in each currency of the bundle's regions."""
    effect: Annotated[Effect, AfterValidator(_holds_up)] = Effect.DENY
    """`approve`: a person of the staff may let it through."""
    reason: Annotated[Words, AfterValidator(_fillable)]
    remedy: Annotated[str, AfterValidator(_fillable)] = ""

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.count is None) == (not self.amounts):
            raise ValueError("it has either a count or amounts; write two limits to have both")
        if any(amount.amount <= 0 for amount in self.amounts):
            raise ValueError("amounts are above zero")
        if len({amount.currency for amount in self.amounts}) < len(self.amounts):
            raise ValueError("amounts has a currency twice")
        if len(set(self.actions)) < len(self.actions):
            raise ValueError("actions has one twice")
        return self

    @property
    def window(self) -> timedelta:
        """How far back calls count."""
        return timedelta(days=self.days)

    def most(self, currency: str) -> Money:
        """The amount in that currency.

        Raises:
            ConfigurationError: there is none.
        """
        for amount in self.amounts:
            if amount.currency == currency:
                return amount
        raise ConfigurationError(
            f"Limit {self.id} has no amount in {currency}.", remedy="Give it one in bundle.yaml.", limit=self.id
        )


def unfit(
    document: Document[Any],
    limits: Collection[Limit],
    *,
    actions: Mapping[str, ActionShape],
    rules: Mapping[str, int],
    currencies: Collection[str],
) -> Iterator[ConfigurationError]:
    """What is wrong with the `limits` of a bundle.yaml beyond their own form; `rules` gives the line of each rule."""
    ids: dict[str, int] = {}
    for place, limit in enumerate(limits):
        line = document.line("limits", place, "id")
        if limit.id in ids:
            yield document.wrong(f"limit {limit.id}: line {ids[limit.id]} has the same id", "limits", place, "id")
        if limit.id in rules:
            where = f"line {rules[limit.id]} of policy.cedar"
            yield document.wrong(f"limit {limit.id}: the rule at {where} has the same id", "limits", place, "id")
        ids.setdefault(limit.id, line)
        for nth, action in enumerate(limit.actions):
            if action not in actions:
                what = f"limit {limit.id}: {action!r} is no action of schema.cedarschema"
                yield document.wrong(what, "limits", place, "actions", nth)
        missing = sorted(set(currencies) - {amount.currency for amount in limit.amounts}) if limit.amounts else []
        if missing:
            what = f"limit {limit.id}: there is no amount in {', '.join(missing)}, which the calendars have"
            yield document.wrong(what, "limits", place, "amounts")

"""Context recipes: a class per intent that says which sources it needs, which of their fields, and what matters most.

    class GiftWrap(Recipe):
        customer: Annotated[CustomerPart | None, Needs(weight=5)] = None
        paper: Annotated[PaperPart | None, Needs(weight=9, deadline_ms=80)] = None

A field is named as its source and typed as what the source gives, which is checked against it. What a built-in source
gives are fields of the context; an own one's, a `Part` of your own too, is `context.extra["paper"]`, as JSON.
`GiftWrap.model_json_schema()` says it all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Annotated, Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, create_model
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from shopgraph.graphs.stitching.parts import (
    CatalogPart,
    CustomerPart,
    InventoryPart,
    MarketingPart,
    MemoryPart,
    OrdersPart,
    Part,
    PolicyPart,
    SessionPart,
)

LEAST_TOKENS = 120
"""A token limit at least: now, where, who, what is not known and that more is known must be told."""


@dataclass(frozen=True, kw_only=True)
class Needs:
    """How a recipe needs a source."""

    weight: int = 5
    """What survives a token limit: the greater first."""
    fields: frozenset[str] = field(default_factory=frozenset)
    """Personal data that the intent needs (`Part.personal`); what is not named is blanked."""
    deadline_ms: int | None = None
    """None: the source's own, else the shop's."""
    model_only: bool = False
    """Only where a model answers: the workflow reads it through tools, and would read it twice."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The part's schema, with what the recipe says about it."""
        told = {**handler(schema), "x-weight": self.weight, "x-model-only": self.model_only}
        if self.fields:
            told["x-fields"] = sorted(self.fields)
        if self.deadline_ms is not None:
            told["x-deadline-ms"] = self.deadline_ms
        return told


class Recipe(BaseModel):
    """What an intent needs to know. A field per source; every one may be missing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tokens: ClassVar[int] = 1_000
    """What a model is told at most, in tokens; `LEAST_TOKENS` or more."""

    @classmethod
    def needs(cls) -> Mapping[str, Needs]:
        """By source, in the order of the class."""
        return _needs(cls)


@cache
def _needs(recipe: type[Recipe]) -> Mapping[str, Needs]:
    return {
        name: next((each for each in info.metadata if isinstance(each, Needs)), Needs())
        for name, info in recipe.model_fields.items()
    }


NAME = frozenset({"family_name"})
CONTACT = frozenset({"family_name", "email", "phone", "address", "lifetime_value"})


class Nothing(Recipe):
    """Nothing is needed."""


class Greeting(Recipe):
    """Who is there."""

    customer: Annotated[CustomerPart | None, Needs(weight=9, fields=NAME)] = None


class Orders(Recipe):
    """Where an order, a parcel or a refund is."""

    customer: Annotated[CustomerPart | None, Needs(weight=6, fields=NAME)] = None
    orders: Annotated[OrdersPart | None, Needs(weight=9)] = None
    memory: Annotated[MemoryPart | None, Needs(weight=8)] = None
    policy: Annotated[PolicyPart | None, Needs(weight=4)] = None


class OrderChange(Recipe):
    """To cancel, return, exchange or pay otherwise: the orders, the terms, and what was promised about them."""

    customer: Annotated[CustomerPart | None, Needs(weight=6, fields=NAME)] = None
    orders: Annotated[OrdersPart | None, Needs(weight=9)] = None
    memory: Annotated[MemoryPart | None, Needs(weight=8)] = None
    policy: Annotated[PolicyPart | None, Needs(weight=7)] = None


class AddressChange(Recipe):
    """To send an order elsewhere: this alone needs addresses."""

    customer: Annotated[CustomerPart | None, Needs(weight=9, fields=frozenset({"family_name", "address"}))] = None
    orders: Annotated[OrdersPart | None, Needs(weight=9, fields=frozenset({"shipping_address"}))] = None
    policy: Annotated[PolicyPart | None, Needs(weight=3)] = None


class HandOver(Recipe):
    """What a colleague who takes over has to know, lifetime value included."""

    customer: Annotated[CustomerPart | None, Needs(weight=9, fields=CONTACT)] = None
    orders: Annotated[OrdersPart | None, Needs(weight=8)] = None
    memory: Annotated[MemoryPart | None, Needs(weight=7)] = None


class ProductQuestion(Recipe):
    """Price, stock and properties of a product: live stock before texts."""

    customer: Annotated[CustomerPart | None, Needs(weight=2, fields=NAME)] = None
    session: Annotated[SessionPart | None, Needs(weight=4, model_only=True)] = None
    inventory: Annotated[InventoryPart | None, Needs(weight=9, model_only=True)] = None
    marketing: Annotated[MarketingPart | None, Needs(weight=6)] = None
    catalog: Annotated[CatalogPart | None, Needs(weight=8, model_only=True)] = None
    memory: Annotated[MemoryPart | None, Needs(weight=7)] = None
    policy: Annotated[PolicyPart | None, Needs(weight=3)] = None


class DeliveryQuestion(Recipe):
    """What delivery takes and costs here."""

    customer: Annotated[CustomerPart | None, Needs(weight=4, fields=NAME)] = None
    policy: Annotated[PolicyPart | None, Needs(weight=9)] = None


class Promotions(Recipe):
    """What runs for this customer, and what was promised."""

    customer: Annotated[CustomerPart | None, Needs(weight=6, fields=NAME)] = None
    marketing: Annotated[MarketingPart | None, Needs(weight=9)] = None
    memory: Annotated[MemoryPart | None, Needs(weight=8)] = None
    policy: Annotated[PolicyPart | None, Needs(weight=4)] = None


class Recommending(Recipe):
    """What to show next: what the customer is looking at, what was shown before, what is there."""

    customer: Annotated[CustomerPart | None, Needs(weight=6, fields=NAME)] = None
    session: Annotated[SessionPart | None, Needs(weight=9)] = None
    inventory: Annotated[InventoryPart | None, Needs(weight=8, model_only=True)] = None
    marketing: Annotated[MarketingPart | None, Needs(weight=6)] = None
    memory: Annotated[MemoryPart | None, Needs(weight=7)] = None


class Everything(Recipe):
    """All there is: for what no other recipe is meant for, where a model answers.

    Contact data is there for the code that keeps it in (guards, the models' scope); no model is told it.
    """

    customer: Annotated[CustomerPart | None, Needs(weight=7, fields=CONTACT)] = None
    orders: Annotated[OrdersPart | None, Needs(weight=8)] = None
    session: Annotated[SessionPart | None, Needs(weight=3)] = None
    inventory: Annotated[InventoryPart | None, Needs(weight=6)] = None
    marketing: Annotated[MarketingPart | None, Needs(weight=4)] = None
    catalog: Annotated[CatalogPart | None, Needs(weight=5)] = None
    memory: Annotated[MemoryPart | None, Needs(weight=7)] = None
    policy: Annotated[PolicyPart | None, Needs(weight=5)] = None


@cache
def for_a_model(recipe: type[Recipe], sources: tuple[str, ...]) -> type[Recipe]:
    """The recipe where a model answers: what it names keeps its weight, every other source comes after it."""
    told: dict[str, Needs] = {}
    everything = Everything.needs()
    for name in sources:
        known = recipe.needs().get(name)
        base = everything.get(name, Needs(weight=5))
        told[name] = replace(base, weight=known.weight + 10) if known else base
    own = {key: _annotated(info) for key, info in recipe.model_fields.items()}
    return _made(f"{recipe.__name__}ForAModel", told, recipe.__doc__ or "", recipe.tokens, own)


def recipe_of(names: Iterable[str]) -> type[Recipe]:
    """A recipe without a class of its own, from the names of its sources."""
    kept = tuple(dict.fromkeys(names))
    return _made("Recipe", {name: Everything.needs().get(name, Needs()) for name in kept}, "", Recipe.tokens, {})


def _annotated(info: FieldInfo) -> Any:
    """A field's type with what the class says about it, how it is needed aside."""
    kind: Any = info.annotation
    for more in info.metadata:
        kind = kind if isinstance(more, Needs) else Annotated[kind, more]
    return kind


def _made(name: str, needs: Mapping[str, Needs], doc: str, tokens: int, own: Mapping[str, Any]) -> type[Recipe]:
    """A recipe of these needs; a source that neither `own` nor `Everything` types gives any JSON."""
    typed = {**{key: info.annotation for key, info in Everything.model_fields.items()}, **own}
    fields: dict[str, Any] = {key: (Annotated[typed.get(key, Any), need], None) for key, need in needs.items()}
    made: type[Recipe] = create_model(name, __base__=Recipe, __doc__=doc, **fields)
    made.tokens = tokens
    return made


def part_of(recipe: type[Recipe], source: str) -> type[Part] | None:
    """The typed part that the recipe expects of a source; None for an own source that gives plain JSON."""
    kinds = get_args(recipe.model_fields[source].annotation)
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Part)), None)

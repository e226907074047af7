"""What a check may rely on: the facts of one request. The JSON form is public."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from shopgraph.domain import Instant, Quantity, Value


class _Fact(Value):
    """A fact ignores keys that it does not know: facts may come from a newer writer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _absent(cls, given: object) -> object:
        """A null says as much as no key at all."""
        if isinstance(given, dict):
            for value in given.values():
                if value is None:  # not `in`, which compares: a Decimal takes a microsecond to differ from None
                    return {name: value for name, value in given.items() if value is not None}
        return given


Amount = Annotated[Decimal, Field(allow_inf_nan=False)]
"""A decimal string in JSON, in major units of the facts' currency."""


def _day_of(value: object) -> object:
    """A moment's day as it is written there; other writers keep moments where a day is meant."""
    return value[:10] if isinstance(value, str) and len(value) > 10 and value[10] in "T " else value


def _moment_of(value: object) -> object:
    """A moment in UTC where no zone is written; a day begins at midnight."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


Day = Annotated[date, BeforeValidator(_day_of)]
Moment = Annotated[Instant, BeforeValidator(_moment_of)]


def _flat(value: object) -> object:
    """Attributes as names and texts, whatever form a catalog keeps them in."""
    if not isinstance(value, dict) or all(isinstance(item, str) for item in value.values()):
        return value
    return dict(_pairs(value, ""))


def _pairs(value: dict[object, object], outer: str) -> Iterator[tuple[str, str]]:
    for key, item in value.items():
        name = f"{outer} {key}".strip()
        if isinstance(item, dict):
            yield from _pairs(item, name)
        elif isinstance(item, list | tuple):
            yield name, ", ".join([str(part) for part in item])
        elif isinstance(item, bool):
            yield name, "yes" if item else "no"
        elif item is not None:
            yield name, str(item)


class ProductFact(_Fact):
    """A variant as it is sold right now; several may share a name."""

    name: str
    sku: str = ""
    price: Amount | None = None
    compare_at: Amount | None = None
    """The price before a reduction."""
    lowest_30_days: Amount | None = None
    """The lowest price of the last 30 days before a reduction."""
    promised: tuple[Amount, ...] = ()
    """For what the customer who asks may have it by a promise that stands, whatever it costs now."""
    restricted: bool = False
    """Whether it is sold to grown-ups only; the region says from which age."""
    stock: Quantity | None = None
    restock_on: Day | None = None
    attributes: Annotated[dict[str, str], BeforeValidator(_flat)] = {}
    """By name, in free form; numbers and lists of a JSON form are read as text, a name within a name behind a blank."""


class DiscountFact(_Fact):
    """What may be given beyond running promotions."""

    allowed: bool = False
    max_percent: Amount | None = None
    code: str | None = None
    """The code in play: typed by the customer and found good."""


class PromotionFact(_Fact):
    """A promotion that runs here and now for this customer."""

    name: str = ""
    percent: Amount | None = None
    code: str | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None


class DeliveryFact(_Fact):
    """What delivery takes and costs."""

    min_days: Quantity | None = None
    max_days: Quantity | None = None
    price: Amount | None = None
    free_from: Amount | None = None


class LineFact(_Fact):
    """A line of an order."""

    name: str = ""
    sku: str = ""
    quantity: Quantity = 1
    price: Amount | None = None
    """Per unit."""


class OrderFact(_Fact):
    """An order of the customer who asks."""

    id: str
    status: str | None = None
    total: Amount | None = None
    placed_on: Day | None = None
    delivered_on: Day | None = None
    tracking: str | None = None
    lines: tuple[LineFact, ...] = ()


class RefundFact(_Fact):
    """Money on its way back."""

    order: str | None = None
    amount: Amount | None = None
    status: str | None = None


class CustomerFact(_Fact):
    """Who asks."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    said: tuple[str, ...] = ()
    """What the customer wrote in this conversation: contact data that stands there may be repeated."""


class BrandFact(_Fact):
    """How the shop speaks."""

    forbidden: tuple[str, ...] = ()
    preferred: dict[str, str] = {}
    """What is said instead of what."""
    competitors: tuple[str, ...] = ()
    disclosures: tuple[str, ...] = ()
    """Sentences that every answer ends with, unless it holds them."""
    languages: tuple[str, ...] = ()
    """Languages in which the shop answers anybody, besides the customer's own: `en`."""
    max_length: int | None = None
    max_exclamations: int | None = None
    """Exclamation marks of an answer at most; None: as many as it has."""
    shouting: bool = True
    """Whether words may stand in capitals."""
    emoji: bool = True
    max_reading_level: int | None = None
    """How hard a sentence may be to read (LIX): 30 is easy, 40 a newspaper, 60 a law."""


class ActionFact(_Fact):
    """Something that the ledger says was done in this request."""

    type: str
    """A tool's name: `cancel_order`."""
    order: str | None = None
    status: str | None = None
    at: Moment | None = None


class Facts(_Fact):
    """Everything known about this request. What is absent is unknown: a claim about it has no fact behind it."""

    today: Day | None = None
    """The day of the request; without it the clock's, and whatever in the facts happened later."""

    locale: str | None = None
    currency: str | None = None
    products: tuple[ProductFact, ...] = ()
    discount: DiscountFact | None = None
    promotions: tuple[PromotionFact, ...] = ()
    return_window_days: Quantity | None = None
    delivery: DeliveryFact | None = None
    tax_percent: Amount | None = None
    orders: tuple[OrderFact, ...] = ()
    refunds: tuple[RefundFact, ...] = ()
    customer: CustomerFact | None = None
    region: str | None = None
    brand: BrandFact | None = None
    allowed_hosts: tuple[str, ...] | None = None
    actions: tuple[ActionFact, ...] = ()
    amounts: dict[str, Amount] = {}
    """Other amounts of this request by what they are: a price difference, a fee, a balance, the shopper's own."""
    passages: tuple[str, ...] = ()
    """Texts that the answer is made of: help pages, descriptions."""
    told: tuple[str, ...] = ()
    """Whatever else a model was told: it bears a sentence about the passages."""
    dates: tuple[Day, ...] = ()
    """Other dates of this request: until when a code is good, when a discount was had."""

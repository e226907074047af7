"""What the brand remembers: what was shown, what was promised, what it says about a product. Values; no I/O."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Generic, Self, TypeVar

from pydantic import Field, model_validator

from shopgraph.domain import Instant, Money, Value
from shopgraph.graphs.memory.dependencies import USED_UP, Aspect, Dependency

Text = Annotated[str, Field(min_length=1, max_length=4_000)]


class Voice(StrEnum):
    """Who of the brand spoke."""

    CHATBOT = "chatbot"
    RECOMMENDER = "recommender"
    DESCRIPTION_WRITER = "description_writer"
    STAFF = "staff"


class Shown(Value):
    """A product that was put before a customer. One per voice and product is kept: the latest."""

    by: Voice
    product_id: str
    sku: str = ""
    """The variant; empty where the product as such was shown."""
    price: Money | None = None
    """The price that was named; None when none was."""
    reason: str = ""
    """Why it was shown, as the customer read it ("often bought with your silver heels")."""
    at: Instant
    depends: tuple[Dependency, ...] = ()
    """What `price` and `reason` were read from."""


class PromiseKind(StrEnum):
    """What sort of promise."""

    PRICE = "price"
    DATE = "date"
    EXCEPTION = "exception"
    """Something that the rules do not give by themselves: a late return, free shipping."""


class Promise(Value):
    """What a customer was promised, and until when. It is never overwritten, and it is not kept after `until`."""

    id: str = Field(min_length=1)
    """Made from the business (`price:SKU`, `late-return:ORDER`), so that the same promise made twice is one."""
    by: Voice
    kind: PromiseKind
    subject: str
    """What it is about: a SKU, a product id or an order id."""
    text: Text
    """In one sentence, as the customer read it."""
    amount: Money | None = None
    """The promised price; only of a promise of a price, which needs one."""
    day: date | None = None
    """The promised day; only of a promise of a date, which needs one."""
    at: Instant
    until: Instant
    """The first instant at which it no longer binds."""
    depends: tuple[Dependency, ...] = ()
    """What must stay as it is for the promise to be kept (the last dress in stock). It stays owed when that changes,
    except when a code was used up: then it was kept."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.kind is PromiseKind.PRICE) != (self.amount is not None):
            raise ValueError("a promise of a price has an amount, and no other promise has")
        if (self.kind is PromiseKind.DATE) != (self.day is not None):
            raise ValueError("a promise of a date has a day, and no other promise has")
        if self.until <= self.at:
            raise ValueError("a promise ends after it was made")
        return self

    @property
    def key(self) -> str:
        """Its id and a digest of its terms: two promises of one id and other terms are both kept."""
        terms = self.model_dump_json(exclude={"at", "depends", "by"})
        return f"{self.id}#{hashlib.sha256(terms.encode()).hexdigest()[:16]}"


class Statement(Value):
    """What the brand says about a product in a region, to everybody or to a segment. Never about one customer."""

    by: Voice
    product_id: str
    region_id: str
    segment: str = ""
    """Empty: to everybody."""
    topic: str = "description"
    """What of the product it is about; one statement per voice, product, region, segment and topic is kept."""
    text: Text
    variant: str = ""
    """Which of several texts it is, where a bandit chooses between them."""
    at: Instant
    until: Instant | None = None
    """The first instant at which it no longer holds by itself (the end of a campaign); None: no such instant."""
    depends: tuple[Dependency, ...] = ()
    """What it was written from. A statement without any is only outdated by `until` or `BrandMemory.changed`."""


Fact = TypeVar("Fact", Shown, Promise, Statement)


class Because(StrEnum):
    """Why a fact may not be stated as true now."""

    CHANGED = "changed"
    """Something it depends on is no longer what it was."""
    REPORTED = "reported"
    """An event said that something it depends on has changed, and nobody has said it anew since."""
    USED = "used"
    """A code that it names is used up: what was said of it was given, and nothing of it is owed."""
    EXPIRED = "expired"
    UNCHECKED = "unchecked"
    """What it depends on cannot be read right now."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One dependency that no longer holds."""

    dependency: Dependency
    now: str | None
    """What it is now; None when it cannot be read."""

    @property
    def is_use(self) -> bool:
        """Whether it is that a code was used up."""
        return self.dependency.aspect is Aspect.CODE and self.now == USED_UP

    def __str__(self) -> str:
        now = "cannot be read" if self.now is None else f"is {self.now}"
        return f"{self.dependency.topic} was {self.dependency.was}, {now}"


@dataclass(frozen=True, kw_only=True)
class Outdated(Generic[Fact]):
    """A fact that was true and may not be stated as true now."""

    fact: Fact
    because: Because
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Recalled(Generic[Fact]):
    """Facts as they stand at the moment of reading. Only `fresh` may be stated as true; each is newest first."""

    fresh: tuple[Fact, ...] = ()
    outdated: tuple[Outdated[Fact], ...] = ()


@dataclass(frozen=True, kw_only=True)
class CustomerRecall:
    """What is remembered of one customer."""

    shown: Recalled[Shown]
    promises: Recalled[Promise]

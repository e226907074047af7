"""What there is to speak about: orders, products, promotions and ways of delivery, read from any tool's result."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from shopgraph.domain import Money

Part = TypeVar("Part", bound="KnownPart")


def _as_day(value: object) -> object:
    """An instant as its day: what is said of it is said by the day."""
    if isinstance(value, datetime):
        return value.date()
    return value[:10] if isinstance(value, str) else value


def _as_money(value: object) -> object:
    """An amount with or without the text that a tool adds."""
    if isinstance(value, Mapping):
        return {key: value[key] for key in ("amount", "currency") if key in value}
    return value


Day = Annotated[date | None, BeforeValidator(_as_day)]
Amount = Annotated[Money | None, BeforeValidator(_as_money)]


class KnownPart(BaseModel):
    """Something known. What else a result says of it is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


_COUNTS = AliasChoices("quantity", "current_quantity", "ordered_quantity")


class KnownLine(KnownPart):
    """Some units of one thing."""

    title: str
    quantity: Annotated[
        int, Field(validation_alias=AliasChoices("quantity", "current_quantity", "ordered_quantity"))
    ] = 1


class KnownParcel(KnownPart):
    """A parcel on its way."""

    carrier: str = ""
    tracking_numbers: tuple[str, ...] = ()
    estimated_on: Annotated[Day, Field(validation_alias=AliasChoices("estimated_on", "estimated_at"))] = None


class KnownReturn(KnownPart):
    """Goods on their way back, or back."""

    status: str
    refund: Amount = None


class KnownRefund(KnownPart):
    """Money that went back."""

    status: str
    amount: Amount = None
    made_on: Annotated[Day, Field(validation_alias=AliasChoices("made_on", "created_at"))] = None


class KnownOrder(KnownPart):
    """An order."""

    id: Annotated[str, Field(validation_alias=AliasChoices("id", "order_id"))]
    status: str
    total: Amount = None
    lines: tuple[KnownLine, ...] = ()
    items: tuple[str, ...] = ()
    """Titles, where the lines are not known."""
    placed_on: Annotated[Day, Field(validation_alias=AliasChoices("placed_on", "placed_at"))] = None
    delivered_on: Annotated[Day, Field(validation_alias=AliasChoices("delivered_on", "delivered_at"))] = None
    canceled_on: Annotated[Day, Field(validation_alias=AliasChoices("canceled_on", "canceled_at"))] = None
    parcels: tuple[KnownParcel, ...] = ()
    returns: tuple[KnownReturn, ...] = ()
    refunds: tuple[KnownRefund, ...] = ()

    @property
    def titles(self) -> tuple[str, ...]:
        """What was ordered."""
        return tuple(line.title for line in self.lines) or self.items


class KnownVariant(KnownPart):
    """One buyable form of a product."""

    price: Amount = None
    available: Annotated[int | None, Field(validation_alias=AliasChoices("available", "available_quantity"))] = None


class KnownProduct(KnownPart):
    """A product."""

    title: str
    from_price: Amount = None
    variants: tuple[KnownVariant, ...] = ()

    @property
    def prices(self) -> tuple[Money, ...]:
        """Each price once, lowest first; of one currency."""
        found = [item for item in (self.from_price, *(each.price for each in self.variants)) if item is not None]
        same = [item for item in found if item.currency == found[0].currency]
        return tuple(sorted(set(same), key=lambda money: money.amount))

    @property
    def available(self) -> int | None:
        """Units of all variants together; None where the shop does not say."""
        counts = [each.available for each in self.variants if each.available is not None]
        return sum(counts) if counts else None


class KnownPromotion(KnownPart):
    """A promotion that runs."""

    name: str
    percent: Decimal
    ends_on: Annotated[Day, Field(validation_alias=AliasChoices("ends_on", "last_day"))] = None
    categories: tuple[str, ...] = ()
    """What it is on; empty: on everything."""
    cap: Amount = None
    """The most that it takes off one order."""
    needs_code: bool = False
    """Whether only who types a code gets it."""


class KnownDelivery(KnownPart):
    """A way of shipping."""

    name: str
    min_days: int
    max_days: int
    price: Amount = None
    free_from: Amount = None


class Known(KnownPart):
    """Everything there is to speak about."""

    orders: tuple[KnownOrder, ...] = ()
    products: tuple[KnownProduct, ...] = ()
    promotions: tuple[KnownPromotion, ...] = ()
    deliveries: tuple[KnownDelivery, ...] = ()
    sentences: tuple[str, ...] = ()
    """What was written by the shop itself, said as it stands."""

    def __bool__(self) -> bool:
        return bool(self.orders or self.products or self.promotions or self.deliveries or self.sentences)

    def __add__(self, other: Known) -> Known:
        orders = {order.id: order for order in (*self.orders, *other.orders)}
        return Known(
            orders=tuple(orders.values()),
            products=tuple({each.title: each for each in (*self.products, *other.products)}.values()),
            promotions=tuple(dict.fromkeys((*self.promotions, *other.promotions))),
            deliveries=tuple(dict.fromkeys((*self.deliveries, *other.deliveries))),
            sentences=tuple(dict.fromkeys((*self.sentences, *other.sentences))),
        )

    @classmethod
    def of_result(cls, result: Mapping[str, Any]) -> Self:
        """What a tool's result says, by its shape; nothing where it has none of those known here."""
        single = {**result, "orders": [result]} if "order_id" in result and "status" in result else dict(result)
        if "product_id" in result and "variants" in result:
            single["products"] = [result]
        summary = result.get("summary")
        return cls(
            orders=_parts(KnownOrder, single.get("orders")),
            products=_parts(KnownProduct, single.get("products")),
            promotions=_parts(KnownPromotion, single.get("promotions")),
            deliveries=_parts(KnownDelivery, single.get("options")) + _parts(KnownDelivery, single.get("deliveries")),
            sentences=(summary,) if isinstance(summary, str) and summary else (),
        )

    @classmethod
    def of_text(cls, text: str) -> Known:
        """What a JSON object says, or the lines of a block of facts."""
        try:
            value = json.loads(text)
        except ValueError:
            return cls()
        return cls.of_result(value) if isinstance(value, dict) else cls()


def facts_block(text: str) -> tuple[Known, tuple[str, ...]]:
    """What stands between <facts> and </facts>: a JSON object, or lines, which are given back as they are."""
    known, lines = Known(), []
    # On lines of their own: instructions may speak of <facts>, and are not to be told.
    for block in re.findall(r"^<facts>$(.*?)^</facts>$", text, re.S | re.M):
        found = Known.of_text(block.strip())
        known += found
        if not found:
            lines += [line.strip() for line in block.splitlines() if line.strip()]
    return known, tuple(lines)


def _parts(kind: type[Part], values: object) -> tuple[Part, ...]:
    """The parts that can be read; what cannot be is not known."""
    found = []
    for value in values if isinstance(values, Iterable) and not isinstance(values, str | Mapping) else ():
        try:
            found.append(kind.model_validate(value))
        except ValidationError:
            continue
    return tuple(found)
